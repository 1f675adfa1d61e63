"""The base of the rooms' serializers: validation and shape only, never a write."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.db import models
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
    """A row as the API shows it; `Meta.fields` lists columns, so that lists can be read without instances."""

    class Meta:
        fields: ClassVar[tuple[str, ...]] = ()
        read_only_fields: ClassVar[tuple[str, ...]] = ("id", "version", "created_at", "updated_at")
        validators: ClassVar[list[Any]] = []

    def build_relational_field(self, field_name: str, relation_info: Any) -> Any:
        """Every relation is tenant-checked, also one that a room forgot to declare."""
        from igny8_core.api.fields import TenantRelatedField

        _, kwargs = super().build_relational_field(field_name, relation_info)
        kwargs.pop("queryset", None)
        kwargs.pop("view_name", None)
        return TenantRelatedField, {**kwargs, "model": relation_info.related_model}


def list_columns(serializer_class: type[serializers.BaseSerializer[Any]]) -> tuple[str, ...] | None:
    """The model columns that show exactly what the serializer would, or None when it computes something."""
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
