"""Times and lengths of time on the command line."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from parcours.definition.problems import UserError

At = Annotated[
    str | None,
    typer.Option("--at", metavar="T", help="Logical time, ISO 8601; UTC where it names no zone. Now unless given."),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until", metavar="T", help="End of the tick, ISO 8601; UTC where it names no zone. Now unless given."
    ),
]


def moment(text: str | None, option: str = "--at") -> datetime:
    """The instant that was written; now, in whole seconds, where none was."""
    from parcours.definition.problems import Mistake
    from parcours.definition.times import parse_instant

    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return parse_instant(text, "UTC")
    except Mistake as mistake:
        raise UserError(f"{option}: {mistake}") from None


def length(text: str | None, option: str) -> timedelta | None:
    """The length of time that was written."""
    from parcours.definition.problems import Mistake
    from parcours.definition.times import parse_duration

    if text is None:
        return None
    try:
        return parse_duration(text)
    except Mistake as mistake:
        raise UserError(f"{option}: {mistake}") from None
