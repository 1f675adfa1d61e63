"""The second lock alone: a wrong row is refused before it is sent, so no manager and no policy can be what refused."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import Sector, Site
from igny8_core.modules.planner.models import Cluster, Keyword
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.errors import NoTenantContext, TenantMismatch
from igny8_core.testing.factories import Tenant, context_of, site_make

pytestmark = pytest.mark.django_db

Fields = dict[str, Any]

# How a new row can be written; the last two look for the row first.
WAYS: dict[str, Callable[[Fields, Fields], Any]] = {
    "save": lambda good, fields: Keyword(**fields).save(),
    "create": lambda good, fields: Keyword.objects.create(**fields),
    "bulk_create": lambda good, fields: Keyword.objects.bulk_create([Keyword(**good), Keyword(**fields)]),
    "get_or_create": lambda good, fields: Keyword.objects.get_or_create(text="new", defaults=fields),
    "update_or_create": lambda good, fields: Keyword.objects.update_or_create(text="new", defaults=fields),
}
READ_FIRST = ("get_or_create", "update_or_create")
WRONG = (
    "another account",
    "site of another account",
    "sector of another account",
    "cluster of another account",
    "sector of another site",
    "cluster of another site",
    "deleted sector",
    "deleted cluster",
)
by_way = pytest.mark.parametrize("way", WAYS)


@contextmanager
def _refused(error: type[Exception] = TenantMismatch, *, reads: bool = False) -> Iterator[list[str]]:
    """Prove that the block raises before it sends anything, or anything but reads."""
    statements: list[str] = []
    with CaptureQueriesContext(connection) as sent, pytest.raises(error):
        yield statements
    statements += [query["sql"] for query in sent]
    harmless = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK") if reads else ()
    assert [sql for sql in statements if not sql.startswith(harmless)] == []


def _fields(tenant: Tenant, **fields: Any) -> Fields:
    """A keyword that the account may write."""
    return {"site": tenant.site, "text": "shoes", "normalized": uuid4().hex, **fields}


def _cluster(site: Site) -> Cluster:
    return Cluster.objects.create(site=site, name="shoes", head_keyword="shoes")


@pytest.fixture
def elsewhere(tenant: Tenant) -> Site:
    """Another site of the account."""
    return site_make(tenant)


@pytest.fixture
def keyword(tenant: Tenant) -> Keyword:
    """A keyword of the account's first site and sector."""
    with tenant.work():
        return Keyword.objects.create(**_fields(tenant, sector=tenant.sector))


@pytest.fixture
def foreign_cluster(stranger: Tenant) -> Cluster:
    """A cluster of the other account."""
    with stranger.work():
        return _cluster(stranger.site)


@pytest.fixture
def wrong(
    tenant: Tenant,
    stranger: Tenant,
    elsewhere: Site,
    foreign_cluster: Cluster,
    request: pytest.FixtureRequest,
) -> Fields:
    """What makes a keyword of the account's first site wrong, by the test's parameter."""
    with tenant.work():
        sector = Sector.objects.create(site=elsewhere, name="x", slug="x")
        cluster, deleted_cluster = _cluster(elsewhere), _cluster(tenant.site)
        tenant.other_sector.delete()
        deleted_cluster.delete()
    values: list[Fields] = [
        {"account_id": stranger.account.pk},
        {"site": stranger.site},
        {"sector": stranger.sector},
        {"cluster": foreign_cluster},
        {"sector": sector},
        {"cluster": cluster},
        {"sector": tenant.other_sector},
        {"cluster": deleted_cluster},
    ]
    return dict(zip(WRONG, values, strict=True))[request.param]


by_wrong = pytest.mark.parametrize("wrong", WRONG, indirect=True)


# -- new rows


@by_way
def test_good_row_is_written_into_the_account_of_the_scope(way: str, tenant: Tenant) -> None:
    good, fields = _fields(tenant), _fields(tenant, text="new", sector=tenant.sector)
    with tenant.work():
        WAYS[way](good, fields)
        assert Keyword.objects.get(text="new").account_id == tenant.account.pk


@by_wrong
@by_way
def test_wrong_row_is_refused_unsent(way: str, wrong: Fields, tenant: Tenant) -> None:
    good, fields = _fields(tenant), _fields(tenant, **wrong)
    with tenant.work(), _refused(reads=way in READ_FIRST):
        WAYS[way](good, fields)
    with tenant.work():
        assert Keyword.objects.count() == 0


@pytest.mark.parametrize("way", ["save", "create", "bulk_create"])
def test_row_without_a_tenant_is_refused_unsent(way: str, tenant: Tenant) -> None:
    with _refused(NoTenantContext):
        WAYS[way](_fields(tenant), _fields(tenant))


