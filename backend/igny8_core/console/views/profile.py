"""One's own name, password, second factor and sign-ins."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth import logout as session_logout
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters

from igny8_core.auth import services
from igny8_core.auth.addresses import client_address
from igny8_core.auth.errors import SecondFactorWrong
from igny8_core.auth.models import SessionKind, User
from igny8_core.auth.selectors import second_factor_state, session_list
from igny8_core.common.errors import DomainError
from igny8_core.console.base import ActionView, PageView, ids_chosen
from igny8_core.console.forms import ConsoleForm
from igny8_core.console.forms_profile import CodeForm, NameForm, PasswordForm, ProofForm
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.tenancy.context import tenant_transaction

# The parts of the area: key, title, route.
_TABS = (
    ("profile", gettext_lazy("Profile"), "profile"),
    ("security", gettext_lazy("Password and second factor"), "security"),
    ("sessions", gettext_lazy("Sign-ins"), "sessions"),
)


class ProfilePageView(PageView):
    """A part of the area under its tab."""

    room, section = "auth", "profile"
    tab: ClassVar[str] = ""

    def shown(self, template: str, values: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """The page under its tab."""
        tabs = [
            {"title": title, "url": reverse(f"console:{route}"), "is_current": key == self.tab}
            for key, title, route in _TABS
        ]
        return self.page(f"profile/{template}.html", {"tabs": tabs, **values}, status=status)


class ProfileView(ProfilePageView):
    """Who one is here."""

    tab = "profile"
    operations: ClassVar[Mapping[str, str]] = {"GET": "me", "POST": "me_change"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        return self.shown("profile", {"form": NameForm(initial={"name": self.principal.user.name})})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change one's name."""
        form = NameForm(request.POST)
        if not form.is_valid():
            return self.shown("profile", {"form": form}, status=400)
        services.user_update(self.principal.user, name=form.cleaned_data["name"])
        return self.done(_("Your name is saved."), request.path)


class SecurityPageView(ProfilePageView):
    """The page of password and second factor around forms, one of them as it was sent."""

    tab = "security"

    def show(self, *, status: int = 200, **forms: ConsoleForm) -> HttpResponse:
        """The page; a form that was not sent is an empty one."""
        state = second_factor_state(self.principal.user)
        values = {
            "state": state,
            "password_form": PasswordForm(has_code=state.is_on, prefix="password"),
            "proof_form": ProofForm(has_code=state.is_on),
            **forms,
        }
        return self.shown("security", values, status=status)

    def proof(self) -> ProofForm:
        """The form that proves the person, as it was sent."""
        has_code = second_factor_state(self.principal.user).is_on
        return ProofForm(self.request.POST, has_code=has_code)

    def proven(self, form: ProofForm) -> User:
        """The person, proven once more; raises as `person_prove` does."""
        return services.person_prove(
            email=self.principal.user.email,
            password=form.cleaned_data["password"],
            code=form.cleaned_data.get("code", ""),
            address=client_address(self.request.META),
        )


