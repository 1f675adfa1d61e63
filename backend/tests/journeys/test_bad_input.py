"""What goes wrong at the terminal ends with one clear sentence, an exit code, and nothing half done."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from igny8_core.modules.automation.models import PipelineRun
from igny8_core.modules.automation.tests.loopback import refusing
from igny8_core.modules.automation.tests.processes import (
    EXAMPLE,
    free_port,
    pipeline,
    pipeline_started,
    time_passes,
    worker,
)
from igny8_core.modules.billing.selectors import balance_check, balance_get
from igny8_core.modules.integration.models import Destination
from igny8_core.modules.planner.models import Keyword, KeywordImport
from igny8_core.tenancy.models import Job
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ops"])

HUGE_LINE_BYTES = 200 * 1000 * 1000
HEADER = "Keyword,Intent,Volume,Keyword Difficulty,CPC (USD)\n"


def sentence(done: "subprocess.CompletedProcess[str]", code: int) -> str:
    """The one line on stderr of a command that ended with this code."""
    (line,) = done.stderr.splitlines()
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    return line.removeprefix("CommandError: ")


def assert_nothing_started(tenant: Tenant) -> None:
    with tenant.work():
        assert not PipelineRun.objects.exists()
        assert not KeywordImport.objects.exists()
        assert not Keyword.objects.exists()


def file_of(folder: Path, kind: str) -> Path:
    path = folder / f"{kind}.csv"
    content = {
        "empty": b"",
        "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n\x00\x01\x02",
    }
    if kind in content:
        path.write_bytes(content[kind])
    if kind == "line":
        with path.open("wb") as out:
            out.write(b"Keyword,")
            out.seek(HUGE_LINE_BYTES)
            out.write(b"x")
    return path


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("empty", 'The file "empty.csv" is empty'),
        ("pdf", 'The file "pdf.csv"'),
        ("line", 'The file "line.csv"'),
    ],
)
def test_file_that_is_no_export_is_refused_before_anything_starts(
    paying: Tenant, tmp_path: Path, kind: str, told: str
) -> None:
    path = file_of(tmp_path, kind)
    with pytest.raises(CommandError) as refusal:
        call_command("pipeline", path, "--site", paying.site.domain)
    assert refusal.value.returncode == 2
    assert told in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1
    assert_nothing_started(paying)


def test_missing_file_is_one_sentence_on_stderr(paying: Tenant, environment: dict[str, str]) -> None:
    done = pipeline("/nowhere/at/all.csv", "--site", paying.site.domain, environment=environment)
    assert (sentence(done, 2), done.stdout) == ("There is no file /nowhere/at/all.csv.", "")
    assert_nothing_started(paying)


def test_unknown_site_is_named(paying: Tenant) -> None:
    with pytest.raises(CommandError, match=r"^This account has no site elsewhere\.example\.$") as refusal:
        call_command("pipeline", EXAMPLE, "--site", "elsewhere.example")
    assert refusal.value.returncode == 2
    assert_nothing_started(paying)


def test_wrong_wordpress_password_stores_nothing(paying: Tenant, environment: dict[str, str]) -> None:
    with refusing() as url:
        done = to_wordpress(paying, url, environment)
    assert "password" in sentence(done, 2)
    assert_nothing_connected(paying)


def test_unreachable_wordpress_stores_nothing(paying: Tenant, environment: dict[str, str]) -> None:
    done = to_wordpress(paying, f"http://127.0.0.1:{free_port()}", environment)
    assert sentence(done, 2)
    assert_nothing_connected(paying)


def to_wordpress(tenant: Tenant, url: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    login = ("--destination", "wordpress", "--wp-url", url, "--wp-user", "admin")
    secret = {"WP_APP_PASSWORD": "aaaa bbbb cccc dddd eeee ffff"}
    done = pipeline(EXAMPLE, "--site", tenant.site.domain, *login, environment={**environment, **secret})
    assert secret["WP_APP_PASSWORD"] not in done.stderr + done.stdout
    return done


def assert_nothing_connected(tenant: Tenant) -> None:
    assert_nothing_started(tenant)
    with tenant.work():
        assert not Destination.objects.exists()


def test_file_cut_off_inside_a_cell_fails_the_run_and_leaves_no_keyword(
    paying: Tenant, environment: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "cut.csv"
    path.write_text(HEADER + "moka pot,Commercial,74000,40,1.20\n" * 3 + '"electric moka pot,Comm')
    with worker(environment, folder=tmp_path):
        done = pipeline(path, "--site", paying.site.domain, "--articles", "1", environment=environment)
    with paying.work():
        run, upload = PipelineRun.objects.get(), KeywordImport.objects.get()
        assert not Keyword.objects.exists()
    assert (run.state, upload.state) == ("failed", "failed")
    assert sentence(done, 1) == f"0 of 1 posts are published. {run.error_message}"
    assert 'The file "cut.csv"' in run.error_message


@contextlib.contextmanager
def following(tenant: Tenant, environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    process = pipeline_started(
        EXAMPLE, "--site", tenant.site.domain, "--articles", "1", environment=environment
    )
    try:
        yield process
    finally:
        process.kill()


def test_unreachable_model_fails_the_run_and_charges_nothing(
    paying: Tenant, environment: dict[str, str], tmp_path: Path
) -> None:
    environment = {**environment, "LLM_BASE_URL": f"http://127.0.0.1:{free_port()}/v1"}
    with paying.work():
        before = balance_get()
    with worker(environment, folder=tmp_path), following(paying, environment) as process:
        while process.poll() is None:
            time_passes_when_waiting(paying, process)
        stdout, stderr = process.communicate()
    done = subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)
    assert sentence(done, 1) == "0 of 1 posts are published. The language model's server cannot be reached."
    with paying.work():
        assert (PipelineRun.objects.get().state, balance_get()) == ("failed", before)
        assert balance_check().is_exact
    assert before.held == 0


def time_passes_when_waiting(tenant: Tenant, process: "subprocess.Popen[str]") -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(0.5)
    with tenant.work():  # two of the four attempts would show nothing more than the first and the last
        Job.objects.filter(state="queued", attempts=1).update(attempts=3)
    time_passes(tenant, retries_only=True)
