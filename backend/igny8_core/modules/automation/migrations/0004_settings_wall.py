"""Puts settings and events behind the wall."""

from django.db import migrations

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):
    dependencies = [("automation", "0003_settings_and_timeline")]

    operations = [ProtectTenantTable("PipelineSettings"), ProtectTenantTable("RunEvent")]
