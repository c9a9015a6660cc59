"""Whatever is said of errors by whom, in whatever order: both worlds agree. Random stories, the same ones each time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from bot.alerts.alert import Alert, Status
from bot.alerts.notification import Kind
from bot.decide.alerts.hearing import OCCURRENCES
from bot.desk import Desk
from bot.effects import Say, Show, SlackSay
from bot.events import Alerted, Send
from bot.people import Author, Person
from bot.places import person_of
from bot.ports import Origin, Outgoing
from bot.rota.duty import present
from bot.rota.shift import Absence
from bot.store.document import dump, parse
from bot.views import AlertCard, PlanCard
from tests.journeys.town import ANA, BEN, CHEN, EVA, FARID, OLGA, SLACK, TEAM_CHANNEL, Town, at, notified, plain

STORIES = 30
pytestmark = pytest.mark.uncounted  # walks over ground that examples cover, for a third of the price
LENGTH = 40
ERRORS = 4
ACTS = (
    *("bugsnag", "bugsnag", "bugsnag", "bugsnag", "both", "both", "webhook", "repeat", "late", "edit", "storm"),
    *("reply", "eyes", "eyes", "back", "back", "claim", "claim", "step", "step", "step", "step", "undo", "undo"),
    *("take kind", "answer", "move", "wait", "wait", "wait", "night", "pause", "resume", "restart"),
)
STEPS = ("alert_claim", "alert_back", "alert_stops", "ticket", "alert_resolved", "alert_ignore", "alert_again")
FIELDS = {"text": "Nobody can pay", "now": "yes", "reason": "known", "summary": "It fails", "happened": "It failed"}
FIELDS |= {"impact": "Nobody can pay", "workaround": "no", "urgency": "High"}
KINDS: tuple[Kind, ...] = (Kind.NEW, Kind.NEW, Kind.OCCURRED, Kind.OCCURRED, Kind.REOPENED, Kind.SPIKE, Kind.FIXED)
KINDS += (Kind.IGNORED, Kind.SNOOZED, Kind.OPENED, Kind.COMMENT, Kind.UNREADABLE)
PLAYERS: tuple[Author | Person, ...] = (ANA, ANA, BEN, CHEN, EVA, FARID, OLGA)
USERS = ("UANA", "UBEN", "UFARID", "U9")
CALLS = ("call", "told")
AWAY = Absence("ben", at("2026-11-23 14:00"), at("2026-11-24 12:00"))


class Story:
    """One random story in a town."""

    def __init__(self, seed: int, *, restarts: bool = True) -> None:
        self.restarts = restarts
        self.random = Random(seed)  # noqa: S311 - a story, not a secret
        self.town = Town(
            self.random.choice(["2026-11-23 10:00", "2026-11-20 16:20", "2026-11-24 17:40"]),
            absences=(AWAY,),
            team_channel=self.random.choice([TEAM_CHANNEL, TEAM_CHANNEL, ""]),
            jira=self.random.choice(["EDGE", "EDGE", ""]),
        )
        self.answers: tuple[str | None, ...] = ("EDGE-5", "", "It wants a field", None)
        self.told: list[Alerted] = []
        self.happened: set[str] = set()
        self.slack: dict[str, str] = {}
        self.unseen: set[str] = set()  # what was over when a pause ended
        self.number = 0
        self.paused = False
        self._take = self.town.teams.take
        self.town.teams.take = self.take  # type: ignore[method-assign]
        self.wrong: list[str] = []

    def take(self, desk: Origin, outgoing: Iterable[Outgoing]) -> None:
        """Look at who is called before it is delivered."""
        some = tuple(outgoing)
        for one in some:
            effect = one.effect
            if isinstance(effect, Show | Say) and effect.key.partition(":")[0] in CALLS:
                unseen = effect.key not in self.town.teams.messages
                if unseen and not (isinstance(effect, Show) and effect.only_if_shown):
                    self.may_be_called(desk, effect)
            if isinstance(effect, SlackSay) and effect.thread and not effect.text.startswith("It has a ticket"):
                self.slack[effect.key.split(":")[1]] = effect.text
        self._take(desk, some)

    def may_be_called(self, desk: Origin, effect: Show | Say) -> None:
        assert isinstance(desk, Desk)
        town, rota = self.town, self.town.rota
        hours = town.almanac.knowledge(town.info, rota, town.now).hours
        person = person_of(effect.place)
        here = {one.id for one in present(rota, town.now, hours)}
        if not hours.is_open(town.now) or (person and person not in here):
            self.wrong.append(f"{effect.key} at {town.now}")

    async def act(self) -> None:
        """Let somebody do something, a moment later."""
        town, random = self.town, self.random
        town.now += timedelta(seconds=1)
        who = random.choice(PLAYERS)
        match random.choice(ACTS):
            case "bugsnag" | "both" | "webhook" | "late" | "storm" as how:
                await self.bugsnag_says(how)
            case "wait" | "night" | "pause" | "resume" | "restart" as how:
                await self.time_passes(how)
            case "answer" if town.teams.making:
                await town.jira_answers(random.choice(["EDGE-77", "", "It wants a field"]))
            case "move" if keys := await self.keys():
                moved: dict[str, Any] = random.choice([{}, {"done": True}, {"deleted": True}])
                await town.ticket_moves(random.choice(keys), "Done" if moved else "Doing", **moved)
            case what if self.told:
                await self.about_an_alert(what, who)

    async def bugsnag_says(self, how: str) -> None:
        town, random = self.town, self.random
        match how:
            case "bugsnag":
                await self.say(self.happening(), slack=True)
            case "both":
                happening = self.happening()
                first = random.random() < 0.5
                await self.say(happening, slack=first)
                await town.wait(random.choice([0, 0.1, 3]))
                await self.say(happening, slack=not first)
            case "webhook":
                await self.say(self.happening(), slack=False)
                self.slack.clear()  # what the webhook alone says is said in no thread
            case "late":
                ago = timedelta(minutes=random.choice([1, 20, 100, 1000]))
                await self.say(self.happening(), slack=True, ago=ago)
            case "storm":
                for number in range(14):
                    self.number += 1
                    new = notified(Kind.NEW, f"s{self.number}", event=f"{self.number:024x}")
                    await self.say(replace(new, error_class=f"K{number % 3}"), slack=True)

    async def time_passes(self, how: str) -> None:
        town, random = self.town, self.random
        match how:
            case "wait":
                await town.wait(random.choice([0, 0.1, 1, 6, 11, 16, 31, 60]))
            case "night":
                await town.wait(random.choice([16 * 60, 62 * 60]))
            case "pause":
                await town.write("pause", FARID)
                self.paused = True
            case "resume":
                over = {one.id for one in await self.alerts() if not one.is_live} if self.paused else set()
                self.unseen |= over
                await town.write("resume", FARID)
                self.paused = False
            case "restart":
                await self.again()

    async def again(self) -> None:
        """Start the bot anew; where nothing is to end, look at the clock only."""
        if self.restarts:
            await self.town.restart()
        else:
            await (await self.town.desk()).strike()
        await (await self.town.desk()).settle()

    async def keys(self) -> list[str]:
        state = await (await self.town.desk()).state()
        return [one.key for one in state.tickets.values() if one.key]

    async def about_an_alert(self, act: str, who: Author | Person) -> None:
        town, random = self.town, self.random
        told = random.choice(self.told)
        user = random.choice(USERS)
        every = await self.alerts()
        if not every:
            return
        alert = random.choice(every[-8:])
        match act:
            case "repeat":
                before = await self.alerts()
                await town._handle(told)
                assert await self.alerts() == before, "what is repeated changes nothing"
            case "edit" if told.thread:
                said = replace(told.notification, message="other words")
                await town._handle(
                    replace(told, key=f"{told.key}:edit{len(self.told)}", notification=said, edited=True)
                )
            case "reply" if told.thread:
                await self.in_slack(told.thread)
                await town.slack_reply(told.thread, user)
            case "eyes" | "back" if told.thread:
                await self.in_slack(told.thread)
                await town.eyes(told.thread, user, taken_back=act == "back")
            case "claim":
                await town.take_alert(alert.id, who) if who is not OLGA else None
            case "step" | "undo":
                step = "alert_undo" if act == "undo" else random.choice(STEPS)
                town.teams.says = [random.choice(self.answers)]
                more = FIELDS | {"until": random.choice(["hour", "day", "ever"]), "now": random.choice(["yes", "no"])}
                more |= {"ticket": "EDGE-9"}
                await town.press_alert(step, alert.id, who, **more)
            case "take kind":
                where = {"place": f"{TEAM_CHANNEL};messageid=9", "card": "storm:S-1:1"}
                await town.press(Send, "", who, step="storm", choice=f"S-1|{random.randrange(3)}", **where)

    def happening(self) -> Any:
        self.number += 1
        kind = self.random.choice(KINDS)
        said = notified(kind, f"e{self.random.randrange(ERRORS)}", event=f"{self.number:024x}")
        until = self.town.now + timedelta(minutes=30) if kind is Kind.SNOOZED else None
        return replace(said, until=until)

    async def say(self, happening: Any, *, slack: bool, ago: timedelta = timedelta()) -> None:
        """Let Bugsnag say something by one of its ways."""
        number = len(self.told) + 1000
        thread = f"{SLACK}/{number}.000100" if slack else ""
        event = Alerted(
            key=f"told-{number}",
            happened_at=self.town.now - ago,
            notification=happening,
            thread=thread,
            link="https://slack.example/x" if slack else "",
        )
        self.told.append(event)
        if happening.kind in OCCURRENCES:
            self.happened.add(happening.id)
        await self.in_slack(thread)
        await self.town._handle(event)
        await self.in_slack(thread)

    async def in_slack(self, thread: str) -> None:
        """Take that something that all see there was said under a message, or by it."""
        for alert in await self.alerts() if thread else ():
            if thread in alert.threads:
                self.slack.pop(alert.id, None)

    async def alerts(self) -> list[Alert]:
        await (await self.town.desk()).settle()
        last = (await (await self.town.desk()).state()).facts.weather.last_number
        found = await self.town.journal.alerts("tenant", "backend", [f"A-{n}" for n in range(1, last + 1)], [])
        return sorted(found, key=lambda one: int(one.id[2:]))

    def seen(self) -> list[Any]:
        """Return all that people ever saw."""
        messages = sorted((one.key, one.place, [plain(v) for v in one.versions]) for one in self.town.teams.sent)
        return [messages, self.town.teams.threads, self.town.teams.slack, [one.key for one in self.town.teams.jira]]

    # -- what is always true --------------------------------------------------------------------------------------

    async def check(self) -> None:
        assert not self.wrong, self.wrong
        desk = await self.town.desk()
        alerts = await self.alerts()
        assert desk.next_due is not None
        state = await desk.state()
        held = set(state.alerts)
        assert held == {one.id for one in alerts if one.is_live}
        assert sum(one.times for one in alerts) == len(self.happened)
        for alert in alerts:
            assert parse(Alert, dump(alert), "") == alert
            self.is_whole(alert)
            self.cards_agree(alert)
            if alert.id in self.slack and not alert.storm:
                self.thread_agrees(alert, self.slack[alert.id])
            visible = self.town.info.team_channel and not self.paused and alert.id not in self.unseen
            if alert.is_live and visible:
                self.is_shown(alert, state.facts.weather.storms)

    def is_whole(self, alert: Alert) -> None:
        assert (alert.owner is not None) >= (alert.status is Status.ACKNOWLEDGED), alert
        if alert.status is Status.TRIGGERED:
            assert alert.owner is None
            assert not alert.eyes
            assert alert.ended_by is None
        if alert.status is Status.TICKETED:
            known = alert.ticket or alert.ticket_key
            assert known, alert

    def cards_agree(self, alert: Alert) -> None:
        for key in alert.cards:
            message = self.town.teams.messages.get(key)
            if message is None:
                continue
            assert isinstance(message.view, AlertCard)
            self.agrees(alert, message.view.headline)

    def thread_agrees(self, alert: Alert, words: str) -> None:
        if "took that back" in words:
            return
        match alert.status:
            case Status.TRIGGERED:
                assert "nobody has it now" in words, (alert, words)
            case Status.ACKNOWLEDGED:
                assert alert.owner is not None
                assert alert.owner.name in words, (alert, words)
                assert any(one in words for one in ("handling", "and has it", "goes on")), (alert, words)
            case Status.TICKETED:
                assert "icket" in words, (alert, words)
            case Status.RESOLVED:
                assert "resolved" in words, (alert, words)
            case Status.IGNORED:
                assert "ignore" in words, (alert, words)

    def agrees(self, alert: Alert, words: str) -> None:
        match alert.status:
            case Status.TRIGGERED:
                assert "nobody has it yet" in words, (alert, words)
            case Status.ACKNOWLEDGED:
                assert alert.owner is not None
                assert f"{alert.owner.name} is handling it" in words, (alert, words)
            case Status.TICKETED:
                assert (alert.ticket_key or "ticket") in words, (alert, words)
            case _:
                assert words.startswith(("Resolved", "Ignored")), (alert, words)

    def is_shown(self, alert: Alert, storms: Any) -> None:
        storm = next((one for one in storms if one.id == alert.storm), None)
        if storm is None:
            assert any(key in self.town.teams.messages for key in alert.cards), alert
            return
        assert any(key in self.town.teams.messages for key in storm.cards), storm
        for key in storm.cards:
            if message := self.town.teams.messages.get(key):
                assert isinstance(message.view, PlanCard)
                waiting = [one for one in message.view.parts if one.presses]
                assert bool(waiting) >= (alert.status is Status.TRIGGERED), plain(message.view)


@pytest.mark.parametrize("seed", range(STORIES))
async def test_whatever_happens_both_worlds_agree(seed: int) -> None:
    story = Story(seed)
    await story.town.desk()
    for _ in range(LENGTH):
        await story.act()
        await story.check()


@pytest.mark.parametrize("seed", range(STORIES, STORIES + 8))
async def test_a_bot_that_is_started_anew_after_every_step_says_the_same(seed: int) -> None:
    stories = Story(seed), Story(seed, restarts=False)
    for story in stories:
        story.answers = ("EDGE-5", "", "It wants a field")
        await story.town.desk()
        for _ in range(LENGTH):
            await story.act()
            await story.again()
    assert stories[0].seen() == stories[1].seen()
