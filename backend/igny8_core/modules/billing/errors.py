"""What billing says when it refuses."""

from igny8_core.common.errors import DomainError, ErrorKind


class InsufficientCredits(DomainError):
    """The account has fewer credits available than the operation needs."""

    kind = ErrorKind.INSUFFICIENT_CREDITS
    code = "insufficient_credits"

    def __init__(self, *, needed: int, available: int) -> None:
        self.needed, self.available = needed, available
        super().__init__(f"This needs {needed} credits; {available} are available.")


class AmountInvalid(DomainError):
    """A number of credits is zero, negative or beyond all reason."""

    code = "credit_amount_invalid"
    message = "The number of credits is not valid."


class CaptureExceedsHold(DomainError):
    """More was to be charged than was set aside."""

    kind = ErrorKind.UNPROCESSABLE
    code = "capture_exceeds_hold"
    message = "More credits would be charged than were held."


class HoldStateConflict(DomainError):
    """A hold was asked to do what its state does not allow."""

    kind = ErrorKind.CONFLICT
    code = "hold_state_conflict"
    message = "The hold is closed."


class CreditKeyReused(DomainError):
    """A key came before with another amount or operation; one key names one purchase."""

    kind = ErrorKind.CONFLICT
    code = "credit_key_reused"
    message = "This key was used for another amount or operation."


class OperationUnknown(DomainError):
    """The price list does not know the operation."""

    kind = ErrorKind.UNPROCESSABLE
    code = "operation_unknown"
    message = "There is no price for this operation."


class ItemUnknown(DomainError):
    """Nothing of this code can be bought."""

    kind = ErrorKind.UNPROCESSABLE
    code = "item_unknown"
    message = "There is no such plan or credit package on offer."


class PaymentStateConflict(DomainError):
    """A payment was asked to do what its state does not allow."""

    kind = ErrorKind.CONFLICT
    code = "payment_state_conflict"
    message = "The payment is decided."


class PeriodInvalid(DomainError):
    """A statement was asked for a time that ends before it begins."""

    code = "period_invalid"
    message = "`until` must be later than `since`."
