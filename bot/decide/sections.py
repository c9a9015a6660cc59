"""Sections of the handbook as forms name and offer them: the likeliest first, and any other by its title."""

from collections.abc import Iterable
from hashlib import sha256

from bot.decide.draft import Draft
from bot.support.handbook import Section, is_section
from bot.support.intake import excerpt
from bot.support.recurrence import Common
from bot.views import Address

MOST = 30  # in one list
LONGEST_MARK = 60  # characters
NAME, TITLE = 80, 50  # characters of a section's name, and of each title in it


def mark(ref: str) -> str:
    """Return how a button names a match: anchors may be as long as headings are."""
    return ref if len(ref) <= LONGEST_MARK else f"#{sha256(ref.encode(errors='replace')).hexdigest()[:16]}"


def choices(draft: Draft, refs: Iterable[str], words: str) -> tuple[tuple[str, str], ...]:
    """Return sections with their names: those of ``refs``, then those whose title shares most of ``words``."""
    some = draft.handbook.sections
    first = {ref: number for number, ref in enumerate(dict.fromkeys(refs))}
    asked = _words(words)
    shared = {one.ref: len(_words(" ".join((one.title, *one.above))) & asked) for one in some}
    likely = sorted(some, key=lambda one: (first.get(one.ref, len(first)), -shared[one.ref]))
    return tuple((mark(one.ref), name(one, _whole(some))) for one in likely[:MOST])


def are_too_many(draft: Draft) -> bool:
    """Say whether one list can't hold all sections."""
    return len(draft.handbook.sections) > MOST


def chosen(draft: Draft, choice: str) -> Section | None:
    """Return the section that a choice, or a button, means."""
    return next((one for one in draft.handbook.sections if mark(one.ref) == choice), None)


def titled(draft: Draft, said: str) -> Section:
    """Return the section that has a title or an anchor; raise ValueError, in words, where that is not one."""
    some = draft.handbook.sections
    same = said.strip().removeprefix("#").casefold()
    found = [one for one in some if one.anchor.casefold() == same]
    found = found or [one for one in some if one.title.casefold() == same]
    if not found:
        raise ValueError(f"The handbook has no section “{excerpt(said, TITLE)}”.")
    if len(found) > 1:
        anchors = ", ".join(excerpt(one.ref, NAME) for one in found[:5])
        raise ValueError(f"{len(found)} sections are called so. Write which by its anchor: {anchors}.")
    return found[0]


def name(section: Section, whole: str = "") -> str:
    """Return what a section is called, with what it stands under, unless that is the ``whole`` handbook."""
    under = section.above[-1:] if section.above != (whole,) else ()
    titles = (*under, section.title)
    return excerpt(" > ".join(excerpt(one, TITLE) for one in titles), NAME)


def link(draft: Draft, ref: str) -> tuple[Address, ...]:
    """Return where a section, or a common request's link, leads; none where that is nowhere."""
    section = draft.handbook.section(ref)
    address = draft.handbook.link(section) if section else ref if "://" in ref else ""
    return (Address("Open section" if section else "Open link", address),) if address else ()


def is_gone(draft: Draft, common: Common) -> bool:
    """Say whether the section that a common request names is not in the handbook, which is known."""
    known = draft.handbook.read_at is not None
    return known and is_section(common.link) and draft.handbook.section(common.link) is None


def _whole(some: tuple[Section, ...]) -> str:
    """Return the title under which all others stand, which says nothing of any of them, "" for none."""
    first = {one.above[:1] or (one.title,) for one in some}
    return first.pop()[0] if len(first) == 1 else ""


def _words(text: str) -> set[str]:
    return {word for word in text.casefold().split() if len(word) > 2}  # noqa: PLR2004 - "is", "of", "zu"
