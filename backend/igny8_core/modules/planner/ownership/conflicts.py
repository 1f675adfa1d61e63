"""Finds where two things of a site chase one query; pure and repeatable, it must never decide anything."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from uuid import UUID

import numpy as np

from igny8_core.modules.planner.constants import (
    TWIN_MIN_SIMILARITY,
    FindingAction,
    FindingKind,
    IdeaKind,
    IdeaState,
)
from igny8_core.modules.planner.ideation.forms import Form, keyword_form
from igny8_core.semantics.numerics import Matrix

UNDECIDED = frozenset({IdeaState.NEW, IdeaState.ACCEPTED, IdeaState.FAILED})
WRITTEN = frozenset({IdeaState.QUEUED, IdeaState.COMPLETED})
SERVED_MAX_POSITION = 20  # a page on the first two result pages answers the query already
MIN_SHARE = 0.1  # of a query's impressions: a page with less is shown by accident
MIN_IMPRESSIONS = 10
_BLOCK = 1_000

Embed = Callable[[Sequence[str]], Matrix]


@dataclass(frozen=True, slots=True)
class IdeaView:
    """What the search needs of an idea; `key` is the near-duplicate key of its query."""

    id: UUID
    query: str
    key: str
    cluster_id: UUID
    state: str
    kind: str
    score: float
    volume: int = 0


@dataclass(frozen=True, slots=True)
class PageView:
    """What it needs of a page that is on the site; `is_said`: a person or the article named its query."""

    id: UUID
    url: str
    query: str
    key: str
    content_id: UUID | None
    is_said: bool


@dataclass(frozen=True, slots=True)
class RankView:
    """One of the site's own addresses that a search engine shows for a query; `page_id` where the page is known."""

    query: str
    key: str
    url: str
    page_id: UUID | None
    impressions: int | None
    clicks: int | None
    position: float | None
    previous_position: float | None
    volume: int = 0

    @property
    def strength(self) -> tuple[float, float, float, str]:
        """Orders a query's pages, the strongest first: clicks, impressions, then position."""
        position = 1e9 if self.position is None else self.position
        return (-float(self.clicks or 0), -float(self.impressions or 0), position, self.url)


@dataclass(frozen=True, slots=True)
class Found:
    """Two things on one query: the one to act on (`idea_id` or `page_id`), the one that is in its way, and why."""

    kind: FindingKind
    action: FindingAction
    query: str
    weight: float
    reason: str
    idea_id: UUID | None = None
    other_idea_id: UUID | None = None
    page_id: UUID | None = None
    other_page_id: UUID | None = None
    similarity: float | None = None
    is_guess: bool = False
    ranks: tuple[RankView, ...] = ()
    topic: str = ""

    @property
    def key(self) -> str:
        """What it is about, whichever way round: the same on every look."""
        ids = (self.idea_id, self.other_idea_id, self.page_id, self.other_page_id)
        about = sorted(str(one) for one in ids if one)
        if self.kind == FindingKind.PAGES_SEARCH:
            about += [self.topic, *sorted({rank.url for rank in self.ranks if rank.page_id is None})]
        return sha256("\n".join((self.kind, *about)).encode()).hexdigest()


def conflicts_find(
    ideas: Sequence[IdeaView], pages: Sequence[PageView], ranks: Sequence[RankView], *, embed: Embed
) -> list[Found]:
    """Every conflict, each once, most at stake first; the same input in any order gives the same list.

    Two queries are one when their near-duplicate keys are equal or their cosine is at least .90 (the measured rule:
    key first, cosine second); two ideas also when one cluster asks for both in one form.
    """
    ideas, pages = sorted(ideas, key=lambda one: str(one.id)), sorted(pages, key=lambda one: str(one.id))
    shown = _by_query(ranks)
    open_ideas = [one for one in ideas if one.state in UNDECIDED and one.kind == IdeaKind.NEW_CONTENT]
    near = _Near.of([*open_ideas, *(one for one in ideas if one.state in WRITTEN)], pages, embed=embed)
    found = [
        *_served(open_ideas, pages, shown, near),
        *_twins(open_ideas, [one for one in ideas if one.state in WRITTEN], near),
        *_pages_alike(pages, shown),
    ]
    pairs = {
        frozenset((one.page_id, one.other_page_id)) for one in found if one.page_id and one.other_page_id
    }
    found += [
        one for one in _shown_together(shown) if frozenset((one.page_id, one.other_page_id)) not in pairs
    ]
    return sorted({one.key: one for one in found}.values(), key=lambda one: (-one.weight, one.kind, one.key))


