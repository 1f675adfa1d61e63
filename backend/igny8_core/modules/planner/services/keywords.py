"""A person's changes to keywords: one at a time, or a status for many at once; metrics come from imports alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.constants import (
    MANUAL_SOURCE,
    MAX_NORMALIZED_LENGTH,
    KeywordStatus,
    LabelSource,
)
from igny8_core.modules.planner.errors import (
    ClusterLocked,
    KeywordMarketUnknown,
    KeywordStatusConflict,
    KeywordTaken,
    KeywordUnusable,
)
from igny8_core.modules.planner.exports import country_code, has_controls, language_code
from igny8_core.modules.planner.models import Cluster, Keyword
from igny8_core.modules.planner.services.limits import keyword_limit_check
from igny8_core.modules.planner.services.metrics import clusters_refresh
from igny8_core.modules.planner.services.placing import keywords_move
from igny8_core.modules.planner.services.variants import keywords_key_start, variants_refresh
from igny8_core.modules.system.selectors import brand_profile_get
from igny8_core.semantics.intent import intent_guess
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.tenancy.context import TENANT_ALIAS
from igny8_core.tenancy.softdelete import row_delete, row_restore

_CODES: Mapping[str, Callable[[str], str | None]] = {"country": country_code, "language": language_code}


def keyword_create(
    *, site: Any, text: str, sector: Any = None, intent: str | None = None, **metrics: Any
) -> Keyword:
    """Add one keyword by hand; a job finds its near duplicates.

    Raises KeywordUnusable, KeywordMarketUnknown, KeywordTaken and PlanLimitReached.
    """
    keyword_limit_check(1)
    row = Keyword(site=site, sector=sector, source_tool=MANUAL_SOURCE)
    _name(row, text)
    _classify(row, intent)
    _set(row, metrics)
    _save(row)
    keywords_key_start(site_id=row.site_id)
    return row


def keyword_update(row: Keyword, **changes: Any) -> Keyword:
    """Change a keyword's text, market, intent, cluster or status; intent and language set here outlive every import.

    Moving it to a cluster, or out of one, is an edit as by `keywords_move`. Raises KeywordTaken, KeywordUnusable,
    KeywordMarketUnknown, KeywordStatusConflict, ClusterLocked (either cluster) and ClusterSectorMismatch.
    """
    had_key = row.variant_key
    if "cluster" in changes:
        _move(row, changes.pop("cluster"))
    if "text" in changes:
        _name(row, changes.pop("text"))
    if "intent" in changes:
        _classify(row, changes.pop("intent"))
    _set(row, changes)
    _require_status(row)
    _save(row)
    if not row.variant_key:
        keywords_key_start(site_id=row.site_id)
    if had_key:
        variants_refresh(site_id=row.site_id, keys={had_key})
        row.refresh_from_db(fields=["variant_of"])
    return row


def keyword_delete(row: Keyword) -> int:
    """Delete a keyword softly and take it out of its cluster's figures. Raises ClusterLocked."""
    if row.cluster_id is not None:
        _require_unlocked(row.cluster_id)
    removed = row_delete(row)
    _regroup([row])
    if row.cluster_id is not None:
        clusters_refresh(site_id=row.site_id, cluster_ids=[row.cluster_id])
    return removed


def keyword_restored(keyword_id: UUID | str) -> None:
    """Count a keyword that was brought back in its cluster's figures again."""
    _leave_deleted_clusters([keyword_id])
    row = Keyword.objects.get(pk=keyword_id)
    _regroup([row])
    if row.cluster_id is not None:
        clusters_refresh(site_id=row.site_id, cluster_ids=[row.cluster_id])


def keywords_set_status(ids: Sequence[UUID], *, status: KeywordStatus) -> int:
    """Give many keywords one status, all or none; returns how many.

    Raises NotFound when one of them is not there and KeywordStatusConflict when the status does not fit one of them.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        rows = _locked(ids)
        for row in rows:
            row.status = status
            _require_status(row)
        changed = Keyword.objects.filter(pk__in=[row.pk for row in rows]).update(
            status=status, version=F("version") + 1, updated_at=utc_now()
        )
        _regroup(rows)
    return changed


def keywords_unarchive(ids: Sequence[UUID]) -> int:
    """Take keywords out of the archive, all or none: one with a cluster is clustered again, any other new.

    Those that are not archived stay as they are. Returns how many ids there were; raises NotFound.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        rows = _locked(ids)
        archived = Keyword.objects.filter(pk__in=[row.pk for row in rows], status=KeywordStatus.ARCHIVED)
        for is_free, status in ((True, KeywordStatus.NEW), (False, KeywordStatus.CLUSTERED)):
            archived.filter(cluster__isnull=is_free).update(
                status=status, version=F("version") + 1, updated_at=utc_now()
            )
        _regroup(rows)
    return len(rows)


def keywords_put_back(statuses: Mapping[UUID, str]) -> int:
    """Give keywords the statuses that they had, all or none; returns how many. Raises as `keywords_set_status`."""
    with transaction.atomic(using=TENANT_ALIAS):
        for status in sorted(set(statuses.values())):
            ids = [keyword_id for keyword_id, had in statuses.items() if had == status]
            keywords_set_status(ids, status=KeywordStatus(status))
    return len(statuses)


