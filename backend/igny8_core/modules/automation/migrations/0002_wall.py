"""Puts runs and their items behind the wall."""

from django.db import migrations

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("automation", "0001_initial"),
        ("integration", "0002_wall"),
        ("planner", "0002_wall"),
        ("publisher", "0002_wall"),
        ("writer", "0002_wall"),
    ]

    operations = [ProtectTenantTable("PipelineRun"), ProtectTenantTable("RunItem")]
