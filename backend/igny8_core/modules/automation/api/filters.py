"""What the lists of runs and items can be narrowed by."""

import django_filters

from igny8_core.api.filters import RowFilter
from igny8_core.modules.automation.constants import ItemState, RunState


class RunFilter(RowFilter):
    """Runs of a site or in a state."""

    site = django_filters.UUIDFilter(field_name="site_id", label="Only runs of this site.")
    state = django_filters.ChoiceFilter(choices=RunState.choices, label="Only runs in this state.")


class RunItemFilter(RowFilter):
    """Items of a run or in a state."""

    run = django_filters.UUIDFilter(field_name="run_id", label="Only items of this run.")
    state = django_filters.ChoiceFilter(choices=ItemState.choices, label="Only items in this state.")
