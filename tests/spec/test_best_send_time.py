"""A `wait` for the best time to send: the local hour in which the profile most often opened or clicked (decision 8)."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

TWO = """
    profile_id
    ada
    bob
"""
NEWS = """
    id: news
    entry: {type: event, event: news}
    steps: [{id: mail, type: message, channel: email}]
    ---
"""
PROMO = """
    entry: {type: event, event: go}
    steps: [{id: best, type: wait, until: {best_send_time: email, within: 24h}}]
"""
# both have had a mail on the second, and go on the fifth at ten
EVENTS = """
    event_id | event_time  | event_type | profile_id
    n1       | 03-02 09:00 | news       | ada
    n2       | 03-02 09:00 | news       | bob
    g1       | 03-05 10:00 | go         | ada
    g2       | 03-05 10:00 | go         | bob
"""


@spec
def test_it_waits_for_the_hour_of_most_opens_and_clicks() -> Told:
    return Told(
        journey=NEWS + PROMO,
        profiles=TWO,
        events=EVENTS.replace("03-05 10:00 | go         | bob", "03-05 10:30 | go         | bob"),
        feedback="""
            feedback_at | feedback  | profile_id | journey_id | entry_key | step_id
            03-02 09:10 | delivered | ada        | news       | n1        | mail
            03-02 18:20 | opened    | ada        | news       | n1        | mail
            03-03 18:40 | clicked   | ada        | news       | n1        | mail
            03-04 12:10 | opened    | ada        | news       | n1        | mail
            # these are no sign of interest
            03-02 12:10 | bounced_soft | ada     | news       | n1        | mail
            03-02 12:20 | complained   | ada     | news       | n1        | mail
            # the hour in which it arrives has begun: the next day's is the first start
            03-02 10:20 | opened    | bob        | news       | n2        | mail
        """,
        only=["waiting", "passed"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome
            ada        | 03-05 10:00 | best    | waiting
            ada        | 03-05 18:00 | best    | passed
            bob        | 03-05 10:30 | best    | waiting
            bob        | 03-06 10:00 | best    | passed
        """,
    )


@spec
def test_of_equal_hours_the_earlier_and_who_arrives_at_its_start_does_not_wait() -> Told:
    return Told(
        journey=NEWS + PROMO,
        profiles=TWO,
        events=EVENTS,
        feedback="""
            feedback_at | feedback | profile_id | journey_id | entry_key | step_id
            03-02 18:20 | opened   | ada        | news       | n1        | mail
            03-02 12:20 | opened   | ada        | news       | n1        | mail
            03-02 10:59 | opened   | bob        | news       | n2        | mail
        """,
        only=["waiting", "passed"],
        outcomes="""
            profile_id | occurred_at | outcome
            ada        | 03-05 10:00 | waiting
            ada        | 03-05 12:00 | passed
            bob        | 03-05 10:00 | waiting
            bob        | 03-05 10:00 | passed
        """,
    )


@spec
def test_with_no_feedback_known_or_no_such_hour_within_it_goes_on_at_once() -> Told:
    return Told(
        journey=NEWS
        + """
    entry: {type: event, event: go}
    steps: [{id: best, type: wait, until: {best_send_time: email, within: 6h}}]
        """,
        profiles=TWO,
        events=EVENTS,
        # five in the afternoon is seven hours away; bob's opening is not before the arrival
        feedback="""
            feedback_at | feedback | profile_id | journey_id | entry_key | step_id
            03-02 17:20 | opened   | ada        | news       | n1        | mail
            03-05 10:00 | opened   | bob        | news       | n2        | mail
        """,
        only=["waiting", "passed", "completed"],
        outcomes="""
            journey_id | profile_id | occurred_at | step_id | outcome
            news       | ada        | 03-02 09:00 | end     | completed
            news       | bob        | 03-02 09:00 | end     | completed
            promo      | ada        | 03-05 10:00 | best    | waiting
            promo      | ada        | 03-05 10:00 | best    | passed
            promo      | ada        | 03-05 10:00 | end     | completed
            promo      | bob        | 03-05 10:00 | best    | waiting
            promo      | bob        | 03-05 10:00 | best    | passed
            promo      | bob        | 03-05 10:00 | end     | completed
        """,
    )


