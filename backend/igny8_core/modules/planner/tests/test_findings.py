"""Findings: kept over looks, dismissed by people, and asked before an idea is accepted or written."""

from typing import Any
from uuid import uuid4

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.planner import selectors, services
from igny8_core.modules.planner.constants import (
    FindingKind,
    FindingState,
    IdeaState,
)
from igny8_core.modules.planner.errors import (
    FindingStateConflict,
    IdeaDuplicates,
)
from igny8_core.modules.planner.models import (
    Cluster,
    Keyword,
    KeywordRanking,
    PlanFinding,
    SitePage,
)
from igny8_core.modules.planner.selectors import (
    finding_counts,
    finding_list,
    finding_states,
    findings_of,
    idea_conflicts,
)
from igny8_core.modules.planner.services.findings import finding_transition
from igny8_core.modules.planner.tests.findings import idea_make, looked, page_make, ranking_make
from igny8_core.modules.planner.tests.samples import NO_PROGRESS
from igny8_core.modules.planner.types import FindingQuery, FindingsReport
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.models import AuditEvent
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


class TestLook:
    def test_findings_are_kept_and_a_second_look_changes_nothing(self, tenant: Tenant) -> None:
        with tenant.work():
            page, idea = page_make(tenant, "moka pot"), idea_make(tenant, "moka pots")
        assert looked(tenant) == FindingsReport(open=1, new=1, gone=0)
        with tenant.work():
            row = PlanFinding.objects.get()
            assert (row.kind, row.idea_id, row.page_id) == (FindingKind.IDEA_SERVED, idea.pk, page.pk)
            version = row.version
        assert looked(tenant) == FindingsReport(open=1, new=0, gone=0)
        with tenant.work():
            assert PlanFinding.objects.get().version == version

    def test_what_is_no_longer_there_is_gone_and_may_come_back(self, tenant: Tenant) -> None:
        with tenant.work():
            page = page_make(tenant, "moka pot")
            idea_make(tenant, "moka pots")
        looked(tenant)
        with tenant.work():
            services.page_change(page.pk, is_removed=True)
        assert looked(tenant) == FindingsReport(open=0, new=0, gone=1)
        with tenant.work():
            services.page_change(page.pk, is_removed=False)
        assert looked(tenant) == FindingsReport(open=1, new=1, gone=0)

    def test_dismissal_is_remembered(self, tenant: Tenant) -> None:
        with tenant.work():
            page_make(tenant, "moka pot")
            idea_make(tenant, "moka pots")
        looked(tenant)
        with tenant.work():
            finding_id = PlanFinding.objects.get().pk
            assert services.findings_dismiss([finding_id, finding_id]) == 1
        assert looked(tenant) == FindingsReport(open=0, new=0, gone=0)
        with tenant.work():
            assert finding_states([finding_id, uuid4()]) == {finding_id: "dismissed"}
            assert services.findings_reopen([finding_id]) == 1
            assert finding_counts(tenant.site.pk) == {
                "idea_served": 1,
                "idea_written": 0,
                "idea_twin": 0,
                "pages_query": 0,
                "pages_search": 0,
            }
            actions = AuditEvent.objects.filter(object_id=str(finding_id)).order_by("pk")
            assert list(actions.values_list("action", flat=True)) == ["finding.dismissed", "finding.open"]

    def test_decision_is_all_or_nothing_and_taken_back(self, tenant: Tenant, stranger: Tenant) -> None:
        with tenant.work():
            page_make(tenant, "moka pot")
            idea_make(tenant, "moka pots")
        looked(tenant)
        with tenant.work():
            finding_id = PlanFinding.objects.get().pk
        with tenant.work(), pytest.raises(NotFound):
            services.findings_dismiss([finding_id, uuid4()])
        with stranger.work(), pytest.raises(NotFound):
            services.findings_dismiss([finding_id])
        with tenant.work():
            assert finding_states([finding_id]) == {finding_id: "open"}
            services.findings_dismiss([finding_id])
            assert services.findings_put_back({finding_id: FindingState.OPEN}) == 1
            assert finding_states([finding_id]) == {finding_id: "open"}

    def test_finding_that_is_gone_is_not_dismissed(self) -> None:
        with pytest.raises(FindingStateConflict):
            finding_transition(PlanFinding(state=FindingState.GONE), FindingState.DISMISSED)

    def test_pages_shown_together_come_with_shares_and_swing(self, tenant: Tenant) -> None:
        with tenant.work():
            first, second = page_make(tenant, "moka brewer", "a"), page_make(tenant, "stove coffee", "b")
            ranking_make(tenant, "moka pot", "a", 300, 6.0, 12.0)
            ranking_make(tenant, "moka pot", "b/", 100, 9.0, 5.0)
            KeywordRanking.objects.create(
                site=tenant.site,
                keyword=Keyword.objects.get(text="moka pot"),
                url="https://competitor.test/a",
                url_key=uuid4(),
                impressions=900,
                source_tool="search",
            )
        assert looked(tenant).new == 1
        with tenant.work():
            (row,) = finding_list(FindingQuery(site_id=tenant.site.pk)).rows
        assert (row.kind, row.action, row.reason, row.weight) == ("pages_search", "merge", "swing", 400.0)
        assert [(one.share, one.position, one.previous_position) for one in row.shares] == [
            (0.75, 6.0, 12.0),
            (0.25, 9.0, 5.0),
        ]
        assert [side.id for side in row.sides] == [second.pk, first.pk]

    def test_look_gives_clusters_their_owner(self, tenant: Tenant) -> None:
        with tenant.work():
            page = page_make(tenant, "moka pot")
            cluster = Cluster.objects.create(site=tenant.site, name="x", head_keyword="Moka pots")
        looked(tenant)
        with tenant.work():
            cluster.refresh_from_db()
            assert cluster.owner_page_id == page.pk

    def test_look_at_a_foreign_site_is_not_found(self, tenant: Tenant, stranger: Tenant) -> None:
        with pytest.raises(NotFound), tenant_scope(stranger.context):
            services.findings_run(site_id=tenant.site.pk, progress=NO_PROGRESS)

    def test_findings_are_listed_and_narrowed(self, tenant: Tenant, stranger: Tenant) -> None:
        with tenant.work():
            page_make(tenant, "moka pot")
            page_make(tenant, "moka pots", "two")
            idea = idea_make(tenant, "moka pots")
        looked(tenant)
        with tenant.work():

            def kinds(**fields: Any) -> list[str]:
                rows = finding_list(FindingQuery(site_id=tenant.site.pk, **fields)).rows
                return sorted(row.kind for row in rows)

            assert kinds() == ["idea_served", "pages_query"]
            assert kinds(kind="pages_query") == ["pages_query"]
            assert kinds(action="refresh") == ["idea_served"]
            assert kinds(state="dismissed") == []
            assert kinds(search="MOKA") == ["idea_served", "pages_query"]
            assert kinds(search="kettle") == []
            assert [row.kind for row in findings_of(idea_id=idea.pk)] == ["idea_served"]
            assert len(findings_of(page_id=SitePage.objects.order_by("pk")[0].pk)) == 2
        with stranger.work():
            assert finding_list(FindingQuery(site_id=tenant.site.pk)).rows == ()

    @pytest.mark.parametrize("count", [1, 20])
    def test_list_asks_the_same_whatever_its_length(
        self, tenant: Tenant, count: int, django_assert_num_queries: Any
    ) -> None:
        with tenant.work():
            for number in range(count):
                page_make(tenant, f"pot {number}")
                idea_make(tenant, f"pots {number}")
        looked(tenant)
        with tenant.work(), django_assert_num_queries(2):
            assert len(finding_list(FindingQuery(site_id=tenant.site.pk)).rows) == count


