"""Which side of the wall a table stands on; every model declares exactly one kind."""

from enum import Enum


class Kind(Enum):
    """How a table relates to accounts; `tests/architecture` proves that base, policy and keys follow from it."""

    GLOBAL = "global"  # the same rows for everybody, written by staff
    IDENTITY = "identity"  # read before the account is known; lives in auth/ alone
    ACCOUNT = "account"  # belongs to one account
    SITE = "site"  # belongs to one site of one account
    INFRA = "infra"  # a library's own table; each is listed in INFRA_MODELS with its reason


INFRA_MODELS = {
    "admin.LogEntry": "installed with django.contrib.admin, never filled: the audit trail says what staff did",
    "contenttypes.ContentType": "Django's list of models; no tenant data",
    "auth.Permission": "Django's permission names; roles decide here, no tenant data",
    "auth.Group": "installed with django.contrib.auth, never filled",
    "auth.Group_permissions": "installed with django.contrib.auth, never filled",
    "sessions.Session": "read before the account is known, by an unguessable key",
}
