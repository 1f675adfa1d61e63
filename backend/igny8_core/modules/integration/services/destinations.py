"""Every write to destinations, and the check of a connection; a password goes in here and never comes out."""

import contextlib
import dataclasses
import os
import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from igny8_core.auth.selectors import site_get
from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError, NotFound
from igny8_core.modules.integration.constants import (
    MAX_MINIMUM_SCORE,
    PREVIEW_TOKEN_BYTES,
    UNCHANGED,
    WORDPRESS_MINIMUM_SCORE,
    ConnectionStatus,
    Platform,
    Unchanged,
)
from igny8_core.modules.integration.errors import (
    ApplicationPasswordRequired,
    DestinationChanged,
    DestinationPlatformConflict,
    DestinationTaken,
    MinimumScoreInvalid,
)
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.integration.outbound import shared_client
from igny8_core.modules.integration.selectors import wordpress_client
from igny8_core.modules.integration.wordpress.check import (
    ConnectionProblem,
    ConnectionReport,
    check_connection,
)
from igny8_core.modules.integration.wordpress.client import WordPressClient, site_address
from igny8_core.modules.system.services import notify
from igny8_core.modules.system.types import NotificationKind
from igny8_core.tenancy.audit import audit_write
from igny8_core.tenancy.context import tenant_transaction
from igny8_core.tenancy.errors import SecretKeyMissing, SecretUnreadable
from igny8_core.tenancy.secrets import secrets_rotate
from igny8_core.tenancy.softdelete import row_delete, row_restore


def destination_preview_ensure(site_id: UUID) -> Destination:
    """The site's built-in preview site, made when missing; two callers at once get the same one.

    One that was deleted comes back with its publications and its address. Raises NotFound for a site out of reach.
    """
    site = site_get(site_id)
    found = _existing(site_id, platform=Platform.PREVIEW, base_url="")
    if found is not None:
        return found
    row = Destination(
        site_id=site_id,
        platform=Platform.PREVIEW,
        name=f"Preview of {site.name}"[:120],
        preview_token=secrets.token_urlsafe(PREVIEW_TOKEN_BYTES),
        status=ConnectionStatus.OK,
    )
    try:
        _insert(row)
    except DestinationTaken:  # somebody else was a moment faster
        return Destination.objects.get(site_id=site_id, platform=Platform.PREVIEW)
    return row


def destination_wordpress_create(
    *,
    site_id: UUID,
    base_url: str,
    username: str,
    application_password: str,
    name: str = "",
    minimum_score: int | Unchanged | None = UNCHANGED,
) -> Destination:
    """Connect a WordPress site that the site is not connected to yet; nothing is sent to it.

    Raises AddressInvalid, DestinationTaken, MinimumScoreInvalid, NotFound for a site out of reach, SecretKeyMissing.
    """
    address = site_address(base_url)
    if Destination.objects.filter(site_id=site_id, base_url=address).exists():
        raise DestinationTaken
    return destination_wordpress_save(
        site_id=site_id,
        base_url=address,
        username=username,
        application_password=application_password,
        name=name,
        minimum_score=minimum_score,
    )


def destination_wordpress_save(
    *,
    site_id: UUID,
    base_url: str,
    username: str,
    application_password: str,
    name: str = "",
    minimum_score: int | Unchanged | None = UNCHANGED,
) -> Destination:
    """Connect a WordPress site, or renew the login of the connection that stands; nothing is sent to it.

    A new one holds articles below WORDPRESS_MINIMUM_SCORE unless another minimum is given; one that stands keeps its
    own. One that was deleted comes back with its publications, so that nothing is published there a second time. Raises
    AddressInvalid, MinimumScoreInvalid, NotFound for a site out of reach, SecretKeyMissing, and DestinationTaken when
    two callers race.
    """
    site_get(site_id)
    address = site_address(base_url)
    row = _existing(site_id, platform=Platform.WORDPRESS, base_url=address)
    if row is not None:
        kept = name or row.name
        return destination_update(
            row,
            name=kept,
            username=username,
            application_password=application_password,
            minimum_score=minimum_score,
        )
    row = Destination(
        site_id=site_id,
        platform=Platform.WORDPRESS,
        name=(name or address.partition("://")[2])[:120],
        base_url=address,
        username=username.strip(),
        secret=application_password,
        minimum_score=_minimum_score(minimum_score, kept=WORDPRESS_MINIMUM_SCORE),
    )
    _insert(row)
    return row


