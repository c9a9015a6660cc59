"""What requesters read, in English and German: short, calm, without jargon; and times in the desk's zone.

Support's own cards are English; only texts that stand in the desk's channel are here.
"""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.hours import SupportHours
from bot.policy import Language


class Text(StrEnum):
    """The sentences, by name; braces are filled in by ``say``."""

    OR = "or"
    AND = "and"
    WILL_ANSWER = "will answer"
    BACK = "back"
    NOBODY = "nobody"
    NOBODY_BY = "nobody by"
    CALLED_AGAIN = "called again"
    TEAM_CALLED = "team called"
    WAS_DUE = "was due"
    OBSERVER_ANSWERED = "observer answered"
    LOOKING = "looking"
    MORE_BY = "more by"
    SOLVED = "solved"
    CLOSED_BY = "closed by"
    WITHDRAWN = "withdrawn"
    NOT_A_REQUEST = "not a request"
    CLAIM = "claim"
    SOLVE = "solve"
    DISMISS = "dismiss"
    NO_ANSWER = "no answer"
    NO_ANSWER_LATE = "no answer late"
    CALLING = "calling"
    AGAIN = "again"
    AND_ALSO = "and also"
    ALL_TOLD = "all told"
    ASKS = "asks"


_TEXTS = MappingProxyType(
    {
        Language.ENGLISH: MappingProxyType(
            {
                Text.OR: " or ",
                Text.AND: " and ",
                Text.WILL_ANSWER: " will answer by {by}.",
                Text.BACK: "Support is back {at}.",
                Text.NOBODY: "Nobody is on duty. Everyone present has been told.",
                Text.NOBODY_BY: "You should hear from somebody by {by}.",
                Text.CALLED_AGAIN: "No answer yet. We are calling again.",
                Text.TEAM_CALLED: "No answer yet. The whole team has been called.",
                Text.WAS_DUE: "An answer was due by {by}.",
                Text.OBSERVER_ANSWERED: " will follow up by {by}.",
                Text.LOOKING: "{who} is looking into it.",
                Text.MORE_BY: "You'll hear more by {by}.",
                Text.SOLVED: "Solved.",
                Text.CLOSED_BY: "{who}, {at}.",
                Text.WITHDRAWN: "Withdrawn.",
                Text.NOT_A_REQUEST: "Nothing to do here.",
                Text.CLAIM: "I'm looking into it",
                Text.SOLVE: "It's solved",
                Text.DISMISS: "Not a request",
                Text.NO_ANSWER: "No answer yet.",
                Text.NO_ANSWER_LATE: "No answer yet since {since} ({minutes} min).",
                Text.CALLING: " Calling ",
                Text.AGAIN: " again",
                Text.AND_ALSO: ", and ",
                Text.ALL_TOLD: " Everyone present has been told.",
                Text.ASKS: "{who} asks:",
            }
        ),
        Language.GERMAN: MappingProxyType(
            {
                Text.OR: " oder ",
                Text.AND: " und ",
                Text.WILL_ANSWER: " antwortet bis {by}.",
                Text.BACK: "Der Support ist wieder da: {at}.",
                Text.NOBODY: "Gerade hat niemand Dienst. Alle Anwesenden wissen Bescheid.",
                Text.NOBODY_BY: "Jemand meldet sich bis {by}.",
                Text.CALLED_AGAIN: "Noch keine Antwort. Wir rufen noch einmal.",
                Text.TEAM_CALLED: "Noch keine Antwort. Das ganze Team weiß Bescheid.",
                Text.WAS_DUE: "Eine Antwort war bis {by} fällig.",
                Text.OBSERVER_ANSWERED: " meldet sich bis {by}.",
                Text.LOOKING: "{who} schaut es sich an.",
                Text.MORE_BY: "Bis {by} hörst du mehr.",
                Text.SOLVED: "Gelöst.",
                Text.CLOSED_BY: "{who}, {at}.",
                Text.WITHDRAWN: "Zurückgezogen.",
                Text.NOT_A_REQUEST: "Hier ist nichts zu tun.",
                Text.CLAIM: "Ich schaue es mir an",
                Text.SOLVE: "Ist gelöst",
                Text.DISMISS: "Keine Anfrage",
                Text.NO_ANSWER: "Noch keine Antwort.",
                Text.NO_ANSWER_LATE: "Noch keine Antwort seit {since} ({minutes} min).",
                Text.CALLING: " Rufe ",
                Text.AGAIN: " noch einmal",
                Text.AND_ALSO: ", und ",
                Text.ALL_TOLD: " Alle Anwesenden wissen Bescheid.",
                Text.ASKS: "{who} fragt:",
            }
        ),
    }
)

_DAYS = MappingProxyType(
    {
        Language.ENGLISH: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        Language.GERMAN: ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    }
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say(text: Text, language: Language, **values: object) -> str:
    """Return a sentence in ``language`` with its braces filled."""
    return _TEXTS[language][text].format(**values)


def moment(at: datetime, now: datetime, hours: SupportHours, language: Language = Language.ENGLISH) -> str:
    """Return ``at`` as people say it in the desk's zone: the time, with the day when it is not today."""
    there, here = hours.local(at), hours.local(now)
    time = f"{there:%H:%M}"
    if there.date() == here.date():
        return time
    day = _DAYS[language][there.weekday()]
    date = f"{there.day}.{there.month}." if language is Language.GERMAN else f"{there.day} {_MONTHS[there.month - 1]}"
    year = "" if there.year == here.year else str(there.year) if language is Language.GERMAN else f" {there.year}"
    return f"{day} {date}{year}, {time}"


def listed(names: list[str], joint: str) -> str:
    """Return names as one reads them: "A", "A and B", "A, B and C"; ``joint`` stands before the last."""
    return joint.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
