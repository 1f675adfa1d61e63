"""The frame of every page: session, permission, one tenant transaction, then a rendered answer; views only fill it in.

A view calls services and selectors; it never touches a model and never opens a way around the operations table.
"""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy
from django.views import View

from igny8_core.api.errors import STATUS_OF
from igny8_core.api.operations import operation_rule
from igny8_core.api.permissions import NotInOwnName, rule_require
from igny8_core.api.privacy import keep_private
from igny8_core.auth.middleware import admitted, principal_attach
from igny8_core.auth.models import Site
from igny8_core.auth.principals import CredentialKind, Principal
from igny8_core.auth.selectors import site_get
from igny8_core.common.errors import DomainError, ErrorKind, NotFound
from igny8_core.common.request_id import current_request_id
from igny8_core.console.shell import Shell, shell_get
from igny8_core.tenancy.context import tenant_scope, tenant_transaction
from igny8_core.tenancy.errors import StaleContext

ZONE_COOKIE = "igny8_zone"
UNDO_TAG = "undo "


class PageView(View):
    """A page of a signed-in person: `room` and `operations` name its rows in `api/operations.py`, by method."""

    room: ClassVar[str] = ""
    operations: ClassVar[Mapping[str, str]] = {}
    network: ClassVar[bool] = False  # True: the view opens its own short transactions around a network call
    section: ClassVar[str] = ""  # the entry of the navigation that is marked
    is_fragment: ClassVar[bool] = False  # True: a part of another page, asked for by a script
    form_ids: ClassVar[Mapping[str, str]] = {}  # fields of its forms that name rows, and of which model

    principal: Principal
    site: Site | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in the person's time zone; a refusal becomes a page."""
        try:
            with timezone.override(_zone(request)):
                response = self._admit(request, *args, **kwargs)
        except DomainError as error:
            response = self.refused(request, error)
        return keep_private(response)

    def refused(self, request: HttpRequest, error: DomainError) -> HttpResponseBase:
        """The page for a refusal; whoever is not signed in is asked to."""
        if error.kind is ErrorKind.UNAUTHENTICATED:
            return to_sign_in(request)
        return error_page(request, error)

    def _admit(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        refusal: DomainError | None = getattr(request, "refusal", None)
        if refusal is not None:
            raise refusal
        principal: Principal | None = request.principal  # type: ignore[attr-defined]  # set by AccountContextMiddleware
        if principal is None or principal.kind is not CredentialKind.SESSION:
            return to_sign_in(request)
        if principal.entry is not None:
            raise NotInOwnName  # staff work inside an account through the API, where each entry is recorded
        try:
            return self._answer(request, principal, *args, **kwargs)
        except StaleContext:
            # Raised at BEGIN, before anything was done: ask the database who this is and begin again.
            fresh = admitted(request, fresh=True)
            principal_attach(request, fresh)
            return to_sign_in(request) if fresh is None else self._answer(request, fresh, *args, **kwargs)

    def _answer(
        self, request: HttpRequest, principal: Principal, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        self.principal = principal
        rule = operation_rule(self, request.method)
        if rule is None:
            return self.http_method_not_allowed(request)
        rule_require(principal, rule, self.room)
        handler: Callable[..., HttpResponseBase] = getattr(
            self, str(request.method).lower().replace("head", "get")
        )
        context = principal.context(current_request_id.get())
        if not self.network:
            with tenant_transaction(context):
                self.begin(**kwargs)
                return handler(request, *args, **kwargs)
        with tenant_transaction(context):
            self.begin(**kwargs)  # the versions are verified here, once; then the request runs to its end
        with tenant_scope(dataclasses.replace(context, probe=None)):
            return handler(request, *args, **kwargs)

    def begin(self, **kwargs: Any) -> None:
        """What the address speaks of, read first; raises NotFound."""

    def may(self, operation: str) -> bool:
        """Whether this person may do an operation: for showing a button, never for allowing what it does."""
        return self.shell.may(operation)

    @property
    def shell(self) -> Shell:
        """What stands around every page."""
        if not hasattr(self, "_shell"):
            self._shell = shell_get(self.principal, site=self.site, section=self.section)
        return self._shell

    def page(
        self, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
    ) -> HttpResponse:
        """The rendered page, inside the transaction that read its rows."""
        values = {
            "shell": self.shell,
            "site": self.site,
            "view": self,
            "may_add_site": self.may("account_site_create"),
            **(context or {}),
        }
        return render(self.request, f"console/{template}", values, status=status)

    def done(
        self, message: str, to: str, *, undo: str = "", level: int = messages.SUCCESS
    ) -> HttpResponseRedirect:
        """Go on to a page that says what was done; `undo` is an address that a POST to takes it back."""
        messages.add_message(self.request, level, message, extra_tags=f"{UNDO_TAG}{undo}" if undo else "")
        return HttpResponseRedirect(to)


class SitePageView(PageView):
    """A page of one site: its address carries `site_id`."""

    site: Site

    def begin(self, **kwargs: Any) -> None:
        """The site of the address; raises NotFound."""
        site_id: UUID = kwargs["site_id"]
        self.site = site_get(site_id)


class ActionMixin:
    """A POST that does one thing and goes back; what is refused is said on the page that it came from."""

    back_to: ClassVar[str] = ""  # the route to go to when the form names no place of ours

    def refused(self: Any, request: HttpRequest, error: DomainError) -> HttpResponseBase:
        """Back to where the button was, with the reason; a missing row and a missing session are pages."""
        if error.kind in (ErrorKind.UNAUTHENTICATED, ErrorKind.NOT_FOUND) or not hasattr(self, "principal"):
            answer: HttpResponseBase = super().refused(request, error)  # type: ignore[misc]  # a PageView follows
            return answer
        messages.add_message(request, messages.ERROR, error.message)
        return HttpResponseRedirect(self.back())

    def back(self: Any) -> str:
        """The place that the form came from, else the page of `back_to`."""
        wanted = self.request.POST.get("next", "")
        if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
            return str(wanted)
        names = {"site_id": self.kwargs["site_id"]} if "site_id" in self.kwargs else {}
        return reverse(self.back_to, kwargs=names) if self.back_to else reverse("console:home")


class ActionView(ActionMixin, PageView):
    """An action of the account."""


class SiteActionView(ActionMixin, SitePageView):
    """An action of one site."""


MOST_CHOSEN = 500


class NothingChosen(DomainError):
    """A bulk form came without rows, with something that is no row, or with too many."""

    code = "nothing_chosen"
    message = "Choose some rows first."


def ids_chosen(request: HttpRequest) -> list[UUID]:
    """The rows that a bulk form names, or the one whose own button (`only`) was pressed.

    Raises NothingChosen and NotFound.
    """
    texts = request.POST.getlist("only") or request.POST.getlist("id")
    if not texts:
        raise NothingChosen
    if len(texts) > MOST_CHOSEN:
        raise NothingChosen(f"Choose at most {MOST_CHOSEN} rows.")
    return [id_of(text) for text in texts]


def id_of(text: str) -> UUID:
    """A row's id as a form sends it; raises NotFound for what is none, as for a row that is not there."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who this is, and come back here afterwards; a part of a page asks the browser to load all of it."""
    target = reverse("console:sign_in")
    if request.method in ("GET", "HEAD") and request.path != "/":
        target += f"?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def error_page(request: HttpRequest, error: DomainError, *, status: int | None = None) -> HttpResponse:
    """One sentence, the code and the request id; the status of the error's kind unless another is given."""
    status = status or STATUS_OF[error.kind]
    values = {"error": error, "title": _TITLES.get(error.code) or _TITLES.get(error.kind) or _TITLES[""]}
    response = keep_private(render(request, "console/error.html", values, status=status))
    wait: float | None = getattr(error, "retry_after_seconds", None)
    if wait is not None:
        response["Retry-After"] = str(int(wait) + 1)
    return response


_TITLES: Mapping[ErrorKind | str, Any] = {
    "": gettext_lazy("This did not work"),
    "form_expired": gettext_lazy("This did not work"),
    "plan_inactive": gettext_lazy("This account is closed"),
    ErrorKind.NOT_FOUND: gettext_lazy("Not here"),
    ErrorKind.FORBIDDEN: gettext_lazy("Not for your role"),
    ErrorKind.THROTTLED: gettext_lazy("Slow down"),
    ErrorKind.INSUFFICIENT_CREDITS: gettext_lazy("Not enough credits"),
}


def _zone(request: HttpRequest) -> tzinfo:
    """The zone that the browser says it is in; UTC when it says none that exists."""
    try:
        return ZoneInfo(request.COOKIES.get(ZONE_COOKIE, "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
