"""Writes an account's own prompt texts and keeps each that it ever had."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from igny8_core.auth.selectors import site_get
from igny8_core.common.errors import NotFound
from igny8_core.modules.system.errors import PromptScopeForbidden, PromptVersionConflict
from igny8_core.modules.system.models import PromptOverride, PromptRevision
from igny8_core.modules.system.prompt_files import prompt_file_get
from igny8_core.modules.system.selectors import override_prompt, prompt_get, prompt_text_check
from igny8_core.modules.system.types import Prompt
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, AllSites, current_context


def prompt_override_set(
    key: str, *, text: str, site_id: UUID | None = None, expected_version: str | None = None
) -> Prompt:
    """Put a text in place of the shipped one, for a site or for the account.

    `expected_version` is the version that the caller read. Raises PromptUnknown, PromptTextInvalid,
    PromptScopeForbidden, PromptVersionConflict, and NotFound for a site that the scope does not see.
    """
    shipped = prompt_file_get(key)
    _require_scope(site_id)
    text = text.replace("\r\n", "\n")
    prompt_text_check(text, shipped=shipped)
    with transaction.atomic(using=TENANT_ALIAS):
        before = _locked(key, site_id)
        was_there = before is not None
        _require_version(key, site_id, expected_version)
        row, is_new = PromptOverride.objects.update_or_create(
            **_identity(key, site_id), defaults={"text": text}
        )
        if expected_version is not None and is_new == was_there:
            raise PromptVersionConflict  # somebody made the row between the look and the write
        if before is None or before.text != text:
            _revision_add(row)
        audit_write("prompt.overridden", row=row, detail=_detail(key, site_id))
    return override_prompt(row)


def prompt_override_remove(
    key: str, *, site_id: UUID | None = None, expected_version: str | None = None
) -> Prompt:
    """Take an override back and return the prompt that counts now; removing what is not there is no error.

    Raises PromptUnknown, PromptScopeForbidden, PromptVersionConflict and NotFound.
    """
    prompt_file_get(key)
    _require_scope(site_id)
    with transaction.atomic(using=TENANT_ALIAS):
        row = _locked(key, site_id)
        _require_version(key, site_id, expected_version)
        if row is not None:
            row.delete()
            audit_write("prompt.reset", row=row, detail=_detail(key, site_id))
    return prompt_get(key, site_id=site_id)


def prompt_revision_restore(
    key: str, *, number: int, site_id: UUID | None = None, expected_version: str | None = None
) -> Prompt:
    """Set an earlier text again, checked as a new one is.

    Raises NotFound when there is no such revision, and what `prompt_override_set` raises.
    """
    prompt_file_get(key)
    _require_scope(site_id)
    row = PromptRevision.objects.filter(**_identity(key, site_id), number=number).first()
    if row is None:
        raise NotFound
    return prompt_override_set(key, text=row.text, site_id=site_id, expected_version=expected_version)


def _revision_add(row: PromptOverride) -> None:
    """Keep the text under the next number; the override's row is locked, or new and unique."""
    rows = PromptRevision.objects.filter(**_identity(row.key, row.site_id))
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    PromptRevision.objects.create(
        **_identity(row.key, row.site_id), number=number, text=row.text, actor_id=current_context().actor_id
    )


def _locked(key: str, site_id: UUID | None) -> PromptOverride | None:
    return PromptOverride.objects.select_for_update().filter(**_identity(key, site_id)).first()


def _identity(key: str, site_id: UUID | None) -> dict[str, Any]:
    return {"key": key, "site_id": site_id}


def _require_scope(site_id: UUID | None) -> None:
    if site_id is not None:
        site_get(site_id)
    elif not isinstance(current_context().site_ids, AllSites):
        raise PromptScopeForbidden


def _require_version(key: str, site_id: UUID | None, expected_version: str | None) -> None:
    if expected_version is not None and prompt_get(key, site_id=site_id).version != expected_version:
        raise PromptVersionConflict


def _detail(key: str, site_id: UUID | None) -> dict[str, str | None]:
    return {"key": key, "site_id": str(site_id) if site_id else None}
