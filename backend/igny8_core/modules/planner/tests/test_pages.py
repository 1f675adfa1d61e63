"""Pages of a site: noted by rooms and people, owned queries, and what a removed page leaves."""

import time
from typing import Any
from uuid import UUID, uuid4

import pytest

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import OwnerSource, PageSource, QuerySource
from igny8_core.modules.planner.errors import (
    OwnerElsewhere,
    PageAddressInvalid,
    PageChanged,
    PageElsewhere,
    PagesTooMany,
    PageTaken,
)
from igny8_core.modules.planner.models import Cluster, Keyword, KeywordRanking, SitePage
from igny8_core.modules.planner.selectors import cluster_owner, page_get, page_list, page_removals
from igny8_core.modules.planner.tests.test_edits_at_once import at_once
from igny8_core.modules.planner.types import PageQuery, PagesReport, SeenPage
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db(transaction=True)


def recorded(tenant: Tenant, path: str = "moka", **fields: Any) -> SitePage:
    values: dict[str, Any] = {"head_query": "moka pot", "source": "published", "content_id": None, **fields}
    return services.page_record(site_id=tenant.site.pk, url=f"https://{tenant.site.domain}/{path}", **values)


def cluster_make(tenant: Tenant, head: str = "Moka Pots", **fields: Any) -> Cluster:
    return Cluster.objects.create(site=tenant.site, name=head, head_keyword=head, **fields)


