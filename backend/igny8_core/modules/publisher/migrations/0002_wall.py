"""Puts the publisher room's table behind the wall."""

from django.db import migrations

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("publisher", "0001_initial"),
        ("igny8_auth", "0002_wall"),
        ("integration", "0002_wall"),
        ("writer", "0001_initial"),
    ]

    operations = [ProtectTenantTable("Publication")]
