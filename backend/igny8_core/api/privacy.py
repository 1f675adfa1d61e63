"""Keeps answers out of shared caches; never weakens what a header says already."""

from typing import TypeVar

from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

_R = TypeVar("_R", bound=HttpResponseBase)


def keep_private(response: _R) -> _R:
    """Say that nobody may store this answer, and what it depends on."""
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ("Authorization", "X-API-Key", "Cookie"))
    return response
