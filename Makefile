# Everything that is done with this repository. `make` alone lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install demo test test-fast check format bench kills retail clean

PYTHON ?= python3
VENV := .venv
# Of pyproject.toml, to work on it.
EXTRAS := dev,airflow
BIN := $(VENV)/bin
# Held to mypy's strictest.
ROOMS := parcours/tables parcours/definition parcours/walk parcours/transforms parcours/dags
# What has been installed, as of which pyproject.toml: to run, and to work on it.
RUNS := $(VENV)/.runs
INSTALLED := $(VENV)/.installed

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do \
		printf '  make %-10s %s\n' "$$name" "$$what"; done

install: $(INSTALLED) ## everything into .venv: Spark, Airflow and the tools (nothing where it is there already)

demo: $(RUNS) ## a month of journeys over a generated population, in ./demo
	$(BIN)/parcours demo

test: $(INSTALLED) ## the whole suite, by two workers
	$(BIN)/pytest --numprocesses 2 --dist loadgroup

test-fast: $(INSTALLED) ## what needs neither Spark nor Airflow, in seconds
	$(BIN)/pytest -q -m 'not spark and not airflow and not slow'

check: $(INSTALLED) ## formatting, lint, types, imports between rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(ROOMS)
	$(BIN)/lint-imports

format: $(INSTALLED) ## formats, and mends what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(INSTALLED) ## how fast, on this machine (long; results stand in benchmarks/)
	for file in benchmarks/bench_*.py; do $(BIN)/python "$$file"; done

kills: $(INSTALLED) ## a tick killed at a hundred moments (long)
	PARCOURS_KILLS=100 $(BIN)/pytest --numprocesses 2 tests/jobs/test_kills.py

retail: $(INSTALLED) ## a year of a real shop, a tick a day (long; needs ../shared/data/online_retail.parquet)
	PARCOURS_RETAIL=daily $(BIN)/pytest -ra --log-cli-level=INFO --durations=3 tests/retail

clean: ## takes away what tools and the demo left; .venv stays
	rm -rf demo build dist spark-warehouse metastore_db derby.log
	rm -rf .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"Python 3.11 or later is needed, and $(PYTHON) is older (name another: make PYTHON=python3.12 ...)")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

# Spark wants Java 17. Where the machine has none, the `jre` extra brings one.
define install_with
	extras='$(1)'; java="$${JAVA_HOME:+$$JAVA_HOME/bin/}java"; \
	version=$$("$$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' || true); \
	[ "$${version:-0}" -ge 17 ] || extras="$${extras:+$$extras,}jre"; \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable ".$${extras:+[$$extras]}"
	touch $@
endef

$(RUNS): pyproject.toml | $(BIN)/uv
	$(call install_with,)

$(INSTALLED): pyproject.toml | $(BIN)/uv
	$(call install_with,$(EXTRAS))
	touch $(RUNS)
