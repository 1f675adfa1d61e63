"""Articles are reviewed by people before they are published."""

import django.db.models.deletion
import igny8_core.tenancy.fields
from django.conf import settings
from django.db import migrations, models

from igny8_core.tenancy.rls import ProtectTenantTable


class Migration(migrations.Migration):

    dependencies = [
        ('igny8_auth', '0004_identity'),
        ('planner', '0002_wall'),
        ('writer', '0002_wall'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='article',
            name='review_comment',
            field=models.CharField(blank=True, default='', max_length=500),
        ),
        migrations.AddField(
            model_name='article',
            name='review_count',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='article',
            name='review_reason',
            field=models.CharField(blank=True, default='', help_text='Why it was asked for.', max_length=500),
        ),
        migrations.AddField(
            model_name='article',
            name='review_state',
            field=models.CharField(choices=[('none', 'None'), ('pending', 'Pending'), ('approved', 'Approved'), ('rejected', 'Rejected')], default='none', max_length=10),
        ),
        migrations.AddField(
            model_name='article',
            name='reviewed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='article',
            name='reviewed_by',
            field=igny8_core.tenancy.fields.TenantForeignKey(blank=True, db_index=False, help_text='Null: staff.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='article',
            name='reviewed_version',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('review_state', 'pending')), fields=['account', 'site', '-id'], name='writer_article_in_review'),
        ),
        ProtectTenantTable("Article"),
    ]
