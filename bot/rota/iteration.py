"""Iterations: Wednesday to the next Tuesday, named by their Wednesday."""

from datetime import date, timedelta

WEDNESDAY = 2


def iteration_of(day: date) -> date:
    """Return the Wednesday that begins the iteration of ``day``."""
    return day - timedelta(days=(day.weekday() - WEDNESDAY) % 7)
