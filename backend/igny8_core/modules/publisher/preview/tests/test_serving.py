"""Which file answers an address."""

import os
from pathlib import Path

import pytest

from igny8_core.modules.publisher.preview import HEADERS, PreviewStore, content_type
from igny8_core.modules.publisher.preview.tests.samples import SITE, TOKEN, make_post


@pytest.fixture
def store(tmp_path: Path) -> PreviewStore:
    store = PreviewStore(tmp_path / "preview")
    store.write_post(SITE, make_post(1))
    return store


@pytest.mark.parametrize(
    ("path", "file", "type_"),
    [
        ("", "index.html", "text/html; charset=utf-8"),
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/index.html", "index.html", "text/html; charset=utf-8"),
        ("/post-1/", "post-1/index.html", "text/html; charset=utf-8"),
        ("/post-1", "post-1/index.html", "text/html; charset=utf-8"),
        ("/category/equipment/", "category/equipment/index.html", "text/html; charset=utf-8"),
        ("/style.css", "style.css", "text/css; charset=utf-8"),
        ("/sitemap.xml", "sitemap.xml", "application/xml; charset=utf-8"),
        ("/feed.xml", "feed.xml", "application/rss+xml; charset=utf-8"),
        ("/robots.txt", "robots.txt", "text/plain; charset=utf-8"),
        ("/404.html", "404.html", "text/html; charset=utf-8"),
    ],
)
def test_resolve_finds_every_finished_file(store: PreviewStore, path: str, file: str, type_: str) -> None:
    found = store.resolve(TOKEN + path)
    assert found == store.root / TOKEN / file
    assert found.is_file()
    assert content_type(found) == type_


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "..",
        TOKEN[:-1] + "x",
        f"/{TOKEN}/",
        f"{TOKEN}//",
        f"{TOKEN}/post-1//",
        f"{TOKEN}//post-1/",
        f"{TOKEN}/./",
        f"{TOKEN}/../{TOKEN}/",
        f"{TOKEN}/../../secret.html",
        f"{TOKEN}/post-1/../index.html",
        f"{TOKEN}/%2e%2e/index.html",
        f"{TOKEN}/..\\index.html",
        f"{TOKEN}/index.html/",
        f"{TOKEN}/index.html\x00",
        f"{TOKEN}/index.html\n",
        f"{TOKEN}/post-9/",
        f"{TOKEN}/post-1/index.html/x",
        f"{TOKEN}/category/",
        f"{TOKEN}/.state",
        f"{TOKEN}/.state/posts.json",
        f"{TOKEN}/.state/posts/00000000-0000-0000-0000-000000000001.json",
        f".locks/{TOKEN}",
        f"{TOKEN}/{'a' * 300}",
        f"{TOKEN}/{'a/' * 3000}",
    ],
)
def test_resolve_finds_nothing_else(store: PreviewStore, path: str) -> None:
    (store.root.parent / "secret.html").write_text("secret")
    assert store.resolve(path) is None


@pytest.mark.parametrize("name", ["data.json", "photo.svg", "noextension", "page.html.bak"])
def test_resolve_serves_known_types_only(store: PreviewStore, name: str) -> None:
    (store.root / TOKEN / name).write_text("x")
    assert store.resolve(f"{TOKEN}/{name}") is None


def test_resolve_follows_no_symbolic_link(store: PreviewStore) -> None:
    outside = store.root.parent / "outside"
    outside.mkdir()
    (outside / "index.html").write_text("secret")
    site = store.root / TOKEN
    (site / "linked").symlink_to(outside)
    (site / "linked.html").symlink_to(outside / "index.html")
    (site / "inside.html").symlink_to(site / "index.html")
    (site / "folder").mkdir()
    (site / "folder" / "index.html").symlink_to(outside / "index.html")
    (store.root / ("b" * 22)).symlink_to(site)
    paths = [
        f"{TOKEN}/{name}"
        for name in ("linked/", "linked/index.html", "linked.html", "inside.html", "folder/")
    ]
    assert [store.resolve(path) for path in [*paths, "b" * 22 + "/"]] == [None] * 6


def test_resolve_opens_no_device_or_pipe(store: PreviewStore) -> None:
    os.mkfifo(store.root / TOKEN / "pipe.html")
    assert store.resolve(f"{TOKEN}/pipe.html") is None


def test_resolve_works_below_a_root_that_is_itself_a_link(store: PreviewStore, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(store.root)
    assert (
        PreviewStore(tmp_path / "current").resolve(f"{TOKEN}/") == tmp_path / "current" / TOKEN / "index.html"
    )


def test_headers_keep_the_preview_out_of_indexes_and_its_token_out_of_referrers() -> None:
    assert HEADERS["X-Robots-Tag"] == "noindex, nofollow"
    assert HEADERS["Referrer-Policy"] == "no-referrer"
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert HEADERS["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; ")
    assert "script-src" not in HEADERS["Content-Security-Policy"]
