"""What may be done about people: register, enrol from files, join, share, unmask."""

from muster.domain.people.actions.enrol import Origin as Origin
from muster.domain.people.actions.enrol import enrol_many as enrol_many
from muster.domain.people.actions.enrol import withdraw_many as withdraw_many
from muster.domain.people.actions.joining import JoinResidents as JoinResidents
from muster.domain.people.actions.joining import PartResidents as PartResidents
from muster.domain.people.actions.joining import join_residents as join_residents
from muster.domain.people.actions.joining import part_residents as part_residents
from muster.domain.people.actions.joining import reconsider_decisions as reconsider_decisions
from muster.domain.people.actions.likening import Pair as Pair
from muster.domain.people.actions.likening import propose as propose
from muster.domain.people.actions.likening import put_off as put_off
from muster.domain.people.actions.opening import ReasonMissing as ReasonMissing
from muster.domain.people.actions.opening import ShareSubject as ShareSubject
from muster.domain.people.actions.opening import share_subjects as share_subjects
from muster.domain.people.actions.opening import unmask as unmask
from muster.domain.people.actions.register import RegisterPerson as RegisterPerson
from muster.domain.people.actions.register import reconsider_registrations as reconsider_registrations
from muster.domain.people.actions.register import register_people as register_people
