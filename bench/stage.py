"""The benchmark's accounts and rows, made through the project's own tables in its test database."""

import os
import sys
from pathlib import Path

ROWS_OF_CALLER = 900
ROWS_OF_OTHERS = 20_000

sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")


def django_start(*, routers: list[str] | None = None, root_urlconf: str | None = None) -> None:
    """Set up Django on an emptied, migrated test database, with the owner role as the alias `bare`."""
    import django
    import environ
    from django.conf import settings

    owner = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    settings.DATABASES["bare"] = {
        **owner,
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
    settings.DATABASE_ROUTERS = routers or []
    settings.ROOT_URLCONF = root_urlconf or settings.ROOT_URLCONF
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.LOGGING = {"version": 1}
    django.setup()
    from igny8_core.testing.db import database_prepare

    database_prepare()


def rows_make():
    """Make the caller's account and another one with many more keywords; returns the caller's tenant."""
    from igny8_core.modules.planner.models import Keyword
    from igny8_core.testing.db import owner_connection
    from igny8_core.testing.factories import tenant_make

    caller, other = tenant_make(), tenant_make()
    for tenant, count in ((other, ROWS_OF_OTHERS), (caller, ROWS_OF_CALLER)):
        for start in range(0, count, 5000):
            with tenant.work():
                Keyword.objects.bulk_create(
                    Keyword(
                        site=tenant.site,
                        sector=tenant.sector,
                        text=f"espresso machine {n}",
                        normalized=f"espresso machine {n}",
                        country="us",
                        language="en",
                        volume=n * 10,
                        difficulty=n % 100,
                        cpc="1.2500",
                        cpc_currency="USD",
                    )
                    for n in range(start, min(start + 5000, count))
                )
    with owner_connection() as owner:
        owner.execute("VACUUM ANALYZE planner_keyword")
    return caller


def backend_pids() -> list[int]:
    """The processes that serve this process's two connections."""
    from django.db import connections

    pids = []
    for alias in ("default", "bare"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
    return pids
