"""What has been said in the sandbox: messages, who has read what, who was notified; all that the page shows.

Decides who sees and who is notified of a message, as Teams would. Knows neither HTTP nor the bot: others send.
"""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox import cast

Json = dict[str, Any]
AT = re.compile(r"<(at|a) ?[^<>]*>(.*?)</\1>", re.DOTALL)
PREVIEW = 120
INTERNAL = (cast.CHANNELS[1].id, cast.SLACK.id)


@dataclass(slots=True)
class Message:
    """One message. `author` is a player's key or "bot"; `root` is the id of its thread's first message.

    `modified` is when it was last edited, deleted or brought back; its author's edits are `edited`.
    `views` are cards that only one person sees (an answer to their press), until the bot edits the message. `picture`
    is a data URL. What stands in Slack has its `source` (the text with Slack's marks), its `attachments`, the Bugsnag
    `error` that it is about, and the `client` id that its sender gave it; there the author may be "bugsnag".
    """

    id: str
    conversation: str
    root: str
    author: str
    text: str
    at: datetime
    format: str = "plain"
    cards: list[Json] = field(default_factory=list)
    mentions: list[Json] = field(default_factory=list)
    edited: datetime | None = None
    modified: datetime | None = None
    deleted: bool = False
    version: int = 0
    only_for: str | None = None
    views: dict[str, Json] = field(default_factory=dict)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    picture: str = ""
    source: str = ""
    attachments: list[Json] = field(default_factory=list)
    error: str = ""
    client: str = ""

    @property
    def mentioned(self) -> set[str]:
        """Give the ids (Teams or Entra) of everyone whom text or cards mention."""
        return {str(_dict(one.get("mentioned")).get("id", "")) for one in self.mentions} | {
            str(_dict(one.get("mentioned")).get("id", ""))
            for card in self.cards
            for one in _list(_dict(card.get("msteams")).get("entities"))
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification that rang at a person's: `kind` is "personal", "mention" or "reply"."""

    id: int
    person: str
    kind: str
    message: str
    conversation: str
    sender: str
    preview: str
    at: datetime


class World:
    """All state of the sandbox, in memory; `on_change` is called after every change."""

    def __init__(self, now: Callable[[], datetime], on_change: Callable[[], None]) -> None:
        """Start empty; `now` is the sandbox's clock."""
        self._now = now
        self._changed = on_change
        self._notices = itertools.count(1)
        self._last_id = 0
        self.messages: dict[str, Message] = {}
        self.notices: list[Notice] = []
        self.unread: dict[str, set[str]] = {one.key: set() for one in cast.PLAYERS}
        self.installed: dict[str, bool] = {one.key: True for one in cast.PLAYERS}
        self.opened: set[str] = set()
        self.consent = True
        self.rota = cast.Rota()

    def restore(
        self,
        messages: list[Message],
        notices: list[Notice],
        unread: dict[str, set[str]],
        installed: dict[str, bool],
        opened: set[str],
    ) -> None:
        """Take over what an earlier run kept."""
        self.messages = {one.id: one for one in messages}
        self.notices = notices
        self.unread |= unread
        self.installed |= installed
        self.opened = opened
        self._notices = itertools.count(len(notices) + 1)
        self._last_id = max((int(one.id) for one in messages), default=0)
        self._changed()

    def new_id(self) -> str:
        """Give the next message id: epoch milliseconds of the sandbox's clock, never twice, never backwards."""
        self._last_id = max(self._last_id + 1, int(self._now().timestamp() * 1000))
        return str(self._last_id)

    def add(
        self,
        conversation: str,
        root: str | None,
        author: str,
        text: str,
        *,
        cards: list[Json] | None = None,
        mentions: list[Json] | None = None,
        only_for: str | None = None,
        text_format: str = "plain",
        picture: str = "",
        **slack: Any,
    ) -> Message:
        """Add a message; without `root` it begins a thread. Whoever Teams would notify is notified.

        `slack` is what only a message of Slack has.
        """
        identifier = self.new_id()
        message = Message(
            identifier,
            conversation,
            root or identifier,
            author,
            text,
            self._now(),
            text_format,
            cards or [],
            mentions or [],
            **slack,
        )
        message.only_for, message.picture = only_for, picture
        self.messages[identifier] = message
        for person in self.readers(message):
            if person != author:
                self.unread[person].add(identifier)
                kind = self._notified(message, person)
                if kind:
                    self._notify(message, person, kind)
        self._changed()
        return message

    def edit(
        self, message: Message, text: str, cards: list[Json] | None = None, mentions: list[Json] | None = None
    ) -> None:
        """Replace what a message says. An edit notifies nobody, and ends every personal view of its cards."""
        message.text, message.cards, message.mentions = text, cards or [], mentions or []
        message.edited = message.modified = self._now()
        message.views.clear()
        self._touch(message)

    def delete(self, message: Message, *, deleted: bool = True) -> None:
        """Delete a message, or bring it back."""
        message.deleted, message.modified = deleted, self._now()
        for unread in self.unread.values():
            unread.discard(message.id)
        self._touch(message)

    def show_to(self, message: Message, person: str, card: Json) -> None:
        """Let `person` alone see `card` in the message's place, as after an answer to their press."""
        message.views[person] = card
        self._touch(message)

    def react(self, message: Message, person: str, reaction: str) -> bool:
        """Add a person's reaction, or take it back; say whether it is there now."""
        people = message.reactions.setdefault(reaction, [])
        there = person not in people
        if there:
            people.append(person)
        else:
            people.remove(person)
        self._touch(message)
        return there

    def read(self, person: str, conversation: str) -> None:
        """Mark all that `person` has in a conversation as read."""
        seen = {one for one in self.unread[person] if self.messages[one].conversation == conversation}
        if seen:
            self.unread[person] -= seen
            self._changed()

    def touch(self) -> None:
        """Tell the page that something changed that is not a message."""
        self._changed()

    def readers(self, message: Message) -> list[str]:
        """List the keys of those who can read a message."""
        if message.only_for is not None:
            return [message.only_for]
        owner = chat_owner(message.conversation)
        if owner is not None:
            return [owner.key]
        group = cast.chat(message.conversation)
        if group is not None:
            return list(group.members)
        internal = message.conversation in INTERNAL
        return [one.key for one in cast.PLAYERS if one.backend or not internal]

    def thread(self, root: str) -> list[Message]:
        """List a thread's messages, oldest first."""
        return [one for one in self.messages.values() if one.root == root]

    def _notified(self, message: Message, person: str) -> str | None:
        who = cast.player(person)
        assert who is not None
        if chat_owner(message.conversation) is who or message.only_for == person:
            return "personal"
        if message.mentioned & {who.id, who.object_id, who.email}:
            return "mention"
        root = self.messages.get(message.root)
        return "reply" if root is not None and root is not message and root.author == person else None

    def _notify(self, message: Message, person: str, kind: str) -> None:
        self.notices.append(
            Notice(
                next(self._notices),
                person,
                kind,
                message.id,
                message.conversation,
                message.author,
                preview(message),
                self._now(),
            )
        )

    def _touch(self, message: Message) -> None:
        message.version += 1
        self._changed()


def preview(message: Message) -> str:
    """Give the first words of a message, or of its card, as a notification shows them."""
    words = plain(message.text) or next((line for card in message.cards for line in _card_lines(card)), "")
    words = words or ("a picture" if message.picture else "")
    return words if len(words) <= PREVIEW else words[: PREVIEW - 1] + "…"


def plain(text: str) -> str:
    """Drop the marks of a text's mentions and links."""
    return AT.sub(r"\2", text).strip()


def chat_owner(conversation: str) -> cast.Player | None:
    """Give the person whose chat with the bot this is; None for a channel."""
    return next((one for one in cast.PLAYERS if one.chat == conversation), None)


def _card_lines(card: Json) -> list[str]:
    for key in ("summary", "fallbackText", "speak"):
        if card.get(key):
            return [plain(str(card[key]))]
    return _texts(card.get("body"))


def _texts(node: object) -> list[str]:
    if isinstance(node, list):
        return [text for one in node for text in _texts(one)]
    if not isinstance(node, dict):
        return []
    if node.get("type") == "RichTextBlock":
        runs = [one if isinstance(one, str) else str(_dict(one).get("text", "")) for one in _list(node.get("inlines"))]
        return ["".join(runs).strip()]
    if node.get("type") == "TextBlock":
        return [plain(str(node.get("text", "")))]
    return [text for key in ("items", "columns", "rows", "cells") for text in _texts(node.get(key))]


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Json]:
    return value if isinstance(value, list) else []
