"""Records the pages that a site has and the query each is meant to answer; it must never fetch one."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from igny8_core.auth.models import Site
from igny8_core.auth.selectors import site_get
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.constants import MAX_PAGES_AT_ONCE, PageSource, QuerySource
from igny8_core.modules.planner.errors import (
    PageAddressInvalid,
    PageChanged,
    PageElsewhere,
    PagesTooMany,
    PageTaken,
)
from igny8_core.modules.planner.models import SitePage
from igny8_core.modules.planner.ownership.addresses import (
    MAX_QUERY_LENGTH,
    address_key,
    address_spellings,
    addresses_read,
    is_of_site,
    page_address,
    query_derive,
)
from igny8_core.modules.planner.services.owners import owners_follow
from igny8_core.modules.planner.types import PagesReport, SeenPage
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.variants import variant_key
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS

_SAYS = (QuerySource.NONE, QuerySource.DERIVED, QuerySource.ARTICLE, QuerySource.PERSON)  # least first
_TITLE_LENGTH = 300


def page_record(
    *,
    site_id: UUID,
    url: str,
    head_query: str,
    source: str,
    content_id: UUID | None,
    title: str = "",
    remote_key: str = "",
    changed_at: datetime | None = None,
) -> SitePage:
    """Note a page that is on the site now; one that is known gets the new facts. Raises NotFound.

    Known is what has the same `remote_key`, wherever it moved, else the same address in any spelling. `source` is
    `published` or `imported`; a page that we published is not turned into an imported one. The query that a person set
    stays; without one it is the article's, and for a page that we did not write it is read from address and title.
    """
    seen = SeenPage(url=url, title=title, remote_key=remote_key, changed_at=changed_at)

    def say(row: SitePage) -> None:
        if row.source != PageSource.PUBLISHED or source == PageSource.PUBLISHED:
            row.source, row.content_id = PageSource(source), content_id or row.content_id
            if source == PageSource.PUBLISHED:
                query_give(row, head_query, QuerySource.ARTICLE)
            elif head_query:
                query_give(row, head_query, QuerySource.DERIVED)

    with transaction.atomic(using=TENANT_ALIAS):
        row, _ = _note(site_get(site_id), seen, source=PageSource(source), say=say)
    return row


def pages_see(*, site_id: UUID, pages: Sequence[SeenPage]) -> PagesReport:
    """Note pages that a CMS lists; addresses that are none, or longer than 500 characters, are refused and counted.

    What it lists no more is told by `pages_unseen_remove`, once all of its list was read.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        same = _see_unchanged(site_id, pages)
        left = [seen for seen in pages if seen.remote_key not in same]
        here = [seen for seen in left if page_address(seen.url)]
        site = site_get(site_id) if here else None
        new = [_note(site, seen, source=PageSource.IMPORTED)[1] for seen in here] if site else []
    known = len(same) + len(new) - sum(new)
    return PagesReport(added=sum(new), known=known, refused=len(left) - len(here))


def pages_unseen_remove(*, site_id: UUID, origin: str, before: datetime) -> int:
    """Mark as removed the pages of `origin` that nobody saw since; returns how many.

    For a list that is told of page by page: what `pages_see` or `page_record` noted since it began stays.
    """
    rows = SitePage.objects.filter(
        site_id=site_id, remote_key__startswith=origin, removed_at=None, last_seen_at__lt=before
    )
    with transaction.atomic(using=TENANT_ALIAS):
        return _remove(rows.select_for_update(of=("self",)))


def pages_removed(*, site_id: UUID, remote_keys: Collection[str]) -> int:
    """Note that pages are no longer on the site; they own nothing from now on. Returns how many were there."""
    rows = SitePage.objects.filter(site_id=site_id, remote_key__in=remote_keys, removed_at=None)
    with transaction.atomic(using=TENANT_ALIAS):
        return _remove(rows.select_for_update(of=("self",)))


