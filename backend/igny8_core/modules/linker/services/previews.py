"""Shows what inserting would do without doing it: the dry run uses the very function that inserts."""

import difflib
import re
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from igny8_core.common.errors import NotFound
from igny8_core.modules.linker.addresses import site_addresses
from igny8_core.modules.linker.errors import LinksNone
from igny8_core.modules.linker.models import LinkSuggestion
from igny8_core.modules.linker.placing import Inserted, LinkLimits, WantedLink, links_insert
from igny8_core.modules.linker.types import ArticlePreview, Refusal, SentenceChange
from igny8_core.modules.writer.selectors import article_document_get
from igny8_core.modules.writer.types import ArticleDocument

_BLOCK_END = re.compile(r"(</(?:p|li|h[1-6]|ul|ol|table|tr|div|blockquote)>)(?!\n)")


def links_preview(suggestion_ids: Sequence[UUID]) -> tuple[ArticlePreview, ...]:
    """What inserting these suggestions now would do to each article; changes nothing. Raises NotFound and LinksNone."""
    rows = suggestion_rows(suggestion_ids)
    previews = []
    for source_id in dict.fromkeys(row.source_id for row in rows):
        mine = [row for row in rows if row.source_id == source_id]
        document = article_document_get(source_id)
        previews.append(_preview(document, mine, insertion(document, mine)))
    return tuple(previews)


def suggestion_rows(ids: Sequence[UUID]) -> list[LinkSuggestion]:
    """The suggestions, best first in each article; raises NotFound when one is missing, LinksNone without any."""
    wanted = set(ids)
    if not wanted:
        raise LinksNone
    rows = list(LinkSuggestion.objects.filter(pk__in=wanted).order_by("source_id", "-score", "pk"))
    if len(rows) != len(wanted):
        raise NotFound
    return rows


def insertion(document: ArticleDocument, rows: Sequence[LinkSuggestion]) -> Inserted:
    """Place suggestions in an article in memory; a target whose address changed is linked by the new one."""
    homes = site_addresses(document.site_id).homes
    wanted = [
        WantedLink(str(row.pk), homes.get(row.target_id, ""), anchor=row.anchor, sentence=row.sentence)
        for row in rows
    ]
    return links_insert(document.html, wanted, limits=limits())


def limits() -> LinkLimits:
    """The installation's limits."""
    return LinkLimits(
        words_per_link=settings.LINKER_WORDS_PER_LINK, per_article=settings.LINKER_MAX_LINKS_PER_ARTICLE
    )


def _preview(document: ArticleDocument, rows: Sequence[LinkSuggestion], made: Inserted) -> ArticlePreview:
    by_id = {str(row.pk): row for row in rows}
    return ArticlePreview(
        article_id=document.article_id,
        title=document.title,
        changes=tuple(_change(by_id[link.key]) for link in made.placed),
        refused=tuple(Refusal(UUID(link.key), link.reason) for link in made.refused),
        diff="\n".join(_diff(document.html, made.html)),
    )


def _change(row: LinkSuggestion) -> SentenceChange:
    marked = row.sentence.replace(row.anchor, f"[{row.anchor}]({row.url})", 1)
    return SentenceChange(suggestion_id=row.pk, before=row.sentence, after=marked)


def _diff(before: str, after: str) -> list[str]:
    old, new = (_BLOCK_END.sub(r"\1\n", html).splitlines() for html in (before, after))
    return list(difflib.unified_diff(old, new, fromfile="before", tofile="after", lineterm="", n=1))
