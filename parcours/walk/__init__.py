"""What happens to whom and when: a walk in strict order of time over atoms, people alike in all that matters.

Plain Python and numpy. No Spark, no files, no clock of its own: `run(...)` gives the same result for the same input.
"""
