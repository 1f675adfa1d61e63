"""Every write of the automation room."""

from igny8_core.modules.automation.services.runs import (
    run_cancel,
    run_fail,
    run_pause,
    run_resume,
    run_start,
)
from igny8_core.modules.automation.services.steps import run_advance

__all__ = ["run_advance", "run_cancel", "run_fail", "run_pause", "run_resume", "run_start"]
