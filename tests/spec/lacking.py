"""What the engine can't do yet: told cases that need it are run by the oracle only.

An item is taken out of ENGINE_LACKS when the engine has learnt it; when the set is empty this file goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Case = Mapping[str, Any]

ENGINE_LACKS = frozenset({})
FUNCTIONS = re.compile(r"\b(in_audience|event_count|has_received)\(")


def lacking(case: Case) -> set[str]:
    """What the case needs and the engine can't do."""
    return needs(case) & ENGINE_LACKS


def needs(case: Case) -> set[str]:
    """What the case needs, in the words of ENGINE_LACKS."""
    return {need for command in case["script"] for need in _needs(command)}


def _needs(command: Case) -> Iterator[str]:
    yield f"change {command['do']}"
    if command["do"] != "publish":
        return
    journey = command["journey"]
    yield f"insiders {command['insiders']}"
    yield f"entry {journey['entry']['type']}"
    for criterion in journey.get("exit_when", ()):
        yield from (f"exit_when {kind}" for kind in ("event", "audience", "condition") if kind in criterion)
    for step in journey["steps"]:
        yield f"step {step['type']}"
        if isinstance(step.get("until"), Mapping) and "best_send_time" in step["until"]:
            yield "wait best_send_time"
        if any("reaction" in path for path in step.get("paths", ())):
            yield "listen reaction"
    yield from (f"function {name}" for name in FUNCTIONS.findall(str(journey)))
