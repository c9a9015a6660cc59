"""The handbook: the team's sections of common problems and their solutions, as they were last read.

A value only: where it comes from, and how Markdown becomes sections, is not known here.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.people import Author
from bot.places import quoted

MOST_BYTES = 1_000_000  # of all of it
TOO_LARGE = f"it is larger than {MOST_BYTES // 1_000_000} MB; split it, or move pictures into other files"


@dataclass(frozen=True, slots=True)
class Section:
    """A section: GitHub's ``anchor`` of its heading, its title in plain text, and the titles above it, outermost first.

    ``heading`` and ``body`` are the Markdown itself, line ends included: the heading's own lines, and what stands below
    them up to the next heading of any level.
    """

    anchor: str
    title: str
    heading: str = ""
    body: str = ""
    above: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """Return by what matches name it."""
        return f"#{self.anchor}"


def is_section(ref: str) -> bool:
    """Say whether a match, or a common request's link, names a section."""
    return ref.startswith("#")


@dataclass(frozen=True, slots=True)
class Handbook:
    """A handbook as it was last read.

    ``address`` is where people read it and ``edit_address`` where they edit it, "" for nowhere. ``read_at`` is when it
    was last known to be so, None where it never was read; ``failure`` why not since, in words, "" where it was.
    ``version`` changes with its text. ``proposes`` says that the bot may propose an edit where it is kept.
    """

    address: str = ""
    edit_address: str = ""
    sections: tuple[Section, ...] = ()
    version: str = ""
    read_at: datetime | None = None
    failure: str = ""
    proposes: bool = False

    def section(self, ref: str) -> Section | None:
        """Return the section that a match names, None for one that is not there any more."""
        return next((one for one in self.sections if one.ref == ref), None)

    def link(self, section: Section) -> str:
        """Return the address of a section, "" where the handbook has none."""
        return f"{self.address}#{quoted(section.anchor)}" if self.address else ""


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that somebody proposed where the handbook is kept, until they know what became of it.

    ``key`` is the proposal's, ``section`` as in matches ("" for a new one), ``title`` says in one line what is proposed
    and ``after`` is the new Markdown. ``url`` or ``failure`` says what became of it, once that is known.
    """

    key: str
    by: Author
    section: str
    title: str
    after: str
    at: datetime
    url: str = ""
    failure: str = ""

    @property
    def is_known(self) -> bool:
        """Say whether it is known what became of it."""
        return bool(self.url or self.failure)


NO_HANDBOOK = Handbook()
