"""Refuses to serve on a database role that row-level security does not bind."""

import sys

from django.db import connection

QUERY = "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"


def role_problem() -> str | None:
    """The sentence that says what is wrong with the role of DATABASE_URL and how to mend it, or None."""
    with connection.cursor() as cursor:
        cursor.execute(QUERY)
        name, is_superuser, bypasses = cursor.fetchone()
    connection.close()
    if not (is_superuser or bypasses):
        return None
    attribute = "a superuser" if is_superuser else "exempt from row-level security (BYPASSRLS)"
    return (
        f"The database role {name} of DATABASE_URL is {attribute}, so accounts would not be kept apart: "
        "name the application role there (`manage.py roles` makes it)."
    )


def require_application_role() -> None:
    """End the process with that sentence when the role is wrong."""
    problem = role_problem()
    if problem is not None:
        sys.exit(problem)
