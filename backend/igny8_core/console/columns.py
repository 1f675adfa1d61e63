"""An upload's columns as a form shows them: what stands in each, what it is read as, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from igny8_core.common.errors import DomainError
from igny8_core.modules.planner.errors import ImportFieldTwice
from igny8_core.modules.planner.types import ImportPreview

FIELD_NAMES: Mapping[str, Any] = {
    "text": gettext_lazy("Keyword"),
    "country": gettext_lazy("Country"),
    "language": gettext_lazy("Language"),
    "volume": gettext_lazy("Searches a month"),
    "volume_min": gettext_lazy("Searches, at least"),
    "volume_max": gettext_lazy("Searches, at most"),
    "difficulty": gettext_lazy("Difficulty"),
    "cpc": gettext_lazy("Cost per click"),
    "cpc_currency": gettext_lazy("Currency"),
    "competition": gettext_lazy("Competition among advertisers"),
    "intents": gettext_lazy("Search intent"),
    "serp_features": gettext_lazy("SERP features"),
    "trend": gettext_lazy("Trend by month"),
    "parent_topic": gettext_lazy("Parent topic"),
    "traffic_potential": gettext_lazy("Traffic potential"),
    "global_volume": gettext_lazy("Searches worldwide"),
    "url": gettext_lazy("Ranking page"),
    "serp_urls": gettext_lazy("Other pages that rank"),
    "position": gettext_lazy("Position"),
    "previous_position": gettext_lazy("Previous position"),
    "clicks": gettext_lazy("Clicks"),
    "impressions": gettext_lazy("Impressions"),
    "traffic": gettext_lazy("Visits a month"),
    "seen_on": gettext_lazy("Day of the figures"),
    # These are read by a tool's own layout alone.
    "tags": gettext_lazy("Tags"),
    "intent_source": gettext_lazy("Who said the intent"),
    "language_source": gettext_lazy("Who said the language"),
    "origin": gettext_lazy("Tool"),
}


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column of the form: `field` is chosen, `title` says it in words, `is_wrong` stands out after a refusal."""

    name: str
    sample: tuple[str, ...]
    field: str
    title: str
    is_fixed: bool
    is_wrong: bool


def column_lines(preview: ImportPreview, chosen: Sequence[str]) -> list[ColumnLine]:
    """A preview's columns with what they are read as, or with what somebody chose and was refused."""
    lines = []
    for number, column in enumerate(preview.columns):
        field = (chosen[number] if chosen else column.field or column.guess) or ""
        is_fixed = column.is_fixed
        lines.append(
            ColumnLine(
                name=column.name,
                sample=tuple(cell for cell in column.sample if cell),
                field=field,
                title=str(FIELD_NAMES.get(column.field or "", "")),
                is_fixed=is_fixed,
                is_wrong=not is_fixed and field != "" and list(chosen).count(field) > 1,
            )
        )
    return lines


def field_choices(preview: ImportPreview) -> list[tuple[str, Any]]:
    """The fields that a column may be, the keyword first."""
    return [(field, FIELD_NAMES[field]) for field in preview.fields if field in FIELD_NAMES]


def complaint_of(error: DomainError, chosen: Sequence[str]) -> str:
    """Why columns cannot be read as chosen, in the words of the form."""
    if not isinstance(error, ImportFieldTwice):
        return error.message
    twice = next(field for field in chosen if field and chosen.count(field) > 1)
    return _("Two columns are read as “%(field)s”; choose one of them.") % {"field": FIELD_NAMES[twice]}
