"""Where a site's articles are public, from the publisher's own record; the linker never makes up an address."""

from uuid import UUID

from igny8_core.auth.selectors import site_get
from igny8_core.common.errors import NotFound
from igny8_core.modules.integration import selectors as integration
from igny8_core.modules.linker.placing import address_key, host_of, is_linkable
from igny8_core.modules.linker.types import SiteAddresses
from igny8_core.modules.publisher.selectors import posts_published

PREVIEW = "preview"


def site_addresses(site_id: UUID) -> SiteAddresses:
    """What leads to each published article of a site, and the address to link it by.

    A live blog never links into a preview: preview addresses are used only where nothing is published elsewhere.
    Raises NotFound for a foreign site.
    """
    domain = site_get(site_id).domain
    posts = posts_published(site_id)
    platforms = {post.destination_id: _platform(post.destination_id) for post in posts}
    is_live = any(platform not in (PREVIEW, "") for platform in platforms.values())
    homes: dict[UUID, str] = {}
    versions: dict[UUID, int] = {}
    for post in posts:
        is_home = platforms[post.destination_id] and (platforms[post.destination_id] == PREVIEW) != is_live
        if is_home and is_linkable(post.url) and post.article_id not in homes:
            homes[post.article_id] = post.url
            versions[post.article_id] = post.article_version or 0
    hosts = {host_of(f"https://{domain}"), *(host_of(post.url) for post in posts)}
    return SiteAddresses(
        articles={address_key(post.url): post.article_id for post in posts},
        homes=homes,
        hosts=frozenset(hosts - {""}),
        versions=versions,
    )


def _platform(destination_id: UUID) -> str:
    try:
        return integration.destination_get(destination_id).platform
    except NotFound:  # deleted, and its publications with it in a moment
        return ""
