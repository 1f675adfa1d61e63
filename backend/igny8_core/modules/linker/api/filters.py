"""What the linker's lists can be narrowed by; every filter is written out."""

import django_filters

from igny8_core.api.filters import RowFilter
from igny8_core.modules.linker.constants import BatchState, LinkHealth, LinkKind, SuggestionState


class _OfSite(RowFilter):
    site = django_filters.UUIDFilter(field_name="site_id", label="Only rows of this site.")


class NodeFilter(_OfSite):
    """Articles of one site, by how well they are linked."""

    health = django_filters.ChoiceFilter(choices=LinkHealth.choices, label="Only with this health.")
    article = django_filters.UUIDFilter(field_name="article_id", label="Only this article.")


class EdgeFilter(_OfSite):
    """Links of one article, to one article, or of one kind."""

    source = django_filters.UUIDFilter(field_name="source_id", label="Only links in this article.")
    target = django_filters.UUIDFilter(field_name="target_id", label="Only links to this article.")
    kind = django_filters.ChoiceFilter(choices=LinkKind.choices, label="Only this kind.")


class SuggestionFilter(_OfSite):
    """Suggestions of one article, to one article, of one batch, or in one state."""

    source = django_filters.UUIDFilter(field_name="source_id", label="Only links for this article.")
    target = django_filters.UUIDFilter(field_name="target_id", label="Only links to this article.")
    batch = django_filters.UUIDFilter(field_name="batch_id", label="Only links of this batch.")
    state = django_filters.ChoiceFilter(choices=SuggestionState.choices, label="Only in this state.")


class BatchFilter(_OfSite):
    """Batches in one state."""

    state = django_filters.ChoiceFilter(choices=BatchState.choices, label="Only in this state.")
