"""Lets instances enter another journey."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from parcours.definition.steps.base import StepWithNext
from parcours.definition.values import JourneyId


class Jump(StepWithNext):
    """Lets the profile enter another journey at that moment, by its rules of re-entry, and goes on."""

    type: Literal["jump"]
    journey: JourneyId = Field(description="A journey of this project that events bring people into.")
