"""What the writer's lists can be narrowed by; every filter is written out."""

import django_filters

from igny8_core.api.filters import SiteFilter
from igny8_core.modules.writer.constants import ReviewState, TaskState


class TaskFilter(SiteFilter):
    """Tasks by state and idea."""

    state = django_filters.ChoiceFilter(choices=TaskState.choices)
    idea = django_filters.UUIDFilter(field_name="idea_id")


class ArticleFilter(SiteFilter):
    """Articles by task, idea, review, and whether a person has edited them."""

    task = django_filters.UUIDFilter(field_name="task_id")
    idea = django_filters.UUIDFilter(field_name="idea_id")
    is_human_edited = django_filters.BooleanFilter()
    review_state = django_filters.ChoiceFilter(choices=ReviewState.choices)
