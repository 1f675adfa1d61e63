"""The pages of a cluster and of a topic: what they hold, and what a person decides about them."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from igny8_core.common.errors import NotFound
from igny8_core.console.base import MOST_CHOSEN, SitePageView, ids_chosen
from igny8_core.console.editing import EditView
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.lists import page_number
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import ClusterStatus
from igny8_core.modules.planner.selectors import (
    MAP_SIZE,
    cluster_get,
    cluster_map,
    cluster_owner,
    cluster_split_proposal,
    idea_list,
    keyword_list,
    keywords_chosen,
    plan_edit_list,
    topic_get,
)
from igny8_core.modules.planner.types import ClusterRow, IdeaQuery, KeywordQuery, SplitProposal, TopicRow

STAYING_SHOWN = 100  # of the keywords that stay, the most central


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
        cluster = cluster_here(cluster_id, site_id)
        initial = {name: getattr(cluster, name) for name in ClusterForm.base_fields}
        return self.show(cluster, ClusterForm(initial=initial))

    def post(self, request: HttpRequest, site_id: UUID, cluster_id: UUID) -> HttpResponse:
        """Change it, unless somebody else did meanwhile."""
        cluster, form = cluster_here(cluster_id, site_id), ClusterForm(request.POST)
        if not form.is_valid():
            return self.show(cluster, form, status=400)
        changes = dict(form.cleaned_data)
        services.cluster_change(cluster_id, expected_version=changes.pop("version"), **changes)
        return self.done(_("The cluster is saved."), request.path)

    def show(self, cluster: ClusterRow, form: ClusterForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        query = KeywordQuery(site_id=self.site.pk, cluster_id=cluster.id)
        values = {
            "cluster": cluster,
            "topic": topic_get(cluster.topic_id) if cluster.topic_id else None,
            "form": form,
            "page": keyword_list(query, number=page_number(self.request)),
            "ideas": idea_list(IdeaQuery(site_id=self.site.pk, cluster_id=cluster.id)).rows,
            "owner": cluster_owner(cluster.id),
            "edits": plan_edit_list(self.site.pk, row_id=cluster.id),
            "may_set_owner": self.may("planner_cluster_set_owner"),
            "may_change": self.may("planner_cluster_update"),
            "may_undo": self.may("planner_edit_undo"),
        }
        return self.page("planning/cluster.html", values, status=status)


def cluster_here(cluster_id: UUID, site_id: UUID) -> ClusterRow:
    """A cluster of a site; raises NotFound."""
    cluster = cluster_get(cluster_id)
    if cluster.site_id != site_id:
        raise NotFound
    return cluster


class ClusterSplitView(EditView):
    """Shows how a cluster could be split in two, and splits it as a person says."""

    section = "map"
    operations: ClassVar[Mapping[str, str]] = {"GET": "cluster_proposal", "POST": "cluster_split"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "keyword"}

    def get(self, request: HttpRequest, site_id: UUID, cluster_id: UUID) -> HttpResponse:
        """The proposal, whose smaller part would leave."""
        cluster = cluster_here(cluster_id, site_id)
        proposal = cluster_split_proposal(cluster_id)
        values = {"cluster": cluster, "proposal": proposal, **_sides(proposal)}
        return self.page("planning/split.html", {**values, "may_split": self.may("planner_cluster_split")})

    def post(self, request: HttpRequest, site_id: UUID, cluster_id: UUID) -> HttpResponseBase:
        """Split the chosen keywords off, unless somebody changed the cluster since it was shown."""
        cluster, ids = cluster_here(cluster_id, site_id), ids_chosen(request)
        keywords_chosen(ids, site_id=site_id)
        version = request.POST.get("version", "")
        done = services.cluster_split(
            cluster_id,
            keyword_ids=ids,
            name=request.POST.get("name", "").strip()[:200],
            versions={cluster_id: int(version)} if version.isascii() and version.isdigit() else None,
        )
        assert done.cluster_id is not None  # noqa: S101 - a split makes a cluster
        text = ngettext(
            "%(n)s keyword left “%(name)s” for its own cluster, “%(new)s”.",
            "%(n)s keywords left “%(name)s” for their own cluster, “%(new)s”.",
            done.changed,
        )
        told = {"n": done.changed, "name": cluster.name, "new": cluster_get(done.cluster_id).name}
        return self.edited(done, text % told, self.here("cluster", cluster_id=cluster_id))


def _sides(proposal: SplitProposal) -> dict[str, object]:
    """Who leaves and who stays, as far as a form holds them."""
    if not proposal.parts:
        return {}
    leaving, staying = sorted(proposal.parts, key=lambda part: (len(part.keyword_ids), part.volume))
    return {
        "leaving": leaving,
        "staying": staying,
        "leaving_rows": list(zip(leaving.keyword_ids, leaving.texts, strict=True))[:MOST_CHOSEN],
        "staying_rows": list(zip(staying.keyword_ids, staying.texts, strict=True))[:STAYING_SHOWN],
        "left_over": max(0, len(leaving.keyword_ids) - MOST_CHOSEN),
        "staying_more": max(0, len(staying.keyword_ids) - STAYING_SHOWN),
    }


class TopicForm(ConsoleForm):
    """What a person decides about a topic."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    is_locked = forms.BooleanField(
        label=gettext_lazy("Locked"),
        required=False,
        help_text=gettext_lazy("A locked topic takes and gives no clusters."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class TopicView(SitePageView):
    """One topic: its clusters, its figures, and what a person decides about it."""

    room, section = "planner", "map"
    operations: ClassVar[Mapping[str, str]] = {"GET": "topic_retrieve", "POST": "topic_update"}

    def get(self, request: HttpRequest, site_id: UUID, topic_id: UUID) -> HttpResponse:
        """The page."""
        topic = self._topic(topic_id)
        initial = {name: getattr(topic, name) for name in TopicForm.base_fields}
        return self.show(topic, TopicForm(initial=initial))

    def post(self, request: HttpRequest, site_id: UUID, topic_id: UUID) -> HttpResponse:
        """Change it, unless somebody else did meanwhile."""
        topic, form = self._topic(topic_id), TopicForm(request.POST)
        if not form.is_valid():
            return self.show(topic, form, status=400)
        changes = dict(form.cleaned_data)
        services.topic_change(topic_id, expected_version=changes.pop("version"), **changes)
        return self.done(_("The topic is saved."), request.path)

    def _topic(self, topic_id: UUID) -> TopicRow:
        topic = topic_get(topic_id)
        if topic.site_id != self.site.pk:
            raise NotFound
        return topic

    def show(self, topic: TopicRow, form: TopicForm, *, status: int = 200) -> HttpResponse:
        """The page around a form."""
        values = {
            "topic": topic,
            "form": form,
            "clusters": cluster_map(self.site.pk, topic_id=topic.id),
            "most": MAP_SIZE,
            "edits": plan_edit_list(self.site.pk, row_id=topic.id),
            "may_change": self.may("planner_topic_update"),
            "may_undo": self.may("planner_edit_undo"),
        }
        return self.page("planning/topic.html", values, status=status)
