"""Makes a case small that fails: takes away what it fails without, piece by piece."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests import oracle

Case = dict[str, Any]
JOURNEY_KEYS = (
    "exit_when",
    "timezone",
    "use_profile_timezone",
    "priority",
    "timeout",
    "holdout",
    "starts_at",
    "ends_at",
    "reentry",
)
CHANNEL_KEYS = ("limits", "ramp_up", "overflow", "max_deferral", "consent")


def shrunk(case: Case, fails: Callable[[Case], bool], *, most: int = 100) -> Case:
    """The smallest case found that still fails, within so many tries."""
    tries, found = 0, True
    while found:
        found = False
        for smaller in smaller_cases(case):
            if tries == most:
                return case
            if not _is_accepted(smaller):
                continue
            tries += 1
            if fails(smaller):
                case, found = smaller, True
                break
    return case


def _is_accepted(case: Case) -> bool:
    try:
        oracle.run(case)
    except Exception:  # a script that makes no sense any more
        return False
    return True


def smaller_cases(case: Case) -> Iterator[Case]:
    """Cases with less in them: the greatest pieces first."""
    yield from _without_commands(case)
    yield from _without_people(case)
    yield from _without_rows(case)
    yield from _without_keys(case)
    yield from _without_steps(case)


def _without_commands(case: Case) -> Iterator[Case]:
    """Without one of the commands; a journey goes with all that is said of it."""
    ids = dict.fromkeys(command["journey"]["id"] for command in case["script"] if command["do"] == "publish")
    if len(ids) > 1:
        for id in ids:
            yield {**case, "script": [command for command in case["script"] if _journey_of(command) != id]}
    ticks = [place for place, command in enumerate(case["script"]) if command["do"] == "tick"]
    for place, command in enumerate(case["script"]):
        if command["do"] not in ("load", "replace") and place != ticks[-1]:
            yield {**case, "script": [*case["script"][:place], *case["script"][place + 1 :]]}


def _journey_of(command: Case) -> str | None:
    return command["journey"]["id"] if command["do"] == "publish" else command.get("id")


def _without_people(case: Case) -> Iterator[Case]:
    """Without half of the people, a quarter of them, and so on to one."""
    rows = [row for command in case["script"] if command.get("table") == "profiles" for row in command["rows"]]
    for gone in _parts(list(dict.fromkeys(row["profile_id"] for row in rows))):
        yield _kept(case, lambda table, row, gone=frozenset(gone): row.get("profile_id") not in gone)


def _without_rows(case: Case) -> Iterator[Case]:
    """Without some of the rows of one load."""
    for place, command in enumerate(case["script"]):
        if command["do"] == "load" and command["table"] != "profiles":
            for gone in _parts(list(range(len(command["rows"])))):
                rows = [row for number, row in enumerate(command["rows"]) if number not in gone]
                yield {
                    **case,
                    "script": [*case["script"][:place], {**command, "rows": rows}, *case["script"][place + 1 :]],
                }


def _without_keys(case: Case) -> Iterator[Case]:
    """Without a key of a journey or of a channel."""
    for name, channel in case["channels"].items():
        for key in CHANNEL_KEYS:
            if key in channel:
                yield {**case, "channels": {**case["channels"], name: {k: v for k, v in channel.items() if k != key}}}
    for place, command in enumerate(case["script"]):
        for key in JOURNEY_KEYS if command["do"] == "publish" else ():
            if key in command["journey"]:
                smaller = copy.deepcopy(case)
                del smaller["script"][place]["journey"][key]
                yield smaller


def _without_steps(case: Case) -> Iterator[Case]:
    """Without a step to which nobody is sent by name."""
    for place, command in enumerate(case["script"]):
        if command["do"] != "publish" or len(command["journey"]["steps"]) == 1:
            continue
        for number, step in enumerate(command["journey"]["steps"]):
            if f"'{step['id']}'" not in str([other for other in command["journey"]["steps"] if other is not step]):
                smaller = copy.deepcopy(case)
                del smaller["script"][place]["journey"]["steps"][number]
                yield smaller


def _parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """All, then halves, then quarters, down to single ones."""
    size = len(items)
    while size:
        for start in range(0, len(items), size):
            yield items[start : start + size]
        size //= 2


def _kept(case: Case, keeps: Callable[[str, Case], bool]) -> Case:
    script = []
    for command in case["script"]:
        if command["do"] == "load":
            command = {**command, "rows": [row for row in command["rows"] if keeps(command["table"], row)]}
        script.append(command)
    return {**case, "script": script}
