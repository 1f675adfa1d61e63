"""What the terminal commands share: choosing the account, placing the order once, following a run line by line."""

import getpass
import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import OperationalError, connections
from kombu.exceptions import OperationalError as BrokerError

from igny8_core.auth.models import Account, Role, Site, User
from igny8_core.auth.selectors import sector_list, site_for_domain
from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.modules.automation.constants import (
    ACTIVE_RUN_STATES,
    OPEN_ITEM_STATES,
    ItemState,
    RunState,
    Stage,
)
from igny8_core.modules.automation.errors import RunActive
from igny8_core.modules.automation.models import PipelineRun
from igny8_core.modules.automation.selectors import run_for_request, run_is_active, run_status_get
from igny8_core.modules.automation.services import run_resume, run_start
from igny8_core.modules.automation.types import ItemStatus, RunStatus
from igny8_core.modules.integration import services as integration
from igny8_core.modules.planner import services as planner
from igny8_core.tenancy.context import (
    TENANT_ALIAS,
    TenantContext,
    tenant_scope,
    tenant_transaction,
)

POLL_SECONDS = 0.5
WORKER_WAIT_SECONDS = 5
OUTAGE_SECONDS = 90
_STAGE_COUNTS = {
    Stage.IMPORT: ("imported", "updated", "unchanged", "rejected"),
    Stage.CLUSTER: ("clusters", "clustered", "unassigned"),
    Stage.IDEAS: ("created", "kept"),
}


class OrderInvalid(DomainError):
    """The command line does not say what is needed."""

    code = "order_invalid"


class NoWorker(DomainError):
    """The order is placed, and nobody is there to do it."""

    kind = ErrorKind.UNAVAILABLE
    code = "no_worker"
    message = "No worker answers: the run is queued and starts as soon as one does (make run starts one)."


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asked for at the terminal; the password is in no repr."""

    file: Path
    domain: str
    article_count: int
    wordpress_url: str = ""
    wordpress_user: str = ""
    wordpress_password: str = field(default="", repr=False)


def password_ask(user: str) -> str:
    """The application password from WP_APP_PASSWORD or a prompt, never from the command line."""
    return os.environ.get("WP_APP_PASSWORD") or getpass.getpass(f"Application password of {user}: ")


def line_writer(stdout: Any) -> Callable[[str], None]:
    """Writes each line at once, also into a pipe or a file: progress that comes at the end is none."""

    def write(line: str) -> None:
        stdout.write(line)
        stdout.flush()

    return write


def account_choose(wanted: str | None) -> TenantContext:
    """The context of an account's owner; raises OrderInvalid when it is not clear which account is meant."""
    accounts = list(Account.objects.filter(is_system=False).order_by("created_at"))
    if wanted:
        accounts = [account for account in accounts if wanted in (str(account.pk), account.name)]
    if not accounts:
        missing = (
            f"There is no account {wanted}." if wanted else "There is no account yet; start with make run."
        )
        raise OrderInvalid(missing)
    if len(accounts) > 1:
        names = ", ".join(f"{account.pk} ({account.name})" for account in accounts[:5])
        raise OrderInvalid(f"There are several accounts, say which with --account: {names}.")
    owner = User.objects.filter(account=accounts[0], role=Role.OWNER, is_active=True).order_by("pk").first()
    if owner is None:
        raise OrderInvalid(f"The account {accounts[0].name} has no owner.")
    return TenantContext.of_account(accounts[0].pk, actor_id=owner.pk)


def order_place(order: Order, *, context: TenantContext) -> UUID:
    """Start the order's run, or give the one that this very order started before; returns the run's id.

    The same file, number and destination is the same order: it is resumed when it stopped, and not done again when it
    is done. Raises what the file, the site or the destination deserves, before anything is started.
    """
    digest = _digest(order.file)
    with tenant_scope(context):
        destination_id = _destination(order)
        with tenant_transaction():
            # Two of the same order at once: the second one finds the first one's run.
            site = Site.objects.select_for_update(no_key=True).get(pk=site_for_domain(order.domain).pk)
            key = hashlib.sha256(f"{digest}:{order.article_count}:{destination_id}".encode()).hexdigest()
            before = run_for_request(site_id=site.pk, request_key=key)
            if before is not None and _is_the_same(before):
                if before.state not in (RunState.COMPLETED, RunState.WAITING):
                    run_resume(before.pk)
                return before.pk
            if run_is_active(site.pk):
                raise RunActive  # before a copy of the file is stored
            return _run_new(order, site_id=site.pk, destination_id=destination_id, key=key)


