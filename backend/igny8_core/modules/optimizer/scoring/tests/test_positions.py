"""A finding that is not good says where to look, with the words that stand there, and names what is missing."""

import pytest

from igny8_core.modules.optimizer.scoring import Part, Place, Position, Verdict, score_page
from igny8_core.modules.optimizer.scoring.pixels import characters_within, title_width
from igny8_core.modules.optimizer.scoring.tests.pages import GOOD, finding, page


@pytest.mark.parametrize(
    ("check", "html", "position", "excerpt"),
    [
        (
            "competing_links",
            '<p>A <a href="/b">Coffee  Grinder</a>.</p>',
            Position(Place.LINK, 0),
            "Coffee Grinder",
        ),
        ("internal_links", '<p><a href="/b" rel="nofollow"> </a>x</p>', Position(Place.LINK, 0), "/b"),
        (
            "keyword_in_image_alts",
            '<p>x</p><img src="/a.jpg" alt="A cup.">',
            Position(Place.IMAGE, 0),
            "A cup.",
        ),
        ("keyword_in_image_alts", '<p>x</p><img src="/a.jpg">', Position(Place.IMAGE, 0), "/a.jpg"),
        (
            "single_h1",
            "<h2>One</h2><p>x</p><h1>Two &amp; three</h1>",
            Position(Place.HEADING, 1),
            "Two & three",
        ),
        (
            "keyword_in_introduction",
            "<h2>A</h2><p>Só. It is.</p>",
            Position(Place.PARAGRAPH, 0),
            "Só. It is.",
        ),
        (
            "passive_voice",
            "<ul><li>It was seen.</li></ul><p>Dogs run. It was written. Cats run.</p>",
            Position(Place.SENTENCE, 1),
            "It was written.",
        ),
    ],
)
def test_excerpt_is_what_stands_at_the_position(
    check: str, html: str, position: Position, excerpt: str
) -> None:
    found = finding(check, page(html=html))
    assert (found.position, found.excerpt) == (position, excerpt)


def test_long_excerpt_is_cut_at_a_word() -> None:
    found = finding("paragraph_length", page(html=f"<p>{'Beans smell. ' * 90}</p>"))
    assert found.excerpt == f"{('Beans smell. ' * 9).strip(' .')}…"
    assert len(found.excerpt) <= 120


def test_excerpt_of_one_line_is_the_line() -> None:
    scored = page(title="On mills", slug="mills", meta_description="Mills.", head_keyword="coffee grinder")
    parts = {found.part: found.excerpt for found in score_page(scored).findings if found.position is None}
    assert parts[Part.TITLE] == "On mills"
    assert parts[Part.SLUG] == "mills"
    assert parts[Part.META_DESCRIPTION] == "Mills."
    assert parts[Part.KEYWORD] == "coffee grinder"
    assert parts[Part.TEXT] == ""


def test_what_is_not_judged_has_no_place() -> None:
    for found in score_page(page(html="", head_keyword="")).findings:
        if found.verdict is Verdict.NOT_JUDGED:
            assert (found.position, found.excerpt) == (None, "")


def test_title_shows_what_is_cut_off() -> None:
    title = "Coffee grinder " + "m" * 60
    found = finding("title_width", page(title=title))
    assert found.position is not None
    shown = title[: found.position.index]
    assert title_width(shown) <= 600 < title_width(title[: len(shown) + 1])
    assert found.excerpt == title[len(shown) :]
    assert characters_within("short", 600) == 5


def test_keyword_used_too_often_points_at_where_it_is_used_most() -> None:
    few = "<p>Buy a coffee grinder. " + "Beans smell good. " * 20 + "</p>"
    many = "<h2>Mills</h2><p>" + "A coffee grinder grinds. " * 12 + "</p>"
    found = finding("keyword_density", page(html=few + many))
    assert (found.position, found.points) == (Position(Place.PARAGRAPH, 1), -50)
    assert found.excerpt.startswith("A coffee grinder grinds. A coffee")
    heading = f"<p>{'Beans smell good. ' * 40}</p><h2>Beans</h2><h2>{'Coffee grinder. ' * 5}</h2>"
    assert finding("keyword_density", page(html=heading)).position == Position(Place.HEADING, 1)


def test_hardest_sentence_and_the_first_without_a_transition_are_shown() -> None:
    easy, hard = (
        "However, dogs run. ",
        "Notwithstanding institutional considerations, organizations collaborate. ",
    )
    html = f"<p>{easy * 2}{hard * 40}</p>"
    assert finding("reading_ease", page(html=html)).excerpt == hard.strip()
    plain = f"<p>{easy}{'Dogs run home fast. ' * 60}</p>"
    found = finding("transition_words", page(html=plain))
    assert (found.position, found.excerpt) == (Position(Place.SENTENCE, 1), "Dogs run home fast.")


def test_missing_secondary_keywords_are_named() -> None:
    wanted = ("whole beans", "milk foam", "Latte Art", *(f"thing {number}" for number in range(5)))
    found = finding("secondary_keywords", page(secondary_keywords=wanted))
    assert found.advice == (
        "Cover in a sentence each, or drop: “milk foam”, “latte art”, “thing 0”, “thing 1”, “thing 2” and 2 more."
    )
    assert finding("secondary_keywords", GOOD).advice == "Nothing to change."