def destination_update(
    row: Destination,
    *,
    name: str | None = None,
    base_url: str | None = None,
    username: str | None = None,
    application_password: str | None = None,
    minimum_score: int | Unchanged | None = UNCHANGED,
    is_paused: bool | None = None,
) -> Destination:
    """Change a destination; the password stays unless a new one is given. A `minimum_score` of None ends its gate.

    Raises ApplicationPasswordRequired when address or user name change without it: the stored one would go where, or
    speak for whom, nobody meant it to. Raises AddressInvalid, DestinationTaken, DestinationPlatformConflict and
    MinimumScoreInvalid.
    """
    login = (base_url, username, application_password)
    if row.platform != Platform.WORDPRESS and login != (None, None, None):
        raise DestinationPlatformConflict
    row.minimum_score = _minimum_score(minimum_score, kept=row.minimum_score)
    row.is_paused = row.is_paused if is_paused is None else is_paused
    before = (row.base_url, row.username)
    row.name = row.name if name is None else name
    row.base_url = row.base_url if base_url is None else site_address(base_url)
    row.username = row.username if username is None else username.strip()
    if application_password:
        row.secret = application_password
    elif before != (row.base_url, row.username):
        raise ApplicationPasswordRequired
    if application_password:
        row.status, row.last_error = ConnectionStatus.UNCHECKED, ""
    _write(row)
    detail = {"base_url": row.base_url, "minimum_score": row.minimum_score, "is_paused": row.is_paused}
    audit_write("destination.changed", row=row, detail=detail)
    return row


def destination_for_change(destination_id: UUID, *, expected_version: int | None = None) -> Destination:
    """A destination, locked until the commit. Raises NotFound, and DestinationChanged at another version."""
    row = Destination.objects.select_for_update().filter(pk=destination_id).first()
    if row is None:
        raise NotFound
    if expected_version not in (None, row.version):
        raise DestinationChanged
    return row


def destination_restore(destination_id: UUID) -> Destination:
    """Bring a deleted destination back with its publications. Raises as `row_restore` does."""
    row = row_restore(Destination, destination_id)
    assert isinstance(row, Destination)  # noqa: S101 - row_restore gives rows of the model it was given
    return row


def destination_delete(row: Destination) -> None:
    """Delete a destination with its publications; what stands at the other end stays there."""
    row_delete(row)
    audit_write("destination.deleted", row=row, detail={"base_url": row.base_url})


def destination_check(destination_id: UUID) -> ConnectionReport:
    """Try the connection and keep the result on the row; call it with no transaction open. Raises NotFound.

    A failure is a report, not an error. The result of a check that outlived a change of the login is not kept.
    """
    with tenant_transaction():
        row = Destination.objects.filter(pk=destination_id).first()
        if row is None:
            raise NotFound
        opened = _opened(row)
    report = check_connection(opened) if isinstance(opened, WordPressClient) else opened
    with tenant_transaction():
        current = Destination.objects.select_for_update().filter(pk=row.pk, version=row.version).first()
        if current is not None:
            _keep(current, report)
    return report


def wordpress_try(*, base_url: str, username: str, application_password: str) -> ConnectionReport:
    """Try a login before it is stored, so that a wrong one replaces no good one; call it with no transaction open.

    A failure is a report, not an error. Raises AddressInvalid.
    """
    http = shared_client(allow_private=settings.OUTBOUND_ALLOW_PRIVATE)
    return check_connection(WordPressClient(base_url, username, application_password, http=http))


