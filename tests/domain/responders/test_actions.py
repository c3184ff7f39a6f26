"""Organisations, enrolment, fitness, teams and the 1+3+N structure."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.core.models import Entry
from muster.core.told import Done, Told
from muster.domain.responders import actions, queries
from muster.domain.responders.models import FitnessLimit, Organisation, Responder, SignUp, Team, TeamMember
from muster.domain.responders.rules import OrganisationKind, ResponderKind, TeamKind
from tests.cast import COMMUNITY, DISTRICT, ELSEWHERE, SUBDISTRICT, person

SECRET = "王小明"


def run(action: object, *bodies: object, by: Actor, incident: UUID, now: datetime) -> Done:
    told = [Told(new_id(), now, by.by, body) for body in bodies]
    return action(told=told, by=by, incident=incident, now=now)  # type: ignore[operator,no-any-return]


def organisation(by: Actor, incident: UUID, now: datetime, area: int = SUBDISTRICT) -> UUID:
    body = actions.OrganisationBody(new_id(), area, "水务局", OrganisationKind.AGENCY, "Water bureau")
    done = run(actions.add_organisations, actions.AddOrganisations([body]), by=by, incident=incident, now=now)
    assert not done.refused
    return body.id


def enrolled(by: Actor, incident: UUID, now: datetime, area: int = SUBDISTRICT) -> UUID:
    body = actions.ResponderBody(
        new_id(), area, organisation(by, incident, now), name=SECRET, skills=["mandarin"]
    )
    done = run(actions.enrol_responders, actions.EnrolResponders([body]), by=by, incident=incident, now=now)
    assert not done.refused
    assert not done.waiting
    return body.id


def test_a_responder_is_known_by_a_code_and_the_name_is_sealed(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    identity = enrolled(in_scope, incident, now)
    held = Responder.objects.get(pk=identity)
    assert held.name_c is not None
    assert SECRET.encode() not in bytes(held.name_c)
    assert queries.by_code(held.code.lower())[0].organisation_name == "水务局"
    names = actions.unmask(ids=[identity], reason="叫班", by=in_scope, incident=incident, now=now)
    assert names == {identity: SECRET}
    assert Entry.objects.get(action="responders.unmask").reason is not None


def test_a_responder_from_elsewhere_is_known_but_not_named(
    in_scope: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    identity = enrolled(in_scope, incident, now)
    with scope(outsider, incident):
        assert queries.known([identity])[identity].organisation_name_en == "Water bureau"
        assert actions.unmask(ids=[identity], reason="?", by=outsider, incident=incident, now=now) == {}
        placed = {identity: ELSEWHERE}
        names = actions.unmask(
            ids=[identity], reason="shift", by=outsider, incident=incident, now=now, placed=placed
        )
        assert names == {identity: SECRET}


def test_enrolment_needs_the_right_and_a_known_organisation(
    in_scope: Actor, grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    office = organisation(in_scope, incident, now)
    known = actions.EnrolResponders([actions.ResponderBody(new_id(), COMMUNITY, office)])
    unknown = actions.EnrolResponders([actions.ResponderBody(new_id(), COMMUNITY, new_id())])
    done = run(actions.enrol_responders, unknown, by=in_scope, incident=incident, now=now)
    assert [refusal.code for refusal in done.waiting.values()] == ["sync.not_visible_yet"]
    with scope(grid_worker, incident):
        done = run(actions.enrol_responders, known, by=grid_worker, incident=incident, now=now)
        assert [refusal.code for refusal in done.refused.values()] == ["access.not_allowed"]
    assert not Responder.objects.exists()


def test_enrolling_twice_changes_nothing(in_scope: Actor, incident: UUID, now: datetime) -> None:
    body = actions.ResponderBody(new_id(), SUBDISTRICT, organisation(in_scope, incident, now), name=SECRET)
    for _ in range(2):
        run(
            actions.enrol_responders, actions.EnrolResponders([body]), by=in_scope, incident=incident, now=now
        )
    assert Responder.objects.count() == 1


def test_an_organisation_of_another_area_cannot_be_renamed(
    in_scope: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    office = organisation(in_scope, incident, now)
    taken = actions.OrganisationBody(office, ELSEWHERE, "x", OrganisationKind.FIRM)
    with scope(outsider, incident):
        run(
            actions.add_organisations,
            actions.AddOrganisations([taken]),
            by=outsider,
            incident=incident,
            now=now,
        )
        assert Organisation.objects.get(pk=office).name == "水务局"


def test_volunteers_are_counted_by_channel(in_scope: Actor, incident: UUID, now: datetime) -> None:
    office = organisation(in_scope, incident, now)
    bodies = [
        actions.SignUpVolunteer(
            actions.ResponderBody(new_id(), COMMUNITY, office, ResponderKind.VOLUNTEER), channel
        )
        for channel in ("online_a", "online_a", "branches")
    ]
    done = run(actions.sign_up_volunteers, *bodies, by=in_scope, incident=incident, now=now)
    assert not done.waiting
    assert sorted(SignUp.objects.values_list("channel", flat=True)) == ["branches", "online_a", "online_a"]


def test_the_latest_declaration_of_fitness_is_in_force_until_it_ends(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    identity = enrolled(in_scope, incident, now)
    until = now + timedelta(days=2)
    first = Told(new_id(), now, in_scope.by, actions.DeclareFitness(identity, ["night", "cold"], until))
    older = Told(
        new_id(), now - timedelta(hours=1), in_scope.by, actions.DeclareFitness(identity, ["standing"])
    )
    for one in (first, older):
        done = actions.declare_fitness(told=[one], by=in_scope, incident=incident, now=now)
        assert not done.waiting
    assert queries.limits_of([identity], now) == {identity: frozenset({"night", "cold"})}
    assert queries.limits_of([identity], until) == {}


def test_people_declare_their_own_limits_where_they_work(
    in_scope: Actor, incident: UUID, now: datetime, outsider: Actor
) -> None:
    identity = enrolled(in_scope, incident, now)
    guest = Actor(
        account=new_id(), grants=person("guest", "field_team", ELSEWHERE).grants, responder=identity
    )
    with scope(guest, incident):
        here = actions.DeclareFitness(identity, ["sealed_area"], area=ELSEWHERE)
        assert not run(actions.declare_fitness, here, by=guest, incident=incident, now=now).waiting
        done = run(
            actions.declare_fitness,
            actions.DeclareFitness(identity, []),
            by=guest,
            incident=incident,
            now=now,
        )
        assert [refusal.code for refusal in done.waiting.values()] == ["access.not_allowed"]
    assert queries.limits_of([identity], now) == {identity: frozenset({"sealed_area"})}


def test_nothing_about_fitness_can_hold_a_reason() -> None:
    own = {field.name for field in FitnessLimit._meta.get_fields()}
    assert own == {
        "id", "incident", "area", "at", "recorded_at", "tx", "by", "device", "responder", "limits", "until",
    }  # fmt: skip


def test_a_team_has_the_members_of_now(in_scope: Actor, incident: UUID, now: datetime) -> None:
    one, two, team = enrolled(in_scope, incident, now), enrolled(in_scope, incident, now), new_id()
    body = actions.FormTeam(team, COMMUNITY, TeamKind.TRACING, "流调一组", members=[one, two], leader=one)
    run(actions.form_teams, body, by=in_scope, incident=incident, now=now)
    later = now + timedelta(hours=3)
    leaves = Told(new_id(), later, in_scope.by, actions.JoinTeam(team, [two], to_at=later))
    actions.join_teams(told=[leaves], by=in_scope, incident=incident, now=later)
    assert queries.members([team], now + timedelta(hours=4)) == {team: [one]}
    assert [found.name for found in queries.teams_of([one], later)[one]] == ["流调一组"]


def test_the_structure_is_set_up_once(in_scope: Actor, incident: UUID, now: datetime) -> None:
    body = actions.SetUpStructure(new_id(), COMMUNITY, partners=["下沉干部", "爱心企业", "学校"])
    for _ in range(2):
        done = run(actions.set_up_structures, body, by=in_scope, incident=incident, now=now)
        assert not done.refused
    (tree,) = queries.structures(incident, now)
    assert tree.committee is not None
    assert sorted(branch.kind for branch in tree.strikes) == ["grid", "vanguard", "youth"]
    assert len(tree.partners) == 3
    assert Team.objects.count() == 7


@pytest.mark.parametrize("template", ["1+2+N", "1+3+4", "three teams", "2+3+N"])
def test_a_template_that_does_not_fit_is_refused_in_both_languages(
    in_scope: Actor, incident: UUID, now: datetime, template: str
) -> None:
    body = actions.SetUpStructure(new_id(), COMMUNITY, template, partners=["a", "b", "c"])
    (refusal,) = run(
        actions.set_up_structures, body, by=in_scope, incident=incident, now=now
    ).refused.values()
    assert refusal.code == "responders.wrong_template"
    assert template in refusal.say("zh")
    assert template in refusal.say("en")
    assert not Team.objects.exists()


def test_an_outsider_forms_no_team_here(
    in_scope: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    body = actions.FormTeam(new_id(), DISTRICT, TeamKind.SWEEP, "x", members=[new_id()])
    with scope(outsider, incident):
        done = run(actions.form_teams, body, by=outsider, incident=incident, now=now)
        assert [refusal.code for refusal in done.refused.values()] == ["access.not_allowed"]
    assert not Team.objects.exists()
    assert not TeamMember.objects.exists()


def test_the_past_names_of_an_organisation_are_kept(in_scope: Actor, incident: UUID, now: datetime) -> None:
    office = organisation(in_scope, incident, now)
    renamed = actions.OrganisationBody(office, SUBDISTRICT, "水务局（新）", OrganisationKind.AGENCY)
    run(
        actions.add_organisations,
        actions.AddOrganisations([renamed]),
        by=in_scope,
        incident=incident,
        now=now,
    )
    past = Organisation.pgh_event_model.objects.filter(pgh_obj=office).order_by("pgh_id")  # type: ignore[attr-defined]
    assert "水务局" in past.values_list("name", flat=True)
