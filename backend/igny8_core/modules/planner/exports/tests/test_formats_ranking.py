"""Proves what the layouts with pages, positions and months become, and those of Google; files are made here."""

from datetime import date
from decimal import Decimal

import orjson
import pytest

from igny8_core.modules.planner.exports import (
    ExportDamaged,
    ExportKeywordColumnMissing,
    KeywordRow,
    RejectReason,
    SourceTool,
)

from .samples import only_keyword, only_rejection, opened, rows_of, zipped

POSITIONS_HEADER = (
    "Keyword,Position,Previous position,Search Volume,Keyword Difficulty,CPC,URL,Traffic,Traffic (%),Traffic Cost,"
    "Competition,Number of Results,Trends,Timestamp,SERP Features by Keyword,Keyword Intents,Position Type"
)
ORGANIC_HEADER = (
    "Keyword,Volume,KD,CPC,Previous organic traffic,Current organic traffic,Organic traffic change,Previous position,"
    "Current position,Position change,Current URL,Previous URL,Branded,Local,Informational,Commercial,Transactional,"
    "Navigational"
)
MONTHS = "Searches: May 2025\tSearches: Jun 2025\tSearches: Jul 2025"
PLANNER_HEADER = (
    "Keyword\tCurrency\tAvg. monthly searches\tThree month change\tYoY change\tCompetition\t"
    "Competition (indexed value)\tTop of page bid (low range)\tTop of page bid (high range)\tAd impression share\t"
    "Organic impression share\tOrganic average position\tIn account?\tIn plan?\t" + MONTHS
)
PREAMBLE = "Keyword Stats 2026-05-01 at 10_22_33\nMay 1, 2025 - April 30, 2026\n"


class TestSemrushPositions:
    RECORD = (
        'moka pot,3,5,74000,40,1.20,https://shop.example/moka,1200,12.50,900,0.90,5000000,"0.50,1.00",2026-05-03,'
        '"Image pack, Reviews","Commercial,Transactional",Organic'
    )

    def test_positions_reads_the_ranking_and_the_keyword(self):
        assert only_keyword(f"{POSITIONS_HEADER}\n{self.RECORD}\n") == KeywordRow(
            line_number=2,
            text="moka pot",
            source_tool=SourceTool.SEMRUSH_POSITIONS,
            volume=74000,
            difficulty=40,
            cpc=Decimal("1.20"),
            competition=Decimal("0.90"),
            intents=("commercial", "transactional"),
            serp_features=("image_pack", "reviews"),
            trend=(0.5, 1.0),
            url="https://shop.example/moka",
            position=3.0,
            previous_position=5.0,
            traffic=1200,
            seen_on=date(2026, 5, 3),
        )

    def test_positions_keeps_the_share_of_traffic_apart_from_traffic(self):
        header = POSITIONS_HEADER.replace("Traffic,Traffic (%)", "Traffic (%)")
        record = self.RECORD.replace("1200,12.50", "12.50")
        assert only_keyword(f"{header}\n{record}\n").traffic is None

    def test_positions_yields_each_page_of_a_keyword(self):
        other = self.RECORD.replace("/moka", "/pots").replace("pot,3,5", "pot,9,0")
        rows = rows_of(f"{POSITIONS_HEADER}\n{self.RECORD}\n{other}\n")
        assert [(row.text, row.url, row.position, row.previous_position) for row in rows] == [
            ("moka pot", "https://shop.example/moka", 3.0, 5.0),
            ("moka pot", "https://shop.example/pots", 9.0, None),
        ]

    def test_file_name_gives_the_market(self):
        name = "shop.example-organic.Positions-de-20260502-2026-05-03T10_00_00Z.csv"
        reader = opened(f"{POSITIONS_HEADER}\n{self.RECORD}\n", filename=name)
        assert (reader.country, reader.day, reader.has_pages) == ("de", date(2026, 5, 3), True)


def test_strategy_builder_takes_an_address_for_a_page_and_a_name_for_none():
    header = "Database,Keyword,Seed keyword,Page,Topic,Page type"
    content = f"{header}\nus,crm software,crm,crm software,CRM,Pillar\nus,crm cost,crm,https://a.example/cost,CRM,Sub\n"
    assert [row.url for row in rows_of(content)] == [None, "https://a.example/cost"]


def test_semrush_api_reads_the_names_of_its_own_columns():
    row = only_keyword("Ph;Nq;Cp;Co;Nr;Td\nats;8100;1.5;0.93;7;0.5,1.0\n")
    assert (row.source_tool, row.text, row.volume, row.cpc, row.competition, row.difficulty, row.trend) == (
        SourceTool.SEMRUSH_API,
        "ats",
        8100,
        Decimal("1.5"),
        Decimal("0.93"),
        None,
        (0.5, 1.0),
    )


