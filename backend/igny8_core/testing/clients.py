"""API clients of the actors: owner, member, stranger, staff; each speaks JSON and reads the envelope."""

from typing import Any

from django.test import Client
from rest_framework.test import APIClient

from igny8_core.auth.models import User
from igny8_core.testing.factories import tokens_make


def client_of(user: User | None) -> APIClient:
    """A client signed in with a real access token, or an anonymous one."""
    client = APIClient(raise_request_exception=False)
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens_make(user).access}")
    return client


def client_of_key(secret: str) -> APIClient:
    """A client that sends an API key."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_X_API_KEY=secret)
    return client


def without_request_id(response: Any) -> Any:
    """The body for comparing two answers: everything but the request id."""
    body = response.json()
    body.pop("request_id", None)
    return body


def browser_of(user: User | None, *, csrf: bool = False) -> Client:
    """A browser with a session of its own, or without one; `csrf` makes forms need their token, as they do outside."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=csrf)
    if user is not None:
        client.force_login(user)
    return client
