"""What a desk decided about itself, with the wiki's values as defaults.

Minutes and hours are of support time unless a comment says otherwise. A change leaves running clocks their times.
``admins`` are Entra ids, ``*_days`` and ``*_months`` real time after which what is personal is erased.
"""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class Language(StrEnum):
    """Languages in which requesters are addressed."""

    ENGLISH = "en"
    GERMAN = "de"


@dataclass(frozen=True, slots=True)
class Pace:
    """When a clock's steps fall due, in support minutes after it started; None where the clock has no such step."""

    mention: int | None
    pair: int | None
    fallback: int | None
    thread: int
    team: int


class Goal(StrEnum):
    """What the pick weighs between coverage and mixing, in an order that is policy."""

    REST = "rest"
    FAIRNESS = "fairness"
    FALLBACK = "fallback"


GOALS = tuple(Goal)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody outside the backend team: a name, and the Entra object id by which they are mentioned, "" if unknown."""

    name: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page to link to: of the documentation, or of the admin panel."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A desk's policy."""

    zone: str = "Europe/Berlin"
    opens: time = time(9)
    closes: time = time(18)
    weekdays: frozenset[int] = frozenset(range(5))
    holiday_country: str = "DE"
    holiday_subdivision: str = "BE"
    peak_from: time = time(16)
    peak_to: time = time(18)
    first_response: int = 5
    calm: Pace = Pace(mention=0, pair=2, fallback=4, thread=5, team=10)
    peak: Pace = Pace(mention=0, pair=1, fallback=3, thread=5, team=10)
    second: Pace = Pace(mention=None, pair=0, fallback=None, thread=15, team=25)
    second_response: int = 15
    next_word: int = 30
    word_lapses: int = 15
    remind_after: int = 4  # hours
    give_up_after: int = 18  # hours
    follow_up_within: int = 15  # real minutes
    ask_again_after: int = 15  # real minutes
    team_call_every: int = 60
    alert_pair: int = 15
    alert_further: int = 30
    storm_over: int = 10  # new alerts within a minute
    alerts_in_channel: bool = False
    language: Language = Language.ENGLISH
    emergency: str = ""
    training: tuple[Contact, ...] = (Contact("Dana"), Contact("Josi"))
    documentation: tuple[Page, ...] = ()
    admin_pages: tuple[Page, ...] = ()
    handbook: str = "https://github.com/liefery/liefery-backend/blob/master/docs/emergency_handbook.md"
    jira_project: str = ""
    slack_channel: str = "#bugsnag-backend"
    admins: tuple[str, ...] = ()
    goals: tuple[Goal, ...] = GOALS
    propose_at: time = time(14)
    remind_at: time = time(17)
    chase_at: time = time(9, 30)
    chase_again_at: time = time(14)
    decline_by: time = time(8, 30)
    settle_by: time = time(10)
    heads_up_at: time = time(15, 55)
    texts_days: int = 90
    names_days: int = 30
    absences_days: int = 30
    shifts_months: int = 12
