"""`lookup`: joins rows of a table by key."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Later, Told

PRODUCTS = """
    sku | name  | price:double
    s1  | shoes | 60
    s2  | socks | 5
"""


@spec
def test_a_bad_row_costs_that_row_alone_with_a_reason() -> Told:
    return Told(
        journey="""
            timezone: Europe/Paris
            use_profile_timezone: true
            entry: {type: event, event: order_placed}
            steps:
              - {id: p, type: lookup, table: products, key: {sku: "event.sku"}, select: [name, price], as: product}
              - id: dear
                type: condition
                paths: [{label: "yes", when: "event.amount * product.price > 100"}]
                otherwise: morning
              - {id: morning, type: wait, until: {time: "09:00"}}
        """,
        # cleo's zone is missing, dan's is unknown: both have the journey's
        profiles="""
            profile_id | timezone
            ada        | Asia/Tokyo
            bob        | Asia/Tokyo
            cleo       |
            dan        | Mars/Base
            eve        | Asia/Tokyo
        """,
        events="""
            event_time  | event_type   | profile_id | sku | amount:double
            03-02 12:00 | order_placed | ada        | s1  | 2
            # the table has no such row
            03-02 12:00 | order_placed | bob        | s9  | 2
            03-02 12:00 | order_placed | cleo       | s1  | 2
            03-02 12:00 | order_placed | dan        | s2  | 2
            # text where a number should be
            03-02 12:00 | order_placed | eve        | s1  | two
        """,
        tables={"products": PRODUCTS},
        # nine in Tokyo is midnight in UTC; in Paris it is eight
        outcomes="""
            profile_id | occurred_at | step_id | step_type | outcome   | path      | reason
            ada        | 03-02 12:00 | entry   | entry     | entered   |           |
            ada        | 03-02 12:00 | p       | lookup    | passed    |           |
            ada        | 03-02 12:00 | dear    | condition | passed    | yes       |
            ada        | 03-02 12:00 | morning | wait      | waiting   |           |
            ada        | 03-03 00:00 | morning | wait      | passed    |           |
            ada        | 03-03 00:00 | end     | end       | completed |           |
            bob        | 03-02 12:00 | entry   | entry     | entered   |           |
            bob        | 03-02 12:00 | p       | lookup    | failed    |           | no_row
            cleo       | 03-02 12:00 | entry   | entry     | entered   |           |
            cleo       | 03-02 12:00 | p       | lookup    | passed    |           |
            cleo       | 03-02 12:00 | dear    | condition | passed    | yes       |
            cleo       | 03-02 12:00 | morning | wait      | waiting   |           |
            cleo       | 03-03 08:00 | morning | wait      | passed    |           |
            cleo       | 03-03 08:00 | end     | end       | completed |           |
            dan        | 03-02 12:00 | entry   | entry     | entered   |           |
            dan        | 03-02 12:00 | p       | lookup    | passed    |           |
            dan        | 03-02 12:00 | dear    | condition | passed    | otherwise |
            dan        | 03-02 12:00 | morning | wait      | waiting   |           |
            dan        | 03-03 08:00 | morning | wait      | passed    |           |
            dan        | 03-03 08:00 | end     | end       | completed |           |
            eve        | 03-02 12:00 | entry   | entry     | entered   |           |
            eve        | 03-02 12:00 | p       | lookup    | passed    |           |
            eve        | 03-02 12:00 | dear    | condition | passed    | otherwise |
            eve        | 03-02 12:00 | morning | wait      | waiting   |           |
            eve        | 03-03 00:00 | morning | wait      | passed    |           |
            eve        | 03-03 00:00 | end     | end       | completed |           |
        """,
        instances="""
            profile_id | status    | reason | step_id | ended_at
            ada        | completed |        | end     | 03-03 00:00
            bob        | failed    | no_row | p       | 03-02 12:00
            cleo       | completed |        | end     | 03-03 08:00
            dan        | completed |        | end     | 03-03 08:00
            eve        | completed |        | end     | 03-03 00:00
        """,
    )


@spec
def test_what_is_not_found_goes_to_on_error_where_there_is_one() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: p
                type: lookup
                table: products
                key: {sku: "event.sku"}
                select: [name]
                as: product
                on_error: sorry
              - {id: fine, type: end}
              - {id: sorry, type: condition, paths: [{label: nothing, when: "product.name IS NULL"}]}
        """,
        profiles="""
            profile_id
            ada
            bob
            cleo
        """,
        # a null key finds nothing, not even a null in the table
        events="""
            event_time  | event_type   | profile_id | sku
            03-02 09:00 | order_placed | ada        | s2
            03-02 09:00 | order_placed | bob        | s9
            03-02 09:00 | order_placed | cleo       |
        """,
        tables={"products": PRODUCTS + "        | nameless | 1\n"},
        only=["passed", "completed", "failed"],
        outcomes="""
            profile_id | step_id | outcome   | path    | reason
            ada        | p       | passed    |         |
            ada        | fine    | completed |         |
            bob        | p       | passed    | error   | no_row
            bob        | sorry   | passed    | nothing |
            bob        | end     | completed |         |
            cleo       | p       | passed    | error   | no_row
            cleo       | sorry   | passed    | nothing |
            cleo       | end     | completed |         |
        """,
    )