def keywords_delete(ids: Sequence[UUID]) -> int:
    """Delete many keywords softly, all or none; returns how many. Raises NotFound and ClusterLocked."""
    with transaction.atomic(using=TENANT_ALIAS):
        rows = _locked(ids)
        clusters = {row.cluster_id for row in rows if row.cluster_id is not None}
        if Cluster.objects.filter(pk__in=clusters, is_locked=True).exists():
            raise ClusterLocked
        for row in rows:
            row_delete(row)
        _regroup(rows)
        _refresh(rows)
    return len(rows)


def keywords_restore(ids: Sequence[UUID]) -> int:
    """Bring many deleted keywords back into their clusters, all or none; returns how many.

    Raises NotFound when one of them is not deleted or past its window, DeletedRowCollision when it was added again.
    """
    wanted = sorted(set(ids))
    with transaction.atomic(using=TENANT_ALIAS):
        for keyword_id in wanted:
            row_restore(Keyword, keyword_id)
        _leave_deleted_clusters(wanted)
        rows = list(Keyword.objects.filter(pk__in=wanted))
        _regroup(rows)
        _refresh(rows)
    return len(wanted)


def _locked(ids: Sequence[UUID]) -> list[Keyword]:
    """The keywords, locked in one order; raises NotFound unless all of them are there."""
    wanted = set(ids)
    rows = list(Keyword.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk"))
    if len(rows) != len(wanted):
        raise NotFound("One of the keywords does not exist; nothing was changed.")
    return rows


def _refresh(rows: Iterable[Keyword]) -> None:
    """Count the clusters of keywords anew."""
    by_site: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for row in rows:
        if row.cluster_id is not None:
            by_site[row.site_id].add(row.cluster_id)
    for site_id, cluster_ids in by_site.items():
        clusters_refresh(site_id=site_id, cluster_ids=cluster_ids)


def _regroup(rows: Iterable[Keyword]) -> None:
    """Give the near duplicates of keywords that came, went or were archived their heads anew."""
    by_site: defaultdict[UUID, set[str]] = defaultdict(set)
    for row in rows:
        if row.variant_key:
            by_site[row.site_id].add(row.variant_key)
    for site_id, keys in by_site.items():
        variants_refresh(site_id=site_id, keys=keys)


def _leave_deleted_clusters(ids: Sequence[UUID | str]) -> None:
    """A keyword that comes back after its cluster was deleted is free."""
    rows = Keyword.objects.filter(pk__in=ids, cluster__deleted_at__isnull=False)
    for found, status in (
        (rows.exclude(status=KeywordStatus.ARCHIVED), {"status": KeywordStatus.NEW}),
        (rows, {}),
    ):
        found.update(cluster=None, version=F("version") + 1, updated_at=utc_now(), **status)


def _move(row: Keyword, cluster: Cluster | None) -> None:
    cluster_id = cluster.pk if cluster is not None else None
    if cluster_id != row.cluster_id:
        keywords_move([row.pk], cluster_id=cluster_id)
        row.refresh_from_db()
        row.remember_keys()


def _name(row: Keyword, text: str) -> None:
    row.text = " ".join(text.split())
    row.normalized = keyword_normalise(row.text)
    if not any(map(str.isalnum, row.normalized)) or len(row.normalized) > MAX_NORMALIZED_LENGTH:
        raise KeywordUnusable
    if has_controls(row.text):
        raise KeywordUnusable("A keyword has no control characters.")
    if row.language_source == LabelSource.RULES:
        row.language = ""
    row.variant_key, row.variant_of = "", None


def _set(row: Keyword, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, _code(value, _CODES[name]) if name in _CODES else value)
    if "language" in changes:  # a person's; without one the rules may guess again
        row.language_source = LabelSource.HUMAN if row.language else LabelSource.RULES
        row.variant_key, row.variant_of = "", None


def _code(given: str, code_of: Callable[[str], str | None]) -> str:
    """A market as imports write it: one in two spellings would be two."""
    code = code_of(given) if given else ""
    if code is None:
        raise KeywordMarketUnknown
    return code


def _classify(row: Keyword, intent: str | None) -> None:
    if intent is not None:
        row.intent, row.intents, row.intent_source = intent, [intent], LabelSource.HUMAN
        return
    guess = intent_guess(row.text, brands=brand_profile_get(row.site_id).brand_terms)
    row.intent, row.intent_source = guess.primary.value, LabelSource.RULES
    row.intents = [found.value for found in guess.intents]


def _require_unlocked(cluster_id: UUID) -> None:
    if Cluster.objects.filter(pk=cluster_id, is_locked=True).exists():
        raise ClusterLocked


def _require_status(row: Keyword) -> None:
    fits = {
        KeywordStatus.NEW: row.cluster_id is None,
        KeywordStatus.CLUSTERED: row.cluster_id is not None,
        KeywordStatus.IN_USE: row.cluster_id is not None,
        KeywordStatus.ARCHIVED: True,
    }
    if not fits[KeywordStatus(row.status)]:
        raise KeywordStatusConflict


def _save(row: Keyword) -> None:
    try:
        # Without a savepoint: a taken keyword ends the caller's transaction, as its refusal does anyway.
        with transaction.atomic(using=TENANT_ALIAS, savepoint=False):
            row.save()
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == "planner_keyword_once":
            raise KeywordTaken from error
        raise
