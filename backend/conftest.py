"""Test set-up of the whole project: the database as the application role, and the actors."""

from collections.abc import Iterator

import pytest
from django.test import TransactionTestCase

from igny8_core.auth.principals import PRINCIPALS
from igny8_core.tenancy.redis import redis_client
from igny8_core.testing import db
from igny8_core.testing.factories import Tenant, tenant_make


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Prepare the database once; TransactionTestCase is emptied by the owner role from then on."""
    with django_db_blocker.unblock():
        db.database_prepare()
        TransactionTestCase._fixture_teardown = db.tables_empty
        yield


@pytest.fixture(autouse=True)
def _fresh_process_state(request: pytest.FixtureRequest) -> None:
    """No test sees another one's cached principals or request counters."""
    PRINCIPALS.clear()
    if request.node.get_closest_marker("django_db"):
        redis_client().flushdb()


@pytest.fixture
def tenant(db: None) -> Tenant:
    """The account that acts."""
    return tenant_make()


@pytest.fixture
def stranger(db: None) -> Tenant:
    """The account that must never notice, and never be noticed."""
    return tenant_make()