@spec
def test_what_was_found_stays_with_the_instance_whatever_becomes_of_the_table() -> Told:
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: p, type: lookup, table: products, key: {sku: "event.sku"}, select: [price], as: product}
              - {id: pause, type: wait, for: 1d}
              - {id: dear, type: condition, paths: [{label: "yes", when: "product.price > 50"}], otherwise: end}
        """,
        profiles="""
            profile_id
            ada
            bob
        """,
        events="""
            event_time  | event_type   | profile_id | sku
            03-02 09:00 | order_placed | ada        | s1
            03-02 13:00 | order_placed | bob        | s1
        """,
        tables={"products": PRODUCTS},
        later=[Later(until="03-10 00:00", tables={"products": "sku | name | price:double\n s1 | shoes | 40"})],
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | step_id | path
            ada        | 03-02 09:00 | p       |
            ada        | 03-03 09:00 | pause   |
            ada        | 03-03 09:00 | dear    | yes
            bob        | 03-02 13:00 | p       |
            bob        | 03-03 13:00 | pause   |
            bob        | 03-03 13:00 | dear    | otherwise
        """,
    )


@spec
def test_many_rows_are_an_array() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - id: p
                type: lookup
                table: products
                key: {kind: "event.kind", colour: "profile.colour"}
                select: [price, name]
                as: found
                many: true
                on_error: end
              - id: which
                type: condition
                paths:
                  # in the order of the selected columns; beyond the last there is nothing
                  - {label: two, when: "size(found) = 2 AND found[0].name = 'b' AND found[1].name = 'a'"}
                  - {label: one, when: "size(found) = 1 AND found[1].name IS NULL"}
        """,
        profiles="""
            profile_id | colour
            ada        | red
            bob        | blue
            cleo       | green
        """,
        events="""
            event_time  | event_type   | profile_id | kind
            03-02 09:00 | order_placed | ada        | shoe
            03-02 09:00 | order_placed | bob        | shoe
            03-02 09:00 | order_placed | cleo       | shoe
        """,
        tables={
            "products": """
                kind | colour | name | price:double
                shoe | red    | a    | 9
                shoe | red    | b    | 8
                sock | red    | c    | 7
                shoe | blue   | d    | 6
            """
        },
        only=["passed"],
        outcomes="""
            profile_id | step_id | path  | reason
            ada        | p       |       |
            ada        | which   | two   |
            bob        | p       |       |
            bob        | which   | one   |
            cleo       | p       | error | no_row
        """,
    )


@spec
def test_of_several_rows_one_is_taken_by_the_order_of_the_selected_columns() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: p, type: lookup, table: products, key: {sku: "event.sku"}, select: [price, name], as: product}
              - {id: which, type: condition, paths: [{label: cheapest, when: "product.name = 'boots'"}]}
        """,
        profiles="""
            profile_id
            ada
        """,
        events="""
            event_time  | event_type   | profile_id | sku
            03-02 09:00 | order_placed | ada        | s1
        """,
        tables={"products": PRODUCTS + "    s1 | boots | 50\n"},
        only=["passed"],
        outcomes="""
            step_id | path
            p       |
            which   | cheapest
        """,
    )


@spec
def test_what_a_lookup_finds_is_there_for_those_only_who_have_passed_it() -> Told:
    """Ada looks the price up, bob goes around it; at the first message neither has."""
    return Told(
        until="03-02 12:00",
        journey="""
            entry: {type: event, event: order_placed}
            exit_when: [{id: dear, condition: "product.price > 50"}]
            steps:
              - {id: first, type: message, channel: email}
              - {id: who, type: condition, paths: [{label: a, when: "profile.letter = 'a'", next: p}], otherwise: which}
              - {id: p, type: lookup, table: products, key: {sku: "event.sku"}, select: [price], as: product}
              - {id: which, type: condition, paths: [{label: known, when: "product.price > 1"}], otherwise: nap}
              - {id: nap, type: wait, for: 1d}
              - {id: last, type: message, channel: email}
        """,
        profiles="""
            profile_id | letter
            ada        | a
            bob        | b
        """,
        events="""
            event_time  | event_type   | profile_id | sku
            03-02 09:00 | order_placed | ada        | s1
            03-02 09:00 | order_placed | bob        | s1
        """,
        tables={"products": "sku | price:double\n s1 | 90"},
        later=[Later(until="03-10 00:00")],
        only=["sent", "passed", "exited"],
        outcomes="""
            profile_id | step_id | outcome | path      | reason
            ada        | first   | sent    |           |
            ada        | who     | passed  | a         |
            ada        | p       | passed  |           |
            ada        | which   | passed  | known     |
            ada        | nap     | passed  |           |
            ada        | last    | exited  |           | dear
            bob        | first   | sent    |           |
            bob        | who     | passed  | otherwise |
            bob        | which   | passed  | otherwise |
            bob        | nap     | passed  |           |
            bob        | last    | sent    |           |
        """,
    )
