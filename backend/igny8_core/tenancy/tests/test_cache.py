"""Remembered numbers: one per account and sites, none without a tenant, lost without harm."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
import redis

from igny8_core.modules.planner.services import keyword_create
from igny8_core.modules.planner.services.limits import AMPLE
from igny8_core.tenancy import cache
from igny8_core.tenancy.cache import tenant_cache_put, tenant_cache_take
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.errors import NoTenantContext
from igny8_core.tenancy.redis import redis_client
from igny8_core.testing.factories import Tenant, context_of

pytestmark = pytest.mark.django_db


def test_same_name_is_another_number_in_another_account_and_for_other_sites(
    tenant: Tenant, stranger: Tenant
) -> None:
    narrow = context_of(tenant.member, frozenset({tenant.site.pk}))
    for context, number in ((tenant.context, 10), (stranger.context, 20), (narrow, 30)):
        with tenant_scope(context):
            tenant_cache_put("n", number, seconds=60)
    taken = []
    for context in (tenant.context, stranger.context, narrow):
        with tenant_scope(context):
            taken.append(tenant_cache_take("n"))
    assert taken == [9, 19, 29]


@pytest.mark.parametrize(
    "call",
    [
        lambda: tenant_cache_put("n", 1, seconds=1),
        lambda: tenant_cache_take("n"),
    ],
    ids=["put", "take"],
)
def test_call_without_a_tenant_is_refused_and_touches_nothing(call: Callable[[], object]) -> None:
    with pytest.raises(NoTenantContext):
        call()
    assert redis_client().keys("igny8:cache:*") == []


def test_number_is_taken_by_one_caller_each(tenant: Tenant) -> None:
    with tenant_scope(tenant.context):
        tenant_cache_put("n", 50, seconds=60)

    def take(_: int) -> int:
        with tenant_scope(tenant.context):
            return tenant_cache_take("n")

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(60)))
    assert sorted(taken, reverse=True) == [*range(49, -1, -1), *[0] * 10]


def test_number_ends(tenant: Tenant) -> None:
    with tenant_scope(tenant.context):
        tenant_cache_put("n", 5, seconds=60)
        assert 0 < int(redis_client().pttl(cache._key("n"))) <= 60_000


def test_lost_redis_counts_anew_and_refuses_nothing(tenant: Tenant) -> None:
    with patch.object(cache, "redis_client", side_effect=redis.ConnectionError), tenant.work():
        tenant_cache_put("n", 5, seconds=60)
        assert keyword_create(site=tenant.site, text="shoes").text == "shoes"


def test_keywords_far_below_the_limit_are_counted_once(tenant: Tenant) -> None:
    with tenant.work():
        for number in range(3):
            keyword_create(site=tenant.site, text=f"shoes {number}")
        left = tenant.account.plan.max_keywords - 1 - 500
        assert int(redis_client().get(cache._key(AMPLE)) or 0) == left - 2
