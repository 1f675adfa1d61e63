"""Owns every HTTP call to an address that a tenant typed; it must never send what it was not asked to send."""

import functools
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx2

from igny8_core.modules.integration.outbound_errors import (
    AddressInvalid,
    ClientBusy,
    ConnectionLost,
    HostUnreachable,
    RequestRedirected,
    ResponseTimeout,
    ResponseTooLarge,
    ResponseUnreadable,
)
from igny8_core.modules.integration.outbound_guard import GuardedTransport, deadline

CONNECT_SECONDS = 8.0
TIMEOUT_SECONDS = 30.0
MAX_RESPONSE_BYTES = 8 * 1024 * 1024
MAX_REDIRECTS = 3
READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
HARMLESS_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})


@dataclass(frozen=True)
class OutboundResponse:
    """A whole answer: `content` is decompressed, `url` is the address that answered after redirects."""

    status_code: int
    headers: httpx2.Headers
    content: bytes
    url: str


class OutboundClient:
    """The HTTP client for tenants' addresses: bounded in time and size, no cookies, proxies, blind redirects.

    Thread-safe. `transport` replaces the guarded network in tests only.
    """

    def __init__(self, *, allow_private: bool, transport: httpx2.BaseTransport | None = None) -> None:
        # A jar shared by all tenants of a process would carry one tenant's session to another.
        no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx2.Client(
            transport=transport or GuardedTransport(allow_private=allow_private),
            trust_env=False,  # a proxy from the environment would connect in our place, unchecked
            cookies=no_cookies,
            headers={"User-Agent": "IGNY8", "Accept-Encoding": "gzip"},
        )

    def request(
        self,
        method: str,
        *,
        url: str,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        max_bytes: int = MAX_RESPONSE_BYTES,
    ) -> OutboundResponse:
        """Send one request and read the whole answer, whatever its status.

        Reads follow up to three redirects; to another origin only harmless headers go along. A redirected write
        raises RequestRedirected: a 301 would turn it into a read. Raises RemoteError's subclasses.
        """
        request = self._built(method, url=url, headers=headers, params=params, content=content)
        with deadline(timeout_seconds):
            return self._followed(request, timeout_seconds=timeout_seconds, max_bytes=max_bytes)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def _built(self, method: str, *, url: str, **parts: Any) -> httpx2.Request:
        try:
            request = self._client.build_request(method, url, **parts)
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise AddressInvalid from error
        if request.url.scheme not in {"http", "https"} or not request.url.host or request.url.userinfo:
            raise AddressInvalid
        return request

    def _followed(
        self, request: httpx2.Request, *, timeout_seconds: float, max_bytes: int
    ) -> OutboundResponse:
        for _ in range(MAX_REDIRECTS + 1):
            response = self._sent(request, timeout_seconds=timeout_seconds, max_bytes=max_bytes)
            location = response.headers.get("location")
            if response.status_code not in REDIRECT_STATUSES or not location:
                return response
            target = _joined(request.url, location)
            if request.method not in READ_METHODS:
                raise _redirected(response.status_code, target)
            request = self._built(request.method, url=str(target), headers=_headers_for(request, target))
        raise RequestRedirected("The server redirects in a circle.", location=str(request.url))

    def _sent(self, request: httpx2.Request, *, timeout_seconds: float, max_bytes: int) -> OutboundResponse:
        request.extensions = {"timeout": httpx2.Timeout(timeout_seconds, connect=CONNECT_SECONDS).as_dict()}
        is_write = request.method not in READ_METHODS
        with _told_apart(host=request.url.host, is_write=is_write):
            response = self._client.send(request, stream=True)
            try:
                content = _read_bounded(response, max_bytes=max_bytes, is_write=is_write)
            finally:
                response.close()
        return OutboundResponse(response.status_code, response.headers, content, str(request.url))


def _redirected(status_code: int, target: httpx2.URL) -> RequestRedirected:
    """A 302 or 303 may mean "done, now look there"; the others say that nothing was done here."""
    return RequestRedirected(
        f"The server redirects this address to {target}.",
        location=str(target),
        outcome_unknown=status_code in {302, 303},
    )


@contextmanager
def _told_apart(*, host: str, is_write: bool) -> Iterator[None]:
    try:
        yield
    except httpx2.PoolTimeout as error:
        raise ClientBusy from error
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise HostUnreachable(f"The server {host} did not accept a connection.") from error
    except httpx2.TimeoutException as error:
        raise ResponseTimeout(
            f"The server {host} did not answer in time.", outcome_unknown=is_write
        ) from error
    except httpx2.LocalProtocolError as error:
        raise AddressInvalid("The request to this address cannot be written as HTTP.") from error
    except (httpx2.NetworkError, httpx2.RemoteProtocolError) as error:
        raise ConnectionLost(
            f"The server {host} broke the connection off.", outcome_unknown=is_write
        ) from error


def _joined(base: httpx2.URL, location: str) -> httpx2.URL:
    try:
        return base.join(location)
    except (httpx2.InvalidURL, ValueError) as error:
        raise RequestRedirected(
            "The server redirects to something that is no address.", location=""
        ) from error


def _headers_for(request: httpx2.Request, target: httpx2.URL) -> dict[str, str]:
    """Headers of the next hop: all on the same origin or its https twin, else only the harmless ones."""
    old, new = request.url, target
    same_host = old.host == new.host
    is_same = same_host and (old.scheme, _port(old)) == (new.scheme, _port(new))
    is_upgrade = same_host and (old.scheme, _port(old), new.scheme, _port(new)) == ("http", 80, "https", 443)
    kept = {name: value for name, value in request.headers.items() if name != "host"}
    return kept if is_same or is_upgrade else {name: kept[name] for name in kept if name in HARMLESS_HEADERS}


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _read_bounded(response: httpx2.Response, *, max_bytes: int, is_write: bool) -> bytes:
    """The decompressed body; raises before more than `max_bytes` are held, compressed or not."""
    raw = bytearray()
    for chunk in response.iter_raw():
        raw += chunk
        if len(raw) > max_bytes:
            raise _too_large(max_bytes, is_write=is_write)
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        return bytes(raw)
    if encoding not in {"gzip", "x-gzip"}:
        raise ResponseUnreadable(
            f"The server answered in the encoding {encoding[:40]}.", outcome_unknown=is_write
        )
    return _unzipped(bytes(raw), max_bytes=max_bytes, is_write=is_write)


def _unzipped(raw: bytes, *, max_bytes: int, is_write: bool) -> bytes:
    unzip = zlib.decompressobj(wbits=31)
    try:
        content = unzip.decompress(raw, max_bytes + 1)
    except zlib.error as error:
        raise ResponseUnreadable(
            "The server's compressed answer is damaged.", outcome_unknown=is_write
        ) from error
    if len(content) > max_bytes:
        raise _too_large(max_bytes, is_write=is_write)
    return content


def _too_large(max_bytes: int, *, is_write: bool) -> ResponseTooLarge:
    return ResponseTooLarge(f"The answer is larger than {max_bytes} bytes.", outcome_unknown=is_write)


@functools.cache
def shared_client(*, allow_private: bool) -> OutboundClient:
    """The process's own client; made on first use and never shared with a forked child."""
    return OutboundClient(allow_private=allow_private)


# A socket that two processes write to mixes their requests: the child starts with none.
os.register_at_fork(after_in_child=shared_client.cache_clear)
