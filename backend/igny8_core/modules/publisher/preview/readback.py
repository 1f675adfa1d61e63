"""What a written post page says of itself, so that a publish is confirmed from the page; it writes nothing."""

from dataclasses import dataclass
from html.parser import HTMLParser


@dataclass(frozen=True, kw_only=True)
class WrittenPage:
    """The facts in a page's own markup; an empty string where it is silent."""

    post_id: str
    title: str
    canonical_url: str
    category: str


def read_page(html: str) -> WrittenPage:
    """Read the facts of a post page, from its head and its heading, never from the post's own text."""
    reader = _PageReader()
    reader.feed(html)
    reader.close()
    return WrittenPage(
        post_id=reader.post_id,
        title="".join(reader.title).strip(),
        canonical_url=reader.canonical_url,
        category="".join(reader.category).strip(),
    )


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.post_id = self.canonical_url = ""
        self.title: list[str] = []
        self.category: list[str] = []
        self._target: list[str] | None = None
        self._is_in_text = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._is_in_text:
            return
        if tag == "link" and given.get("rel") == "canonical":
            self.canonical_url = given.get("href", "")
        elif tag == "article":
            self.post_id = given.get("data-post-id", "")
        elif tag == "h1":
            self._target = self.title
        elif tag == "a" and given.get("class") == "category":
            self._target = self.category
        self._is_in_text = tag == "div" and given.get("class") == "prose"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "a"):
            self._target = None

    def handle_data(self, data: str) -> None:
        if self._target is not None:
            self._target.append(data)
