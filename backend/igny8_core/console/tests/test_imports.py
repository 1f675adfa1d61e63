"""The import wizard: look at a file, start it, follow it, see what came of it."""

from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.modules.planner.constants import ImportState
from igny8_core.modules.planner.models import Keyword, KeywordImport
from igny8_core.modules.planner.services import previews
from igny8_core.modules.planner.tests.samples import HEADER, ROWS, SEMRUSH
from igny8_core.tenancy.models import Job
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, site_make
from igny8_core.testing.jobs import job_run

pytestmark = pytest.mark.django_db(transaction=True)

WITH_REJECT = f"{SEMRUSH}???,,5,,,,,\n"


@pytest.fixture(autouse=True)
def media_root(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """A fresh upload folder."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]  # pytest-django's settings
    return tmp_path / "media"


def at(tenant: Tenant, page: str = "") -> str:
    return f"/sites/{tenant.site.pk}/keywords/import/{page}"


def uploaded(client: Client, tenant: Tenant, text: str = WITH_REJECT) -> str:
    """The page of an upload."""
    file = SimpleUploadedFile("moka.csv", text.encode(), "text/csv")
    answer = client.post(at(tenant), {"file": file, "sector_id": str(tenant.sector.pk)})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def counts(tenant: Tenant) -> tuple[int, int, int]:
    with tenant.work():
        return KeywordImport.objects.count(), Keyword.objects.count(), Job.objects.count()


def test_file_is_looked_at_then_imported(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    page = uploaded(client, tenant)
    body = page_text(client, page)
    for text in (
        "What the file holds",
        "UTF-8",
        "comma",
        "moka pot",
        "importing is free",
        "Import it",
        "???",
    ):
        assert text in body
    assert counts(tenant) == (1, 0, 0)
    for _ in range(2):
        assert said(client.post(f"{page}start/"), client) == "“moka.csv” is being imported."
    assert counts(tenant) == (1, 0, 1)
    running = page_text(client, page)
    assert "/cancel/" in running
    assert "Import it" not in running
    with tenant.work():
        job = Job.objects.get()
    job_run(job)
    done = page_text(client, page)
    for text in ("New keywords", f"<strong>{len(ROWS)}</strong>", "Group into clusters", "Rejected rows"):
        assert text in done
    polled = client.get(page, headers={"HX-Request": "true", "HX-Target": "job"})
    assert polled["HX-Refresh"] == "true"
    with tenant.work():
        assert set(Keyword.objects.values_list("sector_id", flat=True)) == {tenant.sector.pk}


def test_import_that_was_stopped_can_be_started_again(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    page = uploaded(client, tenant)
    client.post(f"{page}start/")
    with tenant.work():
        job = Job.objects.get()
    client.post(f"/jobs/{job.pk}/cancel/", {"next": page})
    body = page_text(client, page)
    assert "The import was stopped" in body
    assert "Start again" in body
    client.post(f"{page}start/")
    assert counts(tenant) == (1, 0, 2)


def test_file_that_is_no_export_is_refused_beside_its_field(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    file = SimpleUploadedFile("colours.csv", b"%PDF-1.7", "text/csv")
    answer = client.post(at(tenant), {"file": file})
    assert answer.status_code == 400
    assert "looks like a PDF document" in answer.content.decode()
    assert client.post(at(tenant), {}).status_code == 400
    assert counts(tenant) == (0, 0, 0)


def test_long_file_says_that_only_its_beginning_was_read(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "PREVIEW_ROWS", 3)
    client = browser_of(tenant.member)
    body = page_text(client, uploaded(client, tenant))
    assert "What the first 3 rows hold" in body
    assert "The file goes on" in body


def test_plan_without_room_says_so_before_the_import(tenant: Tenant) -> None:
    plan = tenant.account.plan
    before, plan.max_keywords = plan.max_keywords, 3
    plan.save()
    try:
        client = browser_of(tenant.member)
        assert "room for 3 more keywords" in page_text(client, uploaded(client, tenant))
    finally:
        plan.max_keywords = before
        plan.save()


def test_failed_import_says_why(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    page = uploaded(client, tenant)
    with tenant.work():
        KeywordImport.objects.update(state=ImportState.FAILED, error_message="The file is cut off.")
    body = page_text(client, page)
    assert "The file is cut off." in body
    assert "Upload again" in body
    assert "finished" in said(client.post(f"{page}start/", {"next": page}), client)


def test_viewer_reads_and_imports_nothing(tenant: Tenant) -> None:
    page = uploaded(browser_of(tenant.member), tenant)
    client = browser_of(tenant.viewer)
    assert "your role reads" in page_text(client, at(tenant))
    assert "your role reads" in page_text(client, page)
    file = SimpleUploadedFile("moka.csv", SEMRUSH.encode(), "text/csv")
    assert client.post(at(tenant), {"file": file}).status_code == 403
    client.post(f"{page}start/")
    assert counts(tenant) == (1, 0, 0)


def test_stranger_and_other_site_find_nothing(tenant: Tenant, stranger: Tenant) -> None:
    page = uploaded(browser_of(tenant.member), tenant)
    import_id = UUID(page.rstrip("/").rsplit("/", 1)[1])
    elsewhere = f"/sites/{site_make(tenant).pk}/keywords/import/{import_id}/"
    for client, address in ((browser_of(stranger.owner), page), (browser_of(tenant.owner), elsewhere)):
        assert client.get(address).status_code == 404
        assert client.post(f"{address}start/").status_code == 404
    assert browser_of(stranger.owner).get(at(tenant)).status_code == 404
    assert counts(tenant) == (1, 0, 0)


def test_imports_are_listed_and_empty_list_says_what_will_stand_there(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    assert "None yet" in page_text(client, at(tenant))
    page = uploaded(client, tenant)
    body = page_text(client, at(tenant))
    assert page in body
    assert "Not started" in body


def test_imports_are_narrowed_by_their_state(tenant: Tenant) -> None:
    client = browser_of(tenant.viewer)
    page = uploaded(browser_of(tenant.member), tenant)
    assert page in page_text(client, f"{at(tenant)}?state=uploaded", **{"HX-Request": "true"})
    narrowed = page_text(client, f"{at(tenant)}?state=failed")
    assert page not in narrowed
    assert "Nothing matches" in narrowed


def test_list_costs_the_same_with_one_import_and_fifty(tenant: Tenant) -> None:
    def fill(count: int) -> None:
        with tenant.work():
            for _ in range(count):
                KeywordImport.objects.create(site=tenant.site, filename="x.csv", storage_name="x")

    few, many = queries_with_1_and_50(browser_of(tenant.owner), at(tenant), fill)
    assert few == many


def test_import_costs_the_same_with_one_reject_and_fifty(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    page = uploaded(client, tenant, f"{HEADER}\nmoka pot,,1,,,,,\n")

    def fill(count: int) -> None:
        reject = {"line_number": 3, "reason": "keyword_empty", "message": "No keyword.", "raw": ",,"}
        with tenant.work():
            KeywordImport.objects.update(rejects=[reject] * count, rejected_count=count)

    few, many = queries_with_1_and_50(client, page, fill)
    assert few == many
