"""What other DAGs can follow: a channel's new batches, a journey that moved.

    from parcours.dags.assets import batches_asset, journey_asset

    with DAG("send_mail", schedule=[batches_asset("shop", "email")]): ...

Without Parcours at hand, `Asset("parcours://shop/batches/email")` is the same one.
"""

from __future__ import annotations

from urllib.parse import quote

from airflow.sdk import Asset, AssetAlias


def prefix(project: str) -> str:
    """What the URIs of a project's assets begin with."""
    return f"parcours://{quote(project, safe='')}"


def batches_asset(project: str, channel: str) -> Asset:
    """Has an event for each tick with batches of the channel; its `extra`: `batch_ids`, `sends`, `until`."""
    return Asset(f"{prefix(project)}/batches/{channel}")


def journey_asset(project: str, journey: str) -> Asset:
    """Has an event for each tick that moved somebody in the journey; its `extra`: `outcomes`, `inside`, `until`."""
    return Asset(f"{prefix(project)}/journeys/{journey}")


def announced(project: str) -> AssetAlias:
    """Under which a run makes those events: an asset declared as an outlet would have one in every run."""
    return AssetAlias(f"parcours {project}")
