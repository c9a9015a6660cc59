"""What a message of Microsoft Graph means: the activities that Teams would have posted to the bot. Without I/O.

It decides what was written, edited, deleted or brought back, and when. It must not know desks or rules: what comes of a
message is decided behind the same door as if Teams had delivered it. Source of the shapes: learn.microsoft.com,
"chatMessage resource type"; a channel's message has the same id there as in its activity.
"""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, TypeGuard

from bot.places import thread

PEOPLE = frozenset({None, "aadUser", "onPremiseAadUser", "federatedUser"})  # kinds of identity that have an Entra id
CARDS = "application/vnd.microsoft.card."
MOST_MENTIONS = 20
_BLOCKS = frozenset({"blockquote", "codeblock", "div", "h1", "h2", "h3", "li", "ol", "p", "pre", "table", "tr", "ul"})
_VERBATIM = frozenset({"codeblock", "pre"})
_SPACE = re.compile(r"[ \t\r\n\f]+")
_NO_TAG = re.compile(r"<(?!/?[A-Za-z][^<>]*>)")
"""What is no whole tag is text: the parser fails at some of it, and looks for the end of the rest for long."""
_EMOJI = '<img itemtype="http://schema.skype.com/Emoji" '  # as it stands in an activity


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a team, by the tenant's, the team's (an Entra group) and its own id."""

    tenant: str
    team: str
    id: str


@dataclass(frozen=True, slots=True)
class Found:
    """An activity as Teams would have posted it, but for its service's address, and when what it tells happened."""

    activity: dict[str, Any]
    at: datetime


def is_deleted(message: Mapping[str, Any]) -> bool:
    """Say whether a message was deleted."""
    return _moment(message, "deletedDateTime") is not None


def activities(channel: Channel, message: Mapping[str, Any], gone: Container[str] = frozenset()) -> list[Found]:
    """Return what would have been posted of a message as it stands now, in order; none of what no person wrote.

    Of one that was edited that is its last text twice, as it was written and as an edit. ``gone`` are the ids of those
    that were seen deleted: such a one was brought back.
    """
    id_, author, written = message.get("id"), _author(message), _moment(message, "createdDateTime")
    if message.get("messageType") != "message" or not _is_id(id_) or author is None or written is None:
        return []
    root = message.get("replyToId")
    frame = _frame(channel, id_, root if _is_id(root) else id_, author)
    deleted = _moment(message, "deletedDateTime")
    if deleted is not None:
        return [_found(frame, "messageDelete", deleted, "softDeleteMessage")]
    said = {**frame, **_content(message)}
    found = [_found(said, "message", written)]
    edited = _moment(message, "lastEditedDateTime")
    if edited is not None:
        found.append(_found(said, "messageUpdate", edited, "editMessage"))
    changed = _moment(message, "lastModifiedDateTime")
    if id_ in gone and changed is not None:
        found.append(_found(said, "messageUpdate", changed, "undeleteMessage"))
    return found


def _found(said: dict[str, Any], kind: str, at: datetime, event: str = "") -> Found:
    data = {**said["channelData"], **({"eventType": event} if event else {})}
    return Found({**said, "type": kind, "timestamp": at.isoformat(), "channelData": data}, at)


def _frame(channel: Channel, id_: str, root: str, author: dict[str, str]) -> dict[str, Any]:
    return {
        "id": id_,
        "channelId": "msteams",
        "from": author,
        "conversation": {
            "isGroup": True,
            "conversationType": "channel",
            "tenantId": channel.tenant,
            "id": thread(channel.id, root),
        },
        "channelData": {
            "tenant": {"id": channel.tenant},
            "team": {"aadGroupId": channel.team},
            "channel": {"id": channel.id},
        },
    }


