"""The ledger and the holds against other accounts."""

from typing import Any

import pytest

from igny8_core.modules.billing.models import CreditAccount, CreditHold, LedgerEntry, Payment
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant
from igny8_core.testing.isolation import IsolationContract, row_make


class TestLedger(IsolationContract):
    url, model = "/api/v1/billing/ledger/", LedgerEntry


class TestHolds(IsolationContract):
    url, model = "/api/v1/billing/holds/", CreditHold


class TestPayments(IsolationContract):
    url, model = "/api/v1/billing/payments/", Payment


@pytest.mark.django_db
def test_balance_is_the_accounts_own(tenant: Tenant, stranger: Tenant) -> None:
    row_make(CreditAccount, stranger, balance=777, held=7)
    answer: Any = client_of(tenant.owner).get("/api/v1/billing/balance/").json()
    assert answer["data"] == {"balance": 0, "held": 0, "available": 0}
