"""Reads of prompts: the texts that count, and those that counted before; it must never write."""

from uuid import UUID

from django.db.models import Q

from igny8_core.auth.selectors import site_get
from igny8_core.modules.system.constants import REVISIONS_SHOWN
from igny8_core.modules.system.errors import PromptTextInvalid
from igny8_core.modules.system.models import PromptOverride, PromptRevision
from igny8_core.modules.system.prompt_files import prompt_file_get, prompt_files
from igny8_core.modules.system.prompt_texts import (
    placeholder_samples,
    placeholders_required,
    text_problems,
    text_render,
)
from igny8_core.modules.system.types import Prompt, PromptFile, PromptRevisionView, PromptView


def prompt_get(key: str, *, site_id: UUID | None = None) -> Prompt:
    """The text that counts: the site's, else the account's, else the shipped one.

    Raises PromptUnknown, and NotFound for a site that the current scope does not see.
    """
    shipped = prompt_file_get(key)
    return _effective(shipped, _overrides(site_id, keys=[key]))


def prompt_list(*, site_id: UUID | None = None) -> list[PromptView]:
    """Every prompt by its key with the text that counts for the site, or for the account without one."""
    overrides = _overrides(site_id, keys=list(prompt_files()))
    return [_view(shipped, overrides) for shipped in prompt_files().values()]


def prompt_view_get(key: str, *, site_id: UUID | None = None) -> PromptView:
    """One prompt as `prompt_list` shows it; raises as `prompt_get` does."""
    return _view(prompt_file_get(key), _overrides(site_id, keys=[key]))


def prompt_preview(key: str, *, text: str | None = None, site_id: UUID | None = None) -> str:
    """The given text, or the one that counts, filled with sample values.

    Raises PromptTextInvalid as saving it would, PromptUnknown and NotFound.
    """
    shipped, current = prompt_file_get(key), prompt_get(key, site_id=site_id)
    text = current.text if text is None else text
    prompt_text_check(text, shipped=shipped)
    return text_render(text, values=placeholder_samples(shipped)).strip()


def prompt_revision_list(key: str, *, site_id: UUID | None = None) -> list[PromptRevisionView]:
    """The last 50 texts that were set for the site, or for the account without one, the newest first.

    Raises PromptUnknown, and NotFound for a site that the current scope does not see.
    """
    prompt_file_get(key)
    if site_id is not None:
        site_get(site_id)
    rows = PromptRevision.objects.filter(Q(site_id=site_id), key=key).order_by("-number")
    return [
        PromptRevisionView(row.number, text=row.text, actor_id=row.actor_id, created_at=row.created_at)
        for row in rows[:REVISIONS_SHOWN]
    ]


def prompt_text_check(text: str, *, shipped: PromptFile) -> None:
    """Raise PromptTextInvalid with every problem unless the text can stand in place of the shipped one."""
    if problems := text_problems(text, shipped=shipped):
        raise PromptTextInvalid(fields={"text": problems})


def _overrides(site_id: UUID | None, *, keys: list[str]) -> dict[str, PromptOverride]:
    """The row that wins for each key that has one."""
    mine = Q(site=None)
    if site_id is not None:
        mine |= Q(site_id=site_get(site_id).pk)
    rows = PromptOverride.objects.filter(mine, key__in=keys)
    # The account's rows first, so that the site's replace them.
    return {row.key: row for row in sorted(rows, key=lambda row: row.site_id is not None)}


def _effective(shipped: PromptFile, overrides: dict[str, PromptOverride]) -> Prompt:
    row = overrides.get(shipped.key)
    if row is None:
        return Prompt(key=shipped.key, version=shipped.version, text=shipped.text, scope="system")
    return override_prompt(row)


def override_prompt(row: PromptOverride) -> Prompt:
    """An override as the prompt that it makes."""
    return Prompt(
        key=row.key,
        version=f"{row.pk}:{row.version}",
        text=row.text,
        scope="account" if row.site_id is None else "site",
    )


def _view(shipped: PromptFile, overrides: dict[str, PromptOverride]) -> PromptView:
    prompt = _effective(shipped, overrides)
    return PromptView(
        key=shipped.key,
        description=shipped.description,
        version=prompt.version,
        scope=prompt.scope,
        text=prompt.text,
        default_version=shipped.version,
        default_text=shipped.text,
        required_placeholders=placeholders_required(shipped),
        known_placeholders=tuple(sorted(placeholder_samples(shipped))),
        problems=text_problems(prompt.text, shipped=shipped),
    )