def _author(message: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the person who wrote a message, None where it was an app, or nobody in particular."""
    user = _object(_object(message.get("from")).get("user"))
    id_, name = user.get("id"), user.get("displayName")
    if not _is_id(id_) or user.get("userIdentityType") not in PEOPLE:
        return None
    return {"id": id_, "aadObjectId": id_, "name": name if isinstance(name, str) else ""}


def _content(message: Mapping[str, Any]) -> dict[str, Any]:
    body = _object(message.get("body"))
    content = body.get("content")
    content = content.replace("\0", "") if isinstance(content, str) else ""
    mentioned = _objects(message.get("mentions"))[:MOST_MENTIONS]
    mentions = {str(one["id"]): one for one in mentioned if type(one.get("id")) is int}
    cards = [one["contentType"] for one in _objects(message.get("attachments")) if _is_card(one)]
    said: dict[str, Any] = {
        "text": content,
        "textFormat": "plain",
        "attachments": [{"contentType": kind} for kind in cards],
        "entities": [],
    }
    if body.get("contentType") == "html":
        reader = _Reader({id_: _mark(one) for id_, one in mentions.items()})
        said["text"] = reader.text_of(content)
        said["attachments"].append({"contentType": "text/html", "content": content.replace("<emoji ", _EMOJI)})
        said["entities"] = [_entity(mentions[id_]) for id_ in reader.mentioned]
    return said


def _mark(mention: Mapping[str, Any]) -> str:
    name = mention.get("mentionText")
    return f"<at>{re.sub('[<>]', '', name) if isinstance(name, str) else ''}</at>"


def _entity(mention: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mention as an activity has it; a bot is named there by its application's id."""
    who = _object(mention.get("mentioned"))
    bot, user = _object(who.get("application")).get("id"), _object(who.get("user")).get("id")
    id_ = f"28:{bot}" if isinstance(bot, str) else user if isinstance(user, str) else ""
    mark = _mark(mention)
    return {"type": "mention", "text": mark, "mentioned": {"id": id_, "name": mark[len("<at>") : -len("</at>")]}}


class _Reader(HTMLParser):
    """Reads a body as the plain text that an activity has: mentions marked, paragraphs on lines of their own."""

    def __init__(self, marks: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.mentioned: list[str] = []
        self._marks = marks
        self._parts: list[str] = []
        self._fresh = True  # nothing stands on the line yet
        self._verbatim = 0
        self._in_mention = False

    def text_of(self, content: str) -> str:
        """Return the text; what is no whole tag is part of it."""
        self.feed(_NO_TAG.sub("&lt;", content))
        self.close()
        lines = "".join(self._parts).replace("\xa0", " ").split("\n")
        return "\n".join(line.rstrip(" ") for line in lines).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what a tag begins."""
        given = dict(attrs)
        if tag == "br":
            self._fresh = False
            self._new_line()
        elif tag in _BLOCKS:
            self._new_line()
            self._verbatim += tag in _VERBATIM
        elif tag == "at" and (mark := self._marks.get(given.get("id") or "")):
            self._add(mark)
            self.mentioned.append(given["id"] or "")
            self._in_mention = True
        elif tag == "emoji":
            self._add(given.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        """End what a tag ends."""
        if tag == "at":
            self._in_mention = False
        elif tag in _BLOCKS:
            self._new_line()
            self._verbatim = max(self._verbatim - (tag in _VERBATIM), 0)

    def handle_data(self, data: str) -> None:
        """Take the words of a text; of a mention the name is taken that is beside the body."""
        if not self._in_mention:
            words = data if self._verbatim else _SPACE.sub(" ", data)
            self._add(words.lstrip(" ") if self._fresh and not self._verbatim else words)

    def _add(self, words: str) -> None:
        if words:
            self._parts.append(words)
            self._fresh = False

    def _new_line(self) -> None:
        if not self._fresh:
            self._parts.append("\n")
        self._fresh = True


def _moment(message: Mapping[str, Any], name: str) -> datetime | None:
    """Return when something happened, in UTC; None where nothing did, or it is nonsense."""
    text = message.get(name)
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and re.fullmatch(r"[\w:.@-]{1,200}", value) is not None


def _is_card(attachment: Mapping[str, Any]) -> bool:
    kind = attachment.get("contentType")
    return isinstance(kind, str) and kind.startswith(CARDS)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def replies(message: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Return the replies that came with a post."""
    return _objects(message.get("replies"))
