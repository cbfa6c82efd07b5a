"""What a check found."""

from collections.abc import Sequence
from dataclasses import dataclass

# A thousand broken rows have one cause; the first few show it.
SHOWN = 20


@dataclass(frozen=True)
class Finding:
    """One check: what it looked at, in figures, and what is wrong, a line each."""

    name: str
    figures: str
    is_ok: bool
    details: Sequence[str] = ()


def finding(name: str, figures: str, wrong: Sequence[str]) -> Finding:
    """The check is fine where nothing is wrong."""
    more = [f"and {len(wrong) - SHOWN:,} more"] if len(wrong) > SHOWN else []
    return Finding(name, figures, not wrong, (*wrong[:SHOWN], *more))
