"""Nothing of a tenant outlives its request, thread, connection or log line, however the request ends."""

import asyncio
import contextvars
import logging
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from celery import current_app
from django.db import DatabaseError, connection, connections
from rest_framework.test import APIClient

from igny8_core.api import throttling
from igny8_core.auth import middleware, services
from igny8_core.auth.models import PlanStatus, Site
from igny8_core.common.logs import RequestIDFilter
from igny8_core.common.request_id import current_request_id
from igny8_core.tenancy.context import context_or_none, tenant_scope, tenant_transaction
from igny8_core.tenancy.errors import NoTenantContext
from igny8_core.tenancy.models import AuditEvent, Job
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import PASSWORD, Tenant, password_give
from igny8_core.testing.isolation import key_client
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)

SITES, KEYWORDS = "/api/v1/account/sites/", "/api/v1/planner/keywords/"


def _database_says() -> list[str | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NULLIF(current_setting('app.account_id', true), ''), "
            "NULLIF(current_setting('app.site_ids', true), '')"
        )
        return list(cursor.fetchone())


def _assert_nothing_is_left() -> None:
    assert context_or_none() is None
    assert current_request_id.get() == ""
    assert not connection.in_atomic_block
    assert _database_says() == [None, None]


def _crash_in_the_view(tenant: Tenant) -> Any:
    with patch("igny8_core.api.base.narrow", side_effect=RuntimeError):
        return client_of(tenant.owner).get(SITES)


def _crash_in_the_serializer(tenant: Tenant) -> Any:
    with patch("igny8_core.api.base.row_reader", side_effect=RuntimeError):
        return client_of(tenant.owner).get(SITES)


def _suspended(tenant: Tenant) -> Any:
    client = client_of(tenant.owner)
    with tenant.work():
        services.account_update(tenant.account.pk, plan_status=PlanStatus.SUSPENDED)
    return client.get(SITES)


def _limited(tenant: Tenant) -> Any:
    with (
        patch.object(throttling, "_rate", lambda scope: (0, 60)),
        patch.object(throttling, "count_in_window", lambda key, seconds: 1),
    ):
        return client_of(tenant.owner).get(SITES)


def _guessing(tenant: Tenant) -> Any:
    with patch.object(middleware, "count_in_window", lambda key, seconds: 10_000):
        return APIClient(HTTP_X_API_KEY="igny8_wrong").get(SITES)


def _stale(tenant: Tenant) -> Any:
    client = key_client(tenant.owner)
    client.get(SITES)
    with tenant.work():
        services.user_update(tenant.owner, name="other")
    return client.get(SITES)


ENDINGS = {
    "200": (lambda tenant: client_of(tenant.owner).get(SITES), 200),
    "400": (lambda tenant: client_of(tenant.owner).post(SITES, {}), 400),
    "401": (lambda tenant: APIClient(HTTP_X_API_KEY="igny8_wrong").get(SITES), 401),
    "403 plan": (_suspended, 403),
    "403 role": (lambda tenant: client_of(tenant.viewer).post(SITES, {}), 403),
    "404": (lambda tenant: client_of(tenant.owner).get(f"{SITES}{uuid4()}/"), 404),
    "404 address": (lambda tenant: client_of(tenant.owner).get("/api/v1/nowhere/"), 404),
    "405": (lambda tenant: client_of(tenant.owner).put(SITES, {}), 405),
    "409": (
        lambda tenant: client_of(tenant.owner).post(SITES, {"name": "n", "domain": tenant.site.domain}),
        409,
    ),
    "429 limit": (_limited, 429),
    "429 guesses": (_guessing, 429),
    "500 view": (_crash_in_the_view, 500),
    "500 serializer": (_crash_in_the_serializer, 500),
    "stale and again": (_stale, 200),
}


@pytest.mark.parametrize("ending", list(ENDINGS))
def test_nothing_is_left_after_a_request(tenant: Tenant, stranger: Tenant, ending: str) -> None:
    ask, status = ENDINGS[ending]
    assert ask(tenant).status_code == status
    _assert_nothing_is_left()
    listed = client_of(stranger.owner).get(SITES).json()
    assert [row["id"] for row in listed["results"]] == [str(stranger.site.pk)]


