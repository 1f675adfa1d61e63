"""Proves how sections are written, rewritten once and assembled, with a scripted model."""

from collections.abc import Callable

import pytest

from igny8_core.ai.types import TextRequest, TextResult, Usage
from igny8_core.modules.writer.drafting import (
    ArticleDraft,
    DraftBrief,
    DraftPrompts,
    OutlineSection,
    SectionDraft,
    article_assemble,
    section_write,
)
from igny8_core.modules.writer.drafting.article import meta_description

PROMPTS = DraftPrompts(system="Write.", paragraph="{point}", rewrite="Again: {point}")
GRIND, STEEP = "Why a coarse grind?", "How long to steep?"
GRIND_TEXT = (
    "A coarse grind lets the water pass between the particles, so that the metal filter of the press holds "
    "nearly all of them back. Fine coffee slips through the mesh and leaves mud in the cup, which tastes harsh and dry."
)
STEEP_TEXT = (
    "Four minutes are a good beginning for a large pot with boiling water and thirty grams of beans. "
    "Lighter roasts want a minute more, because their cells give up their sugar only slowly."
)


def brief(*points: str, target_words: int = 40) -> DraftBrief:
    sections = tuple(
        OutlineSection(heading=f"On <{at}>", points=(point,), target_words=target_words)
        for at, point in enumerate(points)
    )
    return DraftBrief(
        title="French Press: Grind & Time",
        head_keyword="coarse grind",
        sections=sections,
        target_word_count=target_words * len(sections),
    )


