"""What is done to many connections of a site at once: all of them or none."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from igny8_core.console.base import SiteActionView, ids_chosen
from igny8_core.console.undo import undo_keep, undo_take
from igny8_core.modules.integration import services


class _ConnectionsView(SiteActionView):
    room, back_to = "integration", "console:connections"
    form_ids: ClassVar[Mapping[str, str]] = {"id": "destination"}


class ConnectionsCheckView(_ConnectionsView):
    """Have the doctor look at connections."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "destination_check"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Start the job."""
        ids = ids_chosen(request)
        services.destinations_check_start(site_id, ids)
        n = len(ids)
        text = ngettext("%(n)s connection is being tried.", "%(n)s connections are being tried.", n)
        return self.done(text % {"n": n}, self.back())


class ConnectionsPauseView(_ConnectionsView):
    """Publish nothing there for a while, or go on."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "destination_partial_update"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Switch the chosen ones."""
        is_paused = request.POST.get("is_paused") == "1"
        n = services.destinations_pause(site_id, ids_chosen(request), is_paused=is_paused)
        text = (
            ngettext("%(n)s connection is paused.", "%(n)s connections are paused.", n)
            if is_paused
            else ngettext("%(n)s connection takes posts again.", "%(n)s connections take posts again.", n)
        )
        return self.done(text % {"n": n}, self.back())


class ConnectionsDeleteView(_ConnectionsView):
    """Disconnect; what stands at the other ends stays there."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "destination_destroy"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Delete the chosen ones, with a way back."""
        ids = ids_chosen(request)
        n = services.destinations_delete(site_id, ids)
        text = ngettext("%(n)s connection is cut.", "%(n)s connections are cut.", n)
        names = {"site_id": site_id, "undo_id": undo_keep(request, dict.fromkeys(ids, ""))}
        return self.done(
            text % {"n": n}, self.back(), undo=reverse("console:connections_restore", kwargs=names)
        )


class ConnectionsRestoreView(SiteActionView):
    """Connect again what was disconnected."""

    room, back_to = "integration", "console:connections"
    operations: ClassVar[Mapping[str, str]] = {"POST": "destination_restore"}

    def post(self, request: HttpRequest, site_id: UUID, undo_id: UUID) -> HttpResponseBase:
        """Bring them back with their publications, all or none."""
        services.destinations_restore(site_id, undo_take(request, undo_id))
        return self.done(_("Everything is as it was."), self.back())
