"""Proves what `common.html` stores and shows; it never touches the network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.common.html import MAX_CONTAINERS, escape, sanitize, to_text, walk


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hi <b>there</b> you</p>", "Hi there you"),
        ("<p>word<b>s</b></p>", "words"),
        ("<p>one\n  line</p>", "one line"),
        ("<p>one</p>two<div>three</div>four", "one\ntwo\nthree\nfour"),
        ("first<br>second", "first\nsecond"),
        ("<ul><li>a <i>b</i><li>c</ul>", "a b\nc"),
        ("<table><tr><td>1<td>2</table>", "1\n2"),
        ("<pre>x = 1\n  y = 2</pre>", "x = 1\ny = 2"),
        ("<p>a&nbsp;&amp;&nbsp;b</p>", "a & b"),
        ("<p>a</p><script>x()</script><style>p{}</style><!-- c --><noscript>n</noscript>", "a"),
        ("x<p>\n<b>a</b>\n<b>b</b>\n</p>", "x\na b"),
        ("", ""),
        ("   ", ""),
        ("<frameset><frame>", ""),
        ("1 < 2", "1 < 2"),
    ],
)
def test_to_text_separates_blocks_only(html: str, text: str) -> None:
    assert to_text(html) == text


@given(st.text())
def test_to_text_never_raises_or_leaves_blank_lines(html: str) -> None:
    assert all(line.strip() == line != "" for line in to_text(html).splitlines())


@given(st.text(alphabet="abc <>&\n"))
def test_to_text_gives_back_escaped_text(text: str) -> None:
    assert to_text(f"<p>{escape(text)}</p>") == " ".join(text.split())


def test_to_text_keeps_only_text_of_an_attack_by_nesting() -> None:
    assert to_text("<ul><li>" * (MAX_CONTAINERS + 1) + "end") == "end"


def test_walk_closes_every_element_it_opens() -> None:
    steps = [(tag, is_start) for tag, _, is_start in walk("<div>a<br><b>b</b></div>")]
    assert steps == [
        ("div", True),
        ("-text", True),
        ("br", True),
        ("br", False),
        ("b", True),
        ("-text", True),
        ("b", False),
        ("div", False),
    ]


@pytest.mark.parametrize(
    ("html", "stored"),
    [
        ('<p onclick="x()">a</p>', "<p>a</p>"),
        ("<p>a</p><script>x()</script>", "<p>a</p>"),
        ('<a href="javascript:x()">a</a>', '<a rel="noopener">a</a>'),
        ("<h1>Title</h1><h2>Part</h2>", "Title<h2>Part</h2>"),
        ('<img src="data:image/png;base64,AA" alt="a">', '<img alt="a">'),
        ('<p style="color:red" class="x" id="y">a</p>', '<p id="y">a</p>'),
    ],
)
def test_sanitize_keeps_content_and_drops_what_runs(html: str, stored: str) -> None:
    assert sanitize(html) == stored


@given(st.text())
def test_sanitize_is_idempotent(html: str) -> None:
    once = sanitize(html)
    assert sanitize(once) == once


def test_sanitize_keeps_only_text_of_an_attack_by_nesting() -> None:
    assert sanitize("<div>" * (MAX_CONTAINERS + 1) + "<script>x</script>end").split() == ["x", "end"]
