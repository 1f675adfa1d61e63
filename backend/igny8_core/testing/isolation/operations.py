"""Everything that can be asked of the product over HTTP, read from its description and its routes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from drf_spectacular.generators import SchemaGenerator

from igny8_core.auth.middleware import API_PREFIX, is_tenantless

METHODS = ("get", "post", "put", "patch", "delete")
HEADERS = ("X-Account-ID", "X-Site-ID")
NO_ROW = str(UUID(int=0))
# Path parameters that name no row.
WORDS = {"key": "writer_paragraph", "number": "1"}


@dataclass(frozen=True)
class Position:
    """Where in a request an id stands: `path`, `query`, `body` or `header`, and under which name."""

    place: str
    name: str

    def __str__(self) -> str:
        return f"{self.place} {self.name}"


EVERYWHERE = Position("everywhere", "")


@dataclass(frozen=True)
class WalkedOperation:
    """One method of one address: of the API as its description gives it, or of a page."""

    method: str
    path: str
    description: Any

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def path_names(self) -> list[str]:
        """The parameters of the path that name a row."""
        return [name for name in re.findall(r"{(\w+)}", self.path) if name not in WORDS]

    @property
    def query_names(self) -> list[str]:
        """The declared query parameters."""
        return [one["name"] for one in self.description.get("parameters", ()) if one["in"] == "query"]

    @property
    def body(self) -> dict[str, Any]:
        """The fields of the body with their schemas; of a page's form those that name rows."""
        if self.is_page:
            return {name: {"type": "string", "format": "uuid"} for name in self.form_ids}
        content = self.description.get("requestBody", {}).get("content", {})
        schema: Any = next((one["schema"] for one in content.values()), {})
        fields: dict[str, Any] = resolved(schema).get("properties", {})
        return fields

    @property
    def is_upload(self) -> bool:
        """Whether the body is a form with a file."""
        return list(self.description.get("requestBody", {}).get("content", {})) == ["multipart/form-data"]

    @property
    def view(self) -> Any:
        """The view class behind the address."""
        return getattr(self._callback, "cls", None) or getattr(self._callback, "view_class", None)

    @property
    def action(self) -> str:
        """What the view calls it: a viewset's action, or the method."""
        actions: dict[str, str] = getattr(self._callback, "actions", {})
        return actions.get(self.method, self.method)

    @property
    def _callback(self) -> Any:
        path = re.sub(r"{(\w+)}", lambda found: WORDS.get(found[1], NO_ROW), self.path)
        return resolve(path).func

    @property
    def is_page(self) -> bool:
        """Whether this is a page of the console: asked for by a browser with a session."""
        return not self.path.startswith(API_PREFIX)

    @property
    def form_ids(self) -> dict[str, str]:
        """The fields of a page's form that name rows, with the models they are of."""
        return dict(getattr(self.view, "form_ids", {})) if self.method == "post" else {}

    def positions(self) -> list[Position]:
        """Every place where an id can stand."""
        found = [Position("path", name) for name in self.path_names]
        found += [Position("query", name) for name in self.query_names]
        found += [Position("body", name) for name, schema in self.body.items() if _is_id(schema)]
        return found + [Position("header", name) for name in HEADERS]


@cache
def description() -> Any:
    """The OpenAPI description."""
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # untyped there


def operations() -> list[WalkedOperation]:
    """Every operation of the description, and every page."""
    described = [
        WalkedOperation(method, path, item[method])
        for path, item in sorted(description()["paths"].items())
        for method in METHODS
        if method in item
    ]
    pages = [
        WalkedOperation(method.lower(), path, {})
        for path, view in _pages(get_resolver(), "/")
        for method in sorted(view.operations)
    ]
    return described + pages


def _pages(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
    """The addresses outside the API that belong to somebody, with their views."""
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from _pages(entry, path)
        elif isinstance(entry, URLPattern) and not path.startswith(API_PREFIX) and not is_tenantless(path):
            yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path), entry.callback.view_class  # type: ignore[attr-defined]  # as_view() sets it


def resolved(schema: Any) -> Any:
    """A schema with its references followed."""
    while "$ref" in schema or "allOf" in schema:
        if "allOf" in schema:
            schema = schema["allOf"][0]
            continue
        schema = description()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _is_id(schema: Any) -> bool:
    schema = resolved(schema)
    schema = resolved(schema.get("items", schema))
    return bool(schema.get("format") == "uuid")


def value_for(schema: Any, row_id: object) -> Any:
    """A value that a schema accepts; ids are the given one."""
    schema = resolved(schema)
    if schema.get("oneOf"):
        schema = resolved(schema["oneOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [value_for(schema["items"], row_id)]
    plain = {"integer": schema.get("minimum", 1), "number": 1.5, "boolean": True, "object": {}}
    formats = {
        "uuid": str(row_id),
        "date-time": "2030-01-01T00:00:00Z",
        "email": "probe@example.test",
        "uri": "https://probe.example/",
        "binary": SimpleUploadedFile("probe.csv", b"Keyword,Volume\nprobe,10\n"),
        "decimal": "1.5",
    }
    text = formats.get(schema.get("format"), "probe-of-the-walker")
    return plain.get(schema.get("type"), text[: schema.get("maxLength")] if isinstance(text, str) else text)
