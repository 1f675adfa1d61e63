"""Edits of a plan by people: each remembers the rows that it changed, so that it can be taken back exactly."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.constants import EditKind
from igny8_core.modules.planner.errors import ClusterLocked, EditOvertaken, TopicLocked
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, PlanEdit, Topic
from igny8_core.modules.planner.services.metrics import clusters_refresh, topics_refresh
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS
from igny8_core.tenancy.softdelete import row_delete, row_restore

IDS_PER_QUERY = 5_000

_TABLES: Mapping[str, Any] = {"topic": Topic, "cluster": Cluster, "keyword": Keyword, "idea": ContentIdea}
_NAMES = {model: name for name, model in _TABLES.items()}
# Rows are locked in this order by everybody who writes several tables of a plan.
_ORDER = ("idea", "keyword", "cluster", "topic")
# Follows from which keywords a cluster has: given back by an undo, and no reason to refuse one.
_DERIVED = frozenset({"head_keyword", "intent", "type", "cohesion"})


@dataclass(frozen=True, slots=True)
class _Change:
    """Rows of one table that had the same values and got the same ones; None stands for a row that is not there."""

    table: str
    ids: tuple[UUID, ...]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    def values(self, name: str) -> set[UUID]:
        """The rows that a key of theirs named before or names after."""
        both = (self.before or {}, self.after or {})
        return {UUID(one[name]) for one in both if one.get(name)}


@dataclass(slots=True)
class EditLog:
    """The one way in which an edit writes; rows come locked, and in the caller's transaction."""

    changes: list[_Change] = field(default_factory=list)

    def give(self, rows: Iterable[Any], **values: Any) -> int:
        """Give rows values, where they have others; returns how many rows changed."""
        groups: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
        table = ""
        for row in rows:
            table = _NAMES[type(row)]
            other = {name: value for name, value in values.items() if getattr(row, name) != value}
            if other:
                before = {name: getattr(row, name) for name in other}
                groups[_text(before), _text(other)].append(row)
        for (was, now), found in groups.items():
            self._write(_Change(table, tuple(row.pk for row in found), json.loads(was), json.loads(now)))
            for row in found:
                row.version += 1
                for name in json.loads(now):
                    setattr(row, name, values[name])
        return sum(map(len, groups.values()))

    def made(self, row: Any) -> None:
        """Note a cluster or topic that the edit made."""
        self.changes.append(_Change(_NAMES[type(row)], (row.pk,), None, _decided(row)))

    def remove(self, row: Any) -> None:
        """Delete a cluster or topic softly, with what it owns."""
        row_delete(row)
        self.changes.append(_Change(_NAMES[type(row)], (row.pk,), _decided(row), None))

    def _write(self, change: _Change) -> None:
        _update(change.table, change.ids, change.after or {})
        self.changes.append(change)

    def touched(self, name: str) -> set[UUID]:
        """The clusters (`cluster_id`) or topics (`topic_id`) whose rows came or went."""
        return {value for change in self.changes for value in change.values(name)}

    def concerned(self) -> set[UUID]:
        """The clusters and topics that changed, or whose rows came or went."""
        own = {one for change in self.changes if change.table in ("cluster", "topic") for one in change.ids}
        return own | self.touched("cluster_id") | self.touched("topic_id")

    def close(self, kind: EditKind, row: Any, *, count: int) -> UUID | None:
        """Count clusters and topics anew, store the edit and say who did it; None when nothing was changed."""
        if not self.changes:
            return None
        _count_again(row.site_id, self.touched("cluster_id"), self.touched("topic_id"))
        edit = PlanEdit.objects.create(
            site_id=row.site_id,
            sector_id=row.sector_id,
            kind=kind,
            subject=_subject(row),
            rows_count=count,
            changes=[_stored(change) for change in self.changes],
            row_ids=sorted(map(str, self.concerned())),
        )
        audit_write(f"plan.{kind}", row=edit, detail={"subject": str(row.pk), "rows": count})
        return edit.pk


def plan_edit_undo(edit_id: UUID) -> PlanEdit:
    """Take an edit back: every row is again what it was before; an edit that was taken back stays as it is.

    Raises NotFound; EditOvertaken, which says what changed since, when a row is not as the edit left it; ClusterLocked
    and TopicLocked when keywords or clusters would have to leave or enter a locked one.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        edit = PlanEdit.objects.select_for_update(of=("self",)).filter(pk=edit_id).first()
        if edit is None:
            raise NotFound
        if edit.undone_at is not None:
            return edit
        changes = [_loaded(one) for one in edit.changes]
        _lock(changes)
        _require_unlocked(changes)
        for change in changes:
            _require_untouched(change)
        for change in reversed(changes):
            _take_back(change)
        _require_places(changes)
        log = EditLog(changes)
        _count_again(edit.site_id, log.touched("cluster_id"), log.touched("topic_id"))
        edit.undone_at = utc_now()
        edit.save(update_fields=["undone_at"])
        audit_write("plan.undo", row=edit, detail={"kind": edit.kind})
    return edit


def locked_rows(model: Any, ids: Iterable[UUID]) -> list[Any]:
    """Rows locked in one order, whichever of them are there."""
    rows: list[Any] = []
    for chunk in chunks(sorted(set(ids))):
        found = model.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=chunk)
        rows += found.order_by("pk")
    return rows


def present(*ids: UUID | None) -> set[UUID]:
    """Those that are ids."""
    return {one for one in ids if one is not None}


def chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Ids in portions that one statement takes."""
    return (ids[start : start + IDS_PER_QUERY] for start in range(0, len(ids), IDS_PER_QUERY))


