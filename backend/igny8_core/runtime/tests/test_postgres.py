import contextlib
import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from igny8_core.runtime import paths, processes
from igny8_core.runtime.errors import AlreadyRunning, DataDirectoryRefused
from igny8_core.runtime.postgres import EmbeddedPostgres
from igny8_core.runtime.roles import roles_apply

FLAGS = "rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication"


def _rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def fresh(state: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(state / "pg", durable=False)
    yield server
    server.stop()
    server.remove()
    assert not server.home.exists()


class TestRoles:
    def test_roles_have_exactly_their_rights(self, postgres: EmbeddedPostgres) -> None:
        found = _rows(
            postgres.url(role="admin"),
            f"SELECT rolname, {FLAGS} FROM pg_roles WHERE rolname LIKE 'igny8%' ORDER BY rolname",
        )
        assert found == [
            ("igny8_app", True, False, False, False, False, False),
            ("igny8_ops", True, False, True, False, False, False),
            ("igny8_owner", True, False, True, False, False, False),
        ]

    def test_roles_that_grew_rights_lose_them_again(self, postgres: EmbeddedPostgres) -> None:
        with psycopg.connect(postgres.url(role="admin"), autocommit=True) as admin:
            admin.execute("ALTER ROLE igny8_app SUPERUSER BYPASSRLS CREATEDB")
        postgres.create_roles()
        assert _rows(
            postgres.url(role="app"), f"SELECT {FLAGS} FROM pg_roles WHERE rolname = current_user"
        ) == [(True, False, False, False, False, False)]

    def test_roles_can_be_made_by_an_administrator_who_is_no_superuser(
        self, postgres: EmbeddedPostgres
    ) -> None:
        with psycopg.connect(postgres.url(role="admin"), autocommit=True) as superuser:
            superuser.execute("CREATE ROLE cloud_admin LOGIN CREATEROLE CREATEDB BYPASSRLS PASSWORD 'cloud'")
            superuser.execute("SET SESSION AUTHORIZATION cloud_admin")
            roles = postgres.roles
            other = type(roles)(
                owner=type(roles.owner)("cloud_owner", "a'b"),
                app=type(roles.app)("cloud_app", 'c"d'),
                ops=type(roles.ops)("cloud_ops", "e\\f"),
            )
            assert roles_apply(superuser, roles=other, database="cloud") is True
            assert roles_apply(superuser, roles=other, database="cloud") is False
        assert _rows(
            postgres.url(role="admin"),
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'cloud'",
        ) == [("cloud_owner",)]

    def test_app_role_writes_the_owners_tables_but_never_truncates_or_makes_any(
        self, postgres: EmbeddedPostgres
    ) -> None:
        with psycopg.connect(postgres.url(role="owner")) as owner:
            owner.execute("CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY, text text)")
        with psycopg.connect(postgres.url(role="app"), autocommit=True) as app:
            app.execute("INSERT INTO note (text) VALUES ('one')")
            app.execute("UPDATE note SET text = 'two'")
            app.execute("CREATE TEMPORARY TABLE bulk (LIKE note)")
            assert app.execute("SELECT text FROM note").fetchall() == [("two",)]
            for refused in (
                "TRUNCATE note",
                "CREATE TABLE own (id int)",
                "ALTER TABLE note ADD COLUMN more int",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(refused)

    def test_ops_role_reads_and_never_writes(self, postgres: EmbeddedPostgres) -> None:
        with psycopg.connect(postgres.url(role="owner")) as owner:
            owner.execute("CREATE TABLE seen AS SELECT 1 AS id")
        with psycopg.connect(postgres.url(role="ops"), autocommit=True) as ops:
            assert ops.execute("SELECT id FROM seen").fetchall() == [(1,)]
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                ops.execute("DELETE FROM seen")
            ops.execute("SET default_transaction_read_only = off")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ops.execute("DELETE FROM seen")

    def test_grants_run_again_give_nothing_back(self, postgres: EmbeddedPostgres) -> None:
        with psycopg.connect(postgres.url(role="owner")) as owner:
            owner.execute("CREATE TABLE ledger (id int)")
            owner.execute("REVOKE UPDATE, DELETE ON ledger FROM igny8_app")
        postgres.create_roles()
        assert _rows(
            postgres.url(role="app"),
            "SELECT has_table_privilege('ledger', 'INSERT'), has_table_privilege('ledger', 'DELETE')",
        ) == [(True, False)]


class TestServer:
    def test_server_compares_text_by_unicode_and_runs_in_utc(self, postgres: EmbeddedPostgres) -> None:
        assert _rows(postgres.url(role="app"), "SELECT lower('ÄÉ'), current_setting('timezone')") == [
            ("äé", "UTC")
        ]

    def test_server_listens_on_no_network_and_its_files_are_private(self, postgres: EmbeddedPostgres) -> None:
        assert _rows(postgres.url(role="admin"), "SHOW listen_addresses") == [("",)]
        for path in (postgres.data, postgres.sockets, postgres.directory):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
        assert stat.S_IMODE((postgres.directory / "secrets.json").stat().st_mode) == 0o600

    def test_server_refuses_a_wrong_password_on_the_socket(self, postgres: EmbeddedPostgres) -> None:
        address = postgres.url(role="app").replace(postgres.roles.app.password, "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(address)

    def test_server_has_one_holder(self, postgres: EmbeddedPostgres) -> None:
        with pytest.raises(AlreadyRunning, match=f"Process {os.getpid()} already uses"):
            EmbeddedPostgres(postgres.directory).start()

    def test_databases_come_and_go(self, postgres: EmbeddedPostgres) -> None:
        postgres.create_roles(database="another one")
        with psycopg.connect(postgres.url(role="owner", database="another one")) as connection:
            assert connection.info.dbname == "another one"
            postgres.drop_database("another one")
        assert (
            _rows(postgres.url(role="admin"), "SELECT FROM pg_database WHERE datname = 'another one'") == []
        )


def test_killed_postmaster_is_replaced_while_an_old_backend_still_works(fresh: EmbeddedPostgres) -> None:
    fresh.durable = True
    with fresh:
        with psycopg.connect(fresh.url(role="owner")) as owner:
            owner.execute("CREATE TABLE kept AS SELECT 7 AS id")
        with contextlib.closing(psycopg.connect(fresh.url(role="app"))) as busy:
            # It computes and looks at nothing else, so it keeps the shared memory after the postmaster's death.
            busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 4000000) AS n WHERE n % 7 = 1")
            killed_id = fresh.process_id
            os.kill(killed_id, signal.SIGKILL)
            assert processes.wait_until(lambda: not fresh.is_ready(), timeout_seconds=10)
            fresh.stop()
            fresh.start()
        assert fresh.process_id != killed_id
        assert _rows(fresh.url(role="app"), "SELECT id FROM kept") == [(7,)]
    assert "is still in use" in fresh.log.read_text()


class TestDataDirectory:
    def test_foreign_version_is_refused_by_name(self, fresh: EmbeddedPostgres) -> None:
        fresh.directory.mkdir()
        paths.places_record(fresh.directory, [fresh.home])
        fresh.data.mkdir(parents=True)
        (fresh.data / "PG_VERSION").write_text("9\n")
        with pytest.raises(DataDirectoryRefused, match="was made by PostgreSQL 9, but only"):
            fresh.start()

    def test_moved_clone_is_refused_while_its_data_stayed(
        self, fresh: EmbeddedPostgres, tmp_path: Path
    ) -> None:
        elsewhere = tmp_path / "igny8-elsewhere"
        (elsewhere / "data").mkdir(parents=True)
        fresh.directory.mkdir()
        (fresh.directory / "places.json").write_text(f'["{elsewhere}"]')
        with pytest.raises(DataDirectoryRefused, match="moved or copied; its data are still in"):
            fresh.prepare()

    @pytest.mark.parametrize("durable", [True, False])
    def test_data_of_an_earlier_clone_at_the_same_path_are_set_aside(
        self, tmp_path: Path, durable: bool
    ) -> None:
        first = EmbeddedPostgres(tmp_path / "clone", durable=durable)
        with first:
            pass
        shutil.rmtree(first.directory)  # somebody removed the clone; root's data lie elsewhere
        second = EmbeddedPostgres(tmp_path / "clone", durable=durable)
        with second:
            assert second.is_ready()
        is_outside = not second.home.is_relative_to(second.directory)
        assert (second.former is not None) == (is_outside and durable)
        if second.former is not None:
            assert (second.former / "data" / "PG_VERSION").exists()
            shutil.rmtree(second.former)
        second.remove()

    def test_lost_passwords_are_named(self, fresh: EmbeddedPostgres) -> None:
        with fresh:
            (fresh.directory / "secrets.json").unlink()
            with pytest.raises(DataDirectoryRefused, match=r"secrets\.json does not open"):
                fresh.is_ready()

    def test_reused_process_id_does_not_pass_for_a_server(self, fresh: EmbeddedPostgres) -> None:
        with fresh:
            record = (fresh.data / "postmaster.pid").read_text()
        other = processes.launch(
            ["/bin/sleep", "60"], log=None, environment={}, working_directory=Path("/"), account=fresh.account
        )
        try:
            former_id = record.split("\n")[0]
            (fresh.data / "postmaster.pid").write_text(record.replace(former_id, str(other.pid), 1))
            with fresh:
                assert fresh.is_ready()
            assert other.poll() is None
        finally:
            processes.stop(other, signals=[signal.SIGTERM], step_seconds=5)

    def test_server_that_outlived_its_supervisor_is_stopped_first(self, fresh: EmbeddedPostgres) -> None:
        with fresh:
            orphan_id = fresh.process_id
            fresh._lock.give()
            with EmbeddedPostgres(fresh.directory, durable=False) as second:
                assert second.process_id != orphan_id
                assert not processes.command_line(orphan_id)
