"""Proves the points of every readability check at the edges of its thresholds; it needs no network."""

import pytest

from igny8_core.modules.optimizer.scoring import Place, Position, Verdict
from igny8_core.modules.optimizer.scoring.document import words_of
from igny8_core.modules.optimizer.scoring.reading_checks import (
    ease_points,
    has_transition,
    is_passive,
    sentence_start,
)
from igny8_core.modules.optimizer.scoring.syllables import count_syllables, reading_ease
from igny8_core.modules.optimizer.scoring.tests.pages import filler, finding, page, points, prose


@pytest.mark.parametrize(("words", "expected"), [(1, 9), (300, 9), (301, 6), (350, 6), (351, 3)])
def test_subheading_distribution_at_each_edge(words: int, expected: int) -> None:
    html = f"<p>a</p><h3>b</h3><p>c</p><p>{filler(words - 1)}</p><h2>d</h2><p>e</p>"
    found = finding("subheading_distribution", page(html=html))
    assert (found.points, found.value) == (expected, words)
    assert found.position == (None if expected == 9 else Position(Place.PARAGRAPH, 1))


@pytest.mark.parametrize(("words", "expected"), [(1, 9), (150, 9), (151, 6), (200, 6), (201, 3)])
def test_paragraph_length_at_each_edge(words: int, expected: int) -> None:
    found = finding("paragraph_length", page(html=f"a<p>{filler(words)}</p>"))
    assert (found.points, found.value) == (expected, words)
    assert found.position == (None if expected == 9 else Position(Place.PARAGRAPH, 1))


@pytest.mark.parametrize(
    ("long", "short", "expected"), [(0, 1, 9), (25, 75, 9), (26, 74, 6), (30, 70, 6), (31, 69, 3)]
)
def test_sentence_length_at_each_edge(long: int, short: int, expected: int) -> None:
    found = finding("sentence_length", page(html=prose(*[20] * short, *[21] * long)))
    assert (found.points, found.value) == (expected, 100 * long / (long + short))
    assert found.position == (None if expected == 9 else Position(Place.SENTENCE, short))


def _mixed(special: str, count: int, *, of: int) -> str:
    """Prose of `of` sentences of which `count` are `special`; no three of the others start alike."""
    plain = ["Dogs run far away.", "Cats sleep all day."] * of
    return f"<p>{' '.join([special] * count + plain[: of - count])}</p>"


@pytest.mark.parametrize(("count", "expected"), [(0, 9), (10, 9), (11, 6), (15, 6), (16, 3)])
def test_passive_voice_at_each_edge(count: int, expected: int) -> None:
    html = f"<p>Stop. {_mixed('Beans were roasted.', count, of=99)}"
    found = finding("passive_voice", page(html=html))
    assert (found.points, found.value) == (expected, count)
    assert found.position == (None if expected == 9 else Position(Place.SENTENCE, 1))


@pytest.mark.parametrize(("count", "expected"), [(19, 3), (20, 6), (29, 6), (30, 9), (100, 9)])
def test_transition_words_at_each_edge(count: int, expected: int) -> None:
    assert points("transition_words", html=_mixed("However, dogs run.", count, of=100)) == expected


@pytest.mark.parametrize(("words", "verdict"), [(199, Verdict.NOT_JUDGED), (200, Verdict.BAD)])
def test_transition_words_are_judged_from_200_words_on(words: int, verdict: Verdict) -> None:
    assert finding("transition_words", page(html=prose(words))).verdict is verdict


@pytest.mark.parametrize(
    ("text", "expected", "position"),
    [
        ("Go on. Go on. Stop.", 9, None),
        ("Stop. Go on. Go away. Go.", 3, Position(Place.SENTENCE, 1)),
        ("Go. Go. Go. Stop. Wait. Wait. Wait.", 3, Position(Place.SENTENCE, 0)),
        ("The cat sat. The dog ran. The bird flew.", 9, None),
        ("The cat sat. The cat ran. The cat slept.", 3, Position(Place.SENTENCE, 0)),
    ],
)
def test_sentence_beginnings_allow_two_alike(text: str, expected: int, position: Position | None) -> None:
    found = finding("sentence_beginnings", page(html=f"<p>{text}</p>"))
    assert (found.points, found.position) == (expected, position)


