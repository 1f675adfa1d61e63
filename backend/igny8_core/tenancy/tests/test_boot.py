"""Web and worker refuse to serve on a role that row-level security does not bind."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

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


def test_web_starts_on_the_application_role() -> None:
    ended = subprocess.run(
        COMMANDS["web"], cwd=settings.BACKEND_DIR, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, "")
