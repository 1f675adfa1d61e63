"""What the room's migrations must leave behind."""

from importlib import import_module
from pkgutil import iter_modules

from django.db.migrations import AddIndex, RunPython
from django.db.migrations.operations.base import Operation

from igny8_core.modules.planner import migrations
from igny8_core.modules.planner.migrations._statistics import statistics_seed


def operations() -> list[Operation]:
    """All of them, in order."""
    names = sorted(one.name for one in iter_modules(migrations.__path__) if one.name[0] != "_")
    return [
        operation
        for name in names
        for operation in import_module(f"{migrations.__name__}.{name}").Migration.operations
    ]


def test_an_index_on_keywords_is_followed_by_statistics() -> None:
    found = operations()
    indexed = [
        at for at, one in enumerate(found) if isinstance(one, AddIndex) and one.model_name == "keyword"
    ]
    seeded = [
        at for at, one in enumerate(found) if isinstance(one, RunPython) and one.code is statistics_seed
    ]
    assert indexed
    assert max(seeded) > max(indexed)
