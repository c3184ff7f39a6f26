"""Writes of supplies: moving goods, bringing needs and offers together, donations and thanks."""

from muster.domain.supplies.actions.giving import record_donations, record_thanks
from muster.domain.supplies.actions.meeting import allocate, make_offers, state_needs
from muster.domain.supplies.actions.moving import add_items, add_stores, move_stock

__all__ = [
    "add_items", "add_stores", "allocate", "make_offers", "move_stock", "record_donations", "record_thanks",
    "state_needs",
]  # fmt: skip
