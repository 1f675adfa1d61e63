"""The built-in preview site: finished static pages and the files they stand in; it reads no table and no setting."""

from igny8_core.modules.publisher.preview.errors import (
    PreviewDamaged,
    PreviewSlugInvalid,
    PreviewSlugTaken,
    PreviewTokenInvalid,
)
from igny8_core.modules.publisher.preview.serving import HEADERS, content_type
from igny8_core.modules.publisher.preview.store import PreviewStore
from igny8_core.modules.publisher.preview.types import (
    PageFacts,
    PreviewPost,
    PreviewSite,
)

__all__ = [
    "HEADERS",
    "PageFacts",
    "PreviewDamaged",
    "PreviewPost",
    "PreviewSite",
    "PreviewSlugInvalid",
    "PreviewSlugTaken",
    "PreviewStore",
    "PreviewTokenInvalid",
    "content_type",
]
