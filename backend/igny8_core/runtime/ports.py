"""Choosing ports of the loopback interface; it opens them only to see whether it can."""

import socket
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"
_TRIES = 100


@dataclass(frozen=True)
class PortChoice:
    """The port to use, and a sentence when it is not the one that was wanted."""

    port: int
    remark: str = ""


def port_choose(name: str, *, wanted: int) -> PortChoice:
    """The wanted port, or the next free one above it; any free one when that whole stretch is taken."""
    for port in range(wanted, min(wanted + _TRIES, 65536)):
        if port_is_free(port):
            return PortChoice(port, "" if port == wanted else _remark(name, wanted, port))
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
    return PortChoice(port, _remark(name, wanted, port))


def port_is_free(port: int) -> bool:
    """Whether nobody listens there, on loopback or on all interfaces."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        if probe.connect_ex((LOOPBACK, port)) == 0:
            return False
    try:
        # Reuses a port with closed connections that still linger, as the servers do.
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        return False
    return True


def _remark(name: str, wanted: int, port: int) -> str:
    return f"port {wanted} is taken, using {port} for {name}"
