"""A finding: what was looked at, how it is, and what to do; never a secret, never what people wrote."""

from dataclasses import dataclass
from enum import StrEnum

MOST_NAMED = 12


class Level(StrEnum):
    """How bad it is: nothing to do, something to know, something that does not work."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: of what (``check``), how it is (``said``), and what to do (``remedy``, "" where that is nothing)."""

    level: Level
    check: str
    said: str
    remedy: str = ""


def ok(check: str, said: str, remedy: str = "") -> Finding:
    """Return that something is as it should be."""
    return Finding(Level.OK, check, said, remedy)


def warning(check: str, said: str, remedy: str) -> Finding:
    """Return that somebody should know something."""
    return Finding(Level.WARNING, check, said, remedy)


def failed(check: str, said: str, remedy: str) -> Finding:
    """Return that something does not work."""
    return Finding(Level.FAILED, check, said, remedy)


def sentence(clause: str) -> str:
    """Return a clause as a sentence on one line."""
    words = " ".join(clause.split()).rstrip(".;")
    return f"{words[:1].upper()}{words[1:]}."


def named(names: list[str]) -> str:
    """Return names as a list of words, no more of them than a line holds."""
    shown = ", ".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED} more"
