"""What staff may do across accounts: one table; entering an account needs the header, a role, and a record."""

from dataclasses import dataclass, replace

from igny8_core.auth.errors import RoleTooLow
from igny8_core.auth.models import Account, StaffRole
from igny8_core.auth.principals import Principal, StaffEntry
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.common.request_id import current_request_id
from igny8_core.tenancy.bypass import bypass_record
from igny8_core.tenancy.context import ALL_SITES, tenant_transaction

ACCOUNT_HEADER = "HTTP_X_ACCOUNT_ID"
REASON_HEADER = "HTTP_X_STAFF_REASON"
MAX_DIGITS = 16  # of an account's id


@dataclass(frozen=True, slots=True)
class StaffRule:
    """What a staff role may do inside an account that it entered; every role reads and lists."""

    may_write: bool


STAFF_RULES = {
    StaffRole.ADMIN: StaffRule(may_write=True),
    StaffRole.DEVELOPER: StaffRule(may_write=False),
    StaffRole.SYSTEM_BOT: StaffRule(may_write=False),
}


class StaffReadsOnly(RoleTooLow):
    """This staff role looks and does not touch."""

    code = "staff_reads_only"
    message = "Your staff role may read accounts, not change them."


def staff_enter(principal: Principal, wanted: str, *, is_write: bool, what: str, reason: str) -> Principal:
    """The principal inside the account of an `X-Account-ID` header; the use itself is recorded when work begins.

    A refused attempt is recorded here. Raises NotFound (no such account, or a system account: staff cannot enter
    staff) and StaffReadsOnly.
    """
    account = None
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= MAX_DIGITS:
        account = Account.objects.select_related("plan").filter(pk=int(wanted), is_system=False).first()
    refusal: DomainError | None = None
    if account is None:
        refusal = NotFound()
    elif is_write and not STAFF_RULES[StaffRole(principal.user.staff_role)].may_write:
        refusal = StaffReadsOnly()
    if refusal is not None or account is None:
        with tenant_transaction(replace(principal.context(current_request_id.get()), probe=None)):
            bypass_record(
                "staff.entry_refused",
                account_id=account.pk if account else None,
                reason=reason or what,
                detail={"what": what, "wanted": wanted[:MAX_DIGITS]},
            )
        raise refusal or NotFound()
    entry = StaffEntry(home=principal.context, reason=reason or what, what=what)
    return replace(principal, account=account, site_ids=ALL_SITES, key_site_id=None, entry=entry)
