"""Imports: all of a file or nothing, counted, repeatable, inside the plan, and safe from a killed worker."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as django_settings

from igny8_core.auth.errors import PlanLimitReached
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import ImportState, KeywordStatus, LabelSource
from igny8_core.modules.planner.errors import (
    ImportStateConflict,
    KeywordFileMissing,
    KeywordFileTooLarge,
)
from igny8_core.modules.planner.exports import ExportKeywordColumnMissing, ExportTruncated
from igny8_core.modules.planner.models import Keyword, KeywordImport
from igny8_core.modules.planner.services import import_rows, imports
from igny8_core.modules.planner.tests.samples import (
    HEADER,
    ROWS,
    import_run,
    imported,
    keyword,
    stored_files,
    upload,
)
from igny8_core.tenancy.context import tenant_scope
from igny8_core.tenancy.errors import TenantMismatch
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def keyword_count(tenant: Tenant) -> int:
    with tenant.work():
        return Keyword.objects.count()


class TestRun:
    def test_import_writes_every_keyword(self, tenant: Tenant) -> None:
        report = imported(tenant)
        row = keyword(tenant, "moka pot")
        assert (report.rows, report.imported, report.updated, report.rejected) == (len(ROWS), len(ROWS), 0, 0)
        assert (row.volume, row.difficulty, str(row.cpc), row.cpc_currency) == (74000, 40, "1.2000", "USD")
        assert (row.intent, row.intents, row.intent_source) == (
            "commercial",
            ["commercial"],
            LabelSource.TOOL,
        )
        assert (row.country, row.site_id, row.sector_id) == ("us", tenant.site.pk, tenant.sector.pk)
        assert (row.status, row.normalized, row.source_tool) == (
            KeywordStatus.NEW,
            "moka pot",
            "semrush_keyword_magic",
        )

    def test_import_guesses_a_missing_intent(self, tenant: Tenant) -> None:
        imported(tenant, f"{HEADER}\nbest cat litter,,100,,,,,\n")
        row = keyword(tenant, "best cat litter")
        assert (row.intent, row.intent_source, row.difficulty) == ("commercial", LabelSource.RULES, None)

    def test_import_counts_duplicates_and_keeps_the_first(self, tenant: Tenant) -> None:
        report = imported(tenant, f"{HEADER}\nCat Litter,,100,,,,,\ncat  litter,,999,,,,,\n")
        assert (report.rows, report.imported, report.duplicates) == (2, 1, 1)
        assert keyword(tenant, "Cat Litter").volume == 100

    def test_import_reports_rejects(self, tenant: Tenant) -> None:
        upload_row = upload(tenant, f"{HEADER}\ncat litter,,100,,,,,\n???,,5,,,,,\ncat toy,,many,,,,,\n")
        report = import_run(tenant, upload_row.pk)
        with tenant.work():
            row = KeywordImport.objects.get(pk=upload_row.pk)
        assert (report.rows, report.imported, report.rejected) == (3, 1, 2)
        assert [(reject["line_number"], reject["reason"]) for reject in row.rejects] == [
            (3, "keyword_without_letters"),
            (4, "number_unreadable"),
        ]

    def test_import_caps_stored_rejects_but_counts_all(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(import_rows, "MAX_STORED_REJECTS", 2)
        bad = "\n".join("???,,1,,,,," for _ in range(5))
        row = upload(tenant, f"{HEADER}\ncat litter,,100,,,,,\n{bad}\n")
        assert import_run(tenant, row.pk).rejected == 5
        with tenant.work():
            assert len(KeywordImport.objects.get(pk=row.pk).rejects) == 2

    def test_import_run_twice_gives_the_same_report(self, tenant: Tenant) -> None:
        row = upload(tenant)
        assert import_run(tenant, row.pk) == import_run(tenant, row.pk)
        assert keyword_count(tenant) == len(ROWS)

    def test_import_forgets_the_file_when_done(self, tenant: Tenant, media_root: Path) -> None:
        row = upload(tenant)
        assert len(stored_files(media_root)) == 1
        assert str(tenant.account.pk) in row.storage_name
        import_run(tenant, row.pk)
        assert stored_files(media_root) == []

    def test_import_of_a_known_file_changes_nothing(self, tenant: Tenant) -> None:
        imported(tenant)
        report = imported(tenant)
        assert (report.imported, report.updated, report.unchanged) == (0, 0, len(ROWS))
        assert keyword(tenant, "moka pot").version == 1

    def test_import_updates_metrics_alone(self, tenant: Tenant) -> None:
        imported(tenant)
        with tenant.work():
            row = Keyword.objects.get(text="moka pot")
            services.keyword_update(row, intent="informational", status=KeywordStatus.ARCHIVED)
        report = imported(tenant, f"{HEADER}\nMOKA POT,Transactional,80000,,,,,\n")
        row = keyword(tenant, "moka pot")
        assert (report.imported, report.updated) == (0, 1)
        assert (row.volume, row.difficulty) == (80000, 40)
        assert (row.intent, row.intent_source, row.status) == (
            "informational",
            LabelSource.HUMAN,
            KeywordStatus.ARCHIVED,
        )

    def test_import_without_labels_keeps_the_tool_s_label(self, tenant: Tenant) -> None:
        imported(tenant)
        imported(tenant, f"{HEADER}\nmoka pot,,75000,,,,,\n")
        row = keyword(tenant, "moka pot")
        assert (row.volume, row.intent, row.intent_source) == (75000, "commercial", LabelSource.TOOL)


class TestFailure:
    def test_import_of_an_unreadable_file_leaves_only_the_failed_row(
        self, tenant: Tenant, media_root: Path
    ) -> None:
        row = upload(tenant, "colour;size\nred;3\n")
        with pytest.raises(ExportKeywordColumnMissing):
            import_run(tenant, row.pk)
        with tenant.work():
            row = KeywordImport.objects.get(pk=row.pk)
        assert (row.state, row.error_code) == (ImportState.FAILED, "export_keyword_column_missing")
        assert "Keyword" in row.error_message
        assert row.finished_at is not None
        assert (keyword_count(tenant), stored_files(media_root)) == (0, [])

    def test_import_of_a_file_cut_off_in_the_middle_writes_nothing(self, tenant: Tenant) -> None:
        row = upload(tenant, "\n".join((HEADER, *ROWS)) + '\n"a keyword that never en')
        with pytest.raises(ExportTruncated):
            import_run(tenant, row.pk)
        with tenant.work():
            failed = KeywordImport.objects.get(pk=row.pk)
        assert (failed.state, failed.row_count, keyword_count(tenant)) == (ImportState.FAILED, 0, 0)

    def test_import_beyond_the_plan_writes_nothing(self, tenant: Tenant) -> None:
        imported(tenant, f"{HEADER}\nmoka pot,,1,,,,,\n")
        plan = tenant.account.plan
        plan.max_keywords, before = 10, plan.max_keywords
        plan.save()
        try:
            with pytest.raises(PlanLimitReached) as refusal:
                imported(tenant)
        finally:
            plan.max_keywords = before
            plan.save()
        assert refusal.value.message == (
            f"The plan allows 10 keywords; there are 1 and this would add {len(ROWS) - 1}."
        )
        assert keyword_count(tenant) == 1
        assert keyword(tenant, "moka pot").volume == 1

    def test_import_without_its_file_fails_clearly(self, tenant: Tenant, media_root: Path) -> None:
        row = upload(tenant)
        for path in stored_files(media_root):
            path.unlink()
        with pytest.raises(KeywordFileMissing):
            import_run(tenant, row.pk)
        with pytest.raises(ImportStateConflict):
            import_run(tenant, row.pk)

    def test_import_create_refuses_a_huge_file(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, media_root: Path
    ) -> None:
        monkeypatch.setattr(imports, "MAX_UPLOAD_BYTES", 10)
        with pytest.raises(KeywordFileTooLarge):
            upload(tenant)
        assert stored_files(media_root) == []

    def test_import_create_refuses_a_foreign_site(
        self, tenant: Tenant, stranger: Tenant, media_root: Path
    ) -> None:

        with pytest.raises(TenantMismatch), stranger.work():
            services.keyword_import_create(
                site_id=tenant.site.pk, sector_id=None, filename="x.csv", content=io.BytesIO(b"x")
            )
        assert stored_files(media_root) == []

    def test_import_of_a_stranger_is_not_found(self, tenant: Tenant, stranger: Tenant) -> None:
        row = upload(tenant)
        with pytest.raises(NotFound):
            import_run(stranger, row.pk)
        with pytest.raises(NotFound), stranger.work():
            services.keyword_import_start(row.pk)
        with pytest.raises(NotFound):
            import_run(tenant, uuid4())


KILLED = """
import os, sys, uuid
import django
django.setup()
from igny8_core.modules.planner.services import import_rows, imports
from igny8_core.modules.planner import services
from igny8_core.tenancy.context import ALL_SITES, TenantContext, tenant_scope

