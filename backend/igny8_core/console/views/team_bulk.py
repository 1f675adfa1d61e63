"""What is done to many people or invitations of the account at once: all of them or none."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from igny8_core.auth import services
from igny8_core.common.errors import NotFound
from igny8_core.console.base import ActionView, NothingChosen, ids_chosen
from igny8_core.console.undo import undo_keep, undo_take
from igny8_core.modules.account.constants import ASSIGNABLE_ROLES
from igny8_core.modules.account.selectors import member_fields


class _MembersView(ActionView):
    """Changes one field of the chosen people, with a way back."""

    room, back_to = "account", "console:team"
    operations: ClassVar[Mapping[str, str]] = {"POST": "member_partial_update"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "user"}

    def change(self, **fields: Any) -> tuple[int, str]:
        """Change them, all or none; returns how many, and the address that takes it back."""
        ids, (name,) = ids_chosen(self.request), fields
        before = member_fields(ids, name)
        n = services.members_change(dict.fromkeys(ids, fields), by=self.principal.user)
        states = {user_id: f"{name}={kept[name]}" for user_id, kept in before.items()}
        return n, reverse("console:members_undo", kwargs={"undo_id": undo_keep(self.request, states)})


class MembersRoleView(_MembersView):
    """Give people a role."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Change the chosen ones; whatever they hold stops at once."""
        role = request.POST.get("role", "")
        if role not in dict(ASSIGNABLE_ROLES):
            raise NothingChosen(_("Choose a role."))
        n, undo = self.change(role=role)
        text = ngettext("%(n)s member has the new role.", "%(n)s members have the new role.", n)
        return self.done(text % {"n": n}, self.back(), undo=undo)


class MembersActiveView(_MembersView):
    """Keep people out for a while, or let them in."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Switch the chosen ones."""
        is_active = request.POST.get("is_active") == "1"
        n, undo = self.change(is_active=is_active)
        text = (
            ngettext("%(n)s member may sign in again.", "%(n)s members may sign in again.", n)
            if is_active
            else ngettext(
                "%(n)s member cannot sign in any more.", "%(n)s members cannot sign in any more.", n
            )
        )
        return self.done(text % {"n": n}, self.back(), undo=undo)


class MembersUndoView(ActionView):
    """Give people back what they were."""

    room, back_to = "account", "console:team"
    operations: ClassVar[Mapping[str, str]] = {"POST": "member_partial_update"}

    def post(self, request: HttpRequest, undo_id: UUID) -> HttpResponseBase:
        """Take it back, all or none."""
        kept = undo_take(request, undo_id)
        services.members_change({key: _field(text) for key, text in kept.items()}, by=self.principal.user)
        return self.done(_("Everything is as it was."), self.back())


def _field(text: str) -> dict[str, Any]:
    """A field as the session kept it; raises NotFound for what no change of people kept."""
    name, _equals, value = text.partition("=")
    if name == "role":
        return {"role": value}
    if name == "is_active":
        return {"is_active": value == "True"}
    raise NotFound


class MembersRemoveView(ActionView):
    """Take people out of the account."""

    room, back_to = "account", "console:team"
    operations: ClassVar[Mapping[str, str]] = {"POST": "member_destroy"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "user"}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Remove the chosen ones for good."""
        n = services.members_remove(ids_chosen(request), by=self.principal.user)
        text = ngettext("%(n)s person is no longer a member.", "%(n)s people are no longer members.", n)
        return self.done(text % {"n": n}, self.back())


class InvitationsResendView(ActionView):
    """Mail invitations again."""

    room, back_to = "account", "console:team_invitations"
    operations: ClassVar[Mapping[str, str]] = {"POST": "invitation_resend"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "invitation"}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Send the chosen ones."""
        n = services.invitations_resend(ids_chosen(request))
        text = ngettext("%(n)s invitation is sent again.", "%(n)s invitations are sent again.", n)
        return self.done(text % {"n": n}, self.back())


class InvitationsRevokeView(ActionView):
    """Take invitations back."""

    room, back_to = "account", "console:team_invitations"
    operations: ClassVar[Mapping[str, str]] = {"POST": "invitation_destroy"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "invitation"}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Revoke the chosen ones."""
        n = services.invitations_revoke(ids_chosen(request))
        text = ngettext("%(n)s invitation is taken back.", "%(n)s invitations are taken back.", n)
        return self.done(text % {"n": n}, self.back())
