"""Where pairs are made and compared: DuckDB in memory, or Spark. Neither writes names to disk here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from muster.engines.analysis.problems import AnalysisError

if TYPE_CHECKING:
    import pyarrow as pa

MEMORY = "4GB"


class Engine(Protocol):
    """What the linkage asks of an engine."""

    name: str

    def api(self) -> Any:
        """Splink's view of it."""

    def put(self, name: str, table: pa.Table) -> None:
        """Make a table known under a name."""

    def make(self, name: str, sql: str) -> None:
        """Keep the rows of a query under a name."""

    def ask(self, sql: str) -> dict[str, np.ndarray[Any, Any]]:
        """The columns of a query."""


class Duck:
    """DuckDB without a place to spill to."""

    name = "duckdb"

    def __init__(self) -> None:
        import duckdb

        self.con = duckdb.connect(
            config={"memory_limit": MEMORY, "temp_directory": "", "autoinstall_known_extensions": "false"}
        )

    def api(self) -> Any:
        """Splink's view of the connection."""
        from splink import DuckDBAPI

        return DuckDBAPI(connection=self.con)

    def put(self, name: str, table: pa.Table) -> None:
        """Copied, so that the database owns it."""
        self.con.register(f"given_{name}", table)
        self.make(name, f"select * from given_{name}")
        self.con.unregister(f"given_{name}")

    def make(self, name: str, sql: str) -> None:
        """As a table."""
        self.con.execute(f"create or replace table {name} as {sql}")

    def ask(self, sql: str) -> dict[str, np.ndarray[Any, Any]]:
        """As numpy arrays."""
        return self.con.execute(sql).fetchnumpy()


class Spark:
    """The local Spark session of this process."""

    name = "spark"

    def __init__(self) -> None:
        from muster.engines.analysis import spark

        self.session = spark.session()

    def api(self) -> Any:
        """Splink's view of the session; no function of its jar is used."""
        from splink import SparkAPI

        from muster.engines.analysis import spark

        return SparkAPI(  # type: ignore[no-untyped-call]
            spark_session=self.session,
            register_udfs_automatically=False,
            break_lineage_method="persist",
            num_partitions_on_repartition=spark.PARTITIONS,
        )

    def put(self, name: str, table: pa.Table) -> None:
        """As a temporary view."""
        self.session.createDataFrame(table).createOrReplaceTempView(name)

    def make(self, name: str, sql: str) -> None:
        """Persisted in memory under the name."""
        self.session.sql(sql).persist().createOrReplaceTempView(name)

    def ask(self, sql: str) -> dict[str, np.ndarray[Any, Any]]:
        """Brought to the driver."""
        table = self.session.sql(sql).toArrow()
        return {name: table.column(name).to_numpy() for name in table.column_names}


@contextmanager
def engine(name: str) -> Iterator[Engine]:
    """An engine for one linkage; what it holds is dropped afterwards."""
    if name == "spark":
        spark = Spark()
        try:
            yield spark
        finally:
            spark.session.catalog.clearCache()
        return
    import duckdb

    duck = Duck()
    try:
        yield duck
    except duckdb.OutOfMemoryException as error:
        raise AnalysisError(
            f"内存不足（上限 {MEMORY}）：请分批处理，或改用 --engine spark",
            f"not enough memory (limit {MEMORY}): link in parts, or use --engine spark",
        ) from error
    finally:
        duck.con.close()
