"""Writes of the mobilising domain."""

from muster.domain.mobilising.actions.batches import (
    CallRoll,
    PlanBatch,
    call_rolls,
    plan_batches,
)
from muster.domain.mobilising.actions.callouts import (
    AnswerCallout,
    SendCallout,
    answer_callouts,
    send_callouts,
)
from muster.domain.mobilising.actions.duty import (
    DutyBody,
    HandOver,
    Serve,
    TakeOver,
    begin_shifts,
    end_shifts,
    hand_over,
    serve,
    take_over,
)
from muster.domain.mobilising.actions.posts import (
    AddPost,
    AddShifts,
    ShiftBody,
    add_posts,
    add_shifts,
)
from muster.domain.mobilising.actions.seats import (
    DoubleBooked,
    NotFit,
    RestNeeded,
    SeatBody,
    SeatsFull,
    TooLong,
    claim_seats,
    release_seats,
)

__all__ = [
    "AddPost",
    "AddShifts",
    "AnswerCallout",
    "CallRoll",
    "DoubleBooked",
    "DutyBody",
    "HandOver",
    "NotFit",
    "PlanBatch",
    "RestNeeded",
    "SeatBody",
    "SeatsFull",
    "SendCallout",
    "Serve",
    "ShiftBody",
    "TakeOver",
    "TooLong",
    "add_posts",
    "add_shifts",
    "answer_callouts",
    "begin_shifts",
    "call_rolls",
    "claim_seats",
    "end_shifts",
    "hand_over",
    "plan_batches",
    "release_seats",
    "send_callouts",
    "serve",
    "take_over",
]
