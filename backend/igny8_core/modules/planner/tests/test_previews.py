"""A preview: what a file holds before anything is written, a start that is one, and uploads that nobody started."""

import io
from datetime import timedelta
from pathlib import Path

import pytest

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import NotFound
from igny8_core.modules.planner import services
from igny8_core.modules.planner.constants import ImportState
from igny8_core.modules.planner.errors import ImportExpired, KeywordFileTooLarge
from igny8_core.modules.planner.exports import ExportNotText
from igny8_core.modules.planner.models import Keyword, KeywordImport
from igny8_core.modules.planner.selectors import keyword_import_get, keyword_import_list
from igny8_core.modules.planner.services import imports, previews
from igny8_core.modules.planner.tests.samples import (
    HEADER,
    ROWS,
    SEMRUSH,
    import_run,
    imported,
    stored_files,
    upload,
)
from igny8_core.modules.planner.types import ImportDetail, SampleRow
from igny8_core.tenancy.errors import TenantMismatch
from igny8_core.tenancy.models import Job
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

MIXED = (
    f"{HEADER},Notes\ncat litter,,100,,,1.50,,,a\nCat  litter,,5,,,,,,b\n???,,1,,,,,,c\nmoka pot,,9,,,,,,d\n"
)


def previewed(
    tenant: Tenant, text: str = SEMRUSH, filename: str = "moka_broad-match_us_2026-01-31.csv"
) -> ImportDetail:
    with tenant.work():
        row = services.keyword_import_preview(
            site_id=tenant.site.pk,
            sector_id=tenant.sector.pk,
            filename=filename,
            content=io.BytesIO(text.encode()),
        )
        return keyword_import_get(row.pk)


def age(tenant: Tenant, detail: ImportDetail, *, hours: int) -> None:
    with tenant.work():
        KeywordImport.objects.filter(pk=detail.row.id).update(created_at=utc_now() - timedelta(hours=hours))


