"""Articles scored per CPU-second: 200 distinct ones of 1,500 words, with warm caches, beside reading them alone."""

import random
import time
from collections.abc import Callable, Sequence

from bench.report import report
from igny8_core.common.text import words
from igny8_core.modules.optimizer.scoring import ScoredPage, score_page
from igny8_core.modules.optimizer.scoring.document import parse

ARTICLES = 200
WORDS = 1500
ROUNDS = 5
_SUBJECTS = (
    "grinder kettle filter press roaster scale dripper tamper machine basket carafe burr mill boiler portafilter sieve "
    "thermometer timer canister scoop brush gasket screen jug funnel paper cloth tin jar spoon"
).split()
_PLACES = "kitchen counter market cafe workshop office garden village harbour studio cellar terrace".split()
_VERBS = (
    "holds warms needs shows keeps changes follows cleans measures protects replaces reaches improves explains crosses "
    "balances carries covers prepares separates"
).split()
_ADJECTIVES = (
    "even gentle narrow careful reliable expensive ordinary traditional remarkable heavy portable quiet simple uneven "
    "adjustable durable comfortable professional inexpensive mechanical"
).split()
_STARTS = "However, |Because of this, |For example, |Then |Most days |In short, |After that, ||||||".split(
    "|"
)
_PATTERNS = (
    "{start}the {adjective} {subject} {verb} a {other} when the {place} is cold.",
    "{start}a {subject} is cleaned by hand and {verb} every {other} in the {place}.",
    "{start}you can compare one {subject} with another {other}, which {verb} more than a {adjective} {place} would.",
    "{start}nobody in the {place} {verb} such a {adjective} {subject} without a {other} and some patience on the side.",
    "{start}{keyword} advice from a {place} {verb} less than a {adjective} {subject}.",
)


def page(number: int) -> ScoredPage:
    """Article `number`: headings, paragraphs, lists, links and images around exactly WORDS words of text."""
    choose = random.Random(number)
    keyword = f"{choose.choice(_ADJECTIVES)} {choose.choice(_SUBJECTS)} {number}"
    blocks, left = [f"<p>{_sentences(choose, keyword, 40)}</p>"], WORDS - 40
    section = 0
    while left > 0:
        section += 1
        heading = " ".join(choose.sample(_SUBJECTS, 3)) + f" in the {choose.choice(_PLACES)}"
        body = max(0, min(left, 180) - len(words(heading)))
        left -= len(words(heading)) + body
        blocks.append(f"<h2>{heading.capitalize()}</h2>{_section(choose, keyword, body)}")
        if section % 3 == 0:
            blocks.append(f'<figure><img src="/{number}-{section}.jpg" alt=""></figure>')
    return ScoredPage(
        title=f"{keyword} guide: what to look for".capitalize(),
        slug=keyword.replace(" ", "-"),
        meta_description=f"How to choose a {keyword}: what matters, what it costs and how long it lasts in a kitchen.",
        html="\n".join(blocks),
        head_keyword=keyword,
        secondary_keywords=tuple(" ".join(choose.sample(_SUBJECTS, 2)) for _ in range(5)),
        site_host="coffee.example",
        previously_used_count=number % 3,
    )


def _section(choose: random.Random, keyword: str, count: int) -> str:
    listed = count // 4
    first = (count - listed) // 2
    link = (
        f'<a href="/{choose.choice(_SUBJECTS)}">'
        if choose.random() < 0.7
        else '<a href="https://example.org/">'
    )
    opening = _sentences(choose, keyword, first).replace("the ", f"{link}the</a> ", 1)
    closing = _sentences(choose, keyword, count - listed - first)
    items = "".join(
        f"<li>{_sentences(choose, keyword, part)}</li>" for part in (listed // 2, listed - listed // 2)
    )
    return f"<p>{opening}</p><ul>{items}</ul><p>{closing}</p>"


def _sentences(choose: random.Random, keyword: str, count: int) -> str:
    """Sentences of so many words together; the last one is cut where they end."""
    text: list[str] = []
    while len(text) < count:
        sentence = choose.choice(_PATTERNS).format(
            start=choose.choice(_STARTS),
            subject=choose.choice(_SUBJECTS),
            other=choose.choice(_SUBJECTS),
            verb=choose.choice(_VERBS),
            adjective=choose.choice(_ADJECTIVES),
            place=choose.choice(_PLACES),
            keyword=keyword,
        )
        text += (sentence[:1].upper() + sentence[1:]).split()
    return " ".join(text[:count]).rstrip(".,") + "." if count else ""


def per_cpu_second(work: Callable[[ScoredPage], object], pages: Sequence[ScoredPage]) -> float:
    """Pages per second of this process's CPU, the best of several rounds over all of them."""
    best = 0.0
    for _ in range(ROUNDS):
        start = time.process_time()
        for one in pages:
            work(one)
        best = max(best, len(pages) / (time.process_time() - start))
    return best


if __name__ == "__main__":
    pages = [page(number) for number in range(ARTICLES)]
    sizes = {parse(one.html).word_count for one in pages}
    assert sizes == {WORDS}, sizes
    assert len({one.html for one in pages}) == ARTICLES
    assert all(score_page(one) == score_page(one) for one in pages[:5]), "the same page has the same score"
    for one in pages:  # warm: imports, compiled patterns, the parser
        score_page(one)
    speed = per_cpu_second(score_page, pages)
    floor = per_cpu_second(lambda one: parse(one.html), pages)
    report("score_speed", speed, unit="articles_per_cpu_second", limit=50, at_most=False)
    report("score_speed_to_reading", floor / speed, unit="x_parse_and_tokenise_cpu", limit=4)
