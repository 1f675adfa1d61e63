"""Reads of publications."""

from uuid import UUID

from igny8_core.common.errors import NotFound
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.types import PublicationView


def publication_get(publication_id: UUID) -> PublicationView:
    """A publication of the current account; raises NotFound."""
    row = Publication.objects.filter(pk=publication_id).first()
    if row is None:
        raise NotFound
    return _view(row)


def publication_for(article_id: UUID, destination_id: UUID) -> PublicationView | None:
    """What became of an article on a destination, if it was ever reserved there."""
    row = Publication.objects.filter(article_id=article_id, destination_id=destination_id).first()
    return None if row is None else _view(row)


def _view(row: Publication) -> PublicationView:
    return PublicationView(
        id=row.pk,
        article_id=row.article_id,
        destination_id=row.destination_id,
        state=row.state,
        url=row.url,
        external_id=row.external_id,
        error_code=row.error_code,
        error_message=row.error_message,
        twins=tuple(row.twins),
    )
