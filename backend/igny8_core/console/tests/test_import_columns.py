"""The wizard's columns: shown, said without a script, refused beside them, remembered, and read only for viewers."""

from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from igny8_core.console.columns import FIELD_NAMES
from igny8_core.console.tests.helpers import page_text, queries_with_1_and_50, said
from igny8_core.modules.planner.exports.columns import Field
from igny8_core.modules.planner.models import ImportMapping, Keyword, KeywordImport
from igny8_core.modules.planner.tests.samples import SEMRUSH, import_run
from igny8_core.testing.clients import browser_of
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db(transaction=True)

GERMAN = "Begriff;Nachfrage;Notiz\nrote Schuhe;1200;<b>x</b>\nblaue Schuhe;90;y\n"
AS_SAID = {"column_0": "text", "column_1": "volume", "column_2": ""}


@pytest.fixture(autouse=True)
def media_root(tmp_path: Path, settings: Any) -> Path:
    """A fresh upload folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def uploaded(client: Client, tenant: Tenant, text: str = GERMAN, name: str = "liste.csv") -> str:
    """The page of an upload."""
    file = SimpleUploadedFile(name, text.encode(), "text/csv")
    answer = client.post(f"/sites/{tenant.site.pk}/keywords/import/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def volumes(tenant: Tenant) -> dict[str, int | None]:
    with tenant.work():
        import_id = KeywordImport.objects.latest("pk").pk
    import_run(tenant, import_id)
    with tenant.work():
        return dict(Keyword.objects.values_list("text", "volume"))


def test_every_field_has_a_name_in_plain_words() -> None:
    assert set(FIELD_NAMES) == set(get_args(Field))
    assert len(set(map(str, FIELD_NAMES.values()))) == len(FIELD_NAMES)


def test_unknown_table_is_shown_said_and_imported(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    page = uploaded(client, tenant)
    body = page_text(client, page)
    for text in (
        "Say which one holds the keywords",
        "Begriff",
        "rote Schuhe",
        "&lt;b&gt;x&lt;/b&gt;",
        "Read again",
        '<option value="text" selected>Keyword</option>',
    ):
        assert text in body
    assert "Import it" not in body
    assert "Say first" in said(client.post(f"{page}start/", {"next": page}), client)
    assert said(client.post(f"{page}columns/", AS_SAID), client) == "The file was read again."
    body = page_text(client, page)
    for text in ("Import it", "Importing the file remembers that", "importing is free (0 credits)"):
        assert text in body
    assert "this import adds at most 2" in body
    client.post(f"{page}start/")
    assert volumes(tenant) == {"rote Schuhe": 1200, "blaue Schuhe": 90}
    assert "Read as it was said for “liste.csv”" in page_text(client, uploaded(client, tenant, name="b.csv"))


def test_known_export_can_be_read_otherwise_and_as_found_again(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    page = uploaded(client, tenant, SEMRUSH)
    assert "Read as found" not in page_text(client, page)
    client.post(f"{page}columns/", {"column_0": "text", "column_2": "global_volume"})
    assert "74k" not in page_text(client, page)
    assert "Read as found" in page_text(client, page)
    client.post(f"{page}columns/", {"as_found": "1"})
    body = page_text(client, page)
    assert "74k" in body
    assert "Read as found" not in body


def test_list_without_a_header_loses_no_keyword(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    page = uploaded(client, tenant, "rote Schuhe;1200\nblaue Schuhe;90\n")
    chosen = {"column_0": "text", "column_1": "volume"}
    client.post(f"{page}columns/", {**chosen, "no_header": "1"})
    body = page_text(client, page)
    assert 'name="no_header" value="1" checked' in body
    assert "A file without a header is not remembered" in body
    client.post(f"{page}columns/", chosen)  # it has one after all
    assert "Say which one holds the keywords" in page_text(client, page)
    client.post(f"{page}columns/", {**chosen, "no_header": "1"})
    client.post(f"{page}start/")
    assert volumes(tenant) == {"rote Schuhe": 1200, "blaue Schuhe": 90}
    with tenant.work():
        assert not ImportMapping.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [
        ({"column_0": "text", "column_2": "text"}, "Two columns are read as “Keyword”"),
        ({"column_1": "volume"}, "One column must hold the keywords."),
        ({"column_0": "text", "column_1": "colour"}, "There is no field “colour”."),
    ],
)
def test_what_cannot_be_is_said_beside_the_columns(
    tenant: Tenant, chosen: dict[str, str], complaint: str
) -> None:
    client = browser_of(tenant.member)
    page = uploaded(client, tenant)
    answer = client.post(f"{page}columns/", chosen)
    body = answer.content.decode()
    assert (answer.status_code, complaint in body) == (400, True)
    assert body.count('aria-invalid="true"') == (2 if "Two" in complaint else 0)
    assert body.count(" selected>") == sum(1 for field in chosen.values() if field in FIELD_NAMES)
    assert "Say which one holds the keywords" in page_text(client, page)


def test_columns_of_an_import_at_work_are_not_said(tenant: Tenant) -> None:
    client = browser_of(tenant.member)
    page = uploaded(client, tenant)
    client.post(f"{page}columns/", AS_SAID)
    client.post(f"{page}start/")
    assert "Read again" not in page_text(client, page)
    answer = client.post(f"{page}columns/", {"column_2": "text"})
    assert (answer.status_code, "can no longer be changed" in answer.content.decode()) == (409, True)
    assert volumes(tenant) == {"rote Schuhe": 1200, "blaue Schuhe": 90}


def test_viewer_sees_columns_and_no_button(tenant: Tenant) -> None:
    page = uploaded(browser_of(tenant.member), tenant)
    client = browser_of(tenant.viewer)
    body = page_text(client, page)
    assert "somebody has to say which one holds the keywords" in body
    assert "rote Schuhe" in body
    assert "Read again" not in body
    assert "<select" not in body
    assert client.post(f"{page}columns/", AS_SAID).status_code == 403
    assert "somebody has to say" in page_text(client, page)


def test_stranger_and_other_site_find_nothing(tenant: Tenant, stranger: Tenant) -> None:
    page = uploaded(browser_of(tenant.member), tenant)
    import_id = page.rstrip("/").rsplit("/", 1)[1]
    elsewhere = f"/sites/{site_make(tenant).pk}/keywords/import/{import_id}/"
    missing = f"/sites/{tenant.site.pk}/keywords/import/{uuid4()}/"
    for actor, address in ((stranger.owner, page), (tenant.owner, elsewhere), (tenant.owner, missing)):
        assert browser_of(actor).post(f"{address}columns/", AS_SAID).status_code == 404
    with tenant.work():
        assert KeywordImport.objects.get().columns == {}


def test_columns_cost_no_query_each(tenant: Tenant) -> None:
    client = browser_of(tenant.owner)
    page = uploaded(client, tenant)

    def fill(count: int) -> None:
        with tenant.work():
            row = KeywordImport.objects.get()
            row.preview["columns"] = [{**row.preview["columns"][0], "name": f"c{n}"} for n in range(count)]
            row.save()

    few, many = queries_with_1_and_50(client, page, fill)
    assert few == many
