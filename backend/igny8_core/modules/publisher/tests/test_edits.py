"""What people do to a post in WordPress is never overwritten, and what they delete does not come back unasked."""

import pytest

from igny8_core.modules.integration.wordpress.errors import RoleTooLow
from igny8_core.modules.publisher.errors import PublicationEdited, PublicationVanished
from igny8_core.modules.publisher.tests.fake_wordpress import FakeWordPress
from igny8_core.modules.publisher.tests.samples import again, article_change, published, refused, reserved
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


class TestOtherPeoplesEdits:
    def test_changed_article_updates_the_same_post(self, tenant: Tenant, wordpress: FakeWordPress) -> None:
        row = reserved(tenant, url=wordpress.url)
        published(tenant, row.pk)
        article_change(tenant, row, title="Burr grinders, revised")
        done = published(tenant, row.pk)
        assert (done.state, done.article_version) == ("published", 2)
        assert [post["title"] for post in wordpress.posts.values()] == ["Burr grinders, revised"]
        assert wordpress.public[0]["id"] == 101

    def test_post_edited_since_is_kept_and_the_conflict_reported(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        published(tenant, row.pk)
        wordpress.edit(101, title="By hand")
        article_change(tenant, row, title="By machine")
        refused(tenant, row, PublicationEdited)
        kept = again(tenant, row)
        assert (kept.state, kept.error_code, kept.article_version) == ("published", "publication_edited", 1)
        assert wordpress.posts[101]["title"] == "By hand"

    def test_edit_of_the_draft_is_published_and_never_overwritten_later(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.may_publish = False
        refused(tenant, row, RoleTooLow)
        wordpress.edit(101, title="By hand")
        wordpress.may_publish = True
        done = published(tenant, row.pk)
        assert (done.state, done.is_edited) == ("published", True)
        assert [difference["field"] for difference in done.differences] == ["title"]
        article_change(tenant, row, title="By machine")
        refused(tenant, row, PublicationEdited)
        assert wordpress.public[0]["title"] == "By hand"

    def test_draft_is_brought_up_to_date_before_its_release(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.may_publish = False
        refused(tenant, row, RoleTooLow)
        article_change(tenant, row, title="Newer")
        wordpress.may_publish = True
        done = published(tenant, row.pk)
        assert (done.state, done.article_version, wordpress.public[0]["title"]) == ("published", 2, "Newer")

    def test_post_deleted_there_can_be_published_anew(
        self, tenant: Tenant, wordpress: FakeWordPress, no_waiting: None
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        published(tenant, row.pk)
        del wordpress.posts[101]
        article_change(tenant, row, title="Newer")
        refused(tenant, row, PublicationVanished)
        assert again(tenant, row).state == "failed"
        assert published(tenant, row.pk).state == "published"
        assert [post["title"] for post in wordpress.public] == ["Newer"]

    def test_post_found_under_a_marker_never_sent_is_adopted_and_left_as_it_is(
        self, tenant: Tenant, wordpress: FakeWordPress
    ) -> None:
        row = reserved(tenant, url=wordpress.url)
        wordpress.add(
            status="publish", slug="burr-grinders", title="Old", content=f"<!-- igny8:{row.marker} -->"
        )
        done = published(tenant, row.pk)
        assert (done.state, done.is_edited, done.attempts) == ("published", True, 0)
        assert (wordpress.posts[101]["title"], wordpress.writes) == ("Old", [])
