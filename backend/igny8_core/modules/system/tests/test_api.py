"""Jobs, prompts, request figures and the model over the API: who sees what, and that a refusal changes nothing."""

from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
import redis
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth import services as auth_services
from igny8_core.auth.models import Role
from igny8_core.modules.system.models import PromptOverride
from igny8_core.modules.system.prompt_files import prompt_file_get, prompt_files
from igny8_core.modules.system.services import prompt_override_set
from igny8_core.tenancy.models import Job, JobState
from igny8_core.tenancy.queue import enqueue
from igny8_core.testing.clients import client_of, client_of_key, without_request_id
from igny8_core.testing.factories import Tenant, site_make, staff_make, user_make

pytestmark = pytest.mark.django_db

SYSTEM = "/api/v1/system/"
JOBS, PROMPTS = f"{SYSTEM}jobs/", f"{SYSTEM}prompts/"
KEY = "writer_rewrite"
PROMPT = f"{PROMPTS}{KEY}/"
SHIPPED = prompt_file_get(KEY)


def _job(tenant: Tenant, kind: str = "tests.work", **fields: Any) -> Job:
    with tenant.work():
        job = enqueue(kind, payload={"secret": "input"}, site_id=fields.pop("site_id", None))
        Job.objects.filter(pk=job.pk).update(**fields)
        return job


def _narrow(tenant: Tenant, *site_ids: Any) -> Any:
    with tenant.work():
        user = user_make(tenant.account, role=Role.ADMIN)
        auth_services.user_sites_set(user, site_ids)
    user.refresh_from_db()
    return client_of(user)


def test_job_is_shown_without_its_input(tenant: Tenant) -> None:
    job = _job(tenant, site_id=tenant.site.pk, progress_done=3, progress_total=7, counts={"kept": 2})
    response = client_of(tenant.viewer).get(f"{JOBS}{job.pk}/")
    shown = response.json()["data"]
    assert (shown["id"], shown["kind"], shown["state"]) == (str(job.pk), "tests.work", "queued")
    assert (shown["site"], shown["actor_id"]) == (str(tenant.site.pk), str(tenant.owner.pk))
    assert (shown["progress_done"], shown["progress_total"], shown["counts"]) == (3, 7, {"kept": 2})
    assert {"payload", "lease_token", "dedupe_key", "site_scope"}.isdisjoint(shown)
    assert client_of(tenant.viewer).get(JOBS).json()["results"] == [shown]


def test_job_is_never_not_modified_while_its_progress_moves(tenant: Tenant) -> None:
    job, client = _job(tenant), client_of(tenant.owner)
    first = client.get(f"{JOBS}{job.pk}/")
    assert "ETag" not in first
    with tenant.work():
        Job.objects.filter(pk=job.pk).update(progress_done=5)
    second = client.get(f"{JOBS}{job.pk}/", HTTP_IF_NONE_MATCH='"1"')
    assert (second.status_code, second.json()["data"]["progress_done"]) == (200, 5)


def test_jobs_are_narrowed(tenant: Tenant) -> None:
    other = site_make(tenant)
    here = _job(tenant, "tests.here", site_id=tenant.site.pk)
    there = _job(tenant, "tests.there", site_id=other.pk, state=JobState.SUCCEEDED)
    client = client_of(tenant.owner)
    for query, expected in (
        ("", [there, here]),
        ("?ordering=created_at", [here, there]),
        ("?state=succeeded", [there]),
        ("?kind=tests.here", [here]),
        (f"?site={other.pk}", [there]),
        (f"?site={uuid4()}", []),
        ("?until=2000-01-01T00:00:00Z", []),
        ("?since=2000-01-01T00:00:00Z&state=queued", [here]),
    ):
        found = client.get(f"{JOBS}{query}").json()["results"]
        assert [job["id"] for job in found] == [str(job.pk) for job in expected], query
    for query in ("?state=lost", "?payload=x", "?site=1"):
        assert client.get(f"{JOBS}{query}").status_code == 400


