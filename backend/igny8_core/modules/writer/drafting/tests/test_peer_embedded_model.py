"""Drafts real articles with the packaged model: proves the machinery from prompt to HTML, not the prose."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from igny8_core.ai import ModelConfig, generate_text
from igny8_core.common.html import sanitize, to_text
from igny8_core.modules.writer.drafting import (
    ArticleDraft,
    DraftBrief,
    DraftPrompts,
    OutlineSection,
    SectionDraft,
    article_assemble,
    section_write,
)

pytestmark = pytest.mark.peer

BACKEND = Path(__file__).resolve().parents[5]
PROMPTS = BACKEND / "igny8_core" / "modules" / "system" / "prompts"
BRIEF = DraftBrief(
    title="French Press Coffee Ratio",
    head_keyword="french press coffee ratio",
    audience="home baristas",
    target_word_count=300,
    sections=(
        OutlineSection(
            heading="The standard ratio",
            points=(
                "What is the best coffee to water ratio for a French press?",
                "How many grams of coffee does one cup need?",
            ),
        ),
        OutlineSection(
            heading="How to measure",
            points=(
                "Why is a kitchen scale better than a spoon for coffee?",
                "How do you measure coffee without a scale?",
            ),
        ),
        OutlineSection(
            heading="Grind and time",
            points=(
                "Why does a French press need a coarse grind?",
                "How long should coffee steep in a French press?",
            ),
        ),
    ),
)


def prompt(key: str) -> str:
    return (PROMPTS / f"{key}.md").read_text("utf-8").removeprefix("---\n").split("---\n", 1)[1]


@pytest.fixture(scope="module")
def model() -> Iterator[ModelConfig]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "igny8_core.runtime.model_server", "--port", str(port)],
        cwd=BACKEND,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert "listens on" in server.stdout.readline()
        yield ModelConfig(base_url=f"http://127.0.0.1:{port}/v1", model="smollm2-135m-instruct")
    finally:
        server.kill()
        server.communicate()


def draft(model: ModelConfig, *, prompts: DraftPrompts, seed: int) -> ArticleDraft:
    written: list[SectionDraft] = []
    for at, section in enumerate(BRIEF.sections):
        written.append(
            section_write(
                BRIEF,
                section=section,
                written=written,
                prompts=prompts,
                generate=lambda request: generate_text(request, model_config=model),
                seed=seed + 10 * at,
            )
        )
    return article_assemble(BRIEF, sections=written)


def test_real_model_fills_the_outline_without_problems(model: ModelConfig) -> None:
    prompts = DraftPrompts(
        system=prompt("writer_system"), paragraph=prompt("writer_paragraph"), rewrite=prompt("writer_rewrite")
    )
    drafts = [draft(model, prompts=prompts, seed=seed) for seed in (1, 100, 200)]
    for made in drafts:
        assert made.html == sanitize(made.html)
        assert made.html.count("<h2>") == 3
        assert made.word_count <= len(to_text(made.html).split()) * 1.1
        assert 121 <= len(made.meta_description) <= 156
        assert made.rewrite_count <= 3
        assert made.usage.completion_tokens > made.word_count
    # Sampling differs between processors, so one bad draw is not a fault of the code.
    assert sum(not made.problems for made in drafts) >= 2
