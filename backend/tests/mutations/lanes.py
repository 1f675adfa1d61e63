"""Where runs go on side by side: each lane has a database and a queue of its own; nobody else's servers are split."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from igny8_core.runtime import addresses, paths
from igny8_core.runtime.postgres import EmbeddedPostgres
from igny8_core.runtime.secret_store import SecretStore
from igny8_core.runtime.valkey import EmbeddedValkey
from igny8_core.runtime.with_services import DATABASE

LANES = 2  # a run waits for the database half of its time


@dataclass
class Lane:
    """The environment of one run at a time, and whether its database is what the unmutated code makes."""

    environment: Mapping[str, str]
    has_real_database: bool = False


def lanes_make() -> list[Lane]:
    """Several lanes beside our own servers, one beside servers that somebody named."""
    state = paths.state_directory() / "test"
    secrets = SecretStore(state / "secrets.json")
    postgres = EmbeddedPostgres(state / "postgres", secrets=secrets, durable=False)
    given = dict(os.environ)
    environments = [given]
    if _are_ours(given, postgres, EmbeddedValkey(state / "valkey", port=_port(given), secrets=secrets)):
        environments += [_beside(number, given, postgres) for number in range(1, LANES)]
    return [Lane(environment) for environment in environments]


def _are_ours(given: Mapping[str, str], postgres: EmbeddedPostgres, valkey: EmbeddedValkey) -> bool:
    """Whether both servers open to the passwords that we made."""
    database = postgres.url(role="app", database=DATABASE)
    return (given["DATABASE_URL"], given["REDIS_URL"]) == (database, valkey.url)


def _port(given: Mapping[str, str]) -> int:
    return urlsplit(given["REDIS_URL"]).port or 0


def _beside(number: int, given: Mapping[str, str], postgres: EmbeddedPostgres) -> dict[str, str]:
    database = f"igny8_{number}_test"
    postgres.create_roles(database=database)
    urls = {key: postgres.url(role=role, database=database) for key, role in addresses.DATABASE_ROLES.items()}
    return {**given, **urls, "REDIS_URL": f"{given['REDIS_URL'].removesuffix('0')}{number}"}