def test_waiting_job_is_cancelled_at_once_and_a_running_one_asked(tenant: Tenant) -> None:
    waiting, running = _job(tenant), _job(tenant, state=JobState.RUNNING)
    client = client_of(tenant.member)
    stopped = client.post(f"{JOBS}{waiting.pk}/cancel/").json()["data"]
    asked = client.post(f"{JOBS}{running.pk}/cancel/").json()["data"]
    assert (stopped["state"], stopped["finished_at"] is not None) == ("cancelled", True)
    assert (asked["state"], asked["cancel_requested"]) == ("running", True)
    assert client.post(f"{JOBS}{running.pk}/cancel/").status_code == 200


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled"])
def test_finished_job_cannot_be_cancelled(state: str, tenant: Tenant) -> None:
    job = _job(tenant, state=state)
    response = client_of(tenant.owner).post(f"{JOBS}{job.pk}/cancel/")
    assert (response.status_code, response.json()["code"]) == (409, "job_state_conflict")
    _assert_untouched(tenant, job, state=state)


def _assert_untouched(tenant: Tenant, job: Job, *, state: str = "queued") -> None:
    with tenant.work():
        row = Job.objects.get(pk=job.pk)
        assert (row.state, row.cancel_requested, row.finished_at) == (state, False, None)


def test_viewer_stranger_and_anonymous_cancel_nothing(tenant: Tenant, stranger: Tenant) -> None:
    job = _job(tenant)
    address = f"{JOBS}{job.pk}/cancel/"
    assert client_of(tenant.viewer).post(address).status_code == 403
    assert client_of(None).post(address).status_code == 401
    foreign = client_of(stranger.owner).post(address)
    missing = client_of(stranger.owner).post(f"{JOBS}{uuid4()}/cancel/")
    assert foreign.status_code == missing.status_code == 404
    assert without_request_id(foreign) == without_request_id(missing)
    _assert_untouched(tenant, job)
    assert client_of(stranger.owner).get(JOBS).json()["count"] == 0
    assert client_of(stranger.owner).get(f"{JOBS}{job.pk}/").status_code == 404


def test_person_of_one_site_sees_and_cancels_its_jobs_alone(tenant: Tenant) -> None:
    other = site_make(tenant)
    here, there = _job(tenant, site_id=tenant.site.pk), _job(tenant, site_id=other.pk)
    account_wide = _job(tenant)
    client = _narrow(tenant, tenant.site.pk)
    listed = client.get(JOBS).json()["results"]
    assert [job["id"] for job in listed] == [str(here.pk)]
    for job in (there, account_wide):
        assert client.get(f"{JOBS}{job.pk}/").status_code == 404
        assert client.post(f"{JOBS}{job.pk}/cancel/").status_code == 404
        _assert_untouched(tenant, job)
    assert client.post(f"{JOBS}{here.pk}/cancel/").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_jobs_cannot_be_written(method: str, tenant: Tenant) -> None:
    job = _job(tenant)
    client = client_of(tenant.owner)
    address = JOBS if method == "post" else f"{JOBS}{job.pk}/"
    assert getattr(client, method)(address, {"state": "failed"}, format="json").status_code == 405
    _assert_untouched(tenant, job)


