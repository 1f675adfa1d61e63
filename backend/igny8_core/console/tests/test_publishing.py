"""Publishing in the console: the list, trying again, and what a destination asks for."""

import re
from uuid import UUID

import pytest

from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.services import publication_reserve
from igny8_core.modules.publisher.tests.samples import article_make, reserved, wordpress_make
from igny8_core.modules.writer.models import Article
from igny8_core.modules.writer.services import article_approve, article_edit, article_reject
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

URL = "https://blog.example/burr-grinders/"


def at(tenant: Tenant, page: str) -> str:
    return f"/sites/{tenant.site.pk}/{page}"


def made(tenant: Tenant, **fields: object) -> Publication:
    """A publication that is public, or as told otherwise."""
    row = reserved(tenant)
    with tenant.work():
        version = Article.objects.get(pk=row.article_id).version
        values = {"state": "published", "url": URL, "article_version": version, **fields}
        Publication.objects.filter(pk=row.pk).update(**values)
    return row


def job_keys(tenant: Tenant) -> set[str]:
    with tenant.work():
        return set(Job.objects.values_list("dedupe_key", flat=True))


class TestList:
    def test_empty_page_teaches_the_next_step(self, tenant: Tenant) -> None:
        client = browser_of(tenant.owner)
        assert "Posts come from articles" in page_text(client, at(tenant, "publishing/"))
        with tenant.work():
            article_make(tenant)
        assert "Open an article and publish it" in page_text(client, at(tenant, "publishing/"))

    def test_shows_address_failure_and_what_is_otherwise_there(self, tenant: Tenant) -> None:
        made(
            tenant,
            differences=[{"field": "category", "sent": "Coffee", "found": ""}],
            twins=["77"],
            is_edited=True,
        )
        made(tenant, state="failed", url="", error_message="The password was refused.")
        body = page_text(browser_of(tenant.viewer), at(tenant, "publishing/"))
        for text in (
            f'href="{URL}" rel="noopener"',
            "The password was refused.",
            "keeps 1 field otherwise",
            "<del>Coffee</del> is missing there",
            "delete 77 by hand",
            "Somebody edited the draft",
            "Editors publish and try again; your role reads.",
        ):
            assert text in body
        assert "older version" not in body
        assert "<button" not in body.split('id="results"')[1].split("</form>")[0]

    def test_older_post_is_told_of_and_brought_up(self, tenant: Tenant) -> None:
        row, client = made(tenant), browser_of(tenant.member)
        with tenant.work():
            article_edit(row.article_id, title="Newer")
        body = page_text(client, at(tenant, "publishing/"))
        assert "An older version of the article is public." in body
        assert "Bring up to date" in body
        answer = client.post(at(tenant, "publishing/retry/"), {"only": str(row.pk)})
        assert said(answer, client) == "1 post is being published."
        assert job_keys(tenant) == {str(row.pk)}

    def test_filters_are_in_the_address(self, tenant: Tenant) -> None:
        first, second = made(tenant), made(tenant, state="failed", url="")
        with tenant.work():
            other = wordpress_make(tenant, "https://blog.example")
        client = browser_of(tenant.owner)

        def shown(query: str) -> list[UUID]:
            body = page_text(client, at(tenant, f"publishing/?{query}"), **{"HX-Request": "true"})
            return [UUID(found) for found in re.findall(r'<tr id="row-([^"]+)"', body)]

        assert shown("") == shown(f"destination_id={first.destination_id}") == [second.pk, first.pk]
        assert shown("state=failed") == [second.pk]
        assert shown("search=blog.example") == [first.pk]
        assert shown(f"destination_id={other.pk}") == []
        assert shown("destination_id=odd") == [second.pk, first.pk]

    def test_what_is_under_way_is_asked_for_again(self, tenant: Tenant) -> None:
        row = made(tenant, state="sending", url="")
        client = browser_of(tenant.viewer)
        assert "every 3s" not in page_text(client, at(tenant, "publishing/"))
        with tenant.work():
            enqueue("publisher.publish_article", payload={}, site_id=tenant.site.pk, dedupe_key=str(row.pk))
        assert f'hx-select-oob="#row-{row.pk}"' in page_text(client, at(tenant, "publishing/"))

    def test_same_cost_with_one_row_and_fifty(self, tenant: Tenant) -> None:
        def fill(count: int) -> None:
            with tenant.work():
                destination = destination_preview_ensure(tenant.site.pk)
                for _ in range(count):
                    publication_reserve(article_id=article_make(tenant).pk, destination_id=destination.pk)

        few, many = queries_with_1_and_50(browser_of(tenant.owner), at(tenant, "publishing/"), fill)
        assert few == many

    def test_stranger_finds_nothing(self, tenant: Tenant, stranger: Tenant) -> None:
        row, client = made(tenant), browser_of(stranger.owner)
        assert client.get(at(tenant, "publishing/")).status_code == 404
        for page in ("publishing/retry/", f"articles/{row.article_id}/publish/"):
            sent = {"id": str(row.pk), "destination_id": str(row.destination_id)}
            assert client.post(at(tenant, page), sent).status_code == 404
            assert client.post(at(stranger, page), sent).status_code == 404
        assert job_keys(tenant) == set()


