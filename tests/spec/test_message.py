"""`message`: one send, or the first reason against it."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told


@spec
def test_a_send_is_made_at_the_moment_of_arrival_and_the_instance_goes_on() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: thanks, type: message, channel: email}
              - {id: pause, type: wait, for: 1h}
              - {id: receipt, type: message, channel: email, category: transactional}
        """,
        profiles="""
            profile_id
            ada
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
        """,
        outcomes="""
            occurred_at | sequence | step_id | step_type | outcome   | path | reason
            03-02 09:00 | 0        | entry   | entry     | entered   |      |
            03-02 09:00 | 1        | thanks  | message   | sent      |      |
            03-02 09:00 | 2        | pause   | wait      | waiting   |      |
            03-02 10:00 | 3        | pause   | wait      | passed    |      |
            03-02 10:00 | 4        | receipt | message   | sent      |      |
            03-02 10:00 | 5        | end     | end       | completed |      |
        """,
        sends="""
            step_id | channel | address          | category      | send_at     | queued_at
            thanks  | email   | ada@shop.example | marketing     | 03-02 09:00 | 03-02 09:00
            receipt | email   | ada@shop.example | transactional | 03-02 10:00 | 03-02 10:00
        """,
    )


@spec
def test_the_first_reason_that_applies_decides() -> Told:
    return Told(
        channels_matter=True,
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: promo, type: message, channel: email}
              - {id: receipt, type: message, channel: email, category: transactional}
        """,
        # consent is nobody's business who has no address; transactional messages ignore it
        profiles="""
            profile_id | email            | consents.email
            ada        |                  | n
            bob        | bob              | n
            cleo       | cleo@shop.com    | n
            dan        | Dan@Shop.com     |
            eve        | eve@spam.com     | y
            finn       | finn@to.spam.com | y
            gus        | gus@shop.com     |
        """,
        suppressions="""
            channel | address      | added_at
            email   | cleo@shop.com| 03-09 00:00
            email   | dan@shop.com | 03-01 00:00
            email   | @SPAM.com    | 03-01 00:00
            sms     | gus@shop.com | 03-01 00:00
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:00 | order_placed | bob
            03-02 09:00 | order_placed | cleo
            03-02 09:00 | order_placed | dan
            03-02 09:00 | order_placed | eve
            03-02 09:00 | order_placed | finn
            03-02 09:00 | order_placed | gus
        """,
        only=["sent", "excluded"],
        outcomes="""
            profile_id | step_id | outcome  | reason
            ada        | promo   | excluded | no_address
            ada        | receipt | excluded | no_address
            bob        | promo   | excluded | malformed_address
            bob        | receipt | excluded | malformed_address
            cleo       | promo   | excluded | no_consent
            cleo       | receipt | sent     |
            dan        | promo   | excluded | suppressed
            dan        | receipt | excluded | suppressed
            eve        | promo   | excluded | suppressed
            eve        | receipt | excluded | suppressed
            finn       | promo   | sent     |
            finn       | receipt | sent     |
            gus        | promo   | sent     |
            gus        | receipt | sent     |
        """,
    )


@spec
def test_a_suppression_holds_from_its_added_at_on_at_the_moment_of_sending() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: first, type: message, channel: email}
              - {id: pause, type: wait, for: 1h}
              - {id: second, type: message, channel: email}
        """,
        profiles="""
            profile_id
            ada
            bob
        """,
        suppressions="""
            channel | address          | added_at
            email   | ada@shop.example | 03-02 10:00
            email   | bob@shop.example | 03-02 10:00:01
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:00 | order_placed | bob
        """,
        only=["sent", "excluded"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome  | reason
            ada        | 03-02 09:00 | first   | sent     |
            ada        | 03-02 10:00 | second  | excluded | suppressed
            bob        | 03-02 09:00 | first   | sent     |
            bob        | 03-02 10:00 | second  | sent     |
        """,
    )


@spec
def test_an_allow_list_counts_from_its_first_row_on() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles="""
            profile_id
            ada
            bob
        """,
        suppressions="""
            channel | address          | added_at    | list
            email   | ada@shop.example | 03-02 10:00 | allow
            email   | bob@shop.example | 03-02 11:00 | allow
        """,
        events="""
            event_time     | event_type   | profile_id
            03-02 09:59:59 | order_placed | ada
            03-02 09:59:59 | order_placed | bob
            03-02 10:30    | order_placed | ada
            03-02 10:30    | order_placed | bob
            03-02 11:00    | order_placed | bob
        """,
        only=["sent", "excluded"],
        outcomes="""
            profile_id | occurred_at    | outcome  | reason
            ada        | 03-02 09:59:59 | sent     |
            bob        | 03-02 09:59:59 | sent     |
            ada        | 03-02 10:30    | sent     |
            bob        | 03-02 10:30    | excluded | not_allowed
            bob        | 03-02 11:00    | sent     |
        """,
    )


@spec
def test_whoever_is_excluded_goes_on_to_on_excluded_or_else_to_next() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps:
              - {id: first, type: message, channel: email}
              - {id: second, type: message, channel: email, next: end, on_excluded: instead}
              - {id: instead, type: wait, for: 1h}
        """,
        profiles="""
            profile_id | email
            ada        | ada@shop.com
            bob        |
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:00 | order_placed | bob
        """,
        outcomes="""
            profile_id | occurred_at | step_id | outcome   | reason
            ada        | 03-02 09:00 | entry   | entered   |
            ada        | 03-02 09:00 | first   | sent      |
            ada        | 03-02 09:00 | second  | sent      |
            ada        | 03-02 09:00 | end     | completed |
            bob        | 03-02 09:00 | entry   | entered   |
            bob        | 03-02 09:00 | first   | excluded  | no_address
            bob        | 03-02 09:00 | second  | excluded  | no_address
            bob        | 03-02 09:00 | instead | waiting   |
            bob        | 03-02 10:00 | instead | passed    |
            bob        | 03-02 10:00 | end     | completed |
        """,
    )


