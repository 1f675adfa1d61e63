"""The gate: an article goes to a destination by its score or by a person's word; what is held is not sent."""

from uuid import UUID, uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.services import destination_preview_ensure, destination_update
from igny8_core.modules.optimizer.models import ScoreSnapshot
from igny8_core.modules.publisher import services
from igny8_core.modules.publisher.errors import ArticleHeld, DestinationPaused
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.tests.fake_wordpress import FakeWordPress
from igny8_core.modules.publisher.tests.samples import again, article_make, published, refused, wordpress_make
from igny8_core.modules.publisher.types import GateDecision, PublicationAsked
from igny8_core.modules.system.models import Notification
from igny8_core.modules.writer.selectors import article_review_get
from igny8_core.modules.writer.services import article_approve, article_edit, article_reject
from igny8_core.tenancy.models import AuditEvent, Job
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/api/v1/publisher/publications/"


def pair(tenant: Tenant, *, url: str = "https://blog.example", minimum: int | None = 90) -> tuple[UUID, UUID]:
    """A new article, which scores little, and a WordPress that asks for `minimum`."""
    with tenant.work():
        return article_make(tenant).pk, wordpress_make(tenant, url, minimum_score=minimum).pk


def check(tenant: Tenant, article_id: UUID, destination_id: UUID) -> GateDecision:
    with tenant.work():
        return services.gate_check(article_id=article_id, destination_id=destination_id)


def ask(tenant: Tenant, article_id: UUID, destination_id: UUID) -> PublicationAsked:
    with tenant.work():
        return services.publication_request(article_id=article_id, destination_id=destination_id)


def review_state(tenant: Tenant, article_id: UUID) -> str:
    with tenant.work():
        return article_review_get(article_id).state


def nothing_sent(tenant: Tenant) -> bool:
    with tenant.work():
        return (Publication.objects.count(), Job.objects.count()) == (0, 0)


class TestPause:
    def test_nothing_is_published_while_paused_and_nobody_is_asked_to_review(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant, minimum=None)
        with tenant.work():
            destination_update(Destination.objects.get(pk=destination_id), is_paused=True)
        with pytest.raises(DestinationPaused, match="is paused; resume the connection"):
            ask(tenant, article_id, destination_id)
        assert nothing_sent(tenant)
        assert review_state(tenant, article_id) == "none"
        with tenant.work():
            assert [one.is_paused for one in services.gate_list(article_id)] == [True]
            destination_update(Destination.objects.get(pk=destination_id), is_paused=False)
        assert ask(tenant, article_id, destination_id).publication_id is not None

    def test_what_was_asked_for_before_fails_with_the_reason(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant, minimum=None)
        asked = ask(tenant, article_id, destination_id)
        with tenant.work():
            destination_update(Destination.objects.get(pk=destination_id), is_paused=True)
            job = Job.objects.get(pk=asked.job_id)
        job_run(job)
        with tenant.work():
            row = Publication.objects.get()
        assert (row.state, row.error_code) == ("failed", "destination_paused")


