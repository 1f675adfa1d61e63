"""One embedded PostgreSQL: its data directory, start, readiness, roles and end; it serves a unix socket only."""

import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from igny8_core.runtime import cluster, paths, processes
from igny8_core.runtime.binaries import PostgresBinaries
from igny8_core.runtime.errors import DataDirectoryRefused, ServerStartFailed
from igny8_core.runtime.locks import DirectoryLock
from igny8_core.runtime.roles import (
    APP_ROLE,
    DATABASE,
    OPS_ROLE,
    OWNER_ROLE,
    DatabaseRoles,
    Login,
    grants_apply,
    roles_apply,
)
from igny8_core.runtime.secret_store import SecretStore

Role = Literal["admin", "owner", "app", "ops"]
ADMIN_ROLE = "postgres"
PORT = 5432  # only a part of the socket's file name: nothing listens on TCP
STOP_SIGNALS = (signal.SIGINT, signal.SIGQUIT)  # fast, then immediate shutdown


class EmbeddedPostgres:
    """A real server for one directory; as a context manager it runs from enter to exit.

    `durable=False` gives up crash safety for speed: for tests only.
    """

    def __init__(self, directory: Path, *, secrets: SecretStore | None = None, durable: bool = True) -> None:
        self.directory = directory.resolve()
        self.account = paths.server_account()
        self.home = paths.server_home(self.directory, account=self.account)
        self.data = self.home / "data"
        self.sockets = paths.socket_directory(self.home)
        self.log = self.directory / "postgres.log"
        self.durable = durable
        self.former: Path | None = None  # where the data of an earlier clone at this path were put
        self._secrets = secrets or SecretStore(self.directory / "secrets.json")
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = DirectoryLock(self.directory / "lock")

    @property
    def roles(self) -> DatabaseRoles:
        """The three logins, with their passwords."""
        return DatabaseRoles(
            owner=self._login(OWNER_ROLE), app=self._login(APP_ROLE), ops=self._login(OPS_ROLE)
        )

    def url(self, *, role: Role, database: str = DATABASE) -> str:
        """A `postgresql://` address of the unix socket, as libpq and django-environ read it."""
        login = self._login(ADMIN_ROLE) if role == "admin" else getattr(self.roles, role)
        host = quote(str(self.sockets), safe="")
        return (
            f"postgresql://{login.role}:{login.password}@/{quote(database, safe='')}?host={host}&port={PORT}"
        )

    def prepare(self) -> None:
        """Make the data directory if it is missing and clear away what a killed server left.

        Raises DataDirectoryRefused, BinariesMissing and ServerStartFailed.
        """
        paths.private_directory(self.directory)
        self._former_clone_leave()
        outside = [place for place in (self.home, self.sockets) if not place.is_relative_to(self.directory)]
        paths.places_record(self.directory, outside)
        if self.account is not None:
            self.home.mkdir(mode=0o755, parents=True, exist_ok=True)
            self.home.chmod(0o755)
        paths.socket_directory_make(self.sockets, account=self.account)
        server = self._programs()
        if not self.data.exists():
            cluster.initialise(
                self.data,
                server=server,
                account=self.account,
                password=self._login(ADMIN_ROLE).password,
                durable=self.durable,
            )
        cluster.leftover_end(self.data)

    def _former_clone_leave(self) -> None:
        """Set aside the data of a clone that stood at this path before: its passwords went with it.

        Data that were never to last are removed instead.
        """
        is_known = (self.directory / paths.PLACES_FILE).exists()
        if is_known or self.home.is_relative_to(self.directory) or not self.data.exists():
            return
        cluster.leftover_end(self.data)
        if not self.durable:
            shutil.rmtree(self.home)
            return
        self.former = self.home.with_name(f"{self.home.name}-{time.time_ns()}")
        self.home.rename(self.former)

    def command(self) -> list[str]:
        """The server in the foreground, for a supervisor; call `prepare` before."""
        options = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(self._programs().folder / "postgres"), "-D", str(self.data), *arguments]

    def is_ready(self) -> bool:
        """Whether it answers a query; raises DataDirectoryRefused when our password does not open it."""
        try:
            with psycopg.connect(
                self.url(role="admin", database="postgres"), connect_timeout=2
            ) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise DataDirectoryRefused(
                    f"The password in {self._secrets.path} does not open {self.data}: restore that file, "
                    "or run `make reset` to begin anew."
                ) from error
            return False

    def create_roles(self, *, database: str = DATABASE) -> None:
        """Make the owner, application and operations roles, a database and its default privileges; idempotent."""
        with psycopg.connect(self.url(role="admin", database="postgres"), autocommit=True) as admin:
            roles_apply(admin, roles=self.roles, database=database)
        with psycopg.connect(self.url(role="admin", database=database), autocommit=True) as admin:
            grants_apply(admin, roles=self.roles)

    def drop_database(self, name: str) -> None:
        """Remove a database and disconnect whoever uses it."""
        with psycopg.connect(self.url(role="admin", database="postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def start(self, *, timeout_seconds: float = 60.0) -> None:
        """Start and wait until it answers; raises AlreadyRunning and ServerStartFailed."""
        self._lock.take()
        try:
            self.prepare()
            self._start(deadline=time.monotonic() + timeout_seconds)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server that `start` started and let others have the directory."""
        if self._process is not None:
            processes.stop(self._process, signals=STOP_SIGNALS, step_seconds=10.0)
            self._process = None
        self._lock.give()

    @property
    def process_id(self) -> int:
        """The postmaster that `start` started."""
        if self._process is None:
            raise ServerStartFailed("PostgreSQL is not running.")
        return self._process.pid

    def remove(self) -> None:
        """Remove the data, here and outside; the server must be stopped."""
        paths.places_remove(self.directory)
        shutil.rmtree(self.directory)

    def __enter__(self) -> Self:
        self.start()
        self.create_roles()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _login(self, role: str) -> Login:
        return Login(role=role, password=self._secrets.get(f"postgres_{role}"))

    def _start(self, *, deadline: float) -> None:
        pause_seconds = 0.2
        while time.monotonic() < deadline:
            process = self._process = self._launch()
            processes.wait_until(
                lambda: process.poll() is not None or self.is_ready(),  # noqa: B023 - called at once
                timeout_seconds=deadline - time.monotonic(),
            )
            if process.poll() is None and self.is_ready():
                return
            # After a SIGKILL the shared memory stays in use until the last backend has noticed.
            time.sleep(pause_seconds)
            pause_seconds *= 2
        raise ServerStartFailed(
            f"PostgreSQL did not start; the end of {self.log}:\n{processes.last_lines(self.log)}"
        )

    def _programs(self) -> PostgresBinaries:
        return cluster.programs(self.data, home=self.home, account=self.account)

    def _launch(self) -> "subprocess.Popen[bytes]":
        return processes.launch(
            self.command(),
            log=self.log,
            environment=cluster.ENVIRONMENT,
            working_directory=self.home,
            account=self.account,
            death_signal=STOP_SIGNALS[0],
        )
