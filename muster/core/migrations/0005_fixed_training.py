from django.db import migrations


class Migration(migrations.Migration):
    """The app role moves a training clock; what an installation is, only the owner says, and once."""

    dependencies = [
        ("core", "0004_history"),
    ]

    operations = [
        migrations.RunSQL(
            "revoke insert, update, delete, truncate on core_installation from app_rw;"
            " grant update (clock_offset, tx_base) on core_installation to app_rw",
            "grant insert, update, delete on core_installation to app_rw",
        ),
    ]
