"""The graph: read once per version, resolved by what is published, counted."""

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.linker import selectors
from igny8_core.modules.linker.constants import LinkHealth
from igny8_core.modules.linker.models import LinkEdge, LinkNode
from igny8_core.modules.linker.services import site_scan
from igny8_core.modules.linker.services.graph import link_health
from igny8_core.modules.linker.tests.samples import blog_make, post_make, scan
from igny8_core.modules.linker.types import ScanReport
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.writer.services import article_edit
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

LINKS = (
    '<p><a href="http://www.blog.test/burr-grinder#top">grinders</a>, <a href="/about">about</a>, '
    '<a href="https://elsewhere.test/x">else</a>, <a href="mailto:a@b.test">mail</a>, <a href="#end">end</a>.</p>'
)


def edges(tenant: Tenant) -> list[tuple[object, ...]]:
    with tenant.work():
        rows = LinkEdge.objects.order_by("source_id", "position")
        return list(rows.values_list("source_id", "target_id", "anchor", "position", "kind"))


def test_links_are_read_resolved_and_counted(tenant: Tenant) -> None:
    blog = blog_make(tenant)
    guide, grinder = post_make(tenant, "Guide", LINKS, is_published=False), blog["Burr grinder"]
    assert scan(tenant) == ScanReport(articles=4, read=4, links=3)
    assert edges(tenant) == [
        (guide.pk, grinder.pk, "grinders", 1, "internal"),
        (guide.pk, None, "about", 2, "internal"),
        (guide.pk, None, "else", 3, "external"),
    ]
    with tenant.work():
        graph = selectors.graph_get(tenant.site.pk)
    assert (graph.articles, graph.internal_links, graph.external_links) == (4, 2, 1)
    assert (graph.orphan, graph.weak, graph.healthy, graph.stale) == (3, 1, 0, 0)
    assert (graph.average_inbound, graph.average_outbound) == (0.25, 0.5)
    assert [(hub.title, hub.inbound, hub.url) for hub in graph.hubs] == [
        ("Burr grinder", 1, "https://blog.test/burr-grinder/")
    ]
    assert [node.title for node in graph.orphans] == ["Cold brew coffee", "French press coffee", "Guide"]


def test_second_scan_reads_and_writes_nothing(tenant: Tenant) -> None:
    blog_make(tenant)
    post_make(tenant, "Guide", LINKS)
    scan(tenant)
    with tenant.work():
        before = [
            list(model.objects.order_by("pk").values("pk", "version")) for model in (LinkNode, LinkEdge)
        ]
    assert scan(tenant) == ScanReport(articles=4, read=0, links=3)
    with tenant.work():
        after = [list(model.objects.order_by("pk").values("pk", "version")) for model in (LinkNode, LinkEdge)]
    assert after == before


def test_edited_article_alone_is_read_again(tenant: Tenant) -> None:
    blog_make(tenant)
    guide = post_make(tenant, "Guide", LINKS)
    scan(tenant)
    with tenant.work():
        article_edit(guide.pk, html='<p>Only <a href="https://blog.test/cold-brew-coffee">this</a>.</p>')
        assert selectors.graph_get(tenant.site.pk).stale == 1
        (node,) = [one for one in selectors.graph_get(tenant.site.pk).orphans if one.title == "Guide"]
        assert (node.is_stale, node.is_published_older) == (True, True)
    assert scan(tenant) == ScanReport(articles=4, read=1, links=1)
    assert [row[2:] for row in edges(tenant)] == [("this", 1, "internal")]


def test_target_is_known_as_soon_as_it_is_published_and_no_longer(tenant: Tenant) -> None:
    post_make(tenant, "Guide", LINKS)
    scan(tenant)
    assert [row[1] for row in edges(tenant)] == [None] * 3
    grinder = post_make(tenant, "Burr grinder", "<p>Crush.</p>")
    scan(tenant)
    assert [row[1] for row in edges(tenant)] == [grinder.pk, None, None]
    with tenant.work():
        Publication.objects.get(article=grinder).delete()
    scan(tenant)
    assert [row[1] for row in edges(tenant)] == [None] * 3


def test_scan_stops_between_steps_and_goes_on(tenant: Tenant) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, total: int, message: str) -> None:
        if done:
            raise Stop

    blog_make(tenant)
    with pytest.raises(Stop), tenant_scope(tenant.context):
        site_scan(site_id=tenant.site.pk, progress=stop)
    assert scan(tenant) == ScanReport(articles=3, read=0, links=0)


def test_foreign_site_is_like_a_missing_one(tenant: Tenant, stranger: Tenant) -> None:
    blog_make(stranger)
    with tenant.work(), pytest.raises(NotFound):
        selectors.graph_get(stranger.site.pk)


@pytest.mark.parametrize(
    ("inbound", "outbound", "health"),
    [
        (0, 9, LinkHealth.ORPHAN),
        (2, 9, LinkHealth.WEAK),
        (3, 1, LinkHealth.WEAK),
        (3, 2, LinkHealth.HEALTHY),
    ],
)
def test_health(inbound: int, outbound: int, health: LinkHealth) -> None:
    assert link_health(inbound=inbound, outbound=outbound) == health
