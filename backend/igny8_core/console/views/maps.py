"""The map of a site's clusters, and grouping keywords into them."""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.ai.errors import ModelNotConfigured
from igny8_core.auth.selectors import sector_list
from igny8_core.common.pages import PAGE_SIZE, Page
from igny8_core.console.base import SiteActionView, id_of
from igny8_core.console.editing import EditMixin
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.jobs import JobPageView
from igny8_core.console.lists import page_number
from igny8_core.console.pictures import picture
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import VectorSource
from igny8_core.modules.planner.selectors import (
    cluster_estimate,
    cluster_map,
    keywords_set_aside_count,
    plan_outlook,
    planner_counts,
    topic_list,
)
from igny8_core.modules.planner.types import ClusterRow, VectorEstimate
from igny8_core.semantics.cluster import Granularity

DRAWN = 120  # circles; more would be specks, the table has them all
COUNTING = "planner.preview_clusters"


class ClusterNewForm(ConsoleForm):
    """A cluster made by hand, empty at first."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    sector_id = forms.ChoiceField(label=gettext_lazy("Sector"), required=False)

    def __init__(self, *args: object, sectors: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sector_id"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("None in particular")), *sectors]


class MapView(EditMixin, JobPageView):
    """Topics and clusters as a picture, and the same as a table."""

    room, section = "planner", "map"
    kinds = ("planner.cluster_keywords", "planner.generate_ideas")
    operations: ClassVar[Mapping[str, str]] = {"GET": "cluster_list", "POST": "cluster_create"}
    form_ids: ClassVar[Mapping[str, str]] = {"sector_id": "sector"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """The map."""
        return self.show(ClusterNewForm(sectors=self.sectors()))

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Make an empty cluster."""
        form = ClusterNewForm(request.POST, sectors=self.sectors())
        if not form.is_valid():
            return self.show(form, status=400)
        name, sector = form.cleaned_data["name"], form.cleaned_data["sector_id"]
        done = services.cluster_create(
            site_id=site_id, name=name, sector_id=id_of(sector) if sector else None
        )
        return self.edited(
            done, _("“%(name)s” is made; move keywords into it.") % {"name": name}, request.path
        )

    def sectors(self) -> list[tuple[str, str]]:
        """The site's sectors as choices."""
        return [(str(sector.pk), sector.name) for sector in sector_list(self.site.pk)]

    def show(self, form: ClusterNewForm, *, status: int = 200) -> HttpResponse:
        """The map around a form."""
        clusters = cluster_map(self.site.pk)
        topics = {topic.id: topic.name for topic in topic_list(self.site.pk)}
        values = {
            "form": form,
            "clusters": clusters,
            "topics": topics,
            "page": _paged(clusters, page_number(self.request)),
            "picture": picture(clusters[:DRAWN], topics),
            "drawn": min(DRAWN, len(clusters)),
            "has_keywords": bool(clusters) or planner_counts(self.site.pk).keywords > 0,
            "may_cluster": self.may("planner_cluster_run"),
            "may_create": self.may("planner_cluster_create"),
            "may_edit": self.may("planner_cluster_bulk_change"),
            "may_find": self.may("planner_idea_generate"),
        }
        return self.page("planning/map.html", values, status=status)


def _paged(clusters: Sequence[ClusterRow], number: int) -> Page[ClusterRow]:
    """The clusters of one page of the table; a page past the end is empty."""
    start = (number - 1) * PAGE_SIZE
    return Page(rows=tuple(clusters[start : start + PAGE_SIZE]), total=len(clusters), number=number)


class GroupView(JobPageView):
    """How finely to group, with how many clusters that would give, and whose vectors to use for what price."""

    room, section = "planner", "map"
    kinds = (COUNTING, "planner.cluster_keywords")
    operations: ClassVar[Mapping[str, str]] = {"GET": "cluster_list"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """The form; the counts are those of the last try, while no run came after it."""
        job, may_cluster = self.shown, self.may("planner_cluster_run")
        is_counted = (
            job is not None and job.kind == COUNTING and job.finished_at is not None and not job.error
        )
        counts = job.counts if job is not None and is_counted else {}
        values = {
            "granularities": [(value, name, counts.get(value)) for value, name in granularity_choices()],
            "counts": counts,
            "unplaced": plan_outlook(site_id).keywords_unplaced,
            "set_aside": keywords_set_aside_count(site_id),
            "estimate": self._estimate() if may_cluster else None,
            "may_cluster": may_cluster,
            "may_release": self.may("planner_keyword_release"),
        }
        return self.page("planning/group.html", values)

    def _estimate(self) -> VectorEstimate | None:
        """The price of the provider's vectors; None where the installation has no provider."""
        try:
            return cluster_estimate(site_id=self.site.pk)
        except ModelNotConfigured:
            return None


def granularity_choices() -> list[tuple[str, str]]:
    """How fine clusters can be made, and what each is called."""
    names = {"coarse": _("Fewer, broader"), "normal": _("Normal"), "fine": _("More, narrower")}
    return [(one.value, names[one.value]) for one in Granularity]


class ClusterPreviewView(EditMixin, SiteActionView):
    """Count what each granularity would make."""

    room, back_to = "planner", "console:group"
    operations: ClassVar[Mapping[str, str]] = {"POST": "cluster_preview"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Start the dry run."""
        services.cluster_preview_start(site_id=site_id)
        return self.done(_("We are counting; nothing is changed by that."), self.here("group"))


class ClusterRunView(EditMixin, SiteActionView):
    """Group keywords into clusters."""

    room, back_to = "planner", "console:map"
    operations: ClassVar[Mapping[str, str]] = {"POST": "cluster_run"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Start the job."""
        asked = request.POST.get("granularity", Granularity.NORMAL)
        known = asked in [one.value for one in Granularity]
        is_bought = request.POST.get("vectors") == VectorSource.PROVIDER
        services.cluster_start(
            site_id=site_id,
            granularity=asked if known else Granularity.NORMAL,
            vectors=VectorSource.PROVIDER if is_bought else VectorSource.SHIPPED,
        )
        return self.done(_("The keywords are being grouped."), self.here("map"))
