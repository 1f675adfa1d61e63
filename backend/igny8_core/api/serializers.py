"""The base of the rooms' serializers: validation and shape only, never a write."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.utils.functional import cached_property
from rest_framework import serializers

_M = TypeVar("_M", bound=models.Model)


class StrictFieldsMixin:
    """Refuses input that no field declares; what is read-only may be sent back and is ignored."""

    fields: Any

    def to_internal_value(self, data: Any) -> Any:
        """Validate; raises ValidationError naming each unknown field."""
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(
                    {str(name): ["There is no such field."] for name in unknown}
                )
        return super().to_internal_value(data)  # type: ignore[misc]  # a serializer stands behind this mixin


class InputSerializer(StrictFieldsMixin, serializers.Serializer[Any]):
    """The body of an action."""


class RowSerializer(StrictFieldsMixin, serializers.ModelSerializer[_M]):
    """A row as the API shows it; `Meta.fields` lists columns, so that lists can be read without instances.

    Its fields are built once per class and mode and shared between requests: building them was a quarter of a write's
    cost. So a field may not depend on the request, and validation keeps nothing on it.
    """

    _shared_fields: ClassVar[dict[tuple[type, bool], Any]] = {}

    class Meta:
        fields: ClassVar[tuple[str, ...]] = ()
        read_only_fields: ClassVar[tuple[str, ...]] = ("id", "version", "created_at", "updated_at")
        validators: ClassVar[list[Any]] = []

    @cached_property
    def fields(self) -> Any:
        """The bound fields of this class, for whole or for partial input."""
        key = (type(self), self.partial)
        if key not in RowSerializer._shared_fields:
            prototype = type(self)(partial=self.partial)
            RowSerializer._shared_fields[key] = serializers.Serializer.fields.func(prototype)  # type: ignore[attr-defined]  # a cached_property
        return RowSerializer._shared_fields[key]

    def build_relational_field(self, field_name: str, relation_info: Any) -> Any:
        """Every relation is tenant-checked, also one that a room forgot to declare."""
        from igny8_core.api.fields import TenantRelatedField

        _, kwargs = super().build_relational_field(field_name, relation_info)
        kwargs.pop("queryset", None)
        kwargs.pop("view_name", None)
        return TenantRelatedField, {**kwargs, "model": relation_info.related_model}


@dataclass(frozen=True, slots=True)
class RowReader:
    """How to show a row without its serializer: the columns of a list, and how to read each from an instance."""

    columns: tuple[str, ...]
    attributes: tuple[tuple[str, str, Decimal | None], ...]

    def read(self, row: models.Model) -> dict[str, Any]:
        """One row as plain data; a decimal shows its column's places, as it will when it is read again."""
        shown: dict[str, Any] = {}
        for name, attribute, quantum in self.attributes:
            value = getattr(row, attribute)
            shown[name] = value if quantum is None or value is None else Decimal(value).quantize(quantum)
        return shown


_READERS: dict[Any, RowReader | None] = {}


def row_reader(serializer_class: Any) -> RowReader | None:
    """The reader that shows exactly what the serializer would, or None when the serializer computes something."""
    if serializer_class not in _READERS:
        _READERS[serializer_class] = _reader(serializer_class)
    return _READERS[serializer_class]


def _reader(serializer_class: Any) -> RowReader | None:
    columns = _plain_columns(serializer_class)
    if columns is None:
        return None
    model: Any = serializer_class.Meta.model
    fields = [model._meta.get_field(name) for name in columns]
    return RowReader(columns, tuple((field.name, field.attname, _quantum(field)) for field in fields))


def _quantum(field: Any) -> Decimal | None:
    return Decimal(1).scaleb(-field.decimal_places) if isinstance(field, models.DecimalField) else None


def _plain_columns(serializer_class: type[serializers.BaseSerializer[Any]]) -> tuple[str, ...] | None:
    serializer = serializer_class()
    if not isinstance(serializer, serializers.ModelSerializer):
        return None
    columns = []
    model: Any = serializer.Meta.model
    model_fields = {field.name for field in model._meta.concrete_fields}
    for name, field in serializer.fields.items():
        if field.write_only:
            continue
        if field.source != name or name not in model_fields or type(field) not in _PLAIN:
            return None
        columns.append(name)
    return tuple(columns)


def _plain_types() -> frozenset[type]:
    from igny8_core.api.fields import TenantRelatedField

    return frozenset(
        {
            *serializers.ModelSerializer.serializer_field_mapping.values(),
            serializers.ChoiceField,
            TenantRelatedField,
        }
    )


_PLAIN = _plain_types()
