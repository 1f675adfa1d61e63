"""Every text that a prompt had is kept, and can be set again."""

import pytest

from igny8_core.common.errors import NotFound
from igny8_core.modules.system import selectors, services
from igny8_core.modules.system.errors import PromptVersionConflict
from igny8_core.modules.system.models import PromptRevision
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

KEY = "writer_rewrite"
PATH = f"/api/v1/system/prompts/{KEY}/"


def texts(tenant: Tenant, site_id: object = None) -> list[tuple[int, str]]:
    with tenant.work():
        return [(row.number, row.text) for row in selectors.prompt_revision_list(KEY, site_id=site_id)]


def test_each_new_text_is_kept_and_a_reset_loses_none(tenant: Tenant) -> None:
    with tenant.work():
        services.prompt_override_set(KEY, text="One {point}")
        services.prompt_override_set(KEY, text="One {point}")
        services.prompt_override_set(KEY, text="Two {point}")
        services.prompt_override_remove(KEY)
        services.prompt_override_set(KEY, text="Three {point}")
        services.prompt_override_set(KEY, text="Site {point}", site_id=tenant.site.pk)
    assert texts(tenant) == [(3, "Three {point}"), (2, "Two {point}"), (1, "One {point}")]
    assert texts(tenant, tenant.site.pk) == [(1, "Site {point}")]
    with tenant.work():
        assert {row.actor_id for row in PromptRevision.objects.all()} == {tenant.owner.pk}


def test_earlier_text_is_set_again_over_the_api(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    client.put(PATH, {"text": "One {point}"})
    client.put(PATH, {"text": "Two {point}"})
    shown = client_of(tenant.viewer).get(f"{PATH}revisions/").json()
    assert [(row["number"], row["text"]) for row in shown["results"]] == [
        (2, "Two {point}"),
        (1, "One {point}"),
    ]
    restored = client.post(f"{PATH}revisions/1/restore/", {})
    assert (restored.status_code, restored.json()["data"]["text"]) == (200, "One {point}")
    assert texts(tenant)[0] == (3, "One {point}")


def test_restoring_is_checked_as_setting_is(tenant: Tenant) -> None:
    with tenant.work():
        services.prompt_override_set(KEY, text="One {point}")
        services.prompt_override_set(KEY, text="Two {point}")
        with pytest.raises(NotFound):
            services.prompt_revision_restore(KEY, number=9)
        with pytest.raises(NotFound):
            services.prompt_revision_restore(KEY, number=1, site_id=tenant.site.pk)
        with pytest.raises(PromptVersionConflict):
            services.prompt_revision_restore(KEY, number=1, expected_version="old")
    assert texts(tenant)[0] == (2, "Two {point}")


def test_members_and_strangers_restore_nothing(tenant: Tenant, stranger: Tenant) -> None:
    with tenant.work():
        services.prompt_override_set(KEY, text="One {point}")
        services.prompt_override_set(KEY, text="Two {point}")
    assert client_of(tenant.member).post(f"{PATH}revisions/1/restore/", {}).status_code == 403
    assert client_of(stranger.owner).post(f"{PATH}revisions/1/restore/", {}).status_code == 404
    assert client_of(stranger.owner).get(f"{PATH}revisions/").json()["results"] == []
    foreign = client_of(stranger.owner).get(f"{PATH}revisions/?site={tenant.site.pk}")
    assert foreign.status_code == 404
    assert texts(tenant)[0] == (2, "Two {point}")