class TestDecision:
    def test_without_a_minimum_nothing_is_scored(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant, minimum=None)
        decision = check(tenant, article_id, destination_id)
        assert (decision.is_open, decision.minimum_score, decision.score) == (True, None, None)
        assert decision.reason == "“blog.example” asks for no score."
        with tenant.work():
            assert ScoreSnapshot.objects.count() == 0

    def test_score_reaches_the_minimum_or_not(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant)
        score = check(tenant, article_id, destination_id).score
        assert score is not None
        assert 0 < score < 90
        for minimum, is_open, end in ((score, True, "."), (score + 1, False, ": it waits for review.")):
            with tenant.work():
                destination_update(Destination.objects.get(pk=destination_id), minimum_score=minimum)
            assert check(tenant, article_id, destination_id) == GateDecision(
                article_id=article_id,
                destination_id=destination_id,
                is_open=is_open,
                minimum_score=minimum,
                score=score,
                reason=f"The article scores {score} of 100 and “blog.example” asks for {minimum}{end}",
            )

    def test_edited_article_is_scored_anew(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant)
        before = check(tenant, article_id, destination_id).score
        with tenant.work():
            article_edit(article_id, html=f"<h2>Grinders</h2><p>{'Burrs cut beans evenly. ' * 90}</p>")
        after = check(tenant, article_id, destination_id).score
        assert (before, after) != (after, before)
        with tenant.work():
            assert sorted(ScoreSnapshot.objects.values_list("article_version", flat=True)) == [1, 2]

    def test_approval_opens_for_its_version_alone(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant)
        with tenant.work():
            article_approve(article_id, version=1)
        decision = check(tenant, article_id, destination_id)
        assert decision.is_open
        assert decision.reason.endswith("asks for 90, but a person approved this version.")
        with tenant.work():
            article_edit(article_id, title="Something else")
        assert not check(tenant, article_id, destination_id).is_open

    def test_rejected_version_is_closed_everywhere_until_it_is_edited(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant, minimum=0)
        with tenant.work():
            preview_id = destination_preview_ensure(tenant.site.pk).pk
            article_reject(article_id, comment="No.")
        for one in (destination_id, preview_id):
            decision = check(tenant, article_id, one)
            assert (decision.is_open, decision.reason) == (
                False,
                "A person rejected this version of the article: edit it, or approve it.",
            )
        with tenant.work():
            article_edit(article_id, title="Better")
        assert [check(tenant, article_id, one).is_open for one in (destination_id, preview_id)] == [
            True,
            True,
        ]

    def test_foreign_and_missing_rows_are_not_found(self, tenant: Tenant, stranger: Tenant) -> None:
        mine, theirs = pair(tenant), pair(stranger)
        for article_id, destination_id in ((theirs[0], mine[1]), (mine[0], theirs[1]), (uuid4(), mine[1])):
            with pytest.raises(NotFound):
                check(tenant, article_id, destination_id)


