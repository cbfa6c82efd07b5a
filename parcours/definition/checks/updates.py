"""What journeys write to profiles and audiences."""

from __future__ import annotations

from collections.abc import Iterator

from parcours.definition.checks.happenings import check_audience
from parcours.definition.checks.known import Known
from parcours.definition.checks.texts import check_expression, check_value
from parcours.definition.expressions import Scope
from parcours.definition.problems import Finding, Loc, did_you_mean
from parcours.definition.steps import UpdateAudience, UpdateProfile
from parcours.tables.sources import PROFILES

# The columns of profiles that are known by name, whether or not the table has been loaded.
KNOWN_COLUMNS = {column.name: column.type for column in PROFILES.columns}


def check_profile_update(step: UpdateProfile, loc: Loc, known: Known, scope: Scope) -> Iterator[Finding]:
    """Columns are there, and what they are set to fits them."""
    for column, sql in step.set.items():
        here = (*loc, "set", column)
        if known.profile is not None and column not in known.profile:
            remedy = did_you_mean(column, known.profile) or "declare it in profiles.yaml"
            yield Finding(here, f"profile has no column '{column}'", remedy, on_key=True)
        kind = (known.profile or KNOWN_COLUMNS).get(column)
        if kind is None:
            yield from check_expression(sql, scope, None, here)
        else:
            yield from check_value(sql, scope, kind, here)


def check_audience_update(step: UpdateAudience, loc: Loc, known: Known) -> Iterator[Finding]:
    """Nobody has to write an audience; but whoever adds to one that SQL defines will lose it again."""
    if step.action == "remove":
        yield from check_audience(step.audience, (*loc, "audience"), known)
    if step.audience in known.audiences:
        done = "ends the stays of whom its query doesn't give" if step.action == "add" else "starts them again"
        what = f"audience '{step.audience}' is defined by SQL: its next refresh {done}"
        yield Finding((*loc, "audience"), what, "write to an audience of another id", is_warning=True)
