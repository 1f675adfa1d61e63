"""Proves what each tool's layout becomes; it must never need a file from outside."""

from datetime import date
from decimal import Decimal

import pytest

from igny8_core.modules.planner.exports import KeywordRow, RejectedRow, RejectReason, SourceTool

from .samples import AHREFS_2025_HEADER, KEYWORD_MAGIC_HEADER, only_keyword, opened, rows_of

KEYWORD_MAGIC = (
    KEYWORD_MAGIC_HEADER + "\n"
    'fridge freezer,"Commercial, Informational",12100,"1.00,0.81,0.67",28,0.60,1.00,"Sitelinks, Image pack, '
    'People also ask",370000000\n'
    "kings fridge repair,,0,,,,,,\n"
)
FRIDGE_FREEZER = KeywordRow(
    line_number=2,
    text="fridge freezer",
    source_tool=SourceTool.SEMRUSH_KEYWORD_MAGIC,
    volume=12100,
    difficulty=28,
    cpc=Decimal("0.60"),
    cpc_currency="USD",
    competition=Decimal("1.00"),
    intents=("commercial", "informational"),
    serp_features=("sitelinks", "image_pack", "people_also_ask"),
    trend=(1.0, 0.81, 0.67),
)


class TestSemrushKeywordMagic:
    def test_keyword_magic_reads_every_column(self):
        assert rows_of(KEYWORD_MAGIC)[0] == FRIDGE_FREEZER

    def test_keyword_magic_keeps_zero_apart_from_empty(self):
        row = rows_of(KEYWORD_MAGIC)[1]
        assert row == KeywordRow(
            3, "kings fridge repair", source_tool=SourceTool.SEMRUSH_KEYWORD_MAGIC, volume=0
        )

    def test_keyword_magic_lists_the_columns_it_does_not_read(self):
        assert opened(KEYWORD_MAGIC).ignored_columns == ("Number of Results",)

    @pytest.mark.parametrize(
        ("filename", "country"),
        [
            ("fridge_broad-match_us_2026-05-01.csv", "us"),
            ("fridge_broad-match_uk_2026-05-01 (1).csv", "gb"),
            ("my_fridge_all-keywords_de_2026-05-04.CSV", "de"),
            (r"C:\Downloads\fridge_broad-match_fr_2026-05-01.csv", "fr"),
            ("fridge_broad-match_zz_2026-05-01.csv", None),
            ("fridge_us.csv", None),
        ],
    )
    def test_keyword_magic_takes_the_country_from_the_file_name(self, filename, country):
        assert only_keyword(KEYWORD_MAGIC_HEADER + "\nshoes,,,,,,,,\n", filename=filename).country == country

    @pytest.mark.parametrize(
        "header",
        [
            "Keyword,Intent,Volume,Keyword Difficulty,CPC (USD),SERP Features",
            "Keyword,Volume,Trend,Keyword Difficulty",
            "Volume,Keyword,Competitive Density",
        ],
    )
    def test_keyword_magic_is_recognised_with_absent_or_moved_columns(self, header):
        assert opened(header + "\n").tool is SourceTool.SEMRUSH_KEYWORD_MAGIC

    def test_keyword_magic_is_recognised_by_its_file_name_alone(self):
        reader = opened("Keyword,Volume\nshoes,10\n", filename="shoes_broad-match_us_2026-05-01.csv")
        assert reader.tool is SourceTool.SEMRUSH_KEYWORD_MAGIC

    def test_file_name_does_not_hide_columns_that_a_person_renamed(self):
        content = "Keyword,Search Volume\nshoes,10\n"
        row = only_keyword(content, filename="shoes_broad-match_us_2026-05-01.csv")
        assert (row.source_tool, row.volume, row.country) == (SourceTool.PLAIN_LIST, 10, "us")

    @pytest.mark.parametrize("delimiter", [";", "\t"])
    def test_keyword_magic_reads_other_delimiters(self, delimiter):
        header = KEYWORD_MAGIC_HEADER.replace(",", delimiter)
        record = delimiter.join(
            [
                "fridge freezer",
                "Commercial, Informational",
                "12100",
                "1.00,0.81,0.67",
                "28",
                "0.60",
                "1.00",
                "Sitelinks, Image pack, People also ask",
                "370000000",
            ]
        )
        reader = opened(f"{header}\n{record}\n")
        assert reader.delimiter == delimiter
        assert list(reader) == [FRIDGE_FREEZER]

    def test_keyword_magic_reads_decimal_difficulty_of_old_exports(self):
        row = only_keyword(KEYWORD_MAGIC_HEADER + "\nshoes,,,,85.18,,,,\n")
        assert row.difficulty == 85


