"""Claims on seats: fitness, rest, double booking, one winner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from muster.core.access import Actor, scope, system
from muster.core.errors import Refusal
from muster.core.ids import new_id
from muster.core.told import Done
from muster.core.vault import create_keys
from muster.domain.incidents.models import Incident
from muster.domain.mobilising.actions import duty, posts, seats
from muster.domain.mobilising.actions.duty import DutyBody
from muster.domain.mobilising.actions.seats import SeatBody
from muster.domain.mobilising.models import Seat, Shift
from muster.domain.responders import actions as responders
from muster.domain.responders.rules import ResponderKind
from tests.cast import COMMUNITY, DISTRICT, ELSEWHERE, INCIDENT, NOW, person
from tests.domain.mobilising.scene import HOUR, MORNING, Scene

TRIALS = 25
CLAIMANTS = 8


def only(done: Done) -> Refusal:
    (refusal,) = done.refused.values()
    return refusal


def claim(scene: Scene, shift: UUID, responder: UUID) -> Done:
    return scene.tell(seats.claim_seats, SeatBody(shift, responder))


def test_a_seat_is_taken_once_and_given_back(scene: Scene) -> None:
    (responder,) = scene.people(1)
    shift = scene.shift()
    for _ in range(2):
        assert not claim(scene, shift, responder).refused
    assert Shift.objects.get(pk=shift).claimed == 1
    scene.tell(seats.release_seats, SeatBody(shift, responder))
    assert Shift.objects.get(pk=shift).claimed == 0
    assert not claim(scene, shift, responder).refused
    assert Seat.objects.filter(shift=shift).count() == 1


def test_a_full_shift_takes_nobody(scene: Scene) -> None:
    shift = scene.shift(seats=2)
    done = scene.tell(seats.claim_seats, *(SeatBody(shift, one) for one in scene.people(5)))
    assert [refusal.code for refusal in done.refused.values()] == ["mobilising.seats_full"] * 3
    assert Shift.objects.get(pk=shift).claimed == 2


def test_one_person_is_not_in_two_places(scene: Scene) -> None:
    (responder,) = scene.people(1)
    claim(scene, scene.shift(), responder)
    refusal = only(claim(scene, scene.shift(MORNING + 7 * HOUR, 2), responder))
    assert refusal.code == "mobilising.double_booked"
    assert "2022-02-19 16:00" in refusal.say("zh")
    assert "another shift" in refusal.say("en")


def test_two_claims_of_one_person_in_one_call_are_weighed_together(scene: Scene) -> None:
    (responder,) = scene.people(1)
    bodies = [SeatBody(scene.shift(), responder) for _ in range(2)]
    assert only(scene.tell(seats.claim_seats, *bodies)).code == "mobilising.double_booked"


def test_rest_is_kept_and_the_refusal_says_until_when(scene: Scene) -> None:
    (responder,) = scene.people(1)
    claim(scene, scene.shift(), responder)
    refusal = only(claim(scene, scene.shift(MORNING + 16 * HOUR), responder))
    assert refusal.code == "mobilising.rest_needed"
    assert "2022-02-20 02:00" in refusal.say("zh")
    assert "2022-02-20 02:00" in refusal.say("en")
    assert not claim(scene, scene.shift(MORNING + 18 * HOUR), responder).refused


def test_rest_counts_from_the_work_that_was_done(scene: Scene) -> None:
    (responder,) = scene.people(1)
    worked = scene.shift()
    claim(scene, worked, responder)
    scene.tell(duty.begin_shifts, DutyBody(worked, responder), at=MORNING)
    scene.tell(duty.end_shifts, DutyBody(worked, responder), at=MORNING + 11 * HOUR)
    refusal = only(claim(scene, scene.shift(MORNING + 18 * HOUR), responder))
    assert "2022-02-20 05:00" in refusal.say("zh")


def test_nobody_works_longer_than_a_day_allows(scene: Scene) -> None:
    staff, volunteer = scene.people(1)[0], scene.people(1, ResponderKind.VOLUNTEER)[0]
    assert only(claim(scene, scene.shift(hours=13), staff)).code == "mobilising.too_long"
    refusal = only(claim(scene, scene.shift(hours=9), volunteer))
    assert refusal.code == "mobilising.too_long"
    assert " 8 " in refusal.say("zh")
    assert not claim(scene, scene.shift(hours=9), staff).refused


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("limit", "hours"), [("sealed_area", MORNING), ("night", MORNING + 15 * HOUR)])
def test_somebody_not_fit_is_refused_and_no_reason_shows(
    scene: Scene, limit: str, hours: datetime, language: str
) -> None:
    (responder,) = scene.people(1)
    scene.tell(responders.declare_fitness, responders.DeclareFitness(responder, [limit]))
    refusal = only(claim(scene, scene.shift(hours, forbids=("sealed_area",)), responder))
    assert refusal.code == "mobilising.not_fit"
    said = refusal.say(language)
    assert ("岗位" if language == "zh-hans" else "not assignable to this post") in said
    leaked = re.compile(
        f"{limit}|night|sealed|health|medic|pregnan|sick|夜班|封控|健康|孕|病|身体", re.IGNORECASE
    )
    assert not leaked.search(said)
    assert set(refusal.details) == {"code"}
    assert not claim(scene, scene.shift(MORNING), responder).refused


def test_the_protocol_forbids_posts_of_a_kind(scene: Scene) -> None:
    (responder,) = scene.people(1)
    scene.tell(responders.declare_fitness, responders.DeclareFitness(responder, ["cold"]))
    assert only(claim(scene, scene.shift(kind="gate"), responder)).code == "mobilising.not_fit"


def test_a_guest_is_judged_in_the_area_that_needs_them(
    scene: Scene, outsider: Actor, incident: UUID, now: datetime
) -> None:
    """Limits declared at home, and hours taken there, count in another area that sees neither name nor shift."""
    with scope(outsider, incident):
        theirs = Scene(outsider, incident, now)
        unfit, busy = theirs.people(2, area=ELSEWHERE)
        theirs.tell(responders.declare_fitness, responders.DeclareFitness(unfit, ["exposed"]))
        post = posts.AddPost(new_id(), ELSEWHERE, "order", "x", 5)
        shift = posts.ShiftBody(new_id(), post.id, MORNING, MORNING + 8 * HOUR)
        theirs.tell(posts.add_posts, post)
        theirs.tell(posts.add_shifts, posts.AddShifts([shift]))
        assert not claim(theirs, shift.id, busy).refused
    assert not Shift.objects.exists()
    assert only(claim(scene, scene.shift(forbids=("exposed",)), unfit)).code == "mobilising.not_fit"
    assert only(claim(scene, scene.shift(), busy)).code == "mobilising.double_booked"
    assert not claim(scene, scene.shift(), unfit).refused


def test_people_claim_for_themselves_and_planners_for_all(
    scene: Scene, incident: UUID, now: datetime
) -> None:
    own, other = scene.people(2)
    shift = scene.shift()
    field = Actor(account=new_id(), grants=person("f", "field_team", COMMUNITY).grants, responder=own)
    with scope(field, incident):
        theirs = Scene(field, incident, now)
        assert not claim(theirs, shift, own).refused
        assert only(claim(theirs, shift, other)).code == "access.not_allowed"
    outside = person("o", "commander", ELSEWHERE)
    with scope(outside, incident):
        assert list(claim(Scene(outside, incident, now), shift, other).waiting)
    assert Shift.objects.get(pk=shift).claimed == 1


def test_shifts_need_hours_and_a_post(scene: Scene) -> None:
    backwards = posts.ShiftBody(new_id(), new_id(), MORNING, MORNING)
    assert only(scene.tell(posts.add_shifts, posts.AddShifts([backwards]))).code == "input.unreadable"
    orphan = posts.ShiftBody(new_id(), new_id(), MORNING, MORNING + HOUR)
    assert scene.tell(posts.add_shifts, posts.AddShifts([orphan])).waiting


@pytest.fixture
def committed(fresh_db: str) -> Scene:
    """A scene whose incident other connections see."""
    with scope(system(), INCIDENT):
        create_keys(None)
        create_keys(INCIDENT)
        Incident.objects.create(
            id=INCIDENT, area=DISTRICT, code="lg-0217", title_zh="龙岗", title_en="Longgang", pack="covid-cn-v8",
            opened_at=datetime(2022, 2, 17, tzinfo=UTC),
        )  # fmt: skip
    return Scene(person("commander", "commander", DISTRICT), INCIDENT, NOW)


def race(scene: Scene, claims: Sequence[Sequence[SeatBody]]) -> list[tuple[str, ...]]:
    """Each list of claims in its own thread, the n-th claims of all at once; what became of each round."""
    gate = Barrier(len(claims))

    def run(bodies: Sequence[SeatBody]) -> list[str]:
        results: list[str] = []
        try:
            for body in bodies:
                gate.wait(30)
                with scope(scene.by, scene.incident):
                    done = scene.tell(seats.claim_seats, body)
                results.append(next((refusal.code for refusal in done.refused.values()), "won"))
        finally:
            if len(results) < len(bodies):
                gate.abort()  # nobody waits for a thread that failed
            connection.close()
        return results

    with ThreadPoolExecutor(len(claims)) as pool:
        return [tuple(sorted(trial)) for trial in zip(*pool.map(run, claims), strict=True)]


def test_the_last_seat_has_one_winner(committed: Scene) -> None:
    """Eight people claim the last seat at once, many times: one gets it, seven learn that it is gone."""
    with scope(committed.by, INCIDENT):
        people = committed.people(CLAIMANTS)
        shifts = [committed.shift(MORNING + timedelta(days=day), seats=1) for day in range(TRIALS)]
    rounds = race(committed, [[SeatBody(shift, one) for shift in shifts] for one in people])
    assert set(rounds) == {("mobilising.seats_full",) * (CLAIMANTS - 1) + ("won",)}
    assert len(rounds) == TRIALS
    with scope(committed.by, INCIDENT):
        assert set(Shift.objects.values_list("claimed", flat=True)) == {1}
        winners = dict(Seat.objects.values_list("shift", "responder"))
        assert len(winners) == Seat.objects.count() == TRIALS


def test_one_person_claimed_twice_at_once_gets_one_seat(committed: Scene) -> None:
    """Two desks want the same person for the same hours: one has them."""
    with scope(committed.by, INCIDENT):
        (responder,) = committed.people(1)
        days = [MORNING + timedelta(days=day) for day in range(TRIALS)]
        pairs = [(committed.shift(day), committed.shift(day)) for day in days]
    rounds = race(committed, [[SeatBody(pair[desk], responder) for pair in pairs] for desk in range(2)])
    assert set(rounds) == {("mobilising.double_booked", "won")}
