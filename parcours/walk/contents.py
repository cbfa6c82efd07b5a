"""What a message says, as Spark SQL text over the names of expressions, and whether that is too much to be sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from parcours.definition.expressions.terms import quoted
from parcours.definition.steps import Message
from parcours.definition.templates import compile_template

if TYPE_CHECKING:
    from parcours.walk.plan import Version

MOST_BYTES = {"push": 4096}
"""How large the content of a message may be, as JSON in UTF-8 (1.8); a channel that isn't here takes any."""


@dataclass(frozen=True)
class Rendering:
    """Spark SQL text of each field, and of what the fields call `__unsubscribe_url`; they are never null."""

    fields: Mapping[str, str]
    template: str | None
    template_hash: str
    unsubscribe_url: str | None
    uses_now: bool
    """Whether what is said depends on the moment."""
    reads: frozenset[str]
    """What it reads of what may be changed in the tick."""

    @property
    def content(self) -> str:
        """Spark SQL text of all fields, a map of text."""
        return f"map({', '.join(f'{quoted(name)}, {text}' for name, text in self.fields.items())})"


def render(version: Version, step: Message) -> Rendering:
    """The texts of a message's fields; `html` is escaped."""
    of_url = replace(version.scope, extra={"delivery_id": "string"})
    of_fields = replace(version.scope, extra={**version.scope.extra, "unsubscribe_url": "string", **of_url.extra})
    fields, url = written(version, step), version.channels[step.channel].unsubscribe_url
    texts = {name: compile_template(text, of_fields, html=name == "html") for name, text in fields.items()}
    link = compile_template(url, of_url, html=False) if url else None
    compiled = [version.noted(text) for text in (*texts.values(), link) if text is not None]
    return Rendering(
        {name: text.sql for name, text in texts.items()},
        step.template,
        hashlib.sha256(json.dumps(dict(fields), sort_keys=True, ensure_ascii=False).encode()).hexdigest(),
        link.sql if link else None,
        any(text.uses_now for text in compiled),
        frozenset(name for text in compiled for name in version.reads(text)),
    )


def written(version: Version, step: Message) -> Mapping[str, str]:
    """The templates of a message's fields."""
    return version.templates[f"{step.channel}/{step.template}"] if step.template else step.content or {}


def ask_too_large(version: Version, step: Message, rendering: Rendering) -> int | None:
    """Number of the question whether the content is larger than its channel takes; None where it can't be.

    It is asked of every template with a part that depends on data: nobody knows beforehand how long that is.
    """
    most = MOST_BYTES.get(step.channel)
    if most is None or _is_plain_and_fits(written(version, step), most):
        return None
    size = f"octet_length(to_json({rendering.content}))"
    # These are columns of `deliveries`. Here they are bound, the link within the id that it names.
    delivery_id = f"md5(concat_ws('|', instance_id, {quoted(step.id)}))"
    bound = {"__unsubscribe_url": rendering.unsubscribe_url or "''", "__delivery_id": delivery_id}
    for name, text in bound.items():
        if name in size:
            size = f"try_element_at(transform(array({text}), `{name}` -> {size}), 1)"
    return version.ask(
        f"CASE WHEN {size} > {most} THEN 1L ELSE 0L END", uses_now=rendering.uses_now, reads=rendering.reads
    )


def _is_plain_and_fits(fields: Mapping[str, str], most: int) -> bool:
    size = len(json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":")).encode())
    return size <= most and not any("{" in text for text in fields.values())
