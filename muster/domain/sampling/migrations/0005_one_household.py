"""A tube for one household alone says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sampling", "0004_boxes_and_positive_tubes"),
    ]

    operations = [
        migrations.AddField(
            model_name="sampletaken",
            name="one_household",
            field=models.BooleanField(db_default=False),
        ),
    ]
