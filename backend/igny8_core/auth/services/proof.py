"""Proves that somebody is who they say they are, by password and second factor; every door that asks counts guesses."""

import secrets
from functools import cache

from django.contrib.auth.hashers import check_password, make_password

from igny8_core.auth.errors import LoginFailed, SecondFactorRequired, SecondFactorWrong
from igny8_core.auth.lockout import guess_begin, guess_taken_back, guess_was_right
from igny8_core.auth.models import User
from igny8_core.auth.services.second_factor import code_use, second_factor_is_on


def person_prove(*, email: str, password: str, code: str, address: str) -> User:
    """The active person whom e-mail, password and, where there is a second factor, code belong to.

    A missing person costs the time of a wrong password. Raises LockedOut, LoginFailed, SecondFactorRequired and
    SecondFactorWrong. Call it outside a transaction that a refusal would roll back: a used code must stay used.
    """
    email = email.strip().lower()
    guess_begin(email, address)
    user = User.objects.select_related("account", "account__plan").filter(email=email, is_active=True).first()
    matches = check_password(password, user.password if user else _nobodys_hash())
    if user is None or not matches:
        raise LoginFailed
    if second_factor_is_on(user):
        if not code:
            # Not forgotten: asking without a code in between must not win further guesses at the code.
            guess_taken_back(email, address)
            raise SecondFactorRequired
        if not code_use(user, code):
            raise SecondFactorWrong
    guess_was_right(email, address)
    return user


@cache
def _nobodys_hash() -> str:
    return make_password(secrets.token_urlsafe(32))
