"""All commands, in the order in which help lists them. Importing a module registers its own."""

from parcours.jobs.cli import projects, inputs, life, ticks, trials, verifying, looks, versions  # noqa: F401, I001 - the order is the list's
