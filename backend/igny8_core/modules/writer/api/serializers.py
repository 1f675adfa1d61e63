"""The writer's rows and bodies as the API shows and takes them; validation and shape only."""

from typing import Any, ClassVar

from rest_framework import serializers

from igny8_core.api.serializers import InputSerializer, RowSerializer
from igny8_core.modules.writer.constants import EDITABLE_FIELDS, MAX_REVIEW_TEXT
from igny8_core.modules.writer.models import Article, ArticleRevision, WritingTask

_TASK_FIELDS = (
    "id",
    "site",
    "sector",
    "idea",
    "title",
    "head_keyword",
    "state",
    "draft_number",
    "error_code",
    "error_message",
    "version",
    "created_at",
    "updated_at",
)
_SUMMARY_FIELDS = (
    "id",
    "site",
    "sector",
    "task",
    "idea",
    "title",
    "slug",
    "excerpt",
    "meta_description",
    "head_keyword",
    "secondary_keywords",
    "category",
    "tags",
    "language",
    "word_count",
    "is_human_edited",
    "model",
    "prompt_versions",
    "credits",
    "review_state",
    "review_reason",
    "review_comment",
    "reviewed_version",
    "reviewed_at",
    "reviewed_by",
    "version",
    "created_at",
    "updated_at",
)
_ARTICLE_FIELDS = (*_SUMMARY_FIELDS, "html")


class WritingTaskSerializer(RowSerializer[WritingTask]):
    """A task; what moves it is its job, never a field."""

    class Meta(RowSerializer.Meta):
        model = WritingTask
        fields = read_only_fields = _TASK_FIELDS


class WritingTaskInput(InputSerializer):
    """Which idea is to be written."""

    idea = serializers.UUIDField()


class WritingStarted(serializers.Serializer[Any]):
    """The job to poll."""

    job_id = serializers.UUIDField()


class TaskEstimateSerializer(serializers.Serializer[Any]):
    """What writing the article would cost beside the credits that are free to be spent."""

    credits = serializers.IntegerField()
    available = serializers.IntegerField()
    is_enough = serializers.BooleanField()


class ArticleSummarySerializer(RowSerializer[Article]):
    """An article in a list: without its text."""

    class Meta(RowSerializer.Meta):
        model = Article
        fields = read_only_fields = _SUMMARY_FIELDS


class ArticleSerializer(RowSerializer[Article]):
    """An article with its text; the HTML is sanitised when it is stored."""

    class Meta(RowSerializer.Meta):
        model = Article
        fields = _ARTICLE_FIELDS
        read_only_fields = tuple(name for name in _ARTICLE_FIELDS if name not in EDITABLE_FIELDS)


class ReviewRequestInput(InputSerializer):
    """Why somebody should look at the article."""

    reason = serializers.CharField(max_length=MAX_REVIEW_TEXT)


class ApprovalInput(InputSerializer):
    """The version that was read, and what there is to say of it."""

    version = serializers.IntegerField(min_value=1)
    comment = serializers.CharField(max_length=MAX_REVIEW_TEXT, required=False, allow_blank=True)


class RejectionInput(InputSerializer):
    """What has to change."""

    comment = serializers.CharField(max_length=MAX_REVIEW_TEXT)


class ArticleRevisionSerializer(RowSerializer[ArticleRevision]):
    """One version of an article."""

    class Meta(RowSerializer.Meta):
        model = ArticleRevision
        fields: ClassVar[tuple[str, ...]] = (
            "id",
            "article",
            "number",
            "source",
            "actor_id",
            *EDITABLE_FIELDS,
            "created_at",
        )
        read_only_fields = fields
