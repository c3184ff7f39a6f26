"""More of the night: batches, duty, tubes, goods, requests. Told by the commander after `desk.play`."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.domain.helpline import actions as helpline
from muster.domain.helpline.rules import LineKind, RequestKind, SupportKind
from muster.domain.mobilising import actions as mobilising
from muster.domain.mobilising.rules import ServiceKind, Stage
from muster.domain.notices import actions as notices
from muster.domain.notices.rules import Channel
from muster.domain.passes import actions as passes
from muster.domain.passes.rules import PassKind, Verdict
from muster.domain.places.models import Point
from muster.domain.responders import actions as responders
from muster.domain.responders.models import Responder
from muster.domain.responders.rules import OrganisationKind, TeamKind
from muster.domain.sampling import actions as sampling
from muster.domain.sampling.rules import tube_id
from muster.domain.supplies.actions import giving, meeting, moving
from muster.domain.supplies.rules import MovementKind, StoreKind, Urgency, item_id
from tests.cast import COMMUNITY, DISTRICT, NOW, SUBDISTRICT
from tests.commandpost.desk import OTHER, PERSON, door, tell

OFFICE, ANN, BEN, BATCH, CALLOUT, POST, SHIFT, TEAM = (
    derive_id("test", "services", name)
    for name in ("office", "ann", "ben", "batch", "callout", "post", "shift", "team")
)
SITE, GATE, ROUND, STORE, NEED, OFFER, REQUEST, COUNSEL, LINE = (
    derive_id("test", "services", name)
    for name in ("site", "gate", "round", "store", "need", "offer", "request", "counsel", "line")
)
BOOT = item_id("rubber_boot")
SECRET = "夜里睡不着"
HOUR = timedelta(hours=1)


def play(by: Actor, incident: UUID) -> None:
    """Everything."""
    with scope(by, incident):
        _people(by, incident)
        _duty(by, incident)
        _tubes(by, incident)
        _goods(by, incident)
        _help(by, incident)


def code_of(responder: UUID) -> str:
    """The spoken code of a responder."""
    with scope(system()):
        return str(Responder.objects.values_list("code", flat=True).get(pk=responder))


def _people(by: Actor, incident: UUID) -> None:
    office = responders.OrganisationBody(
        OFFICE, SUBDISTRICT, "沙头角街道办", OrganisationKind.SUBDISTRICT, "Shatoujiao office"
    )
    tell(responders.add_organisations, responders.AddOrganisations([office]), by, incident)
    bodies = [
        responders.ResponderBody(one, SUBDISTRICT, OFFICE, skills=["nurse"], name="陈建国")
        for one in (ANN, BEN)
    ]
    tell(responders.enrol_responders, responders.EnrolResponders(bodies), by, incident)
    tell(responders.declare_fitness, responders.DeclareFitness(BEN, ["standing"]), by, incident)
    tell(
        responders.form_teams,
        responders.FormTeam(TEAM, COMMUNITY, TeamKind.YOUTH, "南坑青年甲队", leader=ANN, members=[ANN]),
        by,
        incident,
    )
    tell(
        mobilising.send_callouts,
        mobilising.SendCallout(CALLOUT, DISTRICT, "第七号召集令", [OFFICE], "请派员"),
        by,
        incident,
    )
    body = mobilising.PlanBatch(
        BATCH,
        COMMUNITY,
        OFFICE,
        100,
        NOW - HOUR,
        leader=ANN,
        task="扫楼乙组支援",
        printed_date=date(2022, 12, 18),
        printed_total=300,
    )
    tell(mobilising.plan_batches, body, by, incident)
    for stage, heads in ((Stage.MUSTERED, 95), (Stage.DEPARTED, 93), (Stage.ARRIVED, 92)):
        tell(mobilising.call_rolls, mobilising.CallRoll(BATCH, stage, heads, vehicles=2), by, incident)


def _duty(by: Actor, incident: UUID) -> None:
    tell(
        mobilising.add_posts,
        mobilising.AddPost(POST, COMMUNITY, "gate", "南坑东门", 2, forbids=["standing"]),
        by,
        incident,
    )
    shift = mobilising.ShiftBody(SHIFT, POST, NOW - HOUR, NOW + 3 * HOUR)
    tell(mobilising.add_shifts, mobilising.AddShifts([shift]), by, incident)
    tell(mobilising.claim_seats, mobilising.SeatBody(SHIFT, ANN), by, incident)
    tell(mobilising.serve, mobilising.Serve(ANN, ServiceKind.MEAL, COMMUNITY), by, incident)


def _tubes(by: Actor, incident: UUID) -> None:
    for one, kind, name in ((SITE, "site", "第1采样点"), (GATE, "gate", "3号卡口")):
        Point.objects.create(id=one, incident=incident, area=COMMUNITY, kind=kind, name=name)
    tell(sampling.open_rounds, sampling.OpenRound(ROUND, DISTRICT, "第一轮", NOW - HOUR), by, incident)
    for code in ("T4821", "T4822"):
        sample = sampling.TakeSample(resident=PERSON, code=code, site=SITE, round=ROUND, pool_size=10, seat=1)
        tell(sampling.take_samples, sample, by, incident)
        tell(sampling.seal_tubes, sampling.SealTube(code=code, seats_said=1), by, incident)
    tell(sampling.count_tubes, sampling.CountTubes(SITE, counted=1, codes=["T4821"]), by, incident)
    tell(sampling.hand_over_tubes, sampling.HandOverTube(code="T4821", to="市疾控"), by, incident, NOW + HOUR)
    tell(passes.issue_passes, passes.IssuePass(new_id(), COMMUNITY, PassKind.STAFF), by, incident)
    tell(passes.scan_passes, passes.ScanPass(GATE, Verdict.STOP, reason="none"), by, incident)


def tube(incident: UUID, code: str) -> UUID:
    """The id of a tube."""
    return tube_id(incident, code)


def _goods(by: Actor, incident: UUID) -> None:
    boots = moving.AddItems(DISTRICT, [moving.NewItem("rubber_boot", "雨靴", "Rubber boot", "piece")])
    tell(moving.add_items, boots, by, incident)
    tell(moving.add_stores, moving.AddStore(STORE, COMMUNITY, "坂田总仓", StoreKind.STORE), by, incident)
    tell(moving.move_stock, moving.MoveStock(BOOT, 30, MovementKind.ISSUE, from_store=STORE), by, incident)
    tell(
        meeting.state_needs,
        meeting.StateNeed(NEED, COMMUNITY, BOOT, 830, store=STORE, urgency=Urgency.URGENT),
        by,
        incident,
    )
    tell(
        meeting.make_offers,
        meeting.MakeOffer(OFFER, SUBDISTRICT, BOOT, 500, organisation=OFFICE),
        by,
        incident,
    )
    tell(giving.record_donations, giving.RecordDonation(BOOT, 12, STORE, donor="赵无名"), by, incident)


def _help(by: Actor, incident: UUID) -> None:
    tell(
        helpline.add_lines,
        helpline.AddLine(LINE, COMMUNITY, LineKind.CARE, "坂田关爱专线", "0755-8888", True),
        by,
        incident,
    )
    tell(helpline.take_calls, helpline.TakeCall(LINE, "medicine"), by, incident)
    asked = helpline.OpenRequest(
        REQUEST, COMMUNITY, RequestKind.MEDICINE, resident=OTHER, dwelling=door("301")
    )
    tell(helpline.open_requests, asked, by, incident)
    sealed = helpline.OpenRequest(
        COUNSEL, COMMUNITY, RequestKind.COUNSELLING, resident=OTHER, dwelling=door("301"), note=SECRET
    )
    tell(helpline.open_requests, sealed, by, incident)
    tell(
        helpline.record_support,
        helpline.RecordSupport(SupportKind.FAMILY_LETTER, COMMUNITY, 1200),
        by,
        incident,
    )
    tell(notices.broadcast, notices.RecordBroadcast(Channel.LOUDSPEAKER, COMMUNITY, 4000), by, incident)


CANARIES = (
    "南坑东门", "第1采样点", "T4821", "坂田总仓", "坂田关爱专线", "南坑青年甲队", "第七号召集令", "3号卡口",
    "扫楼乙组支援", "0755-8888", "赵无名", SECRET,
)  # fmt: skip


@pytest.fixture
def served(night: UUID, commander: Actor) -> UUID:
    """The night with everything above."""
    play(commander, night)
    return night
