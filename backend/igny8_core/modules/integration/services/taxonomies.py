"""Keeps our picture of a WordPress site's categories and tags; it must never change anything on the site."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.integration.constants import MAX_TERM_PAGES, Platform, Taxonomy
from igny8_core.modules.integration.errors import DestinationWithoutTerms, TermsTooMany
from igny8_core.modules.integration.models import Destination, DestinationTerm
from igny8_core.modules.integration.selectors import wordpress_client
from igny8_core.modules.integration.types import TaxonomyReport
from igny8_core.modules.integration.wordpress.client import WordPressClient
from igny8_core.modules.integration.wordpress.payloads import RemoteTerm
from igny8_core.tenancy.bulk import bulk_upsert
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue

Progress = Callable[[int, int, str], None]

_KEY = ("destination_id", "taxonomy", "external_id")
_TOLD = ("name", "slug", "parent_external_id", "count", "synced_at", "gone_at")
_COLUMNS = ("site_id", *_KEY, *_TOLD)


def taxonomies_sync_start(destination_id: UUID) -> Job:
    """Have a worker read the destination's categories and tags; while it is at work, its job is returned again.

    Raises NotFound, and DestinationWithoutTerms for what is no WordPress site.
    """
    row = _destination(destination_id)
    return enqueue(
        "integration.sync_taxonomies",
        payload={"destination_id": str(row.pk)},
        site_id=row.site_id,
        dedupe_key=str(row.pk),
    )


def taxonomies_sync(destination_id: UUID, *, progress: Progress) -> TaxonomyReport:
    """Read every category and tag page by page and keep them; call it with no transaction open.

    A term that vanished over there is marked, never deleted, and unmarked when it comes back; a taxonomy that could
    not be read to its end marks nothing. Doing it twice changes nothing but the time. Raises NotFound,
    DestinationWithoutTerms, TermsTooMany and RemoteError.
    """
    with tenant_transaction():
        destination = _destination(destination_id)
        client = wordpress_client(destination_id)
    client.discover()
    seen = vanished = 0
    for step, taxonomy in enumerate(Taxonomy):
        progress(step, len(Taxonomy), f"Reading {taxonomy.label.lower()}")
        started_at = utc_now()
        seen += _read(client, destination, taxonomy)
        vanished += _mark_vanished(destination, taxonomy, before=started_at)
    progress(len(Taxonomy), len(Taxonomy), f"{seen} terms, {vanished} of them new among the vanished")
    return TaxonomyReport(seen=seen, vanished=vanished)


def _destination(destination_id: UUID) -> Destination:
    row = Destination.objects.filter(pk=destination_id).first()
    if row is None:
        raise NotFound
    if row.platform != Platform.WORDPRESS:
        raise DestinationWithoutTerms
    return row


def _read(client: WordPressClient, destination: Destination, taxonomy: Taxonomy) -> int:
    """Keep the terms of one taxonomy, each page in a transaction of its own; returns how many there are."""
    seen = 0
    for page in range(1, MAX_TERM_PAGES + 1):
        listing = client.list_terms(taxonomy.route, page=page)
        _keep(destination, taxonomy, listing.items, now=utc_now())
        seen += len(listing.items)
        if listing.is_last:
            return seen
    raise TermsTooMany


def _keep(
    destination: Destination, taxonomy: Taxonomy, terms: Sequence[RemoteTerm], *, now: datetime
) -> None:
    place = (destination.site_id, destination.pk, taxonomy.value)
    rows = [
        (*place, str(term.id), term.name, term.slug, str(term.parent_id or ""), term.count, now, None)
        for term in terms
    ]
    with tenant_transaction():
        bulk_upsert(DestinationTerm, rows, columns=_COLUMNS, conflict_columns=_KEY, update_columns=_TOLD)


def _mark_vanished(destination: Destination, taxonomy: Taxonomy, *, before: datetime) -> int:
    with tenant_transaction():
        left = DestinationTerm.objects.filter(
            destination=destination, taxonomy=taxonomy, gone_at=None, synced_at__lt=before
        )
        return left.update(gone_at=utc_now(), updated_at=utc_now(), version=F("version") + 1)
