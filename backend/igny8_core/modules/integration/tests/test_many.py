"""Several destinations at once: all or none, on their own site alone."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.integration import selectors, services
from igny8_core.modules.integration.models import Destination
from igny8_core.tenancy.models import AuditEvent, Job
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.jobs import job_run

LIST = "/api/v1/integration/destinations/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def two(tenant: Tenant) -> list[UUID]:
    """The preview, and a WordPress that nobody answers for."""
    with tenant.work():
        preview = services.destination_preview_ensure(tenant.site.pk)
        blog = services.destination_wordpress_save(
            site_id=tenant.site.pk, base_url="http://127.0.0.1:9", username="ed", application_password="a b"
        )
    return [preview.pk, blog.pk]


def paused(tenant: Tenant) -> list[bool]:
    with tenant.work():
        return list(Destination.objects.order_by("id").values_list("is_paused", flat=True))


def test_are_paused_and_resumed_with_a_trace(tenant: Tenant, two: list[UUID]) -> None:
    with tenant.work():
        assert services.destinations_pause(tenant.site.pk, two, is_paused=True) == 2
    assert paused(tenant) == [True, True]
    with tenant.work():
        services.destinations_pause(tenant.site.pk, two, is_paused=True)  # nothing to change
        events = list(AuditEvent.objects.filter(action="destination.changed"))
        assert [event.detail["is_paused"] for event in events] == [True, True]
        services.destinations_pause(tenant.site.pk, two[:1], is_paused=False)
    assert paused(tenant) == [False, True]


def test_one_that_is_not_of_the_site_keeps_all(tenant: Tenant, stranger: Tenant, two: list[UUID]) -> None:
    other = site_make(tenant)
    with stranger.work():
        theirs = services.destination_preview_ensure(stranger.site.pk).pk
    calls: list[Any] = [
        lambda site_id, ids: services.destinations_pause(site_id, ids, is_paused=True),
        services.destinations_delete,
        services.destinations_check_start,
    ]
    for call in calls:
        for site_id, ids in ((tenant.site.pk, [*two, theirs]), (tenant.site.pk, [uuid4()]), (other.pk, two)):
            with tenant.work(), pytest.raises(NotFound):
                call(site_id, ids)
    assert paused(tenant) == [False, False]
    with tenant.work():
        assert not Job.objects.exists()


def test_are_deleted_and_brought_back_to_their_own_site_alone(tenant: Tenant, two: list[UUID]) -> None:
    other = site_make(tenant)
    with tenant.work():
        assert services.destinations_delete(tenant.site.pk, two) == 2
    assert paused(tenant) == []
    with pytest.raises(NotFound), tenant.work():
        services.destinations_restore(other.pk, two)
    assert paused(tenant) == []
    with tenant.work():
        assert services.destinations_restore(tenant.site.pk, two) == 2
    assert paused(tenant) == [False, False]


@pytest.mark.django_db(transaction=True)
def test_job_tries_each_and_counts(tenant: Tenant, two: list[UUID]) -> None:
    with tenant.work():
        gone = services.destination_wordpress_save(
            site_id=tenant.site.pk, base_url="http://127.0.0.1:10", username="ed", application_password="a b"
        )
        job = services.destinations_check_start(tenant.site.pk, [*two, gone.pk])
        again = services.destinations_check_start(tenant.site.pk, [gone.pk, *two])
        assert again.pk == job.pk
        services.destination_delete(gone)
    job_run(job)
    with tenant.work():
        job.refresh_from_db()
        states = list(Destination.objects.order_by("id").values_list("status", flat=True))
    assert (job.state, job.counts, job.progress_done) == ("succeeded", {"working": 1, "failing": 1}, 3)
    assert states == ["ok", "failing"]


def test_page_is_narrowed(tenant: Tenant, two: list[UUID]) -> None:
    with tenant.work():
        services.destinations_pause(tenant.site.pk, two[1:], is_paused=True)
        site_id = tenant.site.pk
        for query, found in (
            ({}, two),
            ({"platform": "preview"}, two[:1]),
            ({"status": "unchecked"}, two[1:]),
            ({"is_paused": True}, two[1:]),
            ({"is_paused": False}, two[:1]),
            ({"search": "127.0"}, two[1:]),
        ):
            assert [row.id for row in selectors.destination_page(site_id, **query).rows] == found, query


def test_api_pauses_and_narrows(tenant: Tenant, two: list[UUID]) -> None:
    client = client_of(tenant.owner)
    answer = client.patch(f"{LIST}{two[1]}/", {"is_paused": True})
    assert (answer.status_code, answer.json()["data"]["is_paused"]) == (200, True)
    shown = client.get(LIST, {"is_paused": "true"}).json()["results"]
    assert [row["id"] for row in shown] == [str(two[1])]
    assert client_of(tenant.viewer).patch(f"{LIST}{two[0]}/", {"is_paused": True}).status_code == 403
    assert paused(tenant) == [False, True]
