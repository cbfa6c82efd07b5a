"""What the engine lacks is found in a case, so that only the oracle runs it; cases that need none of it run on both."""

from __future__ import annotations

import pytest

from tests.spec.lacking import ENGINE_LACKS, needs
from tests.spec.told import Told

ENTRY = "entry: {type: event, event: go}"
END = "steps: [{id: last, type: end}]"


@pytest.mark.parametrize(
    ("journey", "item"),
    [
        ("entry: {type: business_event, event: go, audience: a}\n" + END, "entry business_event"),
        (ENTRY + "\nexit_when: [{id: x, condition: 'true'}]\n" + END, "exit_when condition"),
        (ENTRY + "\nsteps: [{id: j, type: jump, journey: other}]", "step jump"),
        (
            ENTRY + "\nsteps: [{id: w, type: wait, until: {best_send_time: email, within: 1d}}]",
            "wait best_send_time",
        ),
        (
            ENTRY + "\nsteps: [{id: l, type: listen, paths: [{label: x, reaction: opened, of: m}]}]",
            "listen reaction",
        ),
        (
            "entry: {type: event, event: go, where: \"event_count('go', INTERVAL 1 DAY) > 1\"}\n" + END,
            "function event_count",
        ),
        ("insiders: move\n" + ENTRY + "\n" + END, "insiders move"),
    ],
)
def test_what_a_journey_needs_is_found(journey: str, item: str) -> None:
    assert item in needs(Told(journey=journey).case())


def test_a_pause_is_needed_where_there_is_one() -> None:
    changes = "at | change\n03-02 09:00 | pause"
    assert "change pause" in needs(Told(journey=ENTRY + "\n" + END, changes=changes).case())


def test_a_plain_journey_needs_nothing_that_was_ever_lacking() -> None:
    plain = ENTRY + "\nsteps: [{id: w, type: wait, until: {time: '09:00'}}, {id: m, type: message, channel: email}]"
    assert not needs(Told(journey=plain).case()) & ENGINE_LACKS