class TestAccepting:
    def test_served_idea_is_accepted_only_when_confirmed(self, tenant: Tenant) -> None:
        with tenant.work():
            page, idea = page_make(tenant, "moka pot"), idea_make(tenant, "moka pots")
        with tenant.work(), pytest.raises(IdeaDuplicates) as refusal:
            services.idea_accept(idea.pk)
        (conflict,) = refusal.value.conflicts
        assert (conflict.kind, conflict.page_id) == (FindingKind.IDEA_SERVED, page.pk)
        assert refusal.value.fields == {"confirm": [conflict.sentence]}
        assert page.url in conflict.sentence
        with tenant.work(), pytest.raises(IdeaDuplicates):
            services.ideas_decide([idea.pk], is_accepted=True)
        with tenant.work():
            assert selectors.idea_states([idea.pk]) == {idea.pk: "new"}
            assert services.ideas_decide([idea.pk], is_accepted=True, is_confirmed=True) == 1
            assert services.idea_accept(idea.pk).state == IdeaState.ACCEPTED

    def test_rejecting_asks_nothing(self, tenant: Tenant) -> None:
        with tenant.work():
            page_make(tenant, "moka pot")
            idea = idea_make(tenant, "moka pots")
            assert services.ideas_decide([idea.pk], is_accepted=False) == 1

    @pytest.mark.parametrize(
        ("state", "kind"),
        [
            (IdeaState.ACCEPTED, FindingKind.IDEA_TWIN),
            (IdeaState.QUEUED, FindingKind.IDEA_WRITTEN),
            (IdeaState.COMPLETED, FindingKind.IDEA_WRITTEN),
        ],
    )
    def test_near_duplicate_of_a_decided_idea_asks(self, tenant: Tenant, state: str, kind: str) -> None:
        with tenant.work():
            other, idea = idea_make(tenant, "moka pot", state=state), idea_make(tenant, "moka pots")
            (conflict,) = idea_conflicts([idea.pk])
        assert (conflict.kind, conflict.other_idea_id) == (kind, other.pk)

    def test_undecided_near_duplicate_asks_only_when_both_are_accepted(self, tenant: Tenant) -> None:
        with tenant.work():
            better, worse = idea_make(tenant, "moka pot", score=60.0), idea_make(tenant, "moka pots")
            assert idea_conflicts([better.pk]) == idea_conflicts([worse.pk]) == []
            (conflict,) = idea_conflicts([worse.pk, better.pk])
        assert (conflict.idea_id, conflict.other_idea_id) == (worse.pk, better.pk)

    def test_meaning_that_a_look_found_asks_too(self, tenant: Tenant) -> None:
        with tenant.work():
            page, idea = page_make(tenant, "kettle"), idea_make(tenant, "water boiler")
            PlanFinding.objects.create(
                site=tenant.site,
                kind=FindingKind.IDEA_SERVED,
                action="refresh",
                key="k",
                query="x",
                idea=idea,
                page=page,
            )
        with tenant.work(), pytest.raises(IdeaDuplicates):
            services.idea_accept(idea.pk)

    def test_dismissed_conflict_asks_no_more(self, tenant: Tenant) -> None:
        with tenant.work():
            page_make(tenant, "moka pot")
            idea = idea_make(tenant, "moka pots")
        looked(tenant)
        with tenant.work():
            services.findings_dismiss([PlanFinding.objects.get().pk])
            assert selectors.idea_next_ids(tenant.site.pk, limit=9) == [idea.pk]
            assert services.idea_accept(idea.pk).state == IdeaState.ACCEPTED

    def test_stranger_s_pages_and_ideas_are_no_conflict(self, tenant: Tenant, stranger: Tenant) -> None:
        with stranger.work():
            page_make(stranger, "moka pot")
            foreign = idea_make(stranger, "moka pot", state=IdeaState.QUEUED)
        with tenant.work():
            idea = idea_make(tenant, "moka pots")
            assert idea_conflicts([idea.pk, foreign.pk]) == []

    def test_written_idea_is_not_in_conflict_with_its_own_page(self, tenant: Tenant) -> None:
        with tenant.work():
            page_make(tenant, "moka pot")
            idea = idea_make(tenant, "moka pot", state=IdeaState.COMPLETED)
            assert idea_conflicts([idea.pk]) == []

    def test_undo_asks_nothing(self, tenant: Tenant) -> None:
        with tenant.work():
            page_make(tenant, "moka pot")
            idea = idea_make(tenant, "moka pots", state=IdeaState.REJECTED)
            assert services.ideas_put_back({idea.pk: IdeaState.ACCEPTED}) == 1
