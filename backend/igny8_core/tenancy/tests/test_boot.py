"""Web and worker refuse to serve on a role that row-level security does not bind."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings

from igny8_core.runtime.postgres import EmbeddedPostgres, Role

pytestmark = pytest.mark.django_db(transaction=True)

COMMANDS = {
    "web": [sys.executable, "-c", "import igny8_core.wsgi"],
    "worker": [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "igny8_core",
        "worker",
        "--pool=solo",
        "--loglevel=ERROR",
    ],
}


@pytest.mark.parametrize("program", COMMANDS)
def test_program_refuses_the_owner_role(program: str) -> None:
    environment = {**os.environ, "DATABASE_URL": settings.DATABASE_OWNER_URL}
    ended = subprocess.run(
        COMMANDS[program],
        env=environment,
        cwd=settings.BACKEND_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "BYPASSRLS" in ended.stderr
    assert "manage.py roles" in ended.stderr


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of its own, whose roles may be spoilt."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("boot") / "pg", durable=False) as running:
        running.create_roles()
        yield running


def _grant(server: EmbeddedPostgres, statement: str) -> None:
    with psycopg.connect(server.url(role="admin"), autocommit=True) as admin:
        admin.execute(statement)


@pytest.mark.parametrize(
    ("role", "grant", "word"),
    [
        ("admin", "SELECT 1", "a superuser"),
        ("owner", "SELECT 1", "BYPASSRLS"),
        ("app", "GRANT igny8_owner TO igny8_app", "BYPASSRLS"),
        ("app", "CREATE TABLE mine (id int); ALTER TABLE mine OWNER TO igny8_app", "owner of tables"),
    ],
)
@pytest.mark.parametrize("program", COMMANDS)
def test_program_refuses_a_role_that_is_or_may_become_too_much(
    server: EmbeddedPostgres, program: str, role: Role, grant: str, word: str
) -> None:
    undo = "REVOKE igny8_owner FROM igny8_app; DROP TABLE IF EXISTS mine"
    _grant(server, grant)
    try:
        environment = {**os.environ, "DATABASE_URL": server.url(role=role)}
        ended = subprocess.run(
            COMMANDS[program],
            env=environment,
            cwd=settings.BACKEND_DIR,
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        _grant(server, undo)
    assert ended.returncode != 0
    assert word in ended.stderr
    assert "name the application role there (`manage.py roles` makes it)" in ended.stderr


def test_web_starts_on_the_application_role() -> None:
    ended = subprocess.run(
        COMMANDS["web"], cwd=settings.BACKEND_DIR, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, "")
