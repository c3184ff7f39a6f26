"""A snapshot holds the figures and visits of an incident, and nobody in the clear."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from click.testing import CliRunner

from muster.core import bulk
from muster.core.access import Actor, scope, system
from muster.core.errors import NotAllowed
from muster.core.ids import new_id
from muster.core.models import Entry
from muster.core.vault import KeyMissing
from muster.domain.cases.models import Case, ContactNamed, PlaceVisit
from muster.domain.passes.models import PassScanned
from muster.domain.people.models import Registration, Resident
from muster.domain.sampling.models import SampleTaken
from muster.domain.worklists.models import Visit
from muster.engines.analysis import figures
from muster.project.commands_exposure import exposure
from muster.project.commands_snapshot import snapshot as command
from muster.reports import snapshot
from muster.reports.figures import counting
from muster.reports.figures.asking import Wanted, read
from muster.reports.snapshot import PlaceTaken
from tests.cast import COMMUNITY, ELSEWHERE, INCIDENT, open_incident
from tests.reports.play import facts, name, retract

HOUR = timedelta(hours=1)
PEOPLE = 12


def fill(now: datetime, by: Actor) -> None:
    """Samples, registrations, doors, scans and contacts over three days and two districts; some taken back."""
    ids = [name("resident", n) for n in range(PEOPLE)]
    columns = ("id", "incident", "area", "canonical", "said_at", "said_id", "vulnerabilities")
    persons = [
        ids[0] if n == 1 else one for n, one in enumerate(ids)
    ]  # the second is the first, under two records
    bulk.insert(
        Resident,
        columns,
        [(one, INCIDENT, COMMUNITY, person, now, one, []) for one, person in zip(ids, persons, strict=True)],
    )
    for n, one in enumerate(ids):
        at, area = now - 20 * HOUR * (n % 3), ELSEWHERE if n % 4 == 0 else COMMUNITY
        sample = {"tube": name("tube", n % 2), "resident": one, "place": "site", "pool_size": 10}
        facts(SampleTaken, at, [sample] * (n % 3 + 1), area=area)
        facts(
            Registration, at, [{"resident": one, "dwelling": name("door", n // 2), "persons": 1}], area=area
        )
        facts(
            Visit,
            at,
            [
                {
                    "dwelling": name("door", n // 2),
                    "building": name("building"),
                    "outcome": "done",
                    "persons": 1,
                }
            ],
            area=area,
        )
        facts(PassScanned, at, [{"gate": name("gate"), "verdict": "pass", "checked": "not_shown"}], area=area)
    named = {"contact": new_id(), "case": name("case"), "resident": ids[3], "contact_class": "close"}
    facts(ContactNamed, now, [{**named, "last_exposure_at": now}])
    (slip,) = facts(
        SampleTaken, now, [{"tube": name("tube"), "resident": ids[5], "place": "door", "pool_size": 10}]
    )
    retract(slip, "sampling.sample", now, by)


def visits(now: datetime) -> None:
    """A case, somebody beside them, somebody elsewhere."""
    rows = [(0, "market", 0, 2), (2, "market", 1, 3), (3, "school", 0, 2)]
    columns = (
        "id",
        "incident",
        "area",
        "person",
        "place",
        "source",
        "origin",
        "from_at",
        "to_at",
        "keep_until",
    )
    bulk.insert(
        PlaceVisit,
        columns,
        [
            (new_id(), INCIDENT, COMMUNITY, name("resident", who), name(where), "check_in", new_id(),
             now - 10 * HOUR + HOUR * begins, now - 10 * HOUR + HOUR * ends, now + 99 * HOUR)
            for who, where, begins, ends in rows
        ],
    )  # fmt: skip
    bulk.insert(
        Case, ("id", "incident", "area", "resident", "positive_at"),
        [(name("case"), INCIDENT, COMMUNITY, name("resident", 1), now - HOUR)],
    )  # fmt: skip


@pytest.fixture
def written(incident: UUID, commander: Actor, now: datetime, tmp_path: Path) -> Path:
    """The snapshot of a small night."""
    with scope(system(incident=incident), incident):
        fill(now, commander)
        visits(now)
        snapshot.write(
            out=tmp_path / "snap", by=system(), incident=incident, now=now + HOUR, tell=lambda *_: None
        )
    return tmp_path / "snap"


def live(incident: UUID, now: datetime, **params: Any) -> dict[str, int]:
    with scope(system(incident=incident), incident):
        asks = {code: read(Wanted(figure=code, params=params), now=now + HOUR) for code in figures.FIGURES}
        return {code: counting.value(ask, incident).value or 0 for code, ask in asks.items()}


def check_figures(place: Path, incident: UUID, now: datetime) -> None:
    """Totals, days and districts as the live figures have them."""
    counts = figures.count(place)
    totals = figures.totals(counts)
    assert totals.pop("visits") == 3
    assert totals == live(incident, now)
    assert all(totals.values()), "a figure of zero proves nothing"
    assert totals["people_sampled"] == PEOPLE - 1, "two records of one person"
    with scope(system(incident=incident), incident):
        for code in figures.FIGURES:
            ask = read(Wanted(figure=code), now=now + HOUR)
            districts: Counter[str] = Counter()
            for one in counts:
                if one.figure == code:
                    districts[one.district] += one.number
            areas = counting.by_area(ask, incident, width=10**9)
            assert districts == {f"{area:015d}"[:6]: number for area, number in areas.items()}, code
    for day in ("2022-02-16", "2022-02-17", "2022-02-18"):
        window = [f"{day} 00:00", f"{day} 24:00"]
        there = live(incident, now, window=window)
        for code in ("samples_taken", "scans"):
            assert sum(one.number for one in counts if one.figure == code and one.day == day) == there[code]


def test_figures_from_the_snapshot_are_the_live_figures(written: Path, incident: UUID, now: datetime) -> None:
    check_figures(written, incident, now)
    assert json.loads((written / "manifest.json").read_bytes())["figures"] == live(incident, now)


@pytest.mark.spark
@pytest.mark.slow
def test_spark_counts_the_same(fresh_db: str, tmp_path: Path, now: datetime) -> None:
    """Without an open transaction: Spark may take longer to start than the database lets one wait."""
    pytest.importorskip("pyspark", reason="NO SPARK: pyspark is not installed")
    incident, place = open_incident(), tmp_path / "snap"
    with scope(system(incident=incident), incident):
        fill(now, system())
        visits(now)
        snapshot.write(out=place, by=system(), incident=incident, now=now + HOUR, tell=lambda *_: None)
    counts = figures.count(place, "spark")
    assert counts == figures.count(place, "duckdb")
    assert figures.totals(counts)["people_sampled"] == PEOPLE - 1


def test_exposure_reads_the_snapshot(written: Path) -> None:
    out = written.parent / "found.csv"
    words = [
        "--visits",
        str(written / "visits"),
        "--cases",
        str(written / "cases.parquet"),
        "--out",
        str(out),
    ]
    result = CliRunner().invoke(exposure, [*words, "--min-overlap", "900", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["rows"] == 1, "the case was sampled under another record of the person"
    assert out.read_text().splitlines()[1].endswith(",3600")


def test_partitions_are_days_and_districts_in_local_time(written: Path) -> None:
    folders = {
        str(file.parent.relative_to(written / "facts/passes_passscanned"))
        for file in (written / "facts/passes_passscanned").rglob("*.parquet")
    }
    assert "day=2022-02-18/district=440307" in folders
    assert {folder.rpartition("=")[2] for folder in folders} == {"440307", "440303"}


def test_nothing_in_it_is_an_id_or_a_text_of_the_database(written: Path, incident: UUID) -> None:
    with scope(system(incident=incident), incident):
        known = {str(one) for one in Resident.objects.values_list("id", flat=True)}
        known |= {str(one) for one in SampleTaken.objects.values_list("id", flat=True)}
        known |= {str(one) for one in SampleTaken.objects.values_list("tube", flat=True)}
    known |= {one.replace("-", "") for one in known}
    seen = 0
    for file in written.rglob("*.parquet"):
        for row in duckdb.execute(
            f"select * from read_parquet('{file}', hive_partitioning = false)"
        ).fetchall():
            assert not {str(value) for value in row} & known, file
            seen += 1
    assert seen > 50
    assert not any("_c" in column for file in written.rglob("*.parquet") for column in columns_of(file))


def columns_of(file: Path) -> list[str]:
    found = duckdb.execute(f"describe from read_parquet('{file}', hive_partitioning = false)").fetchall()
    return [str(row[0])[-2:] for row in found]


def test_it_is_journalled_and_needs_the_right(
    written: Path, incident: UUID, grid_worker: Actor, now: datetime, tmp_path: Path
) -> None:
    with scope(system(incident=incident), incident):
        assert Entry.objects.filter(action="reports.snapshot").count() == 1
        with pytest.raises(NotAllowed):
            snapshot.write(
                out=tmp_path / "b", by=grid_worker, incident=incident, now=now, tell=lambda *_: None
            )
        with pytest.raises(PlaceTaken):
            snapshot.write(out=written, by=system(), incident=incident, now=now, tell=lambda *_: None)
    assert not (tmp_path / "b").exists()


def test_without_the_key_of_the_incident_there_is_no_snapshot(db: None, now: datetime) -> None:
    with scope(system()), pytest.raises(KeyMissing):
        snapshot.pseudonyms(new_id())


def test_the_command_writes_and_counts(fresh_db: str, tmp_path: Path, now: datetime) -> None:
    incident = open_incident()
    with scope(system(incident=incident), incident):
        fill(now, system())
    told = CliRunner().invoke(command, ["--out", str(tmp_path), "--incident", "lg-0217", "--json"])
    assert told.exit_code == 0, told.output
    place = tmp_path / "lg-0217"
    assert json.loads(told.stdout)[str(place)]["facts/people_registration"] == PEOPLE
    assert not list(tmp_path.glob(".*")), "nothing half-written stays"
    counted = CliRunner().invoke(command, ["--count", str(place), "--json"])
    assert json.loads(counted.stdout)["totals"]["persons_registered"] == PEOPLE - 1
    again = CliRunner().invoke(command, ["--out", str(tmp_path), "--incident", "lg-0217", "--lang", "en"])
    assert again.exit_code == 1
    assert "exists already" in again.output
    assert CliRunner().invoke(command, ["--out", str(tmp_path), "--incident", "none"]).exit_code == 1
    assert CliRunner().invoke(command, ["--count", str(tmp_path)]).exit_code == 1
    assert CliRunner().invoke(command, []).exit_code == 2
