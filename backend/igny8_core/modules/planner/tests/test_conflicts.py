"""Two things on one query, found from plain facts; each expectation names the pair, the reason and the proposal."""

import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from igny8_core.modules.planner.constants import FindingAction, FindingKind, IdeaKind, IdeaState
from igny8_core.modules.planner.ownership.conflicts import (
    Found,
    IdeaView,
    PageView,
    RankView,
    conflicts_find,
)
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.variants import variant_key

# Texts that mean the same to the made-up space below.
SYNONYMS = {"coffee maker stovetop": 0, "hob coffee brewer": 0}


def embed(texts: Sequence[str]) -> Matrix:
    """A space in which only SYNONYMS are near."""
    rows = np.zeros((len(texts), len(texts) + 1), np.float32)
    for at, text in enumerate(texts):
        rows[at, SYNONYMS.get(text, at + 1)] = 1
    return rows


def idea(number: int, query: str, **fields: Any) -> IdeaView:
    values: dict[str, Any] = {
        "cluster_id": UUID(int=1000 + number),
        "state": IdeaState.NEW,
        "kind": IdeaKind.NEW_CONTENT,
        "score": 50.0,
    }
    return IdeaView(id=UUID(int=number), query=query, key=variant_key(query, "en"), **{**values, **fields})


def page(number: int, query: str, *, is_said: bool = True, content: int | None = None) -> PageView:
    return PageView(
        id=UUID(int=number),
        url=f"https://e.test/{number}",
        query=query,
        key=variant_key(query, "en"),
        content_id=UUID(int=content) if content else None,
        is_said=is_said,
    )


def rank(number: int, query: str, impressions: int | None = None, **fields: Any) -> RankView:
    values: dict[str, Any] = {"clicks": None, "position": None, "previous_position": None}
    return RankView(
        query=query,
        key=variant_key(query, "en"),
        url=f"https://e.test/{number}",
        page_id=UUID(int=number),
        impressions=impressions,
        **{**values, **fields},
    )


def pairs(found: Sequence[Found]) -> list[tuple[Any, ...]]:
    return [
        (one.kind, one.action, one.reason, *(key.int for key in _ids(one) if key is not None))
        for one in found
    ]


def _ids(one: Found) -> tuple[UUID | None, ...]:
    return one.idea_id, one.other_idea_id, one.page_id, one.other_page_id


def find(
    ideas: Sequence[IdeaView] = (), pages: Sequence[PageView] = (), ranks: Sequence[RankView] = ()
) -> list[Found]:
    return conflicts_find(ideas, pages, ranks, embed=embed)


class TestIdeas:
    def test_page_with_the_same_words_serves_an_idea(self) -> None:
        found = find([idea(1, "moka pots cleaning", volume=90)], [page(7, "cleaning a moka pot")])
        assert pairs(found) == [(FindingKind.IDEA_SERVED, FindingAction.REFRESH, "same_query", 1, 7)]
        assert (found[0].weight, found[0].is_guess, found[0].query) == (90.0, False, "moka pots cleaning")

    def test_page_whose_query_was_only_read_is_a_guess(self) -> None:
        found = find([idea(1, "moka pot")], [page(7, "moka pot", is_said=False)])
        assert [one.is_guess for one in found] == [True]

    def test_page_that_said_its_query_goes_before_one_that_was_read(self) -> None:
        found = find([idea(1, "moka pot")], [page(6, "moka pot", is_said=False), page(7, "moka pot")])
        assert (FindingKind.IDEA_SERVED, FindingAction.REFRESH, "same_query", 1, 7) in pairs(found)

    @pytest.mark.parametrize(
        ("position", "is_served"), [(3.0, True), (20.0, True), (20.5, False), (None, False)]
    )
    def test_page_that_ranks_for_the_query_serves_it(self, position: float | None, is_served: bool) -> None:
        shown = rank(7, "moka pot", 40, position=position)
        found = find([idea(1, "moka pot")], [page(7, "espresso")], [shown])
        assert pairs(found) == [(FindingKind.IDEA_SERVED, FindingAction.REFRESH, "ranks", 1, 7)] * is_served

    def test_page_that_means_the_same_serves_it(self) -> None:
        found = find([idea(1, "coffee maker stovetop")], [page(7, "hob coffee brewer")])
        assert pairs(found) == [(FindingKind.IDEA_SERVED, FindingAction.REFRESH, "similar", 1, 7)]
        assert found[0].similarity == 1.0

    def test_idea_about_the_page_is_no_conflict_with_it(self) -> None:
        assert find([idea(1, "moka pot", kind=IdeaKind.REFRESH)], [page(7, "moka pot")]) == []

    @pytest.mark.parametrize("state", [IdeaState.REJECTED, IdeaState.QUEUED, IdeaState.COMPLETED])
    def test_decided_idea_is_not_asked_about(self, state: IdeaState) -> None:
        assert find([idea(1, "moka pot", state=state)], [page(7, "moka pot")]) == []

    def test_worse_of_two_ideas_alike_is_to_go(self) -> None:
        ideas = [idea(1, "moka pot", score=40.0), idea(2, "moka pots", score=60.0)]
        assert pairs(find(ideas)) == [(FindingKind.IDEA_TWIN, FindingAction.REJECT, "same_query", 1, 2)]

    def test_ideas_of_one_meaning_are_to_aim_elsewhere(self) -> None:
        ideas = [idea(1, "coffee maker stovetop", score=60.0), idea(2, "hob coffee brewer")]
        assert pairs(find(ideas)) == [(FindingKind.IDEA_TWIN, FindingAction.RETARGET, "similar", 2, 1)]

    def test_ideas_of_one_angle_in_one_cluster_are_alike(self) -> None:
        cluster = UUID(int=5)
        ideas = [
            idea(1, "how to clean a moka pot", cluster_id=cluster),
            idea(2, "how to descale a kettle", cluster_id=cluster, score=40.0),
            idea(3, "moka pot", cluster_id=cluster),
            idea(4, "espresso", cluster_id=cluster),
            idea(5, "how to froth milk"),
        ]
        assert pairs(find(ideas)) == [(FindingKind.IDEA_TWIN, FindingAction.REJECT, "same_angle", 2, 1)]

    @pytest.mark.parametrize("state", [IdeaState.QUEUED, IdeaState.COMPLETED])
    def test_idea_near_what_is_written_is_to_be_rejected(self, state: IdeaState) -> None:
        ideas = [idea(1, "moka pots", score=90.0), idea(2, "moka pot", state=state)]
        assert pairs(find(ideas)) == [(FindingKind.IDEA_WRITTEN, FindingAction.REJECT, "same_query", 1, 2)]

    def test_two_written_ideas_are_left_alone(self) -> None:
        assert (
            find([idea(1, "a pot", state=IdeaState.QUEUED), idea(2, "pots", state=IdeaState.COMPLETED)]) == []
        )


