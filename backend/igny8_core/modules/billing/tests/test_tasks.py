"""Holds that nobody closes: the periodic task gives every account its credits back, whatever killed the worker."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import pytest
from celery import current_app
from django.conf import settings

from igny8_core.common.clock import utc_now
from igny8_core.modules.billing.models import CreditHold
from igny8_core.modules.billing.selectors import balance_check, balance_get, ledger_list
from igny8_core.modules.billing.services import credits as services
from igny8_core.modules.billing.services import credits_capture, credits_grant, credits_hold
from igny8_core.modules.billing.tasks import expire_holds
from igny8_core.modules.billing.types import Balance
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ops"])

# Holds, says so, and waits for its death in front of the capture; `inside` decides which side of COMMIT it waits on.
BUYER = """
import sys
import django
django.setup()
from igny8_core.modules.billing.services import credits_hold
from igny8_core.tenancy.context import ALL_SITES, TenantContext, tenant_transaction

account_id, inside = int(sys.argv[1]), sys.argv[2] == "inside"
context = TenantContext(account_id=account_id, site_ids=ALL_SITES, actor_id=None, request_id="")
def wait():
    print("held", flush=True)
    sys.stdin.read()
with tenant_transaction(context):
    credits_hold(4, operation="writer.section", idempotency_key="section-1")
    if inside:
        wait()
wait()
"""


@contextmanager
def _buyer(tenant: Tenant, where: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", BUYER, str(tenant.account.pk), where]
    with subprocess.Popen(
        command, cwd=settings.BACKEND_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def _grant(tenant: Tenant, amount: int = 10) -> None:
    with tenant.work():
        credits_grant(amount, reason="for a test", idempotency_key="g")


@contextmanager
def _two_hours_later() -> Iterator[None]:
    later = utc_now() + timedelta(hours=2)
    with (
        patch("igny8_core.modules.billing.services.credits.utc_now", lambda: later),
        patch("igny8_core.modules.billing.selectors.credits.utc_now", lambda: later),
    ):
        yield


def test_killed_between_hold_and_capture_loses_nothing(tenant: Tenant) -> None:
    _grant(tenant)
    with _buyer(tenant, "outside") as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        child.kill()
        assert child.wait() == -9
    assert expire_holds() == 0
    with tenant.work():
        assert balance_get() == Balance(balance=10, held=4, available=6)
    with _two_hours_later():
        assert expire_holds() == 1
        assert expire_holds() == 0
    with tenant.work():
        assert balance_get() == Balance(balance=10, held=0, available=10)
        assert [entry.kind for entry in ledger_list()] == ["release", "hold", "grant"]
        assert balance_check().is_exact
        again = credits_hold(4, operation="writer.section", idempotency_key="section-1")
        assert credits_capture(again.pk, amount=4).captured_amount == 4
        assert balance_get() == Balance(balance=6, held=0, available=6)


def test_killed_before_commit_leaves_no_trace_and_no_lock(tenant: Tenant) -> None:
    _grant(tenant)
    with _buyer(tenant, "inside") as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        child.kill()
        assert child.wait() == -9
    with tenant.work():
        assert CreditHold.objects.count() == 0
        assert credits_hold(10, operation="writer.article", idempotency_key="all").amount == 10
        assert balance_check().is_exact


def test_expire_holds_gives_back_to_each_account_what_is_its(tenant: Tenant, stranger: Tenant) -> None:
    for actor in (tenant, stranger):
        _grant(actor)
        with actor.work():
            for key, lifetime in (("due", 60), ("fresh", 60 * 60 * 3)):
                credits_hold(2, operation="writer.section", idempotency_key=key, lifetime_seconds=lifetime)
    with _two_hours_later():
        assert expire_holds() == 2
    for actor in (tenant, stranger):
        with actor.work():
            states = dict(CreditHold.objects.values_list("idempotency_key", "state"))
            assert states == {"due": "expired", "fresh": "held"}
            assert balance_get() == Balance(balance=10, held=2, available=8)
            assert balance_check().is_exact


def test_one_accounts_trouble_stops_no_other(
    tenant: Tenant, stranger: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    for actor in (tenant, stranger):
        _grant(actor)
        with actor.work():
            credits_hold(2, operation="writer.section", idempotency_key="k", lifetime_seconds=-1)
            bad_account = actor.account.pk
    expire_here = services.holds_expire_here

    def sometimes(hold_ids: list) -> int:
        if services.current_context().account_id == bad_account:
            raise RuntimeError("broken row")
        return expire_here(hold_ids)

    with patch.object(services, "holds_expire_here", sometimes):
        assert expire_holds() == 1
    assert f"periodic work failed for account {bad_account}" in caplog.text
    with tenant.work():
        assert balance_get().held == 0
    with stranger.work():
        assert balance_get().held == 2
    assert expire_holds() == 1


def test_expire_holds_is_on_the_schedule() -> None:
    entries = [
        entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] == "billing.expire_holds"
    ]
    assert [entry["schedule"] for entry in entries] == [60.0]
    assert "billing.expire_holds" in current_app.tasks
