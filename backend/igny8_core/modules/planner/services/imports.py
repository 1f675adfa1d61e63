"""Takes keyword exports in: the upload, its job, and the one transaction that writes all of a file or nothing."""

from typing import Any, BinaryIO
from uuid import UUID, uuid4

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.planner.constants import MAX_UPLOAD_BYTES, ImportState
from igny8_core.modules.planner.errors import (
    ImportExpired,
    ImportNeedsMapping,
    ImportStateConflict,
    KeywordFileMissing,
    KeywordFileTooLarge,
)
from igny8_core.modules.planner.exports import ExportReader, open_export
from igny8_core.modules.planner.models import Keyword, KeywordImport
from igny8_core.modules.planner.services.import_rows import (
    COLUMNS,
    IDENTITY,
    METRICS,
    PRECEDENCES,
    RANKINGS,
    Tally,
    history_of,
    keyword_rows,
    ranking_rows,
)
from igny8_core.modules.planner.services.limits import keyword_limit_check
from igny8_core.modules.planner.services.mappings import columns_remembered, mapping_remember
from igny8_core.modules.planner.services.metrics import clusters_refresh
from igny8_core.modules.planner.services.variants import keywords_key_start
from igny8_core.modules.planner.types import ImportReport, Progress
from igny8_core.modules.system.selectors import brand_profile_get
from igny8_core.tenancy.bulk import BulkResult, bulk_attach, bulk_upsert
from igny8_core.tenancy.context import TENANT_ALIAS, current_context, tenant_transaction
from igny8_core.tenancy.models import Job
from igny8_core.tenancy.queue import enqueue

_ALLOWED = {
    ImportState.UPLOADED: {ImportState.RUNNING, ImportState.FAILED},
    ImportState.RUNNING: {ImportState.DONE, ImportState.FAILED},
}


def keyword_import_create(
    *, site_id: UUID, sector_id: UUID | None, filename: str, content: BinaryIO, **known: Any
) -> KeywordImport:
    """Store an upload under `<account>/<uuid>` and record it with what is `known` of it.

    `content` is seekable; it is copied in chunks. Raises KeywordFileTooLarge, and TenantMismatch for a foreign site.
    """
    upload_size_check(content)
    row = KeywordImport(site_id=site_id, sector_id=sector_id, filename=filename[-255:], **known)
    row.storage_name = f"{current_context().account_id}/{uuid4()}"
    with transaction.atomic(using=TENANT_ALIAS):
        row.save()  # first: a foreign site is refused before anything lies on the disk
        default_storage.save(row.storage_name, File(content))
    return row


def upload_size_check(content: BinaryIO) -> None:
    """Raise KeywordFileTooLarge for more than an export has; leaves the file at its start."""
    if content.seek(0, 2) > MAX_UPLOAD_BYTES:
        raise KeywordFileTooLarge
    content.seek(0)


def keyword_import_start(import_id: UUID) -> Job:
    """Have a worker run the import; called again it returns the job that is at work.

    What a person said of its columns is remembered with the first start. Raises NotFound, ImportExpired,
    ImportNeedsMapping while nobody knows its keywords, and ImportStateConflict for an import that is finished.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        row = import_get(import_id, is_locked=True)
        if row.error_code == ImportExpired.code:
            raise ImportExpired
        if row.state not in (ImportState.UPLOADED, ImportState.RUNNING):
            raise ImportStateConflict
        if row.preview.get("needs_mapping"):
            raise ImportNeedsMapping
        if row.job_id is None:
            mapping_remember(row)
        payload = {"import_id": str(row.pk)}
        job = enqueue("planner.import_keywords", payload=payload, site_id=row.site_id, dedupe_key=str(row.pk))
        row.job_id = job.pk
        row.save(update_fields=["job_id"])
    return job


def keyword_import_run(import_id: UUID, *, progress: Progress) -> ImportReport:
    """Read the stored file and write its keywords in one transaction: all of them, or none.

    Call it outside any transaction. A finished import gives its report again. The tool's intent label wins, otherwise
    the rules guess. Raises ExportUnreadable, KeywordFileMissing, PlanLimitReached (each leaves the import failed with
    that sentence and nothing else) and ImportStateConflict for a failed import.
    """
    with tenant_transaction():
        row = import_get(import_id, is_locked=True)
        if row.state in (ImportState.DONE, ImportState.FAILED):
            file_forget(row)  # a run that was killed right behind its commit has left it there
        elif row.state == ImportState.UPLOADED:
            import_transition(row, ImportState.RUNNING)
            row.save(update_fields=["state"])
    if row.state == ImportState.DONE:
        return import_report(row)
    if row.state == ImportState.FAILED:
        raise ImportStateConflict(f"This import failed; upload the file again. {row.error_message}")
    progress(0, 1, f"Reading {row.filename}")
    try:
        report = _import_all(import_id)
    except DomainError as error:
        with tenant_transaction():
            keyword_import_fail(import_id, error=error)
        raise
    progress(1, 1, f"{report.imported} keywords imported, {report.updated} updated")
    return report


def keyword_import_fail(import_id: UUID, *, error: DomainError) -> None:
    """Leave an unfinished import failed with the error's code and sentence; a finished one stays as it is."""
    row = import_get(import_id, is_locked=True)
    if row.state in (ImportState.DONE, ImportState.FAILED):
        return
    import_transition(row, ImportState.FAILED)
    row.error_code, row.error_message, row.finished_at = error.code, error.message, utc_now()
    row.save()
    file_forget(row)


