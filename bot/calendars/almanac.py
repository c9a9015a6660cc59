"""What the shell looks up for a desk: its hours with the public holidays, admins, the tree, channels, the handbook."""

from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.calendars.holidays import Countries, CountryNames, public_holidays
from bot.hours import SupportHours
from bot.policy import Policy
from bot.rota.shift import Rota
from bot.state import DeskInfo, Knowledge
from bot.support.handbook import NO_HANDBOOK, Handbook
from bot.support.triage import NO_TREE, Tree

Holidays = Callable[[str, str, int], frozenset[date]]
"""Tells the public holidays of a country, a subdivision of it ("" for none) and a year."""

MOST_POLICIES = 256  # kept by identity, which each reload of a desk makes anew


def no_address(tenant: str, desk: str, person: str, renewed: int) -> str:
    """Know no calendar's address."""
    del tenant, desk, person, renewed
    return ""


def no_project(own: str) -> str:
    """Know no Jira."""
    del own
    return ""


def no_handbook(desk: DeskInfo) -> Handbook:
    """Know no handbook."""
    del desk
    return NO_HANDBOOK


class Almanac:
    """Answers the desk's look-ups; a year's holidays are looked up once."""

    def __init__(
        self,
        admins: frozenset[str],
        days_of: Holidays = public_holidays,
        *,
        triage: Tree = NO_TREE,
        own: Container[tuple[str, str]] = frozenset(),
        address: Callable[[str, str, str, int], str] = no_address,
        jira: Callable[[str], str] = no_project,
        handbook: Callable[[DeskInfo], Handbook] = no_handbook,
    ) -> None:
        """Take the ids and e-mails of those who are admins everywhere, who knows the holidays, and triage's tree.

        ``own`` knows which channels, by tenant and id, are a desk's own by now; ``address`` tells that of a calendar,
        by tenant, desk, person and how often it was renewed. ``jira`` tells the project in which tickets are opened
        for a desk whose policy names one, or "", "" for none; ``handbook`` tells a desk's, as it was last read.
        """
        self._admins = admins
        self._triage = triage
        self._own = own
        self._address = address
        self._jira = jira
        self._handbook = handbook
        self._countries = Countries()
        self._country_names = CountryNames()
        self._days_of = days_of
        self._known: dict[tuple[str, str, int, int, frozenset[str]], tuple[Policy, Knowledge]] = {}

    def knowledge(self, desk: DeskInfo, rota: Rota, now: datetime) -> Knowledge:
        """Return the desk's hours, with the holidays of last, this and the next two years, and all else it needs."""
        places = frozenset([one.holidays for one in rota.people.values() if one.holidays])
        key = (desk.tenant, desk.id, id(desk.policy), now.year, places)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST_POLICIES:
                self._known.clear()
            hours = support_hours(desk.policy, now.year, self._days_of, places)
            address = partial(self._address, desk.tenant, desk.id)
            project = self._jira(desk.policy.jira_project)
            knowledge = Knowledge(
                hours, self._admins, self._triage, self._countries, self._own, self._country_names, address, project
            )
            found = self._known[key] = (desk.policy, knowledge)
        handbook = self._handbook(desk)
        if found[1].handbook is not handbook:
            found = self._known[key] = (desk.policy, replace(found[1], handbook=handbook))
        return found[1]


def support_hours(
    policy: Policy, year: int, days_of: Holidays = public_holidays, places: Iterable[str] = ()
) -> SupportHours:
    """Return a policy's hours with the public holidays around ``year``; raise Misconfigured for an unknown country.

    ``places`` are those of people who have other holidays, such as "PL" or "DE BY".
    """

    def days(country: str, subdivision: str) -> frozenset[date]:
        return frozenset().union(*(days_of(country, subdivision, one) for one in range(year - 1, year + 3)))

    own = days(policy.holiday_country, policy.holiday_subdivision)
    elsewhere = []
    for place in sorted(places):
        country, _, subdivision = place.partition(" ")
        elsewhere.append((place, days(country, subdivision)))
    return SupportHours(ZoneInfo(policy.zone), policy.opens, policy.closes, policy.weekdays, own, tuple(elsewhere))
