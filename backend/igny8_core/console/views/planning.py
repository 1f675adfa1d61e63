"""The map of a site's clusters, a cluster's page, and the ideas that come of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from igny8_core.common.errors import NotFound
from igny8_core.console.base import SiteActionView, SitePageView, ids_chosen
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.jobs import JobPageView
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.console.packing import Circle, around, pack
from igny8_core.console.undo import undo_keep, undo_take
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import ClusterStatus, IdeaKind, IdeaState
from igny8_core.modules.planner.errors import IdeaDuplicates
from igny8_core.modules.planner.ideation.scoring import score_lines
from igny8_core.modules.planner.selectors import (
    cluster_get,
    cluster_map,
    cluster_owner,
    findings_of,
    idea_brief_get,
    idea_conflicts,
    idea_get,
    idea_list,
    idea_states,
    keyword_list,
    planner_counts,
    topic_list,
)
from igny8_core.modules.planner.types import ClusterRow, IdeaQuery, KeywordQuery
from igny8_core.modules.writer import services as writer
from igny8_core.modules.writer.selectors import article_estimate
from igny8_core.semantics.cluster import Granularity

DRAWN = 120  # circles; more would be specks, the table has them all
WIDTH = 1000.0
LABEL_RADIUS = 22.0
CAPTION = 24.0  # the room above a topic, for its name
WRITABLE = (IdeaState.NEW, IdeaState.ACCEPTED, IdeaState.FAILED)
TAKEN_BACK = (
    IdeaState.NEW,
    IdeaState.ACCEPTED,
    IdeaState.REJECTED,
)  # states that a decision can be undone to
LETTER = 6.5  # the width of a letter of a label


@dataclass(frozen=True, slots=True)
class Bubble:
    """A cluster in the picture; `lines` is what fits of its name."""

    cluster: ClusterRow
    x: float
    y: float
    r: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A topic in the picture, around its clusters; `caption` is its name where there is room for it."""

    name: str
    caption: str
    x: float
    y: float
    r: float
    bubbles: tuple[Bubble, ...]

    @property
    def caption_y(self) -> float:
        """Where the caption's line stands: just above the circle."""
        return self.y - self.r - 7


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole map, in the units of its own frame."""

    groups: tuple[Group, ...]
    width: float
    height: float


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


def picture(clusters: Sequence[ClusterRow], topics: Mapping[UUID, str]) -> Picture:
    """Clusters as circles that grow with their volume, each topic's together."""
    most = max((cluster.volume for cluster in clusters), default=0) or 1
    packed = []
    for topic_id in sorted({one.topic_id for one in clusters}, key=lambda key: (key is None, str(key))):
        rows = [one for one in clusters if one.topic_id == topic_id]
        circles = pack([_radius(one.volume, most) for one in rows])
        packed.append((topics.get(topic_id, "") if topic_id else "", rows, circles, around(circles) + 14))
    packed.sort(key=lambda entry: -entry[3])
    places = pack([edge for *_rest, edge in packed], gap=CAPTION)
    groups = [
        _group(name, rows, circles, place)
        for (name, rows, circles, _edge), place in zip(packed, places, strict=True)
    ]
    return _framed(groups)


def _radius(volume: int, most: int) -> float:
    return 14 + 76 * float((volume / most) ** 0.4)


def _group(name: str, rows: Sequence[ClusterRow], circles: Sequence[Circle], place: Circle) -> Group:
    bubbles = tuple(
        Bubble(row, x=place.x + one.x, y=place.y + one.y, r=one.r, lines=label(row.name, one.r))
        for row, one in zip(rows, circles, strict=True)
    )
    # A topic of one cluster is named by that.
    caption = name if len(rows) > 1 and len(name) * LETTER <= 2 * place.r else ""
    return Group(name=name, caption=caption, x=place.x, y=place.y, r=place.r, bubbles=bubbles)


def label(name: str, radius: float) -> tuple[str, ...]:
    """A name on as many lines as its circle has room for, cut between words; the table and the tip have all of it."""
    if radius < LABEL_RADIUS:
        return ()
    room = int(radius * 1.75 / LETTER)
    lines = [""]
    for word in name.split():
        if len(lines[-1]) + len(word) + 1 <= room or not lines[-1]:
            lines[-1] = f"{lines[-1]} {word}".strip()
        else:
            lines.append(word)
    most = 2 if radius < 30 else 3 if radius < 40 else 4
    shown = lines[:most]
    if len(lines) > most:
        last = shown.pop()
        shown.append((last if len(last) < room else last.rpartition(" ")[0]) + "…")
    if any(len(line) > room or line == "…" for line in shown):
        return ()  # a piece of a word says less than none
    return tuple(shown)


def _framed(groups: Sequence[Group]) -> Picture:
    """The picture moved into its own frame, from (0, 0)."""
    if not groups:
        return Picture(groups=(), width=WIDTH, height=0)
    left, top = min(one.x - one.r for one in groups), min(one.y - one.r for one in groups) - CAPTION
    moved = tuple(
        Group(
            one.name,
            one.caption,
            one.x - left,
            one.y - top,
            one.r,
            tuple(Bubble(b.cluster, b.x - left, b.y - top, b.r, b.lines) for b in one.bubbles),
        )
        for one in groups
    )
    return Picture(
        groups=moved,
        width=max(one.x + one.r for one in moved),
        height=max(one.y + one.r for one in moved),
    )


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


class IdeaFilterForm(FilterForm):
    """What the ideas can be narrowed by."""

    kind = choice(gettext_lazy("Any kind"), IdeaKind.choices)
    state = choice(gettext_lazy("Any state"), IdeaState.choices)
    score_min = forms.FloatField(
        label=gettext_lazy("Score from"),
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"placeholder": gettext_lazy("Score from"), "size": 10}),
    )


