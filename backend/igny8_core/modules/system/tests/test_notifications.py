"""What people are told: once for each event, to those who may see it, until it is old."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth import services as identity
from igny8_core.auth.models import Role, User
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.system import selectors, services
from igny8_core.modules.system.models import Notification, NotificationRead
from igny8_core.modules.system.tasks import expire_notifications
from igny8_core.modules.system.types import NotificationKind
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import Job, JobState
from igny8_core.tenancy.queue import enqueue
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant, context_of, site_make, user_make

pytestmark = pytest.mark.django_db

LIST = "/api/v1/system/notifications/"


def told(tenant: Tenant, text: str, **fields: Any) -> None:
    with tenant.work():
        kind = fields.pop("kind", NotificationKind.RUN_COMPLETED)
        services.notify(kind, text, dedupe_key=fields.pop("dedupe_key", text), **fields)


def texts(user: User) -> list[str]:
    return [row["text"] for row in client_of(user).get(LIST).json()["results"]]


def ids(user: User) -> dict[str, str]:
    return {row["text"]: row["id"] for row in client_of(user).get(LIST).json()["results"]}


def unread(user: User) -> int:
    return client_of(user).get(f"{LIST}unread-count/").json()["data"]["unread"]


def limited(tenant: Tenant, site_id: UUID) -> User:
    user = user_make(tenant.account, role=Role.VIEWER)
    with tenant.work():
        identity.user_sites_set(user, [site_id])
    user.refresh_from_db()
    return user


class TestWhoIsTold:
    def test_same_event_is_told_once(self, tenant: Tenant) -> None:
        told(tenant, "One.", dedupe_key="run:1")
        told(tenant, "Two.", dedupe_key="run:1")
        assert texts(tenant.viewer) == ["One."]

    def test_same_key_of_another_account_is_another_event(self, tenant: Tenant, stranger: Tenant) -> None:
        told(tenant, "Mine.", dedupe_key="run:1")
        told(stranger, "Theirs.", dedupe_key="run:1")
        assert (texts(tenant.owner), texts(stranger.owner)) == (["Mine."], ["Theirs."])

    def test_role_and_recipient_narrow(self, tenant: Tenant) -> None:
        told(tenant, "All.")
        told(tenant, "Admins.", lowest_role=Role.ADMIN)
        told(tenant, "Member.", recipient_id=tenant.member.pk)
        assert texts(tenant.owner) == ["Admins.", "All."]
        assert texts(tenant.member) == ["Member.", "All."]
        assert texts(tenant.viewer) == ["All."]

    def test_person_of_some_sites_is_told_of_these_alone(self, tenant: Tenant) -> None:
        other = site_make(tenant)
        user = limited(tenant, other.pk)
        told(tenant, "Account.")
        told(tenant, "First.", site_id=tenant.site.pk)
        told(tenant, "Other.", site_id=other.pk)
        told(tenant, "Own.", recipient_id=user.pk)
        assert texts(user) == ["Own.", "Other."]
        assert unread(user) == 2
        foreign = ids(tenant.owner)["First."]
        assert client_of(user).post(f"{LIST}{foreign}/read/").status_code == 404
        with tenant.work():
            assert NotificationRead.objects.count() == 0

    def test_text_is_cut_and_names_its_object(self, tenant: Tenant) -> None:
        told(tenant, "word " * 100, dedupe_key="long", target_kind="run", target_id=tenant.site.pk)
        (row,) = client_of(tenant.viewer).get(LIST).json()["results"]
        assert len(row["text"]) <= 300
        assert row["text"].endswith("word…")
        assert (row["target_kind"], row["target_id"]) == ("run", str(tenant.site.pk))

    def test_it_is_told_with_the_event_or_not_at_all(self, tenant: Tenant) -> None:
        with suppress(RuntimeError), tenant.work():
            services.notify(NotificationKind.RUN_FAILED, "Never.", dedupe_key="x")
            raise RuntimeError
        assert texts(tenant.owner) == []

    def test_notifications_go_with_their_site(self, tenant: Tenant) -> None:
        other = site_make(tenant)
        told(tenant, "Other.", site_id=other.pk)
        with tenant.work():
            other.delete()
        assert texts(tenant.owner) == []


class TestReading:
    def test_each_person_reads_for_themselves(self, tenant: Tenant) -> None:
        told(tenant, "One.")
        told(tenant, "Two.")
        path = f"{LIST}{ids(tenant.viewer)['One.']}/read/"
        for _ in range(2):
            answer = client_of(tenant.viewer).post(path)
            assert (answer.status_code, answer.json()["data"]["is_read"]) == (200, True)
        assert (unread(tenant.viewer), unread(tenant.member)) == (1, 2)
        client = client_of(tenant.viewer)
        for query, expected in (
            ("?unread=true", ["Two."]),
            ("?unread=false", ["One."]),
            ("?kind=run_completed", ["Two.", "One."]),
            ("?kind=run_failed", []),
            (f"?site={uuid4()}", []),
        ):
            found = client.get(f"{LIST}{query}").json()["results"]
            assert [row["text"] for row in found] == expected, query

    def test_all_are_read_at_once_and_again_none(self, tenant: Tenant) -> None:
        for number in range(3):
            told(tenant, f"{number}.")
        told(tenant, "Admins.", lowest_role=Role.ADMIN)
        client = client_of(tenant.viewer)
        assert client.post(f"{LIST}read-all/").json()["data"] == {"marked": 3}
        assert client.post(f"{LIST}read-all/").json()["data"] == {"marked": 0}
        assert (unread(tenant.viewer), unread(tenant.owner)) == (0, 4)

    def test_showing_marks_nothing(self, tenant: Tenant) -> None:
        told(tenant, "One.")
        answer = client_of(tenant.viewer).get(f"{LIST}{ids(tenant.viewer)['One.']}/")
        assert answer.json()["data"]["is_read"] is False
        assert "ETag" not in answer

    def test_stranger_finds_nothing(self, tenant: Tenant, stranger: Tenant) -> None:
        told(tenant, "One.")
        row_id = ids(tenant.owner)["One."]
        client = client_of(stranger.owner)
        assert [
            client.get(f"{LIST}{row_id}/").status_code,
            client.post(f"{LIST}{row_id}/read/").status_code,
        ] == [
            404,
            404,
        ]
        assert client.post(f"{LIST}read-all/").json()["data"] == {"marked": 0}
        assert unread(tenant.owner) == 1

    def test_console_reads_the_same(self, tenant: Tenant) -> None:
        told(tenant, "One.", site_id=tenant.site.pk)
        told(tenant, "Two.", lowest_role=Role.ADMIN)
        with tenant_transaction(context_of(tenant.viewer)):
            page = selectors.notification_list(is_unread=True)
            assert ([row.text for row in page.rows], page.total) == (["One."], 1)
            read = services.notification_read(page.rows[0].id)
            assert (read.is_read, read.site_id) == (True, tenant.site.pk)
            assert selectors.notification_unread_count() == 0
            assert selectors.notification_list().rows == (read,)
            hidden = Notification.objects.get(text="Two.").pk
            with pytest.raises(NotFound):
                services.notification_read(hidden)

    def test_list_costs_the_same_for_any_number(self, tenant: Tenant) -> None:
        client = client_of(tenant.viewer)
        told(tenant, "0.")
        client.get(LIST)
        with CaptureQueriesContext(connection) as one:
            assert client.get(LIST).json()["count"] == 1
        for number in range(1, 20):
            told(tenant, f"{number}.")
        with CaptureQueriesContext(connection) as many:
            assert client.get(LIST).json()["count"] == 20
        assert len(one) == len(many)


class TestFailedJobs:
    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("writer.write_article", ["Write article failed: The work took too long."]),
            ("integration.sync_taxonomies", ["Read categories and tags failed: The work took too long."]),
            ("automation.advance_run", []),
            ("publisher.publish_article", []),
        ],
    )
    def test_failure_is_told_unless_the_room_does(
        self, tenant: Tenant, kind: str, expected: list[str]
    ) -> None:
        with tenant.work():
            job = enqueue(kind, payload={}, site_id=tenant.site.pk)
            Job.objects.filter(pk=job.pk).update(
                state=JobState.FAILED, error_message="The work took too long."
            )
            failed = Job.objects.get(pk=job.pk)
            services.job_failure_tell(failed)
            services.job_failure_tell(failed)
        assert texts(tenant.viewer) == expected


@pytest.mark.django_db(transaction=True, databases=["default", "ops"])
def test_what_is_older_than_ninety_days_is_deleted_with_its_marks(tenant: Tenant, stranger: Tenant) -> None:
    long_ago = utc_now() - timedelta(days=90, hours=1)
    with time_machine.travel(long_ago, tick=False):
        told(tenant, "Old.")
        told(stranger, "Old.")
    told(tenant, "New.")
    client_of(tenant.viewer).post(f"{LIST}read-all/")
    assert expire_notifications() == 2
    assert (texts(tenant.viewer), texts(stranger.owner)) == (["New."], [])
    with tenant.work():
        assert (Notification.objects.count(), NotificationRead.objects.count()) == (1, 1)
