"""Everybody who can move in a tick, with what decides where they go and what is written of them: the frame `movers`.

One row an instance or entrant. `answers`, `eligibility`, … are arrays numbered by the plan of the row's version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple, dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from parcours.transforms.dispatch import by_version, comes_by_jump, local_time, quoted
from parcours.transforms.eligibility import Lists, with_eligibility
from parcours.transforms.happen import with_engagement, with_signals
from parcours.transforms.history import Past, with_past
from parcours.transforms.layers import with_layers
from parcours.transforms.lookup import with_lookups
from parcours.transforms.narrow import address_group, with_groups
from parcours.transforms.passages import with_passages
from parcours.transforms.zone import with_zone
from parcours.walk.agenda import Agenda
from parcours.walk.plan import Version
from parcours.walk.task import Asked


@dataclass(frozen=True)
class People:
    """What is known of people, each frame at its pinned version.

    `profiles` has the columns that are used; `instances` the whole table, few columns of which are read for journeys
    that somebody enters; `holdouts` (journey_id, profile_id, entered_at) who was kept out of those with re-entry rules.
    """

    profiles: DataFrame
    occupied: frozenset[str]
    """Journeys that somebody is inside of."""
    members: DataFrame | None
    lists: Lists | None
    instances: DataFrame | None
    enterable: frozenset[str]
    """Journeys that somebody may enter."""
    few_of_many: bool
    """Whether those who can move are few beside all instances: then those of others are left out early."""
    holdouts: DataFrame | None
    zones: DataFrame | None
    heard: DataFrame | None
    """What reaches profiles from outside (`happen.of_profiles`)."""
    feedback: DataFrame | None
    counted: DataFrame | None
    """The events that are counted, of all times that count: (profile_id, event_type, event_time)."""
    tables: Mapping[str, DataFrame]
    """Those that lookups read."""


def gather(candidates: DataFrame, agenda: Agenda, people: People, profile_types: Mapping[str, str]) -> DataFrame:
    """The candidates with everything that the walk and the outcomes need of them."""
    coupled = with_passages(
        candidates,
        agenda,
        occupied=people.occupied,
        enterable=people.enterable,
        instances=people.instances,
        holdouts=people.holdouts,
        few_of_many=people.few_of_many,
    )
    known = with_profile(coupled, people, profile_types)
    placed = with_zone(with_names(known, agenda), agenda, people.zones)
    remembering = with_series(placed, agenda, people.members, people.counted)
    wanted = only_who_are_wanted(remembering, agenda)
    found = with_lookups(wanted, agenda, people.tables)
    reached = with_signals(found, people.heard, people.feedback, agenda)
    engaged = with_engagement(reached, people.feedback, agenda)
    member = with_memberships(engaged, agenda, people.members)
    answered = with_answers(member, agenda)
    return with_groups(with_eligibility(answered, agenda.versions, people.lists), agenda)


# ------------------------------------------------------------------------------------------------------- who they are
def with_profile(candidates: DataFrame, people: People, types: Mapping[str, str]) -> DataFrame:
    """Adds the struct `profile` of the columns that are used, typed as declared, and `has_profile`.

    Who moves from another version has them.
    """
    if "profile" in candidates.columns:
        return candidates
    present = set(people.profiles.columns)
    texts = {
        name: f"try_cast(`{name}` AS {kind})" if name in present else f"CAST(NULL AS {kind})"
        for name, kind in sorted(types.items())
    } or {"exists": "true"}
    # None is promised: who has no profile has none of them, and Arrow insists on what a schema promises.
    fields = [F.expr(f"IF(profile_id IS NULL, NULL, {text})").alias(name) for name, text in texts.items()]
    profiles = people.profiles.select(
        "profile_id",
        F.struct(*fields).alias("profile"),
        F.lit(True).alias("has_profile"),
    )
    # profile_id is unique in profiles.
    return candidates.join(profiles, on="profile_id", how="left").withColumn(
        "has_profile", F.coalesce("has_profile", F.lit(False))
    )


BY_NAME = ("event", "audience", "journey", "journey_version")
"""The columns that `with_names` adds: made anew from what is staged, as far as they are used."""


def with_names(movers: DataFrame, agenda: Agenda) -> DataFrame:
    """Adds what expressions call by name besides `profile`: `event`, `audience`, `journey`."""
    entered = F.coalesce(F.col("entered_at"), F.timestamp_micros("moment"))
    number = by_version([str(version.journey.version) for version in agenda.versions])
    journey = F.struct(
        F.col("journey_id").alias("id"), number.alias("version"), "instance_id", entered.alias("entered_at")
    )
    return movers.withColumns(
        {
            "event": _attributes("event."),
            "audience": _attributes("audience."),
            "journey": journey,
            "journey_version": number,
        }
    )


def _attributes(prefix: str) -> Column:
    mine = F.map_filter(F.col("context"), lambda name, _: F.startswith(name, F.lit(prefix)))
    return F.transform_keys(mine, lambda name, _: F.substring(name, len(prefix) + 1, 10_000))


def only_who_are_wanted(movers: DataFrame, agenda: Agenda) -> DataFrame:
    """Leaves out the entrants whose event doesn't satisfy the `where` of the entry."""
    texts = [version.entry_where or "" for version in agenda.versions]
    if not any(texts):
        return movers
    asked = movers.withColumns({"__now": F.timestamp_micros("moment"), "__local_now": local_time("moment")})
    # Who jumps comes by no event.
    is_free = F.col("moment").isNull() | comes_by_jump()
    wanted = is_free | F.coalesce(by_version(texts, "true"), F.lit(False))
    return asked.where(wanted).drop("__now", "__local_now")


