"""Reads of publications."""

from datetime import UTC, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.common.pages import Page
from igny8_core.modules.publisher.constants import PublicationState
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.types import (
    PublicationQuery,
    PublicationRow,
    PublicationView,
    PublishedPost,
    PublisherCounts,
)
from igny8_core.tenancy.pages import page_read


def publication_get(publication_id: UUID) -> PublicationView:
    """A publication of the current account; raises NotFound."""
    row = Publication.objects.filter(pk=publication_id).first()
    if row is None:
        raise NotFound
    return _view(row)


def publications_of(article_id: UUID) -> dict[UUID, PublicationView]:
    """What became of an article, by destination."""
    rows = Publication.objects.filter(article_id=article_id).order_by("pk")
    return {row.destination_id: _view(row) for row in rows}


def publication_list(query: PublicationQuery, *, number: int = 1) -> Page[PublicationRow]:
    """A page of a site's publications, newest first; the text searched for is in a title or an address."""
    rows = Publication.objects.filter(site_id=query.site_id).select_related("article", "destination")
    wanted = {
        "state": query.state,
        "destination_id": query.destination_id,
        "article_id": query.article_id,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if query.search:
        rows = rows.filter(
            Q(article__title__icontains=query.search)
            | Q(slug__icontains=query.search)
            | Q(url__icontains=query.search)
        )
    unread = ("article__html", "destination__secret")
    return page_read(rows.defer(*unread).order_by("-id"), _row, number=number)


def posts_published(site_id: UUID) -> list[PublishedPost]:
    """The site's public posts on all destinations, oldest publication first."""
    rows = Publication.objects.filter(site_id=site_id, state=PublicationState.PUBLISHED).exclude(url="")
    columns = ("article_id", "destination_id", "url", "article_version")
    return [PublishedPost(*values) for values in rows.order_by("pk").values_list(*columns)]


def publisher_counts(site_id: UUID, *, days: int = 30) -> PublisherCounts:
    """How a site's posts stand, and how many were confirmed on each of the last `days` days."""
    rows = Publication.objects.filter(site_id=site_id)
    states = dict(rows.order_by().values_list("state").annotate(n=Count("id")))
    since = utc_now() - timedelta(days=days)
    by_day = (
        rows.filter(state=PublicationState.PUBLISHED, confirmed_at__gte=since)
        .annotate(day=TruncDate("confirmed_at", tzinfo=UTC))
        .order_by("day")
        .values_list("day")
        .annotate(n=Count("id"))
    )
    published, failed = states.get(PublicationState.PUBLISHED, 0), states.get(PublicationState.FAILED, 0)
    return PublisherCounts(
        published=published,
        failed=failed,
        under_way=sum(states.values()) - published - failed,
        published_by_day=tuple(by_day),
    )


def _row(row: Publication) -> PublicationRow:
    return PublicationRow(
        id=row.pk,
        article_id=row.article_id,
        article_title=row.article.title,
        destination_id=row.destination_id,
        destination_name=row.destination.name,
        state=row.state,
        url=row.url,
        sent_version=row.article_version,
        newest_version=row.article.version,
        is_edited=row.is_edited,
        differences=tuple(row.differences),
        twins=tuple(row.twins),
        error_message=row.error_message,
        sent_at=row.sent_at,
        confirmed_at=row.confirmed_at,
        updated_at=row.updated_at,
    )


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
