"""Gives keywords their near duplicates, and pages and ideas keys of their sites' languages.

The next import of a site finds the near duplicates of the keywords that it has.
"""

from django.db import migrations, models

from igny8_core.semantics.variants import variant_key


def language_said(apps, schema_editor):
    """Languages came from tools and people alone; a tool may still correct them."""
    rows = apps.get_model('planner', 'Keyword')._base_manager.using(schema_editor.connection.alias)
    rows.exclude(language='').update(language_source='tool')


def keys_of_languages(apps, schema_editor):
    """Make the keys of pages and ideas anew: the old ones were English whatever the site's language."""
    alias = schema_editor.connection.alias
    languages = dict(apps.get_model('igny8_auth', 'Site')._base_manager.using(alias).values_list('pk', 'language'))
    for name, query in (('SitePage', 'head_query'), ('ContentIdea', 'head_keyword')):
        rows = apps.get_model('planner', name)._base_manager.using(alias)
        for row in rows.exclude(variant_key='').iterator():
            language = languages[row.site_id].partition('-')[0].lower()
            rows.filter(pk=row.pk).update(variant_key=variant_key(getattr(row, query), language))


class Migration(migrations.Migration):

    dependencies = [
        ('igny8_auth', '0006_console_sign_ins'),
        ('planner', '0008_keyword_statistics'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='sitepage', name='planner_page_key'),
        migrations.RemoveIndex(model_name='contentidea', name='planner_idea_query'),
        migrations.RenameField(model_name='sitepage', old_name='stem_key', new_name='variant_key'),
        migrations.RenameField(model_name='contentidea', old_name='stem_key', new_name='variant_key'),
        migrations.RunPython(keys_of_languages, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='sitepage',
            index=models.Index(fields=['account', 'site', 'variant_key'], name='planner_page_key'),
        ),
        migrations.AddIndex(
            model_name='contentidea',
            index=models.Index(fields=['account', 'site', 'variant_key'], name='planner_idea_query'),
        ),
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