class TestAhrefsOrganicKeywords:
    RECORD = (
        "buy shoes,1300,34,0.80,40,52.4,12,8,4,4,https://shop.example/buy,https://shop.example/old,false,false,true,"
        "true,false,false"
    )

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_organic_keywords_reads_current_figures_and_flags(self, encoding):
        content = f"{ORGANIC_HEADER}\n{self.RECORD}\n"
        if encoding == "utf-16":
            content = content.replace(",", "\t")
        assert only_keyword(content.encode(encoding)) == KeywordRow(
            line_number=2,
            text="buy shoes",
            source_tool=SourceTool.AHREFS_ORGANIC_KEYWORDS,
            volume=1300,
            difficulty=34,
            cpc=Decimal("0.80"),
            intents=("informational", "commercial"),
            url="https://shop.example/buy",
            position=4.0,
            previous_position=8.0,
            traffic=52,
        )

    def test_keyword_without_any_flag_has_no_intent(self):
        record = self.RECORD.replace("true,true", "false,false")
        assert only_keyword(f"{ORGANIC_HEADER}\n{record}\n").intents == ()


def planner_record(
    volume: str, competition: str = "High", index: str = "90", bids: str = "0.50\t1.50"
) -> str:
    months = "1,000\t2,000\t4,000"
    return f"moka pot\tEUR\t{volume}\t0%\t∞\t{competition}\t{index}\t{bids}\t\t\t\t\t\t{months}\n"


class TestKeywordPlanner:
    def test_planner_reads_below_its_preamble_in_utf_16(self):
        content = (PREAMBLE + PLANNER_HEADER + "\n" + planner_record("74,000")).encode("utf-16")
        reader = opened(content, filename="Keyword Stats 2026-05-01 at 10_22_33.csv")
        assert (reader.label, reader.encoding, reader.header_line_number, reader.day) == (
            "Google Keyword Planner",
            "utf-16",
            3,
            date(2026, 5, 1),
        )
        assert list(reader) == [
            KeywordRow(
                line_number=4,
                text="moka pot",
                source_tool=SourceTool.GOOGLE_KEYWORD_PLANNER,
                volume=74000,
                cpc=Decimal("1.0000"),
                cpc_currency="EUR",
                competition=Decimal("0.9"),
                trend=(0.25, 0.5, 1.0),
            )
        ]

    @pytest.mark.parametrize(
        ("cells", "expected"),
        [(["50"], [(None, 10, 100)]), (["50", "5000"], [(None, 10, 100), (None, 1000, 10000)])],
    )
    def test_middles_of_ranges_are_ranges(self, cells, expected):
        content = PREAMBLE + PLANNER_HEADER + "\n" + "".join(map(planner_record, cells))
        assert [(row.volume, row.volume_min, row.volume_max) for row in rows_of(content)] == expected

    def test_exact_volumes_are_no_ranges_though_one_looks_like_a_middle(self):
        content = PREAMBLE + PLANNER_HEADER + "\n" + planner_record("500") + planner_record("590")
        assert [row.volume for row in rows_of(content)] == [500, 590]

    def test_written_range_is_a_range(self):
        row = only_keyword(PREAMBLE + PLANNER_HEADER + "\n" + planner_record("1K – 10K"))
        assert (row.volume, row.volume_min, row.volume_max) == (None, 1000, 10000)

    def test_competition_is_never_a_difficulty(self):
        row = only_keyword(PREAMBLE + PLANNER_HEADER + "\n" + planner_record("90", "Low", ""))
        assert (row.difficulty, row.competition) == (None, None)

    @pytest.mark.parametrize(
        ("bids", "cpc"), [("\t", None), ("0.40\t", Decimal("0.4000")), ("\t0.9", Decimal("0.9000"))]
    )
    def test_bid_that_stands_alone_counts(self, bids, cpc):
        assert only_keyword(PREAMBLE + PLANNER_HEADER + "\n" + planner_record("90", bids=bids)).cpc == cpc

    def test_bid_that_is_no_number_rejects_its_row(self):
        rejected = only_rejection(PREAMBLE + PLANNER_HEADER + "\n" + planner_record("90", bids="much\t1"))
        assert (rejected.reason, rejected.line_number) == (RejectReason.NUMBER_UNREADABLE, 4)

    def test_months_are_ordered_by_their_names(self):
        header = PLANNER_HEADER.replace(MONTHS, "Searches: Jul 2025\tSearches: May 2025\tSearches: Jun 2025")
        assert only_keyword(PREAMBLE + header + "\n" + planner_record("90")).trend == (0.5, 1.0, 0.25)


QUERIES = "Top queries,Clicks,Impressions,CTR,Position\nmoka pot,120,4000,3%,4.2\nmoka,0,90,0%,31.75\n"
FIGURES = [("moka pot", 120, 4000, 4.2, None), ("moka", 0, 90, 31.75, None)]


def figures_of(rows):
    return [(row.text, row.clicks, row.impressions, row.position, row.volume) for row in rows]


