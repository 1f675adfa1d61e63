"""Every write of the system room, for its own API, the console and the rooms that may call it."""

from igny8_core.modules.system.services.brand import brand_profile_set
from igny8_core.modules.system.services.jobs import job_again, job_cancel, job_stop
from igny8_core.modules.system.services.notifications import (
    job_failure_tell,
    notification_read,
    notifications_expire,
    notifications_read_all,
    notify,
)
from igny8_core.modules.system.services.prompts import (
    prompt_override_remove,
    prompt_override_set,
    prompt_revision_restore,
)

__all__ = [
    "brand_profile_set",
    "job_again",
    "job_cancel",
    "job_failure_tell",
    "job_stop",
    "notification_read",
    "notifications_expire",
    "notifications_read_all",
    "notify",
    "prompt_override_remove",
    "prompt_override_set",
    "prompt_revision_restore",
]
