"""Finds the near duplicates among a site's keywords: each has its language and key, and each group of one key one head.

A job does it, because an import would take twice as long.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, Value, When, Window
from django.db.models.functions import Concat, FirstValue

from igny8_core.auth.selectors import site_language
from igny8_core.common.clock import utc_now
from igny8_core.modules.planner.constants import MAX_NORMALIZED_LENGTH, KeywordStatus, LabelSource
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.planner.types import Progress
from igny8_core.semantics.languages import language_guess
from igny8_core.semantics.variants import variant_key
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue

_BATCH = 2_000
_CHANGED = ("version", "updated_at")
_HEADS_FIRST = (
    Case(When(status=KeywordStatus.ARCHIVED, then=1), default=0),
    F("volume").desc(nulls_last=True),
    F("id"),
)


def keywords_key_start(*, site_id: UUID) -> Job:
    """Have a worker find the site's near duplicates; asked again it is the same job."""
    payload = {"site_id": str(site_id)}
    return enqueue("planner.key_keywords", payload=payload, site_id=site_id, dedupe_key=str(site_id))


def keywords_key(*, site_id: UUID, progress: Progress) -> int:
    """Give each keyword of a site its key, and every group of one key its head; returns how many were keyed.

    Call it outside any transaction: it makes short ones. A keyword without a language gets the one that its letters
    speak, if they speak one; its key follows that, else the site's. Raises NotFound for a foreign site.
    """
    with tenant_transaction():
        language = site_language(site_id)
    last, done = None, 0
    while True:
        with tenant_transaction():
            batch = _unkeyed(site_id, after=last)
            for row in batch:
                _key(row, site_language=language)
            Keyword.objects.bulk_update(batch, [*_CHANGED, "language", "variant_key"], batch_size=500)
            variants_refresh(site_id=site_id, keys={row.variant_key for row in batch})
        if not batch:
            break
        last, done = batch[-1].pk, done + len(batch)
        progress(done, done, f"{done} keywords keyed")
    # Figures that an import brought anew can make another keyword of a group the most searched one.
    while variants_refresh(site_id=site_id):
        pass
    return done


def variants_refresh(*, site_id: UUID, keys: Collection[str] | None = None) -> int:
    """Give the groups of these keys, or of all keys, their heads; returns how many keywords changed.

    Of all keys 2,000 change at a time.

    The head is the most searched keyword of a market with the key, of equal ones the first; an archived one only
    of archived ones. Call it inside a transaction, or by itself.
    """
    with tenant_transaction():
        found = _wrong(site_id, keys).values_list("pk", "head")
        wrong = dict(found if keys is not None else found[:_BATCH])
        locked = Keyword.objects.select_for_update(of=("self",)).filter(pk__in=wrong)
        rows = list(locked.order_by("pk").only(*_CHANGED))
        for row in rows:
            row.variant_of = wrong[row.pk] if wrong[row.pk] != row.pk else None
            _touch(row)
        Keyword.objects.bulk_update(rows, [*_CHANGED, "variant_of"], batch_size=500)
    return len(rows)


def _touch(row: Keyword) -> None:
    """What the API shows of it changes, and with it the ETag."""
    row.version, row.updated_at = row.version + 1, utc_now()


def _wrong(site_id: UUID, keys: Collection[str] | None) -> Any:
    keyed = Keyword.objects.filter(site_id=site_id, variant_key__gt="")
    if keys is not None:
        keyed = keyed.filter(variant_key__in=keys)
    headed = keyed.annotate(
        head=Window(FirstValue("id"), partition_by=["country", "variant_key"], order_by=_HEADS_FIRST)
    )
    is_head = Q(head=F("id"))
    is_elsewhere = Q(variant_of=None) | ~Q(variant_of=F("head"))
    return headed.filter(is_head & Q(variant_of__isnull=False) | ~is_head & is_elsewhere).order_by("pk")


def _unkeyed(site_id: UUID, *, after: UUID | None) -> list[Keyword]:
    # A key begins with its language: one that a tool or a person has changed since makes another key.
    is_keyed = Q(language="") | Q(variant_key__startswith=Concat("language", Value(": ")))
    rows = Keyword.objects.filter(Q(variant_key="") | ~is_keyed, site_id=site_id).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    needed = ("pk", "text", "normalized", "language", "language_source", *_CHANGED)
    return list(rows.select_for_update(of=("self",)).only(*needed)[:_BATCH])


def _key(row: Keyword, *, site_language: str) -> None:
    if not row.language and row.language_source == LabelSource.RULES:
        row.language = language_guess(row.text, site_language=site_language)
        if row.language:
            _touch(row)
    language = row.language or site_language
    key = variant_key(row.text, language) or f"{language}: {row.normalized}"
    row.variant_key = key[:MAX_NORMALIZED_LENGTH]
