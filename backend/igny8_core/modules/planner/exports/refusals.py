"""How a cell parser refuses one cell, and how foreign text is quoted in a message; it must never leave this package."""

import re

from igny8_core.common.text import excerpt

from .rows import RejectReason

# The last two are no characters, and no workbook can hold them.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_QUOTED_LENGTH = 40


class CellRefused(ValueError):
    """One cell cannot be used; `complaint` completes the sentence "that is ..."."""

    def __init__(self, reason: RejectReason, complaint: str) -> None:
        self.reason = reason
        self.complaint = complaint
        super().__init__(complaint)


def has_controls(text: str) -> bool:
    """Whether a text holds a control character, a line end, or what is no character."""
    return bool(CONTROL.search(text))


def printable(text: str) -> str:
    """The text with each control character but TAB and line ends shown as U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text)


def quoted(text: str, *, max_length: int = _QUOTED_LENGTH) -> str:
    """The text on one line, cut and in quotes, for a message to a person."""
    return f'"{excerpt(printable(" ".join(text[: max_length * 4].split())), max_length=max_length)}"'
