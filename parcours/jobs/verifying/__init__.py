"""Runs the test cases of journeys (specification 1.9), and tells where something else came than was expected."""
