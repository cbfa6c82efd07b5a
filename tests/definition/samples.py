"""A project in which every key that a file may have is written once."""

from __future__ import annotations

SAMPLE = {
    "parcours.yaml": """
        name: shop
        timezone: Europe/Paris
        warehouse: lake
        outbox: s3a://shop/outbox
        cadence: 30m
        spark:
          master: spark://host:7077
          packages: ["org.example:lib:1.0"]
          jars: [jars]
          conf: {spark.driver.memory: 4g, spark.sql.shuffle.partitions: 8, spark.ui.enabled: false}
        sources:
          profiles: {path: "s3a://lake/customers", columns: {profile_id: customer_id}}
    """,
    "events.yaml": """
        events:
          order_placed: {amount: double, sku: string, placed: TIMESTAMP, count: long}
          page_viewed:
    """,
    "profiles.yaml": """
        profiles: {tier: string, first_name: string, lifetime_value: double, tags: array<string>, next_visit: timestamp}
    """,
    "channels.yaml": """
        channels:
          email:
            address: profile.email
            consent: profile.consents['email']
            batch: {format: csv, max_rows: 1000}
            unsubscribe_url: "https://shop.example/u/{{ delivery_id }}"
            limits:
              - {max: 50000, per: hour}
              - {max: 400000, per: day, timezone: UTC}
            ramp_up:
              starts_on: 2026-03-01
              per_day: [5000, 10000]
              counts: sending_days
              then: {grow_by: 30}
              timezone: Asia/Tokyo
            overflow: defer
            max_deferral: P7D
          sms:
            ramp_up: {starts_on: 2026-03-01, per_hour: [10, 20], then: unlimited}
          webhook:
            overflow: drop
    """,
    "audiences/lapsed.yaml": """
        id: lapsed
        schedule: {cron: "0 4 * * *", until: 2027-01-01}
        max_loss: 30
        sql: |
          SELECT profile_id, CAST(max(order_total) AS double) AS best_order, count(*) AS orders, max(sku) AS last_sku
          FROM orders GROUP BY profile_id
    """,
    "templates/email/spring.yaml": """
        subject: "{{ profile.first_name | default('Hello') }}, spring is here"
        preheader: News
        html: |
          <p>Spring</p>
          <a href='{{ unsubscribe_url }}'>unsubscribe</a>
        text: "Spring. {{ unsubscribe_url }}"
        headers: {X-Campaign: spring}
    """,
    "journeys/news.yaml": """
        id: news
        version: 3
        name: News
        description: What is new
        tags: [promo]
        priority: 60
        timezone: Europe/Berlin
        use_profile_timezone: true
        starts_at: 2026-03-01T00:00:00
        ends_at: 2026-06-01T00:00:00Z
        timeout: P30D
        holdout: 2.5
        entry:
          type: read_audience
          audience: lapsed
          schedule: {cron: "0 9 * * MON", until: 2026-05-01}
          incremental: true
          force_reentry: true
          rate: {max: 5000, per: minute}
        steps:
          - id: who
            type: condition
            paths:
              - {label: all, when: true, next: cap}
              - {label: rich, when: "audience.best_order > 100"}
              - {label: vip, when: {audience: vip}}
              - {label: office, when: {days: [mon, tue], from: "09:00", to: "17:00"}}
              - {label: evening, when: {from: "18:00", to: "24:00"}}
              - {label: summer, when: {from_date: 2026-06-01, to_date: 2026-08-31}}
            otherwise: end
          - id: share
            type: split
            seed: 7
            paths: [{label: a, percent: 33.33}, {label: b, percent: 66.67, next: later}]
          - {id: cap, type: profile_cap, limits: [100, 200], per: occurrence, otherwise: later}
          - {id: again, type: profile_cap, limit: 100, per: version}
          - {id: later, type: wait, for: 2d}
          - {id: morning, type: wait, until: {time: "09:00", days: [mon, wed], in_days: 2}}
          - {id: visit, type: wait, until: profile.next_visit}
          - {id: mail, type: message, channel: email, template: spring, on_excluded: text}
          - id: text
            type: message
            channel: sms
            category: transactional
            address: profile.phone
            rule_sets: [promo]
            content: {body: Spring is here, from: Shop}
            next: last
          - {id: last, type: end}
    """,
    "journeys/tools.yaml": """
        id: tools
        version: 1
        entry: {type: event, event: page_viewed}
        steps:
          - id: p
            type: lookup
            table: products
            key: {sku: profile.first_name, shop: "'paris'"}
            select: [name, price]
            as: product
            many: true
            on_error: end
          - {id: promote, type: update_profile, set: {tier: "'gold'", lifetime_value: 5, is_test: false, email: null}}
          - {id: join, type: update_audience, audience: vip, action: add}
          - {id: leave, type: update_audience, audience: club, action: remove}
          - {id: best, type: wait, until: {best_send_time: email, within: 24h}}
          - {id: on, type: jump, journey: welcome}
          - id: asked
            type: condition
            paths:
              - {label: dear, when: "exists(product, row -> row.price > 5)"}
              - {label: had, when: "has_received('news') AND in_audience('vip')"}
              - {label: often, when: "event_count('page_viewed', INTERVAL 2 DAYS) > 1"}
    """,
    "journeys/launch.yaml": """
        id: launch
        version: 1
        entry:
          type: read_audience
          audience: vip
          schedule: {at: 2026-03-02T09:00}
          waves: {percents: [15, 20, 25, 40], interval: 2h}
        steps: [{id: w, type: wait, for: 1h}]
    """,
    "journeys/launch_again.yaml": """
        id: launch_again
        version: 1
        entry:
          type: read_audience
          audience: vip
          schedule: {at: 2026-03-02T09:00}
          waves: {numbers: [1000, 2000], starts: [2026-03-02T12:00]}
        steps: [{id: w, type: wait, for: 1h}]
    """,
    "journeys/welcome.yaml": """
        id: welcome
        version: 1
        entry: {type: event, event: order_placed, where: event.amount > 50}
        reentry: {allowed: true, after: P1D}
        steps: [{id: w, type: wait, until: event.placed}]
    """,
    "journeys/win_back.yaml": """
        id: win_back
        version: 1
        entry: {type: audience_qualification, audience: lapsed, on: enter}
        reentry: {allowed: false}
        exit_when:
          - {id: bought, event: order_placed, where: event.amount > 0}
          - {id: gone, audience: lapsed, on: exit}
          - {id: young, condition: profile.tier IS NULL}
        steps:
          - id: test
            type: experiment
            arms: [{label: short, weight: 1, next: mail}, {label: long, weight: 2}]
            holdout: 10
            otherwise: last
            metric: {event: order_placed, where: event.amount > 50}
          - {id: mail, type: message, channel: email, template: spring}
          - id: ear
            type: listen
            paths:
              - {label: bought, event: order_placed, where: "event.sku = 'x' AND profile.tier = 'gold'", next: end}
              - {label: clicked, reaction: clicked, of: mail, next: last}
              - {label: back, audience: lapsed, on: both}
            timeout: 3d
            on_timeout: last
          - {id: last, type: wait, for: 1h}
    """,
    "journeys/back_in_stock.yaml": """
        id: back_in_stock
        version: 1
        entry: {type: business_event, event: order_placed, audience: vip, where: true}
        steps: [{id: w, type: wait, until: event.placed}]
    """,
}
