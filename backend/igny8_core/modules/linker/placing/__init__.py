"""Where links stand in HTML and where one may be put; pure, without Django."""

from igny8_core.modules.linker.placing.anchors import LinkTarget, anchors_choose
from igny8_core.modules.linker.placing.insertion import (
    Inserted,
    LinkLimits,
    PlacedLink,
    RefusedLink,
    WantedLink,
    links_insert,
    links_remove,
)
from igny8_core.modules.linker.placing.reading import FoundLink, address_key, host_of, is_linkable, links_read

__all__ = [
    "FoundLink",
    "Inserted",
    "LinkLimits",
    "LinkTarget",
    "PlacedLink",
    "RefusedLink",
    "WantedLink",
    "address_key",
    "anchors_choose",
    "host_of",
    "is_linkable",
    "links_insert",
    "links_read",
    "links_remove",
]
