"""Order, categories, neighbours and free slugs."""

import pytest

from igny8_core.modules.publisher.preview.catalog import Catalog, PageLink, PostLinks
from igny8_core.modules.publisher.preview.tests.samples import START, make_post, post_id


def catalog(*categories: str) -> Catalog:
    """Post 1 in the first of these categories, post 2 in the second, and so on."""
    return Catalog.of(
        make_post(number, category=name).entry() for number, name in enumerate(categories, start=1)
    )


class TestOrder:
    def test_newest_first_and_id_decides_between_equals(self) -> None:
        entries = [make_post(number, published_at=START).entry() for number in (2, 3, 1)] + [
            make_post(9).entry()
        ]
        assert [entry.post_id for entry in Catalog.of(entries).entries] == [
            post_id(one) for one in (9, 3, 2, 1)
        ]

    def test_with_entry_replaces_and_without_removes(self) -> None:
        changed = catalog("A", "A").with_entry(make_post(1, title="New").entry())
        assert [entry.title for entry in changed.entries] == ["Post 2", "New"]
        assert [entry.title for entry in changed.without(post_id(2)).entries] == ["New"]


class TestCategories:
    def test_one_name_in_two_spellings_is_one_category_named_as_first_published(self) -> None:
        (category,) = catalog("Green Tea", " green  tea", "").categories
        assert (category.name, category.slug, len(category.entries)) == ("Green Tea", "green-tea", 2)

    def test_two_names_with_one_slug_stay_two_and_the_older_keeps_the_address(self) -> None:
        assert [(one.name, one.slug) for one in catalog("C++", "C", "C#").categories] == [
            ("C", "c-2"),
            ("C#", "c-3"),
            ("C++", "c"),
        ]

    def test_name_without_latin_letters_has_a_stable_address(self) -> None:
        (category,) = catalog("緑茶").categories
        assert category.slug == "c-6f664960af"
        assert category.link == PageLink(path="category/c-6f664960af/", text="緑茶")


class TestLinks:
    def test_neighbours_are_the_three_before_in_the_same_category(self) -> None:
        links = catalog("A", "B", "A", "A", "A", "A").links(post_id(6))
        assert links is not None
        assert [link.text for link in links.related] == ["Post 5", "Post 4", "Post 3"]

    def test_the_oldest_take_the_next_newer(self) -> None:
        full = catalog("A", "A", "A", "A", "A")
        links = [full.links(post_id(number)) or PostLinks() for number in (1, 2)]
        related = [[link.text for link in one.related] for one in links]
        assert related == [["Post 2", "Post 3", "Post 4"], ["Post 1", "Post 3", "Post 4"]]

    def test_alone_or_without_category_links_to_nothing(self) -> None:
        lonely = catalog("A", "")
        assert lonely.links(post_id(1)) == PostLinks(category=PageLink(path="category/a/", text="A"))
        assert lonely.links(post_id(2)) == PostLinks()

    def test_unknown_post_has_no_links_at_all(self) -> None:
        assert catalog("A").links(post_id(7)) is None


class TestFreeSlug:
    @pytest.mark.parametrize(
        ("slug", "expected"),
        [
            ("tea", "tea"),
            ("post-1", "post-1-2"),
            ("post", "post"),
            ("category", "category-2"),
            ("page", "page-2"),
        ],
    )
    def test_lowest_free_number(self, slug: str, expected: str) -> None:
        assert catalog("A", "A").free_slug(slug, post_id=post_id(9)) == expected

    def test_taken_numbers_are_skipped_and_ones_own_slug_is_free(self) -> None:
        entries = [
            make_post(number, slug=slug).entry() for number, slug in enumerate(["tea", "tea-2"], start=1)
        ]
        assert Catalog.of(entries).free_slug("tea", post_id=post_id(3)) == "tea-3"
        assert Catalog.of(entries).free_slug("tea", post_id=post_id(2)) == "tea-2"

    def test_longest_slug_stays_within_the_limit(self) -> None:
        long = "a" * 200
        suggestion = Catalog.of([make_post(1, slug=long).entry()]).free_slug(long, post_id=post_id(2))
        assert suggestion == "a" * 190 + "-2"
