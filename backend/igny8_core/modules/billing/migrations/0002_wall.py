"""Puts credits behind the wall: the ledger cannot be changed, no balance or hold can be deleted."""

from django.db import migrations

from igny8_core.tenancy.rls import ProtectTenantTable

# `igny8_refuse_change` comes with the append-only ledger; here it stands before DELETE alone.
KEEP = """
CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION igny8_refuse_change();
"""
UNKEEP = "DROP TRIGGER {table}_keep ON {table};"
TABLES = ("billing_creditaccount", "billing_credithold")


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("igny8_auth", "0002_wall"), ("tenancy", "0002_wall")]

    operations = [
        ProtectTenantTable("CreditAccount"),
        ProtectTenantTable("CreditHold"),
        ProtectTenantTable("LedgerEntry", append_only=True),
        *(migrations.RunSQL(KEEP.format(table=table), UNKEEP.format(table=table)) for table in TABLES),
    ]
