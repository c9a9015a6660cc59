"""A description as Jira Data Center has it: wiki markup, in which foreign text stays text.

A backslash takes a sign's meaning away, but not its own (two of them are a new line), and letters have none to take:
what it can't do is written as a number (&#92;). Source: jira.atlassian.com, "Text Formatting Notation Help".
"""

import re
from collections.abc import Iterable

from bot.support.ticket import Section

_SIGN = r"[*_+?^~|%{}\[\]()!#@]|(?<!\w)-|-(?!\w)"
_LETTER = r"\\|&(?=#?\w+;)|:(?=//)|(?<=mailto):|:(?=[DPpdoO])|(?<!\S)[hHbB](?=[1-6q]\.)"
_IN_LINKS = str.maketrans("[]|", "()/")  # there even an escaped bracket may be the last
_MARKUP = re.compile(f"(?P<sign>{_SIGN})|(?P<letter>{_LETTER})")


def text(sections: Iterable[Section]) -> str:
    """Return sections as wiki markup: each a heading, a paragraph for each line, and a list of its links."""
    return "\n\n".join(part for section in sections for part in _parts(section))


def escaped(line: str) -> str:
    """Return a line that is shown as it is, whatever is in it."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}" if found["sign"] else f"&#{ord(found[0])};", line)


def _parts(section: Section) -> list[str]:
    lines = [line.strip() for line in section.text.splitlines()]
    parts = [escaped(line) for line in lines if line]
    if section.heading:
        parts.insert(0, f"h3. {escaped(section.heading)}")
    if section.links:
        parts.append("\n".join(f"* [{escaped(title.translate(_IN_LINKS))}|{url}]" for title, url in section.links))
    return parts
