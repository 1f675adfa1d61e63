"""Every write of the integration room, for its own API and for the rooms that may call it."""

from igny8_core.modules.integration.services.destinations import (
    destination_check,
    destination_delete,
    destination_for_change,
    destination_preview_ensure,
    destination_restore,
    destination_secrets_rotate,
    destination_update,
    destination_wordpress_create,
    destination_wordpress_save,
    report_json,
    wordpress_try,
)
from igny8_core.modules.integration.services.many import (
    destinations_check,
    destinations_check_start,
    destinations_delete,
    destinations_pause,
    destinations_restore,
)
from igny8_core.modules.integration.services.posts import posts_sync, posts_sync_start
from igny8_core.modules.integration.services.taxonomies import taxonomies_sync, taxonomies_sync_start

__all__ = [
    "destination_check",
    "destination_delete",
    "destination_for_change",
    "destination_preview_ensure",
    "destination_restore",
    "destination_secrets_rotate",
    "destination_update",
    "destination_wordpress_create",
    "destination_wordpress_save",
    "destinations_check",
    "destinations_check_start",
    "destinations_delete",
    "destinations_pause",
    "destinations_restore",
    "posts_sync",
    "posts_sync_start",
    "report_json",
    "taxonomies_sync",
    "taxonomies_sync_start",
    "wordpress_try",
]
