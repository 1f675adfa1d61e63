"""Runs one command beside servers of its own: `python -m igny8_core.runtime.with_services COMMAND...`; for tests only.

A database and a broker that the environment names (DATABASE_URL, REDIS_URL) are used instead.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from igny8_core.runtime import addresses, paths, services
from igny8_core.runtime.errors import RuntimeProblem, StepFailed
from igny8_core.runtime.locks import DirectoryLock
from igny8_core.runtime.ports import port_choose
from igny8_core.runtime.postgres import EmbeddedPostgres
from igny8_core.runtime.secret_store import SecretStore, fernet_key_new
from igny8_core.runtime.supervisor import StopRequested, Supervisor
from igny8_core.runtime.valkey import EmbeddedValkey

DATABASE = "igny8_test"
VALKEY_PORT = 6399
READY_SECONDS = 60.0


def run(command: Sequence[str], *, state: Path) -> None:
    """Start what is not named, run the command, stop; raises RuntimeProblem and StopRequested."""
    paths.private_directory(state)
    lock = DirectoryLock(state / "lock")
    lock.take(patience_seconds=5.0)
    secrets = SecretStore(state / "secrets.json")
    environment = dict(os.environ)
    environment.setdefault("SECRET_KEY", secrets.get("secret_key"))
    environment.setdefault("FIELD_ENCRYPTION_KEY", secrets.get("field_encryption_key", make=fernet_key_new))
    try:
        with Supervisor(logs=state / "logs", say=_say, guarded_handle=lock.handle) as supervisor:
            _start(supervisor, state=state, secrets=secrets, environment=environment)
            supervisor.step(
                command[0], command=command, environment=environment, working_directory=Path.cwd(), shown=True
            )
    finally:
        lock.give()


def _start(supervisor: Supervisor, *, state: Path, secrets: SecretStore, environment: dict[str, str]) -> None:
    postgres: EmbeddedPostgres | None = None
    if not addresses.database_is_named(environment):
        postgres = EmbeddedPostgres(state / "postgres", secrets=secrets, durable=False)
        supervisor.start(services.postgres_spec(postgres))
    if "REDIS_URL" not in environment:
        port = port_choose("Valkey", wanted=VALKEY_PORT).port
        valkey = EmbeddedValkey(state / "valkey", port=port, secrets=secrets)
        environment["REDIS_URL"] = valkey.url
        supervisor.start(services.valkey_spec(valkey))
    supervisor.wait_ready(timeout_seconds=READY_SECONDS)
    if postgres is not None:
        postgres.create_roles(database=DATABASE)
        for key, role in addresses.DATABASE_ROLES.items():
            environment[key] = postgres.url(role=role, database=DATABASE)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - a command line program


def main() -> int:
    """Exit code 0 when the command ended well, 1 when it did not, 130 when somebody stopped it."""
    try:
        run(sys.argv[1:], state=paths.state_directory() / "test")
    except StopRequested:
        return 130
    except StepFailed:
        return 1  # the command has said why
    except RuntimeProblem as problem:
        _say(problem.message)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
