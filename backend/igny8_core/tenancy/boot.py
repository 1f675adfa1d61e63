"""Refuses to serve on a database role that row-level security does not bind."""

import sys

from django.db import connection

# What the role is, or may become by SET ROLE, and whether it owns a table: an owner may switch its policies off.
QUERY = """
SELECT current_user, coalesce(bool_or(rolsuper), false), coalesce(bool_or(rolbypassrls), false),
       EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user)
FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')
"""


def role_problem() -> str | None:
    """The sentence that says what is wrong with the role of DATABASE_URL and how to mend it, or None."""
    with connection.cursor() as cursor:
        cursor.execute(QUERY)
        name, is_superuser, bypasses, owns = cursor.fetchone()
    connection.close()
    if is_superuser:
        attribute = "a superuser, or may become one,"
    elif bypasses:
        attribute = "exempt from row-level security (BYPASSRLS), or may become so,"
    elif owns:
        attribute = "the owner of tables, whose policies it may switch off,"
    else:
        return None
    return (
        f"The database role {name} of DATABASE_URL is {attribute}, so accounts would not be kept apart: "
        "name the application role there (`manage.py roles` makes it)."
    )


def require_application_role() -> None:
    """End the process with that sentence when the role is wrong."""
    problem = role_problem()
    if problem is not None:
        sys.exit(problem)
