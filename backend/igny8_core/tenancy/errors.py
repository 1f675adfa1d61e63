"""What the wall says when it refuses."""

from igny8_core.common.errors import DomainError, ErrorKind, NotFound


class NoTenantContext(RuntimeError):
    """A tenant's rows were asked for while nobody had said whose: a defect in the caller, never user input."""


class TenantScopeConflict(RuntimeError):
    """A scope of another account, or a wider one, was opened inside a scope: a defect in the caller."""


class OutsideTransaction(RuntimeError):
    """A statement inside a tenant scope ran without a transaction, where the database knows no tenant."""


class TenantMismatch(NotFound):
    """A row points at another account, site or sector; outsiders see the same as for a missing row."""


class StaleContext(Exception):
    """The account, user or credential changed since the context was cached; resolve the credential again."""


class DeletedRowCollision(DomainError):
    """A restore met a living row with the same unique value."""

    kind = ErrorKind.CONFLICT
    code = "restore_collides"
    message = "A row with the same value exists again; rename or delete it, then restore."


class DeletedWithParent(DomainError):
    """The row went with another one, or hangs on one that is deleted."""

    kind = ErrorKind.CONFLICT
    code = "deleted_with_parent"
    message = "This row was deleted with what it belongs to; restore that first."


class SystemAccountProtected(DomainError):
    """Somebody tried to delete a system account."""

    kind = ErrorKind.FORBIDDEN
    code = "system_account_protected"
    message = "System accounts cannot be deleted."


class SecretKeyMissing(DomainError):
    """This installation has no usable key to encrypt secrets with."""

    kind = ErrorKind.UNAVAILABLE
    code = "secret_key_missing"
    message = "FIELD_ENCRYPTION_KEY is not set to a valid key, so this server can keep no passwords."


class SecretUnreadable(DomainError):
    """A stored secret does not open: its key was lost or replaced, or it was sealed for somebody else."""

    kind = ErrorKind.UNPROCESSABLE
    code = "secret_unreadable"
    message = "The stored password can no longer be read; enter it again."