def _count_again(site_id: UUID, cluster_ids: set[UUID], topic_ids: set[UUID]) -> None:
    if cluster_ids:
        clusters_refresh(site_id=site_id, cluster_ids=cluster_ids)
    if topic_ids:
        topics_refresh(site_id=site_id, topic_ids=topic_ids)


def _subject(row: Any) -> str:
    return str(getattr(row, "name", "") or getattr(row, "text", ""))[:200]


def _text(values: Mapping[str, Any]) -> str:
    return json.dumps(values, default=str, sort_keys=True)


def _decided(row: Any) -> dict[str, Any]:
    """What a person decided about a cluster or topic; a topic that a cluster lacks is given by the next run."""
    values = {name: getattr(row, name, None) for name in ("name", "is_locked", "status", "topic_id")}
    known: dict[str, Any] = json.loads(_text({name: one for name, one in values.items() if one is not None}))
    return known


def _stored(change: _Change) -> dict[str, Any]:
    ids = [str(one) for one in change.ids]
    return {"table": change.table, "ids": ids, "before": change.before, "after": change.after}


def _loaded(stored: Mapping[str, Any]) -> _Change:
    ids = tuple(UUID(one) for one in stored["ids"])
    return _Change(stored["table"], ids, stored["before"], stored["after"])


def _update(table: str, ids: Sequence[UUID], values: Mapping[str, Any]) -> None:
    for chunk in chunks(ids):
        _TABLES[table].objects.filter(pk__in=chunk).update(
            **values, version=F("version") + 1, updated_at=utc_now()
        )


def _lock(changes: Sequence[_Change]) -> None:
    wanted: dict[str, set[UUID]] = {table: set() for table in _ORDER}
    for change in changes:
        wanted[change.table].update(change.ids)
        wanted["cluster"] |= change.values("cluster_id")
        wanted["topic"] |= change.values("topic_id")
    for table in _ORDER:
        locked_rows(_TABLES[table], wanted[table])


def _require_unlocked(changes: Sequence[_Change]) -> None:
    # The edit that locked a cluster may of course be taken back: it moved nothing.
    moved = [change for change in changes if change.table in ("keyword", "cluster")]
    clusters = {one for change in moved for one in change.values("cluster_id")}
    topics = {one for change in moved for one in change.values("topic_id")}
    if Cluster.objects.filter(pk__in=clusters, is_locked=True).exists():
        raise ClusterLocked
    if Topic.objects.filter(pk__in=topics, is_locked=True).exists():
        raise TopicLocked


def _require_untouched(change: _Change) -> None:
    """Raise EditOvertaken unless every row is still as the edit left it."""
    model = _TABLES[change.table]
    if change.after is None:
        if model.objects.filter(pk__in=change.ids).exists():
            raise EditOvertaken("What this edit deleted is back already; nothing was undone.")
        return
    wanted = {name: value for name, value in change.after.items() if name not in _DERIVED}
    alike: set[UUID] = set()
    for chunk in chunks(change.ids):
        alike.update(model.objects.filter(pk__in=chunk, **wanted).values_list("pk", flat=True))
    other = [one for one in change.ids if one not in alike]
    if other:
        raise EditOvertaken(_overtaken(change.table, other))


def _overtaken(table: str, ids: Sequence[UUID]) -> str:
    """The sentence that names a row which is not as the edit left it, and says how many there are."""
    model = _TABLES[table]
    row = model.objects.filter(pk__in=ids).first()
    gone = row is None
    row = row or model.deleted.filter(pk__in=ids).first()
    name = "" if row is None else f" “{getattr(row, 'title', '') or _subject(row)}”"
    what = f"The {table}{name} was {'deleted' if gone else 'changed'} since"
    more = f", and {len(ids) - 1} more" if len(ids) > 1 else ""
    return f"{what}{more}; nothing was undone."


def _take_back(change: _Change) -> None:
    model = _TABLES[change.table]
    if change.before is None:
        for row in model.objects.filter(pk__in=change.ids):
            _require_empty(row)
            row_delete(row)
    elif change.after is None:
        for row_id in change.ids:
            try:
                row_restore(model, row_id)
            except NotFound as error:
                raise EditOvertaken("What this edit deleted is gone for good; nothing was undone.") from error
    else:
        _update(change.table, change.ids, change.before)


def _require_empty(row: Any) -> None:
    """Raise EditOvertaken when something was put into what the edit had made."""
    if isinstance(row, Topic):
        is_used = Cluster.objects.filter(topic_id=row.pk).exists()
    else:
        is_used = (
            Keyword.objects.filter(cluster_id=row.pk).exists()
            or ContentIdea.objects.filter(cluster_id=row.pk).exists()
        )
    if is_used:
        raise EditOvertaken(f"More was put into “{row.name}” since this edit made it; nothing was undone.")


def _require_places(changes: Sequence[_Change]) -> None:
    """Raise EditOvertaken when a cluster or topic that rows should go back to is not there any more."""
    for name, model in (("cluster_id", Cluster), ("topic_id", Topic)):
        wanted = {
            UUID(change.before[name]) for change in changes if change.before and change.before.get(name)
        }
        if model.objects.filter(pk__in=wanted).count() != len(wanted):
            raise EditOvertaken(f"The {name.removesuffix('_id')} that rows came from was deleted since.")
