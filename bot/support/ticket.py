"""A ticket for another team: what is asked of the tracker, and what became of that.

There is one ticket for a matter. It is known here before the tracker hears of it, so that an attempt whose answer was
lost is found again by its label instead of being made a second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.people import Author

LABEL = "hotseat"  # every ticket's; beside it stands one of its own


class Urgency(StrEnum):
    """How urgent a ticket is, in the words of Jira's own priorities."""

    HIGH = "High"
    MEDIUM = "Medium"
    LOW = "Low"


class Progress(StrEnum):
    """How far a ticket has come.

    UNKNOWN: the tracker may have it, but did not say so, and a person is asked. REFUSED: it never will, as it is.
    GONE: it was deleted in the tracker. One that is done there is held no longer.
    """

    OPENING = "opening"
    UNKNOWN = "unknown"
    OPEN = "open"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a description: its heading, and text of which each line is a paragraph, or its ``links``."""

    heading: str
    text: str = ""
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """What a ticket says: one line, sections, and the page that it is about ("" for none) with that page's title."""

    summary: str
    sections: tuple[Section, ...]
    urgency: Urgency = Urgency.MEDIUM
    about: str = ""
    about_title: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket: ``id`` is ours ("T-3"), ``matter`` the request or alert, ``key`` the tracker's ("EDGE-12").

    ``kin`` are the other alerts whose ticket it is too: those of the matter's kind in a storm.
    ``label`` is its own. ``status`` is the tracker's word for how it stands, ``reason`` why it was refused, in words.
    ``project`` is the tracker's key of the project. ``moved_at`` is when the tracker last said how it stands.
    ``withdrawn`` says that what made it was taken back, ``untold`` that whoever made it is still to be told how it
    stands; ``card`` is the message that told them last, "" for none.
    """

    id: str
    matter: str
    project: str
    label: str
    draft: Wording
    by: Author
    at: datetime
    progress: Progress = Progress.OPENING
    key: str = ""
    url: str = ""
    status: str = ""
    reason: str = ""
    moved_at: datetime | None = None
    withdrawn: bool = False
    untold: bool = False
    card: str = ""
    kin: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        """Say whether anything is still to be heard of it."""
        return self.progress in (Progress.OPENING, Progress.UNKNOWN, Progress.OPEN)

    @property
    def is_gone(self) -> bool:
        """Say whether it was deleted: a matter that has such a one may get another."""
        return self.progress is Progress.GONE

    @property
    def matters(self) -> tuple[str, ...]:
        """Return the request, or all the alerts, whose ticket it is."""
        return (self.matter, *self.kin)

    @property
    def link(self) -> str:
        """Return what names it to its readers: its address, or where that is not known its key."""
        return self.url or self.key


def ticket_of(tickets: Mapping[str, Ticket], matter: str) -> Ticket | None:
    """Return the one ticket of a matter that was not deleted, None for none."""
    return next((one for one in tickets.values() if matter in one.matters and not one.is_gone), None)
