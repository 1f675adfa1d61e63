"""Which jobs somebody may see, and what is said of the language model."""

import importlib

import pytest
from django.conf import LazySettings

from igny8_core.common.errors import NotFound
from igny8_core.modules.system.constants import EMBEDDED_MODEL
from igny8_core.modules.system.selectors import job_get, job_list, jobs_active, jobs_visible, model_info
from igny8_core.modules.system.services import job_cancel
from igny8_core.modules.system.types import ModelInfo
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.errors import NoTenantContext
from igny8_core.tenancy.models import Job, JobState, JobStateConflict
from igny8_core.tenancy.queue import enqueue
from igny8_core.testing.factories import Tenant, context_of, site_make

KEY_OF_NO_USE = "sk-not-a-real-key"


def _info(settings: LazySettings, base_url: str, model: str) -> ModelInfo:
    settings.LLM_BASE_URL, settings.LLM_MODEL, settings.LLM_API_KEY = base_url, model, KEY_OF_NO_USE
    return model_info()


@pytest.mark.parametrize(
    ("base_url", "model", "expected"),
    [
        ("", "", ("none", "", "")),
        ("http://127.0.0.1:8081/v1", "", ("none", "", "")),
        ("http://127.0.0.1:8081/v1", EMBEDDED_MODEL, ("embedded", "127.0.0.1", EMBEDDED_MODEL)),
        ("http://localhost:8081/v1", EMBEDDED_MODEL, ("embedded", "localhost", EMBEDDED_MODEL)),
        ("http://[::1]:8081/v1", EMBEDDED_MODEL, ("embedded", "::1", EMBEDDED_MODEL)),
        ("http://127.0.0.1:8081/v1", "large", ("external", "127.0.0.1", "large")),
        ("https://models.example/v1", EMBEDDED_MODEL, ("external", "models.example", EMBEDDED_MODEL)),
        ("https://me:word@models.example/v1?key=k", "large", ("external", "models.example", "large")),
        ("http://[broken", "large", ("external", "", "large")),
        ("models.example/v1", "large", ("external", "", "large")),
    ],
)
def test_model_info_names_host_and_model_and_no_secret(
    base_url: str, model: str, expected: tuple[str, str, str], settings: LazySettings
) -> None:
    kind, host, name = expected
    assert _info(settings, base_url, model) == ModelInfo(kind=kind, host=host, model=name)


def test_embedded_model_is_the_one_that_is_served() -> None:
    # By name: rooms may not import the runtime, which serves the model under this alias.
    assert importlib.import_module("igny8_core.runtime.model_server").ALIAS == EMBEDDED_MODEL


@pytest.mark.django_db
def test_jobs_visible_are_of_the_scopes_sites_alone(tenant: Tenant, stranger: Tenant) -> None:
    other = site_make(tenant)
    with tenant.work():
        here, there, nowhere = (
            enqueue("tests.work", payload={}, site_id=site_id).pk
            for site_id in (tenant.site.pk, other.pk, None)
        )
        assert set(jobs_visible(Job.objects.all()).values_list("id", flat=True)) == {here, there, nowhere}
    with tenant_transaction(context_of(tenant.member, frozenset([tenant.site.pk]))):
        assert set(jobs_visible(Job.objects.all()).values_list("id", flat=True)) == {here}
    with tenant_transaction(context_of(tenant.member, frozenset())):
        assert set(jobs_visible(Job.objects.all()).values_list("id", flat=True)) == set()
    with stranger.work():
        assert jobs_visible(Job.objects.all()).count() == 0


def test_jobs_visible_without_a_context_refuses() -> None:
    with pytest.raises(NoTenantContext):
        jobs_visible(Job.objects.all()).count()


@pytest.mark.django_db
def test_jobs_are_listed_for_the_console(tenant: Tenant, stranger: Tenant) -> None:
    other = site_make(tenant)
    with stranger.work():
        enqueue("writer.write_article", payload={})
    with tenant.work():
        first = enqueue("writer.write_article", payload={}, site_id=tenant.site.pk)
        second = enqueue("automation.advance_run", payload={}, site_id=other.pk)
        Job.objects.filter(pk=first.pk).update(
            state=JobState.FAILED, error_message="No.", credits_held=3, progress_message="Writing"
        )
        page = job_list()
        assert ([job.id for job in page.rows], page.total) == ([second.pk, first.pk], 2)
        shown = job_get(first.pk)
        assert (shown.title, shown.state, shown.error, shown.message) == (
            "Write article",
            "failed",
            "No.",
            "Writing",
        )
        assert (shown.credits_held, shown.can_be_cancelled) == (3, False)
        assert (page.rows[0].title, page.rows[0].can_be_cancelled) == ("Pipeline step", True)
        for narrowed in (
            job_list(state="failed"),
            job_list(kind="writer.write_article"),
            job_list(site_id=tenant.site.pk),
        ):
            assert [job.id for job in narrowed.rows] == [first.pk]
    narrow = context_of(tenant.owner, frozenset({other.pk}))
    with tenant_transaction(narrow):
        assert [job.id for job in job_list().rows] == [second.pk]
        for refuse in (job_get, job_cancel):
            with pytest.raises(NotFound):
                refuse(first.pk)
        cancelled = job_cancel(second.pk)
        assert (cancelled.state, cancelled.can_be_cancelled) == ("cancelled", False)
        with pytest.raises(JobStateConflict):
            job_cancel(second.pk)


def test_active_jobs_are_found_by_what_they_are_about(tenant: Tenant, stranger: Tenant) -> None:
    for one in (tenant, stranger):
        with one.work():
            enqueue("writer.write_article", payload={}, site_id=one.site.pk, dedupe_key="a")
    with tenant.work():
        enqueue("publisher.publish_article", payload={}, site_id=tenant.site.pk, dedupe_key="b")
        ended = enqueue("writer.write_article", payload={}, site_id=tenant.site.pk, dedupe_key="c")
        Job.objects.filter(pk=ended.pk).update(state=JobState.SUCCEEDED)
        found = jobs_active("writer.write_article", ["a", "b", "c", "d"])
        assert {key: job.kind for key, job in found.items()} == {"a": "writer.write_article"}
