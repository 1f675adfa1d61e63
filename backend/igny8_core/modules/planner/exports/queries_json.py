"""Reads the answer of Search Console's API, saved as JSON, as records; the API gives 25,000 rows at most."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import orjson

from .errors import ExportDamaged, ExportKeywordColumnMissing, ExportTooLarge

MAX_JSON_BYTES = 64 * 1024 * 1024
_FIGURES = ("clicks", "impressions", "ctr", "position")
_DIMENSIONS = ("query", "page", "country", "device", "date", "searchAppearance", "hour")
_SPOTTED = (
    ("page", re.compile(r"https?://.+|sc-domain:.+")),
    ("date", re.compile(r"\d{4}-\d{2}-\d{2}.*")),
    ("device", re.compile(r"DESKTOP|MOBILE|TABLET")),
    ("country", re.compile(r"[a-z]{3}")),
)


class QueryRecords:
    """One pass over the rows, as `Records` says; `line_number` counts the header as 1, as in a table.

    The rows of one query, page and country are added up when days or devices tell them apart: clicks and impressions
    are summed, positions weighted by impressions. Raises ExportTooLarge, ExportDamaged, ExportKeywordColumnMissing.
    """

    def __init__(self, stream: BinaryIO, *, name: str) -> None:
        self._name = name
        self._rows = self._added_up(self._parsed(stream))
        self._at = 0
        self.line_number = 0
        self.is_too_long = False

    @property
    def raw(self) -> str:
        """The cells of the row, by tab."""
        return "\t".join(self._rows[self._at])

    def __iter__(self) -> Iterator[list[str]]:
        for at, cells in enumerate(self._rows):
            self._at, self.line_number = at, at + 1
            yield cells

    def _parsed(self, stream: BinaryIO) -> dict[str, Any]:
        if stream.seek(0, 2) > MAX_JSON_BYTES:
            raise ExportTooLarge(f"The file {self._name} is too large: at most 64 MB of JSON can be read.")
        stream.seek(0)
        try:
            document = orjson.loads(stream.read().removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise ExportDamaged(
                f"The file {self._name} is JSON that breaks off or is damaged: {error.msg}."
            ) from error
        return document if isinstance(document, dict) else {"rows": document}

    def _added_up(self, document: dict[str, Any]) -> list[list[str]]:
        rows = document.get("rows")
        if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
            raise ExportKeywordColumnMissing(
                f'The file {self._name} is JSON without "rows" of "keys", as Search Console\'s API answers.'
            )
        dimensions = self._dimensions(document, rows)
        kept = [at for at, name in enumerate(dimensions) if name in ("query", "page", "country")]
        sums: dict[tuple[str, ...], list[float]] = {}
        for row in rows:
            key = tuple(row["keys"][at] for at in kept)
            total = sums.setdefault(key, [0.0, 0.0, 0.0, 0.0])
            _add(total, row)
        header = [*(dimensions[at] for at in kept), "clicks", "impressions", "position"]
        return [header, *([*key, *_figures(total)] for key, total in sums.items())]

    def _dimensions(self, document: dict[str, Any], rows: Sequence[Any]) -> list[str]:
        """What the keys are: as the document says beside its rows, else as the keys look."""
        request = document.get("request")
        stated = document.get("dimensions") or (
            request.get("dimensions") if isinstance(request, dict) else None
        )
        width = len(rows[0]["keys"]) if rows else 0
        if isinstance(stated, list) and stated and all(name in _DIMENSIONS for name in stated):
            names = [str(name) for name in stated]
        else:
            names = [_spotted([row["keys"][at] for row in rows[:200]]) for at in range(width)] or ["query"]
        if "query" not in names or any(len(row["keys"]) != len(names) for row in rows):
            raise ExportKeywordColumnMissing(
                f'The file {self._name} has no dimension "query"; its keys seem to be: {", ".join(names)}.'
            )
        return names


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and isinstance(row.get("keys"), list)
        and all(isinstance(key, str) for key in row["keys"])
        and all(isinstance(row.get(name, 0), int | float) for name in _FIGURES)
    )


def _spotted(keys: list[str]) -> str:
    return next((name for name, pattern in _SPOTTED if all(map(pattern.fullmatch, keys))), "query")


def _add(total: list[float], row: dict[str, Any]) -> None:
    impressions = row.get("impressions", 0)
    total[0] += row.get("clicks", 0)
    total[1] += impressions
    weight = max(impressions, 1)
    total[2] += row.get("position", 0) * weight
    total[3] += weight


def _figures(total: list[float]) -> list[str]:
    clicks, impressions, weighted, weight = total
    return [f"{clicks:.0f}", f"{impressions:.0f}", f"{weighted / weight:.4f}"]
