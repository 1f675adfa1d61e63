"""A score remembers what it took from around the text."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('optimizer', '0002_wall'),
    ]

    operations = [
        migrations.AddField(
            model_name='scoresnapshot',
            name='surroundings',
            field=models.CharField(blank=True, default='', help_text="Other uses of its keyword, and the site's domain.", max_length=300),
        ),
    ]
