"""The pooled tube: everything about it follows from the set of its facts, in whatever order they came."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from muster.core.ids import check_sign, checked, derive_id, spelled, spelled_number


class TubeState(StrEnum):
    """How far a tube has come."""

    OPEN = "open"
    SEALED = "sealed"
    COUNTED = "counted"
    HANDED_OVER = "handed_over"
    RESULTED = "resulted"


class Result(StrEnum):
    """What the laboratory found."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INVALID = "invalid"


class Place(StrEnum):
    """Where a sample was taken."""

    SITE = "site"
    HOME = "home"


class Standing(StrEnum):
    """Where somebody who is due stands in a round."""

    DONE = "done"
    EXEMPT = "exempt"
    AWAY = "away"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Means(StrEnum):
    """How those who are left are asked."""

    CALL = "call"
    DOOR = "door"


class Mode(StrEnum):
    """How people come to a site."""

    OPEN = "open"
    SLOTS = "slots"


class Flag(StrEnum):
    """What a person should look at."""

    OVER_FULL = "over_full"
    HOUSEHOLDS_MIXED = "households_mixed"
    SAME_PERSON_TWICE = "same_person_twice"
    SEALED_COUNT_DIFFERS = "sealed_count_differs"
    SAMPLE_AFTER_SEAL = "sample_after_seal"
    RESULT_BEFORE_SEAL = "result_before_seal"
    RESULTS_DISAGREE = "results_disagree"
    NEVER_HANDED_OVER = "never_handed_over"


class Step(StrEnum):
    """The kinds of facts about a tube."""

    SAMPLE = "sample"
    SEAL = "seal"
    COUNT = "count"
    HANDOVER = "handover"
    RESULT = "result"


RECEIPT = 12  # hexadecimal digits of a sample's id that its receipt carries: random, 48 bits
SIGNS = 11  # of a receipt, the last one a check


def receipt(sample: UUID) -> str:
    """The code under which the sampled person finds the result: made from the record alone, on any telephone."""
    body = spelled(int(str(sample)[-RECEIPT:], 16), SIGNS - 1)
    return body + check_sign(body)


def receipt_end(code: str) -> str | None:
    """The end of the sample's id that a receipt names; None for one that nobody was given."""
    signs = checked(code, SIGNS)
    number = spelled_number(signs[:-1]) if signs else 16**RECEIPT
    return f"{number:0{RECEIPT}x}" if number < 16**RECEIPT else None


class Wait(msgspec.Struct, frozen=True):
    """How long the last in line waits: None when nobody is served, or nobody said lately how long the line is."""

    waiting: int
    minutes: int | None
    stands_still: bool = False


def wait(waiting: int, served: int, window_minutes: float) -> Wait:
    """The wait of the last in line, at the pace of the last minutes."""
    if waiting and not served:
        return Wait(waiting, None, stands_still=True)
    return Wait(waiting, round(waiting * window_minutes / served) if waiting else 0)


class Home(msgspec.Struct, frozen=True):
    """What is known of where somebody lives: all their records, their door, and with whom they were registered."""

    records: frozenset[UUID]
    door: UUID | None = None
    household: UUID | None = None


def are_households(homes: Iterable[Home]) -> bool:
    """Whether these people are certainly of more than one household: two doors, or households that nothing joins."""
    known = list(homes)
    if len({home.door for home in known if home.door}) > 1:
        return True
    groups: list[tuple[frozenset[UUID], bool]] = []
    for home in known:
        mine = home.records.union(one for one in (home.door, home.household) if one)
        near = [group for group in groups if group[0] & mine]
        said = home.household is not None or any(group[1] for group in near)
        groups = [group for group in groups if group not in near]
        groups.append((mine.union(*(group[0] for group in near)), said))
    return sum(said for _, said in groups) > 1


class TubeFact(msgspec.Struct, frozen=True):
    """One fact about a tube: `person` of a sample, `number` of seats said at sealing, `result` reported."""

    step: Step
    at: datetime
    id: UUID
    person: UUID | None = None
    number: int | None = None
    result: Result | None = None


class TubeStand(msgspec.Struct, frozen=True):
    """What a tube is now."""

    state: TubeState
    seats: int
    first_at: datetime | None
    sealed_at: datetime | None
    handed_over_at: datetime | None
    result: Result | None
    resulted_at: datetime | None
    flags: tuple[Flag, ...]


class _Facts:
    """The facts of one tube by kind, oldest first, each once."""

    def __init__(self, facts: Iterable[TubeFact]) -> None:
        ordered = sorted({fact.id: fact for fact in facts}.values(), key=lambda fact: (fact.at, fact.id))
        self._by_step: dict[Step, list[TubeFact]] = {step: [] for step in Step}
        for fact in ordered:
            self._by_step[fact.step].append(fact)

    def of(self, step: Step) -> list[TubeFact]:
        """All of a kind."""
        return self._by_step[step]

    def first(self, step: Step) -> TubeFact | None:
        """The oldest of a kind."""
        return next(iter(self._by_step[step]), None)

    def last(self, step: Step) -> TubeFact | None:
        """The newest of a kind: a later word corrects an earlier one."""
        return next(reversed(self._by_step[step]), None)


