"""What a membership that a journey starts or ends makes of a profile's stays in an audience, as Spark SQL text.

Stays are an array of (entered_at, exited_at) in microseconds that don't overlap, in any order.
"""

from __future__ import annotations

STAYS = "array<struct<entered_at:bigint,exited_at:bigint>>"


def stays_after(stays: str, at: str, *, is_added: bool) -> str:
    """Whoever is a member at the moment already, or isn't one, stays as they are."""
    return _with_started(stays, at) if is_added else _with_ended(stays, at)


def _is_current(stay: str, at: str) -> str:
    return f"({stay}.entered_at <= {at} AND ({stay}.exited_at IS NULL OR {stay}.exited_at > {at}))"


def _with_started(stays: str, at: str) -> str:
    """One more stay, open or up to the next that is known, as stays don't overlap."""
    following = f"array_min(transform(filter({stays}, next -> next.entered_at > {at}), next -> next.entered_at))"
    started = f"named_struct('entered_at', {at}, 'exited_at', {following})"
    is_member = f"exists({stays}, own -> {_is_current('own', at)})"
    return f"IF({is_member}, {stays}, concat({stays}, CAST(array({started}) AS {STAYS})))"


def _with_ended(stays: str, at: str) -> str:
    """A stay that began at this moment has no length: it was never there."""
    cut = f"named_struct('entered_at', own.entered_at, 'exited_at', {at})"
    ended = f"transform({stays}, own -> IF({_is_current('own', at)}, CAST({cut} AS {STAYS[6:-1]}), own))"
    return f"filter({ended}, own -> own.exited_at IS NULL OR own.exited_at > own.entered_at)"
