"""Muster's side: the same callers take the next one from a training server, over HTTP, by its own clock."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from drill.callers.book import START, Book, Call
from drill.client import Answer, Desk, DrillError

SPACE = UUID("5d1c1f0e-0000-5000-8000-000000000ca1")
INCIDENT = uuid5(SPACE, "incident")
DISTRICT = 440307000000000
COMMUNITY = 440307006005000
PART = 500
ASKS_AGAIN = timedelta(minutes=15)
LONGEST = timedelta(days=4)
Tell = Callable[[int, int], None]


class Office:
    """One desk of a training server, through which everybody's commands go."""

    def __init__(self, book: Book, desk: Desk, lists: int) -> None:
        self.book, self.desk, self.lists = book, desk, lists
        self.who = {str(uuid5(SPACE, f"person {number}")): number for number in book.people}
        self.rows: dict[int, list[int]] = defaultdict(list)
        for record in book.records:
            self.rows[record.person].append(record.row)
        self.outcomes: dict[int, list[str]] = defaultdict(list)
        self.refused: dict[int, list[int]] = defaultdict(list)
        self.calls: list[Call] = []
        self.sent = 0

    def send(self, commands: Sequence[tuple[str, datetime, str | None, dict[str, Any]]]) -> list[Answer]:
        """Hand in commands as these people at this time."""
        listed = []
        for name, at, by, body in commands:
            self.sent += 1
            said: dict[str, Any] = {"id": str(uuid5(SPACE, f"command {self.sent}")), "name": name, "at": at}
            listed.append(said | {"seq": self.sent, "body": body} | ({"by": by} if by else {}))
        if not listed:
            return []
        batch = str(uuid5(SPACE, f"batch {self.sent}"))
        envelope = {"batch": batch, "incident": str(INCIDENT), "commands": listed}
        answers = self.desk.sync(envelope).answers
        for answer in answers:
            if answer.result != "stored" and answer.code != "worklists.nothing_to_do":
                raise DrillError(answer.reason, f"{answer.code}: {answer.reason}")
        return answers

    def prepare(self) -> None:
        """The incident, the people of the book, and the lists that name them."""
        early = START - timedelta(minutes=30)
        opened = {
            "id": str(INCIDENT), "code": "calls", "area": DISTRICT, "title_zh": "电话核实演练",
            "title_en": "Calling drill", "pack": "covid-cn-v8", "opened_at": early,
        }  # fmt: skip
        self.send([("open_incident", early, None, opened)])
        people = [
            ("register_person", early, None, {
                "id": identity, "area": COMMUNITY, "name": f"居民{number}", "phone": f"137{number:08d}",
            })
            for identity, number in self.who.items()
        ]  # fmt: skip
        for start in range(0, len(people), PART):
            self.send(people[start : start + PART])
        for number in range(self.lists):
            self._push(number, early)

    def _push(self, number: int, at: datetime) -> None:
        """Every so many rows are a list of their own, as they come from several offices."""
        mine = self.book.records[number :: self.lists]
        for start in range(0, len(mine), PART):
            rows = [
                {"row": one.row, "resident": str(uuid5(SPACE, f"person {one.person}"))}
                for one in mine[start : start + PART]
            ]
            body = {
                "id": str(uuid5(SPACE, f"list {number}")), "area": COMMUNITY, "source": f"来源{number + 1}",
                "purpose": "verification", "title": f"核查名单 {number + 1}", "rows": rows,
                "deadline_at": START + timedelta(hours=24),
            }  # fmt: skip
            self.send([("push_list", at, None, body)])

    def play(self, tell: Tell) -> list[Call]:
        """Everybody takes, calls and says how it ended, until nobody is left to be called."""
        free = [(START, caller) for caller in range(self.book.head.callers)]
        ending: list[tuple[datetime, int, str, str]] = []
        now = START
        while now < START + LONGEST:
            self.desk.move_clock(now)
            ended = self._ended(ending, free, now)
            taking = [caller for at, caller in free if at <= now]
            free = [one for one in free if one[0] > now]
            answers = self.send(ended + [self._take(caller, now) for caller in taking])
            for caller, answer in zip(taking, answers[len(ended) :], strict=True):
                if answer.result == "stored":
                    self._call(caller, answer.data, now, ending)
                else:
                    free.append((now + ASKS_AGAIN, caller))
            left = sum(not self.book.is_settled(self.outcomes[one]) for one in self.book.people)
            tell(len(self.book.people) - left, len(self.book.people))
            if not left and not ending:
                break
            now = self.book.opening(min([one[0] for one in free] + [one[0] for one in ending]))
        return self.calls

    def _take(self, caller: int, now: datetime) -> tuple[str, datetime, str, dict[str, Any]]:
        return ("take_next", now, str(uuid5(SPACE, f"caller {caller}")), {"area": COMMUNITY})

    def _call(
        self, caller: int, taken: dict[str, Any], now: datetime, ending: list[tuple[datetime, int, str, str]]
    ) -> None:
        """Dial whom the server gave us; the book says what happens."""
        person = self.who[str(taken["subject"])]
        outcome = self.book.outcome(person, now, self.refused[person], caller)
        minutes = self.book.head.minutes[outcome]
        self.calls.append(Call(now, person, caller, tuple(self.rows[person]), outcome, minutes))
        self.outcomes[person].append(outcome)
        if outcome == "refused":
            self.refused[person].append(caller)
        heapq.heappush(ending, (now + timedelta(minutes=minutes), caller, str(taken["id"]), outcome))

    def _ended(
        self,
        ending: list[tuple[datetime, int, str, str]],
        free: list[tuple[datetime, int]],
        now: datetime,
    ) -> list[tuple[str, datetime, str | None, dict[str, Any]]]:
        """Calls that are over by now: their outcomes, and their callers are free again."""
        said: list[tuple[str, datetime, str | None, dict[str, Any]]] = []
        while ending and ending[0][0] <= now:
            at, caller, item, outcome = heapq.heappop(ending)
            by = str(uuid5(SPACE, f"caller {caller}"))
            said.append(("record_attempt", at, by, {"item": item, "outcome": outcome}))
            free.append((at, caller))
        return said
