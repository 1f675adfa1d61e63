"""One embedded Valkey: its configuration, address and readiness; it listens on loopback and keeps what it was told."""

from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from igny8_core.runtime.binaries import valkey_binary
from igny8_core.runtime.paths import private_directory, private_write
from igny8_core.runtime.secret_store import SecretStore


class EmbeddedValkey:
    """A real server for one directory and one port of the loopback interface."""

    def __init__(self, directory: Path, *, port: int, secrets: SecretStore | None = None) -> None:
        self.directory = directory.resolve()
        self.port = port
        store = secrets or SecretStore(self.directory / "secrets.json")
        self._password = store.get("valkey")

    @property
    def url(self) -> str:
        """Its address, as Celery and redis-py read it."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Write the configuration: in a private file, since every user of the machine may read a command line."""
        private_directory(self.directory)
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self._password,
            "dir": _quoted(str(self.directory)),
            "daemonize": "no",
            "logfile": '""',
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            # A broker that silently forgets messages is worse than one that says it is full.
            "maxmemory-policy": "noeviction",
        }
        lines = "".join(f"{name} {value}\n" for name, value in settings.items())
        private_write(self.directory / "valkey.conf", lines)

    def command(self) -> list[str]:
        """The server in the foreground, for a supervisor; call `prepare` before."""
        return [str(valkey_binary()), str(self.directory / "valkey.conf")]

    def is_ready(self) -> bool:
        """Whether it answers our password; False also while it still loads its data."""
        # The library would wait and ask again for seconds; our caller does that.
        once = Retry(NoBackoff(), 0)
        with redis.Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=1, retry=once) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
