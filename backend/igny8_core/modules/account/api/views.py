"""The account, its people, sites, keys and audit trail; each view parses, calls one service and answers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
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
    require_version,
)
from igny8_core.api.filters import narrow
from igny8_core.api.operations import KEY_SCOPES
from igny8_core.auth import selectors, services
from igny8_core.auth.addresses import client_address
from igny8_core.auth.models import ApiKey, Invitation, Sector, Site, User
from igny8_core.common.request_id import current_request_id
from igny8_core.modules.account import selectors as account
from igny8_core.modules.account.api.filters import AuditFilter, SectorFilter
from igny8_core.modules.account.api.serializers import (
    ApiKeyInput,
    ApiKeySerializer,
    AuditEventSerializer,
    InvitationInput,
    InvitationSerializer,
    MemberChange,
    MemberSerializer,
    NewApiKeySerializer,
    ProfileSerializer,
    SectorSerializer,
    SiteSerializer,
    TransferInput,
    UsageSerializer,
)
from igny8_core.modules.account.exports import audit_csv
from igny8_core.tenancy.models import AuditEvent


@extend_schema_view(
    list=extend_schema(summary="List sites", description="Newest first; those that the caller may see."),
    retrieve=extend_schema(summary="Show a site", description="With its ETag."),
    create=extend_schema(
        summary="Add a site",
        description="A domain stands in an account once (409); the plan limits how many sites there are (403).",
    ),
    update=extend_schema(summary="Change a site", description="Name, domain and language."),
    partial_update=extend_schema(
        summary="Change parts of a site", description="What is not sent stays as it is."
    ),
    destroy=extend_schema(
        summary="Delete a site", description="Softly, with everything that it has; its keys stop at once."
    ),
)
class SiteViewSet(CreateRows, UpdateRows, DeleteRows, AccountModelViewSet):
    """The account's web sites."""

    room, throttle_scope = "account", "content_read"
    model, serializer_class = Site, SiteSerializer
    search_fields, ordering_fields = ("name", "domain"), ("name", "domain", "created_at")
    delete_service = staticmethod(services.site_delete)
    restore_service = staticmethod(services.site_restore)
    create_service = staticmethod(services.site_create)
    update_service = staticmethod(services.site_update)

    @extend_schema(
        summary="Restore a site",
        description="With what was deleted with it, inside the account's retention window.",
        responses=SiteSerializer,
    )
    def restore(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Bring a deleted site back."""
        return super().restore(request, *args, **kwargs)


@extend_schema_view(
    list=extend_schema(summary="List sectors", description="Newest first; narrow by `site`."),
    retrieve=extend_schema(summary="Show a sector", description="With its ETag."),
    create=extend_schema(summary="Add a sector", description="A name stands in a site once (409)."),
    destroy=extend_schema(summary="Delete a sector", description="Softly; it can be restored for a while."),
)
class SectorViewSet(CreateRows, DeleteRows, SiteSectorModelViewSet):
    """The lines of business of the account's sites."""

    room, throttle_scope = "account", "content_read"
    model, serializer_class, filterset_class = Sector, SectorSerializer, SectorFilter
    search_fields, ordering_fields = ("name",), ("name", "created_at")
    create_service = staticmethod(services.sector_create)

    @extend_schema(
        summary="Restore a sector",
        description="Inside the account's retention window.",
        responses=SectorSerializer,
    )
    def restore(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Bring a deleted sector back."""
        return super().restore(request, *args, **kwargs)


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
        row = selectors.account_get()
        fields = self.valid_data(ProfileSerializer(row, data=request.data, partial=True))
        return Response(ProfileSerializer(services.account_update(row.pk, **fields)).data)


class UsageView(ViewFrame):
    """The account's use of its plan."""

    room, throttle_scope = "account", "content_read"
    operations: ClassVar[Mapping[str, str]] = {"GET": "usage"}

    @extend_schema(
        summary="Show the usage",
        description="Sites, active people, keywords and the credits spent this month (UTC), each beside its limit.",
        responses={200: UsageSerializer},
    )
    def get(self, request: Request) -> Response:
        """The usage now."""
        return Response(UsageSerializer(account.usage_get()).data)


@extend_schema_view(
    list=extend_schema(summary="List members", description="The account's people, inactive ones included."),
    retrieve=extend_schema(
        summary="Show a member", description="One person with role and the sites that they see."
    ),
)
class MemberViewSet(IdentityModelViewSet):
    """The people of the account."""

    room, throttle_scope = "account", "content_read"
    model, serializer_class = User, MemberSerializer
    search_fields, ordering_fields = ("email", "name"), ("email", "created_at")

    def narrow_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Whoever was removed is no member."""
        return account.members_with_sites(queryset)

    @extend_schema(summary="Change a member", request=MemberChange, responses={200: MemberSerializer})
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a person's name, role, sites or active state; whatever they hold stops at once."""
        fields = dict(self.valid_data(MemberChange(data=request.data)))
        services.member_change(
            self.get_object(), by=principal_of(request).user, site_ids=fields.pop("site_ids", None), **fields
        )
        return Response(MemberSerializer(self.get_object()).data)

    @extend_schema(
        summary="Remove a member",
        description="For good: sign-ins and keys stop, the address is free again. What they did keeps its author.",
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a person out of the account."""
        services.member_remove(self.get_object(), by=principal_of(request).user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    list=extend_schema(summary="List invitations", description="Newest first, taken up ones included."),
    retrieve=extend_schema(summary="Show an invitation", description="One invitation and its state."),
)
class InvitationViewSet(AccountModelViewSet):
    """Who may join the account."""

    room, throttle_scope = "account", "content_read"
    model, serializer_class = Invitation, InvitationSerializer
    search_fields, ordering_fields = ("email",), ("email", "created_at", "expires_at")

    @extend_schema(
        summary="Invite somebody",
        description="Mails a code that is good for 7 days; inviting an address again renews its invitation. The answer "
        "is the same for an address that belongs to somebody: that person's mail tells them.",
        request=InvitationInput,
        responses={202: InvitationSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Invite an address."""
        fields = self.valid_data(InvitationInput(data=request.data))
        row = services.invitation_create(by=principal_of(request).user, **fields)
        return self.answer(row, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Send an invitation again",
        description="Its 7 days begin anew.",
        request=None,
        responses={202: InvitationSerializer},
    )
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Mail the code again."""
        return self.answer(services.invitation_resend(self.get_object()), status.HTTP_202_ACCEPTED)

    @extend_schema(summary="Revoke an invitation", description="Its code stops working.")
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take an invitation back."""
        row = self.get_object()
        require_version(request, row)
        services.invitation_revoke(row)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OwnershipView(ViewFrame):
    """Who owns the account."""

    room, throttle_scope = "account", "auth_strict"
    operations: ClassVar[Mapping[str, str]] = {"POST": "ownership_transfer"}

    @extend_schema(
        summary="Hand the account over",
        description="Another active member becomes the owner, the owner an admin; both sign in again. Needs the "
        "owner's password, and with a second factor its code.",
        request=TransferInput,
        responses={200: MemberSerializer},
    )
    def post(self, request: Request) -> Response:
        """Transfer ownership."""
        fields = dict(self.valid_data(TransferInput(data=request.data)))
        heir = selectors.user_get(fields.pop("user_id"))
        owner = services.person_prove(
            email=principal_of(request).user.email, **fields, address=client_address(request.META)
        )
        heir = services.ownership_transfer(heir, by=owner)
        shown = account.members_with_sites(User.objects.filter(pk=heir.pk)).get()
        return Response(MemberSerializer(shown).data)


@extend_schema_view(
    list=extend_schema(
        summary="List API keys",
        description="Newest first, revoked ones included; no secret is in any answer.",
    ),
    retrieve=extend_schema(
        summary="Show an API key", description="Its scopes, when and from where it was used last."
    ),
)
class ApiKeyViewSet(IdentityModelViewSet):
    """The account's API keys."""

    room, throttle_scope = "account", "content_read"
    secret_fields = ("secret",)
    model, serializer_class = ApiKey, ApiKeySerializer
    search_fields: ClassVar[tuple[str, ...]] = ("name",)

    @extend_schema(summary="Make an API key", request=ApiKeyInput, responses={201: NewApiKeySerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a key; its secret is in this answer and nowhere else."""
        fields = self.valid_data(ApiKeyInput(data=request.data))
        principal = principal_of(request)
        made = services.api_key_create(user=principal.user, allowed_scopes=KEY_SCOPES, **fields)
        data = {**ApiKeySerializer(made.key).data, "secret": made.secret}
        return Response(data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Rotate an API key",
        description="A new secret in a key of one's own, shown this once; the old one stops at once.",
        request=None,
        responses={200: NewApiKeySerializer},
    )
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Replace a key's secret."""
        made = services.api_key_rotate(self.get_object().pk, by=principal_of(request).user)
        return Response({**ApiKeySerializer(made.key).data, "secret": made.secret})

    @extend_schema(summary="Revoke an API key", request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Stop a key at once."""
        services.api_key_revoke(self.get_object().pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    list=extend_schema(
        summary="List the audit trail", description="Who did what, newest first; nobody can change it."
    ),
    retrieve=extend_schema(summary="Show an audit event", description="One event with its detail."),
)
class AuditEventViewSet(AccountModelViewSet):
    """The account's audit trail, newest first; nobody can change it."""

    room, throttle_scope = "account", "content_read"
    model, serializer_class, filterset_class = AuditEvent, AuditEventSerializer, AuditFilter
    search_fields: ClassVar[tuple[str, ...]] = ("action",)
    parameters: ClassVar[Mapping[str, frozenset[str]]] = {
        "export": frozenset({*AuditFilter.base_filters, "search"})
    }

    @extend_schema(
        summary="Export the audit trail",
        description="The events that the list's filters leave, oldest first, as CSV; cells that a spreadsheet would "
        "take for formulas begin with an apostrophe. A transfer that breaks off is incomplete: ask again.",
        responses={(200, "text/csv"): OpenApiTypes.STR},
        filters=True,
    )
    @action(detail=False, methods=["get"])
    def export(self, request: Request, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        """Stream every event."""

        def rows() -> QuerySet[Any]:
            return narrow(self.get_queryset(), request, self)

        rows()  # a bad parameter is refused before the first byte
        context = principal_of(request).context(current_request_id.get())
        return StreamingHttpResponse(
            audit_csv(context, rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
        )
