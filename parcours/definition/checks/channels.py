"""One channel of channels.yaml: its expressions, and the template of its unsubscribe_url."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from parcours.definition.channels import BUILT_IN, Channel, RampUp
from parcours.definition.checks.texts import check_expression, check_template
from parcours.definition.expressions import Scope, compile_expression
from parcours.definition.problems import Finding, Loc


def check_channel(channel: Channel, profile: Mapping[str, str] | None, is_longest_given: bool) -> Iterator[Finding]:
    """What is wrong with a channel; its texts see the profile alone."""
    loc = ("channels", channel.name)
    scope = Scope(profile=profile, event=None, audience=None)
    if channel.address is not None and channel.address != BUILT_IN.get(channel.name):
        yield from check_expression(channel.address, scope, "string", (*loc, "address"))
    if channel.consent is not None:
        yield from _check_consent(channel, scope, (*loc, "consent"))
    if channel.unsubscribe_url is not None:
        of_send = Scope(profile=profile, event=None, audience=None, extra={"delivery_id": "string"})
        yield from check_template(channel.unsubscribe_url, of_send, "unsubscribe_url", (*loc, "unsubscribe_url"))
    if channel.ramp_up is not None:
        yield from _check_plan(channel.ramp_up, (*loc, "ramp_up"))
    if is_longest_given and channel.max_deferral is not None and channel.max_deferral <= timedelta(0):
        remedy = "write overflow: drop"
        yield Finding((*loc, "max_deferral"), "a deferral of no time", remedy)
    if is_longest_given and channel.overflow == "drop":
        what = "overflow: drop defers nobody: max_deferral says nothing"
        yield Finding((*loc, "max_deferral"), what, "leave one of them out", is_warning=True, on_key=True)


def _check_consent(channel: Channel, scope: Scope, loc: Loc) -> Iterator[Finding]:
    """A consent that is never 'n' lets everything through: `= 'y'` is true or false."""
    assert channel.consent is not None, "only a consent that is written is judged"
    wrong = list(check_expression(channel.consent, scope, "string", loc))
    yield from wrong
    if all(each.is_warning for each in wrong) and compile_expression(channel.consent, scope).type == "boolean":
        what = "'n' is wanted here of who has refused, and this is true or false: it would refuse nobody"
        yield Finding(loc, what, f"write profile.consents['{channel.name}'], or if(..., 'y', 'n')", is_warning=True)


def _check_plan(ramp_up: RampUp, loc: Loc) -> Iterator[Finding]:
    """A plan in which everybody waits for ever: it can be meant, but hardly ever is."""
    key, plan = ("per_day", ramp_up.per_day) if ramp_up.per_day else ("per_hour", ramp_up.per_hour or ())
    if ramp_up.counts == "sending_days" and 0 in plan:
        what = "a day of 0 never has a send, so the plan stops there"
        yield Finding((*loc, key, plan.index(0)), what, "write counts: calendar_days", is_warning=True)
    elif plan[-1] == 0 and ramp_up.then != "unlimited":
        what = "the plan ends with 0: nothing is ever sent after it"
        yield Finding((*loc, key, len(plan) - 1), what, is_warning=True)
