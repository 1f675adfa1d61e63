"""Leaves the site of figures and rankings to the key to their keyword, which holds it."""

import django.db.models.deletion
from django.db import migrations

import igny8_core.tenancy.fields
from igny8_core.modules.planner.migrations._statistics import statistics_seed
from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):
    dependencies = [("planner", "0009_variants")]

    operations = [
        migrations.AlterField(
            model_name="keywordmetric",
            name="keyword",
            field=igny8_core.tenancy.fields.TenantForeignKey(
                carries_site=True,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="metrics",
                to="planner.keyword",
            ),
        ),
        migrations.AlterField(
            model_name="keywordranking",
            name="keyword",
            field=igny8_core.tenancy.fields.TenantForeignKey(
                carries_site=True,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="rankings",
                to="planner.keyword",
            ),
        ),
        ProtectTenantTable("KeywordMetric"),
        ProtectTenantTable("KeywordRanking"),
        migrations.RunPython(statistics_seed, migrations.RunPython.noop),
    ]
