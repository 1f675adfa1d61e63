"""The statement: what credits went where, equal to the ledger to the last credit."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import Site
from igny8_core.common.clock import utc_now
from igny8_core.modules.billing.constants import EntryKind, StatementGroup
from igny8_core.modules.billing.errors import PeriodInvalid
from igny8_core.modules.billing.models import LedgerEntry
from igny8_core.modules.billing.selectors import balance_check, balance_get, ledger_page, statement_get
from igny8_core.modules.billing.services import (
    credits_adjust,
    credits_capture,
    credits_grant,
    credits_hold,
    credits_release,
)
from igny8_core.modules.billing.types import Sums
from igny8_core.tenancy.context import TenantContext, tenant_transaction
from igny8_core.tenancy.queue import enqueue
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, context_of, site_make
from igny8_core.testing.isolation import key_client

pytestmark = pytest.mark.django_db

STATEMENT, LEDGER = "/api/v1/billing/statement/", "/api/v1/billing/ledger/"
TOTAL = Sums(granted=100, adjusted=-10, held=18, captured=8, released=4)


@pytest.fixture
def other_site(tenant: Tenant) -> Site:
    return site_make(tenant, "other.example")


@pytest.fixture
def spent(tenant: Tenant, stranger: Tenant, other_site: Site) -> None:
    """The owner spends 5 of 6 on one site, the member 3 of 4 on another; 2 come back, 6 are held for no site."""
    with tenant.work():
        credits_grant(100, reason="for a test", idempotency_key="g")
        credits_adjust(-10, reason="=cmd()", idempotency_key="a")
        hold = credits_hold(6, operation="writer.section", idempotency_key="1", site_id=tenant.site.pk)
        credits_capture(hold.pk, amount=5)
    with tenant_transaction(context_of(tenant.member)):
        job = enqueue("tests.work", payload={}, site_id=other_site.pk)
        hold = credits_hold(4, operation="writer.article", idempotency_key="2", job_id=job.pk)
        credits_capture(hold.pk, amount=3)
        hold = credits_hold(2, operation="writer.article", idempotency_key="3", job_id=job.pk)
    with tenant_transaction(TenantContext.of_account(tenant.account.pk)):  # a sweeper, who bought nothing
        credits_release(hold.pk, reason="expired")
        credits_hold(6, operation="writer.section", idempotency_key="4")
    with stranger.work():
        credits_grant(7777, reason="another's", idempotency_key="g")


def _by(group: str, tenant: Tenant) -> dict[str, Sums]:
    with tenant.work():
        return {line.label or line.key: line.sums for line in statement_get(group_by=group).lines}


@pytest.mark.usefixtures("spent")
def test_statement_by_site(tenant: Tenant) -> None:
    assert _by("site", tenant) == {
        tenant.site.domain: Sums(granted=0, adjusted=0, held=6, captured=5, released=1),
        "other.example": Sums(granted=0, adjusted=0, held=6, captured=3, released=3),
        "": Sums(granted=100, adjusted=-10, held=6, captured=0, released=0),
    }


@pytest.mark.usefixtures("spent")
def test_statement_by_user_books_a_release_to_the_buyer(tenant: Tenant) -> None:
    assert _by("user", tenant) == {
        tenant.owner.email: Sums(granted=100, adjusted=-10, held=6, captured=5, released=1),
        tenant.member.email: Sums(granted=0, adjusted=0, held=6, captured=3, released=3),
        "": Sums(granted=0, adjusted=0, held=6, captured=0, released=0),
    }


@pytest.mark.usefixtures("spent")
def test_statement_by_operation_and_day(tenant: Tenant) -> None:
    assert _by("operation", tenant) == {
        "writer.section": Sums(granted=0, adjusted=0, held=12, captured=5, released=1),
        "writer.article": Sums(granted=0, adjusted=0, held=6, captured=3, released=3),
        "": Sums(granted=100, adjusted=-10, held=0, captured=0, released=0),
    }
    assert _by("day", tenant) == {utc_now().astimezone(UTC).date().isoformat(): TOTAL}


@pytest.mark.usefixtures("spent")
@pytest.mark.parametrize("group", list(StatementGroup))
def test_statement_reconciles_with_the_ledger_and_the_balance(tenant: Tenant, group: str) -> None:
    columns = {
        "granted": EntryKind.GRANT,
        "adjusted": EntryKind.ADJUSTMENT,
        "held": EntryKind.HOLD,
        "captured": EntryKind.CAPTURE,
        "released": EntryKind.RELEASE,
    }
    with tenant.work():
        statement = statement_get(group_by=group)
        entries = list(LedgerEntry.objects.values_list("kind", "amount"))
        for name, kind in columns.items():
            booked = sum(amount for one, amount in entries if one == kind)
            assert getattr(statement.total, name) == booked
            assert sum(getattr(line.sums, name) for line in statement.lines) == booked
        total, balance = statement.total, balance_get()
        assert total == TOTAL
        assert total.granted + total.adjusted - total.captured == balance.balance
        assert total.held - total.captured - total.released == balance.held
        assert balance_check().is_exact


def test_statement_takes_its_time_and_no_other(tenant: Tenant) -> None:
    with tenant.work():
        credits_grant(5, reason="r", idempotency_key="g")
        at = LedgerEntry.objects.get().created_at
        for since, until, granted in (
            (at, at + timedelta(microseconds=1), 5),
            (at - timedelta(days=1), at, 0),
            (at + timedelta(microseconds=1), at + timedelta(days=1), 0),
        ):
            assert statement_get(since=since, until=until).total.granted == granted
        with pytest.raises(PeriodInvalid):
            statement_get(since=at, until=at)


def test_statement_begins_with_the_month(tenant: Tenant) -> None:
    now = datetime(2026, 3, 4, 5, tzinfo=UTC)
    with tenant.work(), patch("igny8_core.modules.billing.selectors.statement.utc_now", lambda: now):
        statement = statement_get()
    assert (statement.since, statement.until) == (datetime(2026, 3, 1, tzinfo=UTC), now)


def test_deleted_site_keeps_its_name(tenant: Tenant, other_site: Site) -> None:
    with tenant.work():
        credits_grant(5, reason="r", idempotency_key="g")
        credits_hold(1, operation="writer.section", idempotency_key="1", site_id=other_site.pk)
        other_site.delete()
    assert "other.example" in _by("site", tenant)


@pytest.mark.usefixtures("spent")
def test_statement_over_http(tenant: Tenant, stranger: Tenant) -> None:
    data = client_of(tenant.owner).get(f"{STATEMENT}?group_by=site").json()["data"]
    assert data["total"] == {"granted": 100, "adjusted": -10, "held": 18, "captured": 8, "released": 4}
    assert data["lines"][0] == {
        "key": str(tenant.site.pk),
        "label": tenant.site.domain,
        "sums": {"granted": 0, "adjusted": 0, "held": 6, "captured": 5, "released": 1},
    }
    theirs = client_of(stranger.owner).get(STATEMENT).json()["data"]
    assert theirs["total"]["granted"] == 7777
    for query in (
        "group_by=month",
        "group_by=",
        "since=yesterday",
        "site=1",
        "since=2026-02-01T00:00Z&until=2026-01-01T00:00Z",
    ):
        assert client_of(tenant.owner).get(f"{STATEMENT}?{query}").status_code == 400, query


@pytest.mark.parametrize("path", [STATEMENT, f"{STATEMENT}export/", f"{LEDGER}export/"])
def test_statement_is_for_admins_of_the_whole_account(tenant: Tenant, path: str) -> None:
    for client, code in (
        (client_of(tenant.member), "role_too_low"),
        (key_client(tenant.owner, site=tenant.site), "site_scope_too_narrow"),
        (key_client(tenant.owner, scopes=["planner:read"]), "scope_missing"),
    ):
        refused = client.get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, code)


@pytest.mark.usefixtures("spent")
def test_statement_exports_as_csv(tenant: Tenant) -> None:
    answer = client_of(tenant.owner).get(f"{STATEMENT}export/?group_by=operation")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert list(csv.reader(StringIO(answer.content.decode()))) == [
        ["operation", "label", "granted", "adjusted", "held", "captured", "released"],
        ["writer.section", "writer.section", "0", "0", "12", "5", "1"],
        ["writer.article", "writer.article", "0", "0", "6", "3", "3"],
        ["", "", "100", "-10", "0", "0", "0"],
        ["total", "", "100", "-10", "18", "8", "4"],
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("spent")
def test_ledger_exports_as_csv_that_is_safe_in_a_spreadsheet(tenant: Tenant) -> None:
    answer = client_of(tenant.owner).get(f"{LEDGER}export/")
    lines = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))
    assert [int(line["sequence"]) for line in lines] == list(range(1, 12))
    assert (lines[1]["reason"], lines[1]["amount"]) == ("'=cmd()", "-10")
    assert lines[2]["site_id"] == str(tenant.site.pk)
    narrowed = client_of(tenant.owner).get(f"{LEDGER}export/?kind=capture&user_id={tenant.member.pk}")
    lines = list(csv.DictReader(StringIO(b"".join(narrowed.streaming_content).decode())))
    assert [line["amount"] for line in lines] == ["3"]
    assert client_of(tenant.owner).get(f"{LEDGER}export/?nonsense=1").status_code == 400


@pytest.mark.usefixtures("spent")
def test_page_of_the_ledger_names_sites_and_people(tenant: Tenant) -> None:
    with tenant.work():
        page = ledger_page()
        assert (page.total, [line.sequence for line in page.rows]) == (11, list(range(11, 0, -1)))
        spent = ledger_page(kind="capture").rows
        assert [(line.site, line.user, line.amount) for line in spent] == [
            ("other.example", tenant.member.email, 3),
            (tenant.site.domain, tenant.owner.email, 5),
        ]
        assert ledger_page(operation="writer.article", kind="hold").total == 2


@pytest.mark.parametrize("group", list(StatementGroup))
def test_statement_costs_the_same_with_one_and_with_twenty_groups(tenant: Tenant, group: str) -> None:
    counts = []
    for rows in (1, 20):
        with tenant.work():
            credits_grant(100, reason="for a test", idempotency_key=f"g{rows}")
            for number in range(rows):
                site = site_make(tenant) if rows > 1 else tenant.site
                key = f"{rows}-{number}"
                credits_hold(1, operation=f"writer.{number}", idempotency_key=key, site_id=site.pk)
        with tenant.work(), CaptureQueriesContext(connection) as queries:
            statement_get(group_by=group)
        counts.append(len(queries))
    assert counts[0] == counts[1]
