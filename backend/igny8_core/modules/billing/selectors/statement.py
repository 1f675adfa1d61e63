"""What credits went where: the ledger of a time, added up by site, person, operation or day; it must never write."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Sum
from django.db.models.functions import TruncDate

from igny8_core.auth.selectors import site_domains, user_emails
from igny8_core.common.clock import utc_now
from igny8_core.modules.billing.constants import EntryKind, StatementGroup
from igny8_core.modules.billing.errors import PeriodInvalid
from igny8_core.modules.billing.models import LedgerEntry
from igny8_core.modules.billing.types import Statement, StatementLine, Sums

_SUMS = {
    "granted": Sum("amount", filter=Q(kind=EntryKind.GRANT), default=0),
    "adjusted": Sum("amount", filter=Q(kind=EntryKind.ADJUSTMENT), default=0),
    "held": Sum("amount", filter=Q(kind=EntryKind.HOLD), default=0),
    "captured": Sum("amount", filter=Q(kind=EntryKind.CAPTURE), default=0),
    "released": Sum("amount", filter=Q(kind=EntryKind.RELEASE), default=0),
}
_GROUPS = {
    StatementGroup.SITE: F("site_id"),
    StatementGroup.USER: F("user_id"),
    StatementGroup.OPERATION: F("operation"),
    StatementGroup.DAY: TruncDate("created_at", tzinfo=UTC),
}


def statement_get(
    *, group_by: str = StatementGroup.OPERATION, since: datetime | None = None, until: datetime | None = None
) -> Statement:
    """The ledger's lines from `since` to before `until`, added up by group in one statement, so that none is missed.

    Without `since` from the first of this month, without `until` to now; days are those of UTC. Days come in order,
    other groups by what they spent. Raises PeriodInvalid.
    """
    group, until = StatementGroup(group_by), until or utc_now()
    since = since or month_start()
    if until <= since:
        raise PeriodInvalid
    rows = LedgerEntry.objects.filter(created_at__gte=since, created_at__lt=until)
    found = rows.annotate(group=_GROUPS[group]).values("group").annotate(**_SUMS)
    found = found.order_by(*(["group"] if group is StatementGroup.DAY else ["-captured", "group"]))
    lines = _labelled(group, [(_key(row["group"]), _sums(row)) for row in found])
    total = Sums(**{name: sum(getattr(line.sums, name) for line in lines) for name in _SUMS})
    return Statement(since=since, until=until, group_by=group.value, lines=lines, total=total)


def credits_by_day(*, days: int = 30, site_id: UUID | None = None) -> dict[date, int]:
    """What was spent on each of the last `days` days (UTC) that has any, today included; of one site, or of all."""
    midnight = utc_now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=days - 1)
    rows = LedgerEntry.objects.filter(kind=EntryKind.CAPTURE, created_at__gte=since)
    if site_id is not None:
        rows = rows.filter(site_id=site_id)
    by_day = rows.annotate(day=_GROUPS[StatementGroup.DAY]).values("day").annotate(spent=Sum("amount"))
    return {row["day"]: row["spent"] for row in by_day}


def credits_spent(*, since: datetime) -> int:
    """What the account was charged since then."""
    rows = LedgerEntry.objects.filter(kind=EntryKind.CAPTURE, created_at__gte=since)
    spent: int = rows.aggregate(total=Sum("amount", default=0))["total"]
    return spent


def month_start() -> datetime:
    """The first moment of this month, UTC."""
    return utc_now().astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _labelled(group: StatementGroup, found: list[tuple[str, Sums]]) -> tuple[StatementLine, ...]:
    labels = _labels(group, [key for key, _ in found if key])
    return tuple(StatementLine(key=key, label=labels.get(key, ""), sums=sums) for key, sums in found)


def _labels(group: StatementGroup, keys: list[str]) -> Mapping[str, str]:
    """What a person calls each key; a site or person that is gone for good has no name."""
    if group is StatementGroup.SITE:
        return _named(site_domains(map(UUID, keys)))
    if group is StatementGroup.USER:
        return _named(user_emails(map(UUID, keys)))
    return {key: key for key in keys}


def _named(names: Mapping[UUID, str]) -> dict[str, str]:
    return {str(key): name for key, name in names.items()}


def _key(value: object) -> str:
    return "" if value is None else str(value)


def _sums(row: Mapping[str, Any]) -> Sums:
    return Sums(**{name: row[name] for name in _SUMS})
