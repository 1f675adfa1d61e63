"""A cluster's page: its keywords, its ideas, and what people do about them."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.common.errors import NotFound
from igny8_core.console.base import SitePageView
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.lists import page_number
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import ClusterStatus
from igny8_core.modules.planner.selectors import cluster_get, cluster_owner, idea_list, keyword_list
from igny8_core.modules.planner.types import ClusterRow, IdeaQuery, KeywordQuery


class ClusterForm(ConsoleForm):
    """What a person decides about a cluster."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=ClusterStatus.choices)
    is_locked = forms.BooleanField(
        label=gettext_lazy("Locked"),
        required=False,
        help_text=gettext_lazy("A locked cluster takes and gives no keywords."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class ClusterView(SitePageView):
    """One cluster: its keywords, its ideas, and what a person decides about it."""

    room, section = "planner", "map"
    operations: ClassVar[Mapping[str, str]] = {"GET": "cluster_retrieve", "POST": "cluster_update"}

    def get(self, request: HttpRequest, site_id: UUID, cluster_id: UUID) -> HttpResponse:
        """The page."""
        cluster = self._cluster(cluster_id)
        initial = {name: getattr(cluster, name) for name in ClusterForm.base_fields}
        return self.show(cluster, ClusterForm(initial=initial))

    def post(self, request: HttpRequest, site_id: UUID, cluster_id: UUID) -> HttpResponse:
        """Change it, unless somebody else did meanwhile."""
        cluster, form = self._cluster(cluster_id), ClusterForm(request.POST)
        if not form.is_valid():
            return self.show(cluster, form, status=400)
        changes = dict(form.cleaned_data)
        services.cluster_change(cluster_id, expected_version=changes.pop("version"), **changes)
        return self.done(_("The cluster is saved."), request.path)

    def _cluster(self, cluster_id: UUID) -> ClusterRow:
        cluster = cluster_get(cluster_id)
        if cluster.site_id != self.site.pk:
            raise NotFound
        return cluster

    def show(self, cluster: ClusterRow, form: ClusterForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        query = KeywordQuery(site_id=self.site.pk, cluster_id=cluster.id)
        values = {
            "cluster": cluster,
            "form": form,
            "page": keyword_list(query, number=page_number(self.request)),
            "ideas": idea_list(IdeaQuery(site_id=self.site.pk, cluster_id=cluster.id)).rows,
            "owner": cluster_owner(cluster.id),
            "may_set_owner": self.may("planner_cluster_set_owner"),
            "may_change": self.may("planner_cluster_update"),
        }
        return self.page("planning/cluster.html", values, status=status)
