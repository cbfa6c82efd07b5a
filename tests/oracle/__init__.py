"""A slow, plain simulation of the specification: which rows must come out of a case.

    run({"timezone": "UTC", "channels": {...}, "rules": {...}, "events": {...}, "script": [...]})
    -> {"step_outcomes": [...], "deliveries": [...], "journey_instances": [...]}

`channels` is what stands under `channels:` in channels.yaml, `rules` is rules.yaml, `events` and `profiles` what stands
under these keys in events.yaml and profiles.yaml (both may be missing); `script` is carried out in order:

    {"do": "load", "table": "profiles" | "audience_members" | "events" | "suppressions", "rows": [...]}
    {"do": "publish", "journey": {...}, "at": "...", "insiders": "stay" | "move" | "exit"}
    {"do": "close" | "stop" | "resume", "id": "...", "at": "..."}
    {"do": "pause", "id": "...", "at": "...", "discard": False, "for": None | "P3D"}
    {"do": "tick", "until": "...", "every": None | "PT6H"}

Covered: all entries, re-entry, exits; condition, split, profile_cap, wait, listen (events, audiences), message,
experiment, end; limits, ramp-ups (no presets, hold_if, groups, routes), overflow, max_deferral; eligibility, quiet
hours, frequency caps; late and repeated sources; pause, close, stop, versions. Not: update_profile, update_audience,
jump, lookup, journey caps, templates, variants, batches, test and dry runs.
"""

from tests.oracle.engine import run
from tests.oracle.sources import Refused

__all__ = ["Refused", "run"]
