"""Idempotency-Key: one effect per key, body and caller, whatever is repeated, in flight or broken."""

import threading
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connections
from rest_framework.request import Request

from igny8_core.api.idempotency import _path
from igny8_core.auth.models import Site, User
from igny8_core.auth.services import site_create, user_sites_set
from igny8_core.common.clock import utc_now
from igny8_core.modules.account.api.views import SiteViewSet
from igny8_core.modules.planner.models import Keyword
from igny8_core.tenancy.models import IdempotencyKey
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.db import owner_connection
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation import limited_user

pytestmark = pytest.mark.django_db(transaction=True)

SITES = "/api/v1/account/sites/"
KEYWORDS = "/api/v1/planner/keywords/"
KEY = {"HTTP_IDEMPOTENCY_KEY": "abc"}
BODY = {"name": "New", "domain": "new.example"}


def _sites(tenant: Tenant) -> int:
    with tenant.work():
        return Site.objects.count()


def test_same_key_gives_the_first_answer_again(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    first, second = (client.post(SITES, BODY, **KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert without_request_id(first) == without_request_id(second)
    assert (first.get("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (None, "true")
    assert first["ETag"] == second["ETag"]
    assert _sites(tenant) == 2


def test_same_key_after_a_new_token_is_still_the_same_caller(tenant: Tenant) -> None:
    client_of(tenant.owner).post(SITES, BODY, **KEY)
    assert client_of(tenant.owner).post(SITES, BODY, **KEY)["Idempotent-Replayed"] == "true"


def test_same_key_with_another_body_is_422_and_of_another_caller_is_free(
    tenant: Tenant, stranger: Tenant
) -> None:
    client_of(tenant.owner).post(SITES, BODY, **KEY)
    reused = client_of(tenant.owner).post(SITES, {**BODY, "name": "Other"}, **KEY)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    answer = client_of(stranger.owner).post(SITES, BODY, **KEY)
    assert (answer.status_code, answer.get("Idempotent-Replayed")) == (201, None)
    assert (_sites(tenant), _sites(stranger)) == (2, 2)


def test_refused_request_frees_its_key(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    assert client.post(SITES, {"name": "x"}, **KEY).status_code == 400
    assert client.post(SITES, BODY, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "a" * 201, "ü", "a\tb"])
def test_key_that_makes_no_sense_is_400(key: str, tenant: Tenant) -> None:
    answer = client_of(tenant.owner).post(SITES, BODY, HTTP_IDEMPOTENCY_KEY=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert _sites(tenant) == 1


def test_request_in_flight_is_409_and_a_dead_one_is_taken_over(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    with (
        patch("igny8_core.api.idempotency._keep", side_effect=RuntimeError),
        patch("igny8_core.api.idempotency.IdempotencyKey.objects.filter", side_effect=RuntimeError),
    ):
        assert client.post(SITES, BODY, **KEY).status_code == 500
    assert _sites(tenant) == 1, "the effect went with its answer"
    waiting = client.post(SITES, BODY, **KEY)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "idempotency_in_flight")
    with tenant.work():
        row = IdempotencyKey.objects.get()
        row.locked_until = utc_now() - timedelta(seconds=1)
        row.save()
    assert client.post(SITES, BODY, **KEY).status_code == 201
    assert _sites(tenant) == 2


def test_eight_at_once_have_one_effect(tenant: Tenant) -> None:
    codes: list[int] = []
    clients = [client_of(tenant.owner) for _ in range(8)]
    start = threading.Barrier(8)

    def post(client: object) -> None:
        start.wait()
        codes.append(client.post(SITES, BODY, **KEY).status_code)
        connections.close_all()

    threads = [threading.Thread(target=post, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {201, 409}
    assert 201 in codes
    assert _sites(tenant) == 2


def test_key_on_other_methods_is_ignored(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    assert client.get(SITES, **KEY).status_code == 200
    with tenant.work():
        assert IdempotencyKey.objects.count() == 0


def _again(person: User) -> User:
    return User.objects.get(pk=person.pk)


def test_answer_is_not_given_again_to_a_person_who_lost_the_site(tenant: Tenant) -> None:
    other = site_make(tenant)
    person = limited_user(tenant, tenant.site, other)
    body = {"site": str(tenant.site.pk), "text": "running shoes"}
    assert client_of(person).post(KEYWORDS, body, **KEY).status_code == 201
    with tenant.work():
        user_sites_set(person, [other.pk])
    answer = client_of(_again(person)).post(KEYWORDS, body, **KEY)
    assert (answer.status_code, answer.json()["code"]) == (403, "idempotency_out_of_scope")
    assert "running shoes" not in answer.content.decode()
    with tenant.work():
        assert Keyword.objects.count() == 1
        user_sites_set(person, [tenant.site.pk, other.pk])
    assert client_of(_again(person)).post(KEYWORDS, body, **KEY)["Idempotent-Replayed"] == "true"


def test_slow_request_whose_key_was_taken_over_leaves_nothing(tenant: Tenant) -> None:
    """The second request begins and ends while the first one is still at work."""
    answers: list[Any] = []

    def second() -> None:
        answers.append(client_of(tenant.owner).post(SITES, BODY, **KEY))
        connections.close_all()

    def slow(**fields: Any) -> Site:
        if not answers:
            answers.append(None)
            thread = threading.Thread(target=second)
            thread.start()
            thread.join()
            answers.remove(None)
        return site_create(**{**fields, "domain": f"{uuid4()}.example"})

    with (
        patch("igny8_core.api.idempotency.LOCK", timedelta(0)),
        patch.object(SiteViewSet, "create_service", staticmethod(slow)),
    ):
        first = client_of(tenant.owner).post(SITES, BODY, **KEY)
    assert [answer.status_code for answer in answers] == [201]
    assert (first.status_code, first.json()["code"]) == (409, "idempotency_in_flight")
    assert _sites(tenant) == 2
    again = client_of(tenant.owner).post(SITES, BODY, **KEY)
    assert without_request_id(again) == without_request_id(answers[0])


def test_failed_request_whose_key_was_taken_over_does_not_free_it(tenant: Tenant) -> None:
    def taken_over(**fields: Any) -> Site:
        with owner_connection() as connection:
            connection.execute(
                "UPDATE tenancy_idempotencykey SET locked_until = locked_until + interval '1 minute'"
            )
        raise Site.DoesNotExist

    with patch.object(SiteViewSet, "create_service", staticmethod(taken_over)):
        assert client_of(tenant.owner).post(SITES, BODY, **KEY).status_code == 500
    with tenant.work():
        assert IdempotencyKey.objects.count() == 1


def test_paths_that_differ_in_their_end_are_different_requests(tenant: Tenant) -> None:
    client, long = client_of(tenant.owner), "x" * 400
    first, second = (client.post(f"{SITES}{long}{end}/restore/", {}, **KEY) for end in "ab")
    paths = {_path(Request(answer.wsgi_request)) for answer in (first, second)}
    assert len(paths) == 2
    assert {len(path) for path in paths} == {300}


def test_answer_without_a_body_is_replayed_too(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    made = client.post("/api/v1/account/api-keys/", {"name": "k", "scopes": ["account:read"]}).json()["data"]
    path = f"/api/v1/account/api-keys/{made['id']}/revoke/"
    answers = [client.post(path, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    assert answers[1]["Idempotent-Replayed"] == "true"
