"""Proves the points of every keyword check at the edges of its thresholds; it needs no network."""

import pytest

from igny8_core.modules.optimizer.scoring import Place, Position, Verdict
from igny8_core.modules.optimizer.scoring.keyword_checks import density_points
from igny8_core.modules.optimizer.scoring.tests.pages import filler, finding, page, points


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Buy a coffee grinder. It helps.</p>", 9),
        ("<p>Grinders for coffees differ.</p>", 9),
        ("<p>Buy coffee. A grinder helps.</p>", 6),
        ("<p>Buy coffee. It helps.</p>", 3),
        ("<p>Hello.</p><p>Buy a coffee grinder.</p>", 3),
        ("<h2>Coffee grinder</h2>", 3),
        ("", 3),
        ("<figure><figcaption>A photo</figcaption></figure><p>A coffee grinder.</p>", 9),
        ("<ul><li>Contents</ul>A coffee-grinder.", 9),
    ],
)
def test_introduction_wants_the_keyword_in_one_sentence(html: str, expected: int) -> None:
    assert points("keyword_in_introduction", html=html) == expected


def test_introduction_points_at_the_first_paragraph_of_prose() -> None:
    found = finding("keyword_in_introduction", page(html="<ul><li>Contents</ul><p>Coffee only.</p>"))
    assert (found.position, found.value) == (Position(Place.PARAGRAPH, 1), 0.5)


@pytest.mark.parametrize(
    ("keyword", "expected", "verdict"),
    [
        ("coffee", 9, Verdict.GOOD),
        ("best coffee grinder shop", 9, Verdict.GOOD),
        ("the best of the coffee grinder shops", 9, Verdict.GOOD),
        ("best cheap coffee grinder shop", 6, Verdict.OK),
        ("one two three four five six seven eight", 6, Verdict.OK),
        ("one two three four five six seven eight nine", 3, Verdict.BAD),
        ("", -999, Verdict.BAD),
        ("?!", -999, Verdict.BAD),
        ("who is who", 9, Verdict.GOOD),
    ],
)
def test_keyword_length_counts_content_words(keyword: str, expected: int, verdict: Verdict) -> None:
    found = finding("keyword_length", page(head_keyword=keyword))
    assert (found.points, found.verdict) == (expected, verdict)


@pytest.mark.parametrize(
    ("keyword", "reason"),
    [("coffee", "The keyword has 1 content word."), ("coffee grinder", "The keyword has 2 content words.")],
)
def test_reason_agrees_with_its_number(keyword: str, reason: str) -> None:
    assert finding("keyword_length", page(head_keyword=keyword)).reason == reason


@pytest.mark.parametrize(
    ("percent", "top", "expected"),
    [
        (0, 3.5, 4),
        (0.5, 3.5, 4),
        (0.51, 3.5, 9),
        (3.5, 3.5, 9),
        (3.51, 3.5, -10),
        (3.0, 3.0, 9),
        (3.01, 3.0, -10),
        (4.0, 3.5, -10),
        (4.01, 3.5, -50),
        (100, 3.5, -50),
    ],
)
def test_density_points_at_each_edge(percent: float, top: float, expected: int) -> None:
    assert density_points(percent, top=top) == expected


@pytest.mark.parametrize(
    ("times", "words", "expected"),
    [(1, 200, 4), (1, 199, 9), (7, 200, 9), (8, 200, -10), (9, 200, -50), (0, 100, 4)],
)
def test_density_counts_each_sentence_with_all_words(times: int, words: int, expected: int) -> None:
    html = f"<p>{'Coffee grinders. ' * times}{filler(words - 2 * times)}</p>"
    found = finding("keyword_density", page(html=html))
    assert (found.points, found.value) == (expected, round(100 * times / words, 2))


@pytest.mark.parametrize(
    ("times", "advice"),
    [
        (1, "Use the keyword more often."),
        (2, "Nothing to change."),
        (8, "Replace some uses of the keyword."),
    ],
)
def test_density_advises_in_the_right_direction(times: int, advice: str) -> None:
    html = f"<p>{'Coffee grinders. ' * times}{filler(200 - 2 * times)}</p>"
    assert finding("keyword_density", page(html=html)).advice == advice


def test_density_is_not_judged_below_100_words() -> None:
    found = finding("keyword_density", page(html=f"<p>{filler(99)}</p>"))
    assert (found.verdict, found.points, found.max_points) == (Verdict.NOT_JUDGED, 0, 0)


def test_density_allows_less_where_only_exact_words_count() -> None:
    html = f"<p>{'Kahawa bora. ' * 7}{filler(186)}</p>"
    assert points("keyword_density", html=html, head_keyword="kahawa bora", language="sw") == -10


def test_density_counts_a_repeated_word_once_per_need() -> None:
    html = f"<p>Coffee versus coffee. Only coffee here. {filler(94)}</p>"
    assert finding("keyword_density", page(html=html, head_keyword="coffee versus coffee")).value == 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 3),
        ("Coffee only.", 3),
        ("A coffee grinder.", 9),
        ("A coffee grinder and grinders for coffee.", 9),
        ("Coffee grinder, coffee grinder, coffee grinder.", 3),
    ],
)
def test_meta_description_wants_the_keyword_once_or_twice(text: str, expected: int) -> None:
    assert points("keyword_in_meta_description", meta_description=text) == expected


def _headings(hits: int, misses: int) -> str:
    return "<h2>Coffee grinders</h2><p>a</p>" * hits + "<h3>Coffee</h3><p>a</p>" * misses


