"""Gives the keywords' table statistics before it has rows."""

from django.db import migrations

from igny8_core.modules.planner.migrations._statistics import statistics_seed


class Migration(migrations.Migration):

    dependencies = [
        ('planner', '0007_topics_and_edits'),
    ]

    operations = [
        migrations.RunPython(statistics_seed, migrations.RunPython.noop),
    ]
