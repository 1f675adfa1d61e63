"""Keywords, their imports, and what exports and models said of them; what changes them stands in services."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from igny8_core.modules.planner.constants import (
    MAX_NORMALIZED_LENGTH,
    MAX_URL_LENGTH,
    ImportState,
    Intent,
    KeywordStatus,
    LabelSource,
    Placement,
)
from igny8_core.modules.planner.models.plan import ALIVE, Cluster
from igny8_core.tenancy.bases import AccountBaseModel, SiteBoundModel, SiteSectorBaseModel
from igny8_core.tenancy.fields import TenantForeignKey


class KeywordImport(SiteSectorBaseModel):
    """One uploaded keyword export and what became of it."""

    filename = models.CharField(max_length=255)
    storage_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    source_tool = models.CharField(max_length=40, blank=True, default="")
    row_count = models.PositiveIntegerField(default=0)
    imported_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    duplicate_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    rejects = models.JSONField(default=list, help_text="The first 1,000: line, reason, message, raw.")
    preview = models.JSONField(default=dict, help_text="What was read of it before anything was written.")
    columns = models.JSONField(
        default=dict,
        help_text="The meaning that a person gave to its columns, field by header; empty: as found.",
    )
    job_id = models.UUIDField(
        null=True, blank=True, help_text="The job that imports it; none until somebody starts it."
    )
    error_code = models.CharField(max_length=80, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="planner_import_list"),
        ]


class Keyword(SiteSectorBaseModel):
    """A search query of one market; metrics come from the tool's last export, an empty one means not known."""

    text = models.CharField(max_length=200)
    normalized = models.CharField(max_length=MAX_NORMALIZED_LENGTH, editable=False)
    variant_key = models.CharField(
        max_length=MAX_NORMALIZED_LENGTH,
        blank=True,
        default="",
        editable=False,
        help_text="What its near duplicates share; empty until a job has found it.",
    )
    # No foreign key: the check would cost each row of an import something, and services keep it right.
    variant_of = models.UUIDField(
        null=True,
        editable=False,
        help_text="The most searched of its near duplicates in this market; null for that one itself.",
    )
    # NULLs are distinct to a unique index: an unknown market is "".
    country = models.CharField(max_length=2, blank=True, default="")
    language = models.CharField(max_length=8, blank=True, default="")
    language_source = models.CharField(max_length=5, choices=LabelSource, default=LabelSource.RULES)
    volume = models.PositiveIntegerField(null=True, blank=True)
    volume_min = models.PositiveIntegerField(null=True, blank=True)
    volume_max = models.PositiveIntegerField(null=True, blank=True)
    difficulty = models.PositiveSmallIntegerField(null=True, blank=True)
    cpc = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    cpc_currency = models.CharField(max_length=3, blank=True, default="")
    competition = models.FloatField(null=True, blank=True, help_text="Density of advertisers, 0 to 1.")
    intents = models.JSONField(default=list)
    intent = models.CharField(max_length=15, choices=Intent, default=Intent.INFORMATIONAL)
    intent_source = models.CharField(max_length=5, choices=LabelSource, default=LabelSource.RULES)
    serp_features = models.JSONField(default=list)
    trend = models.JSONField(default=list, help_text="Up to 12 months, oldest first, 0 to 1 of the peak.")
    parent_topic = models.CharField(max_length=200, blank=True, default="")
    traffic_potential = models.PositiveIntegerField(null=True, blank=True)
    global_volume = models.PositiveIntegerField(null=True, blank=True)
    source_tool = models.CharField(max_length=40, blank=True, default="")
    seen_on = models.DateField(null=True, blank=True, help_text="The day that the figures are of.")
    source_import = TenantForeignKey(KeywordImport, null=True, blank=True, related_name="+", db_index=False)
    source_import_id: UUID | None
    cluster = TenantForeignKey(Cluster, null=True, blank=True, related_name="keywords", db_index=False)
    cluster_id: UUID | None
    cluster_source = models.CharField(
        max_length=5,
        choices=Placement,
        default=Placement.RULES,
        help_text="Who decided on the cluster, or that there is none.",
    )
    status = models.CharField(max_length=10, choices=KeywordStatus, default=KeywordStatus.NEW)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "-id"], name="planner_keyword_list"),
            models.Index(fields=["account", "site", "-volume"], name="planner_keyword_volume"),
            models.Index(fields=["account", "site", "status"], name="planner_keyword_status"),
            models.Index(fields=["account", "cluster"], name="planner_keyword_cluster"),
            models.Index(fields=["account", "source_import"], name="planner_keyword_import"),
            # Partial, so that an import writes to neither.
            models.Index(
                fields=["account", "site", "variant_key"],
                condition=Q(variant_key__gt=""),
                name="planner_keyword_key",
            ),
            models.Index(
                fields=["account", "variant_of"],
                condition=Q(variant_of__isnull=False),
                name="planner_keyword_variant",
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "site", "country", "normalized"],
                condition=ALIVE,
                name="planner_keyword_once",
            ),
            models.CheckConstraint(
                condition=Q(difficulty=None) | Q(difficulty__lte=100), name="planner_keyword_difficulty"
            ),
        ]


