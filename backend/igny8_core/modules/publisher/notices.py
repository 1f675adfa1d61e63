"""Tells people that a publication failed, in the transaction that says so on its row."""

from igny8_core.modules.publisher.errors import ArticleHeld
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.system.services import notify
from igny8_core.modules.system.types import NotificationKind


def failure_tell(row: Publication) -> None:
    """Tell of a publication that is saved as failed; one that fails again after a retry is told of again.

    Of one that waits for a review the writer tells, when it is asked for.
    """
    if row.error_code == ArticleHeld.code:
        return
    notify(
        NotificationKind.PUBLICATION_FAILED,
        f"Publishing {row.slug} failed: {row.error_message}",
        dedupe_key=f"publication:{row.pk}:{row.version}",
        site_id=row.site_id,
        target_kind="publication",
        target_id=row.pk,
    )
