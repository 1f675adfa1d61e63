"""The prompts that ship, and what is said about a file that does not hold."""

import importlib
from pathlib import Path

import pytest

from igny8_core.modules.system import prompt_files as files
from igny8_core.modules.system.constants import SAMPLE_VALUES
from igny8_core.modules.system.errors import PromptFileInvalid, PromptUnknown
from igny8_core.modules.system.prompt_files import prompt_file_get, prompt_file_parse, prompt_files
from igny8_core.modules.system.prompt_texts import (
    placeholder_samples,
    placeholders_required,
    text_problems,
    text_render,
)
from igny8_core.modules.system.types import PromptFile

GOOD = "---\nkey: writer_x\nversion: 2\ndescription: Asks: for {this}.\n---\nWrite about {point}.\n"
SHIPPED = prompt_file_parse("writer_x", GOOD)


@pytest.mark.parametrize("shipped", prompt_files().values(), ids=prompt_files())
def test_shipped_prompt_is_fit_to_be_rendered(shipped: PromptFile) -> None:
    assert shipped.description
    assert int(shipped.version) >= 1
    assert text_problems(shipped.text, shipped=shipped) == ()
    samples = SAMPLE_VALUES.get(shipped.key.partition("_")[0], {})
    assert set(placeholders_required(shipped)) <= set(samples), "the room must say what it can fill in"
    rendered = text_render(shipped.text, values=placeholder_samples(shipped))
    assert "{" not in rendered


def test_samples_are_what_the_writer_can_fill_in() -> None:
    # By name: rooms do not import each other, but what one promises to fill in the other must describe.
    writer = importlib.import_module("igny8_core.modules.writer.drafting.prompts")
    assert set(SAMPLE_VALUES["writer"]) == writer.PLACEHOLDERS


def test_prompt_files_are_sorted_by_key_and_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(prompt_files()) == sorted(prompt_files())
    assert {"writer_paragraph", "writer_rewrite", "writer_system"} <= set(prompt_files())
    monkeypatch.setattr(files, "FOLDER", Path("nowhere"))
    assert prompt_files() is prompt_files()
    assert prompt_file_get("writer_system").key == "writer_system"


@pytest.mark.parametrize("key", ["nothing", "../settings", "writer_system.md", ""])
def test_prompt_file_get_refuses_an_unknown_key(key: str) -> None:
    with pytest.raises(PromptUnknown):
        prompt_file_get(key)


def test_prompt_file_parse_reads_front_matter_and_text() -> None:
    assert (
        PromptFile(key="writer_x", version="2", description="Asks: for {this}.", text="Write about {point}.")
        == SHIPPED
    )
    assert prompt_file_parse("writer_x", GOOD.replace("\n", "\r\n")) == SHIPPED


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("Write.", "front matter"),
        (GOOD.replace("key: writer_x", "key: writer_y"), "its key says writer_y"),
        (GOOD.replace("version: 2\n", ""), "are needed"),
        (GOOD.replace("version: 2", "version:"), "are needed"),
        (GOOD.replace("version: 2", "version: 2\nauthor: me"), "nothing else"),
        (GOOD.replace("version: 2", "version 2"), "no front matter"),
        (GOOD.replace("Write about {point}.", "  "), "and a text"),
    ],
)
def test_prompt_file_parse_says_what_is_wrong(content: str, complaint: str) -> None:
    with pytest.raises(PromptFileInvalid, match=complaint):
        prompt_file_parse("writer_x", content)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("{point}", ()),
        ("{point} in {language}, {point} again", ()),
        ('{point} as {"json": [1]} or {} or {1} or { a sentence }', ()),
        ("", ("The text is empty.", "{point} is missing.")),
        ("Write.", ("{point} is missing.",)),
        ("{point} {colour}", ("{colour} is not known.",)),
        ("{point} {Title}", ("{Title} is not known.",)),
        ("{ point }", ("{point} is missing.", "{ point } is not known.")),
        ("{point.__class__}", ("{point} is missing.",)),
        ("{point}" + "x" * 8000, ("The text is longer than 8000 characters.",)),
    ],
)
def test_text_problems_are_all_named(text: str, problems: tuple[str, ...]) -> None:
    assert text_problems(text, shipped=SHIPPED) == problems


def test_text_of_a_room_without_samples_knows_what_ships() -> None:
    shipped = prompt_file_parse("other_x", GOOD.replace("writer_x", "other_x"))
    assert placeholder_samples(shipped) == {"point": "[point]"}
    assert text_problems("{point} {title}", shipped=shipped) == ("{title} is not known.",)


def test_text_render_replaces_once_and_leaves_other_braces() -> None:
    values = {"point": "{language}", "language": "English"}
    assert (
        text_render('{point} {"a": {language}} {other}', values=values) == '{language} {"a": English} {other}'
    )