class Script:
    """A model that answers by prompt and remembers what it was asked."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.requests: list[TextRequest] = []

    def __call__(self, request: TextRequest) -> TextResult:
        self.requests.append(request)
        return TextResult(
            text=self.answers[request.prompt],
            usage=Usage(prompt_tokens=10, completion_tokens=20),
            model="m",
            finish_reason="stop",
            latency_seconds=0.1,
        )


def write(given: DraftBrief, model: Callable[[TextRequest], TextResult]) -> ArticleDraft:
    written: list[SectionDraft] = []
    for at, section in enumerate(given.sections):
        written.append(
            section_write(
                given, section=section, written=written, prompts=PROMPTS, generate=model, seed=7 + 10 * at
            )
        )
    return article_assemble(given, sections=written)


def test_article_is_assembled_from_the_outline_in_order() -> None:
    model = Script({GRIND: GRIND_TEXT, STEEP: STEEP_TEXT})
    article = write(brief(GRIND, STEEP), model)
    assert article.html == (
        f"<h2>On &lt;0&gt;</h2>\n<p>{GRIND_TEXT}</p>\n<h2>On &lt;1&gt;</h2>\n<p>{STEEP_TEXT}</p>"
    )
    assert (article.slug, article.word_count, article.rewrite_count) == ("french-press-grind-time", 74, 0)
    assert article.usage == Usage(prompt_tokens=20, completion_tokens=40)
    assert article.problems == ()
    assert [request.seed for request in model.requests] == [7, 17]


def test_same_brief_and_seed_ask_the_same() -> None:
    first, second = (Script({GRIND: GRIND_TEXT}) for _ in range(2))
    assert write(brief(GRIND), first) == write(brief(GRIND), second)
    assert first.requests == second.requests


def test_short_section_is_extended_by_one_rewrite() -> None:
    model = Script({GRIND: "Coarse coffee stays in the filter.", f"Again: {GRIND}": GRIND_TEXT})
    article = write(brief(GRIND), model)
    assert article.html.count("<p>") == 2
    assert (article.rewrite_count, len(model.requests), article.problems) == (1, 2, ())


def test_faulty_section_is_replaced_by_its_rewrite() -> None:
    model = Script(
        {GRIND: f"As an AI language model I drink none. {GRIND_TEXT}", f"Again: {GRIND}": STEEP_TEXT}
    )
    article = write(brief(GRIND), model)
    assert article.html.endswith(f"<p>{STEEP_TEXT}</p>")
    assert (article.rewrite_count, article.problems) == (1, ())


def test_faulty_rewrite_does_not_spoil_a_sound_short_section() -> None:
    short = "Coarse coffee stays in the filter."
    model = Script({GRIND: short, f"Again: {GRIND}": f"I'm sorry, I cannot help. {GRIND_TEXT}"})
    article = write(brief(GRIND), model)
    assert article.html.endswith(f"<p>{short}</p>")
    assert [problem.code for problem in article.problems] == ["too_short"]


def test_twice_faulty_section_is_reported_not_hidden() -> None:
    refusal = "As an AI language model, I cannot drink coffee or taste it."
    model = Script({GRIND: refusal, f"Again: {GRIND}": refusal})
    article = write(brief(GRIND), model)
    assert len(model.requests) == 2
    assert article.problems[0].code == "refusal_text"


def test_sentence_of_an_earlier_section_is_not_repeated() -> None:
    model = Script({GRIND: GRIND_TEXT, STEEP: f"{GRIND_TEXT} {STEEP_TEXT}"})
    article = write(brief(GRIND, STEEP), model)
    assert article.html.count("A coarse grind lets") == 1
    assert (article.removed_sentence_count, article.problems) == (2, ())


def test_models_markup_is_never_taken_as_html() -> None:
    model = Script({GRIND: f"{GRIND_TEXT} Never <script>alert(1)</script> use 1 < 2 & <b>boil</b> it."})
    article = write(brief(GRIND), model)
    assert "<script" not in article.html
    assert "<b>" not in article.html
    assert "1 &lt; 2 &amp;" in article.html


def test_invented_links_are_stripped_and_counted() -> None:
    model = Script(
        {GRIND: f"{GRIND_TEXT} See [a study](https://made-up.test/1). Read www.made-up.test for the rest."}
    )
    article = write(brief(GRIND), model)
    assert "made-up" not in article.html
    assert (article.removed_link_count, article.problems) == (2, ())


def test_failure_of_the_model_passes_through() -> None:
    def broken(request: TextRequest) -> TextResult:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        write(brief(GRIND), broken)


def test_section_can_be_resumed_after_stored_ones() -> None:
    stored = SectionDraft(heading="On <0>", paragraphs=(GRIND_TEXT,))
    given = brief(GRIND, STEEP)
    section = section_write(
        given,
        section=given.sections[1],
        written=[stored],
        prompts=PROMPTS,
        generate=Script({STEEP: f"{GRIND_TEXT} {STEEP_TEXT}"}),
        seed=17,
    )
    assert section.paragraphs == (STEEP_TEXT,)
    assert article_assemble(given, sections=[stored, section]).problems == ()


def test_section_without_points_is_asked_by_its_heading() -> None:
    section = OutlineSection(heading=GRIND, target_words=40)
    given = DraftBrief(title="T", head_keyword="k", sections=(section,), target_word_count=40)
    model = Script({GRIND: GRIND_TEXT})
    assert write(given, model).problems == ()


def test_title_without_ascii_takes_the_keywords_slug() -> None:
    given = DraftBrief(title="咖啡", head_keyword="french press", sections=(), target_word_count=0)
    assert article_assemble(given, sections=[]).slug == "french-press"


def test_meta_description_prefers_whole_sentences_with_the_keyword() -> None:
    plain = f"{STEEP_TEXT} {GRIND_TEXT}"
    assert meta_description(plain, head_keyword="coarse grind") == GRIND_TEXT.split(" Fine")[0]


def test_meta_description_is_cut_at_a_word_when_no_sentence_fits() -> None:
    sentence = "Coffee " + "and water " * 40 + "make a cup."
    described = meta_description(sentence, head_keyword="tea")
    assert 121 <= len(described) <= 156
    assert described.endswith(("and…", "water…"))


def test_meta_description_of_a_short_text_is_the_text() -> None:
    assert meta_description("Boil water.", head_keyword="tea") == "Boil water."
