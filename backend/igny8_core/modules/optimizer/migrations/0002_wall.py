"""Puts scores behind the wall."""

from django.db import migrations

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):
    dependencies = [("optimizer", "0001_initial"), ("writer", "0002_wall")]

    operations = [ProtectTenantTable("ScoreSnapshot")]
