"""Bugsnag's messages as they really are, saved for tests without anybody's names, ids or secrets.

What becomes of a message is pure: its keys and its shape stay, and so does what its readers go by; ids, names and
addresses become the same invented ones throughout, and its texts are scrubbed. What an error says in its own words is
kept, so a person reads them before they are shared. Source: docs.slack.dev, "conversations.history".
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.alerts.notification import Notification
from bot.bugsnag.links import HOSTS
from bot.bugsnag.parts import mapping, sequence, text
from bot.errors import Misconfigured
from bot.retries import Temporary
from bot.scrub import scrub
from bot.slack.api import Refusal, SlackApi
from bot.slack.bugsnag import read_message
from bot.slack.history import SCOPE
from bot.slack.text import to_slack

PAGE = 100
MOST_PAGES = 10
BUGSNAG = "Bugsnag"
_ID = re.compile(r"(?<![A-Za-z0-9])(?=[A-Z]{1,10}[0-9])[ABCDEGSTUW][A-Z0-9]{6,14}(?![A-Za-z0-9])")
_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{24}(?![0-9A-Za-z])")
_ADDRESS = re.compile(r"https?://[^\s<>|\"\\]+")
_OWN = re.compile(rf"(https?://(?:{'|'.join(map(re.escape, sorted(HOSTS)))})/)([^/?#]+)(?:/([^/?#]+))?(.*)", re.DOTALL)
_KEPT_STEPS = frozenset({"account", "accounts", "errors", "events", "projects"})
_NAMES = frozenset({"author_name", "display_name", "first_name", "last_name", "name", "real_name", "username"})
_SECRETS = re.compile(r"token|secret|password", re.IGNORECASE)
_SHORTEST_NAME = 3  # one that is shorter may be part of anything


@dataclass(frozen=True, slots=True)
class Captured:
    """A message as it is saved, what it said, and a name for its file."""

    name: str
    message: Mapping[str, Any]
    read: Notification


@dataclass(slots=True)
class Inventions:
    """What stands for what: the same for the same, in all messages of a capture."""

    known: dict[str, str] = field(default_factory=dict)

    def of(self, real: str, invented: Callable[[int], str]) -> str:
        """Return what stands for something real."""
        if real not in self.known:
            self.known[real] = invented(len(self.known) + 1)
        return self.known[real]


async def capture(api: SlackApi, channel: str, bugsnag: frozenset[str], most: int) -> list[Captured]:
    """Return the latest messages that Bugsnag, by its ids, wrote in a channel, newest first, at most so many.

    Raise Misconfigured with the remedy where there are none to be had.
    """
    found: list[Mapping[str, Any]] = []
    called: set[str] = set()
    cursor = ""
    for _ in range(MOST_PAGES):
        answer = await _page(api, channel, cursor)
        for message in map(mapping, sequence(answer.get("messages"))):
            ids = _ids(message)
            if bugsnag.intersection(ids):
                found.append(message)
            elif _is_called_bugsnag(message):
                called.update(ids[:1])
        cursor = text(mapping(answer.get("response_metadata")).get("next_cursor"))
        if not cursor or len(found) >= most:
            break
    if not found:
        raise _nothing(channel, called, known=bool(bugsnag))
    inventions = Inventions()
    return [_captured(message, inventions) for message in found[:most]]


def anonymous(message: Mapping[str, Any], inventions: Inventions) -> dict[str, Any]:
    """Return a message of the same shape in which nobody is named."""
    read = read_message(message)
    named = {read.by: "Somebody {}", read.project: "Example Project {}"}
    names = [(name, words) for name, words in named.items() if len(name) >= _SHORTEST_NAME and name != BUGSNAG]
    changed = _changed(message, "", lambda value: _anonymous(value, names, inventions), inventions)
    assert isinstance(changed, dict)
    return changed


def _captured(message: Mapping[str, Any], inventions: Inventions) -> Captured:
    read = read_message(message)
    ts = re.sub(r"[^0-9.]", "", text(message.get("ts")))
    return Captured(f"{ts}-{read.kind}.json", anonymous(message, inventions), read)


async def _page(api: SlackApi, channel: str, cursor: str) -> Mapping[str, Any]:
    try:
        further = {"cursor": cursor} if cursor else {}
        return await api.read("conversations.history", channel=channel, limit=str(PAGE), **further)
    except Refusal as refusal:
        message = f"The messages were not read: {refusal.reason(SCOPE, channel)}."
        raise Misconfigured(message) from None
    except Temporary as failure:
        wish = f" in {failure.retry_after:.0f} s" if failure.retry_after else " later"
        message = f"The messages were not read: Slack does not answer now ({failure.reason}); try again{wish}."
        raise Misconfigured(message) from None


def _ids(message: Mapping[str, Any]) -> list[str]:
    """Return the ids of the app or bot that wrote a message."""
    profile = mapping(message.get("bot_profile"))
    named = (profile.get("app_id"), message.get("app_id"), message.get("bot_id"))
    return [one for one in named if isinstance(one, str) and one]


def _is_called_bugsnag(message: Mapping[str, Any]) -> bool:
    return BUGSNAG in (message.get("username"), mapping(message.get("bot_profile")).get("name"))


def _nothing(channel: str, called: Iterable[str], *, known: bool) -> Misconfigured:
    ids = " ".join(sorted(called))
    if ids:
        return Misconfigured(
            f"SLACK_BUGSNAG_IDS: set it to {ids}, if that is Bugsnag; under it somebody of that name writes."
        )
    who = "who is named in SLACK_BUGSNAG_IDS" if known else "who is called Bugsnag"
    return Misconfigured(f"Nobody {who} wrote any of the latest {PAGE * MOST_PAGES:,} messages in {channel}.")


def _changed(value: Any, key: str, change: Callable[[str], str], inventions: Inventions) -> Any:
    """Return JSON with each of its texts changed."""
    if isinstance(value, Mapping):
        return {name: _changed(one, str(name), change, inventions) for name, one in value.items()}
    if isinstance(value, list):
        return [_changed(one, key, change, inventions) for one in value]
    if not isinstance(value, str) or value == BUGSNAG:
        return value
    if key in _NAMES:
        return inventions.of(value, "Somebody {}".format)
    return "[secret]" if _SECRETS.search(key) else change(value)


def _anonymous(value: str, names: Iterable[tuple[str, str]], inventions: Inventions) -> str:
    """Return a text in which nobody is named."""
    value = _ADDRESS.sub(lambda found: _address(found[0], inventions), value)
    for name, words in names:
        for written in {name, to_slack(name)}:
            value = re.sub(rf"(?<!\w){re.escape(written)}(?!\w|::)", inventions.of(name, words.format), value)
    value = _HEX.sub(lambda found: inventions.of(found[0], lambda number: f"65{number:022x}"), value)
    value = _ID.sub(lambda found: inventions.of(found[0], lambda number: f"{found[0][0]}0{number:08d}"), value)
    return scrub(value)


def _address(address: str, inventions: Inventions) -> str:
    """Return an address of the same form: of Bugsnag's, with another organisation and project, else of nobody's."""
    found = _OWN.fullmatch(address)
    if not found:
        return "https://example.com/"
    steps = [
        step if step in _KEPT_STEPS or _HEX.fullmatch(step) else inventions.of(step, "example-{}".format)
        for step in (found[2], found[3])
        if step
    ]
    return found[1] + "/".join(steps) + found[4]
