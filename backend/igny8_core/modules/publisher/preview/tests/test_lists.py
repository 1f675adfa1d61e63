"""The home page and the category pages."""

from dataclasses import replace

import pytest

from igny8_core.modules.publisher.preview.catalog import Catalog
from igny8_core.modules.publisher.preview.lists import category_page, index_page, page_count, page_path
from igny8_core.modules.publisher.preview.tests.samples import SITE, make_post, node, parse, text_of

HOME = f"/preview/{SITE.token}/"
CATALOG = Catalog.of(make_post(number, category="Tea & more").entry() for number in range(1, 46))


def titles(html: str) -> list[str]:
    return [one.text() for one in parse(html).css(".card h2 a")]


def turns(html: str) -> dict[str, str]:
    return {
        node.attributes["rel"] or "": node.attributes["href"] or ""
        for node in parse(html).css(".pagination a")
    }


class TestIndexPage:
    @pytest.mark.parametrize(
        ("number", "first", "last", "turning"),
        [
            (1, 45, 26, {"next": f"{HOME}page/2/"}),
            (2, 25, 6, {"prev": HOME, "next": f"{HOME}page/3/"}),
            (3, 5, 1, {"prev": f"{HOME}page/2/"}),
        ],
    )
    def test_page_shows_its_twenty_newest_first(
        self, number: int, first: int, last: int, turning: dict[str, str]
    ) -> None:
        html = index_page(SITE, CATALOG, number=number)
        assert titles(html) == [f"Post {one}" for one in range(first, last - 1, -1)]
        assert turns(html) == turning
        assert text_of(parse(html), ".pagination span") == f"Page {number} of 3"

    @pytest.mark.parametrize(("number", "path"), [(1, ""), (2, "page/2/")])
    def test_every_page_is_its_own_canonical_page(self, number: int, path: str) -> None:
        page = parse(index_page(SITE, CATALOG, number=number))
        assert node(page, "link[rel=canonical]").attributes["href"] == f"{SITE.base_url}/{path}"
        assert node(page, "meta[name=robots]").attributes["content"] == "noindex, nofollow"

    def test_only_the_home_page_introduces_the_site(self) -> None:
        home, later = (parse(index_page(SITE, CATALOG, number=number)) for number in (1, 2))
        assert text_of(home, ".lead") == SITE.description
        assert text_of(home, ".categories a") == "Tea & more 45"
        assert home.css_first(".brand a") is None
        assert (later.css_first(".lead"), later.css_first(".categories")) == (None, None)
        assert node(later, ".brand a").attributes["href"] == HOME
        assert [text_of(page, "title") for page in (home, later)] == [
            "Kettle & Leaf",
            "Kettle & Leaf – 2",
        ]

    def test_empty_site_says_so(self) -> None:
        page = parse(index_page(SITE, Catalog.of(())))
        assert text_of(page, ".empty") == "No articles yet."
        assert page.css_first(".pagination, .categories, .cards") is None

    def test_everything_is_escaped(self) -> None:
        entry = make_post(title="<b>&amp;", excerpt='"</p><script>').entry()
        page = parse(index_page(replace(SITE, name="<i>Leaf"), Catalog.of([entry])))
        assert text_of(page, ".card h2") == "<b>&amp;"
        assert text_of(page, ".excerpt") == '"</p><script>'
        assert text_of(page, "h1") == "<i>Leaf"
        assert page.css_first("script, b") is None


class TestCategoryPage:
    def test_pages_stand_in_the_categorys_folder(self) -> None:
        (category,) = CATALOG.categories
        html = category_page(SITE, category, number=2)
        assert titles(html) == [f"Post {one}" for one in range(25, 5, -1)]
        folder = f"{HOME}category/tea-more/"
        assert turns(html) == {"prev": folder, "next": f"{folder}page/3/"}
        page = parse(html)
        assert text_of(page, "h1") == "Tea & more"
        assert text_of(page, "title") == "Tea & more – Kettle & Leaf – 2"
        canonical = node(page, "link[rel=canonical]").attributes["href"]
        assert canonical == f"{SITE.base_url}/category/tea-more/page/2/"


@pytest.mark.parametrize(("entries", "pages"), [(0, 1), (1, 1), (20, 1), (21, 2), (40, 2), (41, 3)])
def test_page_count_fills_pages_of_twenty(entries: int, pages: int) -> None:
    assert page_count([make_post().entry()] * entries) == pages


def test_page_path_of_the_first_page_is_the_folder() -> None:
    assert [page_path("category/x/", number=number) for number in (1, 2)] == [
        "category/x/",
        "category/x/page/2/",
    ]
