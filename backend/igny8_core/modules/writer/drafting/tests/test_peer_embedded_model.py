"""Drafts real articles with the packaged model: proves the machinery from prompt to HTML, not the prose."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from igny8_core.ai import ModelConfig, generate_text
from igny8_core.common.html import sanitize, to_text
from igny8_core.modules.writer.drafting import DraftBrief, DraftPrompts, OutlineSection, article_write

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


def test_real_model_fills_the_outline_without_problems(model: ModelConfig) -> None:
    prompts = DraftPrompts(
        system=prompt("writer_system"), paragraph=prompt("writer_paragraph"), rewrite=prompt("writer_rewrite")
    )
    drafts = [
        article_write(
            BRIEF,
            prompts=prompts,
            generate=lambda request: generate_text(request, model_config=model),
            seed=seed,
        )
        for seed in (1, 100, 200)
    ]
    for draft in drafts:
        assert draft.html == sanitize(draft.html)
        assert draft.html.count("<h2>") == 3
        assert draft.word_count <= len(to_text(draft.html).split()) * 1.1
        assert 121 <= len(draft.meta_description) <= 156
        assert draft.rewrite_count <= 3
        assert draft.usage.completion_tokens > draft.word_count
    # Sampling differs between processors, so one bad draw is not a fault of the code.
    assert sum(not draft.problems for draft in drafts) >= 2
