"""Airflow finds the timetable here, by the entry point `airflow.plugins`: it takes none that no plugin registers."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin

from parcours.dags.timetable import TickTimetable


class ParcoursPlugin(AirflowPlugin):
    """Registers the timetable."""

    name = "parcours"
    timetables: list[Any] = [TickTimetable]  # noqa: RUF012 - as the class above declares it
