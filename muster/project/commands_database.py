"""Commands that prepare the database."""

from __future__ import annotations

import click

from muster.project import installation
from muster.project import provision as roles


@click.command()
def migrate() -> None:
    """Start the embedded database if needed and apply all migrations, as the owner.

    Example: muster migrate
    """
    installation.prepare()
    click.echo("数据库已是最新版本 / the database is up to date")


@click.command()
@click.option(
    "--admin-url",
    help="postgresql:// address of an administrator of your server; without it the SQL is printed.",
)
@click.option("--name", default="muster", show_default=True, help="Name of the database.")
@click.option("--password", help="Password given to roles that are created. Read from a prompt when `-`.")
def provision_roles(admin_url: str | None, name: str, password: str | None) -> None:
    """Make the roles app_owner and app_rw, the database and its privileges on your own server.

    Example: muster provision --admin-url postgresql://postgres@db.example/postgres --password -
    """
    if admin_url is None:
        click.echo(roles.script(name), nl=False)
        return
    if password == "-":  # noqa: S105
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    import psycopg

    try:
        roles.provision(admin_url, name, password)
    except psycopg.Error as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"app_owner, app_rw, {name}: ready")
