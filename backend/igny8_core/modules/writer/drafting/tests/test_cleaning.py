"""Proves that nothing but whole sentences about the subject survives of a model's answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.modules.writer.drafting.cleaning import URL, clean, sentence_key, without_repeats

RINSE = "Rinse the tank with fresh water before you brew."


@pytest.mark.parametrize(
    "raw",
    [
        RINSE,
        f"# How to rinse\n\n{RINSE}",
        f"**How to rinse**\n{RINSE}",
        f"Sure! {RINSE}",
        f"Sure, here is a paragraph about rinsing:\n\n{RINSE}",
        f"Here's a short paragraph that answers the question: {RINSE}",
        f"Certainly. {RINSE}",
        f"Assistant: {RINSE}",
        f"<|im_start|>assistant: {RINSE}<|im_end|>",
        f"```\n{RINSE}\n```",
        f'"{RINSE}"',
        f"“{RINSE}”",
        f"Rinsing steps:\n{RINSE}",
        f"1. {RINSE}",
        f"- {RINSE}",
        RINSE.replace("fresh water", "**fresh** `water`"),
        f"<p>{RINSE}</p>",
        f"{RINSE} After that you should carefully fill the",
        f"{RINSE}\nUser: And how do I clean the group head?\nAssistant: You unscrew it.",
        f"{RINSE} I hope this helps!",
        f"{RINSE} Let me know if you have any questions.",
        f'The article is called "How to Descale an Espresso Machine". {RINSE}',
        f"Yes. {RINSE}",
        f"---\n{RINSE}\n***",
    ],
)
def test_clean_leaves_the_sentence_alone(raw: str) -> None:
    assert clean(raw).paragraphs == (RINSE,)


@pytest.mark.parametrize(
    "raw", ["", "   \n", "Water and", "# Only a heading", "Here is the answer:", "Dequalse", "1. 1. 2."]
)
def test_clean_of_nothing_is_nothing(raw: str) -> None:
    assert clean(raw).paragraphs == ()


def test_clean_keeps_paragraphs_apart_and_joins_list_items() -> None:
    raw = f"{RINSE}\n\nYou need:\n1. A kitchen scale that shows grams.\n2. A kettle with a narrow spout."
    assert clean(raw).paragraphs == (
        RINSE,
        "A kitchen scale that shows grams. A kettle with a narrow spout.",
    )


def test_clean_strips_links_and_counts_them() -> None:
    raw = (
        "Use [citric acid](https://shop.test/acid) in warm water. ![kettle](k.png)\n"
        f"{RINSE} Visit https://descale.test/now for more details. You can read more at www.coffee.test today. "
        "Order the kit from cleanmachines.com right away."
    )
    result = clean(raw)
    assert result.paragraphs == (f"Use citric acid in warm water. {RINSE}",)
    assert result.removed_link_count == 5


def test_clean_never_returns_markup() -> None:
    result = clean(f"<script>alert(1)</script> {RINSE} <img src=x onerror=alert(1)>")
    assert "<" not in " ".join(result.paragraphs)


def test_clean_does_not_eat_comparisons() -> None:
    raw = "Grind finer when the shot runs < 20 seconds and coarser when it runs > 35 seconds."
    assert clean(raw).paragraphs == (raw,)


def test_clean_keeps_abbreviated_and_decimal_numbers() -> None:
    raw = "Use 1.5 litres of water for 90 grams of coffee."
    assert clean(raw) == clean(raw + " ")
    assert clean(raw).paragraphs == (raw,)


def test_sentence_key_ignores_case_and_punctuation() -> None:
    assert sentence_key("Rinse, the TANK!") == sentence_key("rinse the tank.")


def test_repeats_are_dropped_across_paragraphs_and_counted() -> None:
    seen: set[str] = set()
    first, first_count = without_repeats([f"{RINSE} Let it drip for a while."], seen=seen)
    second, second_count = without_repeats([f"{RINSE.upper()} Wipe the tray dry afterwards."], seen=seen)
    assert (first, first_count) == ((f"{RINSE} Let it drip for a while.",), 0)
    assert (second, second_count) == (("Wipe the tray dry afterwards.",), 1)


def test_characters_that_no_database_keeps_are_dropped() -> None:
    raw = "Rinse\x00 the tank\x1b with\ud83d fresh\x85 water before you brew."
    assert clean(raw).paragraphs == (RINSE,)


def test_near_repeat_is_dropped() -> None:
    kept, count = without_repeats(
        [f"{RINSE} Rinse the tank with fresh water before you brew again."], seen=set()
    )
    assert (kept, count) == ((RINSE,), 1)


def test_sentence_that_loops_in_itself_is_dropped() -> None:
    loop = "It is a machine that is designed to be used with a machine that is designed to be used."
    assert without_repeats([loop], seen=set()) == ((), 1)


def test_repeats_leave_what_they_were_given_in_order() -> None:
    paragraphs = ["Fill the tank with water. Heat the boiler up.", "Pour the first cup away."]
    assert without_repeats(paragraphs, seen=set()) == (tuple(paragraphs), 0)


PIECES = st.sampled_from(
    [RINSE, "<b>", "</b>", "<script>", "**", "# ", "\n", "\n\n", "- ", "1. ", '"', "`", "```", "https://a.test/b", " ",
     "[x](http://y.test)", "![", "](", "<|im_end|>", "User:", "Sure!", "Here is the answer:", ".", "it", "coffee.com"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=20), max_size=12).map("".join))
def test_clean_of_anything_has_no_markup_no_address_and_only_whole_sentences(raw: str) -> None:
    for paragraph in clean(raw).paragraphs:
        assert not URL.search(paragraph)
        assert "<b>" not in paragraph
        assert "<script>" not in paragraph
        assert "<|" not in paragraph
        assert paragraph.rstrip("\"'”’)]")[-1] in ".!?…"