def test_strategy_builder_reads_multi_line_cells_and_counts_their_lines():
    content = (
        "Database,Keyword,Seed keyword,Page,Topic,Page type,Tags,Volume,Keyword Difficulty,CPC (USD),"
        "Competitive Density,Number of Results,Intent,SERP Features,Trend,Click potential,Content references,"
        "Competitors\n"
        'us,crm software,crm,crm software,CRM basics,Pillar page,"sales, q3",9900,71,12.5,0.4,1,commercial,'
        '"Site Links, Adwords Bottom",,66,"""a.example"":""https://a.example/1""\n""b.example"":'
        '""https://b.example/2""",x\n'
        "uk,crm cost,crm,,,,,50,,,,,,,,,,\n"
    )
    first, second = rows_of(content)
    assert (first.line_number, second.line_number) == (2, 4)
    assert first == KeywordRow(
        line_number=2,
        text="crm software",
        source_tool=SourceTool.SEMRUSH_STRATEGY_BUILDER,
        country="us",
        volume=9900,
        difficulty=71,
        cpc=Decimal("12.5"),
        cpc_currency="USD",
        competition=Decimal("0.4"),
        intents=("commercial",),
        serp_features=("site_links", "adwords_bottom"),
        parent_topic="CRM basics",
        tags=("sales", "q3"),
        serp_urls=("https://a.example/1", "https://b.example/2"),
    )
    assert (second.country, second.parent_topic, second.tags) == ("gb", None, ())


class TestSemrushApi:
    def test_semrush_api_decodes_intent_codes(self):
        content = "database;Keyword;Search Volume;Keyword Difficulty Index;Intent\nus;ats;8100;68;1,0\n"
        row = only_keyword(content)
        assert row == KeywordRow(
            line_number=2,
            text="ats",
            source_tool=SourceTool.SEMRUSH_API,
            country="us",
            volume=8100,
            difficulty=68,
            intents=("informational", "commercial"),
        )

    def test_semrush_api_reads_competition_as_density_and_never_as_difficulty(self):
        content = (
            "Keyword;Search Volume;CPC;Competition;Number of Results;Trends\nats;90;1.5;0.93;7;0.5,1.0\n"
        )
        row = only_keyword(content)
        assert (row.competition, row.difficulty, row.trend) == (Decimal("0.93"), None, (0.5, 1.0))


