"""Every read of the planner, for its API, the console and the rooms that may call it; always of the current scope."""

from igny8_core.modules.planner.selectors.brands import (
    keywords_branded,
)
from igny8_core.modules.planner.selectors.clusters import (
    MAP_SIZE,
    cluster_get,
    cluster_map,
)
from igny8_core.modules.planner.selectors.edits import (
    clusters_chosen,
    keywords_chosen,
    plan_edit_page,
)
from igny8_core.modules.planner.selectors.ideas import (
    idea_brief_get,
    idea_briefs,
    idea_get,
    idea_list,
    idea_next_ids,
    idea_states,
)
from igny8_core.modules.planner.selectors.imports import (
    import_rows,
    keyword_import_get,
    keyword_import_list,
)
from igny8_core.modules.planner.selectors.keywords import (
    KEYWORD_ORDERINGS,
    keyword_list,
    keyword_statuses,
    keyword_total,
    plan_outlook,
    planner_counts,
)
from igny8_core.modules.planner.selectors.ownership import (
    cluster_owner,
    finding_counts,
    finding_list,
    finding_states,
    findings_of,
    idea_conflicts,
    ideas_clear,
    page_get,
    page_list,
    page_removals,
    rankings_read,
)
from igny8_core.modules.planner.selectors.plan import (
    cluster_choices,
    keywords_placed,
    keywords_set_aside,
    keywords_set_aside_count,
    plan_edit_list,
    plan_edit_site,
    topic_get,
    topic_list,
)
from igny8_core.modules.planner.selectors.reasons import (
    cluster_split_proposal,
    keyword_reasons,
    site_space,
)
from igny8_core.modules.planner.selectors.vectors import (
    cluster_estimate,
    keywords_open,
    place_require,
)

__all__ = [
    "KEYWORD_ORDERINGS",
    "MAP_SIZE",
    "cluster_choices",
    "cluster_estimate",
    "cluster_get",
    "cluster_map",
    "cluster_owner",
    "cluster_split_proposal",
    "clusters_chosen",
    "finding_counts",
    "finding_list",
    "finding_states",
    "findings_of",
    "idea_brief_get",
    "idea_briefs",
    "idea_conflicts",
    "idea_get",
    "idea_list",
    "idea_next_ids",
    "idea_states",
    "ideas_clear",
    "import_rows",
    "keyword_import_get",
    "keyword_import_list",
    "keyword_list",
    "keyword_reasons",
    "keyword_statuses",
    "keyword_total",
    "keywords_branded",
    "keywords_chosen",
    "keywords_open",
    "keywords_placed",
    "keywords_set_aside",
    "keywords_set_aside_count",
    "page_get",
    "page_list",
    "page_removals",
    "place_require",
    "plan_edit_list",
    "plan_edit_page",
    "plan_edit_site",
    "plan_outlook",
    "planner_counts",
    "rankings_read",
    "site_space",
    "topic_get",
    "topic_list",
]