class SecurityView(SecurityPageView):
    """How one proves who one is."""

    operations: ClassVar[Mapping[str, str]] = {"GET": "second_factor"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        return self.show()


@method_decorator(sensitive_post_parameters(), name="post")
class PasswordChangeView(SecurityPageView):
    """Another password."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "password_change"}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Replace it; every sign-in ends, this one too."""
        has_code = second_factor_state(self.principal.user).is_on
        form = PasswordForm(request.POST, has_code=has_code, prefix="password")
        if not form.is_valid():
            return self.show(password_form=form, status=400)
        try:
            with tenant_transaction():
                services.password_change(
                    self.principal.user,
                    old_password=form.cleaned_data["password"],
                    new_password=form.cleaned_data["new_password"],
                    code=form.cleaned_data.get("code", ""),
                    address=client_address(request.META),
                )
        except DomainError as error:
            form.refuse(error)
            return self.show(password_form=form, status=400)
        session_logout(request)
        messages.success(request, _("The new password is set. Sign in with it."))
        return HttpResponseRedirect(reverse("console:sign_in"))


@method_decorator(sensitive_post_parameters(), name="post")
class ProvenView(SecurityPageView):
    """Does one thing for a person who proves themselves once more."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Prove and do it; a refusal stands in the form."""
        form = self.proof()
        if not form.is_valid():
            return self.show(proof_form=form, status=400)
        try:
            with tenant_transaction():
                return self.do(self.proven(form))
        except DomainError as error:
            form.refuse(error)
            return self.show(proof_form=form, status=400)

    def do(self, user: User) -> HttpResponse:
        """The thing itself; raises DomainError."""
        raise NotImplementedError


class SecondFactorBeginView(ProvenView):
    """A new authenticator."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "second_factor_begin"}

    def do(self, user: User) -> HttpResponse:
        """Show its secret, this once."""
        offer = services.second_factor_begin(user)
        secret = " ".join(offer.secret[start : start + 4] for start in range(0, len(offer.secret), 4))
        values = {"offer": offer, "secret": secret, "form": CodeForm()}
        return self.shown("authenticator", values, status=201)


@method_decorator(sensitive_post_parameters(), name="post")
class SecondFactorConfirmView(SecurityPageView):
    """The first code of a new authenticator."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "second_factor_confirm"}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Switch it on, and show the recovery codes, this once."""
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self.shown("authenticator", {"form": form}, status=400)
        try:
            with tenant_transaction():
                codes = services.second_factor_confirm(self.principal.user, form.cleaned_data["code"])
        except SecondFactorWrong:
            form.add_error("code", _("This is not the code that it shows now. Wait for the next one."))
            return self.shown("authenticator", {"form": form}, status=400)
        except DomainError as error:
            return self.done(error.message, reverse("console:security"), level=messages.ERROR)
        return self.shown("codes", {"codes": codes, "is_new": True})


class RecoveryCodesView(ProvenView):
    """Other recovery codes."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "second_factor_recovery_codes"}

    def do(self, user: User) -> HttpResponse:
        """Show them, this once; the former ones stop working."""
        return self.shown("codes", {"codes": services.second_factor_recovery_codes(user)})


class SecondFactorEndView(ProvenView):
    """No second factor any more."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "second_factor_end"}

    def do(self, user: User) -> HttpResponse:
        """Switch it off."""
        services.second_factor_end(user)
        return self.done(_("Signing in needs no code any more."), reverse("console:security"))


class SessionFilterForm(FilterForm):
    """Sign-ins by where, and by what the device says it is."""

    kind = choice(gettext_lazy("Anywhere"), SessionKind.choices)


class SessionsView(ProfilePageView):
    """Where one is signed in."""

    tab = "sessions"
    operations: ClassVar[Mapping[str, str]] = {"GET": "session_list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page, the newest first."""
        filters = SessionFilterForm.of(request)
        page = session_list(self.principal.user.pk, number=page_number(request), **filters.values())
        values = {"filters": filters, "page": page, "current_id": self.principal.session_id}
        return self.shown("sessions", values)


class SessionsEndView(ActionView):
    """End some of one's sign-ins."""

    room, back_to = "auth", "console:sessions"
    operations: ClassVar[Mapping[str, str]] = {"POST": "session_destroy"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "refreshsession"}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """End the chosen ones, all or none."""
        n = services.sessions_end(ids_chosen(request), user=self.principal.user)
        text = ngettext("%(n)s sign-in has ended.", "%(n)s sign-ins have ended.", n)
        return self.done(text % {"n": n}, self.back())


class SessionsEndOthersView(ActionView):
    """End every sign-in of one's own but this."""

    room, back_to = "auth", "console:sessions"
    operations: ClassVar[Mapping[str, str]] = {"POST": "logout_everywhere"}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """End them, and keep this browser signed in."""
        user = services.sessions_end_others(self.principal.user, keep=self.principal.session_id)
        update_session_auth_hash(request, user)
        return self.done(_("You are signed in here alone. API keys go on."), self.back())
