"""One post on the built-in preview site, told in the room's steps; the store underneath writes the files."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from igny8_core.modules.publisher.errors import PreviewUnwritable, PublicationSlugTaken, PublicationVanished
from igny8_core.modules.publisher.preview import (
    PageFacts,
    PreviewPost,
    PreviewSite,
    PreviewSlugTaken,
    PreviewStore,
)
from igny8_core.modules.publisher.targets.base import Confirmed, Remote
from igny8_core.modules.writer.types import ArticleDocument


@dataclass(frozen=True)
class PreviewTarget:
    """An article on its way to a preview site: writing it is one idempotent act, so it is public once it is there."""

    store: PreviewStore
    site: PreviewSite
    document: ArticleDocument
    marker: UUID
    slug: str
    published_at: datetime
    may_arrive_late = False

    def at_slug(self, slug: str) -> Self:
        """The same post under another slug."""
        return replace(self, slug=slug)

    def prepare(self) -> None:
        """Nothing has to be there before the post."""

    def find(self) -> Remote | None:
        """The page, when its writing was finished; half a page is written again."""
        facts = self._facts()
        return _page(str(self.marker)) if facts is not None and facts.is_listed else None

    def send(self) -> Remote:
        """Write the page and the lists that name it."""
        with preview_told():
            self.store.write_post(self.site, self._post())
        return _page(str(self.marker))

    def look(self, external_id: str) -> Remote:
        """The page; raises PublicationVanished."""
        if self._facts() is None:
            raise PublicationVanished
        return _page(external_id)

    def update(self, external_id: str, *, known_modified_at: datetime | None) -> Remote:
        """Write the page again: nobody but us writes there."""
        return self.send()

    def release(self, external_id: str) -> Remote:
        """Nothing: what is written is public."""
        return _page(external_id)

    def confirm(self, external_id: str) -> Confirmed:
        """Read the written page back."""
        facts = self._facts()
        if facts is None:
            raise PublicationVanished
        told = [
            ("title", " ".join(self.document.title.split()), facts.title),
            ("url", facts.url, facts.canonical_url),
        ]
        return Confirmed(
            url=facts.url,
            status="listed" if facts.is_listed else "unlisted",
            is_published=facts.is_listed,
            modified_at=None,
            differences=tuple(
                {"field": field, "sent": sent, "found": found} for field, sent, found in told if sent != found
            ),
            twins=(),
        )

    def _facts(self) -> PageFacts | None:
        with preview_told():
            return self.store.read_back(self.site, str(self.marker))

    def _post(self) -> PreviewPost:
        document = self.document
        return PreviewPost(
            post_id=str(self.marker),
            slug=self.slug,
            title=document.title,
            excerpt=document.excerpt,
            category=document.category,
            tags=document.tags,
            author_name=document.author_name,
            published_at=self.published_at,
            updated_at=max(document.updated_at, self.published_at),
            word_count=document.word_count,
            html=document.html,
            meta_description=document.meta_description,
            head_keyword=document.head_keyword,
        )


def preview_site(*, token: str, base_url: str, name: str, domain: str, language: str) -> PreviewSite:
    """The preview site of a site; a language that is no BCP 47 tag becomes English."""
    tag = language.replace("_", "-")
    return PreviewSite(
        token=token,
        name=name.strip() or domain,
        domain=domain,
        base_url=base_url,
        language=tag if re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", tag) else "en",
        description=f"Articles for {domain}",
    )


def _page(external_id: str) -> Remote:
    return Remote(external_id=external_id, modified_at=None, is_live=True)


@contextmanager
def preview_told() -> Iterator[None]:
    """Tell what the store refuses in the room's words."""
    try:
        yield
    except PreviewSlugTaken as error:
        raise PublicationSlugTaken(suggestion=error.suggestion) from error
    except OSError as error:
        raise PreviewUnwritable from error
