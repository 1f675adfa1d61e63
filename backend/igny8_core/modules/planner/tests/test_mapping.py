"""Columns of uploads: looked at, said, read anew, remembered with the start, and used for the next file."""

import io
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from igny8_core.common.errors import NotFound
from igny8_core.modules.planner import services
from igny8_core.modules.planner.errors import (
    ImportColumnUnknown,
    ImportFieldTwice,
    ImportFieldUnknown,
    ImportKeywordMissing,
    ImportNeedsMapping,
    ImportStateConflict,
)
from igny8_core.modules.planner.exports.tests.samples import workbook
from igny8_core.modules.planner.models import ImportMapping, Keyword, KeywordImport
from igny8_core.modules.planner.selectors import keyword_import_get
from igny8_core.modules.planner.tests.samples import HEADER, ROWS, SEMRUSH, import_run, imported, upload
from igny8_core.modules.planner.types import ImportPreview
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db(transaction=True)

GERMAN = "Begriff;Nachfrage;Notiz\nrote Schuhe;1200;x\nblaue Schuhe;90;y\nrote Schuhe;7;z\n"
SAID = {"Begriff": "text", "Nachfrage": "volume", "Notiz": None}


def looked(
    tenant: Tenant, content: str | bytes = GERMAN, filename: str = "liste.csv", columns: Any = None
) -> UUID:
    data = content.encode() if isinstance(content, str) else content
    with tenant.work():
        return services.keyword_import_preview(
            site_id=tenant.site.pk,
            sector_id=None,
            filename=filename,
            content=io.BytesIO(data),
            columns=columns,
        ).pk


def mapped(tenant: Tenant, import_id: UUID, columns: Any) -> ImportPreview:
    with tenant.work():
        services.keyword_import_map(import_id, columns=columns)
    return preview_of(tenant, import_id)


def preview_of(tenant: Tenant, import_id: UUID) -> ImportPreview:
    with tenant.work():
        found = keyword_import_get(import_id).preview
    assert found is not None
    return found


def start(tenant: Tenant, import_id: UUID) -> None:
    with tenant.work():
        services.keyword_import_start(import_id)


def remembered(tenant: Tenant) -> list[tuple[Any, ...]]:
    with tenant.work():
        rows = ImportMapping.objects.order_by("pk")
        return list(rows.values_list("columns", "filename", "saved_by_id"))


def volumes(tenant: Tenant) -> dict[str, int | None]:
    with tenant.work():
        return dict(Keyword.objects.values_list("text", "volume"))


