"""Keywords, map, clusters and ideas in the console."""

from uuid import uuid4

import pytest

from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.console.tests.plan import at, cluster, idea, keyword, undo_of
from igny8_core.modules.billing.services import credits_grant
from igny8_core.modules.planner.models import ContentIdea, Keyword
from igny8_core.modules.system.selectors import industry_list
from igny8_core.modules.writer.models import WritingTask
from igny8_core.tenancy.models import Job, JobState
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db


def test_empty_pages_teach_the_next_step(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    assert "No keywords yet" in page_text(client, at(tenant, "keywords/"))
    assert "Bring in keywords first" in page_text(client, at(tenant, "map/"))
    assert "Ideas come from clusters" in page_text(client, at(tenant, "ideas/"))
    keyword(tenant, "descale")
    assert "Group them" in page_text(client, at(tenant, "map/"))


def test_keywords_are_narrowed_and_ordered_by_the_address(tenant: Tenant) -> None:
    keyword(tenant, "cheap kettle", volume=900, difficulty=10, status="archived")
    keyword(tenant, "gooseneck kettle", volume=100, difficulty=60)
    keyword(tenant, "unknown bean")
    client = browser_of(tenant.viewer)

    def shown(query: str) -> list[str]:
        body = page_text(client, at(tenant, f"keywords/?{query}"))
        found = sorted(
            (body.find(f">{text}<"), text) for text in ("cheap kettle", "gooseneck kettle", "unknown bean")
        )
        return [text for place, text in found if place >= 0]

    assert shown("") == ["cheap kettle", "gooseneck kettle", "unknown bean"]
    assert shown("ordering=difficulty") == ["cheap kettle", "gooseneck kettle", "unknown bean"]
    assert shown("ordering=volume") == ["gooseneck kettle", "cheap kettle", "unknown bean"]
    assert shown("search=kettle&volume_min=500") == ["cheap kettle"]
    assert shown("status=new") == ["gooseneck kettle", "unknown bean"]
    assert shown("difficulty_max=20") == ["cheap kettle"]
    assert shown("search=nothing") == []
    assert "Nothing matches" in page_text(client, at(tenant, "keywords/?search=nothing"))


def test_filter_that_makes_no_sense_says_so_and_narrows_nothing(tenant: Tenant) -> None:
    keyword(tenant, "kettle")
    body = page_text(browser_of(tenant.owner), at(tenant, "keywords/?volume_min=many&page=x&status=odd"))
    assert "Enter a whole number." in body
    assert ">kettle<" in body


def test_keyword_is_added_by_hand_once(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    assert "“Drip kettle” is added" in said(
        client.post(at(tenant, "keywords/"), {"text": "Drip kettle"}), client
    )
    again = client.post(at(tenant, "keywords/"), {"text": "drip kettle"})
    assert again.status_code == 400
    with tenant.work():
        assert Keyword.objects.get().text == "Drip kettle"


def test_bulk_archives_all_or_none(tenant: Tenant) -> None:
    rows = [keyword(tenant, f"kettle {n}") for n in range(3)]
    client = browser_of(tenant.member)
    address = at(tenant, "keywords/status/")
    missing = client.post(address, {"id": [str(rows[0].pk), str(uuid4())], "status": "archived"})
    assert missing.status_code == 404
    assert "Choose some rows first" in said(client.post(address, {"status": "archived"}), client)
    answer = client.post(address, {"id": [str(row.pk) for row in rows], "status": "archived"})
    assert said(answer, client) == "3 keywords are archived."
    with tenant.work():
        assert set(Keyword.objects.values_list("status", flat=True)) == {"archived"}


def test_viewer_reads_and_changes_nothing(tenant: Tenant) -> None:
    row, group = keyword(tenant, "kettle"), cluster(tenant)
    thought = idea(tenant, group)
    client = browser_of(tenant.viewer)
    assert "data-bulk-bar" not in page_text(client, at(tenant, "keywords/"))
    assert "your role reads" in page_text(client, at(tenant, "ideas/"))
    assert "your role reads" in page_text(client, at(tenant, f"clusters/{group.pk}/"))
    for page, body in (
        ("keywords/status/", {"id": str(row.pk), "status": "archived"}),
        ("ideas/accept/", {"id": str(thought.pk)}),
        ("keywords/cluster/", {}),
        ("keywords/delete/", {"id": str(row.pk)}),
        (f"ideas/{thought.pk}/write/", {}),
        ("ideas/find/", {}),
    ):
        assert client.post(at(tenant, page), body).status_code in (302, 403)
    for page, body in (("keywords/", {"text": "new one"}), ("keywords/seeds/", {"seed": "x/y"})):
        assert client.post(at(tenant, page), body).status_code == 403
    with tenant.work():
        assert Keyword.objects.get().status == "new"
        assert ContentIdea.objects.get().state == "new"
        assert not Job.objects.exists()


def test_rows_of_another_site_are_not_on_this_ones_pages(tenant: Tenant) -> None:
    group = cluster(tenant)
    thought, other = idea(tenant, group), site_make(tenant)
    client = browser_of(tenant.owner)
    for page in (f"clusters/{group.pk}/", f"ideas/{thought.pk}/"):
        assert client.get(f"/sites/{other.pk}/{page}").status_code == 404


def test_ideas_are_decided_in_bulk(tenant: Tenant) -> None:
    group = cluster(tenant)
    rows = [idea(tenant, group, f"Idea {n}") for n in range(3)]
    client, ids = browser_of(tenant.member), [str(row.pk) for row in rows]
    assert said(client.post(at(tenant, "ideas/accept/"), {"id": ids}), client) == "3 ideas are accepted."
    assert said(client.post(at(tenant, "ideas/reject/"), {"id": ids[:1]}), client) == "1 idea is rejected."
    body = page_text(client, at(tenant, "ideas/?state=rejected"), **{"HX-Request": "true"})
    assert "Idea 0" in body
    assert "Idea 1" not in body


def test_idea_shows_its_brief(tenant: Tenant) -> None:
    row = idea(tenant, cluster(tenant), score=63.2, score_parts={"volume": 0.5, "form": "how-to"})
    body = page_text(browser_of(tenant.viewer), at(tenant, f"ideas/{row.pk}/"))
    for text in ("Why scale matters", "What is scale?", "descaling", "63", "How-to"):
        assert text in body


@pytest.mark.parametrize("page", ["keywords/", "map/", "ideas/", "cluster"])
def test_pages_cost_the_same_with_one_row_and_fifty(tenant: Tenant, page: str) -> None:
    group = cluster(tenant, "First", volume=10)
    numbers = iter(range(100))

    def fill(count: int) -> None:
        for _ in range(count):
            n = next(numbers)
            keyword(tenant, f"kettle {n}", cluster=group)
            idea(tenant, cluster(tenant, f"Topic {n}"), f"Idea {n}")

    address = f"clusters/{group.pk}/" if page == "cluster" else page
    few, many = queries_with_1_and_50(browser_of(tenant.owner), at(tenant, address), fill)
    assert few == many


def test_stranger_finds_nothing(tenant: Tenant, stranger: Tenant) -> None:
    group = cluster(tenant)
    client = browser_of(stranger.owner)
    for page in ("keywords/", "map/", "ideas/", f"clusters/{group.pk}/"):
        assert client.get(at(tenant, page)).status_code == 404


def test_jobs_are_started_once(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    for _ in range(2):
        assert "are being grouped" in said(client.post(at(tenant, "keywords/cluster/")), client)
        assert "looking for ideas" in said(client.post(at(tenant, "ideas/find/")), client)
    with tenant.work():
        kinds = sorted(Job.objects.values_list("kind", flat=True))
        sites = set(Job.objects.values_list("site_id", flat=True))
    assert kinds == ["planner.cluster_keywords", "planner.generate_ideas"]
    assert sites == {tenant.site.pk}


def test_archiving_is_taken_back_to_what_was_before(tenant: Tenant) -> None:
    rows = [keyword(tenant, "free"), keyword(tenant, "used", status="in_use", cluster=cluster(tenant))]
    client, page = browser_of(tenant.member), at(tenant, "keywords/")
    client.post(at(tenant, "keywords/status/"), {"id": [str(row.pk) for row in rows], "status": "archived"})
    address = undo_of(client, page)
    assert browser_of(tenant.member).post(address).status_code == 404  # another session knows nothing of it
    assert said(client.post(address), client) == "Everything is as it was."
    with tenant.work():
        assert dict(Keyword.objects.values_list("text", "status")) == {"free": "new", "used": "in_use"}
    assert client.post(address).status_code == 404


def test_keywords_leave_the_archive_to_where_they_belong(tenant: Tenant) -> None:
    rows = [
        keyword(tenant, "free", status="archived"),
        keyword(tenant, "placed", status="archived", cluster=cluster(tenant)),
    ]
    client = browser_of(tenant.member)
    answer = client.post(
        at(tenant, "keywords/status/"), {"id": [str(row.pk) for row in rows], "status": "new"}
    )
    assert said(answer, client) == "2 keywords are no longer archived."
    with tenant.work():
        assert dict(Keyword.objects.values_list("text", "status")) == {"free": "new", "placed": "clustered"}


def test_deleted_keywords_come_back(tenant: Tenant) -> None:
    rows = [keyword(tenant, f"kettle {n}") for n in range(2)]
    client = browser_of(tenant.member)
    missing = client.post(at(tenant, "keywords/delete/"), {"id": [str(rows[0].pk), str(uuid4())]})
    assert missing.status_code == 404
    client.post(at(tenant, "keywords/delete/"), {"id": [str(row.pk) for row in rows]})
    with tenant.work():
        assert Keyword.objects.count() == 0
    address = undo_of(client, at(tenant, "keywords/"))
    assert said(client.post(address), client) == "2 keywords are back."
    with tenant.work():
        assert Keyword.objects.count() == 2


def test_decisions_on_ideas_are_taken_back_where_the_states_allow_it(tenant: Tenant) -> None:
    group = cluster(tenant)
    new, accepted = idea(tenant, group, "New"), idea(tenant, group, "Accepted", state="accepted")
    failed = idea(tenant, group, "Failed", state="failed")
    client, page = browser_of(tenant.member), at(tenant, "ideas/")
    client.post(at(tenant, "ideas/reject/"), {"id": [str(new.pk), str(accepted.pk)]})
    client.post(undo_of(client, page))
    with tenant.work():
        states = dict(ContentIdea.objects.values_list("title", "state"))
    assert states == {"New": "new", "Accepted": "accepted", "Failed": "failed"}
    client.get(page)
    client.post(at(tenant, "ideas/accept/"), {"id": str(failed.pk)})
    assert "/undo/" not in client.get(page).content.decode()


def test_idea_is_written_now_for_its_price(tenant: Tenant) -> None:
    row = idea(tenant, cluster(tenant))
    page = at(tenant, f"ideas/{row.pk}/")
    assert "not enough credits" in page_text(browser_of(tenant.member), page)
    with tenant.work():
        credits_grant(50, reason="for a test", idempotency_key="test")
    client = browser_of(tenant.member)
    assert "About 2 credits for 900 words; 50 are free." in page_text(client, page)
    assert "your role reads" in page_text(browser_of(tenant.viewer), page)
    answers = [client.post(f"{page}write/") for _ in range(2)]
    with tenant.work():
        job, task = Job.objects.get(), WritingTask.objects.get()
        assert ContentIdea.objects.get().state == "queued"
    assert [answer["Location"] for answer in answers] == [f"/jobs/{job.pk}/"] * 2
    assert (job.kind, job.payload) == ("writer.write_article", {"task_id": str(task.pk)})
    assert "Write it now" not in page_text(client, page)


def test_idea_of_another_site_is_not_written(tenant: Tenant) -> None:
    row, other = idea(tenant, cluster(tenant)), site_make(tenant)
    answer = browser_of(tenant.owner).post(f"/sites/{other.pk}/ideas/{row.pk}/write/")
    assert answer.status_code == 404
    with tenant.work():
        assert not WritingTask.objects.exists()


def test_seed_keywords_are_added_once(tenant: Tenant) -> None:
    client, page = browser_of(tenant.member), at(tenant, "keywords/seeds/")
    industry = industry_list()[0]
    body = {"seed": f"{industry.slug}/{industry.sectors[0].slug}", "sector_id": str(tenant.sector.pk)}
    count = len(industry.sectors[0].keywords)
    assert industry.sectors[0].name in page_text(client, page).replace("&amp;", "&")
    assert said(client.post(page, body), client) == f"{count} keywords are added; 0 were there already."
    assert said(client.post(page, body), client) == f"0 keywords are added; {count} were there already."
    with tenant.work():
        assert set(Keyword.objects.values_list("sector_id", flat=True)) == {tenant.sector.pk}
    assert client.post(page, {"seed": "no/such"}).status_code == 400


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("keywords/", "planner.cluster_keywords"),
        ("map/", "planner.generate_ideas"),
        ("ideas/", "planner.generate_ideas"),
    ],
)
def test_page_shows_its_job_until_it_has_ended(tenant: Tenant, page: str, kind: str) -> None:
    with tenant.work():
        job = Job.objects.create(kind=kind, site_id=tenant.site.pk, progress_message="Half way")
        Job.objects.create(
            kind="writer.write_article", site_id=tenant.site.pk, progress_message="Another page's"
        )
    client, polled = browser_of(tenant.member), {"HX-Request": "true", "HX-Target": "job"}
    body = page_text(client, at(tenant, page))
    assert "Half way" in body
    assert "Another page" not in body
    assert f"/jobs/{job.pk}/cancel/" in body
    assert "/cancel/" not in page_text(browser_of(tenant.viewer), at(tenant, page))
    assert "HX-Refresh" not in client.get(at(tenant, page), headers=polled)
    assert said(client.post(f"/jobs/{job.pk}/cancel/", {"next": at(tenant, page)}), client) != ""
    with tenant.work():
        assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
    assert client.get(at(tenant, page), headers=polled)["HX-Refresh"] == "true"
