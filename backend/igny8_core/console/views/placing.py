"""Where keywords belong: why one is where it is, and moving, taking out and releasing many, all or none."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from igny8_core.common.errors import NotFound
from igny8_core.console.base import MOST_CHOSEN, SitePageView, ids_chosen
from igny8_core.console.editing import EditMixin, EditView
from igny8_core.modules.planner import services
from igny8_core.modules.planner.errors import ClusterSectorMismatch
from igny8_core.modules.planner.selectors import (
    cluster_choices,
    clusters_chosen,
    keyword_reasons,
    keywords_chosen,
    keywords_set_aside,
)


class KeywordReasonsView(EditMixin, SitePageView):
    """Why a keyword is where it is; a list of keywords shows it in its row."""

    room, section = "planner", "keywords"
    operations: ClassVar[Mapping[str, str]] = {"GET": "keyword_reasons"}

    def get(self, request: HttpRequest, site_id: UUID, keyword_id: UUID) -> HttpResponse:
        """The page, computed now."""
        keywords_chosen([keyword_id], site_id=site_id)
        reasons = keyword_reasons(keyword_id)
        came_from = (
            self.here("keywords")
            if reasons.cluster_id is None
            else self.here("cluster", cluster_id=reasons.cluster_id)
        )
        values = {"reasons": reasons, "next": came_from, "may_move": self.may("planner_keyword_move")}
        return self.page("planning/reasons.html", values)


class KeywordsMoveView(EditView):
    """Put keywords into a cluster; without one it asks which."""

    back_to = "console:keywords"
    operations: ClassVar[Mapping[str, str]] = {"POST": "keyword_move"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "keyword", "cluster": "cluster", "without": "cluster"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Move the chosen ones, all or none."""
        ids, cluster_id = ids_chosen(request), self.id_sent("cluster")
        sectors = keywords_chosen(ids, site_id=site_id)
        if cluster_id is None:
            return self._ask(ids, sectors)
        (target,) = clusters_chosen([cluster_id], site_id=site_id)
        done = services.keywords_move(ids, cluster_id=cluster_id)
        text = ngettext(
            "%(n)s keyword is now in “%(name)s”.", "%(n)s keywords are now in “%(name)s”.", done.changed
        )
        return self.edited(done, text % {"n": done.changed, "name": target.name}, self.back())

    def _ask(self, ids: list[UUID], sectors: set[UUID | None]) -> HttpResponse:
        if len(sectors) > 1:
            raise ClusterSectorMismatch(
                _("These keywords are of different sectors; move those of one at a time.")
            )
        left, search = self.id_sent("without"), self.request.POST.get("search", "").strip()[:200]
        (sector_id,) = sectors
        page = cluster_choices(
            self.site.pk, sector_id=sector_id, search=search, without=[left] if left else []
        )
        title = ngettext("Move %(n)s keyword", "Move %(n)s keywords", len(ids)) % {"n": len(ids)}
        values = {
            "title": title,
            "lead": _("Choose where to; a locked cluster takes nothing. No later run moves what you moved."),
            "ids": ids,
            "left": left,
            "search": search,
            "has_search": True,
            "page": page,
            "field": "cluster",
            "verb": _("Move here"),
            "next": self.back(),
        }
        return self.page("planning/choose.html", values)


class KeywordsTakeOutView(EditView):
    """Take keywords out of their clusters."""

    back_to = "console:keywords"
    operations: ClassVar[Mapping[str, str]] = {"POST": "keyword_move"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "keyword"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Set the chosen ones aside, all or none."""
        ids = ids_chosen(request)
        keywords_chosen(ids, site_id=site_id)
        done = services.keywords_move(ids, cluster_id=None)
        text = ngettext(
            "%(n)s keyword is set aside; no run places it until you release it.",
            "%(n)s keywords are set aside; no run places them until you release them.",
            done.changed,
        )
        return self.edited(done, text % {"n": done.changed}, self.back())


class KeywordsReleaseView(EditView):
    """Let runs place keywords again that were set aside."""

    back_to = "console:keywords"
    operations: ClassVar[Mapping[str, str]] = {"POST": "keyword_release"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "keyword"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Release the chosen ones, or with `all` the first 500 of the site, all or none."""
        if "all" in request.POST:
            ids = keywords_set_aside(site_id, limit=MOST_CHOSEN)
            if not ids:
                raise NotFound
        else:
            ids = ids_chosen(request)
            keywords_chosen(ids, site_id=site_id)
        done = services.keywords_release(ids)
        text = ngettext(
            "%(n)s keyword will be placed by the next run.",
            "%(n)s keywords will be placed by the next run.",
            done.changed,
        )
        return self.edited(done, text % {"n": done.changed}, self.back())
