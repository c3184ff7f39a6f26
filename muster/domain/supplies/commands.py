"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.supplies.actions import giving, meeting, moving

COMMANDS: dict[str, tuple[type, Many]] = {
    "add_items": (moving.AddItems, moving.add_items),
    "add_store": (moving.AddStore, moving.add_stores),
    "state_need": (meeting.StateNeed, meeting.state_needs),
    "make_offer": (meeting.MakeOffer, meeting.make_offers),
    "allocate": (meeting.Allocate, meeting.allocate),
    "move_stock": (moving.MoveStock, moving.move_stock),
    "record_donation": (giving.RecordDonation, giving.record_donations),
    "record_thanks": (giving.RecordThanks, giving.record_thanks),
}
RETRACTED = {
    "supplies.movement": moving.reconsider_movements,
    "supplies.donation": moving.reconsider_movements,
    "supplies.allocation": meeting.reconsider_allocations,
}
