"""Two residents turn out to be one, or not one after all: their causes, attempts and leases join or part."""

from __future__ import annotations

from uuid import UUID

from muster.core.told import Touched, no_touch
from muster.domain.cases.models import Contact
from muster.domain.worklists.models import ListEntry


def asked_again(residents: set[UUID]) -> Touched:
    """The list rows and contacts of these residents ask for their work again, under the joined person."""
    touched = no_touch()
    touched["worklists.entry"] |= set(
        ListEntry.objects.filter(resident__in=residents).values_list("id", flat=True)
    )
    touched["cases.contact"] |= set(
        Contact.objects.filter(resident__in=residents).values_list("id", flat=True)
    )
    return touched
