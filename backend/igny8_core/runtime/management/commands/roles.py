"""`manage.py roles`: make the owner, application and operations roles on a server of your own, or print their SQL."""

import os
from typing import Any

import environ
import psycopg
from django.core.management.base import BaseCommand, CommandError

from igny8_core.runtime.addresses import DATABASE_KEYS
from igny8_core.runtime.roles import (
    DatabaseRoles,
    Login,
    database_statement,
    grant_statements,
    grants_apply,
    role_statements,
    roles_apply,
)


class Command(BaseCommand):
    """Names, passwords and the database come from the three addresses that web, migrations and operations use."""

    help = (
        "Make the database roles of DATABASE_URL, DATABASE_OWNER_URL and DATABASE_OPS_URL over DATABASE_ADMIN_URL; "
        "without that, or where it may not, print the SQL for your database administrator."
    )
    requires_system_checks = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        """Make or print; raises CommandError when an address is missing."""
        env = environ.Env()
        missing = [key for key in DATABASE_KEYS if not os.environ.get(key)]
        if missing:
            raise CommandError(f"Set {', '.join(missing)} first, in the environment or in .env.")
        app, owner, ops = (env.db_url(key) for key in DATABASE_KEYS)
        roles = DatabaseRoles(owner=_login(owner), app=_login(app), ops=_login(ops))
        admin_url = os.environ.get("DATABASE_ADMIN_URL")
        if admin_url:
            self._make(admin_url, roles=roles, database=app["NAME"])
        else:
            self.stdout.write(sql_script(roles, database=app["NAME"]))

    def _make(self, admin_url: str, *, roles: DatabaseRoles, database: str) -> None:
        try:
            with psycopg.connect(admin_url, autocommit=True) as admin:
                made = roles_apply(admin, roles=roles, database=database)
            with psycopg.connect(admin_url, autocommit=True, dbname=database) as admin:
                grants_apply(admin, roles=roles)
        except psycopg.errors.InsufficientPrivilege as refusal:
            self.stderr.write(f"The administrator of DATABASE_ADMIN_URL may not do this: {refusal}")
            self.stdout.write(sql_script(roles, database=database))
            raise CommandError(
                "The roles are not complete: let an administrator run the SQL above."
            ) from refusal
        self.stdout.write(f"Roles are ready{' and the database was made' if made else ''}: {database}.")


def sql_script(roles: DatabaseRoles, *, database: str) -> str:
    """The same statements as text for psql; it holds the passwords."""
    before = [*role_statements(roles), database_statement(database, roles=roles)]
    after = list(grant_statements(database, roles=roles))
    lines = [f"{statement.as_string()};" for statement in before]
    lines.append(f"\\connect {psycopg.sql.Identifier(database).as_string()}")
    return "\n".join([*lines, *(f"{statement.as_string()};" for statement in after)])


def _login(address: dict[str, Any]) -> Login:
    return Login(role=address["USER"], password=address["PASSWORD"])
