"""Addresses of a `message`: well-formed, its own, one send each."""

from __future__ import annotations

from tests.spec.running import spec
from tests.spec.told import Told

SMS = """
    sms: {address: profile.phone, consent: "profile.consents['sms']"}
"""


@spec
def test_a_well_formed_email_has_one_at_no_space_and_a_dotted_domain() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles="""
            profile_id | email
            ada        | ada@shop.co.uk
            bob        | bob@@shop.com
            cleo       | cleo b@shop.com
            dan        | dan@shop
            eve        | @shop.com
            finn       | finn@.com
            gus        | ""
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
            profile_id | outcome  | reason
            ada        | sent     |
            bob        | excluded | malformed_address
            cleo       | excluded | malformed_address
            dan        | excluded | malformed_address
            eve        | excluded | malformed_address
            finn       | excluded | malformed_address
            gus        | excluded | malformed_address
        """,
    )


@spec
def test_a_well_formed_phone_is_a_plus_and_7_to_15_digits() -> Told:
    return Told(
        channels=SMS,
        channels_matter=True,
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: text, type: message, channel: sms}]
        """,
        profiles="""
            profile_id | phone
            ada        | +1234567
            bob        | +123456
            cleo       | +123456789012345
            dan        | +1234567890123456
            eve        | 12345678
            finn       | +33 612345678
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:00 | order_placed | bob
            03-02 09:00 | order_placed | cleo
            03-02 09:00 | order_placed | dan
            03-02 09:00 | order_placed | eve
            03-02 09:00 | order_placed | finn
        """,
        only=["sent", "excluded"],
        outcomes="""
            profile_id | outcome  | reason
            ada        | sent     |
            bob        | excluded | malformed_address
            cleo       | sent     |
            dan        | excluded | malformed_address
            eve        | excluded | malformed_address
            finn       | excluded | malformed_address
        """,
    )


@spec
def test_one_address_gets_one_send_of_those_that_an_occurrence_brought_to_the_step_at_one_moment() -> Told:
    return Told(
        names_matter=True,
        # md5('family|1|<profile>|2026-03-02T09:00:00Z'): cid 1ce2, amy 2330, ben 5ef8, deb fd6c.
        # amy is no owner of the address: she hasn't passed
        journey="""
            id: family
            entry: {type: read_audience, audience: family, schedule: {cron: "0 9 * * *", until: 2026-03-02T09:00:00Z}}
            steps:
              - {id: mail, type: message, channel: email, on_excluded: end}
              - {id: again, type: message, channel: email}
        """,
        profiles="""
            profile_id | email           | consents.email
            amy        | kin@home.com    | n
            ben        | kin@home.com    |
            cid        | Kin@Home.com    |
            deb        | other@home.com  |
        """,
        members="""
            audience_id | profile_id | entered_at
            family      | amy        | 03-01 12:00
            family      | ben        | 03-01 12:00
            family      | cid        | 03-01 12:00
            family      | deb        | 03-01 12:00
        """,
        only=["sent", "excluded"],
        outcomes="""
            profile_id | occurred_at | step_id | outcome  | reason
            cid        | 03-02 09:00 | mail    | sent     |
            amy        | 03-02 09:00 | mail    | excluded | no_consent
            ben        | 03-02 09:00 | mail    | excluded | duplicate_address
            deb        | 03-02 09:00 | mail    | sent     |
            cid        | 03-02 09:00 | again   | sent     |
            deb        | 03-02 09:00 | again   | sent     |
        """,
    )


@spec
def test_people_of_one_address_that_events_bring_in_each_get_their_send() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: mail, type: message, channel: email}]
        """,
        profiles="""
            profile_id | email
            ada        | kin@home.com
            bob        | kin@home.com
        """,
        events="""
            event_time  | event_type   | profile_id
            03-02 09:00 | order_placed | ada
            03-02 09:00 | order_placed | bob
        """,
        sends="""
            profile_id | address      | send_at
            ada        | kin@home.com | 03-02 09:00
            bob        | kin@home.com | 03-02 09:00
        """,
    )


@spec
def test_a_step_may_name_its_own_address() -> Told:
    return Told(
        journey="""
            entry: {type: event, event: order_placed}
            steps: [{id: mail, type: message, channel: email, address: "coalesce(event.contact, profile.email)"}]
        """,
        profiles="""
            profile_id
            ada
            bob
        """,
        events="""
            event_time  | event_type   | profile_id | contact
            03-02 09:00 | order_placed | ada        | office@shop.com
            03-02 09:00 | order_placed | bob        |
        """,
        sends="""
            profile_id | address
            ada        | office@shop.com
            bob        | bob@shop.example
        """,
    )


@spec
def test_an_address_of_one_journey_takes_nothing_from_that_of_another() -> Told:
    """Whose steps are called alike, and whose members come at the same moment."""
    return Told(
        channels="""
            email: {address: profile.email}
            push: {address: profile.device}
        """,
        journey="""
            id: letters
            entry: {type: read_audience, audience: family, schedule: {at: "2026-03-02T09:00:00Z"}}
            steps: [{id: mail, type: message, channel: email}]
            ---
            id: buzzes
            entry: {type: read_audience, audience: family, schedule: {at: "2026-03-02T09:00:00Z"}}
            steps: [{id: first, type: message, channel: email}, {id: mail, type: message, channel: push}]
        """,
        profiles="""
            profile_id | email    | device
            p1         | a1@x.com | d1
            p2         | a1@x.com | d2
            p3         | a2@x.com | d3
            p4         | a2@x.com | d4
            p5         | a3@x.com | d1
            p6         | a3@x.com | d2
            p7         | a4@x.com | d3
            p8         | a4@x.com | d4
        """,
        members="""
            audience_id | profile_id
            family      | p1
            family      | p2
            family      | p3
            family      | p4
            family      | p5
            family      | p6
            family      | p7
            family      | p8
        """,
        only=["sent", "excluded"],
        outcomes="""
            journey_id | step_id | outcome  | reason            | count
            letters    | mail    | sent     |                   | 4
            letters    | mail    | excluded | duplicate_address | 4
            buzzes     | first   | sent     |                   | 4
            buzzes     | first   | excluded | duplicate_address | 4
            buzzes     | mail    | sent     |                   | 4
            buzzes     | mail    | excluded | duplicate_address | 4
        """,
    )
