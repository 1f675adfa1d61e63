"""Puts payments behind the wall, and the first credit packages on offer."""

from django.db import migrations

from igny8_core.tenancy.rls import ProtectTenantTable

KEEP = """
CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION igny8_refuse_change();
"""
UNKEEP = "DROP TRIGGER {table}_keep ON {table};"
TABLE = "billing_payment"
PACKAGES = [
    {"code": "credits-500", "name": "500 credits", "credits": 500, "price_cents": 900},
    {"code": "credits-2000", "name": "2,000 credits", "credits": 2000, "price_cents": 2900},
    {"code": "credits-10000", "name": "10,000 credits", "credits": 10_000, "price_cents": 11_900},
]


def forwards(apps, schema_editor):
    packages = apps.get_model("billing", "CreditPackage").objects
    for package in PACKAGES:
        packages.create(currency="USD", is_active=True, **package)


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_payments")]

    operations = [
        ProtectTenantTable("Payment"),
        migrations.RunSQL(KEEP.format(table=TABLE), UNKEEP.format(table=TABLE)),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
