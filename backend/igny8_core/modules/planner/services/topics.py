"""What people do to topics: rename and lock them, and move clusters between them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.constants import EditKind
from igny8_core.modules.planner.errors import TopicChanged, TopicLocked, TopicSectorMismatch
from igny8_core.modules.planner.models import Cluster, Topic
from igny8_core.modules.planner.services.clusters_edits import topics_empty_remove
from igny8_core.modules.planner.services.edits import EditLog, locked_rows, present
from igny8_core.modules.planner.services.placing import Versions, clusters_check
from igny8_core.modules.planner.types import EditResult
from igny8_core.tenancy.context import TENANT_ALIAS


def topic_update(row: Topic, **changes: Any) -> Topic:
    """Change a locked topic's name or lock."""
    log = EditLog()
    log.give([row], **changes)
    log.close(EditKind.CHANGE, row, count=1)
    row.refresh_from_db()
    return row


def topic_change(topic_id: UUID, *, expected_version: int, **changes: Any) -> Topic:
    """The same for a topic that the caller read at `expected_version`. Raises NotFound and TopicChanged."""
    with transaction.atomic(using=TENANT_ALIAS):
        rows = locked_rows(Topic, [topic_id])
        if not rows:
            raise NotFound
        if rows[0].version != expected_version:
            raise TopicChanged
        return topic_update(rows[0], **changes)


def clusters_set_topic(
    ids: Sequence[UUID], *, topic_id: UUID | None = None, name: str = "", versions: Versions | None = None
) -> EditResult:
    """Move clusters to another topic, or to a new one of that name, all or none; a topic left empty goes.

    Raises NotFound, TopicLocked (a topic that they leave, or enter), TopicSectorMismatch and ClusterChanged.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        rows = locked_rows(Cluster, ids)
        if not rows or len(rows) != len(set(ids)) or len({row.site_id for row in rows}) > 1:
            raise NotFound("One of the clusters does not exist; nothing was changed.")
        clusters_check(rows, versions=versions)
        left = present(*(row.topic_id for row in rows if row.topic_id != topic_id))
        topics = {row.pk: row for row in locked_rows(Topic, left | present(topic_id))}
        if topic_id is not None and (topic_id not in topics or topics[topic_id].site_id != rows[0].site_id):
            raise NotFound
        if any(topic.is_locked for topic in topics.values()):
            raise TopicLocked
        log = EditLog()
        target = topics[topic_id] if topic_id is not None else _made(log, rows, name=name)
        if any(row.sector_id != target.sector_id for row in rows):
            raise TopicSectorMismatch
        moved = log.give(rows, topic_id=target.pk)
        topics_empty_remove(log, left)
        return EditResult(log.close(EditKind.TOPIC, target, count=moved), moved, topic_id=target.pk)


def _made(log: EditLog, rows: Sequence[Cluster], *, name: str) -> Topic:
    head = max(rows, key=lambda row: row.volume)
    topic = Topic.objects.create(
        site_id=rows[0].site_id,
        sector_id=rows[0].sector_id,
        name=name or head.name,
        head_keyword=head.head_keyword,
    )
    log.made(topic)
    return topic
