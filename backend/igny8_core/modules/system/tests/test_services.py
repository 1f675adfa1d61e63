"""An account's own prompts: whose counts where, what is refused, and who may change what."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import IntegrityError, connections, transaction

from igny8_core.common.errors import NotFound
from igny8_core.modules.system.errors import (
    PromptScopeForbidden,
    PromptTextInvalid,
    PromptUnknown,
    PromptVersionConflict,
)
from igny8_core.modules.system.models import PromptOverride
from igny8_core.modules.system.prompt_files import prompt_file_get
from igny8_core.modules.system.selectors import prompt_get, prompt_list, prompt_preview, prompt_view_get
from igny8_core.modules.system.services import prompt_override_remove, prompt_override_set
from igny8_core.modules.system.types import Prompt
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.models import AuditEvent
from igny8_core.tenancy.softdelete import row_delete
from igny8_core.testing.factories import Tenant, context_of, site_make

pytestmark = pytest.mark.django_db

KEY = "writer_rewrite"
SHIPPED = prompt_file_get(KEY)
MINE, SITES = "Mine: {point}", "The site's: {point}"


def _shipped() -> Prompt:
    return Prompt(key=KEY, version=SHIPPED.version, text=SHIPPED.text, scope="system")


def test_prompt_get_gives_the_shipped_text(tenant: Tenant) -> None:
    with tenant.work():
        assert prompt_get(KEY) == prompt_get(KEY, site_id=tenant.site.pk) == _shipped()
        with pytest.raises(PromptUnknown):
            prompt_get("writer_poem")


def test_account_text_wins_over_the_shipped_and_the_sites_over_both(tenant: Tenant) -> None:
    other = site_make(tenant)
    with tenant.work():
        mine = prompt_override_set(KEY, text=MINE)
        assert prompt_get(KEY, site_id=tenant.site.pk) == mine
        site_row = prompt_override_set(KEY, text=SITES, site_id=tenant.site.pk)
        assert (mine.scope, mine.text, site_row.scope, site_row.text) == ("account", MINE, "site", SITES)
        assert prompt_get(KEY) == prompt_get(KEY, site_id=other.pk) == mine
        assert prompt_get(KEY, site_id=tenant.site.pk) == site_row
        assert prompt_get("writer_paragraph", site_id=tenant.site.pk).scope == "system"


def test_version_names_the_row_and_counts_its_changes(tenant: Tenant) -> None:
    with tenant.work():
        first = prompt_override_set(KEY, text=MINE)
        second = prompt_override_set(KEY, text=MINE + " again")
        row = PromptOverride.objects.get()
        assert (first.version, second.version) == (f"{row.pk}:1", f"{row.pk}:2")
        assert prompt_get(KEY) == second


def test_line_ends_are_kept_as_one_character(tenant: Tenant) -> None:
    with tenant.work():
        assert prompt_override_set(KEY, text="a\r\n{point}\r\n").text == "a\n{point}\n"


def test_prompt_override_remove_brings_back_what_stood_behind(tenant: Tenant) -> None:
    with tenant.work():
        mine = prompt_override_set(KEY, text=MINE)
        prompt_override_set(KEY, text=SITES, site_id=tenant.site.pk)
        assert prompt_override_remove(KEY, site_id=tenant.site.pk) == mine
        assert prompt_override_remove(KEY) == _shipped()
        assert prompt_override_remove(KEY) == _shipped()
        assert PromptOverride.objects.count() == 0
        again = prompt_override_set(KEY, text=MINE)
        assert again.version != mine.version
        actions = AuditEvent.objects.filter(action__startswith="prompt.").order_by("id")
        assert list(actions.values_list("action", "actor_id")) == [
            ("prompt.overridden", tenant.owner.pk),
            ("prompt.overridden", tenant.owner.pk),
            ("prompt.reset", tenant.owner.pk),
            ("prompt.reset", tenant.owner.pk),
            ("prompt.overridden", tenant.owner.pk),
        ]


def test_text_that_does_not_fit_is_refused_with_every_reason(tenant: Tenant) -> None:
    with tenant.work():
        with pytest.raises(PromptTextInvalid) as refusal:
            prompt_override_set(KEY, text="{colour}")
        assert refusal.value.fields == {"text": ["{point} is missing.", "{colour} is not known."]}
        with pytest.raises(PromptTextInvalid):
            prompt_preview(KEY, text="{colour}")
        assert (
            PromptOverride.objects.count()
            == AuditEvent.objects.filter(action="prompt.overridden").count()
            == 0
        )


def test_expected_version_must_be_the_one_that_counts(tenant: Tenant) -> None:
    with tenant.work():
        mine = prompt_override_set(KEY, text=MINE, expected_version=SHIPPED.version)
        site_row = prompt_override_set(KEY, text=SITES, site_id=tenant.site.pk, expected_version=mine.version)
        for site_id, stale in ((None, SHIPPED.version), (tenant.site.pk, mine.version)):
            with pytest.raises(PromptVersionConflict):
                prompt_override_set(KEY, text="{point}", site_id=site_id, expected_version=stale)
            with pytest.raises(PromptVersionConflict):
                prompt_override_remove(KEY, site_id=site_id, expected_version=stale)
        assert prompt_get(KEY) == mine
        prompt_override_remove(KEY, site_id=tenant.site.pk, expected_version=site_row.version)
        assert PromptOverride.objects.count() == 1


def test_text_of_a_deleted_site_goes_with_it(tenant: Tenant) -> None:
    with tenant.work():
        prompt_override_set(KEY, text=SITES, site_id=tenant.site.pk)
        row_delete(tenant.site)
        assert PromptOverride.objects.count() == 0
        with pytest.raises(NotFound):
            prompt_get(KEY, site_id=tenant.site.pk)


def test_person_of_one_site_reaches_that_site_alone(tenant: Tenant) -> None:
    other = site_make(tenant)
    with tenant.work():
        mine = prompt_override_set(KEY, text=MINE)
        prompt_override_set(KEY, text=SITES, site_id=other.pk)
    narrow = context_of(tenant.member, frozenset([tenant.site.pk]))
    with tenant_transaction(narrow):
        assert prompt_get(KEY, site_id=tenant.site.pk) == mine
        for refused in (
            lambda: prompt_get(KEY, site_id=other.pk),
            lambda: prompt_list(site_id=other.pk),
            lambda: prompt_override_set(KEY, text="{point}", site_id=other.pk),
            lambda: prompt_override_remove(KEY, site_id=other.pk),
        ):
            with pytest.raises(NotFound):
                refused()
        with pytest.raises(PromptScopeForbidden):
            prompt_override_set(KEY, text="{point}")
        with pytest.raises(PromptScopeForbidden):
            prompt_override_remove(KEY)
        assert prompt_override_set(KEY, text="{point}", site_id=tenant.site.pk).scope == "site"
    with tenant.work():
        assert (prompt_get(KEY).text, prompt_get(KEY, site_id=other.pk).text) == (MINE, SITES)


def test_stranger_has_prompts_of_their_own(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        prompt_override_set(KEY, text=MINE)
    with stranger.work():
        assert prompt_get(KEY) == _shipped()
        with pytest.raises(NotFound):
            prompt_get(KEY, site_id=tenant.site.pk)
        with pytest.raises(NotFound):
            prompt_override_set(KEY, text="{point}", site_id=tenant.site.pk)
        prompt_override_remove(KEY)
        assert prompt_override_set(KEY, text="{point}").text == "{point}"
    with tenant.work():
        assert prompt_get(KEY).text == MINE


def test_prompt_list_shows_what_counts_beside_what_ships(tenant: Tenant) -> None:
    with tenant.work():
        prompt_override_set(KEY, text=MINE + " {title}", site_id=tenant.site.pk)
        shown = {view.key: view for view in prompt_list(site_id=tenant.site.pk)}
        assert shown[KEY] == prompt_view_get(KEY, site_id=tenant.site.pk)
        assert (shown[KEY].scope, shown[KEY].default_text) == ("site", SHIPPED.text)
        assert (shown[KEY].required_placeholders, shown[KEY].problems) == (("point",), ())
        assert {"title", "point", "language"} <= set(shown[KEY].known_placeholders)
        assert {view.scope for view in prompt_list()} == {"system"}


def test_override_that_an_upgrade_broke_says_so(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant.work():
        prompt_override_set(KEY, text=MINE)
        upgraded = replace(SHIPPED, version="9", text="{point} in {language}")
        monkeypatch.setattr(
            "igny8_core.modules.system.selectors.prompts.prompt_file_get", lambda _key: upgraded
        )
        view = prompt_view_get(KEY)
        assert (view.text, view.default_version, view.problems) == (MINE, "9", ("{language} is missing.",))


def test_prompt_preview_fills_in_sample_values(tenant: Tenant) -> None:
    with tenant.work():
        assert prompt_preview(KEY, text="{point} in {language}") == (
            "How high should a standing desk be? in English"
        )
        prompt_override_set(KEY, text="{point} {title}", site_id=tenant.site.pk)
        assert prompt_preview(KEY, site_id=tenant.site.pk).endswith("be? How to Choose a Standing Desk")
        assert "standing desk be?" in prompt_preview(KEY)
        with pytest.raises(PromptUnknown):
            prompt_preview("writer_poem", text="x")


@pytest.mark.parametrize("for_site", [False, True])
def test_database_keeps_one_text_per_key_and_scope(for_site: bool, tenant: Tenant) -> None:
    with tenant.work():
        site = tenant.site if for_site else None
        PromptOverride.objects.create(key=KEY, text=MINE, site=site)
        with pytest.raises(IntegrityError, match="system_prompt_"), transaction.atomic():
            PromptOverride.objects.create(key=KEY, text=MINE, site=site)
        PromptOverride.objects.get().delete()
        PromptOverride.objects.create(key=KEY, text=MINE, site=site)
        assert PromptOverride.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_first_writers_at_once_make_one_row_and_one_of_them_wins(tenant: Tenant) -> None:
    start = threading.Barrier(4)

    def write(number: int) -> str:
        try:
            start.wait(timeout=30)
            with tenant_transaction(tenant.context):
                prompt_override_set(KEY, text=f"{number} {{point}}", expected_version=SHIPPED.version)
            return f"{number} {{point}}"
        except PromptVersionConflict:
            return ""
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        written = [text for text in pool.map(write, range(4)) if text]
    assert len(written) == 1
    with tenant.work():
        assert list(PromptOverride.objects.values_list("text", "version")) == [(written[0], 1)]