def test_nothing_is_left_after_a_refused_commit(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    with patch.object(type(connections["default"]), "_commit", side_effect=DatabaseError("refused")):
        answer = client.post(SITES, {"name": "n", "domain": "n.example"})
    assert answer.status_code == 500
    assert "refused" not in answer.content.decode()
    _assert_nothing_is_left()
    with tenant.work():
        assert Site.objects.count() == 1


def test_thread_of_a_pool_starts_clean_and_ends_clean(tenant: Tenant) -> None:
    def work(fail: bool) -> object:
        seen = context_or_none()
        try:
            with tenant.work():
                if fail:
                    raise ZeroDivisionError
                return seen, Site.objects.count()
        except ZeroDivisionError:
            return seen, context_or_none()
        finally:
            connections.close_all()

    with tenant_scope(tenant.context), ThreadPoolExecutor(1) as pool:
        assert list(pool.map(work, [True, False, True])) == [(None, None), (None, 1), (None, None)]


def test_copied_context_carries_its_own_scope_and_gives_none_back(tenant: Tenant) -> None:
    context = tenant.context
    with tenant_scope(context):
        copied = contextvars.copy_context()
    assert context_or_none() is None
    assert copied.run(context_or_none) is context
    with pytest.raises(NoTenantContext):
        list(Site.objects.all())


def test_async_code_reaches_rows_through_its_own_scope_alone(tenant: Tenant, stranger: Tenant) -> None:
    async def count(one: Tenant | None) -> object:
        def read() -> object:
            if one is None:
                return context_or_none()
            with one.work():
                return list(Site.objects.values_list("pk", flat=True))

        return await sync_to_async(read)()

    async def side_by_side() -> list[object]:
        return list(await asyncio.gather(count(tenant), count(None), count(stranger), count(None)))

    assert asyncio.run(side_by_side()) == [[tenant.site.pk], None, [stranger.site.pk], None]
    _assert_nothing_is_left()


def test_signal_handler_inside_a_scope_cannot_widen_it(tenant: Tenant, stranger: Tenant) -> None:
    from igny8_core.tenancy.errors import TenantScopeConflict

    refused: list[bool] = []

    def handler(*_: object) -> None:
        try:
            with tenant_scope(stranger.context):
                refused.append(False)
        except TenantScopeConflict:
            refused.append(True)

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        context = tenant.context
        with tenant_scope(context):
            signal.raise_signal(signal.SIGUSR1)
            assert context_or_none() is context
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert refused == [True]


def test_connection_that_was_closed_or_killed_comes_back_clean(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        assert Site.objects.count() == 1
    connection.close()
    assert _database_says() == [None, None]
    with pytest.raises(DatabaseError), tenant.work(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert context_or_none() is None
    connection.close()
    with stranger.work():
        assert list(Site.objects.values_list("pk", flat=True)) == [stranger.site.pk]
    assert _database_says() == [None, None]


def test_pooled_connections_carry_nothing_from_one_tenant_to_the_next(
    tenant: Tenant, stranger: Tenant
) -> None:
    """Django's own psycopg pool with one connection: every borrower gets the one that the last one used."""
    from django.db.utils import ConnectionHandler

    config = {**connections.databases["default"], "CONN_MAX_AGE": 0}
    config["OPTIONS"] = {**config["OPTIONS"], "pool": {"min_size": 1, "max_size": 1}}
    pooled = ConnectionHandler({"default": config})["default"]
    before = connections["default"]
    connections["default"] = pooled
    try:
        for one in (tenant, stranger, tenant):
            with one.work():
                assert list(Site.objects.values_list("pk", flat=True)) == [one.site.pk]
            pooled.close()  # back to the pool, as at the end of a request
            assert _database_says() == [None, None]
            pooled.close()
    finally:
        connections["default"] = before
        pooled.close_pool()


@pytest.fixture
def heard() -> Iterator[list[logging.LogRecord]]:
    """Every record that is logged, with its request id."""
    records: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    handler = Keep()
    handler.addFilter(RequestIDFilter())
    # Celery sets the root logger up anew when it runs a task; ours are named.
    loggers = [logging.getLogger(name) for name in ("", "igny8", "django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield records
    for logger in loggers:
        logger.removeHandler(handler)


def test_one_id_goes_through_answer_log_audit_job_and_worker(
    tenant: Tenant, heard: list[logging.LogRecord]
) -> None:
    mine = uuid4()
    client = client_of(tenant.owner)
    body = {"email": "new@example.test", "role": "viewer"}
    answer = client.post("/api/v1/account/invitations/", body, HTTP_X_REQUEST_ID=str(mine))
    assert answer["X-Request-ID"] == answer.json()["request_id"] == str(mine)
    with tenant.work():
        job = Job.objects.get()
        assert {job.request_id, AuditEvent.objects.get(action="invitation.created").request_id} == {str(mine)}
    heard.clear()
    refused = client.get(f"{SITES}{uuid4()}/", HTTP_X_REQUEST_ID=str(mine))
    assert refused.status_code == 404
    assert {record.request_id for record in heard} == {str(mine)}  # type: ignore[attr-defined]  # by the filter
    heard.clear()
    with patch("igny8_core.modules.auth.services.mail_send", side_effect=RuntimeError):
        job_run(job)
    crashed = [record for record in heard if record.name == "igny8.jobs"]
    assert {record.request_id for record in crashed} == {str(mine)}  # type: ignore[attr-defined]  # by the filter


def test_secrets_are_in_no_log_line(tenant: Tenant, heard: list[logging.LogRecord]) -> None:
    user = password_give(tenant.owner)
    login = APIClient().post("/api/v1/auth/login/", {"email": user.email, "password": PASSWORD})
    tokens = login.json()["data"]
    client = client_of(user)
    key = client.post("/api/v1/account/api-keys/", {"name": "k", "scopes": ["account:read"]}).json()["data"]
    wrong = {"email": user.email, "password": "a-guess-of-mine"}
    APIClient().post("/api/v1/auth/login/", wrong)
    APIClient(HTTP_X_API_KEY=key["secret"] + "x").get(SITES)
    APIClient(HTTP_X_API_KEY=key["secret"]).get(f"{SITES}?nonsense=1")
    APIClient(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}x").get(SITES)
    with patch("igny8_core.api.base.narrow", side_effect=RuntimeError):
        APIClient(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}").get(SITES)
    text = "\n".join(logging.Formatter().format(record) for record in heard)
    assert text, "the refusals were logged"
    for secret in (PASSWORD, "a-guess-of-mine", key["secret"], tokens["access"], tokens["refresh"]):
        assert secret not in text


def test_databases_own_words_reach_neither_answer_nor_log(
    tenant: Tenant, stranger: Tenant, heard: list[logging.LogRecord]
) -> None:
    from django.db import IntegrityError

    detail = f"DETAIL: Key (domain)=({stranger.site.domain}) already exists."
    with patch(
        "igny8_core.modules.account.api.views.SiteViewSet.create_service", side_effect=IntegrityError(detail)
    ):
        answer = client_of(tenant.owner).post(SITES, {"name": "n", "domain": "n.example"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    text = answer.content.decode() + "\n".join(logging.Formatter().format(record) for record in heard)
    assert stranger.site.domain not in text


def test_rolled_back_request_queues_and_sends_nothing(tenant: Tenant) -> None:
    sent: list[str] = []
    client = client_of(tenant.owner)
    body = {"email": "new@example.test", "role": "viewer"}
    with (
        patch.object(current_app, "send_task", lambda name, **_: sent.append(name)),
        patch("igny8_core.modules.account.api.views.InvitationViewSet.answer", side_effect=RuntimeError),
    ):
        assert client.post("/api/v1/account/invitations/", body).status_code == 500
        keyed = client.post("/api/v1/account/invitations/", body, headers={"Idempotency-Key": "k"})
        assert keyed.status_code == 500
    assert sent == []
    with tenant_transaction(tenant.context):
        assert not Job.objects.exists()
        assert not AuditEvent.objects.exists()
