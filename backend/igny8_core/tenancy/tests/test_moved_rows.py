"""A row stays where it is, however it came into memory, and a stale copy brings nothing back."""

from typing import Any
from uuid import uuid4

import pytest

from igny8_core.common.clock import utc_now
from igny8_core.modules.planner.models import Keyword
from igny8_core.tenancy.errors import TenantMismatch
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db


def _fields(tenant: Tenant, **more: Any) -> dict[str, Any]:
    return {"site": tenant.site, "text": "a", "normalized": uuid4().hex, **more}


def test_row_from_bulk_create_cannot_be_moved(tenant: Tenant) -> None:
    other = site_make(tenant)
    with tenant.work():
        (row,) = Keyword.objects.bulk_create([Keyword(**_fields(tenant))])
        row.site = other
        with pytest.raises(TenantMismatch):
            row.save()


@pytest.mark.parametrize("loaded", [("text",), ("text", "account"), ("text", "sector")])
def test_row_whose_keys_were_left_out_cannot_be_moved(tenant: Tenant, loaded: tuple[str, ...]) -> None:
    other = site_make(tenant)
    with tenant.work():
        Keyword.objects.create(**_fields(tenant))
        row = Keyword.objects.only(*loaded).get()
        row.site = other
        with pytest.raises(TenantMismatch):
            row.save()


def test_row_whose_keys_were_left_out_is_saved_where_it_is(tenant: Tenant) -> None:
    with tenant.work():
        Keyword.objects.create(**_fields(tenant, volume=7))
        row = Keyword.objects.only("text").get()
        row.text = "b"
        row.save()
        assert Keyword.objects.values_list("text", "volume", "site_id").get() == ("b", 7, tenant.site.pk)


def test_hand_made_row_cannot_move_the_stored_one(tenant: Tenant) -> None:
    other = site_make(tenant)
    with tenant.work():
        pk = Keyword.objects.create(**_fields(tenant)).pk
        with pytest.raises(TenantMismatch):
            Keyword(**_fields(tenant, pk=pk, site=other, created_at=utc_now())).save(force_update=True)


def test_stale_save_brings_no_deleted_row_back(tenant: Tenant) -> None:
    with tenant.work():
        stale = Keyword.objects.create(**_fields(tenant))
        Keyword.objects.get().delete()
        stale.text = "late"
        stale.save()
        assert Keyword.objects.count() == 0
        assert Keyword.deleted.get().text == "late"
