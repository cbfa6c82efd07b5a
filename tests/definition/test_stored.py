"""The text in which a version is stored: what happens from outside stands in it as its author wrote it."""

from __future__ import annotations

import json
from typing import Any

from parcours.definition.journeys import canonical_json, journey_from_json
from tests.definition.test_journeys import MAIL, TEMPLATES, journey

FROM_OUTSIDE: dict[str, Any] = {
    "id": "win_back",
    "version": 1,
    "timezone": "UTC",
    "entry": {"type": "audience_qualification", "audience": "lapsed", "on": "both"},
    "reentry": {"allowed": False},
    "exit_when": [
        {"id": "bought", "event": "order_placed", "where": "event.amount > 0"},
        {"id": "gone", "audience": "lapsed", "on": "exit"},
        {"id": "closed", "condition": "profile.status = 'closed'"},
    ],
    "steps": [
        {
            "id": "test",
            "type": "experiment",
            "arms": [{"label": "short", "weight": 1, "next": "mail"}, {"label": "long", "weight": 2}],
            "holdout": 12.5,
            "otherwise": "end",
            "metric": {"event": "order_placed", "where": "event.amount > 50"},
        },
        MAIL,
        {
            "id": "ear",
            "type": "listen",
            "paths": [
                {"label": "bought", "event": "order_placed", "where": "event.sku = 'x'", "next": "end"},
                {"label": "clicked", "reaction": "clicked", "of": "mail"},
                {"label": "back", "audience": "lapsed", "on": "exit"},
            ],
            "timeout": "P3D",
            "on_timeout": "end",
        },
        {"id": "last", "type": "end"},
    ],
    "templates": {"email/spring": TEMPLATES["email/spring"]},
}


def test_what_happens_from_outside_is_stored_as_its_author_wrote_it() -> None:
    read, templates = journey_from_json(json.dumps(FROM_OUTSIDE))
    assert json.loads(canonical_json(read, templates)) == FROM_OUTSIDE


def test_a_business_event_is_stored_as_its_author_wrote_it() -> None:
    entry = {"type": "business_event", "event": "restocked", "audience": "waiting", "where": "event.sku = 'x'"}
    text = canonical_json(journey(entry=entry), TEMPLATES)
    assert json.loads(text)["entry"] == entry
    assert journey_from_json(text)[0] == journey(entry=entry)
