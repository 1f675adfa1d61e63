"""What a site and a post refuse to be."""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from igny8_core.modules.publisher.preview.errors import PreviewSlugInvalid, PreviewTokenInvalid
from igny8_core.modules.publisher.preview.tests.samples import SITE, make_post
from igny8_core.modules.publisher.preview.types import PreviewEntry, PreviewPost

BAD_TOKENS = [
    "",
    "short",
    "a" * 21,
    "a" * 129,
    "../" * 8,
    "a" * 21 + "/",
    "a" * 21 + ".",
    "." * 22,
    "a" * 22 + "\n",
    "ä" * 22,
]
BAD_SLUGS = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "/etc",
    "a\\b",
    "A",
    "-a",
    "a b",
    "a.html",
    ".state",
    "a\n",
    "a\x00",
    "a" * 201,
    "é",
]


@pytest.mark.parametrize("token", BAD_TOKENS)
def test_site_refuses_a_token_that_could_be_guessed_or_walk(token: str) -> None:
    with pytest.raises(PreviewTokenInvalid):
        replace(SITE, token=token)


def test_site_takes_any_urlsafe_token() -> None:
    tokens = [secrets.token_urlsafe(size) for size in (16, 24, 32) for _ in range(20)]
    assert [replace(SITE, token=token).token for token in tokens] == tokens


@pytest.mark.parametrize("slug", BAD_SLUGS)
def test_post_refuses_a_slug_that_is_not_one_folder(slug: str) -> None:
    with pytest.raises(PreviewSlugInvalid) as caught:
        make_post(slug=slug)
    assert caught.value.code == "preview_slug_invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": " \x00"},
        {"post_id": "1"},
        {"post_id": "../../../../etc/passwd"},
        {"post_id": "{00000000-0000-0000-0000-000000000001}"},
        {"published_at": datetime(2026, 1, 1)},
        {"updated_at": datetime(2026, 1, 1)},
    ],
)
def test_post_refuses_what_could_not_be_shown(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        make_post(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"base_url": "javascript:alert(1)"},
        {"base_url": 'https://x.example/"'},
        {"base_url": "https://x.example/?a=1"},
        {"base_url": "/preview/x"},
        {"language": 'en" x'},
        {"language": ""},
    ],
)
def test_site_refuses_what_could_not_be_linked(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(SITE, **changes)


def test_addresses_do_not_depend_on_a_slash_at_the_end() -> None:
    for site in (SITE, replace(SITE, base_url=SITE.base_url + "/")):
        assert site.url("a/") == f"{SITE.base_url}/a/"
        assert (site.path(), site.path("style.css?v=1")) == (
            f"/preview/{SITE.token}/",
            f"/preview/{SITE.token}/style.css?v=1",
        )


def test_post_and_entry_survive_json() -> None:
    post = make_post(tags=("a", "b"))
    assert PreviewPost.from_json(post.as_json()) == post
    assert PreviewEntry.from_json(post.entry().as_json()) == post.entry()
    assert PreviewEntry.from_json(post.as_json()) == post.entry()
