"""What the shell looks up for a desk: its support hours, with the public holidays, and who the admins are."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from bot.errors import Misconfigured
from bot.hours import SupportHours
from bot.policy import Policy
from bot.state import DeskInfo, Knowledge


class Almanac:
    """Answers the desk's look-ups; a year's holidays are computed once."""

    def __init__(self, admins: frozenset[str]) -> None:
        """Take the ids and e-mails of those who are admins everywhere."""
        self._admins = admins
        self._known: dict[tuple[int, int], tuple[Policy, Knowledge]] = {}

    def knowledge(self, desk: DeskInfo, now: datetime) -> Knowledge:
        """Return the desk's hours, with the holidays of last, this and the next two years, and the admins."""
        key = (id(desk.policy), now.year)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = (desk.policy, Knowledge(support_hours(desk.policy, now.year), self._admins))
        return found[1]


def support_hours(policy: Policy, year: int) -> SupportHours:
    """Return a policy's hours with the public holidays around ``year``; raise Misconfigured for an unknown country."""
    days: set[date] = set()
    for one in range(year - 1, year + 3):
        days |= _holidays(policy.holiday_country, policy.holiday_subdivision, one)
    return SupportHours(ZoneInfo(policy.zone), policy.opens, policy.closes, policy.weekdays, frozenset(days))


@lru_cache(maxsize=256)
def _holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError:
        message = f"policy: no public holidays are known for {country} {subdivision}; use a code such as DE and BE"
        raise Misconfigured(message) from None
