"""From Slack to the desk: what is heard, live or in Slack's history, is stored, or NotStored is raised.

It must not know how anything arrived.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.alerts.notification import Notification
from bot.errors import NotStored
from bot.events import SlackActed, SlackReacted
from bot.ports import Clock, Taker
from bot.slack.inbound import Heard, Inbound, Workspace
from bot.slack.marks import Marks
from bot.slack.names import Names


class Intake:
    """Takes what Slack tells, once it has told who the bot is there: before that, it is to tell it again."""

    def __init__(
        self,
        desk_of: Callable[[str], Taker | None],
        bugsnag: frozenset[str],
        read: Callable[[Mapping[str, Any]], Notification],
        names: Names,
        marks: Marks,
        clock: Clock,
    ) -> None:
        """Bind to the desks by their channel in Slack, and to who and what is read."""
        self._desk_of = desk_of
        self._bugsnag = bugsnag
        self._read = read
        self._names = names
        self._marks = marks
        self._clock = clock
        self._inbound: Inbound | None = None

    @property
    def inbound(self) -> Inbound:
        """Return who reads; raise NotStored while Slack has not told who the bot is."""
        if self._inbound is None:
            message = "Slack has not told yet who the bot is there"
            raise NotStored(message)
        return self._inbound

    def meet(self, workspace: Workspace) -> None:
        """Begin to take what this workspace tells."""
        self._inbound = Inbound(
            workspace, self._bugsnag, lambda channel: self._desk_of(channel) is not None, self._read
        )

    async def take(self, envelope: Mapping[str, Any]) -> None:
        """Take an envelope of the Events API; raise NotStored where it is to be delivered again."""
        event = self.inbound.event(envelope)
        if event is not None:
            await self.give(event)

    async def give(self, event: Heard) -> None:
        """Give an event to its desk; it is stored when this returns."""
        desk = self._desk_of(event.thread.partition("/")[0])
        if desk is None:
            return
        if isinstance(event, SlackActed):
            name = await self._names.of(event.user)
            if name is None:  # a bot has a user of its own, too, and handles nothing
                return
            event = replace(event, name=name)
        await desk.handle(event)
        if isinstance(event, SlackReacted):
            self._marks.note(event, self._clock())
