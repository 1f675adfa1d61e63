"""Puts tasks, sections, articles and revisions behind the wall."""

from django.db import migrations

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):
    dependencies = [("writer", "0001_initial"), ("planner", "0002_wall"), ("igny8_auth", "0002_wall")]

    operations = [
        ProtectTenantTable("WritingTask"),
        ProtectTenantTable("ArticleSection"),
        ProtectTenantTable("Article"),
        ProtectTenantTable("ArticleRevision"),
    ]
