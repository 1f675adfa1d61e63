"""Posts, sites and readers of what was written, for the tests of the preview site; it asserts nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree import ElementTree

from selectolax.lexbor import LexborHTMLParser, LexborNode

from igny8_core.modules.publisher.preview.store import PreviewStore
from igny8_core.modules.publisher.preview.types import PreviewPost, PreviewSite

TOKEN = "q7Zt0-Xw_4RkVb2LmN8sHd"
SITE = PreviewSite(
    token=TOKEN,
    name="Kettle & Leaf",
    domain="kettleandleaf.example",
    base_url=f"https://app.example/preview/{TOKEN}",
    language="en-GB",
    description="Plain advice on brewing better tea.",
)
START = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


def post_id(number: int) -> str:
    return str(UUID(int=number))


def make_post(number: int = 1, **changes: Any) -> PreviewPost:
    """Post `number`, published `number` days after START; every third one in the same category."""
    post = PreviewPost(
        post_id=post_id(number),
        slug=f"post-{number}",
        title=f"Post {number}",
        html=f"<h2>Heading</h2>\n<p>Text of post {number}.</p>",
        excerpt=f"Excerpt of post {number}.",
        meta_description=f"Description of post {number}.",
        head_keyword=f"keyword {number}",
        category=("Brewing", "Equipment", "")[number % 3],
        tags=("green tea",),
        author_name="Mara Lindqvist",
        published_at=START + timedelta(days=number),
        updated_at=START + timedelta(days=number),
        word_count=1190,
    )
    return replace(post, **changes)


def parse(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(html)


def node(page: LexborHTMLParser, selector: str) -> LexborNode:
    """The first element that fits; a LookupError when none does."""
    found = page.css_first(selector)
    if found is None:
        raise LookupError(selector)
    return found


def text_of(page: LexborHTMLParser, selector: str) -> str:
    return node(page, selector).text()


def parse_xml(text: str | bytes) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - the document is the code's own under test


def tree(root: Path, token: str = TOKEN) -> dict[str, bytes]:
    """Every file that could be served, by its path relative to the site."""
    site = root / token
    files = (file for file in site.rglob("*") if file.is_file() and ".state" not in file.parts)
    return {str(file.relative_to(site)): file.read_bytes() for file in files}


def fresh_tree(root: Path, posts: list[PreviewPost], *, site: PreviewSite = SITE) -> dict[str, bytes]:
    """What a store that never knew anything else shows of these posts."""
    for post in posts:
        PreviewStore(root).write_post(site, post)
    return tree(root)


def dangling_links(files: dict[str, bytes], *, ignore: str = "") -> list[tuple[str, str]]:
    """(page, target) for every link to a page of the site that is not there."""
    found = []
    for path, data in files.items():
        if path == ignore:
            continue
        for target in _targets(path, data.decode()):
            relative = target.removeprefix(f"/preview/{TOKEN}/")
            if (f"{relative}index.html" if relative.endswith("/") or not relative else relative) not in files:
                found.append((path, target))
    return found


def _targets(path: str, text: str) -> list[str]:
    if path.endswith(".html"):
        links = [node.attributes.get("href") or "" for node in parse(text).css("a[href], link[href]")]
    elif path.endswith(".xml"):
        links = [(node.text or "") for node in parse_xml(text).iter() if node.tag.endswith(("}loc", "link"))]
    else:
        links = []
    paths = [urlsplit(link).path for link in links]
    return [one for one in paths if one.startswith(f"/preview/{TOKEN}/")]
