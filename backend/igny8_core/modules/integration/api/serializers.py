"""Bodies of the integration room; no field of an answer can hold a password."""

from rest_framework import serializers

from igny8_core.api.serializers import InputSerializer, RowSerializer
from igny8_core.modules.integration.constants import MAX_MINIMUM_SCORE, ConnectionStatus, StepState
from igny8_core.modules.integration.models import Destination, DestinationTerm
from igny8_core.modules.integration.selectors import destination_url


class DestinationSerializer(RowSerializer[Destination]):
    """A destination as it can be seen again: without its password."""

    base_url = serializers.SerializerMethodField(help_text="Where its posts are read.")

    class Meta(RowSerializer.Meta):
        model = Destination
        fields = (
            "id",
            "site",
            "platform",
            "name",
            "base_url",
            "username",
            "minimum_score",
            "is_paused",
            "status",
            "last_check",
            "last_checked_at",
            "last_error",
            "posts_read_at",
            "posts_count",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    def get_base_url(self, row: Destination) -> str:
        """The address of a WordPress site, or of the preview site."""
        return destination_url(row)


def _minimum_score() -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=0,
        max_value=MAX_MINIMUM_SCORE,
        allow_null=True,
        required=False,
        help_text="An article that scores less waits for a review; null: none does.",
    )


class WordPressInput(InputSerializer):
    """A WordPress site to publish to, with an application password of one of its users."""

    site = serializers.UUIDField()
    name = serializers.CharField(max_length=120, required=False)
    base_url = serializers.CharField(max_length=500)
    username = serializers.CharField(max_length=120)
    application_password = serializers.CharField(max_length=200, write_only=True, trim_whitespace=False)
    minimum_score = _minimum_score()


class DestinationChange(InputSerializer):
    """What of a destination may change; a new address or user name needs the application password again."""

    name = serializers.CharField(max_length=120, required=False)
    base_url = serializers.CharField(max_length=500, required=False)
    username = serializers.CharField(max_length=120, required=False)
    application_password = serializers.CharField(
        max_length=200, write_only=True, required=False, trim_whitespace=False
    )
    minimum_score = _minimum_score()
    is_paused = serializers.BooleanField(required=False, help_text="True: nothing is published there.")


class RemoteSiteSerializer(serializers.Serializer[object]):
    """What the REST root said of the site."""

    name = serializers.CharField()
    home = serializers.CharField()
    rest_root = serializers.CharField()
    namespaces = serializers.ListField(child=serializers.CharField())
    accepts_application_passwords = serializers.BooleanField()
    has_noise = serializers.BooleanField(
        help_text="Something else, a PHP warning mostly, stands around its answers."
    )


class RemoteUserSerializer(serializers.Serializer[object]):
    """The user behind the application password."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    capabilities = serializers.ListField(child=serializers.CharField())


class ConnectionProblemSerializer(serializers.Serializer[object]):
    """One thing that stands in the way, or will surprise later."""

    code = serializers.CharField()
    message = serializers.CharField()
    is_blocking = serializers.BooleanField()
    hint = serializers.CharField(help_text="What to do about it.")


class ConnectionReportSerializer(serializers.Serializer[object]):
    """What a connection can do."""

    is_usable = serializers.BooleanField()
    is_reachable = serializers.BooleanField()
    site = RemoteSiteSerializer(allow_null=True)
    user = RemoteUserSerializer(allow_null=True)
    can_create_posts = serializers.BooleanField()
    can_publish = serializers.BooleanField()
    can_create_categories = serializers.BooleanField()
    can_create_tags = serializers.BooleanField()
    can_upload = serializers.BooleanField()
    problems = ConnectionProblemSerializer(many=True)


class DoctorStepSerializer(serializers.Serializer[object]):
    """One step of a connection's check."""

    key = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=StepState.choices)
    detail = serializers.CharField(help_text="What was seen when it went well.")
    findings = ConnectionProblemSerializer(many=True)


class ConnectionDoctorSerializer(serializers.Serializer[object]):
    """A connection's last check as ordered steps."""

    destination_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=ConnectionStatus.choices)
    is_usable = serializers.BooleanField()
    checked_at = serializers.DateTimeField(allow_null=True)
    steps = DoctorStepSerializer(many=True)


class TermSerializer(RowSerializer[DestinationTerm]):
    """A category or tag of a destination, as it was when last read."""

    class Meta(RowSerializer.Meta):
        model = DestinationTerm
        fields = (
            "id",
            "site",
            "destination",
            "taxonomy",
            "name",
            "slug",
            "external_id",
            "parent_external_id",
            "count",
            "synced_at",
            "gone_at",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class SyncStartedSerializer(serializers.Serializer[object]):
    """The job to poll."""

    job_id = serializers.UUIDField()