def page_create(
    *, site: Site, url: str, title: str = "", head_query: str = "", sector: object = None
) -> SitePage:
    """Add a page by hand. Raises PageAddressInvalid, PageElsewhere, and PageTaken for one that is known."""
    address = page_address(url)
    if not address:
        raise PageAddressInvalid
    if not is_of_site(address, domain=site.domain):
        raise PageElsewhere
    seen = SeenPage(url=address, title=title)
    with transaction.atomic(using=TENANT_ALIAS):
        if _known(site.pk, seen) is not None:
            raise PageTaken
        row = SitePage(site=site, source=PageSource.MANUAL, sector_id=getattr(sector, "pk", None))
        query_give(row, head_query, QuerySource.PERSON)
        _see(row, seen)
        owners_follow([row])
        audit_write("page.created", row=row)
    return row


def pages_import(*, site_id: UUID, text: str) -> PagesReport:
    """Add the pages of a sitemap, or of lines "address, title"; known ones stay as they are.

    Raises NotFound, and PagesTooMany above 5,000 addresses.
    """
    found = addresses_read(text)
    if len(found) > MAX_PAGES_AT_ONCE:
        raise PagesTooMany
    site = site_get(site_id)
    with transaction.atomic(using=TENANT_ALIAS):
        urls = SitePage.objects.filter(site_id=site_id).values_list("url", flat=True)
        known = {address_key(url) for url in urls.iterator()}
        rows: dict[str, SitePage] = {}
        again = 0
        for url, title in found:
            address = page_address(url)
            if not address or not is_of_site(address, domain=site.domain):
                continue
            key = address_key(address)
            if key in known or key in rows:
                again += 1
            else:
                rows[key] = _listed(site, address, title)
        SitePage.objects.bulk_create(rows.values(), batch_size=500, ignore_conflicts=True)
        audit_write("page.imported", detail={"site_id": str(site_id), "added": len(rows)})
    return PagesReport(added=len(rows), known=again, refused=len(found) - len(rows) - again)


def _listed(site: Site, url: str, title: str) -> SitePage:
    row = SitePage(
        site=site,
        url=url,
        title=title[:_TITLE_LENGTH],
        source=PageSource.MANUAL,
        last_seen_at=utc_now(),
    )
    query_give(row, query_derive(url=url, title=title), QuerySource.DERIVED)
    return row


