"""A site's brand profile reaches what is asked of the model, and what is kept of its answers."""

from typing import Any

import pytest

from igny8_core.modules.billing.selectors import balance_get
from igny8_core.modules.system.services import brand_profile_set
from igny8_core.modules.writer.errors import ArticleUnfit
from igny8_core.modules.writer.models import Article, WritingTask
from igny8_core.modules.writer.tests.asserts import write
from igny8_core.modules.writer.tests.fake_model import Answer, FakeModel, good
from igny8_core.modules.writer.tests.samples import GRIND, REQUESTS
from igny8_core.testing.factories import Tenant, site_make

pytestmark = pytest.mark.django_db(transaction=True)


def profile_set(tenant: Tenant, site_id: Any = None, **fields: Any) -> None:
    with tenant.work():
        brand_profile_set(site_id or tenant.site.pk, **fields)


def test_profile_is_part_of_what_is_asked_and_on_record(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    profile_set(tenant, voice="warm and plain", call_to_action="Try our beans.")
    article = write(tenant, task.pk)
    assert [("Try our beans." in prompt) for prompt in model.prompts] == [False] * 4 + [True]
    assert article.prompt_versions["brand_profile"] == "1"


def test_profile_of_another_site_counts_for_nothing(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    profile_set(tenant, site_make(tenant).pk, banned_phrases=["coffee"])
    article = write(tenant, task.pk)
    assert "brand_profile" not in article.prompt_versions
    assert len(model.prompts) == REQUESTS


def test_section_with_a_banned_phrase_is_asked_for_again(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    profile_set(tenant, banned_phrases=["Game Changer"])
    model.script = lambda number, prompt: (
        Answer(text=f"{good(prompt).text} It is a game changer.") if number == 1 else good(prompt)
    )
    article = write(tenant, task.pk)
    assert "game changer" not in article.html
    assert model.points().count(GRIND) == 2


def test_draft_that_keeps_a_banned_phrase_is_unfit_and_free(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    profile_set(tenant, banned_phrases=["game changer"])
    model.script = lambda number, prompt: Answer(
        text=f"{good(prompt).text} Number {number} is a game changer."
    )
    with tenant.work():
        before = balance_get()
    with pytest.raises(ArticleUnfit, match="which the site's brand profile bans"):
        write(tenant, task.pk)
    with tenant.work():
        assert balance_get() == before
        assert Article.objects.count() == 0
