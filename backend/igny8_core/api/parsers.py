"""Reads JSON request bodies; a body that is not an object or an array of objects is refused in one sentence."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from igny8_core.common.errors import DomainError, ErrorKind


class BodyTooLarge(DomainError):
    """The body is larger than this address reads."""

    kind = ErrorKind.TOO_LARGE
    code = "body_too_large"
    message = "The body is too large; files go to the addresses that take uploads."


class StrictJSONParser(BaseParser):
    """`application/json` only, UTF-8 only, no NaN, no NUL characters (PostgreSQL text cannot hold them)."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The parsed body; raises ParseError and BodyTooLarge."""
        size = int(stream.META.get("CONTENT_LENGTH") or 0) if hasattr(stream, "META") else 0
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise BodyTooLarge
        raw = stream.read()
        if b"\\u0000" in raw or b"\x00" in raw:
            raise ParseError("The body holds a NUL character, which text cannot.")
        try:
            return orjson.loads(raw) if raw else {}
        except orjson.JSONDecodeError as error:
            raise ParseError("The body is not valid JSON.") from error
