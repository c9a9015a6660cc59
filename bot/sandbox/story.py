"""*Play a day*: a small story that runs by itself, through the same acts as a person's clicks.

Decides what happens next and what the caption says. A button that is not there is said, and the story goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.sandbox.acts import Acts, NotPossible
from bot.sandbox.clock import Clock
from bot.sandbox.world import Json, Message, World

PACE, LEAD = 3.0, 0.4
BUTTON_PATIENCE = 8


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
    """One step: a caption, through whose eyes, in which place, and what happens."""

    caption: str
    act_as: str
    place: str
    act: Callable[[], Awaitable[object]]


class Story:
    """The story, at most one at a time."""

    def __init__(self, world: World, acts: Acts, clock: Clock, pace: float = PACE) -> None:
        """Wait `pace` seconds between steps."""
        self._world, self._acts, self._clock, self._pace = world, acts, clock, pace
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._threads: list[str] = []
        self.scene = Scene()

    def start(self) -> None:
        """Begin at the beginning, unless it runs already."""
        if self._task is None or self._task.done():
            self._threads = []
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
                self._show(Scene(step.caption, number, len(steps), step.act_as, step.place, running=True))
                await self._pause(self._pace * LEAD)
                try:
                    await step.act()
                except NotPossible as reason:
                    self._show(replace(self.scene, caption=f"{step.caption} (It could not be done: {reason})"))
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
        yield Step("A working morning. The pair this week: Ana and Ben.", "olga", "backend", self._morning)
        yield Step(
            "Olga from OPS has a problem. She just posts it; nobody needs to mention the bot.",
            "olga",
            "backend",
            self._post("olga", "The label printer in Berlin is down, drivers are waiting."),
        )
        yield Step(
            "One calm card answers her: who, and until when. Ana and Ben are mentioned.", "olga", "backend", _nothing
        )
        yield Step("Ana presses “I'm looking into it”.", "ana", "backend", self._press("ana", 0, "claim"))
        yield Step("Olga sees who has it, and by when she hears more.", "olga", "backend", _nothing)
        yield Step(
            "Ana answers in the thread, as always.",
            "ana",
            "backend",
            self._reply("ana", 0, "The print queue was stuck, I restarted it. Does it print again?"),
        )
        yield Step("Olga: it's solved.", "olga", "backend", self._press("olga", 0, "solve"))
        yield Step(
            "Tom asks something too, but this time nobody answers.",
            "tom",
            "backend",
            self._post("tom", "Two tours have vanished from the dispatch screen, is that you?"),
        )
        yield Step("Two minutes on: Ana and Ben each get a personal message.", "ana", "chat", self._wait(2))
        yield Step("Ben sees it as well. Still no answer.", "ben", "chat", self._wait(2))
        yield Step("Five minutes: one line in the thread. No blame, no red.", "tom", "backend", self._wait(1))
        yield Step("Ten minutes: the backend team's channel hears of it.", "farid", "team", self._wait(5))
        yield Step("Ben takes it.", "ben", "backend", self._press("ben", 1, "claim"))
        yield Step("Every copy now says that Ben has it. Nobody is called again.", "ana", "chat", _nothing)
        yield Step(
            "Ben replies, and Tom's question is settled.",
            "ben",
            "backend",
            self._reply("ben", 1, "A filter was set to yesterday. They are back now, please reload."),
        )
        yield Step("Tom: it's solved.", "tom", "backend", self._press("tom", 1, "solve"))
        yield Step("That was a day with Hotseat. Now try it: you can be any of the eight.", "olga", "backend", _nothing)

    def _post(self, person: str, text: str) -> Callable[[], Awaitable[object]]:
        async def act() -> None:
            outcome = await self._acts.post(person, "backend", text)
            self._threads.append(outcome.message)

        return act

    def _reply(self, person: str, thread: int, text: str) -> Callable[[], Awaitable[object]]:
        async def act() -> object:
            return await self._acts.reply(person, self._threads[thread], text)

        return act

    def _wait(self, minutes: int) -> Callable[[], Awaitable[object]]:
        async def act() -> None:
            self._clock.add(timedelta(minutes=minutes, seconds=2))
            self._world.touch()

        return act

    async def _morning(self) -> None:
        if not self._clock.off_peak():
            self._clock.to("next-opening")
            self._clock.add(timedelta(hours=1))
        self._world.touch()

    def _press(self, person: str, thread: int, verb: str) -> Callable[[], Awaitable[object]]:
        async def act() -> None:
            for _ in range(BUTTON_PATIENCE):
                found = self._button(person, self._threads[thread], verb)
                if found is not None:
                    await self._acts.press(person, found[0].id, found[1])
                    return
                await asyncio.sleep(self._pace / 10)
            message = f"no card has a button with the verb {verb!r}"
            raise NotPossible(message)

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


async def _nothing() -> None:
    """Let people read."""
