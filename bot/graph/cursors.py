"""How far each channel was read through Microsoft Graph, kept over a restart.

It must not know what is read. Where it is lost, a channel is read from then on, and what was missed just before is not
found; nothing is taken twice, since the events' keys are known.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from bot.graph.messages import Channel

log = logging.getLogger(__name__)

MOST_GONE = 200


class Storage(Protocol):
    """A file of tables."""

    def read(self) -> Mapping[str, Any] | None:
        """Return the tables, None where there are none; ValueError or TypeError where it holds anything else."""

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the tables durably; raise OSError or NotStored where the disk refuses."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a channel was read: ``link`` leads on, "" where it has to be read anew from a moment on.

    ``first`` is when it was first looked at, ``whole`` when the last look began that came to its end. ``gone`` are the
    ids of messages that were seen deleted, the last ones.
    """

    first: datetime
    whole: datetime
    link: str = ""
    gone: tuple[str, ...] = ()


class Cursors:
    """The cursors of all channels."""

    def __init__(self, storage: Storage) -> None:
        """Read what is kept; a file that holds anything else is begun anew."""
        self._storage = storage
        self._cursors: dict[str, Cursor] = {}
        self._writing = asyncio.Lock()  # tenants are read beside each other
        self.load()

    def load(self) -> None:
        """Read what is kept, by whoever kept it; raise NotStored where the store fails."""
        try:
            kept = self._storage.read() or {}
            self._cursors = {str(name): _cursor(one) for name, one in kept.get("channels", {}).items()}
        except (OSError, ValueError, TypeError, AttributeError, KeyError) as failure:
            log.warning("graph.json cannot be read (%s); channels are read from now on", type(failure).__name__)

    def of(self, channel: Channel) -> Cursor | None:
        """Return how far a channel was read, None where it never was."""
        return self._cursors.get(_name(channel))

    async def keep(self, channel: Channel, cursor: Cursor) -> None:
        """Remember durably how far a channel was read; raise OSError or NotStored if refused."""
        self._cursors[_name(channel)] = cursor
        async with self._writing:
            table = {
                name: {
                    "first": one.first.isoformat(),
                    "whole": one.whole.isoformat(),
                    "link": one.link,
                    "gone": list(one.gone),
                }
                for name, one in self._cursors.items()
            }
            await asyncio.to_thread(self._storage.write, {"channels": table})


def _name(channel: Channel) -> str:
    return f"{channel.tenant}/{channel.id}"


def _cursor(kept: Mapping[str, Any]) -> Cursor:
    first, whole = (datetime.fromisoformat(kept[name]).astimezone(UTC) for name in ("first", "whole"))
    return Cursor(first, whole, str(kept["link"]), tuple(map(str, kept["gone"])))
