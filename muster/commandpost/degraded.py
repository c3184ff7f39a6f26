"""What works only in part: each part of the whole with its state, what shows it, and what people do meanwhile."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

import msgspec
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinatePeriodicDefer

from muster.commandpost import import_labels
from muster.commandpost.frame import DeskRequest
from muster.commandpost.gates import list_ages
from muster.core import journal, room
from muster.core.access import scope, system
from muster.domain.places.models import Point
from muster.domain.sampling import queries as sampling
from muster.interop.models import Import

BEHIND = timedelta(minutes=5)
UNSEALED = timedelta(minutes=30)
SCANS = timedelta(hours=24)
LISTS = timedelta(days=14)
LEAST_LISTS = 3
USUAL = 2.0  # a list is late after twice the usual time between two of its kind


class Part(msgspec.Struct, frozen=True):
    """A part of the whole: what shows its state (empty when it is well), and what to do meanwhile."""

    title: str
    signs: list[tuple[str, str]]
    advice: str
    is_grave: bool = False


def parts(request: DeskRequest) -> list[Part]:
    """All parts that can fail alone, in the order in which they are looked at."""
    return [
        _disk(),
        _jobs(),
        _journal(request.now),
        _gate_lists(request),
        _laboratory(request),
        _lists(request),
    ]


def _ago(spent: timedelta) -> str:
    minutes = max(int(spent.total_seconds() // 60), 0)
    return _("%(n)d min") % {"n": minutes} if minutes < 120 else _("%(n)d h") % {"n": minutes // 60}


def _disk() -> Part:
    left = room.left()
    free = _("%(n).1f GB left") % {"n": left.free / 1e9}
    return Part(
        _("Disk of the server"),
        [(_("fills up"), free)] if left.is_low else [],
        _("Make room, or the server stops taking records in; phones keep theirs."),
        left.is_grave,
    )


def _jobs() -> Part:
    """Time of this machine, not of a training clock: a worker that is not running does nothing by the clock."""
    ticked = ProcrastinatePeriodicDefer.objects.filter(task_name__endswith="wake")
    last = ticked.aggregate(last=Max("defer_timestamp"))["last"]
    behind = datetime.now(UTC) - BEHIND
    waiting = ProcrastinateJob.objects.filter(status="todo", attempts=0)
    late = waiting.filter(scheduled_at__lt=behind).count()
    signs = []
    if last is not None and time.time() - last > BEHIND.total_seconds():
        signs.append((_("the clockwork stands still"), _ago(timedelta(seconds=time.time() - last))))
    if late:
        signs.append((ngettext("%(n)d job waits", "%(n)d jobs wait", late) % {"n": late}, ""))
    return Part(
        _("Work by the clock"),
        signs,
        _("Deadlines do not fall due and imports stand still by themselves. Start `muster serve` anew."),
    )


def _journal(now: datetime) -> Part:
    with scope(system()):
        since = journal.unsealed_since()
    late = since is not None and now - since > UNSEALED
    return Part(
        _("Seal of the journal"),
        [(_("not sealed for"), _ago(now - since))] if late and since else [],
        _("Nothing is lost. If it lasts: `muster serve` anew, then `muster check`."),
    )


def _gate_lists(request: DeskRequest) -> Part:
    ages = {gate: minutes for gate, (minutes, old) in list_ages(request, request.now - SCANS).items() if old}
    names = dict(Point.objects.filter(pk__in=ages).values_list("id", "name"))
    listed = sorted(ages.items(), key=lambda one: -one[1])
    return Part(
        _("Lists at the gates"),
        [(names.get(gate, ""), _ago(timedelta(minutes=minutes))) for gate, minutes in listed[:10]],
        _(
            "Guards see it in amber and let people pass with a note. Bring the phone to a network, or print the list."
        ),
    )


def _laboratory(request: DeskRequest) -> Part:
    late = [one for one in sampling.at_laboratory(request.incident.id, request.now) if one.late]
    signs = []
    if late:
        text = ngettext("%(n)d tube is overdue", "%(n)d tubes are overdue", len(late)) % {"n": len(late)}
        signs.append((text, _("the oldest %(n).0f h") % {"n": late[0].hours}))
    return Part(
        _("Results of the laboratory"),
        signs,
        _("Ask the laboratory by telephone, have the file sent again; tell people that results are late."),
    )


def _lists(request: DeskRequest) -> Part:
    """Lists from above come in a rhythm; one that stays away is noticed."""
    taken = Import.objects.filter(
        incident=request.incident.id, run_at__gte=request.now - LISTS, undone_at=None
    )
    times: dict[str, list[datetime]] = {}
    for kind, at in taken.order_by("run_at").values_list("kind", "run_at"):
        if at is not None:
            times.setdefault(kind, []).append(at)
    signs = []
    for kind, listed in sorted(times.items()):
        usual = _usual(listed)
        spent = request.now - listed[-1]
        if usual is not None and spent > max(USUAL * usual, timedelta(hours=1)):
            said = _("last %(ago)s ago, usually every %(usual)s") % {"ago": _ago(spent), "usual": _ago(usual)}
            signs.append((str(import_labels.KIND.get(kind, kind)), said))
    return Part(
        _("Files and codes from above"),
        signs,
        _(
            "Work goes on without: identity card or printed sheet for the code, the last list for the new one."
        ),
    )


def _usual(listed: list[datetime]) -> timedelta | None:
    """The usual time between two; None when too few came to tell."""
    if len(listed) < LEAST_LISTS:
        return None
    spent = [(later - before).total_seconds() for before, later in pairwise(listed)]
    return timedelta(seconds=median(spent))
