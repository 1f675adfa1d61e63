"""Reads of destinations and their terms, and the one place that opens a stored password."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.common.pages import PAGE_SIZE, Page
from igny8_core.modules.integration.constants import TERMS_FRESH_SECONDS, ConnectionStatus, Platform
from igny8_core.modules.integration.doctor import doctor_steps
from igny8_core.modules.integration.errors import DestinationPlatformConflict
from igny8_core.modules.integration.models import Destination, DestinationTerm
from igny8_core.modules.integration.outbound import shared_client
from igny8_core.modules.integration.types import (
    ConnectionDoctor,
    DestinationRow,
    DestinationView,
    PreviewPlace,
    TermRow,
)
from igny8_core.modules.integration.wordpress.client import WordPressClient
from igny8_core.tenancy.pages import page_read
from igny8_core.tenancy.secrets import SealedText, secret_open


def destination_get(destination_id: UUID) -> DestinationView:
    """A destination of the current account; raises NotFound."""
    return _view(_row(destination_id))


def destination_list(site_id: UUID | None = None) -> tuple[DestinationRow, ...]:
    """The destinations of a site, or of every site that may be seen, oldest first."""
    rows = Destination.objects.order_by("id")
    return tuple([_row_view(row) for row in (rows if site_id is None else rows.filter(site_id=site_id))])


def destination_page(
    site_id: UUID,
    *,
    search: str = "",
    platform: str = "",
    status: str = "",
    is_paused: bool | None = None,
    number: int = 1,
) -> Page[DestinationRow]:
    """A page of a site's destinations, oldest first; a search looks at name and address."""
    rows = Destination.objects.filter(site_id=site_id).order_by("id")
    wanted = {"platform": platform, "status": status}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if is_paused is not None:
        rows = rows.filter(is_paused=is_paused)
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(base_url__icontains=search))
    return page_read(rows, _row_view, number=number)


def destinations_of(site_id: UUID) -> tuple[DestinationView, ...]:
    """The destinations of a site with what they ask of an article, oldest first."""
    return tuple(_view(row) for row in Destination.objects.filter(site_id=site_id).order_by("id"))


def destination_row_get(destination_id: UUID) -> DestinationRow:
    """One destination as `destination_list` shows it; raises NotFound."""
    return _row_view(_row(destination_id))


def connection_doctor_get(destination_id: UUID) -> ConnectionDoctor:
    """The last check of a destination, step by step; raises NotFound."""
    row = _row(destination_id)
    return ConnectionDoctor(
        destination_id=row.pk,
        status=row.status,
        is_usable=row.status == ConnectionStatus.OK,
        checked_at=row.last_checked_at,
        steps=doctor_steps(row.last_check),
    )


def term_list(
    destination_id: UUID,
    *,
    taxonomy: str = "",
    search: str = "",
    has_gone: bool = False,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[TermRow]:
    """A page of a destination's terms by name: those that are there, or those that vanished; raises NotFound."""
    rows = DestinationTerm.objects.filter(
        destination=_row(destination_id), gone_at__isnull=not has_gone
    ).order_by("name", "id")
    if taxonomy:
        rows = rows.filter(taxonomy=taxonomy)
    if search:
        rows = rows.filter(name__icontains=search)
    return page_read(rows, _term_view, number=number, size=size)


def terms_known(destination_id: UUID) -> dict[tuple[str, str], str]:
    """External ids by taxonomy and case-folded name, of terms read within the last hour; of namesakes the oldest."""
    since = utc_now() - timedelta(seconds=TERMS_FRESH_SECONDS)
    rows = DestinationTerm.objects.filter(destination_id=destination_id, gone_at=None, synced_at__gte=since)
    found: dict[tuple[str, str], str] = {}
    # A top category goes before a namesake under another one, as when the site itself is searched.
    for row in sorted(rows, key=lambda row: (bool(row.parent_external_id), row.pk)):
        found.setdefault((row.taxonomy, row.name.casefold()), row.external_id)
    return found


def preview_places(site_id: UUID) -> list[PreviewPlace]:
    """The site's preview destinations, deleted ones included until they are purged."""
    return [
        PreviewPlace(row.pk, token=row.preview_token, is_deleted=row.deleted_at is not None)
        for rows in (Destination.objects, Destination.deleted)
        for row in rows.filter(site_id=site_id, platform=Platform.PREVIEW)
    ]


def wordpress_client(destination_id: UUID) -> WordPressClient:
    """A client that speaks for the destination's user; it is used outside any transaction.

    Raises NotFound, DestinationPlatformConflict for a preview, SecretUnreadable and SecretKeyMissing.
    """
    row = _row(destination_id)
    if row.platform != Platform.WORDPRESS:
        raise DestinationPlatformConflict
    sealed = row.secret if isinstance(row.secret, SealedText) else SealedText("")
    password = secret_open(sealed, account_id=row.account_id)
    http = shared_client(allow_private=settings.OUTBOUND_ALLOW_PRIVATE)
    return WordPressClient(row.base_url, row.username, password, http=http)


def destination_url(row: Destination) -> str:
    """Where the destination's posts are read; the preview's address follows PUBLIC_URL."""
    if row.platform == Platform.PREVIEW:
        return f"{settings.PUBLIC_URL}/preview/{row.preview_token}"
    return row.base_url


def page_key(destination_id: UUID, post_id: str = "") -> str:
    """What the planner finds the page of a WordPress post by; without a post, what all of a site's begin with."""
    return f"wordpress:{destination_id}:{post_id}"


def _row(destination_id: UUID) -> Destination:
    row = Destination.objects.filter(pk=destination_id).first()
    if row is None:
        raise NotFound
    return row


def _view(row: Destination) -> DestinationView:
    return DestinationView(
        id=row.pk,
        site_id=row.site_id,
        platform=row.platform,
        name=row.name,
        base_url=destination_url(row),
        username=row.username,
        preview_token=row.preview_token,
        status=row.status,
        minimum_score=row.minimum_score,
        is_paused=row.is_paused,
    )


def _row_view(row: Destination) -> DestinationRow:
    return DestinationRow(
        id=row.pk,
        site_id=row.site_id,
        platform=row.platform,
        name=row.name,
        base_url=destination_url(row),
        username=row.username,
        status=row.status,
        minimum_score=row.minimum_score,
        is_paused=row.is_paused,
        last_error=row.last_error,
        last_checked_at=row.last_checked_at,
        posts_read_at=row.posts_read_at,
        posts_count=row.posts_count,
        created_at=row.created_at,
        version=row.version,
    )


def _term_view(row: DestinationTerm) -> TermRow:
    return TermRow(
        id=row.pk,
        destination_id=row.destination_id,
        taxonomy=row.taxonomy,
        name=row.name,
        slug=row.slug,
        external_id=row.external_id,
        parent_external_id=row.parent_external_id,
        count=row.count,
        synced_at=row.synced_at,
        gone_at=row.gone_at,
    )