class TestRecord:
    def test_published_page_answers_its_article_s_query(self, tenant: Tenant) -> None:
        with tenant.work():
            row = recorded(tenant, title="Moka pots")
            assert (row.head_query, row.query_source, row.variant_key) == (
                "moka pot",
                QuerySource.ARTICLE,
                "en: moka pot",
            )
            assert (row.title, row.removed_at) == ("Moka pots", None)

    def test_imported_page_s_query_is_read_and_never_outranks(self, tenant: Tenant) -> None:
        with tenant.work():
            services.pages_see(
                site_id=tenant.site.pk,
                pages=[SeenPage("https://e.test/clean-a-moka-pot", "Clean!")],
            )
            row = SitePage.objects.get()
            assert (row.head_query, row.query_source) == ("clean a moka pot", QuerySource.DERIVED)
            assert (row.source, row.title) == (PageSource.IMPORTED, "Clean!")
            services.page_change(row.pk, head_query="descale moka pot")
            services.pages_see(
                site_id=tenant.site.pk,
                pages=[SeenPage("https://www.e.test/clean-a-moka-pot/", "New")],
            )
            row.refresh_from_db()
            assert (row.head_query, row.query_source) == ("descale moka pot", QuerySource.PERSON)
            assert (row.title, SitePage.objects.count()) == ("New", 1)

    def test_query_that_a_person_cleared_stays_empty(self, tenant: Tenant) -> None:
        with tenant.work():
            row = recorded(tenant)
            services.page_change(row.pk, head_query="")
            again = recorded(tenant)
            assert (again.pk, again.head_query, again.query_source) == (row.pk, "", QuerySource.PERSON)

    def test_renamed_page_keeps_its_row(self, tenant: Tenant) -> None:
        with tenant.work():
            row = recorded(tenant, remote_key="publication:1")
            moved = recorded(tenant, "moka-guide", remote_key="publication:1")
            assert (moved.pk, moved.url.rpartition("/")[2]) == (row.pk, "moka-guide")
            other = recorded(tenant, "other", remote_key="publication:2", head_query="kettle")
            taken = recorded(tenant, "other", remote_key="publication:1")
            assert taken.pk == other.pk
            row.refresh_from_db()
            assert (row.removed_at is None, row.remote_key) == (False, "")

    def test_listing_marks_what_is_gone_and_brings_back_what_returns(self, tenant: Tenant) -> None:
        pages = [SeenPage(f"https://e.test/{n}-pot", remote_key=f"wp:d:{n}") for n in (1, 2)]
        site_id = tenant.site.pk
        with tenant.work():
            first = services.pages_see(site_id=site_id, pages=[*pages, SeenPage("no address")])
            recorded(tenant)
            began = utc_now()
            second = services.pages_see(site_id=site_id, pages=pages[:1])
            assert services.pages_unseen_remove(site_id=site_id, origin="wp:d:", before=began) == 1
            gone = SitePage.objects.get(remote_key="wp:d:2")
            assert gone.removed_at is not None
            third = services.pages_see(site_id=site_id, pages=pages)
            gone.refresh_from_db()
        assert first == PagesReport(added=2, known=0, refused=1)
        assert second == PagesReport(added=0, known=1, refused=0)
        assert third == PagesReport(added=0, known=2, refused=0)
        assert gone.removed_at is None

    def test_renamed_page_brings_article_and_query_to_the_address_of_another(self, tenant: Tenant) -> None:
        article_id = uuid4()
        with tenant.work():
            cluster = cluster_make(tenant, "moka pot")
            site_id, domain = tenant.site.pk, tenant.site.domain
            old = SeenPage(f"https://{domain}/moka-pot", remote_key="wp:d:1")
            services.pages_see(site_id=site_id, pages=[old])
            ours = recorded(tenant, "moka-pot-2", remote_key="wp:d:2", content_id=article_id)
            renamed = SeenPage(old.url, "Moka pots", remote_key="wp:d:2")
            services.pages_see(site_id=site_id, pages=[renamed])
            row = SitePage.objects.get(removed_at=None)
            ours.refresh_from_db()
            cluster.refresh_from_db()
        assert (row.url, row.remote_key, row.content_id) == (old.url, "wp:d:2", article_id)
        assert (row.source, row.head_query, row.query_source) == ("published", "moka pot", "article")
        assert (ours.remote_key, ours.removed_at is None) == ("", False)
        assert cluster.owner_page_id == row.pk

    def test_what_nobody_saw_since_is_removed(self, tenant: Tenant, stranger: Tenant) -> None:
        pages = [SeenPage(f"https://e.test/{n}-pot", remote_key=f"wp:d:{n}") for n in (1, 2, 3)]
        for one in (tenant, stranger):
            with one.work():
                services.pages_see(site_id=one.site.pk, pages=pages)
                recorded(one, remote_key="wp:other:1")
        since = utc_now()
        changed = SeenPage("https://e.test/2-pots", remote_key="wp:d:2")
        with tenant.work():
            services.pages_see(site_id=tenant.site.pk, pages=[pages[0], changed])
            gone = [
                services.pages_unseen_remove(site_id=tenant.site.pk, origin="wp:d:", before=since)
                for _ in range(2)
            ]
            there = SitePage.objects.filter(removed_at=None).order_by("remote_key")
            assert list(there.values_list("remote_key", flat=True)) == ["wp:d:1", "wp:d:2", "wp:other:1"]
        assert gone == [1, 0]
        with stranger.work():
            assert services.pages_unseen_remove(site_id=tenant.site.pk, origin="wp:d:", before=utc_now()) == 0
            assert SitePage.objects.filter(removed_at=None).count() == 4

    def test_page_of_which_nothing_is_new_costs_no_query_of_its_own(
        self, tenant: Tenant, django_assert_num_queries: Any
    ) -> None:
        pages = [SeenPage(f"https://e.test/{n}-pot", f"Pot {n}", f"wp:d:{n}") for n in range(20)]
        with tenant.work():
            first = services.pages_see(site_id=tenant.site.pk, pages=pages)
            before = list(SitePage.objects.order_by("pk").values_list("version", "last_seen_at"))
            with django_assert_num_queries(4):  # savepoint, read, write, release
                again = services.pages_see(site_id=tenant.site.pk, pages=pages)
            after = list(SitePage.objects.order_by("pk").values_list("version", "last_seen_at"))
        assert (first.added, again) == (20, PagesReport(added=0, known=20, refused=0))
        assert all(new[0] == old[0] + 1 and new[1] > old[1] for old, new in zip(before, after, strict=True))

    def test_page_by_hand(self, tenant: Tenant) -> None:
        domain = tenant.site.domain
        with tenant.work():
            row = services.page_create(site=tenant.site, url=f"https://{domain}/a", head_query="Moka Pot")
            assert (row.source, row.query_source) == (PageSource.MANUAL, QuerySource.PERSON)
            assert AuditEvent.objects.filter(action="page.created", object_id=str(row.pk)).count() == 1
        for url, error in (
            (f"http://www.{domain}/a/", PageTaken),
            ("https://elsewhere.test/a", PageElsewhere),
            ("nonsense", PageAddressInvalid),
        ):
            with tenant.work(), pytest.raises(error):
                services.page_create(site=tenant.site, url=url)
        with tenant.work():
            assert SitePage.objects.count() == 1

    def test_page_without_a_query_by_hand_gets_one_read(self, tenant: Tenant) -> None:
        with tenant.work():
            row = services.page_create(site=tenant.site, url=f"https://{tenant.site.domain}/moka-pot-care")
            assert (row.head_query, row.query_source) == ("moka pot care", QuerySource.DERIVED)

    def test_many_pages_by_hand(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        domain = tenant.site.domain
        text = f"https://{domain}/a-pot,A\nhttps://{domain}/b-pot\nhttps://www.{domain}/a-pot/\nhttps://x.test/\nno"
        with tenant.work():
            report = services.pages_import(site_id=tenant.site.pk, text=text)
            again = services.pages_import(site_id=tenant.site.pk, text=text)
            titles = dict(SitePage.objects.values_list("head_query", "title"))
        assert report == PagesReport(added=2, known=1, refused=2)
        assert again == PagesReport(added=0, known=3, refused=2)
        assert titles == {"a pot": "A", "b pot": ""}
        monkeypatch.setattr(services.pages, "MAX_PAGES_AT_ONCE", 1)
        with tenant.work(), pytest.raises(PagesTooMany):
            services.pages_import(site_id=tenant.site.pk, text=text)

    def test_foreign_pages_and_sites_are_not_found(self, tenant: Tenant, stranger: Tenant) -> None:
        with tenant.work():
            page_id = recorded(tenant).pk
        with stranger.work(), pytest.raises(NotFound):
            services.page_change(page_id, head_query="x")
        with stranger.work(), pytest.raises(NotFound):
            services.pages_import(site_id=tenant.site.pk, text="https://x.test/")
        with stranger.work(), pytest.raises(NotFound):
            page_get(page_id)
        with stranger.work():
            assert services.pages_removed(site_id=tenant.site.pk, remote_keys=[""]) == 0

    def test_change_of_another_version_is_refused(self, tenant: Tenant) -> None:
        with tenant.work():
            row = recorded(tenant)
            services.page_change(row.pk, head_query="kettle", expected_version=row.version)
        with tenant.work(), pytest.raises(PageChanged):
            services.page_change(row.pk, head_query="grinder", expected_version=row.version)

    def test_removals_are_taken_back(self, tenant: Tenant) -> None:
        with tenant.work():
            row = recorded(tenant)
            before = page_removals([row.pk, uuid4()])
            services.page_change(row.pk, is_removed=True)
            assert (before, page_removals([row.pk])) == ({row.pk: False}, {row.pk: True})
            assert services.pages_restore(before) == 1
            assert page_removals([row.pk]) == {row.pk: False}


class TestAtOnce:
    def test_list_and_publisher_that_note_one_post_at_one_time_make_one_page(self, tenant: Tenant) -> None:
        listed = SeenPage(f"https://{tenant.site.domain}/moka", "Moka", "wp:d:1")

        def see() -> None:
            services.pages_see(site_id=tenant.site.pk, pages=[listed])
            time.sleep(0.2)  # the other one looks for the page before this is committed, and waits for it

        article_id = uuid4()
        for _ in range(3):
            refused = at_once(
                tenant, see, lambda: recorded(tenant, remote_key="wp:d:1", content_id=article_id)
            )
            with tenant.work():
                row = SitePage.objects.get()
                found = (refused, row.source, row.content_id, row.head_query, row.query_source)
                SitePage.objects.all().delete()
            assert found == ([], "published", article_id, "moka pot", "article")


class TestOwners:
    def test_page_owns_the_cluster_whose_head_asks_the_same(self, tenant: Tenant) -> None:
        with tenant.work():
            own, other = cluster_make(tenant, "moka pot"), cluster_make(tenant, "kettle")
            row = recorded(tenant)
            own.refresh_from_db()
            other.refresh_from_db()
            assert (own.owner_page_id, own.owner_source) == (row.pk, OwnerSource.RULES)
            assert (other.owner_page_id, other.owner_source) == (None, OwnerSource.NONE)
            assert page_get(row.pk).cluster_name == "moka pot"

    def test_page_that_was_only_read_owns_nothing(self, tenant: Tenant) -> None:
        with tenant.work():
            own = cluster_make(tenant, "moka pot")
            services.pages_see(site_id=tenant.site.pk, pages=[SeenPage("https://e.test/moka-pot")])
            own.refresh_from_db()
            assert own.owner_page_id is None
            (proposal,) = cluster_owner(own.pk).proposals
            assert (proposal.reason, proposal.url) == ("address", "https://e.test/moka-pot")

    def test_second_page_takes_nothing_from_the_first(self, tenant: Tenant) -> None:
        with tenant.work():
            own = cluster_make(tenant, "moka pot")
            first = recorded(tenant)
            recorded(tenant, "second")
            own.refresh_from_db()
            assert own.owner_page_id == first.pk

    def test_page_that_answers_something_else_or_goes_loses_its_cluster(self, tenant: Tenant) -> None:
        with tenant.work():
            own = cluster_make(tenant, "moka pot")
            row = recorded(tenant)
            services.page_change(row.pk, head_query="kettle")
            own.refresh_from_db()
            assert (own.owner_page_id, own.owner_source) == (None, OwnerSource.NONE)
            services.page_change(row.pk, head_query="moka pot")
            own.refresh_from_db()
            assert own.owner_page_id == row.pk
            services.page_change(row.pk, is_removed=True)
            own.refresh_from_db()
            assert (own.owner_page_id, own.owner_source) == (None, OwnerSource.NONE)

    def test_person_s_word_stays(self, tenant: Tenant) -> None:
        with tenant.work():
            own = cluster_make(tenant, "moka pot")
            services.cluster_owner_set(own.pk, page_id=None)
            recorded(tenant)
            own.refresh_from_db()
            assert (own.owner_page_id, own.owner_source) == (None, OwnerSource.PERSON)
            other = recorded(tenant, "other", head_query="kettle")
            services.cluster_owner_set(own.pk, page_id=other.pk)
            services.page_change(other.pk, head_query="grinder")
            own.refresh_from_db()
            assert (own.owner_page_id, own.owner_source) == (other.pk, OwnerSource.PERSON)
            actions = AuditEvent.objects.filter(action="cluster.owner_set", object_id=str(own.pk))
            assert actions.count() == 2

    def test_page_of_another_site_or_account_owns_nothing_here(
        self, tenant: Tenant, stranger: Tenant
    ) -> None:
        elsewhere = site_make(tenant)
        with stranger.work():
            foreign = recorded(stranger).pk
        with tenant.work():
            own = cluster_make(tenant)
            other = services.page_create(site=elsewhere, url=f"https://{elsewhere.domain}/a").pk
        refused: list[tuple[UUID, type[Exception]]] = [
            (other, OwnerElsewhere),
            (foreign, NotFound),
            (uuid4(), NotFound),
        ]
        for page_id, error in refused:
            with tenant.work(), pytest.raises(error):
                services.cluster_owner_set(own.pk, page_id=page_id)
        with stranger.work(), pytest.raises(NotFound):
            services.cluster_owner_set(own.pk, page_id=foreign)
        with tenant.work():
            own.refresh_from_db()
            assert (own.owner_page_id, own.owner_source) == (None, OwnerSource.NONE)

    def test_proposals_name_the_best_reason_first(self, tenant: Tenant) -> None:
        with tenant.work():
            own = cluster_make(tenant, "moka pot")
            keyword = Keyword.objects.create(
                site=tenant.site, text="moka pot", normalized="moka pot", cluster=own
            )
            services.cluster_owner_set(own.pk, page_id=None)
            said = recorded(tenant, "1")
            titled = recorded(tenant, "2", head_query="coffee at home", title="Every moka pot explained")
            shown = recorded(tenant, "3", head_query="brewing")
            recorded(tenant, "4", head_query="kettle")
            KeywordRanking.objects.create(
                site=tenant.site,
                keyword=keyword,
                url=f"https://www.{tenant.site.domain}/3/",
                url_key=uuid4(),
                position=7,
                clicks=3,
                impressions=90,
                source_tool="search",
            )
            owner = cluster_owner(own.pk)
        assert (owner.page, owner.source, owner.head_query) == (None, "person", "moka pot")
        assert [(one.page_id, one.reason) for one in owner.proposals] == [
            (said.pk, "same_query"),
            (shown.pk, "search"),
            (titled.pk, "title"),
        ]
        assert owner.proposals[1].detail == "position 7, 3 clicks, 90 impressions"


class TestList:
    def test_pages_are_listed_and_narrowed(self, tenant: Tenant, stranger: Tenant) -> None:
        with stranger.work():
            recorded(stranger)
        with tenant.work():
            first = recorded(tenant, "1")
            second = services.page_create(site=tenant.site, url=f"https://{tenant.site.domain}/tea-kettle")
            services.page_change(first.pk, is_removed=True)

            def ids(**fields: Any) -> list[UUID]:
                return [row.id for row in page_list(PageQuery(site_id=tenant.site.pk, **fields)).rows]

            assert ids() == [second.pk, first.pk]
            assert ids(source="manual") == [second.pk]
            assert ids(query_source="article") == [first.pk]
            assert ids(is_removed=True) == [first.pk]
            assert ids(is_removed=False) == [second.pk]
            assert ids(search="KETTLE") == [second.pk]
            assert ids(search="nothing") == []

    @pytest.mark.parametrize("count", [1, 20])
    def test_list_asks_the_same_whatever_its_length(
        self, tenant: Tenant, count: int, django_assert_num_queries: Any
    ) -> None:
        with tenant.work():
            for number in range(count):
                recorded(tenant, str(number), head_query=f"pot {number}")
        with tenant.work(), django_assert_num_queries(3):
            assert len(page_list(PageQuery(site_id=tenant.site.pk)).rows) == count
