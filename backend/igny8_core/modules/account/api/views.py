"""The account, its people, sites, keys and audit trail; each view parses, calls one service and answers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.authentication import principal_of
from igny8_core.api.base import (
    AccountModelViewSet,
    CreateRows,
    DeleteRows,
    IdentityModelViewSet,
    SiteSectorModelViewSet,
    UpdateRows,
    ViewFrame,
)
from igny8_core.auth import selectors, services
from igny8_core.auth.models import ApiKey, Sector, Site, User
from igny8_core.modules.account.api.filters import AuditFilter, SectorFilter
from igny8_core.modules.account.api.serializers import (
    ApiKeyInput,
    ApiKeySerializer,
    AuditEventSerializer,
    MemberChange,
    MemberInput,
    MemberSerializer,
    NewApiKeySerializer,
    ProfileSerializer,
    SectorSerializer,
    SiteSerializer,
)
from igny8_core.modules.account.constants import KEY_SCOPES
from igny8_core.tenancy.models import AuditEvent


class SiteViewSet(CreateRows, UpdateRows, DeleteRows, AccountModelViewSet):
    """The account's web sites."""

    room, throttle_scope = "account", "content_read"
    model, serializer_class = Site, SiteSerializer
    search_fields, ordering_fields = ("name", "domain"), ("name", "domain", "created_at")
    restore_service = staticmethod(services.site_restore)
    create_service = staticmethod(services.site_create)
    update_service = staticmethod(services.site_update)


class SectorViewSet(CreateRows, DeleteRows, SiteSectorModelViewSet):
    """The lines of business of the account's sites."""

    room, throttle_scope = "account", "content_read"
    model, serializer_class, filterset_class = Sector, SectorSerializer, SectorFilter
    search_fields, ordering_fields = ("name",), ("name", "created_at")
    create_service = staticmethod(services.sector_create)


class ProfileView(ViewFrame):
    """The account itself."""

    room, throttle_scope = "account", "content_read"
    operations: ClassVar[Mapping[str, str]] = {"GET": "profile", "PATCH": "profile_change"}

    @extend_schema(summary="Show the account", responses={200: ProfileSerializer})
    def get(self, request: Request) -> Response:
        """The account with its plan."""
        return Response(ProfileSerializer(selectors.account_get()).data)

    @extend_schema(
        summary="Change the account",
        request=ProfileSerializer,
        responses={200: ProfileSerializer},
    )
    def patch(self, request: Request) -> Response:
        """Change name or retention; what billing owns is read-only here."""
        account = selectors.account_get()
        body = ProfileSerializer(account, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return Response(ProfileSerializer(services.account_update(account.pk, **body.validated_data)).data)


class MemberViewSet(IdentityModelViewSet):
    """The people of the account."""

    room, throttle_scope = "account", "content_read"
    model, serializer_class = User, MemberSerializer
    search_fields, ordering_fields = ("email", "name"), ("email", "created_at")

    @extend_schema(summary="Add a member", request=MemberInput, responses={201: MemberSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a person with a first password."""
        body = MemberInput(data=request.data)
        body.is_valid(raise_exception=True)
        user = services.user_create(**body.validated_data)
        return Response(MemberSerializer(user).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Change a member", request=MemberChange, responses={200: MemberSerializer})
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a person's name, role, sites or active state; whatever they hold stops at once."""
        body = MemberChange(data=request.data)
        body.is_valid(raise_exception=True)
        fields = dict(body.validated_data)
        user = services.member_change(
            self.get_object(), by=principal_of(request).user, site_ids=fields.pop("site_ids", None), **fields
        )
        return Response(MemberSerializer(user).data)


class ApiKeyViewSet(IdentityModelViewSet):
    """The account's API keys."""

    room, throttle_scope = "account", "content_read"
    secret_fields = ("secret",)
    model, serializer_class = ApiKey, ApiKeySerializer
    search_fields: ClassVar[tuple[str, ...]] = ("name",)

    @extend_schema(summary="Make an API key", request=ApiKeyInput, responses={201: NewApiKeySerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a key; its secret is in this answer and nowhere else."""
        body = ApiKeyInput(data=request.data)
        body.is_valid(raise_exception=True)
        principal = principal_of(request)
        made = services.api_key_create(user=principal.user, allowed_scopes=KEY_SCOPES, **body.validated_data)
        data = {**ApiKeySerializer(made.key).data, "secret": made.secret}
        return Response(data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Revoke an API key", request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Stop a key at once."""
        services.api_key_revoke(self.get_object().pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AuditEventViewSet(AccountModelViewSet):
    """The account's audit trail, newest first; nobody can change it."""

    room, throttle_scope = "account", "content_read"
    model, serializer_class, filterset_class = AuditEvent, AuditEventSerializer, AuditFilter
    search_fields: ClassVar[tuple[str, ...]] = ("action",)