def with_series(movers: DataFrame, agenda: Agenda, members: DataFrame | None, counted: DataFrame | None) -> DataFrame:
    """Adds `__stays` and `__events`, as far as in_audience and event_count ask for them; instants are microseconds.

    Who moves from another version has them.
    """
    if "__stays" in movers.columns:
        return movers
    audiences = sorted({audience for version in agenda.versions for audience in version.asked_audiences})
    found = movers
    if audiences and members is not None:
        times = F.struct(F.unix_micros("entered_at").alias("entered_at"), F.unix_micros("exited_at").alias("exited_at"))
        stays = members.where(F.col("audience_id").isin(audiences))
        rows = stays.select("profile_id", F.col("audience_id").alias("of"), times.alias("one"))
        found = _with_map(found, rows, "__stays")
    if counted is not None:
        moments = F.unix_micros("event_time").alias("one")
        found = _with_map(found, counted.select("profile_id", F.col("event_type").alias("of"), moments), "__events")
    nothing = {
        "__stays": "map<string,array<struct<entered_at:bigint,exited_at:bigint>>>",
        "__events": "map<string,array<bigint>>",
    }
    missing = {name: F.lit(None).cast(kind) for name, kind in nothing.items() if name not in found.columns}
    return found.withColumns(missing)


def _with_map(movers: DataFrame, rows: DataFrame, name: str) -> DataFrame:
    """Adds a map from `of` to all `one` of the profile; null where it has none."""
    lists = rows.groupBy("profile_id", "of").agg(F.collect_list("one").alias("all"))
    maps = lists.groupBy("profile_id").agg(F.map_from_entries(F.collect_list(F.struct("of", "all"))).alias(name))
    return movers.join(maps, on="profile_id", how="left")  # one row a profile


