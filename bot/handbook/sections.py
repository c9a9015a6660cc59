"""Markdown to sections, as GitHub renders and addresses it: what is a heading is decided here, and what is refused.

It must not know where a text comes from, nor what its sections are for. The work is bounded by the text's length: what
a paragraph says is not looked into, only headings are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.decide.unsent import visible
from bot.handbook.anchors import Anchors
from bot.support.handbook import MOST_BYTES, TOO_LARGE, Section

MOST_LINES = 20_000  # what a reader of Markdown needs grows with the lines, up to some 15 µs for each
MOST_SECTIONS = 2_000
LONGEST_LINE = 50_000
LONGEST_HEADING = 250
MOST_IN_HEADINGS = 100_000  # characters in all, since each may take some 40 µs
WHOLE = "Handbook"  # the title of a text without any heading

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_FENCE = re.compile(r"---[ \t]*(?:\r\n?|\n)?")
_FIELD = re.compile(r"[ \t]*(?:#.*|-[ \t].*|[\w.-]+[ \t]*:(?:[ \t].*)?|[ \t]+\S.*|)(?:\r\n?|\n)?")
_BLANKS = re.compile(r"\s+")
_TEXT = frozenset({"text", "code_inline"})


class Unreadable(Exception):  # noqa: N818 - said to whoever keeps the handbook
    """It is no handbook; the text is a clause that says why, and what to do."""


def sections(content: bytes) -> tuple[Section, ...]:
    """Return a handbook's sections in their order; raise Unreadable for what is none.

    What stands before the first heading belongs to none; without any heading all of it is one section, without anchor.
    """
    text = read_text(content)
    lines = _LINE.findall(text)
    _refuse_large(lines)
    start = _front_matter(lines)
    headings = list(_headings("".join(lines[start:])))
    if not headings:
        body = "".join(lines[start:])
        if not visible(body):
            raise Unreadable("it is empty; write its first section")
        return (Section("", WHOLE, "", body),)
    return tuple(_sections(headings, lines[start:]))


def read_text(content: bytes) -> str:
    """Return what a file's bytes say; raise Unreadable for what is no text, or too much of it."""
    if len(content) > MOST_BYTES:
        raise Unreadable(TOO_LARGE)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Unreadable("it is no text in UTF-8; save it as Markdown in UTF-8") from None
    if "\0" in text:
        raise Unreadable("it is no text in UTF-8, but holds zero bytes; save it as Markdown in UTF-8")
    return text.removeprefix("\ufeff")


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading: its level, its lines as [first, last), and its text, of which Setext's may have several lines."""

    level: int
    first: int
    last: int
    text: str


def _sections(headings: list[_Heading], lines: list[str]) -> Iterator[Section]:
    anchors = Anchors()
    above: list[tuple[int, str]] = []
    ends = [heading.first for heading in headings[1:]] + [len(lines)]
    for heading, end in zip(headings, ends, strict=True):
        title = _BLANKS.sub(" ", heading.text).strip()
        while above and above[-1][0] >= heading.level:
            above.pop()
        yield Section(
            anchors.of(heading.text),
            title,
            "".join(lines[heading.first : heading.last]),
            "".join(lines[heading.last : end]),
            tuple(one for _, one in above),
        )
        above.append((heading.level, title))


def _headings(text: str) -> Iterator[_Heading]:
    """Give the headings in which there is something to be seen, those in quotes and lists too; code has none."""
    tokens = _blocks().parse(text)
    found = [at for at, token in enumerate(tokens) if token.type == "heading_open"]
    if len(found) > MOST_SECTIONS:
        raise Unreadable(f"it has more than {MOST_SECTIONS:,} sections; split it")
    said = {at: tokens[at + 1].content[:LONGEST_HEADING] for at in found}
    if sum(map(len, said.values())) > MOST_IN_HEADINGS:
        raise Unreadable("its headings are too long; put what they say below them")
    for at in found:
        place = tokens[at].map
        assert place is not None
        words = "".join(_words(_inline().parseInline(said[at])))
        if visible(words):
            yield _Heading(int(tokens[at].tag[1:]), place[0], place[1], words)


def _words(tokens: list[Token]) -> Iterator[str]:
    """Give what a heading says: of links, emphasis and code their text, of pictures and tags nothing."""
    for token in tokens[0].children or ():
        if token.type in _TEXT:
            yield token.content
        elif token.type == "softbreak":
            yield "\n"


def _refuse_large(lines: list[str]) -> None:
    if len(lines) > MOST_LINES:
        raise Unreadable(f"it has more than {MOST_LINES:,} lines; split it")
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            raise Unreadable(f"its line {number} is longer than {LONGEST_LINE:,} characters; break it")


def _front_matter(lines: list[str]) -> int:
    """Return how many lines at the top GitHub shows as a table, since they are the page's fields in YAML."""
    if not lines or not _FENCE.fullmatch(lines[0]):
        return 0
    for at, line in enumerate(lines[1:], 1):
        if _FENCE.fullmatch(line):
            return at + 1
        if not _FIELD.fullmatch(line):
            break
    return 0


@cache
def _blocks() -> MarkdownIt:
    """Return a reader of blocks that leaves unread what stands in them."""
    return MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])


@cache
def _inline() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("strikethrough")
