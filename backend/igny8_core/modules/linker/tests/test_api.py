"""The room over HTTP: who may do what, what a stranger sees, and that lists cost the same for 1 and 20 rows."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.modules.linker.models import LinkBatch, LinkEdge, LinkNode, LinkSuggestion
from igny8_core.modules.linker.tests.samples import (
    PRESS,
    blog_make,
    html_of,
    scan,
    state_of,
    suggest,
    suggestions,
)
from igny8_core.modules.publisher.tests.samples import article_make
from igny8_core.modules.writer.models import Article
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/linker"


@pytest.fixture
def blog(tenant: Tenant) -> dict[str, Article]:
    """Three articles with their suggestions."""
    made = blog_make(tenant)
    suggest(tenant)
    return made


def job_of(tenant: Tenant, answer: Any) -> Job:
    assert answer.status_code == 202, answer.content
    with tenant.work():
        return Job.objects.get(pk=answer.json()["data"]["job_id"])


def writes(tenant: Tenant, ids: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Every writing operation with a valid body."""
    site = str(tenant.site.pk)
    return [
        ("scan/", {"site": site}),
        ("suggestions/generate/", {"site": site}),
        (f"suggestions/{ids[0]}/accept/", {}),
        (f"suggestions/{ids[0]}/reject/", {}),
        ("suggestions/bulk-accept/", {"ids": ids}),
        ("suggestions/bulk-reject/", {"ids": ids}),
        ("preview/", {"ids": ids}),
        ("batches/", {"ids": ids}),
    ]


def test_member_goes_the_whole_way(tenant: Tenant) -> None:
    press = blog_make(tenant)["French press coffee"]
    client, site = client_of(tenant.member), str(tenant.site.pk)
    assert job_run(job_of(tenant, client.post(f"{BASE}/scan/", {"site": site}))).counts == {
        "articles": 3,
        "read": 3,
        "links": 0,
    }
    body = {"site": site, "article": str(press.pk)}
    job = job_run(job_of(tenant, client.post(f"{BASE}/suggestions/generate/", body)))
    assert (job.state, job.counts, job.credits_charged) == ("succeeded", {"articles": 1, "suggestions": 1}, 0)

    (row,) = client.get(f"{BASE}/suggestions/", {"source": str(press.pk)}).json()["results"]
    assert (row["anchor"], row["state"]) == ("burr grinder", "suggested")
    assert client.post(f"{BASE}/suggestions/{row['id']}/accept/").json()["data"]["state"] == "accepted"
    (shown,) = client.post(f"{BASE}/preview/", {"ids": [row["id"]]}).json()["data"]["articles"]
    assert (shown["article_id"], len(shown["changes"]), shown["refused"]) == (str(press.pk), 1, [])

    answer = client.post(f"{BASE}/batches/", {"ids": [row["id"]]})
    batch = answer.json()["data"]["batch_id"]
    assert job_run(job_of(tenant, answer)).state == "succeeded"
    assert client.get(f"{BASE}/batches/{batch}/").json()["data"]["inserted_count"] == 1
    (done,) = client.get(f"{BASE}/batches/{batch}/articles/").json()["data"]["articles"]
    assert (done["outcome"], done["before"], done["after"], done["is_published_older"]) == (
        "inserted",
        1,
        2,
        True,
    )
    scan(tenant)
    graph = client.get(f"{BASE}/graph/", {"site": site}).json()["data"]
    assert (graph["internal_links"], [hub["title"] for hub in graph["hubs"]]) == (1, ["Burr grinder"])
    assert job_run(job_of(tenant, client.post(f"{BASE}/batches/{batch}/undo/"))).state == "succeeded"
    assert html_of(tenant, press) == PRESS