class TestLook:
    def test_file_that_no_format_knows_shows_its_columns(self, tenant: Tenant) -> None:
        found = preview_of(tenant, looked(tenant))
        assert (found.needs_mapping, found.mapping, found.rows, found.tool) == (True, "detected", 0, "")
        assert (found.encoding, found.delimiter, found.has_header) == ("utf-8", "semicolon", True)
        assert [(one.name, one.field, one.guess, one.sample) for one in found.columns] == [
            ("Begriff", None, "text", ("rote Schuhe", "blaue Schuhe", "rote Schuhe")),
            ("Nachfrage", None, "volume", ("1200", "90", "7")),
            ("Notiz", None, None, ("x", "y", "z")),
        ]
        assert {"text", "volume", "country"} <= set(found.fields)

    def test_single_line_is_a_keyword_to_choose(self, tenant: Tenant) -> None:
        import_id = looked(tenant, "rote Schuhe\n")
        [column] = preview_of(tenant, import_id).columns
        assert (column.name, column.guess, column.sample) == ("rote Schuhe", "text", ())
        assert mapped(tenant, import_id, ["text"]).sample[0].text == "rote Schuhe"

    def test_it_cannot_be_started_before_its_keywords_are_known(self, tenant: Tenant) -> None:
        import_id = looked(tenant)
        with pytest.raises(ImportNeedsMapping):
            start(tenant, import_id)
        mapped(tenant, import_id, SAID)
        start(tenant, import_id)

    def test_known_export_shows_what_its_columns_are_read_as(self, tenant: Tenant) -> None:
        found = preview_of(tenant, looked(tenant, SEMRUSH))
        assert [(one.name, one.field) for one in found.columns][:3] == [
            ("Keyword", "text"),
            ("Intent", "intents"),
            ("Volume", "volume"),
        ]
        assert (found.needs_mapping, found.mapping, found.columns[0].guess) == (False, "detected", None)

    def test_preview_tells_the_plan_s_room_and_that_imports_are_free(self, tenant: Tenant) -> None:
        imported(tenant)
        found = preview_of(tenant, looked(tenant, f"{HEADER}\nmoka pot,,1,,,,,\nred shoes,,1,,,,,\n"))
        limit = tenant.account.plan.max_keywords
        assert (found.keywords_left, found.credits) == (limit - len(ROWS), 0)
        assert found.adds_at_most == 2  # without a country in the file's name both are other keywords

    def test_columns_given_with_the_upload_are_used(self, tenant: Tenant) -> None:
        found = preview_of(tenant, looked(tenant, columns=SAID))
        assert (found.mapping, found.rows, found.duplicates, found.new) == ("given", 3, 1, 2)
        assert (found.columns_read, found.columns_ignored) == (("Begriff", "Nachfrage"), ("Notiz",))

    def test_refused_columns_leave_nothing(self, tenant: Tenant) -> None:
        with pytest.raises(ImportColumnUnknown):
            looked(tenant, columns={"Keyword": "text"})
        with tenant.work():
            assert not KeywordImport.objects.exists()

    def test_fifty_columns_with_long_and_repeated_names_are_told_apart(self, tenant: Tenant) -> None:
        header = ["Begriff", *["x" * 500] * 24, *["Wert"] * 24, ""]
        content = ";".join(header) + "\n" + ";".join(["rote Schuhe", *map(str, range(48)), ""]) + "\n"
        import_id = looked(tenant, content)
        names = [one.name for one in preview_of(tenant, import_id).columns]
        assert len(set(names)) == len(names) == 49  # a last one without a name is no column
        assert max(map(len, names)) < 90
        assert names[-1] == "Wert (24)"
        assert mapped(tenant, import_id, {"Begriff": "text", "Wert (24)": "volume"}).sample[0].volume == 47

    def test_columns_beyond_two_hundred_are_counted_and_ignored(self, tenant: Tenant) -> None:
        header = ["Begriff", *(f"Wert {number}" for number in range(1, 300))]
        content = ",".join(header) + "\n" + ",".join(["Schuhe", *["1"] * 299]) + "\n"
        import_id = looked(tenant, content)
        found = preview_of(tenant, import_id)
        assert (len(found.columns), found.columns_more) == (200, 100)
        with pytest.raises(ImportColumnUnknown, match="Wert 250"):
            mapped(tenant, import_id, {"Begriff": "text", "Wert 250": "volume"})
        assert mapped(tenant, import_id, {"Begriff": "text", "Wert 199": "volume"}).sample[0].volume == 1

    def test_header_with_a_nul_character_is_stored(self, tenant: Tenant) -> None:
        found = preview_of(tenant, looked(tenant, "Begriff;No\x00tiz\nrote Schuhe;a\x00b\n"))
        assert [one.name for one in found.columns] == ["Begriff", "No\ufffdtiz"]