class TestHeld:
    def test_request_is_answered_by_a_review_and_nothing_is_sent(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant)
        asked = ask(tenant, article_id, destination_id)
        assert asked.held is not None
        assert (asked.publication_id, asked.job_id) == (None, None)
        with tenant.work():
            review = article_review_get(article_id)
        assert (review.state, review.reason) == ("pending", asked.held.reason)
        assert nothing_sent(tenant)

    def test_reservation_is_refused(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant)
        with pytest.raises(ArticleHeld) as caught, tenant.work():
            services.publication_reserve(article_id=article_id, destination_id=destination_id)
        assert nothing_sent(tenant)
        with tenant.work():
            services.article_hold(caught.value.decision)
        assert review_state(tenant, article_id) == "pending"

    def test_rejection_is_not_taken_back_by_asking_to_publish(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant, minimum=0)
        with tenant.work():
            article_reject(article_id, comment="No.")
        for _ in range(2):
            assert ask(tenant, article_id, destination_id).held is not None
        assert review_state(tenant, article_id) == "rejected"
        assert nothing_sent(tenant)

    def test_edit_between_asking_and_sending_is_held_by_the_job(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        article_id, destination_id = pair(tenant, url=wordpress.url)
        with tenant.work():
            article_approve(article_id, version=1)
        asked = ask(tenant, article_id, destination_id)
        with tenant.work():
            article_edit(article_id, title="Nobody has read this")
            job = Job.objects.get(pk=asked.job_id)
        done = job_run(job)
        assert (done.state, done.error_code) == ("failed", "article_held")
        with tenant.work():
            row = Publication.objects.get(pk=asked.publication_id)
        assert (row.state, row.error_code) == ("failed", "article_held")
        with tenant.work():
            assert [told.kind for told in Notification.objects.all()] == ["article_held"]
        assert review_state(tenant, article_id) == "pending"
        assert wordpress.posts == {}

    def test_newer_version_of_a_public_post_waits_and_the_post_stays(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        article_id, destination_id = pair(tenant, url=wordpress.url)
        with tenant.work():
            article_approve(article_id, version=1)
        asked = ask(tenant, article_id, destination_id)
        assert asked.publication_id is not None
        row = published(tenant, asked.publication_id)
        with tenant.work():
            article_edit(article_id, title="Second thoughts")
            assert services.publication_retry(row.pk).held is not None
        refused(tenant, row, ArticleHeld)
        assert again(tenant, row).state == "published"
        assert [post["title"] for post in wordpress.public] == ["Burr grinders & how to choose one"]
        with tenant.work():
            article_approve(article_id, version=2)
        assert published(tenant, row.pk).article_version == 2
        assert [post["title"] for post in wordpress.public] == ["Second thoughts"]

    def test_text_that_is_public_is_not_held_afterwards(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        article_id, destination_id = pair(tenant, url=wordpress.url, minimum=None)
        asked = ask(tenant, article_id, destination_id)
        assert asked.publication_id is not None
        published(tenant, asked.publication_id)
        with tenant.work():
            destination_update(Destination.objects.get(pk=destination_id), minimum_score=100)
        assert ask(tenant, article_id, destination_id).publication_id == asked.publication_id
        assert published(tenant, asked.publication_id).state == "published"


class TestApi:
    def test_held_article_is_a_conflict_whose_review_is_asked_for(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant)
        client, body = (
            client_of(tenant.member),
            {"article": str(article_id), "destination": str(destination_id)},
        )
        score = check(tenant, article_id, destination_id).score
        response = client.post(LIST, body)
        assert (response.status_code, response.json()["code"]) == (409, "article_held")
        assert response.json()["success"] is False
        assert response.json()["error"] == (
            f"The article scores {score} of 100 and “blog.example” asks for 90: it waits for review."
        )
        assert review_state(tenant, article_id) == "pending"
        with tenant.work():
            assert AuditEvent.objects.get(action="article.review_requested").actor_id == tenant.member.pk
        assert nothing_sent(tenant)

    def test_same_idempotency_key_publishes_once_it_is_approved(self, tenant: Tenant) -> None:
        article_id, destination_id = pair(tenant)
        client, body = (
            client_of(tenant.member),
            {"article": str(article_id), "destination": str(destination_id)},
        )
        held = client.post(LIST, body, HTTP_IDEMPOTENCY_KEY="once")
        assert (held.status_code, held.json()["code"]) == (409, "article_held")
        assert review_state(tenant, article_id) == "pending"
        client.post(f"/api/v1/writer/articles/{article_id}/approve/", {"version": 1})
        accepted = client.post(LIST, body, HTTP_IDEMPOTENCY_KEY="once")
        assert accepted.status_code == 202
        replayed = client.post(LIST, body, HTTP_IDEMPOTENCY_KEY="once")
        assert (replayed.json()["data"], replayed["Idempotent-Replayed"]) == (accepted.json()["data"], "true")
        with tenant.work():
            assert (Publication.objects.count(), Job.objects.count()) == (1, 1)

    def test_whoever_may_not_publish_asks_for_no_review(self, tenant: Tenant, stranger: Tenant) -> None:
        article_id, destination_id = pair(tenant)
        body = {"article": str(article_id), "destination": str(destination_id)}
        statuses = [
            client_of(user).post(LIST, body).status_code for user in (tenant.viewer, None, stranger.owner)
        ]
        assert statuses == [403, 401, 404]
        assert review_state(tenant, article_id) == "none"
        assert nothing_sent(tenant)


def test_every_destination_says_what_it_would_decide_and_keeps_no_score(
    tenant: Tenant, stranger: Tenant
) -> None:
    article_id, strict_id = pair(tenant, minimum=90)
    with tenant.work():
        preview = destination_preview_ensure(tenant.site.pk)
        asked = services.publication_request(article_id=article_id, destination_id=preview.pk)
        strict, lax = services.gate_list(article_id)
        assert not ScoreSnapshot.objects.exists()
        assert strict.decision == services.gate_check(article_id=article_id, destination_id=strict_id)
    assert (strict.decision.is_open, strict.publication) == (False, None)
    assert (lax.destination_id, lax.decision.is_open, lax.decision.score) == (preview.pk, True, None)
    assert lax.publication is not None
    assert lax.publication.id == asked.publication_id
    with stranger.work(), pytest.raises(NotFound):
        services.gate_list(article_id)