class IdeasView(JobPageView):
    """The ideas, best first."""

    room, section = "planner", "ideas"
    kinds = ("planner.generate_ideas",)
    operations: ClassVar[Mapping[str, str]] = {"GET": "idea_list"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """One page of ideas."""
        filters = IdeaFilterForm.of(request)
        page = idea_list(IdeaQuery(site_id=site_id, **filters.values()), number=page_number(request))
        counts = planner_counts(site_id)
        values = {
            "filters": filters,
            "page": page,
            "answered": {one.idea_id for one in idea_conflicts([row.id for row in page.rows])},
            "counts": counts,
            "may_decide": self.may("planner_idea_bulk_accept"),
            "may_find": self.may("planner_idea_generate"),
        }
        return self.page("planning/ideas.html", values)


class IdeaView(SitePageView):
    """One idea with its brief."""

    room, section = "planner", "ideas"
    operations: ClassVar[Mapping[str, str]] = {"GET": "idea_retrieve"}

    def get(self, request: HttpRequest, site_id: UUID, idea_id: UUID) -> HttpResponse:
        """The page."""
        brief = idea_brief_get(idea_id)
        if brief.site_id != site_id:
            raise NotFound
        idea = idea_get(idea_id)
        can_be_written = bool(brief.outline) and idea.state in WRITABLE and idea.page_id is None
        values = {
            "idea": idea,
            "conflicts": idea_conflicts([idea_id]) if idea.state in WRITABLE else [],
            "findings": findings_of(idea_id=idea_id),
            "lines": score_lines(brief.score_parts),
            "brief": brief,
            "estimate": article_estimate(idea_id) if can_be_written else None,
            "may_decide": self.may("planner_idea_accept"),
            "may_write": self.may("writer_task_write"),
        }
        return self.page("planning/idea.html", values)


class IdeaWriteView(SiteActionView):
    """Have an idea's article written at once."""

    room, back_to = "writer", "console:ideas"
    operations: ClassVar[Mapping[str, str]] = {"POST": "task_write"}

    def post(self, request: HttpRequest, site_id: UUID, idea_id: UUID) -> HttpResponseBase:
        """Make its task, and the job that writes it; twice is once."""
        if idea_brief_get(idea_id).site_id != site_id:
            raise NotFound
        job = writer.task_write_start(writer.task_create(idea_id))
        return self.done(
            _("The article is being written."), reverse("console:job", kwargs={"job_id": job.pk})
        )


class IdeasDecideView(SiteActionView):
    """Accept or reject ideas, one or many, all or none."""

    room, back_to = "planner", "console:ideas"
    form_ids: ClassVar[Mapping[str, str]] = {"id": "contentidea"}
    is_accepted: ClassVar[bool]

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Decide."""
        ids = ids_chosen(request)
        before = idea_states(ids)
        is_confirmed = "is_confirmed" in request.POST
        try:
            n = services.ideas_decide(ids, is_accepted=self.is_accepted, is_confirmed=is_confirmed)
        except IdeaDuplicates as refusal:
            values = {"conflicts": refusal.conflicts, "ids": ids, "next": self.back()}
            return self.page("planning/confirm.html", values, status=409)
        if self.is_accepted:
            text = ngettext("%(n)s idea is accepted.", "%(n)s ideas are accepted.", n)
        else:
            text = ngettext("%(n)s idea is rejected.", "%(n)s ideas are rejected.", n)
        undo = ""
        if all(state in TAKEN_BACK for state in before.values()):
            names = {"site_id": site_id, "undo_id": undo_keep(request, before)}
            undo = reverse("console:ideas_undo", kwargs=names)
        return self.done(text % {"n": n}, self.back(), undo=undo)


class IdeaDoneView(SiteActionView):
    """Say that a page was improved as an idea asked."""

    room, back_to = "planner", "console:ideas"
    operations: ClassVar[Mapping[str, str]] = {"POST": "idea_complete"}

    def post(self, request: HttpRequest, site_id: UUID, idea_id: UUID) -> HttpResponseBase:
        """Complete it."""
        if idea_brief_get(idea_id).site_id != site_id:
            raise NotFound
        services.idea_done(idea_id)
        return self.done(_("The page is improved."), self.back())


class IdeasUndoView(SiteActionView):
    """Take decisions on ideas back."""

    room, back_to = "planner", "console:ideas"
    operations: ClassVar[Mapping[str, str]] = {"POST": "idea_bulk_accept"}

    def post(self, request: HttpRequest, site_id: UUID, undo_id: UUID) -> HttpResponseBase:
        """Give them the states that they had, all or none."""
        before = undo_take(request, undo_id)
        services.ideas_put_back({idea_id: IdeaState(state) for idea_id, state in before.items()})
        return self.done(_("Everything is as it was."), self.back())


class IdeasAcceptView(IdeasDecideView):
    """Accept."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "idea_bulk_accept"}
    is_accepted = True


class IdeasRejectView(IdeasDecideView):
    """Reject."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "idea_bulk_reject"}
    is_accepted = False


class IdeasFindView(SiteActionView):
    """Look for ideas in the clusters."""

    room, back_to = "planner", "console:ideas"
    operations: ClassVar[Mapping[str, str]] = {"POST": "idea_generate"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Start the job."""
        services.ideas_start(site_id=site_id)
        return self.done(
            _("We are looking for ideas in your clusters."),
            reverse("console:ideas", kwargs={"site_id": site_id}),
        )