class TestSearchConsole:
    def test_queries_are_read_and_impressions_are_no_volume(self):
        reader = opened(QUERIES, filename="Queries.csv")
        assert reader.tool is SourceTool.SEARCH_CONSOLE
        assert figures_of(reader) == FIGURES
        assert (reader.ignored_columns, reader.has_pages) == (("CTR",), False)

    def test_archive_of_the_export_is_opened_at_its_queries(self):
        pages = "Top pages,Clicks,Impressions,CTR,Position\n" + "https://shop.example/,1,2,3%,4\n" * 50
        content = zipped(
            {
                "Pages.csv": pages,
                "Filters.csv": "Filter,Value\nSearch type,Web\n",
                "Queries.csv": QUERIES,
                "Countries.csv": "Country,Clicks,Impressions,CTR,Position\nGermany,1,2,3%,4\n",
            }
        )
        with opened(content, filename="shop.example-Performance-on-Search-2026-05-02.zip") as reader:
            assert (reader.member, reader.day) == ("Queries.csv", date(2026, 5, 2))
            assert figures_of(reader) == FIGURES

    def test_archive_without_queries_names_the_columns_that_it_has(self):
        content = zipped(
            {"Pages.csv": "Top pages,Clicks\nhttps://a.example/,1\n", "Filters.csv": "Filter,Value\n"}
        )
        with pytest.raises(ExportKeywordColumnMissing, match=r'"Pages\.csv" has no column named "Keyword"'):
            opened(content, filename="a.zip")

    def test_rows_of_the_api_are_read_by_their_dimensions(self):
        rows = [
            {
                "keys": ["moka pot", "https://a.example/1", "deu"],
                "clicks": 3,
                "impressions": 90,
                "position": 4.5,
            },
            {
                "keys": ["moka pot", "https://a.example/2", "usa"],
                "clicks": 1,
                "impressions": 10,
                "position": 9.0,
            },
        ]
        content = orjson.dumps({"dimensions": ["query", "page", "country"], "rows": rows})
        read = rows_of(content, filename="queries.json")
        assert [(row.country, row.url, row.clicks, row.impressions, row.position) for row in read] == [
            ("de", "https://a.example/1", 3, 90, 4.5),
            ("us", "https://a.example/2", 1, 10, 9.0),
        ]
        assert opened(orjson.dumps({"rows": rows}), filename="queries.json").header[:3] == (
            "query",
            "page",
            "country",
        )

    def test_rows_that_only_days_and_devices_tell_apart_are_added_up(self):
        rows = [
            {
                "keys": ["moka", "2026-05-01", "MOBILE"],
                "clicks": 1,
                "impressions": 10,
                "ctr": 0.1,
                "position": 2,
            },
            {
                "keys": ["moka", "2026-05-02", "DESKTOP"],
                "clicks": 2,
                "impressions": 30,
                "ctr": 0.1,
                "position": 6,
            },
        ]
        row = only_keyword(orjson.dumps({"rows": rows}), filename="queries.json")
        assert (row.clicks, row.impressions, row.position) == (3, 40, 5.0)

    @pytest.mark.parametrize(
        ("content", "error", "message"),
        [
            (b'{"rows": [{"keys": ["a"]', ExportDamaged, "is JSON that breaks off or is damaged"),
            (b'{"rows": [{"key": "a"}]}', ExportKeywordColumnMissing, 'JSON without "rows" of "keys"'),
            (
                b'{"rows": [{"keys": ["https://a.example/"], "clicks": 1}]}',
                ExportKeywordColumnMissing,
                'has no dimension "query"; its keys seem to be: page.',
            ),
            (
                b'{"rows": [{"keys": ["a"]}, {"keys": ["a", "b"]}]}',
                ExportKeywordColumnMissing,
                "no dimension",
            ),
        ],
    )
    def test_json_that_is_no_answer_is_refused(self, content, error, message):
        with pytest.raises(error, match=message):
            opened(content, filename="a.json")

    def test_unknown_country_rejects_its_row(self):
        rows = [{"keys": ["moka", "xyz"], "clicks": 1, "impressions": 1, "position": 1}]
        assert only_rejection(orjson.dumps({"rows": rows})).reason is RejectReason.COUNTRY_UNKNOWN


class TestGenericPages:
    def test_plain_list_reads_pages_that_rank(self):
        row = only_keyword(
            'Keyword,Ranking URL,Position,SERP URLs\nshoes,shop.example/a,7,"https://a.example/1, https://b.example/2"\n'
        )
        assert (row.url, row.position, row.serp_urls) == (
            "https://shop.example/a",
            7.0,
            ("https://a.example/1", "https://b.example/2"),
        )

    @pytest.mark.parametrize("cell", ["the shoe page", "javascript:alert(1)", "https://a", "a" * 3000])
    def test_cell_that_is_no_address_is_left_out(self, cell):
        assert only_keyword(f"Keyword,URL\nshoes,{cell}\n").url is None
