"""Owns the proof of the intent rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.semantics.intent import BASE_CONFIDENCE, SearchIntent, intent_guess

INFORMATIONAL, NAVIGATIONAL, COMMERCIAL, TRANSACTIONAL = SearchIntent


@pytest.mark.parametrize(
    ("text", "primary"),
    [
        ("how to lose weight", INFORMATIONAL),
        ("What is menopause?", INFORMATIONAL),
        ("menopause symptoms", INFORMATIONAL),
        ("is coffee bad for you", INFORMATIONAL),
        ("c++ tutorial", INFORMATIONAL),
        ("node.js tutorial", INFORMATIONAL),
        ("how much does botox cost", INFORMATIONAL),
        ("best time to visit bali", INFORMATIONAL),
        ("order of operations", INFORMATIONAL),
        ("tank top", INFORMATIONAL),
        ("asp.net core", INFORMATIONAL),
        ("gmail login", NAVIGATIONAL),
        ("amazon.com", NAVIGATIONAL),
        ("chase bank customer service", NAVIGATIONAL),
        ("best running shoes for women", COMMERCIAL),
        ("what is the best crm", COMMERCIAL),
        ("hubspot vs salesforce", COMMERCIAL),
        ("mailchimp alternatives", COMMERCIAL),
        ("top 10 laptops", COMMERCIAL),
        ("buy running shoes", TRANSACTIONAL),
        ("where to buy running shoes", TRANSACTIONAL),
        ("running shoes under $100", TRANSACTIONAL),
        ("plumber near me", TRANSACTIONAL),
        ("nike promo code", TRANSACTIONAL),
        ("free pdf converter", TRANSACTIONAL),
        ("book a hotel in rome", TRANSACTIONAL),
    ],
)
def test_intent_guess_finds_the_primary_intent(text: str, primary: SearchIntent) -> None:
    assert intent_guess(text).primary is primary


def test_intent_guess_keeps_a_second_intent() -> None:
    guess = intent_guess("how much does botox cost")
    assert guess.intents == (INFORMATIONAL, TRANSACTIONAL)
    assert guess.evidence == ("informational: how", "transactional: cost")


def test_intent_guess_without_a_sign_is_informational_with_base_confidence() -> None:
    guess = intent_guess("menopause")
    assert (guess.intents, guess.confidence, guess.evidence) == ((INFORMATIONAL,), BASE_CONFIDENCE, ())


@pytest.mark.parametrize(
    ("text", "primary"),
    [
        ("Nike", NAVIGATIONAL),
        ("nike shoes", NAVIGATIONAL),
        ("nike vs adidas", COMMERCIAL),
        ("how to clean nike shoes", INFORMATIONAL),
        ("nike shoes sale", TRANSACTIONAL),
        ("nikelab", INFORMATIONAL),
    ],
)
def test_intent_guess_weighs_a_brand_by_what_else_is_said(text: str, primary: SearchIntent) -> None:
    assert intent_guess(text, brands=["NIKE", "Adidas", ""]).primary is primary


def test_intent_guess_is_surer_of_more_evidence() -> None:
    little, more = (
        intent_guess(text).confidence for text in ("running shoes store", "buy cheap running shoes")
    )
    assert little < more


@given(st.text(), st.lists(st.text(max_size=5), max_size=2))
def test_intent_guess_always_answers(text: str, brands: list[str]) -> None:
    guess = intent_guess(text, brands=brands)
    assert guess.primary is guess.intents[0]
    assert len(set(guess.intents)) == len(guess.intents)
    assert 0.0 < guess.confidence <= 1.0
