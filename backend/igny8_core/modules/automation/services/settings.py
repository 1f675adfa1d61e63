"""A site's settings: checked, kept, and on record; it must never start a run."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from igny8_core.auth.models import Site
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.automation.constants import (
    EVERY_WEEKDAY,
    MAX_ARTICLES,
    MAX_BUDGET,
    MAX_IDEAS,
    ApprovalMode,
    ScheduleKind,
    Switch,
)
from igny8_core.modules.automation.errors import SettingsInvalid, SettingsVersionConflict
from igny8_core.modules.automation.models import PipelineSettings
from igny8_core.modules.automation.schedule import Schedule, schedule_next
from igny8_core.modules.automation.selectors import settings_get
from igny8_core.modules.automation.types import SettingsView
from igny8_core.modules.integration.selectors import destination_get
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import tenant_transaction

EDITABLE = (
    "stages",
    "ideas_per_run",
    "articles_per_run",
    "approval_mode",
    "destination_id",
    "schedule",
    "weekdays",
    "hour",
    "time_zone",
    "run_credit_budget",
    "monthly_credit_budget",
    "is_enabled",
    "paused_until",
)


def settings_update(site_id: UUID, *, expected_version: int | None = None, **changes: Any) -> SettingsView:
    """Change a site's settings; what is left out stays as it is.

    `expected_version` is the version that the caller read, 0 for the defaults. Runs that were started keep what they
    started with; switching `is_enabled` off stops them before their next step. Raises NotFound for a foreign site or
    destination, SettingsInvalid and SettingsVersionConflict.
    """
    if unknown := sorted(set(changes) - set(EDITABLE)):
        raise TypeError(f"settings_update() cannot change {', '.join(unknown)}.")
    with tenant_transaction():
        # The site's row is what two first writers wait for; keys that point at it pass.
        if not Site.objects.select_for_update(no_key=True).filter(pk=site_id).exists():
            raise NotFound
        row = PipelineSettings.objects.select_for_update().filter(site_id=site_id).first()
        row = row or PipelineSettings(site_id=site_id)
        version = 0 if row._state.adding else row.version
        if expected_version not in (None, version):
            raise SettingsVersionConflict
        changed = _apply(row, _tidied(changes))
        _require_valid(row, is_moved="destination_id" in changed)
        if changed or version == 0:
            row.next_run_at = schedule_next(schedule_of(row), after=utc_now())
            row.save()
            audit_write("pipeline.settings_changed", row=row, detail=changed)
    return settings_get(site_id)


def schedule_of(row: PipelineSettings) -> Schedule:
    """The schedule that a row of settings describes."""
    return Schedule(
        kind=row.schedule,
        hour=row.hour,
        time_zone=row.time_zone,
        weekdays=row.weekdays,
        not_before=row.paused_until,
    )


def _tidied(changes: dict[str, Any]) -> dict[str, Any]:
    """Lists in one order and without doubles, so that the same choice is the same value."""
    tidied = dict(changes)
    if "stages" in changes:
        unknown = sorted(set(changes["stages"]) - set(Switch.values))
        tidied["stages"] = [one for one in Switch.values if one in changes["stages"]] + unknown
    if "weekdays" in changes:
        tidied["weekdays"] = sorted(set(changes["weekdays"]))
    return tidied


def _apply(row: PipelineSettings, changes: dict[str, Any]) -> dict[str, list[Any]]:
    """Set the values on the row; returns what was and what is now of each that differs, as JSON."""
    changed: dict[str, list[Any]] = {}
    for name, value in changes.items():
        before = getattr(row, name)
        if before != value:
            changed[name] = [_plain(before), _plain(value)]
            setattr(row, name, value)
    return changed


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID | date | datetime) else value


def _require_valid(row: PipelineSettings, *, is_moved: bool) -> None:
    complaints = {name: message for name, message in _complaints(row) if message}
    if complaints:
        raise SettingsInvalid(
            " ".join(complaints.values()), fields={name: [message] for name, message in complaints.items()}
        )
    # One that was deleted since it was chosen must not stand in the way of other changes.
    chosen = row.destination_id if is_moved else None
    if chosen is not None and destination_get(chosen).site_id != row.site_id:
        raise NotFound


def _complaints(row: PipelineSettings) -> list[tuple[str, str]]:
    return [
        ("stages", _stages_complaint(row.stages)),
        ("approval_mode", _choice(row.approval_mode, ApprovalMode.values)),
        ("schedule", _choice(row.schedule, ScheduleKind.values)),
        ("weekdays", _weekdays_complaint(row)),
        ("time_zone", "" if _is_zone(row.time_zone) else "There is no such time zone; use an IANA name."),
        ("hour", _range(row.hour, 0, 23)),
        ("articles_per_run", _range(row.articles_per_run, 1, MAX_ARTICLES)),
        ("ideas_per_run", _range(row.ideas_per_run, 1, MAX_IDEAS)),
        ("run_credit_budget", _range(row.run_credit_budget, 1, MAX_BUDGET)),
        ("monthly_credit_budget", _range(row.monthly_credit_budget, 1, MAX_BUDGET)),
    ]


def _stages_complaint(stages: Sequence[str]) -> str:
    if not stages or not set(stages) <= set(Switch.values):
        return f"Switch on at least one of {', '.join(Switch.values)}."
    if Switch.PUBLISH in stages and Switch.WRITE not in stages:
        return "A run publishes what it has written: switch writing on, too."
    return ""


def _weekdays_complaint(row: PipelineSettings) -> str:
    if not set(row.weekdays) <= set(EVERY_WEEKDAY):
        return "Weekdays are numbers from 1 (Monday) to 7 (Sunday)."
    if row.schedule == ScheduleKind.WEEKLY and not row.weekdays:
        return "A weekly schedule needs at least one weekday."
    return ""


def _choice(value: str, allowed: Sequence[str]) -> str:
    return "" if value in allowed else f"This is one of {', '.join(allowed)}."


def _range(value: int | None, least: int, most: int) -> str:
    return "" if value is None or least <= value <= most else f"This is a number from {least} to {most}."


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, a path that is a folder
        return False
    return bool(name)
