"""Seals short texts with the installation's keys, each bound to its account, and the column type that stores them."""

from typing import Any, NoReturn

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from igny8_core.tenancy.errors import SecretKeyMissing, SecretUnreadable

_HIDDEN = "[hidden]"


class SealedText:
    """A text as it is stored: it shows itself as hidden, and only `secret_open` gives it back."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def __repr__(self) -> str:
        return _HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SealedText) and other.token == self.token

    def __hash__(self) -> int:
        return hash(self.token)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A sealed text does not leave its process.")


def secret_seal(text: str, *, account_id: int) -> SealedText:
    """Encrypt a text with the newest key, for one account. Raises SecretKeyMissing."""
    token = _keys().encrypt(f"{account_id}:{text}".encode())
    return SealedText(token.decode("ascii"))


def secret_open(sealed: SealedText, *, account_id: int) -> str:
    """The text of a sealed one; raises SecretUnreadable and SecretKeyMissing.

    The account inside the token is compared as well: a row copied to another account's table stays shut.
    """
    try:
        owner, _, text = _keys().decrypt(sealed.token.encode()).decode().partition(":")
    except (InvalidToken, UnicodeError) as error:
        raise SecretUnreadable from error
    if owner != str(account_id):
        raise SecretUnreadable
    return text


def secret_rotate(sealed: SealedText) -> SealedText:
    """The same text under the newest key; raises SecretUnreadable and SecretKeyMissing."""
    try:
        return SealedText(_keys().rotate(sealed.token.encode()).decode("ascii"))
    except (InvalidToken, UnicodeError) as error:
        raise SecretUnreadable from error


def secrets_rotate(rows: models.QuerySet[Any], column: str) -> int:
    """Seal a column of the rows anew with the newest key; returns how many. Call it inside a transaction.

    Raises SecretUnreadable, and changes nothing then, when one does not open with any key.
    """
    count = 0
    for row in rows.select_for_update(of=("self",)).exclude(**{column: ""}):
        # update(), not save(): the row that people edit has not changed, its ETag stays
        rows.filter(pk=row.pk).update(**{column: secret_rotate(getattr(row, column))})
        count += 1
    return count


def _keys() -> MultiFernet:
    """The keys of this installation, newest first; asked for at each use, so that a missing key stops only secrets."""
    keys = [key.strip() for key in settings.FIELD_ENCRYPTION_KEYS if key.strip()]
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:  # no key at all, or one that is no key
        raise SecretKeyMissing from error


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A text that is sealed for the row's account when the row is saved; read it with `secret_open`."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Seal a plain text that was assigned; an empty one stays empty."""
        value = getattr(model_instance, self.attname)
        if isinstance(value, str) and value:
            account_id: int = model_instance.account_id  # type: ignore[attr-defined]  # every tenant row has one
            value = secret_seal(value, account_id=account_id)
            setattr(model_instance, self.attname, value)
        return value

    def from_db_value(self, value: str | None, *_: Any) -> SealedText | str | None:
        """The sealed text; it is opened by whoever needs it, so that a lost key stops no list."""
        return SealedText(value) if value else value

    def to_python(self, value: Any) -> Any:
        """Leave a sealed text as it is."""
        return value if isinstance(value, SealedText) else super().to_python(value)

    def get_prep_value(self, value: Any) -> Any:
        """The ciphertext; raises TypeError for a plain text, which only a row's save can seal."""
        if isinstance(value, SealedText):
            return value.token
        if value:
            raise TypeError("A secret is assigned to a row and saved, never put into a query.")
        return super().get_prep_value(value)
