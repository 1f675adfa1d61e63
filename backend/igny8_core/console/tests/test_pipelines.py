"""Pipelines, runs, connections, jobs and notifications in the console."""

from uuid import uuid4

import pytest

from igny8_core.common.clock import utc_now
from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.console.tests.plan import at, cluster, idea
from igny8_core.modules.automation.models import PipelineRun, PipelineSettings, RunItem
from igny8_core.modules.automation.selectors import settings_get
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.services import destination_preview_ensure, destination_wordpress_create
from igny8_core.modules.system.models import Notification
from igny8_core.modules.system.services import notify
from igny8_core.modules.system.types import NotificationKind
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db

SETTINGS = {
    "is_enabled": "on",
    "stages": ["cluster", "ideas", "write", "publish"],
    "approval_mode": "review",
    "articles_per_run": "2",
    "schedule": "weekly",
    "weekdays": ["1", "4"],
    "hour": "7",
    "time_zone": "Europe/Berlin",
    "version": "0",
}


def run_make(tenant: Tenant, **fields: object) -> PipelineRun:
    with tenant.work():
        place = destination_preview_ensure(tenant.site.pk)
        return PipelineRun.objects.create(site=tenant.site, destination=place, article_count=3, **fields)


def test_settings_are_saved_once_per_version(tenant: Tenant) -> None:
    client, address = browser_of(tenant.owner), at(tenant, "pipelines/settings/")
    assert "Configure the pipeline" in page_text(client, address)
    assert said(client.post(address, SETTINGS), client) == "The pipeline&#x27;s settings are saved."
    with tenant.work():
        saved = settings_get(tenant.site.pk)
    assert (saved.approval_mode, saved.weekdays, saved.hour, saved.articles_per_run) == (
        "review",
        (1, 4),
        7,
        2,
    )
    late = client.post(address, SETTINGS)
    assert late.status_code == 400
    wrong = client.post(address, {**SETTINGS, "version": str(saved.version), "stages": ["publish"]})
    assert wrong.status_code == 400
    assert client.post(address, {**SETTINGS, "hour": "25"}).status_code == 400


def test_only_admins_configure_and_only_editors_run(tenant: Tenant) -> None:
    member, viewer = browser_of(tenant.member), browser_of(tenant.viewer)
    assert "your role reads" in page_text(member, at(tenant, "pipelines/settings/"))
    assert member.post(at(tenant, "pipelines/settings/"), SETTINGS).status_code == 403
    assert "Editors start runs; your role reads." in page_text(viewer, at(tenant, "pipelines/"))
    viewer.post(at(tenant, "pipelines/run/"))
    with tenant.work():
        assert not PipelineSettings.objects.exists()
        assert not PipelineRun.objects.exists()


def test_run_is_started_paused_resumed_and_cancelled(tenant: Tenant) -> None:
    idea(tenant, cluster(tenant))
    client = browser_of(tenant.member)
    assert "articles" in page_text(client, at(tenant, "pipelines/"))
    answer = client.post(at(tenant, "pipelines/run/"))
    assert said(answer, client) == "The run has started."
    with tenant.work():
        run = PipelineRun.objects.get()
    assert answer["Location"] == at(tenant, f"runs/{run.pk}/")
    again = client.post(at(tenant, "pipelines/run/"))
    assert "already has a run" in said(again, client)
    for word, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        assert client.post(at(tenant, f"runs/{run.pk}/{word}/")).status_code == 302
        with tenant.work():
            assert PipelineRun.objects.get().state == state
    with tenant.work():
        assert PipelineRun.objects.count() == 1


def test_run_shows_its_items_and_tries_failed_ones_again(tenant: Tenant) -> None:
    thought = idea(tenant, cluster(tenant), state="failed")
    run = run_make(tenant, state="failed", stage="articles", error_code="x", error_message="It broke.")
    with tenant.work():
        item = RunItem.objects.create(
            site=tenant.site,
            run=run,
            position=1,
            idea=thought,
            title="One",
            state="failed",
            error_message="Too short.",
        )
    client = browser_of(tenant.member)
    body = page_text(client, at(tenant, f"runs/{run.pk}/"))
    for text in ("It broke.", "Too short.", "Retry what failed"):
        assert text in body
    assert "Too short." in page_text(client, at(tenant, f"runs/{run.pk}/items/{item.pk}/"))
    assert client.get(at(tenant, f"runs/{run.pk}/items/{uuid4()}/")).status_code == 404
    answer = client.post(at(tenant, f"runs/{run.pk}/retry/"))
    assert "tried again" in said(answer, client)
    with tenant.work():
        assert RunItem.objects.get().state == "writing"


