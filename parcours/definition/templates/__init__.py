"""Templates (specification 1.8): Jinja, compiled from its own syntax tree to Spark SQL text."""

from parcours.definition.templates.compile import TemplateError, compile_template

__all__ = ["TemplateError", "compile_template"]
