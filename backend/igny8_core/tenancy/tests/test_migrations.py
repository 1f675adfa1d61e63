"""A data migration, run as migrations are: by Django's executor, as the owner role, under forced policies."""

import os
import subprocess
import sys
import textwrap

import pytest
from django.conf import settings

from igny8_core.auth.models import Site
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

# What a RunPython operation of a later migration would do, on the state that the newest migrations leave.
PROGRAM = textwrap.dedent(
    """
    import django
    django.setup()
    from django.db import connection, migrations
    from django.db.migrations.executor import MigrationExecutor

    def forwards(apps, schema_editor):
        sites = apps.get_model("igny8_auth", "Site")._base_manager.using(schema_editor.connection.alias)
        print("changed", sites.update(language="de"))

    executor = MigrationExecutor(connection)
    state = executor.loader.project_state(executor.loader.graph.leaf_nodes())
    with connection.schema_editor(atomic=True) as editor:
        migrations.RunPython(forwards).database_forwards("igny8_auth", editor, state, state)
    """
)


def _run(url: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "igny8_core.settings"},
        cwd=settings.BACKEND_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_owner_changes_every_accounts_rows(tenant: Tenant, stranger: Tenant) -> None:
    assert _run(settings.DATABASE_OWNER_URL) == "changed 2"
    for one in (tenant, stranger):
        with one.work():
            assert Site.objects.get().language == "de"


def test_application_role_changes_none(tenant: Tenant, stranger: Tenant) -> None:
    assert _run(os.environ["DATABASE_URL"]) == "changed 0"
    for one in (tenant, stranger):
        with one.work():
            assert Site.objects.get().language == "en"
