"""Spelling: how values that admins type into forms are written and read again.

A reader takes the text and returns the value, or raises ValueError with a sentence that says what is allowed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.decide.requests import addresses
from bot.ids import EMAIL, GUID
from bot.people import WORKING_WEEK, is_name
from bot.policy import Language, Pace, Page
from bot.support.texts import DAYS

WEEK = DAYS[Language.ENGLISH]
STEPS = ("mention", "pair", "fallback", "thread", "team")
MOST_LINES = 40
LONGEST = 3000  # characters of them
_WORKING = (
    ("mondays", "montags"),
    ("tuesdays", "dienstags"),
    ("wednesdays", "weds", "mittwochs"),
    ("thursdays", "donnerstags"),
    ("fridays", "freitags"),
)
_TO = re.compile(r"\s*(?:[-\u2010-\u2015]|\b(?:to|till|until|through|bis)\b)\s*", re.IGNORECASE)
_PAGE = re.compile(r"(.*?)[\s,;:]*(https://\S+)")
_TIME = re.compile(r"(\d{1,2})[:. ]?(\d{2})?")


def word(longest: int = 80) -> Callable[[str], str]:
    """Return a reader of a text on one line."""

    def read(text: str) -> str:
        if len(text) > longest or not text.isprintable():
            raise ValueError(f"at most {longest} characters on one line")
        return text

    return read


def number(least: int, most: int, unit: str) -> Callable[[str], int]:
    """Return a reader of a whole number of ``unit``."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 8 and least <= int(text) <= most):  # noqa: PLR2004
            raise ValueError(f"write a whole number of {unit} from {least} to {most}")
        return int(text)

    return read


def clock(text: str) -> time:
    """Read a time of the day."""
    found = _TIME.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hour > 23 or minute > 59:  # noqa: PLR2004 - of a day
        raise ValueError("write a time from 00:00 to 23:59, such as 09:30")
    return time(hour, minute)


def zone(text: str) -> str:
    """Read the name of a time zone."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(text, available_timezones(), n=2, cutoff=0.4)
        hint = f"; nearest: {' or '.join(near)}" if near else ""
        raise ValueError(f"write a zone such as Europe/Berlin{hint}") from None


def day(text: str) -> date | None:
    """Read a date, None for none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f'"{text[:40]}" must be a date such as 2026-11-25') from None


def days_off(text: str) -> frozenset[int]:
    """Read the days on which somebody never works, such as Fri; return those on which they do."""
    off = _weekdays(text)
    if off >= WORKING_WEEK:
        raise ValueError("leave at least one day of Mon to Fri on which they work")
    return WORKING_WEEK - off


def spell_days_off(working: frozenset[int]) -> str:
    """Spell the days on which somebody never works."""
    return " ".join(WEEK[number] for number in sorted(WORKING_WEEK - working))


def email(text: str) -> str:
    """Read an e-mail address, "" for none."""
    if text and not (EMAIL.fullmatch(text) and text.isprintable() and len(text) <= 150):  # noqa: PLR2004
        raise ValueError(f'"{text[:80]}" is no e-mail address')
    return text.casefold()


def entra_id(text: str) -> str:
    """Read an Entra object id, "" for none."""
    if text and not GUID.fullmatch(text.casefold()):
        raise ValueError(f'"{text[:80]}" is no Entra object id')
    return text.casefold()


def name(text: str) -> str:
    """Read a name."""
    if not is_name(text) or len(text) > 100:  # noqa: PLR2004 - a name's length
        raise ValueError("write a name on one line")
    return text


def pages(text: str) -> tuple[Page, ...]:
    """Read pages, one a line: title, address."""
    found = []
    for line in few_lines(text):
        match = _PAGE.fullmatch(line)
        if match is None or not addresses.is_link(match[2]):
            raise ValueError(f'"{line[:80]}": write one a line, a title and an address that begins with https://')
        found.append(Page(match[1].strip() or match[2].removeprefix("https://")[:60], match[2]))
    return tuple(found)


def spell_pages(some: Iterable[Page]) -> str:
    """Spell pages, one a line."""
    return "\n".join(f"{page.title}, {page.url}" for page in some)


