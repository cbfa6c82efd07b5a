"""What happens to people from outside in a tick: the signals that exits and listens of the versions hear (1.2, 1.3).

`late` orders what was learnt late, and is null for all else; `at` is the moment at which it is taken, in microseconds.
"""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.transforms.dispatch import by_version, local_time, quoted
from parcours.transforms.union import union
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Version
from parcours.walk.signals import Signal

STAY_KEY = ("enter", "exit")
KINDS = {
    "opened": ("opened",),
    "clicked": ("clicked",),
    "bounced": ("bounced_hard", "bounced_soft"),
    "unsubscribed": ("unsubscribed",),
    "engaged": ("opened", "clicked"),
}
"""The feedback that each reaction is; `engaged` nobody listens for, but the best time to send counts it."""
SIGNALS = "array<struct<at:bigint,late:string,signal:int,allows:bigint,attributes:string>>"
"""One that may be asked again, of who has changed what its `where` reads, is here though it allows nothing, with the
event's `attributes` as JSON."""
ENGAGED = "array<struct<step:string,at:bigint>>"


def late_order(happened: Column, kind: int, *key: Column | str) -> Column:
    """Text in the order of 2.1: by moment, then events (0) before stays (1) before feedback (2), then by id."""
    return F.concat_ws("|", F.lpad(happened.cast("string"), 20, "0"), F.lit(str(kind)), *key)


def of_profiles(events: DataFrame | None, stays: DataFrame | None, agenda: Agenda) -> DataFrame | None:
    """(profile_id, version, signal, at, late, attributes): what reaches people by who they are, `where` aside.

    `events` are those of the tick and those learnt late (`happened`, `at`, `late`); `stays` changes of membership.
    """
    parts: list[DataFrame | None] = []
    of_events = _by_name(agenda, lambda signal: signal.name if signal.kind == "event" else None)
    if events is not None and of_events:
        parts.append(_heard(events.where("profile_id IS NOT NULL"), "event_type", of_events, "attributes"))
    of_stays = _by_name(agenda, lambda s: f"{s.name}|{s.kind}" if s.kind in STAY_KEY else None)
    if stays is not None and of_stays:
        changed = stays.withColumn("change", F.concat_ws("|", "audience_id", "word"))
        parts.append(_heard(changed, "change", of_stays, "CAST(NULL AS MAP<STRING,STRING>)"))
    return union(*parts)


def _by_name(agenda: Agenda, name_of: Callable[[Signal], str | None]) -> dict[str, list[str]]:
    """By what happens the versions that hear it, as texts of structs."""
    found: dict[str, list[str]] = {}
    for version in agenda.versions:
        for number, signal in enumerate(version.signals):
            name = name_of(signal)
            if name is not None:
                found.setdefault(name, []).append(
                    f"named_struct('version', {version.index}, 'signal', {number}, "
                    f"'since', {version.first_published_at}L)"
                )
    return found


def _heard(frame: DataFrame, name: str, hearers: dict[str, list[str]], attributes: str) -> DataFrame:
    entries = ", ".join(f"{quoted(key)}, array({', '.join(texts)})" for key, texts in hearers.items())
    heard = frame.selectExpr(
        "profile_id",
        "happened",
        "at",
        "late",
        f"{attributes} AS heard_attributes",
        f"explode(try_element_at(map({entries}), {name})) AS hearer",
    )
    # What is earlier than the journey's first publication is history (2.1).
    return heard.where("happened >= hearer.since").select(
        "profile_id", "hearer.version", "hearer.signal", "at", "late", "heard_attributes"
    )


def reactions(instances: DataFrame, feedback: DataFrame | None, agenda: Agenda) -> DataFrame | None:
    """(instance_id, version, signal, at, late): what was done with messages of these instances.

    A delivery's id is a digest of the instance and the step (2.2), so that nobody has to look it up.
    """
    texts = [_reactions_of(version) for version in agenda.versions]
    if feedback is None or not any(texts):
        return None
    none = "CAST(array() AS ARRAY<STRUCT<signal:INT,step:STRING,kinds:ARRAY<STRING>,since:BIGINT>>)"
    asked = instances.select("instance_id", "version", F.explode(by_version(texts, none)).alias("asked"))
    named = asked.withColumn("delivery_id", F.md5(F.concat_ws("|", "instance_id", "asked.step")))
    heard = named.join(feedback, on="delivery_id", how="inner")  # a row a feedback, which is known by its id
    return heard.where("array_contains(asked.kinds, feedback) AND happened >= asked.since").select(
        "instance_id", "version", "asked.signal", "at", "late"
    )


