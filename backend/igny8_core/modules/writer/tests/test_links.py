"""The linker's one way into an article: links and nothing else, on the version that was seen."""

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.writer.errors import ArticleChanged, ArticleTextChanged
from igny8_core.modules.writer.models import Article, ArticleRevision
from igny8_core.modules.writer.selectors import (
    article_documents,
    article_revision_html,
    article_versions,
)
from igny8_core.modules.writer.services import article_edit, article_links_apply
from igny8_core.modules.writer.tests.samples import article_make
from igny8_core.modules.writer.types import LinksApplied
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

HTML = "<p>Tea &amp; coffee,  <b>well</b> made.</p>"
LINKED = '<p>Tea &amp; <a href="https://a.test/" rel="noopener">coffee</a>,  <b>well</b> made.</p>'


@pytest.fixture
def article(tenant: Tenant) -> Article:
    made = article_make(tenant)
    with tenant.work():
        return article_edit(made.pk, html=HTML)


def test_links_are_stored_byte_for_byte_as_a_revision(tenant: Tenant, article: Article) -> None:
    with tenant.work():
        applied = article_links_apply(article.pk, expected_version=article.version, html=LINKED)
        row = Article.objects.get(pk=article.pk)
        after = ArticleRevision.objects.get(article=article, number=applied.after)
        assert (row.html, row.version, row.is_human_edited) == (LINKED, article.version + 1, True)
        assert (after.html, after.source) == (LINKED, "links")
        assert article_revision_html(article.pk, applied.before) == HTML
        assert article_revision_html(article.pk, 99) is None
        assert AuditEvent.objects.filter(action="article.links_changed").count() == 1


def test_text_without_a_revision_is_kept_before_it_is_changed(tenant: Tenant) -> None:
    article = article_make(tenant)
    with tenant.work():
        ArticleRevision.objects.filter(article=article).delete()
        Article.objects.filter(pk=article.pk).update(html=HTML)
        applied = article_links_apply(article.pk, expected_version=article.version, html=LINKED)
        assert applied.after == applied.before + 1
        assert article_revision_html(article.pk, applied.before) == HTML
        sources = ArticleRevision.objects.filter(article=article).order_by("number")
        assert list(sources.values_list("source", flat=True)) == ["machine", "links"]
        back = article_links_apply(article.pk, expected_version=article.version + 1, html=HTML)
        assert back == LinksApplied(before=applied.after, after=applied.after + 1)


@pytest.mark.parametrize(
    "html",
    [
        HTML.replace("well", "badly"),
        HTML.replace("<b>well</b>", "well"),
        HTML.replace("<p>", '<p id="x">'),
        LINKED + "<p>More.</p>",
        LINKED + '<img src="https://track.test/x">',
        "",
    ],
)
def test_anything_but_links_is_refused(tenant: Tenant, article: Article, html: str) -> None:
    with tenant.work():
        before = ArticleRevision.objects.count()
        with pytest.raises(ArticleTextChanged):
            article_links_apply(article.pk, expected_version=article.version, html=html)
        assert Article.objects.get(pk=article.pk).html == HTML
        assert ArticleRevision.objects.count() == before


def test_other_version_and_foreign_article_are_refused(
    tenant: Tenant, stranger: Tenant, article: Article
) -> None:
    with tenant.work(), pytest.raises(ArticleChanged):
        article_links_apply(article.pk, expected_version=article.version - 1, html=LINKED)
    with stranger.work():
        with pytest.raises(NotFound):
            article_links_apply(article.pk, expected_version=article.version, html=LINKED)
        assert (article_documents([article.pk]), article_versions(tenant.site.pk)) == ([], [])
        assert article_revision_html(article.pk, 1) is None
    with tenant.work():
        assert Article.objects.get(pk=article.pk).html == HTML
        assert article_versions(tenant.site.pk) == [(article.pk, article.version)]
        assert [one.html for one in article_documents([article.pk])] == [HTML]
