"""The database server dies by SIGKILL in the middle of work: started again, it has all of it or nothing of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest
from django.conf import settings

from igny8_core.modules.planner.tests.samples import ROWS, stored_files
from igny8_core.runtime import addresses
from igny8_core.runtime.postgres import EmbeddedPostgres

PROGRAM = "import django; django.setup(); from tests.faults.own_server import main; main()"
SERVICES = "igny8_core.modules.planner.services"
DATABASE = "igny8_test"
SHAPE = (
    "SELECT k.text, c.name, t.name, k.status FROM planner_keyword k LEFT JOIN planner_cluster c ON c.id = k.cluster_id "
    "LEFT JOIN planner_topic t ON t.id = c.topic_id WHERE k.account_id = %s ORDER BY k.text"
)


class OwnServer:
    """A server that keeps what it committed, and a process that works on it."""

    def __init__(self, postgres: EmbeddedPostgres, *, folder: Path) -> None:
        self.postgres, self.media, self.log = postgres, folder / "media", folder / "work.log"
        urls = {
            key: postgres.url(role=role, database=DATABASE) for key, role in addresses.DATABASE_ROLES.items()
        }
        self.environment = {**os.environ, **urls, "MEDIA_ROOT": str(self.media)}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.postgres.create_roles(database=DATABASE)
        owner = {"DATABASE_URL": self.postgres.url(role="owner", database=DATABASE)}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, env=self.environment | owner, cwd=settings.BACKEND_DIR, check=True)
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM],
                env={**self.environment, "DJANGO_SETTINGS_MODULE": "igny8_core.settings"},
                cwd=settings.BACKEND_DIR,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.communicate(timeout=60)

    def done(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Have a command done and give its answer."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([command, arguments]) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, self.log.read_text()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres.url(role="owner", database=DATABASE)) as connection:
            found = connection.execute(query, values)
            return found.fetchall() if found.description else []

    def delivered_to_death(self, waiting: dict[str, Any], call: str, when: str) -> None:
        """Deliver a job whose worker sees the server die at a call; start the server again; let the lease run out."""
        dead = self.postgres.process_id
        names = {name: waiting[name] for name in ("account", "job")}
        assert "lost" in self.done("deliver", **names, call=call, when=when, server=dead)
        assert not self.postgres.is_ready()
        self.postgres.stop()
        self.postgres.start()
        assert self.postgres.process_id != dead
        assert "database system was not properly shut down" in self.postgres.log.read_text()
        self.rows(
            "UPDATE tenancy_job SET lease_until = now() - interval '1 second' WHERE id = %s", waiting["job"]
        )

    def resumed(self, waiting: dict[str, Any]) -> dict[str, Any]:
        return self.done("deliver", account=waiting["account"], job=waiting["job"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    folder = tmp_path_factory.mktemp("own")
    postgres = EmbeddedPostgres(folder / "postgres")
    with postgres, OwnServer(postgres, folder=folder) as own:
        yield own
    postgres.remove()


@pytest.mark.parametrize(
    ("call", "when", "written"),
    [
        (f"{SERVICES}.import_rows:exact_key", "before", 0),
        (f"{SERVICES}.imports:_finish", "after", 0),
        (f"{SERVICES}.imports:_import_all", "after", len(ROWS)),
    ],
    ids=["in the middle of the COPY", "before the commit", "after the commit"],
)
def test_import_whose_server_is_killed_has_all_or_nothing_and_ends(
    server: OwnServer, call: str, when: str, written: int
) -> None:
    waiting = server.done("import_make")

    def counts() -> list[int]:
        tables = ("planner_keyword", "planner_keywordmetric")
        query = "SELECT count(*) FROM {} WHERE account_id = %s"
        return [server.rows(query.format(table), waiting["account"])[0][0] for table in tables]

    server.delivered_to_death(waiting, call, when)
    assert counts() == [written] * 2
    ended = server.resumed(waiting)
    assert (ended["state"], ended["counts"]["imported"], ended["counts"]["rows"]) == (
        "succeeded",
        len(ROWS),
        len(ROWS),
    )
    assert counts() == [len(ROWS)] * 2
    assert stored_files(server.media) == []


def test_clustering_whose_server_is_killed_leaves_nothing_and_ends_as_another_does(server: OwnServer) -> None:
    waiting = server.done("clustering_make")
    server.delivered_to_death(waiting, f"{SERVICES}.clusters:_place", "after")
    assert {row[1:] for row in server.rows(SHAPE, waiting["account"])} == {(None, None, "new")}
    assert server.rows("SELECT count(*) FROM planner_cluster WHERE account_id = %s", waiting["account"]) == [
        (0,)
    ]
    assert server.resumed(waiting)["state"] == "succeeded"
    shape = server.rows(SHAPE, waiting["account"])
    assert shape == server.rows(SHAPE, waiting["twin"])
    assert len({row[1] for row in shape} - {None}) >= 3
