"""`muster exposure` on files as they come: good ones in every form, bad ones with a reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from muster.project.commands_exposure import exposure

VISITS = """person,place,start,end
p1,m,2022-03-14T08:00:00Z,2022-03-14T09:00:00Z
p2,m,2022-03-14T08:30:00Z,2022-03-14T10:00:00Z
p3,k,2022-03-14T09:30:00Z,2022-03-14T09:50:00Z
p2,k,2022-03-14T09:40:00Z,2022-03-14T11:00:00Z
"""
CASES = "person,from,to\np1,2022-03-14T00:00:00Z,2022-03-15T00:00:00Z\n"
EIGHT = datetime(2022, 3, 14, 8, tzinfo=UTC)
FOUND = (
    "case,person,generation,place,first_at,last_at,overlap_s\n"
    "p1,p2,1,m,2022-03-14T08:30:00Z,2022-03-14T09:00:00Z,1800\n"
    "p1,p3,2,k,2022-03-14T09:40:00Z,2022-03-14T09:50:00Z,600\n"
)


def run(
    place: Path, visits: Path | str | bytes, cases: str = CASES, *options: str, out: str = "out.csv"
) -> Result:
    """The command on what the files hold."""
    if not isinstance(visits, Path):
        file = place / "visits.csv"
        file.write_bytes(visits if isinstance(visits, bytes) else visits.encode())
        visits = file
    (place / "cases.csv").write_text(cases)
    words = ["--visits", visits, "--cases", place / "cases.csv", "--out", place / out, "--generations", "2"]
    least = () if "--min-overlap" in options else ("--min-overlap", "60")
    return CliRunner().invoke(exposure, [*map(str, words), *least, *options])


def written(place: Path, name: str = "out.csv") -> str:
    return (place / name).read_text()


def test_csv_in_csv_out(tmp_path: Path) -> None:
    result = run(tmp_path, VISITS)
    assert result.exit_code == 0, result.output
    assert written(tmp_path) == FOUND


@pytest.mark.parametrize(
    "encoded",
    [
        b"\xef\xbb\xbf" + VISITS.encode(),
        VISITS.encode("utf-16"),
        VISITS.replace("\n", "\r\n").encode(),
        VISITS.replace(",", ";").encode(),
        VISITS.replace(",", "\t").upper().replace("P1", "p1").replace("P2", "p2").replace("P3", "p3")
        .replace("M", "m").replace("K", "k").encode(),
        VISITS.replace("person", '"person"').replace("2022-03-14T", "2022-03-14 ").encode(),
        VISITS.replace("T08:00:00Z", "T16:00:00+08:00").replace("T08:30:00Z", "T16:30:00+0800").encode(),
        VISITS.replace("-14T08:00:00Z", "-14t08:00z").replace("2022-03-14T08:30:00Z", " 20220314T033000.000-0500 ")
        .replace("T09:30:00Z", " 17:30:00 +08").replace("T09:40:00Z,2", 'T09:40Z,"2').replace(
            "11:00:00Z", '11:00:00,0Z"').encode(),
    ],
    ids=["mark", "utf-16", "crlf", "semicolon", "tab and capitals", "quotes and blanks", "offsets", "any ISO"],
)  # fmt: skip
def test_the_same_table_however_it_was_saved(tmp_path: Path, encoded: bytes) -> None:
    result = run(tmp_path, encoded)
    assert result.exit_code == 0, result.output
    assert written(tmp_path) == FOUND


def test_a_gbk_file_is_read(tmp_path: Path) -> None:
    result = run(tmp_path, VISITS.replace(",m,", ",龙岗超市,").encode("gb18030"))
    assert result.exit_code == 0, result.output
    assert written(tmp_path) == FOUND.replace(",m,", ",龙岗超市,")


def test_parquet_and_a_directory_of_it_give_the_same(tmp_path: Path) -> None:
    parts = tmp_path / "visits"
    for person in ("p1", "p2", "p3"):
        (parts / f"day={person}").mkdir(parents=True)
    (tmp_path / "visits.csv").write_text(VISITS)
    for person in ("p1", "p2", "p3"):
        duckdb.execute(
            f'copy (select person, place, start::timestamptz as start, "end"::timestamptz as "end" '
            f"from read_csv('{tmp_path}/visits.csv') where person = '{person}') to '{parts}/day={person}/a.parquet'"
        )
    result = run(tmp_path, parts)
    assert result.exit_code == 0, result.output
    assert written(tmp_path) == FOUND


def test_whole_number_ids_and_naive_instants_keep_their_types(tmp_path: Path) -> None:
    duckdb.execute(
        f"""copy (select * from (values (1, 5, timestamp '2022-03-14 08:00:00', timestamp '2022-03-14 09:00:00.5'),
        (2, 5, timestamp '2022-03-14 08:59:00', timestamp '2022-03-14 10:00:00')) t(person, place, start, "end"))
        to '{tmp_path}/v.parquet'"""
    )
    result = run(tmp_path, tmp_path / "v.parquet", CASES.replace("p1", "1"), out="out.parquet")
    assert result.exit_code == 0, result.output
    rows = duckdb.execute(f"from '{tmp_path}/out.parquet'")
    assert [column[0] for column in rows.description] == FOUND.partition("\n")[0].split(",")
    (row,) = rows.fetchall()
    assert row[:4] == (1, 2, 1, 5)
    assert row[4].tzinfo is None
    assert row[6] == 60.5
    assert "UTC" in result.stderr, "one file with an offset, one without: said"


def test_every_type_of_instant_gives_the_same(tmp_path: Path) -> None:
    (tmp_path / "read.csv").write_text(VISITS.replace("Z", ""))
    for kind in ("timestamp", "timestamp_ns", "timestamp_ms", "timestamp_s", "timestamptz", "varchar"):
        duckdb.execute(
            f"set TimeZone = 'UTC'; copy (select person, place, start::timestamp::{kind} as start, "
            f"\"end\"::timestamp::{kind} as \"end\" from read_csv('{tmp_path}/read.csv')) to '{tmp_path}/v.parquet'"
        )
        result = run(tmp_path, tmp_path / "v.parquet", CASES.replace("Z", ""))
        assert result.exit_code == 0, result.output
        assert written(tmp_path).replace("Z", "") == FOUND.replace("Z", ""), kind
        assert ("Z" in written(tmp_path)) == (kind == "timestamptz")


def test_what_pandas_writes_is_read(tmp_path: Path) -> None:
    instants = pa.timestamp("ns", "Asia/Shanghai")
    table = pa.table({
        "person": pa.array([1.0, 2.0, None]), "place": pa.array([5.0, 5.0, 5.0]),
        "start": pa.array([EIGHT, EIGHT + timedelta(minutes=30), EIGHT], instants),
        "end": pa.array([EIGHT + timedelta(hours=1)] * 3, instants),
    })  # fmt: skip
    parquet.write_table(table, tmp_path / "v.parquet")
    result = run(tmp_path, tmp_path / "v.parquet", CASES.replace("p1", "1"), "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["refused"] == {"no_person": 1}
    assert written(tmp_path).splitlines()[1:] == ["1,2,1,5,2022-03-14T08:30:00Z,2022-03-14T09:00:00Z,1800"]


def test_a_zone_says_what_instants_without_an_offset_mean(tmp_path: Path) -> None:
    local = VISITS.replace("Z", "").replace("T08", "T16").replace("T09", "T17").replace("T1", "T1")
    local = local.replace("T10", "T18").replace("T11", "T19")
    result = run(tmp_path, local, CASES, "--zone", "Asia/Shanghai")
    assert result.exit_code == 0, result.output
    assert written(tmp_path) == FOUND


def test_rows_that_cannot_be_used_are_counted_with_their_reason(tmp_path: Path) -> None:
    bad = (
        ",m,2022-03-14T08:30:00Z,2022-03-14T10:00:00Z\np9,,2022-03-14T08:30:00Z,2022-03-14T10:00:00Z\n"
        "p9,m,14/03/2022,2022-03-14T10:00:00Z\np9,m,2022-03-14T10:00:00Z,2022-03-14T08:30:00Z\n"
        "p9,m,2022-03-14T10:00:00Z,2022-03-14T10:00:00Z\np9,m,2022-03-14T10:00:00Z,\np9,m\n"
    )
    result = run(tmp_path, VISITS + bad, CASES, "--json", "--lang", "en")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["refused"] == {
        "no_person": 1, "no_place": 1, "no_start": 1, "no_end": 1, "reversed": 1, "empty": 1, "malformed": 1
    }  # fmt: skip
    assert told["visits"] == 11
    assert "7 of 11 visits refused" in result.stderr
    assert "end before start 1" in result.stderr
    assert written(tmp_path) == FOUND


def test_backward_rows_of_a_parquet_read_in_place_are_counted_too(tmp_path: Path) -> None:
    duckdb.execute(
        f"""copy (select * from (values ('p1', 'm', timestamp '2022-03-14 08:00:00', timestamp '2022-03-14 09:00:00'),
        ('p2', 'm', timestamp '2022-03-14 08:50:00', timestamp '2022-03-14 08:10:00'),
        (null, 'm', timestamp '2022-03-14 08:10:00', timestamp '2022-03-14 08:50:00')) t(person, place, start, "end"))
        to '{tmp_path}/v.parquet'"""
    )
    result = run(tmp_path, tmp_path / "v.parquet", CASES.replace("Z", ""), "--json", "--min-overlap", "0")
    assert json.loads(result.stdout)["refused"] == {"no_person": 1, "reversed": 1}
    assert json.loads(result.stdout)["rows"] == 0


def test_notices_and_case_numbers(tmp_path: Path) -> None:
    cases = (
        "case,person,place,from,to\nN7,,k,2022-03-14T09:45:00Z,2022-03-14T12:00:00Z\n"
        "C1,p1,,2022-03-14T00:00:00Z,2022-03-15T00:00:00Z\n"
    )
    result = run(tmp_path, VISITS, cases, "--generations", "1")
    assert result.exit_code == 0, result.output
    assert written(tmp_path).splitlines()[1:] == [
        "C1,p2,1,m,2022-03-14T08:30:00Z,2022-03-14T09:00:00Z,1800",
        "N7,p2,1,k,2022-03-14T09:45:00Z,2022-03-14T11:00:00Z,4500",
        "N7,p3,1,k,2022-03-14T09:45:00Z,2022-03-14T09:50:00Z,300",
    ]


def test_cells_bring_places_together_and_name_those_without(tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text("place,cell\nm,c1\n")
    result = run(tmp_path, VISITS, CASES, "--cells", str(tmp_path / "cells.csv"), "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "1 places have no cell" in result.stderr
    assert ",c1," in written(tmp_path)


BAD: dict[str, tuple[str | bytes, str, str]] = {
    "a missing column": (VISITS.replace("place", "where"), CASES, "place"),
    "an empty file": ("", CASES, "empty"),
    "no row": (VISITS.partition("\n")[0] + "\n", CASES, "empty"),
    "no case": (VISITS, "person,from,to\n", "empty"),
    "a column twice": (VISITS.replace("place", "person"), CASES, "twice"),
    "some instants with an offset": (VISITS.replace("08:30:00Z", "08:30:00"), CASES, "--zone"),
    "a case backwards": (VISITS, "person,from,to\np1,2022-03-15T00:00:00Z,2022-03-14T00:00:00Z\n", "row 1"),
    "a case without a day": (VISITS, "person,from,to\np1,yesterday,2022-03-14T00:00:00Z\n", "row 1: from"),
    "a case without a source": (
        VISITS,
        "person,from,to\n,2022-03-13T00:00:00Z,2022-03-14T00:00:00Z\n",
        "neither",
    ),
    "cases without a person": (VISITS, "from,to\n2022-03-13T00:00:00Z,2022-03-14T00:00:00Z\n", "person"),
    "a quote without its pair": (
        VISITS.replace("p2,m", '"p2,m'),
        CASES,
        "a quote without its pair near line 3",
    ),
    "quotes that pair across lines": (
        VISITS.replace("p1,m", '"p1,m').replace("p3,k", 'p3",k'),
        CASES,
        "a quote without its pair",
    ),
    "such a quote in the cases": (
        VISITS,
        CASES + CASES[15:].replace("p1", '"p2'),
        "a quote without its pair",
    ),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", CASES, "neither Parquet nor text"),
    "broken Parquet": (b"PAR1" + b"x" * 50, CASES, "cannot be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_a_reason_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    visits, cases, reason = BAD[name]
    for language in ("en", "zh"):
        result = run(tmp_path, visits, cases, "--lang", language)
        assert result.exit_code == 1, result.output
        assert not isinstance(result.exception, AssertionError | TypeError), result.exception
        assert "Traceback" not in result.output
        if language == "en":
            assert reason in result.output
    assert not (tmp_path / "out.csv").exists()


def test_wrong_types_and_absent_files_are_refused(tmp_path: Path) -> None:
    duckdb.execute(
        f"copy (select 1 as person, 2 as place, 3 as start, 4 as \"end\") to '{tmp_path}/v.parquet'"
    )
    assert "holds no instants" in run(tmp_path, tmp_path / "v.parquet", CASES, "--lang", "en").output
    assert "no file" in run(tmp_path, tmp_path / "absent.parquet", CASES, "--lang", "en").output
    assert "must end in" in run(tmp_path, VISITS, CASES, "--lang", "en", out="out.xlsx").output
    for seconds in ("nan", "inf", "1e300"):
        assert "out of range" in run(tmp_path, VISITS, CASES, "--lang", "en", "--min-overlap", seconds).output
    assert "cannot be negative" in run(tmp_path, VISITS, CASES, "--lang", "en", "--min-overlap", "-1").output
    assert "no time zone" in run(tmp_path, VISITS, CASES, "--lang", "en", "--zone", "Mars/Olympus").output
    duckdb.execute(
        f'copy (select 1 as person, 2 as place, now() as start, now() + interval 1 hour as "end") '
        f"to '{tmp_path}/v.parquet'"
    )
    assert "no whole number" in run(tmp_path, tmp_path / "v.parquet", CASES, "--lang", "en").output


def test_visits_are_never_overwritten(tmp_path: Path) -> None:
    result = run(tmp_path, VISITS, CASES, "--lang", "en", out="visits.csv")
    assert result.exit_code == 1
    assert (tmp_path / "visits.csv").read_text() == VISITS
