"""What of Slack was surely taken: how far each channel was read, and who had their eyes on which message.

Kept in a file that whoever makes this can write durably; where it is lost, the last day is read again, which changes
nothing, since the events' keys are known.
"""

import asyncio
import logging
from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.events import SlackReacted
from bot.slack.inbound import is_ts

log = logging.getLogger(__name__)

UNSETTLED = timedelta(minutes=1)  # so long after somebody put their eyes there, Slack's history may not say so yet


class Storage(Protocol):
    """A file of tables."""

    def read(self) -> Mapping[str, Any] | None:
        """Return the tables, None where there are none; ValueError or TypeError where it holds anything else."""

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the tables durably; raise OSError or NotStored where the disk refuses."""


class Marks:
    """Remembers what was taken. ``cursor`` is the id of a channel's last message that was, "" at the very first."""

    def __init__(self, storage: Storage) -> None:
        """Read what is remembered; a file that holds anything else is begun anew."""
        self._storage = storage
        self._cursors: dict[str, str] = {}
        self._eyes: dict[str, frozenset[str]] = {}
        self._reacted: dict[str, datetime] = {}
        self.load()

    def load(self) -> None:
        """Read what is remembered, by whoever kept it; what cannot be read is begun anew."""
        try:
            kept = self._storage.read() or {}
            self._cursors = {str(channel): ts for channel, ts in kept.get("read", {}).items() if is_ts(ts)}
            self._eyes = {str(thread): frozenset(map(str, who)) for thread, who in kept.get("eyes", {}).items()}
        except (OSError, ValueError, TypeError, AttributeError) as failure:
            log.warning("slack.json cannot be read (%s); the last day of Slack is read again", type(failure).__name__)

    def cursor(self, channel: str) -> str:
        """Return how far a channel was read, "" where it never was."""
        return self._cursors.get(channel, "")

    def eyes(self, thread: str) -> frozenset[str] | None:
        """Return who had their eyes on a message, None where that is not known."""
        return self._eyes.get(thread)

    def is_settled(self, thread: str, now: datetime) -> bool:
        """Say whether nobody has just put their eyes on a message, or taken them back."""
        return now - self._reacted.get(thread, now - UNSETTLED) >= UNSETTLED

    def note(self, event: SlackReacted, now: datetime) -> None:
        """Take what somebody's eyes did, which is stored."""
        before = self._eyes.get(event.thread, frozenset())
        self._eyes[event.thread] = before - {event.user} if event.taken_back else before | {event.user}
        self._reacted = {thread: at for thread, at in self._reacted.items() if now - at < UNSETTLED}
        self._reacted[event.thread] = now

    async def keep(
        self, channel: str, cursor: str, eyes: Mapping[str, frozenset[str]], others: Container[str], now: datetime
    ) -> None:
        """Remember durably how far a channel was read, and of its messages only these; raise OSError if refused.

        Of other channels only these ``others`` are still followed.
        """
        kept = {
            thread: who
            for thread, who in self._eyes.items()
            if (other := thread.partition("/")[0]) != channel and other in others
        }
        self._reacted = {thread: at for thread, at in self._reacted.items() if now - at < UNSETTLED}
        unsettled = {thread: who for thread, who in self._eyes.items() if thread in self._reacted}
        self._eyes = {**kept, **eyes, **unsettled}
        self._cursors[channel] = cursor
        tables: dict[str, dict[str, Any]] = {
            "read": dict(self._cursors),
            "eyes": {thread: sorted(who) for thread, who in self._eyes.items()},
        }
        await asyncio.to_thread(self._storage.write, tables)
