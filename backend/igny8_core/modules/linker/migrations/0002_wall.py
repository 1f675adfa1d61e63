"""Puts the linker's tables behind the wall."""

from django.db import migrations

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("linker", "0001_initial"),
        ("igny8_auth", "0002_wall"),
        ("writer", "0002_wall"),
    ]

    operations = [
        ProtectTenantTable("LinkNode"),
        ProtectTenantTable("LinkEdge"),
        ProtectTenantTable("LinkBatch"),
        ProtectTenantTable("LinkSuggestion"),
    ]
