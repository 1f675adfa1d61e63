"""An article is written section by section, stored whole and charged once, asserted on the ledger."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections

from igny8_core.ai import errors
from igny8_core.common.clock import utc_now
from igny8_core.modules.billing.models import CreditHold
from igny8_core.modules.billing.selectors import ledger_list, statement_get
from igny8_core.modules.billing.services import holds_expire_here
from igny8_core.modules.planner.models import ContentIdea
from igny8_core.modules.system.services import prompt_override_set
from igny8_core.modules.writer.constants import RevisionSource, TaskState
from igny8_core.modules.writer.errors import ArticleUnfit
from igny8_core.modules.writer.models import ArticleRevision, ArticleSection, WritingTask
from igny8_core.modules.writer.selectors import article_estimate
from igny8_core.modules.writer.services import writing
from igny8_core.modules.writer.tests.asserts import assert_sold_once, write
from igny8_core.modules.writer.tests.fake_model import Answer, FakeModel, failing, good
from igny8_core.modules.writer.tests.samples import (
    CLEAN,
    FILTER,
    GRIND,
    OUTLINE,
    PRICE,
    PROSE,
    REFUSAL,
    REQUESTS,
    STEEP,
    WATER,
    credits_give,
    credits_of,
    task_get,
    task_make,
)
from igny8_core.tenancy.queue import enqueue
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


def test_article_is_stored_with_its_first_revision_and_charged(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    article = write(tenant, task.pk)
    assert model.points() == [GRIND, FILTER, STEEP, WATER, CLEAN]
    assert article.html == (
        f"<h2>The grind</h2>\n<p>{PROSE[GRIND]}</p>\n<p>{PROSE[FILTER]}</p>\n"
        f"<h2>Time and heat</h2>\n<p>{PROSE[STEEP]}</p>\n<p>{PROSE[WATER]}</p>\n"
        f"<h2>Cleaning</h2>\n<p>{PROSE[CLEAN]}</p>"
    )
    assert (article.title, article.head_keyword) == (task.title, task.head_keyword)
    assert (article.category, article.tags) == ("French press", ["coarse grind", "steep time"])
    assert (article.credits, article.model, article.is_human_edited) == (PRICE, "fake", False)
    assert set(article.prompt_versions) == {"writer_system", "writer_paragraph", "writer_rewrite"}
    assert article.slug.startswith("how-to-make-french-press-coffee-")
    assert 121 <= len(article.meta_description) <= 156
    with tenant.work():
        revision = ArticleRevision.objects.get()
        assert (revision.number, revision.source, revision.html) == (1, RevisionSource.MACHINE, article.html)
        sections = list(ArticleSection.objects.order_by("position"))
        assert [(row.credits, row.prompt_tokens, row.completion_tokens) for row in sections] == [
            (2, 20, 40), (2, 20, 40), (1, 10, 20)
        ]  # fmt: skip
        kinds = [entry.kind for entry in reversed(ledger_list())]
    assert kinds == ["grant", *["hold"] * 3, *["capture"] * 3]
    found = task_get(tenant, task.pk)
    assert (found.state, found.claim_token, found.error_code) == (TaskState.DONE, None, "")
    assert_sold_once(tenant)


def test_article_costs_what_was_estimated_and_is_booked_to_its_site_and_buyer(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    with tenant.work():
        estimate = article_estimate(task.idea_id)
    assert (estimate.credits, estimate.is_enough) == (PRICE, True)
    assert write(tenant, task.pk).credits == estimate.credits
    with tenant.work():
        by_site = {line.key: line.sums.captured for line in statement_get(group_by="site").lines}
    assert by_site == {str(tenant.site.pk): PRICE, "": 0}


def test_credits_are_held_before_the_first_request_and_charged_after_the_last(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    seen: list[tuple[int, int]] = []

    def watch(number: int, prompt: str) -> Answer:
        try:
            seen.append(credits_of(tenant))
        finally:
            connections.close_all()
        return good(prompt)

    model.script = watch
    write(tenant, task.pk)
    assert seen == [(100, 2), (100, 2), (100, 4), (100, 4), (100, 5)]


def test_no_transaction_is_open_while_the_model_is_asked(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    seen: list[bool] = []
    ask = writing.generate_text

    def watch(*args: Any, **kwargs: Any) -> Any:
        seen.append(connections["default"].in_atomic_block)
        return ask(*args, **kwargs)

    with patch.object(writing, "generate_text", watch):
        write(tenant, task.pk)
    assert seen == [False] * REQUESTS


def test_done_task_gives_its_article_again_for_nothing(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    first = write(tenant, task.pk)
    assert write(tenant, task.pk).pk == first.pk
    assert len(model.prompts) == REQUESTS
    assert_sold_once(tenant)


def test_job_shows_what_was_held_and_charged(tenant: Tenant, task: WritingTask, model: FakeModel) -> None:
    with tenant.work():
        job = enqueue("writer.write_article", payload={"task_id": str(task.pk)})
    write(tenant, task.pk, job_id=job.pk)
    with tenant.work():
        job.refresh_from_db()
    assert (job.credits_held, job.credits_charged) == (PRICE, PRICE)


def test_progress_counts_sections_and_names_what_is_written(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    steps: list[tuple[int, int, str]] = []
    write(tenant, task.pk, progress=lambda *step: steps.append(step))
    assert steps == [
        (0, 3, "Writing: The grind"),
        (1, 3, "Writing: Time and heat"),
        (2, 3, "Writing: Cleaning"),
        (3, 3, "Checking the article"),
    ]


def test_second_draft_that_is_fit_is_kept_and_alone_charged(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    model.script = lambda number, prompt: Answer(text=REFUSAL) if number <= 2 * REQUESTS else good(prompt)
    article = write(tenant, task.pk)
    assert "AI language model" not in article.html
    assert len(model.prompts) == 3 * REQUESTS
    assert task_get(tenant, task.pk).draft_number == 2
    assert_sold_once(tenant)


def test_seeds_differ_between_all_requests(tenant: Tenant, task: WritingTask, model: FakeModel) -> None:
    seeds: list[int | None] = []
    ask = writing.generate_text

    def watch(request: Any, **kwargs: Any) -> Any:
        seeds.append(request.seed)
        return ask(request, **kwargs)

    model.script = lambda number, prompt: Answer(text=REFUSAL)
    with patch.object(writing, "generate_text", watch), pytest.raises(ArticleUnfit):
        write(tenant, task.pk)
    assert len(set(seeds)) == len(seeds) == 4 * REQUESTS
    assert None not in seeds


def test_cut_answer_keeps_whole_sentences_only(tenant: Tenant, task: WritingTask, model: FakeModel) -> None:
    model.script = lambda number, prompt: Answer(
        text=good(prompt).text + " And then the water", finish_reason="length"
    )
    assert "And then" not in write(tenant, task.pk).html
    assert_sold_once(tenant)


def test_markup_and_links_of_the_model_are_not_stored(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    evil = " Read <script>alert(1)</script> [the study](https://made-up.test) now, it is good."
    model.script = lambda number, prompt: Answer(text=good(prompt).text + evil)
    html = write(tenant, task.pk).html
    assert "<script" not in html
    assert "made-up" not in html


def test_characters_that_the_database_refuses_do_not_stop_the_article(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    model.script = lambda number, prompt: Answer(text=good(prompt).text.replace(" ", "\x00 ", 1) + "\ud83d")
    assert PROSE[CLEAN] in write(tenant, task.pk).html
    assert_sold_once(tenant)


def test_prompt_of_the_site_is_used_and_its_version_kept(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    with tenant.work():
        prompt_override_set(
            "writer_paragraph",
            text="{point} Be brief: {target_words} words.",
            site_id=tenant.site.pk,
        )
    article = write(tenant, task.pk)
    assert model.prompts[0] == f"{GRIND} Be brief: 55 words."
    assert ":" in article.prompt_versions["writer_paragraph"]
    assert ":" not in article.prompt_versions["writer_system"]


def test_outline_that_changed_is_written_where_it_changed(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    model.script = lambda number, prompt: failing(500) if number > 4 else good(prompt)
    with suppress(errors.ModelError):
        write(tenant, task.pk)
    with tenant.work():
        idea = ContentIdea.objects.get(pk=task.idea_id)
        idea.brief["outline"] = [OUTLINE[0], {**OUTLINE[2], "target_words": 70}]
        idea.brief["target_word_count"] = 180
        idea.save()
    model.prompts.clear()
    model.script = lambda number, prompt: good(prompt)
    article = write(tenant, task.pk)
    assert model.points() == [CLEAN]
    assert "Time and heat" not in article.html
    assert_sold_once(tenant, price=3)


def test_hold_that_ran_out_meanwhile_is_made_anew(
    tenant: Tenant, task: WritingTask, model: FakeModel
) -> None:
    def expire(number: int, prompt: str) -> Answer:
        if number == REQUESTS:
            try:
                with tenant.work():
                    holds = CreditHold.objects.filter(state="held")
                    holds.update(expires_at=utc_now() - timedelta(seconds=1))
                    holds_expire_here(list(holds.values_list("pk", flat=True)))
            finally:
                connections.close_all()
        return good(prompt)

    model.script = expire
    write(tenant, task.pk)
    assert_sold_once(tenant)


def test_title_without_latin_letters_still_gets_an_address(tenant: Tenant, model: FakeModel) -> None:
    credits_give(tenant)
    task = task_make(tenant, head="咖啡")
    with tenant.work():
        ContentIdea.objects.filter(pk=task.idea_id).update(title="咖啡")
    article = write(tenant, task.pk)
    assert article.slug == f"article-{article.pk.hex[-12:]}"
