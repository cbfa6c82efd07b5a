"""One Spark session, with what every job needs of it: Delta, UTC, no surprises."""

import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from parcours.definition.problems import UserError
from parcours.jobs.archive import archive_options, session_has_started
from parcours.jobs.jars import delta_jars, writable_cache
from parcours.jobs.java import provide_java

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from parcours.definition.project import Project
    from parcours.jobs.places import Places

# What rows come out depends on these: no project may set them otherwise.
MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    # DuckDB, Polars and pyarrow don't read the INT96 that Spark writes by default as instants.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Pandas writes nanoseconds, which Spark has no type for: as numbers it reads them, and load makes instants of them.
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.databricks.delta.properties.defaults.enableDeletionVectors": "false",
    # A tick's new state may lie outside what it replaces: one commit instead of two (stack.md 9.4).
    "spark.databricks.delta.replaceWhere.constraintCheck.enabled": "false",
}
# Measured for two cores and small to middling tables; a project's spark.conf overrides each.
COMFORT = {
    "spark.driver.memory": "4g",
    "spark.sql.adaptive.enabled": "true",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    # Else each call of a column's method tells the JVM first where in our code it stands: ten more round trips.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}
# Texts of which hardly two are the same: looking for those that are costs a third of a file's writing.
OF_THEIR_OWN = ("instance_id", "delivery_id", "profile_id", "entry_key", "address", "line", "alike")
COMFORT |= {f"spark.hadoop.parquet.enable.dictionary#{column}": "false" for column in OF_THEIR_OWN}
# Rows go to the files of their days as they come: else each task sorts them by day first.
COMFORT["spark.sql.maxConcurrentOutputFileWriters"] = "20"
# Rows that a worker gets at a time: of ten thousand, as Spark has it, the headers alone are felt.
COMFORT["spark.sql.execution.arrow.maxRecordsPerBatch"] = "50000"
# For queries over few rows. Compiling what a query does, and planning it anew after each of its stages, takes longer
# than the rows take: the sample project's ticks took 2.9 s in queries before, 1.5 s so (two cores).
LEAN = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
}
# A process lives for seconds or minutes: of a newsletter's CPU time a third went into compiling code that then hardly
# ran. With these thresholds, six times the usual, and the collector that needs least, a million people took 59 s in
# place of 65 (two cores).
COMPILE_LATER = (
    "-XX:Tier4InvocationThreshold=30000 -XX:Tier4MinInvocationThreshold=5000 "
    "-XX:Tier4CompileThreshold=60000 -XX:Tier4BackEdgeThreshold=200000"
)
# On one machine only: a cluster has cores and addresses of its own.
ONE_MACHINE = {
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
QUIET_LOGGING = """rootLogger.level = error
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
# Else Spark, taking us for a shell, sets the level to WARN and says so on three lines.
logger.shell.name = org.apache.spark.api.python.PythonGatewayServer
logger.shell.level = error
# They print the stack of a task that failed; the error that is raised says why, in one line.
logger.task.name = org.apache.spark.executor.Executor
logger.task.level = off
logger.tasks.name = org.apache.spark.scheduler.TaskSetManager
logger.tasks.level = off
"""
# Python loggers that print ten kilobytes of JSON for each expression that failed, besides the exception.
LOUD_LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")


def begin_session(project: "Project | Places", *, writes_archive: bool = True) -> None:
    """Has a session start in a thread of its own: `start_session` then waits for it, and raises what it raised.

    Java and Spark take seconds, in which there is other work to do. A process that ends before doesn't wait. To write
    an archive for the next start (jobs/archive.py) costs some seconds more, once.
    """
    global _begun
    use_utc()
    import pyspark.sql  # noqa: F401 - two threads that import it at once would meet halfway

    future: Future[SparkSession] = Future()
    _begun = future

    def start() -> None:
        try:
            future.set_result(_start(project, None, writes_archive=writes_archive))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=start, name="start of Spark", daemon=True).start()


_begun: "Future[SparkSession] | None" = None


def start_session(project: "Project | Places", *, master: str | None = None) -> "SparkSession":
    """The Spark session of this process, started with the project's settings unless there is one already.

    Under spark-submit, master, memory and jars are what was submitted; Delta must be among them.
    """
    global _begun
    use_utc()
    if _begun is not None:
        begun, _begun = _begun, None
        return begun.result()
    return _start(project, master, writes_archive=True)


