"""Attacks on the wall from inside an account: a narrower credential must never become a wider one."""

from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from igny8_core.auth import services
from igny8_core.auth.models import ApiKey, Invitation, Role, Sector, Site, SiteUserAccess, User
from igny8_core.modules.planner.models import Keyword, KeywordImport
from igny8_core.tenancy.models import IdempotencyKey, Job
from igny8_core.tenancy.signing import HEADER, JobHeader, header_sign
from igny8_core.tenancy.softdelete import account_purge
from igny8_core.testing.clients import client_of, client_of_key
from igny8_core.testing.factories import PASSWORD, Tenant, site_make, user_make
from igny8_core.testing.isolation import key_client, limited_user

pytestmark = pytest.mark.django_db

BASE = "/api/v1/account"


def _keyword(tenant: Tenant, **fields: Any) -> Keyword:
    fields = {"site": tenant.site, "text": "shoes", "normalized": uuid4().hex, "country": "US", **fields}
    with tenant.work():
        return Keyword.objects.create(**fields)


class TestKeysAndPeopleStayAsNarrowAsTheyAre:
    def test_key_cannot_make_a_key_with_scopes_that_it_lacks(self, tenant: Tenant) -> None:
        answer = key_client(tenant.owner, scopes=["account:write"]).post(
            f"{BASE}/api-keys/", {"name": "wide", "scopes": ["billing:write", "account:write"]}
        )
        assert answer.status_code in (400, 403), answer.content
        assert ApiKey.objects.count() == 1

    def test_site_key_cannot_make_a_key_of_the_whole_account(self, tenant: Tenant) -> None:
        client = key_client(tenant.owner, site=tenant.site, scopes=["account:write", "account:read"])
        answer = client.post(f"{BASE}/api-keys/", {"name": "wide", "scopes": ["account:read"]})
        if answer.status_code == 201:
            other = site_make(tenant)
            seen = client_of_key(answer.json()["data"]["secret"]).get(f"{BASE}/sites/{other.pk}/")
            assert seen.status_code == 404, "the site key made itself a key of every site"
        assert answer.status_code in (201, 400, 403)

    @pytest.mark.parametrize("is_of_site", [True, False])
    def test_key_cannot_invite_a_person(self, tenant: Tenant, is_of_site: bool) -> None:
        site = tenant.site if is_of_site else None
        client = key_client(tenant.owner, site=site, scopes=["account:write"])
        answer = client.post(f"{BASE}/invitations/", {"email": "x@example.test", "role": "admin"})
        expected = "site_scope_too_narrow" if is_of_site else "people_only"
        assert (answer.status_code, answer.json()["code"]) == (403, expected)
        with tenant.work():
            assert not Invitation.objects.exists()
            assert not Job.objects.exists()

    def test_admin_of_one_site_cannot_invite_a_person_of_every_site(self, tenant: Tenant) -> None:
        admin = limited_user(tenant, tenant.site)
        body = {"email": "x@example.test", "role": "admin"}
        assert client_of(admin).post(f"{BASE}/invitations/", body).status_code == 403
        with tenant.work():
            assert not Invitation.objects.exists()

    def test_admin_cannot_take_over_a_key_in_the_owners_name(self, tenant: Tenant) -> None:
        key_client(tenant.owner, scopes=["account:read"])
        key, admin = ApiKey.objects.get(), user_make(tenant.account, role=Role.ADMIN)
        answer = client_of(admin).post(f"{BASE}/api-keys/{key.pk}/rotate/")
        assert (answer.status_code, answer.json()["code"]) == (403, "key_of_another")
        assert ApiKey.objects.get().secret_hash == key.secret_hash

    def test_admin_of_one_site_cannot_take_other_sites_from_people(self, tenant: Tenant) -> None:
        other = site_make(tenant)
        admin = limited_user(tenant, tenant.site)
        editor = limited_user(tenant, other, role=Role.EDITOR)
        client_of(admin).patch(f"{BASE}/members/{editor.pk}/", {"site_ids": [str(tenant.site.pk)]})
        assert SiteUserAccess.objects.filter(user=editor, site=other).exists()

    @pytest.mark.parametrize("path", ["members", "api-keys", "audit"])
    def test_site_key_sees_no_account_wide_list(self, tenant: Tenant, path: str) -> None:
        client = key_client(tenant.owner, site=tenant.site, scopes=["account:read"])
        assert client.get(f"{BASE}/{path}/").status_code == 403

    def test_site_key_cannot_change_the_account(self, tenant: Tenant) -> None:
        client = key_client(tenant.owner, site=tenant.site, scopes=["account:write"])
        assert client.patch(f"{BASE}/profile/", {"retention_days": 1}).status_code == 403

    def test_admin_of_one_site_gets_a_clear_refusal_for_a_new_site(self, tenant: Tenant) -> None:
        admin = limited_user(tenant, tenant.site)
        answer = client_of(admin).post(f"{BASE}/sites/", {"name": "n", "domain": "n.example"})
        assert answer.status_code == 403, answer.content

    def test_admin_cannot_change_the_owner_or_become_one(self, tenant: Tenant) -> None:
        admin = user_make(tenant.account, role=Role.ADMIN)
        client = client_of(admin)
        assert client.patch(f"{BASE}/members/{tenant.owner.pk}/", {"is_active": False}).status_code == 403
        assert client.patch(f"{BASE}/members/{admin.pk}/", {"role": "editor"}).status_code == 403
        assert client.patch(f"{BASE}/members/{tenant.viewer.pk}/", {"role": "owner"}).status_code == 400
        assert User.objects.get(pk=tenant.owner.pk).is_active

    def test_editor_cannot_restore_what_only_an_admin_may(self, tenant: Tenant) -> None:
        keyword = _keyword(tenant)
        assert client_of(tenant.owner).delete(f"{BASE}/sites/{tenant.site.pk}/").status_code == 204
        client_of(tenant.member).post(f"/api/v1/planner/keywords/{keyword.pk}/restore/")
        with tenant.work():
            assert not Site.objects.filter(pk=tenant.site.pk).exists()


