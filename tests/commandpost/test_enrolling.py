"""Enrolling at the desk: organisations, people, teams and the structure, each once, by who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.domain.responders import queries
from muster.domain.responders.models import FitnessLimit, Organisation, Responder, Structure, Team, TeamMember
from tests import cast
from tests.cast import COMMUNITY, ELSEWHERE, NOW
from tests.commandpost import services
from tests.commandpost.desk import BASE, signed_in, text
from tests.commandpost.services import ANN, BEN, OFFICE, TEAM, served

__all__ = ["served"]
PAGE = BASE + "responders/"
HX = {"HX-Request": "true"}


def twice(client: Client, path: str, form: dict[str, Any]) -> str:
    """The form sent two times; what the page said at last."""
    for _once in range(2):
        answer = client.post(PAGE + path, form)
        assert answer.status_code == 302, answer.content[:600]
    return text(client.get(answer["Location"]))


def organisation(**more: Any) -> dict[str, Any]:
    return {"id": new_id(), "name": "石井中学", "kind": "school", "area": COMMUNITY} | more


def person(**more: Any) -> dict[str, Any]:
    return {
        "id": new_id(), "name": "周晓燕", "organisation": OFFICE, "kind": "volunteer", "profession": "teacher",
        "skills": ["driving", "calling", "flying"], "area": COMMUNITY,
    } | more  # fmt: skip


def team(**more: Any) -> dict[str, Any]:
    codes = [services.code_of(one) for one in (ANN, BEN)]
    return {
        "id": new_id(), "name": "石井扫楼一队", "kind": "sweep", "area": COMMUNITY, "organisation": "",
        "leader_code": codes[0], "codes": f"{codes[1].lower()}，{codes[0]}",
    } | more  # fmt: skip


def structure(**more: Any) -> dict[str, Any]:
    return {
        "id": new_id(), "area": COMMUNITY, "committee": "石井居委会", "kind": ["vanguard", "youth", "sweep"],
        "name": ["", "石井青年队", ""], "partners": "物业公司\r\n\r\n超市\r\n物业公司\r\n",
    } | more  # fmt: skip


def test_an_organisation_is_added_once_and_its_people_enrolled(served: UUID, commander: Actor) -> None:
    client, office = signed_in(commander, "en"), organisation()
    assert "The organisation is added" in twice(client, "organisations/add/", office)
    assert "石井中学" in text(client.get(PAGE + "organisations/"))
    wanted = person(organisation=office["id"])
    page = twice(client, "enrol/", wanted)
    with scope(commander, served):
        assert Organisation.objects.filter(name="石井中学", kind="school").count() == 1
        enrolled = Responder.objects.get(organisation=office["id"])
    assert f"The spoken code is {enrolled.code}" in page
    assert "周晓燕" not in page
    assert (enrolled.id, enrolled.kind, enrolled.profession, enrolled.skills, enrolled.area) == (
        wanted["id"], "volunteer", "teacher", ["driving", "calling"], COMMUNITY,
    )  # fmt: skip
    opened = client.post(f"{PAGE}{enrolled.id}/unmask/", {"reason": "roster"}, headers=HX)
    assert "周晓燕" in text(opened)


def test_a_team_is_formed_once_by_spoken_codes(served: UUID, commander: Actor) -> None:
    wanted = team()
    assert "队伍已组建" in twice(signed_in(commander), "teams/", wanted)
    with scope(commander, served):
        held = Team.objects.get(name="石井扫楼一队")
        assert (held.kind, held.leader, held.area) == ("sweep", ANN, COMMUNITY)
        assert sorted(TeamMember.objects.filter(team=held.id).values_list("responder", flat=True)) == sorted(
            [ANN, BEN]
        )


@pytest.mark.parametrize(
    ("language", "said"), [("zh-hans", "工号 ZZZZ, QQQ1 无人对应"), ("en", "has the codes ZZZZ, QQQ1")]
)
def test_unknown_codes_are_said_and_nothing_typed_is_lost(
    served: UUID, commander: Actor, language: str, said: str
) -> None:
    client, wanted = signed_in(commander, language), team(kind="gate", organisation=OFFICE)
    wanted["codes"] = f"{services.code_of(BEN)} ZZZZ QQQ1"
    answer = client.post(PAGE + "teams/", wanted)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    for kept in ('value="石井扫楼一队"', f'value="{wanted["id"]}"', f">{wanted['codes']}</textarea>",
                 f'value="{COMMUNITY:015d}" selected', '"gate" selected', f'"{OFFICE}" selected',
                 f'value="{wanted["leader_code"]}"'):  # fmt: skip
        assert kept in page, kept
    answer = client.post(f"{PAGE}teams/{TEAM}/join/", {"id": new_id(), "codes": "ZZZZ QQQ1"}, headers=HX)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert ">ZZZZ QQQ1</textarea>" in answer.content.decode()
    assert client.post(f"{PAGE}teams/{TEAM}/join/", {"codes": " ，"}).status_code == 422
    both = f"{services.code_of(ANN)} {services.code_of(BEN)}"
    assert client.post(PAGE + "teams/", team(leader_code=both)).status_code == 422
    assert client.post(PAGE + "teams/", team(name="")).status_code == 422
    with scope(commander, served):
        assert Team.objects.count() == 1


def test_people_join_a_team_and_leave_it(served: UUID, commander: Actor) -> None:
    client, joining, leaving = signed_in(commander, "en"), new_id(), new_id()
    here = f"{PAGE}teams/{TEAM}/"
    written = services.code_of(BEN).replace("0", "o").lower()
    for _once in range(2):
        drawer = text(client.post(here + "join/", {"id": joining, "codes": written}, headers=HX))
    assert "They stand in the team now." in drawer
    assert f"Leaves the team: {services.code_of(BEN)}" in drawer
    for _once in range(2):
        drawer = text(client.post(here + "leave/", {"id": leaving, "responders": str(BEN)}, headers=HX))
    assert services.code_of(BEN) not in drawer
    with scope(commander, served):
        assert TeamMember.objects.filter(team=TEAM, responder=BEN).count() == 2
    # the two forms of a drawer share their id: one does not swallow the other
    assert client.post(here + "join/", {"id": leaving, "codes": written}).status_code == 302
    assert services.code_of(BEN) in text(client.get(here + "drawer/"))


def test_a_structure_is_set_up_once(served: UUID, commander: Actor) -> None:
    page = twice(signed_in(commander, "en"), "structure/set-up/", structure())
    assert "The structure stands" in page
    with scope(commander, served):
        [tree] = queries.structures(served, NOW + timedelta(days=9999))
        assert Structure.objects.get().template == "1+3+N"
    assert tree.committee is not None
    assert tree.committee.name == "石井居委会"
    named = {(one.kind, one.name) for one in tree.strikes}
    assert named == {("vanguard", "vanguard strike team"), ("youth", "石井青年队"), ("sweep", "sweep team")}
    assert sorted(one.name for one in tree.partners) == sorted(["物业公司", "超市"])
    refused = signed_in(commander).post(
        PAGE + "structure/set-up/", structure(kind=["youth", "youth", "grid"])
    )
    assert refused.status_code == 422
    assert "两支突击队类型相同" in refused.content.decode()
    for broken in ({"partners": "x" * 121}, {"name": ["a\x00", "", ""]}, {"kind": ["youth"]}, {"kind": "x"}):
        assert signed_in(commander).post(PAGE + "structure/set-up/", structure(**broken)).status_code == 422


def test_limits_hold_until_an_instant_and_are_declared_once(served: UUID, commander: Actor) -> None:
    nearby = cast.person("nearby", "desk", COMMUNITY)  # has no right where the responder lives
    with scope(system(), served):
        cast.account_for(nearby)
    client = signed_in(nearby, "en")
    form = {"id": new_id(), "limits": ["night", "cold"], "until": "2099-03-01T08:00"}
    twice(client, f"{ANN}/limits/", form)
    card = text(client.get(f"{PAGE}{ANN}/drawer/"))
    assert "not at night" in card
    assert "until 03-01 08:00" in card
    with scope(commander, served):
        assert FitnessLimit.objects.get(responder=ANN).area == COMMUNITY  # where the shift is
    assert client.post(f"{PAGE}{BEN}/limits/", form | {"id": new_id()}).status_code == 403


FORMS = {
    "": 'action="enrol/"', "organisations/": 'action="add/"', "structure/": 'action="set-up/"',
    "teams/": 'name="leader_code"', f"teams/{TEAM}/drawer/": "/join/", f"{ANN}/drawer/": "/limits/",
}  # fmt: skip


@pytest.mark.parametrize("role", ["auditor", "tracer"])
def test_who_has_no_right_sees_no_form_and_is_refused(served: UUID, role: str, commander: Actor) -> None:
    one = cast.person(f"{role}-2", role, cast.DISTRICT)
    with scope(system(), served):
        cast.account_for(one)
    client, able = signed_in(one), signed_in(commander)
    for page, form in FORMS.items():
        assert form in text(able.get(PAGE + page)), page
        assert form not in text(client.get(PAGE + page)), page
    sent = {
        "organisations/add/": organisation(), "enrol/": person(), "teams/": team(), "structure/set-up/": structure(),
        f"teams/{TEAM}/join/": {"codes": services.code_of(BEN)}, f"teams/{TEAM}/leave/": {"responders": str(ANN)},
        f"{ANN}/limits/": {"limits": ["night"]},
    }  # fmt: skip
    assert {path: client.post(PAGE + path, form).status_code for path, form in sent.items()} == dict.fromkeys(
        sent, 403
    )


def test_another_area_is_refused(served: UUID, commander: Actor, outsider: Actor) -> None:
    client = signed_in(commander)
    for path, form in (
        ("organisations/add/", organisation(area=ELSEWHERE)), ("enrol/", person(area=ELSEWHERE)),
        ("teams/", team(area=ELSEWHERE)), ("structure/set-up/", structure(area=ELSEWHERE)),
    ):  # fmt: skip
        assert client.post(PAGE + path, form).status_code == 403, path
    assert client.post(PAGE + "enrol/", person(organisation=new_id())).status_code == 404
    stranger = signed_in(outsider)
    for deed, form in (("join", {"codes": services.code_of(BEN)}), ("leave", {"responders": str(ANN)})):
        assert stranger.post(f"{PAGE}teams/{TEAM}/{deed}/", form).status_code == 404
    with scope(system(), served):
        assert not Structure.objects.exists()
        assert Team.objects.count() == 1
        assert TeamMember.objects.filter(team=TEAM).count() == 1
