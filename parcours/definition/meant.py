"""What authors write who know other tools: keys, types and values that there aren't, and what is meant by them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from parcours.definition.channels import BUILT_IN
from parcours.definition.contents import FIELDS

Meant = tuple[str | None, str | None]
"""The key that an unknown one stands for, None where it stands for none; what to write where that isn't all."""


def _all(words: str, meant: Meant) -> dict[str, Meant]:
    return {word: meant for word in words.split()}


LABEL = _all("name id", ("label", None))
NEXT = _all("goto go_to to step target then", ("next", None))
OTHERWISE = _all("default else", ("otherwise", None))
LISTENED = ("paths", "write paths: [{label: ..., event: ...}]")
LIMITED = ("limits", "write limits: [{max: 100, per: second}]")
ONE_TEST = (None, "ask it in a condition of its own")
TIME_OR_LENGTH = ("until", 'write until: {time: "09:00"}, or for: 2d')

# By the model in which an unknown key stands.
KEYS: dict[str, dict[str, Meant]] = {
    "ProjectFile": _all("id project", ("name", None)),
    "SparkSettings": _all("memory driver_memory", ("conf", "write conf: {spark.driver.memory: 4g}")),
    "Audience": _all("query select where", ("sql", "write sql: SELECT profile_id FROM ...")),
    "ChannelSettings": {
        **_all("url endpoint to", ("address", None)),
        **_all("throttle rate_limit rate throughput limit max", LIMITED),
    },
    "RampUp": {
        **_all("days daily schedule plan", ("per_day", None)),
        **_all("growth grow_by grow", ("then", "write then: {grow_by: 30}")),
    },
    "Journey": {
        "trigger": ("entry", None),
        **_all("exit exits exit_criteria exit_on goal goals", ("exit_when", None)),
    },
    "Schedule": _all("timezone zone", (None, "it is in the timezone of the journey, or of the project")),
    "ReadAudience": {
        **_all("segment audience_id", ("audience", None)),
        **_all("where filter condition", (None, "ask it in a condition step")),
    },
    "EventEntry": {
        **_all("name event_type", ("event", None)),
        **_all("filter condition when", ("where", None)),
    },
    "Waves": _all("every after", ("interval", None)),
    "End": {"next": (None, "nothing comes after an end")},
    "Qualification": _all("segment audience_id", ("audience", None)),
    "BusinessEvent": _all("segment audience_id", ("audience", None)),
    "Criterion": {
        "when": ("condition", "write condition; beside an event, where"),
        "type": (None, "leave it out: event, audience or condition says it"),
    },
    "AudienceTest": _all("days from to from_date to_date", ONE_TEST),
    "CalendarTest": {
        **_all("date_from start_date", ("from_date", None)),
        **_all("date_to end_date", ("to_date", None)),
        "start": ("from", None),
        "end": ("to", None),
        "segment": ("audience", "write {audience: ...}"),
        "event": (None, "write event_count('...', INTERVAL 30 DAYS) > 0, or listen for it"),
        **_all("sql expression where condition", (None, "write the expression itself behind when:")),
    },
    "Condition": {
        **_all("when if then", ("paths", "write paths: [{label: ..., when: ..., next: ...}]")),
        **OTHERWISE,
    },
    "ConditionPath": LABEL | NEXT | _all("condition if where expression", ("when", None)),
    "SplitPath": LABEL | NEXT | _all("share weight percentage", ("percent", None)),
    "ProfileCap": _all("max cap count", ("limit", None)) | OTHERWISE,
    "Wait": {
        **_all("duration delay", ("for", None)),
        **_all("time at", TIME_OR_LENGTH),
        **_all("days in_days", ("until", 'write until: {time: "09:00", in_days: 2}')),
        "best_send_time": ("until", "write until: {best_send_time: email, within: 24h}"),
    },
    "LocalMoment": {"at": ("time", None)},
    "Listen": {
        **_all("for duration", ("timeout", None)),
        **_all("otherwise default else", ("on_timeout", None)),
        **_all("event events reaction audience of on", LISTENED),
    },
    "ListenPath": LABEL
    | NEXT
    | {
        "message": ("of", None),
        **_all("when condition", ("where", None)),
        **_all("timeout within for", (None, "write timeout beside paths")),
    },
    "Experiment": {
        **_all("paths variants", ("arms", None)),
        "goal": ("metric", "write metric: {event: ...}"),
        **OTHERWISE,
    },
    "Arm": LABEL | NEXT | _all("percent percentage share", ("weight", None)),
    "Metric": _all("within window", (None, "thirty days are counted, always")),
    "Message": {
        field: ("content", f"write content: {{{field}: ...}}") for fields in FIELDS.values() for field in fields
    }
    | {
        "to": ("address", None),
        "send_at": (None, "let a wait step come before it"),
        "consent": (None, "the channel's is asked, unless category: transactional"),
    },
    "UpdateProfile": {
        "attributes": ("set", None),
        **_all("column attribute value profile", ("set", "write set: {column: expression}")),
    },
    "UpdateAudience": {"segment": ("audience", None), **_all("add remove", ("action", "write audience, and action"))},
    "Jump": _all("to id target", ("journey", None)),
    "Lookup": {
        "dataset": ("table", None),
        **_all("fields columns", ("select", None)),
        "alias": ("as", None),
        **_all("on_excluded otherwise", ("on_error", None)),
    },
    "Case": _all("name id title", ("case", None)),
    "GivenEvent": {
        "type": ("event_type", None),
        **_all("time at timestamp", ("event_time", None)),
    },
    "ExpectedSend": _all("at time", ("send_at", None)),
    "ExpectedOutcome": _all("occurred_at time", ("at", None)),
}

