"""`make run` from the first server to the last: what is started in which order; each program is described elsewhere."""

import contextlib
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from igny8_core.runtime import addresses, model_server, paths, services
from igny8_core.runtime.children import Say
from igny8_core.runtime.errors import StepFailed
from igny8_core.runtime.locks import DirectoryLock
from igny8_core.runtime.ports import LOOPBACK, port_choose
from igny8_core.runtime.postgres import EmbeddedPostgres
from igny8_core.runtime.secret_store import SecretStore, fernet_key_new, signing_key_new
from igny8_core.runtime.supervisor import StopRequested, Supervisor
from igny8_core.runtime.valkey import EmbeddedValkey

LOCK_FILE = "supervisor.lock"
FIRST_RUN_MARK = "first_run_done"
WEB_PORT, VALKEY_PORT, MODEL_PORT = 8000, 6390, 8390
SERVERS_READY_SECONDS = 60.0
PROGRAMS_READY_SECONDS = 120.0
_GUARDIAN_SECONDS = 20.0


class Stack:
    """All programs of one clone; what the operator named is used, the rest is run here."""

    def __init__(self, *, root: Path, state: Path, environment: Mapping[str, str], say: Say) -> None:
        self.state = state
        self._environment = environment
        self._say = say
        self._named = addresses.operator_settings(root, state=state, environment=environment)
        self._secrets = SecretStore(state / "secrets.json")
        self.postgres: EmbeddedPostgres | None = None
        self.valkey: EmbeddedValkey | None = None
        self.model_port: int | None = None
        self.web_port = 0
        self._own: dict[str, str] = {}

    def run(self) -> None:
        """Start everything, say `ready:`, watch until asked to end; raises RuntimeProblem."""
        paths.private_directory(self.state)
        lock = DirectoryLock(self.state / LOCK_FILE)
        lock.take(patience_seconds=_GUARDIAN_SECONDS)
        try:
            self.choose()
            lock.annotate(f", at {self.public_url}")
            addresses.runtime_file_write(self.state, self._own)
            with Supervisor(
                logs=self.state / "logs", say=self._say, guarded_handle=lock.handle
            ) as supervisor:
                self._start(supervisor)
                supervisor.run()
        except StopRequested:
            self._say("stopped before everything was ready")
        finally:
            lock.give()

    @property
    def environment(self) -> dict[str, str]:
        """What every program of ours gets: the operator's environment, then the addresses of what runs here."""
        others = {key: value for key, value in self._environment.items() if key not in addresses.KEYS}
        return {**others, "PYTHONUNBUFFERED": "1", **self._named, **self._own}

    @property
    def public_url(self) -> str:
        """Where a browser finds the console."""
        return self._named.get("PUBLIC_URL") or self._own["PUBLIC_URL"]

    def choose(self) -> None:
        """Decide what runs here, on which ports; nothing is started yet. Raises SettingsIncomplete."""
        self._own_keys()
        self._own_database()
        self._own_broker()
        self._own_model()
        wanted = self._named.get("WEB_PORT") or addresses.runtime_port(self.state) or WEB_PORT
        self.web_port = self._port("the web", wanted=int(wanted))
        self._own["WEB_PORT"] = str(self.web_port)
        if "PUBLIC_URL" not in self._named:
            self._own["PUBLIC_URL"] = f"http://{LOOPBACK}:{self.web_port}"

    def _own_keys(self) -> None:
        makers = {"SECRET_KEY": signing_key_new, "FIELD_ENCRYPTION_KEY": fernet_key_new}
        for key, make in makers.items():
            if key not in self._named:
                self._own[key] = self._secrets.get(key.lower(), make=make)

    def _own_database(self) -> None:
        if addresses.database_is_named(self._named):
            return
        self.postgres = EmbeddedPostgres(self.state / "postgres", secrets=self._secrets)
        for key, role in addresses.DATABASE_ROLES.items():
            self._own[key] = self.postgres.url(role=role)

    def _own_broker(self) -> None:
        if "REDIS_URL" in self._named:
            return
        port = self._port("Valkey", wanted=VALKEY_PORT)
        self.valkey = EmbeddedValkey(self.state / "valkey", port=port, secrets=self._secrets)
        self._own["REDIS_URL"] = self.valkey.url

    def _own_model(self) -> None:
        if "LLM_BASE_URL" in self._named:
            return
        if not services.model_is_installed():
            self._say(
                "no wheel of the local language model for this platform: set LLM_BASE_URL to use another one"
            )
            return
        self.model_port = self._port("the language model", wanted=MODEL_PORT)
        self._own["LLM_BASE_URL"] = f"http://{LOOPBACK}:{self.model_port}/v1"
        self._own["LLM_MODEL"] = model_server.ALIAS

    def _port(self, name: str, *, wanted: int) -> int:
        choice = port_choose(name, wanted=wanted)
        if choice.remark:
            self._say(choice.remark)
        return choice.port

    def _start(self, supervisor: Supervisor) -> None:
        if self.postgres is not None:
            supervisor.start(services.postgres_spec(self.postgres))
        if self.valkey is not None:
            supervisor.start(services.valkey_spec(self.valkey))
        supervisor.wait_ready(timeout_seconds=SERVERS_READY_SECONDS)
        if self.postgres is not None:
            if self.postgres.former is not None:
                self._say(f"the data of an earlier clone at this path were set aside: {self.postgres.former}")
            self.postgres.create_roles()
        if self.model_port is not None:
            supervisor.start(services.model_spec(port=self.model_port, environment=self.environment))
        self._migrate(supervisor)
        self._start_programs(supervisor)
        supervisor.wait_ready(timeout_seconds=PROGRAMS_READY_SECONDS)
        self._first_run(supervisor)
        self._say(f"ready: {self.public_url}")

    def _migrate(self, supervisor: Supervisor) -> None:
        environment = self.environment
        supervisor.step(
            "migrate",
            command=services.manage_command("migrate", "--no-input"),
            # Only the owner may change tables.
            environment={**environment, "DATABASE_URL": environment["DATABASE_OWNER_URL"]},
            working_directory=services.BACKEND,
        )
        self._say("database is migrated")

    def _start_programs(self, supervisor: Supervisor) -> None:
        environment = self.environment
        node = f"igny8-{self.web_port}@{socket.gethostname()}"
        supervisor.start(services.web_spec(port=self.web_port, environment=environment))
        supervisor.start(services.worker_spec(node=node, environment=environment))
        supervisor.start(services.beat_spec(directory=self.state / "beat", environment=environment))

    def _first_run(self, supervisor: Supervisor) -> None:
        mark = self.state / FIRST_RUN_MARK
        if mark.exists():
            return
        try:
            supervisor.step(
                "first_run",
                command=services.manage_command("first_run"),
                environment=self.environment,
                working_directory=services.BACKEND,
                shown=True,
            )
        except StepFailed as problem:
            self._say(f"{problem.message} The next start tries it again.")
        else:
            mark.touch()


class Clock:
    """Says sentences with the seconds since it was made; a closed terminal is no reason to stop."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._started_at = time.monotonic()

    def __call__(self, sentence: str) -> None:
        """Say it; `ready:` stands alone at the line's start for whoever reads by machine."""
        elapsed = time.monotonic() - self._started_at
        line = sentence if sentence.startswith("ready: ") else f"[{elapsed:6.1f} s] {sentence}"
        with contextlib.suppress(BrokenPipeError, OSError):
            self._write(line)
