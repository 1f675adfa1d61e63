"""Puts the integration room's table behind the wall."""

from django.db import migrations

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):
    dependencies = [("integration", "0001_initial"), ("igny8_auth", "0002_wall")]

    operations = [ProtectTenantTable("Destination")]
