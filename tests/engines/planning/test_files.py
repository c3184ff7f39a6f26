"""The command on files: GeoJSON and CSV in, teams out, faults in words."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.territories import compare, town
from muster.engines.planning.buildings_file import read_buildings
from muster.engines.planning.territories import Problem
from muster.project.commands_territories import territories


def square(lat: float, lon: float, **properties: object) -> dict[str, object]:
    ring = [[lon, lat], [lon + 0.0003, lat], [lon + 0.0003, lat + 0.0003], [lon, lat + 0.0003], [lon, lat]]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def test_a_geojson_is_split_and_written(tmp_path: Path) -> None:
    rows = [square(22.6 + 0.001 * n, 114.0, id=f"b{n}", units=10) for n in range(12)]
    file, out = tmp_path / "b.geojson", tmp_path / "teams.csv"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    done = CliRunner().invoke(territories, [str(file), "--teams", "3", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["loads"] == [40.0, 40.0, 40.0]
    written = list(csv.DictReader(out.open()))
    assert sorted({row["team"] for row in written}) == ["1", "2", "3"]
    assert len(written) == 12


def test_floor_area_stands_in_for_units(tmp_path: Path) -> None:
    file = tmp_path / "b.geojson"
    rows = [square(22.6, 114.0, **{"building:levels": "6"}), square(22.61, 114.0)]
    file.write_text(json.dumps({"features": rows}))
    tall, flat = read_buildings(file)
    assert tall.load == pytest.approx(6 * flat.load, rel=0.05)


def test_a_csv_is_read_and_a_broken_one_named(tmp_path: Path) -> None:
    good, bad = tmp_path / "a.csv", tmp_path / "b.csv"
    good.write_text("id,lat,lon,units\na,22.6,114,8\nb,22.61,114,9\n")
    bad.write_text("id,lat,lon\na,x,114\n")
    assert [one.load for one in read_buildings(good)] == [8.0, 9.0]
    done = CliRunner().invoke(territories, [str(bad), "--teams", "2"])
    assert done.exit_code == 1
    assert "b.csv" in done.output
    assert CliRunner().invoke(territories, [str(good), "--teams", "3"]).exit_code == 1


def test_the_bench_compares_all_three_ways() -> None:
    rows = {str(row["way"]): row for row in compare(Problem(town(300, 1), 6), 1)}
    assert set(rows) == {"ours", "strips", "k-means"}
    assert float(rows["ours"]["balance"]) < float(rows["k-means"]["balance"])
    assert float(rows["ours"]["metres"]) < float(rows["strips"]["metres"])
