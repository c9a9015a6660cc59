"""The response clocks: when each rung of the escalation table falls due, and which of the overdue ones are done.

All instants are computed once, when a clock starts, and stored with the request; later changes of policy act on
new clocks only. Who is called is decided elsewhere, when a rung is done.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.hours import SupportHours
from bot.policy import Pace, Policy
from bot.support.request import Clock, Due, Rung


def first_clock(policy: Policy, hours: SupportHours, happened_at: datetime) -> Clock:
    """Start the first-response clock of a post; the table is chosen by when the clock starts to run."""
    starts = hours.next_open(happened_at)
    moment = hours.local(starts).time()
    pace = policy.peak if policy.peak_from <= moment < policy.peak_to else policy.calm
    return _clock(pace, policy.first_response, hours, starts, second=False)


def second_clock(policy: Policy, hours: SupportHours, at: datetime) -> Clock:
    """Start the clock of a request that is open again after a first response."""
    return _clock(policy.second, policy.second_response, hours, hours.next_open(at), second=True)


def overdue(clock: Clock, now: datetime) -> tuple[Rung, ...]:
    """Return the rungs that are due at ``now``, lowest first."""
    return tuple([due.step for due in clock.pending if due.at <= now])


def without(clock: Clock, rungs: tuple[Rung, ...], mentioned: tuple[str, ...]) -> Clock:
    """Return the clock with ``rungs`` done and the people ``mentioned`` on the card."""
    return replace(clock, pending=tuple([due for due in clock.pending if due.step not in rungs]), mentioned=mentioned)


def having_called(clock: Clock, people: Iterable[str]) -> Clock:
    """Return the clock having called ``people`` as well."""
    return replace(clock, called=tuple(dict.fromkeys((*clock.called, *people))))


def _clock(pace: Pace, response: int, hours: SupportHours, starts: datetime, *, second: bool) -> Clock:
    rows = (
        (Rung.MENTION, pace.mention),
        (Rung.PAIR, pace.pair),
        (Rung.FALLBACK, pace.fallback),
        (Rung.THREAD, pace.thread),
        (Rung.TEAM, pace.team),
    )
    closing = hours.closing(starts)

    def after(minutes: int) -> datetime:
        end = starts + timedelta(minutes=minutes)
        return end if end < closing else hours.add(starts, timedelta(minutes=minutes))

    pending = [Due(step, after(minutes)) for step, minutes in rows if minutes is not None]
    pending.sort(key=lambda due: due.at)
    return Clock(second=second, started_at=starts, due_at=after(response), pending=tuple(pending))
