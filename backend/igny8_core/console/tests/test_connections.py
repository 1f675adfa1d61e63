"""The list of connections in the console: filters, and what is done to several."""

import re
from uuid import UUID

import pytest

from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.services import destination_wordpress_save, destinations_pause
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db


def at(tenant: Tenant, page: str = "") -> str:
    return f"/sites/{tenant.site.pk}/connections/{page}"


def connect(tenant: Tenant, name: str) -> UUID:
    with tenant.work():
        row = destination_wordpress_save(
            site_id=tenant.site.pk,
            base_url=f"https://{name}.example",
            username="ed",
            application_password="a b",
            name=name,
        )
    return row.pk


def alive(tenant: Tenant) -> set[tuple[str, bool]]:
    with tenant.work():
        return set(Destination.objects.values_list("name", "is_paused"))


def test_list_is_narrowed_with_and_without_htmx(tenant: Tenant) -> None:
    first, _second = connect(tenant, "first"), connect(tenant, "second")
    with tenant.work():
        destinations_pause(tenant.site.pk, [first], is_paused=True)
    client = browser_of(tenant.viewer)
    for query, shown in (
        ("status=paused", {"first"}),
        ("status=unchecked", {"first", "second"}),
        ("search=seco", {"second"}),
        ("platform=preview", set()),
    ):
        for headers in ({}, {"HX-Request": "true"}):
            body = page_text(client, f"{at(tenant)}?{query}", **headers)
            assert set(re.findall(r'class="title" [^>]+>(first|second)<', body)) == shown, query
    assert 'name="id"' not in body  # a viewer chooses nothing


def test_several_are_paused_and_resumed(tenant: Tenant) -> None:
    ids = [str(connect(tenant, name)) for name in ("first", "second")]
    client = browser_of(tenant.owner)
    answer = client.post(at(tenant, "pause/"), {"id": ids, "is_paused": "1"})
    assert said(answer, client) == "2 connections are paused."
    assert alive(tenant) == {("first", True), ("second", True)}
    assert "Resume" in page_text(client, at(tenant, f"{ids[0]}/"))
    answer = client.post(at(tenant, "pause/"), {"only": ids[0], "is_paused": "0"})
    assert said(answer, client) == "1 connection takes posts again."
    assert alive(tenant) == {("first", False), ("second", True)}


def test_several_are_cut_and_connected_again(tenant: Tenant) -> None:
    ids = [str(connect(tenant, name)) for name in ("first", "second")]
    client = browser_of(tenant.owner)
    answer = client.post(at(tenant, "delete/"), {"id": ids})
    assert alive(tenant) == set()
    body = client.get(answer["Location"]).content.decode()
    undo = re.search(r'action="([^"]+/connections/restore/[^"]+)"', body)[1]
    assert said(client.post(undo), client) == "Everything is as it was."
    assert alive(tenant) == {("first", False), ("second", False)}


def test_several_are_checked_by_a_job_that_the_page_follows(tenant: Tenant) -> None:
    ids = [str(connect(tenant, name)) for name in ("first", "second")]
    client = browser_of(tenant.owner)
    answer = client.post(at(tenant, "check/"), {"id": ids})
    assert said(answer, client) == "2 connections are being tried."
    with tenant.work():
        job = Job.objects.get()
    assert (job.kind, sorted(job.payload["destination_ids"])) == (
        "integration.check_destinations",
        sorted(ids),
    )
    body = page_text(client, at(tenant))
    assert "Check connections" in body
    assert 'hx-trigger="every 2s"' in body


@pytest.mark.parametrize("page", ["check/", "pause/", "delete/"])
def test_who_may_not_changes_nothing_and_hears_why(tenant: Tenant, stranger: Tenant, page: str) -> None:
    ids = [str(connect(tenant, "first"))]
    body = {"id": ids, "is_paused": "1"}
    answer = browser_of(tenant.viewer).post(at(tenant, page), body, follow=True)
    assert "Your role does not allow this" in answer.content.decode()
    assert browser_of(stranger.owner).post(at(tenant, page), body).status_code == 404
    assert browser_of(stranger.owner).post(at(stranger, page), body).status_code == 404
    assert alive(tenant) == {("first", False)}
    with tenant.work():
        assert not Job.objects.exists()


def test_list_costs_the_same_with_one_row_and_fifty(tenant: Tenant) -> None:
    numbers = iter(range(100))

    def fill(count: int) -> None:
        for _ in range(count):
            connect(tenant, f"blog{next(numbers)}")

    few, many = queries_with_1_and_50(browser_of(tenant.owner), at(tenant), fill)
    assert few == many
