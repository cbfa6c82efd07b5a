"""The command line: every job, and every look at the tables. Only commands that need Spark import it."""

from parcours.jobs.cli.app import main

__all__ = ["main"]