class TestRestoreAndPurge:
    def test_child_of_a_deleted_parent_is_not_restored(self, tenant: Tenant) -> None:
        with tenant.work():
            tenant.sector.delete()
            tenant.site.delete()
        answer = client_of(tenant.owner).post(f"{BASE}/sectors/{tenant.sector.pk}/restore/")
        assert answer.status_code in (404, 409)
        with tenant.work():
            assert not Sector.objects.filter(pk=tenant.sector.pk).exists()

    def test_restore_respects_the_plans_limit(self, tenant: Tenant) -> None:
        limit = tenant.account.plan.max_sites
        with tenant.work():
            tenant.site.delete()
            for number in range(limit):
                services.site_create(name="s", domain=f"s{number}.example")
        answer = client_of(tenant.owner).post(f"{BASE}/sites/{tenant.site.pk}/restore/")
        assert answer.status_code == 403
        with tenant.work():
            assert Site.objects.count() == limit

    def test_waking_a_member_respects_the_plans_limit(self, tenant: Tenant) -> None:
        limit = tenant.account.plan.max_users
        client_of(tenant.owner).patch(f"{BASE}/members/{tenant.viewer.pk}/", {"is_active": False})
        while User.objects.filter(account=tenant.account, is_active=True).count() < limit:
            user_make(tenant.account)
        answer = client_of(tenant.owner).patch(f"{BASE}/members/{tenant.viewer.pk}/", {"is_active": True})
        assert answer.status_code == 403
        assert User.objects.filter(account=tenant.account, is_active=True).count() == limit

    def test_purge_takes_a_key_of_a_deleted_site_with_it(self, tenant: Tenant) -> None:
        key_client(tenant.owner, site=tenant.site, scopes=["account:read"])
        with tenant.work():
            tenant.site.delete()
            for model in (Site, Sector):
                model.deleted.update(deleted_at="2020-01-01T00:00:00Z")
            assert account_purge() == 3, "both sectors and the site"
        assert not ApiKey.objects.filter(account=tenant.account).exists()

    def test_purge_goes_on_beside_a_living_row_that_names_a_purged_one(self, tenant: Tenant) -> None:
        with tenant.work():
            row = KeywordImport.objects.create(site=tenant.site, filename="f.csv")
        _keyword(tenant, source_import=row)
        with tenant.work():
            dead = Keyword.objects.create(site=tenant.site, text="dead", normalized="dead", country="US")
            dead.delete()
            row.delete()
            for model in (Keyword, KeywordImport):
                model.deleted.update(deleted_at="2020-01-01T00:00:00Z")
            assert account_purge() > 0


