"""The staff's site on Django's admin: rows of every account, read only, and actions that go through the recorded door.

A list or row is on record before it is read by the operations role; an action enters the row's account with a reason
and calls one service of a room. Nothing is written any other way: not by a form, not to the admin's own log.
"""

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any, ClassVar, cast
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLResolver, reverse

from igny8_core.api.privacy import keep_private
from igny8_core.auth.credentials import resolve
from igny8_core.auth.models import Account, StaffRole
from igny8_core.auth.principals import CredentialKind, Principal
from igny8_core.auth.staff import STAFF_RULES
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.common.request_id import current_request_id
from igny8_core.tenancy.bypass import bypass, bypass_record, rows_across
from igny8_core.tenancy.context import TenantContext, tenant_transaction

MAX_ACTED = 100  # rows that one action is done to
REASON_LENGTH = 300


def staff_of(request: HttpRequest) -> Principal | None:
    """The member of staff whose browser session this is; None for everybody and everything else."""
    known = vars(request)
    if "staff_principal" not in known:  # resolved once per request
        known["staff_principal"] = _staff_of(request)
    return cast(Principal | None, known["staff_principal"])


def _staff_of(request: HttpRequest) -> Principal | None:
    try:
        principal = resolve(request)
    except DomainError:
        return None
    is_staff = (
        principal is not None and principal.kind is CredentialKind.SESSION and principal.user.is_staff_member
    )
    return principal if is_staff else None


def may_act(request: HttpRequest) -> bool:
    """Whether this member of staff may change what they look at."""
    principal = staff_of(request)
    return principal is not None and STAFF_RULES[StaffRole(principal.user.staff_role)].may_write


def home_of(request: HttpRequest) -> TenantContext:
    """The system account's context of the member of staff."""
    principal = staff_of(request)
    if principal is None:
        raise Http404
    return principal.context(current_request_id.get())


class StaffSite(admin.AdminSite):
    """Staff alone see that it is there; signing in and out is the console's."""

    site_header = site_title = "IGNY8 staff"
    index_title = "Across accounts"
    site_url = None
    index_template = "staff/index.html"
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this is staff."""
        return staff_of(request) is not None

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Let staff in; nobody is asked who they are, and everybody else finds nothing here."""
        inner = super().admin_view(view, cacheable)

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if staff_of(request) is not None:
                return keep_private(cast(HttpResponseBase, inner(request, *args, **kwargs)))
            if request.user.is_authenticated:
                raise Http404
            target = urlencode({"next": request.get_full_path()})
            return keep_private(HttpResponseRedirect(f"{reverse('console:sign_in')}?{target}"))

        return update_wrapper(answer, inner)

    def get_urls(self) -> list[Any]:
        """The front page, and each table's list and row; none of the admin's own ways to sign in or be redirected."""
        kept = ("index", "app_list", "jsi18n")
        return [one for one in super().get_urls() if isinstance(one, URLResolver) or one.name in kept]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The tables, and beside them the lists that wait for somebody."""
        apps = super().get_app_list(request, app_label)
        for entry in (entry for app in apps for entry in list(app["models"])):
            shortcuts = getattr(self._registry[entry["model"]], "shortcuts", {})
            place = next(app["models"] for app in apps if entry in app["models"])
            place += [
                {**entry, "name": name, "admin_url": f"{entry['admin_url']}?{query}"}
                for name, query in shortcuts.items()
            ]
        return apps


staff_site = StaffSite(name="staff")


class ReasonForm(ActionForm):
    """Why an action is done; whoever is in the account reads it in the audit trail."""

    reason = forms.CharField(label="Reason:", max_length=REASON_LENGTH, required=False)


class AmountForm(ReasonForm):
    """A reason, and a number of credits for the action that takes one."""

    credits = forms.IntegerField(label="Credits, with their sign:", required=False)
    # The same form sent twice is one adjustment.
    token = forms.CharField(initial=lambda: uuid4().hex, widget=forms.HiddenInput, required=False, label="")


class StaffModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Rows of every account, to be looked at; `actions` are what staff who may write do to them."""

    action_form = ReasonForm
    list_per_page = 50
    show_full_result_count = False
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    change_form_template = "staff/change_form.html"
    account_field: ClassVar[str] = "account_id"
    shortcuts: ClassVar[Mapping[str, str]] = {}  # lists worth an entry of their own: name to query string

    def get_urls(self) -> list[Any]:
        """The list and the row."""
        kept = ("_changelist", "_change")
        return [one for one in super().get_urls() if str(one.name).endswith(kept)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of every account, through the read-only operations role."""
        return rows_across(self.model).order_by(*self.get_ordering(request))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, on record before it is read."""
        _record(request)
        return super().changelist_view(request, extra_context)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The row, on record before it is read."""
        _record(request)
        return super().changeform_view(request, *args, **kwargs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Staff see every table that is registered."""
        return staff_of(request) is not None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """And every row of it."""
        return staff_of(request) is not None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is made here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed by a form."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here."""
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """What may be done: nothing, for staff who only look."""
        return super().get_actions(request) if may_act(request) else {}

    def act(
        self, request: HttpRequest, rows: QuerySet[Any], what: str, work: Callable[[Any, str], object]
    ) -> None:
        """Do `work(row, reason)` inside each row's account; what is refused is said, and stops no other row."""
        reason = request.POST.get("reason", "").strip()[:REASON_LENGTH]
        chosen = list(rows[: MAX_ACTED + 1])
        if not reason:
            self.message_user(request, "Say why: the account reads it in its audit trail.", messages.ERROR)
            return
        if len(chosen) > MAX_ACTED:
            self.message_user(request, f"Choose at most {MAX_ACTED}.", messages.ERROR)
            return
        done = [row for row in chosen if self._act_once(request, row, what, reason, work)]
        if done:
            self.message_user(request, f"{what}: {len(done)} done.", messages.SUCCESS)

    def _act_once(
        self, request: HttpRequest, row: Any, what: str, reason: str, work: Callable[[Any, str], object]
    ) -> bool:
        account_id: int = getattr(row, self.account_field)
        try:
            if not rows_across(Account).filter(pk=account_id, is_system=False).exists():
                raise NotFound("Staff do not act on staff.")
            detail = {"what": f"{what} {row._meta.label} {row.pk}"}
            with (
                bypass(home_of(request), account_id=account_id, reason=reason, detail=detail),
                tenant_transaction(),
            ):
                work(row, reason)
        except DomainError as error:
            self.message_user(request, f"{row.pk}: {error.message}", messages.ERROR)
            return False
        return True

    def log_addition(self, *args: Any, **kwargs: Any) -> Any:
        """Nothing: services write the audit trail."""

    def log_change(self, *args: Any, **kwargs: Any) -> Any:
        """Nothing: services write the audit trail."""

    def log_deletions(self, *args: Any, **kwargs: Any) -> Any:
        """Nothing: services write the audit trail."""


def _record(request: HttpRequest) -> None:
    what = f"{request.method} {request.get_full_path()}"[:300]
    with tenant_transaction(home_of(request)):
        bypass_record("staff.listed", account_id=None, reason=request.path, detail={"what": what})
