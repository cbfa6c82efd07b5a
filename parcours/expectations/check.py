"""Great Expectations judges a suite: the only file that speaks to its API.

Its import takes seconds: it is made when the first suite is judged, or beforehand beside other work by `warm_up`.
"""

import importlib
import logging
import os
import threading
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from parcours.expectations.suites import Expectation, Suite

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def warm_up() -> threading.Thread:
    """Starts the import in a thread, so that it passes while Spark works."""
    thread = threading.Thread(target=_library, name="import great_expectations", daemon=True)
    thread.start()
    return thread


def failures_of_rows(rows: "DataFrame", suite: Suite) -> tuple[Expectation, ...]:
    """What doesn't hold of the rows of a table. It reads them once, and once more for each key."""
    # Without persist=False it caches all columns of the table first, which costs more than all checks together.
    source = _context().data_sources.add_or_update_spark("rows", persist=False)
    return _failures(source, rows, suite)


def failures_of_figures(figures: Mapping[str, float], suite: Suite) -> tuple[Expectation, ...]:
    """What doesn't hold of figures gathered before, each the one value of its column."""
    import pandas as pd

    source = _context().data_sources.add_or_update_pandas("figures")
    return _failures(source, pd.DataFrame([dict(figures)]), suite)


def _failures(source: Any, frame: Any, suite: Suite) -> tuple[Expectation, ...]:
    if not suite.expectations:
        return ()
    library = _library()
    batch = source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    judged = library.ExpectationSuite(
        name=suite.name, expectations=[_translated(expectation) for expectation in suite.expectations]
    )
    result = batch.get_batch({"dataframe": frame}).validate(judged, result_format="BOOLEAN_ONLY")
    failed = {each.expectation_config.meta["says"] for each in result.results if not each.success}
    return tuple(expectation for expectation in suite.expectations if expectation.says in failed)


def _translated(expectation: Expectation) -> Any:
    known: Any = importlib.import_module("great_expectations.expectations")

    common: dict[str, Any] = {
        "severity": "critical" if expectation.is_error else "warning",
        "meta": {"says": expectation.says},
    }
    first, *others = expectation.columns
    if expectation.kind == "never_null":
        return known.ExpectColumnValuesToNotBeNull(column=first, **common)
    if expectation.kind == "one_of":
        return known.ExpectColumnValuesToBeInSet(column=first, value_set=list(expectation.values), **common)
    if expectation.kind == "greater":
        return known.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=first, column_B=others[0], ignore_row_if="either_value_is_missing", **common
        )
    if expectation.kind == "at_most":
        return known.ExpectColumnValuesToBeBetween(column=first, max_value=expectation.most, **common)
    if others:
        # A null in a key is a value of its own: two rows alike in all parts are one too many.
        return known.ExpectCompoundColumnsToBeUnique(
            column_list=list(expectation.columns), ignore_row_if="never", **common
        )
    return known.ExpectColumnValuesToBeUnique(column=first, **common)


@cache
def _context() -> Any:
    """One that keeps nothing: made once a process, and without the folders for pages that it makes by default."""
    library = _library()
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    in_memory = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = library.get_context(mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=in_memory))
    context.variables.progress_bars = {"globally": False}
    return context


_LOADING = threading.Lock()


def _library() -> Any:
    """Great Expectations, imported; once a process, whichever thread comes first."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with _LOADING:
        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        import great_expectations

        return great_expectations