def destination_secrets_rotate() -> int:
    """Seal the account's passwords anew with the newest key, deleted destinations included; returns how many.

    Raises SecretUnreadable, and changes nothing then, when one does not open with any key.
    """
    with transaction.atomic():
        return sum(
            secrets_rotate(rows.all(), "secret") for rows in (Destination.objects, Destination.deleted)
        )


def report_json(report: ConnectionReport) -> dict[str, Any]:
    """A connection report as plain JSON values."""
    shown = dataclasses.asdict(report) | {"is_usable": report.is_usable}
    if report.user is not None:
        shown["user"]["capabilities"] = sorted(report.user.capabilities)
    return shown


def _existing(site_id: UUID, *, platform: Platform, base_url: str) -> Destination | None:
    """The connection that stands, or the newest deleted one brought back while its retention window is open."""
    wanted = {"site_id": site_id, "platform": platform, "base_url": base_url}
    row = Destination.objects.filter(**wanted).first()
    if row is not None:
        return row
    gone = Destination.deleted.filter(**wanted).order_by("-deleted_at").first()
    if gone is None:
        return None
    try:
        restored = row_restore(Destination, gone.pk)
    except NotFound:  # past its window: purged any minute
        return None
    assert isinstance(restored, Destination)  # noqa: S101 - row_restore gives rows of the model it was given
    return restored


def _minimum_score(wanted: int | Unchanged | None, *, kept: int | None) -> int | None:
    if isinstance(wanted, Unchanged):
        return kept
    if wanted is not None and not 0 <= wanted <= MAX_MINIMUM_SCORE:
        raise MinimumScoreInvalid
    return wanted


def _insert(row: Destination) -> None:
    _write(row)
    audit_write("destination.created", row=row, detail={"platform": row.platform, "base_url": row.base_url})


def _write(row: Destination) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise DestinationTaken from error


def _opened(row: Destination) -> WordPressClient | ConnectionReport:
    """A client to check with, or the report that says why there is none."""
    if row.platform == Platform.PREVIEW:
        return _report(_preview_problems())
    try:
        return wordpress_client(row.pk)
    except (SecretUnreadable, SecretKeyMissing) as error:
        return _report([_problem(error)])


def _preview_problems() -> list[ConnectionProblem]:
    with contextlib.suppress(OSError):  # access() says the same
        settings.PREVIEW_ROOT.mkdir(parents=True, exist_ok=True)
    if os.access(settings.PREVIEW_ROOT, os.W_OK | os.X_OK):
        return []
    text = "The folder of the preview sites cannot be written to."
    return [ConnectionProblem.of("preview_not_writable", text, is_blocking=True)]


def _problem(error: DomainError) -> ConnectionProblem:
    return ConnectionProblem.of(error.code, error.message, is_blocking=True)


def _report(problems: list[ConnectionProblem]) -> ConnectionReport:
    is_usable = not problems
    return ConnectionReport(
        is_reachable=is_usable,
        site=None,
        user=None,
        can_create_posts=is_usable,
        can_publish=is_usable,
        can_create_categories=is_usable,
        can_create_tags=is_usable,
        can_upload=False,
        problems=tuple(problems),
    )


def _keep(row: Destination, report: ConnectionReport) -> None:
    blocking = [problem.message for problem in report.problems if problem.is_blocking]
    has_worked = row.status == ConnectionStatus.OK
    row.status = ConnectionStatus.FAILING if blocking else ConnectionStatus.OK
    row.last_check, row.last_checked_at = report_json(report), utc_now()
    row.last_error = blocking[0] if blocking else ""
    row.save()
    if has_worked and blocking:  # whoever checks a new login sees at once that it fails
        _failure_tell(row)


def _failure_tell(row: Destination) -> None:
    notify(
        NotificationKind.CONNECTION_FAILING,
        f"The connection to {row.name} stopped working: {row.last_error}",
        dedupe_key=f"connection:{row.pk}:{row.version}",
        site_id=row.site_id,
        target_kind="destination",
        target_id=row.pk,
    )
