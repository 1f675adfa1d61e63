"""The two places an article can go to, behind one set of steps."""

from igny8_core.modules.publisher.targets.base import Confirmed, Remote, Target
from igny8_core.modules.publisher.targets.preview import PreviewTarget
from igny8_core.modules.publisher.targets.wordpress import WordPressTarget

__all__ = ["Confirmed", "PreviewTarget", "Remote", "Target", "WordPressTarget"]
