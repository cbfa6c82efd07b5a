"""The types of profile columns not seen before: of profiles.yaml, or else of their values."""

from collections.abc import Mapping, Sequence

from pyspark.sql import functions as F

from parcours.jobs.files import MOMENT_OR_STRING, Read
from parcours.transforms.shape import VALUE_TYPES, Shape, value_fits

WIDER = {frozenset({"bigint", "double"}): "double", frozenset({"date", "timestamp"}): "timestamp"}


def new_column_types(
    files: Sequence[tuple[Read, Shape]], known: Mapping[str, str], declared: Mapping[str, str]
) -> dict[str, str]:
    """By column that is not known: the type it gets. One that is all null is a string."""
    found: dict[str, set[str]] = {name: set() for _, shape in files for name in shape.cells if name not in known}
    for read, shape in files:
        open_ones = {name: cell for name, cell in shape.cells.items() if name in found and name not in declared}
        for name, kind in _types_of(read, open_ones).items():
            found[name].add(kind)
    return {name: declared.get(name) or _common(kinds) for name, kinds in found.items()}


def _common(kinds: set[str]) -> str:
    """The type that holds the values of every file."""
    return next(iter(kinds)) if len(kinds) == 1 else WIDER.get(frozenset(kinds), "string")


def _types_of(read: Read, cells: Mapping[str, str]) -> dict[str, str]:
    """By column the type that the file tells, or that all its texts have; none where all is null."""
    told = {name: read.types.get(cell) for name, cell in cells.items()}
    types = {name: kind for name, kind in told.items() if kind not in (None, MOMENT_OR_STRING)}
    open_ones = {name: cell for name, cell in cells.items() if name not in types}
    if not open_ones:
        return {name: str(kind) for name, kind in types.items()}
    tests = []
    for number, (name, cell) in enumerate(open_ones.items()):
        fits = value_fits(F.col(cell), only_moments=told[name] is not None)
        tests += [test.alias(f"t{number}_{kind}") for kind, test in zip(VALUE_TYPES, fits, strict=True)]
    answers = read.frame.agg(*tests).collect()[0].asDict()
    for number, name in enumerate(open_ones):
        of_all = {kind: answers[f"t{number}_{kind}"] for kind in VALUE_TYPES}
        if set(of_all.values()) != {None}:
            types[name] = next((kind for kind, fits_all in of_all.items() if fits_all), "string")
    return {name: str(kind) for name, kind in types.items()}
