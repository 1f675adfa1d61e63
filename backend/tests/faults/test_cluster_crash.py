"""A clustering run killed while it thinks or writes leaves nothing, and the next run ends as if it had not been."""

from typing import Any

import pytest
from django.db import Error, connection

from igny8_core.modules.planner import services
from igny8_core.modules.planner.models import Cluster, Keyword, Topic
from igny8_core.modules.planner.services import clusters
from igny8_core.modules.planner.tests.samples import clustered, imported
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant
from igny8_core.testing.faults import FaultPoint, run_killed

pytestmark = pytest.mark.django_db(transaction=True)

ROOM = "igny8_core.modules.planner.services.clusters"
POINTS = [
    FaultPoint(f"{ROOM}:plan_make", "before"),
    FaultPoint(f"{ROOM}:plan_make", "after"),
    FaultPoint(f"{ROOM}:_create", "after", 1),
    FaultPoint(f"{ROOM}:_place", "after", 1),
    FaultPoint(f"{ROOM}:_write_topics", "before"),
    FaultPoint(f"{ROOM}:_give_topic", "after", 1),
    FaultPoint(f"{ROOM}:topics_refresh", "after"),
]


def written(tenant: Tenant) -> tuple[int, int, int]:
    """How many clusters, topics and placed keywords there are."""
    with tenant.work():
        placed = Keyword.objects.filter(cluster__isnull=False).count()
        return Cluster.objects.count(), Topic.objects.count(), placed


def shape(tenant: Tenant) -> set[tuple[Any, ...]]:
    """Which keyword stands where, by names."""
    with tenant.work():
        rows = Keyword.objects.values_list("text", "cluster__name", "cluster__topic__name", "status")
        return set(rows)


@pytest.mark.parametrize("at", POINTS, ids=str)
def test_killed_run_leaves_nothing_and_the_next_does_it_all(
    tenant: Tenant, stranger: Tenant, at: FaultPoint
) -> None:
    imported(tenant)
    imported(stranger)
    clustered(stranger)
    run_killed(f"{ROOM}:cluster_run", {"site_id": tenant.site.pk}, context=tenant.context, at=at)
    assert written(tenant) == (0, 0, 0)
    clustered(tenant)
    assert shape(tenant) == shape(stranger)
    assert written(tenant) == written(stranger)


@pytest.mark.parametrize("step", ["_create", "_place", "_write_topics", "clusters_refresh"])
def test_lost_database_leaves_nothing_and_the_next_does_it_all(
    tenant: Tenant, stranger: Tenant, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(tenant)
    imported(stranger)
    clustered(stranger)
    inner = getattr(clusters, step)

    def lose(*args: Any, **options: Any) -> Any:
        result = inner(*args, **options)
        with connection.cursor() as cursor:  # the server ends this session in the middle of its transaction
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return result

    monkeypatch.setattr(clusters, step, lose)
    with pytest.raises(Error), tenant_scope(tenant.context):
        services.cluster_run(site_id=tenant.site.pk, progress=lambda *_: None)
    monkeypatch.undo()
    connection.close()
    assert written(tenant) == (0, 0, 0)
    clustered(tenant)
    assert shape(tenant) == shape(stranger)
