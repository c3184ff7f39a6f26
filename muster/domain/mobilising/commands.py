"""The commands of this domain: {name: (body type, action)}."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from muster.core.told import Done, Many
from muster.domain.mobilising.actions import batches, callouts, duty, posts, seats

COMMANDS: dict[str, tuple[type, Many]] = {
    "send_callout": (callouts.SendCallout, callouts.send_callouts),
    "answer_callout": (callouts.AnswerCallout, callouts.answer_callouts),
    "plan_batch": (batches.PlanBatch, batches.plan_batches),
    "roll_call": (batches.CallRoll, batches.call_rolls),
    "add_post": (posts.AddPost, posts.add_posts),
    "add_shifts": (posts.AddShifts, posts.add_shifts),
    "claim_seat": (seats.SeatBody, seats.claim_seats),
    "release_seat": (seats.SeatBody, seats.release_seats),
    "begin_shift": (duty.DutyBody, duty.begin_shifts),
    "end_shift": (duty.DutyBody, duty.end_shifts),
    "serve": (duty.Serve, duty.serve),
    "hand_over": (duty.HandOver, duty.hand_over),
    "take_over": (duty.TakeOver, duty.take_over),
}

RETRACTED: dict[str, Callable[[set[UUID], UUID, datetime], Done]] = {
    "mobilising.rollcall": batches.reconsider_calls,
    "mobilising.shiftbegun": duty.reconsider_begun,
    "mobilising.shiftended": duty.reconsider_ended,
}
