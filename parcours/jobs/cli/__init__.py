"""The command line: every job and every look at the tables by a word. Spark is imported by the commands that need it."""

from parcours.jobs.cli.app import main

__all__ = ["main"]
