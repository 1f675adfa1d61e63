"""The OpenAPI description: every answer in its envelope, every operation with its errors."""

from typing import Any, ClassVar, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.fields import JSONField

from igny8_core.api.base import ViewFrame
from igny8_core.api.idempotency import MAX_LENGTH
from igny8_core.api.operations import OPERATIONS, operation_id, operation_rule, who_may
from igny8_core.api.serializers import StrictFieldsMixin

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
    "402": "What this starts costs more credits than are available; nothing was started.",
    "403": "The role, the key's scopes or the plan do not allow this.",
    "404": "There is no such row in this account.",
    "406": "Nothing that Accept names can be given; answers are JSON.",
    "409": "The row's state or another row stands against it.",
    "412": "The row changed since it was read (If-Match, or the version in the body).",
    "413": "The body is too large.",
    "415": "The body is of a type that this address does not read.",
    "422": "Understood and impossible, or an Idempotency-Key that came before with another body.",
    "429": "Too many requests; see Retry-After.",
    "503": "Something that this needs does not answer; try again in a moment.",
}
# An id may stand in the path, the query, the body or, from staff, in X-Account-ID: any operation can miss a row.
_ALWAYS = ("400", "401", "403", "404", "406", "429", "503")
_OF_METHOD = {
    "POST": ("409", "413", "415", "422"),
    "PUT": ("409", "412", "413", "415", "422"),
    "PATCH": ("409", "412", "413", "415", "422"),
    "DELETE": ("409", "412"),
}
_HEADERS = {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}}
_WAIT: dict[str, Any] = {
    "description": "Seconds.",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}
_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH, "pattern": "^[ -~]*$"},
    OpenApiParameter.HEADER,
    description="The same key and body give the first answer again, never a second effect.",
)
_IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag that you read: 412 when the row changed."
)


class EnvelopeAutoSchema(AutoSchema):
    """drf-spectacular's schema with our names, who may call, our envelope and our errors on every operation."""

    def get_operation_id(self) -> str:
        """The name that the table of operations knows it by."""
        name = operation_id(self.view, self.method) if isinstance(self.view, ViewFrame) else None
        return name or super().get_operation_id()

    def get_request_serializer(self) -> Any:
        """What the body holds; the frame's `restore` reads none."""
        return None if getattr(self.view, "action", None) == "restore" else super().get_request_serializer()

    def get_override_parameters(self) -> list[Any]:
        """The headers that make writing safe, where they count."""
        parameters: list[Any] = super().get_override_parameters()
        rule = operation_rule(self.view, self.method) if isinstance(self.view, ViewFrame) else None
        if rule is None or rule.role is None:
            return parameters
        if self.method == "POST":
            parameters = [*parameters, _IDEMPOTENCY_KEY]
        if self.method in ("PUT", "PATCH", "DELETE") and hasattr(
            getattr(self.view, "model", None), "version"
        ):
            parameters = [*parameters, _IF_MATCH]
        return parameters

    def get_auth(self) -> list[Any]:
        """The credentials that open it; none for an operation that proves who somebody is."""
        rule = operation_rule(self.view, self.method) if isinstance(self.view, ViewFrame) else None
        if rule is None or rule.role is None:
            return []
        schemes: list[Any] = super().get_auth()
        return [one for one in schemes if rule.verb or "apiKey" not in one]

    def _get_response_for_code(self, serializer: Any, status_code: Any, *args: Any, **kwargs: Any) -> Any:
        response: Any = super()._get_response_for_code(serializer, status_code, *args, **kwargs)  # type: ignore[no-untyped-call]  # untyped there
        is_page = self._is_list_view(serializer) and self._get_paginator() is not None  # type: ignore[no-untyped-call]  # untyped there
        if not isinstance(self.view, ViewFrame) or is_page:
            return response
        content = response.get("content", {}).get("application/json")  # a file has no envelope
        if content is not None:
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

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)  # type: ignore[no-untyped-call]  # untyped there
        if direction == "request" and isinstance(serializer, StrictFieldsMixin):
            schema["additionalProperties"] = False
        return schema

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]  # untyped there
        if direction == "request" and getattr(field, "allow_empty", True) is False:
            schema["minItems"] = 1
        return {**_shape_of_column(field), **schema}

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        if isinstance(self.view, ViewFrame):
            if self._has_versions():
                bodies.setdefault("304", {"description": "Unchanged since the version in If-None-Match."})
            for body in bodies.values():
                body["headers"] = {**body.get("headers", {}), **_HEADERS}
            for code in (*_ALWAYS, *_OF_METHOD.get(self.method, ()), *self._refusals()):
                bodies.setdefault(code, {"$ref": f"#/components/responses/{code}"})
        return bodies

    def _refusals(self) -> list[str]:
        name = getattr(self.view, "action", None) or self.method.lower()
        return (
            [str(code) for code in self.view.refusals.get(name, ())]
            if isinstance(self.view, ViewFrame)
            else []
        )

    def _has_versions(self) -> bool:
        if getattr(self.view, "action", None) != "retrieve":
            return False
        return hasattr(getattr(self.view, "model", None), "version") or not hasattr(self.view, "model")


def _shape_of_column(field: Any) -> dict[str, Any]:
    """Whether a JSON column holds a list or an object: what it holds when nothing was put in says so."""
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    if type(field) is not JSONField or model is None or field.source not in _columns(model):
        return {}
    empty = model._meta.get_field(field.source).get_default()
    if isinstance(empty, list):
        return {"type": "array", "items": {}}
    return {"type": "object", "additionalProperties": {}} if isinstance(empty, dict) else {}


def _columns(model: Any) -> set[str]:
    return {column.name for column in model._meta.concrete_fields}


def add_refusals(result: Any, **_: Any) -> Any:
    """Add what every operation refers to: the refusals, their one body, the header of all answers; a hook, because
    no serializer stands for them."""
    components = result["components"]
    components["schemas"]["Error"] = ERROR_SCHEMA
    components["responses"] = {code: _refusal(code) for code in sorted(_ERRORS)}
    components["headers"] = {
        "X-Request-ID": {"description": "Quote it to support.", "required": True, "schema": _REQUEST_ID}
    }
    return result


def _refusal(code: str) -> dict[str, Any]:
    headers = {**_HEADERS, "Retry-After": _WAIT} if code == "429" else _HEADERS
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": _ERRORS[code], "headers": headers, "content": content}


def say_who_may(result: Any, **_: Any) -> Any:
    """Add to each operation's description who may call it; a hook, because views replace the description itself."""
    for path, item in result["paths"].items():
        for operation in item.values():
            rule = OPERATIONS.get(operation["operationId"])
            if rule is not None:
                room = path.split("/")[3]
                operation["description"] = (
                    f"{operation.get('description', '')}\n\n{who_may(rule, room)}".strip()
                )
    return result


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
