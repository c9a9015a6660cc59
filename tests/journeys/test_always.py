"""Whatever happens in whatever order: requests stay whole. Random stories, the same ones each time."""

from datetime import timedelta
from random import Random

import pytest

from bot.decide.requests.steps import STEPS
from bot.effects import Dialog
from bot.events import Adopt, Claim, GoOn, Open, Press, Reopen, Separate, Solve
from bot.people import Author, Person
from bot.support.request import Request, Status
from bot.views import FormCard
from tests.journeys.town import ANA, BEN, EVA, FARID, OLGA, TEAM, TEAM_CHANNEL, TOM, TRIAGE, Town

STORIES = 150
pytestmark = pytest.mark.uncounted  # walks over ground that examples cover, for a third of the price
PRESSES: tuple[type[Press], ...] = (Claim, Solve, Reopen, Separate, Adopt, GoOn)
PLAYERS: tuple[Author | Person, ...] = (ANA, ANA, ANA, BEN, *TEAM, OLGA, TOM)
ASKERS: tuple[Author | Person, ...] = (OLGA, OLGA, TOM, EVA, ANA)
ACTS = (
    *("post", "post", "post", "reply", "reply", "late", "edit", "delete", "restore"),
    *("press", "press", "press", "press", "step", "step", "step", "step", "step", "step", "undo", "undo"),
    *("wait", "wait", "night", "away", "pause", "resume", "restart", "apart", "apart"),
)
BESIDE = {"who": "0", "ticket": "EDGE-1", "difficulty": "1", "risk": "1", "reason": "they wait"}
BESIDE |= {"difficulty_why": "small", "risk_why": "small"}


class Story:
    """One random story in a town."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a story, not a secret
        start = self.random.choice(["2026-11-23 10:00", "2026-11-20 16:20", "2026-11-24 17:40"])
        self.town = Town(start, team_channel=self.random.choice([TEAM_CHANNEL, ""]))
        self.places: list[str] = []

    async def act(self) -> None:
        """Let somebody do something."""
        town, random = self.town, self.random
        act, who = random.choice(ACTS), random.choice(PLAYERS)
        match act:
            case "post":
                self.places.append(await town.post("request: printer down\nscanner", random.choice(ASKERS)))
            case "wait":
                await town.wait(random.choice([0.5, 1, 2, 5, 11, 31, 60]))
            case "night":
                await town.wait(16 * 60)
            case "away":
                await town.write(random.choice(["away 45", "away off"]), who)
            case "pause" | "resume":
                await town.write(act, FARID)
            case "restart":
                await town.restart()
            case "apart":
                await self.apart()
            case _ if self.places:
                await self.about_a_request(act, who)

    async def about_a_request(self, act: str, who: Author | Person) -> None:
        """Let somebody do something about a request, or say something in its thread."""
        town, random = self.town, self.random
        place = random.choice(self.places)
        last = (await (await town.desk()).state()).facts.last_number
        request = f"R-{random.randint(1, last)}"
        match act:
            case "reply":
                await town.reply(place, random.choice(["hm", "thanks!", "still broken?"]), who)
            case "late":
                await town.reply(place, "still", who, happened=self.earlier())
            case "edit":
                await town.edit(place, "request: x")
            case "delete":
                await town.delete(place)
            case "restore":
                await town.restore(place, "request: printer down")
            case "press":
                await town.press(random.choice(PRESSES), request, who)
            case "undo":
                await town.send("undo", request, who)
            case _:
                await self.step(request, who)

    async def apart(self) -> None:
        """Let somebody make their second post a matter of its own, and write once more, which goes with that."""
        who = self.random.choice([OLGA, TOM])
        self.places += [await self.town.post("printer down", who), await self.town.post("and the scanner", who)]
        second = (await self.town.requests())[-1].id
        await self.town.press(Separate, second, who)
        self.places.append(await self.town.post("and the scale", who))
        if self.random.random() < 0.5:
            await self.town.send("undo", second, who)

    def earlier(self) -> str:
        """Return a moment some minutes ago."""
        before = self.town.now - timedelta(minutes=self.random.choice([2, 8]))
        hours = self.town.almanac.knowledge(self.town.info, self.town.rota, before).hours
        return hours.local(before).strftime("%Y-%m-%d %H:%M")

    async def step(self, request: str, who: Author | Person) -> None:
        """Open a step of *Support…*, and send it filled in."""
        random, name = self.random, self.random.choice(sorted(STEPS))
        opened = await self.town.press(Open, request, who, step=name)
        fields, choice = {"text": "first\nsecond", "note": "please"}, ""
        if isinstance(opened, Dialog) and isinstance(opened.view, FormCard):
            empty = {one.id: one.choices[0].id if one.choices else "first\nsecond" for one in opened.view.fields}
            fields = {one.id: one.value or empty[one.id] for one in opened.view.fields}
        match name:
            case "close":
                choice = "close"
            case "triage":
                choice = f"{random.choice(list(TRIAGE.questions))}:{random.choice(['yes', 'no'])}"
            case "leaf":
                choice, fields = random.choice(list(TRIAGE.leaves)), {"text": "words https://x.y/z", **BESIDE}
            case "stops":
                fields = {"text": "all of it", "now": random.choice(["yes", "no"])}
        await self.town.send(name, request, who, choice=choice, **fields)


def check(requests: list[Request]) -> None:
    """Check that every request is in one state, and that leads and followers know each other."""
    by_id = {one.id: one for one in requests}
    for one in requests:
        assert all(by_id[id_].lead == one.id for id_ in one.followers), one.id
        if one.lead and one.status is not Status.CLOSED:
            lead = by_id[one.lead]
            assert (lead.lead, lead.status is Status.CLOSED, one.id in lead.followers) == ("", False, True), one.id
        match one.status:
            case Status.OPEN:
                assert one.clock is not None, one.id
                assert (one.claimer, one.lead, one.word, one.wait) == (None, "", None, None), one.id
            case Status.ACKNOWLEDGED if one.lead:
                assert (one.clock, one.word, one.wait) == (None, None, None), one.id
            case Status.ACKNOWLEDGED:
                assert (one.clock, one.claimer is None) == (None, False), one.id
                assert (one.word is None) != (one.wait is None), one.id
            case Status.CLOSED:
                assert None not in (one.outcome, one.closed_at), one.id


@pytest.mark.parametrize("seed", range(STORIES))
async def test_requests_stay_whole(seed: int) -> None:
    story = Story(seed)
    await story.town.desk()
    for _ in range(story.random.randint(5, 30)):
        await story.act()
        check(await story.town.requests())
    await story.town.wait(5 * 24 * 60)
    check(await story.town.requests())