class TestAhrefsKeywordsExplorer:
    RECORD_2025 = (
        '1,buy shoes,gb,34,"1,300",0.8,1.2,shoes,2026-05-01 10:00:00,"People also ask,Thumbnail",2600000,450,'
        '9000,2015-09-01,"Informational,Commercial,Non-branded,Non-local"'
    )
    BUY_SHOES = KeywordRow(
        line_number=2,
        text="buy shoes",
        source_tool=SourceTool.AHREFS_KEYWORDS_EXPLORER,
        country="gb",
        volume=1300,
        difficulty=34,
        cpc=Decimal("0.8"),
        intents=("informational", "commercial"),
        serp_features=("people_also_ask", "thumbnail"),
        parent_topic="shoes",
        traffic_potential=450,
        global_volume=2_600_000,
        seen_on=date(2026, 5, 1),
    )

    def test_ahrefs_2025_reads_local_volume_and_not_the_global_one(self):
        assert only_keyword(f"{AHREFS_2025_HEADER}\n{self.RECORD_2025}\n") == self.BUY_SHOES

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
    def test_ahrefs_2025_reads_tabs_in_every_unicode_form(self, encoding):
        header = AHREFS_2025_HEADER.replace(",", "\t")
        record = "\t".join(
            ["1", "chaussures d'été", "fr", "3", "20", "", "", "", "", "", "", "", "", "", "Commercial"]
        )
        row = only_keyword(f"{header}\r\n{record}\r\n".encode(encoding))
        assert (row.text, row.country, row.volume) == ("chaussures d'été", "fr", 20)
        assert row.source_tool is SourceTool.AHREFS_KEYWORDS_EXPLORER

    def test_ahrefs_2020_is_recognised_by_its_clicks_columns(self):
        content = (
            "#,Keyword,Country,Difficulty,Volume,CPC,Clicks,CPS,Return Rate,Parent Keyword,Last Update,"
            "SERP Features,Global volume\n1,shoes,us,90,300,1,10,0.5,1.2,shoe,2020-01-01,Sitelinks,900\n"
        )
        row = only_keyword(content)
        assert (row.source_tool, row.volume, row.parent_topic, row.global_volume) == (
            SourceTool.AHREFS_KEYWORDS_EXPLORER,
            300,
            "shoe",
            900,
        )

    def test_ahrefs_2026_reads_the_measured_trend_and_not_the_forecast(self):
        months = ",".join(str(100 * month) for month in range(1, 25))
        header = (
            AHREFS_2025_HEADER
            + ",Languages,SV trend (03-2024 - 02-2026),SV Forecasting trend (03-2026 - 03-2027),Category"
        )
        row = only_keyword(f'{header}\n{self.RECORD_2025},en,"{months}","1,2,3",Shopping\n')
        assert row.trend == tuple(round(month / 24, 4) for month in range(13, 25))
        assert row.language == "en"

    def test_ahrefs_2026_keeps_a_keyword_whose_trend_has_an_unknown_notation(self):
        header = AHREFS_2025_HEADER + ",Languages,SV trend (03-2024 - 02-2026)"
        row = only_keyword(f"{header}\n{self.RECORD_2025},English,2024-03: 10\n")
        assert (row.text, row.trend, row.language) == ("buy shoes", (), None)

    def test_ahrefs_refuses_a_row_with_an_unknown_country(self):
        [row] = rows_of(f"{AHREFS_2025_HEADER}\n{self.RECORD_2025.replace('gb', 'Narnia')}\n")
        assert isinstance(row, RejectedRow)
        assert row.reason is RejectReason.COUNTRY_UNKNOWN
        assert row.message == 'The cell "Country" holds "Narnia", which is not a two-letter country code.'

    def test_ahrefs_country_cell_wins_over_the_file_name(self):
        filename = "google_us_shoes_matching-terms_2026-05-01_10-00-00.csv"
        empty = self.RECORD_2025.replace("gb", "")
        rows = rows_of(f"{AHREFS_2025_HEADER}\n{self.RECORD_2025}\n{empty}\n", filename=filename)
        assert [row.country for row in rows] == ["gb", "us"]


