"""Reads of scores."""

from collections.abc import Iterable
from uuid import UUID

from igny8_core.common.errors import NotFound
from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.optimizer.scoring import RULESET_VERSION
from igny8_core.modules.optimizer.shapes import finding_view, snapshot_point, snapshot_view
from igny8_core.modules.optimizer.types import (
    FindingChange,
    FindingView,
    ScoreComparison,
    ScorePoint,
    ScoreView,
)
from igny8_core.modules.writer.selectors import article_versions


def score_latest(article_id: UUID) -> ScoreSnapshot | None:
    """An article's newest score."""
    return ScoreSnapshot.objects.filter(article_id=article_id).order_by("-id").first()


def score_get(article_id: UUID) -> ScoreView | None:
    """An article's newest score with its findings, if it has one; its version says of which text."""
    row = score_latest(article_id)
    return None if row is None else snapshot_view(row)


def score_points(article_ids: Iterable[UUID]) -> dict[UUID, ScorePoint]:
    """The newest score of each article that has one."""
    rows = ScoreSnapshot.objects.filter(article_id__in=list(article_ids)).defer("findings")
    newest = rows.order_by("article_id", "-id").distinct("article_id")
    return {row.article_id: snapshot_point(row) for row in newest}


def score_compare(score_id: UUID, *, before_id: UUID | None = None) -> ScoreComparison:
    """What changed between an earlier score and this one, by default the one before it. Raises NotFound.

    Two scores of different articles are not compared.
    """
    after = ScoreSnapshot.objects.filter(pk=score_id).first()
    if after is None:
        raise NotFound
    others = ScoreSnapshot.objects.filter(article_id=after.article_id)
    if before_id is None:
        before = others.filter(pk__lt=after.pk).order_by("-id").first()
    else:
        before = others.filter(pk=before_id).first()
    if before is None:
        raise NotFound
    return ScoreComparison(snapshot_point(before), snapshot_point(after), _changes(before, after))


def articles_unscored(site_id: UUID) -> list[UUID]:
    """The site's articles whose newest version has no score under the ruleset of today, oldest first."""
    rows = ScoreSnapshot.objects.filter(site_id=site_id, ruleset_version=RULESET_VERSION)
    scored = set(rows.values_list("article_id", "article_version"))
    return [
        article_id for article_id, version in article_versions(site_id) if (article_id, version) not in scored
    ]


def _changes(before: ScoreSnapshot, after: ScoreSnapshot) -> tuple[FindingChange, ...]:
    earlier, later = _by_check(before), _by_check(after)
    names = [*later, *(name for name in earlier if name not in later)]
    changes = (FindingChange(name, earlier.get(name), later.get(name)) for name in names)
    return tuple(change for change in changes if _result(change.before) != _result(change.after))


def _by_check(row: ScoreSnapshot) -> dict[str, FindingView]:
    return {finding.check: finding for finding in map(finding_view, row.findings)}


def _result(finding: FindingView | None) -> tuple[str, int, float | None] | None:
    return None if finding is None else (finding.verdict, finding.points, finding.value)