def page_change(
    page_id: UUID,
    *,
    expected_version: int | None = None,
    head_query: str | None = None,
    title: str | None = None,
    is_removed: bool | None = None,
) -> SitePage:
    """Change what a person knows better; what is None stays.

    A query that is set, or cleared, here is never read from the address again. Raises NotFound and PageChanged.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        row = (
            SitePage.objects.select_for_update(of=("self",)).select_related("site").filter(pk=page_id).first()
        )
        if row is None:
            raise NotFound
        if expected_version is not None and row.version != expected_version:
            raise PageChanged
        return page_update(row, head_query=head_query, title=title, is_removed=is_removed)


def page_update(
    row: SitePage,
    *,
    head_query: str | None = None,
    title: str | None = None,
    is_removed: bool | None = None,
) -> SitePage:
    """The same for a row that the caller has locked."""
    with transaction.atomic(using=TENANT_ALIAS):
        before = {"head_query": row.head_query, "is_removed": row.removed_at is not None}
        if head_query is not None:
            query_give(row, head_query, QuerySource.PERSON)
        if title is not None:
            row.title = title[:_TITLE_LENGTH]
        if is_removed is not None:
            row.removed_at = (row.removed_at or utc_now()) if is_removed else None
        row.save()
        owners_follow([row])
        audit_write("page.changed", row=row, detail=before)
    return row


def query_give(row: SitePage, text: str, source: QuerySource) -> None:
    """Say in memory which query a page answers, unless somebody who knows better has; the caller saves.

    An empty query says nothing, except a person's: that the page answers none.
    """
    query = keyword_normalise(text)[:MAX_QUERY_LENGTH]
    if not query and source != QuerySource.PERSON:
        return
    if not query and row.query_source == QuerySource.NONE:
        return
    if _SAYS.index(source) >= _SAYS.index(QuerySource(row.query_source)):
        row.head_query, row.query_source, row.variant_key = (
            query,
            source,
            variant_key(query, row.site.language_code),
        )


def _note(
    site: Site, seen: SeenPage, *, source: PageSource, say: Callable[[SitePage], None] = lambda _: None
) -> tuple[SitePage, bool]:
    """Find or make a page's row, say of it what the caller knows, and save; returns it, and whether it is new.

    Publisher and a reading of its list may note one post at one time: the second waits for the first, then finds it.
    """
    for _ in range(2):
        known = _known(site.pk, seen)
        row = known or SitePage(site=site, source=source)
        say(row)
        try:
            _see(row, seen)
        except PageTaken:
            continue
        owners_follow([row])
        return row, known is None
    raise PageTaken


def _known(site_id: UUID, seen: SeenPage) -> SitePage | None:
    rows = SitePage.objects.select_for_update(of=("self",)).select_related("site").filter(site_id=site_id)
    moved = rows.filter(remote_key=seen.remote_key).first() if seen.remote_key else None
    spellings = address_spellings(page_address(seen.url) or seen.url)
    here = rows.filter(url__in=spellings).order_by("removed_at", "pk").first()
    if moved is not None and here is not None and moved.pk != here.pk:
        _hand_over(moved, here)
        return here
    return moved or here


def _hand_over(moved: SitePage, here: SitePage) -> None:
    """A page came to another row's address: that row is the page now, with the article and query said of the first."""
    if moved.content_id and not here.content_id:
        here.source, here.content_id = moved.source, moved.content_id
    query_give(here, moved.head_query, QuerySource(moved.query_source))
    moved.remote_key, moved.removed_at = "", moved.removed_at or utc_now()
    moved.save()
    owners_follow([moved])


def _see(row: SitePage, seen: SeenPage) -> None:
    row.url = page_address(seen.url) or seen.url
    row.title = (seen.title or row.title)[:_TITLE_LENGTH]
    row.remote_key = seen.remote_key or row.remote_key
    row.changed_at = seen.changed_at or row.changed_at
    row.last_seen_at, row.removed_at = utc_now(), None
    query_give(row, query_derive(url=row.url, title=row.title), QuerySource.DERIVED)
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            row.save()
    except IntegrityError as error:  # somebody else noted the address a moment ago
        raise PageTaken from error


def _see_unchanged(site_id: UUID, pages: Sequence[SeenPage]) -> set[str]:
    """Note in two queries that pages are still there; returns the keys of those of which nothing else is new."""
    listed = {seen.remote_key: seen for seen in pages if seen.remote_key}
    rows = SitePage.objects.filter(site_id=site_id, remote_key__in=listed, removed_at=None)
    there = {row.remote_key: row.pk for row in rows if _is_as_listed(row, listed[row.remote_key])}
    still, now = SitePage.objects.filter(pk__in=there.values(), removed_at=None), utc_now()
    still.update(last_seen_at=now, updated_at=now, version=F("version") + 1)
    return set(there)


def _is_as_listed(row: SitePage, seen: SeenPage) -> bool:
    title, changed_at = seen.title[:_TITLE_LENGTH] or row.title, seen.changed_at or row.changed_at
    return (row.url, row.title, row.changed_at) == (page_address(seen.url), title, changed_at)


def _remove(rows: Iterable[SitePage]) -> int:
    removed = 0
    for row in rows:
        row.removed_at = utc_now()
        row.save(update_fields=["removed_at"])
        owners_follow([row])
        removed += 1
    return removed


def pages_restore(states: Mapping[UUID, bool]) -> int:
    """Take back removals: give pages the state that they had, all or none. Raises NotFound."""
    with transaction.atomic(using=TENANT_ALIAS):
        for page_id in sorted(states):
            page_change(page_id, is_removed=states[page_id])
    return len(states)
