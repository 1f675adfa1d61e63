"""One article: its page, its edits, its score, what people say of it."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from igny8_core.common.errors import NotFound
from igny8_core.console.base import SiteActionView
from igny8_core.console.diffing import difference, readable
from igny8_core.console.forms_writing import ArticleForm, DecisionForm, ReasonForm
from igny8_core.console.prose import prose
from igny8_core.console.scores import finding_groups
from igny8_core.console.views.article_links import links_values
from igny8_core.console.views.article_pages import ArticleActionView, ArticlePageView
from igny8_core.modules.automation.services import items_continue
from igny8_core.modules.optimizer.selectors import score_get
from igny8_core.modules.optimizer.services import article_analyze, article_score
from igny8_core.modules.optimizer.types import ScoreView
from igny8_core.modules.publisher.selectors import publication_list
from igny8_core.modules.publisher.types import PublicationQuery
from igny8_core.modules.writer import services
from igny8_core.modules.writer.constants import EDITABLE_FIELDS
from igny8_core.modules.writer.errors import ArticleChanged, ArticleEmpty
from igny8_core.modules.writer.selectors import article_document_get, article_review_get
from igny8_core.tenancy.context import tenant_transaction


def score_values(score: ScoreView | None) -> dict[str, Any]:
    """What a score's panel shows."""
    return {"score": score, "groups": [] if score is None else finding_groups(score)}


class ArticleView(ArticlePageView):
    """The article as it is read, with all that is known of it."""

    operations: ClassVar[Mapping[str, str]] = {"GET": "article_retrieve"}

    def get(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponse:
        """The page."""
        article = self.article
        query = PublicationQuery(site_id=site_id, article_id=article_id)
        values = {
            "article": article,
            "prose": prose(article.html),
            "review": article_review_get(article_id),
            "request_form": ReasonForm(),
            "decision_form": DecisionForm(initial={"version": article.version}),
            "posts": publication_list(query).rows,
            "may_edit": self.may("writer_article_update"),
            "may_decide": self.may("writer_article_approve"),
            "may_score": self.may("optimizer_score_create"),
            "may_publish": self.may("publisher_publication_create"),
            **score_values(score_get(article_id)),
            **links_values(self),
        }
        return self.page("writing/article.html", values)


class ArticleEditView(ArticlePageView):
    """The form; an edit of a text that somebody changed meanwhile is refused, and both texts are kept."""

    operations: ClassVar[Mapping[str, str]] = {"GET": "article_update", "POST": "article_update"}

    def get(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponse:
        """The article as it is now."""
        names = (*EDITABLE_FIELDS, "version")
        return self.show(ArticleForm(initial={name: getattr(self.article, name) for name in names}))

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponse:
        """Store it."""
        form = ArticleForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        version = form.cleaned_data["version"]
        try:
            with tenant_transaction():
                services.article_edit(article_id, expected_version=version, **form.changes())
        except ArticleEmpty as error:
            form.add_error("html", error.message)
            return self.show(form, status=400)
        except ArticleChanged:
            return self._both(form)
        return self.done(_("The article is saved."), self.back())

    def _both(self, form: ArticleForm) -> HttpResponse:
        """The form with the person's own text, beside what stands now; saving it again replaces that knowingly."""
        now = article_document_get(self.article.article_id)
        own = form.changes()
        changed = {
            name: difference(_lines(name, getattr(now, name)), _lines(name, own[name]))
            for name in EDITABLE_FIELDS
        }
        form = ArticleForm({**self.request.POST.dict(), "version": str(now.version)})
        conflict = [
            (form[name].label, one, getattr(now, name)) for name, one in changed.items() if not one.is_empty
        ]
        return self.show(form, status=409, conflict=conflict)

    def show(self, form: ArticleForm, *, status: int = 200, conflict: Any = None) -> HttpResponse:
        """The page around a form."""
        values = {
            "article": self.article,
            "form": form,
            "conflict": conflict,
            "is_conflict": conflict is not None,
            "is_live": self.may("optimizer_analyze"),
            **score_values(score_get(self.article.article_id)),
        }
        return self.page("writing/edit.html", values, status=status)


def _lines(name: str, text: str) -> list[str]:
    return readable(text) if name == "html" else text.splitlines()


class ArticleAnalyzeView(ArticlePageView):
    """The score of a text that is being written; nothing is kept."""

    room, is_fragment = "optimizer", True
    operations: ClassVar[Mapping[str, str]] = {"POST": "analyze"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponse:
        """The panel; what cannot be stored is not scored."""
        form = ArticleForm(request.POST)
        if not form.is_valid():
            return self.page("writing/score.html", {"complaints": form.errors, "is_live": True})
        changes = form.changes()
        changes.pop("excerpt")  # no check reads it
        score = article_analyze(article_id, **changes)
        values = {"article": self.article, "is_live": True, "is_fresh": True, **score_values(score)}
        return self.page("writing/score.html", values)


class ArticleScoreView(ArticleActionView):
    """Score the newest version."""

    room = "optimizer"
    operations: ClassVar[Mapping[str, str]] = {"POST": "score_create"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponseBase:
        """Score, or find the score that this version has."""
        row = article_score(article_id)
        return self.done(_("The article scores %(total)s of 100.") % {"total": row.total}, self.back())


class ReviewRequestView(ArticleActionView):
    """Ask for a review."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "article_request_review"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponseBase:
        """Put the article before people."""
        form = ReasonForm(request.POST)
        reason = form.cleaned_data["reason"] if form.is_valid() else _("Please read this article.")
        services.article_review_request(article_id, reason=reason)
        return self.done(_("The editors of this site are asked for a review."), self.back())


class ApproveView(ArticleActionView):
    """Approve the version that was read."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "article_approve"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponseBase:
        """Approve; a text that changed since is not the one that was read."""
        form = DecisionForm(request.POST)
        version = form.cleaned_data["version"] if form.is_valid() else 0
        services.article_approve(article_id, version=version, comment=form.cleaned_data.get("comment", ""))
        went_on = items_continue(article_id)
        text = (
            _("The article is approved, and its run goes on.") if went_on else _("The article is approved.")
        )
        return self.done(text, self.back())


class RejectView(ArticleActionView):
    """Reject the article, and say what has to change."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "article_reject"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponseBase:
        """Reject."""
        form = DecisionForm(request.POST)
        form.is_valid()
        services.article_reject(article_id, comment=form.cleaned_data.get("comment", ""))
        items_continue(article_id)
        return self.done(
            _("The article is rejected; it is published nowhere until it is edited or approved."), self.back()
        )


class DeleteView(ArticleActionView):
    """Delete the article; its keyword may be written for again."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "article_destroy"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponseBase:
        """Delete, and offer to take it back."""
        services.article_remove(article_id)
        text = _("“%(title)s” is deleted, with its posts here; what a WordPress site shows stays there.")
        return self.done(
            text % {"title": self.article.title},
            reverse("console:writing", kwargs={"site_id": site_id}),
            undo=self.address("article_restore"),
        )


class RestoreView(SiteActionView):
    """Take a deletion back."""

    room, back_to, section = "writer", "console:writing", "writing"
    operations: ClassVar[Mapping[str, str]] = {"POST": "article_restore"}

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponseBase:
        """Bring the article back."""
        row = services.article_recover(article_id)
        if row.site_id != site_id:
            raise NotFound
        names = {"site_id": site_id, "article_id": article_id}
        return self.done(_("The article is back."), reverse("console:article", kwargs=names))
