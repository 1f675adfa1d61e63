"""The first lock by enumeration: every public method of a queryset or manager, on every tenant model."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.db import models
from django.db.models.fields.related_descriptors import ReverseManyToOneDescriptor

from igny8_core.auth.models import Sector, Site
from igny8_core.tenancy.bases import TenantModel
from igny8_core.tenancy.context import ALL_SITES, SiteScope, tenant_transaction
from igny8_core.tenancy.errors import NoTenantContext, TenantMismatch
from igny8_core.tenancy.models import AuditEvent, Job
from igny8_core.testing.factories import Tenant, context_of, site_make

pytestmark = pytest.mark.django_db

Call = Callable[[Any, Any], Any]  # (queryset or manager, a row of its model) -> what comes of it


def _row_filter(row: Any) -> dict[str, Any]:
    return {"pk": row.pk}


def _plain_column(row: Any) -> str:
    """A column that is no key: changing it is no attempt to move the row."""
    return next(
        field.name for field in row._meta.concrete_fields if not field.is_relation and not field.primary_key
    )


def _time_column(row: Any) -> str:
    return next(field.name for field in row._meta.concrete_fields if isinstance(field, models.DateTimeField))


SYNC: dict[str, Call] = {
    "aggregate": lambda rows, row: rows.aggregate(n=models.Count("pk")),
    "alias": lambda rows, row: rows.alias(n=models.F("pk")),
    "all": lambda rows, row: rows.all(),
    "annotate": lambda rows, row: rows.annotate(n=models.Count("pk")),
    "bulk_create": lambda rows, row: rows.bulk_create([row]),
    "bulk_update": lambda rows, row: rows.bulk_update([row], [_plain_column(row)]),
    "complex_filter": lambda rows, row: rows.complex_filter(_row_filter(row)),
    "contains": lambda rows, row: rows.contains(row),
    "count": lambda rows, row: rows.count(),
    "create": lambda rows, row: rows.create(),
    "dates": lambda rows, row: rows.dates(_time_column(row), "day"),
    "datetimes": lambda rows, row: rows.datetimes(_time_column(row), "day"),
    "defer": lambda rows, row: rows.defer(_plain_column(row)),
    "delete": lambda rows, row: rows.delete(),
    "difference": lambda rows, row: rows.difference(rows.all()),
    "distinct": lambda rows, row: rows.distinct(),
    "earliest": lambda rows, row: rows.earliest("pk"),
    "exclude": lambda rows, row: rows.exclude(**_row_filter(row)),
    "exists": lambda rows, row: rows.exists(),
    "explain": lambda rows, row: rows.explain(),
    "extra": lambda rows, row: rows.extra(where=["true"]),
    "filter": lambda rows, row: rows.filter(**_row_filter(row)),
    "first": lambda rows, row: rows.first(),
    "get": lambda rows, row: rows.get(**_row_filter(row)),
    "get_or_create": lambda rows, row: rows.get_or_create(**_row_filter(row)),
    "get_queryset": lambda rows, row: rows.get_queryset(),
    "in_bulk": lambda rows, row: rows.in_bulk([row.pk]),
    "intersection": lambda rows, row: rows.intersection(rows.all()),
    "iterator": lambda rows, row: rows.iterator(),
    "last": lambda rows, row: rows.last(),
    "latest": lambda rows, row: rows.latest("pk"),
    "only": lambda rows, row: rows.only("pk"),
    "order_by": lambda rows, row: rows.order_by("pk"),
    "prefetch_related": lambda rows, row: rows.prefetch_related(),
    "resolve_expression": lambda rows, row: type(row)._base_manager.filter(pk__in=rows),
    "reverse": lambda rows, row: rows.reverse(),
    "select_for_update": lambda rows, row: rows.select_for_update(),
    "select_related": lambda rows, row: rows.select_related(),
    "union": lambda rows, row: rows.union(rows.all()),
    "update": lambda rows, row: rows.update(**{_plain_column(row): None}),
    "update_or_create": lambda rows, row: rows.update_or_create(**_row_filter(row)),
    "using": lambda rows, row: rows.using("default"),
    "values": lambda rows, row: rows.values("pk"),
    "values_list": lambda rows, row: rows.values_list("pk"),
}
OPERATORS: dict[str, Call] = {
    "__and__": lambda rows, row: rows & rows.all(),
    "__or__": lambda rows, row: rows | rows.all(),
    "__xor__": lambda rows, row: rows ^ rows.all(),
    "__iter__": lambda rows, row: list(rows),
    "__len__": lambda rows, row: len(rows),
    "__bool__": lambda rows, row: bool(rows),
    "__repr__": lambda rows, row: repr(rows),
    "__getitem__": lambda rows, row: rows[0],
    "__aiter__": lambda rows, row: rows.__aiter__(),
    "_raw_delete": lambda rows, row: rows._raw_delete(rows.db),
}
# An async method takes what its synchronous half takes.
METHODS = {**SYNC, **{f"a{name}": call for name, call in SYNC.items()}}
RELATED: dict[str, Call] = {
    "clear": lambda rows, row: rows.clear(),
    "remove": lambda rows, row: rows.remove(row),
    "get_prefetch_querysets": lambda rows, row: rows.get_prefetch_querysets([rows.instance])[0],
}
REFUSED_ALWAYS: dict[str, Call] = {
    "raw": lambda rows, row: rows.raw("SELECT 1"),
    "aiterator": lambda rows, row: rows.aiterator(),
    "add": lambda rows, row: rows.add(row),
    "aadd": lambda rows, row: rows.aadd(row),
    "set": lambda rows, row: rows.set([row]),
    "aset": lambda rows, row: rows.aset([row]),
}
HARMLESS = {
    "none": "no rows, for anybody",
    "as_manager": "makes a class",
    "from_queryset": "makes a class",
    "check": "a system check",
    "contribute_to_class": "declares the manager",
    "deconstruct": "for migrations",
    "db_manager": "the same manager again, whose querysets are enumerated",
    "get_prefetch_queryset": "deprecated; Django itself calls get_prefetch_querysets",
}


def _public(thing: Any) -> set[str]:
    return {
        name for name in dir(thing) if not name.startswith("_") and callable(getattr(type(thing), name, None))
    }


def _call(rows: Any, name: str, row: Any) -> Any:
    """Call the method itself, so that an `a*` name is its own method and not its synchronous half."""
    table = {**METHODS, **OPERATORS, **RELATED, **{f"a{name}": call for name, call in RELATED.items()}}
    call = REFUSED_ALWAYS.get(name) or table[name]
    if name.startswith("a") and name not in SYNC and name not in REFUSED_ALWAYS:
        return call(_Async(rows), row)
    return call(rows, row)


class _Async:
    """Turns the synchronous table entry `rows.get(...)` into `rows.aget(...)`."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rows, f"a{name}")


