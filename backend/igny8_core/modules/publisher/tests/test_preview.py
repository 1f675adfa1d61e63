"""Publishing to the built-in preview, and reading it back through the public address."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from igny8_core.common.clock import utc_now
from igny8_core.modules.planner.models import SitePage
from igny8_core.modules.publisher.errors import PreviewUnwritable, PublicationVanished
from igny8_core.modules.publisher.preview import PreviewStore
from igny8_core.modules.publisher.tests.samples import again, article_change, published, reserved
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(url: str) -> str:
    response = Client().get(url.removeprefix("http://127.0.0.1:8000"))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture(autouse=True)
def public_url(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"


def test_article_stands_at_its_address(tenant: Tenant) -> None:
    row = published(tenant, reserved(tenant).pk)
    assert (row.state, row.external_id, row.attempts) == ("published", str(row.marker), 1)
    assert (row.differences, row.twins) == ([], [])
    html = page_of(row.url)
    assert "Burr grinders &amp; how to choose one" in html
    assert "<p>Conical burrs run quieter.</p>" in html
    assert f'<link rel="canonical" href="{row.url}"' in html
    with tenant.work():
        assert SitePage.objects.get().url == row.url


def test_two_articles_of_one_slug_stand_side_by_side(tenant: Tenant) -> None:
    first, second = (published(tenant, reserved(tenant).pk) for _ in range(2))
    assert second.url == first.url.replace("burr-grinders", "burr-grinders-2")


@pytest.mark.parametrize("slug", ["category", "page"])
def test_slug_that_the_site_itself_needs_gives_way(tenant: Tenant, slug: str) -> None:
    row = published(tenant, reserved(tenant, slug=slug).pk)
    assert (row.state, row.slug, row.attempts) == ("published", f"{slug}-2", 1)
    assert row.url.endswith(f"/{slug}-2/")


def test_slug_held_by_a_forgotten_page_gives_way(tenant: Tenant) -> None:
    old = published(tenant, reserved(tenant).pk)
    with tenant.work():
        old.delete()
    row = published(tenant, reserved(tenant).pk)
    assert (row.state, row.slug) == ("published", "burr-grinders-2")


def test_changed_article_replaces_its_page(tenant: Tenant) -> None:
    row = published(tenant, reserved(tenant).pk)
    article_change(tenant, row, title="Revised")
    done = published(tenant, row.pk)
    assert (done.url, done.article_version) == (row.url, 2)
    assert "<h1>Revised</h1>" in page_of(done.url) or "Revised</h1>" in page_of(done.url)


def test_removed_page_is_told_and_published_anew(tenant: Tenant, preview_root: Path) -> None:
    row = published(tenant, reserved(tenant).pk)
    token = row.url.split("/")[-3]
    PreviewStore(preview_root).site_remove(token)
    article_change(tenant, row, title="Revised")
    done = published(tenant, row.pk)
    assert (done.state, "Revised" in page_of(done.url)) == ("published", True)


def test_page_that_goes_between_writing_and_reading_fails_clearly(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = reserved(tenant)
    monkeypatch.setattr(PreviewStore, "read_back", lambda *_: None)
    with pytest.raises(PublicationVanished):
        published(tenant, row.pk)
    assert (again(tenant, row).state, again(tenant, row).error_code) == ("failed", "publication_vanished")
    monkeypatch.undo()


def test_full_disk_is_a_passing_trouble(tenant: Tenant, settings: Settings, tmp_path: Path) -> None:
    row = reserved(tenant)
    (tmp_path / "file").write_text("")
    good, settings.PREVIEW_ROOT = settings.PREVIEW_ROOT, tmp_path / "file" / "preview"
    with pytest.raises(PreviewUnwritable) as caught:
        published(tenant, row.pk)
    assert caught.value.is_retryable
    assert again(tenant, row).state in ("reserved", "sending")
    settings.PREVIEW_ROOT = good
    assert published(tenant, row.pk).state == "published"


def test_writing_that_died_many_times_is_simply_done_again(tenant: Tenant) -> None:
    row = reserved(tenant)
    with tenant.work():
        row.state, row.sent_at, row.attempts, row.article_version = "sending", utc_now(), 9, 1
        row.save()
    assert published(tenant, row.pk).state == "published"


@pytest.mark.parametrize("language", ["de_DE", "?", ""])
def test_odd_language_of_a_site_stops_nothing(tenant: Tenant, language: str) -> None:
    with tenant.work():
        tenant.site.language = language
        tenant.site.save()
    row = published(tenant, reserved(tenant).pk)
    assert f'lang="{"de-DE" if language == "de_DE" else "en"}"' in page_of(row.url)
