"""The callers' queue in the order of its priorities."""

from django.db import migrations, models

OPEN = {"state": "open", "step__in": ("call", "other_caller")}


class Migration(migrations.Migration):
    dependencies = [
        ("worklists", "0009_one_index_of_lists"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="workitem", name="worklists_item_queue"),
        migrations.RemoveIndex(model_name="workitem", name="worklists_item_again"),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                fields=["priority", "due_at", "id"],
                name="worklists_item_queue",
                condition=models.Q(next_try_at=None, **OPEN),
            ),
        ),
        migrations.AddIndex(
            model_name="workitem",
            index=models.Index(
                fields=["priority", "next_try_at", "id"],
                name="worklists_item_again",
                condition=models.Q(next_try_at__isnull=False, **OPEN),
            ),
        ),
    ]
