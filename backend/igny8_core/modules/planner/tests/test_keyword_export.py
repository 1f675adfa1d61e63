"""Keywords as CSV and XLSX: which ones, for whom, safe to open, and in memory that does not grow."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from igny8_core.auth.models import User
from igny8_core.auth.services import user_update
from igny8_core.common import sheets
from igny8_core.modules.planner.api import views_exports
from igny8_core.modules.planner.keyword_sheet import COLUMNS
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.planner.tests.samples import HEADER, clustered, imported, keyword
from igny8_core.tenancy import csv_stream
from igny8_core.tenancy.context import context_or_none
from igny8_core.tenancy.errors import StaleContext
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/planner/keywords/export/"
WORKBOOK = "/api/v1/planner/keywords/export-xlsx/"
ODD = f"""{HEADER}
=HYPERLINK(1) shoes,Commercial,20,,5,1.20,0.90,
"say ""hello"", world",Informational,,"0.1,0.5,1",,,,"People also ask, Video"
"""


def csv_rows(client: Any, **query: str) -> list[dict[str, str]]:
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeffKeyword,Country,")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def workbook_rows(client: Any, **query: str) -> list[tuple[Any, ...]]:
    answer = client.get(WORKBOOK, query)
    assert answer.status_code == 200, answer.content
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return list(book["Keywords"].iter_rows(values_only=True))


def test_export_has_every_figure_and_no_formula(tenant: Tenant) -> None:
    imported(tenant, ODD)
    answer = client_of(tenant.viewer).get(URL)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="keywords.csv"'
    shoes, hello = csv_rows(client_of(tenant.viewer))
    assert {name: value for name, value in shoes.items() if value} == {
        "Keyword": "'=HYPERLINK(1) shoes",
        "Country": "us",
        "Volume": "20",
        "Difficulty": "5",
        "CPC": "1.2000",
        "Currency": "USD",
        "Competition": "0.9",
        "Intents": "commercial",
        "Intent source": "tool",
        "Language source": "rules",
        "Source": "semrush_keyword_magic",
        "Figures of": "2026-01-31",
        "Status": "new",
    }
    assert (hello["Keyword"], hello["Volume"]) == ('say "hello", world', "")
    assert (hello["Trend"], hello["SERP features"]) == ("0.1, 0.5, 1.0", "people_also_ask, video")


def test_workbook_has_numbers_as_numbers_and_formulas_as_texts(tenant: Tenant) -> None:
    imported(tenant, ODD)
    header, shoes, _ = workbook_rows(client_of(tenant.viewer))
    assert header == COLUMNS
    assert shoes[0] == "'=HYPERLINK(1) shoes"
    assert [shoes[COLUMNS.index(name)] for name in ("Volume", "CPC", "Competition")] == [20, 1.2, 0.9]


def test_export_names_cluster_and_topic_and_keeps_to_the_filter(tenant: Tenant) -> None:
    imported(tenant)
    clustered(tenant)
    row = keyword(tenant, "moka pot")
    with tenant.work():
        cluster = Keyword.objects.select_related("cluster__topic").get(pk=row.pk).cluster
    assert cluster is not None
    assert cluster.topic is not None
    client = client_of(tenant.viewer)
    found = csv_rows(client, cluster=str(row.cluster_id), site=str(tenant.site.pk))
    assert {(one["Cluster"], one["Topic"]) for one in found} == {(cluster.name, cluster.topic.name)}
    assert len(found) == cluster.keywords_count
    assert [one["Keyword"] for one in csv_rows(client, search="can a moka")] == ["can a moka pot explode"]
    assert [one[0] for one in workbook_rows(client, volume_min="90000")] == [
        "Keyword",
        "mortgage refinance calculator",
    ]


def test_export_is_the_accounts_own_and_refuses_what_it_does_not_know(
    tenant: Tenant, stranger: Tenant
) -> None:
    imported(tenant)
    imported(stranger, f"{HEADER}\nsecret,,1,,,,,\n")
    assert [one["Keyword"] for one in csv_rows(client_of(stranger.viewer))] == ["secret"]
    assert [one[0] for one in workbook_rows(client_of(stranger.viewer))] == ["Keyword", "secret"]
    for url in (URL, WORKBOOK):
        assert csv_rows(client_of(stranger.viewer), site=str(tenant.site.pk)) == []
        for query in ({"unknown": "1"}, {"volume_min": "many"}, {"ordering": "text"}):
            assert client_of(tenant.viewer).get(url, query).status_code == 400


def test_export_of_nothing_is_a_header(tenant: Tenant) -> None:
    assert csv_rows(client_of(tenant.viewer)) == []
    assert workbook_rows(client_of(tenant.viewer)) == [COLUMNS]


def test_export_goes_on_over_its_batches(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_stream, "BATCH", 3)
    imported(tenant)
    with tenant.work():
        texts = list(Keyword.objects.order_by("pk").values_list("text", flat=True))
    assert [one["Keyword"] for one in csv_rows(client_of(tenant.viewer))] == texts
    assert [one[0] for one in workbook_rows(client_of(tenant.viewer))[1:]] == texts


def test_workbook_of_too_many_keywords_is_refused(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views_exports, "MAX_WORKBOOK_KEYWORDS", 3)
    imported(tenant)
    answer = client_of(tenant.viewer).get(WORKBOOK)
    assert (answer.status_code, answer.json()["code"]) == (400, "keyword_export_too_large")
    assert len(workbook_rows(client_of(tenant.viewer), search="crate")) == 2


@pytest.mark.parametrize("url", [URL, WORKBOOK])
def test_export_breaks_off_when_the_right_to_it_ends(
    tenant: Tenant, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_stream, "BATCH", 5)
    monkeypatch.setattr(sheets, "_ROWS_AT_ONCE", 4)
    imported(tenant)
    stream = client_of(tenant.member).get(url).streaming_content
    next(stream)
    with tenant.work():
        user_update(User.objects.get(pk=tenant.member.pk), is_active=False)
    with pytest.raises(StaleContext):
        list(stream)
    assert context_or_none() is None
