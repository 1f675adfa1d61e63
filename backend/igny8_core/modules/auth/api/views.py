"""Signing in and out; each view parses, calls one service and answers."""

from collections.abc import Mapping
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.tokens import AccessToken

from igny8_core.api.authentication import principal_of
from igny8_core.api.base import ViewFrame
from igny8_core.auth import services
from igny8_core.auth.principals import CredentialKind
from igny8_core.modules.auth.api.serializers import (
    LoginInput,
    PasswordInput,
    RefreshInput,
    TokenOutput,
    UserOutput,
)


class PublicView(ViewFrame):
    """A view that proves who somebody is, and so asks for no credential."""

    room = "auth"
    throttle_scope = "auth_strict"
    authentication_classes = ()
    permission_classes = ()


class LoginView(PublicView):
    """Sign in."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "login"}

    @extend_schema(summary="Sign in", request=LoginInput, responses={200: TokenOutput})
    def post(self, request: Request) -> Response:
        """E-mail and password for a person and two tokens."""
        body = LoginInput(data=request.data)
        body.is_valid(raise_exception=True)
        pair = services.login(**body.validated_data, user_agent=request.headers.get("User-Agent", ""))
        return Response(TokenOutput(pair).data)


class RefreshView(PublicView):
    """Rotate a refresh token."""

    throttle_scope = "auth"
    operations: ClassVar[Mapping[str, str]] = {"POST": "refresh"}

    @extend_schema(
        summary="Rotate tokens",
        request=RefreshInput,
        responses={200: TokenOutput},
    )
    def post(self, request: Request) -> Response:
        """A refresh token for two new tokens; the old one is used up, and using it again ends the sign-in."""
        body = RefreshInput(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(TokenOutput(services.token_refresh(body.validated_data["refresh"])).data)


class OwnView(ViewFrame):
    """A view about the caller alone, open to every role."""

    room = "auth"
    throttle_scope = "auth"


class LogoutView(OwnView):
    """Sign out."""

    operations: ClassVar[Mapping[str, str]] = {"POST": "logout"}

    @extend_schema(summary="Sign out", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End the sign-in that the access token belongs to; other credentials have nothing to end."""
        principal = principal_of(request)
        if principal.kind is CredentialKind.JWT:
            token = AccessToken(request.headers["Authorization"].split()[1])  # type: ignore[arg-type]  # stubs want a Token
            services.logout(token["sid"], user_id=principal.user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(OwnView):
    """The caller."""

    operations: ClassVar[Mapping[str, str]] = {"GET": "me"}

    @extend_schema(summary="Who am I", responses={200: UserOutput})
    def get(self, request: Request) -> Response:
        """The person, role and account that the credential stands for."""
        return Response(UserOutput(principal_of(request).user).data)


class PasswordView(OwnView):
    """The caller's password."""

    throttle_scope = "auth_strict"
    operations: ClassVar[Mapping[str, str]] = {"POST": "password_change"}

    @extend_schema(
        summary="Change my password",
        request=PasswordInput,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Replace the password; every token made with the old one stops at once."""
        body = PasswordInput(data=request.data)
        body.is_valid(raise_exception=True)
        services.password_change(request._request.user, **body.validated_data)  # type: ignore[arg-type]  # never anonymous
        return Response(status=status.HTTP_204_NO_CONTENT)
