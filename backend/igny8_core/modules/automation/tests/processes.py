"""Real processes of ours for tests: a worker, a web server, a command; each ends with its block and by its own id."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings

from igny8_core.common.clock import utc_now
from igny8_core.modules.publisher.models import Publication
from igny8_core.tenancy.models import Job, JobState
from igny8_core.tenancy.tasks import sweep_jobs
from igny8_core.testing.factories import Tenant

WAIT_SECONDS = 60
COMMAND_SECONDS = 240
EXAMPLE = settings.PROJECT_DIR / "examples" / "keywords-semrush.csv"


def wait_for(
    condition: Callable[[], bool],
    what: str,
    *,
    process: "Process | None" = None,
    seconds: float = WAIT_SECONDS,
) -> None:
    """Wait until the condition holds; raises AssertionError when it never does, or when the process ends first."""
    deadline = time.monotonic() + seconds
    while not condition():
        if process is not None and process.popen.poll() is not None:
            raise AssertionError(f"The process ended while waiting for {what}:\n{process.log.read_text()}")
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited in vain for {what}." + (process.log.read_text() if process else ""))
        time.sleep(0.05)


class Process:
    """A process in a group of its own, with its log."""

    def __init__(self, arguments: list[str], *, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as out:
            self.popen = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=settings.BACKEND_DIR,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "igny8_core.settings", **environment},
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End the whole group by SIGKILL: nothing in it gets to clean up."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()


@contextmanager
def worker(environment: Mapping[str, str], *, folder: Path, name: str = "one") -> Iterator[Process]:
    """A Celery worker with one child process, once it answers."""
    node = f"{name}-{os.getpid()}@test"
    arguments = [
        *(
            "-m",
            "celery",
            "--app=igny8_core",
            "worker",
            "--loglevel=INFO",
            "--pool=prefork",
            "--concurrency=1",
        ),
        *("--without-gossip", "--without-mingle", f"--hostname={node}"),
    ]
    process = Process(arguments, environment=environment, log=folder / f"worker-{name}.log")
    try:
        wait_for(lambda: _answers(node), "the worker", process=process)
        yield process
    finally:
        process.kill()


def _answers(node: str) -> bool:
    return bool(current_app.control.ping(timeout=0.5, destination=[node], limit=1))


@contextmanager
def web(environment: Mapping[str, str], *, folder: Path, port: int) -> Iterator[Process]:
    """A gunicorn on the port, once it answers."""
    arguments = ["-m", "gunicorn", "--no-control-socket", f"--bind=127.0.0.1:{port}", "igny8_core.wsgi"]
    process = Process(arguments, environment=environment, log=folder / "web.log")
    try:
        wait_for(
            lambda: http_status(f"http://127.0.0.1:{port}/preview/none/") > 0, "the web", process=process
        )
        yield process
    finally:
        process.kill()


def http_status(url: str) -> int:
    """The status that an address answers with; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server on loopback
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)
    except OSError:
        return 0


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pipeline(*arguments: str | Path, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run `manage.py pipeline` to its end."""
    process = pipeline_started(*arguments, environment=environment)
    stdout, stderr = process.communicate(timeout=COMMAND_SECONDS)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def pipeline_started(*arguments: str | Path, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Start `manage.py pipeline`."""
    return subprocess.Popen(
        [sys.executable, str(settings.BACKEND_DIR / "manage.py"), "pipeline", *map(str, arguments)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def time_passes(tenant: Tenant, *, retries_only: bool = False) -> None:
    """What minutes of waiting bring: leases of the dead run out, retries are due, and the sweeper comes by."""
    past = utc_now() - timedelta(seconds=61)
    with tenant.work():
        if not retries_only:
            Job.objects.filter(state=JobState.RUNNING).update(lease_until=past)
        queued = Job.objects.filter(state=JobState.QUEUED)
        queued.update(announced_at=past)
        queued.filter(run_after__isnull=False).update(run_after=past)
        Publication.objects.filter(sent_at__gt=past).update(sent_at=past)
    sweep_jobs()
