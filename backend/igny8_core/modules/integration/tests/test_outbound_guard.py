"""Connections go only to addresses that tenants may reach, and to the very address that was checked."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from igny8_core.common.clock import utc_now
from igny8_core.modules.integration import outbound_guard
from igny8_core.modules.integration.outbound import OutboundClient
from igny8_core.modules.integration.outbound_errors import AddressForbidden, AddressInvalid, TlsFailed
from igny8_core.modules.integration.outbound_guard import GuardedTransport, address_is_allowed
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


@pytest.fixture
def guarded() -> Iterator[OutboundClient]:
    client = OutboundClient(allow_private=False)
    yield client
    client.close()


@contextmanager
def names(monkeypatch: pytest.MonkeyPatch, **addresses: list[str]) -> Iterator[list[str]]:
    """Answer name look-ups from a table; yields the names asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        key = host.replace(".", "_")
        if key not in addresses:
            return list(real(host, port, *args, **kwargs))
        asked.append(host)
        return [entry for address in addresses[key] for entry in real(address, port, *args, **kwargs)]

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", look_up)
        yield asked


class TestAddresses:
    @pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:93.184.215.14"])
    def test_public_address_is_allowed(self, address: str) -> None:
        assert address_is_allowed(address, allow_private=False)

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "127.8.8.8",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "2002:a00:1::",
        ],
    )
    def test_local_address_needs_leave(self, address: str) -> None:
        assert not address_is_allowed(address, allow_private=False)
        assert address_is_allowed(address, allow_private=True)

    @pytest.mark.parametrize(
        "address",
        [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "fe80::1",
            "fe80::1%eth0",
            "fec0::1",
            "0.0.0.0",  # noqa: S104  # an address to refuse, nothing binds to it
            "::",
            "224.0.0.1",
            "239.255.255.250",
            "ff02::1",
            "ff0e::1",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "2001:db8::1",
            "64:ff9b:1::1",
            "4000::1",
        ],
    )
    def test_special_address_is_never_allowed(self, address: str) -> None:
        assert not address_is_allowed(address, allow_private=False)
        assert not address_is_allowed(address, allow_private=True)


class TestGuard:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
    def test_private_address_is_refused_before_connecting(
        self, host: str, server: Server, guarded: OutboundClient
    ) -> None:
        with pytest.raises(AddressForbidden) as refused:
            guarded.request("GET", url=f"http://{host}:{server.port}/")
        assert refused.value.code == "outbound_address_forbidden"
        assert server.asked == []

    def test_name_with_one_private_address_is_refused(
        self, server: Server, guarded: OutboundClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with names(monkeypatch, blog_test=["93.184.215.14", "127.0.0.1"]), pytest.raises(AddressForbidden):
            guarded.request("GET", url=f"http://blog.test:{server.port}/")
        assert server.asked == []

    def test_connection_goes_to_the_checked_address_under_the_typed_name(
        self, server: Server, http: OutboundClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.paths["/"] = answer(b"here")
        with names(monkeypatch, blog_test=["127.0.0.1"]) as asked:
            response = http.request("GET", url=f"http://blog.test:{server.port}/")
        assert (response.status_code, response.content) == (200, b"here")
        assert asked == ["blog.test"]  # one look-up: what was checked is what was connected to
        assert server.asked[0][2]["host"] == f"blog.test:{server.port}"

    def test_name_that_changes_its_address_is_checked_on_each_connection(
        self, server: Server, guarded: OutboundClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outbound_guard, "address_is_allowed", lambda address, **_: address == "127.0.0.1")
        server.paths["/"] = answer(b"here", connection="close")
        with names(monkeypatch, blog_test=["127.0.0.1"]):
            assert guarded.request("GET", url=f"http://blog.test:{server.port}/").status_code == 200
        with names(monkeypatch, blog_test=["127.0.0.2"]), pytest.raises(AddressForbidden):
            guarded.request("GET", url=f"http://blog.test:{server.port}/")

    def test_proxy_of_the_environment_is_not_used(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.paths["/"] = answer(b"direct")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
        with closing(OutboundClient(allow_private=True)) as client:
            assert client.request("GET", url=server.url + "/").content == b"direct"

    def test_redirect_into_a_forbidden_network_is_refused(self, server: Server, http: OutboundClient) -> None:
        server.paths["/"] = answer(status=302, location="http://169.254.169.254/latest/meta-data/")
        with pytest.raises(AddressForbidden):
            http.request("GET", url=server.url + "/")

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "blog.test",
            "/path",
            "ftp://blog.test/",
            "file:///etc/passwd",
            "http://",
            "http://u:p@blog.test/",
            "http://[::/",
        ],
    )
    def test_text_that_is_no_web_address_is_refused(self, url: str, http: OutboundClient) -> None:
        with pytest.raises(AddressInvalid):
            http.request("GET", url=url)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for blog.test, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "blog.test")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("blog.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "blog.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(secret + built.public_bytes(serialization.Encoding.PEM))
    return path


class TestTls:
    @pytest.fixture
    def secure(self, certificate: Path) -> Iterator[Server]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        started = Server(tls=context)
        started.paths["/"] = answer(b"secret")
        yield started
        started.close()

    def test_certificate_is_checked_against_the_typed_name(
        self, secure: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        trusting = GuardedTransport(
            allow_private=True, ssl_context=ssl.create_default_context(cafile=str(certificate))
        )
        here = ["127.0.0.1"]
        with (
            names(monkeypatch, blog_test=here, other_test=here),
            closing(OutboundClient(allow_private=True, transport=trusting)) as client,
        ):
            assert client.request("GET", url=f"https://blog.test:{secure.port}/").content == b"secret"
            # same address and port: a connection made for one name must not serve another
            with pytest.raises(TlsFailed) as refused:
                client.request("GET", url=f"https://other.test:{secure.port}/")
        assert "other.test" in refused.value.message
        assert len(secure.asked) == 1

    def test_unknown_issuer_is_refused(
        self, secure: Server, http: OutboundClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with names(monkeypatch, blog_test=["127.0.0.1"]), pytest.raises(TlsFailed) as refused:
            http.request("POST", url=f"https://blog.test:{secure.port}/", content=b"{}")
        assert (refused.value.code, refused.value.outcome_unknown) == ("outbound_tls_failed", False)
        assert secure.asked == []
