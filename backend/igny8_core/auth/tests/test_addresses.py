"""The client's address: what our proxies wrote is believed, what the client wrote is not, in whatever form it comes."""

import pytest
from django.test import RequestFactory
from rest_framework.settings import api_settings

from igny8_core.auth.addresses import client_address

PEER = "10.9.9.9"


def _address(monkeypatch: pytest.MonkeyPatch, proxies: int, forwarded: str | None) -> str:
    monkeypatch.setattr(api_settings, "NUM_PROXIES", proxies)
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=PEER, **headers).META)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, PEER),
        (0, "1.2.3.4", PEER),
        (1, None, PEER),
        (1, "", PEER),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6,7.7.7.7,,1.2.3.4", "1.2.3.4"),  # several headers reach us as one, joined by commas
        (2, "1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "6.6.6.6", PEER),
        (3, "6.6.6.6, 10.0.0.1", PEER),
    ],
)
def test_address_is_the_one_that_our_proxies_saw(
    monkeypatch: pytest.MonkeyPatch, proxies: int, forwarded: str | None, expected: str
) -> None:
    assert _address(monkeypatch, proxies, forwarded) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("1.2.3.4:5678", "1.2.3.4"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("fe80::1%anything", PEER),
        ("unknown", PEER),
        ("_hidden", PEER),
        ("1.2.3", PEER),
        ("1.2.3.4:5:6", PEER),
        ("01.2.3.4", PEER),
        pytest.param("x" * 5000, PEER, id="long"),
        ("'; DROP TABLE x", PEER),
        ("[", PEER),
    ],
)
def test_entry_is_one_address_or_the_peer(monkeypatch: pytest.MonkeyPatch, entry: str, expected: str) -> None:
    assert _address(monkeypatch, 1, entry) == expected
    assert _address(monkeypatch, 1, f"6.6.6.6, {entry}") == expected
