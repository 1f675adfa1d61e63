"""The traps that other link builders fell into, one by one, and the limits."""

import time

import pytest

from igny8_core.modules.linker.placing import (
    LinkLimits,
    LinkTarget,
    WantedLink,
    address_key,
    anchors_choose,
    host_of,
    is_linkable,
    links_insert,
    links_read,
    links_remove,
)

PRESS = LinkTarget(
    "press", "https://blog.test/press/", "How to Make French Press Coffee", "french press coffee"
)
GRINDER = LinkTarget(
    "grinder", "https://blog.test/grinder/?a=1&b=2", "The Best Burr Grinders", "burr grinder"
)
OPENING = '<a href="https://blog.test/press/" rel="noopener">'
LONG = LinkLimits(words_per_link=1)


def chosen(html: str, *targets: LinkTarget, limit: int = 10) -> list[tuple[str, str, str]]:
    found = anchors_choose(html, targets or (PRESS, GRINDER), limit=limit)
    return [(one.key, one.anchor, one.sentence) for one in found]


def press(sentence: str, anchor: str = "French press coffee") -> WantedLink:
    return WantedLink("press", PRESS.url, anchor, sentence)


@pytest.mark.parametrize(
    "html",
    [
        "<h2>French press coffee</h2>",  # publishpress-taxonomies #78, #771
        "<h6>On <em>French press coffee</em></h6>",
        '<p data-note="French press coffee">Tea.</p>',  # wp-promote-mdn #105
        '<p><a href="/french-press-coffee">Tea</a>.</p>',
        '<img alt="French press coffee" src="x">',
        "<!-- French press coffee -->",
        "<p><a href='/x'>French press coffee</a> is good.</p>",
        "<p>French press coffee is <a href='/x'>good</a>.</p>",  # the sentence has a link already
        "<p><code>French press coffee</code></p>",
        "<pre>French press coffee</pre>",
        "<script>'French press coffee'</script>",
        "<style>/* French press coffee */</style>",
        "<button>French press coffee</button>",
        "<figure><figcaption>French press coffee</figcaption></figure>",
        "<textarea>French press coffee</textarea>",
        "<div data-igny8-skip-links><p>French press coffee</p></div>",
        "<p>French <b>press</b> coffee</p>",  # in three pieces
        "<p>French press-coffee.example and press coffee@home</p>",
        "<p>French, press; coffee.</p>",
        "<p>press</p>",
        '<p>French press coffee.</p><p>See <a href="http://www.blog.test/press#top">this</a>.</p>',  # linked already
    ],
)
def test_no_link_where_none_belongs(html: str) -> None:
    assert chosen(html, PRESS) == []
    sentence = "French press coffee"
    inserted = links_insert(html, [press(sentence), press(f"{sentence}.")], limits=LONG)
    assert (inserted.html, inserted.placed) == (html, ())


def test_words_are_linked_where_they_stand() -> None:
    html = "<h2>French press coffee</h2><p>Good  French\npress coffee &amp; tea. Next.</p>"
    ((key, anchor, sentence),) = chosen(html)
    assert (key, anchor, sentence) == ("press", "French press coffee", "Good French press coffee & tea.")
    inserted = links_insert(html, [press(sentence)], limits=LONG)
    assert inserted.html == (
        f"<h2>French press coffee</h2><p>Good  {OPENING}French\npress coffee</a> &amp; tea. Next.</p>"
    )
    assert links_remove(inserted.html, inserted.placed) == (html, ("press",))


def test_best_phrase_is_taken_and_inflection_does_not_matter() -> None:
    assert chosen("<p>Press coffee? We make french press coffees daily.</p>", PRESS) == [
        ("press", "french press coffees", "We make french press coffees daily.")
    ]
    assert chosen("<p>A burr grinder.</p>", GRINDER) == [("grinder", "burr grinder", "A burr grinder.")]


def test_phrase_must_say_enough_of_the_page() -> None:
    dreams = LinkTarget(
        "tiger", "https://blog.test/tiger/", "What the eyes of a tiger mean in dreams", "tiger eyes"
    )
    assert chosen("<p>Pigs in dreams mean luck.</p>", dreams) == []  # data-machine #416
    weights = {"tiger": 9.0, "eye": 4.0, "mean": 1.0, "dream": 1.0}
    found = anchors_choose("<p>It may mean dreams.</p>", [dreams], limit=1, weight=lambda stem: weights[stem])
    assert found == []


