"""The Celery application: rooms register tasks with it, services start them by name."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")

app = Celery("igny8")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def _check_role(**_: Any) -> None:
    """A worker does not start on a database role that the wall does not bind."""
    from igny8_core.tenancy.boot import require_application_role

    require_application_role()
