"""The types of Spark SQL, as far as a user's expressions meet them: reading, naming, and what two have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from parcours.definition.problems import Mistake, did_you_mean, shown

MOST_DIGITS = 38


@dataclass(frozen=True)
class Type:
    """One type. `str()` is Spark's own text of it; precision and scale are a decimal's."""

    name: str
    precision: int = 0
    scale: int = 0
    key: Type | None = None
    element: Type | None = None
    fields: tuple[tuple[str, Type], ...] = ()

    def __str__(self) -> str:
        if self.name == "decimal":
            return f"decimal({self.precision},{self.scale})"
        if self.name == "array":
            return f"array<{self.element}>"
        if self.name == "map":
            return f"map<{self.key},{self.element}>"
        if self.name == "struct":
            return f"struct<{','.join(f'{name}:{kind}' for name, kind in self.fields)}>"
        return self.name

    @property
    def is_whole(self) -> bool:
        return self.name in WHOLE_DIGITS

    @property
    def is_number(self) -> bool:
        return self.is_whole or self.name in ("decimal", "float", "double")

    @property
    def is_interval(self) -> bool:
        return self.name in INTERVALS

    @property
    def is_moment(self) -> bool:
        return self.name in ("date", "timestamp", "timestamp_ntz")

    @property
    def is_nested(self) -> bool:
        return self.name in ("array", "map", "struct")

    @property
    def said(self) -> str:
        """The type in words, for messages."""
        if self.is_number:
            return f"a number ({self})"
        return SAID.get(self.name, f"a {self.name}")


# Decimal digits that each whole type needs.
WHOLE_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 20}
WIDER = ("tinyint", "smallint", "int", "bigint", "decimal", "float", "double")
INTERVALS = ("interval day", "interval day to second", "interval year to month")
SAID = {
    "string": "text",
    "boolean": "true or false",
    "date": "a date",
    "timestamp": "an instant",
    "timestamp_ntz": "a local time",
    "array": "an array",
    "void": "null",
    "interval day": "an interval",
    "interval day to second": "an interval",
    "interval year to month": "an interval of months",
}

TEXT = Type("string")
TRUTH = Type("boolean")
INT = Type("int")
LONG = Type("bigint")
DOUBLE = Type("double")
FLOAT = Type("float")
DATE = Type("date")
INSTANT = Type("timestamp")
LOCAL_TIME = Type("timestamp_ntz")
DAYS = Type("interval day")
DURATION = Type("interval day to second")
MONTHS = Type("interval year to month")
NULL = Type("void")
BINARY = Type("binary")
# What is wrong has no type, and fits everywhere, so that one mistake is reported once.
UNKNOWN = Type("unknown")

SIMPLE = {
    kind.name: kind for kind in (TEXT, TRUTH, INT, LONG, DOUBLE, FLOAT, DATE, INSTANT, LOCAL_TIME, BINARY, NULL)
} | {"tinyint": Type("tinyint"), "smallint": Type("smallint")}
SPELLINGS = {
    "integer": "int",
    "long": "bigint",
    "short": "smallint",
    "byte": "tinyint",
    "real": "float",
    "bool": "boolean",
    "timestamp_ltz": "timestamp",
}


def array_of(element: Type) -> Type:
    return Type("array", element=element)


def decimal(precision: int, scale: int) -> Type:
    """A decimal, cut to 38 digits as Spark cuts: the fraction gives way first, down to six digits."""
    if precision <= MOST_DIGITS:
        return Type("decimal", precision, scale)
    whole = precision - scale
    return Type("decimal", MOST_DIGITS, max(MOST_DIGITS - whole, min(scale, 6)))


# Types of other languages, by the one of ours that holds them.
TYPES_ELSEWHERE = {
    **dict.fromkeys(("text", "str", "uuid", "json", "object", "enum", "email", "url", "nvarchar"), "string"),
    **dict.fromkeys(("number", "float64", "real", "money", "currency"), "double"),
    **dict.fromkeys(("int64", "uint64"), "bigint"),
    **dict.fromkeys(("int32", "uint32"), "int"),
    **dict.fromkeys(("datetime", "time", "instant", "timestamptz"), "timestamp"),
    **dict.fromkeys(("list", "set", "tuple"), "array<string>"),
    **dict.fromkeys(("dict", "hash"), "map<string,string>"),
}
WITH_COMMA = 'put a type that has commas in quotes: "decimal(10,2)"'


def parse_type(text: str) -> Type:
    """The type that Spark SQL's text of it stands for; Mistake where it is none that expressions can use.

    Words of types are known in any case; names of fields stay as they are written.
    """
    tokens = re.findall(r"`[^`]*`|\w+|[<>(),:]|\S", text)
    reader = _TypeReader(tokens, text)
    found = reader.read()
    if reader.rest:
        is_array = reader.rest == ["[", "]"]
        raise Mistake(f"unknown type: {shown(text)}", f"write array<{found}>" if is_array else None)
    return found


class _TypeReader:
    """Reads one type from the front of `rest`."""

    def __init__(self, tokens: list[str], text: str) -> None:
        self.rest = tokens
        self.text = text

    def take(self, *expected: str) -> str:
        if not self.rest:  # within { } a comma ends the text
            raise Mistake(f"unknown type: {shown(self.text)}", WITH_COMMA)
        if expected and self.rest[0] not in expected:
            raise Mistake(f"unknown type: {shown(self.text)}")
        return self.rest.pop(0)

    def read(self) -> Type:
        name = self.take().lower()
        name = SPELLINGS.get(name, name)
        if name in ("decimal", "dec", "numeric"):
            return self._decimal()
        if name in ("varchar", "char"):
            self._numbers()
            return TEXT
        if name == "array":
            self.take("<")
            element = self.read()
            self.take(">")
            return array_of(element)
        if name == "map":
            self.take("<")
            key = self.read()
            self.take(",")
            value = self.read()
            self.take(">")
            return Type("map", key=key, element=value)
        if name == "struct":
            return self._struct()
        if name not in SIMPLE:
            known = [*SIMPLE, "decimal", "array", "map"]
            meant = f"write {TYPES_ELSEWHERE[name]}" if name in TYPES_ELSEWHERE else did_you_mean(name, known)
            if self.text.count("(") > self.text.count(")") or self.text.count("<") > self.text.count(">"):
                meant = WITH_COMMA
            raise Mistake(f"unknown type: {shown(self.text)}", meant)
        return SIMPLE[name]

    def _numbers(self) -> list[int]:
        numbers: list[int] = []
        if self.rest[:1] == ["("]:
            self.take("(")
            while not numbers or self.take(",", ")") == ",":
                number = self.take()
                if not number.isdigit():
                    raise Mistake(f"unknown type: {shown(self.text)}")
                numbers.append(int(number))
        return numbers

    def _decimal(self) -> Type:
        numbers = self._numbers()
        precision, scale = (*numbers, 0, 0)[:2] if numbers else (10, 0)
        if not 1 <= precision <= MOST_DIGITS or scale > precision or len(numbers) > 2:
            raise Mistake(f"unknown type: {shown(self.text)}", "write decimal(10,2); 38 digits at most")
        return Type("decimal", precision, scale)

    def _struct(self) -> Type:
        self.take("<")
        fields: list[tuple[str, Type]] = []
        while not fields or self.take(",", ">") == ",":
            name = self.take().strip("`")
            if self.rest[:1] == [":"]:
                self.take(":")
            fields.append((name, self.read()))
        return Type("struct", fields=tuple(fields))


def as_decimal(kind: Type) -> Type:
    """The decimal that holds every value of a whole type; a decimal itself."""
    return kind if kind.name == "decimal" else Type("decimal", WHOLE_DIGITS[kind.name], 0)


def common_number(left: Type, right: Type) -> Type:
    """The number type that holds both without loss, or a double where none does."""
    if left.is_whole and right.is_whole:
        return max(left, right, key=lambda kind: WIDER.index(kind.name))
    if left == right:
        return left
    if {left.name, right.name} & {"float", "double"}:
        return DOUBLE
    one, other = as_decimal(left), as_decimal(right)
    scale = max(one.scale, other.scale)
    precision = max(one.precision - one.scale, other.precision - other.scale) + scale
    return Type("decimal", precision, scale) if precision <= MOST_DIGITS else DOUBLE


def common_type(left: Type, right: Type) -> Type | None:
    """The type of a value that is the one or the other; None where there is none."""
    if left == right or right in (UNKNOWN, NULL):
        return left
    if left in (UNKNOWN, NULL):
        return right
    if left.is_number and right.is_number:
        return common_number(left, right)
    names = {left.name, right.name}
    if "string" in names and not (left.is_nested or right.is_nested or "binary" in names):
        return TEXT
    if names in ({"date", "timestamp"}, {"date", "timestamp_ntz"}):
        return right if left == DATE else left
    if names == {"interval day", "interval day to second"}:
        return DURATION
    if names == {"array"}:
        element = common_type(left.element or UNKNOWN, right.element or UNKNOWN)
        return array_of(element) if element else None
    return None


def compared_type(left: Type, right: Type) -> Type | None:
    """The type in which two values are compared: text gives way to whatever stands on the other side."""
    for text, other in ((left, right), (right, left)):
        if text == TEXT and other not in (TEXT, UNKNOWN, NULL):
            if other.is_number:
                return DOUBLE
            return other if other.is_moment or other == TRUTH else None
    if UNKNOWN in (left, right) and (left.is_number or right.is_number):
        return DOUBLE
    return common_type(left, right)


def common_of(kinds: Iterable[Type]) -> Type | None:
    """The common type of several; None where there is none."""

    found: Type | None = NULL
    for kind in kinds:
        found = common_type(found, kind) if found else None
    return found
