"""The test database: made and emptied by the owner role, used by the application role, as in production."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.apps import apps
from django.conf import settings
from django.test import TransactionTestCase

from igny8_core.runtime.roles import DatabaseRoles, Login, grants_apply
from igny8_core.tenancy.kinds import Kind

SUFFIX = "_test"


@contextmanager
def owner_connection() -> Iterator[psycopg.Connection]:
    """A connection of the owner role that commits each statement."""
    with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as connection:
        yield connection


def database_prepare() -> None:
    """Empty the test database and migrate it as the owner; refuses any database whose name does not end in _test."""
    name = settings.DATABASES["default"]["NAME"]
    if not name.endswith(SUFFIX):
        raise RuntimeError(
            f"Tests empty their database, and {name} does not end in {SUFFIX}: use `make test`."
        )
    with owner_connection() as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        grants_apply(connection, roles=_roles(connection.info.user))
    environment = {**os.environ, "DATABASE_URL": settings.DATABASE_OWNER_URL}
    command = [sys.executable, str(settings.BACKEND_DIR / "manage.py"), "migrate", "--verbosity", "0"]
    subprocess.run(command, env=environment, check=True)  # noqa: S603 - our own command, fixed arguments


def _roles(owner: str) -> DatabaseRoles:
    app, ops = (settings.DATABASES[alias]["USER"] for alias in ("default", "ops"))
    return DatabaseRoles(owner=Login(owner, ""), app=Login(app, ""), ops=Login(ops, ""))


def tables_empty(_case: TransactionTestCase | None = None) -> None:
    """Remove every row but the GLOBAL ones and the system account; the application role may not truncate."""
    models = [
        model for model in apps.get_models() if getattr(model, "tenant_kind", Kind.GLOBAL) is not Kind.GLOBAL
    ]
    names = ", ".join([*(model._meta.db_table for model in models), "django_session", "django_admin_log"])
    with owner_connection() as connection:
        system = connection.execute("SELECT id, plan_id FROM igny8_auth_account WHERE is_system").fetchone()
        connection.execute(f"TRUNCATE {names}")
        if system is not None:
            connection.execute(
                "INSERT INTO igny8_auth_account (id, name, plan_id, plan_status, is_system, retention_days, "
                "context_version, created_at) VALUES (%s, 'System', %s, 'active', true, 30, 1, now())",
                system,
            )
