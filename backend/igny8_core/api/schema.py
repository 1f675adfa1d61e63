"""The OpenAPI description: every answer in its envelope, every operation with its errors."""

from typing import Any, ClassVar, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from igny8_core.api.base import ViewFrame

_REQUEST_ID = {"type": "string", "format": "uuid"}
ERROR_SCHEMA = {
    "type": "object",
    "required": ["success", "error", "code", "request_id"],
    "properties": {
        "success": {"type": "boolean", "enum": [False]},
        "error": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "request_id": {**_REQUEST_ID, "nullable": True},
    },
}
_ERRORS = {
    "400": "The body or a parameter is not valid.",
    "401": "No credential, or one that does not hold.",
    "403": "The role, the key's scopes or the plan do not allow this.",
    "404": "There is no such row in this account.",
    "409": "The row's state or another row stands against it.",
    "412": "The row changed since it was read (If-Match).",
    "429": "Too many requests; see Retry-After.",
}


class EnvelopeAutoSchema(AutoSchema):
    """drf-spectacular's schema with our envelope around every body and our errors on every operation."""

    def _get_response_for_code(self, serializer: Any, status_code: Any, *args: Any, **kwargs: Any) -> Any:
        response: Any = super()._get_response_for_code(serializer, status_code, *args, **kwargs)  # type: ignore[no-untyped-call]  # untyped there
        if not isinstance(self.view, ViewFrame) or self._is_list_view(serializer):
            return response
        for content in response.get("content", {}).values():
            content["schema"] = {
                "type": "object",
                "required": ["success", "data", "request_id"],
                "properties": {
                    "success": {"type": "boolean", "enum": [True]},
                    "data": content["schema"],
                    "message": {"type": "string"},
                    "request_id": _REQUEST_ID,
                },
            }
        return response

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        if isinstance(self.view, ViewFrame):
            for code in self._error_codes():
                bodies.setdefault(
                    code,
                    {
                        "description": _ERRORS[code],
                        "content": {"application/json": {"schema": ERROR_SCHEMA}},
                    },
                )
        return bodies

    def _error_codes(self) -> list[str]:
        codes = ["400", "401", "403", "429"]
        if "{" in self.path:
            codes.append("404")
        if self.method != "GET":
            codes.append("409")
        if self.method in ("PUT", "PATCH", "DELETE"):
            codes.append("412")
        return sorted(codes)


class _Extension(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped there
    scheme: ClassVar[dict[str, str]]

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return self.scheme


class APIKeyScheme(_Extension):  # type: ignore[no-untyped-call]  # its registry is untyped
    """`X-API-Key`."""

    target_class = "igny8_core.api.authentication.APIKeyAuthentication"
    name = "apiKey"
    scheme: ClassVar[dict[str, str]] = {"type": "apiKey", "in": "header", "name": "X-API-Key"}


class JWTScheme(_Extension):  # type: ignore[no-untyped-call]  # its registry is untyped
    """`Authorization: Bearer`."""

    target_class = "igny8_core.api.authentication.JWTAuthentication"
    name = "jwt"
    scheme: ClassVar[dict[str, str]] = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class SessionScheme(_Extension):  # type: ignore[no-untyped-call]  # its registry is untyped
    """The console's cookie."""

    target_class = "igny8_core.api.authentication.SessionAuthentication"
    name = "session"
    scheme: ClassVar[dict[str, str]] = {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class BasicScheme(_Extension):  # type: ignore[no-untyped-call]  # its registry is untyped
    """E-mail and password."""

    target_class = "igny8_core.api.authentication.BasicAuthentication"
    name = "basic"
    scheme: ClassVar[dict[str, str]] = {"type": "http", "scheme": "basic"}
