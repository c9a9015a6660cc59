"""The response clocks: when each step of the escalation table falls due, and which of the overdue ones are done.

All instants are computed once, when a clock starts, and stored with the request; later changes of policy act on
new clocks only. Who is called is decided elsewhere, when a step is sent.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.hours import SupportHours
from bot.policy import Pace, Policy
from bot.support.request import Clock, Due, Step


def first_clock(policy: Policy, hours: SupportHours, happened_at: datetime) -> Clock:
    """Start the first-response clock of a post; the table is chosen by when the clock starts to run."""
    runs_from = hours.next_open(happened_at)
    moment = hours.local(runs_from).time()
    pace = policy.peak if policy.peak_from <= moment < policy.peak_to else policy.calm
    return _clock(pace, policy.first_response, hours, happened_at, second=False)


def second_clock(policy: Policy, hours: SupportHours, at: datetime) -> Clock:
    """Start the clock of a request that is open again after a first response."""
    return _clock(policy.second, policy.second_response, hours, at, second=True)


def overdue(clock: Clock, now: datetime) -> tuple[Step, ...]:
    """Return the steps that are due at ``now``, lowest first."""
    return tuple(due.step for due in clock.pending if due.at <= now)


def without(clock: Clock, steps: tuple[Step, ...], called: tuple[str, ...]) -> Clock:
    """Return the clock with ``steps`` done, having called the people ``called`` as well."""
    return replace(
        clock,
        pending=tuple(due for due in clock.pending if due.step not in steps),
        called=tuple(dict.fromkeys(clock.called + called)),
    )


def _clock(pace: Pace, response: int, hours: SupportHours, at: datetime, *, second: bool) -> Clock:
    rows = (
        (Step.MENTION, pace.mention),
        (Step.PAIR, pace.pair),
        (Step.FALLBACK, pace.fallback),
        (Step.THREAD, pace.thread),
        (Step.TEAM, pace.team),
    )
    pending = [Due(step, hours.add(at, timedelta(minutes=minutes))) for step, minutes in rows if minutes is not None]
    return Clock(
        second=second,
        started_at=hours.next_open(at),
        due_at=hours.add(at, timedelta(minutes=response)),
        pending=tuple(sorted(pending, key=lambda due: due.at)),
    )
