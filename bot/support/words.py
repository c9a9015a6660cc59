"""What requesters read, said in the desk's language; and times in the desk's zone, names in a row.

Support's own copies are English; the texts that stand in the desk's channel, or are said to whoever wrote or pressed
there, exist in every language.
"""

from datetime import date, datetime, timedelta

from bot.hours import SupportHours
from bot.policy import Language
from bot.support.texts import DAYS, DEEDS, IF_MENTIONED, MONTHS, REASONS, TEXTS, Text

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def say(text: Text, language: Language, **values: object) -> str:
    """Return a sentence in ``language`` with its braces filled."""
    sentence = TEXTS[language][text]
    return sentence.format(**values) if values else sentence


def heard(text: Text, *, hears_all: bool) -> Text:
    """Return the sentence that asks for a mention too, where one asks for words and nothing else is heard."""
    return text if hears_all else IF_MENTIONED.get(text, text)


def moment(
    at: datetime, now: datetime, hours: SupportHours, language: Language = Language.ENGLISH, *, dated: bool = False
) -> str:
    """Return ``at`` as people say it in the desk's zone: the time, with the day when it is not today or ``dated``."""
    there, here = hours.local(at), hours.local(now)
    time = f"{there.hour:02}:{there.minute:02}"
    if there.date() == here.date() and not dated:
        return time
    day = DAYS[language][there.weekday()]
    if language is Language.GERMAN:
        return f"{day} {there.day}.{there.month}.{'' if there.year == here.year else there.year}, {time}"
    return f"{day} {there.day} {MONTHS[there.month - 1]}{'' if there.year == here.year else f' {there.year}'}, {time}"


def dated(day: date, today: date) -> str:
    """Return a date as support reads it: "Thu 3 Dec", with the year where that is another."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{DAYS[Language.ENGLISH][day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year}"


def done(what: str, language: Language) -> str:
    """Return what somebody did to a request, as a deed keeps it, in ``language``."""
    german = next((said for begin, said in DEEDS.items() if what.startswith(begin)), what)
    return german if language is Language.GERMAN else what


def why(reason: str, language: Language) -> str:
    """Return why something could not be delivered, as it is kept, in ``language``."""
    for english, german in REASONS.items() if language is Language.GERMAN else ():
        reason = reason.replace(english, german)
    return reason


def length(span: timedelta) -> str:
    """Return a span in whole minutes: "12 min", "2 h", "2 h 5 min"."""
    hours, minutes = divmod(span // MINUTE, 60)
    return " ".join(([f"{hours} h"] if hours else []) + ([f"{minutes} min"] if minutes or not hours else []))


def listed(names: list[str], joint: str) -> str:
    """Return names as one reads them: "A", "A and B", "A, B and C"; ``joint`` stands before the last."""
    return joint.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