def tube_id(incident: UUID, code: str) -> UUID:
    """The id of the tube with this printed code: telephones without a network agree on it."""
    return derive_id(incident, "tube", code.strip().upper())


def tube_state(
    facts: Iterable[TubeFact],
    pool_size: int,
    seated_elsewhere: Collection[UUID] = (),
    household: Iterable[Home] = (),
) -> TubeStand:
    """What a tube is, from the set of its facts; `seated_elsewhere` sit in another tube of the same round.

    `household` is where its people live, told of a tube that is for one household alone.
    """
    known = _Facts(facts)
    samples = known.of(Step.SAMPLE)
    sealed, handed = known.first(Step.SEAL), known.first(Step.HANDOVER)
    result = known.last(Step.RESULT)
    return TubeStand(
        state=_state(known),
        seats=len({fact.person for fact in samples}),
        first_at=samples[0].at if samples else None,
        sealed_at=sealed.at if sealed else None,
        handed_over_at=handed.at if handed else None,
        result=result.result if result else None,
        resulted_at=result.at if result else None,
        flags=tuple(
            sorted(
                [
                    *_seat_flags(known, pool_size, seated_elsewhere),
                    *([Flag.HOUSEHOLDS_MIXED] if are_households(household) else []),
                    *_result_flags(known),
                ]
            )
        ),
    )


def _state(known: _Facts) -> TubeState:
    if known.of(Step.RESULT):
        return TubeState.RESULTED
    if known.of(Step.HANDOVER):
        return TubeState.HANDED_OVER
    if known.of(Step.COUNT):
        return TubeState.COUNTED
    return TubeState.SEALED if known.of(Step.SEAL) else TubeState.OPEN


def _seat_flags(known: _Facts, pool_size: int, seated_elsewhere: Collection[UUID]) -> Iterable[Flag]:
    samples = known.of(Step.SAMPLE)
    persons = {fact.person for fact in samples}
    if len(persons) > pool_size:
        yield Flag.OVER_FULL
    if len(persons) < len(samples) or any(person in seated_elsewhere for person in persons):
        yield Flag.SAME_PERSON_TWICE
    sealed, said = known.first(Step.SEAL), known.last(Step.SEAL)
    if said and said.number is not None and said.number != len(persons):
        yield Flag.SEALED_COUNT_DIFFERS
    if sealed and any(fact.at > sealed.at for fact in samples):
        yield Flag.SAMPLE_AFTER_SEAL


def _result_flags(known: _Facts) -> Iterable[Flag]:
    results = known.of(Step.RESULT)
    if not results:
        return
    sealed = known.first(Step.SEAL)
    if sealed is None or results[0].at < sealed.at:
        yield Flag.RESULT_BEFORE_SEAL
    if len({fact.result for fact in results}) > 1:
        yield Flag.RESULTS_DISAGREE
    if not known.of(Step.HANDOVER):
        yield Flag.NEVER_HANDED_OVER


def wanted_after_result(
    result: str | None, tube: UUID, pool_size: int | None = None
) -> tuple[str, str] | None:
    """The work (kind, occasion) a result asks for each member of a tube; None when it asks for none.

    The members of a positive pool are each resampled singly. A tube for one person already was single.
    """
    if result != Result.POSITIVE or pool_size == 1:
        return None
    return "resample", f"tube:{tube}"


class Explained(msgspec.Struct, frozen=True):
    """What was said about somebody who is not tested."""

    at: datetime
    id: UUID
    standing: str
    reason: str = ""


def explanation(said: Iterable[Explained]) -> Explained | None:
    """The newest word counts, whatever order they came in."""
    return max(said, key=lambda one: (one.at, one.id), default=None)


def occasion(test_round: UUID) -> str:
    """The occasion of all work that catches up a round: many causes, one item for each person."""
    return f"round:{test_round}"


def is_pair(responders: Sequence[UUID]) -> bool:
    """At homes people sample in pairs: two of them, and not the same one twice."""
    return len(responders) == 2 and len(set(responders)) == 2


def slots_of(from_at: datetime, to_at: datetime, minutes: int) -> list[tuple[datetime, datetime]]:
    """The slots of a stretch of time; what is too short for a whole one at the end is left out."""
    step, found = timedelta(minutes=minutes), []
    while from_at + step <= to_at:
        found.append((from_at, from_at + step))
        from_at += step
    return found


def capacity(lanes: int, per_lane_hour: int, minutes: int) -> int:
    """How many a slot takes: what its lanes serve in that time, nobody kept waiting for a part of a person."""
    return lanes * per_lane_hour * minutes // 60
