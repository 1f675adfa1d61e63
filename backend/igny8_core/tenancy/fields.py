"""Foreign keys between tenant rows: the composite key in the database is theirs, not Django's single-column one."""

from typing import Any

from django.db import models
from django.db.models.fields.related_descriptors import ReverseManyToOneDescriptor
from django.utils.functional import cached_property


def _without_add(related_manager: Any) -> Any:
    """Django's `add` (and `set`, which calls it) updates through the base manager, past the first two locks."""

    class TenantRelatedManager(related_manager):  # type: ignore[misc]  # Django builds its base at run time
        def __call__(self, *, manager: str) -> Any:
            return _without_add(type(super().__call__(manager=manager)))(self.instance)

        def add(self, *objs: Any, bulk: bool = True) -> None:
            raise NotImplementedError("Set the key on each row and save it.")

    return TenantRelatedManager


class TenantReverseDescriptor(ReverseManyToOneDescriptor):  # type: ignore[type-arg]  # generic in the stubs alone
    """The rows that point at a row, through a manager that moves none."""

    @cached_property
    def related_manager_cls(self) -> Any:
        """Django's manager without the one method that the wall cannot see."""
        return _without_add(super().related_manager_cls)


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A foreign key whose database constraint, (target, [site,] account), is made by ProtectTenantTable.

    `owned` says that deleting the target softly deletes this row with it. `carries_site` says that this key, which is
    never empty and holds site and account, stands for the row's own keys to them: the target has those, and so the
    database needs not look for them twice. For tables that get a million rows at once.
    """

    related_accessor_class = TenantReverseDescriptor

    def __init__(self, to: Any, *, owned: bool = False, carries_site: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("on_delete", models.DO_NOTHING)
        kwargs["db_constraint"] = False
        self.owned, self.carries_site = owned, carries_site
        if carries_site and kwargs.get("null"):
            raise ValueError("A key that may be empty cannot carry the site.")
        super().__init__(to, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Keep what migrations need; `db_constraint` is always ours, `owned` matters to the ORM alone."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["db_constraint"]
        if self.carries_site:
            kwargs["carries_site"] = True
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