class TestMap:
    def test_file_is_read_anew_and_imported_as_said(self, tenant: Tenant) -> None:
        import_id = looked(tenant)
        found = mapped(tenant, import_id, SAID)
        assert (found.needs_mapping, found.mapping, found.rows, found.duplicates) == (False, "given", 3, 1)
        assert [(one.text, one.volume) for one in found.sample][:1] == [("rote Schuhe", 1200)]
        report = import_run(tenant, import_id)
        assert (report.rows, report.imported) == (3, 2)
        assert volumes(tenant) == {"rote Schuhe": 1200, "blaue Schuhe": 90}

    def test_workbook_is_read_as_said(self, tenant: Tenant) -> None:
        book = workbook([["Begriff", "Nachfrage"], ["rote Schuhe", 1200], ["Hut", None]])
        import_id = looked(tenant, book, "liste.xlsx")
        assert preview_of(tenant, import_id).needs_mapping
        mapped(tenant, import_id, {"Begriff": "text", "Nachfrage": "volume"})
        import_run(tenant, import_id)
        assert volumes(tenant) == {"rote Schuhe": 1200, "Hut": None}

    def test_list_without_a_header_is_read_by_place(self, tenant: Tenant) -> None:
        import_id = looked(tenant, "rote Schuhe,90\nHut,5\n")
        found = mapped(tenant, import_id, ["text", "volume"])
        assert (found.has_header, found.columns[0].name, found.columns[0].sample) == (
            False,
            "Column 1",
            ("rote Schuhe", "Hut"),
        )
        start(tenant, import_id)
        import_run(tenant, import_id)
        assert volumes(tenant) == {"rote Schuhe": 90, "Hut": 5}
        assert remembered(tenant) == []

    def test_column_of_a_known_export_is_ignored_as_said(self, tenant: Tenant) -> None:
        import_id = looked(tenant, SEMRUSH)
        found = mapped(tenant, import_id, {"Keyword": "text", "Intent": "intents"})
        assert (found.tool, found.sample[0].volume, found.sample[0].intent) == (
            "Semrush Keyword Magic",
            None,
            "commercial",
        )

    def test_nothing_said_is_read_as_the_file_says(self, tenant: Tenant) -> None:
        import_id = looked(tenant, SEMRUSH, columns={"Keyword": "text"})
        found = mapped(tenant, import_id, None)
        assert (found.mapping, found.sample[0].volume) == ("detected", 74000)

    @pytest.mark.parametrize(
        ("columns", "error"),
        [
            ({"Keyword": "text"}, ImportColumnUnknown),
            ({"Begriff": "text", "Nachfrage": "colour"}, ImportFieldUnknown),
            ({"Begriff": "text", "Nachfrage": "tags"}, ImportFieldUnknown),
            ({"Begriff": "text", "Notiz": "text"}, ImportFieldTwice),
            ({"Nachfrage": "volume"}, ImportKeywordMissing),
            ({}, ImportKeywordMissing),
            ([], ImportKeywordMissing),
            (["text", None, None, None], ImportColumnUnknown),
            (["text", *[None] * 200], ImportColumnUnknown),
        ],
    )
    def test_what_cannot_be_is_refused_and_changes_nothing(
        self, tenant: Tenant, columns: Any, error: type[Exception]
    ) -> None:
        import_id = looked(tenant)
        before = preview_of(tenant, import_id)
        with pytest.raises(error):
            mapped(tenant, import_id, columns)
        assert preview_of(tenant, import_id) == before

    def test_import_that_was_started_keeps_its_columns(self, tenant: Tenant) -> None:
        import_id = looked(tenant, columns=SAID)
        start(tenant, import_id)
        for _ in range(2):
            with pytest.raises(ImportStateConflict):
                mapped(tenant, import_id, {"Notiz": "text"})
            import_run(tenant, import_id)
        assert volumes(tenant) == {"rote Schuhe": 1200, "blaue Schuhe": 90}

    def test_stranger_finds_no_import(self, tenant: Tenant, stranger: Tenant) -> None:
        import_id = looked(tenant)
        for one in (import_id, uuid4()):
            with pytest.raises(NotFound):
                mapped(stranger, one, SAID)
        assert preview_of(tenant, import_id).needs_mapping