class TestPlainList:
    @pytest.mark.parametrize(
        "header", ["Keyword", "keywords", " KEYWORD ", "Search Term", "Query", "Keyphrase"]
    )
    def test_plain_list_reads_one_column_with_commas_inside(self, header):
        reader = opened(f"{header}\nred shoes\nshoes, red\n\n")
        assert [row.text for row in reader] == ["red shoes", "shoes, red"]
        assert reader.tool is SourceTool.PLAIN_LIST

    @pytest.mark.parametrize(
        ("header", "field", "cell", "value"),
        [
            ("Search Volume", "volume", "1.2K", 1200),
            ("Volume (US)", "volume", "90", 90),
            ("SV", "volume", "90", 90),
            ("Monthly searches", "volume", "90", 90),
            ("KD", "difficulty", "35%", 35),
            ("KD %", "difficulty", "35", 35),
            ("KD (%)", "difficulty", "35", 35),
            ("SEO Difficulty", "difficulty", "0", 0),
            ("Cost per click", "cpc", "$1.20", Decimal("1.20")),
            ("Competition", "competition", "35%", Decimal("0.35")),
            ("Search intent", "intents", "I, T", ("informational", "transactional")),
            ("Market", "country", "UK", "gb"),
            ("Language", "language", "en-US", "en"),
            ("Labels", "tags", "a|b|a", ("a", "b")),
        ],
    )
    def test_plain_list_reads_common_header_names(self, header, field, cell, value):
        assert getattr(only_keyword(f'Keyword,{header}\nshoes,"{cell}"\n'), field) == value

    @pytest.mark.parametrize(
        ("header", "cell", "currency"),
        [
            ("CPC (EUR)", "1.2", "EUR"),
            ("CPC", "1,20 €", "EUR"),
            ("CPC", "1.2", None),
            ("CPC (USD)", "£1", "GBP"),
        ],
    )
    def test_plain_list_knows_the_currency_only_from_the_file(self, header, cell, currency):
        assert only_keyword(f'Keyword,{header}\nshoes,"{cell}"\n').cpc_currency == currency

    @pytest.mark.parametrize(
        "header", ["Competition (indexed value)", "Avg. monthly searches", "Global volume rank"]
    )
    def test_plain_list_leaves_a_column_of_another_meaning_alone(self, header):
        reader = opened(f"Keyword,{header}\nshoes,50\n")
        assert reader.ignored_columns == (header,)
        assert list(reader) == [KeywordRow(2, "shoes", source_tool=SourceTool.PLAIN_LIST)]

    def test_plain_list_prefers_the_column_called_keyword(self):
        assert only_keyword("Term,Keyword\nold,shoes\n").text == "shoes"

    def test_plain_list_may_leave_out_last_cells(self):
        assert [(row.text, row.volume) for row in rows_of("Keyword,Volume\nshoes\nboots,5\n")] == [
            ("shoes", None),
            ("boots", 5),
        ]

    def test_plain_list_reads_namibia_as_a_country(self):
        assert only_keyword("Keyword,Country\nshoes,NA\n").country == "na"

    def test_header_is_found_below_a_preamble(self):
        content = "sep=;\nKeyword report for;shoes\nKeyword;shoes\n\nKeyword;Volume;KD\nred shoes;10;5\n"
        reader = opened(content)
        assert (reader.header_line_number, reader.header) == (5, ("Keyword", "Volume", "KD"))
        assert [(row.line_number, row.text) for row in reader] == [(6, "red shoes")]

    def test_windows_1252_is_read_when_utf_8_fails_late_in_the_file(self):
        content = "Keyword,Volume\n" + "shoes,1\n" * 50_000 + "café crème – 20 €,2\n"
        reader = opened(content.encode("cp1252"))
        *_, last = reader
        assert (reader.encoding, last.text, last.volume) == ("cp1252", "café crème – 20 €", 2)

    def test_windows_1252_is_read_when_the_last_byte_is_its_only_letter(self):
        assert only_keyword("Keyword\ncafé".encode("cp1252")).text == "café"


@pytest.mark.parametrize("cell", ["People also ask, İmages", "people_also_ask, i_mages"])
def test_features_are_read_alike_however_often(cell):
    assert only_keyword(f'Keyword,SERP features\nshoes,"{cell}"\n').serp_features == (
        "people_also_ask",
        "i_mages",
    )


class TestOwnExport:
    HEADER = (
        "Keyword,Country,Language,Volume,Volume from,Volume to,Difficulty,CPC,Currency,Competition,Intents,"
        "Intent source,SERP features,Trend,Parent topic,Traffic potential,Global volume,Source,Figures of,"
        "Status,Cluster,Topic"
    )

    def test_own_export_reads_every_column_but_those_for_people(self):
        content = (
            f"\ufeff{self.HEADER}\n"
            '\'=moka pot,gb,en,,100,1000,0,1.2000,GBP,0.35,"commercial, transactional",human,'
            '"people_also_ask, video","0.5, 1.0",pots,400,9000,semrush_api,2026-05-01,clustered,Moka pots,Coffee\n'
        )
        reader = opened(content, filename="keywords.csv")
        assert reader.ignored_columns == ("Status", "Cluster", "Topic")
        assert list(reader) == [
            KeywordRow(
                line_number=2,
                text="=moka pot",
                source_tool=SourceTool.OWN_EXPORT,
                country="gb",
                language="en",
                volume_min=100,
                volume_max=1000,
                difficulty=0,
                cpc=Decimal("1.2"),
                cpc_currency="GBP",
                competition=Decimal("0.35"),
                intents=("commercial", "transactional"),
                serp_features=("people_also_ask", "video"),
                trend=(0.5, 1.0),
                parent_topic="pots",
                traffic_potential=400,
                global_volume=9000,
                seen_on=date(2026, 5, 1),
                intent_source="human",
                origin="semrush_api",
            )
        ]

    def test_own_export_without_figures_knows_nothing(self):
        row = only_keyword(f"{self.HEADER}\nmoka pot{',' * 21}\n", filename="keywords 2026-05-01.csv")
        assert row == KeywordRow(2, "moka pot", source_tool=SourceTool.OWN_EXPORT)
