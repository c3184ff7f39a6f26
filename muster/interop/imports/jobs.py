"""Big files are worked on by a job, with the rights of whoever asked, as they are by then."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from muster.core import accounts, clock
from muster.core.access import Actor, scope, system
from muster.core.errors import Refusal
from muster.domain.incidents import queries as incidents
from muster.domain.incidents.actions import require_open
from muster.interop.models import Import

TASK, COMPARE = "imports.work", "compare"


def defer(made: Import, step: str, by: Actor) -> None:
    """Leave a step to the job worker; it starts once the transaction is over."""
    from procrastinate.contrib.django import app

    job = app.configure_task(TASK, lock=f"import/{made.id}")
    job.defer(upload=str(made.id), incident=str(made.incident), account=str(by.account), step=step)


def compare(made: Import, by: Actor) -> None:
    """Weigh the new people of an import once the run is over: nobody waits for it."""
    defer(made, COMPARE, by)


def work(upload: UUID, incident: UUID, account: UUID, step: str) -> None:
    """Do one step of one import. Whatever stops it is written on the import: nothing waits for ever."""
    with scope(system(incident=incident), incident):
        has_ended = incidents.is_closed(incident)
    if step == COMPARE and has_ended:
        return None
    if step == COMPARE:  # what fails here takes nothing back: the worker tries again and reports it
        return _do(upload, incident, account, step)
    problem = "imports.broken"
    try:
        _do(upload, incident, account, step)
        problem = ""
    except Refusal as refusal:
        problem = refusal.code
    finally:
        if problem:
            with scope(system(incident=incident), incident):
                Import.objects.filter(pk=upload).update(queued="", problem=problem)


def _do(upload: UUID, incident: UUID, account: UUID, step: str) -> None:
    from muster.interop.imports import actions, comparing

    with transaction.atomic():
        actor = accounts.actor(account)
    with scope(actor, incident):
        require_open(incident)
        made = actions.find(upload, lock=True)
        if step == COMPARE:
            comparing.compare(made, clock.now())
        elif made.queued == step:  # a job that was killed is given back and finds its step undone
            actions.work(made, step, actor, clock.now())
