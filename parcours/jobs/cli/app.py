"""The program `parcours`: what all commands share, and what becomes of their mistakes."""

import errno
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_type_hints

import typer

from parcours.definition.problems import UserError
from parcours.jobs.cli import output
from parcours.jobs.cli.stopping import stopping
from parcours.jobs.leaving import leave

if TYPE_CHECKING:
    from parcours.jobs.places import Places
    from parcours.jobs.store import Store

DONE, FAILED, WRONG, STOPPED = 0, 1, 2, 130
# What the machine refuses is no mistake of ours: what was asked is wrong, or it failed.
OF_THE_MACHINE = dict.fromkeys((errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EROFS), WRONG)
OF_THE_MACHINE |= dict.fromkeys((errno.ENOSPC, errno.EDQUOT), FAILED)
# Typer exports the leaves of what it raises for a wrong command line, not their root.
UsageError: type[Exception] = typer.BadParameter.__bases__[0]

ProjectOption = Annotated[
    Path | None, typer.Option("--project", metavar="DIR", help="The project's folder; here unless given.")
]
WarehouseOption = Annotated[
    str | None, typer.Option("--warehouse", metavar="URI", help="In place of the warehouse of parcours.yaml.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output; all else goes to standard error.")]


class Failed(UserError):
    """What was asked is right, and it failed: exit status 1."""


@dataclass(frozen=True)
class Given:
    """What was given to the command besides its own arguments, before or after its name."""

    folder: Path = Path()
    warehouse: str | None = None
    as_json: bool = False

    def and_then(self, folder: Path | None, warehouse: str | None, as_json: bool) -> "Given":
        """The same with what was given later in its place."""
        return replace(
            self,
            folder=folder if folder is not None else self.folder,
            warehouse=warehouse if warehouse is not None else self.warehouse,
            as_json=as_json or self.as_json,
        )

    def places(self) -> "Places":
        """What parcours.yaml says, for commands that use no other file."""
        from parcours.jobs.places import read_places

        return read_places(self.folder, self.warehouse)

    def store(self) -> "Store":
        """The tables, for commands that use no definition."""
        from parcours.jobs.store import Store

        return Store(self.places())  # type: ignore[arg-type]  # a store uses places alone

    def answer(self, value: object, *lines: str) -> None:
        """Prints the one or the other, as was asked."""
        if self.as_json:
            output.print_json(value)
        else:
            for line in lines:
                output.print_line(line)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")


def _version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        output.print_line(f"parcours {version('parcours')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def parcours(
    context: typer.Context,
    project: ProjectOption = None,
    warehouse: WarehouseOption = None,
    json: JsonOption = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Says which version this is.")
    ] = False,
) -> None:
    """Audience journeys in batch: YAML journeys, Delta tables, exact caps and ramp-ups."""
    context.obj = Given().and_then(project, warehouse, json)
    if context.invoked_subcommand is None:
        output.print_line(context.get_help())


def _common() -> list[Parameter]:
    kinds: dict[str, tuple[Any, Any]] = {
        "project": (ProjectOption, None),
        "warehouse": (WarehouseOption, None),
        "json": (JsonOption, False),
    }
    return [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in kinds.items()
    ]


def _with_common(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """The function as Typer shall see it: `given` is gone, and the options that all commands have are there."""

    def run(context: typer.Context, **values: Any) -> int | None:
        common = (values.pop("project"), values.pop("warehouse"), values.pop("json"))
        context.obj = (context.obj or Given()).and_then(*common)
        if context.invoked_subcommand is not None:
            return None
        return function(context.obj, **values)

    hints = get_type_hints(function, include_extras=True)
    own = [
        parameter.replace(kind=Parameter.KEYWORD_ONLY, annotation=hints[name])
        for name, parameter in list(signature(function).parameters.items())[1:]
    ]
    first = Parameter("context", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    shown = [first, *own, *_common()]
    run.__signature__ = Signature(shown)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    run.__name__, run.__doc__ = function.__name__, function.__doc__
    return run


def command(group: typer.Typer, name: str) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Registers a function (given, **arguments) → exit status; None is 0."""

    def register(function: Callable[..., int | None]) -> Callable[..., int | None]:
        group.command(name)(_with_common(function))
        return function

    return register


def group_command(group: typer.Typer) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Registers what a group of commands does where none of them is named."""

    def register(function: Callable[..., int | None]) -> Callable[..., int | None]:
        group.callback(invoke_without_command=True)(_with_common(function))
        return function

    return register


def status_of(error: UserError) -> int:
    """1 where what was asked is right and failed, else 2."""
    from parcours.jobs.lock import Busy

    return FAILED if isinstance(error, Failed | Busy) else WRONG


def run(argv: Sequence[str] | None = None) -> int:
    """Carries out a command line; returns the exit status."""
    import parcours.jobs.cli.commands  # noqa: F401 - registers the commands

    output.set_up_logging()
    with stopping() as stops:
        try:
            status = typer.main.get_command(app).main(args=argv, prog_name="parcours", standalone_mode=False)
        except UsageError as error:
            return _say_usage(error, argv)
        except UserError as error:
            _say_error(str(error), argv)
            return status_of(error)
        except (Exception, KeyboardInterrupt) as error:
            if not _is_interruption(error):
                if not (isinstance(error, OSError) and error.errno in OF_THE_MACHINE):
                    raise
                _say_error(f"{error.filename or 'writing'}: {error.strerror}", argv)
                return OF_THE_MACHINE[error.errno]
            status = STOPPED
        if status == STOPPED:
            stops.say()
    return int(status or DONE)


def _is_interruption(error: BaseException) -> bool:
    """Whether Ctrl-C is behind it: Spark cancels its jobs then, and what reaches us may be their failure."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, KeyboardInterrupt):
        seen = seen.__cause__ or seen.__context__
    return seen is not None


def _say_usage(error: Any, argv: Sequence[str] | None) -> int:
    context = error.ctx
    path = context.command_path if context else "parcours"
    _say_error(f"{path}: {error.format_message().rstrip('.')} (try: {path} --help)", argv)
    return WRONG


def _say_error(text: str, argv: Sequence[str] | None) -> None:
    output.note(text)
    if "--json" in (sys.argv if argv is None else argv):
        output.print_json({"error": text})


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """The entry point of the program."""
    leave(run(argv))
