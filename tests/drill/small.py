"""The small scenario under any name, at any date, in any state: several plays fit into one training server."""

from pathlib import Path

from drill.acknowledged import Question, count
from drill.client import Answer
from drill.ledger import Ledger
from drill.play.script import Script
from drill.play.writing import write
from drill.scenario import load

SOURCE = Path(__file__).parent / "data" / "small.yaml"
FIGURES = (
    "volunteers_recruited", "teacher_callers", "key_person_records_verified", "contacts_verified", "batch_people",
    "agency_staff_deployed", "school_staff_on_duty", "buildings_swept", "persons_registered", "responders_served",
)  # fmt: skip


def small(folder: Path, code: str, day: int = 1) -> Path:
    """The scenario file as `code`, opened on a day of March."""
    text = (
        SOURCE.read_text(encoding="utf-8")
        .replace("small-1", code)
        .replace("name: small\n", f"name: {code}\n")
    )
    head, _, play = text.partition("\nplay:")
    head = head.replace("2022-03-01T08:00", f"2022-03-{day:02d}T08:00")
    path = folder / f"{code}.yaml"
    path.write_text(f"{head}\nplay:{play}", encoding="utf-8")
    return path


def script_of(path: Path) -> Script:
    """The script of a scenario file."""
    return write(load(path))


def all_taken(script: Script, folder: Path) -> Ledger:
    """A log as if everything had been acknowledged: what the figures are when nothing is withheld."""
    ledger = Ledger(folder)
    ledger.read()
    ledger.write([(act, Answer(str(act.id), "stored")) for act in script.acts])
    ledger.close()
    return ledger


def counts(ledger: Ledger, code: str) -> dict[str, int | None]:
    """What a log counts for every figure."""
    return {figure: count(ledger, Question(figure, code)) for figure in FIGURES}
