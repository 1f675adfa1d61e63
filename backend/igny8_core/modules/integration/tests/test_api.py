"""The addresses of destinations: who may do what, and that no answer holds a password."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.modules.integration import services
from igny8_core.modules.integration.models import Destination
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

LIST = "/api/v1/integration/destinations/"
PASSWORD = "abcd EFGH ijkl MNOP"


def body(tenant: Tenant, **changes: str) -> dict[str, str]:
    login = {"base_url": "https://blog.example", "username": "anna", "application_password": PASSWORD}
    return {"site": str(tenant.site.pk), **login, **changes}


def made(tenant: Tenant, number: int = 0) -> Destination:
    with tenant.work():
        return services.destination_wordpress_save(
            site_id=tenant.site.pk,
            base_url=f"https://blog{number}.example",
            username="anna",
            application_password=PASSWORD,
        )


def test_owner_connects_a_site_and_nobody_reads_the_password(tenant: Tenant) -> None:
    response = client_of(tenant.owner).post(LIST, body(tenant))
    assert response.status_code == 201
    shown = response.json()["data"]
    assert (shown["platform"], shown["base_url"], shown["status"]) == (
        "wordpress",
        "https://blog.example",
        "unchecked",
    )
    one = client_of(tenant.viewer).get(f"{LIST}{shown['id']}/")
    many = client_of(tenant.viewer).get(LIST)
    for answer in (response, one, many):
        text = answer.content.decode()
        assert PASSWORD not in text
        assert "secret" not in text
        assert "application_password" not in text
    assert one["ETag"] == '"1"'
    with tenant.work():
        assert PASSWORD not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"base_url": "javascript:x"}, "outbound_address_invalid"),
        ({"application_password": ""}, "validation_error"),
        ({"platform": "preview"}, "validation_error"),
        ({"site": "00000000-0000-0000-0000-000000000000"}, "not_found"),
    ],
)
def test_bad_body_is_refused(tenant: Tenant, changes: dict[str, str], code: str) -> None:
    response = client_of(tenant.owner).post(LIST, body(tenant, **changes))
    assert response.json()["code"] == code
    with tenant.work():
        assert Destination.objects.count() == 0


def test_minimum_score_is_set_and_ended_by_admins(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    shown = client.post(LIST, {**body(tenant), "minimum_score": 80}).json()["data"]
    assert shown["minimum_score"] == 80
    path = f"{LIST}{shown['id']}/"
    assert client_of(tenant.member).patch(path, {"minimum_score": None}).status_code == 403
    for wrong in (-1, 101, "many"):
        refused = client.patch(path, {"minimum_score": wrong})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["minimum_score"])
    assert client.get(path).json()["data"]["minimum_score"] == 80
    assert client.patch(path, {"minimum_score": None}).json()["data"]["minimum_score"] is None


def test_second_connection_to_one_address_is_a_conflict(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    client.post(LIST, body(tenant))
    response = client.post(LIST, body(tenant, username="berta"))
    assert (response.status_code, response.json()["code"]) == (409, "destination_taken")


def test_change_honours_versions_and_asks_for_the_password(tenant: Tenant) -> None:
    client, row = client_of(tenant.owner), made(tenant)
    path = f"{LIST}{row.pk}/"
    assert client.patch(path, {"name": "Blog"}, headers={"If-Match": '"1"'}).json()["data"]["name"] == "Blog"
    stale = client.patch(path, {"name": "Old"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    refused = client.patch(path, {"base_url": "https://evil.example"})
    assert (refused.status_code, refused.json()["code"]) == (400, "application_password_required")
    assert list(refused.json()["errors"]) == ["application_password"]
    assert client.patch(path, {"secret": "x"}).status_code == 400


def test_delete_and_restore(tenant: Tenant) -> None:
    client, row = client_of(tenant.owner), made(tenant)
    assert client.delete(f"{LIST}{row.pk}/").status_code == 204
    assert client.get(f"{LIST}{row.pk}/").status_code == 404
    assert client.post(f"{LIST}{row.pk}/restore/").status_code == 200


@pytest.mark.parametrize("actor", ["member", "viewer"])
def test_only_admins_write(tenant: Tenant, actor: str) -> None:
    client, row = client_of(getattr(tenant, actor)), made(tenant)
    denied = [
        client.post(LIST, body(tenant)),
        client.patch(f"{LIST}{row.pk}/", {"name": "Mine"}),
        client.delete(f"{LIST}{row.pk}/"),
        client.post(f"{LIST}{row.pk}/check/"),
    ]
    assert [answer.status_code for answer in denied] == [403] * 4
    with tenant.work():
        assert list(Destination.objects.values_list("pk", "name", "version")) == [(row.pk, row.name, 1)]


def test_stranger_finds_nothing(tenant: Tenant, stranger: Tenant) -> None:
    client, row = client_of(stranger.owner), made(tenant)
    missing = client.get(f"{LIST}00000000-0000-0000-0000-000000000000/")
    for answer in (
        client.get(f"{LIST}{row.pk}/"),
        client.patch(f"{LIST}{row.pk}/", {"name": "Mine"}),
        client.delete(f"{LIST}{row.pk}/"),
        client.post(f"{LIST}{row.pk}/check/"),
        client.post(LIST, body(tenant)),
    ):
        assert (answer.status_code, without_request_id(answer)) == (404, without_request_id(missing))
    assert client.get(LIST).json()["count"] == 0
    with tenant.work():
        assert Destination.objects.get().version == 1


def test_anonymous_is_refused(tenant: Tenant) -> None:
    client, row = client_of(None), made(tenant)
    answers = [client.get(LIST), client.post(LIST, body(tenant)), client.post(f"{LIST}{row.pk}/check/")]
    assert [answer.status_code for answer in answers] == [401] * 3


def test_list_is_narrowed_and_takes_the_same_queries_for_any_number(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    made(tenant)
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        assert client.get(LIST).json()["count"] == 1
    for number in range(1, 20):
        made(tenant, number)
    with CaptureQueriesContext(connection) as many:
        assert client.get(LIST).json()["count"] == 20
    assert len(one) == len(many)
    with tenant.work():
        services.destination_preview_ensure(tenant.site.pk)
    assert client.get(f"{LIST}?platform=preview").json()["count"] == 1
    assert client.get(f"{LIST}?site={tenant.site.pk}&search=blog7").json()["count"] == 1
    assert client.get(f"{LIST}?secret=x").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_check_reports_a_dead_address(tenant: Tenant) -> None:
    with tenant.work():
        row = services.destination_wordpress_save(
            site_id=tenant.site.pk,
            base_url="http://127.0.0.1:9",
            username="anna",
            application_password=PASSWORD,
        )
    response = client_of(tenant.owner).post(f"{LIST}{row.pk}/check/")
    assert response.status_code == 200
    report = response.json()["data"]
    assert (report["is_usable"], report["is_reachable"], report["site"]) == (False, False, None)
    assert [problem["code"] for problem in report["problems"]] == ["outbound_host_unreachable"]
    shown = client_of(tenant.viewer).get(f"{LIST}{row.pk}/").json()["data"]
    assert (shown["status"], shown["last_check"]) == ("failing", report)
