"""Expressions (specification 1.7): what a user writes, as checked Spark SQL text that can't fail on any data."""

from parcours.definition.expressions.compile import Compiled, Expected, ExpressionError, compile_expression
from parcours.definition.expressions.names import ANY_TEXT, ANY_TYPE, Scope
from parcours.definition.expressions.types import Type, parse_type

__all__ = [
    "ANY_TEXT",
    "ANY_TYPE",
    "Compiled",
    "Expected",
    "ExpressionError",
    "Scope",
    "Type",
    "compile_expression",
    "parse_type",
]
