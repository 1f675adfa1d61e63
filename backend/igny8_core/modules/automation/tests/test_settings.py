"""A site's settings: defaults, what makes no sense, who may change them, versions, and what is on record."""

from typing import Any
from uuid import uuid4

import pytest

from igny8_core.auth.models import Role
from igny8_core.common.errors import NotFound
from igny8_core.modules.automation.errors import SettingsInvalid, SettingsVersionConflict
from igny8_core.modules.automation.models import PipelineSettings
from igny8_core.modules.automation.selectors import settings_get
from igny8_core.modules.automation.tests.samples import settings_set
from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.clients import client_of, without_request_id
from igny8_core.testing.factories import Tenant, site_make, user_make

pytestmark = pytest.mark.django_db(transaction=True)
SETTINGS = "/api/v1/automation/settings/"


def path_of(tenant: Tenant) -> str:
    return f"{SETTINGS}{tenant.site.pk}/"


def rows(tenant: Tenant) -> int:
    with tenant.work():
        return PipelineSettings.objects.count()


class TestService:
    def test_site_without_a_row_has_the_defaults(self, tenant: Tenant) -> None:
        with tenant.work():
            found = settings_get(tenant.site.pk)
        assert (found.version, found.approval_mode, found.schedule) == (0, "auto", "off")
        assert found.stages == ("cluster", "ideas", "write", "publish")
        assert (found.articles_per_run, found.ideas_per_run, found.is_enabled) == (3, None, True)
        assert (found.run_credit_budget, found.monthly_credit_budget, found.next_run_at) == (None, None, None)
        assert rows(tenant) == 0

    def test_change_is_kept_and_on_record_and_the_same_again_is_none(self, tenant: Tenant) -> None:
        first = settings_set(tenant, approval_mode="review", stages=["publish", "write"], weekdays=[5, 1, 5])
        assert (first.version, first.stages, first.weekdays) == (1, ("write", "publish"), (1, 5))
        again = settings_set(tenant, approval_mode="review", stages=["write", "publish"])
        assert again == first
        with tenant.work():
            (event,) = AuditEvent.objects.filter(action="pipeline.settings_changed")
        assert event.actor_id == tenant.owner.pk
        assert event.detail["approval_mode"] == ["auto", "review"]
        assert event.detail["stages"] == [["cluster", "ideas", "write", "publish"], ["write", "publish"]]

    def test_schedule_says_when_it_starts_next(self, tenant: Tenant) -> None:
        on = settings_set(tenant, schedule="weekly", weekdays=[3], hour=7, time_zone="Europe/Berlin")
        assert on.next_run_at is not None
        assert (on.next_run_at.isoweekday(), on.next_run_at.hour in (5, 6)) == (3, True)
        assert settings_set(tenant, schedule="off").next_run_at is None

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"stages": []}, "stages"),
            ({"stages": ["links"]}, "stages"),
            ({"stages": ["ideas", "publish"]}, "stages"),
            ({"schedule": "weekly"}, "weekdays"),
            ({"weekdays": [0]}, "weekdays"),
            ({"time_zone": "Mars/Olympus"}, "time_zone"),
            ({"time_zone": ""}, "time_zone"),
            ({"hour": 24}, "hour"),
            ({"articles_per_run": 0}, "articles_per_run"),
            ({"articles_per_run": 101}, "articles_per_run"),
            ({"monthly_credit_budget": 0}, "monthly_credit_budget"),
            ({"approval_mode": "none"}, "approval_mode"),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_nothing_kept(
        self, tenant: Tenant, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(SettingsInvalid) as refusal:
            settings_set(tenant, **changes)
        assert list(refusal.value.fields) == [field]
        assert rows(tenant) == 0

    def test_destination_of_another_site_and_account_is_not_found(
        self, tenant: Tenant, stranger: Tenant
    ) -> None:
        other = site_make(tenant)
        with tenant.work():
            elsewhere = destination_preview_ensure(other.pk).pk
        with stranger.work():
            foreign = destination_preview_ensure(stranger.site.pk).pk
        for destination_id in (elsewhere, foreign, uuid4()):
            with pytest.raises(NotFound):
                settings_set(tenant, destination_id=destination_id)
        assert rows(tenant) == 0

    def test_version_that_was_not_read_is_refused(self, tenant: Tenant) -> None:
        assert settings_set(tenant, expected_version=0, hour=7).version == 1
        for stale in (0, 2):
            with pytest.raises(SettingsVersionConflict):
                settings_set(tenant, expected_version=stale, hour=8)
        assert settings_set(tenant, expected_version=1, hour=8).version == 2


class TestApi:
    def test_admin_sets_what_a_viewer_reads(self, tenant: Tenant) -> None:
        viewer, admin = client_of(tenant.viewer), client_of(user_make(tenant.account, role=Role.ADMIN))
        shown = viewer.get(path_of(tenant))
        assert (shown.status_code, shown["ETag"]) == (200, '"0"')
        read_only = (
            "site_id",
            "version",
            "next_run_at",
            "last_skipped_at",
            "last_skip_code",
            "last_skip_message",
        )
        body = {name: value for name, value in shown.json()["data"].items() if name not in read_only}
        changed = admin.put(
            path_of(tenant), {**body, "approval_mode": "moderate"}, headers={"If-Match": '"0"'}
        )
        assert (changed.status_code, changed["ETag"]) == (200, '"1"')
        assert changed.json()["data"]["approval_mode"] == "moderate"
        stale = admin.patch(path_of(tenant), {"hour": 9}, headers={"If-Match": '"0"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
        assert admin.patch(path_of(tenant), {"hour": 9}, headers={"If-Match": "x"}).status_code == 412
        assert admin.patch(path_of(tenant), {"hour": 9}).json()["data"]["hour"] == 9
        assert viewer.get(path_of(tenant)).json()["data"]["approval_mode"] == "moderate"

    def test_editor_viewer_and_anonymous_may_change_nothing(self, tenant: Tenant) -> None:
        for user, status in ((tenant.member, 403), (tenant.viewer, 403), (None, 401)):
            assert client_of(user).patch(path_of(tenant), {"hour": 9}).status_code == status
        assert client_of(None).get(path_of(tenant)).status_code == 401
        assert rows(tenant) == 0

    def test_stranger_meets_a_missing_site(self, tenant: Tenant, stranger: Tenant) -> None:
        client = client_of(stranger.owner)
        for method, body in (("get", None), ("patch", {"hour": 9}), ("put", {"hour": "x"})):
            answers = [
                getattr(client, method)(f"{SETTINGS}{site_id}/", body)
                for site_id in (tenant.site.pk, uuid4())
            ]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert without_request_id(answers[0]) == without_request_id(answers[1])
        assert rows(tenant) == 0

    def test_body_that_makes_no_sense_names_its_field(self, tenant: Tenant) -> None:
        client = client_of(tenant.owner)
        for body, field in (
            ({"stages": ["links"]}, "stages.0"),
            ({"stages": ["publish"]}, "stages"),
            ({"time_zone": "Mars/Olympus"}, "time_zone"),
            ({"next_run_at": "2026-01-01T00:00:00Z"}, "next_run_at"),
            ({"articles_per_run": None}, "articles_per_run"),
        ):
            answer = client.patch(path_of(tenant), body)
            assert (answer.status_code, list(answer.json()["errors"])) == (400, [field]), body
        assert client.put(path_of(tenant), {"hour": 9}).status_code == 400  # all or PATCH
        assert rows(tenant) == 0
