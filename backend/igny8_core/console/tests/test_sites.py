"""Adding a site, its settings, and how it speaks."""

import pytest

from igny8_core.auth.models import Sector, Site
from igny8_core.console.tests.helpers import page_text, said
from igny8_core.console.tests.plan import at
from igny8_core.modules.system.selectors import brand_profile_get
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db


def test_owner_adds_a_site_from_a_pasted_address(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    assert "Add the site" in page_text(client, "/sites/new/")
    answer = client.post(
        "/sites/new/", {"name": "Blog", "domain": "https://Blog.example/about", "language": "de"}
    )
    assert said(answer, client) == "“Blog” is added."
    with tenant.work():
        site = Site.objects.get(name="Blog")
    assert (site.domain, site.language) == ("blog.example", "de")
    assert answer["Location"] == f"/sites/{site.pk}/keywords/"
    again = client.post("/sites/new/", {"name": "Blog", "domain": "blog.example", "language": "de"})
    assert again.status_code == 400


def test_site_is_changed_and_given_a_sector(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    change = {"name": "Renamed", "domain": "renamed.example", "language": "en"}
    assert said(client.post(at(tenant, "settings/"), change), client) == "The site is saved."
    assert said(client.post(at(tenant, "settings/sectors/"), {"name": "Tea"}), client) == "“Tea” is added."
    assert (
        said(client.post(at(tenant, "settings/sectors/"), {"name": " "}), client) == "Give the sector a name."
    )
    with tenant.work():
        assert Site.objects.get(pk=tenant.site.pk).domain == "renamed.example"
        assert Sector.objects.filter(name="Tea").count() == 1


def test_site_says_how_it_speaks_once_per_version(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    brand = {
        "voice": "Warm.",
        "banned": "in today's world\nunlock",
        "brands": "Bialetti",
        "brand_version": "0",
    }
    assert "written so" in said(client.post(at(tenant, "settings/brand/"), brand), client)
    with tenant.work():
        kept = brand_profile_get(tenant.site.pk)
    assert (kept.voice, kept.banned_phrases) == ("Warm.", ("in today's world", "unlock"))
    assert kept.brand_terms == ("Bialetti",)
    late = client.post(at(tenant, "settings/brand/"), brand)
    assert late.status_code == 400
    assert "unlock" in page_text(client, at(tenant, "settings/"))


def test_viewer_reads_settings_and_changes_none(tenant: Tenant, stranger: Tenant) -> None:
    viewer = browser_of(tenant.viewer)
    assert "your role reads" in page_text(viewer, at(tenant, "settings/"))
    assert viewer.post(at(tenant, "settings/brand/"), {"voice": "x", "brand_version": "0"}).status_code == 403
    assert (
        viewer.post("/sites/new/", {"name": "x", "domain": "x.example", "language": "en"}).status_code == 403
    )
    viewer.post(at(tenant, "settings/sectors/"), {"name": "Tea"})
    assert browser_of(stranger.owner).get(at(tenant, "settings/")).status_code == 404
    with tenant.work():
        assert brand_profile_get(tenant.site.pk).version == 0
        assert Site.objects.count() == 1
        assert not Sector.objects.filter(name="Tea").exists()
