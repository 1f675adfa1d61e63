"""Foreign keys between tenant rows: the composite key in the database is theirs, not Django's single-column one."""

from typing import Any

from django.db import models


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A foreign key whose database constraint, (target, [site,] account), is made by ProtectTenantTable.

    `owned` says that deleting the target softly deletes this row with it.
    """

    def __init__(self, to: Any, *, owned: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("on_delete", models.DO_NOTHING)
        kwargs["db_constraint"] = False
        self.owned = owned
        super().__init__(to, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Keep what migrations need; `db_constraint` is always ours, `owned` matters to the ORM alone."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["db_constraint"]
        return name, path, args, kwargs


class VersionField(models.PositiveIntegerField):  # type: ignore[type-arg]  # generic in the stubs alone
    """Counts an editable row's saves; its value is the row's ETag."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.update(default=1, editable=False)
        super().__init__(**kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Advance by one on each update."""
        value = getattr(model_instance, self.attname)
        if not add:
            value += 1
            setattr(model_instance, self.attname, value)
        return value
