"""The caller's own sign-ins and second factor; each view parses, calls one service and answers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.authentication import principal_of
from igny8_core.api.base import IdentityModelViewSet
from igny8_core.auth import selectors
from igny8_core.auth import services as identity
from igny8_core.auth.addresses import client_address
from igny8_core.auth.models import RefreshSession, User
from igny8_core.modules.auth.api.serializers import (
    CodeInput,
    ProofInput,
    RecoveryCodesOutput,
    SecondFactorOfferOutput,
    SecondFactorState,
    SessionSerializer,
)
from igny8_core.modules.auth.api.views import OwnView


class ProvenView(OwnView):
    """A view that asks for password and code once more."""

    def proven(self, request: Request) -> User:
        """The caller, proven anew; raises as `person_prove` does."""
        fields = self.valid_data(ProofInput(data=request.data))
        email = principal_of(request).user.email
        return identity.person_prove(email=email, **fields, address=client_address(request.META))


@extend_schema_view(
    list=extend_schema(
        summary="List my sign-ins",
        description="Those that are still good, newest first, browsers in the console included.",
    ),
    retrieve=extend_schema(summary="Show a sign-in of mine", description="One sign-in on one device."),
)
class SessionViewSet(IdentityModelViewSet):
    """The caller's sign-ins."""

    room, throttle_scope = "auth", "auth"
    model, serializer_class = RefreshSession, SessionSerializer

    def narrow_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The caller's own, and those that are still good."""
        return selectors.sessions_alive(queryset, user_id=principal_of(self.request).user.pk)

    @extend_schema(
        summary="End a sign-in of mine", description="Its tokens, or the browser's session, stop at once."
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End one sign-in."""
        identity.session_end(self.get_object().pk, user=principal_of(request).user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SecondFactorView(ProvenView):
    """The caller's second factor."""

    secret_fields = ("secret", "address")
    operations: ClassVar[Mapping[str, str]] = {"GET": "second_factor", "POST": "second_factor_begin"}

    @extend_schema(
        summary="Show my second factor",
        description="Whether signing in needs a code.",
        responses={200: SecondFactorState},
    )
    def get(self, request: Request) -> Response:
        """Show the state."""
        state = selectors.second_factor_state(principal_of(request).user)
        return Response(SecondFactorState(state).data)

    @extend_schema(
        summary="Begin a second factor",
        description="Gives the secret for an authenticator application, once; it counts after a first right code.",
        request=ProofInput,
        responses={201: SecondFactorOfferOutput},
    )
    def post(self, request: Request) -> Response:
        """Make a secret."""
        offer = identity.second_factor_begin(self.proven(request))
        return Response(SecondFactorOfferOutput(offer).data, status=status.HTTP_201_CREATED)


class SecondFactorConfirmView(OwnView):
    """The first code of a new authenticator."""

    throttle_scope = "auth_strict"
    secret_fields = ("recovery_codes",)
    operations: ClassVar[Mapping[str, str]] = {"POST": "second_factor_confirm"}

    @extend_schema(
        summary="Switch my second factor on",
        description="A first right code; gives the recovery codes, once.",
        request=CodeInput,
        responses={200: RecoveryCodesOutput},
    )
    def post(self, request: Request) -> Response:
        """Confirm by a first code."""
        code = self.valid_data(CodeInput(data=request.data))["code"]
        codes = identity.second_factor_confirm(principal_of(request).user, code)
        return Response({"recovery_codes": codes})


class RecoveryCodesView(ProvenView):
    """New recovery codes."""

    throttle_scope = "auth_strict"
    secret_fields = ("recovery_codes",)
    operations: ClassVar[Mapping[str, str]] = {"POST": "second_factor_recovery_codes"}

    @extend_schema(
        summary="Renew my recovery codes",
        description="The former ones stop working.",
        request=ProofInput,
        responses={200: RecoveryCodesOutput},
    )
    def post(self, request: Request) -> Response:
        """Replace the recovery codes."""
        return Response({"recovery_codes": identity.second_factor_recovery_codes(self.proven(request))})


class SecondFactorEndView(ProvenView):
    """The end of the second factor."""

    throttle_scope = "auth_strict"
    operations: ClassVar[Mapping[str, str]] = {"POST": "second_factor_end"}

    @extend_schema(
        summary="Switch my second factor off",
        description="Needs password and code once more.",
        request=ProofInput,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """End it."""
        identity.second_factor_end(self.proven(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
