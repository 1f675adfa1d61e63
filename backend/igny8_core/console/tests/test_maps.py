"""The map: its picture, clusters made and changed in bulk, and grouping with its counts and price."""

import re
from uuid import uuid4

import pytest

from igny8_core.console.pictures import label
from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.console.tests.plan import at, cluster, keyword, topic, undo_of
from igny8_core.modules.billing.services import credits_grant
from igny8_core.modules.planner.models import Cluster, Keyword, Topic
from igny8_core.tenancy.models import Job, JobState
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db


def test_map_draws_each_cluster_as_a_link(tenant: Tenant) -> None:
    groups = [cluster(tenant, f"Topic {n}", volume=n * 100, keywords_count=n) for n in range(1, 6)]
    body = page_text(browser_of(tenant.viewer), at(tenant, "map/"))
    assert body.count('class="bubble new"') == 5
    for group in groups:
        assert body.count(at(tenant, f"clusters/{group.pk}/")) == 2  # in the picture and in the table


def test_table_of_the_map_has_pages_and_the_page_stays_small(tenant: Tenant) -> None:
    care = topic(tenant, "how to care for a coffee machine")
    with tenant.work():
        Cluster.objects.bulk_create(
            Cluster(site=tenant.site, name=f"descaling a coffee machine {n}", volume=n, topic=care)
            for n in range(400)
        )
    client = browser_of(tenant.owner)
    body, last = (page_text(client, at(tenant, f"map/?page={n}")) for n in (1, 8))
    assert [one.count('<td class="main">') for one in (body, last)] == [50, 50]
    assert "machine 399<" in body
    assert "machine 0<" in last
    assert "351–400 of 400" in last
    assert len(body.encode()) < 112_000  # style and scripts are 87,000 more


def test_map_brings_the_clusters_of_a_topic_together_under_its_name(tenant: Tenant) -> None:
    care = topic(tenant)
    for number in range(3):
        cluster(tenant, f"Cleaning {number}", volume=900, keywords_count=3, topic=care)
    cluster(tenant, "Alone", volume=10, keywords_count=1)
    body = page_text(browser_of(tenant.viewer), at(tenant, "map/"))
    assert body.count('<g class="group">') == 2
    assert body.count('<text class="topic"') == 1
    assert body.count(">Care</a></td>") == 3


@pytest.mark.parametrize(("asked", "granularity"), [("fine", "fine"), ("", "normal"), ("huge", "normal")])
def test_granularity_of_a_run_is_chosen_on_the_map(tenant: Tenant, asked: str, granularity: str) -> None:
    keyword(tenant, "descale a kettle")
    browser_of(tenant.member).post(at(tenant, "keywords/cluster/"), {"granularity": asked})
    with tenant.work():
        assert Job.objects.get(kind="planner.cluster_keywords").payload["granularity"] == granularity


@pytest.mark.parametrize(
    ("name", "radius", "lines"),
    [
        ("moka pot", 20, ()),
        ("moka pot", 40, ("moka pot",)),
        ("coffee beans", 26, ("coffee", "beans")),
        ("how to clean a coffee maker", 40, ("how to", "clean a", "coffee", "maker")),
        ("how to clean a coffee maker", 34, ("how to", "clean a", "coffee…")),
        ("descaling solutions", 26, ()),
    ],
)
def test_name_is_cut_between_words_to_its_circle(name: str, radius: float, lines: tuple[str, ...]) -> None:
    assert label(name, radius) == lines


def ids_of(*rows: Cluster) -> dict[str, list[str]]:
    return {"id": [str(row.pk) for row in rows]}


def names(tenant: Tenant) -> set[str]:
    with tenant.work():
        return set(Cluster.objects.values_list("name", flat=True))


