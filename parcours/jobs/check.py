"""parcours check: the reconciliations of specification 2.7 over everything that is committed."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.jobs import check_rows
from parcours.jobs.check_files import check_files
from parcours.jobs.check_room import check_caps, check_limits
from parcours.jobs.committed import Committed
from parcours.jobs.experiments import check_experiments
from parcours.jobs.findings import Finding, finding
from parcours.jobs.leaving import leave
from parcours.jobs.store import Store

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from parcours.definition.project import Project

log = logging.getLogger("parcours.check")

OF_ROWS = (
    check_rows.check_ticks,
    check_rows.check_versions,
    check_rows.check_messages,
    check_rows.check_sends,
    check_rows.check_updates,
    check_rows.check_twice,
    check_rows.check_batches,
    check_rows.check_journey_daily,
    check_rows.check_daily,
    check_rows.check_feedback,
)


def check_everything(store: Store, project: Project) -> list[Finding]:
    """Every check, in order, those that failed too. Nothing committed: nothing to check, and that is fine."""
    committed = Committed(store)
    if committed.until is None:
        return [finding("ticks", "none has run yet", [])]
    tables = check_rows.read_tables(store, committed)
    findings: list[Finding] = []
    for check in OF_ROWS:
        for each in check(tables):
            log.info("%s: %s", each.name, "ok" if each.is_ok else "FAILED")
            findings.append(each)
    findings += check_experiments(store, project, committed, tables.outcomes)
    findings.append(check_files(project, tables.batches))
    findings += check_limits(project, committed, tables.deliveries)
    findings += check_caps(store, committed, tables.outcomes, tables.instances)
    return findings


def main(argv: Sequence[str] | None = None, spark: SparkSession | None = None) -> int:
    """The spark-submit entry point: prints each check; exit status 0, or 1 where one failed."""
    from parcours.jobs.places import open_project

    parser = argparse.ArgumentParser(prog="check", description=__doc__)
    parser.add_argument("--project", type=Path, default=Path(), help="the project's folder")
    parser.add_argument("--warehouse", help="in place of the warehouse of parcours.yaml")
    given = parser.parse_args(argv)
    project = open_project(given.project, given.warehouse, runs_published=True)
    findings = check_everything(Store(project, spark), project)
    for each in findings:
        sys.stdout.write(f"{'ok    ' if each.is_ok else 'FAILED'} {each.name}: {each.figures}\n")
        for line in each.details:
            sys.stdout.write(f"       {line}\n")
    return 0 if all(each.is_ok for each in findings) else 1


if __name__ == "__main__":
    leave(main())
