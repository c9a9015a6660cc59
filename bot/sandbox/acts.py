"""What a person may do in the sandbox: post, reply, edit, delete, react, press, submit, install.

The page, *Play a day* and tests all come through here: each act changes the world and tells the bot what Teams would.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from bot.sandbox import activity, cast
from bot.sandbox.clock import Clock
from bot.sandbox.delivery import Delivery
from bot.sandbox.world import Json, Message, World, chat_owner

CARD = "application/vnd.microsoft.card.adaptive"
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*")
PAGE = 25  # results that Teams asks for at once
WORDS = "application/vnd.microsoft.activity.message"


class NotPossible(Exception):  # noqa: N818 - an answer, not an error
    """An act that Teams would not let the person do; its text says why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the person sees of a press: a word only for them, an error, or a dialog's next step.

    Of a search they see `results`, or a `notice` in their place.
    """

    status: int
    toast: str = ""
    failed: bool = False
    dialog: Json | None = None
    message: str = ""
    results: tuple[Json, ...] = ()
    notice: str = ""


class Acts:
    """The acts, on one world, towards one bot."""

    def __init__(self, world: World, delivery: Delivery, clock: Clock, service_url: str) -> None:
        """Use `service_url` as the serviceUrl of every activity."""
        self._world = world
        self._delivery = delivery
        self._clock = clock
        self._url = service_url

    async def begin(self) -> None:
        """Add the bot to the team."""
        for body in activity.team_installed(self._url, self._clock.now()):
            await self._delivery.send(body)

    async def post(
        self, person: str, place: str, text: str, picture: str = "", inserted: Json | None = None
    ) -> Outcome:
        """Begin a thread in a channel (`place` its key or id), write in a group chat, or to the bot ("chat").

        `inserted` is a card that a search has put into it.
        """
        who = self._who(person)
        if place == "chat":
            await self.open_chat(person)
            if not self._world.installed[person]:
                message = "The app is switched off for this person."
                raise NotPossible(message)
        return await self._say(who, self._conversation(who, place), None, text, picture, inserted)

    async def reply(
        self, person: str, root: str, text: str, picture: str = "", inserted: Json | None = None
    ) -> Outcome:
        """Reply in the thread of message `root`."""
        first = self._message(person, root)
        return await self._say(self._who(person), first.conversation, first.root, text, picture, inserted)

    async def search(self, person: str, place: str, message: str = "", words: str = "", skip: int = 0) -> Outcome:
        """Search the handbook where somebody writes: in the thread of a `message`, else a new one in a place."""
        who = self._who(person)
        if not self._world.installed[person]:
            reason = "The app is switched off for this person, so it searches nothing."
            raise NotPossible(reason)
        first = self._message(person, message) if message else None
        conversation = first.conversation if first else self._conversation(who, place)
        asked = {"words": words, "skip": skip, "count": PAGE}
        root = first.root if first else None
        now, identifier = self._clock.now(), self._world.new_id()
        body = activity.query(self._url, person, conversation, root, identifier, now, **asked)
        return _results(*await self._delivery.invoke(body))

    def _conversation(self, who: cast.Player, place: str) -> str:
        """Give the conversation that a place is for somebody."""
        if place == "chat":
            return who.chat
        group = cast.chat(place)
        if group is not None and who.key not in group.members:
            message = f"{who.name} is not in that chat."
            raise NotPossible(message)
        channel = group or cast.channel(place)
        if channel is None:
            message = f"There is no channel {place!r}."
            raise NotPossible(message)
        return channel.id

    async def edit(self, person: str, identifier: str, text: str) -> Outcome:
        """Change one's own message."""
        said = self._own(person, identifier)
        marked, mentions = activity.mark_mentions(_words(text, said.picture or bool(said.cards)))
        self._world.edit(said, marked, said.cards, mentions)
        return await self._tell(said, activity.edited(self._url, said, said.modified or said.at))

    async def delete(self, person: str, identifier: str, *, undo: bool = False) -> Outcome:
        """Delete one's own message, or take that back."""
        said = self._own(person, identifier)
        self._world.delete(said, deleted=not undo)
        at = said.modified or said.at
        if undo:
            return await self._tell(said, activity.edited(self._url, said, at, event="undeleteMessage"))
        return await self._tell(said, activity.deleted(self._url, said, at))

    async def react(self, person: str, identifier: str, reaction: str) -> Outcome:
        """Add a reaction or take it back; a bot hears only of those to its own messages."""
        said = self._message(person, identifier)
        added = self._world.react(said, person, reaction)
        if said.author != "bot":
            return Outcome(0)
        body = activity.reaction(self._url, person, said, reaction, self._clock.now(), added=added)
        return Outcome(await self._delivery.send(body), message=said.id)

    async def press(self, person: str, identifier: str, action: Json) -> Outcome:
        """Press a card's button; `action` is the card's action with the inputs already in its `data`."""
        said = self._message(person, identifier)
        given = action.get("data")
        data: Json = given if isinstance(given, dict) else {}
        if action.get("type") == "Action.Execute":
            return await self._execute(person, said, action)
        teams = data.get("msteams")
        if isinstance(teams, dict) and teams.get("type") == "task/fetch":
            return await self._dialog(person, said, "task/fetch", data)
        if isinstance(teams, dict) and teams.get("type") == "imBack":
            root = None if chat_owner(said.conversation) is not None else said.root
            return await self._say(self._who(person), said.conversation, root, str(teams.get("value", "")), "")
        body = activity.submitted(self._url, person, said, self._world.new_id(), data, self._clock.now())
        return Outcome(await self._delivery.send(body), toast="Your response was sent to the app", message=said.id)

    async def submit(self, person: str, identifier: str, data: Json) -> Outcome:
        """Submit a dialog that a press on message `identifier` opened."""
        return await self._dialog(person, self._message(person, identifier), "task/submit", data)

    async def choose(self, person: str, identifier: str, data: Json | None = None) -> Outcome:
        """Choose *Raise with support* on a message, or, with `data`, send the dialog that this opened."""
        said = self._message(person, identifier)
        if not self._world.installed[person]:
            message = "The app is switched off for this person, so it has no actions on messages."
            raise NotPossible(message)
        if said.deleted:
            message = "A deleted message has no actions."
            raise NotPossible(message)
        body = activity.chosen(self._url, person, said, self._world.new_id(), self._clock.now(), data)
        return _task(*await self._delivery.invoke(body), said)

    async def open_chat(self, person: str) -> None:
        """Open the chat with the bot: the first time the bot hears of its installation for this person."""
        who = self._who(person)
        if self._world.installed[person] and person not in self._world.opened:
            self._world.opened.add(person)
            for body in activity.chat_installed(self._url, who, self._clock.now(), added=True):
                await self._delivery.send(body)

    async def install(self, person: str, *, installed: bool) -> None:
        """Switch the app on or off for a person."""
        who = self._who(person)
        if self._world.installed[person] == installed:
            return
        self._world.installed[person] = installed
        self._world.opened.discard(person)
        self._world.touch()
        if installed:
            await self.open_chat(person)
            return
        for body in activity.chat_installed(self._url, who, self._clock.now(), added=False):
            await self._delivery.send(body)

    async def _say(
        self,
        who: cast.Player,
        conversation: str,
        root: str | None,
        text: str,
        picture: str,
        inserted: Json | None = None,
    ) -> Outcome:
        cards = [_card(inserted)] if inserted is not None else []
        marked, mentions = activity.mark_mentions(_words(text, _picture(picture) or bool(cards)))
        said = self._world.add(conversation, root, who.key, marked, cards=cards, mentions=mentions, picture=picture)
        return await self._tell(said, activity.message(self._url, said))

    async def _tell(self, said: Message, body: Json) -> Outcome:
        """Send what a person wrote: without consent a bot hears only of channel messages that mention it."""
        heard = chat_owner(said.conversation) is not None or self._world.consent or cast.BOT_ID in said.mentioned
        heard = heard and cast.chat(said.conversation) is None  # the bot is in none
        return Outcome(await self._delivery.send(body) if heard else 0, message=said.id)

    async def _execute(self, person: str, said: Message, action: Json) -> Outcome:
        value = {"action": {key: action[key] for key in action if key != "title"}, "trigger": "manual"}
        seen = said.version
        status, body = await self._invoke(person, said, "adaptiveCard/action", value)
        if status != HTTPStatus.OK or not isinstance(body, dict):
            return _failed(status, said)
        kind, inner = body.get("type"), body.get("value")
        if kind == CARD and isinstance(inner, dict):
            if said.version == seen:
                self._world.show_to(said, person, inner)
            return Outcome(status, message=said.id)
        if kind == WORDS:
            return Outcome(status, toast=str(inner), message=said.id)
        words = str(inner.get("message", "")) if isinstance(inner, dict) else ""
        return Outcome(int(body.get("statusCode") or status), toast=words or "Something went wrong.", failed=True)

    async def _dialog(self, person: str, said: Message, name: str, data: Json) -> Outcome:
        return _task(*await self._invoke(person, said, name, {"data": data, "context": {"theme": "default"}}), said)

    async def _invoke(self, person: str, said: Message, name: str, value: Json) -> tuple[int, Any]:
        body = activity.invoke(self._url, person, said, self._world.new_id(), name, value, self._clock.now())
        return await self._delivery.invoke(body)

    def _who(self, person: str) -> cast.Player:
        who = cast.player(person)
        if who is None:
            message = f"Nobody here is called {person!r}."
            raise NotPossible(message)
        return who

    def _message(self, person: str, identifier: str) -> Message:
        who = self._who(person)
        said = self._world.messages.get(identifier)
        if said is None or who.key not in self._world.readers(said):
            message = "There is no such message for this person."
            raise NotPossible(message)
        if said.conversation == cast.SLACK.id:
            message = "That stands in Slack, which has acts of its own."
            raise NotPossible(message)
        return said

    def _own(self, person: str, identifier: str) -> Message:
        said = self._message(person, identifier)
        if said.author != person:
            message = "Only its author can change a message."
            raise NotPossible(message)
        return said