def test_jobs_cost_the_same_with_one_and_with_twenty_rows(tenant: Tenant) -> None:
    client, counts = client_of(tenant.owner), []
    for rows in (1, 19):
        for _ in range(rows):
            _job(tenant, site_id=tenant.site.pk)
        client.get(JOBS)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(JOBS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_prompts_are_listed_with_what_counts(tenant: Tenant) -> None:
    with tenant.work():
        prompt_override_set(KEY, text="Mine: {point}", site_id=tenant.site.pk)
    client = client_of(tenant.viewer)
    body = client.get(f"{PROMPTS}?site={tenant.site.pk}").json()
    assert list(body) == ["success", "count", "next", "previous", "results", "request_id"]
    assert (body["count"], body["next"], body["previous"]) == (len(prompt_files()), None, None)
    scopes = {prompt["key"]: prompt["scope"] for prompt in body["results"]}
    assert scopes == {key: "site" if key == KEY else "system" for key in prompt_files()}
    assert {prompt["scope"] for prompt in client.get(PROMPTS).json()["results"]} == {"system"}


def test_prompts_cost_the_same_however_many_overrides(tenant: Tenant) -> None:
    client, counts = client_of(tenant.owner), []
    for keys in ([], list(prompt_files())):
        with tenant.work():
            for key in keys:
                prompt_override_set(key, text=prompt_file_get(key).text + " Be brief.")
        client.get(PROMPTS)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PROMPTS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("query", ["?site=1", "?site=", "?page=2", "?account=1"])
def test_prompts_refuse_what_they_do_not_know(query: str, tenant: Tenant) -> None:
    response = client_of(tenant.owner).get(f"{PROMPTS}{query}")
    assert (response.status_code, response.json()["code"]) == (400, "validation_error")


def test_prompt_is_shown_with_its_version_as_etag(tenant: Tenant) -> None:
    client = client_of(tenant.viewer)
    response = client.get(PROMPT)
    shown = response.json()["data"]
    assert response["ETag"] == f'"{SHIPPED.version}"'
    assert shown["text"] == shown["default_text"] == SHIPPED.text
    assert shown["required_placeholders"] == ["point"]
    assert client.get(PROMPT, HTTP_IF_NONE_MATCH=response["ETag"]).status_code == 304
    for unknown in ("writer_poem", "..%2Fsettings", "WRITER"):
        assert client.get(f"{PROMPTS}{unknown}/").status_code == 404


def test_prompt_is_overridden_changed_and_reset(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    shipped = client.get(PROMPT)
    made = client.put(PROMPT, {"text": "A {point}"}, format="json", HTTP_IF_MATCH=shipped["ETag"])
    assert made.status_code == 200
    assert (made.json()["data"]["scope"], made.json()["data"]["text"]) == ("account", "A {point}")
    for_site = client.put(PROMPT, {"text": "B {point}", "site": str(tenant.site.pk)}, format="json")
    assert for_site.json()["data"]["scope"] == "site"
    stale = client.put(PROMPT, {"text": "C {point}"}, format="json", HTTP_IF_MATCH=shipped["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
    changed = client.put(PROMPT, {"text": "D {point}"}, format="json", HTTP_IF_MATCH=made["ETag"])
    assert changed["ETag"].endswith(':2"')
    assert client.delete(PROMPT, HTTP_IF_MATCH=made["ETag"]).status_code == 412
    assert client.delete(f"{PROMPT}?site={tenant.site.pk}").status_code == 204
    assert client.get(f"{PROMPT}?site={tenant.site.pk}").json()["data"]["text"] == "D {point}"
    assert client.delete(PROMPT, HTTP_IF_MATCH="*").status_code == 204
    assert client.delete(PROMPT).status_code == 204
    assert client.get(PROMPT).json()["data"]["scope"] == "system"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"text": "Write {colour}."}, {"text": ["{point} is missing.", "{colour} is not known."]}),
        ({"text": ""}, {"text": ["This field may not be blank."]}),
        ({}, {"text": ["This field is required."]}),
        ({"text": "{point}", "site": "x"}, {"site": ["Must be a valid UUID."]}),
        ({"text": "{point}", "version": "9"}, {"version": ["There is no such field."]}),
    ],
)
def test_prompt_that_is_not_valid_is_refused_with_its_reasons(
    body: dict, errors: dict, tenant: Tenant
) -> None:
    response = client_of(tenant.owner).put(PROMPT, body, format="json")
    assert (response.status_code, response.json()["errors"]) == (400, errors)
    _assert_no_override(tenant)


def _assert_no_override(tenant: Tenant) -> None:
    with tenant.work():
        assert PromptOverride.objects.count() == 0