class TestRetry:
    def test_several_are_tried_again_and_held_ones_are_told_of(self, tenant: Tenant) -> None:
        rows = [made(tenant, state="failed", url="") for _ in range(3)]
        with tenant.work():
            article_reject(rows[0].article_id, comment="Too short.")
        client = browser_of(tenant.member)
        answer = client.post(at(tenant, "publishing/retry/"), {"id": [str(row.pk) for row in rows]})
        told = said(answer, client)
        assert "1 article is held until a person approves it." in told
        assert "2 posts are being published." in told
        assert job_keys(tenant) == {str(row.pk) for row in rows[1:]}

    def test_held_alone_starts_nothing(self, tenant: Tenant) -> None:
        row, client = made(tenant, state="failed", url=""), browser_of(tenant.member)
        with tenant.work():
            article_reject(row.article_id, comment="Too short.")
        answer = client.post(at(tenant, "publishing/retry/"), {"only": str(row.pk)})
        assert said(answer, client) == "1 article is held until a person approves it."
        assert job_keys(tenant) == set()

    def test_viewer_starts_nothing_and_is_told_why(self, tenant: Tenant) -> None:
        row, client = made(tenant, state="failed", url=""), browser_of(tenant.viewer)
        assert "role" in said(client.post(at(tenant, "publishing/retry/"), {"id": str(row.pk)}), client)
        assert job_keys(tenant) == set()


class TestChoose:
    def page(self, tenant: Tenant, article_id: UUID) -> str:
        return at(tenant, f"articles/{article_id}/publish/")

    def test_site_without_a_destination_says_so(self, tenant: Tenant) -> None:
        with tenant.work():
            article_id = article_make(tenant).pk
        assert "has no destination" in page_text(browser_of(tenant.owner), self.page(tenant, article_id))

    def test_gate_is_shown_before_and_holds(self, tenant: Tenant) -> None:
        client = browser_of(tenant.member)
        with tenant.work():
            article_id = article_make(tenant).pk
            strict = wordpress_make(tenant, "https://blog.example", minimum_score=95)
        body = page_text(client, self.page(tenant, article_id))
        assert "asks for 95: it waits for review." in body
        assert "Ask for a review" in body
        answer = client.post(self.page(tenant, article_id), {"destination_id": str(strict.pk)})
        assert "asks for 95: it waits for review." in said(answer, client)
        with tenant.work():
            assert (Publication.objects.count(), Job.objects.count()) == (0, 0)
            assert Article.objects.get().review_state == "pending"
            article_approve(article_id, version=1)
        assert "but a person approved this version" in page_text(client, self.page(tenant, article_id))
        answer = client.post(self.page(tenant, article_id), {"destination_id": str(strict.pk)})
        assert said(answer, client) == "The article is being published."
        with tenant.work():
            assert job_keys(tenant) == {str(Publication.objects.get().pk)}

    def test_viewer_sees_why_there_is_no_button(self, tenant: Tenant) -> None:
        with tenant.work():
            article_id, destination = article_make(tenant).pk, destination_preview_ensure(tenant.site.pk)
        client = browser_of(tenant.viewer)
        body = page_text(client, self.page(tenant, article_id))
        assert "Editors publish; your role reads." in body
        assert 'name="destination_id"' not in body
        refused = client.post(self.page(tenant, article_id), {"destination_id": str(destination.pk)})
        assert refused.status_code == 403
        with tenant.work():
            assert not Publication.objects.exists()

    @pytest.mark.parametrize("destination", ["", "x", "00000000-0000-0000-0000-000000000000"])
    def test_destination_that_is_none_is_not_found(self, tenant: Tenant, destination: str) -> None:
        with tenant.work():
            article_id = article_make(tenant).pk
        answer = browser_of(tenant.member).post(
            self.page(tenant, article_id), {"destination_id": destination}
        )
        assert answer.status_code == 404

    def test_same_cost_with_one_destination_and_fifty(self, tenant: Tenant) -> None:
        with tenant.work():
            article_id = article_make(tenant).pk
        numbers = iter(range(100))

        def fill(count: int) -> None:
            with tenant.work():
                for _ in range(count):
                    wordpress_make(tenant, f"https://blog{next(numbers)}.example", minimum_score=70)

        few, many = queries_with_1_and_50(browser_of(tenant.owner), self.page(tenant, article_id), fill)
        assert few == many
