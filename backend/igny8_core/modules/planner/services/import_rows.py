"""Turns the rows of an export into rows of our tables; the hot path of an import, it must never read or write one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any
from uuid import UUID

from igny8_core.modules.planner.constants import MAX_NORMALIZED_LENGTH, MAX_STORED_REJECTS, LabelSource
from igny8_core.modules.planner.exports import (
    ExportReader,
    KeywordRow,
    RejectedRow,
    RejectReason,
    SourceTool,
)
from igny8_core.modules.planner.models import KeywordImport, KeywordMetric, KeywordRanking
from igny8_core.semantics.intent import intent_guess
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.tenancy.bulk import Follower, Precedence

# What an export may tell anew about a keyword that is there; status, cluster and a person's edits are not its business.
METRICS = (
    "language",
    "language_source",
    "volume",
    "volume_min",
    "volume_max",
    "difficulty",
    "cpc",
    "cpc_currency",
    "competition",
    "intents",
    "intent",
    "intent_source",
    "serp_features",
    "trend",
    "parent_topic",
    "traffic_potential",
    "global_volume",
    "source_tool",
    "seen_on",
)
IDENTITY = ("site_id", "country", "normalized")
COLUMNS = ("country", "normalized", "text", *METRICS)
_RANKING = (LabelSource.RULES.value, LabelSource.TOOL.value, LabelSource.HUMAN.value)
PRECEDENCES = (
    Precedence("intent_source", _RANKING, columns=("intents", "intent", "intent_source")),
    Precedence("language_source", _RANKING, columns=("language", "language_source")),
)
_OF_KEYWORD = ("volume", "volume_min", "volume_max", "difficulty", "cpc")
_OF_QUERY = ("position", "clicks", "impressions")
HISTORY = Follower(
    model=KeywordMetric,
    parent_column="keyword_id",
    columns=("source_tool", "seen_on", *_OF_KEYWORD, "cpc_currency", *_OF_QUERY),
    conflict_columns=("keyword_id", "source_tool", "seen_on"),
    update_columns=(*_OF_KEYWORD, "cpc_currency", *_OF_QUERY),
    needs=(*_OF_KEYWORD, *_OF_QUERY),
    history_by="seen_on",
)
_OF_PAGE = ("position", "previous_position", "clicks", "impressions", "traffic")
RANKINGS = Follower(
    model=KeywordRanking,
    parent_column="keyword_id",
    columns=("url", "url_key", *_OF_PAGE, "source_tool", "seen_on", "source_import_id"),
    conflict_columns=("site_id", "keyword_id", "url_key", "source_tool"),
    update_columns=(*_OF_PAGE, "seen_on"),
    needs=("url",),
    inherited=("site_id", "sector_id"),
    newest_by="seen_on",
)
_FIGURES = frozenset({*_OF_KEYWORD, *_OF_QUERY, "competition", "trend", "traffic_potential", "global_volume"})
_PLAIN = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")


@dataclass(slots=True)
class Tally:
    """Counts the records of one pass and keeps the first refusals."""

    rows: int = 0
    rejected: int = 0
    rejects: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, reject: RejectedRow) -> None:
        self.rejected += 1
        if len(self.rejects) < MAX_STORED_REJECTS:
            self.rejects.append(asdict(reject))


def records_read(
    reader: Iterable[KeywordRow | RejectedRow], *, tally: Tally
) -> Iterator[tuple[KeywordRow, str]]:
    """The keywords that can be imported, each with its exact key; the tally gets the rest."""
    for record in reader:
        tally.rows += 1
        if isinstance(record, RejectedRow):
            tally.refuse(record)
            continue
        normalized = exact_key(record.text)
        if not normalized or len(normalized) > MAX_NORMALIZED_LENGTH:
            tally.refuse(_without_key(record, normalized))
            continue
        yield record, normalized


def exact_key(text: str) -> str:
    """`keyword_normalise`, without its work for a text of plain words and single blanks."""
    lowered = text.lower()
    return lowered if _PLAIN.fullmatch(lowered) else keyword_normalise(text)


def keyword_rows(
    reader: ExportReader, *, row: KeywordImport, tally: Tally, brands: tuple[str, ...]
) -> Iterator[tuple[Any, ...]]:
    """The staged rows of COLUMNS and what the history adds; the near-duplicate key is left to its own job."""
    rules, said = LabelSource.RULES.value, LabelSource.TOOL.value
    tool, today = reader.tool.value, day_of(reader, row)
    has_history, unknown = history_of(reader) is not None, (None,) * len(_OF_QUERY)
    for record, normalized in records_read(reader, tally=tally):
        intents, source = record.intents, record.intent_source or said
        if not intents:
            intents, source = _guessed(record.text, brands), rules
        of_query: tuple[Any, ...] = ()
        if has_history:
            is_of_query = record.url is None
            of_query = (record.position, record.clicks, record.impressions) if is_of_query else unknown
        yield (
            record.country or "",
            normalized,
            record.text,
            record.language or "",
            (record.language_source or said) if record.language else rules,
            record.volume,
            record.volume_min,
            record.volume_max,
            record.difficulty,
            record.cpc,
            record.cpc_currency or "",
            record.competition,
            intents,
            intents[0],
            source,
            record.serp_features,
            record.trend,
            record.parent_topic or "",
            record.traffic_potential,
            record.global_volume,
            record.origin or tool,
            record.seen_on or today,
            *of_query,
        )


def _guessed(text: str, brands: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(intent.value for intent in intent_guess(text, brands=brands).intents)


def history_of(reader: ExportReader) -> Follower | None:
    """What keeps the figures of a file over time.

    Nothing does for our own exports: what tools said at different times stands there side by side, and none of them
    said all of it on one day.
    """
    return None if reader.tool is SourceTool.OWN_EXPORT else HISTORY


def ranking_rows(reader: ExportReader, *, row: KeywordImport) -> Iterator[tuple[Any, ...]]:
    """The staged rows of IDENTITY and RANKINGS: each page that a row names; refused rows are told by the other pass."""
    tool, today, nothing = reader.tool.value, day_of(reader, row), (None,) * len(_OF_PAGE)
    for record, normalized in records_read(reader, tally=Tally()):
        key = (row.site_id, record.country or "", normalized)
        seen_on = record.seen_on or today
        if record.url is not None:
            figures = tuple([getattr(record, name) for name in _OF_PAGE])
            yield (*key, record.url, url_key(record.url), *figures, tool, seen_on, row.pk)
        for url in record.serp_urls:
            yield (*key, url, url_key(url), *nothing, tool, seen_on, row.pk)


def day_of(reader: ExportReader, row: KeywordImport) -> date | None:
    """The day that figures are of which do not say: of the file's name, else of its upload; None without figures.

    An export of our own says it in each row, or it is not known.
    """
    if reader.tool is SourceTool.OWN_EXPORT or _FIGURES.isdisjoint(reader.fields.values()):
        return None
    return reader.day or row.created_at.date()


def url_key(url: str) -> UUID:
    """What stands for an address in an index."""
    return UUID(bytes=blake2b(url.encode(), digest_size=16).digest())


def _without_key(record: KeywordRow, normalized: str) -> RejectedRow:
    if normalized:
        return RejectedRow(
            record.line_number, RejectReason.KEYWORD_TOO_LONG, "The keyword is too long.", record.text[:200]
        )
    reason = RejectReason.KEYWORD_WITHOUT_LETTERS
    return RejectedRow(record.line_number, reason, "The keyword has no letter or digit.", record.text[:200])
