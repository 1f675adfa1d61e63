"""A plan to edit: what is in it, edits of each kind, and what taking one back or refusing one must leave."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from igny8_core.common.errors import DomainError
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import IdeaState
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, PlanEdit, Topic
from igny8_core.modules.planner.types import EditResult
from igny8_core.testing.factories import Tenant

DERIVED = ("version", "updated_at")


def cluster(tenant: Tenant, head: str) -> Cluster:
    with tenant.work():
        return Cluster.objects.get(keywords__text=head)


def ids(tenant: Tenant, *texts: str) -> list[UUID]:
    with tenant.work():
        found = dict(Keyword.objects.filter(text__in=texts).values_list("text", "pk"))
    return [found[text] for text in texts]


def texts_of(tenant: Tenant, cluster_id: UUID | None) -> set[str]:
    with tenant.work():
        return set(Keyword.objects.filter(cluster_id=cluster_id).values_list("text", flat=True))


def idea(tenant: Tenant, of: Cluster, head: str, state: IdeaState = IdeaState.NEW) -> ContentIdea:
    with tenant.work():
        return ContentIdea.objects.create(
            site=tenant.site, sector=tenant.sector, cluster=of, title=head, head_keyword=head, state=state
        )


def state(tenant: Tenant) -> dict[str, list[dict[str, Any]]]:
    """All that a plan holds, but for the marks that every write leaves."""
    with tenant.work():
        return {
            model.__name__: [
                {name: value for name, value in row.items() if name not in DERIVED}
                for row in model.objects.order_by("pk").values()
            ]
            for model in (Keyword, Cluster, Topic, ContentIdea)
        }


def undone(tenant: Tenant, result: EditResult) -> PlanEdit:
    assert result.edit_id is not None
    with tenant.work():
        return services.plan_edit_undo(result.edit_id)


def refused(tenant: Tenant, act: Callable[[], Any]) -> str:
    """The code with which something is refused; nothing of it may stay."""
    before = state(tenant)
    with tenant.work():
        edits = PlanEdit.objects.count()
    with pytest.raises(DomainError) as caught, tenant.work():
        act()
    assert state(tenant) == before
    with tenant.work():
        assert PlanEdit.objects.count() == edits
    return caught.value.code


MOKA = ("electric moka pot", "moka pot instructions")


def move(plan: Tenant) -> EditResult:
    return services.keywords_move(ids(plan, *MOKA), cluster_id=cluster(plan, "dog training collar").pk)


def take_out(plan: Tenant) -> EditResult:
    return services.keywords_move(ids(plan, "moka pot", *MOKA), cluster_id=None)


def split(plan: Tenant) -> EditResult:
    return services.cluster_split(cluster(plan, "moka pot").pk, keyword_ids=ids(plan, *MOKA))


def merge(plan: Tenant) -> EditResult:
    gone = [cluster(plan, head).pk for head in ("dog training collar", "mortgage refinance calculator")]
    return services.clusters_merge(gone, into_id=cluster(plan, "moka pot").pk)


def delete(plan: Tenant) -> EditResult:
    return services.clusters_delete([cluster(plan, "moka pot").pk])


def create(plan: Tenant) -> EditResult:
    return services.cluster_create(
        site_id=plan.site.pk, sector_id=plan.sector.pk, name="Stovetop", keyword_ids=ids(plan, *MOKA)
    )


def lock(plan: Tenant) -> EditResult:
    wanted = [cluster(plan, head).pk for head in ("moka pot", "dog training collar")]
    return services.clusters_change(wanted, is_locked=True)


def new_topic(plan: Tenant) -> EditResult:
    return services.clusters_set_topic([cluster(plan, "moka pot").pk], name="Coffee")


EDITS = (move, take_out, split, merge, delete, create, lock, new_topic)
