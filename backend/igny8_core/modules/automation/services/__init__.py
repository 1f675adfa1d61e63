"""Every write of the automation room, and the estimate that writes nothing."""

from igny8_core.modules.automation.services.estimates import run_estimate
from igny8_core.modules.automation.services.retries import item_retry, run_retry_failed
from igny8_core.modules.automation.services.reviews import items_continue, run_continue, waiting_continue
from igny8_core.modules.automation.services.runs import (
    run_cancel,
    run_fail,
    run_pause,
    run_resume,
    run_start,
)
from igny8_core.modules.automation.services.schedules import run_now, schedule_start, schedules_start
from igny8_core.modules.automation.services.settings import settings_update
from igny8_core.modules.automation.services.steps import run_advance

__all__ = [
    "item_retry",
    "items_continue",
    "run_advance",
    "run_cancel",
    "run_continue",
    "run_estimate",
    "run_fail",
    "run_now",
    "run_pause",
    "run_resume",
    "run_retry_failed",
    "run_start",
    "schedule_start",
    "schedules_start",
    "settings_update",
    "waiting_continue",
]
