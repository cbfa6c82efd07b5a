"""Forms that few write and the specification allows, carried out by the engine as test cases of journeys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from parcours.jobs.verify import choose, verify
from tests.jobs.test_verify import write

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FILES = {
    "parcours.yaml": "{name: shop, timezone: Europe/Paris}",
    "events.yaml": """
        events:
          bought:
            items: array<struct<sku:string,unitPrice:double>>
            gift: struct<wrapped:boolean>
            codes: map<string,int>
    """,
    "profiles.yaml": "profiles: {renews_on: date, home: 'struct<firstLine:string>', seen_at: timestamp_ntz}",
    "journeys/basket.yaml": """
        id: basket
        version: 1
        entry: {type: event, event: bought, where: "exists(event.items, item -> item.unitPrice > 10)"}
        steps:
          - id: gift
            type: condition
            paths: [{label: wrapped, when: "event.gift.wrapped AND event.codes['a'] + 1 = 4", next: find}]
            otherwise: find
          - id: find
            type: lookup
            table: products
            key: {SKU: "event.items[0].sku"}
            select: [Name]
            as: product
            on_error: list
          - id: list
            type: message
            channel: push
            content:
              title: >-
                {% for item in event.items %}{{ item.sku }} {{ item.unitPrice | number(2) }};{% endfor -%}
                {{ product.Name | default('?') }}
    """,
    "journeys/basket.test.yaml": """
        - case: attributes of events may be lists and structs
          given:
            profiles: [{profile_id: ada, push_token: t1}, {profile_id: bob, push_token: t2}, {profile_id: cleo}]
            tables: {products: [{sku: a, name: Aubergine}]}
            events:
              - event_type: bought
                profile_id: ada
                event_time: 2026-03-02T08:00:00Z
                attributes:
                  items: [{sku: a, unitPrice: 12.5}, {sku: b, unitPrice: 1}]
                  gift: {wrapped: true}
                  codes: {a: 3}
              - event_type: bought
                profile_id: bob
                event_time: 2026-03-02T08:00:00Z
                attributes: {items: '[{"sku": "c", "unitPrice": 99}]', gift: "wrapped", codes: "[1]"}
              - {event_type: bought, profile_id: cleo, event_time: 2026-03-02T08:00:00Z, attributes: {items: a lot}}
          until: 2026-03-03
          expect:
            sends:
              - {profile_id: ada, step: list, content: {title: "a 12.50;b 1.00;Aubergine"}}
              - {profile_id: bob, step: list, content: {title: "c 99.00;?"}}
            outcomes:
              - {profile_id: ada, step: gift, path: wrapped}
              - {profile_id: bob, step: gift, path: otherwise}
            status: {cleo: none}
            entered: 2
            rejected: 0
    """,
    # Nothing asks for a profile, and somebody has none.
    "journeys/bare.yaml": """
        id: bare
        version: 1
        entry: {type: read_audience, audience: all_of_us, schedule: {at: 2026-03-02}}
        steps: [{id: bye, type: end}]
    """,
    "journeys/bare.test.yaml": """
        - case: who has no profile is rejected, and nobody else
          given: {profiles: [{profile_id: ada}], audience_members: {all_of_us: [ada, ghost]}}
          until: 2026-03-03
          expect:
            outcomes:
              - {profile_id: ada, step: bye, outcome: completed, at: 2026-03-01T23:00:00Z}
              - {profile_id: ghost, outcome: rejected, reason: not_in_profiles}
    """,
    "journeys/forms.yaml": """
        id: forms
        version: 1
        entry: {type: event, event: bought}
        steps:
          - {id: half, type: wait, for: PT0.5H}
          - id: right
            type: condition
            paths:
              - label: all
                when: >-
                  event_count('bought', INTERVAL '1 12:30' DAY TO MINUTE) = 1
                  AND event_count('bought', INTERVAL 1 DAY 12 HOURS 31 MINUTES) = 2
                  AND profile.renews_on + INTERVAL '9 hours 30 minutes' = now()
                  AND profile.seen_at = local_now()
                  AND profile.home.firstLine = 'Rue d''été'
                  AND to_date('2026-02-30') IS NULL AND CAST('soon' AS INT) IS NULL
    """,
    "journeys/forms.test.yaml": """
        - case: durations, intervals, names of fields
          from: 2026-03-01
          given:
            profiles:
              - {profile_id: ada, renews_on: 2026-03-02, home: {firstLine: Rue d'été}, seen_at: 2026-03-02T09:30:00}
            events:
              # 36 hours and a half before now() is excluded
              - {event_type: bought, profile_id: ada, event_time: 2026-02-28T20:00:00Z}
              - {event_type: bought, profile_id: ada, event_time: 2026-03-02T08:00:00Z}
          until: 2026-03-03
          expect:
            outcomes:
              - {profile_id: ada, step: half, outcome: passed, at: 2026-03-02T08:30:00Z}
              - {profile_id: ada, step: right, path: all}
    """,
}


def test_whatever_is_allowed_is_done(tmp_path: Path, spark: SparkSession) -> None:
    verdicts = list(verify(choose(write(tmp_path, FILES), []), spark))
    assert {verdict.filed.journey_id: list(verdict.differences) for verdict in verdicts} == {
        "bare": [],
        "basket": [],
        "forms": [],
    }
