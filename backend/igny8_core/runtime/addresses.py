"""Which servers the operator named and which ones we run; the one writer of `.igny8/runtime.env`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import environ

from igny8_core.runtime.errors import SettingsIncomplete
from igny8_core.runtime.paths import private_write
from igny8_core.runtime.postgres import Role

DATABASE_ROLES: dict[str, Role] = {
    "DATABASE_URL": "app",
    "DATABASE_OWNER_URL": "owner",
    "DATABASE_OPS_URL": "ops",
}
DATABASE_KEYS = tuple(DATABASE_ROLES)
KEYS = (
    *DATABASE_KEYS,
    "REDIS_URL",
    "LLM_BASE_URL",
    "LLM_MODEL",
    "SECRET_KEY",
    "FIELD_ENCRYPTION_KEY",
    "PUBLIC_URL",
    "WEB_PORT",
)
RUNTIME_FILE = "runtime.env"


def operator_settings(root: Path, *, state: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """What the operator said, the environment before `.env`, limited to the keys that the runtime knows.

    The settings module may have copied a former run's file into the environment: a value that equals that run's
    own is nobody's word.
    """
    ours = env_read(state / RUNTIME_FILE)
    said = {**env_read(root / ".env"), **environment}
    return {key: said[key] for key in KEYS if said.get(key) and said[key] != ours.get(key)}


def database_is_named(named: Mapping[str, str]) -> bool:
    """Whether the operator runs the database; raises SettingsIncomplete when only some of its addresses are set."""
    missing = [key for key in DATABASE_KEYS if key not in named]
    if missing and len(missing) < len(DATABASE_KEYS):
        raise SettingsIncomplete(
            f"{' and '.join(missing)} must be set too: a database of your own needs all of "
            f"{', '.join(DATABASE_KEYS)} (`manage.py roles` makes the roles)."
        )
    return not missing


def runtime_file_write(state: Path, values: Mapping[str, str]) -> None:
    """Write the addresses of what we run, for the settings of every other process of this clone."""
    head = "# Written by `manage.py up` at each start; your own settings belong into .env\n"
    private_write(state / RUNTIME_FILE, head + "".join(f"{key}={value}\n" for key, value in values.items()))


def runtime_port(state: Path) -> int | None:
    """The web port of the former run, so that the address of a clone stays the same."""
    port = env_read(state / RUNTIME_FILE).get("WEB_PORT", "")
    return int(port) if port.isdigit() else None


def env_read(path: Path) -> dict[str, str]:
    """The variables of a file, read as the settings module reads it; empty when there is none."""
    values: dict[str, str] = {}
    if path.exists():
        reader: Any = type("_FileOnly", (environ.Env,), {"ENVIRON": values})
        reader.read_env(str(path))
    return values
