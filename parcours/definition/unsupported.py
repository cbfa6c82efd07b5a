"""What the specification has and this version doesn't do yet. It is refused by name, never ignored."""

from __future__ import annotations

# By the model in which a key would stand.
KEYS: dict[str, frozenset[str]] = {
    "Message": frozenset({"variants", "route"}),
    "ChannelSettings": frozenset({"domain_groups", "routes"}),
    "Channel": frozenset({"domain_groups", "routes"}),
    "Limit": frozenset({"domain_group", "unit"}),
    "RampUp": frozenset({"preset", "hold_if", "domain_groups"}),
}

# Files in the project's folder.
FILES = ("rules.yaml",)


def refusal(name: str) -> str:
    """The message for something that a later version will take."""
    return f"not supported yet: '{name}'"
