"""The product's Celery application with two tasks of a test's own: one that outstays its limits, one that looks."""

import contextlib
import time

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import connection

from igny8_core.auth.models import Site
from igny8_core.celery import app
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.worker import JobRun, tenant_task

SOFT, HARD = 1, 3


def _outstay(run: JobRun) -> None:
    """Hold a transaction past the soft limit, and past the hard one when asked to."""
    with tenant_transaction():
        list(Site.objects.all())
        if run.payload["ignores"]:
            with contextlib.suppress(SoftTimeLimitExceeded):
                time.sleep(60)
        time.sleep(60)


def _look(run: JobRun) -> None:
    """Say which account the database is told, and how many sites it shows."""
    with tenant_transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.account_id', true)")
        (account,) = cursor.fetchone()
        sites = Site.objects.count()
    run.progress(1, 1, account=account, sites=sites)


def main() -> None:
    """Work until the process is ended; Django must be set up."""
    tenant_task("tests.outstay", soft_time_limit=SOFT, time_limit=HARD, max_attempts=1)(_outstay)
    tenant_task("tests.look")(_look)
    app.worker_main(
        [
            "worker",
            "--pool=prefork",
            "--concurrency=1",
            "--loglevel=INFO",
            "--without-gossip",
            "--without-mingle",
        ]
    )
