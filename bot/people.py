"""Who people are: backend colleagues as the rota knows them, and whoever wrote a message.

Knows nothing of duty, requests or Teams.
"""

from dataclasses import dataclass
from datetime import date

WORKING_WEEK = frozenset(range(5))  # Monday to Friday, as date.weekday() counts
FORMER = "former colleague"  # who is named no longer: instead of the name, and of the id in shifts
JOINERS = str.maketrans("", "", "\u200c\u200d")  # without width: names in several scripts need them
SOMEBODY = "somebody"  # instead of every name in a request that is closed for long


def is_name(text: str) -> bool:
    """Say whether a text may be somebody's name: on one line, with nothing unseen in it but joiners."""
    seen = text.translate(JOINERS)
    return seen != "" and seen.isprintable()


@dataclass(frozen=True, slots=True)
class Person:
    """A backend colleague.

    ``id`` is the Entra object id in lower case, else the e-mail, else the name: the key under which shifts,
    absences and acts name this person. Only people with an Entra id can be recognised and reached in Teams.
    ``holidays`` names the place whose public holidays are theirs ("PL", "DE BY"), "" for the desk's. ``observed`` is
    the iteration in which somebody new observed; ``waived`` says that they need not, ``again`` that they asked for
    another week of it.
    """

    id: str
    name: str
    entra_object_id: str = ""
    email: str = ""
    slack_user_id: str = ""
    production_access: bool = False
    working_days: frozenset[int] = WORKING_WEEK
    experienced: bool = True
    joined: date | None = None
    left: date | None = None
    holidays: str = ""
    observed: date | None = None
    waived: bool = False
    again: bool = False

    def must_observe(self, iteration: date) -> bool:
        """Say whether the person still has to observe in an iteration, before the first SUPPORT shift."""
        if self.observed is not None:
            return iteration <= self.observed
        return not self.experienced and not self.waived

    def belongs(self, day: date) -> bool:
        """Say whether the person is one of the team on ``day``."""
        return (self.joined is None or self.joined <= day) and (self.left is None or day < self.left)

    def works(self, day: date) -> bool:
        """Say whether ``day`` is one of the person's own days; weekends are nobody's and so not anybody's day off."""
        return day.weekday() not in WORKING_WEEK or day.weekday() in self.working_days


@dataclass(frozen=True, slots=True)
class Author:
    """Whoever wrote or pressed: Entra object id in lower case, and the name that Teams shows."""

    id: str
    name: str
