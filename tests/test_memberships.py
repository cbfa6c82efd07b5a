"""What journeys do to memberships: the walk's and the tables' ways of telling it agree with the oracle's."""

from __future__ import annotations

import random
from typing import Any

import pytest

from parcours.transforms.written import changed_stays
from parcours.walk.layers import StayChange, is_member
from tests.oracle.happenings import is_member_at
from tests.oracle.journeys import StayChange as TheirChange
from tests.oracle.memberships import changed

START = 10
"""Where the tick of these cases begins; moments are small numbers."""


def random_stays(draw: random.Random) -> list[dict[str, Any]]:
    """Stays that don't overlap, some of which follow each other at once; the last may be open."""
    bounds = sorted(draw.sample(range(2, 30), draw.choice((0, 2, 4, 6))))
    stays = [
        {"audience_id": "vip", "profile_id": "ada", "entered_at": bounds[k], "exited_at": bounds[k + 1]}
        for k in range(0, len(bounds), 2)
    ]
    if len(stays) > 1 and draw.random() < 0.3:
        stays[1]["entered_at"] = stays[0]["exited_at"]
    if stays and draw.random() < 0.3:
        stays[-1]["exited_at"] = None
    return stays


def random_changes(draw: random.Random) -> list[TheirChange]:
    moments = sorted(draw.choices(range(START + 1, 26), k=draw.randint(1, 4)))
    return [TheirChange(at, "vip", draw.choice(("add", "remove"))) for at in moments]  # type: ignore[arg-type]


def test_the_walk_knows_who_is_a_member_at_each_moment() -> None:
    for seed in range(300):
        check_moments(random.Random(seed))


def check_moments(draw: random.Random) -> None:
    stays, changes = random_stays(draw), random_changes(draw)
    at_start = any(is_member_at(stay, START) for stay in stays)
    bounds = [at for stay in stays for at in (stay["entered_at"], stay["exited_at"])]
    flips = tuple(sorted(at for at in bounds if at is not None and at > START))
    own = tuple(StayChange(change.at, change.action == "add") for change in changes)  # type: ignore[arg-type]
    after = changed(stays, "ada", changes)
    for instant in range(int(own[-1].at), 35):
        assert is_member(at_start, flips, own, instant) == any(is_member_at(stay, instant) for stay in after)


@pytest.mark.spark
def test_stays_come_to_stand_as_they_should(spark: Any) -> None:
    cases = {f"p{seed}": random.Random(seed) for seed in range(200)}
    told = {profile: (random_stays(draw), random_changes(draw)) for profile, draw in cases.items()}
    stays = [(p, stay["entered_at"], stay["exited_at"]) for p, (several, _) in told.items() for stay in several]
    changes = [
        (p, change.at, str(number), number, change.action == "add")
        for p, (_, several) in told.items()
        for number, change in enumerate(several)
    ]
    before = spark.createDataFrame(stays, "profile_id string, entered int, exited int").selectExpr(
        "'vip' AS audience_id", "profile_id", "timestamp_micros(entered) AS entered_at",
        "timestamp_micros(exited) AS exited_at",
    )  # fmt: skip
    names = "profile_id string, at bigint, instance_id string, sequence int, is_added boolean"
    asked = spark.createDataFrame(changes, names).selectExpr("'vip' AS audience_id", "*")
    rows = changed_stays(asked, before).selectExpr(
        "profile_id", "unix_micros(entered_at) AS entered", "unix_micros(exited_at) AS exited", "is_gone"
    )
    found: dict[str, dict[int, int | None]] = {
        p: {stay["entered_at"]: stay["exited_at"] for stay in several} for p, (several, _) in told.items()
    }
    for row in rows.collect():
        found[row.profile_id].pop(row.entered, None)
        if not row.is_gone:
            found[row.profile_id][row.entered] = row.exited
    expected = {
        p: {stay["entered_at"]: stay["exited_at"] for stay in changed(several, p, does)}
        for p, (several, does) in told.items()
    }
    assert found == expected
