"""What Slack tells the bot means: a function of its JSON, without I/O.

Everything foreign is read here once and becomes an event, or nothing; what a message of Bugsnag's says is read
elsewhere. Whatever else people write in a channel is left alone. Source of the shapes: docs.slack.dev, "Events API",
"message event" and its subtypes, "reaction_added event".
"""

import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.alerts.notification import Kind, Notification
from bot.events import Alerted, SlackReacted, SlackReplied

log = logging.getLogger(__name__)

Heard = Alerted | SlackReplied | SlackReacted
EYES = "eyes"
BY_BUGSNAG = frozenset({None, "bot_message", "thread_broadcast"})  # subtypes; None is an app's message of today
BY_PEOPLE = frozenset({None, "thread_broadcast", "file_share"})
SLACKBOT = "USLACKBOT"
MOST_CANDIDATES = 20
_TS = re.compile(r"[0-9]{9,11}\.[0-9]{6}")
_ID = re.compile(r"[A-Z0-9]{2,40}")
_SHOWN = ("text", "attachments", "blocks")


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where in Slack the bot is, and who it is there: ids, "" for what Slack does not say, and its address."""

    team: str
    user: str
    bot: str
    url: str
    app: str = ""


class Inbound:
    """Reads what a workspace's Slack tells.

    ``bugsnag`` are the ids of bots and apps that are Bugsnag; a name is no proof, since any webhook may bear it, so
    with none of them it is only said which id to set. ``follows`` says whether a channel is anybody's. The app's own
    id, where Slack has not told it, is that of the first event: its signature is the app's.
    """

    def __init__(
        self,
        workspace: Workspace,
        bugsnag: frozenset[str],
        follows: Callable[[str], bool],
        read: Callable[[Mapping[str, Any]], Notification],
    ) -> None:
        """Bind to who the bot is, who Bugsnag is, and ``read``, which says what a message of Bugsnag's says."""
        self._workspace = workspace
        self.bugsnag = bugsnag
        self._follows = follows
        self._read = read
        self._app = workspace.app
        self._candidates: set[str] = set()

    def event(self, envelope: Mapping[str, Any]) -> Heard | None:
        """Return what an envelope of the Events API means, None if nothing, or nothing to us."""
        event = envelope.get("event")
        if envelope.get("type") != "event_callback" or not isinstance(event, Mapping) or not self._is_ours(envelope):
            return None
        match event.get("type"):
            case "message" if event.get("subtype") == "message_changed":
                return self._changed(event)
            case "message":
                return self.said(event.get("channel"), event)
            case "reaction_added" | "reaction_removed" as kind:
                return self._reacted(event, taken_back=kind == "reaction_removed")
        return None

    def said(self, channel: Any, message: Mapping[str, Any]) -> Alerted | SlackReplied | None:
        """Return what a message in a channel means, as an event brings it or Slack's history holds it."""
        ts = _ts(message.get("ts"))
        if not ts or not self._is_followed(channel) or self._is_own(message):
            return None
        thread = _ts(message.get("thread_ts")) or ts
        if self._is_bugsnags(message):
            return self._alerted(channel, message, f"slack|{channel}|{ts}", ts)
        if thread == ts or not _is_a_persons(message):
            return None
        who = message["user"]
        return SlackReplied(key=f"slack|{channel}|{ts}", happened_at=moment(ts), thread=f"{channel}/{thread}", user=who)

    def edited(self, channel: Any, message: Mapping[str, Any], otherwise: str = "") -> Alerted | None:
        """Return that Bugsnag's message reads otherwise now; ``otherwise`` is when, where the message does not say."""
        edit = message.get("edited")
        ts = _ts(message.get("ts"))
        at = (_ts(edit.get("ts")) if isinstance(edit, Mapping) else "") or _ts(otherwise)
        if not (ts and at) or not self._is_followed(channel) or self._is_own(message) or not self._is_bugsnags(message):
            return None
        return self._alerted(channel, message, f"slack|{channel}|{ts}|{at}", at, edited=True)

    def looked_at(self, message: Mapping[str, Any]) -> tuple[frozenset[str], bool]:
        """Return the people who have their eyes on a message, as Slack's history tells it, and whether that is all."""
        reactions = message.get("reactions")
        reactions = reactions if isinstance(reactions, list) else ()
        eyes = [one for one in reactions if isinstance(one, Mapping) and _is_eyes(one.get("name"))]
        users = [one["users"] if isinstance(one.get("users"), list) else [] for one in eyes]
        everybody = all(one.get("count") == len(named) for one, named in zip(eyes, users, strict=True))
        return frozenset(user for named in users for user in named if self._is_person(user)), everybody

    def _changed(self, event: Mapping[str, Any]) -> Alerted | None:
        message, before = event.get("message"), event.get("previous_message")
        if not isinstance(message, Mapping):
            return None
        if isinstance(before, Mapping) and all(before.get(part) == message.get(part) for part in _SHOWN):
            return None  # an answer was counted, say
        return self.edited(event.get("channel"), message, event.get("event_ts") or event.get("ts") or "")

    def _reacted(self, event: Mapping[str, Any], *, taken_back: bool) -> SlackReacted | None:
        item, user, at = event.get("item"), event.get("user"), _ts(event.get("event_ts"))
        if not isinstance(item, Mapping) or item.get("type") != "message" or not _is_eyes(event.get("reaction")):
            return None
        channel, ts = item.get("channel"), _ts(item.get("ts"))
        if not (ts and at) or not self._is_followed(channel) or not self._is_person(user):
            return None
        return SlackReacted(
            key=eyes_key(str(channel), ts, str(user), at, taken_back=taken_back),
            happened_at=moment(at),
            thread=f"{channel}/{ts}",
            user=str(user),
            taken_back=taken_back,
        )

    def _alerted(self, channel: str, message: Mapping[str, Any], key: str, at: str, *, edited: bool = False) -> Alerted:
        ts = message["ts"]
        return Alerted(
            key=key,
            happened_at=moment(at),
            notification=self._notification(message),
            thread=f"{channel}/{_ts(message.get('thread_ts')) or ts}",
            link=f"{self._workspace.url}archives/{channel}/p{ts.replace('.', '')}",
            edited=edited,
        )

    def _notification(self, message: Mapping[str, Any]) -> Notification:
        try:
            return self._read(message)
        except Exception as failure:  # noqa: BLE001 - a message of a shape that nobody thought of is shown all the same
            log.error("a message of Bugsnag's could not be read: %s", type(failure).__name__)  # noqa: TRY400 - its words
            return Notification(Kind.UNREADABLE)

    def _is_ours(self, envelope: Mapping[str, Any]) -> bool:
        app = envelope.get("api_app_id")
        if envelope.get("team_id") != self._workspace.team or not _is_id(app):
            log.warning("Slack told something of another workspace or app; it is left alone")
            return False
        self._app = self._app or str(app)
        return app == self._app

    def _is_followed(self, channel: Any) -> bool:
        return _is_id(channel) and self._follows(channel)

    def _is_own(self, message: Mapping[str, Any]) -> bool:
        user, bot = message.get("user"), message.get("bot_id")
        return (bool(user) and user == self._workspace.user) or (bool(bot) and bot == self._workspace.bot)

    def _is_person(self, user: Any) -> bool:
        return isinstance(user, str) and bool(_ID.fullmatch(user)) and user not in (SLACKBOT, self._workspace.user)

    def _is_bugsnags(self, message: Mapping[str, Any]) -> bool:
        subtype = message.get("subtype")
        if not (subtype is None or isinstance(subtype, str)) or subtype not in BY_BUGSNAG:
            return False
        profile = message.get("bot_profile")
        profile = profile if isinstance(profile, Mapping) else {}
        named = (profile.get("app_id"), message.get("app_id"), message.get("bot_id"))
        ids = [str(one) for one in named if _is_id(one)]
        if not self.bugsnag and "Bugsnag" in (message.get("username"), profile.get("name")):
            self._tell(ids)
        return any(one in self.bugsnag for one in ids)

    def _tell(self, ids: list[str]) -> None:
        if ids and ids[0] not in self._candidates and len(self._candidates) < MOST_CANDIDATES:
            self._candidates.add(ids[0])
            log.info("somebody called Bugsnag writes in Slack; if it is Bugsnag, set SLACK_BUGSNAG_IDS=%s", ids[0])


