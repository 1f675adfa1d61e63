"""Pages, overlaps and the question before a second page, in the console."""

import re

import pytest

from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.console.tests.plan import at, cluster, idea, undo_of
from igny8_core.modules.planner import services
from igny8_core.modules.planner.models import Cluster, ContentIdea, PlanFinding, SitePage
from igny8_core.semantics.variants import variant_key
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db


def page_make(tenant: Tenant, query: str) -> SitePage:
    with tenant.work():
        return services.page_record(
            site_id=tenant.site.pk,
            url=f"https://{tenant.site.domain}/{query.replace(' ', '-')}",
            head_query=query,
            source="published",
            content_id=None,
        )


def finding_make(tenant: Tenant, query: str, **fields: object) -> PlanFinding:
    values: dict[str, object] = {"kind": "pages_query", "action": "merge", "key": query, **fields}
    share = {"impressions": 30, "clicks": 1, "position": 4.5, "previous_position": 9.0, "share": 0.75}
    evidence = {"reason": "swing", "similarity": None, "shares": [{"url": "https://e.test/a", **share}]}
    with tenant.work():
        return PlanFinding.objects.create(site=tenant.site, query=query, evidence=evidence, **values)


def served(tenant: Tenant) -> ContentIdea:
    """An idea that a page answers."""
    page_make(tenant, "moka pot")
    return idea(tenant, cluster(tenant), "Moka pots", variant_key=variant_key("moka pots", "en"))


def test_empty_pages_teach_the_next_step(tenant: Tenant) -> None:
    body = page_text(browser_of(tenant.member), at(tenant, "pages/"))
    assert "No pages yet" in body
    assert "Nobody has looked yet" in page_text(browser_of(tenant.member), at(tenant, "overlaps/"))
    assert "your role reads" in page_text(browser_of(tenant.viewer), at(tenant, "overlaps/"))


