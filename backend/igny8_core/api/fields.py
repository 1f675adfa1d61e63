"""Serializer fields that never show or accept a row outside the current account."""

from typing import Any

from rest_framework import serializers

from igny8_core.auth.models import User
from igny8_core.tenancy.bases import AccountBaseModel
from igny8_core.tenancy.context import current_context


class TenantRelatedField(serializers.PrimaryKeyRelatedField[Any]):
    """A related row's id; a foreign, missing or deleted one gives the same "does not exist"."""

    def __init__(self, model: type[AccountBaseModel] | type[User], **kwargs: Any) -> None:
        self.model = model
        if not kwargs.get("read_only"):
            # DRF wants a queryset at import, when no tenant is known; get_queryset() replaces it at use.
            kwargs["queryset"] = model._base_manager.none()
        super().__init__(**kwargs)

    def get_queryset(self) -> Any:
        """The rows that may be named now."""
        if self.model is User:
            return User.objects.filter(account_id=current_context().account_id)
        return self.model.objects.only(*self._keys())

    def _keys(self) -> tuple[str, ...]:
        """What the save hooks compare; the other columns are read when somebody asks for them."""
        return tuple(
            name for name in ("account", "site", "sector", "deleted_at") if hasattr(self.model, name)
        )

    def use_pk_only_optimization(self) -> bool:
        """Show the id without loading the row."""
        return True
