"""Ideas about pages that are there: found, scored by how the page stands in search; briefs to full width."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from igny8_core.common.clock import utc_now
from igny8_core.modules.planner import selectors, services
from igny8_core.modules.planner.constants import IdeaKind, IdeaState
from igny8_core.modules.planner.ideation.extras import entities, questions, schema_type
from igny8_core.modules.planner.ideation.wording import Wording
from igny8_core.modules.planner.models import ContentIdea, Keyword, KeywordMetric, KeywordRanking, SitePage
from igny8_core.modules.planner.tests.samples import NO_PROGRESS, clustered, ideas_made, imported
from igny8_core.modules.planner.types import BriefEntity
from igny8_core.tenancy.context import tenant_scope
from igny8_core.testing.factories import Tenant

WORDING = Wording()


def page_make(tenant: Tenant, query: str, **fields: Any) -> SitePage:
    return services.page_record(
        site_id=tenant.site.pk,
        url=f"https://{tenant.site.domain}/{query.replace(' ', '-')}",
        head_query=query,
        source="published",
        content_id=uuid4(),
        **fields,
    )


def ranking_make(tenant: Tenant, text: str, page: SitePage, **fields: Any) -> None:
    KeywordRanking.objects.create(
        site=tenant.site,
        keyword=Keyword.objects.get(text=text),
        url=page.url,
        url_key=uuid4(),
        source_tool="search",
        **fields,
    )


def improvements(tenant: Tenant) -> dict[Any, ContentIdea]:
    with tenant.work():
        return {row.page_id: row for row in ContentIdea.objects.exclude(page=None)}


@pytest.mark.django_db(transaction=True)
class TestImprovements:
    def test_page_that_answers_a_query_is_refreshed_instead(self, tenant: Tenant) -> None:
        imported(tenant)
        clustered(tenant)
        with tenant.work():
            page = page_make(
                tenant, "moka pots", title="Our pots", changed_at=utc_now() - timedelta(days=365)
            )
        ideas_made(tenant)
        row = improvements(tenant)[page.pk]
        assert (row.kind, row.head_keyword) == (IdeaKind.REFRESH, "moka pot")
        assert row.title == "Refresh “Our pots” for “moka pot”"
        assert row.score_parts["freshness"] == 0.5
        with tenant.work():
            assert not ContentIdea.objects.filter(head_keyword="moka pot", page=None).exists()
        assert ideas_made(tenant).created == 0

    @pytest.mark.parametrize(
        ("before", "kind", "title"),
        [
            (8.0, IdeaKind.QUICK_WIN, "Raise “Brewing” for “moka pot instructions”"),
            (2.0, IdeaKind.DECLINING, "Win back the readers of “Brewing”"),
        ],
    )
    def test_page_that_search_shows_near_the_top_is_worked_on(
        self, tenant: Tenant, before: float, kind: str, title: str
    ) -> None:
        imported(tenant)
        clustered(tenant)
        with tenant.work():
            page = page_make(tenant, "stove brewing", title="Brewing")
            ranking_make(
                tenant,
                "moka pot instructions",
                page,
                position=7,
                previous_position=before,
                impressions=100,
                clicks=1,
            )
        ideas_made(tenant)
        row = improvements(tenant)[page.pk]
        assert (row.kind, row.title, row.head_keyword) == (kind, title, "moka pot instructions")
        assert row.score_parts["position"] == 1.0

    def test_clicks_that_fall_make_it_decline(self, tenant: Tenant) -> None:
        imported(tenant)
        clustered(tenant)
        with tenant.work():
            page = page_make(tenant, "moka pot")
            ranking_make(tenant, "moka pot", page, position=30, clicks=4, impressions=50)
            for days, clicks in ((40, 20), (1, 4)):
                KeywordMetric.objects.create(
                    site=tenant.site,
                    keyword=Keyword.objects.get(text="moka pot"),
                    source_tool="search",
                    seen_on=utc_now().date() - timedelta(days=days),
                    clicks=clicks,
                )
        ideas_made(tenant)
        assert improvements(tenant)[page.pk].kind == IdeaKind.DECLINING

    def test_own_article_is_not_refreshed_for_no_reason(self, tenant: Tenant) -> None:
        imported(tenant)
        clustered(tenant)
        ideas_made(tenant)
        with tenant.work():
            page = page_make(tenant, "moka pot")
            ContentIdea.objects.filter(head_keyword="moka pot").update(state=IdeaState.COMPLETED)
        ideas_made(tenant)
        assert improvements(tenant) == {}
        with tenant.work():
            ranking_make(tenant, "moka pot", page, position=12)
        ideas_made(tenant)
        assert improvements(tenant)[page.pk].kind == IdeaKind.QUICK_WIN

    def test_two_runs_at_once_make_one_idea_for_a_page(self, tenant: Tenant) -> None:
        imported(tenant)
        clustered(tenant)
        with tenant.work():
            page_make(tenant, "moka pot")
        calls: list[int] = []

        def second(done: int, total: int, message: str) -> None:
            calls.append(done)
            if len(calls) == 2:
                ideas_made(tenant)

        with tenant_scope(tenant.context):
            late = services.ideas_generate(site_id=tenant.site.pk, progress=second)
        assert (late.created, len(improvements(tenant))) == (0, 1)

    def test_brief_links_to_pages_that_are_there_and_to_no_other(self, tenant: Tenant) -> None:
        imported(tenant)
        clustered(tenant)
        with tenant.work():
            near = page_make(tenant, "electric moka pot review", title="Electric pots")
            gone = page_make(tenant, "moka pot coffee")
            services.page_change(gone.pk, is_removed=True)
            page_make(tenant, "garden hose")
        with tenant_scope(tenant.context):
            services.ideas_generate(site_id=tenant.site.pk, progress=NO_PROGRESS)
        with tenant.work():
            row = ContentIdea.objects.get(head_keyword="moka pot")
            brief = selectors.idea_brief_get(row.pk)
        assert [(one.page_id, one.title) for one in brief.links] == [(near.pk, "Electric pots")]
        assert brief.links[0].why.startswith("about “electric moka pot review”, 0.")
        assert brief.schema_type == "Article"
        assert brief.length_reason == f"{len(brief.outline)} sections of about 115 words, for 5 keywords"
        assert "Can a moka pot explode?" in brief.questions
        assert brief.entities == ()  # its five keywords share no word beyond the head


class TestExtras:
    def test_questions_are_asked_once_as_people_ask_them(self) -> None:
        texts = ["can a moka pot explode", "moka pot", "can moka pots explode", "how to clean my moka pot"]
        assert questions(texts, wording=WORDING)[0] == "Can a moka pot explode?"
        assert len(questions(texts, wording=WORDING)) == 2

    def test_entities_are_words_that_keywords_share_beyond_the_head(self) -> None:
        texts = ["moka pot gasket", "replace gasket moka pot", "moka pot valve"]
        assert entities("moka pot", texts, wording=WORDING) == (
            BriefEntity("gasket", "in 2 of its keywords"),
        )

    @pytest.mark.parametrize(
        ("head", "intent", "asked", "wanted"),
        [
            ("cold brew recipe", "informational", 0, "Recipe"),
            ("how to clean a moka pot", "informational", 9, "HowTo"),
            ("is a moka pot safe", "informational", 3, "FAQPage"),
            ("is a moka pot safe", "informational", 2, "Article"),
            ("dog training collar", "transactional", 0, "Product"),
            ("dog training collar", "commercial", 5, "Article"),
        ],
    )
    def test_schema_type_follows_what_the_head_asks(
        self, head: str, intent: str, asked: int, wanted: str
    ) -> None:
        found, reason = schema_type(head, intent=intent, asked=asked)
        assert (found, bool(reason)) == (wanted, True)
