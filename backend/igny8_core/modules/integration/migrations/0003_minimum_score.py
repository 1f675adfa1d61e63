"""A destination may ask for a score; connections that stand ask for none, as before."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('igny8_auth', '0004_identity'),
        ('integration', '0002_wall'),
    ]

    operations = [
        migrations.AddField(
            model_name='destination',
            name='minimum_score',
            field=models.PositiveSmallIntegerField(blank=True, help_text='What an article must score to be published without a review; null: nothing.', null=True),
        ),
        migrations.AddConstraint(
            model_name='destination',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_score__lte', 100)), name='integration_minimum_score_range'),
        ),
    ]
