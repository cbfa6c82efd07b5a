"""From each class of step to its move: what it asks about people, and where it sends those who arrive.

Adding a step type: a class in `definition/steps/`, and here a module with one function registered on `plan_step`.
"""

from __future__ import annotations

from parcours.walk.steps import experiment as experiment  # whose move is that of a split
from parcours.walk.steps.base import Move as Move
from parcours.walk.steps.base import plan_step as plan_step
from parcours.walk.steps.condition import Condition as Condition
from parcours.walk.steps.end import End as End
from parcours.walk.steps.jump import Jump as Jump
from parcours.walk.steps.listen import Listen as Listen
from parcours.walk.steps.lookup import Lookup as Lookup
from parcours.walk.steps.message import Message as Message
from parcours.walk.steps.profile_cap import Cap as Cap
from parcours.walk.steps.split import Split as Split
from parcours.walk.steps.updates import Update as Update
from parcours.walk.steps.wait import Wait as Wait
