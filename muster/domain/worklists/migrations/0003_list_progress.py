from django.db import migrations, models

# The owner is bound by row security too, and a migration has no scope.
FILL = """
alter table worklists_listentry no force row level security;
alter table worklists_workitem no force row level security;
update worklists_listentry e set done = true from worklists_workitem i where i.id = e.item and i.state = 'done';
alter table worklists_workitem force row level security;
alter table worklists_listentry force row level security;
"""


class Migration(migrations.Migration):
    dependencies = [("worklists", "0002_page_indexes")]

    operations = [
        migrations.AddField("listentry", "done", models.BooleanField(db_default=False)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            "listentry",
            models.Index(
                fields=["area", "list"],
                include=["done", "incident"],
                name="worklists_entry_progress",
                condition=models.Q(returned_at=None),
            ),
        ),
    ]
