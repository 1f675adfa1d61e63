"""What every page and every action of one article begins with."""

from typing import Any

from django.urls import reverse

from igny8_core.common.errors import NotFound
from igny8_core.console.base import SiteActionView, SitePageView
from igny8_core.modules.writer.selectors import article_document_get
from igny8_core.modules.writer.types import ArticleDocument


class ArticleMixin:
    """What a page of one article begins with: the article, which must be of this site."""

    article: ArticleDocument

    def begin(self: Any, **kwargs: Any) -> None:
        """Site and article of the address; raises NotFound."""
        super().begin(**kwargs)  # type: ignore[misc]  # a SitePageView follows
        self.article = article_document_get(kwargs["article_id"])
        if self.article.site_id != self.site.pk:
            raise NotFound

    def address(self: Any, name: str = "article", **names: Any) -> str:
        """Where something of this article stands."""
        # From the address, not from the rows: whoever is refused before they are read goes back there, too.
        ids = {name: self.kwargs[name] for name in ("site_id", "article_id")}
        return reverse(f"console:{name}", kwargs={**ids, **names})

    def back(self: Any) -> str:
        """The article's page."""
        return str(self.address())


class ArticlePageView(ArticleMixin, SitePageView):
    """A page of one article."""

    room, section = "writer", "writing"


class ArticleActionView(ArticleMixin, SiteActionView):
    """An action on one article."""

    room, section = "writer", "writing"
