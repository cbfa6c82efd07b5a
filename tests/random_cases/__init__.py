"""Random cases, piece by piece: people, journeys, channels, scripts. `tests/cases.py` puts them together."""
