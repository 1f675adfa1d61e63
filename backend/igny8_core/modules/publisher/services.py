"""Every write to publications: reserve an identity, drive it to published, ask for that in a job, give it up."""

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connections, transaction

from igny8_core.auth.selectors import site_get
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.common.text import slugify
from igny8_core.modules.integration import selectors as integration
from igny8_core.modules.integration.types import PreviewPlace
from igny8_core.modules.planner import services as planner
from igny8_core.modules.publisher.constants import (
    MAX_SLUG_TRIES,
    PAGE_SOURCE,
    SLUG_LENGTH,
    STEPS,
    PublicationState,
)
from igny8_core.modules.publisher.delivery import Delivery
from igny8_core.modules.publisher.errors import (
    ArticleHeld,
    PublicationSiteConflict,
    PublicationTaken,
    PublicationVanished,
)
from igny8_core.modules.publisher.gate import (
    article_hold,
    gate_check,
    gate_decide,
    gate_list,
    gate_pass,
)
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.notices import failure_tell
from igny8_core.modules.publisher.preview import PreviewSite, PreviewStore
from igny8_core.modules.publisher.states import publication_transition
from igny8_core.modules.publisher.targets import PreviewTarget, Target, WordPressTarget
from igny8_core.modules.publisher.targets.preview import preview_site, preview_told
from igny8_core.modules.publisher.types import PublicationAsked, RetryReport
from igny8_core.modules.writer import selectors as writer
from igny8_core.modules.writer.types import ArticleDocument
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue

__all__ = [
    "ArticleHeld",
    "article_hold",
    "gate_check",
    "gate_list",
    "preview_pages_follow",
    "publication_fail",
    "publication_publish",
    "publication_request",
    "publication_reserve",
    "publication_retry",
    "publications_retry",
]

Checkpoint = Callable[[], None]
Progress = Callable[[int, int, str], None]

_SHOWN = {
    PublicationState.RESERVED: (0, "Reserved"),
    PublicationState.SENDING: (0, "Sending"),
    PublicationState.UNKNOWN: (0, "Looking for the post"),
    PublicationState.DRAFTED: (1, "Draft stored"),
    PublicationState.PUBLISHING: (2, "Publishing"),
    PublicationState.PUBLISHED: (STEPS, "Published"),
    PublicationState.FAILED: (0, "Failed"),
}


def publication_reserve(*, article_id: UUID, destination_id: UUID) -> Publication:
    """Reserve slug and marker for an article on a destination; the same pair gets the same row again.

    The caller commits before anything is published. Raises NotFound, PublicationSiteConflict, DestinationPaused, and
    ArticleHeld when the destination's gate is closed: the caller then asks for the review with `article_hold`, in
    another transaction.
    """
    document = writer.article_document_get(article_id)
    destination = integration.destination_get(destination_id)
    if document.site_id != destination.site_id:
        raise PublicationSiteConflict
    found = Publication.objects.filter(article_id=article_id, destination_id=destination_id).first()
    if found is None or not _is_out(found, document):
        gate_pass(document, destination=destination)
    for _ in range(MAX_SLUG_TRIES):
        found = Publication.objects.filter(article_id=article_id, destination_id=destination_id).first()
        if found is not None:
            return found
        row = Publication(site_id=document.site_id, article_id=article_id, destination_id=destination_id)
        row.slug = _slug_free(row, _slug_of(document))
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            continue  # another transaction reserved the pair, or the slug, and has committed by now
        audit_write("publication.reserved", row=row, detail={"slug": row.slug})
        return row
    raise PublicationTaken


def publication_request(*, article_id: UUID, destination_id: UUID) -> PublicationAsked:
    """Reserve, and start the job that publishes; an article that the gate holds is put before a person instead.

    That it is held is an answer and no error, so that the caller's transaction keeps the request for its review.
    Raises NotFound, PublicationSiteConflict and DestinationPaused.
    """
    try:
        row = publication_reserve(article_id=article_id, destination_id=destination_id)
    except ArticleHeld as held:
        article_hold(held.decision)
        return PublicationAsked(held=held.decision)
    return PublicationAsked(publication_id=row.pk, job_id=_enqueued(row).pk)


def publication_retry(publication_id: UUID) -> PublicationAsked:
    """Start the job again: after a failure, or to bring a published post up to the article's newest version.

    A publication whose job is still active keeps that one; an article that the gate holds by now is put before a
    person. Raises NotFound.
    """
    row = Publication.objects.filter(pk=publication_id).first()
    if row is None:
        raise NotFound
    return publication_request(article_id=row.article_id, destination_id=row.destination_id)


