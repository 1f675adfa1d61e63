"""Counts wrong guesses per person and per address, outside any transaction, and refuses further ones for a while."""

from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.common.text import digest
from igny8_core.tenancy.redis import count_back, count_forget, count_in_window

WINDOW_SECONDS = 15 * 60
GUESSES_PER_PERSON = 10
GUESSES_PER_ADDRESS = 50
MAILS_PER_HOUR = 5


class LockedOut(DomainError):
    """Too many wrong guesses for one person, or from one address; the same for people who do not exist."""

    kind = ErrorKind.THROTTLED
    code = "locked_out"
    message = "There were too many wrong attempts; wait 15 minutes, or reset the password."
    retry_after_seconds = WINDOW_SECONDS


def guess_begin(email: str, address: str) -> None:
    """Count an attempt before it is looked at, so that attempts side by side cannot exceed the limit.

    Raises LockedOut. Without Redis attempts pass uncounted and a warning is logged.
    """
    of_person = count_in_window(_person(email), seconds=WINDOW_SECONDS) or 0
    of_address = count_in_window(_address(address), seconds=WINDOW_SECONDS) or 0
    if of_person > GUESSES_PER_PERSON or of_address > GUESSES_PER_ADDRESS:
        raise LockedOut


def guess_was_right(email: str, address: str) -> None:
    """Forget the person's wrong guesses, and take this attempt back from the address, which others may share."""
    count_forget(_person(email))
    count_back(_address(address))


def guess_taken_back(email: str, address: str) -> None:
    """Uncount this attempt alone: it was neither wrong nor finished."""
    count_back(_person(email))
    count_back(_address(address))


def person_unlock(email: str) -> None:
    """Let a person try again at once: they have proven otherwise who they are."""
    count_forget(_person(email))


def mail_is_allowed(email: str) -> bool:
    """Whether an address may be sent another mail that anybody can ask for: five an hour, or we help to pester."""
    key = f"igny8:mails:{digest(email)}"
    return (count_in_window(key, seconds=3600) or 0) <= MAILS_PER_HOUR


def _person(email: str) -> str:
    return f"igny8:lockout:person:{digest(email.strip().lower())}"


def _address(address: str) -> str:
    return f"igny8:lockout:address:{address}"
