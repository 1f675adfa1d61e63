"""Marked rows of any model, digests of all that an account has, narrower callers; no way around the wall."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import connection, models
from rest_framework.test import APIClient

from igny8_core.api.operations import KEY_SCOPES
from igny8_core.auth import services as identity
from igny8_core.auth.models import ApiKey, Role, Site, User
from igny8_core.common.clock import utc_now
from igny8_core.tenancy.bases import TenantModel
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.kinds import Kind
from igny8_core.testing.clients import client_of_key
from igny8_core.testing.factories import Tenant, context_of, user_make

# What a model's checks demand and its fields do not say.
FIELDS: dict[str, dict[str, Any]] = {
    # Of all states the one that most can be asked of.
    "automation.RunItem": {"state": "failed", "failed_state": "writing"},
    "automation.PipelineSettings": {"stages": ["write"], "weekdays": [1], "time_zone": "UTC"},
    "billing.LedgerEntry": {"kind": "grant"},
    "billing.Payment": {"currency": "USD"},
    "integration.Destination": {"platform": "preview", "base_url": "", "last_check": None},
    "igny8_auth.SecondFactor": {"secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"},
    "linker.LinkBatch": {"articles": []},
    "optimizer.ScoreSnapshot": {"findings": []},
    "planner.PlanEdit": {"changes": [], "row_ids": []},
    "planner.ContentIdea": {
        "brief": {
            "title_options": [],
            "secondary_keywords": [],
            "search_intent": "informational",
            "audience": "",
            "outline": [{"heading": "One", "points": ["What?"], "target_words": 120}],
            "target_word_count": 120,
            "language": "en",
        }
    },
}


def marker_of(tenant: Tenant, *, of_site: bool = True) -> str:
    """The string that only this account's rows hold; rows of a site have another one than rows of the account."""
    return f"{'hid' if of_site else 'own'}{tenant.account.pk % 10**9:09d}"


def tenant_models() -> list[type[TenantModel]]:
    """Every table behind the wall."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def row_make(model: Any, tenant: Tenant, **fields: Any) -> Any:
    """Make a row of any model for an account, marked in every text that can hold the marker."""
    if model is User:
        user = user_make(tenant.account)
        User.objects.filter(pk=user.pk).update(name=marker_of(tenant, of_site=False))
        return User.objects.get(pk=user.pk)
    values = {**FIELDS.get(model._meta.label, {}), **fields}
    names = {field.name for field in model._meta.concrete_fields}
    marker = marker_of(tenant, of_site=("site" in names and model is not ApiKey) or model is Site)
    with tenant.work():
        for field in model._meta.concrete_fields:
            if field.name not in values and field.name not in _OWNED:
                found = _value(field, tenant, marker)
                if found is not _LEFT_OUT:
                    values[field.name] = found
        if not issubclass(model, TenantModel):
            values["account"] = tenant.account
        return model.objects.create(**values)


def row_of(model: Any, tenant: Tenant) -> Any:
    """The account's row of a model: the newest of its first site, or a new one."""
    known: dict[str, Any] = {"igny8_auth.Site": tenant.site, "igny8_auth.Sector": tenant.sector}
    if model._meta.label in known:
        return known[model._meta.label]
    if model is User:
        return tenant.member
    with tenant.work():
        row = model.objects.filter(account_id=tenant.account.pk).order_by("-pk").first()
    return row or row_make(model, tenant)


_OWNED = frozenset({"id", "account", "created_at", "updated_at", "version", "deleted_at", "deletion_id"})
_LEFT_OUT = object()


def _value(field: Any, tenant: Tenant, marker: str) -> Any:
    if field.is_relation:
        return _related(field, tenant)
    if isinstance(field, models.JSONField):
        return _json(field, marker)
    if field.choices or field.null:
        return _LEFT_OUT if field.null or field.has_default() else field.choices[0][0]
    if isinstance(field, models.CharField | models.TextField):
        return _text(field, marker)
    if field.has_default():
        return _LEFT_OUT
    if isinstance(field, models.UUIDField):
        return uuid4()
    if isinstance(field, models.BinaryField):
        return marker.encode()
    if isinstance(field, models.DateField):
        later = utc_now() + timedelta(days=1)
        return later if isinstance(field, models.DateTimeField) else later.date()
    return 1


def _related(field: Any, tenant: Tenant) -> Any:
    if field.related_model is User:
        return tenant.owner
    if field.null and field.name not in ("site", "sector"):
        return _LEFT_OUT
    return row_of(field.related_model, tenant)


def _json(field: Any, marker: str) -> Any:
    if field.null:
        return _LEFT_OUT
    return [marker] if isinstance(field.get_default(), list) else {"marker": marker}


def _text(field: Any, marker: str) -> Any:
    if isinstance(field, models.URLField):
        return f"https://{marker}.example/"
    if isinstance(field, models.EmailField):
        return f"{marker}@example.test"
    if field.max_length and field.max_length < len(marker):
        return _LEFT_OUT if field.get_default() else "x"
    return marker


def snapshot(tenant: Tenant, *, of_site: bool = False) -> dict[str, tuple[int, str]]:
    """How many rows every table has of this account, and a digest of them; with `of_site` of the first site's alone."""
    parts: list[str] = []
    params: list[Any] = []
    for model in apps.get_models():
        kind = getattr(model, "tenant_kind", Kind.GLOBAL)
        if kind in (Kind.GLOBAL, Kind.INFRA) or (of_site and kind is not Kind.SITE):
            continue
        table, column = (
            model._meta.db_table,
            "id" if model._meta.label == "igny8_auth.Account" else "account_id",
        )
        # That a key was used is noted whatever became of the request: no change that a probe made.
        row = "(to_jsonb(t) - 'last_used_at' - 'last_used_ip')::text" if model is ApiKey else "t::text"
        condition = f"{column} = %s" + (" AND site_id = %s" if of_site else "")
        parts.append(
            f"SELECT '{table}', count(*), coalesce(md5(string_agg({row}, '|' ORDER BY id)), '') "
            f"FROM {table} t WHERE {condition}"
        )
        params += [tenant.account.pk, tenant.site.pk] if of_site else [tenant.account.pk]
    with tenant.work(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return {table: (count, digest) for table, count, digest in cursor.fetchall()}


@contextmanager
def unchanged(*tenants: Tenant) -> Iterator[None]:
    """Prove that what runs inside changes no row of the accounts."""
    before = [snapshot(tenant) for tenant in tenants]
    yield
    for tenant, rows in zip(tenants, before, strict=True):
        after = snapshot(tenant)
        changed = {table for table in rows if rows[table] != after[table]}
        assert not changed, f"{tenant.account.name}: {', '.join(sorted(changed))} changed"


def key_client(user: User, *, site: Site | None = None, scopes: Iterable[str] = KEY_SCOPES) -> APIClient:
    """A client with a key of a person, for one site or for all that the person has."""
    with tenant_transaction(context_of(user)):
        made = identity.api_key_create(
            user=user,
            name="k",
            scopes=scopes,
            allowed_scopes=KEY_SCOPES,
            site_id=site.pk if site else None,
        )
    return client_of_key(made.secret)


def limited_user(tenant: Tenant, *sites: Site, role: Role = Role.ADMIN) -> User:
    """A person of the account who may see these sites alone."""
    user = user_make(tenant.account, role=role)
    with tenant.work():
        identity.user_sites_set(user, [site.pk for site in sites])
    return User.objects.get(pk=user.pk)
