"""Proves each reason for which a draft must not be kept, and that sound drafts have none."""

from dataclasses import replace

import pytest

from igny8_core.modules.writer.drafting.brief import DraftBrief, OutlineSection
from igny8_core.modules.writer.drafting.quality import draft_problems, paragraph_problems

BRIEF = DraftBrief(
    title="Burr Grinders",
    head_keyword="burr grinder",
    sections=(OutlineSection(heading="Why burrs"),),
    target_word_count=60,
)
SOUND = (
    "A burr grinder crushes the beans between two plates, and the distance of the plates decides how fine the coffee "
    "is. It costs more than a blade grinder, but you can repeat the same setting every morning."
)
GERMAN = (
    "Eine Mühle mit Mahlwerk zerkleinert die Bohnen zwischen zwei Scheiben, und der Abstand der Scheiben bestimmt, wie "
    "fein der Kaffee wird. Sie kostet mehr als eine einfache Mühle, aber man kann die Einstellung wiederholen."
)


def page(*paragraphs: str) -> str:
    return "<h2>Why burrs</h2>" + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def codes(html: str, *, brief: DraftBrief = BRIEF) -> list[str]:
    return [problem.code for problem in draft_problems(html, brief=brief)]


def test_sound_draft_has_no_problem() -> None:
    assert codes(page(SOUND)) == []


@pytest.mark.parametrize(
    ("added", "code"),
    [
        ("As an AI language model, I have no taste.", "refusal_text"),
        ("I'm sorry, but that is not possible.", "refusal_text"),
        ("I can’t help with that request.", "refusal_text"),
        ("Als KI-Sprachmodell trinke ich nichts.", "refusal_text"),
        ("Error: the upstream answered nothing.", "error_text"),
        ("RateLimitError: slow down.", "error_text"),
        ("We got 502 Bad Gateway from it.", "error_text"),
        ("Traceback (most recent call last) was shown.", "error_text"),
        ("Buy it from [Insert brand here] today.", "placeholder_left"),
        ("Welcome to {site_name} and enjoy.", "placeholder_left"),
        ("The end is here <|im_end|> now.".replace("<", "&lt;").replace(">", "&gt;"), "placeholder_left"),
        ("Lorem ipsum dolor sit amet.", "placeholder_left"),
        ('See <a href="https://made-up.test">this study</a> too.', "invented_link"),
        ("See https://made-up.test/study for more.", "invented_link"),
        ("See www.made-up.test for more.", "invented_link"),
        (
            "It costs more than a blade grinder, but you can repeat the same setting every morning!",
            "repeated_sentence",
        ),
    ],
)
def test_faulty_draft_names_its_fault(added: str, code: str) -> None:
    assert codes(page(SOUND, added)) == [code]


@pytest.mark.parametrize(
    "added",
    [
        "A common error is to grind too coarse for espresso.",
        "Trial and error: that is how baristas learn the grind.",
        "The AI of the machine sets the grind by itself.",
        "Grind finer. Taste it. Grind finer. Taste it.",
        "Node.js and ASP.NET have nothing to do with coffee.",
    ],
)
def test_innocent_words_are_no_fault(added: str) -> None:
    assert codes(page(SOUND, added)) == []


def test_wrong_language_is_named() -> None:
    problems = draft_problems(page(GERMAN), brief=BRIEF)
    assert [problem.sentence for problem in problems] == [
        "The text is written in “de”, the brief asks for “en”."
    ]


def test_language_without_a_profile_is_not_judged() -> None:
    finnish = DraftBrief(
        title=BRIEF.title, head_keyword="x", sections=BRIEF.sections, target_word_count=60, language="fi"
    )
    assert codes(page(SOUND), brief=finnish) == []


def test_short_draft_says_how_short() -> None:
    problems = draft_problems(page("A burr grinder crushes the beans between two plates."), brief=BRIEF)
    assert [problem.code for problem in problems] == ["too_short"]
    assert "9 words" in problems[0].sentence


def test_headings_do_not_count_as_text() -> None:
    assert codes(f"<h2>{SOUND}</h2><p>Short it is, this one.</p>") == ["too_short"]


@pytest.mark.parametrize("html", ["", f"<h2>Empty</h2>{page(SOUND)}", f"{page(SOUND)}<h2>Empty</h2>"])
def test_heading_without_text_is_found(html: str) -> None:
    assert "empty_section" in codes(html)


@pytest.mark.parametrize(
    ("phrase", "added", "is_banned"),
    [
        ("game changer", "It is a Game\n changer.", True),
        ("C++", "We like C++ a lot.", True),
        ("cheap", "It is cheaper than that.", False),
        ("", "Nothing is banned.", False),
    ],
)
def test_banned_phrase_is_found_as_whole_words_in_any_case(phrase: str, added: str, is_banned: bool) -> None:
    brief = replace(BRIEF, banned_phrases=("never said", phrase))
    assert codes(page(SOUND, added), brief=brief) == (["banned_phrase"] if is_banned else [])
    paragraphs = paragraph_problems((SOUND, added), brief=brief)
    assert [problem.code for problem in paragraphs] == (["banned_phrase"] if is_banned else [])
