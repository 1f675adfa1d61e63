"""Generated documents, nested, broken and hostile: what a link may change, and that it can be taken back."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from igny8_core.common.html import sanitize, to_text
from igny8_core.modules.linker.placing import (
    Inserted,
    LinkLimits,
    LinkTarget,
    WantedLink,
    anchors_choose,
    links_insert,
    links_read,
    links_remove,
)
from igny8_core.modules.linker.placing.markup import SKIP_ATTRIBUTE, SKIP_TAGS

DOCUMENTS = 700
LIMITS = LinkLimits(words_per_link=4, per_article=6, per_paragraph=2)
TARGETS = [
    LinkTarget(
        "1", "https://blog.test/french-press/?a=1&b=2", "How to Make French Press Coffee", "french press"
    ),
    LinkTarget("2", "https://blog.test/burr-grinder/", "The Best Burr Grinders", "burr grinder"),
    LinkTarget("3", "https://blog.test/cold-brew/", "Cold Brew at Home", "cold brew"),
    LinkTarget("4", "https://blog.test/tea/", "Tea & Herbs", "tea"),
    LinkTarget("5", "https://blog.test/kaffee/", "Größe der Kaffeemühle", "größe der kaffeemühle"),
]
PHRASES = [
    "French press coffee",
    "burr grinder",
    "burr&nbsp;grinders",
    "cold brew",
    "Cold&#32;brew",
    "tea &amp; herbs",
    "Größe der Kaffeemühle",
    "G&ouml;&szlig;e der Kaffeemühle",
    "water-tea",
    "tea.example",
]
FILLERS = [
    "Water boils. ",
    "The cup, ",
    " ",
    "\n",
    "and ",
    "Why? ",
    "日本語。 ",
    "🙂",
    "&lt;",
    "&notin;",
    "&amp;tea ",
    "x&y ",
]
BROKEN = [
    *'< </b> </p> <p <!-- --> <!x> <?y?> </ & &# <b " <a> </a> </h2> <code> </code> <svg> <table> <td>'.split(),
    *"<li> </i> <plaintext> <a/> \x00".split(" "),
    "<a href=x",
    "<i><p>",
]
TAGS = (
    "p p p div ul li b i em strong span blockquote table tr td section h1 h2 h3 h6 a code pre script style button "
    "figcaption figure textarea title P H2"
).split()
ATTRIBUTES = [
    *([""] * 6),
    ' title="french press coffee"',
    " data-x='cold brew > tea'",
    ' href="https://blog.test/tea/"',
    " href=#top",
    ' alt="burr grinder"',
    f" {SKIP_ATTRIBUTE}",
    ' class="a>b"',
    " data-y=tea",
    ' id="&quot;tea&quot;"',
]

texts = st.lists(st.sampled_from(PHRASES + FILLERS), max_size=5).map("".join)
paragraphs = texts.map(lambda text: f"<p>{text}</p>")
comments = texts.map(lambda text: f"<!-- {text} -->")
voids = st.sampled_from(["<br>", "<br/>", '<img alt="cold brew" src="x">', "<hr>", "<input value='tea'>"])
leaves = st.one_of(texts, texts, texts, comments, voids, st.sampled_from(BROKEN))


def elements(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    children = st.lists(inside, max_size=4).map("".join)
    closing = st.sampled_from(["</{}>", "</{}>", "</{}>", "</{} >", ""])
    return st.builds(
        lambda tag, attribute, body, end: f"<{tag}{attribute}>{body}{end.format(tag)}",
        st.sampled_from(TAGS),
        st.sampled_from(ATTRIBUTES),
        children,
        closing,
    )


documents = st.lists(st.recursive(leaves, elements, max_leaves=12) | paragraphs, max_size=6).map("".join)


def run(html: str) -> Inserted:
    urls = {target.key: target.url for target in TARGETS}
    wanted = [
        WantedLink(one.key, urls[one.key], one.anchor, one.sentence)
        for one in anchors_choose(html, TARGETS, limit=len(TARGETS))
    ]
    return links_insert(html, wanted, limits=LIMITS)


def seen(html: str) -> str:
    root = LexborHTMLParser(html).root
    return "" if root is None else root.text(deep=True)


def assert_holds(html: str) -> Inserted:
    inserted = run(html)
    assert seen(inserted.html) == seen(html)
    assert to_text(inserted.html) == to_text(html)

    bare = inserted.html
    for link in inserted.placed:
        assert bare.count(link.markup) == 1
        bare = bare.replace(link.markup, link.inner)
    assert bare == html  # byte for byte, but for the anchors

    old, new = LexborHTMLParser(html), LexborHTMLParser(inserted.html)
    addresses = {target.url for target in TARGETS} - {link.url for link in links_read(html)}
    fresh = [node for node in new.css('a[rel="noopener"]') if node.attributes.get("href") in addresses]
    assert len(fresh) == len(inserted.placed)
    assert len(links_read(inserted.html)) == len(links_read(html)) + len(fresh)
    for node in fresh:
        above = node.parent
        while above is not None:
            assert above.tag not in SKIP_TAGS
            assert SKIP_ATTRIBUTE not in above.attributes
            above = above.parent
        assert not node.css("a a")
        node.unwrap()
    assert new.html == old.html  # no element, attribute or comment differs

    again = run(inserted.html)
    assert (again.html, again.placed) == (inserted.html, ())
    undone, removed = links_remove(inserted.html, inserted.placed)
    assert (undone, removed) == (html, tuple(link.key for link in inserted.placed))
    return inserted


@given(documents)
@settings(max_examples=DOCUMENTS, deadline=None, suppress_health_check=list(HealthCheck))
def test_links_change_nothing_else_and_can_be_taken_back(html: str) -> None:
    assert_holds(html)


@given(documents.map(sanitize).filter(lambda html: sanitize(html) == html))
@settings(max_examples=DOCUMENTS // 2, deadline=None, suppress_health_check=list(HealthCheck))
def test_links_in_stored_html_are_what_the_sanitiser_would_write(html: str) -> None:
    inserted = assert_holds(html)
    assert sanitize(inserted.html) == inserted.html


def test_generated_documents_do_get_links() -> None:
    """The property would hold of a function that does nothing."""
    counts: list[int] = []

    @given(documents)
    @settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def count(html: str) -> None:
        counts.append(len(run(html).placed))

    count()
    assert sum(number > 0 for number in counts) >= len(counts) // 10
    assert max(counts) >= 2
