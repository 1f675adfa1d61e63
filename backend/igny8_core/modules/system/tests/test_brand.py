"""A site's brand profile: one, whole, bounded, and of its site alone."""

from typing import Any
from uuid import uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.system import selectors, services
from igny8_core.modules.system.errors import BrandProfileInvalid, BrandProfileVersionConflict
from igny8_core.modules.system.models import BrandProfile
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

FULL = {
    "voice": "warm and plain",
    "audience": "people who drink coffee",
    "banned_phrases": ["game changer"],
    "brand_terms": ["Moka Express"],
    "call_to_action": "Try our beans.",
    "notes": "We roast on Mondays.",
    "example_text": "Good coffee takes time.",
}


def path(tenant: Tenant) -> str:
    return f"/api/v1/system/brand-profile/?site={tenant.site.pk}"


def test_profile_is_empty_then_set_then_replaced_as_a_whole(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    empty = client.get(path(tenant))
    assert empty["ETag"] == '"0"'
    assert empty.json()["data"] == {
        "site_id": str(tenant.site.pk), "voice": "", "audience": "", "banned_phrases": [], "brand_terms": [],
        "call_to_action": "", "notes": "", "example_text": "", "version": 0,
    }  # fmt: skip
    made = client.put(path(tenant), FULL)
    assert (made.status_code, made["ETag"]) == (200, '"1"')
    assert made.json()["data"] == {**FULL, "site_id": str(tenant.site.pk), "version": 1}
    assert client.get(path(tenant), HTTP_IF_NONE_MATCH='"1"').status_code == 304
    changed = client.put(path(tenant), {"voice": "dry"}).json()["data"]
    assert (changed["voice"], changed["notes"], changed["banned_phrases"], changed["version"]) == (
        "dry",
        "",
        [],
        2,
    )
    with tenant.work():
        assert BrandProfile.objects.count() == 1
        assert AuditEvent.objects.filter(action="brand_profile.set").count() == 2


def test_stale_version_changes_nothing(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    client.put(path(tenant), FULL, HTTP_IF_MATCH='"0"')
    for tag in ('"0"', '"7"', '"x"'):
        answer = client.put(path(tenant), {"voice": "dry"}, HTTP_IF_MATCH=tag)
        assert (answer.status_code, answer.json()["code"]) == (412, "version_conflict")
    assert client.get(path(tenant)).json()["data"]["voice"] == "warm and plain"
    with tenant.work(), pytest.raises(BrandProfileVersionConflict):
        services.brand_profile_set(tenant.site.pk, expected_version=0)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"voice": "x" * 501}, {"voice": ["At most 500 characters."]}),
        ({"example_text": "x" * 4001}, {"example_text": ["At most 4000 characters."]}),
        ({"banned_phrases": [f"p{n}" for n in range(51)]}, {"banned_phrases": ["At most 50 phrases."]}),
        ({"brand_terms": [f"p{n}" for n in range(51)]}, {"brand_terms": ["At most 50 phrases."]}),
        ({"brand_terms": ["x" * 81]}, {"brand_terms": ["At most 80 characters each."]}),
        ({"banned_phrases": ["x" * 81]}, {"banned_phrases": ["At most 80 characters each."]}),
    ],
)
def test_what_is_too_long_is_refused(
    tenant: Tenant, fields: dict[str, Any], complaint: dict[str, Any]
) -> None:
    with tenant.work(), pytest.raises(BrandProfileInvalid) as refused:
        services.brand_profile_set(tenant.site.pk, **fields)
    assert refused.value.fields == complaint
    answer = client_of(tenant.owner).put(path(tenant), fields)
    assert (answer.status_code, [name.split(".")[0] for name in answer.json()["errors"]]) == (
        400,
        list(complaint),
    )
    with tenant.work():
        assert BrandProfile.objects.count() == 0


def test_phrases_are_trimmed_and_kept_once(tenant: Tenant) -> None:
    with tenant.work():
        view = services.brand_profile_set(
            tenant.site.pk, banned_phrases=["  Game   changer ", "game CHANGER", "", "cheap"]
        )
        assert view.banned_phrases == ("Game changer", "cheap")
        assert selectors.brand_profile_get(tenant.site.pk) == view


def test_brand_terms_are_told_by_site(tenant: Tenant, stranger: Tenant) -> None:
    for one, terms in ((tenant, ["Moka  Express", "moka express"]), (stranger, ["Aeropress"])):
        with one.work():
            services.brand_profile_set(one.site.pk, brand_terms=terms)
    with tenant.work():
        assert selectors.brand_terms_by_site() == {tenant.site.pk: ("Moka Express",)}


def test_only_admins_set_it_and_strangers_find_no_site(tenant: Tenant, stranger: Tenant) -> None:
    for user in (tenant.viewer, tenant.member):
        assert client_of(user).put(path(tenant), FULL).status_code == 403
    missing = client_of(stranger.owner).get(f"/api/v1/system/brand-profile/?site={uuid4()}")
    for answer in (
        client_of(stranger.owner).put(path(tenant), FULL),
        client_of(stranger.owner).get(path(tenant)),
    ):
        assert (answer.status_code, answer.json()["error"]) == (404, missing.json()["error"])
    assert client_of(tenant.owner).get("/api/v1/system/brand-profile/").status_code == 400
    with stranger.work(), pytest.raises(NotFound):
        selectors.brand_profile_get(tenant.site.pk)
    with tenant.work():
        assert BrandProfile.objects.count() == 0
