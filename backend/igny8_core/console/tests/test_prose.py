"""An article's text on our pages: nothing that runs, nothing from elsewhere, an outline that leads into it."""

import pytest

from igny8_core.common.html import MAX_CONTAINERS
from igny8_core.console.prose import Heading, prose


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("<p>Hot <strong>water</strong> &amp; beans</p>", "<p>Hot <strong>water</strong> &amp; beans</p>"),
        ('<p onclick="x()">a</p><script>x()</script>', "<p>a</p>"),
        ('<p style="color:red">a</p><style>p{}</style>', "<p>a</p>"),
        ('<a href="javascript:x()">a</a>', '<a rel="noopener">a</a>'),
        ('<p id="main">a</p>', '<p id="text-main">a</p>'),
        ('<a href="#main">a</a>', '<a href="#text-main" rel="noopener">a</a>'),
        ('<p><img src="https://elsewhere.example/x.png" alt="A <b>"></p>', "<p>[A &lt;b&gt;]</p>"),
        ('<p><img src="//elsewhere.example/x.png"></p>', "<p>[//elsewhere.example/x.png]</p>"),
        ('<p><img src="/media/x.png" alt="x"></p>', '<p><img src="/media/x.png" alt="x"></p>'),
        ("<p>&lt;script&gt;x()&lt;/script&gt;</p>", "<p>&lt;script&gt;x()&lt;/script&gt;</p>"),
        ("", ""),
    ],
)
def test_text_is_fit_for_a_page_with_a_session(stored: str, shown: str) -> None:
    assert prose(stored).html == shown


def test_headings_get_anchors_and_make_the_outline() -> None:
    shown = prose('<h2 id="mine">The  grind</h2><p>a</p><h3>Water &amp; <em>heat</em></h3>')
    assert shown.outline == (
        Heading(level=2, text="The grind", anchor="text-part-1"),
        Heading(level=3, text="Water & heat", anchor="text-part-2"),
    )
    assert '<h2 id="text-part-1">The  grind</h2>' in shown.html
    assert '<h3 id="text-part-2">Water &amp; <em>heat</em></h3>' in shown.html


def test_attack_by_nesting_is_shown_as_text_and_has_no_outline() -> None:
    shown = prose("<h2>a</h2>" + "<div>" * (MAX_CONTAINERS + 1) + "deep")
    assert shown.outline == ()
    assert "<div>" not in shown.html
    assert "deep" in shown.html
