"""Builds the pages that the scoring tests judge; it holds no assertion."""

from dataclasses import replace
from typing import Any

from igny8_core.modules.optimizer.scoring import Finding, ScoredPage, score_page

INTRO = "<p>A coffee grinder turns beans into an even powder. For example, good ones cost less than you think.</p>"
_PARAGRAPHS = [
    "Beans lose their smell fast. However, whole beans keep it for weeks. So grind just before you brew.",
    "Some people buy cheap blades. In fact, blades cut beans into dust and chunks. That is why the cup tastes sour.",
    "Burrs crush each bean to one size. Therefore water runs through at an even pace. Most cooks see this on day one.",
    "Clean the burrs each month. Otherwise old oil turns the next cup stale. Use a brush, because water brings rust.",
    "Set the gap wide for a press. For a dark shot, make it small. Then taste, and move one step at a time.",
    "Pick a size that fits your shelf. A hand mill suits one cup. Still, a big house needs a motor.",
]

GOOD = ScoredPage(
    title="Coffee grinder guide: burrs, blades and budgets",
    slug="coffee-grinder-guide",
    meta_description=(
        "Learn how to choose a coffee grinder that fits your brew: what burrs do, why blades fail, how much "
        "to spend and how to keep it clean."
    ),
    html=(
        INTRO
        + "<h2>Why a coffee grinder matters</h2>"
        + "".join(f"<p>{text}</p>" for text in _PARAGRAPHS[:3])
        + '<img src="/g.jpg" alt="A coffee grinder on a shelf">'
        + "<h2>How to keep it clean</h2>"
        + "".join(f"<p>{text}</p>" for text in _PARAGRAPHS)
        + '<p>Read <a href="/beans">our notes on beans</a> or <a href="https://example.org/burrs">a test of burrs</a>. '
        + "Above all, trust your own taste. Your coffee grinder will last for years if you treat it with some care.</p>"
        + "".join(f"<p>{text}</p>" for text in _PARAGRAPHS[3:])
    ),
    head_keyword="coffee grinder",
    secondary_keywords=("whole beans", "hand mill"),
    site_host="coffee.example",
)


def page(**changes: Any) -> ScoredPage:
    """The good page with some fields changed."""
    return replace(GOOD, **changes)


def finding(name: str, scored: ScoredPage) -> Finding:
    """What the check `name` finds on a page."""
    return next(found for found in score_page(scored).findings if found.check == name)


def points(name: str, **changes: Any) -> int:
    """The points of the check `name` on the good page with some fields changed."""
    return finding(name, page(**changes)).points


def filler(count: int, *, word: str = "bean") -> str:
    """Text of `count` words without a sentence end."""
    return " ".join([word] * count)


def prose(*sizes: int) -> str:
    """Paragraph HTML with one sentence of each size."""
    return "<p>" + " ".join(f"Word {filler(size - 1)}." for size in sizes) + "</p>"
