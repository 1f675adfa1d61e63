"""The SQL that makes IGNY8's three database roles and its database; it never grants what row-level security forbids."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

OWNER_ROLE = "igny8_owner"
APP_ROLE = "igny8_app"
OPS_ROLE = "igny8_ops"
DATABASE = "igny8"


@dataclass(frozen=True)
class Login:
    """A role's name and password."""

    role: str
    password: str


@dataclass(frozen=True)
class DatabaseRoles:
    """Who migrates (`owner`), who serves requests and jobs (`app`), who reads across accounts (`ops`)."""

    owner: Login
    app: Login
    ops: Login


def role_statements(roles: DatabaseRoles) -> Iterator[sql.Composed]:
    """Make or correct the three roles; each statement may run again, on any database of the server."""
    yield from _role(roles.owner, bypass=True)
    yield from _role(roles.app, bypass=False)
    yield from _role(roles.ops, bypass=True)
    yield sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(
        sql.Identifier(roles.ops.role)
    )
    # CREATE DATABASE ... OWNER and default privileges need membership, which only a superuser has without asking.
    yield _unless(
        "SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper",
        sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(roles.owner.role)),
    )


def database_statement(name: str, *, roles: DatabaseRoles) -> sql.Composed:
    """Make a database that the owner role owns; fails when it exists, cannot run in a transaction."""
    return sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
        sql.Identifier(name), sql.Identifier(roles.owner.role)
    )


def grant_statements(name: str, *, roles: DatabaseRoles) -> Iterator[sql.Composed]:
    """Say who may do what in a database, connected to it; run before the first migration, and at will again.

    Only defaults for tables to come: a blanket grant would give back what a migration took away.
    """
    names = {
        "database": sql.Identifier(name),
        "owner": sql.Identifier(roles.owner.role),
        "app": sql.Identifier(roles.app.role),
        "ops": sql.Identifier(roles.ops.role),
    }
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {app}, {ops}",
        # Bulk loads COPY into a temporary table: COPY is refused on a table with row-level security.
        "GRANT TEMPORARY ON DATABASE {database} TO {app}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}, {ops}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {ops}",
    ):
        yield sql.SQL(statement).format(**names)


def roles_apply(admin: psycopg.Connection, *, roles: DatabaseRoles, database: str) -> bool:
    """Make the roles and, if missing, the database, over an autocommit connection; True when it was made."""
    for statement in role_statements(roles):
        admin.execute(statement)
    return database_make(admin, name=database, roles=roles)


def database_make(admin: psycopg.Connection, *, name: str, roles: DatabaseRoles) -> bool:
    """Make a database if it is missing; True when it was made."""
    if admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
        return False
    admin.execute(database_statement(name, roles=roles))
    return True


def grants_apply(admin: psycopg.Connection, *, roles: DatabaseRoles) -> None:
    """Say who may do what in the database that `admin` is connected to."""
    for statement in grant_statements(admin.info.dbname, roles=roles):
        admin.execute(statement)


def _role(login: Login, *, bypass: bool) -> Iterator[sql.Composed]:
    role, name = sql.Identifier(login.role), sql.Literal(login.role)
    yield _unless(
        sql.SQL("SELECT FROM pg_roles WHERE rolname = {}").format(name),
        sql.SQL("CREATE ROLE {}").format(role),
    )
    # A managed server's administrator is no superuser and may not even mention an attribute that it lacks, so the
    # dangerous ones are taken away only from a role that has them.
    yield _unless(
        sql.SQL(
            "SELECT FROM pg_roles WHERE rolname = {}"
            " AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication)"
        ).format(name),
        sql.SQL("ALTER ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION").format(role),
    )
    yield _unless(
        sql.SQL("SELECT FROM pg_roles WHERE rolname = {} AND rolbypassrls = {}").format(
            name, sql.Literal(bypass)
        ),
        sql.SQL("ALTER ROLE {} {}").format(role, sql.SQL("BYPASSRLS" if bypass else "NOBYPASSRLS")),
    )
    yield sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(login.password))


def _unless(query: str | sql.Composed, statement: sql.Composed) -> sql.Composed:
    composed = sql.SQL(query).format() if isinstance(query, str) else query
    return sql.SQL("DO $do$ BEGIN IF NOT EXISTS ({}) THEN {}; END IF; END $do$").format(composed, statement)