def test_empty_cluster_is_made_by_hand_and_taken_back(tenant: Tenant) -> None:
    client, page = browser_of(tenant.member), at(tenant, "map/")
    body = {"name": "Descaling", "sector_id": str(tenant.sector.pk)}
    assert "“Descaling” is made" in said(client.post(page, body), client)
    with tenant.work():
        made = Cluster.objects.get()
    assert (made.name, made.sector_id, made.keywords_count) == ("Descaling", tenant.sector.pk, 0)
    assert "No keywords in it" in page_text(client, at(tenant, f"clusters/{made.pk}/"))
    assert client.post(page, {"name": ""}).status_code == 400
    client.post(page, {"name": "Second"})
    assert said(client.post(undo_of(client, page)), client) == "Everything is as it was."
    assert names(tenant) == {"Descaling"}


def test_clusters_are_locked_and_unlocked_together(tenant: Tenant) -> None:
    rows = [cluster(tenant, f"Group {n}") for n in range(2)]
    client, address = browser_of(tenant.member), at(tenant, "clusters/lock/")
    answer = client.post(address, {**ids_of(*rows), "is_locked": "1"})
    assert said(answer, client) == "2 clusters are locked."
    again = client.post(address, {**ids_of(*rows), "is_locked": "1"})
    assert said(again, client) == "Nothing had to be changed."
    assert (
        said(client.post(address, {**ids_of(rows[0]), "is_locked": "0"}), client) == "1 cluster is unlocked."
    )
    with tenant.work():
        assert dict(Cluster.objects.values_list("name", "is_locked")) == {"Group 0": False, "Group 1": True}


def test_clusters_are_deleted_all_or_none_and_come_back(tenant: Tenant) -> None:
    rows = [cluster(tenant, "Free"), cluster(tenant, "Held", is_locked=True)]
    keyword(tenant, "descale", cluster=rows[0], status="clustered")
    client, address = browser_of(tenant.member), at(tenant, "clusters/delete/")
    assert "locked; unlock it first" in said(client.post(address, ids_of(*rows)), client)
    assert client.post(address, {"id": [str(rows[0].pk), str(uuid4())]}).status_code == 404
    assert "Choose some rows first" in said(client.post(address), client)
    assert names(tenant) == {"Free", "Held"}
    told = said(client.post(address, ids_of(rows[0])), client)
    assert told == "1 cluster is deleted; its keywords are set aside."
    client.post(address, ids_of(rows[1]))  # refused once more, and nothing hides the undo of the first
    client.post(undo_of(client, at(tenant, "map/changes/")))
    with tenant.work():
        assert Keyword.objects.get().cluster_id == rows[0].pk
    assert names(tenant) == {"Free", "Held"}


def test_clusters_are_merged_into_the_one_that_is_chosen(tenant: Tenant) -> None:
    rows = [cluster(tenant, f"Group {n}", volume=n) for n in range(3)]
    keyword(tenant, "descale", cluster=rows[0], status="clustered")
    client, address = browser_of(tenant.member), at(tenant, "clusters/merge/")
    asked = client.post(address, ids_of(*rows[:2])).content.decode()
    assert "Merge 2 clusters into one of them" in asked
    assert set(re.findall(r'name="into" value="([^"]+)"', asked)) == {str(row.pk) for row in rows[:2]}
    answer = client.post(address, {**ids_of(*rows[:2]), "into": str(rows[1].pk)})
    assert said(answer, client) == "1 cluster is merged into “Group 1”."
    assert names(tenant) == {"Group 1", "Group 2"}
    with tenant.work():
        assert Keyword.objects.get().cluster_id == rows[1].pk
    client.post(undo_of(client, at(tenant, "map/changes/")))
    assert names(tenant) == {"Group 0", "Group 1", "Group 2"}


