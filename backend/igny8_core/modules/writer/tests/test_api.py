"""The room over HTTP: who may do what, what is answered, and what a refusal leaves untouched."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from celery import current_app
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.modules.writer.constants import TaskState
from igny8_core.modules.writer.models import Article, ArticleRevision, WritingTask
from igny8_core.modules.writer.services import article_edit
from igny8_core.modules.writer.tests.samples import (
    GRIND,
    PROSE,
    article_make,
    credits_give,
    idea_make,
    task_make,
)
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

TASKS, ARTICLES = "/api/v1/writer/tasks/", "/api/v1/writer/articles/"


@pytest.fixture(autouse=True)
def _no_broker() -> Iterator[None]:
    with patch.object(current_app, "send_task"):
        yield


def ids(response: Any) -> list[str]:
    return [row["id"] for row in response.json()["results"]]


def test_task_is_made_by_owner_and_member(tenant: Tenant) -> None:
    for user in (tenant.owner, tenant.member):
        idea = idea_make(tenant)
        response = client_of(user).post(TASKS, {"idea": str(idea.pk)})
        assert response.status_code == 201
        data = response.json()["data"]
        assert (data["idea"], data["title"], data["state"]) == (str(idea.pk), idea.title, "queued")
        assert (data["site"], data["sector"]) == (str(tenant.site.pk), str(tenant.sector.pk))
        assert response["ETag"] == '"1"'
        again = client_of(user).post(TASKS, {"idea": str(idea.pk)})
        assert again.json()["data"]["id"] == data["id"]


@pytest.mark.parametrize("body", [{}, {"idea": "x"}, {"idea": None}, {"idea": str(uuid4()), "state": "done"}])
def test_task_with_a_bad_body_is_refused(tenant: Tenant, body: dict[str, Any]) -> None:
    response = client_of(tenant.owner).post(TASKS, body)
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")


def test_task_for_a_taken_keyword_is_a_conflict(tenant: Tenant) -> None:
    other, taken = idea_make(tenant), task_make(tenant)
    with tenant.work():
        WritingTask.objects.filter(pk=taken.pk).update(head_keyword=other.head_keyword)
    response = client_of(tenant.owner).post(TASKS, {"idea": str(other.pk)})
    assert (response.status_code, response.json()["code"]) == (409, "task_exists")


def test_task_cannot_be_changed_or_deleted(tenant: Tenant) -> None:
    path = f"{TASKS}{task_make(tenant).pk}/"
    for method in ("put", "patch", "delete"):
        assert getattr(client_of(tenant.owner), method)(path, {"state": "done"}).status_code == 405


def test_estimate_says_the_price_before_the_work(tenant: Tenant, stranger: Tenant) -> None:
    task = task_make(tenant)
    path = f"{TASKS}{task.pk}/estimate/"
    answer = client_of(tenant.viewer).get(path)
    assert answer.json()["data"] == {"credits": 5, "available": 0, "is_enough": False}
    assert client_of(stranger.owner).get(path).status_code == 404


def test_write_without_the_credits_starts_nothing(tenant: Tenant) -> None:
    task = task_make(tenant)
    response = client_of(tenant.member).post(f"{TASKS}{task.pk}/write/")
    body = response.json()
    assert (response.status_code, body["code"]) == (402, "insufficient_credits")
    assert body["error"] == "This needs 5 credits; 0 are available."
    with tenant.work():
        assert not Job.objects.exists()


def test_write_starts_one_job(tenant: Tenant) -> None:
    credits_give(tenant)
    task = task_make(tenant)
    first, second = (client_of(tenant.member).post(f"{TASKS}{task.pk}/write/") for _ in range(2))
    assert first.status_code == second.status_code == 202
    assert first.json()["data"] == second.json()["data"]
    with tenant.work():
        job = Job.objects.get()
        assert (str(job.pk), job.kind) == (first.json()["data"]["job_id"], "writer.write_article")


@pytest.mark.parametrize("state", [TaskState.DONE, TaskState.FAILED])
def test_write_of_a_finished_task_is_a_conflict(tenant: Tenant, state: TaskState) -> None:
    task = task_make(tenant)
    with tenant.work():
        WritingTask.objects.filter(pk=task.pk).update(state=state)
    response = client_of(tenant.member).post(f"{TASKS}{task.pk}/write/")
    assert (response.status_code, response.json()["code"]) == (409, "task_state_conflict")
    with tenant.work():
        assert Job.objects.count() == 0


def test_tasks_are_narrowed_searched_and_ordered(tenant: Tenant) -> None:
    first, second = task_make(tenant, head="aeropress"), task_make(tenant, head="moka pot")
    with tenant.work():
        WritingTask.objects.filter(pk=first.pk).update(state=TaskState.DONE)
    client = client_of(tenant.viewer)
    one, two = str(first.pk), str(second.pk)
    for query, expected in [
        ("", [two, one]),
        ("state=done", [one]),
        ("search=MOKA", [two]),
        ("ordering=head_keyword", [one, two]),
        (f"site={tenant.site.pk}", [two, one]),
        (f"site={uuid4()}", []),
        (f"sector={tenant.other_sector.pk}", []),
        (f"idea={second.idea_id}", [two]),
    ]:
        assert ids(client.get(f"{TASKS}?{query}")) == expected, query
    for query in ("state=gone", "claim_token=x", "ordering=claim_token"):
        assert client.get(f"{TASKS}?{query}").status_code == 400


def test_articles_are_narrowed_and_listed_without_their_text(tenant: Tenant) -> None:
    article, other = article_make(tenant), article_make(tenant, title="Zest")
    with tenant.work():
        article_edit(other.pk, excerpt="Edited.")
    client = client_of(tenant.viewer)
    body = client.get(ARTICLES).json()
    assert [row["id"] for row in body["results"]] == [str(other.pk), str(article.pk)]
    assert "html" not in body["results"][0]
    for query, expected in [
        ("is_human_edited=true", [str(other.pk)]),
        (f"task={article.task_id}", [str(article.pk)]),
        (f"idea={article.idea_id}", [str(article.pk)]),
        ("search=zest", [str(other.pk)]),
        ("ordering=-title", [str(other.pk), str(article.pk)]),
    ]:
        assert ids(client.get(f"{ARTICLES}?{query}")) == expected, query


def test_article_is_shown_with_its_text_and_etag(tenant: Tenant) -> None:
    article = article_make(tenant)
    response = client_of(tenant.viewer).get(f"{ARTICLES}{article.pk}/")
    data = response.json()["data"]
    assert (data["html"], data["task"], response["ETag"]) == (article.html, str(article.task_id), '"1"')
    cached = client_of(tenant.viewer).get(f"{ARTICLES}{article.pk}/", HTTP_IF_NONE_MATCH='"1"')
    assert cached.status_code == 304


def test_edit_sanitises_and_honours_if_match(tenant: Tenant) -> None:
    article = article_make(tenant)
    path, client = f"{ARTICLES}{article.pk}/", client_of(tenant.member)
    body = {"html": f"<p>{PROSE[GRIND]}</p><script>alert(1)</script>", "title": "Mine"}
    response = client.patch(path, body, HTTP_IF_MATCH='"1"')
    assert response.status_code == 200
    assert (response.json()["data"]["html"], response["ETag"]) == (f"<p>{PROSE[GRIND]}</p>", '"2"')
    assert response.json()["data"]["is_human_edited"] is True
    stale = client.patch(path, {"title": "Stale"}, HTTP_IF_MATCH='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
    assert client.get(path).json()["data"]["title"] == "Mine"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"title": ""}, 400, "validation_error"),
        ({"title": "x" * 201}, 400, "validation_error"),
        ({"slug": "no slug"}, 400, "validation_error"),
        ({"slug": ""}, 400, "validation_error"),
        ({"html": ""}, 400, "validation_error"),
        ({"html": "a\x00b"}, 400, "parse_error"),
        ({"meta_description": "x" * 321}, 400, "validation_error"),
        ({"unknown": 1}, 400, "validation_error"),
        ({"html": "<script>alert(1)</script>"}, 400, "article_empty"),
    ],
)
def test_bad_edit_changes_nothing(tenant: Tenant, body: dict[str, Any], status: int, code: str) -> None:
    article = article_make(tenant)
    response = client_of(tenant.member).patch(f"{ARTICLES}{article.pk}/", body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    with tenant.work():
        assert (Article.objects.get().version, ArticleRevision.objects.count()) == (1, 1)


def test_edit_ignores_what_is_not_the_editors(tenant: Tenant) -> None:
    article = article_make(tenant)
    body = {"title": "New", "credits": 99, "task": str(uuid4()), "site": str(uuid4())}
    data = client_of(tenant.member).patch(f"{ARTICLES}{article.pk}/", body).json()["data"]
    assert (data["title"], data["credits"], data["task"]) == ("New", 0, str(article.task_id))
    assert data["site"] == str(tenant.site.pk)


def test_revisions_are_listed_and_restored(tenant: Tenant) -> None:
    article = article_make(tenant)
    path, client = f"{ARTICLES}{article.pk}/", client_of(tenant.member)
    client.patch(path, {"title": "Second"})
    listed = client_of(tenant.viewer).get(f"{path}revisions/").json()
    assert listed["count"] == 2
    told = [(row["number"], row["source"], row["title"]) for row in listed["results"]]
    assert told == [(2, "human", "Second"), (1, "machine", article.title)]
    assert client.get(f"{path}revisions/?page_size=1").status_code == 200
    assert client.get(f"{path}revisions/?account=1").status_code == 400
    restored = client.post(f"{path}revisions/1/restore/")
    assert (restored.status_code, restored["ETag"]) == (200, '"3"')
    assert restored.json()["data"]["title"] == article.title
    assert client.get(f"{path}revisions/").json()["count"] == 3
    for number in ("9", "999999999", "9999999999", "x", "-1"):
        assert client.post(f"{path}revisions/{number}/restore/").status_code == 404


def test_article_is_deleted_and_restored(tenant: Tenant) -> None:
    article = article_make(tenant)
    path, client = f"{ARTICLES}{article.pk}/", client_of(tenant.member)
    assert client.delete(path, HTTP_IF_MATCH='"7"').status_code == 412
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == client.get(f"{TASKS}{article.task_id}/").status_code == 404
    restored = client.post(f"{path}restore/")
    assert (restored.status_code, restored.json()["data"]["id"]) == (200, str(article.pk))
    assert client.get(f"{TASKS}{article.task_id}/").status_code == 200
    assert client.get(f"{path}revisions/").json()["count"] == 1


Call = Callable[[Any, str], Any]
READS: list[Call] = [
    lambda client, path: client.get(path),
    lambda client, path: client.get(f"{path}revisions/"),
]
WRITES: list[Call] = [
    lambda client, path: client.patch(path, {"title": "Mine"}),
    lambda client, path: client.put(path, {"title": "Mine", "slug": "m", "html": "<p>Mine it is.</p>"}),
    lambda client, path: client.post(f"{path}revisions/1/restore/"),
    lambda client, path: client.delete(path),
]


def state_of(tenant: Tenant) -> tuple[Any, ...]:
    with tenant.work():
        return (
            list(Article.objects.values_list("title", "version")),
            list(WritingTask.objects.values_list("state", "version")),
            ArticleRevision.objects.count(),
            Job.objects.count(),
        )


def test_viewer_reads_and_changes_nothing(tenant: Tenant) -> None:
    article, task, idea = article_make(tenant), task_make(tenant), idea_make(tenant)
    client, before = client_of(tenant.viewer), state_of(tenant)
    path = f"{ARTICLES}{article.pk}/"
    assert all(call(client, path).status_code == 200 for call in READS)
    refused = [call(client, path) for call in WRITES]
    refused += [
        client.post(f"{path}restore/"),
        client.post(f"{TASKS}{task.pk}/write/"),
        client.post(TASKS, {"idea": str(idea.pk)}),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "role_too_low")] * 7
    assert state_of(tenant) == before


def test_stranger_meets_the_same_as_for_a_missing_row(tenant: Tenant, stranger: Tenant) -> None:
    article, task, idea = article_make(tenant), task_make(tenant), idea_make(tenant)
    client, before, missing = client_of(stranger.owner), state_of(tenant), uuid4()
    for call in [*READS, *WRITES, lambda client, path: client.post(f"{path}restore/")]:
        foreign, none = (call(client, f"{ARTICLES}{row}/") for row in (article.pk, missing))
        assert foreign.status_code == none.status_code == 404
        assert without_request_id(foreign) == without_request_id(none)
    for suffix in ("", "write/"):
        for row in (task.pk, missing):
            method = client.post if suffix else client.get
            assert method(f"{TASKS}{row}/{suffix}").status_code == 404
    assert client.post(TASKS, {"idea": str(idea.pk)}).status_code == 404
    assert client.get(TASKS).json()["count"] == client.get(ARTICLES).json()["count"] == 0
    assert state_of(tenant) == before


def test_anonymous_is_asked_who_they_are(tenant: Tenant) -> None:
    article, task = article_make(tenant), task_make(tenant)
    client, before = client_of(None), state_of(tenant)
    answers = [call(client, f"{ARTICLES}{article.pk}/") for call in [*READS, *WRITES]]
    answers += [client.get(TASKS), client.get(ARTICLES), client.post(f"{TASKS}{task.pk}/write/")]
    assert {answer.status_code for answer in answers} == {401}
    assert state_of(tenant) == before


@pytest.mark.parametrize("path", [TASKS, ARTICLES, "revisions"])
def test_list_costs_the_same_with_one_and_with_twenty_rows(path: str, tenant: Tenant) -> None:
    client, counts = client_of(tenant.owner), []
    article = article_make(tenant)
    address = f"{ARTICLES}{article.pk}/revisions/" if path == "revisions" else path
    client.get(address)  # who this is, is known from here on
    for rows in (1, 20):
        for number in range(rows - 1):
            if path == "revisions":
                with tenant.work():
                    article_edit(article.pk, title=f"Title {number}")
            else:
                article_make(tenant)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert (response.status_code, response.json()["count"]) == (200, rows)
        counts.append(len(queries))
    assert counts[0] == counts[1]
