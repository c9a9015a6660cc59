"""Which texts stand for a section of the handbook, or for a common request, and what each of them weighs.

People ask by a title's words as well as by what its text tells, so each is one, and both together. Markdown's own signs
are taken off; work is bounded whatever a section is like.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.support.handbook import Handbook, Section
from bot.support.recurrence import Common

LONGEST = 4_000  # characters of a section that are looked at
PART = 400  # characters that say one thing
MOST_PARTS = 6
MOST_PHRASES = 20
SIGNS = re.compile(
    r"!?\[([^\]\n]{0,300})\]\([^)\s]{0,500}\)|```\w*|`|^[ \t]*(?:#{1,6}|>|[-*+]|\d{1,3}\.)[ \t]|[*|~]+", re.MULTILINE
)
BLANK = re.compile(r"\s+")
PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that may answer a request: by which name matches tell of it, and its texts, each with its weight."""

    ref: str
    pieces: tuple[tuple[str, float], ...]


def of_handbook(handbook: Handbook) -> tuple[Answer, ...]:
    """Return what stands for each section; of the titles above it the one that tells where it is, if any does."""
    often = Counter(title for section in handbook.sections for title in set(section.above))
    general = {title for title, number in often.items() if 2 * number > len(handbook.sections)}
    return tuple(_of_section(section, general) for section in handbook.sections)


def of_commons(commons: Iterable[Common]) -> tuple[Answer, ...]:
    """Return what stands for each common request: its title, how people ask for it, and its answer."""
    return tuple(
        Answer(
            common.id,
            tuple(
                (text, 1.0)
                for text in (common.title, *common.phrases[:MOST_PHRASES], f"{common.title}. {common.answer[:PART]}")
                if text.strip(". ")
            ),
        )
        for common in commons
    )


def _of_section(section: Section, general: Iterable[str]) -> Answer:
    above = [title for title in section.above if title not in general][-1:]
    title = ": ".join((*above, section.title))[:PART]
    parts = list(_parts(section.body[:LONGEST]))[:MOST_PARTS]
    pieces = [(title, 1.0)]
    pieces += [(text, 1 / len(parts)) for part in parts for text in (part, f"{title}. {part}")]
    return Answer(section.ref, tuple(pieces))


def _parts(body: str) -> Iterator[str]:
    """Yield paragraphs in plain words, short ones together, long ones cut."""
    held = ""
    for paragraph in PARAGRAPH.split(body):
        plain = BLANK.sub(" ", SIGNS.sub(lambda found: found[1] or " ", paragraph)).strip()
        if held and len(held) + len(plain) > PART:
            yield held
            held = ""
        held = f"{held} {plain}".strip()
        while len(held) > PART:
            cut = held.rfind(" ", 0, PART)
            cut = cut if cut > 0 else PART
            yield held[:cut]
            held = held[cut:].strip()
    if held:
        yield held