def test_one_cluster_is_merged_into_another_that_is_searched_for(tenant: Tenant) -> None:
    row, other = cluster(tenant, "Descaling"), cluster(tenant, "Limescale")
    for name in ("Kettles", "Pots"):
        cluster(tenant, name)
    cluster(tenant, "Scales", sector=tenant.sector)
    client, address = browser_of(tenant.member), at(tenant, "clusters/merge/")

    def offered(**search: str) -> list[str]:
        return re.findall(
            r"Merge into this one: ([^\"]+)", client.post(address, {**ids_of(row), **search}).content.decode()
        )

    assert set(offered()) == {"Limescale", "Kettles", "Pots"}  # neither itself nor one of another sector
    assert offered(search="scale") == ["Limescale"]
    answer = client.post(address, {**ids_of(row), "into": str(other.pk)})
    assert answer["Location"] == at(tenant, f"clusters/{other.pk}/")


def test_clusters_of_different_sectors_are_not_merged(tenant: Tenant) -> None:
    rows = [cluster(tenant, "One", sector=tenant.sector), cluster(tenant, "Two", sector=tenant.other_sector)]
    client = browser_of(tenant.member)
    told = said(client.post(at(tenant, "clusters/merge/"), ids_of(*rows)), client)
    assert "different sectors" in told
    assert "different sectors" in said(client.post(at(tenant, "clusters/topic/"), ids_of(*rows)), client)


def test_clusters_get_a_topic_that_is_there_or_a_new_one(tenant: Tenant) -> None:
    care = topic(tenant)
    topic(tenant, "Held", is_locked=True)
    topic(tenant, "Elsewhere", sector=tenant.sector)
    rows = [cluster(tenant, f"Group {n}") for n in range(2)]
    client, address = browser_of(tenant.member), at(tenant, "clusters/topic/")
    asked = client.post(address, ids_of(*rows)).content.decode()
    assert re.findall(r"Give this topic: ([^\"]+)", asked) == ["Care"]
    answer = client.post(address, {**ids_of(*rows), "topic": str(care.pk)})
    assert said(answer, client) == "2 clusters have the topic."
    assert client.post(address, {**ids_of(rows[0]), "name": " "}).status_code == 400
    client.post(address, {**ids_of(rows[0]), "name": "Tea"})
    with tenant.work():
        found = dict(Cluster.objects.values_list("name", "topic__name"))
        assert found == {"Group 0": "Tea", "Group 1": "Care"}
    client.post(undo_of(client, at(tenant, "map/changes/")))
    with tenant.work():
        assert not Topic.objects.filter(name="Tea").exists()


def test_counts_come_before_grouping(tenant: Tenant) -> None:
    keyword(tenant, "descale a kettle")
    client, page = browser_of(tenant.member), at(tenant, "map/group/")
    assert "1 keyword has no cluster yet" in page_text(client, page)
    assert "We are counting" in said(client.post(at(tenant, "map/group/count/")), client)
    with tenant.work():
        job = Job.objects.get()
        assert job.kind == "planner.preview_clusters"
        counts = {"keywords": 1, "coarse": 3, "normal": 5, "fine": 1}
        Job.objects.filter(pk=job.pk).update(
            state=JobState.SUCCEEDED, counts=counts, finished_at=job.created_at
        )
    body = page_text(client, page)
    assert [text in body for text in ("3 new clusters", "5 new clusters", "1 new cluster<")] == [True] * 3
    client.post(at(tenant, "keywords/cluster/"))
    assert "new cluster" not in page_text(client, page).replace("new clusters</h2>", "").replace(
        "Size of new clusters", ""
    )


def test_price_of_the_providers_vectors_stands_beside_them(
    tenant: Tenant, settings: pytest.FixtureRequest
) -> None:
    for n in range(2):
        keyword(tenant, f"descale {n}")
    client, page, start = browser_of(tenant.member), at(tenant, "map/group/"), at(tenant, "keywords/cluster/")
    assert "provider" not in page_text(client, page)
    settings.EMBEDDING_MODEL, settings.EMBEDDING_BASE_URL = "fake", "http://127.0.0.1:1"  # type: ignore[attr-defined]  # pytest-django's
    body = page_text(client, page)
    assert "1 credit<" in body
    assert "2 texts are new to the provider" in body
    assert "not enough credits" in body
    asked = {"vectors": "provider", "next": page}
    refused = client.post(start, asked)
    assert refused["Location"] == page
    assert "credit" in said(refused, client)
    with tenant.work():
        assert not Job.objects.exists()
        credits_grant(5, reason="for a test", idempotency_key="test")
    client.post(start, asked)
    with tenant.work():
        assert Job.objects.get().payload["vectors"] == "provider"


