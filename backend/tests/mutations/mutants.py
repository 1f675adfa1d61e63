"""The wall with one thing taken out, as data: which text of which file becomes which; nothing here runs anything."""

from dataclasses import dataclass

WALL = "backend/igny8_core/tenancy"


@dataclass(frozen=True)
class Lock:
    """One of the three locks, and the file whose tests look at it alone."""

    name: str
    own_file: str


MANAGERS = Lock("managers", f"{WALL}/tests/test_managers.py")
CHECKS = Lock("checks", f"{WALL}/tests/test_checks.py")
DATABASE = Lock("database", f"{WALL}/tests/test_database.py")
LOCKS = (MANAGERS, CHECKS, DATABASE)

# What the rest of the suite notices is shown by the contract of one resource and the catalog's word on its table;
# the walker and the other contracts would say the same in ten times the minutes.
_CATALOG = "backend/tests/architecture/test_catalog.py"
ELSEWHERE = (
    "backend/tests/isolation/test_planner.py::TestKeywords",
    f"{_CATALOG}::test_table_enables_and_forces_row_level_security[planner.Keyword]",
    f"{_CATALOG}::test_table_has_one_permissive_policy_and_the_site_policy[planner.Keyword]",
    f"{_CATALOG}::test_table_has_its_composite_keys[planner.Keyword]",
    f"{_CATALOG}::test_append_only_table_has_its_trigger[tenancy.AuditEvent]",
)