class KeywordRanking(SiteSectorBaseModel):
    """A URL that ranks for a keyword, as an export said it; whose page it is, the URL tells."""

    keyword = TenantForeignKey(
        Keyword, owned=True, carries_site=True, related_name="rankings", db_index=False
    )
    keyword_id: UUID
    url = models.CharField(max_length=MAX_URL_LENGTH)
    url_key = models.UUIDField(editable=False, help_text="A hash of the URL: what is too long for an index.")
    position = models.FloatField(
        null=True, blank=True, help_text="From 1; an average where the tool averages."
    )
    previous_position = models.FloatField(null=True, blank=True)
    clicks = models.PositiveIntegerField(null=True, blank=True)
    impressions = models.PositiveIntegerField(null=True, blank=True)
    traffic = models.PositiveIntegerField(null=True, blank=True, help_text="Visits a month, as estimated.")
    source_tool = models.CharField(max_length=40)
    seen_on = models.DateField(null=True, blank=True)
    source_import = TenantForeignKey(KeywordImport, null=True, blank=True, related_name="+", db_index=False)
    source_import_id: UUID | None

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "site", "url_key"], name="planner_ranking_url"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "site", "keyword", "url_key", "source_tool"],
                condition=ALIVE,
                name="planner_ranking_once",
            )
        ]


class KeywordMetric(SiteBoundModel):
    """A keyword's figures as one tool gave them for one day: kept when they differ from the day before.

    Position, clicks and impressions are those of the query as a whole, whichever page was shown.
    """

    keyword = TenantForeignKey(Keyword, owned=True, carries_site=True, related_name="metrics", db_index=False)
    keyword_id: UUID
    source_tool = models.CharField(max_length=40)
    seen_on = models.DateField()
    volume = models.PositiveIntegerField(null=True, blank=True)
    volume_min = models.PositiveIntegerField(null=True, blank=True)
    volume_max = models.PositiveIntegerField(null=True, blank=True)
    difficulty = models.PositiveSmallIntegerField(null=True, blank=True)
    cpc = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    cpc_currency = models.CharField(max_length=3, blank=True, default="")
    position = models.FloatField(null=True, blank=True)
    clicks = models.PositiveIntegerField(null=True, blank=True)
    impressions = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "keyword", "source_tool", "seen_on"],
                condition=ALIVE,
                name="planner_metric_once",
            )
        ]


class ImportMapping(AccountBaseModel):
    """What the columns of a file with this header mean, as somebody of the account said; offered for the next one."""

    signature = models.CharField(max_length=64, editable=False, help_text="A hash of the header's names.")
    header = models.JSONField(default=list)
    columns = models.JSONField(default=dict, help_text="Field by header; a header without one is ignored.")
    filename = models.CharField(max_length=255, blank=True, default="", help_text="The file it was made for.")
    saved_by = TenantForeignKey(
        "igny8_auth.User", null=True, blank=True, related_name="+", db_index=False, help_text="Null: staff."
    )
    saved_by_id: UUID | None

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "signature"], condition=ALIVE, name="planner_mapping_once"
            )
        ]


class KeywordVector(AccountBaseModel):
    """Where a text lies in a provider's space: bought once for the account, whatever sites use the text."""

    model = models.CharField(max_length=200)
    normalized = models.CharField(max_length=MAX_NORMALIZED_LENGTH)
    vector = models.BinaryField(help_text="Of length one, as 16-bit floats.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "model", "normalized"], condition=ALIVE, name="planner_vector_once"
            )
        ]
