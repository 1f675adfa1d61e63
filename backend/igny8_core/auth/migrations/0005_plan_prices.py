"""Gives plans a price and accounts a paid time."""

from django.db import migrations, models

OFFERS = {
    "studio": {"price_cents": 4900, "description": "For one brand and its team: five sites, ten people."},
    "agency": {"price_cents": 19_900, "description": "For agencies: a hundred sites, a hundred people."},
}


def forwards(apps, schema_editor):
    plans = apps.get_model("igny8_auth", "Plan").objects
    for code, values in OFFERS.items():
        plans.filter(code=code).update(**values)
    # A trial is given once, with the account; the system's plan is for staff.
    plans.filter(code__in=["trial", "system"]).update(is_offered=False)


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0004_identity")]

    operations = [
        migrations.AddField("plan", "description", models.CharField(blank=True, default="", max_length=300)),
        migrations.AddField("plan", "price_cents", models.PositiveIntegerField(default=0, help_text="For one interval.")),
        migrations.AddField("plan", "currency", models.CharField(default="USD", help_text="ISO 4217.", max_length=3)),
        migrations.AddField(
            "plan",
            "interval",
            models.CharField(choices=[("month", "Month"), ("year", "Year")], default="month", max_length=5),
        ),
        migrations.AddField(
            "plan",
            "is_offered",
            models.BooleanField(default=True, help_text="Off: nobody can ask for it, whoever has it keeps it."),
        ),
        migrations.AddField(
            "account",
            "paid_until",
            models.DateTimeField(blank=True, help_text="Empty: the plan has no end.", null=True),
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
