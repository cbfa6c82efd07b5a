"""The tables that the engine writes: specification 3, "Written by the engine", our further columns at the end."""

from parcours.tables.model import Column, Table
from parcours.tables.sources import TEXT_MAP

COUNT_MAP = "map<string,bigint>"

JOURNEY_ID = Column("journey_id", "string", "The journey.", nullable=False)
JOURNEY_VERSION = Column("journey_version", "int", "The version of the journey.", nullable=False)
INSTANCE_ID = Column("instance_id", "string", "The passage through the journey: a published digest.", nullable=False)
PROFILE_ID = Column("profile_id", "string", "The person.", nullable=False)
MODE = Column(
    "mode",
    "string",
    "Live, or a trial that sends nothing; of its rows tick_until is where the last committed tick ended.",
    nullable=False,
    values=("live", "test", "dry_run"),
)
TICK_UNTIL = Column(
    "tick_until",
    "timestamp",
    "End of the tick that wrote the row (UTC); it counts once ticks has that tick.",
    nullable=False,
)

OUTCOMES = (
    "entered",
    "rejected",
    "moved",
    "passed",
    "waiting",
    "deferred",
    "sent",
    "excluded",
    "completed",
    "exited",
    "timed_out",
    "failed",
)

JOURNEY_VERSIONS = Table(
    name="journey_versions",
    grain="a published version of a journey",
    description="The definition is stored whole: files may change, a tick runs what was published.",
    key=("journey_id", "version"),
    columns=(
        JOURNEY_ID,
        Column("version", "int", "The version, as its author numbered it.", nullable=False),
        Column(
            "state",
            "string",
            "Where it stands in its life; whether the journey is paused is told by `pauses`.",
            nullable=False,
            values=("live", "closed", "finished", "stopped"),
        ),
        Column("definition", "string", "The journey with its templates, as canonical JSON.", nullable=False),
        Column("definition_hash", "string", "SHA-256 of it without name, description and tags.", nullable=False),
        Column("published_at", "timestamp", "Logical time from which it holds (UTC).", nullable=False),
        Column("closed_at", "timestamp", "From when on nobody enters (UTC); null while open."),
        Column("ended_at", "timestamp", "When it was stopped, or when the last one inside left (UTC)."),
        Column(
            "insiders",
            "string",
            "What became of those inside earlier versions; null for a journey's first version.",
            values=("stay", "move", "exit"),
        ),
        Column(
            "pauses",
            "string",
            "The journey's pauses that began while this was its newest version, as JSON: "
            "[{from, until, mode: hold or discard, cut: true where resume or stop ended it}]; null for none.",
        ),
    ),
)

JOURNEY_INSTANCES = Table(
    name="journey_instances",
    grain="one profile's passage through a journey",
    description="Where everybody stands, and how each passage ended.",
    key=("instance_id",),
    # Who has ended is never read again by a tick, and never rewritten.
    partitioned_by=("status",),
    skipped_by=("entered_at", "due_at", "tick_until"),
    columns=(
        INSTANCE_ID,
        JOURNEY_ID,
        JOURNEY_VERSION,
        PROFILE_ID,
        Column("entry_key", "string", "What brought it in: an occurrence's instant, an event's id.", nullable=False),
        Column("entered_at", "timestamp", "When it entered (UTC).", nullable=False),
        Column(
            "status",
            "string",
            "Inside, or how it ended.",
            nullable=False,
            values=("active", "completed", "exited", "failed", "timed_out"),
        ),
        Column("reason", "string", "Why it ended so, where there is a why."),
        Column("step_id", "string", "Where it stands, or stood at its last row.", nullable=False),
        Column("due_at", "timestamp", "When it goes on by itself (UTC); null once ended."),
        Column("ended_at", "timestamp", "When it ended (UTC); null while inside."),
        Column(
            "context",
            TEXT_MAP,
            "What it brings along: event.<name>, audience.<name>, lookup.<as>, sent.<step> of messages before a move.",
        ),
        MODE,
        TICK_UNTIL,
        Column("sequence", "int", "Number of its next row of step_outcomes.", nullable=False),
        Column("arrived_at", "timestamp", "When it came to the step where it stands (UTC)."),
        Column("wakes_at", "timestamp", "When it goes on by itself (UTC), were there no timeout and no ends_at."),
        Column("is_deferred", "boolean", "True where the message at which it stands has its deferred row."),
        Column(
            "held", "string", "What holds it besides its due_at; null for nothing.", values=("limit", "journey_paused")
        ),
        Column("queue", "string", "Channel for whose room it waits; null where it waits for none."),
        Column(
            "occurrence", "int", "Number of the occurrence within the version by which it entered; null for others."
        ),
        Column("queue_order", "string", "Its place in that queue: smaller goes first; null where it waits for none."),
    ),
)