def test_former_runs_are_narrowed_by_state(tenant: Tenant) -> None:
    done, failed = (run_make(tenant, state=state, stage="done") for state in ("completed", "failed"))
    client = browser_of(tenant.viewer)
    body = page_text(client, at(tenant, "pipelines/?state=failed"))
    assert at(tenant, f"runs/{failed.pk}/") in body
    assert at(tenant, f"runs/{done.pk}/") not in body
    assert "Nothing matches" in page_text(client, at(tenant, "pipelines/?state=paused"))


def test_run_and_connection_of_another_site_are_not_here(tenant: Tenant) -> None:
    run, other = run_make(tenant), site_make(tenant)
    client = browser_of(tenant.owner)
    for page in (f"runs/{run.pk}/", f"connections/{run.destination_id}/"):
        assert client.get(f"/sites/{other.pk}/{page}").status_code == 404
    assert client.post(f"/sites/{other.pk}/runs/{run.pk}/cancel/").status_code == 404
    with tenant.work():
        assert PipelineRun.objects.get().state == "running"


def test_wordpress_is_connected_changed_disconnected_and_brought_back(tenant: Tenant) -> None:
    client, address = browser_of(tenant.owner), at(tenant, "connections/")
    assert "No connections yet" in page_text(client, address)
    login = {
        "base_url": "http://blog.example",
        "username": "ed",
        "application_password": "a b c",
        "minimum_score": "60",
    }
    answer = client.post(address, login)
    assert "Ask the doctor" in said(answer, client)
    with tenant.work():
        row = Destination.objects.get()
    place = at(tenant, f"connections/{row.pk}/")
    body = page_text(client, place)
    assert "a b c" not in body
    assert "Not asked yet." in body
    change = {
        "name": "Blog",
        "base_url": row.base_url,
        "username": "ed",
        "minimum_score": "",
        "version": row.version,
    }
    assert said(client.post(place, change), client) == "The connection is saved."
    assert client.post(place, change).status_code == 400
    with tenant.work():
        row.refresh_from_db()
    assert (row.name, row.minimum_score) == ("Blog", None)
    gone = client.post(f"{place}delete/")
    assert f"{place}restore/" in client.get(gone["Location"]).content.decode()
    assert said(client.post(f"{place}restore/"), client) == "“Blog” is connected again."
    assert client.post(address, login).status_code == 400


