"""The link ranker: what it prefers, its floor, and that it answers the same each time."""

import numpy as np
import pytest

from igny8_core.semantics.linking import LinkIndex, RankedPage, content_stems

TITLES = ["French press coffee", "Burr grinders compared", "Cold brew at home", "Growing tomatoes"]
TEXTS = [
    "Coarse grounds steep in a glass pot until the plunger of the press goes down. Coffee with body.",
    "A burr grinder crushes coffee beans evenly. Blades chop them unevenly.",
    "Cold brew steeps coarse coffee grounds for twelve hours in the fridge.",
    "Tomatoes want sun, water and a stake. Plant them in May.",
]
SOURCE = ("Steeping", "Coarse coffee grounds steep for four minutes. A burr grinder makes them even.")


def ranked(
    *,
    allowed: list[bool] | None = None,
    links_in: list[int] | None = None,
    source: tuple[str, str] = SOURCE,
    **options: float,
) -> list[RankedPage]:
    index = LinkIndex.fit(TITLES, TEXTS)
    return index.rank(
        *source, allowed=np.array(allowed or [True] * 4), links_in=links_in or [0] * 4, **options
    )


def test_related_pages_come_first_and_unrelated_ones_not_at_all() -> None:
    pages = ranked(floor=0.06)
    assert sorted(page.index for page in pages) == [0, 1, 2]
    assert all(page.words >= 0.06 for page in pages)
    assert [page.score for page in pages] == sorted((page.score for page in pages), reverse=True)
    assert next(page for page in pages if page.index == 1).title > 0


def test_only_allowed_pages_are_targets() -> None:
    assert [page.index for page in ranked(allowed=[False, False, True, False])] == [2]
    assert ranked(allowed=[False] * 4) == []


def test_links_in_lift_a_page_up_to_a_cap_and_orphans_by_their_own_weight() -> None:
    none, some, many, more = (
        next(page for page in ranked(links_in=[0, count, 0, 0]) if page.index == 1)
        for count in (0, 3, 20, 9_000)
    )
    assert none.score < some.score < many.score == more.score
    assert many.score == pytest.approx(none.score * 1.15)
    orphan = next(page for page in ranked(orphan_weight=0.1) if page.index == 1)
    assert orphan.score == pytest.approx(none.score * 1.1)


def test_same_pages_rank_the_same_each_time() -> None:
    assert ranked() == ranked()
    assert len(ranked(limit=1)) == 1


@pytest.mark.parametrize("source", [("", ""), ("???", "—"), ("Zzyzx", "qwrtp")])
def test_text_that_shares_nothing_has_no_links(source: tuple[str, str]) -> None:
    assert ranked(source=source, floor=0.06) == []


def test_no_pages_and_pages_without_words_are_no_error() -> None:
    empty = LinkIndex.fit([], [])
    assert empty.rank(*SOURCE, allowed=np.zeros(0, bool), links_in=[]) == []
    blank = LinkIndex.fit(["?", "the"], ["!", "of"])
    assert blank.rank(*SOURCE, allowed=np.ones(2, bool), links_in=[0, 0], floor=0.06) == []


def test_content_stems() -> None:
    assert content_stems("The growers’ Coffees, and it’s a well-made cup") == [
        "grower",
        "coffe",
        "well",
        "made",
        "cup",
    ]
