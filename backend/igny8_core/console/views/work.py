"""Jobs of the account, and what people are told."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from igny8_core.console.base import ActionView, PageView
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.modules.system import services
from igny8_core.modules.system.selectors import job_get, job_list, notification_get, notification_list
from igny8_core.modules.system.types import NotificationView
from igny8_core.tenancy.models import JobState


class JobFilterForm(FilterForm):
    """Jobs by state and site."""

    search = None  # type: ignore[assignment]  # how Django drops an inherited field
    state = choice(gettext_lazy("Any state"), JobState.choices)
    site_id = choice(gettext_lazy("Any site"), [])


class JobsView(PageView):
    """Long work: what runs, what ended how, what it cost."""

    room, section = "system", "jobs"
    operations: ClassVar[Mapping[str, str]] = {"GET": "job_list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of jobs."""
        sites = [(str(site.pk), site.name) for site in self.shell.sites]
        filters = JobFilterForm.of(request, site_id=sites)
        page = job_list(**filters.values(), number=page_number(request))
        values = {
            "filters": filters,
            "page": page,
            "site_names": {site.pk: site.name for site in self.shell.sites},
            "is_busy": any(job.can_be_cancelled for job in page.rows),
            "may_cancel": self.may("system_job_cancel"),
        }
        return self.page("work/jobs.html", values)


class JobView(PageView):
    """One job."""

    room, section = "system", "jobs"
    operations: ClassVar[Mapping[str, str]] = {"GET": "job_retrieve"}

    def get(self, request: HttpRequest, job_id: UUID) -> HttpResponse:
        """Its progress, its cost, its reason."""
        job = job_get(job_id)
        values = {
            "job": job,
            "may_cancel_job": self.may("system_job_cancel"),
            "site_names": {site.pk: site.name for site in self.shell.sites},
        }
        return self.page("work/job.html", values)


class JobCancelView(ActionView):
    """Stop a job."""

    room, back_to = "system", "console:jobs"
    operations: ClassVar[Mapping[str, str]] = {"POST": "job_cancel"}

    def post(self, request: HttpRequest, job_id: UUID) -> HttpResponseBase:
        """Cancel it, or ask it to stop at its next step."""
        job = services.job_cancel(job_id)
        text = (
            _("“%(title)s” stops at its next step.")
            if job.can_be_cancelled
            else _("“%(title)s” is cancelled.")
        )
        return self.done(text % {"title": job.title}, self.back())


class NotificationFilterForm(FilterForm):
    """All, or what is new."""

    search = None  # type: ignore[assignment]  # how Django drops an inherited field
    is_unread = forms.BooleanField(label=gettext_lazy("Only what I have not read"), required=False)


class NotificationsView(PageView):
    """What happened while one was away."""

    room, section = "system", "notifications"
    operations: ClassVar[Mapping[str, str]] = {"GET": "notification_list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page, the newest first."""
        filters = NotificationFilterForm.of(request)
        page = notification_list(**filters.values(), number=page_number(request))
        return self.page("work/notifications.html", {"filters": filters, "page": page})


class NotificationOpenView(ActionView):
    """Mark a notification as read, and go where it points."""

    room, back_to = "system", "console:notifications"
    operations: ClassVar[Mapping[str, str]] = {"POST": "notification_read"}

    def post(self, request: HttpRequest, notification_id: UUID) -> HttpResponseBase:
        """Read it."""
        notification_get(notification_id)
        return HttpResponseRedirect(place_of(services.notification_read(notification_id)) or self.back())


class NotificationsReadView(ActionView):
    """Mark everything as read."""

    room, back_to = "system", "console:notifications"
    operations: ClassVar[Mapping[str, str]] = {"POST": "notification_read_all"}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Read all."""
        n = services.notifications_read_all()
        text = ngettext("%(n)s notification is marked as read.", "%(n)s notifications are marked as read.", n)
        return self.done(text % {"n": n}, self.back())


# The page of what a notification is about: its route and the name of the row's id in it.
_PLACES = {
    "run": ("console:run", "run_id"),
    "article": ("console:article", "article_id"),
    "destination": ("console:connection", "destination_id"),
    "job": ("console:job", "job_id"),
    "publication": ("console:publishing", ""),
    "balance": ("console:billing", ""),
}


def place_of(told: NotificationView) -> str:
    """Where a notification leads; nowhere when its row has no page."""
    route, name = _PLACES.get(told.target_kind, ("", ""))
    names = {"site_id": told.site_id} if told.site_id and told.target_kind != "job" else {}
    if name:
        names[name] = UUID(told.target_id)
    try:
        return reverse(route, kwargs=names) if route else ""
    except NoReverseMatch:
        return ""