def test_posts_of_a_connection_are_read_and_counted(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        row = destination_wordpress_create(
            site_id=tenant.site.pk, base_url="http://blog.example", username="ed", application_password="x"
        )
    place = at(tenant, f"connections/{row.pk}/")
    client = browser_of(tenant.member)
    body = page_text(client, place)
    assert "Not read yet. Once they are" in body
    assert f"{place}posts/" in body
    assert "Posts and pages are being read" in said(client.post(f"{place}posts/", {"next": place}), client)
    with tenant.work():
        (job,) = Job.objects.all()
        assert (job.kind, job.payload) == ("integration.sync_posts", {"destination_id": str(row.pk)})
        Job.objects.update(
            state="running", progress_done=1, progress_total=3, progress_message="Reading posts"
        )
    assert "Reading posts · 1 / 3" in page_text(client, place)
    with tenant.work():
        Job.objects.update(state="succeeded", finished_at=utc_now(), counts={"public": 1204, "new": 3})
        Destination.objects.filter(pk=row.pk).update(posts_read_at=utc_now(), posts_count=1204)
    body = page_text(client, place)
    assert "1204 public posts and pages" in body
    assert "Not read yet. Once they are" not in body
    viewer = browser_of(tenant.viewer)
    assert f"{place}posts/" not in page_text(viewer, place)
    assert "does not allow" in said(viewer.post(f"{place}posts/"), viewer)
    assert browser_of(stranger.owner).post(f"{place}posts/").status_code == 404
    with tenant.work():
        assert Job.objects.count() == 1


def test_member_connects_nothing(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    assert "Administrators connect sites" in page_text(client, at(tenant, "connections/"))
    login = {"base_url": "http://blog.example", "username": "ed", "application_password": "x"}
    assert client.post(at(tenant, "connections/"), login).status_code == 403
    with tenant.work():
        assert not Destination.objects.exists()


def test_job_is_listed_followed_and_cancelled(tenant: Tenant) -> None:
    with tenant.work():
        job = enqueue(
            "planner.generate_ideas", payload={"site_id": str(tenant.site.pk)}, site_id=tenant.site.pk
        )
    client = browser_of(tenant.member)
    assert f"/jobs/{job.pk}/" in page_text(client, "/jobs/")
    assert f"/jobs/{job.pk}/" not in page_text(client, "/jobs/?state=failed")
    assert 'hx-trigger="every 2s"' in page_text(client, f"/jobs/{job.pk}/")
    assert "cancelled" in said(client.post(f"/jobs/{job.pk}/cancel/"), client)
    assert "finished" in said(client.post(f"/jobs/{job.pk}/cancel/"), client)
    with tenant.work():
        assert Job.objects.get().state == "cancelled"
    assert browser_of(tenant.viewer).get(f"/jobs/{job.pk}/").status_code == 200


def test_notifications_are_read_one_by_one_or_all(tenant: Tenant) -> None:
    run = run_make(tenant)
    with tenant.work():
        for n in range(3):
            notify(
                NotificationKind.RUN_COMPLETED,
                f"Run {n} is complete.",
                dedupe_key=f"n{n}",
                site_id=tenant.site.pk,
                target_kind="run",
                target_id=run.pk,
            )
        row = Notification.objects.order_by("id").first()
    client = browser_of(tenant.owner)
    assert 'class="count">3<' in page_text(client, "/notifications/")
    assert client.post(f"/notifications/{row.pk}/")["Location"] == at(tenant, f"runs/{run.pk}/")
    assert "Run 0" not in page_text(client, "/notifications/?is_unread=on")
    assert said(client.post("/notifications/read/"), client) == "2 notifications are marked as read."
    assert 'class="count"' not in page_text(client, "/notifications/")


def test_strangers_find_nothing(tenant: Tenant, stranger: Tenant) -> None:
    run = run_make(tenant)
    with tenant.work():
        job = enqueue("planner.generate_ideas", payload={}, site_id=tenant.site.pk)
    client = browser_of(stranger.owner)
    for address in (at(tenant, "pipelines/"), at(tenant, f"runs/{run.pk}/"), f"/jobs/{job.pk}/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 404
    assert str(job.pk) not in page_text(client, "/jobs/")


@pytest.mark.parametrize("page", ["pipelines", "run", "jobs", "notifications"])
def test_pages_cost_the_same_with_one_row_and_fifty(tenant: Tenant, page: str) -> None:
    run, group = run_make(tenant, state="completed", stage="done"), cluster(tenant)
    numbers = iter(range(200))

    def fill(count: int) -> None:
        for _ in range(count):
            n = next(numbers)
            thought = idea(tenant, group, f"Idea {n}")
            run_make(tenant, state="completed", stage="done")
            with tenant.work():
                RunItem.objects.create(
                    site=tenant.site, run=run, position=n, idea=thought, title=f"{n}", state="published"
                )
                enqueue("planner.generate_ideas", payload={"n": n}, site_id=tenant.site.pk)
                notify(NotificationKind.RUN_COMPLETED, f"Run {n}", dedupe_key=f"n{n}", site_id=tenant.site.pk)

    addresses = {"pipelines": at(tenant, "pipelines/"), "run": at(tenant, f"runs/{run.pk}/")}
    few, many = queries_with_1_and_50(browser_of(tenant.owner), addresses.get(page, f"/{page}/"), fill)
    assert few == many