# Models whose unknown keys are somebody's own names, and the key below which those stand.
OWN_NAMES = {"GivenEvent": "attributes", "GivenMember": "attributes"}

# Types of steps and entries; what is said of them where that isn't all.
TYPES: dict[str, str] = {
    **dict.fromkeys(("ab_test", "abtest", "ab", "optimize"), "experiment"),
    **dict.fromkeys(("random_split", "percentage_split", "random"), "split"),
    **dict.fromkeys(("if", "branch", "decision", "decision_split", "audience_split", "filter", "gate"), "condition"),
    **dict.fromkeys(("cap", "limit"), "profile_cap"),
    **dict.fromkeys(("delay", "pause", "sleep", "best_send_time"), "wait"),
    **dict.fromkeys(("reaction", "reactions", "action_paths", "wait_for"), "listen"),
    **dict.fromkeys(("send", "action"), "message"),
    **dict.fromkeys(("exit", "stop"), "end"),
    **dict.fromkeys(("set", "update", "update_attribute"), "update_profile"),
    **dict.fromkeys(("segment", "audience", "read_segment", "scheduled", "schedule"), "read_audience"),
    **dict.fromkeys(("unitary_event", "trigger", "api"), "event"),
    **dict.fromkeys(("qualification", "segment_qualification", "audience_entry"), "audience_qualification"),
}

# By model and key, what to write in place of a value of another kind.
VALUES: dict[tuple[str, str], str] = {
    ("ChannelsFile", "channels"): "write {email: {limits: ...}}",
    ("EventsFile", "events"): "write {order_placed: {amount: double}}",
    ("EventsFile", "*"): "write {amount: double}",
    ("ProfilesFile", "profiles"): "write {tier: string}",
    ("ChannelSettings", "limits"): "write [{max: 50000, per: hour}]",
    ("RampUp", "then"): "write hold, unlimited or {grow_by: 30}",
    ("Journey", "steps"): "write - id: ..., type: ... for each step",
    ("Journey", "exit_when"): "write [{id: ..., event: ...}]",
    ("Journey", "priority"): "write a number from 0 to 100; the higher goes first",
    ("Condition", "paths"): "write [{label: ..., when: ..., next: ...}]",
    ("Split", "paths"): "write [{label: ..., percent: 50, next: ...}]",
    ("Message", "channel"): "write one; another message step sends by another",
    ("Message", "template"): "write its name; fields stand in content",
    ("Listen", "paths"): "write [{label: ..., event: ..., next: ...}]",
    ("Experiment", "arms"): "write [{label: ..., weight: 1, next: ...}]",
    ("Arm", "weight"): "write whole numbers, such as 1 and 2",
    ("CalendarTest", "days"): "write a list, such as [mon, tue]",
    ("LocalMoment", "days"): "write a list, such as [mon, tue]",
    ("BestSendTime", "best_send_time"): "write a channel, such as email",
    ("Given", "profiles"): "write [{profile_id: ada, email: ...}]",
    ("Given", "audience_members"): "write {vip: [ada]}",
    ("Given", "events"): "write [{event_type: ..., profile_id: ada, event_time: ...}]",
    ("Expect", "sends"): "write [{profile_id: ada, step: ...}], or [] for none",
    ("Expect", "outcomes"): "write [{profile_id: ada, step: ..., outcome: ...}]",
    ("Expect", "status"): "write {ada: completed}",
}

# Models that a single word is often written for.
MAPPINGS = {
    "Reentry": "write {allowed: false}",
    "Schedule": 'write {cron: "0 9 * * MON"}, or {at: 2026-03-01T09:00:00Z} for once',
    "Criterion": "write {id: ..., event: ...}",
    "Metric": "write {event: order_placed}",
    "SourceTable": "write {path: ...}",
    "Rate": "write {max: 1000, per: minute}",
    "Waves": "write {count: 4, interval: 2h}",
}


def meant_key(model: str, key: str) -> str | None:
    """The key that an unknown one stands for."""
    return KEYS.get(model, {}).get(key, (None, None))[0]


def remedy_for_key(model: str, key: str) -> str | None:
    """What to write in place of an unknown key."""
    known, remedy = KEYS.get(model, {}).get(key, (None, None))
    return remedy or (f"did you mean '{known}'?" if known else None)


def remedy_for_own_name(model: str, key: str) -> str | None:
    """Where a name of the author's own would stand."""
    return f"write {OWN_NAMES[model]}: {{{key}: ...}}" if model in OWN_NAMES else None


def remedy_for_type(written: object, known: Collection[str]) -> str | None:
    """What to write in place of an unknown type, of steps or of entries; channels are no types of steps."""
    if not isinstance(written, str):
        return None
    if "message" in known and written in BUILT_IN:
        return f"write type: message, channel: {written}"
    if "message" in known and written == "best_send_time":
        return "write type: wait, until: {best_send_time: email, within: 24h}"
    meant = TYPES.get(written.lower())
    return f"did you mean '{meant}'?" if meant is not None and meant in known else None


def remedy_for_no_type(value: Mapping[object, object], known: Collection[str]) -> str | None:
    """`- wait: 2d` says the type where a key is."""
    said = [str(key) for key in value if str(key) in known]
    return f"write type: {said[0]}" if len(said) == 1 else None


def remedy_for_list(value: object) -> str | None:
    """The list that was written without its brackets."""
    is_plain = isinstance(value, str) and re.fullmatch(r"[\w.-]+(, *[\w.-]+)*", value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return f"write [{value}]" if is_plain or is_number else None