class TestMemory:
    def test_next_file_with_this_header_is_read_alike(self, tenant: Tenant) -> None:
        start(tenant, looked(tenant, columns=SAID))
        second = looked(tenant, GERMAN.replace("Begriff", "BEGRIFF"), "neu.csv")
        found = preview_of(tenant, second)
        assert (found.mapping, found.mapping_file, found.needs_mapping) == ("remembered", "liste.csv", False)
        assert [(one.name, one.field) for one in found.columns] == [
            ("BEGRIFF", "text"),
            ("Nachfrage", "volume"),
            ("Notiz", None),
        ]
        import_run(tenant, second)
        assert volumes(tenant) == {"rote Schuhe": 1200, "blaue Schuhe": 90}

    def test_upload_that_nobody_looks_at_uses_it_too(self, tenant: Tenant) -> None:
        start(tenant, looked(tenant, columns=SAID))
        report = import_run(tenant, upload(tenant, GERMAN, "neu.csv").pk)
        assert (report.imported, volumes(tenant)["rote Schuhe"]) == (2, 1200)

    def test_it_is_remembered_with_the_start_and_once(self, tenant: Tenant) -> None:
        import_id = looked(tenant, columns=SAID)
        assert remembered(tenant) == []
        for _ in range(2):
            start(tenant, import_id)
        assert remembered(tenant) == [(SAID, "liste.csv", tenant.owner.pk)]
        with tenant.work():
            assert set(ImportMapping.objects.values_list("version", flat=True)) == {1}

    def test_later_word_replaces_it_and_the_same_word_changes_nothing(self, tenant: Tenant) -> None:
        start(tenant, looked(tenant, columns=SAID))
        start(tenant, looked(tenant, filename="again.csv", columns=SAID))
        assert remembered(tenant) == [(SAID, "liste.csv", tenant.owner.pk)]
        other = {"Notiz": "text"}
        start(tenant, looked(tenant, filename="other.csv", columns=other))
        assert remembered(tenant) == [(other, "other.csv", tenant.owner.pk)]

    def test_detected_and_remembered_columns_are_not_remembered_again(self, tenant: Tenant) -> None:
        start(tenant, looked(tenant, SEMRUSH))
        assert remembered(tenant) == []
        start(tenant, looked(tenant, columns=SAID))
        start(tenant, looked(tenant, filename="neu.csv"))
        assert [filename for _, filename, _ in remembered(tenant)] == ["liste.csv"]

    def test_refused_start_remembers_nothing(self, tenant: Tenant) -> None:
        import_id = looked(tenant, columns=SAID)
        with tenant.work():
            services.keyword_import_fail(import_id, error=ImportStateConflict())
        with pytest.raises(ImportStateConflict):
            start(tenant, import_id)
        assert remembered(tenant) == []

    def test_other_account_knows_nothing_of_it(self, tenant: Tenant, stranger: Tenant) -> None:
        start(tenant, looked(tenant, columns=SAID))
        assert preview_of(stranger, looked(stranger)).needs_mapping
        start(stranger, looked(stranger, columns={"Notiz": "text"}))
        assert [columns for columns, _, _ in remembered(tenant)] == [SAID]

    def test_two_starts_at_once_leave_one_memory(self, tenant: Tenant) -> None:
        imports = [looked(tenant, filename=f"{number}.csv", columns=SAID) for number in range(2)]
        barrier, problems = threading.Barrier(2), []

        def go(import_id: UUID) -> None:
            try:
                barrier.wait(10)
                start(tenant, import_id)
            except Exception as error:  # noqa: BLE001 - a thread's failure is told by the test
                problems.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=go, args=(one,)) for one in imports]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert problems == []
        assert len(remembered(tenant)) == 1

    @given(
        order=st.permutations(range(8)),
        names=st.lists(st.integers(0, 10**6), min_size=8, max_size=8, unique=True),
    )
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_moved_and_renamed_export_gives_the_same_keywords(
        self, tenant: Tenant, order: list[int], names: list[int]
    ) -> None:
        known = ("text", "volume", "difficulty", "cpc", "cpc_currency", "competition", "intent", "intents")

        def keywords(site_id: UUID) -> list[Any]:
            with tenant.work():
                return list(Keyword.objects.filter(site_id=site_id).order_by("text").values_list(*known))

        site = site_make(tenant)
        fields = ("text", "intents", "volume", None, "difficulty", "cpc", "competition", None)
        head = [
            f"c{name}" + (" (USD)" if field == "cpc" else "")
            for name, field in zip(names, fields, strict=True)
        ]
        table = [head, *(row.split(",") for row in ROWS)]
        moved = "\n".join(",".join(row[place] for place in order) for row in table)
        imported(tenant)
        with tenant.work():
            row = services.keyword_import_preview(
                site_id=site.pk,
                sector_id=None,
                filename="moka_broad-match_us_2026-01-31.csv",
                content=io.BytesIO(moved.encode()),
                columns=dict(zip(head, fields, strict=True)),
            )
        import_run(tenant, row.pk)
        assert keywords(site.pk) == keywords(tenant.site.pk)
