"""What the wall itself writes: jobs, the audit trail and idempotency keys; rooms present them, never change them."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.tenancy.bases import AccountBaseModel, AppendOnlyModel, TenantModel
from igny8_core.tenancy.fields import TenantForeignKey
from igny8_core.tenancy.kinds import Kind
from igny8_core.tenancy.managers import AccountRowManager


class JobState(models.TextChoices):
    """The life of a job; only `job_transition` moves it."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


ACTIVE_STATES = (JobState.QUEUED, JobState.RUNNING)


class JobStateConflict(DomainError):
    """A job was asked to do what its state does not allow."""

    kind = ErrorKind.CONFLICT
    code = "job_state_conflict"
    message = "The job is finished."


class Job(AccountBaseModel):
    """One piece of long work: the row is the truth, a broker message only says that it may have work."""

    kind = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    site = TenantForeignKey("igny8_auth.Site", null=True, blank=True, owned=True, related_name="+")
    site_id: UUID | None
    site_scope = models.TextField(default="*", help_text="The sites that the caller could see: * or a list.")
    actor_id = models.UUIDField(null=True, blank=True)
    request_id = models.CharField(max_length=36)
    payload = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=120, blank=True, default="")
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    progress_message = models.CharField(max_length=200, blank=True, default="")
    counts = models.JSONField(default=dict)
    error_code = models.CharField(max_length=80, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    credits_held = models.PositiveIntegerField(default=0)
    credits_charged = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    run_after = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-id"], name="tenancy_job_list"),
            models.Index(
                fields=["state", "lease_until"],
                name="tenancy_job_active",
                condition=models.Q(state__in=["queued", "running"], deleted_at=None),
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "kind", "dedupe_key"],
                name="tenancy_job_one_active",
                condition=models.Q(state__in=["queued", "running"], deleted_at=None)
                & ~models.Q(dedupe_key=""),
            )
        ]

    @property
    def is_active(self) -> bool:
        """Whether the job may still do something."""
        return self.state in ACTIVE_STATES


class AuditEvent(AppendOnlyModel):
    """Who did what to which row, why, and in which request; a trigger refuses to change it."""

    actor_id = models.UUIDField(null=True, blank=True)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80, blank=True, default="")
    object_id = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")
    request_id = models.CharField(max_length=36, blank=True, default="")
    detail = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-id"], name="tenancy_audit_list"),
        ]


class IdempotencyKey(TenantModel):
    """The answer that a POST with this key got, or the mark that one is on its way."""

    tenant_kind = Kind.ACCOUNT

    credential = models.CharField(max_length=80)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    site_scope = models.TextField(default="*", help_text="The sites that the caller could see: * or a list.")
    locked_until = models.DateTimeField()
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AccountRowManager[Any]] = AccountRowManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "credential", "method", "path", "key"], name="tenancy_idempotency_once"
            )
        ]

    @property
    def is_answered(self) -> bool:
        """Whether the first request's answer is known."""
        return self.status_code is not None

    def is_locked(self, now: datetime) -> bool:
        """Whether the first request may still be running."""
        return not self.is_answered and self.locked_until > now
