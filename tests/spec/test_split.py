"""`split`: several ways by share, the same one for a profile every time.

A bucket is pmod(xxhash64('<journey>|<step>[|<seed>]|<profile>'), 10000). Of journey `promo` and step `halves` they are

    ada 5736, bob 694, cleo 1566, dan 2040, eve 4283, finn 9782, gus 4150, hana 221, ivo 6293, jo 6523
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
        # of journey `again` and step `halves` the buckets are: pat 2897, mia 7082, noe 9841;
        # with seed 7: pat 2546, mia 2130, noe 4979
        journey="""
            id: again
            entry: {type: event, event: came_again}
            steps:
              - {id: halves, type: split, paths: [{label: low, percent: 30}, {label: high, percent: 70, next: end}]}
            ---
            published: 03-03 00:00
            id: again
            version: 2
            entry: {type: event, event: came_again}
            steps:
              - {id: halves, type: split, paths: [{label: low, percent: 30}, {label: high, percent: 70}]}
              - {id: pause, type: wait, for: 1h}
            ---
            published: 03-04 00:00
            id: again
            version: 3
            entry: {type: event, event: came_again}
            steps:
              - id: halves
                type: split
                seed: 7
                paths: [{label: low, percent: 30}, {label: high, percent: 70}]
        """,
        profiles="""
            profile_id
            pat
            mia
            noe
        """,
        events="""
            event_id | event_time  | event_type | profile_id
            c1       | 03-02 09:00 | came_again | pat
            c2       | 03-02 09:00 | came_again | mia
            c3       | 03-02 09:00 | came_again | noe
            c4       | 03-03 09:00 | came_again | pat
            c5       | 03-03 09:00 | came_again | mia
            c6       | 03-03 09:00 | came_again | noe
            c7       | 03-04 09:00 | came_again | pat
            c8       | 03-04 09:00 | came_again | mia
            c9       | 03-04 09:00 | came_again | noe
        """,
        only=["passed"],
        outcomes="""
            journey_version | occurred_at | step_id | profile_id | path
            1               | 03-02 09:00 | halves  | pat        | low
            1               | 03-02 09:00 | halves  | mia        | high
            1               | 03-02 09:00 | halves  | noe        | high
            2               | 03-03 09:00 | halves  | pat        | low
            2               | 03-03 09:00 | halves  | mia        | high
            2               | 03-03 09:00 | halves  | noe        | high
            2               | 03-03 10:00 | pause   | pat        |
            2               | 03-03 10:00 | pause   | mia        |
            2               | 03-03 10:00 | pause   | noe        |
            3               | 03-04 09:00 | halves  | pat        | low
            3               | 03-04 09:00 | halves  | mia        | low
            3               | 03-04 09:00 | halves  | noe        | high
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
