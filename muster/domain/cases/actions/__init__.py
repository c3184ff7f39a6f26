"""What may be done about cases: confirm, investigate, name contacts, follow up, move, withdraw."""

from muster.domain.cases.actions.confirming import ConfirmCase as ConfirmCase
from muster.domain.cases.actions.confirming import RecordInvestigation as RecordInvestigation
from muster.domain.cases.actions.confirming import WithdrawCase as WithdrawCase
from muster.domain.cases.actions.confirming import confirm_cases as confirm_cases
from muster.domain.cases.actions.confirming import reconsider_cases as reconsider_cases
from muster.domain.cases.actions.confirming import record_investigations as record_investigations
from muster.domain.cases.actions.confirming import withdraw_cases as withdraw_cases
from muster.domain.cases.actions.contacts import NameContact as NameContact
from muster.domain.cases.actions.contacts import name_contacts as name_contacts
from muster.domain.cases.actions.contacts import recompute_contacts as recompute_contacts
from muster.domain.cases.actions.contacts import reconsider_names as reconsider_names
from muster.domain.cases.actions.contacts import rules_of as rules_of
from muster.domain.cases.actions.following import PlaceInQuarantine as PlaceInQuarantine
from muster.domain.cases.actions.following import RecordFollowUp as RecordFollowUp
from muster.domain.cases.actions.following import RecordTransfer as RecordTransfer
from muster.domain.cases.actions.following import StateQuarantineNeed as StateQuarantineNeed
from muster.domain.cases.actions.following import place_in_quarantine as place_in_quarantine
from muster.domain.cases.actions.following import reconsider as reconsider
from muster.domain.cases.actions.following import record_follow_ups as record_follow_ups
from muster.domain.cases.actions.following import record_transfers as record_transfers
from muster.domain.cases.actions.following import state_quarantine_needs as state_quarantine_needs