class TestRacesAndReplays:
    def test_password_change_never_writes_back_a_role_that_was_taken_away(self, tenant: Tenant) -> None:
        User.objects.filter(pk=tenant.member.pk).update(role=Role.ADMIN)
        stale = User.objects.get(pk=tenant.member.pk)
        stale.set_password(PASSWORD)
        stale.save()
        with tenant.work():
            services.member_change(User.objects.get(pk=stale.pk), by=tenant.owner, role=Role.VIEWER)
            services.password_change(stale, old_password=PASSWORD, new_password="another-long-passphrase")
        now = User.objects.get(pk=stale.pk)
        assert now.role == Role.VIEWER
        assert now.check_password("another-long-passphrase")

    def test_secret_of_a_key_is_not_kept_for_replays(self, tenant: Tenant) -> None:
        client = client_of(tenant.owner)
        body = {"name": "k", "scopes": ["account:read"]}
        answer = client.post(f"{BASE}/api-keys/", body, headers={"Idempotency-Key": "one"})
        secret = answer.json()["data"]["secret"]
        with tenant.work():
            kept = list(IdempotencyKey.objects.values_list("body", flat=True))
        assert secret not in str(kept)

    def test_form_without_a_switch_does_not_turn_it_off(self, tenant: Tenant) -> None:
        client_of(tenant.owner).patch(
            f"{BASE}/members/{tenant.member.pk}/", {"name": "new name"}, format="multipart"
        )
        assert User.objects.get(pk=tenant.member.pk).is_active

    @pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "big"}])
    def test_body_over_the_limit_is_refused(self, tenant: Tenant, headers: dict[str, str]) -> None:
        body = b'{"name": "' + b"x" * (6 * 1024 * 1024) + b'"}'
        answer = client_of(tenant.owner).post(
            f"{BASE}/sites/", body, content_type="application/json", headers=headers
        )
        assert answer.status_code == 413, (answer.status_code, answer.content[:200])

    def test_site_domain_is_one_whatever_its_case(self, tenant: Tenant) -> None:
        other = site_make(tenant)
        answer = client_of(tenant.owner).patch(
            f"{BASE}/sites/{other.pk}/", {"domain": tenant.site.domain.upper()}
        )
        assert answer.status_code == 409

    def test_person_of_one_site_cannot_cancel_work_of_the_whole_account(self, tenant: Tenant) -> None:
        with tenant.work():
            job = Job.objects.create(kind="x.y", request_id=str(uuid4()))
        editor = limited_user(tenant, tenant.site, role=Role.EDITOR)
        answer = client_of(editor).post(f"/api/v1/system/jobs/{job.pk}/cancel/")
        assert answer.status_code in (403, 404)

    def test_upload_with_a_key_is_replayed(self, tenant: Tenant) -> None:
        answers = [
            client_of(tenant.owner).post(
                "/api/v1/planner/imports/",
                {"site": str(tenant.site.pk), "file": SimpleUploadedFile("a.csv", b"Keyword,Volume\na,1\n")},
                format="multipart",
                headers={"Idempotency-Key": "up"},
            )
            for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[1]["Idempotent-Replayed"] == "true"

    def test_name_of_a_foreign_field_is_refused_by_the_profile(self, tenant: Tenant) -> None:
        answer = client_of(tenant.owner).patch(f"{BASE}/profile/", {"is_system": True})
        assert answer.status_code == 400

    def test_wrong_credentials_are_counted(self, tenant: Tenant, limits: int) -> None:
        client = APIClient(HTTP_X_API_KEY="igny8_a-guess")
        seen = [client.get(f"{BASE}/sites/").status_code for _ in range(limits + 2)]
        assert seen[-1] == 429

    @pytest.mark.django_db(transaction=True)
    def test_message_of_one_kind_never_runs_another_task(self, tenant: Tenant) -> None:
        current_app.loader.import_default_modules()
        with tenant.work():
            job = Job.objects.create(kind="planner.generate_ideas", request_id=str(uuid4()))
        header = header_sign(JobHeader(job_id=job.pk, context=tenant.context))
        current_app.tasks["planner.cluster_keywords"].apply(headers={HEADER: header}, throw=True)
        with tenant.work():
            assert Job.objects.get(pk=job.pk).attempts == 0
