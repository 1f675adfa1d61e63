"""Puts the planner's tables behind the wall."""

from django.db import migrations

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):
    dependencies = [("planner", "0001_initial"), ("igny8_auth", "0002_wall")]

    operations = [
        ProtectTenantTable("KeywordImport"),
        ProtectTenantTable("Cluster"),
        ProtectTenantTable("Keyword"),
        ProtectTenantTable("ContentIdea"),
        ProtectTenantTable("SitePage"),
    ]
