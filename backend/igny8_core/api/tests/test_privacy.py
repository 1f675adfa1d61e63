"""No answer of ours may be stored by a cache: whatever the status, and whoever made it."""

from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.test import RequestFactory

from igny8_core.api.base import OWNED, AccountModelViewSet
from igny8_core.api.errors import bad_request, server_error, url_not_found
from igny8_core.testing.clients import client_of
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db

SITES = "/api/v1/account/sites/"


def _assert_private(response: Any, status_code: int) -> None:
    assert response.status_code == status_code, response.content
    assert response["Cache-Control"] == "private, no-store"
    assert {"Authorization", "X-API-Key", "Cookie"} <= {part.strip() for part in response["Vary"].split(",")}


def test_errors_outside_the_views_are_private(tenant: Tenant) -> None:
    request = RequestFactory().get("/")
    _assert_private(bad_request(request, Exception()), 400)
    _assert_private(url_not_found(request, Exception()), 404)
    _assert_private(server_error(request), 500)
    client = client_of(tenant.owner)
    _assert_private(client.get("/api/v1/nothing/"), 404)
    _assert_private(client.get(SITES, headers={"host": "evil.example"}), 400)
    with patch("igny8_core.auth.middleware.admitted", side_effect=RuntimeError):
        _assert_private(client.get(SITES), 500)


def test_every_status_of_a_view_is_private(tenant: Tenant, stranger: Tenant) -> None:
    client, url = client_of(tenant.owner), f"{SITES}{tenant.site.pk}/"
    tag = client.get(url)["ETag"]
    _assert_private(client.get(url), 200)
    _assert_private(client.get(url, headers={"if-none-match": tag}), 304)
    _assert_private(client_of(None).get(url), 401)
    _assert_private(client_of(tenant.viewer).patch(url, {"name": "x"}), 403)
    _assert_private(client.get(f"{SITES}{stranger.site.pk}/"), 404)
    _assert_private(client.put(SITES, {}), 405)
    _assert_private(client.post(SITES, {"name": "x", "domain": tenant.site.domain}), 409)
    _assert_private(client.patch(url, {"name": "x"}, headers={"if-match": '"99"'}), 412)
    key = {"idempotency-key": uuid4().hex}
    for _ in range(2):
        _assert_private(client.post(SITES, {"name": "x", "domain": "new.example"}, headers=key), 201)
    _assert_private(client.post(SITES, {"name": "y", "domain": "new.example"}, headers=key), 422)
    _assert_private(client.delete(url), 204)
    with patch("igny8_core.api.throttling.count_in_window", return_value=10_000):
        _assert_private(client.get(SITES), 429)
    with patch("igny8_core.api.base.narrow", side_effect=RuntimeError):
        _assert_private(client.get(SITES), 500)


@pytest.mark.parametrize("name", sorted(OWNED))
def test_rooms_override_nothing_that_the_frame_owns(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        type("Loose", (AccountModelViewSet,), {name: lambda self: None, "__module__": "igny8_core.modules.x"})


def test_frame_owns_what_makes_answers_private_and_callers_known() -> None:
    assert {"finalize_response", "handle_exception", "check_permissions", "get_authenticators"} <= OWNED
