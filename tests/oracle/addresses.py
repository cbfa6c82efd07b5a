"""What makes an address well-formed, and two addresses the same (1.4, 2.5)."""

from __future__ import annotations

import re

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
PHONE = re.compile(r"\+[0-9]{7,15}")
PHONE_CHANNELS = ("sms", "mms", "whatsapp")
DEFAULT_ADDRESS = {
    "email": "profile.email",
    "push": "profile.push_token",
    **dict.fromkeys(PHONE_CHANNELS, "profile.phone"),
}
"""Where a built-in channel finds the address when channels.yaml doesn't say."""


def is_well_formed(channel: str, address: str) -> bool:
    """An email has one @, no space and a dotted domain; a phone is E.164; any other isn't empty."""
    if channel == "email":
        return EMAIL.fullmatch(address) is not None
    if channel in PHONE_CHANNELS:
        return PHONE.fullmatch(address) is not None
    return address != ""


def comparable(channel: str, address: str) -> str:
    """The address as it is compared: an email without case, any other as it is written."""
    return address.lower() if channel == "email" else address


def domain(address: str) -> str | None:
    """@example.com of an email; None of what has no @."""
    return "@" + address.rsplit("@", 1)[1] if "@" in address else None
