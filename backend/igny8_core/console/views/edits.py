"""What people did to the plan, and taking it back."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.common.errors import NotFound
from igny8_core.console.base import SitePageView
from igny8_core.console.editing import EditView
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import EditKind
from igny8_core.modules.planner.selectors import plan_edit_page, plan_edit_site
from igny8_core.modules.planner.types import EditQuery


class EditFilterForm(FilterForm):
    """What the changes can be narrowed by."""

    kind = choice(gettext_lazy("Any change"), EditKind.choices)
    is_undone = choice(
        gettext_lazy("Undone or not"), [("0", gettext_lazy("In force")), ("1", gettext_lazy("Undone"))]
    )

    def values(self) -> dict[str, Any]:
        """Whether it was undone is a yes or no."""
        found = super().values()
        return {**found, "is_undone": found["is_undone"] == "1"} if "is_undone" in found else found


class EditsView(SitePageView):
    """The changes to the plan, newest first."""

    room, section = "planner", "map"
    operations: ClassVar[Mapping[str, str]] = {"GET": "edit_list"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """One page of them."""
        filters = EditFilterForm.of(request)
        query = EditQuery(site_id=site_id, **filters.values())
        values = {
            "filters": filters,
            "page": plan_edit_page(query, number=page_number(request)),
            "may_undo": self.may("planner_edit_undo"),
        }
        return self.page("planning/edits.html", values)


class EditUndoView(EditView):
    """Take an edit back."""

    back_to = "console:edits"
    operations: ClassVar[Mapping[str, str]] = {"POST": "edit_undo"}

    def post(self, request: HttpRequest, site_id: UUID, edit_id: UUID) -> HttpResponseBase:
        """Give every row back what it had; an edit that was taken back stays so."""
        if plan_edit_site(edit_id) != site_id:
            raise NotFound
        services.plan_edit_undo(edit_id)
        return self.done(_("Everything is as it was."), self.back())
