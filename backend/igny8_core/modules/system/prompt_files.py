"""Reads the prompt files that ship with the product, once per process; it must never know an account."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from igny8_core.modules.system.errors import PromptFileInvalid, PromptUnknown
from igny8_core.modules.system.types import PromptFile

FOLDER = Path(__file__).parent / "prompts"
FIELDS = ("key", "version", "description")
_FILE = re.compile(r"\A---\n(?P<head>.*?)\n---\n(?P<text>.*)\Z", re.DOTALL)


def prompt_file_get(key: str) -> PromptFile:
    """The shipped prompt of a key; raises PromptUnknown."""
    found = prompt_files().get(key)
    if found is None:
        raise PromptUnknown
    return found


@cache
def prompt_files() -> Mapping[str, PromptFile]:
    """Every shipped prompt by its key, in the order of the keys; raises PromptFileInvalid."""
    files = {path.stem: prompt_file_parse(path.stem, path.read_text("utf-8")) for path in FOLDER.glob("*.md")}
    return MappingProxyType(dict(sorted(files.items())))


def prompt_file_parse(name: str, content: str) -> PromptFile:
    """A file's front matter (key, version, description; one line each) and text; raises PromptFileInvalid."""
    match = _FILE.match(content.replace("\r\n", "\n"))
    if match is None:
        raise PromptFileInvalid(f"{name}: front matter between two lines of --- is missing.")
    fields = dict(_field(name, line) for line in match["head"].splitlines())
    text = match["text"].strip()
    if set(fields) != set(FIELDS) or not all(fields.values()) or not text:
        raise PromptFileInvalid(f"{name}: {', '.join(FIELDS)} and a text are needed, and nothing else.")
    if fields["key"] != name:
        raise PromptFileInvalid(f"{name}: its key says {fields['key']}.")
    return PromptFile(text=text, **fields)


def _field(name: str, line: str) -> tuple[str, str]:
    label, colon, value = line.partition(":")
    if not colon:
        raise PromptFileInvalid(f"{name}: {line!r} is no front matter.")
    return label.strip(), value.strip()