def import_get(import_id: UUID, *, is_locked: bool = False) -> KeywordImport:
    """An import of the current scope, locked when it is to be written; raises NotFound."""
    rows = KeywordImport.objects.filter(pk=import_id)
    row = (rows.select_for_update(of=("self",)) if is_locked else rows).first()
    if row is None:
        raise NotFound
    return row


def import_transition(row: KeywordImport, state: ImportState) -> None:
    """Move an import to another state in memory; the caller saves. Raises ImportStateConflict."""
    if state not in _ALLOWED.get(ImportState(row.state), set()):
        raise ImportStateConflict(f"A {row.state} import cannot become {state}; upload the file again.")
    row.state = state


def import_report(row: KeywordImport) -> ImportReport:
    """What a finished import did."""
    return ImportReport(
        import_id=row.pk,
        rows=row.row_count,
        imported=row.imported_count,
        updated=row.updated_count,
        unchanged=row.unchanged_count,
        duplicates=row.duplicate_count,
        rejected=row.rejected_count,
    )


def _import_all(import_id: UUID) -> ImportReport:
    with tenant_transaction():
        row = import_get(import_id, is_locked=True)
        if row.state == ImportState.DONE:
            return import_report(row)  # another delivery finished it while this one waited for the lock
        tally, brands = Tally(), brand_profile_get(row.site_id).brand_terms
        with file_open(row) as stored, export_of(row, stored) as reader:
            result = bulk_upsert(
                Keyword,
                keyword_rows(reader, row=row, tally=tally, brands=brands),
                columns=COLUMNS,
                conflict_columns=IDENTITY,
                update_columns=METRICS,
                shared={"site_id": row.site_id, "sector_id": row.sector_id, "source_import_id": row.pk},
                precedences=PRECEDENCES,
                keeps_known=True,
                newest_by="seen_on",
                before_write=keyword_limit_check,
                follower=history_of(reader),
            )
            if reader.has_pages:
                pages = ranking_rows(reader, row=row)
                bulk_attach(Keyword, pages, parent_key=IDENTITY, follower=RANKINGS)
            row.source_tool = reader.tool.value
        _finish(row, tally=tally, result=result)
    return import_report(row)


def export_of(row: KeywordImport, stored: BinaryIO) -> ExportReader:
    """The reader of an upload, with the meaning of its columns that a person gave. Raises ExportUnreadable.

    Of a file that nobody looked at first, it is the meaning that the account gave such columns before, if any.
    """
    if not row.columns and not row.preview:
        row.columns = columns_remembered(stored, filename=row.filename) or {}
    return open_export(stored, filename=row.filename, max_bytes=MAX_UPLOAD_BYTES, fields=row.columns or None)


def file_open(row: KeywordImport) -> Any:
    """The stored bytes of an upload; raises KeywordFileMissing."""
    try:
        return default_storage.open(row.storage_name, "rb")
    except FileNotFoundError as error:
        raise KeywordFileMissing from error


def _finish(row: KeywordImport, *, tally: Tally, result: BulkResult) -> None:
    import_transition(row, ImportState.DONE)
    row.row_count, row.rejected_count, row.rejects = tally.rows, tally.rejected, tally.rejects
    row.imported_count, row.updated_count = result.inserted, result.updated
    row.unchanged_count, row.duplicate_count = result.unchanged, result.duplicates
    row.finished_at = utc_now()
    row.save()
    clusters_refresh(site_id=row.site_id)
    if result.inserted or result.updated:
        keywords_key_start(site_id=row.site_id)
    file_forget(row)


def file_forget(row: KeywordImport) -> None:
    # Only once the outcome is certain: a run that dies before reads the same file again.
    name = row.storage_name
    transaction.on_commit(lambda: default_storage.delete(name), using=TENANT_ALIAS)
