"""Links that an article should have: found, looked at, put in, taken out again."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from igny8_core.common.errors import NotFound
from igny8_core.console.base import ids_chosen
from igny8_core.console.views.article_pages import ArticleActionView
from igny8_core.modules.linker import services
from igny8_core.modules.linker.selectors import batch_get, suggestions_of
from igny8_core.modules.system.selectors import jobs_active

FIND_JOB, INSERT_JOB = "linker.suggest_links", "linker.insert_batch"


def links_values(view: Any) -> dict[str, Any]:
    """What the panel of an article's page shows."""
    article = view.article
    links = suggestions_of(article.article_id)
    batches = {link.batch_id for link in links if link.batch_id is not None}
    jobs = jobs_active(FIND_JOB, [f"{article.site_id}:{article.article_id}"]) | jobs_active(
        INSERT_JOB, batches
    )
    return {
        "links": links,
        "links_job": next(iter(jobs.values()), None),
        "may_link": view.may("linker_batch_create"),
        "may_find_links": view.may("linker_suggestion_generate"),
    }


class LinksActionView(ArticleActionView):
    """An action on suggested links, all of them of this article."""

    room = "linker"
    form_ids: ClassVar[Mapping[str, str]] = {"id": "linksuggestion"}

    def chosen(self) -> list[UUID]:
        """The suggestions that the form names; raises NothingChosen, and NotFound for one of another article."""
        ids = ids_chosen(self.request)
        if not set(ids) <= {one.id for one in suggestions_of(self.article.article_id)}:
            raise NotFound
        return ids


class LinksFindView(ArticleActionView):
    """Look for links."""

    room = "linker"
    operations: ClassVar[Mapping[str, str]] = {"POST": "suggestion_generate"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponseBase:
        """Start the job."""
        services.suggestions_start(site_id=site_id, article_id=article_id)
        return self.done(_("We are looking for links in this article."), self.back())


class LinksPreviewView(LinksActionView):
    """What putting links in would change."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "preview"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponse:
        """Each sentence before and after; nothing is changed."""
        ids = self.chosen()
        [preview] = services.links_preview(ids)
        by_id = {one.id: one for one in suggestions_of(article_id)}
        values = {
            "article": self.article,
            "ids": [change.suggestion_id for change in preview.changes],
            "changes": [by_id[change.suggestion_id] for change in preview.changes],
            "refused": [(by_id[one.suggestion_id], one.reason) for one in preview.refused],
            "diff": preview.diff,
        }
        return self.page("writing/links.html", values)


class LinksInsertView(LinksActionView):
    """Put links in."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "batch_create"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponseBase:
        """Start the job, and offer to take it back."""
        ids = self.chosen()
        batch, _job = services.batch_create(ids)
        text = ngettext("%(n)s link is being put in.", "%(n)s links are being put in.", len(ids))
        undo = self.address("links_undo", batch_id=batch.pk)
        return self.done(text % {"n": len(ids)}, self.back(), undo=undo)


class LinksRejectView(LinksActionView):
    """Say that links are not wanted."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "suggestion_bulk_reject"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponseBase:
        """Reject them, all or none."""
        n = services.suggestions_decide(self.chosen(), is_accepted=False)
        text = ngettext("%(n)s link is rejected.", "%(n)s links are rejected.", n)
        return self.done(text % {"n": n}, self.back())


class LinksUndoView(ArticleActionView):
    """Take a batch's links out again."""

    room = "linker"
    operations: ClassVar[Mapping[str, str]] = {"POST": "batch_undo"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID, batch_id: UUID) -> HttpResponseBase:
        """Start the job."""
        if batch_get(batch_id).site_id != site_id:
            raise NotFound
        services.batch_undo_start(batch_id)
        return self.done(_("The links are being taken out."), self.back())
