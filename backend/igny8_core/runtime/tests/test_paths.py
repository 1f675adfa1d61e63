import os
import stat
from pathlib import Path

import pytest

from igny8_core.runtime import paths
from igny8_core.runtime.errors import DataDirectoryRefused
from igny8_core.runtime.paths import ServerAccount
from igny8_core.runtime.secret_store import SecretStore, fernet_key_new


class TestSocketDirectory:
    def test_short_plain_path_is_used_as_it_is(self) -> None:
        assert paths.socket_directory(Path("/srv/my app/pg")) == Path("/srv/my app/pg/run")

    @pytest.mark.parametrize("home", ["/srv/" + "x" * 90, "/srv/a,b", '/srv/a"b', "/srv/été"])
    def test_long_or_odd_path_gets_a_short_one(self, home: str) -> None:
        short = paths.socket_directory(Path(home))
        assert short.parent == Path("/tmp")
        assert len(os.fsencode(short / ".s.PGSQL.5432")) <= paths.SOCKET_PATH_BYTES
        assert short == paths.socket_directory(Path(home)) != paths.socket_directory(Path(home + "2"))

    def test_directory_of_somebody_else_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to("real")
        with pytest.raises(DataDirectoryRefused, match="belongs to somebody else"):
            paths.socket_directory_make(tmp_path / "link", account=None)

    def test_directory_is_private_whatever_the_umask(self, tmp_path: Path) -> None:
        before = os.umask(0o000)
        try:
            paths.socket_directory_make(tmp_path / "sockets", account=None)
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "sockets").stat().st_mode) == 0o700


class TestServerHome:
    def test_home_of_an_ordinary_user_is_the_directory(self) -> None:
        assert paths.server_home(Path("/srv/app"), account=None) == Path("/srv/app")

    def test_home_of_root_is_outside_and_its_own_for_each_directory(self) -> None:
        nobody = ServerAccount(user_id=65534, group_id=65534)
        one, two = (paths.server_home(Path(name), account=nobody) for name in ("/srv/one", "/srv/two"))
        assert one.parent == Path("/var/lib")
        assert one.name.startswith("igny8-")
        assert one != two


class TestPlaces:
    def test_reset_removes_what_lies_outside_and_only_ours(self, tmp_path: Path) -> None:
        state, ours, foreign = (tmp_path / name for name in ("state", "igny8-0123456789ab", "somebody-elses"))
        for directory in (state / "postgres", ours / "data", foreign):
            directory.mkdir(parents=True)
        paths.places_record(state / "postgres", [ours, foreign, state / "postgres" / "run"])
        assert paths.places_remove(state) == [ours]
        assert not ours.exists()
        assert foreign.exists()


class TestSecretStore:
    def test_secret_is_made_once_and_kept_private(self, tmp_path: Path) -> None:
        path = tmp_path / "deep" / "secrets.json"
        first = SecretStore(path).get("valkey")
        assert len(first) == 43
        assert SecretStore(path).get("valkey") == first != SecretStore(path).get("other")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_fernet_key_is_one(self) -> None:
        from cryptography.fernet import Fernet

        key = Fernet(fernet_key_new())
        assert key.decrypt(key.encrypt(b"secret")) == b"secret"
