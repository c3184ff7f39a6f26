"""`muster account`."""

from __future__ import annotations

import secrets
import sys
from datetime import datetime

import click

from muster.project import installation


@click.command()
@click.argument("username")
@click.option("--role", required=True, help="commander, desk, tracer, caller, grid_worker, field_team, …")
@click.option("--area", type=int, required=True, help="15-digit code of the area; 0 is everywhere.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="When the right ends.")
@click.option("--password", help="Read from a prompt when `-`; without it one is made and shown once.")
def account(username: str, role: str, area: int, until: datetime | None, password: str | None) -> None:
    """Make an account and give it a role in an area. The first one is made here, on the machine itself.

    Example: muster account wang --role commander --area 440307000000000
    """
    installation.setup_django()
    from muster.core import accounts
    from muster.core.access import ROLES, scope, system
    from muster.core.errors import Refusal
    from muster.core.models import Account

    if role not in ROLES:
        sys.exit(f"muster: 没有角色 {role} / no role {role}; 可用 / there are: {', '.join(ROLES)}")
    chosen = password or secrets.token_urlsafe(12)
    if chosen == "-":
        chosen = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        with scope(system()) as by:
            if Account.objects.filter(username=username).exists():
                sys.exit(f"muster: 账号 {username} 已存在 / account {username} exists")
            made = accounts.create_account(username=username, password=chosen)
            ends = until.astimezone() if until else None
            accounts.give(account=made.pk, role=role, area=area, incident=None, until=ends, by=by)
    except Refusal as refusal:
        sys.exit(f"muster: {refusal.say('zh')} / {refusal.say('en')}")
    click.echo(f"{username}: {role}, {area}")
    if not password:
        click.echo(f"密码（只显示一次） / password, shown once: {chosen}")
