"""Makes foreign text harmless to show: which characters may pass, how much of it, and how it stands in a line.

Decides nothing about wording and must not know any card.

The law of inert text:
- Line ends of any kind become a newline, tabs a space. Every other control character (C0, DEL, C1) goes.
- Controls of direction (U+202A-202E, U+2066-2069, U+200E, U+200F, U+061C) go: letters alone give direction.
- Characters without width go (zero-width space, non-joiner and joiner, word joiner, soft hyphen, BOM, tags, …), but
  for a zero-width joiner between two emoji, which makes one picture of them.
- A lone surrogate, which cannot be sent, becomes U+FFFD.
- ``{{DATE(`` and ``{{TIME(``, which a card would compute, get a space between their braces.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bot.views import Line, Link, Mention

ELLIPSIS = "…"
TEXT_FORMAT = "xml"

_PICTURE = "\u00a9\u00ae\u2190-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff"
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_GONE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    f"\ufff9-\ufffb\U000e0000-\U000e0fff]|(?<![{_PICTURE}\ufe0f])\u200d|\u200d(?![{_PICTURE}])"
)
_FUNCTION = re.compile(r"\{\{(?=(?:DATE|TIME)\()")
_LONE = re.compile("[\ud800-\udfff]")
_MARK = re.compile(r"[\\`*_\[\]<>~|@&:.](?:(?<![:.])|(?<=:)(?=//)|(?<=\.)(?=[^\W\d_]))")
_LINE_START = re.compile(r"^ ?(?:[#+\-]|\d+[.)])")
_SPACES = re.compile(r"\s+")
_WIDE = 0xFEE0  # from an ASCII character to its full-width twin
_XML = MappingProxyType({ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"})
_ENTITIES = MappingProxyType({"<": "&lt;", ">": "&gt;", "&": "&amp;"})
_LONGEST_NAME = 100
_LONGEST_MESSAGE = 2000
_MOST_MENTIONS = 20


def inert(text: str) -> str:
    """Return ``text`` without the characters that deceive or cannot be sent, by the law above."""
    if text.isascii() and text.isprintable() and "{{" not in text:
        return text
    text = _GONE.sub("", _LONE.sub("\ufffd", _LINE_END.sub("\n", text)).replace("\t", " "))
    return _FUNCTION.sub("{ {", text)


def cut(text: str, longest: int) -> str:
    """Return ``text`` in at most ``longest`` code points; what was cut ends with an ellipsis."""
    if len(text) <= longest:
        return text
    return text[: max(longest - 1, 0)].rstrip("\u200d\ufe0f \n") + ELLIPSIS


def one_line(text: str, longest: int) -> str:
    """Return ``text`` inert, on one line, in at most ``longest`` code points."""
    return cut(" ".join(inert(text[: 8 * longest]).split()), longest)


def _flat(text: str, longest: int) -> str:
    """Return ``text`` inert, with single spaces where it had any white space, in at most ``longest`` code points."""
    text = inert(text[: 8 * longest])
    return cut(text if text.isprintable() and "  " not in text else _SPACES.sub(" ", text), longest)


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A mention as Teams reads it: the words in the text that stand for it, Entra object id, name."""

    text: str
    id: str
    name: str


def markdown(line: Line, longest: int) -> tuple[str, list[Mentioned]]:
    """Return a line as Markdown in which only its mentions mean anything, the text of a text block, and these."""
    text, mentions = _joined(line, longest, lambda text: _MARK.sub(_escaped, text), lambda _, text: text)
    return _LINE_START.sub(_escaped, text), mentions


def message(line: Line, address: Callable[[str], str]) -> tuple[str, list[dict[str, Any]]]:
    """Return a line as the text of a message in ``TEXT_FORMAT`` and its ``entities``; ``address`` is a thread's.

    Simple XML markup is used, and not Markdown, because everything but mentions is made inert by escaping four
    characters. Source: Microsoft Learn, "Format your bot messages" and "Mentions in bot messages".
    """

    def anchor(link: Link, text: str) -> str:
        return f'<a href="{address(link.place).translate(_XML)}">{text}</a>'

    text, mentions = _joined(line, _LONGEST_MESSAGE, lambda text: text.translate(_XML), anchor)
    return text, [
        {"type": "mention", "text": one.text, "mentioned": {"id": one.id, "name": one.name}} for one in mentions
    ]


def _joined(
    line: Line, longest: int, escape: Callable[[str], str], anchor: Callable[[Link, str], str]
) -> tuple[str, list[Mentioned]]:
    """Join a line's parts; whoever is mentioned twice is one mention, and two of one name are told apart."""
    pieces: list[str] = []
    found: dict[str, Mentioned] = {}
    left = longest
    for part in line.parts:
        if left <= 0:
            break
        if isinstance(part, str):
            text = _flat(part, left)
            pieces.append(escape(text))
        elif isinstance(part, Link):
            text = one_line(part.text, _LONGEST_NAME)
            pieces.append(anchor(part, escape(text)))
        elif part.id in found or len(found) < _MOST_MENTIONS:
            text = _name(part)
            if part.id not in found:
                twins = sum(one.name == text for one in found.values())
                words = f"{text} ({twins + 1})" if twins else text
                found[part.id] = Mentioned(f"<at>{words}</at>", part.id, text)
            pieces.append(found[part.id].text)
        else:
            text = one_line(part.name, _LONGEST_NAME)
            pieces.append(escape(text))
        left -= len(text)
    return "".join(pieces), list(found.values())


def label(text: str, longest: int) -> str:
    """Return ``text`` on one line with whatever is markup as its full-width twin, for where nothing can be escaped."""
    return _LINE_START.sub(_widened, _MARK.sub(_widened, one_line(text, longest))) or "?"


def _widened(mark: re.Match[str]) -> str:
    return mark[0][:-1] + chr(ord(mark[0][-1]) + _WIDE)


def _name(mention: Mention) -> str:
    """Return the name as it stands between the tags."""
    return label(mention.name, _LONGEST_NAME)


def _escaped(mark: re.Match[str]) -> str:
    return _ENTITIES.get(mark[0]) or f"{mark[0][:-1]}\\{mark[0][-1]}"
