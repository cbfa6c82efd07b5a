"""`update_profile`: writes profile columns."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Later, Told

ADA_GOES = """
    event_id | event_time  | event_type | profile_id
    g1       | 03-02 09:00 | go         | ada
"""


@spec
def test_later_steps_of_the_instance_see_it_at_once() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: promote, type: update_profile, set: {tier: "'gold'", score: "profile.score + 1"}}
              - id: which
                type: condition
                paths: [{label: gold, when: "profile.tier = 'gold' AND profile.score = 4"}]
        """,
        profiles="""
            profile_id | tier  | score:int
            ada        | basic | 3
            bob        |       |
        """,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            # null and one is null
            03-02 10:00 | go         | bob
        """,
        outcomes="""
            profile_id | occurred_at | sequence | step_id | step_type      | outcome   | path | reason
            ada        | 03-02 09:00 | 0        | entry   | entry          | entered   |      |
            ada        | 03-02 09:00 | 1        | promote | update_profile | passed    |      |
            ada        | 03-02 09:00 | 2        | which   | condition      | passed    | gold |
            ada        | 03-02 09:00 | 3        | end     | end            | completed |      |
            bob        | 03-02 10:00 | 0        | entry   | entry          | entered   |      |
            bob        | 03-02 10:00 | 1        | promote | update_profile | passed    |      |
            bob        | 03-02 10:00 | 2        | which   | condition      | passed    |      |
            bob        | 03-02 10:00 | 3        | end     | end            | completed |      | no_path
        """,
        updates="""
            profile_id | column | value | former_value | updated_at  | step_id
            ada        | tier   | gold  | basic        | 03-02 09:00 | promote
            ada        | score  | 4     | 3            | 03-02 09:00 | promote
            bob        | tier   | gold  |              | 03-02 10:00 | promote
            bob        | score  |       |              | 03-02 10:00 | promote
        """,
    )


TWO_JOURNEYS = """
    id: sets
    entry: {type: event, event: go}
    steps: [{id: promote, type: update_profile, set: {tier: "'gold'"}}]
    ---
    id: reads
    entry: {type: event, event: ask}
    steps:
      - {id: first, type: condition, paths: [{label: gold, when: "profile.tier = 'gold'"}], otherwise: pause}
      - {id: pause, type: wait, for: 1d}
      - {id: second, type: condition, paths: [{label: gold, when: "profile.tier = 'gold'"}], otherwise: end}
"""
ADA_GOES_AND_ASKS = """
    event_time  | event_type | profile_id
    03-02 09:00 | go         | ada
    03-02 10:00 | ask        | ada
"""
BASIC = """
    profile_id | tier
    ada        | basic
"""


@spec
def test_other_instances_do_not_see_it_in_the_same_tick() -> Told:
    return Told(
        journey=TWO_JOURNEYS,
        profiles=BASIC,
        events=ADA_GOES_AND_ASKS,
        only=["passed"],
        outcomes="""
            journey_id | occurred_at | step_id | path
            sets       | 03-02 09:00 | promote |
            reads      | 03-02 10:00 | first   | otherwise
            reads      | 03-03 10:00 | pause   |
            reads      | 03-03 10:00 | second  | otherwise
        """,
    )


@spec
def test_other_instances_see_it_from_the_next_tick_on() -> Told:
    return Told(
        until="03-02 12:00",
        journey=TWO_JOURNEYS,
        profiles=BASIC,
        events=ADA_GOES_AND_ASKS,
        later=[Later(until="03-10 00:00")],
        only=["passed"],
        outcomes="""
            journey_id | occurred_at | step_id | path
            sets       | 03-02 09:00 | promote |
            reads      | 03-02 10:00 | first   | otherwise
            reads      | 03-03 10:00 | pause   |
            reads      | 03-03 10:00 | second  | gold
        """,
    )


@spec
def test_a_later_load_of_the_column_wins_over_its_own_instance_too() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: promote, type: update_profile, set: {tier: "'gold'", score: "7"}}
              - {id: pause, type: wait, for: 1d}
              - id: which
                type: condition
                paths: [{label: silver, when: "profile.tier = 'silver' AND profile.score = 7"}]
        """,
        profiles="""
            profile_id | tier  | score:int
            ada        | basic | 3
        """,
        events=ADA_GOES,
        later=[
            Later(
                until="03-10 00:00",
                # the load lacks the score, which stays as the journey set it
                profiles="""
                    profile_id | tier
                    ada        | silver
                """,
            )
        ],
        only=["passed"],
        outcomes="""
            occurred_at | step_id | path
            03-02 09:00 | promote |
            03-03 09:00 | pause   |
            03-03 09:00 | which   | silver
        """,
    )