@dataclass(frozen=True)
class Edit:
    """One replacement; `old` must be in the file exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """Real code without one thing that a lock needs; the first mutant of each lock takes the whole lock away."""

    name: str
    lock: Lock
    edits: tuple[Edit, ...]


def _managers(old: str, new: str = "") -> Edit:
    return Edit(f"{WALL}/managers.py", old, new)


def _checks(old: str, new: str = "") -> Edit:
    return Edit(f"{WALL}/checks.py", old, new)


def _policies(old: str, new: str = "") -> Edit:
    return Edit(f"{WALL}/rls.py", old, new)


_UPDATE_GUARD = _managers(
    "        if not IMMUTABLE_KEYS.isdisjoint(kwargs):\n            raise TenantMismatch\n"
)
_BULK_UPDATE_GUARD = _managers(
    "        if not IMMUTABLE_KEYS.isdisjoint(names):\n            raise TenantMismatch\n"
)
_RAW_DELETE_GUARD = _managers(
    "        self.query.require_tenant()\n        return super()._raw_delete",
    "        return super()._raw_delete",
)
_CREATE_GUARD = _managers(
    "        self.query.require_tenant()\n        return super().create", "        return super().create"
)
_BULK_CREATE_GUARD = _managers(
    "        self.query.require_tenant()\n        if not IMMUTABLE_KEYS.isdisjoint(update_fields or ()):",
    "        if not IMMUTABLE_KEYS.isdisjoint(update_fields or ()):",
)
_BULK_UPDATE_SCOPE = _managers(
    "        self.query.require_tenant()\n        rows, names = list(objs), list(fields)\n",
    "        rows, names = list(objs), list(fields)\n",
)
_OPERAND_GUARD = _managers(
    "        self.query.require_tenant()\n        other.query.require_tenant()\n        return other",
    "        return other",
)
_ENABLE = _policies('        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",\n')
_FORCE = _policies('        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",\n')
# A row still gets its account: without one it would be refused for what it lacks, not for whose it is.
_FILL_ONE = (
    "        from igny8_core.tenancy.context import current_context\n\n"
    "        if self.account_id is None:\n"
    "            self.account_id = current_context().account_id\n"
)
_FILL_MANY = (
    "        context = context_or_none()\n"
    "        for row in rows:\n"
    "            row.account_id = row.account_id or (context and context.account_id)\n"
)

MUTANTS = (
    Mutant(
        "managers-are-plain",
        MANAGERS,
        (
            _managers("    query = TenantQuery(model)\n", "    query = sql.Query(model)\n"),
            _managers(
                "    context = context_or_none()\n    if context is None:\n        return queryset\n    query.tenant",
                "    return queryset.filter(**conditions)\n    query.tenant",
            ),
            _UPDATE_GUARD,
            _BULK_UPDATE_GUARD,
            _RAW_DELETE_GUARD,
            _CREATE_GUARD,
            _BULK_CREATE_GUARD,
            _BULK_UPDATE_SCOPE,
            _OPERAND_GUARD,
        ),
    ),
    Mutant(
        "managers-answer-without-a-tenant",
        MANAGERS,
        (
            _managers(
                '            raise NoTenantContext(f"{self.model} was queried without a tenant context.")\n',
                "            return\n",
            ),
        ),
    ),
    Mutant(
        "managers-forget-the-account",
        MANAGERS,
        (_managers("filter(account_id=context.account_id, **conditions)", "filter(**conditions)"),),
    ),
    Mutant(
        "managers-forget-the-sites",
        MANAGERS,
        (_managers('        conditions[f"{lookup}__in"] = context.site_ids\n', "        pass\n"),),
    ),
    Mutant(
        "managers-keep-a-queryset-of-another-scope",
        MANAGERS,
        (
            _managers(
                "        if (context.account_id, context.site_ids) != (self.tenant_account_id, self.tenant_site_ids):\n"
                "            raise TenantMismatch\n"
            ),
        ),
    ),
    Mutant(
        "managers-lose-a-query-that-becomes-an-update",
        MANAGERS,
        (_managers("        if klass is not None:\n            self.require_tenant()\n"),),
    ),
    Mutant("managers-move-rows", MANAGERS, (_UPDATE_GUARD,)),
    Mutant("managers-create-unasked", MANAGERS, (_CREATE_GUARD,)),
    Mutant("managers-bulk-create-unasked", MANAGERS, (_BULK_CREATE_GUARD,)),
    Mutant("managers-combine-unasked", MANAGERS, (_OPERAND_GUARD,)),
    Mutant("managers-raw-delete-unasked", MANAGERS, (_RAW_DELETE_GUARD,)),
    Mutant("checks-refuse-nothing", CHECKS, (_checks("    raise TenantMismatch\n", "    return\n"),)),
    Mutant(
        "save-is-not-checked", CHECKS, (Edit(f"{WALL}/bases.py", "        check_row(self)\n", _FILL_ONE),)
    ),
    Mutant(
        "bulk-create-is-not-checked",
        CHECKS,
        (
            _managers(
                "        for row in rows:\n            check_row(row)\n        made = super().bulk_create(",
                f"{_FILL_MANY}        made = super().bulk_create(",
            ),
        ),
    ),
    Mutant(
        "bulk-update-is-not-checked",
        CHECKS,
        (
            _managers(
                "        for row in rows:\n            check_row(row)\n        return super().bulk_update(",
                "        return super().bulk_update(",
            ),
        ),
    ),
    Mutant(
        "checks-accept-another-account",
        CHECKS,
        (
            _checks(
                '    if row.account_id != context.account_id:\n        _refuse(row, "account", context)\n'
            ),
        ),
    ),
    Mutant(
        "checks-accept-moved-rows",
        CHECKS,
        (_checks("name in loaded and loaded[name] != getattr(row, name)", "False"),),
    ),
    Mutant(
        "checks-accept-any-site", CHECKS, (_checks("    _check_site(row, context)\n    for ", "    for "),)
    ),
    Mutant(
        "checks-accept-foreign-targets",
        CHECKS,
        (_checks("target is None or target.account_id != context.account_id or ", "target is None or "),),
    ),
    Mutant(
        "checks-accept-missing-targets",
        CHECKS,
        (
            _checks(
                "    if target is None or target.account_id",
                "    if target is None:\n        return\n    if target.account_id",
            ),
        ),
    ),
    Mutant(
        "checks-accept-deleted-targets", CHECKS, (_checks(' or getattr(target, "deleted_at", None):', ":"),)
    ),
    Mutant(
        "checks-accept-targets-of-another-site",
        CHECKS,
        (_checks("_is_site_bound(target) and row.site_id != target.site_id", "False"),),
    ),
    Mutant(
        "database-has-no-policies-and-no-keys",
        DATABASE,
        (
            _ENABLE,
            _FORCE,
            _policies(
                '        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",\n'
                "        f\"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({', '.join(columns)}) \"\n"
                "        f\"REFERENCES {target} ({', '.join(target_columns)}) DEFERRABLE INITIALLY DEFERRED\",\n"
            ),
        ),
    ),
    Mutant("policies-do-not-bind-the-owner", DATABASE, (_FORCE,)),
    Mutant(
        "policies-let-every-account-in",
        DATABASE,
        (_policies("USING ({account}) WITH CHECK ({account})", "USING (true) WITH CHECK (true)"),),
    ),
    Mutant(
        "policies-let-rows-out",
        DATABASE,
        (_policies("USING ({account}) WITH CHECK ({account})", "USING ({account}) WITH CHECK (true)"),),
    ),
    Mutant(
        "policies-forget-the-sites", DATABASE, (_policies("    if column is not None:\n", "    if False:\n"),)
    ),
    Mutant(
        "policies-let-rows-out-to-other-sites",
        DATABASE,
        (_policies("USING ({site}) WITH CHECK ({site})", "USING ({site}) WITH CHECK (true)"),),
    ),
    Mutant(
        "keys-forget-the-account",
        DATABASE,
        (
            _policies(
                '(field.column, "account_id")\n        target_columns: tuple[str, ...] = ("id", "account_id")',
                '(field.column,)\n        target_columns: tuple[str, ...] = ("id",)',
            ),
            _policies(
                '(field.column, "site_id", "account_id"), ("id", "site_id", "account_id")',
                '(field.column, "site_id"), ("id", "site_id")',
            ),
        ),
    ),
    Mutant(
        "keys-forget-the-site",
        DATABASE,
        (_policies("if is_site and table_kind(target) is Kind.SITE:", "if False:"),),
    ),
    Mutant(
        "keys-leave-the-site-to-nobody",
        DATABASE,
        (_policies("    is_carried = site_is_carried(model)\n", "    is_carried = is_site\n"),),
    ),
    Mutant(
        "audit-trail-can-be-rewritten",
        DATABASE,
        (
            _policies(
                "  RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n",
                "  RETURN COALESCE(NEW, OLD);\n",
            ),
        ),
    ),
    Mutant(
        "application-role-may-truncate",
        DATABASE,
        (
            Edit(
                "backend/igny8_core/runtime/roles.py",
                '" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}"',
                '" GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO {app}"',
            ),
        ),
    ),
    Mutant(
        "statements-run-outside-a-transaction",
        DATABASE,
        (
            Edit(
                f"{WALL}/db/base.py",
                '    if context_or_none() is not None and not context["connection"].in_atomic_block:\n',
                "    if False:\n",
            ),
        ),
    ),
    Mutant(
        "tenant-outlives-the-transaction",
        DATABASE,
        (
            Edit(
                f"{WALL}/db/base.py",
                "set_config('app.account_id', %s, true), set_config('app.site_ids', %s, true)",
                "set_config('app.account_id', %s, false), set_config('app.site_ids', %s, false)",
            ),
        ),
    ),
    Mutant(
        "tenant-outlives-the-scope",
        DATABASE,
        (
            Edit(
                f"{WALL}/context.py",
                "        _current.reset(token)\n        _tell_database()\n",
                "        _current.reset(token)\n",
            ),
        ),
    ),
)