# --------------------------------------------------------------------------------------------------- what they answer
def with_memberships(movers: DataFrame, agenda: Agenda, members: DataFrame | None) -> DataFrame:
    """Adds, by the plan's audiences, `member` at the tick's start and `flips`, the moments at which it changes."""
    audiences = sorted({audience for version in agenda.versions for audience in version.audiences})
    if not audiences or members is None:
        return movers.withColumns(
            {
                "member": _of_audiences(agenda, lambda _: "false", "boolean"),
                "flips": _of_audiences(agenda, lambda _: "CAST(array() AS ARRAY<BIGINT>)", "array<bigint>"),
            }
        )
    start, until = (F.timestamp_micros(F.lit(at)) for at in (agenda.start, agenda.until))
    concerned = members.where(
        F.col("audience_id").isin(audiences)
        & (F.col("entered_at") <= until)
        & (F.col("exited_at").isNull() | (F.col("exited_at") > start))
    )
    changes = F.filter(
        F.array(F.unix_micros("entered_at"), F.unix_micros("exited_at")),
        lambda at: (at > agenda.start) & (at <= agenda.until),
    )
    stays = concerned.groupBy("profile_id", "audience_id").agg(
        F.max(F.col("entered_at") <= start).alias("member"),
        F.array_sort(F.flatten(F.collect_list(changes))).alias("flips"),
    )
    by_profile = stays.groupBy("profile_id").agg(
        F.map_from_entries(F.collect_list(F.struct("audience_id", F.struct("member", "flips")))).alias("__memberships")
    )
    found = movers.join(by_profile, on="profile_id", how="left")  # one row a profile
    return found.withColumns(
        {
            "member": _of_audiences(agenda, lambda a: f"coalesce(__memberships[{quoted(a)}].member, false)", "boolean"),
            "flips": _of_audiences(
                agenda,
                lambda a: f"coalesce(__memberships[{quoted(a)}].flips, CAST(array() AS ARRAY<BIGINT>))",
                "array<bigint>",
            ),
        }
    ).drop("__memberships")


def _of_audiences(agenda: Agenda, text: Callable[[str], str], kind: str) -> Column:
    texts = [f"array({', '.join(text(a) for a in version.audiences)})" for version in agenda.versions]
    return by_version([_typed(t, kind) for t in texts])


def _typed(array: str, kind: str) -> str:
    return f"CAST({array} AS ARRAY<{kind.upper()}>)"


def with_answers(movers: DataFrame, agenda: Agenda) -> DataFrame:
    """Adds `answers`: what is asked of everybody at once; null where the answer depends on a later moment."""
    return movers.withColumn("answers", by_version([_answers(version) for version in agenda.versions]))


def _answers(version: Version) -> str:
    texts = ["NULL" if question.is_open else question.sql for question in version.questions]
    return _typed(f"array({', '.join(texts)})", "bigint")


def answers_at(
    movers: DataFrame, rows: DataFrame, asked: Collection[Asked], agenda: Agenda, people: People, past: Past
) -> DataFrame:
    """Answers to questions in the midst of a walk: (instance_id, version, number, answer).

    `rows` has (instance_id, number), what is asked, and `__engaged_now`, unique; `asked` has all that they ask.
    """
    joined = movers.drop("moment").join(rows, on=["instance_id", "version"], how="inner")
    seen = with_layers(joined, {(one.version, one.passed) for one in asked}, agenda, people.tables, people.zones)
    if any((one.version, one.question) in _judging(agenda) for one in asked):
        judged = with_eligibility(seen, agenda.versions, people.lists)
        seen = judged.withColumn("address_group", address_group(agenda))
    if any(one.happening >= 0 for one in asked):
        attributes = F.from_json(F.expr("get(signals, happening).attributes"), "map<string,string>")
        seen = seen.withColumn("event", F.coalesce(attributes, "event"))
    if any(agenda.versions[one.version].questions[one.question].looks_back for one in asked):
        seen = with_past(seen, agenda, past)
    timed = seen.withColumns({"__now": F.timestamp_micros("moment"), "__local_now": local_time("moment")})
    texts = []
    for version in agenda.versions:
        numbers = sorted({one.question for one in asked if one.version == version.index})
        cases = [f"WHEN {number} THEN {version.questions[number].sql}" for number in numbers]
        texts.append(f"CASE question {' '.join(cases)} END" if cases else "")
    return timed.select("instance_id", "version", "number", by_version(texts, "CAST(NULL AS BIGINT)").alias("answer"))


def _judging(agenda: Agenda) -> set[tuple[int, int]]:
    """The questions about sends to who has changed an address: (version, question)."""
    return {
        (version.index, number)
        for version in agenda.versions
        for judging in version.judgings.values()
        for number in astuple(judging)
    }


def only_used(types: Mapping[str, str], versions: Sequence[Version], always: Sequence[str] = ()) -> dict[str, str]:
    """The profile columns that anything of these versions uses, with their types; `timezone` where it counts."""
    used = {column for version in versions for column in version.profile_columns} | set(always)
    if any(version.journey.use_profile_timezone for version in versions):
        used.add("timezone")
    return {column: types.get(column, "string") for column in sorted(used)}