def _reactions_of(version: Version) -> str:
    found = [
        f"named_struct('signal', {number}, 'step', {quoted(signal.name)}, "
        f"'kinds', array({', '.join(map(quoted, KINDS[signal.kind]))}), 'since', {version.first_published_at}L)"
        for number, signal in enumerate(version.signals)
        if signal.kind in KINDS
    ]
    return f"array({', '.join(found)})" if found else ""


def reached(instances: DataFrame, heard: DataFrame | None, feedback: DataFrame | None, agenda: Agenda) -> DataFrame:
    """`instance_id` of those whom something may reach; `instances` has `version`."""
    by_profile = None
    if heard is not None:
        by_profile = instances.join(heard, on=["profile_id", "version"], how="left_semi").select("instance_id")
    reacting = reactions(instances, feedback, agenda)
    by_delivery = reacting.select("instance_id") if reacting is not None else None
    found = union(by_profile, by_delivery)
    return instances.select("instance_id").limit(0) if found is None else found.distinct()


def with_signals(movers: DataFrame, heard: DataFrame | None, feedback: DataFrame | None, agenda: Agenda) -> DataFrame:
    """Adds `signals`: what reaches each mover, in the order of time. Movers have the names of expressions."""
    reacting = reactions(movers, feedback, agenda)
    if heard is None and reacting is None:
        return movers.withColumn("signals", F.lit(None).cast(SIGNALS))
    known = movers.drop("late")  # theirs is that of what reaches them
    parts: list[DataFrame | None] = []
    if heard is not None:
        each = known.join(heard, on=["profile_id", "version"], how="inner")
        parts.append(_that_count(each.withColumn("event", F.coalesce("heard_attributes", "event")), agenda))
    if reacting is not None:
        each = known.join(reacting, on=["instance_id", "version"], how="inner")
        parts.append(_that_count(each, agenda))
    collected = union(*parts)
    assert collected is not None
    signals = (
        F.sort_array(F.collect_list(F.struct("at", "late", "signal", "allows", "attributes")))
        .cast(SIGNALS)
        .alias("signals")
    )
    by_mover = collected.groupBy("instance_id", "version").agg(signals)
    return movers.join(by_mover, on=["instance_id", "version"], how="left")  # one row a mover


def _that_count(each: DataFrame, agenda: Agenda) -> DataFrame:
    """Those whose `where` is true, or may be with what the mover has received; `allows` says when (walk.received).

    And those that may be asked again.
    """
    timed = each.withColumns({"__now": F.timestamp_micros("at"), "__local_now": local_time("at")})
    texts, again = [], []
    for version in agenda.versions:
        asked = [str(number) for number, signal in enumerate(version.signals) if signal.question is not None]
        again.append(f"signal IN ({', '.join(asked)})" if asked else "false")
        cases = [f"WHEN {number} THEN {s.where}" for number, s in enumerate(version.signals) if s.where is not None]
        texts.append(f"CASE signal {' '.join(cases)} ELSE 1L END" if cases else "1L")
    is_asked_again = by_version(again, "false")
    attributes = F.when(is_asked_again, F.to_json("event"))
    allowing = timed.withColumns({"allows": by_version(texts, "1L"), "attributes": attributes})
    wanted = allowing.where((F.col("allows") != 0) | is_asked_again)
    return wanted.select("instance_id", "version", "at", "late", "signal", "allows", "attributes")


def with_engagement(movers: DataFrame, feedback: DataFrame | None, agenda: Agenda) -> DataFrame:
    """Adds `engaged`: when sends that the tick may make were opened, where anybody waits for the best time to send.

    Known before they are made are such things only where a tick is made later than its time.
    """
    steps = [
        f"array({', '.join(quoted(step) for step in sorted(version.engaging))})" if version.engaging else ""
        for version in agenda.versions
    ]
    if feedback is None or not any(steps):
        return movers.withColumn("engaged", F.lit(None).cast(ENGAGED))
    asked = movers.select(
        "instance_id", "version", F.explode(by_version(steps, "CAST(array() AS ARRAY<STRING>)")).alias("step")
    )
    named = asked.withColumn("delivery_id", F.md5(F.concat_ws("|", "instance_id", "step")))
    opened = feedback.where(F.col("feedback").isin(*KINDS["engaged"]) & F.col("late").isNull())
    found = named.join(opened, on="delivery_id", how="inner")  # a row a feedback, which is known by its id
    engaged = F.sort_array(F.collect_list(F.struct("step", "at"))).cast(ENGAGED).alias("engaged")
    by_mover = found.groupBy("instance_id", "version").agg(engaged)
    return movers.join(by_mover, on=["instance_id", "version"], how="left")  # one row a mover
