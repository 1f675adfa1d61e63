"""The forms of the writing pages; they check shape, services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from igny8_core.console.forms import ConsoleForm
from igny8_core.console.lists import FilterForm, choice
from igny8_core.modules.optimizer.constants import MAX_HTML
from igny8_core.modules.writer.constants import EDITABLE_FIELDS, MAX_REVIEW_TEXT, ReviewState, TaskState


class TaskFilterForm(FilterForm):
    """What the tasks can be narrowed by."""

    state = choice(_("Any state"), TaskState.choices)
    review_state = choice(_("Any review"), [one for one in ReviewState.choices if one[0] != ReviewState.NONE])


class ArticleForm(ConsoleForm):
    """What a person may change of an article; `version` is the one that they read."""

    title = forms.CharField(label=_("Title"), max_length=200)
    slug = forms.SlugField(label=_("Slug"), max_length=100)
    meta_description = forms.CharField(
        label=_("Meta description"),
        max_length=320,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    excerpt = forms.CharField(
        label=_("Excerpt"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    html = forms.CharField(
        label=_("Text"),
        max_length=MAX_HTML,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "class": "source", "spellcheck": "true"}),
        help_text=_("HTML. What could run or track is taken out when it is saved."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def changes(self) -> dict[str, Any]:
        """The fields to store; a browser sends each line end as two characters."""
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in EDITABLE_FIELDS}


class ReasonForm(ConsoleForm):
    """Why somebody should look at an article."""

    reason = forms.CharField(label=_("What should be looked at?"), max_length=MAX_REVIEW_TEXT)


class DecisionForm(ConsoleForm):
    """What a person says of an article, of the version that they read."""

    comment = forms.CharField(
        label=_("Comment"),
        max_length=MAX_REVIEW_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you reject: say what has to change."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
