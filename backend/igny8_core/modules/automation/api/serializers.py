"""Bodies of the automation room."""

from rest_framework import serializers

from igny8_core.api.serializers import InputSerializer, RowSerializer
from igny8_core.modules.automation.constants import (
    MAX_ARTICLES,
    MAX_BUDGET,
    MAX_IDEAS,
    ApprovalMode,
    ScheduleKind,
    Switch,
)
from igny8_core.modules.automation.models import PipelineRun, RunEvent, RunItem


class RunSerializer(RowSerializer[PipelineRun]):
    """A run and where it stands."""

    class Meta(RowSerializer.Meta):
        model = PipelineRun
        fields = (
            "id",
            "site",
            "sector",
            "destination",
            "keyword_import",
            "state",
            "stage",
            "article_count",
            "stages",
            "approval_mode",
            "credit_budget",
            "trigger",
            "counts",
            "error_code",
            "error_message",
            "version",
            "created_at",
            "updated_at",
            "finished_at",
        )
        read_only_fields = fields


class RunItemSerializer(RowSerializer[RunItem]):
    """One idea of a run and what became of it."""

    class Meta(RowSerializer.Meta):
        model = RunItem
        fields = (
            "id",
            "run",
            "position",
            "idea",
            "title",
            "state",
            "article",
            "score",
            "publication",
            "url",
            "held_reason",
            "credits",
            "written_at",
            "error_code",
            "error_message",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class RunInput(InputSerializer):
    """What a run is to do, the rest is in the site's settings; without an import it starts from the site's keywords."""

    site_id = serializers.UUIDField()
    destination_id = serializers.UUIDField()
    article_count = serializers.IntegerField(min_value=1, max_value=MAX_ARTICLES)
    sector_id = serializers.UUIDField(required=False, allow_null=True)
    import_id = serializers.UUIDField(required=False, allow_null=True)


class RunNowInput(InputSerializer):
    """The site whose settings say what to do."""

    site_id = serializers.UUIDField()


class RunEstimateInput(InputSerializer):
    """What a run would be asked for; without a number the one of the settings."""

    site_id = serializers.UUIDField()
    article_count = serializers.IntegerField(
        min_value=1, max_value=MAX_ARTICLES, required=False, allow_null=True
    )
    import_id = serializers.UUIDField(required=False, allow_null=True)


class StageEstimateSerializer(serializers.Serializer[object]):
    """What one stage would do; a count of null means that only the run itself can tell."""

    name = serializers.CharField()
    is_on = serializers.BooleanField()
    count = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()


class ArticleEstimateSerializer(serializers.Serializer[object]):
    """An article that would be written, and the credits that would be held for it."""

    idea_id = serializers.UUIDField()
    title = serializers.CharField()
    credits = serializers.IntegerField()


class RunWarningSerializer(serializers.Serializer[object]):
    """Why the run would stop, or do less than it is asked for."""

    code = serializers.CharField()
    message = serializers.CharField()


class RunEstimateSerializer(serializers.Serializer[object]):
    """What a run would do and cost; `unpriced_count` articles have no idea yet and stand in no sum."""

    site_id = serializers.UUIDField()
    article_count = serializers.IntegerField()
    stages = StageEstimateSerializer(many=True)
    articles = ArticleEstimateSerializer(many=True)
    unpriced_count = serializers.IntegerField()
    credits_estimated = serializers.IntegerField()
    credits_available = serializers.IntegerField()
    is_enough = serializers.BooleanField()
    warnings = RunWarningSerializer(many=True)


class EventSerializer(RowSerializer[RunEvent]):
    """Something that happened to a run or to one of its items; `created_at` is when."""

    class Meta(RowSerializer.Meta):
        model = RunEvent
        fields = (
            "id",
            "run",
            "item",
            "kind",
            "message",
            "credits",
            "job_id",
            "actor_id",
            "detail",
            "created_at",
        )
        read_only_fields = fields


def _budget() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=MAX_BUDGET, allow_null=True)


class SettingsInput(InputSerializer):
    """How a site's pipeline runs."""

    stages = serializers.ListField(
        child=serializers.ChoiceField(choices=Switch.choices),
        allow_empty=False,
        max_length=len(Switch),
        help_text="The stages that are done; publishing needs writing.",
    )
    ideas_per_run = serializers.IntegerField(
        min_value=1, max_value=MAX_IDEAS, allow_null=True, help_text="Null: as many as the clusters give."
    )
    articles_per_run = serializers.IntegerField(min_value=1, max_value=MAX_ARTICLES)
    approval_mode = serializers.ChoiceField(choices=ApprovalMode.choices)
    destination_id = serializers.UUIDField(allow_null=True)
    schedule = serializers.ChoiceField(choices=ScheduleKind.choices)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        max_length=7,
        help_text="ISO weekdays of a weekly schedule: Monday is 1.",
    )
    hour = serializers.IntegerField(min_value=0, max_value=23)
    time_zone = serializers.CharField(max_length=64, help_text="An IANA name, such as Europe/Berlin.")
    run_credit_budget = _budget()
    monthly_credit_budget = _budget()
    is_enabled = serializers.BooleanField()
    paused_until = serializers.DateField(
        allow_null=True, help_text="The first day that the schedule runs again."
    )


class SettingsSerializer(serializers.Serializer[object]):
    """A site's settings; times are in UTC."""

    site_id = serializers.UUIDField()
    version = serializers.IntegerField()
    stages = serializers.ListField(child=serializers.CharField())
    ideas_per_run = serializers.IntegerField(allow_null=True)
    articles_per_run = serializers.IntegerField()
    approval_mode = serializers.ChoiceField(choices=ApprovalMode.choices)
    destination_id = serializers.UUIDField(allow_null=True)
    schedule = serializers.ChoiceField(choices=ScheduleKind.choices)
    weekdays = serializers.ListField(child=serializers.IntegerField())
    hour = serializers.IntegerField()
    time_zone = serializers.CharField()
    run_credit_budget = serializers.IntegerField(allow_null=True)
    monthly_credit_budget = serializers.IntegerField(allow_null=True)
    is_enabled = serializers.BooleanField()
    paused_until = serializers.DateField(allow_null=True)
    next_run_at = serializers.DateTimeField(allow_null=True)
    last_skipped_at = serializers.DateTimeField(allow_null=True)
    last_skip_code = serializers.CharField()
    last_skip_message = serializers.CharField()
