"""Fault points: runs a service in a process of its own that dies by SIGKILL at a named call; no product code knows it.

run_killed("…publisher.services:publication_publish", arguments, context=…, at=FaultPoint("…:Class.method", "after"))
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any, Literal
from uuid import UUID

import igny8_core
from igny8_core.tenancy.context import TenantContext, site_scope_parse, site_scope_text, tenant_scope

TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class FaultPoint:
    """A call, as `module:attribute` or `module:Class.method`, and on which side of its n-th run the process dies."""

    call: str
    when: Literal["before", "after"]
    number: int = 1

    def __str__(self) -> str:
        return f"{self.when} {self.call.rpartition(':')[2]} {self.number}"


def run_killed(
    call: str,
    arguments: Mapping[str, Any],
    *,
    context: TenantContext,
    at: FaultPoint,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run the service until it is killed at the point; raises AssertionError when it ended in any other way."""
    process = start(call, arguments, context=context, at=at, environment=environment)
    end(process)


def start(
    call: str,
    arguments: Mapping[str, Any],
    *,
    context: TenantContext,
    at: FaultPoint | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """Start the service in a process of its own, in the tenant's scope; arguments are UUIDs or text.

    `checkpoint` and `progress` are filled in when the service takes them.
    """
    program = {
        "call": call,
        "arguments": {name: str(value) for name, value in arguments.items()},
        "context": {
            "account_id": context.account_id,
            "site_ids": site_scope_text(context.site_ids),
            "actor_id": str(context.actor_id),
            "request_id": context.request_id,
        },
        "at": asdict(at) if at else None,
    }
    paths = [os.path.dirname(os.path.dirname(igny8_core.__file__)), os.environ.get("PYTHONPATH", "")]
    merged = {**os.environ, **(environment or {}), "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, "-m", "igny8_core.testing.faults", json.dumps(program)]
    return subprocess.Popen(command, env=merged, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own program


def end(process: subprocess.Popen[str]) -> None:
    """Wait for a process that must die by SIGKILL; raises AssertionError with its last words otherwise."""
    _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    if process.returncode != -signal.SIGKILL:
        raise AssertionError(
            f"The process ended with {process.returncode} instead of being killed:\n{errors}"
        )


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def fault_at(point: FaultPoint, fault: Callable[[], None]) -> Iterator[None]:
    """Let something happen at a point in this process, once."""
    owner, name = _owner(point.call)
    inner, runs = getattr(owner, name), 0

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal runs
        runs += 1
        is_it = runs == point.number
        if is_it and point.when == "before":
            fault()
        result = inner(*args, **kwargs)
        if is_it and point.when == "after":
            fault()
        return result

    setattr(owner, name, counted)
    try:
        yield
    finally:
        setattr(owner, name, inner)


def _owner(call: str) -> tuple[Any, str]:
    module, _, path = call.partition(":")
    *outer, name = path.split(".")
    owner: Any = import_module(module)
    for part in outer:
        owner = getattr(owner, part)
    return owner, name


def _scope(fields: Mapping[str, Any]) -> AbstractContextManager[TenantContext]:
    context = TenantContext(
        account_id=fields["account_id"],
        site_ids=site_scope_parse(fields["site_ids"]),
        actor_id=UUID(fields["actor_id"]),
        request_id=fields["request_id"],
    )
    return tenant_scope(context)


def _argument(text: str) -> UUID | str:
    try:
        return UUID(text)
    except ValueError:
        return text


def _main(text: str) -> None:
    import django

    django.setup()
    program = json.loads(text)
    owner, name = _owner(program["call"])
    service: Callable[..., Any] = getattr(owner, name)
    arguments: dict[str, Any] = {key: _argument(value) for key, value in program["arguments"].items()}
    taken = service.__code__.co_varnames[: service.__code__.co_argcount + service.__code__.co_kwonlyargcount]
    if "progress" in taken:
        arguments["progress"] = lambda *_, **__: None
    if "checkpoint" in taken:
        arguments["checkpoint"] = lambda: None
    with ExitStack() as around:
        if program["at"]:
            around.enter_context(fault_at(FaultPoint(**program["at"]), _die))
        around.enter_context(_scope(program["context"]))
        service(**arguments)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")
    _main(sys.argv[1])
