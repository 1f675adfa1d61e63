"""Proves the words, sentences, slugs and excerpts of `common.text`; it never needs HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.common.text import excerpt, sentences, slugify, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop, on-page SEO!", ["Don't", "stop", "on-page", "SEO"]),
        ("l’été arrive — enfin", ["l’été", "arrive", "enfin"]),
        ("snake_case 3.5 --", ["snake", "case", "3", "5"]),
        ("cafe\u0301 au lait", ["cafe\u0301", "au", "lait"]),
        ("हिन्दी भाषा।", ["हिन्दी", "भाषा"]),
        ("Привет, мир", ["Привет", "мир"]),
        ("", []),
        ("… !", []),
    ],
)
def test_words_keep_inner_apostrophes_and_marks(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four… 5 more", ["One.", "Two!", "Three?", "Four…", "5 more"]),
        ('He said "Go." Then he left.', ['He said "Go."', "Then he left."]),
        ("Dr. No met Mrs. Smith. They talked.", ["Dr. No met Mrs. Smith.", "They talked."]),
        ("Use a tool, e.g. Excel. It helps.", ["Use a tool, e.g. Excel.", "It helps."]),
        ("It costs 3.50 or so. yes", ["It costs 3.50 or so. yes"]),
        ("Да. Нет. Может быть", ["Да.", "Нет.", "Может быть"]),
        ("¿Qué? ¡Nada! Ya.", ["¿Qué?", "¡Nada!", "Ya."]),
        ("Caf\u00e9. \u00c9t\u00e9.", ["Caf\u00e9.", "\u00c9t\u00e9."]),
        ("यह एक है। वह दो है।", ["यह एक है।", "वह दो है।"]),
        ("no end", ["no end"]),
        ("  ", []),
    ],
)
def test_sentences_end_before_a_capital(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text())
def test_sentences_lose_no_word(text: str) -> None:
    assert [word for part in sentences(text) for word in words(part)] == words(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Don't Stop: the Café", "dont-stop-the-cafe"),
        ("Don’t stop", "dont-stop"),
        ("2020–2024 prices", "2020-2024-prices"),
        ("  --a  b-- ", "a-b"),
        ("Привет", ""),
        ("", ""),
    ],
)
def test_slugify_gives_ascii_words_with_hyphens(text: str, slug: str) -> None:
    assert slugify(text) == slug


@pytest.mark.parametrize(
    ("max_length", "slug"),
    [(12, "alpha-beta"), (11, "alpha-beta"), (10, "alpha-beta"), (9, "alpha"), (5, "alpha"), (3, "alp")],
)
def test_slugify_cuts_at_a_words_end(max_length: int, slug: str) -> None:
    assert slugify("Alpha beta gamma", max_length=max_length) == slug


@given(st.text(), st.integers(min_value=1, max_value=80))
def test_slugify_stays_a_slug(text: str, max_length: int) -> None:
    slug = slugify(text, max_length=max_length)
    assert len(slug) <= max_length
    assert slug.strip("-") == slug
    assert slugify(slug, max_length=max_length) == slug


@pytest.mark.parametrize(
    ("text", "max_length", "expected"),
    [
        ("short", 5, "short"),
        ("ab cd ef", 6, "ab cd…"),
        ("ab cd ef", 5, "ab…"),
        ("ab, cd ef", 6, "ab…"),
        ("abcdefghij", 5, "abcd…"),
        (" a \n b ", 3, "a b"),
    ],
)
def test_excerpt_cuts_at_a_words_end(text: str, max_length: int, expected: str) -> None:
    assert excerpt(text, max_length=max_length) == expected


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_excerpt_never_exceeds_its_length(text: str, max_length: int) -> None:
    assert len(excerpt(text, max_length=max_length)) <= max_length
