"""Owns the ways in which a WordPress site refuses or fails; a message must never carry a password."""

from collections.abc import Mapping

from igny8_core.common.errors import ErrorKind
from igny8_core.modules.integration.outbound_errors import RemoteError


class WordPressError(RemoteError):
    """An answer of WordPress, or of what stands before it, that is not the one asked for.

    `status_code` is HTTP's; `remote_code` and `remote_message` are WordPress's own, empty where it said nothing.
    """

    kind = ErrorKind.UNPROCESSABLE
    code = "wordpress_error"
    message = "WordPress did not do what was asked."

    def __init__(
        self,
        message: str | None = None,
        *,
        status_code: int | None = None,
        remote_code: str = "",
        remote_message: str = "",
        outcome_unknown: bool = False,
        retry_after_seconds: int | None = None,
        fields: Mapping[str, list[str]] | None = None,
    ) -> None:
        said = remote_message if remote_code in remote_message else f"{remote_message} ({remote_code})"
        text = message or self.message
        super().__init__(
            f"{text} WordPress says: {said}" if remote_message else text,
            outcome_unknown=outcome_unknown,
            retry_after_seconds=retry_after_seconds,
            fields=fields,
        )
        self.status_code = status_code
        self.remote_code = remote_code
        self.remote_message = remote_message


class WordPressNotFound(WordPressError):
    """The address answers, but not as a WordPress site with an open REST interface."""

    code = "wordpress_not_found"
    message = "No WordPress REST interface was found at this address."


class RestDisabled(WordPressNotFound):
    """The front page is WordPress's; its REST interface is not there."""

    code = "wordpress_rest_disabled"
    message = "This is a WordPress site, but its REST interface is switched off or hidden."


class WordPressMoved(WordPressError):
    """The site answers at another host, to which the password must not be sent unasked."""

    code = "wordpress_moved"


class RouteMissing(WordPressError):
    """The REST interface stands, this part of it does not."""

    code = "wordpress_route_missing"
    message = "This WordPress site has that part of its REST interface switched off."


class AccessBlocked(WordPressError):
    """A firewall, a security plug-in or the web server refused before WordPress looked at the login."""

    code = "wordpress_access_blocked"
    message = "A firewall, a security plug-in or the web server blocks the REST interface."


class CredentialsRefused(WordPressError):
    """WordPress saw no valid login."""

    code = "wordpress_credentials_refused"
    message = (
        "WordPress saw no valid login: the user name or the application password is wrong or revoked, "
        "or the web server removes the Authorization header."
    )


class UsernameUnknown(CredentialsRefused):
    """The site says outright that it has no such user."""

    code = "wordpress_username_unknown"
    message = "WordPress knows no user of this name."


class PasswordRefused(CredentialsRefused):
    """The site says outright that the user exists and the application password is wrong."""

    code = "wordpress_password_refused"
    message = "WordPress knows the user but refuses the application password."


class AuthorizationStripped(CredentialsRefused):
    """The login is good where it stands in the body, so that something takes it out of the header."""

    code = "wordpress_authorization_stripped"
    message = (
        "The login is right, but the web server removes the Authorization header before WordPress sees it."
    )


class ApplicationPasswordsUnavailable(CredentialsRefused):
    """The site takes no application passwords: it is not served over HTTPS, or a plug-in turned them off."""

    code = "wordpress_application_passwords_unavailable"
    message = "This WordPress site does not accept application passwords: it needs HTTPS, or a plug-in turned them off."


class RoleTooLow(WordPressError):
    """The login is good; the user's role does not allow this."""

    code = "wordpress_role_too_low"
    message = "The WordPress user is not allowed to do this."


class PostMissing(WordPressError):
    """WordPress has no post of this id any more."""

    kind = ErrorKind.NOT_FOUND
    code = "wordpress_post_missing"
    message = "The post does not exist in WordPress any more."


class PostChanged(WordPressError):
    """Somebody edited the post in WordPress since it was last read."""

    kind = ErrorKind.CONFLICT
    code = "wordpress_post_changed"
    message = "The post was edited in WordPress since it was last read."


class PostForeign(WordPressError):
    """The post does not carry the marker of what is being published."""

    kind = ErrorKind.CONFLICT
    code = "wordpress_post_foreign"
    message = "The post in WordPress is not the one that was sent from here."


class PostTrashed(WordPressError):
    """Somebody moved the post to WordPress's trash."""

    kind = ErrorKind.CONFLICT
    code = "wordpress_post_trashed"
    message = "The post is in WordPress's trash."


class TermExists(WordPressError):
    """A category or tag of this name stands already; `term_id` is its id, or None where WordPress kept it to itself."""

    code = "wordpress_term_exists"
    term_id: int | None = None


class RequestRejected(WordPressError):
    """WordPress read the request and will not carry it out; `fields` names the parameters at fault."""

    code = "wordpress_rejected"
    message = "WordPress rejected the request."


class RequestTooLarge(WordPressError):
    """The web server takes no body of this size."""

    code = "wordpress_too_large"
    message = "The web server of the WordPress site does not take a request of this size."


class RateLimited(WordPressError):
    """The site asks for fewer requests; nothing was done."""

    kind = ErrorKind.UNAVAILABLE
    code = "wordpress_rate_limited"
    message = "The WordPress site asks for fewer requests."
    is_retryable = True


class SiteInMaintenance(WordPressError):
    """The site is being updated; nothing was done."""

    kind = ErrorKind.UNAVAILABLE
    code = "wordpress_maintenance"
    message = "The WordPress site is in maintenance."
    is_retryable = True


class ServerFailed(WordPressError):
    """The site or its web server broke down while handling the request."""

    kind = ErrorKind.UNAVAILABLE
    code = "wordpress_server_error"
    message = "The WordPress site failed while handling the request."
    is_retryable = True


class AnswerGarbled(WordPressError):
    """The status says success, the body is not the JSON that belongs to it."""

    code = "wordpress_answer_garbled"
    message = "The WordPress site gave an answer that is not valid JSON."
