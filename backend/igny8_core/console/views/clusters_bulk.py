"""What is done to many clusters at once, all or none, each with a way back."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from igny8_core.common.errors import NotFound
from igny8_core.common.pages import Page
from igny8_core.console.base import ids_chosen
from igny8_core.console.editing import EditView
from igny8_core.console.forms import ConsoleForm
from igny8_core.modules.planner import services
from igny8_core.modules.planner.errors import ClustersSectorMismatch, TopicSectorMismatch
from igny8_core.modules.planner.selectors import cluster_choices, clusters_chosen, topic_get, topic_list
from igny8_core.modules.planner.types import ClusterChoice


class TopicNameForm(ConsoleForm):
    """A new topic."""

    name = forms.CharField(label=gettext_lazy("Name of a new topic"), max_length=200)


class ClustersEditView(EditView):
    """Reads the clusters that a form names."""

    form_ids: ClassVar[Mapping[str, str]] = {"id": "cluster"}

    def chosen(self) -> list[ClusterChoice]:
        """The clusters, all of this site; raises NotFound."""
        return clusters_chosen(ids_chosen(self.request), site_id=self.site.pk)


class ClustersLockView(ClustersEditView):
    """Lock or unlock clusters."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "cluster_bulk_change"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Change the chosen ones."""
        is_locked = request.POST.get("is_locked") == "1"
        done = services.clusters_change([one.id for one in self.chosen()], is_locked=is_locked)
        text = (
            ngettext("%(n)s cluster is locked.", "%(n)s clusters are locked.", done.changed)
            if is_locked
            else ngettext("%(n)s cluster is unlocked.", "%(n)s clusters are unlocked.", done.changed)
        )
        return self.edited(done, text % {"n": done.changed}, self.back())


class ClustersDeleteView(ClustersEditView):
    """Delete clusters."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "cluster_bulk_delete"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Delete the chosen ones; the page of one of them is gone with it."""
        done = services.clusters_delete([one.id for one in self.chosen()])
        text = ngettext(
            "%(n)s cluster is deleted; its keywords are set aside.",
            "%(n)s clusters are deleted; their keywords are set aside.",
            done.changed,
        )
        return self.edited(done, text % {"n": done.changed}, self.here("map"))


class ClustersMergeView(ClustersEditView):
    """Merge clusters into one of them, or one into another; asks into which."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "cluster_merge"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "cluster", "into": "cluster"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Merge the chosen ones."""
        chosen, into_id = self.chosen(), self.id_sent("into")
        if len({one.sector_id for one in chosen}) > 1:
            raise ClustersSectorMismatch
        if into_id is None:
            return self._ask(chosen)
        (target,) = clusters_chosen([into_id], site_id=site_id)
        done = services.clusters_merge([one.id for one in chosen], into_id=into_id)
        text = ngettext(
            "%(n)s cluster is merged into “%(name)s”.",
            "%(n)s clusters are merged into “%(name)s”.",
            done.changed,
        )
        # The page of the only one that was merged is gone with it.
        to = self.here("cluster", cluster_id=into_id) if len(chosen) == 1 else self.back()
        return self.edited(done, text % {"n": done.changed, "name": target.name}, to)

    def _ask(self, chosen: Sequence[ClusterChoice]) -> HttpResponse:
        search = self.request.POST.get("search", "").strip()[:200]
        if len(chosen) > 1:
            page = Page(rows=tuple(chosen), total=len(chosen), size=len(chosen))
            title = _("Merge %(n)s clusters into one of them") % {"n": len(chosen)}
        else:
            ids, sector_id = [chosen[0].id], chosen[0].sector_id
            page = cluster_choices(self.site.pk, sector_id=sector_id, search=search, without=ids)
            title = _("Merge “%(name)s” into another cluster") % {"name": chosen[0].name}
        values = {
            "title": title,
            "lead": _("Its keywords and ideas go to the cluster that you choose; it can be undone."),
            "ids": [one.id for one in chosen],
            "search": search,
            "has_search": len(chosen) == 1,
            "page": page,
            "field": "into",
            "verb": _("Merge into this one"),
            "next": self.back(),
        }
        return self.page("planning/choose.html", values)


class ClustersTopicView(ClustersEditView):
    """Give clusters a topic, one that is there or a new one; asks which."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "cluster_bulk_topic"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "cluster", "topic": "topic"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Move the chosen ones."""
        chosen, topic_id = self.chosen(), self.id_sent("topic")
        form = TopicNameForm(request.POST if "name" in request.POST else None)
        if topic_id is None and not form.is_valid():
            return self._ask(chosen, form)
        if topic_id is not None and topic_get(topic_id).site_id != site_id:
            raise NotFound
        ids = [one.id for one in chosen]
        named: dict[str, Any] = {"topic_id": topic_id} if topic_id else form.cleaned_data
        done = services.clusters_set_topic(ids, **named)
        text = ngettext("%(n)s cluster has the topic.", "%(n)s clusters have the topic.", done.changed)
        return self.edited(done, text % {"n": done.changed}, self.back())

    def _ask(self, chosen: Sequence[ClusterChoice], form: TopicNameForm) -> HttpResponse:
        sectors = {one.sector_id for one in chosen}
        if len(sectors) > 1:
            raise TopicSectorMismatch(
                _("These clusters are of different sectors; a topic never crosses them.")
            )
        topics = [one for one in topic_list(self.site.pk) if one.sector_id in sectors and not one.is_locked]
        values = {
            "title": ngettext("A topic for %(n)s cluster", "A topic for %(n)s clusters", len(chosen))
            % {"n": len(chosen)},
            "ids": [one.id for one in chosen],
            "topics": topics,
            "form": form,
            "next": self.back(),
        }
        return self.page("planning/choose_topic.html", values, status=400 if form.errors else 200)
