"""The versions of an article: side by side, word by word, and back to an earlier one."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from igny8_core.auth.selectors import user_emails
from igny8_core.console.diffing import Difference, difference, readable
from igny8_core.console.lists import page_number
from igny8_core.console.views.article_pages import ArticleActionView, ArticlePageView
from igny8_core.modules.writer import services
from igny8_core.modules.writer.constants import RevisionSource
from igny8_core.modules.writer.selectors import revision_list, revision_texts
from igny8_core.modules.writer.types import RevisionText


class RevisionsView(ArticlePageView):
    """Every version, and what changed between two of them."""

    operations: ClassVar[Mapping[str, str]] = {"GET": "article_revisions"}

    def get(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponse:
        """The list; `from` and `to` choose the two, by default the newest and the one before."""
        page = revision_list(article_id, number=page_number(request))
        newest = page.rows[0].number if page.rows else 0
        to = _number(request, "to", newest)
        before = _number(request, "from", to - 1)
        texts = revision_texts(article_id, [before, to])
        values = {
            "article": self.article,
            "page": page,
            "emails": user_emails(row.actor_id for row in page.rows if row.actor_id),
            "sources": dict(RevisionSource.choices),
            "before": before,
            "to": to,
            "changes": _changes(texts[before], texts[to]) if before in texts and to in texts else None,
            "may_restore": self.may("writer_article_restore_revision"),
        }
        return self.page("writing/revisions.html", values)


def _number(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default


def _changes(before: RevisionText, after: RevisionText) -> list[tuple[str, Difference]]:
    """What changed, by part; nothing for a part that did not."""
    parts: tuple[tuple[str, Any, Any], ...] = (
        (_("Title"), [before.title], [after.title]),
        (_("Slug"), [before.slug], [after.slug]),
        (_("Meta description"), [before.meta_description], [after.meta_description]),
        (_("Excerpt"), before.excerpt.splitlines(), after.excerpt.splitlines()),
        (_("Text"), readable(before.html), readable(after.html)),
    )
    found = [(name, difference(old, new)) for name, old, new in parts]
    return [(name, one) for name, one in found if not one.is_empty]


class RevisionRestoreView(ArticleActionView):
    """Make an earlier version the article's text again."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "article_restore_revision"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID, number: int) -> HttpResponseBase:
        """Restore it as a new version; taking that back restores the one that was newest."""
        newest = revision_list(article_id).rows[0].number
        services.article_revision_restore(article_id, number=number)
        return self.done(
            _("Version %(number)s is the article's text again.") % {"number": number},
            self.address("revisions"),
            undo=self.address("revision_restore", number=newest),
        )
