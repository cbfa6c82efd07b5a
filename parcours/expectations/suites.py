"""What must hold of a table or a load before it counts, as plain lists; `check.py` has them judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from parcours.expectations.rules import Rule
from parcours.tables import Table

Kind = Literal["never_null", "one_of", "unique", "greater", "at_most"]


@dataclass(frozen=True)
class Expectation:
    """One thing that must hold of `columns`; where it is no error, it is a warning."""

    says: str
    kind: Kind
    columns: tuple[str, ...]
    values: tuple[str, ...] = ()
    most: float = 0
    is_error: bool = True


@dataclass(frozen=True)
class Suite:
    """What must hold together."""

    name: str
    expectations: tuple[Expectation, ...]


def table_suite(table: Table) -> Suite:
    """What a table says of its rows: never null, closed lists, one row a key, in order of time."""
    expectations = [
        Expectation(f"{column.name} is never null", "never_null", (column.name,))
        for column in table.columns
        if not column.nullable
    ]
    expectations += [
        Expectation(f"{column.name} is one of {', '.join(column.values)}", "one_of", (column.name,), column.values)
        for column in table.columns
        if column.values
    ]
    expectations.append(Expectation(f"{', '.join(table.key)}: one row each", "unique", table.key))
    if table.name == "audience_members":
        expectations.append(Expectation("exited_at is after entered_at", "greater", ("exited_at", "entered_at")))
    if table.name == "ticks":
        expectations.append(Expectation("until is after from", "greater", ("until", "from")))
    return Suite(table.name, tuple(expectations))


def load_suite(table: Table, rules: Sequence[Rule]) -> Suite:
    """What must hold of a load's figures: no row breaks a rule. The figures are the rules' reasons."""
    expectations = (Expectation(rule.reason, "at_most", (rule.reason,), is_error=rule.is_error) for rule in rules)
    return Suite(f"load {table.name}", tuple(expectations))


def figures_suite(name: str, bounds: dict[str, float]) -> Suite:
    """What the business adds, judged on figures gathered while writing: each figure is at most its bound."""
    return Suite(name, tuple(Expectation(says, "at_most", (says,), most=most) for says, most in bounds.items()))
