"""Spark answers the exposure question with the rows of DuckDB."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from bench import seed_visits
from muster.project.commands_exposure import exposure
from tests.engines.analysis import published

pytestmark = [pytest.mark.spark, pytest.mark.slow]


def both(place: Path, visits: Path, cases: Path, *options: str) -> tuple[dict[str, object], bytes]:
    """Ask both engines; the rows as written must be the same, byte by byte."""
    pytest.importorskip("pyspark", reason="NO SPARK: pyspark is not installed")
    written = []
    for engine in ("duckdb", "spark"):
        out = place / f"{engine}.csv"
        words = ["--visits", visits, "--cases", cases, "--out", out, "--engine", engine, "--json", *options]
        result = CliRunner().invoke(exposure, [str(word) for word in words])
        assert result.exit_code == 0, result.output
        written.append((json.loads(result.stdout), out.read_bytes()))
    assert written[0][1] == written[1][1]
    assert written[0][0]["generations"] == written[1][0]["generations"]
    return written[1]


def test_two_generations_of_generated_visits(tmp_path: Path) -> None:
    files = seed_visits.write(tmp_path, visits=20_000, cases=5, seed=3)
    told, _ = both(tmp_path, *files, "--min-overlap", "300", "--generations", "2")
    assert int(str(told["rows"])) > 100


def test_every_option_with_text_ids_offsets_and_notices(tmp_path: Path) -> None:
    visits, cases = seed_visits.write(tmp_path, visits=5_000, cases=3, seed=4)
    duckdb.execute(
        f"copy (select 'p' || person as person, 'l' || place as place, strftime(start, '%Y-%m-%dT%H:%M:%S+08:00') as "
        f"start, strftime(\"end\", '%Y-%m-%dT%H:%M:%S+08:00') as \"end\" from '{visits}') to '{tmp_path}/v.csv'"
    )
    duckdb.execute(
        f'copy (select \'c\' || person as "case", \'p\' || person as person, null as place, "from", "to" '
        f"from '{cases}' "
        f"union all select 'n', null, 'l1', min(\"from\"), max(\"to\") from '{cases}') to '{tmp_path}/c.csv'"
    )
    duckdb.execute(
        f"copy (select 'l' || i as place, i // 3 as cell from range(19) t(i)) to '{tmp_path}/cells.csv'"
    )
    told, rows = both(
        tmp_path, tmp_path / "v.csv", tmp_path / "c.csv", "--min-overlap", "60", "--generations", "2",
        "--cells", str(tmp_path / "cells.csv"), "--over-places", "--within", "86400", "--min-stay", "600",
        "--zone", "Asia/Shanghai",
    )  # fmt: skip
    assert told["unmapped_places"] == 1
    assert b"\nn," in rows


def test_face_to_face_readings(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    stays = published.meetings(published.folder(pytestconfig), "workplace_InVS_tij.dat.zip", until=8 * 3600)
    with open(tmp_path / "v.csv", "w") as file:
        file.write("person,place,start,end\n")
        file.writelines(f"{one.person},{one.place},{at(one.start)},{at(one.end)}\n" for one in stays)
    with open(tmp_path / "c.csv", "w") as file:
        file.write("person,from,to\n")
        ill = published.busiest(stays, 3)
        file.writelines(f"{one.person},{at(one.opens)},{at(one.closes)}\n" for one in ill)
    told, _ = both(
        tmp_path, tmp_path / "v.csv", tmp_path / "c.csv", "--min-overlap", "60", "--generations", "3"
    )
    assert told["visits"] == len(stays)
    assert int(str(told["rows"])) > 20


def at(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()
