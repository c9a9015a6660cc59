"""What Teams has seen: every message that the bot posted, each of its versions, and which answers left it in doubt.

Knows nothing of the bot, and judges nothing.
"""

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(r"\bq\d{6}\b")
"""What the posts of a proof begin with, and what a message therefore holds that is about them."""


@dataclass(frozen=True, slots=True)
class Button:
    """What can be pressed on a card: its verb and what goes with it, as JSON text."""

    verb: str
    data: str


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said at one time: the tokens in it, its buttons, whether it is a card, a digest of all of it."""

    digest: str
    is_card: bool
    tokens: frozenset[str]
    buttons: tuple[Button, ...] = ()


@dataclass(slots=True)
class Message:
    """One message that stands in Teams. ``chat`` is where people see it: a thread of a desk, a channel, a chat."""

    chat: str
    conversation: str
    id: str
    versions: list[Version]

    @property
    def now(self) -> Version:
        """What it says now."""
        return self.versions[-1]

    @property
    def tokens(self) -> frozenset[str]:
        """The tokens of all that it has ever been about."""
        return frozenset().union(*(version.tokens for version in self.versions))


@dataclass(slots=True)
class Ledger:
    """Messages in the order in which they were accepted, and per chat how many sends were left in doubt.

    A send is in doubt when its message was accepted and the bot could not know: it was answered with an error or with
    a connection that broke, the bot had hung up by then, or it was killed (or held still, while another goes on) before
    it had stored the answer; these are in ``perhaps`` until it is known at the end which were stored after all.
    ``calls`` counts by what was called and how it was answered.
    """

    messages: dict[str, Message] = field(default_factory=dict)
    in_doubt: dict[str, Message] = field(default_factory=dict)
    perhaps: dict[str, Message] = field(default_factory=dict)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_chat: dict[str, list[Message]] = field(default_factory=dict)
    _next: int = 1_700_000_000_001

    @property
    def doubted(self) -> Counter[str]:
        """Count the sends in doubt, by chat."""
        return Counter(message.chat for message in self.in_doubt.values())

    def doubt(self, message: Message) -> None:
        """Keep that the bot can't know whether this was accepted; once, however often that is said."""
        self.in_doubt[message.id] = message

    def post(self, conversation: str, activity: dict[str, Any], *, chat: str) -> Message:
        """Accept a new message."""
        message = Message(chat, conversation, str(self._next), [version(activity)])
        self._next += 1
        self.messages[message.id] = message
        self.by_chat.setdefault(chat, []).append(message)
        return message

    def edit(self, id_: str, activity: dict[str, Any]) -> bool:
        """Accept another content of a message; False if there is none."""
        message = self.messages.get(id_)
        if message is None:
            return False
        message.versions.append(version(activity))
        return True

    def delete(self, id_: str) -> bool:
        """Let a message be seen no longer; False if there is none."""
        message = self.messages.pop(id_, None)
        if message is None:
            return False
        self.by_chat[message.chat].remove(message)
        return True


def version(activity: dict[str, Any]) -> Version:
    """Read what an activity shows."""
    shown = {name: activity.get(name) for name in ("text", "attachments")}
    text = json.dumps(shown, sort_keys=True)
    buttons: list[Button] = []
    _find(shown["attachments"], buttons)
    return Version(
        hashlib.sha256(text.encode()).hexdigest()[:16],
        bool(shown["attachments"]),
        frozenset(TOKEN.findall(text)),
        tuple(buttons),
    )


def _find(node: Any, into: list[Button]) -> None:
    if isinstance(node, list):
        for one in node:
            _find(one, into)
    elif isinstance(node, dict):
        if node.get("type") == "Action.Execute":
            into.append(Button(str(node["verb"]), json.dumps(node.get("data") or {}, sort_keys=True)))
        for one in node.values():
            _find(one, into)
