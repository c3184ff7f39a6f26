"""Two engines behind a few words, so that a question is written once: DuckDB here, Spark beyond one machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import SparkSession

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parts(name: str) -> dict[str, str]:
    """The named parts of a SQL file of this package; `-- name: x` opens part x."""
    text = (resources.files("muster.engines.analysis") / name).read_text(encoding="utf-8")
    pieces = (piece.partition("\n") for piece in text.split("-- name: ")[1:])
    return {head.strip(): body.strip() for head, _, body in pieces}


def quoted(text: str) -> str:
    """A SQL string of both engines' common dialect."""
    return "'" + text.replace("'", "''") + "'"


class Workbench(Protocol):
    """Tables by name: views over Parquet files, tables made by a question, and their rows."""

    def view(self, name: str, files: Sequence[str], columns: Mapping[str, str]) -> None:
        """Open Parquet files as a table; `columns` maps each new name to the one in the file."""

    def folder(self, name: str, place: Path) -> None:
        """Open a directory of Parquet whose path holds columns (`day=…/district=…`), as text."""

    def make(self, name: str, text: str) -> None:
        """Answer a question and keep it as a table, in place of the one of that name."""

    def name(self, name: str, text: str) -> None:
        """Name a question that a later one asks; it is answered there."""

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        """The few rows of an answer."""

    def save(self, name: str, place: Path) -> None:
        """Write a table as Parquet: a file, or a directory of files."""

    def instant(self, micros: int) -> str:
        """Microseconds since 1970 as a literal of the type of this workbench's instants."""


class Duck:
    """DuckDB; `kind` is the type of the visits' instants, so that files are skipped by time without a cast."""

    def __init__(self, con: duckdb.DuckDBPyConnection, kind: str = "timestamp") -> None:
        """Use an open connection."""
        self.con, self.kind = con, kind
        con.execute("create or replace temp macro unix_micros(moment) as epoch_us(moment)")

    def view(self, name: str, files: Sequence[str], columns: Mapping[str, str]) -> None:
        """See Workbench."""
        chosen = ", ".join(f'"{old}" as {new}' for new, old in columns.items())
        named = ", ".join(map(quoted, files))
        self.con.execute(
            f"create or replace temp view {name} as "
            f"select {chosen} from read_parquet([{named}], hive_partitioning = false)"
        )

    def folder(self, name: str, place: Path) -> None:
        """See Workbench."""
        self.con.execute(
            f"create or replace temp view {name} as from read_parquet({quoted(f'{place}/**/*.parquet')}, "
            "hive_partitioning = true, hive_types_autocast = false)"
        )

    def make(self, name: str, text: str) -> None:
        """See Workbench."""
        self.con.execute(f"create or replace temp table {name} as {text}")

    def name(self, name: str, text: str) -> None:
        """See Workbench."""
        self.con.execute(f"create or replace temp view {name} as {text}")

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        """See Workbench."""
        return self.con.execute(text).fetchall()

    def save(self, name: str, place: Path) -> None:
        """See Workbench."""
        self.con.execute(f"copy {name} to {quoted(str(place))} (format parquet)")

    def instant(self, micros: int) -> str:
        """See Workbench."""
        zone = "+00" if self.kind == "timestamptz" else ""
        return f"{self.kind} '{_written(micros)}{zone}'"


class Spark:
    """Spark; what a question made is written to `work`, so that nothing is reckoned twice and sizes guide joins."""

    def __init__(self, session: SparkSession, work: Path) -> None:
        """Use a session whose clock is UTC, and a directory that its workers can reach."""
        self.session, self.work = session, work
        self._made = 0

    def view(self, name: str, files: Sequence[str], columns: Mapping[str, str]) -> None:
        """See Workbench."""
        frame = self.session.read.parquet(*files)
        kinds = {field.name.lower(): field.dataType.typeName() for field in frame.schema}
        chosen = [
            f"cast(`{old}` as timestamp) as {new}" if kinds[old.lower()] == "timestamp_ntz" else f"`{old}` as {new}"
            for new, old in columns.items()
        ]  # fmt: skip
        frame.selectExpr(*chosen).createOrReplaceTempView(name)

    def folder(self, name: str, place: Path) -> None:
        """See Workbench."""
        self.session.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        self.session.read.parquet(str(place)).createOrReplaceTempView(name)

    def make(self, name: str, text: str) -> None:
        """See Workbench."""
        self._made += 1
        place = str(self.work / f"{name}-{self._made}")
        frame = self.session.sql(text)
        frame.write.parquet(place)
        self.session.read.schema(frame.schema).parquet(place).createOrReplaceTempView(name)

    def name(self, name: str, text: str) -> None:
        """See Workbench."""
        self.session.sql(text).createOrReplaceTempView(name)

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        """See Workbench."""
        return [tuple(row) for row in self.session.sql(text).collect()]

    def save(self, name: str, place: Path) -> None:
        """See Workbench."""
        self.session.table(name).write.parquet(str(place))

    def instant(self, micros: int) -> str:
        """See Workbench."""
        return f"timestamp '{_written(micros)}'"


def _written(micros: int) -> str:
    at = (EPOCH + timedelta(microseconds=micros)).replace(tzinfo=None)
    return at.isoformat(sep=" ", timespec="microseconds")
