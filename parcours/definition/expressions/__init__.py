"""Expressions (specification 1.7): what a user writes, as checked Spark SQL text that can't fail on any data."""

from parcours.definition.expressions.compile import (
    Compiled,
    Expected,
    ExpressionError,
    compile_compared,
    compile_expression,
    compile_value,
)
from parcours.definition.expressions.names import ANY_TEXT, LookedUp, Scope
from parcours.definition.expressions.types import Type, parse_type

__all__ = [
    "ANY_TEXT",
    "Compiled",
    "Expected",
    "ExpressionError",
    "LookedUp",
    "Scope",
    "Type",
    "compile_compared",
    "compile_expression",
    "compile_value",
    "parse_type",
]
