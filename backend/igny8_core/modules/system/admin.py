"""What staff see of jobs, and what they do to them; each action is one service."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from igny8_core.api.staff_site import StaffModelAdmin, staff_site
from igny8_core.modules.system import services
from igny8_core.tenancy.models import Job


@admin.register(Job, site=staff_site)
class JobAdmin(StaffModelAdmin):
    """How jobs go, not what they work on; a dead letter is one that has failed for good."""

    actions = ("cancel", "requeue")
    shortcuts = {"Dead letters": "state__exact=failed"}
    list_display = ("id", "account", "kind", "state", "attempts", "error_code", "created_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("account",)
    search_fields = ("kind", "error_code", "request_id")
    fields = (
        *list_display,
        "request_id",
        "actor_id",
        "progress_done",
        "progress_total",
        "credits_held",
        "credits_charged",
        "run_after",
        "lease_until",
        "started_at",
    )

    @admin.action(description="Cancel")
    def cancel(self, request: HttpRequest, rows: QuerySet[Job]) -> None:
        """Cancel waiting jobs, ask running ones to stop."""
        self.act(request, rows, "cancel", lambda row, reason: services.job_stop(row.pk, reason=reason))

    @admin.action(description="Queue again")
    def requeue(self, request: HttpRequest, rows: QuerySet[Job]) -> None:
        """Let failed jobs run anew."""
        self.act(request, rows, "queue again", lambda row, reason: services.job_again(row.pk, reason=reason))
