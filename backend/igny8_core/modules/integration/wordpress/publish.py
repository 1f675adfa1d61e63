"""Owns the steps that put one post on a WordPress site exactly once; it must never decide to send a post again.

The caller persists a state before and after each step, in transactions of its own, in this order: `lookup`; adopt the
`original` or, when there is none, `send_draft`; `publish_draft`; `confirm`. WordPress has no idempotency keys, so the
marker in the content is the identity. After an error with `outcome_unknown` the way on starts at `lookup`. A request
that arrives late can still leave a second draft: only one id is ever published, and `confirm` reports the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from uuid import UUID

from igny8_core.common.text import excerpt
from igny8_core.modules.integration.wordpress.client import TRASH_STATUS, WordPressClient
from igny8_core.modules.integration.wordpress.errors import PostChanged, PostForeign, PostTrashed
from igny8_core.modules.integration.wordpress.payloads import RemotePost, WordPressPost

NEWEST = 20
SHOWN_LENGTH = 120


@dataclass(frozen=True)
class Difference:
    """One field that WordPress keeps otherwise than it was sent; both sides are cut to a readable length."""

    field: str
    sent: str
    found: str


@dataclass(frozen=True)
class Confirmation:
    """What stands on the site, read back. `twin_ids` are further posts with the same marker, left as they are."""

    post_id: int
    url: str
    slug: str
    status: str
    is_published: bool
    modified_at: datetime | None
    differences: tuple[Difference, ...]
    twin_ids: tuple[int, ...]


def lookup(client: WordPressClient, *, slug: str, marker: UUID) -> list[RemotePost]:
    """Every post that carries the marker or the slug, in all statuses with trash, oldest id first.

    Looks three ways, because each can fail alone: a search plug-in hides the search, WordPress or a person changes the
    slug, and the newest posts show what was sent a moment ago.
    """
    mark = f"igny8:{marker}"
    found = [
        *client.find_posts(search=mark),
        *client.find_posts(search=mark, status=TRASH_STATUS),
        *(client.find_posts(slug=slug) if slug else []),
        *(post for post in client.find_posts(newest=NEWEST) if post.has_marker(marker)),
    ]
    known = {post.id: post for post in found if post.has_marker(marker) or post.slug == slug}
    return [known[post_id] for post_id in sorted(known)]


def original(posts: Iterable[RemotePost], *, marker: UUID) -> RemotePost | None:
    """The one post that stands for the marker: released before draft before trashed, then the oldest."""
    marked = [post for post in posts if post.has_marker(marker)]
    return min(marked, key=lambda post: (not post.is_live, post.is_trashed, post.id), default=None)


def send_draft(client: WordPressClient, *, post: WordPressPost) -> RemotePost:
    """Send the post as a draft, once. Call it only when `lookup` showed no `original`."""
    return client.create_draft(post)


def publish_draft(client: WordPressClient, *, post_id: int, marker: UUID) -> RemotePost:
    """Release the draft of this id; safe to repeat.

    Raises PostForeign when the post of this id is not ours, PostTrashed when somebody threw it away, PostMissing.
    """
    current = client.get_post(post_id)
    _require_ours(current, marker=marker)
    return current if current.is_live else client.publish(post_id)


def send_update(
    client: WordPressClient, *, post_id: int, post: WordPressPost, known_modified_at: datetime | None
) -> RemotePost:
    """Replace a post that was sent before; safe to repeat while `known_modified_at` is kept up to date.

    `known_modified_at` is what the last Confirmation said; None overwrites knowingly. Raises PostChanged when somebody
    edited the post since, unless it holds exactly what is being sent; PostForeign, PostTrashed, PostMissing.
    """
    current = client.get_post(post_id)
    _require_ours(current, marker=post.marker)
    is_edited = known_modified_at is not None and current.modified_at != known_modified_at
    if is_edited and _differences(post, current):
        raise PostChanged
    return client.update_post(post_id, post=post)


def confirm(client: WordPressClient, *, post_id: int, post: WordPressPost) -> Confirmation:
    """Read the post back and say what WordPress keeps otherwise than sent, and which twins a late request left."""
    stored = client.get_post(post_id)
    others = lookup(client, slug=post.slug, marker=post.marker)
    return Confirmation(
        post_id=stored.id,
        url=stored.link,
        slug=stored.slug,
        status=stored.status,
        is_published=stored.status == "publish",
        modified_at=stored.modified_at,
        differences=tuple(_differences(post, stored)),
        twin_ids=tuple(other.id for other in others if other.id != post_id and other.has_marker(post.marker)),
    )


def _require_ours(post: RemotePost, *, marker: UUID) -> None:
    if post.is_trashed:
        raise PostTrashed
    if not post.has_marker(marker):
        raise PostForeign


def _differences(sent: WordPressPost, stored: RemotePost) -> list[Difference]:
    """Texts are compared unescaped: for authors WordPress stores `&` as `&amp;`."""
    texts = [
        ("title", sent.title, stored.title),
        ("slug", sent.slug, stored.slug),
        ("excerpt", sent.excerpt, stored.excerpt),
        ("content", sent.marked_html, stored.content_html),
    ]
    found = [_shown(name, ours, theirs) for name, ours, theirs in texts if _flat(ours) != _flat(theirs)]
    terms = [
        ("categories", sent.category_ids, stored.category_ids),
        ("tags", sent.tag_ids, stored.tag_ids),
    ]
    lists = [(name, ours, theirs) for name, ours, theirs in terms if ours and set(ours) != set(theirs)]
    return found + [Difference(name, _listed(ours), _listed(theirs)) for name, ours, theirs in lists]


def _flat(text: str) -> str:
    return " ".join(unescape(text).split())


def _shown(field: str, sent: str, found: str) -> Difference:
    """Both texts from a little before the place where they part."""
    ours, theirs = _flat(sent), _flat(found)
    pairs = zip(ours, theirs, strict=False)
    parting = next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(ours), len(theirs)))
    start = max(0, parting - 20)
    return Difference(
        field,
        excerpt(ours[start:], max_length=SHOWN_LENGTH),
        excerpt(theirs[start:], max_length=SHOWN_LENGTH),
    )


def _listed(term_ids: Sequence[int]) -> str:
    return ", ".join(str(term_id) for term_id in sorted(term_ids))
