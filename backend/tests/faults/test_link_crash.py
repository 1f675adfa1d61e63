"""A batch of links killed by SIGKILL between and inside its articles: the next run inserts each link exactly once."""

import pytest

from igny8_core.modules.linker.models import LinkBatch
from igny8_core.modules.linker.services import batch_create, batch_insert, batch_undo, batch_undo_start
from igny8_core.modules.linker.tests.samples import TEXTS, blog_make, html_of, revisions, suggest, suggestions
from igny8_core.modules.writer.models import Article
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant
from igny8_core.testing.faults import FaultPoint, run_killed

pytestmark = pytest.mark.django_db(transaction=True)

ROOM = "igny8_core.modules.linker.services"
BATCHES = f"{ROOM}.batches"
APPLY = "igny8_core.modules.writer.services:article_links_apply"
# Each point, and how many articles are done when a process is killed there.
POINTS = [
    (FaultPoint(f"{BATCHES}:_patiently", "before", 1), 0),
    (FaultPoint(APPLY, "after", 1), 0),  # inside the first article's transaction
    (FaultPoint(f"{BATCHES}:_patiently", "after", 1), 1),  # between two articles
    (FaultPoint(APPLY, "before", 2), 1),
    (FaultPoint(f"{BATCHES}:_settle", "after", 2), 1),
    (FaultPoint(f"{BATCHES}:_patiently", "after", 2), 2),
    (FaultPoint(f"{BATCHES}:_finish", "before", 1), 3),
]
UNDO_POINTS = [
    (FaultPoint(APPLY, "after", 1), 0),
    (FaultPoint(f"{BATCHES}:_patiently", "after", 1), 1),
    (FaultPoint(f"{BATCHES}:_take_out", "after", 2), 1),
    (FaultPoint(f"{BATCHES}:_finish", "before", 1), 3),
]


def batch_make(tenant: Tenant) -> tuple[LinkBatch, dict[str, Article]]:
    blog = blog_make(tenant)
    suggest(tenant)
    one_each = {row.source_id: row.pk for row in suggestions(tenant)}
    with tenant.work():
        batch, _ = batch_create(list(one_each.values()))
    return batch, blog


def linked(tenant: Tenant, blog: dict[str, Article]) -> list[int]:
    """How many links each article has."""
    return [html_of(tenant, article).count("<a ") for article in blog.values()]


@pytest.mark.parametrize(("at", "done"), POINTS, ids=[str(point) for point, _ in POINTS])
def test_killed_anywhere_each_link_is_inserted_once(tenant: Tenant, at: FaultPoint, done: int) -> None:
    batch, blog = batch_make(tenant)
    run_killed(f"{ROOM}:batch_insert", {"batch_id": batch.pk}, context=tenant.context, at=at)
    assert sorted(linked(tenant, blog)) == [0] * (3 - done) + [1] * done
    with tenant.work():
        left = LinkBatch.objects.get(pk=batch.pk)
        assert (left.state, left.inserted_count, len(left.articles)) == ("inserting", done, done)

    with tenant_scope(tenant.context):
        finished = batch_insert(batch.pk, progress=lambda *_: None)
    assert (finished.state, finished.inserted_count, len(finished.articles)) == ("inserted", 3, 3)
    assert linked(tenant, blog) == [1, 1, 1]
    assert [revisions(tenant, article) for article in blog.values()] == [["machine", "links"]] * 3
    assert {row.state for row in suggestions(tenant) if row.batch_id} == {"inserted"}


@pytest.mark.parametrize(("at", "done"), UNDO_POINTS, ids=[str(point) for point, _ in UNDO_POINTS])
def test_killed_while_undoing_each_article_is_restored_once(
    tenant: Tenant, at: FaultPoint, done: int
) -> None:
    batch, blog = batch_make(tenant)
    with tenant_scope(tenant.context):
        batch_insert(batch.pk, progress=lambda *_: None)
    with tenant.work():
        batch_undo_start(batch.pk)
    run_killed(f"{ROOM}:batch_undo", {"batch_id": batch.pk}, context=tenant.context, at=at)
    assert sorted(linked(tenant, blog)) == [0] * done + [1] * (3 - done)

    with tenant_scope(tenant.context):
        finished = batch_undo(batch.pk, progress=lambda *_: None)
    assert (finished.state, finished.reverted_count) == ("undone", 3)
    assert {title: html_of(tenant, article) for title, article in blog.items()} == TEXTS
    assert [revisions(tenant, article) for article in blog.values()] == [["machine", "links", "links"]] * 3
