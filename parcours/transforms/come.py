"""Who can move in a tick: one narrow frame of instances that are inside and of entrants, before any profile is read.

Columns of the frame, one row a person and version (`CANDIDATE`): who, how they come, and where they stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from parcours.definition.journeys import BusinessEvent, EventEntry, Qualification, ReadAudience
from parcours.transforms.dispatch import by_version, quoted
from parcours.transforms.lookup import with_findings
from parcours.transforms.union import union
from parcours.walk import clock
from parcours.walk.agenda import Agenda, version_key
from parcours.walk.plan import SENT, Version

CANDIDATE = (
    "version int, journey_id string, instance_id string, profile_id string, entry_key string, moment bigint, "
    "late string, "
    "occurrence int, context map<string,string>, entered_at timestamp, step_id string, arrived_at timestamp, "
    "wakes_at timestamp, is_deferred boolean, held string, queue string, queue_order string, sequence int, "
    "is_apart boolean, is_coupled boolean, moved_from string"
)
"""`moment` (microseconds) is null for who is inside. `late` orders what was learnt late; null otherwise.

`is_apart` are the instances that aren't due, and are there for what reaches them from outside. `moved_from` is null but
for who moves into the version in the tick: `version|alike` of the mover that they were before, who stands somewhere, or
comes. `is_coupled` is null where it isn't known yet.
"""
NAMES = tuple(column.split()[0] for column in CANDIDATE.split(", "))
_ENTRANT = {
    "entered_at": "timestamp",
    "step_id": "string",
    "arrived_at": "timestamp",
    "wakes_at": "timestamp",
    "is_deferred": "boolean",
    "held": "string",
    "queue": "string",
    "queue_order": "string",
    "is_coupled": "boolean",
    "moved_from": "string",
}


@dataclass(frozen=True)
class Sources:
    """The frames that a tick reads, each at its pinned version.

    `instances` those that are due, at the head of a queue, of a journey that empties, or reached from outside;
    `events` of the interval, and those learnt late; `stays` the changes of membership likewise; both have `happened`,
    `at` (when it is taken) and `late`; `learnt_stays` the keys of stays learnt since the
    occurrence named (`version`, `moment`); `spread` the entrants of earlier occurrences whose moment has come.
    """

    instances: DataFrame | None
    members: DataFrame | None = None
    learnt_stays: DataFrame | None = None
    events: DataFrame | None = None
    stays: DataFrame | None = None
    spread: DataFrame | None = None


def candidates(sources: Sources, agenda: Agenda) -> DataFrame | None:
    """All who can move, unique on (version, instance_id); None where nothing can."""
    return union(
        inside(sources.instances, agenda) if sources.instances is not None else None,
        entrants_of_events(sources, agenda),
        entrants_qualified(sources.stays, agenda),
        entrants_spread(sources.spread, agenda) if sources.spread is not None else None,
    )


def version_index(agenda: Agenda) -> Column:
    """The index of a row's version; null for one that isn't on the agenda."""
    pairs = ", ".join(f"{quoted(version_key(v))}, {v.index}" for v in agenda.versions)
    return F.expr(f"try_element_at(map({pairs}), concat(journey_id, '|', journey_version))")


def instance_id(version_number: Column) -> Column:
    """The published digest of 2.2."""
    return F.md5(F.concat_ws("|", "journey_id", version_number, "profile_id", "entry_key"))


def inside(instances: DataFrame, agenda: Agenda) -> DataFrame:
    """The instances that are loaded, as candidates."""
    return instances.withColumns({"version": version_index(agenda), "moment": F.lit(None).cast("bigint")}).select(
        "version",
        "journey_id",
        "instance_id",
        "profile_id",
        "entry_key",
        "moment",
        F.lit(None).cast("string").alias("late"),
        F.coalesce("occurrence", F.lit(0)).alias("occurrence"),
        "context",
        "entered_at",
        "step_id",
        "arrived_at",
        "wakes_at",
        F.coalesce("is_deferred", F.lit(False)).alias("is_deferred"),
        "held",
        "queue",
        "queue_order",
        "sequence",
        "is_apart",
        F.lit(None).cast("boolean").alias("is_coupled"),
        F.lit(None).cast("string").alias("moved_from"),
    )


OWN_VIEW = ("profile", "has_profile", "__stays", "__events")
"""What those who move have of before: their profile and stays as they have written them in the tick."""


def who_move(movers: DataFrame, sent: DataFrame, agenda: Agenda) -> DataFrame:
    """Those who move into another version, as they are there: candidates that have OWN_VIEW besides.

    The movers see what they have written. They have `into` and `stands_at`, where they move and stand, and `looked_up`
    and `sent`, which lookups they have passed and messages they have had in the tick. `sent` are the rows of
    `deliveries`.
    """
    before = sent.groupBy("instance_id").agg(F.collect_set("step_id").alias("sent_before"))
    found = movers.join(before, on="instance_id", how="left")  # one row an instance
    became = {
        "version": F.col("into"),
        "moment": F.lit(None).cast("bigint"),
        "entered_at": F.coalesce("entered_at", F.timestamp_micros("moment")),
        "late": F.lit(None).cast("string"),
        "context": _with_sent(with_findings(agenda)),
        "step_id": F.col("stands_at"),
        "is_apart": F.lit(False),
        "is_coupled": F.col("coupled_profile").isNotNull(),
        "moved_from": F.concat_ws("|", "version", "alike"),
    }
    stands = {name: kind for name, kind in _ENTRANT.items() if name not in became}
    became |= {name: F.lit(None).cast(kind) for name, kind in stands.items()}
    became["is_deferred"] = F.lit(False)
    return found.select(*(became.get(name, F.col(name)).alias(name) for name in NAMES), *OWN_VIEW)


def _with_sent(context: Column) -> Column:
    """The context with the messages that it has had (`sent_before`, `sent`)."""
    steps = F.array_union(F.coalesce("sent_before", F.array().cast("array<string>")), "sent")
    had = F.transform(steps, lambda step: F.concat(F.lit(SENT), step))
    known = F.coalesce(context, F.create_map().cast("map<string,string>"))
    others = F.map_filter(known, lambda name, _: ~F.startswith(name, F.lit(SENT)))
    return F.map_concat(others, F.map_from_arrays(had, F.transform(had, lambda _: F.lit(""))))


def _entrants(frame: DataFrame) -> DataFrame:
    """Fills what only an instance has, and puts the columns in their order."""
    empty = {name: F.lit(None).cast(kind) for name, kind in _ENTRANT.items()}
    return frame.withColumns(
        {**empty, "is_deferred": F.lit(False), "sequence": F.lit(0), "is_apart": F.lit(False)}
    ).select(*NAMES)


# ------------------------------------------------------------------------------------------------------------ reads
def members_of(sources: Sources, agenda: Agenda) -> DataFrame | None:
    """Who enters by the occurrences of the tick, one row a member and occurrence: CANDIDATE, `moment` the occurrence's.

    Stays of one profile in an audience don't overlap (`load` refuses them), so a member comes once.
    """
    if sources.members is None or not agenda.occurrences:
        return None
    matching = F.explode(_occurrences_of_audience(agenda))
    found = sources.members.select("*", matching.alias("read")).select(*(c for c in sources.members.columns), "read.*")
    at = F.timestamp_micros("moment")
    members = found.where((F.col("entered_at") <= at) & (F.col("exited_at").isNull() | (F.col("exited_at") > at)))
    members = _who_became(members, sources)
    number = F.col("journey_version").cast("string")
    return _entrants(
        members.withColumns(
            {"context": _called("audience.", "attributes"), "late": F.lit(None).cast("string")}
        ).withColumn("instance_id", instance_id(number))
    )


def _called(prefix: str, attributes: str) -> Column:
    """The attributes as the context has them: `event.sku`, `audience.best_order`; null where there are none."""
    return F.transform_keys(F.col(attributes), lambda name, _: F.concat(F.lit(prefix), name))


def _occurrences_of_audience(agenda: Agenda) -> Column:
    """The occurrences that read an audience, as an array of structs; null for an audience that nobody reads."""
    by_audience: dict[str, list[str]] = {}
    for occurrence in agenda.occurrences:
        version = agenda.versions[occurrence.version]
        entry = version.journey.entry
        assert isinstance(entry, ReadAudience)
        since = "NULL" if occurrence.since is None else f"{occurrence.since}L"
        by_audience.setdefault(entry.audience, []).append(
            f"named_struct('version', {version.index}, 'journey_id', {quoted(version.journey.id)}, "
            f"'journey_version', {version.journey.version}, 'moment', {occurrence.moment}L, "
            f"'entry_key', {quoted(occurrence.key)}, 'occurrence', {occurrence.number}, "
            f"'since', CAST({since} AS BIGINT))"
        )
    entries = ", ".join(f"{quoted(name)}, array({', '.join(structs)})" for name, structs in by_audience.items())
    return F.expr(f"try_element_at(map({entries}), audience_id)")


def _who_became(members: DataFrame, sources: Sources) -> DataFrame:
    """Of incremental reads those whose stay began, or was learnt, after the occurrence before; of others all (1.2)."""
    began = F.col("since").isNull() | (F.unix_micros("entered_at") > F.col("since"))
    if sources.learnt_stays is None:
        return members.where(began)
    learnt = sources.learnt_stays.select(
        "audience_id", "profile_id", "entered_at", "moment", F.lit(True).alias("is_learnt")
    )
    joined = members.join(learnt, on=["audience_id", "profile_id", "entered_at", "moment"], how="left")
    return joined.where(began | F.col("is_learnt")).drop("is_learnt")


def spread_moments(entrants: DataFrame, agenda: Agenda) -> DataFrame:
    """The entrants of reads with `rate` or `waves`, each at its own moment; who is over the waves' numbers is gone.

    Places are those of the order of instance_id, counted bucket by bucket: a rank over a whole audience in one task
    takes several times as long (house.md).
    """
    one_read = ["version", "entry_key"]
    bucketed = entrants.withColumn("bucket", F.substring("instance_id", 1, 3))
    counts = bucketed.groupBy(*one_read, "bucket").agg(F.count("*").alias("in_bucket"))
    by_read = Window.partitionBy(*one_read)
    before = by_read.orderBy("bucket").rowsBetween(Window.unboundedPreceding, -1)
    offsets = counts.select(
        *one_read,
        "bucket",
        F.coalesce(F.sum("in_bucket").over(before), F.lit(0)).alias("before_bucket"),
        F.sum("in_bucket").over(by_read).alias("members"),
    )
    in_bucket = Window.partitionBy(*one_read, "bucket").orderBy("instance_id")
    placed = (
        bucketed.withColumn("place_in_bucket", F.row_number().over(in_bucket) - 1)
        .join(F.broadcast(offsets), on=[*one_read, "bucket"], how="inner")
        .withColumn("place", F.col("before_bucket") + F.col("place_in_bucket"))
    )
    moments = [_spread_text(version) for version in agenda.versions]
    return placed.withColumn("moment", by_version(moments, "moment")).where("moment IS NOT NULL").select(*NAMES)


def _spread_text(version: Version) -> str:
    """Spark SQL text of the moment of entry, from `moment`, `place` and `members`; null for who never enters (1.2)."""
    entry = version.journey.entry
    if not isinstance(entry, ReadAudience) or not version.is_spread:
        return ""
    if entry.waves is None:
        return f"moment + {_paced(entry, 'place')}"
    waves = entry.waves
    if waves.count is not None:
        ends = [
            f"((members div {waves.count}) * {k} + least(members % {waves.count}, {k}))"
            for k in range(1, waves.count + 1)
        ]
    elif waves.percents is not None:
        so_far = [int(sum(waves.percents[: k + 1]) * 10_000) for k in range(len(waves.percents))]
        ends = [f"(members * {hundredths}) div 1000000" for hundredths in so_far]
    else:
        assert waves.numbers is not None
        ends = [str(sum(waves.numbers[: k + 1])) for k in range(len(waves.numbers))]
    if waves.starts is not None:
        starts = ["moment", *(str(clock.micros(start)) for start in waves.starts)]
    else:
        assert waves.interval is not None
        starts = [f"(moment + {k * clock.micros(waves.interval)})" for k in range(len(ends))]
    begins = ["0", *ends[:-1]]
    cases = [
        f"WHEN place < {end} THEN {start} + {_paced(entry, f'(place - {begin})')}"
        for begin, end, start in zip(begins, ends, starts, strict=True)
    ]
    return f"CASE {' '.join(cases)} END"


def _paced(entry: ReadAudience, place: str) -> str:
    if entry.rate is None:
        return "0L"
    return f"({place} div {entry.rate.max}) * {clock.UNITS[entry.rate.per]}L"


def entrants_spread(spread: DataFrame, agenda: Agenda) -> DataFrame:
    """Members of earlier occurrences whose moment of entry lies in the tick."""
    found = spread.withColumns(
        {
            "version": version_index(agenda),
            "moment": F.unix_micros("enter_at"),
            "late": F.lit(None).cast("string"),
            "occurrence": F.coalesce("occurrence", F.lit(0)),
        }
    )
    return _entrants(found.where("version IS NOT NULL"))


# ----------------------------------------------------------------------------------------------------------- events
def entrants_of_events(sources: Sources, agenda: Agenda) -> DataFrame | None:
    """Whom the events of the tick bring in, before `where` is looked at; null profiles bring in an audience."""
    of_profiles = [v for v in agenda.versions if isinstance(v.journey.entry, EventEntry)]
    of_business = [v for v in agenda.versions if isinstance(v.journey.entry, BusinessEvent)]
    found: list[DataFrame | None] = []
    if sources.events is not None and of_profiles:
        found.append(_brought_in(sources.events.where("profile_id IS NOT NULL"), of_profiles))
    if sources.events is not None and of_business and sources.members is not None:
        of_nobody = sources.events.where("profile_id IS NULL").drop("profile_id")
        found.append(_brought_in(_with_members(of_nobody, of_business, sources.members), of_business))
    return union(*found)


def _with_members(events: DataFrame, versions: list[Version], members: DataFrame) -> DataFrame:
    """A row for each member of an audience at the moment of a business event that brings it in."""
    by_type: dict[str, set[str]] = {}
    for version in versions:
        entry = version.journey.entry
        assert isinstance(entry, BusinessEvent)
        by_type.setdefault(entry.event, set()).add(entry.audience)
    pairs = ", ".join(f"{quoted(k)}, array({', '.join(map(quoted, sorted(a)))})" for k, a in by_type.items())
    read = events.withColumn("read_audience", F.explode(F.expr(f"try_element_at(map({pairs}), event_type)")))
    stays = members.select(
        "audience_id", "profile_id", "entered_at", "exited_at", F.col("attributes").alias("enrichment")
    )
    at = F.timestamp_micros("at")
    is_member = (F.col("entered_at") <= at) & (F.col("exited_at").isNull() | (F.col("exited_at") > at))
    # Stays of one profile in an audience don't overlap, so a member comes once for each event.
    return read.join(stays, on=(F.col("read_audience") == F.col("audience_id")) & is_member, how="inner")


def _brought_in(events: DataFrame, versions: list[Version]) -> DataFrame:
    context = _called("event.", "attributes")
    if "enrichment" in events.columns:
        enrichment = _called("audience.", "enrichment")
        context = F.coalesce(F.map_concat(context, enrichment), context, enrichment)
    entered = events.withColumns({"entry_key": F.col("event_id"), "moment": F.col("at"), "context": context})
    reads = "read_audience" if "read_audience" in events.columns else "''"

    def key(version: Version) -> str:
        entry = version.journey.entry
        assert isinstance(entry, EventEntry | BusinessEvent)
        return f"{entry.event}|{entry.audience if isinstance(entry, BusinessEvent) else ''}"

    return _entering(entered, f"concat_ws('|', event_type, {reads})", {v.index: [key(v)] for v in versions}, versions)


def entrants_qualified(stays: DataFrame | None, agenda: Agenda) -> DataFrame | None:
    """Whom memberships that start or end bring in; the entry key keeps the true moment (2.1)."""
    versions = [v for v in agenda.versions if isinstance(v.journey.entry, Qualification)]
    if stays is None or not versions:
        return None
    keys = {}
    for version in versions:
        entry = version.journey.entry
        assert isinstance(entry, Qualification)
        words = ("enter", "exit") if entry.on == "both" else (entry.on,)
        keys[version.index] = [f"{entry.audience}|{word}" for word in words]
    entered = stays.withColumns(
        {
            "entry_key": F.col("stay_key"),
            "moment": F.col("at"),
            "context": _called("audience.", "attributes"),
        }
    )
    return _entering(entered, "concat_ws('|', audience_id, word)", keys, versions)


def _entering(frame: DataFrame, key: str, keys: Mapping[int, Sequence[str]], versions: Sequence[Version]) -> DataFrame:
    """A row for each version that is live at the moment and that what happened enters, by the text `key` of it."""
    by_key: dict[str, list[str]] = {}
    for version in versions:
        closed = "NULL" if version.closed_at is None else f"{version.closed_at}L"
        struct = (
            f"named_struct('version', {version.index}, 'journey_id', {quoted(version.journey.id)}, "
            f"'journey_version', {version.journey.version}, 'published_at', {version.published_at}L, "
            f"'first_published_at', {version.first_published_at}L, 'closed_at', CAST({closed} AS BIGINT))"
        )
        for one in keys[version.index]:
            by_key.setdefault(one, []).append(struct)
    entries = ", ".join(f"{quoted(one)}, array({', '.join(structs)})" for one, structs in by_key.items())
    matching = F.explode(F.expr(f"try_element_at(map({entries}), {key})"))
    joined = frame.select(
        "profile_id", "entry_key", "happened", "moment", "late", "context", matching.alias("entered_version")
    ).select("*", "entered_version.*")
    live = (F.col("published_at") <= F.col("moment")) & (
        F.col("closed_at").isNull() | (F.col("moment") < F.col("closed_at"))
    )
    found = joined.where(live & (F.col("happened") >= F.col("first_published_at")))
    number = F.col("journey_version").cast("string")
    return _entrants(found.withColumns({"instance_id": instance_id(number), "occurrence": F.lit(0)}))


def entrants_by_jump(movers: DataFrame, asked: DataFrame, agenda: Agenda) -> DataFrame:
    """Those who jump from one journey into another, as candidates.

    `asked` has (instance_id, entry_key, version, moment), unique on the key: of whom, and into which version.
    """
    who = movers.select("instance_id", "profile_id").distinct()
    found = asked.join(who, on="instance_id", how="inner").drop("instance_id")  # one profile an instance
    number = by_version([str(version.journey.version) for version in agenda.versions])
    return _entrants(
        found.withColumns(
            {
                "journey_id": by_version([quoted(version.journey.id) for version in agenda.versions]),
                "late": F.lit(None).cast("string"),
                "occurrence": F.lit(0),
                "context": F.lit(None).cast("map<string,string>"),
            }
        ).withColumn("instance_id", instance_id(number.cast("string")))
    )
