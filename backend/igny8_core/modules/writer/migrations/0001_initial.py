"""The writer's tables: tasks, sections, articles, revisions."""

import django.db.models.deletion
import igny8_core.common.ids
import igny8_core.tenancy.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('igny8_auth', '0003_plans'),
        ('planner', '0002_wall'),
    ]

    operations = [
        migrations.CreateModel(
            name='WritingTask',
            fields=[
                ('id', models.UUIDField(default=igny8_core.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', igny8_core.tenancy.fields.VersionField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('deletion_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('title', models.CharField(max_length=200)),
                ('head_keyword', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('writing', 'Writing'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('draft_number', models.PositiveSmallIntegerField(default=1, help_text='2: the first draft was unfit.')),
                ('error_code', models.CharField(blank=True, default='', max_length=80)),
                ('error_message', models.TextField(blank=True, default='')),
                ('claim_token', models.UUIDField(blank=True, editable=False, null=True)),
                ('claim_job_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('claimed_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.account')),
                ('idea', igny8_core.tenancy.fields.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='planner.contentidea')),
                ('sector', igny8_core.tenancy.fields.TenantForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.sector')),
                ('site', igny8_core.tenancy.fields.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.site')),
            ],
        ),
        migrations.CreateModel(
            name='ArticleSection',
            fields=[
                ('id', models.UUIDField(default=igny8_core.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', igny8_core.tenancy.fields.VersionField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('deletion_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('draft_number', models.PositiveSmallIntegerField()),
                ('position', models.PositiveSmallIntegerField()),
                ('heading', models.TextField()),
                ('is_written', models.BooleanField(default=False)),
                ('paragraphs', models.JSONField(default=list)),
                ('removed_link_count', models.PositiveIntegerField(default=0)),
                ('rewrite_count', models.PositiveSmallIntegerField(default=0)),
                ('prompt_tokens', models.PositiveIntegerField(default=0)),
                ('completion_tokens', models.PositiveIntegerField(default=0)),
                ('credits', models.PositiveIntegerField(default=0)),
                ('hold_id', models.UUIDField(blank=True, help_text='The credits set aside for it, or paid.', null=True)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.account')),
                ('site', igny8_core.tenancy.fields.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.site')),
                ('task', igny8_core.tenancy.fields.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='sections', to='writer.writingtask')),
            ],
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.UUIDField(default=igny8_core.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', igny8_core.tenancy.fields.VersionField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('deletion_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('title', models.CharField(max_length=200)),
                ('slug', models.SlugField(db_index=False, max_length=100)),
                ('html', models.TextField()),
                ('excerpt', models.TextField(blank=True, default='')),
                ('meta_description', models.CharField(blank=True, default='', max_length=320)),
                ('head_keyword', models.CharField(max_length=200)),
                ('secondary_keywords', models.JSONField(default=list)),
                ('category', models.CharField(blank=True, default='', max_length=200)),
                ('tags', models.JSONField(default=list)),
                ('language', models.CharField(default='en', max_length=8)),
                ('word_count', models.PositiveIntegerField(default=0)),
                ('is_human_edited', models.BooleanField(default=False)),
                ('model', models.CharField(blank=True, default='', max_length=120)),
                ('prompt_versions', models.JSONField(default=dict)),
                ('credits', models.PositiveIntegerField(default=0)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.account')),
                ('idea', igny8_core.tenancy.fields.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='planner.contentidea')),
                ('sector', igny8_core.tenancy.fields.TenantForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.sector')),
                ('site', igny8_core.tenancy.fields.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.site')),
                ('task', igny8_core.tenancy.fields.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='writer.writingtask')),
            ],
        ),
        migrations.CreateModel(
            name='ArticleRevision',
            fields=[
                ('id', models.UUIDField(default=igny8_core.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', igny8_core.tenancy.fields.VersionField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('deletion_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('number', models.PositiveIntegerField()),
                ('source', models.CharField(choices=[('machine', 'Machine'), ('human', 'Human')], max_length=10)),
                ('actor_id', models.UUIDField(blank=True, null=True)),
                ('title', models.CharField(max_length=200)),
                ('slug', models.SlugField(db_index=False, max_length=100)),
                ('html', models.TextField()),
                ('excerpt', models.TextField(blank=True, default='')),
                ('meta_description', models.CharField(blank=True, default='', max_length=320)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.account')),
                ('article', igny8_core.tenancy.fields.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='revisions', to='writer.article')),
                ('site', igny8_core.tenancy.fields.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.site')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'article'], name='writer_revision_article')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('account', 'article', 'number'), name='writer_revision_once')],
            },
        ),
        migrations.AddIndex(
            model_name='writingtask',
            index=models.Index(fields=['account', 'site', '-id'], name='writer_task_list'),
        ),
        migrations.AddIndex(
            model_name='writingtask',
            index=models.Index(fields=['account', 'site', 'state'], name='writer_task_state'),
        ),
        migrations.AddIndex(
            model_name='writingtask',
            index=models.Index(fields=['account', 'idea'], name='writer_task_idea'),
        ),
        migrations.AddConstraint(
            model_name='writingtask',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None), models.Q(('state', 'failed'), _negated=True)), fields=('account', 'idea'), name='writer_task_per_idea'),
        ),
        migrations.AddConstraint(
            model_name='writingtask',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None), models.Q(('state', 'failed'), _negated=True)), fields=('account', 'site', 'head_keyword'), name='writer_task_per_query'),
        ),
        migrations.AddIndex(
            model_name='articlesection',
            index=models.Index(fields=['account', 'task'], name='writer_section_task'),
        ),
        migrations.AddConstraint(
            model_name='articlesection',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('account', 'task', 'draft_number', 'position'), name='writer_section_once'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['account', 'site', '-id'], name='writer_article_list'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['account', 'task'], name='writer_article_task'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['account', 'idea'], name='writer_article_idea'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('account', 'task'), name='writer_article_per_task'),
        ),
    ]
