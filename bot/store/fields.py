"""Fields: how one value of the rota is spelt for people, in sheets and in the rota's file alike, and read again.

A reader takes the text and returns the value, or raises ValueError saying what is allowed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TypeVar

from bot.errors import Misconfigured
from bot.ids import EMAIL, EXAMPLE, GUID
from bot.people import WORKING_WEEK, is_name
from bot.rota.iteration import iteration_of
from bot.rota.shift import Role

T = TypeVar("T")

MOST_DIGITS = 6  # of a count
COUNTRY, SUBDIVISION = 2, 3  # letters of codes by ISO 3166
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as somebody wrote it: where it stands ("line 3"), its fields by column, and where those stand."""

    where: str
    fields: Mapping[str, str]
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Problems:
    """All that is wrong with a sheet or file, said at once."""

    found: list[str] = field(default_factory=list)

    def add(self, row: Row, column: str, what: str) -> None:
        """Add what is wrong in one field."""
        self.found.append(f"{row.places.get(column, row.where)}, {column}: {what}")

    def value(self, row: Row, column: str, read: Callable[[str], T]) -> T | None:
        """Return the field as ``read`` reads it; add what is wrong and return None where it can't."""
        try:
            return read(row.fields.get(column, "").strip())
        except ValueError as error:
            self.add(row, column, str(error))
            return None

    def check(self, source: str, remedy: str) -> None:
        """Raise Misconfigured if anything is wrong."""
        if self.found:
            raise Misconfigured("\n".join([f"{source} was not taken:", *self.found, remedy]))


def name(text: str) -> str:
    """Read a name."""
    if not is_name(text):
        raise ValueError("a name on one line is needed")
    return text


def entra_id(text: str) -> str:
    """Read an Entra object id, "" for none."""
    if text and not GUID.fullmatch(text.lower()):
        raise ValueError(f'"{text}" is no Entra object id, such as {EXAMPLE}')
    return text.lower()


def email(text: str) -> str:
    """Read an e-mail address, "" for none."""
    if text and not EMAIL.fullmatch(text):
        raise ValueError(f'"{text}" is no e-mail address')
    return text.lower()


def slack_id(text: str) -> str:
    """Read a Slack user id, "" for none."""
    if text and not text.isalnum():
        raise ValueError(f'"{text}" is no Slack user id, such as U024BE7LH')
    return text


def yes_or_no(*, empty: bool) -> Callable[[str], bool]:
    """Return a reader of yes and no that takes an empty field for ``empty``."""

    def read(text: str) -> bool:
        if text.lower() not in {"yes", "no", ""}:
            raise ValueError(f'"{text}" must be yes or no (empty: {"yes" if empty else "no"})')
        return text.lower() == "yes" if text else empty

    return read


def days(text: str) -> frozenset[int]:
    """Read the weekdays of a shift, such as Mon Tue; empty means all."""
    return _days(text, DAYS)


def working_days(text: str) -> frozenset[int]:
    """Read the weekdays on which somebody works, which weekends are never said to be; empty means all."""
    return _days(text, DAYS[: len(WORKING_WEEK)])


def day(text: str) -> date | None:
    """Read a date, None for none."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text}" must be a date such as 2026-11-25') from None


def iteration(text: str) -> date:
    """Read an iteration: the date of its Wednesday."""
    found = day(text)
    if found is None:
        raise ValueError("the iteration's Wednesday is needed, such as 2026-11-25")
    if found != iteration_of(found):
        raise ValueError(f"{found} is a {found:%A}; an iteration is its Wednesday, here {iteration_of(found)}")
    return found


def iteration_or_none(text: str) -> date | None:
    """Read an iteration, None for none."""
    return iteration(text) if text else None


def place(text: str) -> str:
    """Read a place with public holidays of its own, such as PL or DE BY; "" for none."""
    country, _, part = text.upper().partition(" ")
    if text and not (len(country) == COUNTRY and country.isalpha() and len(part) <= SUBDIVISION):
        raise ValueError(f'"{text}" must be a country and perhaps a part of it, such as PL or DE BY')
    return " ".join(text.upper().split())


def count(text: str) -> int:
    """Read a number of days."""
    if not text.isdecimal():
        raise ValueError(f'"{text}" must be a number of days')
    return int(text)


def title(text: str) -> str:
    """Read a title, on one line."""
    if not text.strip():
        raise ValueError("a title is needed")
    return " ".join(text.split())


def phrases(text: str) -> tuple[str, ...]:
    """Read phrases, which stand on lines of their own, or else between semicolons."""
    parts = text.splitlines() if "\n" in text else text.split(";")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def times(text: str) -> int:
    """Read how often something came, 0 where it is not said."""
    if text and not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise ValueError(f'"{text}" must be a number of times, such as 7')
    return int(text or 0)


def moment(text: str) -> datetime | None:
    """Read a date, at noon in UTC, which is that date everywhere; or an instant with its offset; None for none."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(12), UTC)
    except ValueError:
        pass
    try:
        return instant(text)
    except ValueError:
        raise ValueError(f'"{text}" must be a date such as 2026-11-25, or a time with its offset') from None


def said(text: str) -> str:
    """Read any words."""
    return text


def role(text: str) -> Role:
    """Read a role."""
    try:
        return Role(text.upper())
    except ValueError:
        raise ValueError(f'"{text}" must be SUPPORT, FALLBACK or OBSERVER') from None


def instant(text: str) -> datetime:
    """Read an instant with its offset from UTC; return it in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ValueError(f'"{text}" must be a time with its offset, such as 2026-11-25T09:00:00+01:00')
    return found.astimezone(UTC)


def spell_days(some: frozenset[int]) -> str:
    """Spell weekdays."""
    return " ".join(DAYS[number] for number in sorted(some))


def spell_yes(value: bool) -> str:  # noqa: FBT001 - a value, not a switch
    """Spell yes or no."""
    return "yes" if value else "no"


def spell_day(value: date | None) -> str:
    """Spell a date, "" for none."""
    return value.isoformat() if value else ""


def _days(text: str, allowed: tuple[str, ...]) -> frozenset[int]:
    words = text.replace(",", " ").title().split()
    wrong = [word for word in words if word not in allowed]
    if wrong:
        raise ValueError(f'"{wrong[0]}" must be of {" ".join(allowed)} (empty: all)')
    return frozenset(DAYS.index(word) for word in words) or WORKING_WEEK
