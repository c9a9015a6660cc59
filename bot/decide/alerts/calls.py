"""Whom an alert that nobody has calls, and when: the pair, then a further fallback, else the team channel.

Its clock counts support hours. Nobody is called outside them, when away, or twice about the same.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.decide.draft import Draft
from bot.decide.reach import may_hear
from bot.people import Person
from bot.support.words import MINUTE

GRACE = MINUTE
TEAM = "team"  # instead of a person, for a call in the team channel


def clock(draft: Draft, at: datetime) -> tuple[datetime, datetime]:
    """Return when the pair, and when a further fallback, is called about what was triggered at ``at``.

    What is heard of late waits a minute all the same: what people did about it in Slack comes just behind it.
    """
    soonest, policy = draft.hours.add(draft.now, GRACE), draft.policy
    pair, further = (draft.hours.add(at, minutes * MINUTE) for minutes in (policy.alert_pair, policy.alert_further))
    return max(pair, soonest), max(further, soonest)


def due(
    draft: Draft, pair_at: datetime | None, further_at: datetime | None, called: tuple[str, ...]
) -> tuple[str, ...]:
    """Return whom a clock calls now, TEAM for the team channel, less those whom it has called."""
    duty = draft.duty(draft.now)
    if further_at is not None and further_at <= draft.now:
        further = (*duty.further, *duty.leaving)
        team = () if further or not draft.desk.team_channel else (TEAM,)
        return (*_new(draft, (*duty.responders, *further), called), *team)
    if pair_at is not None and pair_at <= draft.now:
        return _new(draft, duty.responders, called)
    return ()


def left(draft: Draft, at: datetime | None) -> datetime | None:
    """Return a moment of a clock if it is still to come."""
    return at if at is not None and at > draft.now else None


def _new(draft: Draft, people: Iterable[Person], called: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one.id for one in people if one.id not in called and may_hear(draft, one.id))
