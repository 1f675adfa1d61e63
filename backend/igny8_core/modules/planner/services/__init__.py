"""Every write of the planner, for its own API and for the rooms that may call it."""

from igny8_core.modules.planner.services.clusters import (
    cluster_preview,
    cluster_preview_start,
    cluster_run,
    cluster_start,
)
from igny8_core.modules.planner.services.clusters_edits import (
    cluster_change,
    cluster_create,
    cluster_split,
    cluster_update,
    clusters_change,
    clusters_delete,
    clusters_merge,
)
from igny8_core.modules.planner.services.edits import plan_edit_undo
from igny8_core.modules.planner.services.files import keyword_file_check
from igny8_core.modules.planner.services.findings import (
    findings_dismiss,
    findings_put_back,
    findings_reopen,
    findings_run,
    findings_start,
)
from igny8_core.modules.planner.services.ideas import (
    idea_accept,
    idea_done,
    idea_mark_completed,
    idea_mark_failed,
    idea_mark_queued,
    idea_reject,
    ideas_decide,
    ideas_generate,
    ideas_put_back,
    ideas_start,
)
from igny8_core.modules.planner.services.imports import (
    keyword_import_create,
    keyword_import_fail,
    keyword_import_run,
    keyword_import_start,
)
from igny8_core.modules.planner.services.keywords import (
    keyword_create,
    keyword_delete,
    keyword_restored,
    keyword_update,
    keywords_delete,
    keywords_put_back,
    keywords_restore,
    keywords_set_status,
    keywords_unarchive,
)
from igny8_core.modules.planner.services.owners import cluster_owner_set
from igny8_core.modules.planner.services.pages import (
    page_change,
    page_create,
    page_record,
    page_update,
    pages_import,
    pages_removed,
    pages_restore,
    pages_see,
    pages_unseen_remove,
)
from igny8_core.modules.planner.services.placing import keywords_move, keywords_release
from igny8_core.modules.planner.services.previews import (
    keyword_import_map,
    keyword_import_preview,
    keyword_imports_expire,
)
from igny8_core.modules.planner.services.seeds import keywords_seed
from igny8_core.modules.planner.services.topics import clusters_set_topic, topic_change, topic_update
from igny8_core.modules.planner.services.variants import keywords_key, keywords_key_start
from igny8_core.modules.planner.services.vectors import meaning_bought

__all__ = [
    "cluster_change",
    "cluster_create",
    "cluster_owner_set",
    "cluster_preview",
    "cluster_preview_start",
    "cluster_run",
    "cluster_split",
    "cluster_start",
    "cluster_update",
    "clusters_change",
    "clusters_delete",
    "clusters_merge",
    "clusters_set_topic",
    "findings_dismiss",
    "findings_put_back",
    "findings_reopen",
    "findings_run",
    "findings_start",
    "idea_accept",
    "idea_done",
    "idea_mark_completed",
    "idea_mark_failed",
    "idea_mark_queued",
    "idea_reject",
    "ideas_decide",
    "ideas_generate",
    "ideas_put_back",
    "ideas_start",
    "keyword_create",
    "keyword_delete",
    "keyword_file_check",
    "keyword_import_create",
    "keyword_import_fail",
    "keyword_import_map",
    "keyword_import_preview",
    "keyword_import_run",
    "keyword_import_start",
    "keyword_imports_expire",
    "keyword_restored",
    "keyword_update",
    "keywords_delete",
    "keywords_key",
    "keywords_key_start",
    "keywords_move",
    "keywords_put_back",
    "keywords_release",
    "keywords_restore",
    "keywords_seed",
    "keywords_set_status",
    "keywords_unarchive",
    "meaning_bought",
    "page_change",
    "page_create",
    "page_record",
    "page_update",
    "pages_import",
    "pages_removed",
    "pages_restore",
    "pages_see",
    "pages_unseen_remove",
    "plan_edit_undo",
    "topic_change",
    "topic_update",
]
