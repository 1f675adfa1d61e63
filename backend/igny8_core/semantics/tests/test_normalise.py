"""Owns the proof of the exact key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.semantics.normalise import keyword_normalise


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  Best   CRM\tSoftware ", "best crm software"),
        ("“Best CRM” – 2024!", "best crm 2024"),
        ("C++ tutorial?", "c++ tutorial"),
        ("(C#)", "c#"),
        (".NET Core", ".net core"),
        ("...net", "net"),
        ("ASP.NET", "asp.net"),
        ("401k", "401k"),
        ("401(k) rollover", "401(k) rollover"),
        ("AT&T", "at&t"),
        ("H & M", "h & m"),
        ("0% APR, $100 loan", "0% apr $100 loan"),
        ("#1 seo", "#1 seo"),
        ("kid’s shoes", "kid's shoes"),
        ("kids' shoes", "kids shoes"),
        ("Nike™ shoes", "nike shoes"),
        ("wi‑fi", "wi-fi"),
        ("ＡＢＣ", "abc"),
        ("½ cup", "1/2 cup"),
        ("Straße", "strasse"),
        ("\ufeffa\u200bb\u00ad", "ab"),
        ("東京 ラーメン。", "東京 ラーメン"),
        ("что такое SEO?", "что такое seo"),
        ("?! – …", ""),
        ("", ""),
    ],
)
def test_keyword_normalise_gives_the_exact_key(text: str, key: str) -> None:
    assert keyword_normalise(text) == key


@given(st.text())
def test_keyword_normalise_is_idempotent(text: str) -> None:
    assert keyword_normalise(keyword_normalise(text)) == keyword_normalise(text)


@given(st.text("aZ09 ", max_size=20))
def test_keyword_normalise_takes_no_shortcut_that_changes_a_key(text: str) -> None:
    assert keyword_normalise(text) == keyword_normalise(f"{text}\u00ad")  # an invisible letter: the long way
