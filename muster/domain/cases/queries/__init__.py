"""Reads of cases and contacts."""

from muster.domain.cases.queries.exposure import Meeting as Meeting
from muster.domain.cases.queries.exposure import Window as Window
from muster.domain.cases.queries.exposure import candidates_of as candidates_of
from muster.domain.cases.queries.exposure import households as households
from muster.domain.cases.queries.exposure import meetings as meetings
from muster.domain.cases.queries.exposure import sources_of as sources_of
from muster.domain.cases.queries.facts import ended_cases as ended_cases
from muster.domain.cases.queries.facts import moves as moves
from muster.domain.cases.queries.facts import named as named
from muster.domain.cases.queries.facts import needs as needs
from muster.domain.cases.queries.facts import persons_with_case as persons_with_case
from muster.domain.cases.queries.facts import seen as seen
from muster.domain.cases.queries.facts import standing as standing
from muster.domain.cases.queries.facts import steps as steps
from muster.domain.cases.queries.facts import told_onsets as told_onsets
from muster.domain.cases.queries.facts import withdrawals as withdrawals
from muster.domain.cases.queries.reading import Event as Event
from muster.domain.cases.queries.reading import contact_counts as contact_counts
from muster.domain.cases.queries.reading import contacts_of as contacts_of
from muster.domain.cases.queries.reading import due_contacts as due_contacts
from muster.domain.cases.queries.reading import history_of_case as history_of_case
from muster.domain.cases.queries.reading import history_of_contact as history_of_contact
from muster.domain.cases.queries.reading import notes_of as notes_of
from muster.domain.cases.queries.reading import open_cases as open_cases
from muster.domain.cases.queries.reading import tally as tally