class TestPages:
    def test_pages_of_one_query_are_merged_into_the_stronger(self) -> None:
        pages = [page(7, "moka pot"), page(8, "moka pots")]
        ranks = [rank(7, "moka pot", 20, position=14.0), rank(8, "moka pot", 300, position=5.0)]
        found = find(pages=pages, ranks=ranks)
        assert pairs(found) == [(FindingKind.PAGES_QUERY, FindingAction.MERGE, "same_query", 7, 8)]
        assert (found[0].weight, [one.url for one in found[0].ranks]) == (
            320.0,
            ["https://e.test/8", "https://e.test/7"],
        )

    def test_one_article_at_two_addresses_is_one(self) -> None:
        assert find(pages=[page(7, "moka pot", content=1), page(8, "moka pot", content=1)]) == []
        assert len(find(pages=[page(7, "moka pot", content=1), page(8, "moka pot", content=2)])) == 1

    def test_pages_without_a_query_are_left_alone(self) -> None:
        assert find(pages=[page(7, ""), page(8, "")]) == []

    def test_third_page_makes_a_second_finding(self) -> None:
        found = find(pages=[page(7, "moka pot"), page(8, "moka pot"), page(9, "moka pot")])
        assert [one[3:] for one in sorted(pairs(found), key=str)] == [(8, 7), (9, 7)]

    def test_two_pages_shown_in_one_search_share_it(self) -> None:
        ranks = [
            rank(7, "moka pot", 60, position=8.0, previous_position=7.0),
            rank(8, "moka pot", 40, position=9.0, previous_position=9.5),
            rank(9, "moka pot", 5, position=30.0),
        ]
        found = find(pages=[page(7, "moka"), page(8, "brewer")], ranks=ranks)
        assert pairs(found) == [(FindingKind.PAGES_SEARCH, FindingAction.RETARGET, "shared", 8, 7)]
        assert [one.impressions for one in found[0].ranks] == [60, 40]

    def test_pages_that_take_the_lead_from_each_other_are_to_be_merged(self) -> None:
        ranks = [
            rank(7, "moka pot", 60, position=8.0, previous_position=12.0),
            rank(8, "moka pot", 40, position=11.0, previous_position=6.0),
        ]
        assert pairs(find(ranks=ranks)) == [(FindingKind.PAGES_SEARCH, FindingAction.MERGE, "swing", 8, 7)]

    @pytest.mark.parametrize("impressions", [9, None, 0])
    def test_page_shown_by_accident_is_left_alone(self, impressions: int | None) -> None:
        ranks = [rank(7, "moka pot", 60, position=2.0), rank(8, "moka pot", impressions, position=50.0)]
        assert find(ranks=ranks) == []

    def test_page_with_a_small_share_is_left_alone(self) -> None:
        assert find(ranks=[rank(7, "moka pot", 1000), rank(8, "moka pot", 90)]) == []

    def test_pair_is_told_once_when_query_and_search_both_show_it(self) -> None:
        ranks = [rank(7, "moka pot", 60), rank(8, "moka pot", 40)]
        found = find(pages=[page(7, "moka pot"), page(8, "moka pot")], ranks=ranks)
        assert [one.kind for one in found] == [FindingKind.PAGES_QUERY]


def test_findings_know_no_order_and_have_one_key_each() -> None:
    ideas = [
        idea(n, query)
        for n, query in enumerate(("moka pot", "moka pots", "espresso", "hob coffee brewer"), 1)
    ]
    pages = [page(n, query) for n, query in enumerate(("moka pot", "pot moka", "coffee maker stovetop"), 11)]
    ranks = [rank(n, "moka pot", 10 * n, position=float(n)) for n in (11, 12)]
    wanted = find(ideas, pages, ranks)
    assert len({one.key for one in wanted}) == len(wanted) == 5
    mixer = random.Random(1)
    for _ in range(5):
        shuffled: list[Any] = [list(ideas), list(pages), list(ranks)]
        for rows in shuffled:
            mixer.shuffle(rows)
        assert find(*shuffled) == wanted
    assert [one.weight for one in wanted] == sorted((one.weight for one in wanted), reverse=True)
