from igny8_core.common.pages import COUNT_CAP, Page


def test_page_says_where_it_stands() -> None:
    page = Page(rows=("c", "d"), total=5, number=2, size=2)
    assert (page.pages, page.first, page.last, page.previous, page.next) == (3, 3, 4, 1, 3)
    assert (page.count, page.is_capped) == (5, False)


def test_empty_list_is_one_empty_page() -> None:
    page: Page[str] = Page(rows=(), total=0)
    assert (page.pages, page.first, page.last, page.previous, page.next) == (1, 0, 0, None, None)


def test_count_is_capped() -> None:
    page = Page(rows=("a",), total=COUNT_CAP + 1, number=1, size=50)
    assert (page.count, page.is_capped, page.pages) == (COUNT_CAP, True, 200)
