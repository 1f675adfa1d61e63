"""Every write of the writer room."""

from igny8_core.modules.writer.services.articles import (
    article_delete,
    article_edit,
    article_links_apply,
    article_recover,
    article_remove,
    article_restore,
    article_revision_restore,
)
from igny8_core.modules.writer.services.reviews import (
    article_approve,
    article_reject,
    article_review_request,
)
from igny8_core.modules.writer.services.tasks import (
    task_create,
    task_fail,
    task_give_up,
    task_write_start,
    tasks_write_start,
)
from igny8_core.modules.writer.services.writing import article_write

__all__ = [
    "article_approve",
    "article_delete",
    "article_edit",
    "article_links_apply",
    "article_recover",
    "article_reject",
    "article_remove",
    "article_restore",
    "article_review_request",
    "article_revision_restore",
    "article_write",
    "task_create",
    "task_fail",
    "task_give_up",
    "task_write_start",
    "tasks_write_start",
]