def publications_retry(publication_ids: Iterable[UUID]) -> RetryReport:
    """Try publications again as `publication_retry` does, all of them or, when one is not found, none."""
    with transaction.atomic(using=TENANT_ALIAS):
        asked = [publication_retry(publication_id) for publication_id in sorted(set(publication_ids))]
    held = sum(one.held is not None for one in asked)
    return RetryReport(started=len(asked) - held, held=held)


def publication_publish(publication_id: UUID, *, checkpoint: Checkpoint, progress: Progress) -> Publication:
    """Drive a publication to `published`, from wherever a crash left it; call it with no transaction open.

    Returns at once when the newest version of the article is published. Raises PublicationPending while the outcome of
    a sending cannot be known, other errors with `is_retryable` for passing troubles, and final ones with the row
    `failed`; whatever it raised, and wherever it was killed, it may be called again. Raises NotFound.
    """
    if connections[TENANT_ALIAS].in_atomic_block:
        raise RuntimeError("publication_publish calls other servers: no transaction may be open around it.")
    try:
        delivery = _delivery(publication_id)
    except DomainError as error:  # the article or the destination is gone, or its password cannot be read
        with tenant_transaction():
            publication_fail(publication_id, error)
            if isinstance(error, ArticleHeld):
                article_hold(error.decision)
        raise
    while True:
        checkpoint()
        if not delivery.advance():
            return delivery.row
        done, message = _SHOWN[PublicationState(delivery.row.state)]
        progress(done, STEPS, message)


def publication_fail(publication_id: UUID, error: DomainError) -> None:
    """Leave the reason on a publication whose job has given up; what is published stays published."""
    row = Publication.objects.select_for_update().filter(pk=publication_id).first()
    if row is None or row.state in (PublicationState.PUBLISHED, PublicationState.FAILED):
        return
    publication_transition(row, PublicationState.FAILED)
    row.error_code, row.error_message = error.code, error.message
    row.save()
    failure_tell(row)


def preview_pages_follow(site_id: UUID, *, checkpoint: Checkpoint) -> None:
    """Make a site's preview pages those of its living publications; call it with no transaction open.

    Pages of deleted publications and destinations go; a page that was published and is restored is written again, in
    its article's newest version. Doing it twice changes nothing. Raises PreviewUnwritable, which is retryable.
    """
    store = PreviewStore(settings.PREVIEW_ROOT)
    with tenant_transaction():
        places = integration.preview_places(site_id)
    for place in places:
        checkpoint()
        with preview_told():
            if place.is_deleted:
                _pages_forget(place, site_id=site_id)
                store.site_remove(place.token)
                continue
            stored = store.post_ids(place.token)
            _pages_remove(store, place, stored, site_id=site_id)
        _pages_restore(place, stored, checkpoint=checkpoint)


def _pages_forget(place: PreviewPlace, *, site_id: UUID) -> None:
    with tenant_transaction():
        deleted = Publication.deleted.filter(destination_id=place.destination_id)
        keys = [_preview_key(marker) for marker in deleted.values_list("marker", flat=True)]
        planner.pages_removed(site_id=site_id, remote_keys=keys)


def _pages_remove(store: PreviewStore, place: PreviewPlace, stored: set[str], *, site_id: UUID) -> None:
    with tenant_transaction():
        alive = Publication.objects.filter(destination_id=place.destination_id)
        gone = stored - {str(marker) for marker in alive.values_list("marker", flat=True)}
        site = _preview_site(place.destination_id, site_id) if gone else None
        planner.pages_removed(site_id=site_id, remote_keys=[_preview_key(post_id) for post_id in gone])
    for post_id in sorted(gone):
        if site is not None:
            store.remove_post(site, post_id)


def _pages_restore(place: PreviewPlace, stored: set[str], *, checkpoint: Checkpoint) -> None:
    with tenant_transaction():
        rows = Publication.objects.filter(
            destination_id=place.destination_id, state=PublicationState.PUBLISHED
        )
        lost = [row for row in rows if str(row.marker) not in stored]
    for row in lost:
        checkpoint()
        with tenant_transaction():
            document = writer.article_document_get(row.article_id)
            if not _may_go(row, document):
                continue  # what nobody has reviewed stays off the preview, until it is published again
            target = _target(row, document)
        target.send()
        with tenant_transaction():
            Publication.objects.filter(pk=row.pk, version=row.version).update(
                article_version=document.version
            )
            _page_tell(row, document)


