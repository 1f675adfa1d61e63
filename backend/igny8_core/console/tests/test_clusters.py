"""A cluster's page and a topic's: their keywords moved, split off and taken out, with why one is there; history."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.console.tests.plan import at, cluster, idea, keyword, topic, undo_of
from igny8_core.modules.planner import services
from igny8_core.modules.planner.models import Cluster, Keyword, PlanEdit, Topic
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db

TEXTS = (
    "descale a kettle",
    "descale kettle with vinegar",
    "kettle descaler",
    "coffee grinder burrs",
    "clean coffee grinder burrs",
    "replace coffee grinder burrs",
)


def test_cluster_says_which_page_owns_it(tenant: Tenant) -> None:
    group = cluster(tenant)
    body = page_text(browser_of(tenant.viewer), at(tenant, f"clusters/{group.pk}/"))
    assert "No page owns this query yet." in body


def test_cluster_is_changed_unless_somebody_else_did(tenant: Tenant) -> None:
    group = cluster(tenant)
    client, address = browser_of(tenant.member), at(tenant, f"clusters/{group.pk}/")
    change = {"name": "Scale", "status": "finalized", "is_locked": "on", "version": group.version}
    assert said(client.post(address, change), client) == "The cluster is saved."
    late = client.post(address, {**change, "name": "Late"})
    assert late.status_code == 412
    assert "Somebody changed this cluster" in late.content.decode()
    with tenant.work():
        row = Cluster.objects.get()
    assert (row.name, row.status, row.is_locked) == ("Scale", "finalized", True)


def filled(tenant: Tenant) -> tuple[Cluster, list[Keyword]]:
    """A cluster of two sorts of keywords."""
    group = cluster(tenant)
    return group, [
        keyword(tenant, text, cluster=group, status="clustered", volume=100 - at)
        for at, text in enumerate(TEXTS)
    ]


def ids_of(*rows: Keyword) -> dict[str, list[str]]:
    return {"id": [str(row.pk) for row in rows]}


def places(tenant: Tenant) -> dict[str, str | None]:
    with tenant.work():
        return dict(Keyword.objects.values_list("text", "cluster__name"))


def test_keywords_are_moved_to_the_cluster_that_is_chosen(tenant: Tenant) -> None:
    group, rows = filled(tenant)
    other, _locked = cluster(tenant, "Grinders"), cluster(tenant, "Held", is_locked=True)
    client, page = browser_of(tenant.member), at(tenant, f"clusters/{group.pk}/")
    address, chosen = at(tenant, "keywords/move/"), {**ids_of(*rows[3:]), "next": page}
    asked = client.post(address, {**chosen, "without": str(group.pk)}).content.decode()
    assert "Move 3 keywords" in asked
    assert re.findall(r"Move here: ([^\"]+)", asked) == ["Grinders"]
    nothing = client.post(address, {**chosen, "search": "tea"}).content.decode()
    assert "No cluster has that in its name" in nothing
    answer = client.post(address, {**chosen, "cluster": str(other.pk)})
    assert answer["Location"] == page
    assert said(answer, client) == "3 keywords are now in “Grinders”."
    assert [text for text, name in places(tenant).items() if name == "Grinders"] == list(TEXTS[3:])
    client.post(address, {**chosen, "cluster": str(group.pk)})
    assert set(places(tenant).values()) == {"Descaling"}
    client.post(undo_of(client, page))
    assert [text for text, name in places(tenant).items() if name == "Grinders"] == list(TEXTS[3:])


def test_move_is_all_or_none(tenant: Tenant) -> None:
    _group, rows = filled(tenant)
    held = cluster(tenant, "Held", is_locked=True)
    stuck = keyword(tenant, "stuck", cluster=held, status="clustered")
    other = cluster(tenant, "Grinders")
    client, address = browser_of(tenant.member), at(tenant, "keywords/move/")
    body = {**ids_of(rows[0], stuck), "cluster": str(other.pk)}
    assert "locked; unlock it first" in said(client.post(address, body), client)
    missing = {"id": [str(rows[0].pk), str(uuid4())], "cluster": str(other.pk)}
    assert client.post(address, missing).status_code == 404
    assert client.post(address, {**ids_of(rows[0]), "cluster": "x"}).status_code == 404
    assert "Grinders" not in places(tenant).values()
    abroad = keyword(tenant, "abroad", sector=tenant.sector)
    assert "different sectors" in said(client.post(address, ids_of(rows[0], abroad)), client)


def test_keywords_taken_out_are_set_aside_until_released(tenant: Tenant) -> None:
    group, rows = filled(tenant)
    client, page = browser_of(tenant.member), at(tenant, f"clusters/{group.pk}/")
    answer = client.post(at(tenant, "keywords/take-out/"), {**ids_of(*rows[:2]), "next": page})
    assert "2 keywords are set aside" in said(answer, client)
    listed = page_text(client, at(tenant, "keywords/?is_set_aside=on"))
    assert [f">{text}<" in listed for text in TEXTS[:3]] == [True, True, False]
    assert listed.count('<span class="chip">set aside</span>') == 2
    client.post(at(tenant, "keywords/release/"), ids_of(rows[0]))
    with tenant.work():
        aside = Keyword.objects.filter(cluster=None, cluster_source="human")
        assert aside.get().text == TEXTS[1]
    client.post(undo_of(client, at(tenant, "map/changes/")))  # of the release
    with tenant.work():
        assert aside.count() == 2


def test_split_is_proposed_altered_and_taken_back(tenant: Tenant) -> None:
    group, _rows = filled(tenant)
    client, page = browser_of(tenant.member), at(tenant, f"clusters/{group.pk}/split/")
    body = page_text(client, page)
    ticked = re.findall(r'name="id" value="([^"]+)" checked', body)
    others = re.findall(r'name="id" value="([^"]+)">', body)
    assert len(ticked) + len(others) == len(TEXTS)
    assert ticked
    version = re.search(r'name="version" value="(\d+)"', body)
    assert version is not None
    sent = {"id": [*ticked, others[0]], "name": "Own", "version": version[1]}
    told = said(client.post(page, sent), client)
    assert told == f"{len(ticked) + 1} keywords left “Descaling” for their own cluster, “Own”."
    with tenant.work():
        left = {str(pk) for pk in Keyword.objects.filter(cluster__name="Own").values_list("pk", flat=True)}
    assert left == set(sent["id"])
    assert "Somebody changed this cluster" in said(client.post(page, {**sent, "id": others[1:2]}), client)
    client.post(undo_of(client, at(tenant, f"clusters/{group.pk}/")))
    assert set(places(tenant).values()) == {"Descaling"}


def test_chosen_keywords_are_split_off_and_not_all_of_them(tenant: Tenant) -> None:
    group, rows = filled(tenant)
    client, address = browser_of(tenant.member), at(tenant, f"clusters/{group.pk}/split/")
    assert "Both parts need" in said(client.post(address, ids_of(*rows)), client)
    told = said(client.post(address, ids_of(*rows[3:])), client)
    assert told == "3 keywords left “Descaling” for their own cluster, “coffee grinder burrs”."


def test_cluster_that_does_not_fall_in_two_says_so(tenant: Tenant) -> None:
    group = cluster(tenant)
    keyword(tenant, "descale", cluster=group)
    body = page_text(browser_of(tenant.member), at(tenant, f"clusters/{group.pk}/split/"))
    assert "does not fall into two" in body


def test_keyword_says_why_it_is_where_it_is(tenant: Tenant) -> None:
    group, rows = filled(tenant)
    cluster(tenant, "Kettle descaling")
    page = at(tenant, f"keywords/{rows[0].pk}/reasons/")
    assert page in page_text(browser_of(tenant.viewer), at(tenant, f"clusters/{group.pk}/"))
    body = page_text(browser_of(tenant.member), page)
    assert "A run put it here" in body
    assert re.search(r"descale kettle with vinegar</span><span[^>]*>0\.\d\d near", body)
    assert "Kettle descaling" in body
    assert "to “Kettle descaling”" in body
    assert "No word speaks for anything else." in body
    assert "to “Kettle descaling”" not in page_text(browser_of(tenant.viewer), page)
    client = browser_of(tenant.member)
    client.post(at(tenant, "keywords/take-out/"), ids_of(rows[0]))
    assert "A person took it out" in page_text(client, page)


def test_keyword_says_whose_word_its_intent_is(tenant: Tenant) -> None:
    client = browser_of(tenant.viewer)
    for text, source, said_so in (
        ("buy kettle", "rules", "sure of 1, for these words: transactional: buy."),
        ("descale", "tool", "Your tool says so."),
        ("kettles", "human", "A person said so."),
    ):
        row = keyword(tenant, text, intent="transactional", intents=["transactional"], intent_source=source)
        body = page_text(client, at(tenant, f"keywords/{row.pk}/reasons/"))
        assert "transactional" in body
        assert said_so in body


def test_history_of_a_cluster_is_on_its_page_with_undo(tenant: Tenant) -> None:
    group, rows = filled(tenant)
    client, page = browser_of(tenant.member), at(tenant, f"clusters/{group.pk}/")
    assert "Nobody changed it yet" in page_text(client, page)
    change = {"name": "Scale", "status": "new", "is_locked": "on", "version": group.version}
    client.post(page, change)
    client.get(page)
    body = page_text(client, page)
    assert "renamed, it was “Descaling”" in body
    assert tenant.member.email in body
    assert said(client.post(undo_of(client, page), {"next": page}), client) == "Everything is as it was."
    with tenant.work():
        row = Cluster.objects.get()
    assert (row.name, row.is_locked) == ("Descaling", False)
    assert '<span class="chip">undone</span>' in page_text(client, page)
    client.post(at(tenant, "keywords/take-out/"), ids_of(rows[0]))
    assert "Took 1 keyword out of “Descaling”" in page_text(client, page)


def test_topic_is_shown_renamed_and_locked(tenant: Tenant) -> None:
    care = topic(tenant, clusters_count=1, volume=900)
    cluster(tenant, "Descaling", topic=care, volume=900)
    cluster(tenant, "Alone")
    client, page = browser_of(tenant.member), at(tenant, f"topics/{care.pk}/")
    assert page in page_text(client, at(tenant, "map/"))
    body = page_text(client, page)
    assert "Descaling" in body
    assert "Alone" not in body
    change = {"name": "Upkeep", "is_locked": "on", "version": care.version}
    assert said(client.post(page, change), client) == "The topic is saved."
    assert client.post(page, change).status_code == 412
    assert client.post(page, {**change, "name": ""}).status_code == 400
    with tenant.work():
        row = Topic.objects.get()
    assert (row.name, row.is_locked) == ("Upkeep", True)
    assert "“Upkeep”: renamed, it was “Care”" in page_text(client, page)


def test_topic_without_clusters_says_what_to_do(tenant: Tenant) -> None:
    body = page_text(browser_of(tenant.viewer), at(tenant, f"topics/{topic(tenant).pk}/"))
    assert "No clusters in it" in body


def _forms(client: Client, address: str) -> list[str]:
    return re.findall(r'<form method="post"(?: action="([^"]*)")?', page_text(client, address))


def test_viewer_sees_no_form_and_edits_nothing(tenant: Tenant) -> None:
    group, rows = filled(tenant)
    care = topic(tenant)
    client, mine = browser_of(tenant.viewer), f"clusters/{group.pk}/"
    with tenant.work():
        services.keywords_move([rows[0].pk], cluster_id=None)
    pages = (mine, f"{mine}split/", f"topics/{care.pk}/", f"keywords/{rows[1].pk}/reasons/")
    for page in pages:
        assert _forms(client, at(tenant, page)) == ["/sign-out/"], page
    for page in (mine, f"topics/{care.pk}/"):
        assert "your role reads" in page_text(client, at(tenant, page))
    before = places(tenant)
    for page, body in (
        ("keywords/move/", {**ids_of(rows[1]), "cluster": str(group.pk)}),
        ("keywords/take-out/", ids_of(rows[1])),
        ("keywords/release/", ids_of(rows[0])),
        (f"{mine}split/", ids_of(rows[1])),
        (f"topics/{care.pk}/", {"name": "x", "version": care.version}),
    ):
        assert client.post(at(tenant, page), body).status_code in (302, 403), page
    assert places(tenant) == before
    with tenant.work():
        assert PlanEdit.objects.count() == 1
        assert Topic.objects.get().name == "Care"


def test_rows_of_another_site_or_account_are_not_there(tenant: Tenant, stranger: Tenant) -> None:
    group, rows = filled(tenant)
    care, other = topic(tenant), site_make(tenant)
    foreign = keyword(stranger, "foreign")
    client = browser_of(tenant.owner)
    for page in (
        f"clusters/{group.pk}/split/",
        f"topics/{care.pk}/",
        f"keywords/{rows[0].pk}/reasons/",
    ):
        assert client.get(at(tenant, page)).status_code == 200, page
        assert client.get(f"/sites/{other.pk}/{page}").status_code == 404, page
        assert browser_of(stranger.owner).get(at(stranger, page)).status_code == 404, page
    before = places(tenant)
    for page in ("keywords/move/", "keywords/take-out/", "keywords/release/", f"clusters/{group.pk}/split/"):
        assert client.post(at(tenant, page), ids_of(rows[0], foreign)).status_code == 404, page
        assert client.post(f"/sites/{other.pk}/{page}", ids_of(rows[0])).status_code == 404, page
    theirs = {**ids_of(rows[0]), "cluster": str(cluster(stranger).pk)}
    assert client.post(at(tenant, "keywords/move/"), theirs).status_code == 404
    assert places(tenant) == before


@pytest.mark.parametrize("page", ["cluster", "topic", "split"])
def test_pages_cost_the_same_with_one_row_and_fifty(tenant: Tenant, page: str) -> None:
    care = topic(tenant)
    group = cluster(tenant, "First", volume=10, topic=care)
    keyword(tenant, "first", cluster=group)
    numbers = iter(range(100))

    def fill(count: int) -> None:
        for _ in range(count):
            n = next(numbers)
            row = keyword(tenant, f"kettle {n}", cluster=group)
            idea(tenant, cluster(tenant, f"Topic {n}", topic=care), f"Idea {n}")
            with tenant.work():
                services.keywords_move([row.pk], cluster_id=None)
                services.keywords_move([row.pk], cluster_id=group.pk)

    address = {
        "cluster": f"clusters/{group.pk}/",
        "topic": f"topics/{care.pk}/",
        "split": f"clusters/{group.pk}/split/",
    }
    few, many = queries_with_1_and_50(browser_of(tenant.owner), at(tenant, address[page]), fill)
    assert few == many