def test_members_viewers_strangers_and_nobody_override_nothing(tenant: Tenant, stranger: Tenant) -> None:
    body = {"text": "{point}", "site": str(tenant.site.pk)}
    for user, expected in ((tenant.member, 403), (tenant.viewer, 403), (stranger.owner, 404), (None, 401)):
        client = client_of(user)
        assert client.put(PROMPT, body, format="json").status_code == expected
        assert client.delete(f"{PROMPT}?site={tenant.site.pk}").status_code == expected
        assert client.post(f"{PROMPT}preview/", body, format="json").status_code == expected
    _assert_no_override(tenant)
    _assert_no_override(stranger)


def test_admin_of_one_site_overrides_there_alone(tenant: Tenant) -> None:
    other = site_make(tenant)
    client = _narrow(tenant, tenant.site.pk)
    for site, expected in ((None, 403), (str(other.pk), 404)):
        assert client.put(PROMPT, {"text": "{point}", "site": site}, format="json").status_code == expected
    _assert_no_override(tenant)
    made = client.put(PROMPT, {"text": "{point}", "site": str(tenant.site.pk)}, format="json")
    assert made.status_code == 200


def test_preview_shows_what_a_model_would_read(tenant: Tenant) -> None:
    client = client_of(tenant.owner)
    shown = client.post(f"{PROMPT}preview/", {"text": "{point} In {language}."}, format="json").json()
    assert shown["data"] == {"text": "How high should a standing desk be? In English."}
    assert "standing desk be?" in client.post(f"{PROMPT}preview/", {}, format="json").json()["data"]["text"]
    refused = client.post(f"{PROMPT}preview/", {"text": "{colour}"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "prompt_text_invalid")
    _assert_no_override(tenant)


def test_request_metrics_are_for_staff(tenant: Tenant) -> None:
    staff = client_of(staff_make())
    measured = staff.get(f"{SYSTEM}model/", HTTP_X_DEBUG_RESOURCE_TRACKING="true")
    address = f"{SYSTEM}request-metrics/{measured['X-Resource-Tracking-ID']}/"
    figures = staff.get(address).json()["data"]
    assert (figures["method"], figures["path"], figures["status"]) == ("GET", f"{SYSTEM}model/", 200)
    assert figures["queries"] > 0
    assert staff.get(f"{SYSTEM}request-metrics/{uuid4()}/").status_code == 404
    refused = client_of(tenant.owner).get(address)
    assert (refused.status_code, refused.json()["code"]) == (403, "staff_only")
    assert client_of(None).get(address).status_code == 401


def test_request_metrics_say_when_they_cannot_be_read(tenant: Tenant) -> None:
    with patch("igny8_core.middleware.resource_tracker.redis_client", side_effect=redis.ConnectionError):
        answer = client_of(staff_make()).get(f"{SYSTEM}request-metrics/{uuid4()}/")
    assert (answer.status_code, answer.json()["code"]) == (503, "metrics_unavailable")


def test_model_is_shown_without_its_secret(tenant: Tenant, settings: LazySettings) -> None:
    settings.LLM_BASE_URL = "https://me:word@models.example:8443/v1"
    settings.LLM_MODEL, settings.LLM_API_KEY = "large", "sk-not-a-real-key"
    response = client_of(tenant.viewer).get(f"{SYSTEM}model/")
    assert response.json()["data"] == {"kind": "external", "host": "models.example", "model": "large"}
    assert client_of(None).get(f"{SYSTEM}model/").status_code == 401


def test_key_needs_the_rooms_scope(tenant: Tenant) -> None:
    with tenant.work():
        made = auth_services.api_key_create(
            user=tenant.owner, name="k", scopes=["system:read"], allowed_scopes=["system:read"]
        )
    client = client_of_key(made.secret)
    assert client.get(JOBS).status_code == 200
    refused = client.put(PROMPT, {"text": "{point}"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    _assert_no_override(tenant)
