"""What imports leave beside the keywords: figures over time, pages that rank, and keys in a job of their own."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.common.clock import utc_now
from igny8_core.modules.planner import services
from igny8_core.modules.planner.models import Keyword, KeywordImport, KeywordMetric, KeywordRanking
from igny8_core.modules.planner.services.import_rows import IDENTITY, RANKINGS, exact_key
from igny8_core.modules.planner.tests.samples import (
    HEADER,
    NO_PROGRESS,
    import_run,
    imported,
    keyword,
    upload,
)
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.variants import variant_key
from igny8_core.tenancy.bulk import bulk_attach
from igny8_core.tenancy.context import tenant_scope, tenant_transaction
from igny8_core.tenancy.errors import TenantMismatch
from igny8_core.tenancy.models import Job
from igny8_core.testing.factories import Tenant, context_of
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)

MAY, JUNE = "moka_broad-match_us_2026-05-01.csv", "moka_broad-match_us_2026-06-01.csv"
POSITIONS = (
    "Keyword,Position,Previous position,Search Volume,Keyword Difficulty,CPC,URL,Traffic,Traffic (%),Timestamp\n"
    "moka pot,3,5,74000,40,1.20,https://shop.example/moka,1200,12.50,2026-05-03\n"
    "moka pot,9,0,74000,40,1.20,https://shop.example/pots,80,1.50,2026-05-03\n"
)


def run(tenant: Tenant, text: str | bytes, filename: str = MAY) -> Any:
    return import_run(tenant, upload(tenant, text, filename).pk)


def history(tenant: Tenant) -> list[tuple[Any, ...]]:
    with tenant.work():
        return list(
            KeywordMetric.objects.order_by("seen_on", "source_tool").values_list(
                "keyword__text", "source_tool", "seen_on", "volume", "difficulty", "position"
            )
        )


def rankings(tenant: Tenant) -> list[tuple[Any, ...]]:
    with tenant.work():
        return list(
            KeywordRanking.objects.order_by("url").values_list(
                "keyword__text", "url", "position", "previous_position", "traffic", "seen_on"
            )
        )


class TestHistory:
    def test_each_day_on_which_figures_changed_has_a_row(self, tenant: Tenant) -> None:
        run(tenant, f"{HEADER}\nmoka pot,,100,,40,,,\n")
        run(tenant, f"{HEADER}\nmoka pot,,120,,40,,,\n", JUNE)
        assert history(tenant) == [
            ("moka pot", "semrush_keyword_magic", date(2026, 5, 1), 100, 40, None),
            ("moka pot", "semrush_keyword_magic", date(2026, 6, 1), 120, 40, None),
        ]
        row = keyword(tenant, "moka pot")
        assert (row.volume, row.seen_on, row.version) == (120, date(2026, 6, 1), 2)

    def test_same_file_again_adds_nothing(self, tenant: Tenant) -> None:
        text = f"{HEADER}\nmoka pot,,100,,40,,,\n"
        run(tenant, text)
        before = history(tenant)
        report = run(tenant, text)
        assert (report.updated, report.unchanged) == (0, 1)
        assert history(tenant) == before

    def test_same_figures_of_a_later_day_add_nothing(self, tenant: Tenant) -> None:
        text = f"{HEADER}\nmoka pot,,100,,40,,,\n"
        run(tenant, text)
        report = run(tenant, text, JUNE)
        assert (report.updated, report.unchanged, len(history(tenant))) == (0, 1, 1)
        assert keyword(tenant, "moka pot").version == 1

    def test_older_file_goes_into_the_history_alone(self, tenant: Tenant) -> None:
        run(tenant, f"{HEADER}\nmoka pot,,120,,40,,,\n", JUNE)
        report = run(tenant, f"{HEADER}\nmoka pot,,100,,40,,,\n", MAY)
        assert (report.updated, report.unchanged) == (0, 1)
        row = keyword(tenant, "moka pot")
        assert (row.volume, row.seen_on) == (120, date(2026, 6, 1))
        assert [(day, volume) for _, _, day, volume, _, _ in history(tenant)] == [
            (date(2026, 5, 1), 100),
            (date(2026, 6, 1), 120),
        ]

    def test_second_file_of_a_day_replaces_that_day(self, tenant: Tenant) -> None:
        run(tenant, f"{HEADER}\nmoka pot,,100,,40,,,\n")
        run(tenant, f"{HEADER}\nmoka pot,,110,,40,,,\n")
        assert [(day, volume) for _, _, day, volume, _, _ in history(tenant)] == [(date(2026, 5, 1), 110)]

    def test_new_and_known_keywords_of_one_file_have_their_own_history(self, tenant: Tenant) -> None:
        run(tenant, f"{HEADER}\nmoka pot,,100,,40,,,\n")
        report = run(tenant, f"{HEADER}\nmoka pot,,120,,40,,,\ncat toy,,7,,,,,\ncat toy,,8,,,,,\n", JUNE)
        assert (report.imported, report.updated, report.duplicates) == (1, 1, 1)
        assert sorted((text, day.month, volume) for text, _, day, volume, _, _ in history(tenant)) == [
            ("cat toy", 6, 7),
            ("moka pot", 5, 100),
            ("moka pot", 6, 120),
        ]

    def test_keywords_without_figures_have_no_history_beside_those_that_have(self, tenant: Tenant) -> None:
        run(tenant, f"{HEADER}\nmoka pot,,100,,40,,,\ncat toy,,,,,,,\n")
        assert [row[0] for row in history(tenant)] == ["moka pot"]

    def test_each_tool_has_a_history_of_its_own(self, tenant: Tenant) -> None:
        run(tenant, f"{HEADER}\nmoka pot,,100,,40,,,\n")
        run(tenant, "Keyword,Country,Search volume\nmoka pot,us,90\n", "list-2026-05-01.csv")
        assert [(tool, volume) for _, tool, _, volume, _, _ in history(tenant)] == [
            ("plain_list", 90),
            ("semrush_keyword_magic", 100),
        ]

    def test_history_holds_what_the_tool_said_and_the_keyword_what_is_known(self, tenant: Tenant) -> None:
        run(tenant, f"{HEADER}\nmoka pot,,100,,40,,,\n")
        run(tenant, f"{HEADER}\nmoka pot,,120,,,,,\n", JUNE)
        assert [(volume, kd) for _, _, _, volume, kd, _ in history(tenant)] == [(100, 40), (120, None)]
        assert keyword(tenant, "moka pot").difficulty == 40

    def test_list_without_figures_has_no_history_and_no_day(self, tenant: Tenant) -> None:
        run(tenant, "Keyword\nmoka pot\n", "list-2026-05-01.csv")
        assert history(tenant) == []
        assert keyword(tenant, "moka pot").seen_on is None

    def test_figures_without_a_date_are_of_the_day_of_the_upload(self, tenant: Tenant) -> None:
        run(tenant, "Keyword,Volume\nmoka pot,5\n", "list.csv")
        assert keyword(tenant, "moka pot").seen_on == utc_now().date()

    def test_queries_of_search_console_have_positions_and_no_volume(self, tenant: Tenant) -> None:
        run(
            tenant,
            "Top queries,Clicks,Impressions,CTR,Position\nmoka pot,120,4000,3%,4.2\n",
            "Queries 2026-05-02.csv",
        )
        assert history(tenant) == [("moka pot", "search_console", date(2026, 5, 2), None, None, 4.2)]
        assert (keyword(tenant, "moka pot").volume, rankings(tenant)) == (None, [])


class TestRankings:
    def test_pages_of_a_keyword_are_rows_of_one_keyword(self, tenant: Tenant) -> None:
        report = run(tenant, POSITIONS)
        assert (report.rows, report.imported, report.duplicates) == (2, 1, 1)
        assert keyword(tenant, "moka pot").volume == 74000
        assert rankings(tenant) == [
            ("moka pot", "https://shop.example/moka", 3.0, 5.0, 1200, date(2026, 5, 3)),
            ("moka pot", "https://shop.example/pots", 9.0, None, 80, date(2026, 5, 3)),
        ]
        with tenant.work():
            row = KeywordRanking.objects.first()
        assert row is not None
        assert (row.sector_id, row.source_tool) == (tenant.sector.pk, "semrush_positions")

    def test_same_file_again_changes_no_ranking(self, tenant: Tenant) -> None:
        run(tenant, POSITIONS)
        run(tenant, POSITIONS)
        with tenant.work():
            assert set(KeywordRanking.objects.values_list("version", flat=True)) == {1}
            assert KeywordRanking.objects.count() == 2
            assert KeywordMetric.objects.count() == 1

    def test_newer_file_moves_a_page_and_an_older_one_does_not(self, tenant: Tenant) -> None:
        run(tenant, POSITIONS)
        run(tenant, POSITIONS.replace("moka pot,3,5", "moka pot,1,3").replace("2026-05-03", "2026-05-10"))
        run(tenant, POSITIONS.replace("moka pot,3,5", "moka pot,7,9").replace("2026-05-03", "2026-04-01"))
        assert [row[2:4] for row in rankings(tenant)] == [(1.0, 3.0), (9.0, None)]

    def test_figures_of_pages_are_not_those_of_the_query(self, tenant: Tenant) -> None:
        rows = [
            {"keys": ["moka", f"https://a.example/{n}"], "clicks": n, "impressions": 9, "position": n + 1}
            for n in (1, 2)
        ]
        run(tenant, orjson.dumps({"dimensions": ["query", "page"], "rows": rows}), "q.json")
        assert history(tenant) == []
        assert [row[:3] for row in rankings(tenant)] == [
            ("moka", "https://a.example/1", 2.0),
            ("moka", "https://a.example/2", 3.0),
        ]

    def test_pages_of_a_refused_row_are_not_kept(self, tenant: Tenant) -> None:
        report = run(tenant, POSITIONS.replace("80,1.50", "many,1.50"))
        assert (report.rejected, len(rankings(tenant))) == (1, 1)

    def test_deleting_a_keyword_takes_its_pages_and_figures_along(self, tenant: Tenant) -> None:
        run(tenant, POSITIONS)
        with tenant.work():
            services.keyword_delete(Keyword.objects.get())
            assert (KeywordRanking.objects.count(), KeywordMetric.objects.count()) == (0, 0)
            assert (KeywordRanking.deleted.count(), KeywordMetric.deleted.count()) == (2, 1)

    def test_pages_for_a_foreign_site_are_like_pages_for_a_missing_one(
        self, tenant: Tenant, stranger: Tenant
    ) -> None:
        run(stranger, POSITIONS)
        row = (stranger.site.pk, "", "moka pot", "https://a.example/", uuid4(), *[None] * 5, "t", None, None)
        with tenant.work():
            assert bulk_attach(Keyword, [row], parent_key=IDENTITY, follower=RANKINGS) == 0
        with pytest.raises(TenantMismatch), tenant_transaction(context_of(stranger.owner, frozenset())):
            bulk_attach(Keyword, [row], parent_key=IDENTITY, follower=RANKINGS)
        assert len(rankings(stranger)) == 2

    def test_page_of_a_keyword_that_is_not_there_is_left_out(self, tenant: Tenant) -> None:
        row = (tenant.site.pk, "", "moka pot", "https://a.example/", uuid4(), *[None] * 5, "t", None, None)
        with tenant.work():
            assert bulk_attach(Keyword, [row], parent_key=IDENTITY, follower=RANKINGS) == 0

    def test_other_site_and_account_keep_their_own(self, tenant: Tenant, stranger: Tenant) -> None:
        run(tenant, POSITIONS)
        run(stranger, POSITIONS)
        assert len(rankings(tenant)) == len(rankings(stranger)) == 2


class TestKeys:
    def test_import_leaves_the_key_of_near_duplicates_to_a_job(self, tenant: Tenant) -> None:
        imported(tenant)
        with tenant.work():
            assert set(Keyword.objects.values_list("variant_key", flat=True)) == {""}
            job = Job.objects.get(kind="planner.key_keywords")
        done = job_run(job)
        assert done.counts["keyed"] == 18
        row = keyword(tenant, "moka pot instructions")
        assert (row.variant_key, row.language) == (variant_key("moka pot instructions", "en"), "en")

    def test_keywords_that_have_a_key_are_left_alone(self, tenant: Tenant) -> None:
        with tenant.work():
            services.keyword_create(site=tenant.site, text="green teas")
        with tenant_scope(tenant.context):
            assert services.keywords_key(site_id=tenant.site.pk, progress=NO_PROGRESS) == 1
            assert services.keywords_key(site_id=tenant.site.pk, progress=NO_PROGRESS) == 0

    def test_import_of_known_keywords_starts_no_job(self, tenant: Tenant) -> None:
        imported(tenant)
        with tenant.work():
            job = Job.objects.get()
        job_run(job)
        imported(tenant)
        with tenant.work():
            assert Job.objects.count() == 1

    @given(st.text(max_size=30) | st.text(st.sampled_from("aB9 -'ßİK"), max_size=12))
    def test_exact_key_is_the_one_of_the_language_floor(self, text: str) -> None:
        assert exact_key(text) == keyword_normalise(text)


def test_import_without_a_day_keeps_it_on_a_second_delivery(tenant: Tenant) -> None:
    row = upload(tenant, "Keyword,Volume\nmoka pot,5\n", "list.csv")
    with tenant.work():
        KeywordImport.objects.filter(pk=row.pk).update(created_at=utc_now() - timedelta(days=3))
    import_run(tenant, row.pk)
    assert keyword(tenant, "moka pot").seen_on == (utc_now() - timedelta(days=3)).date()
