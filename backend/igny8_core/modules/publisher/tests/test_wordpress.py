"""Publishing to WordPress: every answer may get lost, and there is one post all the same."""

import threading
from datetime import timedelta

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.db import connection
from pytest_django import Settings

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.integration.models import DestinationTerm
from igny8_core.modules.integration.outbound_errors import HostUnreachable
from igny8_core.modules.integration.wordpress.errors import PostTrashed, RateLimited, RoleTooLow
from igny8_core.modules.planner.models import SitePage
from igny8_core.modules.publisher import delivery
from igny8_core.modules.publisher.constants import MAX_SENDS, PublicationState
from igny8_core.modules.publisher.errors import (
    PublicationPending,
    PublicationTaken,
    PublicationUnresolved,
    PublicationVanished,
)
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.targets import WordPressTarget
from igny8_core.modules.publisher.tests.fake_wordpress import FakeWordPress
from igny8_core.modules.publisher.tests.samples import again, published, refused, reserved
from igny8_core.modules.system.models import Notification
from igny8_core.modules.writer.models import Article
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.errors import SecretUnreadable
from igny8_core.tenancy.models import AuditEvent
from igny8_core.tenancy.softdelete import row_restore
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


class TestWay:
    def test_article_becomes_one_public_post(self, tenant: Tenant, wordpress: FakeWordPress) -> None:
        row = published(tenant, reserved(tenant, url=wordpress.url).pk)
        assert row.state == PublicationState.PUBLISHED
        assert row.url == f"{wordpress.url}/burr-grinders/"
        assert (row.external_id, row.attempts, row.twins) == ("101", 1, [])
        assert (row.error_code, row.is_edited, row.article_version) == ("", False, 1)
        assert row.differences == []
        (post,) = wordpress.public
        assert post["title"] == "Burr grinders & how to choose one"
        assert f"<!-- igny8:{row.marker} -->" in post["content"]
        assert [wordpress.terms["categories"][key] for key in post["categories"]] == ["Coffee gear"]
        assert [(path, body.get("status")) for path, body in wordpress.writes] == [
            ("", "draft"),
            ("101", "publish"),
        ]

    def test_terms_that_were_read_lately_are_used_without_asking(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.may_create_terms = False
        wordpress.terms["categories"] = {30: "Something else"}
        with tenant.work():
            DestinationTerm.objects.create(
                site_id=row.site_id,
                destination_id=row.destination_id,
                taxonomy="category",
                name="coffee Gear",
                external_id="41",
                synced_at=utc_now(),
            )
        published(tenant, row.pk)
        (post,) = wordpress.public
        assert post["categories"] == [41]

    def test_planner_and_audit_trail_hear_of_it_once(self, tenant: Tenant, wordpress: FakeWordPress) -> None:
        row = reserved(tenant, url=wordpress.url)
        published(tenant, row.pk)
        published(tenant, row.pk)
        with tenant.work():
            page = SitePage.objects.get()
            assert (page.url, page.source, page.content_id) == (
                f"{wordpress.url}/burr-grinders/",
                "published",
                row.article_id,
            )
            assert AuditEvent.objects.filter(action="publication.published").count() == 1

    def test_publishing_again_sends_nothing(self, tenant: Tenant, wordpress: FakeWordPress) -> None:
        row = reserved(tenant, url=wordpress.url)
        first = published(tenant, row.pk)
        second = published(tenant, row.pk)
        assert (second.version, len(wordpress.writes)) == (first.version, 2)

    def test_progress_is_told_and_checkpoints_stand_between_the_steps(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        told: list[object] = []
        with tenant_scope(tenant.context):
            delivery_of(row, told)
        assert told == ["?", (1, 4, "Draft stored"), "?", (2, 4, "Publishing"), "?", (4, 4, "Published"), "?"]

    def test_failure_is_told_each_time_that_it_happens(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.may_publish = False
        for count in (1, 2):
            error = refused(tenant, row, RoleTooLow)
            with tenant.work():
                rows = Notification.objects.filter(kind="publication_failed", target_id=str(row.pk))
                assert [told.text for told in rows] == [
                    f"Publishing burr-grinders failed: {error.message}"
                ] * count

    def test_open_transaction_is_refused(self, tenant: Tenant, wordpress: FakeWordPress) -> None:
        row = reserved(tenant, url=wordpress.url)
        with tenant.work(), pytest.raises(RuntimeError, match="no transaction"):
            published(tenant, row.pk)
        assert wordpress.writes == []

    def test_sending_is_committed_before_the_post_goes_out(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        seen: list[tuple[str, bool]] = []
        wordpress.on_write = lambda: seen.append(state_elsewhere(row))
        published(tenant, row.pk)
        assert seen == [("sending", True), ("publishing", True)]

    def test_terms_that_may_not_be_created_are_left_out_and_reported(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        wordpress.may_create_terms = False
        row = published(tenant, reserved(tenant, url=wordpress.url).pk)
        assert row.state == PublicationState.PUBLISHED
        assert row.differences == [
            {"field": "categories", "sent": "Coffee gear", "found": ""},
            {"field": "tags", "sent": "grinders", "found": ""},
        ]


def delivery_of(row: Publication, told: list[object]) -> None:
    from igny8_core.modules.publisher.services import publication_publish

    publication_publish(row.pk, checkpoint=lambda: told.append("?"), progress=lambda *step: told.append(step))


def state_elsewhere(row: Publication) -> tuple[str, bool]:
    """State, and whether sent_at is set, as another connection sees the row."""
    from igny8_core.testing.db import owner_connection

    with owner_connection() as connection:
        connection.execute("SELECT set_config('app.account_id', %s, false)", [str(row.account_id)])
        connection.execute("SELECT set_config('app.site_ids', '*', false)")
        found = connection.execute(
            "SELECT state, sent_at IS NOT NULL FROM publisher_publication WHERE id = %s", [row.pk]
        ).fetchone()
    assert found is not None
    return found[0], found[1]


class TestLostAnswers:
    def test_lost_answer_to_the_draft_waits_then_adopts(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.faults.append(("lost", 0))
        error = refused(tenant, row, PublicationPending)
        assert 55 <= error.retry_after_seconds <= 60
        assert error.is_retryable
        stored = again(tenant, row)
        assert (stored.state, stored.error_code) == ("unknown", "outbound_connection_lost")

        refused(tenant, row, PublicationPending)
        assert len(wordpress.writes) == 1
        with time_machine.travel(utc_now() + timedelta(seconds=61)):
            done = published(tenant, row.pk)
        assert (done.state, done.attempts, done.external_id) == ("published", 1, "101")
        assert len(wordpress.posts) == len(wordpress.public) == 1

    def test_draft_that_never_arrived_is_sent_again(
        self, tenant: Tenant, wordpress: FakeWordPress, no_waiting: None
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.faults.append(("refused", 500))
        refused(tenant, row, PublicationPending)
        assert again(tenant, row).state == "unknown"
        done = published(tenant, row.pk)
        assert (done.state, done.attempts) == ("published", 2)
        assert len(wordpress.posts) == 1

    def test_sending_stops_after_three_unseen_posts_and_starts_anew_when_asked(
        self, tenant: Tenant, wordpress: FakeWordPress, no_waiting: None
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.faults += [("refused", 500)] * MAX_SENDS
        for _ in range(MAX_SENDS):
            refused(tenant, row, PublicationPending)
        refused(tenant, row, PublicationUnresolved)
        assert len(wordpress.writes) == MAX_SENDS
        assert again(tenant, row).state == "failed"
        assert published(tenant, row.pk).state == "published"
        assert len(wordpress.posts) == 1

    def test_lost_answer_to_the_release_is_read_back_at_once(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.faults += [("", 0), ("lost", 0)]
        done = published(tenant, row.pk)
        assert done.state == "published"
        assert len(wordpress.writes) == 2

    def test_release_that_did_not_happen_is_repeated_by_id(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.faults += [("", 0), ("refused", 500)]
        error = refused(tenant, row, DomainError)
        assert error.code == "wordpress_server_error"
        assert again(tenant, row).state == "publishing"
        assert published(tenant, row.pk).state == "published"
        assert [path for path, _ in wordpress.writes] == ["", "101", "101"]
        assert len(wordpress.posts) == 1

    def test_late_twin_stays_a_draft_and_is_reported(
        self, tenant: Tenant, wordpress: FakeWordPress, no_waiting: None
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.faults.append(("refused", 500))
        refused(tenant, row, PublicationPending)
        late = dict(wordpress.writes[0][1])
        wordpress.on_write = lambda: wordpress.add(**late) if len(wordpress.posts) == 1 else None
        done = published(tenant, row.pk)
        assert (done.state, done.external_id, done.twins) == ("published", "101", ["102"])
        assert [post["id"] for post in wordpress.public] == [101]

    def test_worker_held_for_dead_leaves_its_post_a_reported_draft(
        self, tenant: Tenant, wordpress: FakeWordPress, no_waiting: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        send = WordPressTarget.send

        def held_up(target: WordPressTarget) -> object:
            monkeypatch.setattr(WordPressTarget, "send", send)
            published(tenant, row.pk)  # the other worker, which finds nothing and sends
            return send(target)

        monkeypatch.setattr(WordPressTarget, "send", held_up)
        refused(tenant, row, PublicationTaken)
        done = again(tenant, row)
        assert (done.state, done.external_id, done.twins) == ("published", "101", ["102"])
        assert [post["status"] for post in wordpress.posts.values()] == ["publish", "draft"]


class TestSeveralWorkers:
    def test_four_at_once_make_one_post(self, tenant: Tenant, wordpress: FakeWordPress) -> None:
        row = reserved(tenant, url=wordpress.url)
        together, ends = threading.Barrier(4), []

        def work() -> None:
            try:
                together.wait()
                ends.append(published(tenant, row.pk).state)
            except (PublicationTaken, PublicationPending) as error:
                ends.append(error.code)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ends) == 4
        assert set(ends) <= {"published", "publication_taken", "publication_pending"}
        assert published(tenant, row.pk).state == "published"
        assert [post["id"] for post in wordpress.posts.values()] == [101]


class TestRefusals:
    def test_refused_draft_was_surely_not_sent_and_waits_for_nothing(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.faults.append(("refused", 429))
        refused(tenant, row, RateLimited)
        stored = again(tenant, row)
        assert (stored.state, stored.sent_at, stored.error_code) == (
            "reserved",
            None,
            "wordpress_rate_limited",
        )
        assert published(tenant, row.pk).state == "published"

    def test_unreachable_server_leaves_the_reservation(self, tenant: Tenant) -> None:
        row = reserved(tenant, url="http://127.0.0.1:9")
        refused(tenant, row, HostUnreachable)
        assert again(tenant, row).state == "reserved"

    def test_final_refusal_fails_with_its_sentence_and_can_be_tried_again(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.may_publish = False
        refused(tenant, row, RoleTooLow)
        failed = again(tenant, row)
        assert (failed.state, failed.error_code) == ("failed", "wordpress_role_too_low")
        assert failed.error_message.startswith("The WordPress user is not allowed to do this.")
        wordpress.may_publish = True
        done = published(tenant, row.pk)
        assert (done.state, done.error_code, done.attempts) == ("published", "", 1)
        assert len(wordpress.posts) == 1

    def test_unreadable_password_fails_with_its_sentence(
        self, tenant: Tenant, wordpress: FakeWordPress, settings: Settings
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        good, settings.FIELD_ENCRYPTION_KEYS = (
            settings.FIELD_ENCRYPTION_KEYS,
            [Fernet.generate_key().decode()],
        )
        refused(tenant, row, SecretUnreadable)
        failed = again(tenant, row)
        assert (failed.state, failed.error_code) == ("failed", "secret_unreadable")
        settings.FIELD_ENCRYPTION_KEYS = good
        assert published(tenant, row.pk).state == "published"

    def test_publication_comes_and_goes_with_its_article(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        with tenant.work():
            Article.objects.get(pk=row.article_id).delete()
        refused(tenant, row, NotFound)
        assert wordpress.writes == []
        with tenant.work():
            assert not Publication.objects.exists()
            row_restore(Article, row.article_id)
        assert published(tenant, row.pk).state == "published"

    def test_trashed_draft_is_not_taken_out_of_the_trash(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.may_publish = False
        refused(tenant, row, RoleTooLow)
        wordpress.may_publish = True
        wordpress.edit(101, status="trash")
        refused(tenant, row, PostTrashed)
        assert again(tenant, row).state == "failed"
        assert (len(wordpress.posts), wordpress.public) == (1, [])

    def test_deleted_draft_fails_and_is_sent_anew_when_asked(
        self, tenant: Tenant, wordpress: FakeWordPress, no_waiting: None
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.may_publish = False
        refused(tenant, row, RoleTooLow)
        wordpress.may_publish = True
        del wordpress.posts[101]
        refused(tenant, row, PublicationVanished)
        assert again(tenant, row).state == "failed"
        done = published(tenant, row.pk)
        assert (done.state, len(wordpress.posts)) == ("published", 1)


def test_time_limit_is_the_documented_minute() -> None:
    assert delivery.constants.SERVER_TIME_LIMIT_SECONDS == 60
