"""The page of a post and the page for a wrong address."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.modules.publisher.preview.catalog import PageLink, PostLinks
from igny8_core.modules.publisher.preview.layout import stylesheet
from igny8_core.modules.publisher.preview.markup import line
from igny8_core.modules.publisher.preview.readback import read_page
from igny8_core.modules.publisher.preview.render import blog_posting, not_found_page, post_page
from igny8_core.modules.publisher.preview.tests.samples import SITE, START, make_post, node, parse, text_of

URL = f"{SITE.base_url}/post-1/"
HOME = f"/preview/{SITE.token}/"
NASTY = st.one_of(
    st.sampled_from(
        [
            "</script><script>alert(1)</script>",
            "<!--<script>",
            "\" onload='x' title=`",
            'Tea & "sugar" isn\'t <b>bold</b>',
            "${title} $$ $html {0} %s",
            "👩‍🌾 tea 🍵 زنجبيل",
            "a\x00b\x0bc\x85d\ufffee\ud800f\u2028g",
        ]
    ),
    st.text(min_size=1),
).filter(line)


def attribute(html: str, selector: str, name: str) -> str | None:
    node = parse(html).css_first(selector)
    return None if node is None else node.attributes.get(name)


def json_ld(html: str) -> dict[str, object]:
    (script,) = parse(html).css("script")
    assert script.attributes == {"type": "application/ld+json"}
    value: dict[str, object] = json.loads(script.text())
    return value


class TestPostPage:
    def test_head_names_page_and_keeps_search_engines_out(self) -> None:
        html = post_page(SITE, make_post())
        assert html.startswith(
            '<!doctype html>\n<html lang="en-GB" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        )
        assert text_of(parse(html), "title") == "Post 1 – Kettle & Leaf"
        assert attribute(html, "meta[name=robots]", "content") == "noindex, nofollow"
        assert attribute(html, "meta[name=referrer]", "content") == "no-referrer"
        assert attribute(html, "meta[name=description]", "content") == "Description of post 1."
        assert attribute(html, "link[rel=canonical]", "href") == URL
        assert attribute(html, "link[rel=alternate]", "href") == f"{HOME}feed.xml"

    def test_open_graph_describes_the_article(self) -> None:
        html = post_page(SITE, make_post(tags=("green tea", "sencha")))
        given_ = [
            (node.attributes["property"], node.attributes["content"])
            for node in parse(html).css("meta[property]")
        ]
        assert given_ == [
            ("og:type", "article"),
            ("og:title", "Post 1"),
            ("og:description", "Description of post 1."),
            ("og:url", URL),
            ("og:site_name", "Kettle & Leaf"),
            ("article:published_time", "2026-05-02T09:30:00+00:00"),
            ("article:modified_time", "2026-05-02T09:30:00+00:00"),
            ("article:section", "Equipment"),
            ("article:tag", "green tea"),
            ("article:tag", "sencha"),
        ]

    def test_json_ld_is_a_whole_blog_posting(self) -> None:
        post = make_post(
            html='<p>x</p><img src="/media/a.png?x=1&amp;y=2" alt="">', updated_at=START + timedelta(days=4)
        )
        assert json_ld(post_page(SITE, post)) == {
            "@context": "https://schema.org",
            "@type": "BlogPosting",
            "mainEntityOfPage": {"@type": "WebPage", "@id": URL},
            "url": URL,
            "headline": "Post 1",
            "description": "Description of post 1.",
            "image": ["https://app.example/media/a.png?x=1&y=2"],
            "datePublished": "2026-05-02T09:30:00+00:00",
            "dateModified": "2026-05-05T09:30:00+00:00",
            "author": {"@type": "Person", "name": "Mara Lindqvist"},
            "publisher": {"@type": "Organization", "name": "Kettle & Leaf", "url": f"{SITE.base_url}/"},
            "articleSection": "Equipment",
            "keywords": ["keyword 1", "green tea"],
            "wordCount": 1190,
            "inLanguage": "en-GB",
        }

    def test_json_ld_leaves_out_what_is_not_known(self) -> None:
        bare = make_post(
            author_name=" ", category="", tags=(), head_keyword="", meta_description="", word_count=0
        )
        value = blog_posting(SITE, bare)
        assert value["author"] == {"@type": "Organization", "name": "Kettle & Leaf"}
        assert value["description"] == "Excerpt of post 1."
        assert {"articleSection", "keywords", "wordCount", "image"}.isdisjoint(value)

    def test_keyword_that_is_also_a_tag_is_said_once(self) -> None:
        value = blog_posting(SITE, make_post(head_keyword="green tea", tags=("Green Tea", "sencha")))
        assert value["keywords"] == ["Green Tea", "sencha"]

    def test_body_goes_in_as_it_is_and_everything_else_escaped(self) -> None:
        body = '<p class="x">5 &lt; 6 <a href="https://example.org/?a=1&amp;b=2">link</a></p>'
        html = post_page(SITE, make_post(html=body, title="<i>5 < 6</i>"))
        assert f'<div class="prose">\n{body}\n</div>' in html
        assert "<h1>&lt;i&gt;5 &lt; 6&lt;/i&gt;</h1>" in html

    def test_picture_of_the_body_becomes_the_shared_picture(self) -> None:
        html = post_page(
            SITE, make_post(html='<img alt="no source"><img src="https://cdn.example/a.jpg" alt="">')
        )
        # The first picture has no source; the next one that has one counts.
        assert attribute(html, 'meta[property="og:image"]', "content") == "https://cdn.example/a.jpg"
        assert attribute(html, 'meta[name="twitter:card"]', "content") == "summary_large_image"

    @pytest.mark.parametrize("source", ["data:image/png;base64,AAAA", "http://[", "//[x", ""])
    def test_picture_without_a_web_address_is_not_shared(self, source: str) -> None:
        html = post_page(SITE, make_post(html=f'<img src="{source}" alt="">'))
        assert attribute(html, 'meta[property="og:image"]', "content") is None
        assert "image" not in json_ld(html)

    def test_page_fetches_nothing_but_its_stylesheet_and_runs_nothing(self) -> None:
        html = post_page(SITE, make_post())
        fetched = [
            node.attributes["href"] for node in parse(html).css("link[rel=stylesheet], link[rel=icon]")
        ]
        assert [re.sub(r"\?v=[0-9a-f]{12}$", "?v=*", address or "") for address in fetched] == [
            "data:,",
            f"{HOME}style.css?v=*",
        ]
        assert len(parse(html).css("script")) == 1
        assert not parse(html).css("[src], style, iframe, object")
        assert not re.search(r"\son\w+=", html)

    def test_links_lead_to_category_and_neighbours(self) -> None:
        links = PostLinks(
            category=PageLink(path="category/tea/", text="Tea & more"),
            related=(PageLink(path="post-2/", text="Post <2>"),),
        )
        page = parse(post_page(SITE, make_post(), links=links))
        category = node(page, ".breadcrumb a.category")
        assert (category.attributes["href"], category.text()) == (f"{HOME}category/tea/", "Tea & more")
        related = node(page, "nav.related a")
        assert (related.attributes["href"], related.text()) == (f"{HOME}post-2/", "Post <2>")

    def test_byline_shows_change_only_on_another_day(self) -> None:
        same_day = post_page(SITE, make_post(updated_at=START + timedelta(days=1, hours=3)))
        later = post_page(SITE, make_post(updated_at=START + timedelta(days=9)))
        earlier = post_page(SITE, make_post(updated_at=START))
        texts = [node(parse(html), ".byline").text(separator=" ") for html in (same_day, later, earlier)]
        assert [" ".join(text.split()) for text in texts] == [
            "Mara Lindqvist 2 May 2026 5 min read",
            "Mara Lindqvist 2 May 2026 Updated 10 May 2026 5 min read",
            "Mara Lindqvist 2 May 2026 5 min read",
        ]

    def test_other_language_marks_the_themes_own_words(self) -> None:
        site = replace(SITE, language="ar")
        html = post_page(site, make_post())
        assert '<html lang="ar" dir="rtl">' in html
        assert '<a class="skip-link" href="#preview-main"><bdi lang="en">Skip to content</bdi></a>' in html
        assert '<time datetime="2026-05-02T09:30:00+00:00">2026-05-02</time>' in html

    @given(title=NASTY, excerpt=NASTY)
    def test_no_text_can_leave_its_place(self, title: str, excerpt: str) -> None:
        post = make_post(
            title=title,
            excerpt=excerpt,
            meta_description=excerpt,
            category=title,
            tags=(title,),
            author_name=title,
        )
        link = PageLink(path="x/", text=title)
        html = post_page(replace(SITE, name=title), post, links=PostLinks(category=link, related=(link,)))
        html.encode()
        assert len(parse(html).css("body, script, h1, title, article, main")) == 6
        assert json_ld(html)["headline"] == line(title)
        page = read_page(html)
        assert (page.title, page.category, page.canonical_url) == (line(title), line(title), URL)
        assert attribute(html, "meta[name=description]", "content") == line(excerpt)


class TestNotFoundPage:
    def test_links_work_from_any_depth(self) -> None:
        page = parse(not_found_page(SITE))
        assert text_of(page, "h1") == "Page not found"
        assert {one.attributes["href"] for one in page.css("body a")} == {
            "#preview-main",
            HOME,
            f"{HOME}feed.xml",
        }
        assert page.css_first("link[rel=canonical]") is None


class TestReadPage:
    def test_body_cannot_forge_the_facts(self) -> None:
        forged = (
            '<h1>Forged</h1><link rel="canonical" href="https://evil.example/"><article data-post-id="9">'
        )
        page = read_page(post_page(SITE, make_post(html=forged, category="")))
        assert (page.post_id, page.title, page.canonical_url, page.category) == (
            make_post().post_id,
            "Post 1",
            URL,
            "",
        )


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


class TestStylesheet:
    def test_nothing_is_fetched_from_elsewhere(self) -> None:
        assert not re.search(
            r"url\(|@import|@font-face|https?:(?!\")", stylesheet().replace('[href^="http"]', "")
        )

    @pytest.mark.parametrize("block", [0, 1], ids=["light", "dark"])
    def test_text_has_enough_contrast(self, block: int) -> None:
        root = re.findall(r":root \{(.*?)\}", stylesheet(), re.S)[block]
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", root))
        for background in ("surface", "surface-raised"):
            for text in ("text", "text-muted", "accent", "accent-strong"):
                assert contrast(colours[text], colours[background]) >= 4.5, (text, background)
        assert contrast(colours["text"], colours["mark"]) >= 4.5
        assert contrast(colours["focus"], colours["surface"]) >= 3

    def test_every_used_token_is_defined(self) -> None:
        used, defined = (
            set(re.findall(r"var\((--[\w-]+)\)", stylesheet())),
            set(re.findall(r"^\s+(--[\w-]+):", stylesheet(), re.M)),
        )
        assert used == defined
