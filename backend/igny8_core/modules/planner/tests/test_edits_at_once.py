"""Edits and runs at the same time, in real transactions of their own: nobody's keyword is taken twice or lost."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from igny8_core.common.errors import DomainError
from igny8_core.modules.planner import services
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, Topic
from igny8_core.modules.planner.tests.plans import cluster, idea, ids, move, split
from igny8_core.modules.planner.tests.samples import HEADER, clustered, imported
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(tenant: Tenant, *acts: Callable[[], Any]) -> list[str]:
    """Do all of it in threads that start together; the codes of what was refused."""
    gate, refused = threading.Barrier(len(acts)), []

    def do(act: Callable[[], Any]) -> None:
        gate.wait(timeout=10)
        try:
            with tenant.work():
                act()
        except DomainError as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    return refused


def during_a_run(tenant: Tenant, act: Callable[[], Any]) -> Any:
    """A run in whose middle, with its plan made and nothing written, somebody else's transaction commits."""
    calls: list[int] = []

    def progress(done: int, total: int, message: str) -> None:
        calls.append(done)
        if len(calls) == 2:
            assert at_once(tenant, act) == []

    with tenant_scope(tenant.context):
        return services.cluster_run(site_id=tenant.site.pk, progress=progress)


def test_run_takes_only_what_is_still_free(tenant: Tenant) -> None:
    imported(tenant)
    wanted = ids(tenant, "moka pot", "electric moka pot")
    made: list[Any] = []

    def by_hand() -> None:
        made.append(
            services.cluster_create(
                site_id=tenant.site.pk, sector_id=tenant.sector.pk, name="Mine", keyword_ids=wanted
            )
        )

    during_a_run(tenant, by_hand)
    with tenant.work():
        assert set(Keyword.objects.filter(pk__in=wanted).values_list("cluster_id", flat=True)) == {
            made[0].cluster_id
        }
        assert not Cluster.objects.filter(keywords_count=0).exists()


@pytest.mark.parametrize("what", ["merge", "delete", "lock"])
def test_run_puts_nothing_into_a_cluster_that_went_or_closed_meanwhile(tenant: Tenant, what: str) -> None:
    imported(tenant)
    clustered(tenant)
    moka, dog = cluster(tenant, "moka pot"), cluster(tenant, "dog training collar")
    imported(tenant, f"{HEADER}\nmoka pot for induction,Commercial,2400,,20,,,\n")
    acts: dict[str, Callable[[], Any]] = {
        "merge": lambda: services.clusters_merge([moka.pk], into_id=dog.pk),
        "delete": lambda: services.clusters_delete([moka.pk]),
        "lock": lambda: services.clusters_change([moka.pk], is_locked=True),
    }
    during_a_run(tenant, acts[what])
    with tenant.work():
        assert Keyword.objects.get(text="moka pot for induction").cluster_id is None
        assert not Keyword.objects.filter(cluster__deleted_at__isnull=False).exists()


def test_two_merges_of_the_same_clusters_happen_once(tenant: Tenant) -> None:
    imported(tenant)
    clustered(tenant)
    moka, dog = cluster(tenant, "moka pot"), cluster(tenant, "dog training collar")
    idea(tenant, moka, "moka pot")
    with tenant.work():
        before = Keyword.objects.filter(cluster_id__in=[moka.pk, dog.pk]).count()
    refused = at_once(
        tenant,
        lambda: services.clusters_merge([moka.pk], into_id=dog.pk),
        lambda: services.clusters_merge([dog.pk], into_id=moka.pk),
    )
    assert refused == ["not_found"]
    with tenant.work():
        kept = Cluster.objects.get(pk__in=[moka.pk, dog.pk])
        assert (kept.keywords_count, Keyword.objects.filter(cluster=kept).count()) == (before, before)
        assert ContentIdea.objects.get().cluster_id == kept.pk


def test_move_and_split_of_the_same_keywords_leave_each_in_one_place(tenant: Tenant) -> None:
    imported(tenant)
    clustered(tenant)
    refused = at_once(tenant, lambda: move(tenant), lambda: split(tenant))
    assert refused in ([], ["cluster_unsplittable"], ["cluster_changed"])
    with tenant.work():
        counted = {row.pk: row.keywords_count for row in Cluster.objects.all()}
        real = {pk: Keyword.objects.filter(cluster_id=pk).count() for pk in counted}
        topics = {row.pk: (row.clusters_count, row.keywords_count) for row in Topic.objects.all()}
        assert counted == real
        for topic_id, (clusters, keywords) in topics.items():
            own = Cluster.objects.filter(topic_id=topic_id)
            assert (clusters, keywords) == (own.count(), sum(row.keywords_count for row in own))


def test_undo_twice_at_once_happens_once(tenant: Tenant) -> None:
    imported(tenant)
    clustered(tenant)
    with tenant.work():
        done = move(tenant)
    assert done.edit_id is not None
    edit_id = done.edit_id
    assert at_once(tenant, *[lambda: services.plan_edit_undo(edit_id)] * 2) == []
    assert cluster(tenant, "electric moka pot").pk == cluster(tenant, "moka pot").pk
