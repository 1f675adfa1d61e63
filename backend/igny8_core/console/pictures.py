"""Draws a site's clusters as circles, each topic's together; must never read a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from igny8_core.console.packing import Circle, around, pack
from igny8_core.modules.planner.types import ClusterRow

WIDTH = 1000.0
LABEL_RADIUS = 22.0
CAPTION = 24.0  # the room above a topic, for its name
LETTER = 6.5  # the width of a letter of a label


@dataclass(frozen=True, slots=True)
class Bubble:
    """A cluster in the picture; `lines` is what fits of its name."""

    cluster: ClusterRow
    x: float
    y: float
    r: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A topic in the picture, around its clusters; `caption` is its name where there is room for it."""

    topic_id: UUID | None
    name: str
    caption: str
    x: float
    y: float
    r: float
    bubbles: tuple[Bubble, ...]

    @property
    def caption_y(self) -> float:
        """Where the caption's line stands: just above the circle."""
        return self.y - self.r - 7


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole map, in the units of its own frame."""

    groups: tuple[Group, ...]
    width: float
    height: float


def picture(clusters: Sequence[ClusterRow], topics: Mapping[UUID, str]) -> Picture:
    """Clusters as circles that grow with their volume, each topic's together."""
    most = max((cluster.volume for cluster in clusters), default=0) or 1
    packed = []
    for topic_id in sorted({one.topic_id for one in clusters}, key=lambda key: (key is None, str(key))):
        rows = [one for one in clusters if one.topic_id == topic_id]
        circles = pack([_radius(one.volume, most) for one in rows])
        packed.append((topic_id, rows, circles, around(circles) + 14))
    packed.sort(key=lambda entry: -entry[3])
    places = pack([edge for *_rest, edge in packed], gap=CAPTION)
    groups = [
        _group(topic_id, topics, rows, circles, place)
        for (topic_id, rows, circles, _edge), place in zip(packed, places, strict=True)
    ]
    return _framed(groups)


def _radius(volume: int, most: int) -> float:
    return 14 + 76 * float((volume / most) ** 0.4)


def _group(
    topic_id: UUID | None,
    topics: Mapping[UUID, str],
    rows: Sequence[ClusterRow],
    circles: Sequence[Circle],
    place: Circle,
) -> Group:
    name = topics.get(topic_id, "") if topic_id else ""
    bubbles = tuple(
        Bubble(row, x=place.x + one.x, y=place.y + one.y, r=one.r, lines=label(row.name, one.r))
        for row, one in zip(rows, circles, strict=True)
    )
    # A topic of one cluster is named by that.
    caption = name if len(rows) > 1 and len(name) * LETTER <= 2 * place.r else ""
    return Group(
        topic_id=topic_id, name=name, caption=caption, x=place.x, y=place.y, r=place.r, bubbles=bubbles
    )


def label(name: str, radius: float) -> tuple[str, ...]:
    """A name on as many lines as its circle has room for, cut between words; the table and the tip have all of it."""
    if radius < LABEL_RADIUS:
        return ()
    room = int(radius * 1.75 / LETTER)
    lines = [""]
    for word in name.split():
        if len(lines[-1]) + len(word) + 1 <= room or not lines[-1]:
            lines[-1] = f"{lines[-1]} {word}".strip()
        else:
            lines.append(word)
    most = 2 if radius < 30 else 3 if radius < 40 else 4
    shown = lines[:most]
    if len(lines) > most:
        last = shown.pop()
        shown.append((last if len(last) < room else last.rpartition(" ")[0]) + "…")
    if any(len(line) > room or line == "…" for line in shown):
        return ()  # a piece of a word says less than none
    return tuple(shown)


def _framed(groups: Sequence[Group]) -> Picture:
    """The picture moved into its own frame, from (0, 0)."""
    if not groups:
        return Picture(groups=(), width=WIDTH, height=0)
    left, top = min(one.x - one.r for one in groups), min(one.y - one.r for one in groups) - CAPTION
    moved = tuple(
        replace(
            one,
            x=one.x - left,
            y=one.y - top,
            bubbles=tuple(replace(b, x=b.x - left, y=b.y - top) for b in one.bubbles),
        )
        for one in groups
    )
    return Picture(
        groups=moved,
        width=max(one.x + one.r for one in moved),
        height=max(one.y + one.r for one in moved),
    )
