"""What people and programs see: answers on standard output, everything else on standard error."""

import datetime as dt
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer

WIDEST = 1000
GATEWAY = ("java_gateway", "clientserver")
LOGGER = logging.getLogger("parcours")


def print_line(text: str = "") -> None:
    """One line of an answer."""
    typer.echo(text)


def note(text: str) -> None:
    """Something beside the answer: a warning, a mistake, progress."""
    typer.echo(text, err=True)


def print_json(value: object) -> None:
    """The whole answer for a program."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_as_json))


def _as_json(value: object) -> object:
    from parcours.definition.times import iso

    if isinstance(value, dt.datetime):
        return iso(value)
    return str(value)


def print_table(headers: Sequence[str], rows: Sequence[Sequence[object]], *, title: str | None = None) -> None:
    """Columns: drawn by Rich on a terminal, plain and aligned elsewhere. Numbers stand to the right."""
    cells = [[_shown(cell) for cell in row] for row in rows]
    is_number = [
        bool(rows) and all(isinstance(row[n], int | float | None) for row in rows) for n in range(len(headers))
    ]
    if sys.stdout.isatty():
        _print_rich(headers, cells, is_number, title)
        return
    if title:
        print_line(title)
    widths = [max(len(row[n]) for row in [list(headers), *cells]) for n in range(len(headers))]
    for row in [list(headers), *cells]:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, is_number, strict=True)
        ]
        print_line("  ".join(padded).rstrip())


def _print_rich(headers: Sequence[str], cells: list[list[str]], is_number: list[bool], title: str | None) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for header, right in zip(headers, is_number, strict=True):
        table.add_column(header, justify="right" if right else "left", no_wrap=True)
    for row in cells:
        table.add_row(*(escape(cell) for cell in row))
    # As wide as it is: an id that is folded can't be copied, and the terminal wraps long lines by itself.
    Console(width=WIDEST).print(table)


def _shown(cell: object) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


# ---------------------------------------------------------------------------------------------------------- progress
def set_up_logging() -> None:
    """What the jobs log goes to standard error, a line each with its time."""
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    _use(_Lines())
    logging.getLogger().addFilter(_is_not_of_the_gateway)


def _is_not_of_the_gateway(record: logging.LogRecord) -> bool:
    """What Spark's gateway logs for a command that Ctrl-C broke off is raised as well, where it matters."""
    return record.module not in GATEWAY


def _use(handler: logging.Handler) -> None:
    LOGGER.handlers[:] = [handler]


class _Lines(logging.Handler):
    """Plain lines, for files and pipes."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))

    def emit(self, record: logging.LogRecord) -> None:
        note(self.format(record))


class _Stage(logging.Handler):
    """Shows the last thing that was said beside a spinner; warnings stay on the screen."""

    def __init__(self, show: Callable[[str], None], keep: Callable[[str], None]) -> None:
        super().__init__()
        self.show, self.keep = show, keep

    def emit(self, record: logging.LogRecord) -> None:
        (self.keep if record.levelno >= logging.WARNING else self.show)(record.getMessage())


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """On a terminal a spinner with the stage that runs, elsewhere the log's lines; gives what prints a lasting line.

    Lasting lines are for terminals alone: elsewhere the log has them already.
    """
    if not sys.stderr.isatty():
        yield lambda line: None
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)

    def keep(line: str) -> None:
        console.print(escape(line), highlight=False, soft_wrap=True)

    with console.status(escape(what)) as status:
        _use(_Stage(lambda text: status.update(escape(f"{what}: {text}")), keep))
        try:
            yield keep
        finally:
            _use(_Lines())
