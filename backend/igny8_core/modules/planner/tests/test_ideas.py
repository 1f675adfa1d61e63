"""Ideas: made once per head keyword, moved by one function, briefed completely."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.planner import selectors, services
from igny8_core.modules.planner.constants import ClusterStatus, IdeaState, KeywordStatus, PageSource
from igny8_core.modules.planner.errors import IdeaStateConflict, IdeaTaken
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword, KeywordImport, SitePage
from igny8_core.modules.planner.services.ideas import idea_transition
from igny8_core.modules.planner.tests.samples import NO_PROGRESS, clustered, ideas_made, imported
from igny8_core.modules.planner.types import IdeasReport, PlannerCounts, PlanOutlook
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def prepared(tenant: Tenant) -> None:
    imported(tenant)
    clustered(tenant)
    ideas_made(tenant)


def idea_id(tenant: Tenant, head: str = "moka pot") -> UUID:
    with tenant.work():
        found: UUID = ContentIdea.objects.values_list("pk", flat=True).get(head_keyword=head)
    return found


class TestGenerate:
    def test_ideas_are_made_from_clusters(self, tenant: Tenant) -> None:
        prepared(tenant)
        with tenant.work():
            row = ContentIdea.objects.get(head_keyword="moka pot")
            assert row.title == "How to choose a moka pot"
            assert (row.state, row.sector_id) == (IdeaState.NEW, tenant.sector.pk)
            assert 0 < row.score <= 100
            assert set(row.score_parts) == {
                "volume",
                "intent",
                "competition",
                "cluster",
                "opportunity",
                "left_out",
            }
            assert row.score_parts["left_out"] == "position, ctr, freshness, trend"

    def test_ideas_generate_again_makes_none(self, tenant: Tenant) -> None:
        prepared(tenant)
        with tenant.work():
            count = ContentIdea.objects.count()
        assert count > 2
        assert ideas_made(tenant) == IdeasReport(created=0, kept=count)

    def test_ideas_generate_proposes_no_rejected_head_again(self, tenant: Tenant) -> None:
        prepared(tenant)
        with tenant.work():
            services.idea_reject(idea_id(tenant))
        assert ideas_made(tenant).created == 0

    def test_ideas_generate_twice_at_once_writes_once(self, tenant: Tenant) -> None:
        imported(tenant)
        clustered(tenant)
        calls: list[int] = []

        def second_delivery(done: int, total: int, message: str) -> None:
            calls.append(done)
            if len(calls) == 2:
                ideas_made(tenant)

        with tenant_scope(tenant.context):
            late = services.ideas_generate(site_id=tenant.site.pk, progress=second_delivery)
        assert late.created == 0
        with tenant.work():
            assert ContentIdea.objects.filter(head_keyword="moka pot").count() == 1

    def test_ideas_generate_without_clusters_is_fine(self, tenant: Tenant) -> None:
        assert ideas_made(tenant) == IdeasReport(created=0, kept=0)

    def test_ideas_generate_of_a_foreign_site_is_not_found(self, tenant: Tenant, stranger: Tenant) -> None:
        with pytest.raises(NotFound), tenant_scope(stranger.context):
            services.ideas_generate(site_id=tenant.site.pk, progress=NO_PROGRESS)


class TestStates:
    def test_idea_moves_from_new_to_completed(self, tenant: Tenant) -> None:
        prepared(tenant)
        which = idea_id(tenant)
        with tenant.work():
            assert services.idea_accept(which).state == IdeaState.ACCEPTED
            queued = services.idea_mark_queued(which)
            assert Keyword.objects.get(text="moka pot").status == KeywordStatus.IN_USE
            assert Cluster.objects.get(pk=queued.cluster_id).status == ClusterStatus.PENDING
            assert services.idea_mark_completed(which).state == IdeaState.COMPLETED
            actions = list(AuditEvent.objects.filter(object_id=str(which)).values_list("action", flat=True))
        assert sorted(actions) == ["idea.accepted", "idea.completed", "idea.queued"]

    def test_idea_failure_frees_its_keywords_and_may_be_tried_again(self, tenant: Tenant) -> None:
        prepared(tenant)
        which = idea_id(tenant)
        with tenant.work():
            services.idea_mark_queued(which)
            failed = services.idea_mark_failed(which, reason="The model did not answer.")
            assert (failed.state, failed.failure_reason) == (IdeaState.FAILED, "The model did not answer.")
            assert Keyword.objects.get(text="moka pot").status == KeywordStatus.CLUSTERED
            assert services.idea_mark_queued(which).failure_reason == ""

    def test_idea_same_state_twice_is_a_no_op(self, tenant: Tenant) -> None:
        prepared(tenant)
        which = idea_id(tenant)
        with tenant.work():
            first = services.idea_mark_queued(which).version
            assert services.idea_mark_queued(which).version == first

    def test_idea_wrong_moves_are_refused(self, tenant: Tenant) -> None:
        prepared(tenant)
        which = idea_id(tenant)
        with tenant.work(), pytest.raises(IdeaStateConflict):
            services.idea_mark_completed(which)
        with tenant.work():
            services.idea_mark_queued(which)
        for move in (services.idea_accept, services.idea_reject):
            with tenant.work(), pytest.raises(IdeaStateConflict):
                move(which)
        with tenant.work():
            assert ContentIdea.objects.get(pk=which).state == IdeaState.QUEUED

    def test_idea_completed_is_final(self) -> None:
        for state in IdeaState:
            with pytest.raises(IdeaStateConflict):
                idea_transition(ContentIdea(state=IdeaState.COMPLETED), state)

    def test_idea_head_that_was_taken_meanwhile_is_not_accepted_back(self, tenant: Tenant) -> None:
        prepared(tenant)
        which = idea_id(tenant)
        with tenant.work():
            row = services.idea_reject(which)
            ContentIdea.objects.create(
                site_id=row.site_id,
                sector_id=row.sector_id,
                cluster_id=row.cluster_id,
                title="Another",
                head_keyword=row.head_keyword,
            )
        with tenant.work(), pytest.raises(IdeaTaken):
            services.idea_accept(which)

    def test_ideas_decide_is_all_or_nothing(self, tenant: Tenant) -> None:
        prepared(tenant)
        which = idea_id(tenant)
        with pytest.raises(NotFound), tenant.work():
            services.ideas_decide([which, uuid4()], is_accepted=False)
        with tenant.work():
            assert ContentIdea.objects.get(pk=which).state == IdeaState.NEW
            assert services.ideas_decide([which, which], is_accepted=True) == 1

    def test_decisions_are_taken_back_to_what_was_before(self, tenant: Tenant) -> None:
        prepared(tenant)
        with tenant.work():
            first, second = list(ContentIdea.objects.order_by("pk").values_list("pk", flat=True))[:2]
            services.idea_accept(second)
            before = {key: IdeaState(state) for key, state in selectors.idea_states([first, second]).items()}
            services.ideas_decide([first, second], is_accepted=False)
            assert services.ideas_put_back(before) == 2
            assert selectors.idea_states([first, second]) == {first: "new", second: "accepted"}

    def test_taking_decisions_back_is_all_or_nothing(self, tenant: Tenant) -> None:
        prepared(tenant)
        which = idea_id(tenant)
        with tenant.work():
            other = ContentIdea.objects.exclude(pk=which).values_list("pk", flat=True)[0]
            services.idea_reject(which)
            services.idea_mark_queued(other)
        with pytest.raises(IdeaStateConflict), tenant.work():
            services.ideas_put_back({which: IdeaState.NEW, other: IdeaState.NEW})
        with tenant.work():
            assert selectors.idea_states([which, other]) == {which: "rejected", other: "queued"}

    def test_idea_of_a_stranger_is_not_found(self, tenant: Tenant, stranger: Tenant) -> None:
        prepared(tenant)
        which = idea_id(tenant)
        moves: list[Any] = [services.idea_accept, services.idea_reject, services.idea_mark_queued]
        for move in moves:
            with stranger.work(), pytest.raises(NotFound):
                move(which)
        with stranger.work(), pytest.raises(NotFound):
            selectors.idea_brief_get(which)


class TestSelectors:
    def test_idea_brief_is_complete(self, tenant: Tenant) -> None:
        prepared(tenant)
        which = idea_id(tenant)
        with tenant.work():
            brief = selectors.idea_brief_get(which)
        assert (brief.head_keyword, brief.cluster_name, brief.language) == ("moka pot", "moka pot", "en")
        assert brief.title == brief.title_options[0]
        assert brief.secondary_keywords[0] == "electric moka pot"
        assert 4 <= len(brief.outline) <= 6
        assert brief.target_word_count == sum(section.target_words for section in brief.outline)
        assert 450 <= brief.target_word_count <= 700
        assert all(section.points for section in brief.outline)

    def test_idea_next_ids_takes_each_cluster_s_best_first(self, tenant: Tenant) -> None:
        prepared(tenant)
        with tenant.work():
            ids = selectors.idea_next_ids(tenant.site.pk, limit=50)
            rows = {row.pk: row for row in ContentIdea.objects.all()}
            clusters = len({row.cluster_id for row in rows.values()})
            first = [rows[one] for one in ids[:clusters]]
            assert len({row.cluster_id for row in first}) == clusters
            assert [row.score for row in first] == sorted((row.score for row in first), reverse=True)
            assert selectors.idea_next_ids(tenant.site.pk, limit=1) == ids[:1]
            elsewhere = tenant.other_sector.pk
            assert selectors.idea_next_ids(tenant.site.pk, limit=50, sector_id=elsewhere) == []
            services.idea_reject(ids[0])
            assert set(selectors.idea_next_ids(tenant.site.pk, limit=50)) == set(ids[1:])

    def test_ideas_taken_one_after_the_other_come_as_they_would_at_once(self, tenant: Tenant) -> None:
        prepared(tenant)
        with tenant.work():
            wanted, taken = selectors.idea_next_ids(tenant.site.pk, limit=50), []
            while found := selectors.idea_next_ids(tenant.site.pk, limit=1, taken=taken):
                services.idea_mark_queued(found[0])
                taken += found
        assert taken == wanted

    def test_undecided_ideas_are_left_out_where_they_are_moderated(self, tenant: Tenant) -> None:
        prepared(tenant)
        with tenant.work():
            ids = selectors.idea_next_ids(tenant.site.pk, limit=50)
            assert selectors.idea_next_ids(tenant.site.pk, limit=50, is_accepted_only=True) == []
            services.idea_accept(ids[-1])
            assert selectors.idea_next_ids(tenant.site.pk, limit=50, is_accepted_only=True) == ids[-1:]

    def test_briefs_come_in_the_order_of_their_ids(self, tenant: Tenant, stranger: Tenant) -> None:
        prepared(tenant)
        with tenant.work():
            ids = selectors.idea_next_ids(tenant.site.pk, limit=3)
            briefs = selectors.idea_briefs([ids[2], uuid4(), ids[0]])
            assert briefs == [selectors.idea_brief_get(ids[2]), selectors.idea_brief_get(ids[0])]
        with stranger.work():
            assert selectors.idea_briefs(ids) == []

    def test_limit_makes_the_best_ideas_and_the_next_call_goes_on(self, tenant: Tenant) -> None:
        imported(tenant)
        clustered(tenant)
        with tenant_scope(tenant.context):
            first = services.ideas_generate(site_id=tenant.site.pk, progress=NO_PROGRESS, limit=2)
            rest = services.ideas_generate(site_id=tenant.site.pk, progress=NO_PROGRESS)
        with tenant.work():
            scores = list(ContentIdea.objects.order_by("id").values_list("score", flat=True))
        assert (first.created, first.kept, rest.kept, rest.created) == (2, 0, 2, len(scores) - 2)
        assert min(scores[:2]) >= max(scores[2:])

    def test_outlook_counts_what_waits_in_the_plan(self, tenant: Tenant, stranger: Tenant) -> None:
        imported(tenant)
        with tenant.work():
            before = selectors.plan_outlook(tenant.site.pk)
        clustered(tenant)
        ideas_made(tenant)
        with tenant.work():
            ids = selectors.idea_next_ids(tenant.site.pk, limit=50)
            services.idea_accept(ids[0])
            after = selectors.plan_outlook(tenant.site.pk)
            elsewhere = selectors.plan_outlook(tenant.site.pk, sector_id=tenant.other_sector.pk)
        assert (before.keywords_unplaced, before.ideas_new, before.ideas_accepted) == (18, 0, 0)
        assert (after.ideas_new, after.ideas_accepted) == (len(ids) - 1, 1)
        assert after.keywords_unplaced < 18
        with stranger.work():
            assert selectors.plan_outlook(tenant.site.pk) == elsewhere == PlanOutlook(0, 0, 0)

    def test_rows_of_an_upload_are_known_once_it_is_read(self, tenant: Tenant, stranger: Tenant) -> None:
        imported(tenant)
        with tenant.work():
            upload = KeywordImport.objects.get()
            assert selectors.import_rows(upload.pk, site_id=tenant.site.pk) == 18
            KeywordImport.objects.update(state="uploaded")
            assert selectors.import_rows(upload.pk, site_id=tenant.site.pk) is None
        for actor, site_id in ((tenant, uuid4()), (stranger, tenant.site.pk)):
            with pytest.raises(NotFound), actor.work():
                selectors.import_rows(upload.pk, site_id=site_id)

    def test_planner_counts_counts_own_rows(self, tenant: Tenant, stranger: Tenant) -> None:
        prepared(tenant)
        with tenant.work():
            counts = selectors.planner_counts(tenant.site.pk)
        assert (counts.keywords, counts.clusters > 0, counts.ideas > 0) == (18, True, True)
        with stranger.work():
            assert selectors.planner_counts(tenant.site.pk) == PlannerCounts(0, 0, 0, 0)


class TestPages:
    def test_page_record_is_idempotent_and_learns(self, tenant: Tenant) -> None:
        url = "https://example.test/moka"
        content_id = uuid4()
        with tenant.work():
            for _ in range(2):
                services.page_record(
                    site_id=tenant.site.pk, url=url, head_query="", source="imported", content_id=None
                )
            services.page_record(
                site_id=tenant.site.pk,
                url=url,
                head_query="Moka Pot",
                source="published",
                content_id=content_id,
            )
            services.page_record(
                site_id=tenant.site.pk, url=url, head_query="other", source="imported", content_id=None
            )
            row = SitePage.objects.get()
        assert (row.source, row.content_id, row.head_query) == (PageSource.PUBLISHED, content_id, "moka pot")

    def test_page_record_refuses_a_foreign_site(self, tenant: Tenant, stranger: Tenant) -> None:
        with stranger.work(), pytest.raises(NotFound):
            services.page_record(
                site_id=tenant.site.pk,
                url="https://example.test/x",
                head_query="x",
                source="imported",
                content_id=None,
            )