def eyes_key(channel: str, ts: str, user: str, at: str, *, taken_back: bool) -> str:
    """Return the key of what somebody's eyes did to a message; it is kept for ever, so it does not tell whose."""
    whose = hashlib.sha256(f"{user}|{ts}|{at}".encode()).hexdigest()[:16]
    return f"slack|{channel}|{ts}|{EYES}|{whose}|{at}" + ("|back" if taken_back else "")


def is_ts(value: Any) -> bool:
    """Say whether something is the id of a message, which is also when it was written."""
    return isinstance(value, str) and bool(_TS.fullmatch(value))


def moment(ts: str) -> datetime:
    """Return when something of this id happened in Slack, in UTC."""
    whole, _, rest = ts.partition(".")
    return datetime.fromtimestamp(int(whole), UTC) + timedelta(microseconds=int(rest))


def _is_a_persons(message: Mapping[str, Any]) -> bool:
    subtype, user = message.get("subtype"), message.get("user")
    bots = any(message.get(part) for part in ("bot_id", "bot_profile", "app_id"))
    known = (subtype is None or isinstance(subtype, str)) and subtype in BY_PEOPLE
    return known and not bots and _is_id(user) and user != SLACKBOT


def _is_eyes(name: Any) -> bool:
    """Say whether a reaction is the eyes, in whatever skin they come."""
    return isinstance(name, str) and name.partition("::")[0] == EYES


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _ts(value: Any) -> str:
    return str(value) if is_ts(value) else ""
