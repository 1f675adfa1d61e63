"""Gives keywords the key that near duplicates share; a job of its own, because an import would take twice as long."""

from uuid import UUID

from igny8_core.modules.planner.constants import MAX_NORMALIZED_LENGTH
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.planner.types import Progress
from igny8_core.semantics.normalise import stem_key
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue

_BATCH = 2_000


def keywords_key_start(*, site_id: UUID) -> Job:
    """Have a worker key the site's keywords that have no key; asked again it is the same job."""
    payload = {"site_id": str(site_id)}
    return enqueue("planner.key_keywords", payload=payload, site_id=site_id, dedupe_key=str(site_id))


def keywords_key(*, site_id: UUID, progress: Progress) -> int:
    """Key the keywords of a site that have no key, in short transactions; returns how many.

    Call it outside any transaction. A keyword that has nothing to stem keeps its text as its key.
    """
    last, done = None, 0
    while True:
        with tenant_transaction():
            rows = Keyword.objects.filter(site_id=site_id, stem_key="").order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            batch = list(rows.select_for_update(of=("self",)).only("pk", "text", "normalized")[:_BATCH])
            for row in batch:
                row.stem_key = (stem_key(row.text) or row.normalized)[:MAX_NORMALIZED_LENGTH]
            Keyword.objects.bulk_update(batch, ["stem_key"], batch_size=500)
        if not batch:
            return done
        last, done = batch[-1].pk, done + len(batch)
        progress(done, done, f"{done} keywords keyed")
