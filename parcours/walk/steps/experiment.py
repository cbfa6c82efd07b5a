"""Sends along arms by weight, and keeps some out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.definition import steps
from parcours.walk.steps.base import Move, plan_step
from parcours.walk.steps.split import Split

if TYPE_CHECKING:
    from parcours.walk.plan import Version


@plan_step.register(steps.Experiment)
def _(step: steps.Experiment, version: Version) -> Move:
    """A split by weight: a holdout takes the first buckets, the arms share the rest by cumulative floor (2.2)."""
    bucket = version.bucket(f"{version.journey.id}|{step.id}")
    below = int((step.holdout or 0) * 100)
    cases, labels = ([f"WHEN {bucket} < {below} THEN 0L"], ["holdout"]) if below else ([], [])
    total, so_far = sum(arm.weight for arm in step.arms), 0
    for arm in step.arms:
        so_far += arm.weight
        cases.append(f"WHEN {bucket} < {below + (10_000 - below) * so_far // total} THEN {len(labels)}L")
        labels.append(arm.label)
    question = version.ask(f"CASE {' '.join(cases)} END")
    return Split(step.id, step.type, version.journey.targets(step), tuple(labels), question)