def test_viewer_and_anonymous_change_nothing(tenant: Tenant, blog: dict[str, Article]) -> None:
    ids = [str(row.pk) for row in suggestions(tenant)]
    before = state_of(tenant)
    with tenant.work():
        jobs = Job.objects.count()
    for user, status in ((tenant.viewer, 403), (None, 401)):
        client = client_of(user)
        for path, body in writes(tenant, ids):
            assert client.post(f"{BASE}/{path}", body).status_code == status, path
    assert client_of(tenant.viewer).get(f"{BASE}/graph/", {"site": str(tenant.site.pk)}).status_code == 200
    assert client_of(None).get(f"{BASE}/graph/", {"site": str(tenant.site.pk)}).status_code == 401
    assert state_of(tenant) == before
    with tenant.work():
        assert Job.objects.count() == jobs


def test_stranger_sees_and_changes_nothing(
    tenant: Tenant, stranger: Tenant, blog: dict[str, Article]
) -> None:
    ids, before, client = (
        [str(row.pk) for row in suggestions(tenant)],
        state_of(tenant),
        client_of(stranger.owner),
    )
    for path, body in writes(tenant, ids):
        missing = str(uuid4())
        other = {name: missing if name == "site" else [missing] for name in body}
        blank = client.post(f"{BASE}/{path.replace(ids[0], missing)}", other)
        answer = client.post(f"{BASE}/{path}", body)
        assert answer.status_code in (400, 404), path
        texts = [str(without_request_id(one)) for one in (answer, blank)]
        assert texts[0].replace(str(tenant.site.pk), missing) == texts[1], path
    graphs = [client.get(f"{BASE}/graph/", {"site": str(one)}) for one in (tenant.site.pk, uuid4())]
    assert [one.status_code for one in graphs] == [404, 404]
    for name in ("nodes", "edges", "suggestions", "batches"):
        assert client.get(f"{BASE}/{name}/").json()["count"] == 0
    assert state_of(tenant) == before


@pytest.mark.parametrize("ids", [[], ["x"], "x", [str(uuid4())] * 501])
def test_ids_that_make_no_sense_are_refused(tenant: Tenant, ids: Any) -> None:
    for path in ("preview/", "batches/", "suggestions/bulk-accept/"):
        answer = client_of(tenant.owner).post(f"{BASE}/{path}", {"ids": ids})
        named = {name.partition(".")[0] for name in answer.json()["errors"]}
        assert (answer.status_code, named) == (400, {"ids"}), path


@pytest.mark.parametrize("query", ["", "?site=x", "?site=", "?nonsense=1"])
def test_graph_without_a_site_is_refused(tenant: Tenant, query: str) -> None:
    assert client_of(tenant.owner).get(f"{BASE}/graph/{query}").status_code == 400


def test_state_conflict_is_said(tenant: Tenant, blog: dict[str, Article]) -> None:
    client, ids = client_of(tenant.owner), [str(suggestions(tenant)[0].pk)]
    assert client.post(f"{BASE}/batches/", {"ids": ids}).status_code == 202
    again = client.post(f"{BASE}/batches/", {"ids": ids})
    assert (again.status_code, again.json()["code"]) == (409, "link_state_conflict")


def rows_make(tenant: Tenant, count: int) -> None:
    """So many rows in each of the room's tables."""
    place = {"site_id": tenant.site.pk}
    with tenant.work():
        for _ in range(count):
            source, target = article_make(tenant), article_make(tenant)
            LinkNode.objects.create(article=source, article_version=1, title="t", **place)
            LinkEdge.objects.create(source=source, url="/x", position=1, kind="internal", **place)
            LinkSuggestion.objects.create(
                source=source, target=target, url="https://a.test/", anchor="a", sentence="a", **place
            )
            LinkBatch.objects.create(**place)


@pytest.mark.parametrize("name", ["nodes", "edges", "suggestions", "batches"])
def test_list_costs_the_same_for_any_number_of_rows(tenant: Tenant, name: str) -> None:
    client, counts = client_of(tenant.viewer), []
    rows_make(tenant, 1)
    client.get(f"{BASE}/{name}/")
    for rows in (1, 20):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{BASE}/{name}/").json()["count"] == rows
        counts.append(len(queries))
        rows_make(tenant, 19 if rows == 1 else 0)
    assert counts[0] == counts[1]
