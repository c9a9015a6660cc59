"""Who people are: backend colleagues as the rota knows them, and whoever wrote a message.

Knows nothing of duty, requests or Teams.
"""

from dataclasses import dataclass
from datetime import date

WORKING_WEEK = frozenset(range(5))  # Monday to Friday, as date.weekday() counts
FORMER = "former colleague"  # who is named no longer: instead of the name, and of the id in shifts
SOMEBODY = "somebody"  # instead of every name in a request that is closed for long


@dataclass(frozen=True, slots=True)
class Person:
    """A backend colleague.

    ``id`` is the Entra object id in lower case, else the e-mail, else the name: the key under which shifts,
    absences and acts name this person. Only people with an Entra id can be recognised and reached in Teams.
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