def _words(text: str, besides: str | bool) -> str:  # noqa: FBT001 - what else there is to send
    words = text.strip()
    if not words and not besides:
        message = "There is nothing to send."
        raise NotPossible(message)
    return words


def _picture(url: str) -> str:
    if url and not PICTURE.fullmatch(url):
        message = "A picture must be a PNG, JPEG, GIF or WebP file."
        raise NotPossible(message)
    return url


def _card(inserted: object) -> Json:
    if not isinstance(inserted, dict) or inserted.get("type") != "AdaptiveCard":
        message = "What is put into a message must be an Adaptive Card."
        raise NotPossible(message)
    return inserted


def _results(status: int, body: Any) -> Outcome:
    """Give what a search shows: a list, each with its preview and the card that it inserts, or words."""
    answer = body.get("composeExtension") if isinstance(body, dict) else None
    if status != HTTPStatus.OK or not isinstance(answer, dict):
        return Outcome(status, notice="The search does not answer. Please try again.", failed=True)
    if answer.get("type") == "message":
        return Outcome(status, notice=str(answer.get("text")))
    found = [one for one in answer.get("attachments") or [] if isinstance(one, dict)]
    return Outcome(status, results=tuple(_result(one) for one in found))


def _result(found: Json) -> Json:
    """Give one of a list: an Adaptive Card needs a preview, or Teams shows nothing of it."""
    preview = found.get("preview")
    content = preview.get("content") if isinstance(preview, dict) else None
    shown = content if isinstance(content, dict) else {}
    return {"title": str(shown.get("title", "")), "text": str(shown.get("text", "")), "card": found.get("content")}


def _failed(status: int, said: Message) -> Outcome:
    return Outcome(status, toast="Something went wrong. Please try again.", failed=True, message=said.id)


def _task(status: int, body: Any, said: Message) -> Outcome:
    """Give what a person sees of a dialog's answer: its next step, a word, or that it closes."""
    if status != HTTPStatus.OK:
        return _failed(status, said)
    task = body.get("task") if isinstance(body, dict) else None
    if not isinstance(task, dict):
        return Outcome(status, message=said.id)
    if task.get("type") == "message":
        return Outcome(status, toast=str(task.get("value")), message=said.id)
    value = task.get("value")
    return Outcome(status, dialog=_dialog_of(value) if isinstance(value, dict) else None, message=said.id)


def _dialog_of(value: Json) -> Json:
    card = value.get("card")
    content = card.get("content") if isinstance(card, dict) else None
    return {
        "title": str(value.get("title") or cast.BOT_NAME),
        "width": value.get("width"),
        "height": value.get("height"),
        "card": content if isinstance(content, dict) else None,
    }
