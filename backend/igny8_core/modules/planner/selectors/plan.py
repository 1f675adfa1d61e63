"""Reads of topics, of what people did to the plan, and of where something can be moved to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from igny8_core.auth.selectors import user_emails
from igny8_core.common.errors import NotFound
from igny8_core.common.pages import Page
from igny8_core.modules.planner.constants import EditKind, Placement
from igny8_core.modules.planner.models import Cluster, Keyword, PlanEdit, Topic
from igny8_core.modules.planner.selectors.reasons import of_sector
from igny8_core.modules.planner.types import ClusterChoice, PlanEditRow, TopicRow
from igny8_core.tenancy.models import AuditEvent
from igny8_core.tenancy.pages import page_read

TOPICS_SHOWN = 400
_EDITS_SHOWN = 10


def topic_list(site_id: UUID) -> list[TopicRow]:
    """A site's topics, the most searched first; at most 400."""
    rows = Topic.objects.filter(site_id=site_id).order_by("-volume", "pk")
    return [_topic_row(row) for row in rows[:TOPICS_SHOWN]]


def topic_get(topic_id: UUID) -> TopicRow:
    """A topic; raises NotFound."""
    row = Topic.objects.filter(pk=topic_id).first()
    if row is None:
        raise NotFound
    return _topic_row(row)


def _topic_row(row: Topic) -> TopicRow:
    return TopicRow(
        id=row.pk,
        site_id=row.site_id,
        sector_id=row.sector_id,
        name=row.name,
        head_keyword=row.head_keyword,
        clusters_count=row.clusters_count,
        keywords_count=row.keywords_count,
        volume=row.volume,
        avg_difficulty=row.avg_difficulty,
        is_locked=row.is_locked,
        version=row.version,
    )


def cluster_choices(
    site_id: UUID, *, sector_id: UUID | None, search: str = "", without: Sequence[UUID] = (), number: int = 1
) -> Page[ClusterChoice]:
    """One page of the clusters of a sector (None: of no sector) that keywords can be put into, the biggest first."""
    rows = Cluster.objects.filter(of_sector(sector_id), site_id=site_id, is_locked=False)
    rows = rows.exclude(pk__in=without).select_related("topic")
    if search:
        rows = rows.filter(name__icontains=search)
    return page_read(rows.order_by("-volume", "pk"), cluster_choice, number=number)


def cluster_choice(row: Cluster) -> ClusterChoice:
    """A cluster as something can be put into it."""
    return ClusterChoice(
        id=row.pk,
        name=row.name,
        topic_name=row.topic.name if row.topic else "",
        keywords_count=row.keywords_count,
        volume=row.volume,
        sector_id=row.sector_id,
    )


def keywords_placed(ids: Sequence[UUID], *, site_id: UUID) -> dict[UUID, tuple[str, UUID | None]]:
    """Text and sector of those keywords of a site that are there."""
    rows = Keyword.objects.filter(pk__in=ids, site_id=site_id).values_list("pk", "text", "sector_id")
    return {pk: (text, sector_id) for pk, text, sector_id in rows}


def keywords_set_aside_count(site_id: UUID) -> int:
    """How many keywords a person took out, so that no run places them."""
    count: int = _set_aside(site_id).count()
    return count


def keywords_set_aside(site_id: UUID, *, limit: int) -> list[UUID]:
    """The first of those keywords."""
    return list(_set_aside(site_id).order_by("pk").values_list("pk", flat=True)[:limit])


def _set_aside(site_id: UUID) -> Any:
    return Keyword.objects.filter(site_id=site_id, cluster=None, cluster_source=Placement.HUMAN)


def plan_edit_list(
    site_id: UUID, *, row_id: UUID | None = None, limit: int = _EDITS_SHOWN
) -> list[PlanEditRow]:
    """The latest edits of a site's plan, or those about one cluster or topic, with who did each."""
    rows = PlanEdit.objects.filter(site_id=site_id)
    if row_id is not None:
        rows = rows.filter(row_ids__contains=[str(row_id)])
    return plan_edit_rows(rows.defer("changes").order_by("-pk")[:limit])


def plan_edit_rows(rows: Iterable[PlanEdit]) -> list[PlanEditRow]:
    """Edits as a list shows them: what they changed is read of those alone that say it."""
    found = list(rows)
    people = _people([row.pk for row in found])
    said = PlanEdit.objects.filter(pk__in=[row.pk for row in found if row.kind == EditKind.CHANGE])
    changes = dict(said.values_list("pk", "changes"))
    return [
        PlanEditRow(
            id=row.pk,
            kind=row.kind,
            subject=row.subject,
            rows_count=row.rows_count,
            changed=_changed(changes.get(row.pk, ())),
            actor=people.get(row.pk, ""),
            created_at=row.created_at,
            undone_at=row.undone_at,
        )
        for row in found
    ]


def plan_edit_site(edit_id: UUID) -> UUID:
    """The site whose plan was edited; raises NotFound."""
    row = PlanEdit.objects.filter(pk=edit_id).values_list("site_id", flat=True).first()
    if row is None:
        raise NotFound
    return row


def _people(edit_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Who made each edit, by address."""
    events = AuditEvent.objects.filter(
        object_type=PlanEdit._meta.label, object_id__in=[str(one) for one in edit_ids]
    ).exclude(action="plan.undo")
    actors = dict(events.values_list("object_id", "actor_id"))
    emails = user_emails({actor for actor in actors.values() if actor})
    return {UUID(edit_id): emails.get(actor, "") for edit_id, actor in actors.items() if actor}


def _changed(changes: Sequence[Any]) -> tuple[tuple[str, Any, Any], ...]:
    """Which fields a person changed, from what to what."""
    found: list[tuple[str, Any, Any]] = []
    for change in changes:
        if isinstance(change, Mapping) and change.get("before") and change.get("after"):
            found += [(name, change["before"].get(name), value) for name, value in change["after"].items()]
    return tuple(found)