STEP_OUTCOMES = Table(
    name="step_outcomes",
    grain="something that happened to an instance at a step",
    description="All that ever happened, numbered within each instance in the order in which it did.",
    key=("instance_id", "sequence"),
    partitioned_by=("occurred_date",),
    skipped_by=("occurred_at", "tick_until"),
    columns=(
        JOURNEY_ID,
        JOURNEY_VERSION,
        INSTANCE_ID,
        PROFILE_ID,
        Column("step_id", "string", "Where it happened; entry and end are steps too.", nullable=False),
        Column("step_type", "string", "Type of that step.", nullable=False),
        Column("outcome", "string", "What happened.", nullable=False, values=OUTCOMES),
        Column("path", "string", "Label of the path that was taken, or variant that was sent."),
        Column("reason", "string", "Why, where there is a why."),
        Column("occurred_at", "timestamp", "When it happened (UTC).", nullable=False),
        Column("sequence", "int", "Order within the instance, from 0.", nullable=False),
        MODE,
        TICK_UNTIL,
        Column("occurred_date", "date", "UTC day of occurred_at.", nullable=False),
    ),
)

DELIVERIES = Table(
    name="deliveries",
    grain="one send",
    description="What was handed over for sending, as it was rendered.",
    key=("delivery_id",),
    partitioned_by=("send_date",),
    skipped_by=("send_at", "tick_until"),
    columns=(
        Column("delivery_id", "string", "The send: a published digest of instance and step.", nullable=False),
        Column("batch_id", "string", "The file that it stands in: delivery_batches.batch_id."),
        Column("channel", "string", "The channel.", nullable=False),
        Column("route", "string", "Sender within the channel; null for its only one."),
        Column("address", "string", "Where it goes.", nullable=False),
        PROFILE_ID,
        JOURNEY_ID,
        JOURNEY_VERSION,
        INSTANCE_ID,
        Column("step_id", "string", "The message step.", nullable=False),
        Column("category", "string", "What kind of message.", nullable=False, values=("marketing", "transactional")),
        Column("template", "string", "Name of the template; null where the content stands in the journey."),
        Column("template_hash", "string", "SHA-256 of the template that was rendered."),
        Column("variant", "string", "Variant of a content experiment; null for none."),
        Column("content", TEXT_MAP, "The rendered fields by name."),
        Column("send_at", "timestamp", "When it is sent (UTC).", nullable=False),
        Column("queued_at", "timestamp", "When it first came to the message (UTC).", nullable=False),
        Column("send_date", "date", "UTC day of send_at.", nullable=False),
        TICK_UNTIL,
        Column("unsubscribe_url", "string", "Link for one-click unsubscription; null for transactional messages."),
    ),
)

