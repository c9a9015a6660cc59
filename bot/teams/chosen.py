"""What a message action carries: the message that somebody chose, as Teams sends it, in plain words.

The message is HTML of a foreign hand: it is read as text, never shown as markup, and only as much of it as a request
may hold. Source of the shapes: learn.microsoft.com, "Define message extension action commands", messagePayload.
"""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
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
    ("p", "div", "li", "ul", "ol", "tr", "table", "blockquote", "pre", "codeblock", "h1", "h2", "h3", "h4", "h5", "h6")
)
_UNREAD = frozenset({"script", "style", "title", "template", "attachment"})
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def read_chosen(value: Mapping[str, Any], conversation: str, *, is_channel: bool) -> Chosen | None:
    """Return the message that an action's ``value`` carries, None where it carries none."""
    message = _object(value, "messagePayload")
    id_ = _text(message, "id")[:LONGEST_ID]
    if not id_:
        return None
    channel = channel_of(conversation)
    root = root_of(conversation) or _text(message, "replyToId")[:LONGEST_ID] or id_
    return Chosen(
        key=f"{channel}|{id_}",
        author=_author(_object(_object(message, "from"), "user")),
        text=_words(_object(message, "body")),
        place=thread(channel, root) if is_channel else "",
        reply="" if id_ == root else id_,
    )


def plain(html: str) -> str:
    """Return the words of HTML, a line for each paragraph, item and row."""
    reader = _Reader()
    reader.feed(html[:LONGEST_HTML])
    reader.close()
    return _LINES.sub("\n", _SPACES.sub(" ", "".join(reader.said))).strip()


class _Reader(HTMLParser):
    """Collects text; knows which elements break a line and which hold no words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._unread = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Break the line, or say what a picture of a letter stands for."""
        if tag in _UNREAD:
            self._unread = self._unread or tag
        elif tag == "br" or tag in _BLOCKS:
            self.said.append("\n- " if tag == "li" else "\n")
        elif tag == "emoji" and not self._unread:
            self.said.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        """End a line."""
        if tag == self._unread:
            self._unread = ""
        elif tag in _BLOCKS:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        """Take words."""
        if not self._unread:
            self.said.append(data.replace("\n", " "))


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
