"""The public addresses of the preview sites: right types and headers, conditional answers, and no database at all."""

from pathlib import Path

import pytest
from django.test import Client

from igny8_core.modules.publisher.preview import PreviewStore
from igny8_core.modules.publisher.preview.tests.samples import SITE, TOKEN, make_post

# No django_db mark: pytest-django refuses every query of this file.


@pytest.fixture(autouse=True)
def site(preview_root: Path) -> None:
    PreviewStore(preview_root).write_post(SITE, make_post(1))


def get(path: str, **headers: str) -> object:
    return Client().get(f"/preview/{path}", headers=headers)


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("", "text/html; charset=utf-8"),
        ("post-1/", "text/html; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("feed.xml", "application/rss+xml; charset=utf-8"),
        ("sitemap.xml", "application/xml; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
    ],
)
def test_file_is_served_as_what_it_is(path: str, content_type: str) -> None:
    response = get(f"{TOKEN}/{path}")
    assert (response.status_code, response["Content-Type"]) == (200, content_type)
    assert response["Content-Length"] == str(len(response.content))


@pytest.mark.parametrize("path", [f"{TOKEN}/post-1/", f"{TOKEN}/nothing/", "unknown/"])
def test_every_answer_keeps_robots_and_scripts_out(path: str) -> None:
    response = get(path)
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Cache-Control"] == "private, no-cache"
    assert not response.cookies


def test_unknown_page_of_a_site_is_its_own_404() -> None:
    response = get(f"{TOKEN}/nothing/here/")
    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "Kettle &amp; Leaf" in response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "nobody",
        "q7Zt0-Xw_4RkVb2LmN8sHe/",
        f"{TOKEN}/../",
        f"{TOKEN}/.state/posts.json",
        f"{TOKEN}/%00",
        ".locks/",
    ],
)
def test_what_is_no_finished_page_is_not_found(path: str) -> None:
    assert get(path).status_code == 404


@pytest.mark.parametrize("path", [TOKEN, f"{TOKEN}/post-1"])
def test_folder_without_slash_is_redirected(path: str) -> None:
    response = get(path)
    assert (response.status_code, response["Location"]) == (301, f"/preview/{path}/")


def test_reader_who_has_the_page_gets_304() -> None:
    first = get(f"{TOKEN}/post-1/")
    by_tag = get(f"{TOKEN}/post-1/", if_none_match=first["ETag"])
    by_time = get(f"{TOKEN}/post-1/", if_modified_since=first["Last-Modified"])
    for response in (by_tag, by_time):
        assert (response.status_code, response.content) == (304, b"")
        assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert by_tag["ETag"] == first["ETag"]


def test_changed_page_has_another_tag_within_the_same_second(preview_root: Path) -> None:
    first = get(f"{TOKEN}/post-1/")
    PreviewStore(preview_root).write_post(SITE, make_post(1, title="Other"))
    second = get(f"{TOKEN}/post-1/", if_none_match=first["ETag"])
    assert second.status_code == 200
    assert second["ETag"] != first["ETag"]


def test_head_has_no_body_and_writes_are_refused() -> None:
    head = Client().head(f"/preview/{TOKEN}/post-1/")
    assert (head.status_code, head.content) == (200, b"")
    assert Client().post(f"/preview/{TOKEN}/post-1/").status_code == 405
