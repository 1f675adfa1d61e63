"""What is exported and imported again is the same in every field, and on the same site nothing changes."""

import io
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from igny8_core.modules.planner import services
from igny8_core.modules.planner.exports.cells import parse_features, parse_keyword, parse_phrase
from igny8_core.modules.planner.exports.refusals import CellRefused
from igny8_core.modules.planner.keyword_sheet import keyword_csv, keyword_workbook
from igny8_core.modules.planner.models import Keyword, KeywordMetric
from igny8_core.modules.planner.services.import_rows import METRICS, exact_key
from igny8_core.modules.planner.tests.samples import HEADER, import_run, imported
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ("csv", "xlsx")
FIELDS = ("country", "normalized", "text", *METRICS)

BEGINNINGS = ("", "=", "+", "-", "@", "'=", "''-", "＝", "＠", "'", '"', ";", ",", "_x0041_", "<b>", "&amp;")
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
WORDS = st.text(LETTERS, max_size=30)
COUNTS = st.none() | st.integers(0, 2_147_483_647)
SHARES = st.integers(0, 1_000_000).map(lambda millionths: millionths / 1_000_000)


def accepted(parse: Any) -> Any:
    """Texts that an import takes as they are."""

    def taken(parts: tuple[str, str]) -> str:
        text = "".join(parts).strip()
        try:
            assume(text)
            # An apostrophe before a formula is our own; the text behind it is what is stored.
            return str(parse(text)).strip()
        except CellRefused:
            assume(False)
            raise

    return st.tuples(st.sampled_from(BEGINNINGS), WORDS).map(taken)


def row_of(fields: dict[str, Any]) -> dict[str, Any]:
    said = fields["language_source"] if fields["language"] else "rules"
    made = {"intent": fields["intents"][0], "normalized": exact_key(fields["text"]), "language_source": said}
    return {**fields, **made}


KEYWORDS = (
    st.fixed_dictionaries(
        {
            "text": accepted(parse_keyword),
            "country": st.sampled_from(["", "us", "na", "no", "gb"]),
            "language": st.sampled_from(["", "en", "na", "zh"]),
            "volume": COUNTS,
            "volume_min": COUNTS,
            "volume_max": COUNTS,
            "difficulty": st.none() | st.integers(0, 100),
            "cpc": st.none() | st.decimals(0, 1_000_000, places=4),
            "cpc_currency": st.sampled_from(["", "USD", "EUR"]),
            "competition": st.none() | SHARES,
            "intents": st.lists(
                st.sampled_from(["informational", "navigational", "commercial", "transactional"]),
                min_size=1,
                unique=True,
            ),
            "intent_source": st.sampled_from(["tool", "rules", "human"]),
            "language_source": st.sampled_from(["tool", "rules", "human"]),
            "serp_features": WORDS.map(parse_features).map(list),
            "trend": st.lists(st.floats(0, 1), max_size=12),
            "parent_topic": st.just("") | accepted(parse_phrase),
            "traffic_potential": COUNTS,
            "global_volume": COUNTS,
            "source_tool": st.sampled_from(["semrush_api", "search_console", "manual", "seed"]),
            "seen_on": st.none() | st.dates(date(2015, 1, 1), date(2026, 12, 31)),
        }
    )
    .map(row_of)
    .filter(lambda row: row["normalized"])
)
UNKNOWN = row_of(
    dict.fromkeys(METRICS)
    | {"text": "=1+1 'shoes'", "country": "", "language": "", "cpc_currency": "", "parent_topic": ""}
    | {"intents": ["commercial"], "intent_source": "rules", "serp_features": [], "trend": []}
    | {"source_tool": "seed"}
)
KNOWN = row_of(
    UNKNOWN
    | {"text": '@"shoes", size 9; _x0041_', "country": "na", "language": "na", "volume": 500}
    | {"language_source": "human"}
    | {"volume_min": 100, "volume_max": 1000, "difficulty": 0, "cpc": Decimal("1.234")}
    | {"cpc_currency": "USD", "competition": 0.000001, "intents": ["transactional", "commercial"]}
    | {"intent_source": "human", "serp_features": ["people_also_ask", "video"], "trend": [0, 1e-7, 0.3, 1]}
    | {"parent_topic": "-shoes", "seen_on": date(2026, 1, 31)}
)


def exported(tenant: Tenant, site_id: UUID, *, kind: str) -> bytes:
    def rows() -> QuerySet[Keyword]:
        return Keyword.objects.filter(site_id=site_id)

    if kind == "csv":
        return "".join(keyword_csv(tenant.context, rows)).encode()
    return b"".join(keyword_workbook(tenant.context, rows))


def taken_in(tenant: Tenant, site_id: UUID, content: bytes, *, kind: str) -> Any:
    with tenant.work():
        upload = services.keyword_import_create(
            site_id=site_id, sector_id=None, filename=f"keywords.{kind}", content=io.BytesIO(content)
        )
    return import_run(tenant, upload.pk)


def keywords_of(tenant: Tenant, site_id: UUID, *more: str) -> list[tuple[Any, ...]]:
    with tenant.work():
        rows = Keyword.objects.filter(site_id=site_id).order_by("country", "normalized")
        return list(rows.values_list(*FIELDS, *more))


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(KEYWORDS, max_size=6, unique_by=lambda row: (row["country"], row["normalized"])))
@example(rows=[UNKNOWN, KNOWN])
def test_export_is_read_again_without_loss(
    tenant: Tenant, stranger: Tenant, kind: str, rows: list[dict[str, Any]]
) -> None:
    ours, theirs = site_make(tenant), site_make(stranger)
    with tenant.work():
        for row in rows:
            Keyword.objects.create(site=ours, **row)
    content = exported(tenant, ours.pk, kind=kind)

    report = taken_in(stranger, theirs.pk, content, kind=kind)
    assert (report.rows, report.imported) == (len(rows), len(rows))
    assert keywords_of(stranger, theirs.pk) == keywords_of(tenant, ours.pk)

    before = keywords_of(tenant, ours.pk, "version")
    report = taken_in(tenant, ours.pk, content, kind=kind)
    assert (report.imported, report.updated, report.unchanged) == (0, 0, len(rows))
    assert keywords_of(tenant, ours.pk, "version") == before


@pytest.mark.parametrize("kind", KINDS)
def test_import_of_ones_own_export_leaves_the_history_alone(tenant: Tenant, kind: str) -> None:
    imported(tenant, f"{HEADER}\nmoka pot,Commercial,500,,40,1.20,0.90,\n")
    imported(tenant, "Top queries,Clicks,Impressions,CTR,Position\nmoka pot,5,100,5%,3.2\n")

    def history() -> list[dict[str, Any]]:
        with tenant.work():
            return list(KeywordMetric.objects.order_by("pk").values())

    before = history()
    assert [row["position"] for row in before if row["source_tool"] == "search_console"] == [3.2]
    content = exported(tenant, tenant.site.pk, kind=kind)
    assert taken_in(tenant, tenant.site.pk, content, kind=kind).unchanged == 1
    assert history() == before
