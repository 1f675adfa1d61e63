"""Renders an answer's plain data as JSON, fast; the envelope is put around it before."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str):  # lazy translations and the error details of DRF
        return str(value)
    if hasattr(value, "__iter__"):
        return list(value)
    return str(value)


def as_json(data: Any) -> bytes:
    """The bytes that stand for an answer's data."""
    return orjson.dumps(data, default=_plain, option=_OPTIONS)


class EnvelopeRenderer(JSONRenderer):
    """JSON as UTF-8 bytes; datetimes in UTC with a Z, decimals as strings."""

    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The body's bytes; nothing for a 204."""
        if data is None:
            return b""
        return as_json(data)
