"""What Spark says of a user's own SQL, as one line for the user."""

import re

PLACE = re.compile(r"\bline (\d+),? pos")
# The first names the error by its class, and what comes behind SQLSTATE is for programs; no project may set ANSI off.
CLASS = re.compile(r"^\s*\[[A-Z0-9_.]+\]\s*")
STATE = re.compile(r"\s*SQLSTATE:.*", re.DOTALL)
BYPASS = re.compile(r'\s*If necessary set "spark\.sql\.ansi\.enabled" to "false" to bypass this error\.')


def one_line(error: Exception) -> str:
    """`line 2: Division by zero. Use …`, of an error of Spark's; the line is that of the SQL, where Spark tells it."""
    text = str(error)
    place = PLACE.search(text)
    said = BYPASS.sub("", STATE.sub("", CLASS.sub("", text)))
    told = next((line.strip() for line in said.splitlines() if line.strip()), type(error).__name__)
    return (f"line {place[1]}: " if place else "") + told.removesuffix(".")
