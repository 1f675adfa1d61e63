"""Every model declares its side of the wall, and stands there."""

import pytest
from django.apps import apps
from django.db import models

from igny8_core.tenancy.bases import AccountBaseModel, AppendOnlyModel, SiteBoundModel, TenantModel
from igny8_core.tenancy.fields import TenantForeignKey
from igny8_core.tenancy.kinds import INFRA_MODELS, Kind

ALL_MODELS = apps.get_models(include_auto_created=True)
TENANT_KINDS = (Kind.ACCOUNT, Kind.SITE)


def _kind(model: type[models.Model]) -> Kind:
    return Kind.INFRA if model._meta.label in INFRA_MODELS else model.tenant_kind


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model._meta.label)
def test_model_declares_a_kind_and_has_its_base(model: type[models.Model]) -> None:
    kind = _kind(model)
    if kind is Kind.SITE:
        assert issubclass(model, SiteBoundModel)
        assert not model._meta.get_field("site").null
    elif kind is Kind.ACCOUNT:
        assert issubclass(model, TenantModel)
    else:
        assert not issubclass(model, TenantModel)
    if kind is Kind.IDENTITY:
        assert model.__module__ == "igny8_core.auth.models", "identity tables live in auth alone"


def test_infra_list_is_not_stale() -> None:
    labels = {model._meta.label for model in ALL_MODELS}
    assert set(INFRA_MODELS) <= labels
    assert all(INFRA_MODELS.values())


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model._meta.label)
def test_keys_to_tenant_rows_are_composite(model: type[models.Model]) -> None:
    if _kind(model) not in (*TENANT_KINDS, Kind.IDENTITY):
        return
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.name not in ("account", "plan"):
            assert isinstance(field, TenantForeignKey), f"{model._meta.label}.{field.name}"


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model._meta.label)
def test_tenant_models_have_no_automatic_many_to_many_tables(model: type[models.Model]) -> None:
    if _kind(model) in TENANT_KINDS:
        assert not model._meta.many_to_many


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model._meta.label)
def test_unique_constraints_of_soft_deleted_models_let_deleted_rows_be(model: type[models.Model]) -> None:
    if not issubclass(model, AccountBaseModel):
        return
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            assert "account" in constraint.fields, f"{constraint.name} is no secret between accounts"
            assert "deleted_at" in str(constraint.condition), (
                f"{constraint.name} must carry deleted_at IS NULL"
            )


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model._meta.label)
def test_models_have_no_key_without_a_table(model: type[models.Model]) -> None:
    """A generic foreign key is no key: neither row-level security nor a composite key holds it."""
    assert not model._meta.private_fields, f"{model._meta.label} points at rows of any table"


def test_append_only_models_have_no_update_columns() -> None:
    for model in ALL_MODELS:
        if issubclass(model, AppendOnlyModel):
            assert {"updated_at", "deleted_at", "version"}.isdisjoint(
                field.name for field in model._meta.concrete_fields
            )
