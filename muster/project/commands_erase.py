"""`muster close` and `muster erase`: the end of an incident and of its personal data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

import click

from muster.project import installation, serve

if TYPE_CHECKING:
    from muster.core.access import Actor
    from muster.core.errors import Refusal
    from muster.domain.incidents.models import Incident


@click.command()
@click.argument("code")
@click.option(
    "--as", "username", required=True, help="The account whose right counts and who is written down."
)
@click.option("--reason", required=True, help="Why; sealed in the journal.")
@click.option("--reopen", is_flag=True, help="Open the incident again; what was kept aside is taken up.")
def close(code: str, username: str, reason: str, reopen: bool) -> None:
    """Close an incident: nothing new is recorded in it, the desk reads on, what phones send is kept aside.

    Example: muster close lg-0217 --as wang --reason "last contact released"
    """
    installation.setup_django()
    from muster.core import clock
    from muster.core.access import scope
    from muster.core.errors import Refusal
    from muster.domain.incidents import actions as incidents

    try:
        found, actor = _incident(code), _actor(username)
        with scope(actor, found.id):
            if reopen:
                incidents.reopen(incident=found.id, reason=reason, by=actor)
            else:
                incidents.close(incident=found.id, reason=reason, by=actor, now=clock.now())
    except Refusal as refusal:
        _stop(refusal)
    click.echo(f"{code}: " + ("已重新开启 / open again" if reopen else "已结束 / closed"))


@click.command()
@click.argument("code")
def erase(code: str) -> None:
    """Destroy the personal data of a closed incident: its key, then its rows. Two people, each with their password.

    Needs `muster stop` first. Killed in the middle it is run again. Writes a signed certificate.

    Example: muster erase lg-0217
    """
    with serve.only_one():
        installation.start_database()
        installation.setup_django()
        from muster.core.errors import Refusal

        try:
            _erase(code)
        except Refusal as refusal:
            _stop(refusal)


def _erase(code: str) -> None:
    from muster.core import clock
    from muster.core.access import scope, system
    from muster.project import erasure

    found = _incident(code)
    if found.closed_at is None:
        sys.exit("muster: 事件尚未结束，请先 muster close / this incident is open; `muster close` it first")
    with scope(system(incident=found.id), found.id):
        is_done, start = erasure.is_done(found.id), erasure.begun(found.id)
    if is_done:
        click.echo(f"已销毁 / erased already: {erasure.path_of(code)}")
        return
    counts = start.counts if start else erasure.counted(found.id)
    click.echo(f"{code} {found.title_zh} / {found.title_en}: 将不可恢复地销毁 / will be destroyed for good")
    for label, rows in sorted(counts.items()):
        click.echo(f"  {label}: {rows:,}")
    approvers = [_approver(found, "第一位 / first"), _approver(found, "第二位 / second")]
    _require_two(approvers)
    if click.prompt("请输入事件代码 / type the incident's code") != code:
        sys.exit("muster: 代码不符，未做任何改动 / that is not the code; nothing was done")
    start = start or erasure.begin(found, approvers, clock.now())
    signed, path = erasure.erase(found, start, approvers[0], say=click.echo)
    click.echo(erasure.text(signed))
    click.echo(path)
    if signed.certificate.scan.found:
        sys.exit(
            "muster: 仍有地方能读到，请处理上面列出的位置 / something can still be read at the places named above"
        )


def _incident(code: str) -> Incident:
    from muster.core.access import scope, system
    from muster.core.errors import NotFound
    from muster.domain.incidents import queries as incidents

    with scope(system()):
        found = incidents.by_code(code)
    if found is None:
        raise NotFound
    return found


def _actor(username: str) -> Actor:
    from django.db import transaction

    from muster.core import accounts

    with transaction.atomic():
        return accounts.actor(accounts.by_username(username))


def _approver(incident: Incident, which: str) -> Actor:
    """One person with the right, who proves it by their password."""
    from muster.core.access import scope, system
    from muster.core.models import Account

    username = click.prompt(f"{which}: 账号 / account")
    password = click.prompt("密码 / password", hide_input=True)
    with scope(system()):
        held = Account.objects.filter(username=username.replace("\0", ""), is_active=True).first()
        proven = held is not None and held.check_password(password)
    if not proven:
        sys.exit("muster: 账号或密码不对，未做任何改动 / wrong account or password; nothing was done")
    actor = _actor(username)
    actor.require("incidents.close", incident.area, incident.id)
    return actor


def _require_two(approvers: list[Actor]) -> None:
    """Two accounts of one person are one person."""
    first, second = approvers
    if first.account == second.account or (first.responder and first.responder == second.responder):
        sys.exit("muster: 须由两个不同的人批准 / two different people must approve; nothing was done")


def _stop(refusal: Refusal) -> NoReturn:
    sys.exit(f"muster: {refusal.say('zh')} / {refusal.say('en')} ({refusal.code})")
