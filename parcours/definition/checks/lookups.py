"""Lookups: their names, and the keys that they look up."""

from __future__ import annotations

from collections.abc import Iterator

from parcours.definition.drafts import Draft
from parcours.definition.expressions import ExpressionError, Scope, compile_expression
from parcours.definition.problems import Finding, Loc
from parcours.definition.steps import Lookup

TAKEN = ("profile", "event", "audience", "journey", "unsubscribe_url", "delivery_id")


def check_lookup(step: Lookup, loc: Loc, draft: Draft, scope: Scope) -> Iterator[Finding]:
    """What is wrong with a lookup."""
    others = [other.as_ for _, other in draft.steps if isinstance(other, Lookup) and other is not step]
    if step.as_ in TAKEN or step.as_ in others:
        what = "is a name of its own" if step.as_ in TAKEN else "stands twice"
        yield Finding((*loc, "as"), f"'{step.as_}' {what}", "give the lookup another name")
    for column, text in step.key.items():
        here = (*loc, "key", column)
        try:
            compiled = compile_expression(text, scope)
        except ExpressionError as error:
            yield from (Finding(here, what, remedy) for what, remedy in error.problems)
            continue
        if compiled.uses_now:
            yield Finding(here, "a key that depends on the moment", "look up by what the profile or the event says")
