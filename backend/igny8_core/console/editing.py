"""What every edit of a plan shares: it says what was done, and offers the way back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from igny8_core.console.base import SiteActionView, id_of
from igny8_core.modules.planner.types import EditResult


class EditMixin:
    """Answers for a view that edits the plan."""

    def edited(self: Any, result: EditResult, text: str, to: str) -> HttpResponseBase:
        """Go on, saying what was done with its undo; or that there was nothing to do."""
        if result.edit_id is None:
            answer: HttpResponseBase = self.done(_("Nothing had to be changed."), to, level=messages.INFO)
            return answer
        undo = self.here("plan_undo", edit_id=result.edit_id)
        answer = self.done(text, to, undo=undo)
        return answer

    def here(self: Any, name: str, **names: UUID) -> str:
        """The address of a page of this site."""
        return reverse(f"console:{name}", kwargs={"site_id": self.site.pk, **names})


class EditView(EditMixin, SiteActionView):
    """An edit of the plan: a POST that can be taken back."""

    room, back_to = "planner", "console:map"

    def id_sent(self, name: str) -> UUID | None:
        """The row that a field of the form names, if any; raises NotFound for what is no id."""
        text = self.request.POST.get(name, "")
        return id_of(text) if text else None
