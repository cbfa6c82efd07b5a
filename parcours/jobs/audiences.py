"""parcours audiences: members from SQL or from a file, as stays that start and end at a logical time."""

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.definition.audience_sql import sql_at, tables_of
from parcours.definition.files import local_path
from parcours.definition.problems import UserError, did_you_mean
from parcours.definition.times import parse_instant
from parcours.jobs.commit import settle_unless_running
from parcours.jobs.foreign import check_loadable
from parcours.jobs.leaving import leave
from parcours.jobs.spark_messages import one_line
from parcours.jobs.store import Store
from parcours.jobs.telling import plural
from parcours.tables import SOURCES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from parcours.definition.project import Project

LOG = logging.getLogger(__name__)
MEMBERS = "audience_members"


@dataclass(frozen=True)
class Refreshed:
    """What a refresh came to: members now, and how many stays started, ended, or tell something else of a member."""

    audience_id: str
    members: int
    entered: int
    left: int
    changed: int


class RefreshRefused(UserError):
    """What the query selects can't be taken: the audience is as it was."""


def refresh(
    project: "Project", ids: Sequence[str], at: datetime, spark: "SparkSession | None" = None
) -> tuple[Refreshed, ...]:
    """Makes the members at `at` of each audience those that its SQL selects; of all that have SQL where none is named.

    One commit an audience, none where nothing changes. UserError, and no change to that audience, where its query can't
    be run, or would end more than `max_loss` percent of its stays.
    """
    store = Store(project, spark)
    names = tuple(ids) or tuple(sorted(project.audiences))
    for name in names:
        _query_of(project, name)
    settle_unless_running(store)
    done = []
    for name in names:
        with store.writing(MEMBERS), _members(store, name, at) as members:
            done.append(_replace(store, name, members, at))
    return tuple(done)


def preview(project: "Project", audience_id: str, at: datetime, spark: "SparkSession | None" = None) -> int:
    """How many members a refresh at `at` would find; it changes nothing."""
    store = Store(project, spark)
    with _members(store, audience_id, at) as members:
        return members.count()


def load_snapshot(
    project: "Project", audience_id: str, file: str | Path, at: datetime, spark: "SparkSession | None" = None
) -> Refreshed:
    """Makes the members at `at` of an audience those of a file: profile_id, and further columns as attributes."""
    from parcours.jobs.snapshot import members_of_file

    store = Store(project, spark)
    settle_unless_running(store)
    with store.writing(MEMBERS):
        members = members_of_file(store, local_path(str(file))).persist()
        try:
            return _replace(store, audience_id, members, at)
        finally:
            members.unpersist()


def _query_of(project: "Project", audience_id: str) -> str:
    audience = project.audiences.get(audience_id)
    if audience is None:
        hint = did_you_mean(audience_id, project.audiences) or "it has no file below audiences/"
        raise UserError(f"audience '{audience_id}' has no SQL to refresh it by ({hint})")
    return audience.sql


@contextmanager
def _members(store: Store, audience_id: str, at: datetime) -> "Iterator[DataFrame]":
    """The query's members at a moment, one row each, kept while the block runs."""
    from pyspark.errors import AnalysisException
    from pyspark.sql import functions as F

    from parcours.transforms.membership import members_of

    sql = _query_of(store.project, audience_id)
    try:
        names = tables_of(sql)
        text = sql_at(sql, at)
    except UserError as error:
        raise UserError(f"audience '{audience_id}': {error}") from error
    with _views(store, audience_id, names):
        try:
            result = store.spark.sql(text)
        except AnalysisException as error:
            raise UserError(f"audience '{audience_id}': sql: {one_line(error)}") from error
    profile_column = next((name for name in result.columns if name.lower() == "profile_id"), None)
    if profile_column is None:
        raise UserError(
            f"audience '{audience_id}': sql: no column profile_id (one row a member: SELECT profile_id, ...)"
        )
    if len(set(result.columns)) < len(result.columns):
        raise UserError(f"audience '{audience_id}': sql: two columns of one name (name them apart with AS)")
    # Without further columns two rows of one member say the same.
    rows = result if len(result.columns) > 1 else result.distinct()
    members = members_of(rows, profile_column).where(F.col("profile_id").isNotNull()).persist()
    try:
        _check_unique(members, audience_id)
        yield members
    finally:
        members.unpersist()


def _check_unique(members: "DataFrame", audience_id: str) -> None:
    """Reads all members for the first time, too: a query of the user's own may fail on its data."""
    from pyspark.errors import PySparkException
    from pyspark.sql import functions as F

    try:
        repeated = members.groupBy("profile_id").count().where(F.col("count") > 1).count()
    except PySparkException as error:
        raise RefreshRefused(f"audience '{audience_id}': sql: {one_line(error)}") from error
    if repeated:
        people = "1 profile stands" if repeated == 1 else f"{repeated} profiles stand"
        what = f"{people} in more than one row; nothing was changed (one row a member: GROUP BY profile_id)"
        raise RefreshRefused(f"audience '{audience_id}': sql: {what}")


