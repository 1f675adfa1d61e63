"""Reads why a keyword is where it is, and how a cluster could be split; computed when asked, never stored."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, Q

from igny8_core.common.errors import NotFound
from igny8_core.modules.planner.closeness import SPLIT_LIMIT, Half, background, halves, nearest
from igny8_core.modules.planner.constants import LabelSource
from igny8_core.modules.planner.grouping import cohesion, member_similarities
from igny8_core.modules.planner.models import Cluster, Keyword
from igny8_core.modules.planner.selectors.brands import is_branded
from igny8_core.modules.planner.types import (
    KeywordReasons,
    NearCluster,
    NearKeyword,
    SplitPart,
    SplitProposal,
)
from igny8_core.modules.system.selectors import brand_profile_get
from igny8_core.semantics.intent import intent_guess
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.vectors import KeywordSpace

_BACKGROUND = 300  # cluster heads, and as many keywords beside them
_NEAREST = 5


def site_space(site_id: UUID) -> KeywordSpace:
    """The space in which clusters are compared on request: of the site's biggest heads and most searched keywords.

    On a site of few keywords it is the space of all of them, as in a clustering run.
    """
    heads = Cluster.objects.filter(site_id=site_id).order_by("-volume", "pk")
    texts = {*heads.values_list("head_keyword", flat=True)[:_BACKGROUND]}
    words = Keyword.objects.filter(site_id=site_id)
    searched = words.filter(volume__isnull=False).order_by("-volume", "pk")
    texts |= {*searched.values_list("text", flat=True)[:_BACKGROUND]}
    if len(texts) < _BACKGROUND:
        texts |= {*words.order_by("pk").values_list("text", flat=True)[:_BACKGROUND]}
    return background(tuple(sorted({keyword_normalise(text) for text in texts})))


def of_sector(sector_id: UUID | None) -> Q:
    """Rows of a sector, or with None of none."""
    return Q(sector_id__isnull=True) if sector_id is None else Q(sector_id=sector_id)


def keyword_reasons(keyword_id: UUID) -> KeywordReasons:
    """Why a keyword is in its cluster, and what else it is near to; raises NotFound.

    Compares it with at most 2,000 keywords of its cluster and the heads of 300 others: .5 CPU seconds, or .1 while the
    site's space is still known to the process.
    """
    row = Keyword.objects.select_related("cluster").filter(pk=keyword_id).first()
    if row is None:
        raise NotFound
    space = site_space(row.site_id)
    members = [(row.pk, row.text)]
    if row.cluster_id is not None:
        others = Keyword.objects.filter(cluster_id=row.cluster_id).exclude(pk=row.pk)
        members += others.order_by(F("volume").desc(nulls_last=True), "pk").values_list("pk", "text")[
            : SPLIT_LIMIT - 1
        ]
    vectors = space.embed([text for _pk, text in members])
    has_company = len(members) > 1
    brands = brand_profile_get(row.site_id).brand_terms
    guess = intent_guess(row.text, brands=brands) if row.intent_source == LabelSource.RULES else None
    return KeywordReasons(
        keyword_id=row.pk,
        text=row.text,
        cluster_id=row.cluster_id,
        cluster_name=row.cluster.name if row.cluster else "",
        cluster_source=row.cluster_source,
        similarity=round(float(member_similarities(vectors)[0]), 4) if has_company else None,
        cohesion=cohesion(vectors) if has_company else None,
        intents=tuple(row.intents),
        intent_source=row.intent_source,
        intent_confidence=guess.confidence if guess else None,
        intent_evidence=guess.evidence if guess else (),
        is_branded=is_branded(row.normalized, brands),
        nearest=tuple(
            NearKeyword(*members[at + 1], cosine)
            for at, cosine in nearest(vectors[:1], vectors[1:], count=_NEAREST)
        ),
        elsewhere=_elsewhere(row, space=space, own=vectors[:1]),
        variants=_variants(row, space=space, own=vectors[:1]),
    )


def _elsewhere(row: Keyword, *, space: KeywordSpace, own: Matrix) -> tuple[NearCluster, ...]:
    """The clusters of the keyword's sector, its own left out, whose heads are nearest."""
    clusters = Cluster.objects.filter(of_sector(row.sector_id), site_id=row.site_id)
    if row.cluster_id is not None:
        clusters = clusters.exclude(pk=row.cluster_id)
    found = list(clusters.order_by("-volume", "pk").values_list("pk", "name", "head_keyword")[:_BACKGROUND])
    near = nearest(own, space.embed([head for *_rest, head in found]), count=3)
    return tuple(NearCluster(found[at][0], found[at][1], cosine) for at, cosine in near)


def _variants(row: Keyword, *, space: KeywordSpace, own: Matrix) -> tuple[NearKeyword, ...]:
    """Its near duplicates in the same market."""
    if not row.variant_key:
        return ()
    same = {"site_id": row.site_id, "country": row.country, "variant_key": row.variant_key}
    alike = Keyword.objects.filter(**same).exclude(pk=row.pk)
    found = list(alike.order_by(F("volume").desc(nulls_last=True), "pk").values_list("pk", "text")[:_NEAREST])
    near = nearest(own, space.embed([text for _pk, text in found]), count=_NEAREST)
    return tuple(NearKeyword(*found[at], cosine) for at, cosine in near)


def cluster_split_proposal(cluster_id: UUID) -> SplitProposal:
    """How a cluster would best be split in two, which the caller shows before `cluster_split` does it.

    Raises NotFound. The same keywords give the same proposal. A cluster of 1,000 keywords costs .6 CPU seconds.
    """
    row = Cluster.objects.filter(pk=cluster_id).first()
    if row is None:
        raise NotFound
    columns = ("pk", "text", "volume")
    keywords = Keyword.objects.filter(cluster_id=cluster_id).order_by("pk")
    found = list(keywords.values_list(*columns)[: SPLIT_LIMIT + 1])
    parts: tuple[Half, ...] = ()
    if len(found) > 1:
        vectors = site_space(row.site_id).embed([text for _pk, text, _volume in found])
        parts = halves(vectors) or ()
    return SplitProposal(
        cluster_id=row.pk,
        version=row.version,
        cohesion=row.cohesion,
        parts=tuple(_part(half, found) for half in parts),
    )


def _part(half: Half, found: Sequence[tuple[UUID, str, int | None]]) -> SplitPart:
    rows = [found[at] for at in half.rows]
    head = max(rows[:_NEAREST], key=lambda row: row[2] or 0)
    return SplitPart(
        head=head[1],
        keyword_ids=tuple(pk for pk, _text, _volume in rows),
        texts=tuple(text for _pk, text, _volume in rows),
        volume=sum(volume or 0 for _pk, _text, volume in rows),
        cohesion=half.cohesion,
    )
