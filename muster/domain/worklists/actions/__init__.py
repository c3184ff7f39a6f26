"""Writes of the work: reconciling wants, lists, calls, doors and the desk's decisions."""

from muster.domain.worklists.actions.calls import record_attempts
from muster.domain.worklists.actions.desk import assign_items, return_items, transfer_items
from muster.domain.worklists.actions.doors import record_visits
from muster.domain.worklists.actions.lists import push_lists
from muster.domain.worklists.actions.reconciling import (
    mark_entries,
    quiet_items,
    recompute_items,
    reconcile,
)
from muster.domain.worklists.actions.taking import release_items, take_next

__all__ = [
    "assign_items",
    "mark_entries",
    "push_lists",
    "quiet_items",
    "recompute_items",
    "reconcile",
    "record_attempts",
    "record_visits",
    "release_items",
    "return_items",
    "take_next",
    "transfer_items",
]
