"""Tells the planner which posts and pages a WordPress site has; it must never change anything on the site."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.integration.constants import MAX_POST_PAGES, Platform, PostKind
from igny8_core.modules.integration.errors import DestinationWithoutPosts, PostsTooMany
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.selectors import page_key, wordpress_client
from igny8_core.modules.integration.services.destinations import destination_for_change
from igny8_core.modules.integration.types import PostsReport
from igny8_core.modules.integration.wordpress.client import WordPressClient
from igny8_core.modules.integration.wordpress.payloads import ListedPost
from igny8_core.modules.planner import services as planner
from igny8_core.modules.planner.types import SeenPage
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue


class Progress(Protocol):
    """Shows how far the work is, and raises when it is to stop."""

    def __call__(self, done: int, total: int, message: str = "", **counts: int) -> None: ...


@dataclass(slots=True)
class _Reading:
    """What was read so far; `is_whole` turns off when a list may have lacked something."""

    lists: int = 0
    seen: int = 0
    added: int = 0
    refused: int = 0
    is_whole: bool = True
    is_cut: bool = False


def posts_sync_start(destination_id: UUID) -> Job:
    """Have a worker read the destination's posts and pages; while it is at work, its job is returned again.

    Raises NotFound, and DestinationWithoutPosts for what is no WordPress site.
    """
    row = _destination(destination_id)
    return enqueue(
        "integration.sync_posts",
        payload={"destination_id": str(row.pk)},
        site_id=row.site_id,
        dedupe_key=str(row.pk),
    )


def posts_sync(destination_id: UUID, *, progress: Progress) -> PostsReport:
    """Tell the planner of every public post and page, list by list; call it with no transaction open.

    Pages of this destination that were not seen again are marked as removed, once both lists were read to their ends
    and neither shrank meanwhile: a post that goes while they are read moves the others, and one may be missed.
    Doing it twice changes nothing but the time. Raises NotFound, DestinationWithoutPosts, RemoteError, and PostsTooMany
    when all that is read is kept.
    """
    with tenant_transaction():
        destination = _destination(destination_id)
        client = wordpress_client(destination_id)
    client.discover()
    started_at, reading = utc_now(), _Reading()
    for kind in PostKind:
        _read(client, destination, kind, reading=reading, progress=progress)
    removed = 0
    with tenant_transaction():
        if not reading.is_cut:
            row = destination_for_change(destination_id)
            row.posts_read_at, row.posts_count = started_at, reading.seen
            row.save()
        if reading.is_whole:
            removed = planner.pages_unseen_remove(
                site_id=destination.site_id, origin=page_key(destination_id), before=started_at
            )
        planner.findings_start(site_id=destination.site_id)
    if reading.is_cut:
        raise PostsTooMany
    counts = {"public": reading.seen, "new": reading.added, "gone": removed, "refused": reading.refused}
    progress(reading.lists, reading.lists, "", **counts)
    return PostsReport(reading.seen, reading.added, reading.refused, removed, reading.is_whole)


def _destination(destination_id: UUID) -> Destination:
    row = Destination.objects.filter(pk=destination_id).first()
    if row is None:
        raise NotFound
    if row.platform != Platform.WORDPRESS:
        raise DestinationWithoutPosts
    return row


def _read(
    client: WordPressClient,
    destination: Destination,
    kind: PostKind,
    *,
    reading: _Reading,
    progress: Progress,
) -> None:
    """Tell of one list, each of its pages in a transaction of its own."""
    first_total: int | None = None
    for page in range(1, MAX_POST_PAGES + 1):
        listing = client.list_posts(kind.route, page=page)
        first_total = listing.total if page == 1 else first_total
        _tell(destination, listing.items, reading)
        left = max(0, min(listing.pages or 0, MAX_POST_PAGES) - page)
        progress(reading.lists, reading.lists + left, f"Reading {kind.label.lower()}", public=reading.seen)
        if listing.is_last:
            reading.is_whole &= (listing.total or 0) >= (first_total or 0)
            return
    reading.is_whole, reading.is_cut = False, True


def _tell(destination: Destination, posts: tuple[ListedPost, ...], reading: _Reading) -> None:
    pages = [
        SeenPage(
            url=post.link,
            title=post.title,
            remote_key=page_key(destination.pk, str(post.id)),
            changed_at=post.modified_at,
        )
        for post in posts
    ]
    with tenant_transaction():
        told = planner.pages_see(site_id=destination.site_id, pages=pages)
    reading.lists += 1
    reading.seen += len(posts) - told.refused
    reading.added, reading.refused = reading.added + told.added, reading.refused + told.refused
