"""The addresses of publications: who may ask for what, and what is shown."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.services import publication_reserve
from igny8_core.modules.publisher.tests.samples import article_make
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

LIST = "/api/v1/publisher/publications/"
NOBODY = "00000000-0000-0000-0000-000000000000"


def pair(tenant: Tenant) -> dict[str, str]:
    with tenant.work():
        article, row = article_make(tenant), destination_preview_ensure(tenant.site.pk)
    return {"article": str(article.pk), "destination": str(row.pk)}


def made(tenant: Tenant) -> Publication:
    ids = pair(tenant)
    with tenant.work():
        return publication_reserve(article_id=ids["article"], destination_id=ids["destination"])


def nothing_happened(tenant: Tenant) -> bool:
    with tenant.work():
        return (Publication.objects.count(), Job.objects.count()) == (0, 0)


def test_member_publishes_in_a_job(tenant: Tenant) -> None:
    ids, client = pair(tenant), client_of(tenant.member)
    response = client.post(LIST, ids)
    assert response.status_code == 202
    accepted = response.json()["data"]
    shown = client.get(f"{LIST}{accepted['publication_id']}/").json()["data"]
    assert (shown["state"], shown["slug"], shown["url"]) == ("reserved", "burr-grinders", "")
    assert {name: shown[name] for name in ids} == ids
    with tenant.work():
        job = Job.objects.get(pk=accepted["job_id"])
    assert (job.kind, job.payload) == (
        "publisher.publish_article",
        {"publication_id": accepted["publication_id"]},
    )


def test_asking_again_gives_the_same_publication_and_job(tenant: Tenant) -> None:
    ids, client = pair(tenant), client_of(tenant.member)
    first, second = client.post(LIST, ids), client.post(LIST, ids)
    assert first.json()["data"] == second.json()["data"]
    retried = client.post(f"{LIST}{first.json()['data']['publication_id']}/retry/")
    assert (retried.status_code, retried.json()["data"]) == (202, first.json()["data"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "validation_error"),
        ({"article": NOBODY, "destination": NOBODY}, 404, "not_found"),
        ({"article": "x", "destination": NOBODY}, 400, "validation_error"),
        ({"article": NOBODY, "destination": NOBODY, "state": "published"}, 400, "validation_error"),
    ],
)
def test_bad_body_is_refused(tenant: Tenant, body: dict[str, str], status: int, code: str) -> None:
    response = client_of(tenant.owner).post(LIST, body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert nothing_happened(tenant)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_publication_is_changed_by_publishing_alone(tenant: Tenant, method: str) -> None:
    row = made(tenant)
    response = getattr(client_of(tenant.owner), method)(f"{LIST}{row.pk}/", {"state": "published"})
    assert response.status_code == 405
    with tenant.work():
        assert Publication.objects.get().version == row.version


def test_viewer_reads_and_starts_nothing(tenant: Tenant) -> None:
    ids, client = pair(tenant), client_of(tenant.viewer)
    assert client.get(LIST).status_code == 200
    assert client.post(LIST, ids).status_code == 403
    assert nothing_happened(tenant)
    row = made(tenant)
    assert client.post(f"{LIST}{row.pk}/retry/").status_code == 403
    with tenant.work():
        assert Job.objects.count() == 0


def test_stranger_finds_nothing(tenant: Tenant, stranger: Tenant) -> None:
    row, client = made(tenant), client_of(stranger.owner)
    missing = without_request_id(client.get(f"{LIST}{NOBODY}/"))
    own = pair(stranger)
    answers = [
        client.get(f"{LIST}{row.pk}/"),
        client.post(f"{LIST}{row.pk}/retry/"),
        client.post(LIST, {**own, "article": str(row.article_id)}),
        client.post(LIST, {**own, "destination": str(row.destination_id)}),
    ]
    assert [(answer.status_code, without_request_id(answer)) for answer in answers] == [(404, missing)] * 4
    assert client.get(LIST).json()["count"] == 0
    assert client.get(f"{LIST}?article={row.article_id}").json()["count"] == 0
    assert nothing_happened(stranger)
    with tenant.work():
        assert Job.objects.count() == 0


def test_anonymous_is_refused(tenant: Tenant) -> None:
    ids, client = pair(tenant), client_of(None)
    assert [client.get(LIST).status_code, client.post(LIST, ids).status_code] == [401, 401]
    assert nothing_happened(tenant)


def test_list_is_narrowed_and_takes_the_same_queries_for_any_number(tenant: Tenant) -> None:
    client, row = client_of(tenant.owner), made(tenant)
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        assert client.get(LIST).json()["count"] == 1
    for _ in range(19):
        made(tenant)
    with CaptureQueriesContext(connection) as many:
        assert client.get(LIST).json()["count"] == 20
    assert len(one) == len(many)
    assert client.get(f"{LIST}?article={row.article_id}").json()["count"] == 1
    assert client.get(f"{LIST}?state=reserved&destination={row.destination_id}").json()["count"] == 20
    assert client.get(f"{LIST}?state=published").json()["count"] == 0
    assert client.get(f"{LIST}?search=burr-grinders-7").json()["count"] == 1
    assert client.get(f"{LIST}?marker=x").status_code == 400