def test_sentence_beginnings_ignore_lists_and_tables() -> None:
    html = "<p>Go.</p><ul><li>Use a.<li>Use b.<li>Use c.</ul><table><tr><td>Yes<td>Yes<td>Yes</table>"
    assert finding("sentence_beginnings", page(html=html)).value == 1


@pytest.mark.parametrize(
    ("text", "points_expected", "advice"),
    [
        ("The cat sat on the mat.", 9, "Nothing to change."),
        (
            "Implementation considerations necessitate reorganization.",
            3,
            "Use shorter sentences and shorter words.",
        ),
    ],
)
def test_reading_ease_judges_a_text(text: str, points_expected: int, advice: str) -> None:
    found = finding("reading_ease", page(html=f"<p>{text}</p>"))
    assert (found.points, found.advice) == (points_expected, advice)


@pytest.mark.parametrize(("ease", "expected"), [(60.01, 9), (60, 6), (50, 6), (49.99, 3), (-80, 3), (121, 9)])
def test_reading_ease_points_at_each_edge(ease: float, expected: int) -> None:
    assert ease_points(ease) == expected


def test_reading_ease_follows_the_formula() -> None:
    sentences = [("the", "cat", "sat"), ("a", "happy", "dog", "came", "home")]
    assert reading_ease(sentences) == pytest.approx(206.835 - 1.015 * 8 / 2 - 84.6 * 9 / 8)
    assert reading_ease([]) == 0


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The beans were roasted in Rome.", True),
        ("It has been very carefully written.", True),
        ("They weren't ever taken away.", True),
        ("He got paid.", True),
        ("It's made of steel.", True),
        ("She was happy and walked home.", False),
        ("We are tired.", False),
        ("They roasted the beans.", False),
        ("There is a need.", False),
        ("This is indeed good.", False),
        ("Is it?", False),
    ],
)
def test_is_passive_wants_an_auxiliary_and_a_participle(sentence: str, expected: bool) -> None:
    assert is_passive(words_of(sentence)) is expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("However, it rained.", True),
        ("It rained as a result.", True),
        ("As far as we know, it rained.", True),
        ("Either you go or I do.", True),
        ("Or you go, either way.", False),
        ("It rained in the morning.", False),
        ("In addition", True),
        ("in", False),
    ],
)
def test_has_transition_finds_words_phrases_and_pairs(sentence: str, expected: bool) -> None:
    assert has_transition(words_of(sentence)) is expected


def test_sentence_start_looks_past_an_article() -> None:
    assert sentence_start(("go", "on")) == ("go",)
    assert sentence_start(("the", "cat", "sat")) == ("the", "cat")
    assert sentence_start(("the",)) == ("the",)


_SYLLABLES = {
    1: "make makes baked called played used based changed watched fixed free tree eye blue through strength",
    2: """table tables wishes wanted movement careful lonely language going nation patient million handled
    needed houses boxes""",
    3: "radio happier actual piano various studying beautiful marketing audience article strategy example continue",
    4: "information education experience evaluate situation appreciate reliable development",
    5: "optimization association initiation",
}


@pytest.mark.parametrize(
    ("word", "expected"), [(word, count) for count, listed in _SYLLABLES.items() for word in listed.split()]
)
def test_count_syllables_of_common_words(word: str, expected: int) -> None:
    assert count_syllables(word) == expected


@pytest.mark.parametrize("word", ["", "x", "42", "'s", "hmm", "cries", "tries", "привет"])
def test_count_syllables_is_at_least_one(word: str) -> None:
    assert count_syllables(word) == 1


@pytest.mark.parametrize(("word", "expected"), [("on-page", 2), ("dog's", 1), ("don't", 1), ("people's", 2)])
def test_count_syllables_of_joined_words(word: str, expected: int) -> None:
    assert count_syllables(word) == expected
