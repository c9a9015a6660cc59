"""What a Teams activity means: a function of its JSON, without I/O.

Everything foreign is read here once and becomes an event, or nothing. Payloads of buttons are believed in ids only.
Source of the shapes: learn.microsoft.com, "Bot Connector REST API reference", "Channel and group chat conversations".
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from bot.events import (
    Adopt,
    Choose,
    Claim,
    Deleted,
    Edited,
    Event,
    GoOn,
    Message,
    Open,
    Posted,
    Press,
    Raise,
    Reopen,
    Replied,
    Restored,
    Send,
    Separate,
    Solve,
    Uninstalled,
    Welcomed,
    Wrote,
)
from bot.people import Author
from bot.places import channel_of, personal, root_of
from bot.teams.chosen import COMMAND, read_chosen

MOST_MENTIONS = 20
DECORATION = ("giphy", "schema.skype.com/emoji", "schema.skype.com/sticker")  # what Teams draws as an image, in small
_IMAGE = re.compile(r"<img[^>]*>")
_MENTION = re.compile(r"<at[^<>]*>[^<]*</at>")
LONGEST_ID = 200
LONGEST_FIELD = 32_000  # characters; how long a text may be is the form's to say
MOST_FIELDS = 60
_IDS = frozenset({"verb", "desk", "request", "card", "step", "choice", "form", "seen", "msteams"})
LONGEST_FORM = 500  # a form is named by the press that opened it, and carries marks of what stood in it
MILLISECONDS = 13  # digits of a moment between 2001 and 2286
CARDS = "application/vnd.microsoft.card."
FILE = "application/vnd.microsoft.teams.file.download.info"

OPENERS: Mapping[str, type[Press]] = MappingProxyType({"open": Open})
FORMS: Mapping[str, type[Press]] = MappingProxyType({**OPENERS, "send": Send})
VERBS: Mapping[str, type[Press]] = MappingProxyType(
    {
        **FORMS,
        "claim": Claim,
        "solve": Solve,
        "reopen": Reopen,
        "separate": Separate,
        "adopt": Adopt,
        "go_on": GoOn,
    }
)
INSTALLED: Mapping[str, type[Welcomed | Uninstalled]] = MappingProxyType(
    {"add": Welcomed, "add-upgrade": Welcomed, "remove": Uninstalled, "remove-upgrade": Uninstalled}
)
RAISING = frozenset({"raise", "raise_no"})  # steps that raise words, with a form of their own
ACTIONS: Mapping[str, type[Choose | Raise]] = MappingProxyType(
    {"composeExtension/fetchTask": Choose, "composeExtension/submitAction": Raise}
)
INVOKES: Mapping[str, tuple[Mapping[str, type[Press]], str]] = MappingProxyType(
    {
        "adaptiveCard/action": (VERBS, "action"),
        "task/fetch": (OPENERS, ""),
        "task/submit": (FORMS, ""),
    }
)


class Stale(Exception):  # noqa: N818 - an outcome
    """A button or form that is none of today's cards'."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event, where and by whom: its channel ("" in a personal chat), the desk that a button named ("" if none)."""

    channel: str
    place: str
    author: str
    event: Event
    desk: str = ""


def read(activity: dict[str, Any], happened_at: datetime) -> Arrival | None:
    """Return what an admitted activity means, None if nothing; raise Stale for a button that is no longer one.

    From conversations other than channels and the bot's own chats nothing is read but a message action.
    """
    if activity["type"] == "invoke" and activity.get("name") in ACTIONS:
        who = _author(activity)
        return _acted(activity, who, happened_at) if who else None
    if activity["conversation"].get("conversationType") not in ("channel", "personal"):
        return None
    reader = _READERS.get(activity["type"])
    author = _author(activity)
    return reader(activity, author, happened_at) if reader and author else None


def internal(arrival: Arrival) -> Event | None:
    """Return what a message in the team channel means: something only when it addresses the bot or presses a button."""
    event = arrival.event
    if not isinstance(event, Message):
        return event if isinstance(event, Press) else None
    if not event.addressed or isinstance(event, Edited | Restored):
        return None
    return Wrote(**{field.name: getattr(event, field.name) for field in fields(Message)})


def _message(activity: dict[str, Any], author: Author, at: datetime) -> Arrival | None:
    place, channel, root = _where(activity, author)
    content = _content(activity)
    kind: type[Message] = Wrote if not channel else Posted if root == activity["id"] else Replied
    content["addressed"] |= not channel
    if kind is Replied:
        content["reply"] = activity["id"]
    if kind is Wrote:
        files = [one for one in _attachments(activity) if _content_type(one) == FILE]
        content["calendar"] = any(_name(one).endswith(".ics") for one in files)
    event = kind(key=_key(activity), happened_at=at, place=place, author=author, **content)
    return Arrival(channel, place, author.id, event)


