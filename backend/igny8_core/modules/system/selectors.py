"""Every read of the system room: prompts, the jobs somebody may see, the model in use; it must never write."""

from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Q, QuerySet

from igny8_core.ai.config import model_config_default
from igny8_core.ai.errors import ModelNotConfigured
from igny8_core.auth.selectors import site_get
from igny8_core.modules.system.constants import EMBEDDED_MODEL
from igny8_core.modules.system.errors import PromptTextInvalid
from igny8_core.modules.system.models import PromptOverride
from igny8_core.modules.system.prompt_files import prompt_file_get, prompt_files
from igny8_core.modules.system.prompt_texts import (
    placeholder_samples,
    placeholders_required,
    text_problems,
    text_render,
)
from igny8_core.modules.system.types import ModelInfo, Prompt, PromptFile, PromptView
from igny8_core.tenancy.context import AllSites, context_or_none
from igny8_core.tenancy.models import Job


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


def jobs_visible(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Those of the account's jobs that the current scope may see: of its sites alone when it is limited to some."""
    context = context_or_none()
    if context is None or isinstance(context.site_ids, AllSites):
        return jobs  # without a context the queryset refuses by itself
    return jobs.filter(site_id__in=context.site_ids)


def model_info() -> ModelInfo:
    """Which language model the installation uses; `embedded` is the one that ships, served on this machine."""
    try:
        config = model_config_default()
    except ModelNotConfigured:
        return ModelInfo(kind="none", host="", model="")
    host = _host(config.base_url)
    is_embedded = config.model == EMBEDDED_MODEL and _is_loopback(host)
    return ModelInfo(kind="embedded" if is_embedded else "external", host=host, model=config.model)


def _host(url: str) -> str:
    # The host alone: an address may carry a name and password in front of it, or a key in its query.
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
