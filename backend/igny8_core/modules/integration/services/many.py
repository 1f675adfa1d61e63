"""What is done to several destinations of a site at once: all of them or none."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from igny8_core.common.errors import NotFound
from igny8_core.common.text import digest
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.services.destinations import (
    destination_check,
    destination_delete,
    destination_restore,
    destination_update,
)
from igny8_core.tenancy.context import TENANT_ALIAS
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue


class Progress(Protocol):
    """Where a job says how far it is: done, of how many, what it does, and numbers to show."""

    def __call__(self, done: int, total: int, message: str = "", **counts: Any) -> None: ...


def destinations_pause(site_id: UUID, destination_ids: Iterable[UUID], *, is_paused: bool) -> int:
    """Let destinations take nothing more for a while, or take posts again; returns how many. Raises NotFound."""
    with transaction.atomic(using=TENANT_ALIAS):
        rows = _locked(site_id, destination_ids)
        for row in rows:
            if row.is_paused is not is_paused:
                destination_update(row, is_paused=is_paused)
    return len(rows)


def destinations_delete(site_id: UUID, destination_ids: Iterable[UUID]) -> int:
    """Delete destinations with their publications; returns how many. Raises NotFound."""
    with transaction.atomic(using=TENANT_ALIAS):
        rows = _locked(site_id, destination_ids)
        for row in rows:
            destination_delete(row)
    return len(rows)


def destinations_restore(site_id: UUID, destination_ids: Iterable[UUID]) -> int:
    """Bring deleted destinations back; returns how many. Raises as `destination_restore` does."""
    with transaction.atomic(using=TENANT_ALIAS):
        rows = [destination_restore(destination_id) for destination_id in sorted(set(destination_ids))]
        if any(row.site_id != site_id for row in rows):
            raise NotFound
    return len(rows)


def destinations_check_start(site_id: UUID, destination_ids: Iterable[UUID]) -> Job:
    """Have a worker try several connections; while it tries just these, its job is returned again. Raises NotFound."""
    ids = [str(row.pk) for row in _locked(site_id, destination_ids)]
    return enqueue(
        "integration.check_destinations",
        payload={"destination_ids": ids},
        site_id=site_id,
        dedupe_key=digest(",".join(ids)),
    )


def destinations_check(destination_ids: Sequence[UUID], *, progress: Progress) -> None:
    """Try connections one after the other and keep what is found; call it with no transaction open.

    One that was deleted meanwhile is passed over. Doing it twice changes nothing but the time.
    """
    counts = {"working": 0, "failing": 0}
    for step, destination_id in enumerate(destination_ids):
        progress(step, len(destination_ids), "Trying the connections", **counts)
        try:
            report = destination_check(destination_id)
        except NotFound:
            continue
        counts["working" if report.is_usable else "failing"] += 1
    progress(len(destination_ids), len(destination_ids), "All connections are tried", **counts)


def _locked(site_id: UUID, destination_ids: Iterable[UUID]) -> list[Destination]:
    wanted = set(destination_ids)
    rows = Destination.objects.select_for_update().filter(site_id=site_id, pk__in=wanted).order_by("pk")
    found = list(rows)
    if len(found) != len(wanted):
        raise NotFound
    return found
