"""A PostgreSQL backend that tells the database the tenant at BEGIN, so that it cannot outlive the transaction."""

from collections.abc import Callable
from typing import Any

import psycopg
from django.db import DatabaseError
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from igny8_core.tenancy.context import context_or_none, site_scope_text
from igny8_core.tenancy.errors import OutsideTransaction, StaleContext

_SET = "SELECT set_config('app.account_id', %s, true), set_config('app.site_ids', %s, true)"


def _refuse_outside_transaction(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if context_or_none() is not None and not context["connection"].in_atomic_block:
        raise OutsideTransaction("Inside a tenant scope every statement needs tenant_transaction().")
    return execute(sql, params, many, context)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL with the tenant set by every transaction's first statement."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(_refuse_outside_transaction)

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        """Begin or end a transaction; at BEGIN set the tenant or leave no transaction behind."""
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if autocommit:
            return
        try:
            self.apply_tenant(verify=True)
        except BaseException:
            # Django has not entered its block yet: nobody else would end this transaction.
            self._leave_transaction()
            raise

    def apply_tenant(self, *, verify: bool = False) -> None:
        """Set the transaction's tenant from the context, or clear it; raises StaleContext when verifying."""
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return  # only a rollback is possible here, and it restores the setting by itself
        context = context_or_none()
        if context is None:
            if not verify:  # at BEGIN nothing is set yet: the settings are local to a transaction
                self._execute(_SET, ["", ""])
            return
        params: list[object] = [str(context.account_id), site_scope_text(context.site_ids)]
        probe = context.probe if verify else None
        if probe is None:
            self._execute(_SET, params)
            return
        row = self._execute(f"{_SET}, {probe.columns}", [*params, *probe.params])
        if tuple(row[2:]) != probe.expected:
            raise StaleContext

    def _execute(self, sql: str, params: list[object]) -> tuple[Any, ...]:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            row: tuple[Any, ...] = cursor.fetchone()
        return row

    def _leave_transaction(self) -> None:
        try:
            self.connection.rollback()
            super().set_autocommit(True)
        except (DatabaseError, psycopg.Error):
            self.close()
