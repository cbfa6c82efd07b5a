"""What other DAGs follow."""

from parcours.dags.assets import batches_asset, journey_asset


def test_a_channels_batches_and_a_journey_have_an_asset_each_by_project() -> None:
    assert batches_asset("shop", "email").uri == "parcours://shop/batches/email"
    assert journey_asset("shop", "weekly").uri == "parcours://shop/journeys/weekly"


def test_a_name_that_is_no_part_of_a_uri_is_quoted() -> None:
    assert batches_asset("The Shop", "email").uri == "parcours://The%20Shop/batches/email"


def test_the_asset_is_the_one_that_its_uri_alone_names() -> None:
    from airflow.sdk import Asset

    assert batches_asset("shop", "email") == Asset("parcours://shop/batches/email")