def _settle(result: Any) -> None:
    """Use what a method gave: evaluate a queryset, walk an iterator, await a coroutine."""
    if hasattr(result, "__await__"):
        _settle(async_to_sync(_awaited)(result))
    elif hasattr(result, "__anext__"):
        async_to_sync(_walked)(result)
    elif isinstance(result, models.QuerySet | Iterator):
        list(result)


async def _awaited(coroutine: Any) -> Any:
    return await coroutine


async def _walked(items: Any) -> list[Any]:
    return [item async for item in items]


def _unrefused(make: Callable[[], Any], row: Any, names: set[str], refusal: type[Exception]) -> list[str]:
    """The methods that answer, or fail in another way than they should."""
    found = []
    for name in sorted(names):
        expected = (refusal, NotImplementedError) if name in REFUSED_ALWAYS else refusal
        try:
            _settle(_call(make(), name, row))
        except expected:
            continue
        except Exception as error:  # noqa: BLE001 - whatever else comes is the finding
            found.append(f"{name}: {type(error).__name__} {error}")
        else:
            found.append(f"{name}: answered")
    return found


TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]
MANAGERS = [(model, manager.name) for model in TENANT_MODELS for manager in model._meta.managers]
REVERSE = [
    (model, name)
    for model in apps.get_models()
    for name in dir(model)
    if isinstance(model.__dict__.get(name), ReverseManyToOneDescriptor)
    and issubclass(model.__dict__[name].rel.related_model, TenantModel)
]


def _known() -> set[str]:
    related = {f"a{name}" for name in RELATED} | set(RELATED)
    return set(METHODS) | set(OPERATORS) | related | set(REFUSED_ALWAYS) | set(HARMLESS)


def test_every_public_method_has_an_entry() -> None:
    """A Django that grows a method turns this red until somebody has said how it refuses."""
    things = [getattr(model, name) for model, name in MANAGERS]
    things += [rows.all() for rows in things] + [getattr(model(), name) for model, name in REVERSE]
    assert set().union(*(_public(thing) for thing in things)) - _known() == set()
    used = set().union(*(_public(thing) for thing in things)) | {"remove", "aremove", "clear", "aclear"}
    made = {f"a{name}" for name in SYNC}  # not each synchronous method has an async half
    assert _known() - used - set(OPERATORS) - made - {"aget_prefetch_querysets"} == set(), "stale entries"
    assert REVERSE, "reverse managers are enumerated too"


