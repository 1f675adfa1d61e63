"""The map of a site's clusters, and grouping keywords into them."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from igny8_core.console.base import SiteActionView
from igny8_core.console.jobs import JobPageView
from igny8_core.console.pictures import picture
from igny8_core.modules.planner import services
from igny8_core.modules.planner.selectors import cluster_map, planner_counts, topic_list
from igny8_core.semantics.cluster import Granularity

DRAWN = 120  # circles; more would be specks, the table has them all


class MapView(JobPageView):
    """Topics and clusters as a picture, and the same as a table."""

    room, section = "planner", "map"
    kinds = ("planner.cluster_keywords", "planner.generate_ideas")
    operations: ClassVar[Mapping[str, str]] = {"GET": "cluster_list"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """The map."""
        clusters = cluster_map(site_id)
        topics = {topic.id: topic.name for topic in topic_list(site_id)}
        values = {
            "clusters": clusters,
            "rows": [(row, topics.get(row.topic_id, "") if row.topic_id else "") for row in clusters],
            "granularities": granularity_choices(),
            "picture": picture(clusters[:DRAWN], topics),
            "drawn": min(DRAWN, len(clusters)),
            "has_keywords": bool(clusters) or planner_counts(site_id).keywords > 0,
            "may_cluster": self.may("planner_cluster_run"),
            "may_import": self.may("planner_import_create"),
            "may_find": self.may("planner_idea_generate"),
        }
        return self.page("planning/map.html", values)


def granularity_choices() -> list[tuple[str, str]]:
    """How fine clusters can be made, and what each is called."""
    names = {"coarse": _("fewer, broader"), "normal": _("normal"), "fine": _("more, narrower")}
    return [(one.value, names[one.value]) for one in Granularity]


class ClusterRunView(SiteActionView):
    """Group keywords into clusters."""

    room, back_to = "planner", "console:map"
    operations: ClassVar[Mapping[str, str]] = {"POST": "cluster_run"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Start the job."""
        asked = request.POST.get("granularity", Granularity.NORMAL)
        known = asked in [one.value for one in Granularity]
        services.cluster_start(site_id=site_id, granularity=asked if known else Granularity.NORMAL)
        return self.done(
            _("The keywords are being grouped."), reverse("console:map", kwargs={"site_id": site_id})
        )
