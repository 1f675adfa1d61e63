"""The client for tenants' addresses keeps its bounds of time and size, its credentials and its manners."""

import gzip
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from igny8_core.modules.integration import outbound
from igny8_core.modules.integration.outbound import OutboundClient, shared_client
from igny8_core.modules.integration.outbound_errors import (
    ConnectionLost,
    HostNotFound,
    HostUnreachable,
    RequestRedirected,
    ResponseTimeout,
    ResponseTooLarge,
    ResponseUnreadable,
    TlsFailed,
)
from igny8_core.modules.integration.tests.loopback import Server, answer


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


@pytest.fixture
def http() -> Iterator[OutboundClient]:
    client = OutboundClient(allow_private=True)
    yield client
    client.close()


class TestRedirects:
    def test_read_follows_and_keeps_its_headers_on_the_same_origin(
        self, server: Server, http: OutboundClient
    ) -> None:
        server.paths |= {"/a": answer(status=301, location="/b"), "/b": answer(b"b")}
        response = http.request("GET", url=server.url + "/a", headers={"Authorization": "Basic x"})
        assert (response.content, response.url) == (b"b", server.url + "/b")
        assert server.asked[1][2]["authorization"] == "Basic x"

    def test_credentials_do_not_go_to_another_origin(self, server: Server, http: OutboundClient) -> None:
        other = Server()
        try:
            other.paths["/"] = answer(b"other")
            server.paths["/"] = answer(status=302, location=other.url + "/")
            headers = {"Authorization": "Basic x", "X-Api-Key": "y", "Accept": "application/json"}
            assert http.request("GET", url=server.url + "/", headers=headers).content == b"other"
            _, _, received = other.asked[0]
        finally:
            other.close()
        assert "authorization" not in received
        assert "x-api-key" not in received
        assert (received["accept"], received["host"]) == ("application/json", f"127.0.0.1:{other.port}")

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_write_is_never_redirected(self, status: int, server: Server, http: OutboundClient) -> None:
        server.paths["/"] = answer(status=status, location="/elsewhere")
        with pytest.raises(RequestRedirected) as refused:
            http.request("POST", url=server.url + "/", content=b"{}")
        assert refused.value.location == server.url + "/elsewhere"
        assert refused.value.outcome_unknown is (status in {302, 303})
        assert len(server.asked) == 1

    def test_circle_ends(self, server: Server, http: OutboundClient) -> None:
        server.paths["/"] = answer(status=302, location="/")
        with pytest.raises(RequestRedirected):
            http.request("GET", url=server.url + "/")
        assert len(server.asked) == 4


class TestBounds:
    def test_large_body_is_cut_off(self, server: Server, http: OutboundClient) -> None:
        server.paths["/"] = answer(b"x" * 5000)
        assert len(http.request("GET", url=server.url + "/", max_bytes=5000).content) == 5000
        with pytest.raises(ResponseTooLarge) as refused:
            http.request("POST", url=server.url + "/", max_bytes=4999)
        assert refused.value.outcome_unknown

    def test_compressed_body_is_read_and_a_bomb_is_not(self, server: Server, http: OutboundClient) -> None:
        server.paths["/"] = answer(gzip.compress(b"hello"), content_encoding="gzip")
        server.paths["/bomb"] = answer(gzip.compress(b"0" * 20_000_000), content_encoding="gzip")
        server.paths["/odd"] = answer(b"???", content_encoding="br")
        server.paths["/bad"] = answer(b"not gzip", content_encoding="gzip")
        assert http.request("GET", url=server.url + "/").content == b"hello"
        with pytest.raises(ResponseTooLarge):
            http.request("GET", url=server.url + "/bomb", max_bytes=100_000)
        for path in ("/odd", "/bad"):
            with pytest.raises(ResponseUnreadable):
                http.request("GET", url=server.url + path)

    @pytest.mark.parametrize(("method", "is_unknown"), [("GET", False), ("POST", True)])
    def test_dripping_server_is_left_at_the_deadline(
        self, method: str, is_unknown: bool, server: Server, http: OutboundClient
    ) -> None:
        gone = threading.Event()

        def drip(handler: BaseHTTPRequestHandler) -> None:
            answer(b"", content_length="1000")(handler)
            try:
                while not gone.wait(0.05):
                    handler.wfile.write(b"x")
            except OSError:
                return

        server.paths["/"] = drip
        try:
            with pytest.raises(ResponseTimeout) as refused:
                http.request(method, url=server.url + "/", timeout_seconds=0.4)
        finally:
            gone.set()
        assert (refused.value.outcome_unknown, refused.value.is_retryable) == (is_unknown, True)

    @pytest.mark.parametrize(("method", "is_unknown"), [("GET", False), ("POST", True)])
    def test_broken_answer_is_told(
        self, method: str, is_unknown: bool, server: Server, http: OutboundClient
    ) -> None:
        def half(handler: BaseHTTPRequestHandler) -> None:
            answer(b"half", content_length="1000")(handler)
            handler.close_connection = True

        server.paths["/"] = half
        with pytest.raises(ConnectionLost) as refused:
            http.request(method, url=server.url + "/")
        assert refused.value.outcome_unknown is is_unknown

    def test_cookies_are_not_kept(self, server: Server, http: OutboundClient) -> None:
        server.paths["/"] = answer(b"", set_cookie="session=of-one-tenant; Path=/")
        for _ in range(2):
            http.request("GET", url=server.url + "/")
        assert [("cookie" in headers) for _, _, headers in server.asked] == [False, False]


class TestUnreachable:
    def test_unknown_host_is_told(self, http: OutboundClient, monkeypatch: pytest.MonkeyPatch) -> None:
        def nothing(*_: Any, **__: Any) -> list[Any]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", nothing)
        with pytest.raises(HostNotFound) as refused:
            http.request("POST", url="https://no-such-host.test/", content=b"{}")
        assert refused.value.message == "The host no-such-host.test could not be found."
        assert not refused.value.outcome_unknown

    def test_refused_connection_is_told(self, http: OutboundClient) -> None:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))  # bound and not listening: nobody else answers there
            port = held.getsockname()[1]
            with pytest.raises(HostUnreachable) as refused:
                http.request("POST", url=f"http://127.0.0.1:{port}/", content=b"{}")
        assert refused.value.message == f"The server 127.0.0.1:{port} refused the connection."
        assert not refused.value.outcome_unknown

    def test_server_without_tls_is_told(self, http: OutboundClient) -> None:
        class Plain(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.recv(1024)
                self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Plain) as plain:
            thread = threading.Thread(target=plain.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                with pytest.raises(TlsFailed) as refused:
                    http.request("POST", url=f"https://127.0.0.1:{plain.server_address[1]}/", content=b"{}")
            finally:
                plain.shutdown()
                thread.join()
        assert refused.value.message.startswith("No secure connection to 127.0.0.1: ")
        assert not refused.value.outcome_unknown


def test_shared_client_is_one_per_process() -> None:
    first = shared_client(allow_private=False)
    assert shared_client(allow_private=False) is first
    assert shared_client(allow_private=True) is not first


def test_shared_client_is_not_inherited_by_a_forked_child() -> None:
    # in a process of its own: this one may have threads, and forking those is what Python warns of
    code = (
        "import os; from igny8_core.modules.integration.outbound import shared_client as shared\n"
        "mine = shared(allow_private=False)\n"
        "child = os.fork()\n"
        "if child == 0: os._exit(0 if shared(allow_private=False) is not mine else 1)\n"
        "raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    backend = Path(outbound.__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=backend, timeout=60).returncode == 0