@contextmanager
def _views(store: Store, audience_id: str, names: Sequence[str]) -> Iterator[None]:
    """The tables of the warehouse under their names, while the query is read."""
    from parcours.jobs.beside import as_read

    for name in names:
        if not store.exists(name):
            hint = did_you_mean(name, _tables(store)) or f"load it, or write it to {store.path(name)}"
            raise UserError(f"audience '{audience_id}': sql: no table '{name}' in the warehouse ({hint})")
    try:
        for name in names:
            as_read(store, name).createOrReplaceTempView(name)
        yield
    finally:
        for name in names:
            store.spark.catalog.dropTempView(name)


def _tables(store: Store) -> list[str]:
    folder = Path(store.project.warehouse)
    found = [each.parent.name for each in folder.glob("*/_delta_log")] if store.is_local else []
    return sorted({*found, *store.project.sources})


def _replace(store: Store, audience_id: str, members: "DataFrame", at: datetime) -> Refreshed:
    from pyspark.sql import functions as F

    from parcours.jobs.upsert import IS_GONE, append_rows, merge_rows
    from parcours.transforms.membership import CHANGE, ENDS, GOES, STARTS, TELLS, changed_stays, inside_count

    check_loadable(store.path(MEMBERS), SOURCES[MEMBERS])
    store.ensure(MEMBERS)
    stays = store.read(MEMBERS, store.version(MEMBERS)).where(F.col("audience_id") == audience_id)
    changed = changed_stays(members, stays, audience_id, at).persist()
    try:
        kinds = (STARTS, ENDS, GOES, TELLS)
        count = changed.agg(*(F.count_if(F.col(CHANGE) == kind).alias(kind) for kind in kinds)).collect()[0]
        left = count[ENDS] + count[GOES]
        _check_loss(store.project, audience_id, left, inside_count(stays, at) if left else None)
        if left or count[TELLS]:
            rows = changed.withColumn(IS_GONE, F.col(CHANGE) == GOES).drop(CHANGE)
            merge_rows(store, MEMBERS, rows, sum(count))
        elif count[STARTS]:
            append_rows(store, MEMBERS, changed.drop(CHANGE), count[STARTS])
        done = Refreshed(audience_id, members.count(), count[STARTS], left, count[TELLS])
    finally:
        changed.unpersist()
    LOG.info("audience %s", summary(done))
    return done


def _check_loss(project: "Project", audience_id: str, left: int, inside: "DataFrame | None") -> None:
    audience = project.audiences.get(audience_id)
    if inside is None or audience is None or audience.max_loss is None:
        return
    before = inside.collect()[0][0]
    if Decimal(left) * 100 > Decimal(str(audience.max_loss)) * before:
        raise RefreshRefused(
            f"audience '{audience_id}': the refresh would end {left} of {before} stays, more than max_loss: "
            f"{audience.max_loss}; nothing was changed (look at what it selects, or raise max_loss)"
        )


def main(argv: Sequence[str] | None = None, spark: "SparkSession | None" = None) -> int:
    """The spark-submit entry point. Exit status: 0 done, 1 the refresh failed, 2 asked wrongly."""
    parser = argparse.ArgumentParser(prog="audiences", description=__doc__)
    parser.add_argument("command", choices=("refresh", "preview", "load"))
    parser.add_argument("names", nargs="*", help="audiences; for load an audience and a file")
    parser.add_argument("--at", help="the logical time, UTC where it names no zone; by default now")
    parser.add_argument("--project", default=".", help="the project's folder")
    parser.add_argument("--warehouse", help="in place of the one in parcours.yaml")
    options = parser.parse_args(argv)
    from parcours.definition.project import load_project

    try:
        project = load_project(Path(options.project), warehouse=options.warehouse)
        at = parse_instant(options.at, "UTC") if options.at else datetime.now(UTC)
        sys.stdout.writelines(f"{line}\n" for line in _carried_out(project, options.command, options.names, at, spark))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1 if isinstance(error, RefreshRefused) else 2
    return 0


def _carried_out(
    project: "Project", command: str, names: Sequence[str], at: datetime, spark: "SparkSession | None"
) -> Iterator[str]:
    if command == "preview":
        for name in names:
            yield f"{name}: {plural(preview(project, name, at, spark), 'member')}"
        return
    if command == "load" and len(names) != 2:
        raise UserError("audiences load: an audience and a file are needed (write: audiences load ID FILE)")
    if command == "load":
        yield summary(load_snapshot(project, names[0], names[1], at, spark))
        return
    for done in refresh(project, names, at, spark):
        yield summary(done)


def summary(done: Refreshed) -> str:
    """The refresh in one line for people."""
    return f"{done.audience_id}: {plural(done.members, 'member')}, {done.entered:,} entered, {done.left:,} left"


if __name__ == "__main__":
    leave(main())