def _by_query(ranks: Iterable[RankView]) -> dict[str, list[RankView]]:
    """The addresses shown for each query, the strongest first, each address once."""
    grouped: defaultdict[str, dict[str, RankView]] = defaultdict(dict)
    for rank in sorted(ranks, key=lambda one: one.strength):
        grouped[rank.key].setdefault(str(rank.page_id or rank.url), rank)
    return {key: list(rows.values()) for key, rows in grouped.items() if key}


@dataclass(frozen=True, slots=True)
class _Near:
    """Which queries are nearly one by meaning: for each text the others, with the cosine."""

    others: dict[str, dict[str, float]]

    @classmethod
    def of(cls, ideas: Sequence[IdeaView], pages: Sequence[PageView], *, embed: Embed) -> "_Near":
        texts = sorted({one.query for one in ideas} | {one.query for one in pages if one.query})
        if len(texts) < 2:
            return cls({})
        vectors = embed(texts)
        others: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for start in range(0, len(texts), _BLOCK):
            cosines = vectors[start : start + _BLOCK] @ vectors.T
            for row, column in np.argwhere(cosines >= TWIN_MIN_SIMILARITY):
                if start + row != column:
                    others[texts[start + row]][texts[column]] = round(float(cosines[row, column]), 3)
        return cls(dict(others))

    def of_text(self, text: str) -> dict[str, float]:
        return self.others.get(text, {})


def _served(
    ideas: Sequence[IdeaView],
    pages: Sequence[PageView],
    shown: dict[str, list[RankView]],
    near: _Near,
) -> Iterator[Found]:
    """Ideas whose query a page answers: by its own query, by what a search shows, or by meaning; the surest reason."""
    by_key: defaultdict[str, list[PageView]] = defaultdict(list)
    by_query: dict[str, PageView] = {}
    for page in pages:
        if page.key:
            by_key[page.key].append(page)
            by_query.setdefault(page.query, page)
    for idea in ideas:
        page_id: UUID | None
        similarity: float | None
        ranks = shown.get(idea.key, [])
        same = sorted(by_key.get(idea.key, []), key=lambda one: (not one.is_said, str(one.id)))
        best = next((one for one in ranks if _is_high(one) and one.page_id), None)
        if same:
            page_id, reason, similarity, is_guess = same[0].id, "same_query", None, not same[0].is_said
        elif best is not None:
            page_id, reason, similarity, is_guess = best.page_id, "ranks", None, False
        else:
            alike = near.of_text(idea.query)
            close = [
                (alike[text], str(by_query[text].id), by_query[text]) for text in alike if text in by_query
            ]
            if not close:
                continue
            similarity, _, page = max(close, key=lambda one: one[:2])
            page_id, reason, is_guess = page.id, "similar", not page.is_said
        yield Found(
            FindingKind.IDEA_SERVED,
            FindingAction.REFRESH,
            idea.query,
            _weight(idea.volume, ranks),
            reason,
            idea_id=idea.id,
            page_id=page_id,
            similarity=similarity,
            is_guess=is_guess,
            ranks=tuple(ranks),
        )


def _is_high(rank: RankView) -> bool:
    return rank.position is not None and rank.position <= SERVED_MAX_POSITION


def _twins(ideas: Sequence[IdeaView], written: Sequence[IdeaView], near: _Near) -> Iterator[Found]:
    """Ideas that say the same: of two undecided ones the worse is to go, of one that is being written the new one."""
    for one, other in _candidates(ideas, written, near):
        reason, similarity = _likeness(one, other, near)
        if not reason:
            continue
        is_written = other.state in WRITTEN
        worse, better = (one, other) if is_written or one.score < other.score else (other, one)
        yield Found(
            FindingKind.IDEA_WRITTEN if is_written else FindingKind.IDEA_TWIN,
            FindingAction.RETARGET if reason == "similar" else FindingAction.REJECT,
            worse.query,
            float(worse.volume),
            reason,
            idea_id=worse.id,
            other_idea_id=better.id,
            similarity=similarity,
        )


