import subprocess
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from igny8_core.runtime.binaries import postgres_binaries
from igny8_core.runtime.locks import DirectoryLock
from igny8_core.runtime.management.commands import reset_state, roles
from igny8_core.runtime.paths import places_record
from igny8_core.runtime.postgres import EmbeddedPostgres
from igny8_core.runtime.stack import LOCK_FILE


class TestResetState:
    @pytest.fixture
    def state(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        state, outside = tmp_path / ".igny8", tmp_path / "igny8-outside"
        (state / "postgres").mkdir(parents=True)
        (outside / "data").mkdir(parents=True)
        places_record(state / "postgres", [outside])
        monkeypatch.setattr(reset_state, "state_directory", lambda: state)
        return state

    def test_yes_removes_the_state_and_what_lies_outside(self, state: Path) -> None:
        out = StringIO()
        call_command("reset_state", "--yes", stdout=out)
        assert not state.exists()
        assert not (state.parent / "igny8-outside").exists()
        assert out.getvalue() == f"Removed {state}, {state.parent / 'igny8-outside'}.\n"
        call_command("reset_state", "--yes", stdout=out)
        assert out.getvalue().endswith(f"Nothing to remove: there is no {state}.\n")

    @pytest.mark.parametrize("answer", ["", "y", "no"])
    def test_anything_but_yes_removes_nothing(
        self, state: Path, answer: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("builtins.input", lambda question: answer)
        out = StringIO()
        call_command("reset_state", stdout=out)
        assert out.getvalue() == "Nothing was removed.\n"
        assert (state.parent / "igny8-outside" / "data").exists()

    def test_running_clone_is_refused(self, state: Path) -> None:
        lock = DirectoryLock(state / LOCK_FILE)
        lock.take()
        try:
            with pytest.raises(CommandError, match=r"already uses .*Stop it first\."):
                call_command("reset_state", "--yes")
        finally:
            lock.give()
        assert (state / "postgres").exists()


class TestRoles:
    @pytest.fixture(autouse=True)
    def named(self, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
        host = postgres.url(role="admin").partition("?")[2]
        for key, role in {"URL": "web", "OWNER_URL": "boss", "OPS_URL": "eye"}.items():
            monkeypatch.setenv(f"DATABASE_{key}", f"postgresql://{role}:pa%27ss@/shop?{host}")
        monkeypatch.delenv("DATABASE_ADMIN_URL", raising=False)

    def _flags(self, postgres: EmbeddedPostgres) -> list[tuple[object, ...]]:
        with psycopg.connect(postgres.url(role="admin", database="shop")) as admin:
            return admin.execute(
                "SELECT rolname, rolbypassrls, rolname = pg_get_userbyid(datdba)"
                " FROM pg_roles, pg_database WHERE datname = 'shop' AND rolname IN ('boss', 'eye', 'web')"
                " ORDER BY rolname"
            ).fetchall()

    @pytest.fixture(autouse=True)
    def _clean(self, postgres: EmbeddedPostgres) -> object:
        yield
        postgres.drop_database("shop")
        with psycopg.connect(postgres.url(role="admin", database="postgres"), autocommit=True) as admin:
            admin.execute("DROP ROLE IF EXISTS boss, eye, web")

    def test_administrator_makes_the_roles_of_the_three_addresses(
        self, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_ADMIN_URL", postgres.url(role="admin", database="postgres"))
        out = StringIO()
        call_command("roles", stdout=out)
        assert out.getvalue() == "Roles are ready and the database was made: shop.\n"
        assert self._flags(postgres) == [("boss", True, True), ("eye", True, False), ("web", False, False)]

    def test_without_administrator_the_sql_is_printed_and_psql_understands_it(
        self, postgres: EmbeddedPostgres
    ) -> None:
        out = StringIO()
        call_command("roles", stdout=out)
        psql = subprocess.run(
            [
                *(postgres_binaries().folder / "psql", "-v", "ON_ERROR_STOP=1", "-q"),
                postgres.url(role="admin", database="postgres"),
            ],
            input=out.getvalue(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (psql.returncode, psql.stderr) == (0, "")
        assert self._flags(postgres) == [("boss", True, True), ("eye", True, False), ("web", False, False)]

    def test_refused_administrator_leaves_the_sql(
        self, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_ADMIN_URL", postgres.url(role="app"))
        out, err = StringIO(), StringIO()
        with pytest.raises(CommandError, match="let an administrator run the SQL above"):
            call_command("roles", stdout=out, stderr=err)
        assert "permission denied to create role" in err.getvalue()
        assert out.getvalue().splitlines()[-1].startswith('ALTER DEFAULT PRIVILEGES FOR ROLE "boss"')

    def test_missing_address_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DATABASE_OPS_URL")
        with pytest.raises(CommandError, match=r"^Set DATABASE_OPS_URL first"):
            call_command("roles")

    def test_script_is_the_whole_of_it(self, postgres: EmbeddedPostgres) -> None:
        script = roles.sql_script(postgres.roles, database="shop")
        assert script.count("CREATE ROLE") == 3
        assert script.count("CREATE DATABASE") == 1
        assert '\\connect "shop"' in script
