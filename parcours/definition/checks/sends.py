"""A message step: its channel, what it says, and the rules for marketing email (specification 1.8, RFC 8058)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parcours.definition.channels import Channel
from parcours.definition.checks.known import Known
from parcours.definition.checks.texts import check_expression, check_template, message_scope, names_in
from parcours.definition.contents import FIELDS, NESTED, place_of_field, written_content
from parcours.definition.drafts import Draft
from parcours.definition.expressions import Scope
from parcours.definition.problems import Finding, Loc, did_you_mean, one_of
from parcours.definition.steps import Message

# Without any of these a message of the channel says nothing, to people at least: a push may be for the app alone.
BODIES = {
    "email": ("html", "text"),
    "push": ("title", "body"),
    "sms": ("body",),
    "mms": ("body", "media"),
    "whatsapp": ("body", "template", "media"),
}


def check_send(step: Message, loc: Loc, draft: Draft, known: Known, scope: Scope) -> Iterator[Finding]:
    """What is wrong with a message where the journey says it. Template files are checked in their own place."""
    channel = None
    if known.channels is not None:
        if step.channel not in known.channels:
            yield from check_channel_name(step.channel, (*loc, "channel"), known)
            return
        channel = known.channels[step.channel]
    if step.address is not None:
        yield from check_expression(step.address, scope, "string", (*loc, "address"))
    if channel is not None:
        yield from _check_channel(step, loc, channel)
    if step.content is not None:
        yield from _check_content(step, loc, channel, scope)
    elif f"{step.channel}/{step.template}" not in known.templates:
        yield _missing_template(step, loc, known)


def check_channel_name(name: str, loc: Loc, known: Known) -> Iterator[Finding]:
    """Channels are built in, or declared."""
    if known.channels is not None and name not in known.channels:
        yield Finding(loc, f"no channel '{name}'", did_you_mean(name, known.channels) or "declare it in channels.yaml")


def check_consents(draft: Draft, known: Known) -> Iterator[Finding]:
    """Marketing by a channel that asks for no consent: meant by few, and seen by nobody. Once a channel."""
    told: set[str] = set()
    for place, step in draft.steps:
        if not isinstance(step, Message) or step.category != "marketing" or step.channel in told:
            continue
        channel = (known.channels or {}).get(step.channel)
        if channel is not None and channel.consent is None:
            told.add(step.channel)
            what = f"marketing by channel '{channel.name}', which has no consent: it goes to who has refused, too"
            remedy = f"write consent: profile.consents['{channel.name}'] in channels.yaml"
            yield Finding(("steps", place, "channel"), what, remedy, is_warning=True)


def _check_channel(step: Message, loc: Loc, channel: Channel) -> Iterator[Finding]:
    if channel.address is None and step.address is None:
        what = f"channel '{channel.name}' has no address: everybody is excluded, no_address"
        yield Finding((*loc, "channel"), what, "write address in channels.yaml, or here", is_warning=True)
    if is_marketing_email(step) and channel.unsubscribe_url is None:
        what = f"channel '{channel.name}' has no unsubscribe_url, which a marketing email needs"
        yield Finding((*loc, "channel"), what, "write unsubscribe_url in channels.yaml")


def _missing_template(step: Message, loc: Loc, known: Known) -> Finding:
    of_channel = [name.partition("/")[2] for name in known.templates if name.startswith(f"{step.channel}/")]
    file = f"templates/{step.channel}/{step.template}.yaml"
    remedy = did_you_mean(str(step.template), of_channel) or f"write {file}"
    return Finding((*loc, "template"), f"no template '{step.template}' of channel '{step.channel}'", remedy)


def _check_content(step: Message, loc: Loc, channel: Channel | None, scope: Scope) -> Iterator[Finding]:
    fields, here = step.content or {}, (*loc, "content")
    places = {field: (*here, *place_of_field(written_content(fields), field)) for field in fields}
    yield from check_fields(step.channel, fields, here, places)
    for field, text in fields.items():
        yield from check_template(text, message_scope(scope), field, places[field])
    yield from check_unsubscribe(step, channel, fields, here, places)


def is_marketing_email(step: Message) -> bool:
    """Whether it is under the rules for one-click unsubscribing."""
    return step.channel == "email" and step.category == "marketing"


def check_fields(channel: str, fields: Mapping[str, str], loc: Loc, places: Mapping[str, Loc]) -> Iterator[Finding]:
    """Fields that the channel doesn't know, and a warning where there is none that says anything."""
    known = FIELDS.get(channel)
    for field in fields:
        outer = field.partition(".")[0]
        if known is not None and (outer not in known or (outer != field and outer not in NESTED)):
            remedy = did_you_mean(field, known) or f"{channel} has {', '.join(known)}"
            yield Finding(places[field], f"unknown field '{field}'", remedy, on_key=True)
    bodies = BODIES.get(channel, ())
    if bodies and not any(body in fields for body in bodies):
        yield Finding(loc, f"no {one_of(bodies)}: the message says nothing", is_warning=True)
    elif channel == "email" and "subject" not in fields:
        yield Finding(loc, "no subject", is_warning=True)


def check_unsubscribe(
    step: Message, channel: Channel | None, fields: Mapping[str, str], loc: Loc, places: Mapping[str, Loc]
) -> Iterator[Finding]:
    """A marketing email lets one unsubscribe in html and in text; whoever uses the name must have it."""
    if is_marketing_email(step) and not {"html", "text"} & fields.keys():
        yield Finding(loc, "a marketing email without unsubscribe_url", "write html with a link to it")
    for field, text in fields.items():
        names = names_in(text)
        if names is None:
            continue  # its syntax error has been told
        if "unsubscribe_url" not in names:
            if is_marketing_email(step) and field in ("html", "text"):
                what = "a marketing email without unsubscribe_url"
                yield Finding(places[field], what, "link to {{ unsubscribe_url }}")
        elif channel and channel.unsubscribe_url is None and not is_marketing_email(step):
            what = f"unsubscribe_url is unknown: channel '{channel.name}' has none"
            yield Finding(places[field], what, "write unsubscribe_url in channels.yaml")
