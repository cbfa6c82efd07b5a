"""`split`: several ways by share, the same one for a profile every time.

A bucket is pmod(xxhash64('<journey>|<step>[|<seed>]|<profile>'), 10000). Of journey `promo` and step `halves` they are

              ada   bob   cleo  dan   eve   finn  gus   hana  ivo   jo
    no seed   5736   694  1566  2040  4283  9782  4150   221  6293  6523
    seed 7    7085  9199  2924  5220  5689  7944  8689  8336  6541  9403
"""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

TEN = """
    profile_id
    ada
    bob
    cleo
    dan
    eve
    finn
    gus
    hana
    ivo
    jo
"""
ALL_BUY = """
    event_time  | event_type   | profile_id
    03-02 09:00 | order_placed | ada
    03-02 09:00 | order_placed | bob
    03-02 09:00 | order_placed | cleo
    03-02 09:00 | order_placed | dan
    03-02 09:00 | order_placed | eve
    03-02 09:00 | order_placed | finn
    03-02 09:00 | order_placed | gus
    03-02 09:00 | order_placed | hana
    03-02 09:00 | order_placed | ivo
    03-02 09:00 | order_placed | jo
"""


@spec
def test_a_path_takes_the_buckets_between_the_sums_of_the_percents() -> Told:
    return Told(
        names_matter=True,
        # x: 0 to 1565; y: 1566 to 5735; z: 5736 to 9999
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: halves
                type: split
                paths:
                  - {label: x, percent: 15.66}
                  - {label: y, percent: 41.7}
                  - {label: z, percent: 42.64}
        """,
        profiles=TEN,
        events=ALL_BUY,
        only=["passed"],
        outcomes="""
            profile_id | step_id | step_type | path
            ada        | halves  | split     | z
            bob        | halves  | split     | x
            cleo       | halves  | split     | y
            dan        | halves  | split     | y
            eve        | halves  | split     | y
            finn       | halves  | split     | z
            gus        | halves  | split     | y
            hana       | halves  | split     | x
            ivo        | halves  | split     | z
            jo         | halves  | split     | z
        """,
    )


@spec
def test_a_new_version_keeps_everyone_on_their_path_and_a_seed_draws_anew() -> Told:
    return Told(
        names_matter=True,
        # without a seed the lower half is bob, cleo, dan, eve, gus, hana; with seed 7 it is cleo alone
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: halves, type: split, paths: [{label: low, percent: 50}, {label: high, percent: 50, next: end}]}
            ---
            published: 03-03 00:00
            version: 2
            entry: {type: event, event: order_placed}
            steps:
              - {id: halves, type: split, paths: [{label: low, percent: 50}, {label: high, percent: 50}]}
              - {id: pause, type: wait, for: 1h}
            ---
            published: 03-04 00:00
            version: 3
            entry: {type: event, event: order_placed}
            steps:
              - id: halves
                type: split
                seed: 7
                paths: [{label: low, percent: 50}, {label: high, percent: 50}]
        """,
        profiles="""
            profile_id
            ada
            bob
            cleo
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:00 | order_placed | bob
            03-02 09:00 | order_placed | cleo
            03-03 09:00 | order_placed | ada
            03-03 09:00 | order_placed | bob
            03-03 09:00 | order_placed | cleo
            03-04 09:00 | order_placed | ada
            03-04 09:00 | order_placed | bob
            03-04 09:00 | order_placed | cleo
        """,
        only=["passed"],
        outcomes="""
            journey_version | occurred_at | step_id | profile_id | path
            1               | 03-02 09:00 | halves  | ada        | high
            1               | 03-02 09:00 | halves  | bob        | low
            1               | 03-02 09:00 | halves  | cleo       | low
            2               | 03-03 09:00 | halves  | ada        | high
            2               | 03-03 09:00 | halves  | bob        | low
            2               | 03-03 09:00 | halves  | cleo       | low
            2               | 03-03 10:00 | pause   | ada        |
            2               | 03-03 10:00 | pause   | bob        |
            2               | 03-03 10:00 | pause   | cleo       |
            3               | 03-04 09:00 | halves  | ada        | high
            3               | 03-04 09:00 | halves  | bob        | high
            3               | 03-04 09:00 | halves  | cleo       | low
        """,
    )


@spec
def test_a_path_goes_to_its_own_next_or_to_the_following_step() -> Told:
    return Told(
        names_matter=True,
        journey="""
            id: other
            entry: {type: event, event: order_seen}
            steps:
              - {id: halves, type: split, paths: [{label: all, percent: 100, next: last}]}
              - {id: last, type: end}
        """,
        profiles="""
            profile_id
            kim
        """,
        events="""
            event_time  | event_type | profile_id | event_id
            03-02 09:00 | order_seen | kim        | kims
        """,
        outcomes="""
            profile_id | step_id | step_type | outcome   | path
            kim        | entry   | entry     | entered   |
            kim        | halves  | split     | passed    | all
            kim        | last    | end       | completed |
        """,
    )
