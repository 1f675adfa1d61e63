"""The second factor: TOTP (RFC 6238) from an authenticator application, with recovery codes for a lost one."""

import secrets
from dataclasses import dataclass

import pyotp
from django.db import transaction
from django.db.models import F

from igny8_core.auth.errors import SecondFactorConflict, SecondFactorWrong
from igny8_core.auth.models import SecondFactor, User
from igny8_core.common.clock import utc_now
from igny8_core.common.text import digest
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import TENANT_ALIAS, current_context
from igny8_core.tenancy.secrets import SealedText, secret_open, secrets_rotate

ISSUER = "IGNY8"
STEP_SECONDS = 30
DRIFT_STEPS = 1  # a clock may be half a minute off in either direction
RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True)
class SecondFactorOffer:
    """What an authenticator application needs, shown this once: the secret in base 32, and the same as a link."""

    secret: str
    address: str


def second_factor_begin(user: User) -> SecondFactorOffer:
    """Make a secret that counts once a first code was right. Raises SecondFactorConflict when one counts already."""
    secret = pyotp.random_base32()
    with transaction.atomic(using=TENANT_ALIAS):
        row = _locked(user) or SecondFactor(account_id=user.account_id, user=user)
        if row.confirmed_at is not None:
            raise SecondFactorConflict("A second factor is on; end it before you set up another one.")
        row.secret, row.last_counter, row.recovery_digests = secret, 0, []
        row.save()
    address = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)
    return SecondFactorOffer(secret=secret, address=address)


def second_factor_confirm(user: User, code: str) -> list[str]:
    """Switch the second factor on with a first right code; returns the recovery codes, shown this once.

    Raises SecondFactorConflict and SecondFactorWrong.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        row = _locked(user)
        if row is None or row.confirmed_at is not None:
            raise SecondFactorConflict("There is no second factor waiting for its first code; begin again.")
        if not _totp_use(row, code):
            raise SecondFactorWrong
        row.confirmed_at = utc_now()
        codes = _recovery_renew(row)
        # A cached Basic credential was resolved when a password was enough.
        User.objects.filter(pk=user.pk).update(context_version=F("context_version") + 1)
        audit_write("second_factor.on", row=user)
    return codes


def second_factor_recovery_codes(user: User) -> list[str]:
    """Replace the recovery codes; the caller has proven the person anew. Raises SecondFactorConflict."""
    with transaction.atomic(using=TENANT_ALIAS):
        row = _locked(user)
        if row is None or row.confirmed_at is None:
            raise SecondFactorConflict("There is no second factor.")
        codes = _recovery_renew(row)
        audit_write("second_factor.recovery_renewed", row=user)
    return codes


def second_factor_end(user: User) -> None:
    """Switch it off; the caller has proven the person anew. Ending it twice is no error."""
    with transaction.atomic(using=TENANT_ALIAS):
        if SecondFactor.objects.filter(user=user).delete()[0]:
            audit_write("second_factor.off", row=user)


def second_factor_secrets_rotate() -> int:
    """Seal the secrets of the current account's people anew with the newest key; returns how many.

    Raises SecretUnreadable, and changes nothing then, when one does not open with any key.
    """
    with transaction.atomic(using=TENANT_ALIAS):
        rows = SecondFactor.objects.filter(account_id=current_context().account_id)
        return secrets_rotate(rows, "secret")


def second_factor_is_on(user: User) -> bool:
    """Whether the person needs a code to sign in."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def code_use(user: User, code: str) -> bool:
    """Use up a code of the application or a recovery code; False for one that does not hold, also for a used one."""
    with transaction.atomic(using=TENANT_ALIAS):
        row = _locked(user)
        if row is None or row.confirmed_at is None:
            return False
        if not _totp_use(row, code) and not _recovery_use(row, code):
            return False
        row.save(update_fields=["last_counter", "recovery_digests"])
    return True


def _locked(user: User) -> SecondFactor | None:
    return SecondFactor.objects.select_for_update().filter(user=user).first()


def _totp_use(row: SecondFactor, code: str) -> bool:
    """Compare with each step in the window and remember the step: a code that was seen once is worth nothing."""
    sealed = row.secret
    secret = secret_open(sealed, account_id=row.account_id) if isinstance(sealed, SealedText) else str(sealed)
    totp = pyotp.TOTP(secret)
    now = int(utc_now().timestamp()) // STEP_SECONDS
    for counter in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if counter > row.last_counter and secrets.compare_digest(
            totp.generate_otp(counter).encode(), code.strip().encode()
        ):
            row.last_counter = counter
            return True
    return False


def _recovery_use(row: SecondFactor, code: str) -> bool:
    wanted = digest(code.strip().upper().replace("-", ""))
    if wanted not in row.recovery_digests:
        return False
    row.recovery_digests = [one for one in row.recovery_digests if one != wanted]
    return True


def _recovery_renew(row: SecondFactor) -> list[str]:
    """80 random bits each, in base 32: no slow hash is needed to keep them from being found out."""
    codes = [pyotp.random_base32(32)[:16] for _ in range(RECOVERY_CODES)]
    row.recovery_digests = [digest(code) for code in codes]
    row.save(update_fields=["confirmed_at", "last_counter", "recovery_digests"])
    return [f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}" for code in codes]