def address(text: str) -> str:
    """Read one address, "" for none."""
    if text and not (addresses.is_link(text) and len(text) <= 500):  # noqa: PLR2004
        raise ValueError("write an address that begins with https://, or nothing")
    return text


def pace(text: str) -> Pace:
    """Read when the five steps of a clock fall due, in minutes, "-" for never."""
    words = text.replace(",", " ").split()
    most = 24 * 60

    def is_allowed(one: str) -> bool:
        return one == "-" or (one.isascii() and one.isdecimal() and len(one) <= len(str(most)) and int(one) <= most)

    wrong = not all(map(is_allowed, words))
    if len(words) != len(STEPS) or wrong or "-" in words[3:]:
        raise ValueError(
            f"write five numbers of minutes, 0 to {most}, for {', '.join(STEPS)}; - for never (not for the last two)"
        )
    mention, pair, fallback, thread, team = [None if one == "-" else int(one) for one in words]
    assert thread is not None
    assert team is not None
    steps = [one for one in (mention, pair, fallback, thread, team) if one is not None]
    if steps != sorted(steps):
        raise ValueError(f"each step comes after the one before: {', '.join(STEPS)}")
    return Pace(mention, pair, fallback, thread, team)


def spell_pace(some: Pace) -> str:
    """Spell when the five steps fall due."""
    steps = (some.mention, some.pair, some.fallback, some.thread, some.team)
    return " ".join("-" if one is None else str(one) for one in steps)


def country(text: str, known: Mapping[str, frozenset[str]], names: Mapping[str, str]) -> str:
    """Read a country's code, "" for no public holidays at all; a name in English, of ``names``, is only hinted at."""
    code = text.upper()
    if code and code not in known:
        near = get_close_matches(text.casefold(), names, n=1, cutoff=0.8)
        hint = f"; nearest: {names[near[0]]}" if near else ""
        raise ValueError(f"write a country's two letters, such as DE, or nothing for no holidays{hint}")
    return code


def subdivision(text: str, code: str, known: Mapping[str, frozenset[str]]) -> str:
    """Read a part of the country ``code``, "" for the whole of it."""
    parts = known.get(code, frozenset())
    found = next((part for part in parts if part.casefold() == text.casefold()), None)
    if text and found is None:
        allowed = f"one of {', '.join(sorted(parts))}, or nothing" if parts else "nothing: no parts of it are known"
        raise ValueError(f"for {code or 'no country'} write {allowed}")
    return found or ""


def lines(text: str) -> list[str]:
    """Return the lines that hold anything."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def few_lines(text: str) -> list[str]:
    """Return the lines that hold anything, of a text that a form can show again."""
    found = lines(text)
    if len(found) > MOST_LINES or len(text) > LONGEST:
        raise ValueError(f"at most {MOST_LINES} lines and {LONGEST} characters, please")
    if not all(line.isprintable() for line in found):
        raise ValueError("there are signs in it that can't be shown; write it anew")
    return found


def _weekdays(text: str) -> frozenset[int]:
    spans = [span.lstrip("-") for span in re.findall(r"[\w-]+", _TO.sub("-", text))]
    return frozenset(day for span in spans if span for day in _span(span))


def _span(text: str) -> range:
    """Return the day that a word names, or those from one to another that a dash parts."""
    words = text.split("-")
    days = [_weekday(word) for word in words if word]
    if len(days) != len(words) or len(days) > 2 or days[0] > days[-1]:  # noqa: PLR2004 - the first and the last
        raise ValueError(f'"{text[:40]}": write each day, or the first and the last, such as Mon-Wed')
    return range(days[0], days[-1] + 1)


def _weekday(word: str) -> int:
    """Return the working day that a word begins to name, in English or German."""
    begun = word.casefold()
    named = [day for day, names in enumerate(_WORKING) for name in names if len(begun) > 1 and name.startswith(begun)]
    if not named:
        raise ValueError(f'"{word[:40]}": write days of {" ".join(WEEK[:5])}')
    return named[0]