def _ids(tenant: Tenant, stranger: Tenant) -> dict[str, UUID]:
    with tenant.work():
        tenant.sector.delete()
    return {"foreign": stranger.sector.pk, "missing": uuid4(), "deleted": tenant.sector.pk}


@pytest.mark.parametrize("name", ["foreign", "missing", "deleted"])
def test_id_is_looked_up_inside_the_account_and_refused(name: str, tenant: Tenant, stranger: Tenant) -> None:
    fields = _fields(tenant, sector_id=_ids(tenant, stranger)[name])
    with tenant.work(), _refused(reads=True) as statements:
        Keyword(**fields).save()
    (lookup,) = statements
    assert f'"account_id" = {tenant.account.pk}' in lookup


# -- rows that exist


def _moves(tenant: Tenant, elsewhere: Site) -> dict[str, Fields]:
    return {"site": {"site": elsewhere, "sector": None}, "sector": {"sector": tenant.other_sector}}


@pytest.mark.parametrize("name", ["site", "sector"])
@pytest.mark.parametrize("is_loaded", [True, False], ids=["loaded", "just written"])
def test_row_cannot_be_moved(
    is_loaded: bool, name: str, tenant: Tenant, elsewhere: Site, keyword: Keyword
) -> None:
    with tenant.work():
        row = Keyword.objects.get() if is_loaded else keyword
        for field, value in _moves(tenant, elsewhere)[name].items():
            setattr(row, field, value)
        with _refused():
            row.save()
        with _refused():
            row.save(update_fields=[name])


def test_row_cannot_be_brought_into_the_account(tenant: Tenant, stranger: Tenant) -> None:
    stranger.site.account_id = tenant.account.pk
    with tenant.work(), _refused():
        stranger.site.save()


def test_row_of_another_account_cannot_be_saved(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work(), _refused():
        stranger.site.save()
    with tenant.work(), _refused():
        stranger.site.save(update_fields=["name"])


def test_changed_key_is_checked_again(tenant: Tenant, keyword: Keyword, foreign_cluster: Cluster) -> None:
    keyword.cluster = foreign_cluster
    with tenant.work(), _refused():
        keyword.save()
    with tenant.work(), _refused():
        keyword.save(update_fields=["cluster"])


def test_update_or_create_cannot_move_the_row_that_it_finds(
    tenant: Tenant, elsewhere: Site, keyword: Keyword
) -> None:
    with tenant.work(), _refused(reads=True):
        Keyword.objects.update_or_create(pk=keyword.pk, defaults={"site": elsewhere, "sector": None})


def test_bulk_update_checks_every_row(
    tenant: Tenant, elsewhere: Site, keyword: Keyword, foreign_cluster: Cluster
) -> None:
    with tenant.work():
        moved, pointing = Keyword.objects.get(), Keyword.objects.get()
    moved.site, moved.sector, pointing.cluster = elsewhere, None, foreign_cluster
    with tenant.work(), _refused():
        Keyword.objects.bulk_update([keyword, moved], ["text"])
    with tenant.work(), _refused():
        Keyword.objects.bulk_update([keyword, pointing], ["cluster"])


def test_bulk_update_refuses_a_row_of_another_account(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work(), _refused():
        Site.objects.bulk_update([tenant.site, stranger.site], ["name"])


# -- sites that may not be seen


@pytest.mark.parametrize("has_a_site", [True, False], ids=["another site", "no site"])
def test_site_outside_the_scope_is_refused_unsent(has_a_site: bool, tenant: Tenant, elsewhere: Site) -> None:
    narrow = context_of(tenant.member, frozenset({elsewhere.pk} if has_a_site else ()))
    fields = {"site": tenant.site, "name": "x", "slug": "x"}
    tries: list[Callable[[], Any]] = [
        lambda: Sector(**fields).save(),
        lambda: Sector.objects.create(**fields),
        lambda: Sector.objects.bulk_create([Sector(**fields)]),
        lambda: Sector.objects.bulk_update([tenant.sector], ["name"]),
        tenant.sector.save,
        tenant.site.save,
    ]
    with tenant_transaction(narrow):
        for attempt in tries:
            with _refused():
                attempt()


def test_refusal_is_logged_with_ids_alone(
    tenant: Tenant, stranger: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="igny8.tenancy"), tenant.work(), _refused():
        stranger.site.save()
    (said,) = [record.getMessage() for record in caplog.records if record.name == "igny8.tenancy"]
    assert str(stranger.site.pk) in said
    assert str(tenant.account.pk) in said
    assert stranger.site.domain not in said
