"""Runs over HTTP: who may start and stop them, what a stranger sees, and that lists cost the same for 1 and 20 rows."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.modules.automation.constants import EventKind, ItemState, RunState
from igny8_core.modules.automation.models import PipelineRun, RunEvent, RunItem
from igny8_core.modules.automation.tests.samples import jobs_waiting, run_get, run_make
from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.modules.planner.models import Cluster, ContentIdea
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)
RUNS = "/api/v1/automation/runs/"
ITEMS = "/api/v1/automation/items/"


def body(tenant: Tenant, **fields: Any) -> dict[str, Any]:
    with tenant.work():
        destination = destination_preview_ensure(tenant.site.pk)
    wanted = {"site_id": str(tenant.site.pk), "destination_id": str(destination.pk), "article_count": 2}
    return {**wanted, **fields}


def rows_make(tenant: Tenant, count: int) -> None:
    """Finished runs of one item each."""
    place = {"site_id": tenant.site.pk}
    with tenant.work():
        destination = destination_preview_ensure(tenant.site.pk)
        for _ in range(count):
            mark = uuid4().hex
            topic = {**place, "sector_id": tenant.sector.pk, "head_keyword": mark}
            cluster = Cluster.objects.create(name=mark, **topic)
            idea = ContentIdea.objects.create(cluster=cluster, title=mark, brief={}, **topic)
            run = PipelineRun.objects.create(
                destination=destination, article_count=1, state=RunState.COMPLETED, **place
            )
            RunItem.objects.create(
                run=run, position=1, idea=idea, title=mark, state=ItemState.FAILED, **place
            )


def test_member_starts_a_run_and_is_told_of_the_one_at_work(tenant: Tenant) -> None:
    client = client_of(tenant.member)
    answer = client.post(RUNS, body(tenant))
    assert answer.status_code == 201
    run = answer.json()["data"]
    assert (run["state"], run["stage"], run["article_count"]) == ("running", "cluster", 2)
    assert client.get(f"{RUNS}{run['id']}/").json()["data"]["id"] == run["id"]
    second = client.post(RUNS, body(tenant))
    assert (second.status_code, second.json()["code"]) == (409, "run_active")
    (job,) = jobs_waiting(tenant)
    (started,) = client.get(f"{RUNS}{run['id']}/timeline/").json()["results"]
    assert (started["kind"], started["job_id"]) == ("run.started", str(job.pk))


@pytest.mark.parametrize(
    "fields", [{"article_count": 0}, {"article_count": 101}, {"site_id": "x"}, {"more": 1}]
)
def test_body_that_makes_no_sense_is_refused(tenant: Tenant, fields: dict[str, Any]) -> None:
    answer = client_of(tenant.owner).post(RUNS, body(tenant, **fields))
    assert (answer.status_code, set(answer.json()["errors"])) == (400, set(fields))
    assert jobs_waiting(tenant) == []


def test_viewer_and_anonymous_may_start_and_stop_nothing(tenant: Tenant) -> None:
    run = run_make(tenant)
    for user, status in ((tenant.viewer, 403), (None, 401)):
        client = client_of(user)
        assert client.post(RUNS, body(tenant)).status_code == status
        for action in ("pause", "resume", "cancel", "retry-failed"):
            assert client.post(f"{RUNS}{run.pk}/{action}/").status_code == status
    assert client_of(tenant.viewer).get(f"{RUNS}{run.pk}/").status_code == 200
    assert client_of(None).get(RUNS).status_code == 401
    assert (run_get(tenant, run.pk).version, len(jobs_waiting(tenant))) == (run.version, 1)


def test_stranger_sees_and_moves_nothing(tenant: Tenant, stranger: Tenant) -> None:
    run = run_make(tenant)
    client = client_of(stranger.owner)
    missing = without_request_id(client.get(f"{RUNS}{uuid4()}/"))
    answers = [client.get(f"{RUNS}{run.pk}/")]
    actions = ("pause", "resume", "cancel", "retry-failed")
    answers += [client.post(f"{RUNS}{run.pk}/{action}/") for action in actions]
    answers.append(client.get(f"{RUNS}{run.pk}/timeline/"))
    answers.append(client.post(RUNS, body(tenant)))
    assert [answer.status_code for answer in answers] == [404] * 7
    assert [without_request_id(answer) for answer in answers] == [missing] * 7
    assert [client.get(path).json()["count"] for path in (RUNS, ITEMS)] == [0, 0]
    assert (run_get(tenant, run.pk).state, len(jobs_waiting(tenant))) == ("running", 1)


def test_run_is_paused_resumed_and_cancelled(tenant: Tenant) -> None:
    run = run_make(tenant)
    client = client_of(tenant.owner)
    for action, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        answer = client.post(f"{RUNS}{run.pk}/{action}/")
        assert (answer.status_code, answer.json()["data"]["state"]) == (200, state)
    late = client.post(f"{RUNS}{run.pk}/resume/")
    assert (late.status_code, late.json()["code"]) == (409, "run_state_conflict")


def test_lists_narrow_by_run_and_state(tenant: Tenant) -> None:
    rows_make(tenant, 2)
    client = client_of(tenant.viewer)
    with tenant.work():
        item = RunItem.objects.all()[0]
    narrowed = client.get(ITEMS, {"run": str(item.run_id)}).json()
    assert [row["id"] for row in narrowed["results"]] == [str(item.pk)]
    assert client.get(RUNS, {"state": "completed"}).json()["count"] == 2
    assert client.get(RUNS, {"state": "running"}).json()["count"] == 0


@pytest.mark.parametrize("path", [RUNS, ITEMS])
def test_list_costs_the_same_for_any_number_of_rows(tenant: Tenant, path: str) -> None:
    client, counts = client_of(tenant.viewer), []
    rows_make(tenant, 1)
    client.get(path)
    for rows in (1, 20):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).json()["count"] == rows
        counts.append(len(queries))
        rows_make(tenant, 19 if rows == 1 else 0)
    assert counts[0] == counts[1]


def test_member_retries_what_failed_and_reads_its_timeline(tenant: Tenant) -> None:
    rows_make(tenant, 2)
    member, viewer = client_of(tenant.member), client_of(tenant.viewer)
    with tenant.work():
        first, second = RunItem.objects.order_by("id")
    path = f"{ITEMS}{first.pk}/retry/"
    assert viewer.post(path).status_code == 403
    answer = member.post(path)
    assert (answer.status_code, answer.json()["data"]["state"]) == (200, "writing")
    assert run_get(tenant, first.run_id).state == "running"
    beside = member.post(f"{RUNS}{second.run_id}/retry-failed/")
    assert (beside.status_code, beside.json()["code"]) == (409, "run_active")
    again = member.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_failed")
    shown = viewer.get(f"{ITEMS}{first.pk}/timeline/").json()
    assert [(row["kind"], row["item"]) for row in shown["results"]] == [("item.retried", str(first.pk))]
    assert viewer.get(f"{RUNS}{first.run_id}/timeline/").json()["count"] == 2
    page = viewer.get(f"{RUNS}{first.run_id}/timeline/?page_size=1&page=2").json()
    assert (page["count"], [row["kind"] for row in page["results"]]) == (2, ["item.retried"])
    assert len(jobs_waiting(tenant)) == 1


def test_timeline_costs_the_same_for_any_number_of_events(tenant: Tenant) -> None:
    run, client, counts = run_make(tenant), client_of(tenant.viewer), []
    client.get(f"{RUNS}{run.pk}/timeline/")
    for rows in (1, 20):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{RUNS}{run.pk}/timeline/").json()["count"] == rows
        counts.append(len(queries))
        with tenant.work():
            for _ in range(19):
                RunEvent.objects.create(site_id=tenant.site.pk, run=run, kind=EventKind.STAGE_DONE)
    assert counts[0] == counts[1]