def _candidates(
    ideas: Sequence[IdeaView], written: Sequence[IdeaView], near: _Near
) -> Iterator[tuple[IdeaView, IdeaView]]:
    """Pairs worth a look, each once, the undecided idea first; never all pairs of a long list."""
    groups: defaultdict[object, list[IdeaView]] = defaultdict(list)
    by_query: defaultdict[str, list[IdeaView]] = defaultdict(list)
    for one in (*ideas, *written):
        by_query[one.query].append(one)
        groups[one.cluster_id].append(one)
        if one.key:
            groups[one.key].append(one)
    pairs = [pair for group in groups.values() for pair in combinations(group, 2)]
    for text in sorted(by_query):
        for partner in sorted(near.of_text(text)):
            pairs += [(one, other) for one in by_query[text] for other in by_query.get(partner, [])]
    seen: set[frozenset[UUID]] = set()
    for one, other in pairs:
        ids = frozenset((one.id, other.id))
        if len(ids) < 2 or ids in seen or (one.state in WRITTEN and other.state in WRITTEN):
            continue
        seen.add(ids)
        yield (other, one) if one.state in WRITTEN else (one, other)


def _likeness(one: IdeaView, other: IdeaView, near: _Near) -> tuple[str, float | None]:
    if one.key and one.key == other.key:
        return "same_query", None
    similarity = near.of_text(one.query).get(other.query)
    if similarity is not None:
        return "similar", similarity
    form = keyword_form(one.query)
    is_angle = form is not Form.TOPIC and form is keyword_form(other.query)
    return ("same_angle", None) if is_angle and one.cluster_id == other.cluster_id else ("", None)


def _pages_alike(pages: Sequence[PageView], shown: dict[str, list[RankView]]) -> Iterator[Found]:
    """Pages with one query: the strongest keeps it, each other one is to be merged into it."""
    groups: defaultdict[str, list[PageView]] = defaultdict(list)
    for page in pages:
        if page.key:
            groups[page.key].append(page)
    for key, group in sorted(groups.items()):
        ranks = shown.get(key, [])
        places = {rank.page_id: at for at, rank in enumerate(ranks)}
        ordered = sorted(group, key=lambda one: (places.get(one.id, 1e9), not one.is_said, str(one.id)))
        kept, rest = ordered[0], ordered[1:]
        for page in rest:
            if page.content_id is not None and page.content_id == kept.content_id:
                continue  # one article at two addresses
            yield Found(
                FindingKind.PAGES_QUERY,
                FindingAction.MERGE,
                kept.query or page.query,
                _weight(0, ranks),
                "same_query",
                page_id=page.id,
                other_page_id=kept.id,
                is_guess=not (page.is_said and kept.is_said),
                ranks=tuple(ranks),
            )


def _shown_together(shown: dict[str, list[RankView]]) -> Iterator[Found]:
    """Queries for which a search shows two or more of the site's pages, each with a real share of the impressions."""
    for key in sorted(shown):
        ranks = [rank for rank in shown[key] if (rank.impressions or 0) >= MIN_IMPRESSIONS]
        total = sum(rank.impressions or 0 for rank in ranks)
        ranks = [rank for rank in ranks if (rank.impressions or 0) >= MIN_SHARE * total]
        if len(ranks) < 2:
            continue
        leader, second = ranks[0], ranks[1]
        yield Found(
            FindingKind.PAGES_SEARCH,
            FindingAction.MERGE if _swings(ranks) else FindingAction.RETARGET,
            leader.query,
            _weight(0, ranks),
            "swing" if _swings(ranks) else "shared",
            page_id=second.page_id,
            other_page_id=leader.page_id,
            ranks=tuple(ranks),
            topic=key,
        )


def _swings(ranks: Sequence[RankView]) -> bool:
    """Whether the pages took the lead from each other: the order now is not the order before."""
    known = [one for one in ranks if one.position is not None and one.previous_position is not None]
    now = sorted(known, key=lambda one: (one.position or 0, one.url))
    before = sorted(known, key=lambda one: (one.previous_position or 0, one.url))
    return len(known) > 1 and now[0].url != before[0].url


def _weight(volume: int, ranks: Sequence[RankView]) -> float:
    impressions = sum(rank.impressions or 0 for rank in ranks)
    return float(max(impressions, volume, *(rank.volume for rank in ranks), 0))
