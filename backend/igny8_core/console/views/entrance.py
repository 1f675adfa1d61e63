"""Signing in, up and out, and the pages behind mailed links; nothing here has a tenant before it is proven."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as session_login
from django.contrib.auth import logout as session_logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from igny8_core.api.errors import STATUS_OF
from igny8_core.api.privacy import keep_private
from igny8_core.auth import services as identity
from igny8_core.auth.addresses import client_address
from igny8_core.auth.credentials import SESSION_ROW
from igny8_core.auth.errors import SecondFactorRequired
from igny8_core.auth.models import RefreshSession, User
from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.common.text import storable
from igny8_core.console import forms
from igny8_core.console.base import PageView
from igny8_core.modules.auth import services as registration
from igny8_core.tenancy.redis import count_in_window

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

TRIES_PER_MINUTE = 20


class TooManyTries(DomainError):
    """An address fills in the entrance's forms too often."""

    kind = ErrorKind.THROTTLED
    code = "throttled"
    message = "Too many attempts came from this address; wait a minute."
    retry_after_seconds = 60


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class EntranceView(View):
    """A form that proves who somebody is; a refusal stands in the form."""

    form_class: ClassVar[type[forms.ConsoleForm]]
    template: ClassVar[str] = "entrance.html"
    title: ClassVar[StrPromise]
    button: ClassVar[StrPromise]
    intro: ClassVar[StrPromise | str] = ""
    links: ClassVar[tuple[tuple[StrPromise, str], ...]] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer privately: tokens stand in addresses here."""
        return keep_private(super().dispatch(request, *args, **kwargs))

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form; a mailed link brings its token."""
        if request.user.is_authenticated and "token" not in request.GET:
            return HttpResponseRedirect(reverse("console:home"))
        return self.show(self.form_class(initial={"token": request.GET.get("token", "")}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Try it."""
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.show(form, status=400)
        try:
            _count_try(request)
            return self.succeed(form.cleaned_data)
        except DomainError as error:
            return self.refuse(form, error)

    def refuse(self, form: forms.ConsoleForm, error: DomainError) -> HttpResponse:
        """The form again, with the reason."""
        form.refuse(error)
        return self.show(form, status=STATUS_OF[error.kind])

    def succeed(self, data: dict[str, Any]) -> HttpResponse:
        """Do it; raises DomainError."""
        raise NotImplementedError

    def show(self, form: forms.ConsoleForm, *, status: int = 200) -> HttpResponse:
        """The page."""
        values = {
            "form": form,
            "title": self.title,
            "button": self.button,
            "intro": self.intro,
            "links": [(text, reverse(name)) for text, name in self.links if _is_open(name)],
            "next": self.request.GET.get("next", ""),
        }
        return render(self.request, f"console/{self.template}", values, status=status)

    def begin(self, user: User) -> HttpResponse:
        """Begin a session and go where the person wanted to."""
        agent = storable(self.request.headers.get("User-Agent", ""))
        identity.console_session_begin(user, self._start, user_agent=agent)
        wanted = self.request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
        return HttpResponseRedirect(wanted if wanted and is_ours else reverse("console:home"))

    def _start(self, user: User, session: RefreshSession) -> None:
        session_login(self.request, user)
        self.request.session[SESSION_ROW] = str(session.pk)
        self.request.session.set_expiry(session.expires_at)

    def told(self, title: str, text: str) -> HttpResponse:
        """A page that says what happens next."""
        return render(self.request, "console/told.html", {"title": title, "text": text})


class SignInView(EntranceView):
    """Sign in."""

    form_class = forms.SignInForm
    title, button = gettext_lazy("Sign in"), gettext_lazy("Sign in")
    links = (
        (gettext_lazy("Forgot your password?"), "console:password"),
        (gettext_lazy("Make an account"), "console:sign_up"),
    )

    def succeed(self, data: dict[str, Any]) -> HttpResponse:
        """Prove it and begin a session."""
        return self.begin(identity.person_admit(**data, address=client_address(self.request.META)))

    def refuse(self, form: forms.ConsoleForm, error: DomainError) -> HttpResponse:
        """A missing code is asked for, in the form's own words."""
        if isinstance(error, SecondFactorRequired):
            form.add_error("code", _("Your sign-in needs the code of your authenticator, too."))
            return self.show(form, status=401)
        return super().refuse(form, error)


class SignUpView(EntranceView):
    """Ask for an account."""

    form_class = forms.SignUpForm
    title, button = gettext_lazy("Make an account"), gettext_lazy("Send the confirmation")
    intro = gettext_lazy("We mail you a link; the account is made when you open it and choose a password.")
    links = ((gettext_lazy("I have an account"), "console:sign_in"),)

    def succeed(self, data: dict[str, Any]) -> HttpResponse:
        """Mail the link."""
        registration.registration_request(**data)
        text = _("We sent a link to %(email)s. It works once, for 24 hours.") % {"email": data["email"]}
        return self.told(_("Look into your mail"), text)


class SignUpConfirmView(EntranceView):
    """Make the account."""

    form_class = forms.NewPasswordForm
    title, button = gettext_lazy("Choose a password"), gettext_lazy("Make the account")

    def succeed(self, data: dict[str, Any]) -> HttpResponse:
        """Make it and sign its owner in."""
        return self.begin(registration.registration_confirm(data["token"], password=data["password"]))


class PasswordView(EntranceView):
    """Ask for a new password."""

    form_class = forms.AddressForm
    title, button = gettext_lazy("Set a new password"), gettext_lazy("Send the link")
    intro = gettext_lazy("We mail you a link to set a new password.")
    links = ((gettext_lazy("Back to sign in"), "console:sign_in"),)

    def succeed(self, data: dict[str, Any]) -> HttpResponse:
        """Mail the link, if anybody has the address; the page never tells."""
        identity.password_reset_request(data["email"])
        text = _("If an account uses %(email)s, a link is on its way. It works once, for one hour.")
        return self.told(_("Look into your mail"), text % {"email": data["email"]})


class PasswordConfirmView(EntranceView):
    """Set a new password."""

    form_class = forms.NewPasswordForm
    title, button = gettext_lazy("Set a new password"), gettext_lazy("Set the password")

    def succeed(self, data: dict[str, Any]) -> HttpResponse:
        """Replace it; every session made with the old one has ended."""
        identity.password_reset(data["token"], password=data["password"])
        messages.success(self.request, _("The new password is set. Sign in with it."))
        return HttpResponseRedirect(reverse("console:sign_in"))


class JoinView(EntranceView):
    """Take up an invitation."""

    form_class = forms.JoinForm
    title, button = gettext_lazy("Join your team"), gettext_lazy("Join")

    def succeed(self, data: dict[str, Any]) -> HttpResponse:
        """Make the person and sign them in."""
        return self.begin(registration.invitation_take_up(**data))


class SignOutView(PageView):
    """End this session."""

    room = "auth"
    operations: ClassVar[dict[str, str]] = {"POST": "logout"}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Forget the session, and that it was one of the person's."""
        if self.principal.session_id is not None:
            identity.logout(self.principal.session_id, user_id=self.principal.user.pk)
        session_logout(request)
        return HttpResponseRedirect(reverse("console:sign_in"))


def _is_open(route: str) -> bool:
    """Whether a page of the entrance leads anywhere: where the host makes the accounts, nobody signs up."""
    return route != "console:sign_up" or settings.REGISTRATION_OPEN


def _count_try(request: HttpRequest) -> None:
    key = f"igny8:entrance:{client_address(request.META)}"
    if (count_in_window(key, seconds=60) or 0) > TRIES_PER_MINUTE:
        raise TooManyTries
