"""Iterations: Wednesday to the next Tuesday, named by their Wednesday."""

from datetime import date, timedelta

WEDNESDAY = 2


def iteration_of(day: date) -> date:
    """Return the Wednesday that begins the iteration of ``day``."""
    return day - timedelta(days=(day.weekday() - WEDNESDAY) % 7)


def working_days(iteration: date) -> tuple[date, ...]:
    """Return the iteration's days in order: Wednesday, Thursday, Friday, Monday, Tuesday."""
    return tuple(iteration + timedelta(days=offset) for offset in (0, 1, 2, 5, 6))