@pytest.mark.parametrize(("model", "name"), MANAGERS, ids=lambda value: getattr(value, "__name__", value))
def test_manager_and_queryset_refuse_every_method_without_a_tenant(
    model: type[models.Model], name: str
) -> None:
    manager = getattr(model, name)
    assert _unrefused(lambda: manager, model(), _public(manager) - set(HARMLESS), NoTenantContext) == []
    names = (_public(manager.all()) | set(OPERATORS)) - set(HARMLESS)
    assert _unrefused(manager.all, model(), names, NoTenantContext) == []


@pytest.mark.parametrize(("model", "name"), REVERSE, ids=lambda value: getattr(value, "__name__", value))
def test_reverse_manager_refuses_every_method_without_a_tenant(model: type[models.Model], name: str) -> None:
    parent = model()

    def make() -> Any:
        return getattr(parent, name)

    row = make().model(**{make().field.name: parent})
    assert _unrefused(make, row, _public(make()) - set(HARMLESS), NoTenantContext) == []


def _queryset(model: Any, tenant: Tenant, sites: SiteScope) -> models.QuerySet:
    with tenant_transaction(context_of(tenant.owner, sites)):
        queryset: models.QuerySet = model.objects.all()
    return queryset


SCOPED = [Site, Sector, Job, AuditEvent]


@pytest.mark.parametrize("model", SCOPED)
def test_queryset_of_another_account_is_refused(model: Any, tenant: Tenant, stranger: Tenant) -> None:
    names = (_public(_queryset(model, tenant, ALL_SITES)) | set(OPERATORS)) - set(HARMLESS)
    with stranger.work():
        found = _unrefused(lambda: _queryset_of(model, tenant), model(), names, TenantMismatch)
    assert found == []


def _queryset_of(model: Any, tenant: Tenant) -> Any:
    """The queryset as the account's own scope would have made it; another scope cannot be entered from inside one."""
    import contextvars

    return contextvars.Context().run(lambda: _built(model, tenant, ALL_SITES))


def _built(model: Any, tenant: Tenant, sites: SiteScope) -> Any:
    from igny8_core.tenancy.context import _current

    _current.set(context_of(tenant.owner, sites))
    return model.objects.all()


@pytest.mark.parametrize("model", SCOPED)
def test_queryset_of_all_sites_is_refused_in_a_narrower_scope(model: Any, tenant: Tenant) -> None:
    names = (_public(_queryset(model, tenant, ALL_SITES)) | set(OPERATORS)) - set(HARMLESS)
    with tenant_transaction(context_of(tenant.owner, frozenset({tenant.site.pk}))):
        found = _unrefused(lambda: _queryset_of(model, tenant), model(), names, TenantMismatch)
    assert found == []


@pytest.mark.parametrize("operator", ["__and__", "__or__", "__xor__"])
@pytest.mark.parametrize("is_sliced", [False, True])
def test_operand_of_another_scope_is_refused(
    operator: str, is_sliced: bool, tenant: Tenant, stranger: Tenant
) -> None:
    unset = Site.objects.filter(name="x")
    foreign = _queryset(Site, stranger, ALL_SITES)
    narrow = frozenset({site_make(tenant).pk})
    wide = _queryset(Site, tenant, ALL_SITES)
    with tenant_transaction(context_of(tenant.owner, narrow)):
        own = Site.objects.all()[:1] if is_sliced else Site.objects.all()
        with pytest.raises(NoTenantContext):
            getattr(own, operator)(unset)
        for other in (foreign, wide, Site._base_manager.all()):
            with pytest.raises(TenantMismatch):
                getattr(own, operator)(other)
        assert list(getattr(Site.objects.none(), "__or__")(Site.objects.all())) == list(own)  # noqa: B009 - as above


def test_operands_of_one_scope_combine(tenant: Tenant) -> None:
    other = site_make(tenant)
    with tenant.work():
        both = Site.objects.filter(pk=other.pk) | Site.objects.filter(pk=tenant.site.pk)
        assert set(both) == {other, tenant.site}
        assert list(both & Site.objects.filter(pk=other.pk)) == [other]


@pytest.mark.parametrize("field", ["account", "site", "sector_id", "site_id"])
def test_bulk_create_cannot_move_the_row_that_it_meets(field: str, tenant: Tenant) -> None:
    with tenant.work(), pytest.raises(TenantMismatch):
        Sector.objects.bulk_create(
            [Sector(site=tenant.site, name="x", slug=uuid4().hex)],
            update_conflicts=True,
            update_fields=["name", field],
            unique_fields=["id"],
        )
