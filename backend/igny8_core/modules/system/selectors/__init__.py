"""Every read of the system room, for its own API, the console and the rooms that may call it."""

from igny8_core.modules.system.selectors.brand import brand_profile_get, brand_terms_by_site
from igny8_core.modules.system.selectors.catalogue import industry_get, industry_list, sector_seed_get
from igny8_core.modules.system.selectors.jobs import (
    job_get,
    job_list,
    job_newest,
    job_title,
    jobs_active,
    jobs_visible,
)
from igny8_core.modules.system.selectors.model import model_info
from igny8_core.modules.system.selectors.notifications import (
    notification_get,
    notification_list,
    notification_unread_count,
    notifications_visible,
)
from igny8_core.modules.system.selectors.prompts import (
    override_prompt,
    prompt_get,
    prompt_list,
    prompt_preview,
    prompt_revision_list,
    prompt_text_check,
    prompt_view_get,
)

__all__ = [
    "brand_profile_get",
    "brand_terms_by_site",
    "industry_get",
    "industry_list",
    "job_get",
    "job_list",
    "job_newest",
    "job_title",
    "jobs_active",
    "jobs_visible",
    "model_info",
    "notification_get",
    "notification_list",
    "notification_unread_count",
    "notifications_visible",
    "override_prompt",
    "prompt_get",
    "prompt_list",
    "prompt_preview",
    "prompt_revision_list",
    "prompt_text_check",
    "prompt_view_get",
    "sector_seed_get",
]