def _changed(activity: dict[str, Any], author: Author, at: datetime) -> Arrival | None:
    place, channel, root = _where(activity, author)
    if not root:
        return None
    kind = Restored if _data(activity).get("eventType") == "undeleteMessage" else Edited
    key = f"{_key(activity)}|{at.isoformat()}"
    content = _content(activity)
    content |= {"posted_at": _written_at(activity["id"]), "reply": _reply(activity, root)}
    event = kind(key=key, happened_at=at, place=place, author=author, **content)
    return Arrival(channel, place, author.id, event)


def _deleted(activity: dict[str, Any], author: Author, at: datetime) -> Arrival | None:
    place, channel, root = _where(activity, author)
    if not root:
        return None
    key = f"{_key(activity)}|{at.isoformat()}"
    event = Deleted(key=key, happened_at=at, place=place, reply=_reply(activity, root))
    return Arrival(channel, place, author.id, event)


def _invoked(activity: dict[str, Any], author: Author, at: datetime) -> Arrival | None:
    known = INVOKES.get(activity.get("name") or "")
    if known is None:
        return None
    table, inner = known
    value = activity.get("value")
    value = value.get(inner) if inner and isinstance(value, dict) else value
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(data, dict):
        raise Stale
    verb = value.get("verb") if inner else data.get("verb")
    kind = table.get(verb) if isinstance(verb, str) else None
    if kind is None:
        raise Stale
    place, channel, _ = _where(activity, author)
    press: dict[str, Any] = {
        "key": _key(activity),
        "happened_at": at,
        "place": place,
        "author": author,
        "request": _id(data, "request"),
        "card": _id(data, "card"),
    }
    if kind is Send and _field(data, "step") in RAISING:
        kind = Raise
    if issubclass(kind, Open | Send):
        press |= {"step": _field(data, "step")[:LONGEST_ID], "choice": _field(data, "choice")[:LONGEST_ID]}
    if issubclass(kind, Open):
        press |= {name: value for name, value in _sent(data).items() if name != "seen"}
    if issubclass(kind, Send):
        press |= _sent(data)
        press["key"] = _form_key(press) or press["key"]
    return Arrival(channel, place, author.id, kind(**press), _id(data, "desk"))


def _acted(activity: dict[str, Any], author: Author, at: datetime) -> Arrival:
    """Read a message action, wherever it was chosen: its form, and what comes of it, are the person's alone."""
    value = activity.get("value")
    if not isinstance(value, dict) or value.get("commandId") != COMMAND:
        raise Stale
    conversation = activity["conversation"]["id"]
    is_channel = activity["conversation"].get("conversationType") == "channel"
    press: dict[str, Any] = {
        "key": _key(activity),
        "happened_at": at,
        "place": personal(author.id),
        "author": author,
        "request": "",
        "card": "",
        "chosen": read_chosen(value, conversation, is_channel=is_channel),
    }
    if press["chosen"] is None:
        raise Stale
    channel = channel_of(conversation) if is_channel else ""
    if ACTIONS[activity["name"]] is Choose:
        return Arrival(channel, press["place"], author.id, Choose(**press))
    data = value.get("data")
    if not isinstance(data, dict) or _field(data, "step") not in RAISING:
        raise Stale
    press |= {"step": data["step"], "choice": _field(data, "choice")[:LONGEST_FORM], **_sent(data)}
    press["key"] = _form_key(press) or press["key"]
    return Arrival(channel, press["place"], author.id, Raise(**press), _id(data, "desk"))


def _form_key(press: dict[str, Any]) -> str:
    """Return what tells one sending of a form from another: who, which opening, what it held; "" for no form."""
    if not press["form"]:
        return ""
    ids = (press["author"].id, press["form"], press["step"], press["choice"])
    sent = "\0".join([*ids, *(f"{k}={v}" for k, v in press["fields"].items())])
    return f"form|{_digest(sent)}"  # no longer than this, however many forms follow each other, and naming nobody


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def _sent(data: dict[str, Any]) -> dict[str, Any]:
    """Return what a form holds, as Open and Send have it: its inputs are all that is no id."""
    inputs = [(name, value) for name, value in data.items() if name not in _IDS and isinstance(value, str)]
    return {
        "fields": {name[:LONGEST_ID]: value[:LONGEST_FIELD] for name, value in sorted(inputs)[:MOST_FIELDS]},
        "form": _field(data, "form")[:LONGEST_FORM],
        "seen": _field(data, "seen")[:LONGEST_ID],
    }


def _installed(activity: dict[str, Any], author: Author, at: datetime) -> Arrival | None:
    place, channel, _ = _where(activity, author)
    action = activity.get("action")
    kind = INSTALLED.get(action) if isinstance(action, str) and not channel else None
    if kind is None:
        return None
    event = kind(key=f"{_key(activity)}|{_digest(author.id)}", happened_at=at, place=place, author=author)
    return Arrival("", place, author.id, event)


_READERS: Mapping[str, Callable[[dict[str, Any], Author, datetime], Arrival | None]] = MappingProxyType(
    {
        "message": _message,
        "messageUpdate": _changed,
        "messageDelete": _deleted,
        "invoke": _invoked,
        "installationUpdate": _installed,
    }
)