@spec
def test_the_hour_is_local_and_the_end_of_within_is_included() -> Told:
    return Told(
        journey=NEWS
        + """
    timezone: Asia/Kolkata
    use_profile_timezone: true
    entry: {type: event, event: go}
    steps: [{id: best, type: wait, until: {best_send_time: email, within: 6h}}]
        """,
        # 16:10 in UTC is 21:40 in Kolkata, whose 21:00 is 15:30 in UTC, and 17:10 in Paris, whose 17:00 is 16:00
        profiles="""
            profile_id | timezone
            ada        | Mars/Base
            bob        | Europe/Paris
        """,
        events=EVENTS,
        feedback="""
            feedback_at | feedback | profile_id | journey_id | entry_key | step_id
            03-02 16:10 | opened   | ada        | news       | n1        | mail
            03-02 16:10 | opened   | bob        | news       | n2        | mail
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | step_id
            ada        | 03-05 15:30 | best
            bob        | 03-05 16:00 | best
        """,
    )


@spec
def test_only_messages_of_that_channel_count() -> Told:
    return Told(
        channels="""
            email: {address: profile.email}
            push: {address: profile.push_token}
        """,
        journey="""
            id: news
            entry: {type: event, event: news}
            steps: [{id: mail, type: message, channel: email}, {id: note, type: message, channel: push}]
            ---
            entry: {type: event, event: go}
            steps: [{id: best, type: wait, until: {best_send_time: push, within: 1d}}]
        """,
        profiles="""
            profile_id | email            | push_token
            ada        | ada@shop.example | t1
            bob        | bob@shop.example |
        """,
        events=EVENTS,
        feedback="""
            feedback_at | feedback | profile_id | journey_id | entry_key | step_id
            03-02 16:10 | opened   | ada        | news       | n1        | mail
            03-03 16:10 | opened   | ada        | news       | n1        | mail
            03-02 20:10 | opened   | ada        | news       | n1        | note
            # a note that was never sent
            03-02 20:10 | opened   | bob        | news       | n2        | note
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | step_id
            ada        | 03-05 20:00 | best
            bob        | 03-05 10:00 | best
        """,
    )


@spec
def test_a_best_time_beyond_the_timeout_is_not_waited_for() -> Told:
    return Told(
        journey=NEWS
        + """
    timeout: 8h
    entry: {type: event, event: go}
    steps: [{id: best, type: wait, until: {best_send_time: email, within: 24h}}]
        """,
        profiles=TWO,
        events=EVENTS,
        feedback="""
            feedback_at | feedback | profile_id | journey_id | entry_key | step_id
            03-02 18:10 | opened   | ada        | news       | n1        | mail
            03-02 17:10 | opened   | bob        | news       | n2        | mail
        """,
        only=["waiting", "passed", "timed_out"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome
            ada        | 03-05 10:00 | best    | timed_out
            bob        | 03-05 10:00 | best    | waiting
            bob        | 03-05 17:00 | best    | passed
        """,
    )


@spec
def test_feedback_of_the_very_moment_of_the_arrival_is_not_known_yet() -> Told:
    return Told(
        journey=NEWS + PROMO,
        profiles=TWO,
        events=EVENTS.replace("03-05 10:00", "03-05 10:30"),
        feedback="""
            feedback_at | feedback | profile_id | journey_id | entry_key | step_id
            03-02 20:20 | opened   | ada        | news       | n1        | mail
            03-05 10:30 | opened   | ada        | news       | n1        | mail
            03-05 10:30 | clicked  | ada        | news       | n1        | mail
        """,
        only=["passed"],
        outcomes="""
            profile_id | occurred_at | step_id
            ada        | 03-05 20:00 | best
            bob        | 03-05 10:30 | best
        """,
    )
