"""Gives keywords their near duplicates; the next import of a site finds those of the keywords that it has."""

from django.db import migrations, models


def language_said(apps, schema_editor):
    """Languages came from tools and people alone; a tool may still correct them."""
    rows = apps.get_model('planner', 'Keyword')._base_manager.using(schema_editor.connection.alias)
    rows.exclude(language='').update(language_source='tool')


class Migration(migrations.Migration):

    dependencies = [
        ('igny8_auth', '0006_console_sign_ins'),
        ('planner', '0008_keyword_statistics'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='keyword',
            name='stem_key',
        ),
        migrations.AddField(
            model_name='keyword',
            name='language_source',
            field=models.CharField(choices=[('tool', 'Tool'), ('rules', 'Rules'), ('human', 'Human')], default='rules', max_length=5),
        ),
        migrations.AddField(
            model_name='keyword',
            name='variant_key',
            field=models.CharField(blank=True, default='', editable=False, help_text='What its near duplicates share; empty until a job has found it.', max_length=400),
        ),
        migrations.AddField(
            model_name='keyword',
            name='variant_of',
            field=models.UUIDField(editable=False, help_text='The most searched of its near duplicates in this market; null for that one itself.', null=True),
        ),
        migrations.RunPython(language_said, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='keyword',
            index=models.Index(condition=models.Q(('variant_key__gt', '')), fields=['account', 'site', 'variant_key'], name='planner_keyword_key'),
        ),
        migrations.AddIndex(
            model_name='keyword',
            index=models.Index(condition=models.Q(('variant_of__isnull', False)), fields=['account', 'variant_of'], name='planner_keyword_variant'),
        ),
    ]