def test_keywords_set_aside_are_released_from_the_form(tenant: Tenant) -> None:
    keyword(tenant, "descale", cluster_source="human")
    client, page = browser_of(tenant.member), at(tenant, "map/group/")
    assert "1 keyword is set aside" in page_text(client, page)
    address = at(tenant, "keywords/release/")
    told = said(client.post(address, {"all": "1", "next": page}), client)
    assert told == "1 keyword will be placed by the next run."
    assert "is set aside" not in page_text(client, page)
    assert client.post(address, {"all": "1"}).status_code == 404


def test_viewer_sees_no_form_and_edits_nothing(tenant: Tenant) -> None:
    row, other = cluster(tenant), cluster(tenant, "Other")
    client = browser_of(tenant.viewer)
    for page in ("map/", "map/group/"):
        body = page_text(client, at(tenant, page))
        assert re.findall(r'<form method="post"[^>]*action="([^"]+)"', body) == ["/sign-out/"], page
        assert 'name="id"' not in body
    assert "your role reads" in page_text(client, at(tenant, "map/group/"))
    chosen = ids_of(row)
    for page, body in (
        ("clusters/lock/", {**chosen, "is_locked": "1"}),
        ("clusters/delete/", chosen),
        ("clusters/merge/", {**chosen, "into": str(other.pk)}),
        ("clusters/topic/", {**chosen, "name": "Care"}),
        ("map/group/count/", {}),
    ):
        assert client.post(at(tenant, page), body).status_code in (302, 403), page
    assert client.post(at(tenant, "map/"), {"name": "Third"}).status_code == 403
    with tenant.work():
        assert not Cluster.objects.filter(is_locked=True).exists()
        assert not Topic.objects.exists()
        assert not Job.objects.exists()
    assert names(tenant) == {"Descaling", "Other"}


@pytest.mark.parametrize("page", ["lock", "delete", "merge", "topic"])
def test_clusters_of_another_site_or_account_are_not_there(
    tenant: Tenant, stranger: Tenant, page: str
) -> None:
    other_site = site_make(tenant)
    with tenant.work():
        other = Cluster.objects.create(site=other_site, name="Next door", head_keyword="x")
    mine, foreign = cluster(tenant), cluster(stranger)
    care = topic(stranger)
    client, address = browser_of(tenant.owner), at(tenant, f"clusters/{page}/")
    extra = {"is_locked": "1", "into": str(mine.pk), "topic": ""}
    for row in (other, foreign):
        assert client.post(address, {**ids_of(mine, row), **extra}).status_code == 404
    if page == "merge":
        assert client.post(address, {**ids_of(mine), "into": str(other.pk)}).status_code == 404
        assert client.post(address, {**ids_of(mine), "into": "x"}).status_code == 404
    if page == "topic":
        assert client.post(address, {**ids_of(mine), "topic": str(care.pk)}).status_code == 404
    assert names(tenant) == {"Descaling", "Next door"}
    with tenant.work():
        assert not Cluster.objects.filter(is_locked=True).exists()


@pytest.mark.parametrize("page", ["map/", "map/group/"])
def test_pages_cost_the_same_with_one_row_and_fifty(tenant: Tenant, page: str) -> None:
    numbers = iter(range(100))

    def fill(count: int) -> None:
        for _ in range(count):
            n = next(numbers)
            keyword(tenant, f"kettle {n}", cluster_source="human")
            cluster(tenant, f"Topic {n}", topic=topic(tenant, f"Topic {n}"))

    few, many = queries_with_1_and_50(browser_of(tenant.owner), at(tenant, page), fill)
    assert few == many
