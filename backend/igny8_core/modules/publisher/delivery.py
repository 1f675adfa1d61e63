"""Drives one publication from reserved to published; no transaction is ever open around a call to its target.

What was about to happen is committed before it happens, and what happened right after. Whoever comes back after a
crash reads from the row what may have happened, and looks at the destination before sending anything again.
"""

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from igny8_core.common.clock import utc_now
from igny8_core.common.errors import DomainError
from igny8_core.modules.publisher import constants
from igny8_core.modules.publisher.constants import MAX_SENDS, PublicationState
from igny8_core.modules.publisher.errors import (
    PublicationEdited,
    PublicationPending,
    PublicationSlugTaken,
    PublicationTaken,
    PublicationUnconfirmed,
    PublicationUnresolved,
    PublicationVanished,
)
from igny8_core.modules.publisher.models import Publication
from igny8_core.modules.publisher.states import publication_transition
from igny8_core.modules.publisher.targets import Confirmed, Remote, Target
from igny8_core.tenancy.context import tenant_transaction

State = PublicationState


class Delivery:
    """A publication in the hands of one worker; another one that moves it on makes this one stop."""

    def __init__(
        self,
        row: Publication,
        *,
        target: Target,
        document_version: int,
        slug_free: Callable[[Publication, str], str],
        on_published: Callable[[Publication], None],
        on_failed: Callable[[Publication], None],
    ) -> None:
        self.row = row
        self._target = target
        self._version = document_version
        self._slug_free = slug_free
        self._on_published = on_published
        self._on_failed = on_failed

    def advance(self) -> bool:
        """Do the next step; False when nothing is left to do.

        Raises PublicationPending and other retryable errors with the state as it is, final ones after recording
        them: the state is then `failed`, or still `published` when what was published stands.
        """
        try:
            return self._step()
        except (PublicationTaken, PublicationPending):
            raise
        except DomainError as error:
            self._record(error)
            raise

    def _step(self) -> bool:
        match State(self.row.state):
            case State.RESERVED | State.SENDING | State.UNKNOWN:
                self._deliver()
            case State.DRAFTED:
                self._prepare_release()
            case State.PUBLISHING:
                self._release()
            case State.PUBLISHED:
                return self._update()
            case State.FAILED:
                self._resume()
        return True

    def _deliver(self) -> None:
        """Adopt the post when it is there, else send it."""
        self._require_time_limit_over()
        self._target.prepare()
        found = self._target.find()
        if found is None:
            self._send()
        elif self.row.article_version is None:
            # Never sent as far as this row knows, yet there: the database was restored. Who edited it is unknown.
            self._drafted(found, article_version=self._version, is_edited=True)
        else:
            self._drafted(found)

    def _require_time_limit_over(self) -> None:
        sent_at = self.row.sent_at
        if sent_at is None or not self._target.may_arrive_late:
            return
        limit = sent_at + timedelta(seconds=constants.SERVER_TIME_LIMIT_SECONDS)
        remaining = math.ceil((limit - utc_now()).total_seconds())
        if remaining > 0:
            raise PublicationPending(retry_after_seconds=remaining)

    def _send(self) -> None:
        if self.row.attempts >= MAX_SENDS and self._target.may_arrive_late:
            raise PublicationUnresolved
        self._move(
            State.SENDING, sent_at=utc_now(), attempts=self.row.attempts + 1, article_version=self._version
        )
        try:
            sent = self._target.send()
        except PublicationSlugTaken as error:
            self._move_slug(error.suggestion)
        except DomainError as error:
            self._not_sent(error)
        else:
            self._keep_sent(sent)

    def _move_slug(self, suggestion: str) -> None:
        slug = self._slug_free(self.row, suggestion)
        self._move(State.RESERVED, sent_at=None, attempts=self.row.attempts - 1, slug=slug)
        self._target = self._target.at_slug(slug)

    def _not_sent(self, error: DomainError) -> None:
        """Tell apart a post that surely does not exist from one that may; raises in either case."""
        if not getattr(error, "outcome_unknown", False):
            self._move(State.RESERVED, sent_at=None, attempts=self.row.attempts - 1)
            raise error
        self._move(State.UNKNOWN, error=error)
        try:
            self._require_time_limit_over()
        except PublicationPending as pending:
            raise PublicationPending(
                retry_after_seconds=pending.retry_after_seconds, cause=error.message
            ) from error
        raise PublicationPending(retry_after_seconds=1, cause=error.message) from error

    def _keep_sent(self, sent: Remote) -> None:
        try:
            self._drafted(sent)
        except PublicationTaken:
            # Somebody held this worker for dead and went on: its late post stays a draft, and is reported.
            self._twin(sent.external_id)
            raise

    def _drafted(self, post: Remote, **fields: Any) -> None:
        self._move(State.DRAFTED, external_id=post.external_id, remote_modified_at=post.modified_at, **fields)

    def _prepare_release(self) -> None:
        """Bring the draft up to date, then commit that it is about to become public."""
        row = self.row
        if row.article_version != self._version and not row.is_edited:
            self._target.prepare()
            known = row.remote_modified_at
            post = self._target.update(row.external_id, known_modified_at=known)
            self._drafted(post, article_version=self._version)
            return
        post = self._target.look(row.external_id)
        is_edited = not post.is_live and post.modified_at != row.remote_modified_at
        self._move(State.PUBLISHING, is_edited=row.is_edited or is_edited)

    def _release(self) -> None:
        """Publish by id and read back; the reading also answers what a lost answer to the first would have said."""
        modified_at, lost = None, None
        try:
            modified_at = self._target.release(self.row.external_id).modified_at
        except DomainError as error:
            if not getattr(error, "outcome_unknown", False):
                raise
            lost = error
        self._target.prepare()
        seen = self._target.confirm(self.row.external_id)
        if not seen.is_published:
            raise lost or PublicationUnconfirmed(seen.status)
        self._published(seen, modified_at=modified_at or seen.modified_at)

    def _update(self) -> bool:
        """Replace a published post by the article's newer version, unless somebody edited it there."""
        row = self.row
        if row.article_version == self._version:
            return False
        if row.is_edited:
            raise PublicationEdited
        self._target.prepare()
        post = self._target.update(row.external_id, known_modified_at=row.remote_modified_at)
        seen = self._target.confirm(row.external_id)
        self._published(seen, modified_at=post.modified_at, article_version=self._version)
        return True

    def _resume(self) -> None:
        """Go on after a failure from what the row knows, never from the word `failed`."""
        row = self.row
        has_vanished = row.error_code == PublicationVanished.code
        if row.external_id and not has_vanished:
            self._move(State.DRAFTED)
        elif row.sent_at is not None:
            self._move(State.UNKNOWN, external_id="", attempts=0)
        else:
            self._move(State.RESERVED, attempts=0)

    def _published(self, seen: Confirmed, **fields: Any) -> None:
        self._move(
            State.PUBLISHED,
            url=seen.url,
            twins=sorted({*self.row.twins, *seen.twins}),
            differences=list(seen.differences),
            remote_modified_at=fields.pop("modified_at"),
            confirmed_at=utc_now(),
            **fields,
        )

    def _move(self, state: State, *, error: DomainError | None = None, **fields: Any) -> None:
        """Compare-and-set: raises PublicationTaken unless the row is exactly as this worker last saw it."""
        with tenant_transaction():
            row = self._locked()
            publication_transition(row, state)
            for name, value in fields.items():
                setattr(row, name, value)
            if error is not None:
                row.error_code, row.error_message = error.code, error.message
            row.save()
            if state == State.PUBLISHED:
                self._on_published(row)
            if state == State.FAILED:
                self._on_failed(row)
        self.row = row

    def _locked(self) -> Publication:
        seen = self.row
        rows = Publication.objects.select_for_update().filter(
            pk=seen.pk, state=seen.state, version=seen.version
        )
        row = rows.first()
        if row is None:
            raise PublicationTaken
        return row

    def _record(self, error: DomainError) -> None:
        """Leave the reason on the row; a final one ends the publication, but never takes back what is published."""
        is_final = not getattr(error, "is_retryable", False)
        is_standing = self.row.state == State.PUBLISHED and not isinstance(error, PublicationVanished)
        if is_final and not is_standing and self.row.state != State.FAILED:
            self._move(State.FAILED, error=error)
            return
        with tenant_transaction():
            row = self._locked()
            row.error_code, row.error_message = error.code, error.message
            row.save()
        self.row = row

    def _twin(self, external_id: str) -> None:
        with tenant_transaction():
            row = Publication.objects.select_for_update().filter(pk=self.row.pk).first()
            if row is None or row.external_id == external_id or external_id in row.twins:
                return
            row.twins = sorted([*row.twins, external_id])
            row.save()
