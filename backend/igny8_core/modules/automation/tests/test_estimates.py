"""An estimate says what the run would do and cost, as the run then does, and changes nothing."""

from typing import Any

import pytest

from igny8_core.modules.automation import services
from igny8_core.modules.automation.tests.fake_model import FakeModel
from igny8_core.modules.automation.tests.samples import (
    GRANT,
    credits_give,
    credits_of,
    items_of,
    keywords_plan,
    run_make,
    settings_set,
    steps,
)
from igny8_core.modules.automation.types import RunEstimate
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.services import destination_preview_ensure
from igny8_core.modules.planner.models import KeywordImport
from igny8_core.modules.planner.selectors import idea_next_ids
from igny8_core.modules.planner.services import ideas_decide
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant
from igny8_core.testing.isolation import unchanged

pytestmark = pytest.mark.django_db(transaction=True)
ESTIMATE = "/api/v1/automation/estimate/"


@pytest.fixture
def planned(tenant: Tenant, model: FakeModel) -> Tenant:
    """A site with credits, ideas and a destination."""
    credits_give(tenant)
    keywords_plan(tenant)
    with tenant.work():
        destination_id = destination_preview_ensure(tenant.site.pk).pk
    settings_set(tenant, destination_id=destination_id)
    return tenant


def estimate(tenant: Tenant, **fields: Any) -> RunEstimate:
    with unchanged(tenant), tenant.work():
        return services.run_estimate(tenant.site.pk, **fields)


def codes(found: RunEstimate) -> list[str]:
    return [warning.code for warning in found.warnings]


def counts(found: RunEstimate) -> dict[str, tuple[bool, int | None]]:
    return {stage.name: (stage.is_on, stage.count) for stage in found.stages}


def test_estimate_is_what_the_run_is_then_charged(planned: Tenant) -> None:
    found = estimate(planned, article_count=2)
    assert (found.unpriced_count, found.is_enough, codes(found)) == (0, True, [])
    assert found.credits_available == GRANT
    run = run_make(planned, import_id=None, article_count=2)
    steps(planned)
    items = items_of(planned, run)
    assert [one.idea_id for one in found.articles] == [item.idea_id for item in items]
    assert [one.credits for one in found.articles] == [item.credits for item in items]
    assert credits_of(planned) == (GRANT - found.credits_estimated, 0)


def test_estimate_counts_what_each_stage_would_do(planned: Tenant) -> None:
    with planned.work():
        ideas = len(idea_next_ids(planned.site.pk, limit=100))
    found = counts(estimate(planned))
    assert found == {
        "import": (False, None),
        "cluster": (True, found["cluster"][1]),
        "ideas": (True, ideas),
        "write": (True, 3),
        "images": (False, 0),
        "publish": (True, 3),
    }


def test_upload_is_counted_once_it_was_read(planned: Tenant) -> None:
    with planned.work():
        upload = KeywordImport.objects.get()
    assert counts(estimate(planned, import_id=upload.pk))["import"] == (True, 18)


def test_site_without_ideas_says_that_it_cannot_tell_the_price(tenant: Tenant) -> None:
    found = estimate(tenant)
    assert (found.articles, found.unpriced_count, found.credits_estimated) == ((), 3, 0)
    assert codes(found) == ["ideas_missing"]
    settings_set(tenant, stages=["write"])
    assert codes(estimate(tenant)) == ["run_ideas_exhausted"]


def test_what_stands_against_a_run_is_said(planned: Tenant) -> None:
    found = estimate(planned)
    settings_set(
        planned,
        is_enabled=False,
        run_credit_budget=found.credits_estimated - 1,
        monthly_credit_budget=found.credits_estimated - 1,
    )
    with planned.work():
        Destination.objects.update(status="failing")
    assert codes(estimate(planned)) == [
        "pipeline_disabled",
        "destination_failing",
        "budget_reached",
        "budget_reached",
    ]
    settings_set(planned, is_enabled=True, run_credit_budget=None, monthly_credit_budget=None)
    run_make(planned, import_id=None)
    assert codes(estimate(planned))[0] == "run_active"


def test_missing_credits_are_said(tenant: Tenant, model: FakeModel) -> None:
    credits_give(tenant, 1)
    keywords_plan(tenant)
    found = estimate(tenant)
    assert (found.is_enough, found.credits_available, "insufficient_credits" in codes(found)) == (
        False,
        1,
        True,
    )


def test_undecided_ideas_are_said_and_not_priced_where_they_are_moderated(planned: Tenant) -> None:
    settings_set(planned, approval_mode="moderate")
    found = estimate(planned, article_count=2)
    assert (found.articles, found.unpriced_count, codes(found)) == ((), 2, ["ideas_waiting"])
    with planned.work():
        ideas_decide(idea_next_ids(planned.site.pk, limit=2), is_accepted=True)
    found = estimate(planned, article_count=2)
    assert (len(found.articles), codes(found)) == (2, [])


def test_member_asks_for_it_and_a_viewer_may_not(planned: Tenant) -> None:
    body = {"site_id": str(planned.site.pk), "article_count": 1}
    answer = client_of(planned.member).post(ESTIMATE, body)
    assert (answer.status_code, answer.json()["data"]["article_count"]) == (200, 1)
    assert len(answer.json()["data"]["articles"]) == 1
    assert client_of(planned.viewer).post(ESTIMATE, body).status_code == 403
    assert client_of(None).post(ESTIMATE, body).status_code == 401
    wrong = client_of(planned.member).post(ESTIMATE, {**body, "article_count": 101})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["article_count"])
