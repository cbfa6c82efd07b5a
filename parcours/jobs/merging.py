"""A judged load beside its table: what is new, what changes, and the one commit that says so."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from parcours.expectations.rules import NO_PROFILE, OVERLAP, REPEATED
from parcours.jobs.staging import PLACE, Staged
from parcours.jobs.upsert import add_profile_columns, append_rows, merge_rows
from parcours.tables import FIRST_ROW_STANDS
from parcours.transforms.judge import REFUSALS, figures, overlapping
from parcours.transforms.merge import (
    INSERTED,
    KIND,
    UNCHANGED,
    UPDATED,
    beside_first,
    compared,
    last_of_each_column,
    one_a_key,
    says_name,
)


@dataclass(frozen=True)
class Merge:
    """What a load comes to: one row a key as it will stand, each with its KIND, and the load's figures by reason."""

    staged: Staged
    rows: DataFrame
    figures: dict[str, int]
    overlaps: DataFrame | None

    def refused(self) -> DataFrame:
        """The rows that break an error-level rule, with the reasons."""
        rows = self.staged.rows
        of_rows = rows.where(F.size(REFUSALS) > 0)
        if self.overlaps is None or not self.figures[OVERLAP]:
            return of_rows
        # Unique on the key: a key stands once in what was compared.
        crossing = self.staged.sound.join(self.overlaps, on=list(self.staged.table.key), how="left_semi")
        return of_rows.unionByName(crossing.select(*rows.columns).withColumn(REFUSALS, F.array(F.lit(OVERLAP))))

    def release(self) -> None:
        """Frees what was kept."""
        self.rows.unpersist()
        self.staged.rows.unpersist()


def merge(staged: Staged) -> Merge:
    """What the load comes to, on the table as it stood at its start."""
    reasons = [rule.reason for rule in staged.rules]
    counted = figures(staged.rows, staged.table.key, reasons).collect()[0]
    found = {reason: counted[number + 2] for number, reason in enumerate(reasons)}
    found |= {"rows": counted["rows"], REPEATED: counted["repeated"]}
    rows = _compared(staged, _unique(staged, has_repeated=found[REPEATED] > 0))
    if staged.stored is not None:
        rows = rows.persist()
    overlaps = None
    if staged.table.name == "audience_members":
        overlaps = _overlaps(staged, rows)
        found[OVERLAP] = overlaps.count()
        found[NO_PROFILE] = _without_profile(staged).count()
    return Merge(staged, rows, found, overlaps)


def _unique(staged: Staged, *, has_repeated: bool) -> DataFrame:
    """The sound rows, one a key: the first or the last of the load, as the table has it."""
    key, others = staged.table.key, staged.other_columns
    rows = staged.sound.select(*key, *others, *PLACE)
    if not has_repeated:
        return rows
    if staged.table.name in FIRST_ROW_STANDS:
        return one_a_key(rows, key, PLACE, first=True)
    if len({files for files in staged.says.values() if files}) == 1:
        return one_a_key(rows, key, PLACE, first=False)
    return last_of_each_column(rows, key, PLACE, {name: staged.says_of(name) for name in others})


def _compared(staged: Staged, rows: DataFrame) -> DataFrame:
    if staged.stored is None:
        return rows.select(*staged.types, F.lit(INSERTED).alias(KIND))
    if staged.table.name in FIRST_ROW_STANDS:
        return beside_first(rows, staged.stored, staged.table.key).select(*staged.types, KIND)
    says = {
        name: F.col(says_name(name)) if says_name(name) in rows.columns else staged.says_of(name)
        for name in staged.other_columns
    }
    return compared(rows, staged.stored, staged.table.key, says).select(*staged.types, KIND)


def _overlaps(staged: Staged, rows: DataFrame) -> DataFrame:
    """The keys of this load's stays that overlap one of the same profile, in the load or in the table."""
    key = list(staged.table.key)
    stays = rows.select(*key, "exited_at", F.lit(True).alias("is_loaded"))
    if staged.stored is not None:
        others = staged.stored.join(stays, on=key, how="left_anti")
        concerned = others.join(stays, on=["audience_id", "profile_id"], how="left_semi")
        stays = stays.unionByName(concerned.select(*key, "exited_at", F.lit(False).alias("is_loaded")))
    return overlapping(stays).where("is_loaded").drop("is_loaded")


def _without_profile(staged: Staged) -> DataFrame:
    members = staged.sound.select("profile_id")
    if not staged.store.exists("profiles"):
        return members
    profiles = staged.store.read("profiles").select("profile_id")
    return members.join(profiles, on="profile_id", how="left_anti")


def write(merged: Merge) -> dict[str, int]:
    """Writes what is new or changed, in one commit, and says how many rows of each KIND there are.

    A load that changes nothing makes no commit.
    """
    staged = merged.staged
    counts = _counts(merged)
    staged.store.ensure(staged.table.name)
    if staged.new_columns:
        add_profile_columns(staged.store, {name: staged.types[name] for name in staged.new_columns})
    changed = merged.rows.where(F.col(KIND) != UNCHANGED).drop(KIND)
    if counts[UPDATED]:
        merge_rows(staged.store, staged.table.name, changed, counts[INSERTED] + counts[UPDATED])
    elif counts[INSERTED]:
        append_rows(staged.store, staged.table.name, changed, counts[INSERTED])
    return counts


def _counts(merged: Merge) -> dict[str, int]:
    if merged.staged.stored is None:
        return {INSERTED: merged.figures["rows"] - merged.figures[REPEATED], UPDATED: 0, UNCHANGED: 0}
    kinds = (INSERTED, UPDATED, UNCHANGED)
    counted = merged.rows.agg(*(F.count_if(F.col(KIND) == kind).alias(kind) for kind in kinds)).collect()[0]
    return {kind: counted[kind] for kind in kinds}
