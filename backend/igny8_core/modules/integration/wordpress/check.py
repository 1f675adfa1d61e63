"""Owns the answer to "does this connection work, and if not, why"; it must never change anything on the site."""

from dataclasses import dataclass
from typing import Self

from igny8_core.modules.integration.outbound_errors import RemoteError
from igny8_core.modules.integration.wordpress.client import WordPressClient
from igny8_core.modules.integration.wordpress.errors import (
    ApplicationPasswordsUnavailable,
    AuthorizationStripped,
    CredentialsRefused,
)
from igny8_core.modules.integration.wordpress.hints import hint_for
from igny8_core.modules.integration.wordpress.payloads import RemoteSite, RemoteUser


@dataclass(frozen=True)
class ConnectionProblem:
    """One thing that stands in the way (`is_blocking`) or will surprise later; `hint` says what to do about it."""

    code: str
    message: str
    is_blocking: bool
    hint: str

    @classmethod
    def of(cls, code: str, message: str, *, is_blocking: bool) -> Self:
        """A problem with the hint that belongs to its code."""
        return cls(code=code, message=message, is_blocking=is_blocking, hint=hint_for(code))


@dataclass(frozen=True)
class ConnectionReport:
    """What a connection can do. `site` is None when no REST interface was found, `user` when the login failed."""

    is_reachable: bool
    site: RemoteSite | None
    user: RemoteUser | None
    can_create_posts: bool
    can_publish: bool
    can_create_categories: bool
    can_create_tags: bool
    can_upload: bool
    problems: tuple[ConnectionProblem, ...]

    @property
    def is_usable(self) -> bool:
        """Whether posts can be published through it."""
        return not any(problem.is_blocking for problem in self.problems)


def check_connection(client: WordPressClient) -> ConnectionReport:
    """Try the address, the REST root and the login in turn and report; remote failures become problems, not errors."""
    try:
        site = client.discover()
    except RemoteError as error:
        answered = getattr(error, "status_code", None) is not None
        return _report(site=None, user=None, is_reachable=answered, problems=[_blocking(error)])
    try:
        user = client.me()
    except RemoteError as error:
        told = _explained(error, site=site, client=client)
        return _report(
            site=site, user=None, is_reachable=True, problems=[_blocking(told), *_site_warnings(site)]
        )
    problems = [*_role_problems(user), *_site_warnings(site)]
    return _report(site=site, user=user, is_reachable=True, problems=problems)


def _explained(error: RemoteError, *, site: RemoteSite, client: WordPressClient) -> RemoteError:
    """A refused login whose one cause can be told from what else the site does."""
    if not isinstance(error, CredentialsRefused):
        return error
    if not site.accepts_application_passwords:
        return ApplicationPasswordsUnavailable(status_code=error.status_code)
    # A site that names the cause itself has read the header; WordPress alone answers alike to both.
    if type(error) is CredentialsRefused and client.body_login_works():
        return AuthorizationStripped(status_code=error.status_code)
    return error


def _blocking(error: RemoteError) -> ConnectionProblem:
    return ConnectionProblem.of(error.code, error.message, is_blocking=True)


def _site_warnings(site: RemoteSite) -> list[ConnectionProblem]:
    """What works and will surprise later."""
    found = [
        (
            site.has_plain_permalinks,
            "wordpress_plain_permalinks",
            "The site uses plain permalinks; its REST interface answers by ?rest_route= alone, which works.",
        ),
        (
            site.has_noise,
            "wordpress_answer_noisy",
            "The site prints something, a PHP warning mostly, into its answers; they can be read all the same.",
        ),
        (
            not site.rest_root.startswith("https://"),
            "wordpress_not_https",
            "The site is not served over HTTPS: the application password travels readable for anybody on the way.",
        ),
    ]
    return [ConnectionProblem.of(code, text, is_blocking=False) for is_so, code, text in found if is_so]


def _role_problems(user: RemoteUser) -> list[ConnectionProblem]:
    """What the user's capabilities lack, each named after what will fail."""
    wanted = [
        ("edit_posts", "wordpress_cannot_create", "The WordPress user may not create posts.", True),
        (
            "publish_posts",
            "wordpress_cannot_publish",
            "The WordPress user may create drafts, not publish them.",
            True,
        ),
        (
            "edit_published_posts",
            "wordpress_cannot_update",
            "The user may not change posts once published.",
            False,
        ),
        (
            "manage_categories",
            "wordpress_cannot_categorise",
            "The user may use categories, not create them.",
            False,
        ),
        ("upload_files", "wordpress_cannot_upload", "The user may not upload images.", False),
    ]
    return [
        ConnectionProblem.of(code, message, is_blocking=is_blocking)
        for capability, code, message, is_blocking in wanted
        if capability not in user.capabilities
    ]


def _report(
    *, site: RemoteSite | None, user: RemoteUser | None, is_reachable: bool, problems: list[ConnectionProblem]
) -> ConnectionReport:
    may = user.capabilities if user else frozenset()
    return ConnectionReport(
        is_reachable=is_reachable,
        site=site,
        user=user,
        can_create_posts="edit_posts" in may,
        can_publish="publish_posts" in may,
        can_create_categories="manage_categories" in may,
        can_create_tags="edit_posts" in may,  # creating a tag asks for the right to assign one
        can_upload="upload_files" in may,
        problems=tuple(problems),
    )
