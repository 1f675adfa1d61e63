"""What the plan's pages draw with: an edit as a sentence, a similarity in words."""

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from igny8_core.modules.planner.constants import ClusterStatus, EditKind
from igny8_core.modules.planner.types import PlanEditRow

register = template.Library()

# Edits after which the cluster's own page is gone when they are taken back.
_MAKING = (EditKind.CREATE, EditKind.SPLIT)


@register.filter
def edit_sentence(edit: PlanEditRow) -> str:
    """What an edit did, as a sentence without a full stop."""
    if edit.kind == EditKind.CHANGE:
        return _("“%(name)s”: %(what)s") % {"name": edit.subject, "what": _changes(edit)}
    if edit.kind == EditKind.CREATE:
        return _("Made “%(name)s”") % {"name": edit.subject}
    n = edit.rows_count
    texts = {
        EditKind.MOVE: ngettext("Moved %(n)s keyword to “%(name)s”", "Moved %(n)s keywords to “%(name)s”", n),
        EditKind.TAKE_OUT: ngettext(
            "Took %(n)s keyword out of “%(name)s”", "Took %(n)s keywords out of “%(name)s”", n
        ),
        EditKind.RELEASE: ngettext(
            "Gave %(n)s keyword back to the runs", "Gave %(n)s keywords back to the runs", n
        ),
        EditKind.SPLIT: ngettext(
            "Split %(n)s keyword off as “%(name)s”", "Split %(n)s keywords off as “%(name)s”", n
        ),
        EditKind.MERGE: ngettext(
            "Merged %(n)s cluster into “%(name)s”", "Merged %(n)s clusters into “%(name)s”", n
        ),
        EditKind.DELETE: ngettext("Deleted “%(name)s”", "Deleted %(n)s clusters, “%(name)s” and others", n),
        EditKind.TOPIC: ngettext(
            "Moved %(n)s cluster to the topic “%(name)s”", "Moved %(n)s clusters to the topic “%(name)s”", n
        ),
    }
    return texts[EditKind(edit.kind)] % {"n": n, "name": edit.subject}


def _changes(edit: PlanEditRow) -> str:
    said = dict.fromkeys(_change(*one) for one in edit.changed)
    more = _(" (%(n)s rows)") % {"n": edit.rows_count} if edit.rows_count > 1 else ""
    return ", ".join(said) + more


def _change(name: str, before: object, after: object) -> str:
    if name == "is_locked":
        return _("locked") if after else _("unlocked")
    if name == "status":
        return str(ClusterStatus(str(after)).label).lower()
    return _("renamed, it was “%(before)s”") % {"before": before}


@register.filter
def makes_its_row(edit: PlanEditRow) -> bool:
    """Whether the row that an edit is about is gone when the edit is taken back."""
    return edit.kind in _MAKING


@register.filter
def likeness(cosine: Any) -> str:
    """A cosine with a word for it; a dash when there is nothing to compare."""
    if cosine is None:
        return "–"
    word = _("near") if cosine >= 0.5 else _("related") if cosine >= 0.25 else _("far")
    return f"{cosine:.2f} {word}"