def test_each_sentence_anchor_and_target_once() -> None:
    twin = LinkTarget("twin", "https://blog.test/twin/", "French press coffee", "french press coffee")
    html = "<p>French press coffee. Then a burr grinder for French press coffee.</p>"
    assert chosen(html, PRESS, twin, GRINDER) == [
        ("press", "French press coffee", "French press coffee."),
        ("grinder", "burr grinder", "Then a burr grinder for French press coffee."),
    ]
    assert [key for key, _, _ in chosen(html, GRINDER, PRESS, limit=1)] == ["grinder"]


def test_limits_of_article_and_paragraph() -> None:
    limits = LinkLimits()
    assert [limits.of(count) for count in (0, 149, 300, 449, 90_000)] == [1, 1, 2, 2, 10]
    html = "<p>Good French press coffee. And a burr grinder.</p>"
    wanted = [
        press("Good French press coffee."),
        WantedLink("grinder", GRINDER.url, "burr grinder", "And a burr grinder."),
    ]
    inserted = links_insert(html, wanted, limits=limits)
    assert [(one.key, one.reason) for one in inserted.refused] == [("grinder", "limit")]
    narrow = links_insert(html, wanted, limits=LinkLimits(words_per_link=1, per_paragraph=1))
    assert [(one.key, one.reason) for one in narrow.refused] == [("grinder", "limit")]
    both = links_insert(html, wanted, limits=LONG)
    assert both.refused == ()
    assert 'href="https://blog.test/grinder/?a=1&amp;b=2"' in both.html


def test_every_refusal_has_its_reason() -> None:
    html = "<p>Good French press coffee.</p>"
    cases = {
        "gone": press("Bad French press coffee."),
        "address": WantedLink(
            "press", "javascript:alert(1)", "French press coffee", "Good French press coffee."
        ),
        "linked": press("Good French press coffee."),
    }
    linked = links_insert(html, [cases["linked"]], limits=LONG).html
    for reason, wanted in cases.items():
        inserted = links_insert(linked if reason == "linked" else html, [wanted], limits=LONG)
        assert [(one.key, one.reason) for one in inserted.refused] == [("press", reason)]
    deep = "<div>" * 6_000 + html
    assert [one.reason for one in links_insert(deep, [cases["linked"]], limits=LONG).refused] == ["unsafe"]


def test_removal_leaves_what_somebody_changed() -> None:
    html = "<p>Good French press coffee.</p><p>A burr grinder.</p>"
    wanted = [
        press("Good French press coffee."),
        WantedLink("grinder", GRINDER.url, "burr grinder", "A burr grinder."),
    ]
    inserted = links_insert(html, wanted, limits=LONG)
    edited = inserted.html.replace("French press coffee</a>", "press coffee</a>").replace("A ", "One ")
    left, removed = links_remove(edited, inserted.placed)
    assert removed == ("grinder",)
    assert left == f"<p>Good {OPENING}press coffee</a>.</p><p>One burr grinder.</p>"


def test_links_are_read_as_a_browser_does() -> None:
    html = (
        '<p><a href=/x>One</a> <a href="#top">Top</a> <a name="n">n</a> <!-- <a href="/no">n</a> -->'
        '<a href="/y&amp;z"> b <b>c</b></a>'
    )
    assert [(link.url, link.anchor, link.position) for link in links_read(html)] == [
        ("/x", "One", 1),
        ("/y&z", "b c", 2),
    ]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Blog.test:443/a/#b", "blog.test/a"),
        ("http://blog.test/a?x=1", "blog.test/a?x=1"),
        ("https://blog.test:8443/", "blog.test:8443"),
        ("/a/", "/a"),
        ("https://[broken", "https://[broken"),
    ],
)
def test_address_key(url: str, key: str) -> None:
    assert address_key(url) == key


def test_host_and_fitness_of_addresses() -> None:
    assert [host_of(url) for url in ("https://www.a.test/x?y", "/x", "mailto:a@b.test")] == ["a.test", "", ""]
    fit = ["https://a.test/x?y=1&z=%20", "http://127.0.0.1:8000/preview/t/x/"]
    unfit = [
        "/x",
        "ftp://a.test/",
        "https:///x",
        'https://a.test/"x',
        "https://a.test/a b",
        "https://a.test/é",
        "https://[a",
    ]
    assert [is_linkable(url) for url in fit + unfit] == [True] * len(fit) + [False] * len(unfit)


@pytest.mark.parametrize(
    "piece", ["<a ", "<b>", "x", "&amp", "<!--", "<script>", "French press coffee. ", "<a href='"]
)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    html = piece * (200_000 // len(piece))
    start = time.process_time()
    anchors_choose(html, [PRESS], limit=1)
    assert time.process_time() - start < 10