DELIVERY_BATCHES = Table(
    name="delivery_batches",
    grain="one file of deliveries",
    description="A batch is complete once its row is here.",
    key=("batch_id",),
    columns=(
        Column("batch_id", "string", "Digest of what the batch holds.", nullable=False),
        Column("channel", "string", "The channel.", nullable=False),
        Column("route", "string", "Sender within the channel; null for its only one."),
        Column("row_count", "bigint", "Deliveries in the file.", unit="rows", nullable=False),
        Column("first_send_at", "timestamp", "Earliest send_at in it (UTC).", nullable=False),
        Column("last_send_at", "timestamp", "Latest send_at in it (UTC).", nullable=False),
        Column("path", "string", "The file, relative to the project's folder, or a full URI.", nullable=False),
        Column("format", "string", "How it is written.", nullable=False, values=("jsonl", "csv", "parquet")),
        Column("sha256", "string", "SHA-256 of the file.", nullable=False),
        Column("state", "string", "Whether it was taken.", nullable=False, values=("sealed", "acknowledged")),
        TICK_UNTIL,
    ),
)

PROFILE_UPDATES = Table(
    name="profile_updates",
    grain="a column set by a journey",
    description="Merged into profiles after the tick commits; a later load of the column wins.",
    key=("instance_id", "step_id", "column"),
    skipped_by=("updated_at", "tick_until"),
    columns=(
        PROFILE_ID,
        Column("column", "string", "Column of profiles.", nullable=False),
        Column("value", "string", "What it was set to, as text; null for nothing."),
        Column("former_value", "string", "What stood there before, as text."),
        Column("updated_at", "timestamp", "When (UTC).", nullable=False),
        INSTANCE_ID,
        Column("step_id", "string", "The step that set it.", nullable=False),
        TICK_UNTIL,
        Column("sequence", "int", "Number of the step's row in step_outcomes: the order within the instance."),
        Column("source_value", "string", "What the source said then, as text, where profiles stand elsewhere."),
    ),
)

TICKS = Table(
    name="ticks",
    grain="a committed tick",
    description="The commit: what a tick wrote counts from the moment its row stands here.",
    key=("until",),
    columns=(
        Column("from", "timestamp", "Where it began (UTC), excluded but for the very first.", nullable=False),
        Column("until", "timestamp", "Where it ended (UTC), included.", nullable=False),
        Column("source_versions", COUNT_MAP, "Delta version at which each source was read."),
        Column("counts", COUNT_MAP, "How many of what, by name."),
        Column("definition_hashes", TEXT_MAP, "SHA-256 by file of what held for this tick."),
        Column("table_versions", COUNT_MAP, "Delta version of each table after the tick."),
        Column("committed_at", "timestamp", "Wall clock at the commit (UTC).", nullable=False),
        Column("duration_s", "double", "How long it took.", unit="seconds"),
        Column("parcours_version", "string", "Version of Parcours that ran it."),
        Column("cap_counts", COUNT_MAP, "Places taken so far, by profile cap."),
        Column("window_counts", COUNT_MAP, "Sends so far in the windows that are still open, by limit."),
        Column("occurrence_counts", COUNT_MAP, "Occurrences that ran so far, by journey version."),
        Column("last_occurrences", TEXT_MAP, "Instant of the last occurrence that ran, by journey."),
        Column("sending_days", TEXT_MAP, "Where each ramp-up's plan stands, by channel."),
    ),
)

SPREAD_ENTRIES = Table(
    name="spread_entries",
    grain="a member of a read whose moment of entry is still to come",
    description="Reads with a rate or waves settle everybody's moment at the occurrence; here they wait for it.",
    key=("instance_id",),
    columns=(
        INSTANCE_ID,
        JOURNEY_ID,
        JOURNEY_VERSION,
        PROFILE_ID,
        Column("entry_key", "string", "The occurrence's instant.", nullable=False),
        Column("enter_at", "timestamp", "When it is admitted or rejected (UTC).", nullable=False),
        Column("occurrence", "int", "Number of the occurrence within the version."),
        Column("context", TEXT_MAP, "What it brings along; null for a read."),
        TICK_UNTIL,
    ),
)

ENGINE: dict[str, Table] = {
    table.name: table
    for table in (
        JOURNEY_VERSIONS,
        JOURNEY_INSTANCES,
        STEP_OUTCOMES,
        DELIVERIES,
        DELIVERY_BATCHES,
        PROFILE_UPDATES,
        TICKS,
        SPREAD_ENTRIES,
    )
}