def _author(activity: dict[str, Any]) -> Author | None:
    """Return the person; bots and connectors, who have no Entra object id, are nobody."""
    sender = activity["from"]
    id_, name = sender.get("aadObjectId"), sender.get("name")
    if not isinstance(id_, str) or not id_ or sender.get("role") in ("bot", "skill") or sender["id"].startswith("28:"):
        return None
    return _known(id_, name if isinstance(name, str) and name.strip() else "Somebody")


@lru_cache(maxsize=512)  # people write again and again: one value for each, however many requests name them
def _known(id_: str, name: str) -> Author:
    return Author(id_.casefold()[:LONGEST_ID], name[:LONGEST_ID])


def _where(activity: dict[str, Any], author: Author) -> tuple[str, str, str]:
    """Return place, channel id and the id of the thread's first message; channel "" in a personal chat."""
    conversation = activity["conversation"]["id"]
    if activity["conversation"].get("conversationType") != "channel":
        return personal(author.id), "", ""
    return conversation, channel_of(conversation), root_of(conversation)


def _key(activity: dict[str, Any]) -> str:
    return f"{activity['conversation']['id']}|{activity['id']}|{activity['type']}"


def _reply(activity: dict[str, Any], root: str) -> str:
    """Return the id of a reply, "" for the thread's own post."""
    return "" if activity["id"] == root else str(activity["id"])


def _written_at(id_: str) -> datetime | None:
    """Return when a channel's message was written: in Teams its id is that moment, in milliseconds since 1970."""
    if not (id_.isascii() and id_.isdecimal() and len(id_) == MILLISECONDS):
        return None
    return datetime.fromtimestamp(int(id_) / 1000, UTC)


def _content(activity: dict[str, Any]) -> dict[str, Any]:
    """Return what a message holds, as Message has it."""
    html = _html(activity)
    files = [one for one in _attachments(activity) if _is_file(one)]
    images = [any(mark in image for mark in DECORATION) for image in _IMAGE.findall(html)]
    images += [_content_type(one) == "image/gif" or _name(one).endswith(".gif") for one in files]
    text, addressed = _text(activity)
    return {
        "text": text,
        "addressed": addressed,
        "picture": "<attachment" in html or "<video" in html or not all(images) or _has_card(activity),
        "gif": any(images),
    }


def _text(activity: dict[str, Any]) -> tuple[str, bool]:
    """Return the text without the mention of the bot, other mentions as names, and whether the bot was mentioned."""
    text = activity.get("text")
    text = text if isinstance(text, str) else ""
    addressed = False
    entities = activity.get("entities")
    for entity in entities[:MOST_MENTIONS] if isinstance(entities, list) else ():
        mentioned = entity.get("mentioned") if isinstance(entity, dict) and entity.get("type") == "mention" else None
        marked = entity.get("text") if isinstance(mentioned, dict) else None
        if not isinstance(mentioned, dict) or not isinstance(marked, str) or not _MENTION.fullmatch(marked):
            continue
        name = mentioned.get("name")
        if mentioned.get("id") == _recipient(activity):
            addressed, name = True, ""
        text = text.replace(marked, name[:LONGEST_ID] if isinstance(name, str) else "", 1)
    return text.replace("&nbsp;", " ").replace("\xa0", " ").strip(), addressed


def _recipient(activity: dict[str, Any]) -> str:
    recipient = activity.get("recipient")
    id_ = recipient.get("id") if isinstance(recipient, dict) else None
    return id_ if isinstance(id_, str) else ""


def _data(activity: dict[str, Any]) -> dict[str, Any]:
    data = activity.get("channelData")
    return data if isinstance(data, dict) else {}


def _attachments(activity: dict[str, Any]) -> list[dict[str, Any]]:
    attachments = activity.get("attachments")
    return [one for one in attachments if isinstance(one, dict)] if isinstance(attachments, list) else []


def _content_type(attachment: dict[str, Any]) -> str:
    kind = attachment.get("contentType")
    return kind if isinstance(kind, str) else ""


def _is_file(attachment: dict[str, Any]) -> bool:
    kind = _content_type(attachment)
    return kind.startswith(("image/", "video/", "audio/")) or kind == FILE


def _has_card(activity: dict[str, Any]) -> bool:
    """Say whether a card stands in a message, which a person put there by an app."""
    return any(_content_type(one).startswith(CARDS) for one in _attachments(activity))


def _name(attachment: dict[str, Any]) -> str:
    name = attachment.get("name")
    return name.casefold() if isinstance(name, str) else ""


def _html(activity: dict[str, Any]) -> str:
    contents = [one.get("content") for one in _attachments(activity) if _content_type(one) == "text/html"]
    return contents[0].casefold() if contents and isinstance(contents[0], str) else ""


def _id(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_ID:
        raise Stale
    return value


def _field(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
