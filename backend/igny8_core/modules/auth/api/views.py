"""Signing in and out, registering, passwords; each view parses, calls one service and answers."""

from collections.abc import Mapping
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.authentication import principal_of
from igny8_core.api.base import ViewFrame
from igny8_core.auth import services as identity
from igny8_core.auth.addresses import client_address
from igny8_core.auth.principals import CredentialKind
from igny8_core.common.text import storable
from igny8_core.modules.auth import services
from igny8_core.modules.auth.api.serializers import (
    AcceptanceInput,
    ConfirmationInput,
    LoginInput,
    PasswordInput,
    ProfileInput,
    RefreshInput,
    RegistrationInput,
    ResetInput,
    SentOutput,
    TokenOutput,
    UserOutput,
)


class PublicView(ViewFrame):
    """A view that proves who somebody is, and so asks for no credential."""

    room = "auth"
    throttle_scope = "auth_strict"
    authentication_classes = ()
    permission_classes = ()


class OwnView(ViewFrame):
    """A view about the caller alone, open to every role."""

    room = "auth"
    throttle_scope = "auth"


def _agent(request: Request) -> str:
    return storable(request.headers.get("User-Agent", ""))


class LoginView(PublicView):
    """Sign in."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "login"}

    @extend_schema(
        summary="Sign in",
        description="E-mail and password for a person and two tokens. With a second factor the code is needed too: "
        "without it the answer is 401 `second_factor_required`. Too many wrong attempts are 429 `locked_out`.",
        request=LoginInput,
        responses={200: TokenOutput},
    )
    def post(self, request: Request) -> Response:
        """Sign in."""
        pair = identity.login(
            **self.valid_data(LoginInput(data=request.data)),
            address=client_address(request.META),
            user_agent=_agent(request),
        )
        return Response(TokenOutput(pair).data)


class RefreshView(PublicView):
    """Rotate a refresh token."""

    throttle_scope = "auth"
    operations: ClassVar[Mapping[str, str]] = {"POST": "refresh"}

    @extend_schema(
        summary="Rotate tokens",
        description="A refresh token for two new tokens; the old one is used up, and using it again ends the sign-in.",
        request=RefreshInput,
        responses={200: TokenOutput},
    )
    def post(self, request: Request) -> Response:
        """Rotate."""
        pair = identity.token_refresh(self.valid_data(RefreshInput(data=request.data))["refresh"])
        return Response(TokenOutput(pair).data)


class RegisterView(PublicView):
    """Ask for an account."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "register"}

    @extend_schema(
        summary="Register",
        description="Mails a code to the address; the account is made when the code comes back with a password. The "
        "answer is the same for an address that has an account.",
        request=RegistrationInput,
        responses={202: SentOutput},
    )
    def post(self, request: Request) -> Response:
        """Mail a confirmation."""
        body = self.valid_data(RegistrationInput(data=request.data))
        services.registration_request(**body)
        return Response({"sent_to": body["email"]}, status=status.HTTP_202_ACCEPTED)


class RegisterConfirmView(PublicView):
    """Make the account."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "register_confirm"}

    @extend_schema(
        summary="Confirm a registration",
        description="The code of the mail and a password: makes the account with its trial credits and signs the owner "
        "in. A code works once.",
        request=ConfirmationInput,
        responses={201: TokenOutput},
    )
    def post(self, request: Request) -> Response:
        """Make account and owner."""
        owner = services.registration_confirm(**self.valid_data(ConfirmationInput(data=request.data)))
        pair = identity.session_begin(owner, user_agent=_agent(request))
        return Response(TokenOutput(pair).data, status=status.HTTP_201_CREATED)


class PasswordResetView(PublicView):
    """Ask for a new password."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "password_reset"}

    @extend_schema(
        summary="Ask for a password reset",
        description="Mails a code to the address if somebody has it; the answer is the same if nobody does.",
        request=ResetInput,
        responses={202: SentOutput},
    )
    def post(self, request: Request) -> Response:
        """Mail a reset code."""
        email = self.valid_data(ResetInput(data=request.data))["email"]
        identity.password_reset_request(email)
        return Response({"sent_to": email}, status=status.HTTP_202_ACCEPTED)


class PasswordResetConfirmView(PublicView):
    """Set a new password."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "password_reset_confirm"}

    @extend_schema(
        summary="Set a new password",
        description="The code of the mail and the new password. Ends every sign-in, and a lock-out.",
        request=ConfirmationInput,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Replace a forgotten password."""
        identity.password_reset(**self.valid_data(ConfirmationInput(data=request.data)))
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationAcceptView(PublicView):
    """Join an account."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "invitation_accept"}

    @extend_schema(
        summary="Take up an invitation",
        description="The code of the mail, a name and a password: makes the person and signs them in.",
        request=AcceptanceInput,
        responses={201: TokenOutput},
    )
    def post(self, request: Request) -> Response:
        """Join the account that invites."""
        user = services.invitation_take_up(**self.valid_data(AcceptanceInput(data=request.data)))
        pair = identity.session_begin(user, user_agent=_agent(request))
        return Response(TokenOutput(pair).data, status=status.HTTP_201_CREATED)


class LogoutView(OwnView):
    """Sign out."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "logout"}

    @extend_schema(
        summary="Sign out",
        description="Ends the sign-in that the access token belongs to; other credentials have nothing to end.",
        request=None,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """End this sign-in."""
        principal = principal_of(request)
        if principal.kind is CredentialKind.JWT and principal.session_id is not None:
            identity.logout(principal.session_id, user_id=principal.user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutEverywhereView(OwnView):
    """Sign out on every device."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "logout_everywhere"}

    @extend_schema(
        summary="Sign out everywhere",
        description="Ends every sign-in of the caller, this one and the console's included. API keys go on.",
        request=None,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """End every sign-in."""
        identity.logout_everywhere(principal_of(request).user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(OwnView):
    """The caller."""

    operations: ClassVar[Mapping[str, str]] = {"GET": "me", "PATCH": "me_change"}

    @extend_schema(
        summary="Who am I",
        description="The person, role and account that the credential stands for.",
        responses={200: UserOutput},
    )
    def get(self, request: Request) -> Response:
        """Show the caller."""
        return Response(UserOutput(principal_of(request).user).data)

    @extend_schema(
        summary="Change my name",
        description="Sign-ins go on.",
        request=ProfileInput,
        responses={200: UserOutput},
    )
    def patch(self, request: Request) -> Response:
        """Change the caller's name."""
        user = identity.user_update(
            principal_of(request).user, **self.valid_data(ProfileInput(data=request.data))
        )
        return Response(UserOutput(user).data)


class PasswordView(OwnView):
    """The caller's password."""

    throttle_scope = "auth_strict"
    operations: ClassVar[Mapping[str, str]] = {"POST": "password_change"}

    @extend_schema(
        summary="Change my password",
        description="Every token and session made with the old password stops at once.",
        request=PasswordInput,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Replace the password."""
        identity.password_change(
            principal_of(request).user,
            **self.valid_data(PasswordInput(data=request.data)),
            address=client_address(request.META),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