def _digest(path: Path) -> str:
    """The digest of a file that looks like a keyword export; raises OrderInvalid and ExportUnreadable."""
    try:
        if not path.is_file():
            raise OrderInvalid(f"There is no file {path}.")
        planner.keyword_file_check(path)
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise OrderInvalid(f"{path} cannot be read: {error.strerror}.") from error


def _is_the_same(run: PipelineRun) -> bool:
    """Whether an earlier run stands for the order: a cancelled one does not, nor one whose file was refused."""
    is_refused = run.state == RunState.FAILED and run.stage == Stage.IMPORT
    return run.state != RunState.CANCELLED and not is_refused


def _run_new(order: Order, *, site_id: UUID, destination_id: UUID, key: str) -> UUID:
    sectors = sector_list(site_id)
    sector_id = sectors[0].pk if sectors else None
    with order.file.open("rb") as content:
        uploaded = planner.keyword_import_create(
            site_id=site_id, sector_id=sector_id, filename=order.file.name, content=content
        )
    run = run_start(
        site_id=site_id,
        sector_id=sector_id,
        import_id=uploaded.pk,
        article_count=order.article_count,
        destination_id=destination_id,
        request_key=key,
    )
    return run.pk


def _destination(order: Order) -> UUID:
    login = {
        "base_url": order.wordpress_url,
        "username": order.wordpress_user,
        "application_password": order.wordpress_password,
    }
    with tenant_transaction():
        site_id = site_for_domain(order.domain).pk
    if order.wordpress_url:
        report = integration.wordpress_try(**login)
        if not report.is_usable:
            raise OrderInvalid(
                " ".join(problem.message for problem in report.problems if problem.is_blocking)
            )
    with tenant_transaction():
        if order.wordpress_url:
            return integration.destination_wordpress_save(
                site_id=site_id,
                base_url=order.wordpress_url,
                username=order.wordpress_user,
                application_password=order.wordpress_password,
            ).pk
        return integration.destination_preview_ensure(site_id).pk


class Follower:
    """Follows a run and says one line for each stage, article and post."""

    def __init__(self, context: TenantContext, *, say: Callable[[str], None]) -> None:
        self._context, self._say = context, say
        self._said: set[str] = set()

    def follow(self, run_id: UUID) -> RunStatus:
        """Wait until the run stops, or only waits for people; raises NoWorker when nobody is there to do it."""
        self._require_worker(run_id)
        while True:
            status = self._status(run_id)
            self._tell(status)
            if not _is_at_work(status):
                return status
            time.sleep(POLL_SECONDS)

    def _status(self, run_id: UUID) -> RunStatus:
        deadline = time.monotonic() + OUTAGE_SECONDS
        while True:
            try:
                with tenant_transaction(self._context):
                    return run_status_get(run_id)
            except OperationalError:  # the database is being restarted; the run waits for it as we do
                if time.monotonic() > deadline:
                    raise
                self._once("the database does not answer; waiting for it")
                connections[TENANT_ALIAS].close()  # a broken connection would stay broken
                time.sleep(POLL_SECONDS)

    def _require_worker(self, run_id: UUID) -> None:
        deadline = time.monotonic() + WORKER_WAIT_SECONDS
        while self._status(run_id).state in ACTIVE_RUN_STATES:
            try:
                if current_app.control.ping(timeout=1.0, limit=1):
                    return
            except (BrokerError, OSError):
                time.sleep(POLL_SECONDS)
            if time.monotonic() > deadline:
                raise NoWorker

    def _tell(self, status: RunStatus) -> None:
        for stage, names in _STAGE_COUNTS.items():
            if (counts := status.counts.get(stage.value)) is not None:
                self._once(f"{stage.value}: " + ", ".join(f"{counts.get(name, 0)} {name}" for name in names))
        for item in status.items:
            for line in _item_lines(item):
                self._once(line)

    def _once(self, line: str) -> None:
        if line not in self._said:
            self._said.add(line)
            self._say(line)


def _is_at_work(status: RunStatus) -> bool:
    is_publishing = any(item.state in OPEN_ITEM_STATES for item in status.items)
    return status.state == RunState.RUNNING or (status.state == RunState.WAITING and is_publishing)


def _item_lines(item: ItemStatus) -> list[str]:
    name = f"article {item.position}"
    lines = [f"{name}: writing “{item.title}”"]
    if item.state in (ItemState.FAILED, ItemState.REJECTED):
        return [*lines, f"{name}: {item.state}: {item.error_message}"]
    if item.score is not None:
        lines.append(f"{name}: score {item.score} of 100")
    if item.state == ItemState.REVIEW:
        lines.append(f"{name}: waits for review: {item.held_reason}")
    if item.state == ItemState.PUBLISHED:
        lines.append(f"published: {item.url}")
    return lines