PUSH = """
    push: {address: profile.push_token, consent: "profile.consents['push']"}
"""


@spec
def test_a_push_of_more_than_4096_bytes_is_excluded_after_who_may_not_be_sent_to() -> Told:
    # {"title":"Hello","body":""} is 27 bytes long; an é is two, and a quote is escaped by a backslash
    return Told(
        channels=PUSH + "    sms: {address: profile.push_token}\n",
        channels_matter=True,
        journey="""
            entry: {type: event, event: go}
            steps:
              - {id: note, type: message, channel: push, on_excluded: text,
                 content: {title: Hello, body: "{{ profile.body }}"}}
              - {id: text, type: message, channel: sms, content: {body: "{{ profile.body }}"}}
        """,
        profiles=f"""
            profile_id | push_token   | consents.push | body
            ada        | +33600000001 |               | {"a" * 4069}
            bob        | +33600000002 |               | {"b" * 4070}
            cleo       | +33600000003 |               | é{"c" * 4068}
            dan        | +33600000004 |               | "{"d" * 4067}
            eve        | +33600000005 | n             | {"e" * 5000}
            finn       | +33600000006 |               |
        """,
        events="""
            event_time  | event_type | profile_id
            03-02 09:00 | go         | ada
            03-02 09:00 | go         | bob
            03-02 09:00 | go         | cleo
            03-02 09:00 | go         | dan
            03-02 09:00 | go         | eve
            03-02 09:00 | go         | finn
        """,
        only=["sent", "excluded"],
        outcomes="""
            profile_id | step_id | outcome  | reason
            ada        | note    | sent     |
            ada        | text    | sent     |
            bob        | note    | excluded | too_large
            bob        | text    | sent     |
            cleo       | note    | excluded | too_large
            cleo       | text    | sent     |
            dan        | note    | sent     |
            dan        | text    | sent     |
            eve        | note    | excluded | no_consent
            eve        | text    | sent     |
            finn       | note    | sent     |
            finn       | text    | sent     |
        """,
    )


@spec
def test_how_large_a_push_is_is_asked_whenever_it_is_settled() -> Told:
    long = "x" * 4090
    return Told(
        channels="    push: {address: profile.push_token, limits: [{max: 1, per: hour}]}\n",
        channels_matter=True,
        journey=f"""
            entry: {{type: event, event: go}}
            steps:
              - id: note
                type: message
                channel: push
                content:
                  body: "{{% if now() > journey.entered_at and profile.grows == 'y' %}}{long}{{% endif %}}"
                  data: {{link: "/{{{{ delivery_id }}}}"}}
        """,
        # the second waits for room until ten, when it has become too large; the third then has that room
        profiles="""
            profile_id | push_token | grows
            ada        | t1         | y
            bob        | t2         | y
            cleo       | t3         | n
        """,
        events="""
            event_time     | event_type | profile_id
            03-02 09:00:00 | go         | ada
            03-02 09:00:01 | go         | bob
            03-02 09:00:02 | go         | cleo
        """,
        only=["sent", "deferred", "excluded"],
        outcomes="""
            profile_id | occurred_at    | outcome  | reason
            ada        | 03-02 09:00    | sent     |
            bob        | 03-02 09:00:01 | deferred | limit
            bob        | 03-02 10:00    | excluded | too_large
            cleo       | 03-02 09:00:02 | deferred | limit
            cleo       | 03-02 10:00    | sent     |
        """,
    )


@spec
def test_who_owns_an_address_keeps_it_though_the_push_is_too_large() -> Told:
    return Told(
        channels=PUSH,
        channels_matter=True,
        names_matter=True,
        journey="""
            entry: {type: read_audience, audience: all, schedule: {at: 2026-03-02T09:00:00Z}}
            steps: [{id: note, type: message, channel: push, content: {body: "{{ profile.body }}"}}]
        """,
        profiles=f"""
            profile_id | push_token | body
            ada        | same       | {"a" * 4096}
            bob        | same       | {"b" * 4096}
        """,
        members="""
            audience_id | profile_id
            all         | ada
            all         | bob
        """,
        only=["excluded"],
        outcomes="""
            count | outcome  | reason
            1     | excluded | too_large
            1     | excluded | duplicate_address
        """,
    )
