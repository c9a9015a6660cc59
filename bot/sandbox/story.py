"""*Play a day*: a small story that runs by itself, through the same acts as a person's clicks.

Decides what happens next and what the caption says. Who was called is read off the conversation, never assumed, so that
captions are true on every day and with every rota. A button that is not there is said, and the story goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.sandbox import cast
from bot.sandbox.acts import Acts, NotPossible
from bot.sandbox.clock import Clock
from bot.sandbox.workspace import Workspace
from bot.sandbox.world import Json, Message, World

PACE, PATIENCE, LEAD = 3.0, 3.0, 0.4
CLAIM = "claim"
LOOKS = 20  # at the conversation, while waiting for what the bot does


@dataclass(frozen=True, slots=True)
class Scene:
    """What the page shows of a running story; `act_as` and `place` say where to look."""

    caption: str = ""
    step: int = 0
    steps: int = 0
    act_as: str = ""
    place: str = ""
    running: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is said, through whose eyes, in which place, and what happens.

    `then` says what became of it, once that can be seen.
    """

    caption: str | Callable[[], str]
    act_as: str | Callable[[], str]
    place: str
    act: Callable[[], Awaitable[object]]
    then: Callable[[Scene], Scene] | None = None


class Story:
    """The story, at most one at a time."""

    def __init__(
        self,
        world: World,
        acts: Acts,
        workspace: Workspace,
        clock: Clock,
        pace: float = PACE,
        patience: float = PATIENCE,
    ) -> None:
        """Wait `pace` seconds between steps, and at most `patience` for what the bot does in one."""
        self._world, self._acts, self._workspace, self._clock = world, acts, workspace, clock
        self._pace, self._patience = pace, patience
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._threads: list[str] = []
        self._called: list[str] = []
        self._seen = 0
        self._alert = ""
        self._known: list[tuple[str, int]] = []
        self.scene = Scene()

    def start(self) -> None:
        """Begin at the beginning, unless it runs already."""
        if self._task is None or self._task.done():
            self._threads, self._called = [], []
            self._task = asyncio.create_task(self._run())

    def skip(self) -> None:
        """Go to the next step now."""
        self._hurry.set()

    async def stop(self) -> None:
        """End it where it is."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        steps = list(self._steps())
        try:
            for number, step in enumerate(steps, 1):
                caption, act_as = _now(step.caption), _now(step.act_as)
                self._show(Scene(caption, number, len(steps), act_as, step.place, running=True))
                await self._pause(self._pace * LEAD)
                try:
                    await step.act()
                    if step.then is not None:
                        self._show(step.then(self.scene))
                except NotPossible as reason:
                    self._show(replace(self.scene, caption=f"{caption} (It could not be done: {reason})"))
                await self._pause(self._pace)
        finally:
            self._show(Scene())

    async def _pause(self, seconds: float) -> None:
        self._hurry.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            return

    def _show(self, scene: Scene) -> None:
        self.scene = scene
        self._world.touch()

    def _steps(self) -> Iterator[Step]:
        first, last = self._first, self._last
        yield Step("A working day. Here OPS colleagues ask for help.", "olga", "backend", self._day)
        yield Step(
            "Olga from OPS has a problem. She just posts it; nobody needs to mention the bot.",
            "olga",
            "backend",
            self._post("olga", "The label printer in Berlin is down, drivers are waiting."),
        )
        yield Step(
            lambda: f"One calm card answers her: who, and until when. {self._those_called()}",
            "olga",
            "backend",
            _nothing,
        )
        yield Step(
            lambda: f"{_name(first())} presses “I'm looking into it”.", first, "backend", self._press(first, 0, CLAIM)
        )
        yield Step("Olga sees who has it, and by when she hears more.", "olga", "backend", _nothing)
        yield Step(
            lambda: f"{_name(first())} answers in the thread, as always.",
            first,
            "backend",
            self._reply(first, 0, "The print queue was stuck, I restarted it. Does it print again?"),
        )
        yield Step("Olga: it's solved.", "olga", "backend", self._press(lambda: "olga", 0, "solve"))
        yield Step(
            "Tom asks something too, but this time nobody answers.",
            "tom",
            "backend",
            self._post("tom", "Two tours have vanished from the dispatch screen, is that you?"),
        )
        yield Step("Two minutes on, and no answer.", first, "chat", self._wait(2), self._personally("Two minutes"))
        yield Step("Still no answer.", last, "chat", self._wait(2), self._personally("Four minutes"))
        yield Step("Five minutes: one line in the thread. No blame, no red.", "tom", "backend", self._wait(1))
        yield Step("Ten minutes: the backend team's channel hears of it.", "farid", "team", self._wait(5))
        yield Step(lambda: f"{_name(last())} takes it.", last, "backend", self._press(last, 1, CLAIM))
        yield Step(
            lambda: f"Every copy now says that {_name(last())} has it. Nobody is called again.", first, "chat", _nothing
        )
        yield Step(
            lambda: f"{_name(last())} replies, and Tom's question is settled.",
            last,
            "backend",
            self._reply(last, 1, "A filter was set to yesterday. They are back now, please reload."),
        )
        yield Step("Tom: it's solved.", "tom", "backend", self._press(lambda: "tom", 1, "solve"))
        yield Step(
            "Something breaks in production. Bugsnag says so in Slack.",
            first,
            "slack",
            self._break,
            self._in_the_team("The backend team's channel has it too, with an owner to be found."),
        )
        yield Step(
            lambda: f"{_name(first())} puts eyes on it in Slack.",
            first,
            "slack",
            self._look_at,
            self._in_the_team("In Teams, too, everybody sees who has it."),
        )
        yield Step("That was a day with Hotseat. Now try it: you can be any of the eight.", "olga", "backend", _nothing)

    def _first(self) -> str:
        return self._called[0] if self._called else "ana"

    def _last(self) -> str:
        return self._called[-1] if self._called else "ana"

    def _those_called(self) -> str:
        return f"Called: {_names(self._called)}." if self._called else "Nobody is called."

    def _post(self, person: str, text: str) -> Callable[[], Awaitable[object]]:
        """Post, and see whom the bot's answer calls: by a mention, or with nobody on duty personally."""

        async def act() -> None:
            self._look()
            outcome = await self._acts.post(person, "backend", text)
            self._threads.append(outcome.message)
            await self._until(lambda: any(one.author == "bot" for one in self._world.thread(outcome.message)))
            self._called = self._rung("mention") or self._rung("personal")

        return act

    def _personally(self, after: str) -> Callable[[Scene], Scene]:
        def then(scene: Scene) -> Scene:
            people = self._rung("personal")
            if not people:
                return replace(scene, caption=f"{after} without an answer: nobody else's phone rings.")
            each = " each get" if len(people) > 1 else " gets"
            words = f"{after} without an answer: {_names(people)}{each} a personal message."
            return replace(scene, caption=words, act_as=people[0])

        return then

    async def _break(self) -> None:
        self._known = self._in_team()
        (self._alert,) = await self._workspace.happen("new")
        await self._until(lambda: self._in_team() != self._known)

    async def _look_at(self) -> None:
        self._known = self._in_team()
        await self._workspace.react(self._first(), self._alert)
        await self._until(lambda: self._in_team() != self._known)

    def _in_the_team(self, words: str) -> Callable[[Scene], Scene]:
        """Go on to the team's channel with these words, if anything has become different there."""

        def then(scene: Scene) -> Scene:
            if self._in_team() == self._known:
                return scene
            return replace(scene, caption=words, place="team")

        return then

    def _in_team(self) -> list[tuple[str, int]]:
        team = cast.CHANNELS[1].id
        return [(one.id, one.version) for one in self._world.messages.values() if one.conversation == team]

    def _look(self) -> None:
        self._seen = self._world.notices[-1].id if self._world.notices else 0

    def _rung(self, kind: str) -> list[str]:
        """List whom the bot has called in this way to claim something since the last look."""
        rung = {
            one.person
            for one in self._world.notices
            if one.id > self._seen and one.kind == kind and self._claimable(self._world.messages[one.message])
        }
        return [one.key for one in cast.PLAYERS if one.key in rung]

    def _claimable(self, said: Message) -> bool:
        return any(action.get("verb") == CLAIM for action in actions(said.cards))

    async def _until(self, there: Callable[[], bool]) -> None:
        for _ in range(LOOKS):
            if there():
                return
            await asyncio.sleep(self._patience / LOOKS)

    def _reply(self, person: Callable[[], str], thread: int, text: str) -> Callable[[], Awaitable[object]]:
        async def act() -> object:
            return await self._acts.reply(person(), self._threads[thread], text)

        return act

    def _wait(self, minutes: int) -> Callable[[], Awaitable[object]]:
        """Move the clock, and wait until the bot has heard of it and done what is due."""

        async def act() -> None:
            self._look()
            known = len(self._world.messages)
            self._clock.add(timedelta(minutes=minutes, seconds=2))
            self._world.touch()
            await self._until(lambda: len(self._world.messages) > known)
            await asyncio.sleep(self._patience / LOOKS)

        return act

    async def _day(self) -> None:
        if not self._clock.off_peak():
            self._clock.to("next-opening")
            self._clock.add(timedelta(hours=1))
        self._world.touch()

    def _press(self, person: Callable[[], str], thread: int, verb: str) -> Callable[[], Awaitable[object]]:
        async def act() -> None:
            await self._until(lambda: self._button(person(), self._threads[thread], verb) is not None)
            found = self._button(person(), self._threads[thread], verb)
            if found is None:
                message = f"no card has a button with the verb {verb!r}"
                raise NotPossible(message)
            await self._acts.press(person(), found[0].id, found[1])

        return act

    def _button(self, person: str, root: str, verb: str) -> tuple[Message, Json] | None:
        for said in reversed(self._world.thread(root)):
            if said.deleted or said.author != "bot":
                continue
            for card in [said.views[person]] if person in said.views else said.cards:
                for action in actions(card):
                    if action.get("verb") == verb:
                        return said, action
        return None


def actions(node: object) -> Iterator[Json]:
    """Walk all actions of a card, wherever they stand."""
    if isinstance(node, list):
        for one in node:
            yield from actions(one)
    elif isinstance(node, dict):
        if str(node.get("type", "")).startswith("Action."):
            yield node
        for value in node.values():
            yield from actions(value)


def _now(words: str | Callable[[], str]) -> str:
    return words if isinstance(words, str) else words()


def _name(key: str) -> str:
    return cast.PLAYERS_BY_KEY[key].name.split()[0]


def _names(keys: list[str]) -> str:
    *others, last = map(_name, keys)
    return f"{', '.join(others)} and {last}" if others else last


async def _nothing() -> None:
    """Let people read."""
