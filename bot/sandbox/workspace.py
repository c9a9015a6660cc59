"""What happens in the Slack channel: Bugsnag speaks, people write, reply and react.

The page, *Play a day* and tests all come through here: each act changes the world and tells the bot what Slack would.
"""

import asyncio
import re
import uuid
from collections.abc import Coroutine
from typing import Any

from bot.sandbox import cast, envelope
from bot.sandbox.acts import NotPossible, Outcome
from bot.sandbox.bugsnag import MOST, Bugsnag, Error, Said
from bot.sandbox.clock import Clock
from bot.sandbox.hooks import Hooks
from bot.sandbox.world import Message, World

STORM = 60
MARK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
COMMENT = "We saw this after the last release too. I have a look."


class Workspace:
    """The acts, on one world, towards one bot; `webhook` says whether Bugsnag calls the bot itself, too."""

    def __init__(self, world: World, bugsnag: Bugsnag, hooks: Hooks, clock: Clock) -> None:
        """Bind to the parts; Bugsnag's webhook is off."""
        self._world, self.bugsnag, self._hooks, self._clock = world, bugsnag, hooks, clock
        self.webhook = False
        self._tasks: set[asyncio.Task[Any]] = set()

    async def happen(
        self, what: str, *, error: str = "", count: int = STORM, text: str = "", by: str = ""
    ) -> list[str]:
        """Let something happen in Bugsnag, by default to the error that came up last; give the messages' ids.

        `what` is "new", "storm" (`count` errors), "comment" (`text`), "release", "unreadable", "edited" (Bugsnag
        changes the error's latest message), or what its `happened` knows. `by` is the key of who does it, Farid's where
        nobody is named.
        """
        now = self._clock.now()
        if what == "edited":
            return [await self._rewrite(self._error(error))]
        person = self._member(by or "farid").name
        match what:
            case "new":
                said = [self.bugsnag.new(now)]
            case "storm":
                said = list(self.bugsnag.storm(now, max(1, min(count, MOST))))
            case "comment":
                said = [self.bugsnag.commented(self._error(error), text.strip() or COMMENT, now, person)]
            case "release":
                said = [self.bugsnag.released(now, person)]
            case "unreadable":
                said = [self.bugsnag.unreadable()]
            case _:
                said = [self.bugsnag.happened(self._error(error), what, now, person)]
        messages = [self._speak(one) for one in said]
        sent = [self._hooks.slack(envelope.envelope(envelope.said_event(self._world, one))) for one in messages]
        if self.webhook:
            sent += [self._hooks.bugsnag(one.payload) for one in said if one.payload]
        if what == "storm":
            self._background(*sent)
        else:
            await asyncio.gather(*sent)
        return [one.id for one in messages]

    async def post(self, person: str, text: str) -> Outcome:
        """Write in the channel."""
        return await self._say(self._member(person), None, text)

    async def reply(self, person: str, identifier: str, text: str) -> Outcome:
        """Reply in the thread of a message."""
        return await self._say(self._member(person), self._message(identifier).root, text)

    async def edit(self, person: str, identifier: str, text: str) -> Outcome:
        """Change one's own message."""
        said = self._own(person, identifier)
        before = envelope.message(self._world, said)
        words, mentions = envelope.marked(_words(text))
        said.source = words
        self._world.edit(said, text.strip(), None, mentions)
        event = envelope.changed_event(self._world, said, before, self._world.new_id())
        return Outcome(await self._hooks.slack(envelope.envelope(event)), message=said.id)

    async def delete(self, person: str, identifier: str) -> Outcome:
        """Delete one's own message."""
        said = self._own(person, identifier)
        before = envelope.message(self._world, said)
        self._world.delete(said)
        event = envelope.deleted_event(before, self._world.new_id())
        return Outcome(await self._hooks.slack(envelope.envelope(event)), message=said.id)

    async def react(self, person: str, identifier: str, reaction: str = envelope.EYES) -> Outcome:
        """Put a reaction to a message, or take it back."""
        who, said = self._member(person), self._message(identifier)
        added = self._world.react(said, who.key, reaction)
        event = envelope.reaction_event(said, who.key, reaction, self._world.new_id(), added=added)
        return Outcome(await self._hooks.slack(envelope.envelope(event)), message=said.id)

    def heard(self, said: Message) -> None:
        """Tell the bot of a message of its own, as Slack does."""
        self._background(self._hooks.slack(envelope.envelope(envelope.said_event(self._world, said))))

    async def close(self) -> None:
        """Stop what is underway."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _rewrite(self, error: Error) -> str:
        there = [one for one in self._world.messages.values() if one.error == error.id]
        said, new = there[-1], self.bugsnag.happened(error, "again", self._clock.now())
        before = envelope.message(self._world, said)
        said.source, said.attachments = new.text, list(new.attachments)
        self._world.edit(said, plain(new.text))
        event = envelope.changed_event(self._world, said, before, self._world.new_id())
        await self._hooks.slack(envelope.envelope(event))
        return said.id

    def _background(self, *sent: Coroutine[Any, Any, int]) -> None:
        for one in sent:
            task = asyncio.create_task(one)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _speak(self, said: Said) -> Message:
        return self._world.add(
            cast.SLACK.id,
            None,
            "bugsnag",
            plain(said.text),
            source=said.text,
            attachments=list(said.attachments),
            error=said.error,
        )

    async def _say(self, who: cast.Player, root: str | None, text: str) -> Outcome:
        words, mentions = envelope.marked(_words(text))
        said = self._world.add(
            cast.SLACK.id,
            root,
            who.key,
            text.strip(),
            mentions=mentions,
            source=words,
            client=str(uuid.uuid4()),
        )
        event = envelope.said_event(self._world, said)
        return Outcome(await self._hooks.slack(envelope.envelope(event)), message=said.id)

    def _member(self, person: str) -> cast.Player:
        who = cast.player(person)
        if who is None or not who.slack_id:
            message = f"{who.name if who else repr(person)} is not in Slack's {cast.SLACK.name}."
            raise NotPossible(message)
        return who

    def _message(self, identifier: str) -> Message:
        said = self._world.messages.get(identifier)
        if said is None or said.conversation != cast.SLACK.id or said.deleted:
            message = "There is no such message in Slack."
            raise NotPossible(message)
        return said

    def _own(self, person: str, identifier: str) -> Message:
        said = self._message(identifier)
        if said.author != self._member(person).key:
            message = "Only its author can change a message."
            raise NotPossible(message)
        return said

    def _error(self, identifier: str) -> Error:
        found = self.bugsnag.errors.get(identifier) if identifier else self.bugsnag.latest()
        if found is None:
            message = "There is no such error in Bugsnag yet: let one come up first."
            raise NotPossible(message)
        return found


def plain(text: str) -> str:
    """Give the words of a text with Slack's marks."""
    return envelope.unescaped(MARK.sub(lambda match: match.group(2) or match.group(1), text))


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        message = "There is nothing to send."
        raise NotPossible(message)
    return words
