"""Reads of destinations, and the one place that opens a stored password."""

from uuid import UUID

from django.conf import settings

from igny8_core.common.errors import NotFound
from igny8_core.modules.integration.constants import Platform
from igny8_core.modules.integration.errors import DestinationPlatformConflict
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.outbound import shared_client
from igny8_core.modules.integration.types import DestinationView, PreviewPlace
from igny8_core.modules.integration.wordpress.client import WordPressClient
from igny8_core.tenancy.secrets import SealedText, secret_open


def destination_get(destination_id: UUID) -> DestinationView:
    """A destination of the current account; raises NotFound."""
    return _view(_row(destination_id))


def destination_for_site(site_id: UUID, platform: str) -> DestinationView | None:
    """The site's oldest destination on a platform, if it has one."""
    row = Destination.objects.filter(site_id=site_id, platform=platform).order_by("id").first()
    return None if row is None else _view(row)


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
    )
