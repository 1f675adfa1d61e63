"""Invitations, second factors and what ends tokens; an ordinary account can no longer become the system's."""

import django.db.models.deletion
import igny8_core.common.ids
import igny8_core.tenancy.fields
import igny8_core.tenancy.secrets
from django.conf import settings
from django.db import migrations, models

from igny8_core.tenancy.rls import ComposeTenantKeys, ProtectTenantTable


GUARD = """
CREATE OR REPLACE FUNCTION igny8_guard_system() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.is_system <> NEW.is_system OR OLD.id <> NEW.id OR (OLD.is_system AND NEW.plan_status <> 'active') THEN
    RAISE EXCEPTION 'a system account stays what it is' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('igny8_auth', '0003_plans'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=igny8_core.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', igny8_core.tenancy.fields.VersionField(default=1, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('deletion_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('email', models.EmailField(help_text='Lower case.', max_length=254)),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('editor', 'Editor'), ('viewer', 'Viewer')], max_length=10)),
                ('all_sites', models.BooleanField(default=True, help_text='Off: only the sites of `site_ids`.')),
                ('site_ids', models.JSONField(default=list)),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SecondFactor',
            fields=[
                ('id', models.UUIDField(default=igny8_core.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('secret', igny8_core.tenancy.secrets.EncryptedTextField(help_text='The shared secret in base 32, sealed for the account.')),
                ('confirmed_at', models.DateTimeField(blank=True, help_text='Empty until a first code was right.', null=True)),
                ('last_counter', models.PositiveBigIntegerField(default=0, help_text='The 30-second step of the last code used.')),
                ('recovery_digests', models.JSONField(default=list, help_text='SHA-256 of each recovery code not used yet.')),
            ],
        ),
        migrations.AddField(
            model_name='user',
            name='removed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='token_version',
            field=models.PositiveIntegerField(default=1, editable=False, help_text='Tokens and sessions made on another one stop.'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(condition=models.Q(('is_system', True)), fields=('is_system',), name='igny8_auth_one_system'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('role', 'owner')), fields=('account',), name='igny8_auth_one_owner'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='account',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='igny8_auth.account'),
        ),
        migrations.AddField(
            model_name='invitation',
            name='invited_by',
            field=igny8_core.tenancy.fields.TenantForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='secondfactor',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='igny8_auth.account'),
        ),
        migrations.AddField(
            model_name='secondfactor',
            name='user',
            field=igny8_core.tenancy.fields.TenantForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(condition=models.Q(('accepted_at', None), ('deleted_at', None)), fields=('account', 'email'), name='igny8_auth_invitation_open'),
        ),
        migrations.AddConstraint(
            model_name='secondfactor',
            constraint=models.UniqueConstraint(fields=('user',), name='igny8_auth_second_factor_once'),
        ),
        ProtectTenantTable("Invitation"),
        ComposeTenantKeys("SecondFactor"),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
