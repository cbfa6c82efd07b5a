"""A slow, plain simulation of the specification: which rows must come out of a case.

    run({"timezone": "UTC", "channels": {...}, "rules": {...}, "events": {...}, "script": [...]})
    -> {"step_outcomes": [...], "deliveries": [...], "journey_instances": [...], "profile_updates": [...],
        "audience_members": [...]}

`channels` is what stands under `channels:` in channels.yaml, `rules` is rules.yaml, `events` and `profiles` what stands
under these keys in events.yaml and profiles.yaml (both may be missing); `script` is carried out in order:

    {"do": "load", "table": "profiles" | "audience_members" | "events" | "suppressions" | "message_feedback",
     "rows": [...]}      (a feedback may say "delivery": {journey_id, version, profile_id, entry_key, step_id})
    {"do": "replace", "table": "products", "columns": {"sku": "string"}, "rows": [...]}      (what lookups read)
    {"do": "publish", "journey": {...}, "at": "...", "insiders": "stay" | "move" | "exit"}
    {"do": "close" | "stop" | "resume", "id": "...", "at": "..."}
    {"do": "pause", "id": "...", "at": "...", "discard": False, "for": None | "P3D"}
    {"do": "tick", "until": "...", "every": None | "PT6H"}

Covered: all entries, re-entry, exits; all steps; limits, ramp-ups (no presets, hold_if, groups, routes), overflow,
max_deferral; eligibility, quiet hours, frequency caps; late and repeated sources; pause, close, stop, versions. Not:
journey caps, templates, variants, batches, test and dry runs.
"""

from tests.oracle.engine import run
from tests.oracle.tables import Refused

__all__ = ["Refused", "run"]
