"""Bodies of the account room."""

from typing import Any, ClassVar

from rest_framework import serializers

from igny8_core.api.fields import TenantRelatedField
from igny8_core.api.operations import KEY_SCOPES
from igny8_core.api.serializers import InputSerializer, RowSerializer, StrictFieldsMixin
from igny8_core.auth.models import Account, ApiKey, Invitation, Sector, Site, User
from igny8_core.modules.account.constants import ASSIGNABLE_ROLES
from igny8_core.tenancy.models import AuditEvent


class SiteSerializer(RowSerializer[Site]):
    """A web site that the account works for."""

    class Meta(RowSerializer.Meta):
        model = Site
        fields = ("id", "name", "domain", "language", "version", "created_at", "updated_at")


class SectorSerializer(RowSerializer[Sector]):
    """A line of business of a site."""

    site = TenantRelatedField(Site)

    class Meta(RowSerializer.Meta):
        model = Sector
        fields = ("id", "site", "name", "slug", "version", "created_at", "updated_at")
        read_only_fields = (*RowSerializer.Meta.read_only_fields, "slug")


class ProfileSerializer(StrictFieldsMixin, serializers.ModelSerializer[Account]):
    """The account itself."""

    plan = serializers.SlugRelatedField[Any]("code", read_only=True)

    class Meta:
        model = Account
        fields = (
            "id",
            "name",
            "plan",
            "plan_status",
            "trial_ends_at",
            "grace_until",
            "retention_days",
            "created_at",
        )
        read_only_fields = ("id", "plan_status", "trial_ends_at", "grace_until", "created_at")


class MemberSerializer(serializers.ModelSerializer[User]):
    """A person of the account; the row carries `site_ids`."""

    site_ids = serializers.ListField(
        child=serializers.UUIDField(),
        read_only=True,
        help_text="The only sites that they see, unless `all_sites` is on.",
    )

    class Meta:
        model = User
        fields = (
            "id",
            "email",
            "name",
            "role",
            "is_active",
            "all_sites",
            "site_ids",
            "last_login",
            "created_at",
        )


class InvitationSerializer(RowSerializer[Invitation]):
    """Somebody who may join; whether the address belongs to somebody already is not told."""

    state = serializers.ChoiceField(choices=["open", "expired", "accepted"], read_only=True)

    class Meta(RowSerializer.Meta):
        model = Invitation
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "email",
            "role",
            "all_sites",
            "site_ids",
            "invited_by",
            "state",
            "expires_at",
            "accepted_at",
            "created_at",
        )


class InvitationInput(InputSerializer):
    """Whom to invite, as what, and to which sites; without `site_ids` to all."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=ASSIGNABLE_ROLES)
    site_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_empty=False, max_length=1000
    )


class TransferInput(InputSerializer):
    """Who becomes the owner, and the present owner's proof."""

    user_id = serializers.UUIDField()
    password = serializers.CharField(trim_whitespace=False, max_length=200)
    code = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")


class MemberChange(InputSerializer):
    """What of a person an admin may change."""

    name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    role = serializers.ChoiceField(choices=ASSIGNABLE_ROLES, required=False)
    is_active = serializers.BooleanField(required=False)
    all_sites = serializers.BooleanField(
        required=False, help_text="True opens every site; to limit somebody give `site_ids`."
    )
    site_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=1000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Sites are opened one by one or all at once."""
        if "all_sites" in attrs and (not attrs["all_sites"] or "site_ids" in attrs):
            raise serializers.ValidationError({"all_sites": ["Give true, or `site_ids` alone."]})
        return attrs


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key as it can be seen again: without its secret."""

    site = serializers.UUIDField(source="site_id", read_only=True, allow_null=True)

    class Meta:
        model = ApiKey
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "name",
            "prefix",
            "scopes",
            "site",
            "expires_at",
            "revoked_at",
            "last_used_at",
            "last_used_ip",
            "created_at",
        )


class NewApiKeySerializer(ApiKeySerializer):
    """A new key with its secret, shown this once."""

    secret = serializers.CharField(read_only=True)

    class Meta(ApiKeySerializer.Meta):
        fields = (*ApiKeySerializer.Meta.fields, "secret")


class ApiKeyInput(InputSerializer):
    """A key for a machine."""

    name = serializers.CharField(max_length=120)
    scopes = serializers.MultipleChoiceField(choices=KEY_SCOPES)
    site_id = serializers.UUIDField(required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class AuditEventSerializer(serializers.ModelSerializer[AuditEvent]):
    """One line of the audit trail."""

    class Meta:
        model = AuditEvent
        fields = (
            "id",
            "actor_id",
            "action",
            "object_type",
            "object_id",
            "reason",
            "request_id",
            "detail",
            "created_at",
        )


class UsageLineSerializer(serializers.Serializer[Any]):
    """How much is used of what the plan allows."""

    used = serializers.IntegerField()
    limit = serializers.IntegerField()


class UsageSerializer(serializers.Serializer[Any]):
    """The account's use against its plan."""

    sites = UsageLineSerializer()
    users = UsageLineSerializer()
    keywords = UsageLineSerializer()
    credits = UsageLineSerializer(help_text="Spent since `since`, beside what the plan brings in a month.")
    since = serializers.DateTimeField()
