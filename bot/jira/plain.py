"""What a ticket says, fit to leave: nothing secret or personal, nothing invisible, and no longer than Jira takes it."""

import re
from dataclasses import replace

from bot.scrub import scrub
from bot.support.ticket import Section, Wording

LONGEST_SUMMARY = 255  # of Java's characters: what is beyond the basic plane counts twice
MOST_CHARACTERS = 15_000  # of a description: Jira takes 32,767, and wiki markup can double a text
LONGEST_LINK = 2_000
_CUT = "…"
# What XML can't hold, and what turns the direction of the text around it. Of a pair half may be left by a cut.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_HALF = re.compile("[\ud800-\udfff]")
_LINK = re.compile(r"(?i:https?)://[!#-;=?-Z_a-z~]+")  # what no markup has a meaning for


def summary(wording: Wording) -> str:
    """Return a ticket's summary: one line of at most 255 characters, "-" where it says nothing."""
    line = " ".join(_clean(wording.summary).split()) or "-"
    if _length(line) <= LONGEST_SUMMARY:
        return line
    line = line[:LONGEST_SUMMARY]
    while _length(line) >= LONGEST_SUMMARY:
        line = line[:-1]
    return line + _CUT


def sections(wording: Wording) -> tuple[Section, ...]:
    """Return the sections that say anything, the text of all together cut; a link that is none becomes text."""
    left, kept = MOST_CHARACTERS, []
    for section in wording.sections:
        lines = [_clean(section.text)]
        lines += [f"{_clean(title)} {_clean(url)}" for title, url in section.links if not is_link(url)]
        text = "\n".join(line for line in lines if line)
        if len(text) > left:
            text = text[:left] + _CUT
        left = max(left - len(text), 0)
        links = tuple((_one_line(title) or url, url) for title, url in section.links if is_link(url))
        if text.strip() or links:
            kept.append(replace(section, heading=_one_line(section.heading), text=text, links=links))
    return tuple(kept)


def title(wording: Wording) -> str:
    """Return the title of the page that a ticket is about."""
    return _one_line(wording.about_title) or wording.about


def is_link(url: str) -> bool:
    """Say whether an address can stand in a ticket as a link."""
    return len(url) <= LONGEST_LINK and _LINK.fullmatch(url) is not None


def _clean(text: str) -> str:
    return _HALF.sub("\ufffd", _INVISIBLE.sub("", scrub(text)))


def _one_line(text: str) -> str:
    return " ".join(_clean(text).split())[:LONGEST_SUMMARY]


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
