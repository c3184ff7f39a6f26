"""Shifts: holes first, claims by code, refusals in words."""

from __future__ import annotations

from uuid import UUID

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.domain.mobilising.models import Post, Seat, Shift, ShiftBegun
from tests.commandpost import services
from tests.commandpost.desk import BASE, signed_in, text
from tests.commandpost.services import ANN, BEN, POST, SHIFT, served

__all__ = ["served"]
PAGE = BASE + "shifts/"


def test_holes_and_codes_are_in_the_grid(served: UUID, commander: Actor) -> None:
    page = text(signed_in(commander, "en").get(PAGE + "?day=2022-02-18"))
    assert services.code_of(ANN) in page
    assert "1 empty" in page
    assert "Gate duty" in page
    assert str(SHIFT) not in text(signed_in(commander).get(PAGE + "?day=2022-02-25"))


def test_a_seat_is_claimed_begun_ended_by_code(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    one = f"{PAGE}{SHIFT}/"
    for deed, said in (("begin", "Work has begun"), ("end", "Work has ended")):
        assert said in text(
            client.post(f"{one}{deed}/", {"responder": str(ANN)}, headers={"HX-Request": "true"})
        )
    with scope(commander, served):
        assert ShiftBegun.objects.filter(shift=SHIFT, responder=ANN).exists()


def test_not_fit_is_refused_without_a_reason(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    answer = client.post(
        f"{PAGE}{SHIFT}/claim/", {"code": services.code_of(BEN)}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "not assignable to this post" in said
    assert "standing" not in said
    with scope(commander, served):
        assert not Seat.objects.filter(shift=SHIFT, responder=BEN, claimed_at__isnull=False).exists()


def test_a_seat_is_given_back_and_taken_again(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    one = f"{PAGE}{SHIFT}/"
    assert client.post(one + "release/", {"responder": str(ANN)}).status_code == 302
    with scope(commander, served):
        assert Shift.objects.get(pk=SHIFT).claimed == 0
    assert client.post(one + "claim/", {"code": services.code_of(ANN).lower()}).status_code == 302
    with scope(commander, served):
        assert Shift.objects.get(pk=SHIFT).claimed == 1


def test_an_unknown_code_is_said(served: UUID, commander: Actor) -> None:
    answer = signed_in(commander, "en").post(f"{PAGE}{SHIFT}/claim/", {"code": "ZZZZ\x00"})
    assert answer.status_code == 404
    assert "Nobody has the code" in answer.content.decode()


def test_posts_and_shifts_are_added(served: UUID, commander: Actor) -> None:
    client, identity = signed_in(commander), new_id()
    form = {
        "id": str(identity),
        "area": "440307006005000",
        "kind": "gate",
        "name": "西门",
        "seats": "3",
        "forbids": ["cold"],
    }
    assert client.post(PAGE + "posts/", form).status_code == 302
    times = {"post": str(identity), "from_at": "2022-02-19T08:00", "to_at": "2022-02-19T16:00"}
    assert client.post(PAGE + "add/", times).status_code == 302
    assert client.post(PAGE + "add/", times | {"to_at": "2022-02-19T07:00"}).status_code == 422
    with scope(commander, served):
        assert "cold" in Post.objects.get(pk=identity).forbids
        assert Shift.objects.get(post=identity).seats == 3


def test_sheets_hold_every_seat(served: UUID, commander: Actor) -> None:
    page = text(signed_in(commander, "en").get(f"{PAGE}sheets/?day=2022-02-18&post={POST}"))
    assert services.code_of(ANN) in page
    assert page.count(">empty<") == 1


def test_strangers_open_nothing(served: UUID, outsider: Actor, tracer: Actor) -> None:
    assert signed_in(outsider).get(f"{PAGE}{SHIFT}/drawer/").status_code == 404
    assert signed_in(tracer).post(f"{PAGE}{SHIFT}/claim/", {"responder": str(ANN)}).status_code == 403
