"""Refusals of identity; none says whether an address, account or key exists."""

from igny8_core.common.errors import DomainError, ErrorKind


class CredentialInvalid(DomainError):
    """A credential was given and does not hold: wrong, expired, revoked, or of somebody deactivated."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "credential_invalid"
    message = "The credential is wrong, expired or revoked."


class CredentialExpired(CredentialInvalid):
    """A token of ours whose time is over: no guess, and so not counted as one."""


class CredentialsDisagree(DomainError):
    """Two credentials of one request speak for different accounts."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "credentials_disagree"
    message = "The request carries credentials of different accounts or people; send one."


class LoginFailed(DomainError):
    """Wrong e-mail or password, or a deactivated person: the three look alike."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "login_failed"
    message = "The e-mail or password is wrong."


class SecondFactorRequired(DomainError):
    """The password is right, and the person also needs a code."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "second_factor_required"
    message = "Send the code of your authenticator application, or a recovery code, as `code` too."


class SecondFactorWrong(DomainError):
    """The code does not hold: wrong, too old or used."""

    kind = ErrorKind.UNAUTHENTICATED
    code = "second_factor_wrong"
    message = "The code is wrong, too old or was used already."


class SecondFactorConflict(DomainError):
    """The second factor is not in the state that this needs."""

    kind = ErrorKind.CONFLICT
    code = "second_factor_conflict"


class InvitationClosed(DomainError):
    """The invitation was taken up."""

    kind = ErrorKind.CONFLICT
    code = "invitation_closed"
    message = "This invitation was taken up already."


class RoleTooLow(DomainError):
    """The person's role does not allow this."""

    kind = ErrorKind.FORBIDDEN
    code = "role_too_low"
    message = "Your role does not allow this; ask an owner or admin of the account."


class KeyOfAnother(RoleTooLow):
    """The key acts in another person's name."""

    code = "key_of_another"
    message = "Only the person in whose name a key is can rotate it."


class PlanLimitReached(DomainError):
    """The plan's number of sites or members is used up."""

    kind = ErrorKind.FORBIDDEN
    code = "plan_limit_reached"
    message = "The plan's limit is reached."


class EmailTaken(DomainError):
    """The e-mail belongs to somebody, here or elsewhere; which one is not said."""

    kind = ErrorKind.CONFLICT
    code = "email_taken"
    message = "This e-mail address cannot be used."


class PasswordTooWeak(DomainError):
    """The password would be guessed."""

    code = "password_too_weak"
    message = "The password is too weak."


class ScopeUnknown(DomainError):
    """A key was asked for with no scope or one that does not exist."""

    code = "scope_unknown"
    message = "The scopes are not valid."


class SiteTaken(DomainError):
    """The account has a site of this domain."""

    kind = ErrorKind.CONFLICT
    code = "site_taken"
    message = "This account already has a site with this domain."


class SectorTaken(DomainError):
    """The site has a sector of this name."""

    kind = ErrorKind.CONFLICT
    code = "sector_taken"
    message = "This site already has a sector with this name."
