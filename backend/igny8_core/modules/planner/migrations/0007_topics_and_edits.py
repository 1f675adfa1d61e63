import django.db.models.deletion
import igny8_core.common.ids
import igny8_core.tenancy.fields
from django.db import migrations, models

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):

    dependencies = [
        ('igny8_auth', '0006_console_sign_ins'),
        ('planner', '0006_vectors'),
    ]

    operations = [
        migrations.AddField(
            model_name='keyword',
            name='cluster_source',
            field=models.CharField(choices=[('rules', 'Rules'), ('human', 'Human')], default='rules', help_text='Who decided on the cluster, or that there is none.', max_length=5),
        ),
        migrations.CreateModel(
            name='PlanEdit',
            fields=[
                ('id', models.UUIDField(default=igny8_core.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', igny8_core.tenancy.fields.VersionField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('deletion_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('kind', models.CharField(choices=[('change', 'Changed'), ('create', 'Made'), ('move', 'Moved keywords'), ('take_out', 'Took keywords out'), ('release', 'Gave keywords back to the rules'), ('split', 'Split'), ('merge', 'Merged'), ('delete', 'Deleted'), ('topic', 'Moved clusters')], max_length=10)),
                ('subject', models.CharField(help_text='The name of what was edited, as it was then.', max_length=200)),
                ('rows_count', models.PositiveIntegerField(default=0, help_text='How many keywords, or clusters, it moved.')),
                ('changes', models.JSONField(default=list, help_text='In order: table, ids, what they were before and what they are after.')),
                ('row_ids', models.JSONField(default=list, help_text='The clusters and topics that it concerned.')),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.account')),
                ('sector', igny8_core.tenancy.fields.TenantForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.sector')),
                ('site', igny8_core.tenancy.fields.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.site')),
            ],
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.UUIDField(default=igny8_core.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', igny8_core.tenancy.fields.VersionField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('deletion_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('name', models.CharField(max_length=200)),
                ('head_keyword', models.CharField(max_length=200)),
                ('clusters_count', models.PositiveIntegerField(default=0)),
                ('keywords_count', models.PositiveIntegerField(default=0)),
                ('volume', models.PositiveBigIntegerField(default=0, help_text="Monthly searches of all its clusters' keywords.")),
                ('avg_difficulty', models.FloatField(blank=True, null=True)),
                ('is_locked', models.BooleanField(default=False, help_text='A locked topic takes and gives no clusters.')),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.account')),
                ('sector', igny8_core.tenancy.fields.TenantForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.sector')),
                ('site', igny8_core.tenancy.fields.TenantForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.site')),
            ],
        ),
        migrations.AddField(
            model_name='cluster',
            name='topic',
            field=igny8_core.tenancy.fields.TenantForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='clusters', to='planner.topic'),
        ),
        migrations.AddIndex(
            model_name='cluster',
            index=models.Index(fields=['account', 'topic'], name='planner_cluster_topic'),
        ),
        migrations.AddIndex(
            model_name='planedit',
            index=models.Index(fields=['account', 'site', '-id'], name='planner_edit_list'),
        ),
        migrations.AddIndex(
            model_name='topic',
            index=models.Index(fields=['account', 'site', '-volume'], name='planner_topic_list'),
        ),
        ProtectTenantTable("Topic"),
        ProtectTenantTable("PlanEdit"),
        ProtectTenantTable("Cluster"),
    ]