def _start(project: "Project | Places", master: str | None, *, writes_archive: bool) -> "SparkSession":
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    # Under spark-submit a JVM stands already, and pyspark itself finds it by this variable.
    has_java = "PYSPARK_GATEWAY_PORT" in os.environ or SparkContext._active_spark_context is not None
    if not has_java:
        provide_java(writable_cache())
    builder = SparkSession.builder.appName(f"parcours {project.name}")
    settings = session_settings(project, master=master, submitted=has_java, writes_archive=writes_archive)
    if not has_java:
        settings["spark.jars"] = ",".join(_jars(project, settings.get("spark.jars.ivySettings")))
        builder = builder.master(master or project.spark.master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    with ctrl_c_kept():
        session = builder.getOrCreate()
    for name in LOUD_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    if not _has_delta(session):
        raise UserError(
            "this Spark has no Delta Lake (give spark-submit --packages io.delta:delta-spark_4.2_2.13:4.4.0)"
        )
    session_has_started()
    return session


@contextmanager
def ctrl_c_kept() -> Iterator[None]:
    """What Ctrl-C did before the block it does after it too, before what the block has it do.

    Spark puts its own handler in place, which cancels its jobs and says nothing for the seconds that it takes.
    """
    former = signal.getsignal(signal.SIGINT)
    yield
    then = signal.getsignal(signal.SIGINT)
    if then is former or not callable(former) or not callable(then):
        return

    def both(number: int, frame: FrameType | None) -> None:
        try:
            former(number, frame)
        finally:
            then(number, frame)

    signal.signal(signal.SIGINT, both)


@contextmanager
def lean_queries(session: "SparkSession") -> Iterator[None]:
    """Queries planned within it are for few rows."""
    usual = {name: session.conf.get(name) for name in LEAN}
    try:
        for name, value in LEAN.items():
            session.conf.set(name, value)
        yield
    finally:
        for name, found in usual.items():
            session.conf.set(name, str(found))


def session_settings(
    project: "Project | Places",
    *,
    master: str | None = None,
    submitted: bool = False,
    writes_archive: bool = True,
) -> dict[str, str]:
    """Spark's settings for a project: ours, then the project's own, then those that rows depend on."""
    own = {name: str(value) for name, value in project.spark.conf.items()}
    if submitted:
        return {**own, **MEANING, "spark.databricks.delta.snapshotPartitions": "1"}
    settings = dict(COMFORT)
    is_local = (master or project.spark.master).split("[")[0] == "local"
    if is_local:
        settings |= ONE_MACHINE
    settings["spark.sql.warehouse.dir"] = str(Path(tempfile.gettempdir(), "parcours-spark-warehouse"))
    settings |= own | MEANING
    if project.spark.packages:
        settings["spark.jars.packages"] = ",".join(project.spark.packages)
    # Deep plans of long journeys overflow the default stack of the JVM's threads.
    theirs = own.get("spark.driver.extraJavaOptions", "")
    options = ["-Xss4m", f"-Dlog4j2.configurationFile={_logging_file().as_uri()}", COMPILE_LATER]
    if is_local and "Archive" not in theirs:
        options += archive_options(writable_cache(), may_write=writes_archive)
    if "GC" not in theirs:  # of two collectors Java takes none
        options.append("-XX:+UseParallelGC")
    settings["spark.driver.extraJavaOptions"] = " ".join([*options, theirs]).strip()
    return settings


def _jars(project: "Project | Places", ivy_settings: str | None) -> list[str]:
    if any(package.startswith("io.delta:delta-spark_") for package in project.spark.packages):
        return list(project.spark.jars)
    return delta_jars(project.spark.jars, ivy_settings=ivy_settings)


def use_utc() -> None:
    """Puts this process and its workers on UTC: `collect` gives instants in the process's own zone."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    # Without it the workers run the first python3 of the PATH, not the one with our packages.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)


def _logging_file() -> Path:
    file = writable_cache() / "log4j2.properties"
    if not file.is_file() or file.read_text() != QUIET_LOGGING:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(QUIET_LOGGING)
    return file


def _has_delta(session: "SparkSession") -> bool:
    from py4j.protocol import Py4JError

    try:
        session._jvm.java.lang.Thread.currentThread().getContextClassLoader().loadClass(  # type: ignore[union-attr]
            "io.delta.tables.DeltaTable"
        )
    except Py4JError:
        return False
    return True
