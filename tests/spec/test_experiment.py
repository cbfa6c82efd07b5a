"""`experiment`: as a split, by weight, with a holdout that takes no arm.

Buckets of journey `promo` and step `halves` (see test_split):

    ada 5736, bob 694, cleo 1566, dan 2040, eve 4283, finn 9782, gus 4150, hana 221, ivo 6293, jo 6523
"""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.test_split import ALL_BUY, TEN
from tests.spec.told import Told


@spec
def test_the_holdout_takes_the_lowest_buckets_and_the_arms_share_the_rest_by_weight() -> Told:
    return Told(
        names_matter=True,
        # holdout: 0 to 1565. 8434 buckets are left for weights of 1, 1 and 2:
        # a ends at the floor of 1566 + 2108.5, which is 3674, b at 1566 + 4217 = 5783, c at 10000
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: halves
                type: experiment
                holdout: 15.66
                arms:
                  - {label: a, weight: 1}
                  - {label: b, weight: 1, next: end}
                  - {label: c, weight: 2, next: last}
              - {id: after, type: end}
              - {id: last, type: end}
        """,
        profiles=TEN,
        events=ALL_BUY,
        only=["passed", "completed"],
        outcomes="""
            profile_id | step_id | step_type  | outcome   | path
            ada        | halves  | experiment | passed    | b
            ada        | end     | end        | completed |
            bob        | halves  | experiment | passed    | holdout
            bob        | end     | end        | completed |
            cleo       | halves  | experiment | passed    | a
            cleo       | after   | end        | completed |
            dan        | halves  | experiment | passed    | a
            dan        | after   | end        | completed |
            eve        | halves  | experiment | passed    | b
            eve        | end     | end        | completed |
            finn       | halves  | experiment | passed    | c
            finn       | last    | end        | completed |
            gus        | halves  | experiment | passed    | b
            gus        | end     | end        | completed |
            hana       | halves  | experiment | passed    | holdout
            hana       | end     | end        | completed |
            ivo        | halves  | experiment | passed    | c
            ivo        | last    | end        | completed |
            jo         | halves  | experiment | passed    | c
            jo         | last    | end        | completed |
        """,
    )


@spec
def test_the_holdout_goes_to_otherwise_where_there_is_one() -> Told:
    return Told(
        names_matter=True,
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: halves
                type: experiment
                holdout: 50
                otherwise: kept_out
                arms: [{label: all, weight: 1}]
              - {id: mail, type: message, channel: email, next: end}
              - {id: kept_out, type: end}
        """,
        profiles=TEN,
        events=ALL_BUY,
        only=["sent", "completed"],
        outcomes="""
            step_id  | outcome   | count
            mail     | sent      | 4
            end      | completed | 4
            kept_out | completed | 6
        """,
    )
