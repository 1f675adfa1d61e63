"""A stored check as ordered steps: what failed, what was not reached, and what to do about it."""

from typing import Any
from uuid import UUID

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.integration import selectors, services
from igny8_core.modules.integration.doctor import doctor_steps
from igny8_core.modules.integration.models import Destination
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

SITE = {"home": "https://blog.test", "rest_root": "https://blog.test/wp-json/", "namespaces": ["wp/v2"]}
USER = {"username": "anna", "roles": ["editor"]}


def report(*codes: str, blocking: bool = True, **changes: Any) -> dict[str, Any]:
    problems = [{"code": code, "message": f"{code}.", "is_blocking": blocking} for code in codes]
    return {"is_reachable": True, "site": SITE, "user": USER, "problems": problems, **changes}


def states(stored: dict[str, Any] | None) -> str:
    return " ".join(step.state for step in doctor_steps(stored))


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (None, "skipped skipped skipped skipped skipped"),
        (
            report("outbound_host_not_found", is_reachable=False, site=None, user=None),
            "failed skipped skipped skipped skipped",
        ),
        (report("wordpress_moved", site=None, user=None), "failed skipped skipped skipped skipped"),
        (report("wordpress_rest_disabled", site=None, user=None), "ok failed skipped skipped skipped"),
        (report("outbound_timeout", user=None), "ok failed skipped skipped skipped"),
        (report("wordpress_authorization_stripped", user=None), "ok ok failed skipped skipped"),
        (report("wordpress_cannot_publish"), "ok ok ok failed skipped"),
        (report("wordpress_cannot_categorise", blocking=False), "ok ok ok warning warning"),
        (
            report("wordpress_not_https", "wordpress_plain_permalinks", blocking=False),
            "warning warning ok ok warning",
        ),
        (report(site={**SITE, "namespaces": ["wp/v2", "rankmath/v1"]}), "ok ok ok ok ok"),
        (report(site={**SITE, "namespaces": ["wp/v2", "yoast/v1"]}), "ok ok ok ok warning"),
        # A preview has no REST interface to look at: its one step is its folder.
        (report("preview_not_writable", site=None, user=None), "failed skipped skipped skipped skipped"),
    ],
)
def test_what_stands_behind_a_failed_step_is_skipped(stored: dict[str, Any] | None, expected: str) -> None:
    assert states(stored) == expected


def test_steps_show_what_was_seen_and_what_to_do() -> None:
    address, rest, credentials, rights, seo = doctor_steps(report("wordpress_cannot_upload", blocking=False))
    assert [step.key for step in (address, rest, credentials, rights, seo)] == [
        "address",
        "rest",
        "credentials",
        "rights",
        "seo",
    ]
    assert (address.detail, rest.detail) == ("https://blog.test", "https://blog.test/wp-json/")
    assert (credentials.detail, rights.detail) == ("anna", "editor")
    assert seo.detail == "No SEO plug-in was found; the description is sent as the post's excerpt."
    assert [(found.code, found.hint, found.is_blocking) for found in rights.findings] == [
        ("wordpress_cannot_upload", "Give the WordPress user the role Author, or better Editor.", False)
    ]


def wordpress(tenant: Tenant, name: str = "blog", last_check: dict[str, Any] | None = None) -> Destination:
    with tenant.work():
        row = services.destination_wordpress_save(
            site_id=tenant.site.pk,
            base_url=f"https://{name}.example",
            username="anna",
            application_password="abcd EFGH ijkl MNOP",
        )
        if last_check is not None:
            Destination.objects.filter(pk=row.pk).update(last_check=last_check, status="failing")
    return row


@pytest.mark.django_db
class TestOverTheApi:
    def test_viewer_sees_the_last_check(self, tenant: Tenant) -> None:
        row = wordpress(tenant, last_check=report("wordpress_username_unknown", user=None))
        shown = (
            client_of(tenant.viewer).get(f"/api/v1/integration/destinations/{row.pk}/doctor/").json()["data"]
        )
        assert (shown["destination_id"], shown["status"], shown["is_usable"]) == (
            str(row.pk),
            "failing",
            False,
        )
        assert [step["state"] for step in shown["steps"]] == ["ok", "ok", "failed", "skipped", "skipped"]
        assert shown["steps"][2]["findings"] == [
            {
                "code": "wordpress_username_unknown",
                "message": "wordpress_username_unknown.",
                "hint": "Enter the login name or e-mail address of the WordPress user.",
                "is_blocking": True,
            }
        ]

    def test_stranger_finds_no_doctor(self, tenant: Tenant, stranger: Tenant) -> None:
        row = wordpress(tenant)
        answer = client_of(stranger.owner).get(f"/api/v1/integration/destinations/{row.pk}/doctor/")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        with stranger.work(), pytest.raises(NotFound):
            selectors.connection_doctor_get(row.pk)


@pytest.mark.django_db
def test_destinations_of_a_site_are_listed_for_the_console(tenant: Tenant, stranger: Tenant) -> None:
    wordpress(stranger, "theirs")
    first, second = wordpress(tenant, "one"), wordpress(tenant, "two")
    with tenant.work():
        shown = selectors.destination_list(tenant.site.pk)
        assert [(row.id, row.base_url, row.status) for row in shown] == [
            (first.pk, "https://one.example", "unchecked"),
            (second.pk, "https://two.example", "unchecked"),
        ]
        assert selectors.destination_list() == shown
        assert selectors.destination_row_get(first.pk) == shown[0]
        assert selectors.destination_list(UUID(int=0)) == ()
