"""A score's findings in the order in which a writer mends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from igny8_core.modules.optimizer.types import FindingView, ScoreView

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_GROUPS: tuple[tuple[str, StrPromise, str, bool], ...] = (
    ("bad", _("Mend first"), "bad", True),
    ("ok", _("Could be better"), "warm", False),
    ("good", _("Good"), "good", False),
    ("not_judged", _("Not judged"), "still", False),
)


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings with one verdict, those that cost most points first; `is_open`: shown at once."""

    title: str
    tone: str
    is_open: bool
    findings: tuple[FindingView, ...]


def finding_groups(score: ScoreView) -> list[FindingGroup]:
    """The findings by verdict, worst first; without those that nothing fell into."""
    groups = []
    for verdict, title, tone, is_open in _GROUPS:
        mine = [one for one in score.findings if one.verdict == verdict]
        mine.sort(key=lambda one: one.points - one.max_points)
        if mine:
            groups.append(FindingGroup(str(title), tone, is_open, tuple(mine)))
    return groups
