"""The list of changes to the plan: who did what, narrowed, and taken back."""

import re

import pytest

from igny8_core.console.templatetags.plan import edit_sentence
from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.console.tests.plan import at, cluster, keyword, topic
from igny8_core.modules.planner import services
from igny8_core.modules.planner.models import Cluster, Keyword, PlanEdit
from igny8_core.modules.planner.selectors import plan_edit_page
from igny8_core.modules.planner.types import EditQuery
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db


def edits_made(tenant: Tenant) -> None:
    """One edit of every kind, the last of them a change that is undone."""
    group, other = cluster(tenant, "Descaling"), cluster(tenant, "Grinders")
    rows = [keyword(tenant, text, cluster=group, status="clustered") for text in ("one", "two", "three")]
    with tenant.work():
        services.keywords_move([rows[0].pk], cluster_id=other.pk)
        services.keywords_move([rows[0].pk], cluster_id=None)
        services.keywords_release([rows[0].pk])
        services.cluster_split(group.pk, keyword_ids=[rows[1].pk], name="Own")
        services.cluster_create(site_id=tenant.site.pk, name="Made")
        services.clusters_set_topic([group.pk, other.pk], name="Care")
        services.clusters_merge([group.pk], into_id=other.pk)
        services.clusters_delete([other.pk])
        own = Cluster.objects.get(name="Own")
        services.clusters_change([own.pk], is_locked=True, status="finalized")
        changed = services.cluster_change(own.pk, expected_version=own.version + 1, name="Mine")
        services.plan_edit_undo(PlanEdit.objects.order_by("-pk")[0].pk)
        assert changed.name == "Mine"


def test_every_edit_is_told_in_a_sentence(tenant: Tenant) -> None:
    edits_made(tenant)
    with tenant.work():
        page = plan_edit_page(EditQuery(site_id=tenant.site.pk))
    assert [edit_sentence(one) for one in page.rows] == [
        "“Mine”: renamed, it was “Own”",
        "“Own”: finalized, locked",
        "Deleted “Grinders”",
        "Merged 1 cluster into “Grinders”",
        "Moved 2 clusters to the topic “Care”",
        "Made “Made”",
        "Split 1 keyword off as “Own”",
        "Gave 1 keyword back to the runs",
        "Took 1 keyword out of “Grinders”",
        "Moved 1 keyword to “Grinders”",
    ]


def test_list_is_narrowed_by_the_address(tenant: Tenant) -> None:
    client, page = browser_of(tenant.viewer), at(tenant, "map/changes/")
    assert "No changes yet" in page_text(client, page)
    edits_made(tenant)

    def shown(query: str) -> int:
        return page_text(client, f"{page}?{query}").count('<td class="main">')

    assert shown("") == 10
    assert shown("kind=change") == 2
    assert (shown("is_undone=1"), shown("is_undone=0")) == (1, 9)
    assert shown("search=grind") == 4
    assert "Nothing matches" in page_text(client, f"{page}?search=tea")


def test_edit_is_undone_once_and_refused_when_it_is_overtaken(tenant: Tenant) -> None:
    group = cluster(tenant, "Descaling")
    row = keyword(tenant, "descale", cluster=group, status="clustered")
    client, page = browser_of(tenant.member), at(tenant, "map/changes/")
    client.post(at(tenant, "keywords/take-out/"), {"id": str(row.pk)})
    body = page_text(client, page)
    assert tenant.member.email in body
    found = re.search(r'action="([^"]+/undo/)"', body)
    assert found is not None
    with tenant.work():
        services.keywords_release([row.pk])
    overtaken = said(client.post(found[1], {"next": page}), client)
    assert "was changed since; nothing was undone" in overtaken
    with tenant.work():
        services.plan_edit_undo(PlanEdit.objects.order_by("-pk")[0].pk)
    for _ in range(2):  # undone again it stays undone
        assert said(client.post(found[1], {"next": page}), client) == "Everything is as it was."
    with tenant.work():
        assert Keyword.objects.get().cluster_id == group.pk


def test_viewer_undoes_nothing(tenant: Tenant) -> None:
    edits_made(tenant)
    client, page = browser_of(tenant.viewer), at(tenant, "map/changes/")
    body = page_text(client, page)
    assert "/undo/" not in body
    assert "your role reads" in body
    with tenant.work():
        edit = PlanEdit.objects.filter(undone_at=None).order_by("-pk")[0]
    assert client.post(at(tenant, f"map/changes/{edit.pk}/undo/")).status_code in (302, 403)
    with tenant.work():
        assert PlanEdit.objects.get(pk=edit.pk).undone_at is None


def test_edit_of_another_site_or_account_is_not_there(tenant: Tenant, stranger: Tenant) -> None:
    edits_made(tenant)
    other = site_make(tenant)
    with tenant.work():
        edit = PlanEdit.objects.filter(undone_at=None).order_by("-pk")[0]
    assert browser_of(tenant.owner).post(f"/sites/{other.pk}/map/changes/{edit.pk}/undo/").status_code == 404
    theirs = browser_of(stranger.owner)
    assert theirs.post(at(stranger, f"map/changes/{edit.pk}/undo/")).status_code == 404
    assert theirs.get(at(tenant, "map/changes/")).status_code == 404
    with tenant.work():
        assert PlanEdit.objects.get(pk=edit.pk).undone_at is None


def test_list_costs_the_same_with_one_row_and_fifty(tenant: Tenant) -> None:
    row = topic(tenant)

    def fill(count: int) -> None:
        for n in range(count):
            with tenant.work():
                fresh = type(row).objects.get()
                services.topic_change(fresh.pk, expected_version=fresh.version, name=f"Name {count} {n}")

    few, many = queries_with_1_and_50(browser_of(tenant.owner), at(tenant, "map/changes/"), fill)
    assert few == many
