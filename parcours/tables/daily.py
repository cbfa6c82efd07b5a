"""The tables for analysts, maintained with each tick: counts by UTC day, live instances only."""

from parcours.tables.engine import JOURNEY_ID, JOURNEY_VERSION
from parcours.tables.model import Column, Table

DAY = Column("day", "date", "The UTC day.", nullable=False)


def _count(name: str, description: str) -> Column:
    """A column of counts; 0 where nothing happened, never null."""
    return Column(name, "bigint", description, nullable=False)


JOURNEY_DAILY = Table(
    name="journey_daily",
    grain="a day of a journey version",
    description="inside = the day before + entered + moved_in - completed - exited - failed - timed_out - moved_out.",
    key=("journey_id", "journey_version", "day"),
    columns=(
        JOURNEY_ID,
        JOURNEY_VERSION,
        DAY,
        _count("entered", "Instances that entered."),
        _count("rejected", "Entrants who weren't let in."),
        _count("completed", "Instances that came to the end."),
        _count("exited", "Instances that left before it."),
        _count("failed", "Instances that failed."),
        _count("inside", "Instances inside when the day was over, or so far."),
        _count("timed_out", "Instances whose time was over."),
        _count("moved_in", "Instances that came from another version."),
        _count("moved_out", "Instances that moved to another version."),
    ),
)

STEP_DAILY = Table(
    name="step_daily",
    grain="a day of an outcome at a step, by path and reason",
    description="The rows of step_outcomes, counted.",
    key=("journey_id", "journey_version", "step_id", "outcome", "path", "reason", "day"),
    columns=(
        JOURNEY_ID,
        JOURNEY_VERSION,
        Column("step_id", "string", "The step.", nullable=False),
        Column("outcome", "string", "What happened.", nullable=False),
        Column("path", "string", "Label of the path; null for none."),
        Column("reason", "string", "Why; null where there is no why."),
        DAY,
        _count("count", "Rows of step_outcomes."),
    ),
)

DELIVERY_DAILY = Table(
    name="delivery_daily",
    grain="a day of a journey on a channel and route",
    description="What was asked for, what left, and what became of it: on the day of the send, whenever the feedback "
    "came, so that a rate is of one row. A send counts once in each column, for feedback from its send_at on.",
    key=("channel", "route", "journey_id", "day"),
    columns=(
        Column("channel", "string", "The channel.", nullable=False),
        Column("route", "string", "Sender within the channel; null for its only one."),
        JOURNEY_ID,
        DAY,
        _count("sent", "Sends."),
        _count("deferred", "Messages that were held, each counted when it first was."),
        _count("excluded", "Messages that weren't sent."),
        Column("excluded_by_reason", "map<string,bigint>", "The excluded ones, by reason."),
        _count("delivered", "Sends of the day that were delivered, so far."),
        _count("opened", "Sends of the day that were opened, so far; one opened twice is one."),
        _count("clicked", "Sends of the day in which somebody clicked, so far."),
        _count("bounced", "Sends of the day that bounced, hard or soft, so far."),
        _count("unsubscribed", "Sends of the day by which somebody unsubscribed, so far."),
        _count("complained", "Sends of the day of which somebody complained, so far."),
    ),
)

EXPERIMENT_DAILY = Table(
    name="experiment_daily",
    grain="a day of an arm of an experiment",
    description="Who took the arm on the day, and how many of these did later what the metric names, so that a rate is "
    "of one row. An event counts from after the passage until thirty days after it, each entrant once.",
    key=("journey_id", "journey_version", "step_id", "arm", "day"),
    columns=(
        JOURNEY_ID,
        JOURNEY_VERSION,
        Column("step_id", "string", "The experiment.", nullable=False),
        Column("arm", "string", "Label of the arm; `holdout` for those who took none.", nullable=False),
        DAY,
        _count("entrants", "Instances that came to the experiment on the day and were given the arm."),
        _count("converted", "Of these, those who did so far what the metric names; 0 without a metric."),
    ),
)

DAILY: dict[str, Table] = {table.name: table for table in (JOURNEY_DAILY, STEP_DAILY, DELIVERY_DAILY, EXPERIMENT_DAILY)}