def test_pages_are_added_and_narrowed(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    text = f"https://{tenant.site.domain}/tea-kettle,Kettles\nhttps://{tenant.site.domain}/moka-pot\nno"
    told = said(client.post(at(tenant, "pages/"), {"text": text}), client)
    assert told == "2 pages are added. 0 were known, 1 are no address of this site."
    body = page_text(client, at(tenant, "pages/?search=kettle"), **{"HX-Request": "true"})
    assert "Kettles" in body
    assert "/moka-pot" not in body
    assert "Nothing matches" in page_text(client, at(tenant, "pages/?is_removed=1"))
    assert "read from its address" in page_text(browser_of(tenant.viewer), at(tenant, "pages/"))


def test_page_is_changed_unless_somebody_else_did(tenant: Tenant) -> None:
    row = page_make(tenant, "moka pot")
    client, address = browser_of(tenant.member), at(tenant, f"pages/{row.pk}/")
    change = {"head_query": "Kettle", "title": "Kettles", "version": row.version}
    assert said(client.post(address, change), client) == "The page is saved."
    assert client.post(address, change).status_code == 412
    with tenant.work():
        saved = SitePage.objects.get()
    assert (saved.head_query, saved.query_source, saved.title) == ("kettle", "person", "Kettles")
    assert "kettle" in page_text(browser_of(tenant.viewer), address)


def test_saving_the_same_query_leaves_whose_word_it_is(tenant: Tenant) -> None:
    row = page_make(tenant, "moka pot")
    change = {"head_query": "moka pot", "is_removed": "on", "version": row.version}
    browser_of(tenant.member).post(at(tenant, f"pages/{row.pk}/"), change)
    with tenant.work():
        saved = SitePage.objects.get()
    assert (saved.query_source, saved.removed_at is None) == ("article", False)


def test_overlaps_are_shown_narrowed_dismissed_and_taken_back(tenant: Tenant) -> None:
    rows = [finding_make(tenant, "moka pot"), finding_make(tenant, "kettle", kind="pages_search")]
    client, page = browser_of(tenant.member), at(tenant, "overlaps/")
    body = page_text(client, page)
    for text in ("They take the lead", "75 %", "position 4.5", "Merge the first"):
        assert text in re.sub(r"\s+", " ", body)
    narrowed = page_text(client, f"{page}?kind=pages_search", **{"HX-Request": "true"})
    assert ("kettle" in narrowed, "moka pot" in narrowed) == (True, False)
    ids = [str(row.pk) for row in rows]
    client.post(f"{page}dismiss/", {"id": ids})
    address = undo_of(client, page)
    assert "Open again" in page_text(client, f"{page}?state=dismissed")
    assert said(client.post(f"{page}reopen/", {"id": ids[:1]}), client) == "1 overlap is open again."
    assert said(client.post(address), client) == "Everything is as it was."
    with tenant.work():
        assert set(PlanFinding.objects.values_list("state", flat=True)) == {"open"}


def test_look_is_started_once(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    for _ in range(2):
        assert "comparing" in said(client.post(at(tenant, "overlaps/look/")), client)
    with tenant.work():
        assert Job.objects.get().kind == "planner.find_conflicts"


def test_second_page_for_a_query_is_asked_about(tenant: Tenant) -> None:
    row = served(tenant)
    client, ids = browser_of(tenant.member), {"id": [str(row.pk)], "next": at(tenant, "ideas/")}
    assert "Answered already" in page_text(client, at(tenant, "ideas/"))
    assert "refresh that page instead" in page_text(client, at(tenant, f"ideas/{row.pk}/"))
    asked = client.post(at(tenant, "ideas/accept/"), ids)
    assert asked.status_code == 409
    assert "Accept 1 idea all the same" in asked.content.decode()
    with tenant.work():
        assert ContentIdea.objects.get().state == "new"
    answer = client.post(at(tenant, "ideas/accept/"), {**ids, "is_confirmed": "1"})
    assert said(answer, client) == "1 idea is accepted."


def test_improvement_is_done_by_hand(tenant: Tenant) -> None:
    page = page_make(tenant, "moka pot")
    row = idea(tenant, cluster(tenant), "Better", kind="refresh", page=page, state="accepted")
    client = browser_of(tenant.member)
    body = page_text(client, at(tenant, f"ideas/{row.pk}/"))
    assert "It is improved" in body
    assert "Write now" not in body
    assert "Refresh" in page_text(client, at(tenant, "ideas/?kind=refresh"))
    assert said(client.post(at(tenant, f"ideas/{row.pk}/done/")), client) == "The page is improved."
    with tenant.work():
        assert ContentIdea.objects.get().state == "completed"


def test_owner_is_set_by_a_person(tenant: Tenant) -> None:
    page, group = page_make(tenant, "moka pot"), cluster(tenant)
    client = browser_of(tenant.member)
    address = at(tenant, f"clusters/{group.pk}/owner/")
    assert said(client.post(address, {"page": str(page.pk)}), client) == "The owner is set."
    with tenant.work():
        assert Cluster.objects.get().owner_page_id == page.pk
    client.post(address, {"page": ""})
    with tenant.work():
        assert Cluster.objects.get().owner_page_id is None


def test_viewer_changes_nothing_and_is_told_why(tenant: Tenant) -> None:
    row, finding, group = page_make(tenant, "moka pot"), finding_make(tenant, "moka pot"), cluster(tenant)
    client = browser_of(tenant.viewer)
    posts = {
        "pages/": {"text": f"https://{tenant.site.domain}/a"},
        f"pages/{row.pk}/": {"head_query": "x", "version": row.version},
        "overlaps/look/": {},
        "overlaps/dismiss/": {"id": [str(finding.pk)]},
        "overlaps/reopen/": {"id": [str(finding.pk)]},
        f"clusters/{group.pk}/owner/": {"page": str(row.pk)},
    }
    for path, body in posts.items():
        assert client.post(at(tenant, path), body).status_code in (302, 403), path
    with tenant.work():
        assert (SitePage.objects.get().head_query, PlanFinding.objects.get().state) == ("moka pot", "open")
        assert Cluster.objects.get().owner_page_id is None
        assert not Job.objects.exists()
    for path in ("pages/", f"pages/{row.pk}/", "overlaps/"):
        assert "your role reads" in page_text(client, at(tenant, path)), path


def test_stranger_and_another_site_find_nothing(tenant: Tenant, stranger: Tenant) -> None:
    row, finding = page_make(tenant, "moka pot"), finding_make(tenant, "moka pot")
    client = browser_of(stranger.owner)
    for path in ("pages/", f"pages/{row.pk}/", "overlaps/"):
        assert client.get(at(tenant, path)).status_code == 404
    other = site_make(tenant)
    assert browser_of(tenant.owner).get(f"/sites/{other.pk}/pages/{row.pk}/").status_code == 404
    foreign = {"id": [str(finding.pk)]}
    assert client.post(at(stranger, "overlaps/dismiss/"), foreign).status_code == 404
    with tenant.work():
        assert PlanFinding.objects.get().state == "open"


@pytest.mark.parametrize("path", ["pages/", "overlaps/", "ideas/"])
def test_pages_cost_the_same_with_one_row_and_fifty(tenant: Tenant, path: str) -> None:
    numbers = iter(range(100))
    group = cluster(tenant)

    def fill(count: int) -> None:
        for _ in range(count):
            n = next(numbers)
            row = page_make(tenant, f"pot {n}")
            other = idea(tenant, group, f"Pots {n}", variant_key=variant_key(f"pots {n}", "en"))
            finding_make(tenant, f"pot {n}", kind="idea_served", page=row, idea=other)

    few, many = queries_with_1_and_50(browser_of(tenant.owner), at(tenant, path), fill)
    assert few == many
