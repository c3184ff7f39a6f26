"""The acknowledgement log: what the server said it has, written down before the next thing is sent."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from drill.client import Answer
from drill.play.script import Act, Row

TAKEN = frozenset({"stored", "duplicate"})


@dataclass(frozen=True)
class Entry:
    """One acknowledged command: no name, number or address is in it."""

    id: UUID
    name: str
    incident: str
    at: str
    note: dict[str, Any]


@dataclass
class Ledger:
    """Lines of `acknowledged.jsonl`, what each list row became, and what was not taken."""

    folder: Path
    entries: dict[UUID, Entry] = field(default_factory=dict)
    rows: dict[str, dict[int, str]] = field(default_factory=dict)
    others: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    refusals: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _file: TextIO | None = None

    @property
    def path(self) -> Path:
        """The log file."""
        return self.folder / "acknowledged.jsonl"

    def read(self) -> None:
        """Take up what an earlier run wrote; a line cut off by a kill is not there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        good = 0
        if self.path.exists():
            with self.path.open("rb") as lines:
                for line in lines:
                    if not line.endswith(b"\n"):
                        break
                    self._take(json.loads(line))
                    good += len(line)
        self._file = self.path.open("a", encoding="utf-8")
        self._file.truncate(good)

    def close(self) -> None:
        """Close the log."""
        if self._file:
            self._file.close()

    def _take(self, line: dict[str, Any]) -> None:
        identity = UUID(line["id"])
        if line.get("result", "stored") in TAKEN:
            self.others.pop(identity, None)
            self.entries[identity] = Entry(identity, line["name"], line["incident"], line["at"], line["note"])
            for row, item in (line.get("items") or {}).items():
                self.rows.setdefault(line["note"]["list"], {})[int(row)] = item
        else:
            self.others[identity] = (line["result"], line["code"])

    def write(self, answered: Iterable[tuple[Act, Answer]]) -> None:
        """Note what was answered, all of a batch at once."""
        lines = []
        for act, answer in answered:
            known = act.id in self.entries
            items = answer.data.get("items") if isinstance(answer.data, dict) else None
            if known and not items:
                continue
            line = {"id": str(act.id), "name": act.name, "incident": act.incident, "at": act.at.isoformat(),
                    "note": act.note}  # fmt: skip
            if answer.result not in TAKEN:
                line |= {"result": answer.result, "code": answer.code}
                self.refusals[act.name, answer.result, answer.code] += act.id not in self.others
            if items:
                line["items"] = items
            lines.append(line)
            self._take(line)
        if lines and self._file:
            self._file.write(
                "".join(json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in lines)
            )
            self._file.flush()

    def item(self, row: Row) -> str | None:
        """The item the server made of a row."""
        return self.rows.get(row.list, {}).get(row.row)

    def settled(self, act: Act) -> bool:
        """Whether nothing is left to be done about a command: taken, or refused for good."""
        return act.id in self.entries or self.others.get(act.id, ("",))[0] in ("refused", "conflict")
