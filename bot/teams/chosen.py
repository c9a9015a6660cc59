"""What a message action carries: the message that somebody chose, as Teams sends it, in plain words.

The message is HTML of a foreign hand: it is read as text, never shown as markup, and only as much of it as a request
may hold. Source of the shapes: learn.microsoft.com, "Define message extension action commands", messagePayload.
"""

import re
from collections.abc import Mapping
from html import unescape
from types import MappingProxyType
from typing import Any

from bot.events import Chosen
from bot.ids import GUID
from bot.people import Author
from bot.places import channel_of, root_of, thread

COMMAND = "raise"
LONGEST_HTML = 40_000  # characters; what comes after is beyond any request
LONGEST_ID = 200
_BLOCKS = frozenset(
    (
        "br",
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "blockquote",
        "pre",
        "codeblock",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    )
)
_UNREAD = frozenset({"script", "style", "title", "template", "attachment"})
_MARK = re.compile(  # each part ends at the next angle bracket, so that no text is walked twice
    r"<!--(?:(?!-->).)*(?:-->|\Z)|<[!?][^<>]*>|<(?P<slash>/?)(?P<tag>[a-z][a-z0-9]{0,20})(?![a-z0-9])[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_ALT = re.compile(r"\balt=[\"']([^\"']*)", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def read_chosen(value: Mapping[str, Any], conversation: str, *, is_channel: bool) -> Chosen | None:
    """Return the message that an action's ``value`` carries, None where it carries none."""
    message = _object(value, "messagePayload")
    id_ = _text(message, "id")[:LONGEST_ID]
    if not id_:
        return None
    html = _text(_object(message, "body"), "content")[:LONGEST_HTML].casefold()
    channel = channel_of(conversation)
    root = root_of(conversation) or _text(message, "replyToId")[:LONGEST_ID] or id_
    return Chosen(
        key=f"{channel}|{id_}",
        author=_author(_object(_object(message, "from"), "user")),
        text=_words(_object(message, "body")),
        place=thread(channel, root) if is_channel else "",
        reply="" if id_ == root else id_,
        picture="<img" in html or "<attachment" in html,
    )


def plain(html: str) -> str:
    """Return the words of HTML, a line for each paragraph, item and row, in a time that grows with its length only.

    The standard library's parser takes seconds for some hostile texts of this length, and fails on others.
    """
    said: list[str] = []
    unread, at = "", 0
    html = html[:LONGEST_HTML]
    for mark in _MARK.finditer(html):
        if not unread:
            said.append(unescape(html[at : mark.start()].replace("\n", " ")))
        at = mark.end()
        slash, tag = mark["slash"], (mark["tag"] or "").casefold()
        if tag in _UNREAD:
            unread = ("" if unread == tag else unread) if slash else unread or tag
        elif tag in _BLOCKS and not unread:
            said.append("\n- " if tag == "li" and not slash else "\n")
        elif tag == "emoji" and not unread and (letter := _ALT.search(mark[0])):
            said.append(unescape(letter[1]))
    if not unread:
        said.append(unescape(html[at:].replace("\n", " ")))
    return _LINES.sub("\n", _SPACES.sub(" ", "".join(said))).strip()


def _words(body: Mapping[str, Any]) -> str:
    content = _text(body, "content")
    return plain(content) if _text(body, "contentType") == "html" else content[:LONGEST_HTML].strip()


def _author(user: Mapping[str, Any]) -> Author | None:
    """Return who wrote it; apps, guests of other kinds and the deleted have no Entra id."""
    id_, name = _text(user, "id").casefold(), _text(user, "displayName").strip()
    return Author(id_, name[:LONGEST_ID] or "Somebody") if GUID.fullmatch(id_) else None


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else _NOTHING


def _text(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    return text if isinstance(text, str) else ""


_NOTHING: Mapping[str, Any] = MappingProxyType({})
