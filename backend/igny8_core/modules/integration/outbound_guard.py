"""Owns the connections to tenants' addresses; it must never connect to an address that it did not check."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore2
import httpx2

from igny8_core.modules.integration.outbound_errors import (
    AddressForbidden,
    HostNotFound,
    HostUnreachable,
    TlsFailed,
)

MAX_ADDRESSES = 4
LOCAL_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",  # carrier-grade NAT
        "::1/128",
        "fc00::/7",
    )
)

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_V4_COMPATIBLE = ipaddress.IPv6Network("::/96")
_V6_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that is routed on the public internet
_deadline_at: ContextVar[float] = ContextVar("outbound_deadline_at", default=float("inf"))


def address_is_allowed(address: str, *, allow_private: bool) -> bool:
    """Whether a tenant may reach this IP address.

    `allow_private` lets in loopback, private and carrier-grade NAT ranges. Link-local (cloud metadata),
    multicast, reserved and unspecified addresses are never let in. An IPv4 address inside an IPv6 one counts
    as itself.
    """
    ip = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False
    if any(ip in network for network in LOCAL_NETWORKS):
        return allow_private
    return ip.is_global and (ip.version == 4 or ip in _V6_UNICAST)


def _unwrapped(ip: IpAddress) -> IpAddress:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if inner is None and (ip in _NAT64 or (ip in _V4_COMPATIBLE and int(ip) > 1)):
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return inner or ip


def _resolve(host: str, *, port: int, allow_private: bool) -> list[str]:
    """The addresses of a host, all of them allowed: one forbidden address among them condemns the name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise HostNotFound(f"The host {host} could not be found.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(address_is_allowed(address, allow_private=allow_private) for address in addresses):
        raise AddressForbidden
    return addresses[:MAX_ADDRESSES]


def _time_left(timeout: float | None) -> float:
    """Seconds until the call must be over; a server that drips bytes cannot stretch it."""
    left = _deadline_at.get() - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the whole call took too long")
    return left if timeout is None else min(left, timeout)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Everything that this thread sends and reads inside ends within `seconds`, name look-up excepted."""
    token = _deadline_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline_at.reset(token)


class _BoundedStream(httpcore2.NetworkStream):
    """A connection whose every step ends before the call's deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, *, host: str) -> None:
        self._stream = stream
        self._host = host

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _time_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _time_left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        try:
            secured = self._stream.start_tls(ssl_context, server_hostname, _time_left(timeout))
        except httpcore2.ConnectError as error:
            raise TlsFailed(f"No secure connection to {self._host}: {_tls_reason(error)}.") from error
        return _BoundedStream(secured, host=self._host)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _tls_reason(error: BaseException) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    return (
        str(getattr(cause, "reason", None) or "the server does not speak TLS here").replace("_", " ").lower()
    )


class _GuardedBackend(httpcore2.SyncBackend):
    """Connects to the very address that was checked, so that a second look-up cannot lead elsewhere."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        last_error: Exception | None = None
        for address in _resolve(host, port=port, allow_private=self._allow_private):
            try:
                stream = super().connect_tcp(
                    address, port, _time_left(timeout), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last_error = error
            else:
                return _BoundedStream(stream, host=host)
        reason = "refused the connection" if _was_refused(last_error) else "did not accept a connection"
        raise HostUnreachable(f"The server {host}:{port} {reason}.") from last_error


def _was_refused(error: Exception | None) -> bool:
    return error is not None and isinstance(error.__cause__, ConnectionRefusedError)


@contextmanager
def _translated() -> Iterator[None]:
    """The two libraries name their errors alike; callers and test transports know the upper one's."""
    try:
        yield
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise getattr(httpx2, type(error).__name__)(str(error)) from error


class _GuardedBody(httpx2.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._stream

    def close(self) -> None:
        self._stream.close()


class GuardedTransport(httpx2.BaseTransport):
    """Carries requests over checked connections, pooled by host name so that TLS names never mix."""

    def __init__(self, *, allow_private: bool, ssl_context: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl_context or httpx2.create_ssl_context(),
            max_connections=64,
            max_keepalive_connections=16,
            keepalive_expiry=5.0,
            network_backend=_GuardedBackend(allow_private=allow_private),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        with _translated():
            answer = self._pool.handle_request(
                httpcore2.Request(
                    method=request.method,
                    url=target,
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_GuardedBody(answer.stream),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()
