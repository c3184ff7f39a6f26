"""`muster backup` and `muster restore`."""

from __future__ import annotations

from pathlib import Path

import click

from muster.project import backup as backups
from muster.project import installation, serve

DIRECTORY = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("directory", type=DIRECTORY)
def backup(directory: Path) -> None:
    """Write the whole database into DIRECTORY while it runs. Keys are not in it: keep them apart.

    Example: muster backup /mnt/usb/muster
    """
    target = backups.write(directory)
    click.echo(f"{target} ({target.stat().st_size:,} bytes)")
    click.echo("备份不含密钥；请另行保管 / keys are not in the backup; keep them elsewhere")


@click.command()
@click.argument("directory", type=DIRECTORY)
@click.option(
    "--into-empty", is_flag=True, help="Rename the present database, keep it, restore into a new one."
)
def restore(directory: Path, into_empty: bool) -> None:
    """Read the backup in DIRECTORY; refuses a database that is not empty.

    Example: muster restore /mnt/usb/muster --into-empty
    """
    with serve.only_one():
        kept = backups.read(directory, set_aside=into_empty)
        installation.prepare()
    click.echo("已恢复 / restored")
    if kept:
        click.echo(f"原数据库保留为 / the former database is kept as: {kept}")
