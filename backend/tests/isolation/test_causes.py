"""What another account has causes no refusal and stands in none; no file names another account's rows."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from igny8_core.auth.models import Site
from igny8_core.modules.planner.models import Cluster, Keyword
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.isolation import marker_of, row_make, unchanged
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)

SITES = "/api/v1/account/sites/"


def test_restore_meets_another_accounts_domain_and_does_not_notice(tenant: Tenant, stranger: Tenant) -> None:
    client, mine = client_of(tenant.owner), site_make(tenant, "shop.example")
    assert client.delete(f"{SITES}{mine.pk}/").status_code == 204
    site_make(stranger, "shop.example")
    assert client.post(f"{SITES}{mine.pk}/restore/").status_code == 200


def test_own_collision_names_nothing_of_another_account(tenant: Tenant, stranger: Tenant) -> None:
    client, mine = client_of(tenant.owner), site_make(tenant, "shop.example")
    client.delete(f"{SITES}{mine.pk}/")
    site_make(tenant, "shop.example")
    theirs = site_make(stranger, "shop.example")
    with stranger.work():
        Site.objects.filter(pk=theirs.pk).update(name=marker_of(stranger))
    with unchanged(tenant, stranger):
        answers = [
            client.post(f"{SITES}{mine.pk}/restore/"),
            client.post(SITES, {"name": "n", "domain": "shop.example"}),
        ]
    assert [answer.status_code for answer in answers] == [409, 409]
    for answer in answers:
        for word in (marker_of(stranger), str(theirs.pk), stranger.account.name, "igny8_auth"):
            assert word not in answer.content.decode()


def test_deletion_is_not_hindered_by_another_accounts_rows(tenant: Tenant, stranger: Tenant) -> None:
    client = client_of(tenant.owner)
    for model in (Cluster, Keyword):
        row_make(model, stranger)
    with unchanged(stranger):
        assert client.delete(f"{SITES}{tenant.site.pk}/").status_code == 204


def test_export_whose_columns_name_another_accounts_rows_stays_in_itssite_make(
    tenant: Tenant, stranger: Tenant, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    theirs, cluster = row_make(Keyword, stranger), row_make(Cluster, stranger)
    ids = f"{theirs.pk},{stranger.account.pk},{stranger.site.pk},{stranger.sector.pk},{cluster.pk}"
    text = (
        f"Keyword,Volume,id,account_id,site_id,sector_id,cluster_id\n{theirs.text},10,{ids}\nshoes,20,{ids}\n"
    )
    body = {"site": str(tenant.site.pk), "file": SimpleUploadedFile("a.csv", text.encode())}
    with unchanged(stranger):
        answer = client_of(tenant.owner).post("/api/v1/planner/imports/", body, format="multipart")
        assert answer.status_code == 202, answer.content
        with tenant.work():
            job = Job.objects.get(pk=answer.json()["data"]["job_id"])
        assert job_run(job).state == "succeeded"
    with tenant.work():
        rows = list(Keyword.objects.values("account_id", "site_id", "sector_id", "cluster_id"))
        assert not Keyword.objects.filter(pk=theirs.pk).exists()
    own = {"account_id": tenant.account.pk, "site_id": tenant.site.pk, "sector_id": None, "cluster_id": None}
    assert rows == [own, own]
