"""Proves what the scorer sees of an article's HTML and how it finds keywords in it; it needs no network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.modules.optimizer.scoring.document import Document, parse, words_of
from igny8_core.modules.optimizer.scoring.matching import STEMMERS, Keyphrase, Matcher, find_exact


def _texts(document: Document) -> list[tuple[int, bool, list[str]]]:
    return [
        (block.level, block.is_prose, [" ".join(sentence) for sentence in block.sentences])
        for block in document.blocks
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One two. <b>Three</b> four.</p>", [(0, True, ["one two", "three four"])]),
        ("<p>One.<br>Two.<br> <br/>Three.</p>", [(0, True, ["one", "two"]), (0, True, ["three"])]),
        ("<h2>A <i>b</i></h2>tail", [(2, True, ["a b"]), (0, True, ["tail"])]),
        ("<h2>A<p>b</p></h2><p>c</p>", [(2, True, ["a"]), (2, True, ["b"]), (0, True, ["c"])]),
        ("<ul><li><p>a</p></ul><p>b</p>", [(0, False, ["a"]), (0, True, ["b"])]),
        ("<table><tr><td>a<td>b</table>", [(0, False, ["a"]), (0, False, ["b"])]),
        ("<p>a</p><pre>code here</pre><p>… !</p>", [(0, True, ["a"])]),
        ("<blockquote>It’s Me</blockquote>", [(0, True, ["it's me"])]),
        ("", []),
    ],
)
def test_parse_sees_blocks_as_a_reader_does(html: str, expected: list[tuple[int, bool, list[str]]]) -> None:
    assert _texts(parse(html)) == expected


def test_parse_collects_links_and_images_in_order() -> None:
    document = parse(
        '<a href=" /a ">One <b>two</b></a><a name="x">no</a><a href="/b" rel="ugc"><img alt="An Alt"></a><img>'
    )
    assert [(link.href, link.anchor, link.is_followed) for link in document.links] == [
        ("/a", ("one", "two"), True),
        ("/b", (), False),
    ]
    assert document.image_alts == (("an", "alt"), ())


def test_document_measures_the_sections_between_headings() -> None:
    document = parse("<p>a b</p><p>c</p><h2>h</h2><h3>i</h3><p>d</p>")
    assert document.section_sizes == ((0, 3), (2, 1))
    assert document.word_count == 6


def _phrase(keyword: str, language: str = "en") -> tuple[Matcher, Keyphrase]:
    matcher = Matcher(language=language)
    phrase = matcher.keyphrase(keyword)
    assert phrase is not None
    return matcher, phrase


@pytest.mark.parametrize(
    ("keyword", "text", "language", "expected"),
    [
        ("coffee grinder", "Grinders for coffee", "en", 1),
        ("coffee grinder", "coffee coffee grinder", "en", 1),
        ("on-page seo", "SEO on the page", "en", 1),
        ("on page seo", "on-page SEO", "en", 1),
        ("the die", "dying", "en", 1),
        ("try", "tries", "en", 1),
        ("dog's", "dogs", "en", 1),
        ("katze", "Katzen und Katze", "de", 2),
        ("dog", "dogs", "xx", 0),
        ("dog", "dog", "xx", 1),
    ],
)
def test_occurrences_match_word_forms(keyword: str, text: str, language: str, expected: int) -> None:
    matcher, phrase = _phrase(keyword, language)
    stems = matcher.stems_like(words_of(text), prefixes=phrase.prefixes)
    assert phrase.occurrences(stems) == expected


@given(
    st.lists(st.from_regex(r"[a-z]{1,12}('s)?", fullmatch=True), min_size=1),
    st.from_regex("[a-z]{1,6}", fullmatch=True),
)
def test_stems_like_loses_no_match_by_its_shortcut(words: list[str], keyword: str) -> None:
    matcher, phrase = _phrase(keyword)
    forms = [*words, keyword, f"{keyword}s", f"{keyword}ing", f"{keyword}ed", f"{keyword}ying"]
    shortcut = phrase.occurrences(matcher.stems_like(forms, prefixes=phrase.prefixes))
    assert shortcut == phrase.occurrences([matcher.stem(word) for word in forms])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("best coffee grinder", 1),
        ("coffee-grinder", 0),
        ("coffee grinders", None),
        ("coffee", None),
        ("", None),
    ],
)
def test_find_exact_gives_the_word_index(words: str, expected: int | None) -> None:
    _, phrase = _phrase("coffee grinder")
    assert find_exact(phrase, words.split()) == expected


@pytest.mark.parametrize("language", sorted(STEMMERS))
def test_every_stemmer_exists_and_is_stable(language: str) -> None:
    matcher = Matcher(language=language)
    assert matcher.knows_word_forms
    assert matcher.stem("a" * 1_000) == "a" * 1_000
    assert matcher.stem("test") == Matcher(language=language).stem("test")
