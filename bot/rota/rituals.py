"""Rituals: what the rota does at its times of the week, and when each falls due.

What belongs to the pick moves to the working day before a holiday; what belongs to the change of duty to the first
working day of the iteration; on a Tuesday that is a holiday nobody is chased. A moment outside support hours is that
of the next opening, but a ritual's day stays its day.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.hours import SupportHours
from bot.policy import Policy
from bot.rota.presence import DAY, working_days

MONDAY, TUESDAY = -2 * DAY, -DAY  # from the Wednesday of the iteration that is picked
FARTHEST = 14  # days that the pick may move back over holidays


class Ritual(StrEnum):
    """What falls due once for each iteration, in the order of the week."""

    PROPOSE = "propose"
    REMIND = "remind"
    CHASE = "chase"
    CHASE_AGAIN = "chase again"
    STAY = "stay"
    HAND_OVER = "hand over"
    SETTLE = "settle"


OF_THE_PICK = (Ritual.PROPOSE, Ritual.REMIND, Ritual.CHASE, Ritual.CHASE_AGAIN, Ritual.STAY)


def first_day(iteration: date, hours: SupportHours) -> date | None:
    """Return the first working day of an iteration, None where it has none."""
    return next(iter(working_days(iteration, hours)), None)


def rituals(iteration: date, hours: SupportHours, policy: Policy) -> Mapping[Ritual, datetime]:
    """Return when each ritual about the support team of ``iteration`` falls due (UTC), less what is dropped."""
    pick_day = _working_day_before(iteration + MONDAY, hours)
    due = {
        Ritual.PROPOSE: hours.moment(pick_day, policy.propose_at),
        Ritual.REMIND: hours.moment(pick_day, policy.remind_at),
    }
    if hours.is_working_day(iteration + TUESDAY):
        due[Ritual.CHASE] = hours.moment(iteration + TUESDAY, policy.chase_at)
        due[Ritual.CHASE_AGAIN] = hours.moment(iteration + TUESDAY, policy.chase_again_at)
    start = first_day(iteration, hours)
    if start is not None:
        due[Ritual.STAY] = hours.moment(start, policy.decline_by)
        due[Ritual.HAND_OVER] = hours.opening(start)
        due[Ritual.SETTLE] = hours.moment(start, policy.settle_by)
    return due


def _working_day_before(day: date, hours: SupportHours) -> date:
    """Return ``day`` if the desk works on it, else the last working day before it."""
    for number in range(FARTHEST):
        if hours.is_working_day(day - timedelta(days=number)):
            return day - timedelta(days=number)
    return day