real = imports.bulk_upsert
def slow(*args, **options):
    result = real(*args, **options)
    print("written", flush=True)
    sys.stdin.read()
    return result
imports.bulk_upsert = slow
context = TenantContext(account_id=int(sys.argv[1]), site_ids=ALL_SITES, actor_id=None, request_id="")
with tenant_scope(context):
    services.keyword_import_run(uuid.UUID(sys.argv[2]), progress=lambda *args: None)
"""


class TestCrash:
    def test_import_killed_in_the_middle_of_the_write_leaves_nothing_and_runs_again(
        self, tenant: Tenant
    ) -> None:
        row = upload(tenant)
        environment = {
            **os.environ,
            "MEDIA_ROOT": str(django_settings.MEDIA_ROOT),
            "PYTHONPATH": os.pathsep.join([str(django_settings.BACKEND_DIR), *sys.path]),
        }
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tenant.account.pk), str(row.pk)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
        assert process.stdin is not None
        process.stdin.close()
        with tenant.work():
            assert Keyword.objects.count() == 0
            assert KeywordImport.objects.get(pk=row.pk).state == ImportState.RUNNING
        report = import_run(tenant, row.pk)
        assert (report.imported, report.duplicates, keyword_count(tenant)) == (len(ROWS), 0, len(ROWS))


class TestStart:
    def test_import_start_gives_one_job(self, tenant: Tenant) -> None:
        row = upload(tenant)
        with tenant.work():
            first, second = services.keyword_import_start(row.pk), services.keyword_import_start(row.pk)
        assert first.pk == second.pk
        assert first.payload == {"import_id": str(row.pk)}

    def test_import_start_refuses_a_finished_one(self, tenant: Tenant) -> None:
        row = upload(tenant)
        import_run(tenant, row.pk)
        with pytest.raises(ImportStateConflict), tenant_scope(tenant.context), tenant.work():
            services.keyword_import_start(row.pk)
