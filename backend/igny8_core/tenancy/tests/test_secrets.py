"""Sealed texts open with the right key for the right account, and show themselves nowhere."""

import copy
import logging
import pickle

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from igny8_core.tenancy.errors import SecretKeyMissing, SecretUnreadable
from igny8_core.tenancy.secrets import SealedText, secret_open, secret_rotate, secret_seal

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TEXT = "abcd:EFGH ijkl ü"


@pytest.fixture(autouse=True)
def keys(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]


def test_text_comes_back_for_its_account() -> None:
    sealed = secret_seal(TEXT, account_id=7)
    assert TEXT not in sealed.token
    assert secret_open(sealed, account_id=7) == TEXT


def test_same_text_is_sealed_differently_each_time() -> None:
    assert secret_seal(TEXT, account_id=7) != secret_seal(TEXT, account_id=7)


def test_other_account_cannot_open_it() -> None:
    sealed = secret_seal(TEXT, account_id=7)
    with pytest.raises(SecretUnreadable):
        secret_open(sealed, account_id=70)


def test_lost_key_raises_and_gives_nothing(settings: Settings) -> None:
    sealed = secret_seal(TEXT, account_id=7)
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(SecretUnreadable) as caught:
        secret_open(sealed, account_id=7)
    assert sealed.token not in caught.value.message


@pytest.mark.parametrize("token", ["", "plain text", "gAAAAAB", "ü"])
def test_damaged_token_raises(token: str) -> None:
    with pytest.raises(SecretUnreadable):
        secret_open(SealedText(token), account_id=7)


def test_new_key_in_front_still_opens_the_old_and_rotation_leaves_the_old_behind(settings: Settings) -> None:
    sealed = secret_seal(TEXT, account_id=7)
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    assert secret_open(sealed, account_id=7) == TEXT
    rotated = secret_rotate(sealed)
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert secret_open(rotated, account_id=7) == TEXT
    with pytest.raises(SecretUnreadable):
        secret_rotate(sealed)


@pytest.mark.parametrize("keys", [[], [""], ["short"], [OLD, "not a key"]])
def test_missing_or_broken_key_is_said_at_use(settings: Settings, keys: list[str]) -> None:
    settings.FIELD_ENCRYPTION_KEYS = keys
    with pytest.raises(SecretKeyMissing, match="FIELD_ENCRYPTION_KEY"):
        secret_seal(TEXT, account_id=7)
    with pytest.raises(SecretKeyMissing):
        secret_open(SealedText("x"), account_id=7)


def test_sealed_text_shows_itself_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    sealed = secret_seal(TEXT, account_id=7)
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("%s %r", sealed, {"secret": sealed})
    shown = f"{sealed} {sealed!r} {[sealed]} {caplog.text}"
    assert TEXT not in shown
    assert sealed.token not in shown
    for leave in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="does not leave"):
            leave(sealed)
