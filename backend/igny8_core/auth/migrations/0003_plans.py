"""The plans every installation starts with, and the system account that staff belong to."""

from django.db import migrations

PLANS = [
    {"code": "trial", "name": "Trial", "monthly_credits": 1000, "max_sites": 2, "max_users": 3, "max_keywords": 20_000},
    {"code": "studio", "name": "Studio", "monthly_credits": 5000, "max_sites": 5, "max_users": 10, "max_keywords": 100_000},
    {"code": "agency", "name": "Agency", "monthly_credits": 25_000, "max_sites": 100, "max_users": 100, "max_keywords": 2_000_000},
    {"code": "system", "name": "System", "monthly_credits": 0, "max_sites": 0, "max_users": 1000, "max_keywords": 0},
]


def forwards(apps, schema_editor):
    plan_model, account_model = apps.get_model("igny8_auth", "Plan"), apps.get_model("igny8_auth", "Account")
    for plan in PLANS:
        plan_model.objects.create(**plan)
    account_model.objects.create(
        id=1, name="System", plan=plan_model.objects.get(code="system"), plan_status="active", is_system=True
    )


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0002_wall")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
