import django.db.models.deletion
import igny8_core.common.ids
import igny8_core.tenancy.fields
from django.db import migrations, models

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):

    dependencies = [
        ('igny8_auth', '0006_console_sign_ins'),
        ('planner', '0005_ownership'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeywordVector',
            fields=[
                ('id', models.UUIDField(default=igny8_core.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', igny8_core.tenancy.fields.VersionField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('deletion_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('model', models.CharField(max_length=200)),
                ('normalized', models.CharField(max_length=400)),
                ('vector', models.BinaryField(help_text='Of length one, as 16-bit floats.')),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.account')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('account', 'model', 'normalized'), name='planner_vector_once')],
            },
        ),
        ProtectTenantTable('KeywordVector'),
    ]
