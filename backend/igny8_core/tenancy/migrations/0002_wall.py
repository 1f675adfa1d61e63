"""Puts jobs, audit trail and idempotency keys behind the wall."""

from django.db import migrations

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial"), ("igny8_auth", "0002_wall")]

    operations = [
        ProtectTenantTable("Job"),
        ProtectTenantTable("AuditEvent", append_only=True),
        ProtectTenantTable("IdempotencyKey"),
    ]
