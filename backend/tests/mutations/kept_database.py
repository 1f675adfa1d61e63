"""A pytest plugin: empties the database of the run before, whose SQL no mutant touched, instead of making it."""

from igny8_core.testing import db


def pytest_configure() -> None:
    """Put emptying in the place of making."""
    db.database_prepare = db.tables_empty
