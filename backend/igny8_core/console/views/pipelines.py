"""A site's pipeline: how it runs, what a run would cost, the run at work, and what happened to each item."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.common.errors import DomainError, NotFound
from igny8_core.console.base import SiteActionView, SitePageView
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.modules.automation import services
from igny8_core.modules.automation.constants import (
    MAX_ARTICLES,
    MAX_BUDGET,
    MAX_IDEAS,
    ApprovalMode,
    RunState,
    ScheduleKind,
    Switch,
)
from igny8_core.modules.automation.selectors import (
    item_timeline,
    run_current,
    run_list,
    run_status_get,
    run_timeline,
    settings_get,
)
from igny8_core.modules.automation.types import RunStatus, SettingsView
from igny8_core.modules.integration.selectors import destination_list
from igny8_core.tenancy.context import tenant_transaction

WEEKDAYS = [
    (1, gettext_lazy("Monday")),
    (2, gettext_lazy("Tuesday")),
    (3, gettext_lazy("Wednesday")),
    (4, gettext_lazy("Thursday")),
    (5, gettext_lazy("Friday")),
    (6, gettext_lazy("Saturday")),
    (7, gettext_lazy("Sunday")),
]


class SettingsForm(ConsoleForm):
    """How the site's pipeline runs."""

    is_enabled = forms.BooleanField(
        label=gettext_lazy("Switched on"),
        required=False,
        help_text=gettext_lazy("Off stops every run of this site before its next step."),
    )
    stages = forms.MultipleChoiceField(
        label=gettext_lazy("What a run does"), choices=Switch.choices, widget=forms.CheckboxSelectMultiple
    )
    approval_mode = forms.ChoiceField(
        label=gettext_lazy("What waits for a person"), choices=ApprovalMode.choices, widget=forms.RadioSelect
    )
    articles_per_run = forms.IntegerField(
        label=gettext_lazy("Articles per run"), min_value=1, max_value=MAX_ARTICLES
    )
    ideas_per_run = forms.IntegerField(
        label=gettext_lazy("New ideas per run"), min_value=1, max_value=MAX_IDEAS, required=False
    )
    destination_id = forms.ChoiceField(label=gettext_lazy("Publish to"), required=False)
    run_credit_budget = forms.IntegerField(
        label=gettext_lazy("Credits per run, at most"), min_value=1, max_value=MAX_BUDGET, required=False
    )
    monthly_credit_budget = forms.IntegerField(
        label=gettext_lazy("Credits per month, at most"), min_value=1, max_value=MAX_BUDGET, required=False
    )
    schedule = forms.ChoiceField(label=gettext_lazy("Starts by itself"), choices=ScheduleKind.choices)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On these days"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For a weekly schedule."),
    )
    hour = forms.IntegerField(label=gettext_lazy("At the hour"), min_value=0, max_value=23)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=[(name, name) for name in sorted(available_timezones())]
    )
    paused_until = forms.DateField(
        label=gettext_lazy("Schedule rests until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, site_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [(str(row.id), row.name) for row in destination_list(site_id)]
        self.fields["destination_id"].choices = [("", _("the preview site")), *places]  # type: ignore[attr-defined]  # a choice field

    @classmethod
    def of(cls, settings: SettingsView) -> "SettingsForm":
        """The form of settings as they are."""
        initial = {name: getattr(settings, name) for name in cls.base_fields}
        initial["destination_id"] = str(settings.destination_id or "")
        return cls(initial=initial, site_id=settings.site_id)

    def changes(self) -> dict[str, Any]:
        """What the service takes."""
        data = dict(self.cleaned_data)
        data["destination_id"] = UUID(data["destination_id"]) if data["destination_id"] else None
        data.pop("version")
        return data


class RunFilterForm(FilterForm):
    """Former runs by how they stand."""

    search = None  # type: ignore[assignment]  # how Django drops an inherited field
    state = choice(gettext_lazy("Any state"), RunState.choices)


class PipelinesView(SitePageView):
    """The run at work, what the next would do and cost, and former runs."""

    room, section = "automation", "pipelines"
    operations: ClassVar[Mapping[str, str]] = {"GET": "run_list"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """The page."""
        filters = RunFilterForm.of(request)
        values = {
            "settings": settings_get(site_id),
            "run": run_current(site_id),
            "filters": filters,
            "page": run_list(site_id, number=page_number(request), **filters.values()),
            "estimate": services.run_estimate(site_id) if self.may("automation_estimate") else None,
            "may_run": self.may("automation_run_run_now"),
            "may_configure": self.may("automation_settings_update"),
        }
        return self.page("pipelines/list.html", values)


class PipelineSettingsView(SitePageView):
    """How the pipeline runs."""

    room, section = "automation", "pipelines"
    operations: ClassVar[Mapping[str, str]] = {"GET": "settings_retrieve", "POST": "settings_update"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """The form."""
        return self.show(SettingsForm.of(settings_get(site_id)))

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """Change it, unless somebody else did meanwhile."""
        form = SettingsForm(request.POST, site_id=site_id)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            with tenant_transaction():
                services.settings_update(
                    site_id, expected_version=form.cleaned_data["version"], **form.changes()
                )
        except DomainError as error:
            if isinstance(error, NotFound):
                raise
            form.refuse(error)
            return self.show(form, status=400)
        return self.done(
            _("The pipeline's settings are saved."), reverse("console:pipelines", kwargs={"site_id": site_id})
        )

    def show(self, form: SettingsForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        values = {"form": form, "may_change": self.may("automation_settings_update")}
        return self.page("pipelines/settings.html", values, status=status)


class RunNowView(SiteActionView):
    """Start a run by the site's settings."""

    room, back_to = "automation", "console:pipelines"
    operations: ClassVar[Mapping[str, str]] = {"POST": "run_run_now"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Start it."""
        run = services.run_now(site_id)
        names = {"site_id": site_id, "run_id": run.pk}
        return self.done(_("The run has started."), reverse("console:run", kwargs=names))


class RunView(SitePageView):
    """One run: its stages as they go on, its items, and what happened."""

    room, section = "automation", "pipelines"
    operations: ClassVar[Mapping[str, str]] = {"GET": "run_retrieve"}

    def get(self, request: HttpRequest, site_id: UUID, run_id: UUID) -> HttpResponse:
        """The page; it asks again by itself while the run is at work."""
        run = run_of_site(run_id, site_id)
        values = {
            "run": run,
            "events": run_timeline(run_id, number=page_number(request)),
            "may_steer": self.may("automation_run_pause"),
        }
        return self.page("pipelines/run.html", values)


def run_of_site(run_id: UUID, site_id: UUID) -> RunStatus:
    """A run of this site; raises NotFound."""
    run = run_status_get(run_id)
    if run.site_id != site_id:
        raise NotFound
    return run


class _SteerView(SiteActionView):
    """Something that is done to a run."""

    room, back_to = "automation", "console:pipelines"

    def steer(self, run_id: UUID) -> str:
        """Do it, and say so."""
        raise NotImplementedError

    def post(self, request: HttpRequest, site_id: UUID, run_id: UUID) -> HttpResponseBase:
        """Steer a run of this site."""
        run_of_site(run_id, site_id)
        return self.done(self.steer(run_id), self.back())


class RunPauseView(_SteerView):
    """Let the step at work finish and start no other."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "run_pause"}

    def steer(self, run_id: UUID) -> str:
        """Pause."""
        services.run_pause(run_id)
        return _("The run pauses after the step at work.")


class RunResumeView(_SteerView):
    """Go on."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "run_resume"}

    def steer(self, run_id: UUID) -> str:
        """Resume."""
        services.run_resume(run_id)
        return _("The run goes on.")


class RunCancelView(_SteerView):
    """Stop for good."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "run_cancel"}

    def steer(self, run_id: UUID) -> str:
        """Cancel."""
        services.run_cancel(run_id)
        return _("The run is cancelled. What is published stays; credits held for unfinished work come back.")


class RunRetryView(_SteerView):
    """Try the failed items again."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "run_retry_failed"}

    def steer(self, run_id: UUID) -> str:
        """Retry."""
        services.run_retry_failed(run_id)
        return _("The failed items are tried again; nothing that succeeded is done twice.")


class ItemView(SitePageView):
    """What happened to one item of a run."""

    room, section = "automation", "pipelines"
    operations: ClassVar[Mapping[str, str]] = {"GET": "item_timeline"}

    def get(self, request: HttpRequest, site_id: UUID, run_id: UUID, item_id: UUID) -> HttpResponse:
        """The timeline."""
        run = run_of_site(run_id, site_id)
        item = next((one for one in run.items if one.id == item_id), None)
        if item is None:
            raise NotFound
        values = {
            "run": run,
            "item": item,
            "events": item_timeline(item_id),
            "may_steer": self.may("automation_item_retry"),
        }
        return self.page("pipelines/item.html", values)


class ItemRetryView(SiteActionView):
    """Try one failed item again."""

    room, back_to = "automation", "console:pipelines"
    operations: ClassVar[Mapping[str, str]] = {"POST": "item_retry"}

    def post(self, request: HttpRequest, site_id: UUID, run_id: UUID, item_id: UUID) -> HttpResponseBase:
        """Retry it."""
        run = run_of_site(run_id, site_id)
        if item_id not in [item.id for item in run.items]:
            raise NotFound
        services.item_retry(item_id)
        return self.done(_("The item is tried again."), self.back())
