"""compile_template: one field of a message, as Spark SQL text of the string that it makes."""

from __future__ import annotations

from jinja2 import Environment, TemplateSyntaxError

from parcours.definition.expressions.compile import Compiled, compiled
from parcours.definition.expressions.names import Names, Scope
from parcours.definition.problems import Mistake
from parcours.definition.templates.blocks import body
from parcours.definition.templates.context import Context
from parcours.definition.templates.slips import syntax_of


class TemplateError(ValueError):
    """A template that can't be used: all that is wrong with it, as (line, what, what to write instead or None)."""

    def __init__(self, problems: list[tuple[int, str, str | None]]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "; ".join(f"line {line}: {what}" + (f" ({rest})" if rest else "") for line, what, rest in problems)
        )


def compile_template(text: str, scope: Scope, *, html: bool) -> Compiled:
    """The field as SQL text that is never null and can't fail on any data; TemplateError if it is wrong.

    Null prints as nothing. With `html`, what is printed is escaped as Jinja's autoescape does.
    """
    context = Context(Names(scope), html)
    try:
        tree = Environment(autoescape=html).parse(text)
        term = context.bounded(body(context, tree.body))
    except TemplateSyntaxError as error:
        raise TemplateError([(error.lineno, *syntax_of(error))]) from None
    except Mistake as mistake:
        context.problems.append((1, mistake.what, mistake.remedy))
    except RecursionError:
        context.problems.append((1, "too deeply nested a template", None))
    if context.problems:
        raise TemplateError(sorted(context.problems, key=lambda problem: problem[0]))
    return compiled(term, context.names)
