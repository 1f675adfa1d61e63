"""Bodies of the system room."""

from typing import Any, get_args

from rest_framework import serializers

from igny8_core.api.fields import TenantRelatedField
from igny8_core.api.serializers import InputSerializer
from igny8_core.auth.models import Site
from igny8_core.modules.system.constants import PROMPT_MAX_LENGTH
from igny8_core.modules.system.types import ModelKind, PromptScope
from igny8_core.tenancy.models import Job


class JobSerializer(serializers.ModelSerializer[Job]):
    """One piece of long work and how far it is."""

    site = TenantRelatedField(Site, read_only=True, allow_null=True)

    class Meta:
        model = Job
        fields = (
            "id",
            "kind",
            "state",
            "site",
            "actor_id",
            "request_id",
            "progress_done",
            "progress_total",
            "progress_message",
            "counts",
            "error_code",
            "error_message",
            "credits_held",
            "credits_charged",
            "attempts",
            "cancel_requested",
            "run_after",
            "created_at",
            "started_at",
            "finished_at",
        )


class PromptQuery(InputSerializer):
    """Whose text is meant: the site's, or without one the account's."""

    site = serializers.UUIDField(required=False)


class PromptInput(InputSerializer):
    """A text of the account's own."""

    text = serializers.CharField(max_length=PROMPT_MAX_LENGTH, trim_whitespace=False)
    site = serializers.UUIDField(required=False, allow_null=True, default=None)


class PromptPreviewInput(InputSerializer):
    """A text to try; without one, the text that counts."""

    text = serializers.CharField(
        max_length=PROMPT_MAX_LENGTH, trim_whitespace=False, required=False, default=None
    )
    site = serializers.UUIDField(required=False, allow_null=True, default=None)


class PromptSerializer(serializers.Serializer[Any]):
    """A prompt: the text that counts beside the one that ships."""

    key = serializers.CharField()
    description = serializers.CharField()
    version = serializers.CharField(help_text="Also the ETag.")
    scope = serializers.ChoiceField(choices=get_args(PromptScope))
    text = serializers.CharField()
    default_version = serializers.CharField()
    default_text = serializers.CharField()
    required_placeholders = serializers.ListField(
        child=serializers.CharField(), help_text="What an override must keep."
    )
    known_placeholders = serializers.ListField(child=serializers.CharField(), help_text="What it may use.")
    problems = serializers.ListField(
        child=serializers.CharField(), help_text="What is wrong with the override since an upgrade."
    )


class PromptRevisionSerializer(serializers.Serializer[Any]):
    """A text that was once set."""

    number = serializers.IntegerField()
    text = serializers.CharField()
    actor_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()


class PromptRestoreInput(InputSerializer):
    """Whose earlier text to set again."""

    site = serializers.UUIDField(required=False, allow_null=True, default=None)


class PromptPreviewSerializer(serializers.Serializer[Any]):
    """A prompt as a model would read it."""

    text = serializers.CharField()


class RequestMetricsSerializer(serializers.Serializer[Any]):
    """What one request cost."""

    method = serializers.CharField()
    path = serializers.CharField()
    status = serializers.IntegerField()
    wall_ms = serializers.FloatField()
    thread_cpu_ms = serializers.FloatField()
    queries = serializers.IntegerField()
    memory_before_kib = serializers.IntegerField()
    memory_after_kib = serializers.IntegerField()


class ModelInfoSerializer(serializers.Serializer[Any]):
    """Which language model is configured."""

    kind = serializers.ChoiceField(choices=get_args(ModelKind))
    host = serializers.CharField(help_text="Where it answers; empty without a model.")
    model = serializers.CharField(help_text="What it is called; empty without a model.")
