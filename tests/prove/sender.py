"""Teams as the bot is called by it: people post, press, and what is not answered with 2xx is sent again.

Harder than Teams, which tries twice: the same activity comes until it is accepted, a share of them once more after
that, and a share twice at once. A press is a new one each time, as people press again; whoever presses looks at the
card that stands in the thread, and sends what its button has.
"""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from random import Random
from typing import Any

import aiohttp
import orjson

from tests.prove.checker import Post
from tests.prove.clock import FastClock
from tests.prove.connector import Connector
from tests.prove.ledger import Message
from tests.prove.town import Place
from tests.rig import activities

PATIENCE = 15.0
"""Seconds after which Teams takes a call for failed."""
LONGEST_PAUSE = 0.8
DONE = "application/vnd.microsoft.card.adaptive"
WORDS = 7
SIGNS = "bcdfghklmnprstvwz", "aeiou"


@dataclass(slots=True)
class Story:
    """What happens with one request: minutes are after the post. ``again``, ``twice``: delivered once more."""

    number: int
    place: Place
    minute: float
    claim: float | None = None
    solve: float | None = None
    again: bool = False
    twice: bool = False
    at: datetime | None = None
    acknowledged: bool = False
    tried: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)

    @property
    def root(self) -> str:
        """The id of the post."""
        return str(1_763_500_000_000 + self.number)

    @property
    def thread(self) -> str:
        """The thread of the post."""
        return f"{self.place.channel};messageid={self.root}"

    @property
    def token(self) -> str:
        """What the post begins with."""
        return f"q{self.number:06}"

    @property
    def requester(self) -> str:
        """Who posts: each request is somebody else's, since a second one of theirs would go with the first."""
        return f"aaaaaaaa-0000-4000-8000-{self.number:012}"

    def told(self) -> Post:
        """Say what became of it, for the checker."""
        assert self.at is not None
        return Post(
            self.thread,
            self.token,
            self.at,
            self.place.steps,
            self.acknowledged,
            frozenset(self.tried),
            frozenset(self.heard),
        )


def stories(random: Random, count: int, places: list[Place], per_minute: float) -> list[Story]:
    """Make up what happens: half are claimed within nine minutes and solved soon after, a quarter is solved late.

    A quarter is never touched.
    """
    made = []
    for number in range(count):
        story = Story(number, places[number % len(places)], (number + random.random()) / per_minute)
        fate = random.random()
        if fate < 0.5:
            story.claim = random.uniform(0.3, 9)
            story.solve = story.claim + random.uniform(1, 4)
        elif fate < 0.75:
            story.solve = random.uniform(16, 18)
        chance = random.random()
        story.again, story.twice = chance < 0.02, 0.02 <= chance < 0.03
        made.append(story)
    return made


class Sender:
    """Delivers to the replicas in turn, whichever it was before. ``waits`` are seconds to the answer, of 2xx only.

    Once it is ``over``, what has not come about is given up.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        urls: list[str],
        token: str,
        connector: Connector,
        clock: FastClock,
        random: Random,
    ) -> None:
        self.statuses: Counter[str] = Counter()
        self.waits: list[float] = []
        self.accepted = 0
        self.active = 0
        self.over = False
        self._session = session
        self._urls = urls
        self._turn = 0
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connector = connector
        self._clock = clock
        self._random = random

    async def listens(self, url: str) -> bool:
        """Say whether anybody answers at all."""
        try:
            async with self._session.get(f"{url}/livez", timeout=aiohttp.ClientTimeout(total=PATIENCE)):
                return True
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def post(self, story: Story) -> None:
        """Post, until it is accepted."""
        story.at = self._clock.now
        text = " ".join((story.token, *(self._word() for _ in range(WORDS))))
        activity = activities.channel_post(
            text,
            service_url=self._connector.service_url,
            activity_id=story.root,
            sender=f"29:{story.requester}",
            aad=story.requester,
            name=f"Olga {story.number}",
            channel=story.place.channel,
            at=_text(story.at),
        )
        first = self._deliver(activity)
        await (asyncio.gather(first, self._deliver(activity)) if story.twice else first)
        if self.over:
            return
        story.acknowledged = True
        self.accepted += 1
        if story.again:
            await self._deliver(activity)

    async def claim(self, story: Story) -> None:
        """Let one of the pair press *I'm looking into it*."""
        which = self._random.randrange(2)
        await self._press(story, "claim", story.place.person(which), story.place.called(which))

    async def solve(self, story: Story) -> None:
        """Let the requester press *It's solved*."""
        await self._press(story, "solve", story.requester, f"Olga {story.number}")

    async def _press(self, story: Story, verb: str, who: str, name: str) -> None:
        story.tried.add(verb)
        while not self.over:
            card = await self._card(story, verb)
            if card is None:
                return
            data = next(json.loads(button.data) for button in card.now.buttons if button.verb == verb)
            activity = activities.press(
                verb,
                data,
                thread=story.root,
                card=card.id,
                service_url=self._connector.service_url,
                sender=f"29:{who}",
                aad=who,
                name=name,
                channel=story.place.channel,
                at=_text(self._clock.now),
            )
            answer = await self._once(orjson.dumps(activity))
            if answer is not None and answer.get("type") == DONE:
                story.heard.add(verb)
                return
            await asyncio.sleep(self._random.uniform(0, 2 * LONGEST_PAUSE))

    async def _card(self, story: Story, verb: str) -> Message | None:
        """Wait for a card with the button, newest first; None when it was there and is gone: someone else was first."""
        while not self.over:
            cards = [one for one in self._connector.ledger.by_chat.get(story.thread, []) if one.now.is_card]
            for card in reversed(cards):
                if any(button.verb == verb for button in card.now.buttons):
                    return card
            if any(button.verb == verb for card in cards for old in card.versions for button in old.buttons):
                return None
            await asyncio.sleep(0.1)
        return None

    async def _deliver(self, activity: dict[str, Any]) -> None:
        data = orjson.dumps(activity)
        pause = LONGEST_PAUSE / 16
        while await self._once(data) is None and not self.over:
            await asyncio.sleep(self._random.uniform(pause / 2, pause))
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _once(self, data: bytes) -> dict[str, Any] | None:
        """Send once; None if it was not accepted."""
        url = self._urls[self._turn % len(self._urls)]
        self._turn += 1
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with self._session.post(
                f"{url}/api/messages", data=data, headers=self._headers, timeout=aiohttp.ClientTimeout(total=PATIENCE)
            ) as response:
                self.statuses[str(response.status)] += 1
                body = await response.read()
                if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
                    return None
                self.waits.append(loop.time() - began)
                answer: dict[str, Any] = orjson.loads(body) if body else {}
                return answer
        except (aiohttp.ClientError, TimeoutError) as failure:
            self.statuses[type(failure).__name__] += 1
            return None

    def _word(self) -> str:
        """Make up a word, so that no two posts are alike: they would be shown as one incident."""
        hard, soft = SIGNS
        return "".join(self._random.choice(hard) + self._random.choice(soft) for _ in range(3))


def _text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