@pytest.mark.parametrize(
    ("hits", "misses", "expected"),
    [
        (1, 0, 9),
        (0, 1, 3),
        (3, 7, 9),
        (29, 71, 3),
        (30, 70, 9),
        (75, 25, 9),
        (76, 24, 3),
        (3, 1, 9),
        (2, 0, 3),
    ],
)
def test_subheadings_share_at_each_edge(hits: int, misses: int, expected: int) -> None:
    assert points("keyword_in_subheadings", html=_headings(hits, misses)) == expected


def test_subheadings_point_at_the_first_heading_to_change() -> None:
    few = finding("keyword_in_subheadings", page(html="<h1>Title</h1>" + _headings(0, 2)))
    many = finding("keyword_in_subheadings", page(html="<h4>Coffee</h4>" + _headings(2, 0)))
    assert (few.position, many.position) == (Position(Place.HEADING, 1), Position(Place.HEADING, 1))


@pytest.mark.parametrize(("words", "verdict"), [(300, Verdict.NOT_JUDGED), (301, Verdict.BAD)])
def test_subheadings_are_expected_in_a_long_text(words: int, verdict: Verdict) -> None:
    assert finding("keyword_in_subheadings", page(html=f"<p>{filler(words)}</p>")).verdict is verdict


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<a href="/other">coffee grinders</a>', 2),
        ('<a href="https://example.org/">the <b>coffee</b> grinder</a>', 2),
        ('<a href="/other">cheap coffee grinder</a>', 9),
        ('<a href="/other">coffee</a>', 9),
        ('<a href="#part">coffee grinder</a>', 9),
        ('<a href="mailto:a@example.org">coffee grinder</a>', 9),
        ("<a>coffee grinder</a>", 9),
        ("", 9),
    ],
)
def test_competing_links_are_links_on_the_keyword(link: str, expected: int) -> None:
    assert points("competing_links", html=f"<p>Text {link}</p>") == expected


def test_competing_links_point_at_the_first_of_them() -> None:
    html = '<a href="/a">a</a> <a href="/b">Coffee Grinder</a>'
    assert finding("competing_links", page(html=html)).position == Position(Place.LINK, 1)


@pytest.mark.parametrize(
    ("hits", "misses", "expected"),
    [
        (1, 0, 9),
        (4, 0, 9),
        (1, 3, 9),
        (0, 4, 6),
        (1, 4, 6),
        (2, 3, 9),
        (3, 7, 9),
        (3, 1, 9),
        (6, 2, 9),
        (4, 1, 6),
    ],
)
def test_image_alts_share_at_each_edge(hits: int, misses: int, expected: int) -> None:
    html = (
        '<img alt="Coffee grinders">' * hits
        + "<img alt='coffee'>" * (misses // 2)
        + "<img>" * -(-misses // 2)
    )
    assert points("keyword_in_image_alts", html=html) == expected


def test_image_alts_are_not_judged_without_an_image() -> None:
    assert finding("keyword_in_image_alts", page(html="<p>a</p>")).verdict is Verdict.NOT_JUDGED


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Coffee grinder: a guide", 9),
        ("The coffee-grinder guide", 9),
        ("Best coffee grinder", 6),
        ("Coffee grinders compared", 6),
        ("A grinder for your coffee", 6),
        ("Coffee guide", 2),
        ("", 2),
    ],
)
def test_title_wants_the_exact_keyword_first(title: str, expected: int) -> None:
    assert points("keyword_in_title", title=title) == expected


def test_title_says_where_the_keyword_stands() -> None:
    found = finding("keyword_in_title", page(title="Decoffee? Best coffee grinder"))
    assert found.position == Position(Place.CHARACTER, 15)


@pytest.mark.parametrize(
    ("slug", "keyword", "expected"),
    [
        ("coffee-grinder", "coffee grinder", 9),
        ("the-coffee-grinders", "coffee grinder", 9),
        ("coffee", "coffee grinder", 6),
        ("", "coffee grinder", 6),
        ("best-coffee", "best coffee grinder", 9),
        ("coffee", "best coffee grinder", 6),
        ("cheap-coffee", "best cheap coffee grinder", 6),
        ("caf%C3%A9", "café", 9),
        ("cafe", "café", 9),
        ("%", "café", 6),
    ],
)
def test_slug_wants_the_words_of_the_keyword(slug: str, keyword: str, expected: int) -> None:
    assert points("keyword_in_slug", slug=slug, head_keyword=keyword) == expected


@pytest.mark.parametrize(("count", "expected"), [(0, 9), (1, 6), (2, 1), (50, 1), (-1, 9)])
def test_previously_used_counts_other_pages(count: int, expected: int) -> None:
    assert points("keyword_previously_used", previously_used_count=count) == expected


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        (("whole bean",), 9),
        (("whole beans", "hand mills"), 9),
        (("whole beans", "paper filter"), 6),
        (("whole beans", "paper filter", "milk foam"), 3),
        (("paper filter",), 3),
    ],
)
def test_secondary_keywords_want_a_sentence_each(keywords: tuple[str, ...], expected: int) -> None:
    assert points("secondary_keywords", secondary_keywords=keywords) == expected


@pytest.mark.parametrize("keywords", [(), ("", "?")])
def test_secondary_keywords_are_not_judged_without_one(keywords: tuple[str, ...]) -> None:
    assert finding("secondary_keywords", page(secondary_keywords=keywords)).verdict is Verdict.NOT_JUDGED