def _enqueued(row: Publication) -> Job:
    payload = {"publication_id": str(row.pk)}
    return enqueue("publisher.publish_article", payload=payload, site_id=row.site_id, dedupe_key=str(row.pk))


def _delivery(publication_id: UUID) -> Delivery:
    with tenant_transaction():
        row = Publication.objects.filter(pk=publication_id).first()
        if row is None:
            raise NotFound
        document = writer.article_document_get(row.article_id)
        if not _is_out(row, document):
            gate_pass(document, destination=integration.destination_get(row.destination_id))
        target = _target(row, document)
    return Delivery(
        row,
        target=target,
        document_version=document.version,
        slug_free=_slug_free_now,
        on_published=lambda published: _announce(published, document),
        on_failed=_failed,
    )


def _is_out(row: Publication, document: ArticleDocument) -> bool:
    """Whether this very text is public or about to be: it passed the gate, and closing takes nothing back."""
    is_public = row.state in (PublicationState.PUBLISHING, PublicationState.PUBLISHED)
    return is_public and row.article_version == document.version


def _may_go(row: Publication, document: ArticleDocument) -> bool:
    destination = integration.destination_get(row.destination_id)
    return _is_out(row, document) or gate_decide(document, destination=destination).is_open


def _target(row: Publication, document: ArticleDocument) -> Target:
    destination = integration.destination_get(row.destination_id)
    if destination.platform == "wordpress":
        client = integration.wordpress_client(row.destination_id)
        return WordPressTarget(
            client=client,
            document=document,
            marker=row.marker,
            slug=row.slug,
            known_terms=integration.terms_known(row.destination_id),
        )
    return PreviewTarget(
        store=PreviewStore(settings.PREVIEW_ROOT),
        site=_preview_site(row.destination_id, row.site_id),
        document=document,
        marker=row.marker,
        slug=row.slug,
        published_at=row.created_at,
    )


def _preview_site(destination_id: UUID, site_id: UUID) -> PreviewSite:
    destination, site = integration.destination_get(destination_id), site_get(site_id)
    return preview_site(
        token=destination.preview_token,
        base_url=destination.base_url,
        name=site.name,
        domain=site.domain,
        language=site.language,
    )


def _announce(row: Publication, document: ArticleDocument) -> None:
    """In the transaction that makes the row `published`: the planner learns which page owns the query."""
    _page_tell(row, document)
    audit_write("publication.published", row=row, detail={"url": row.url, "version": row.article_version})


def _page_tell(row: Publication, document: ArticleDocument) -> None:
    planner.page_record(
        site_id=row.site_id,
        url=row.url,
        head_query=document.head_keyword,
        source=PAGE_SOURCE,
        content_id=row.article_id,
        title=document.title,
        remote_key=_page_key(row),
        changed_at=utc_now(),
    )


def _page_key(row: Publication) -> str:
    """What the planner finds the page by under whatever address; a WordPress post is read under the same key."""
    if integration.destination_get(row.destination_id).platform == "wordpress":
        return integration.page_key(row.destination_id, row.external_id)
    return _preview_key(row.marker)


def _preview_key(marker: object) -> str:
    return f"post:{marker}"


def _failed(row: Publication) -> None:
    """In the transaction that makes the row `failed`: a post that was deleted over there answers nothing any more."""
    if row.error_code == PublicationVanished.code:
        planner.pages_removed(site_id=row.site_id, remote_keys=[_page_key(row)])
    failure_tell(row)


def _slug_of(document: ArticleDocument) -> str:
    # A title without any Latin letter has no ASCII slug; the article's id is at least stable.
    return slugify(document.slug, max_length=SLUG_LENGTH) or f"post-{document.article_id.hex[-12:]}"


def _slug_free(row: Publication, wanted: str) -> str:
    """`wanted`, or the lowest `wanted-2`, `wanted-3`, … that no other living publication of the destination holds."""
    others = Publication.objects.filter(destination_id=row.destination_id).exclude(pk=row.pk)
    taken = set(others.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(slug for slug in _numbered(wanted) if slug not in taken)


def _slug_free_now(row: Publication, wanted: str) -> str:
    with tenant_transaction():
        return _slug_free(row, wanted)


def _numbered(slug: str) -> Iterator[str]:
    yield slug
    number = 2
    while True:
        yield f"{slug}-{number}"
        number += 1