class TestPreview:
    def test_preview_counts_and_writes_no_keyword(self, tenant: Tenant) -> None:
        imported(tenant)
        detail = previewed(tenant, MIXED)
        found = detail.preview
        assert found is not None
        assert (found.rows, found.duplicates, found.rejected, found.known, found.new) == (4, 1, 1, 1, 1)
        assert (found.tool, found.encoding, found.delimiter, found.is_whole) == (
            "Semrush Keyword Magic",
            "utf-8",
            "comma",
            True,
        )
        assert found.columns_read == tuple(HEADER.split(","))
        assert found.columns_ignored == ("Notes",)
        assert found.sample[0] == SampleRow("cat litter", "us", 100, None, "1.5 USD", "informational")
        (reject,) = detail.rejects
        assert (reject.line_number, reject.reason, reject.raw) == (
            4,
            "keyword_without_letters",
            "???,,1,,,,,,c",
        )
        assert reject.message == 'The cell "Keyword" holds "???", which is a text without a letter or digit.'
        assert (detail.row.state, detail.row.job_id) == (ImportState.UPLOADED, None)
        with tenant.work():
            assert Keyword.objects.count() == len(ROWS)
            assert list(Job.objects.values_list("kind", flat=True)) == ["planner.key_keywords"]

    def test_preview_of_a_long_file_says_that_there_is_more(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(previews, "PREVIEW_ROWS", 3)
        found = previewed(tenant).preview
        assert found is not None
        assert (found.rows, found.new, found.is_whole) == (3, 3, False)

    def test_import_after_a_preview_gives_the_counts_of_the_whole_file(
        self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, media_root: Path
    ) -> None:
        monkeypatch.setattr(previews, "PREVIEW_ROWS", 3)
        detail = previewed(tenant)
        report = import_run(tenant, detail.row.id)
        with tenant.work():
            done = keyword_import_get(detail.row.id)
        assert (report.rows, report.imported) == (len(ROWS), len(ROWS))
        assert (done.row.state, done.row.rows, done.rejects) == (ImportState.DONE, len(ROWS), ())
        assert stored_files(media_root) == []

    @pytest.mark.parametrize(
        ("text", "error"),
        [("%PDF-1.7", ExportNotText), (SEMRUSH, KeywordFileTooLarge)],
    )
    def test_file_that_is_refused_is_not_stored(
        self,
        tenant: Tenant,
        monkeypatch: pytest.MonkeyPatch,
        media_root: Path,
        text: str,
        error: type[Exception],
    ) -> None:
        monkeypatch.setattr(imports, "MAX_UPLOAD_BYTES", 100)
        with pytest.raises(error):
            previewed(tenant, text)
        with tenant.work():
            assert not KeywordImport.objects.exists()
        assert stored_files(media_root) == []

    def test_preview_for_a_foreign_site_leaves_nothing(
        self, tenant: Tenant, stranger: Tenant, media_root: Path
    ) -> None:
        with pytest.raises(TenantMismatch), stranger.work():
            services.keyword_import_preview(
                site_id=tenant.site.pk, sector_id=None, filename="x.csv", content=io.BytesIO(SEMRUSH.encode())
            )
        assert stored_files(media_root) == []


class TestStart:
    def test_import_is_started_once_and_knows_its_job(self, tenant: Tenant) -> None:
        detail = previewed(tenant)
        with tenant.work():
            first = services.keyword_import_start(detail.row.id)
            assert services.keyword_import_start(detail.row.id).pk == first.pk
            assert keyword_import_get(detail.row.id).row.job_id == first.pk

    def test_upload_that_nobody_started_is_forgotten_with_the_next_one(
        self, tenant: Tenant, media_root: Path
    ) -> None:
        old, started, plain = previewed(tenant), previewed(tenant), upload(tenant)
        with tenant.work():
            services.keyword_import_start(started.row.id)
            KeywordImport.objects.filter(pk=plain.pk).update(created_at=utc_now() - timedelta(hours=25))
        age(tenant, old, hours=25)
        age(tenant, started, hours=25)
        fresh = previewed(tenant)
        with tenant.work():
            states = dict(KeywordImport.objects.values_list("pk", "state"))
            with pytest.raises(ImportExpired):
                services.keyword_import_start(old.row.id)
        assert states == {
            old.row.id: ImportState.FAILED,
            started.row.id: ImportState.UPLOADED,
            plain.pk: ImportState.UPLOADED,
            fresh.row.id: ImportState.UPLOADED,
        }
        assert len(stored_files(media_root)) == 3

    def test_upload_of_a_few_hours_is_kept(self, tenant: Tenant) -> None:
        detail = previewed(tenant)
        age(tenant, detail, hours=23)
        with tenant.work():
            assert services.keyword_imports_expire() == 0


class TestReads:
    def test_imports_are_listed_newest_first_for_their_site(self, tenant: Tenant, stranger: Tenant) -> None:
        first, second = previewed(tenant, filename="a.csv"), previewed(tenant, filename="b.csv")
        with tenant.work():
            assert [row.id for row in keyword_import_list(tenant.site.pk).rows] == [
                second.row.id,
                first.row.id,
            ]
        with stranger.work():
            assert keyword_import_list(tenant.site.pk).rows == ()
            with pytest.raises(NotFound):
                keyword_import_get(first.row.id)

    def test_upload_without_a_preview_has_none(self, tenant: Tenant) -> None:
        row = upload(tenant)
        with tenant.work():
            assert keyword_import_get(row.pk).preview is None

    def test_import_written_by_hand_is_shown_without_what_it_lacks(self, tenant: Tenant) -> None:
        row = upload(tenant)
        with tenant.work():
            KeywordImport.objects.update(preview={"tool": "x"}, rejects=["no record"])
            detail = keyword_import_get(row.pk)
        assert (detail.preview, detail.rejects) == (None, ())