@spec
def test_all_expressions_of_a_step_go_by_what_was_before() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: swap, type: update_profile, set: {one: "profile.two", two: "profile.one"}}
              - {id: again, type: update_profile, set: {one: "profile.two"}}
        """,
        profiles="""
            profile_id | one | two
            ada        | a   | b
        """,
        events=ADA_GOES,
        updates="""
            step_id | column | value | former_value
            swap    | one    | b     | a
            swap    | two    | a     | b
            again   | one    | a     | b
        """,
    )


@spec
def test_what_does_not_fit_or_cannot_be_computed_is_null() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: spoil, type: update_profile, set: {score: "event.word", share: "1 / profile.none"}}
              - id: which
                type: condition
                paths: [{label: empty, when: "profile.score IS NULL AND profile.share IS NULL"}]
        """,
        profiles="""
            profile_id | score:int | share:double | none:int
            ada        | 3         | 0.5          | 0
        """,
        events="""
            event_time  | event_type | profile_id | word
            03-02 09:00 | go         | ada        | many
        """,
        only=["passed"],
        outcomes="""
            step_id | path
            spoil   |
            which   | empty
        """,
        updates="""
            column | value | former_value
            score  |       | 3
            share  |       | 0.5
        """,
    )


@spec
def test_of_two_that_set_a_column_in_one_tick_the_later_moment_stands() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            id: early
            entry: {type: event, event: go}
            steps: [{id: promote, type: update_profile, set: {tier: "'gold'"}}]
            ---
            id: late
            entry: {type: event, event: go}
            steps:
              - {id: pause, type: wait, for: 1h}
              - {id: demote, type: update_profile, set: {tier: "'lead'"}}
            ---
            id: reads
            entry: {type: event, event: go}
            steps:
              - {id: pause, type: wait, for: 1d}
              - {id: which, type: condition, paths: [{label: lead, when: "profile.tier = 'lead'"}]}
        """,
        profiles=BASIC,
        events=ADA_GOES,
        later=[Later(until="03-10 00:00")],
        # neither saw what the other wrote
        updates="""
            step_id | value | former_value | updated_at
            promote | gold  | basic        | 03-02 09:00
            demote  | lead  | basic        | 03-02 10:00
        """,
        only=["passed"],
        outcomes="""
            journey_id | step_id | path
            early      | promote |
            late       | pause   |
            late       | demote  |
            reads      | pause   |
            reads      | which   | lead
        """,
    )


@spec
def test_a_zone_that_it_sets_is_the_instances_from_then_on() -> Told:
    return Told(
        journey="""
            use_profile_timezone: true
            entry: {type: event, event: go}
            steps:
              - {id: move, type: update_profile, set: {timezone: "'Asia/Tokyo'"}}
              - {id: morning, type: wait, until: {time: "09:00"}}
        """,
        profiles="""
            profile_id | timezone
            ada        | Europe/Paris
        """,
        events=ADA_GOES,
        only=["passed"],
        # nine in Tokyo is midnight in UTC
        outcomes="""
            occurred_at | step_id
            03-02 09:00 | move
            03-03 00:00 | morning
        """,
    )


@spec
def test_messages_go_by_what_it_has_set() -> Told:
    return Told(
        channels_matter=True,
        channels="""
            email: {address: profile.email, consent: profile.agrees}
        """,
        journey="""
            entry: {type: read_audience, audience: all, schedule: {at: 2026-03-02T09:00:00Z}}
            steps:
              - {id: move, type: update_profile, set: {email: profile.other}}
              - {id: first, type: message, channel: email}
              - {id: refuse, type: update_profile, set: {agrees: "'n'"}}
              - {id: second, type: message, channel: email}
        """,
        profiles="""
            profile_id | email            | other             | agrees
            ada        | ada@shop.example | one@shop.example  | y
            # compared without case: of two who come to share an address one gets the send
            bob        | bob@shop.example | One@shop.example  |
            cleo       | cle@shop.example |                   |
            dan        | dan@shop.example | dan@spam.example  |
        """,
        members="""
            audience_id | profile_id
            all         | ada
            all         | bob
            all         | cleo
            all         | dan
        """,
        suppressions="""
            channel | address
            email   | @spam.example
        """,
        only=["sent", "excluded"],
        outcomes="""
            step_id | outcome  | reason            | count
            first   | sent     |                   | 1
            first   | excluded | duplicate_address | 1
            first   | excluded | no_address        | 1
            first   | excluded | suppressed        | 1
            second  | excluded | no_consent        | 3
            second  | excluded | no_address        | 1
        """,
    )


@spec
def test_lookups_listens_and_exits_go_by_what_it_has_set() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: go}
            exit_when: [{id: enough, condition: "profile.stage = 3"}]
            steps:
              - {id: choose, type: update_profile, set: {wish: "'s2'", least: CAST(event.n AS INT)}}
              - {id: find, type: lookup, table: products, key: {sku: profile.wish}, select: [name], as: product}
              - {id: keep, type: update_profile, set: {wish: "product.name"}}
              - id: hear
                type: listen
                paths: [{label: dear, event: buy, where: "event.amount >= profile.least"}]
              - {id: count, type: update_profile, set: {stage: "profile.stage + 1"}}
              - {id: mail, type: message, channel: email}
        """,
        profiles="""
            profile_id | wish | least:int | stage:int
            ada        | s1   | 1         | 2
        """,
        tables={
            "products": """
                sku | name
                s1  | shoes
                s2  | socks
            """
        },
        events="""
            event_time  | event_type | profile_id | n:double | amount:double
            03-02 09:00 | go         | ada        | 10       |
            # enough for what was there before
            03-02 10:00 | buy        | ada        |          | 5
            03-02 11:00 | buy        | ada        |          | 12
        """,
        only=["passed", "exited"],
        outcomes="""
            occurred_at | step_id | outcome | path | reason
            03-02 09:00 | choose  | passed  |      |
            03-02 09:00 | find    | passed  |      |
            03-02 09:00 | keep    | passed  |      |
            03-02 11:00 | hear    | passed  | dear |
            03-02 11:00 | count   | passed  |      |
            03-02 11:00 | mail    | exited  |      | enough
        """,
        updates="""
            step_id | column | value | former_value
            choose  | wish   | s2    | s1
            choose  | least  | 10    | 1
            keep    | wish   | socks | s2
            count   | stage  | 3     | 2
        """,
    )


@spec
def test_what_a_lookup_found_by_it_stays_in_later_ticks() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: choose, type: update_profile, set: {wish: "'s2'"}}
              - {id: find, type: lookup, table: products, key: {sku: profile.wish}, select: [name], as: product}
              - {id: change, type: update_profile, set: {wish: "'s1'"}}
              - {id: pause, type: wait, for: 1d}
              - {id: which, type: condition, paths: [{label: socks, when: "product.name = 'socks'"}]}
        """,
        profiles="""
            profile_id | wish
            ada        | s1
        """,
        tables={
            "products": """
                sku | name
                s1  | shoes
                s2  | socks
            """
        },
        events=ADA_GOES,
        later=[Later(until="03-10 00:00")],
        only=["passed"],
        outcomes="""
            occurred_at | step_id | path
            03-02 09:00 | choose  |
            03-02 09:00 | find    |
            03-02 09:00 | change  |
            03-03 09:00 | pause   |
            03-03 09:00 | which   | socks
        """,
    )
