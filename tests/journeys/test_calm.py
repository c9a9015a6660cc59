"""Nobody is bothered: over random days of posts, replies, presses, absences, deletions and outages."""

import asyncio
import re
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decide.requests.steps import STEPS
from bot.effects import Dialog, Say, Show
from bot.events import Adopt, Claim, GoOn, Open, Reopen, Separate, Solve
from bot.people import Author, Person
from bot.rota.duty import on_duty, present
from bot.rota.shift import Absence, Role, Shift
from bot.views import FormCard, Line, Mention, RequestCard
from tests.journeys.town import ITERATION, OF_THE_ROTA, OLGA, TEAM, TOM, Town, at, shifts

MOST = 3
CLOCK = re.compile(
    r"first|(?:second|anew)@[^:]*:\d\d:\d\d[+\d:]*|word:[^:]*:\d\d:\d\d[+\d:]*|answer:.*|suggestion:.*|team:.*|ended:.*"
)
ENDS = ("Solved.", "Not for support.", "Withdrawn.", "Closed", "Answered.", "Passed on.")
PLAYERS = (*TEAM, OLGA, TOM)
MATTERS = st.integers(0, 5)
PRESSES = {"claim": Claim, "solve": Solve, "reopen": Reopen, "separate": Separate, "adopt": Adopt, "go_on": GoOn}
PEOPLE = st.integers(0, len(PLAYERS) - 1)
ACTS = st.one_of(
    st.tuples(st.just("post"), st.integers(0, 7), st.integers(0, 20)),
    st.tuples(st.sampled_from(["reply", "claim", "solve", "reopen", "separate", "adopt", "go_on"]), PEOPLE, MATTERS),
    st.tuples(st.sampled_from(sorted(STEPS)), PEOPLE, MATTERS),
    st.tuples(st.sampled_from(["delete", "restore"]), st.just(0), st.integers(0, 5)),
    st.tuples(st.sampled_from(["wait", "wait", "wait", "sleep"]), st.just(0), st.integers(1, 40)),
    st.tuples(st.just("night"), st.just(0), st.just(0)),
)
AWAY = st.lists(st.tuples(st.sampled_from(["ana", "ben", "chen", "eva"]), st.integers(0, 600), st.integers(30, 900)))
STARTS = st.sampled_from(["2026-11-20 16:20", "2026-11-20 09:00", "2026-11-23 10:00", "2026-11-24 17:40"])


class Watched(Town):
    """A town that notes every first delivery to a person, and every mention, with its moment."""

    def __init__(self, start: str, absences: tuple[Absence, ...]) -> None:
        following = shifts(ITERATION + timedelta(days=7))
        extra = Shift(ITERATION, "farid", Role.FALLBACK, frozenset({0, 4}))
        super().__init__(start, team=(*shifts(), extra, *following), absences=absences)
        self.rung: list[tuple[str, str, str]] = []
        take = self.teams.take

        def noting(desk: object, outgoing: object) -> None:
            known = set(self.teams.messages)
            take(desk, outgoing)  # type: ignore[arg-type]
            for one in outgoing:  # type: ignore[attr-defined]
                edit = isinstance(one.effect, Show) and one.effect.only_if_shown
                if isinstance(one.effect, Show | Say) and one.effect.key not in known and not edit:
                    self._note(one.effect)

        self.teams.take = noting  # type: ignore[method-assign]

    def _note(self, effect: Show | Say) -> None:
        line = effect.view if isinstance(effect.view, Line) else None
        if isinstance(effect.view, RequestCard):
            line = effect.view.headline
        people = [part.id for part in line.parts if isinstance(part, Mention)] if line else []
        if effect.place.startswith("person:"):
            people.append(effect.place.removeprefix("person:"))
        if people and effect.key:
            hours = self.almanac.knowledge(self.info, self.rota, self.now).hours
            assert hours.is_open(self.now), f"{effect.key} outside support hours"
            here = {one.id for one in present(self.rota, self.now, hours)}
            assert set(people) & set(self.rota.people) <= here, f"{effect.key} to somebody away"
            observers = {one.id for one in on_duty(self.rota, self.now, hours).observers}
            own = effect.key.startswith(("reminder:", "start:"))  # their card when they begin to observe
            assert not observers & set(people) or own, "an observer was called"
        if effect.key.partition(":")[0] in OF_THE_ROTA:
            return
        clock = CLOCK.search(effect.key)
        self.rung.extend((effect.key.split(":")[1], clock[0] if clock else "first", person) for person in people)


async def play(town: Watched, acts: list[tuple[str, int, int]]) -> None:
    places: list[str] = []
    for act, who, number in acts:
        place = places[number % len(places)] if places else ""
        id_ = f"R-{number % len(places) + 1}" if places else ""
        if act == "post":
            early = (town.now - timedelta(minutes=number)).isoformat()
            by = PLAYERS[who]
            text = "request: printer" if who < len(TEAM) else "printer down"
            places.append(await town.post(text, by, happened=local(early)))
        elif act == "wait":
            await town.wait(number)
        elif act == "sleep":
            await town.sleep_until(local((town.now + timedelta(minutes=number)).isoformat()))
        elif act == "night":
            await town.wait(16 * 60)
        elif places and act == "reply":
            await town.reply(place, "hm", PLAYERS[who])
        elif places and act == "delete":
            await town.delete(place)
        elif places and act == "restore":
            await town.restore(place, "printer down")
        elif places:
            await act_on(town, act, id_, PLAYERS[who])
    await settle(town)


async def act_on(town: Watched, act: str, request: str, who: Author | Person) -> None:
    """Press a button on a request, or open a step's form and send it with what is there, and with words."""
    if act in PRESSES:
        await town.press(PRESSES[act], request, who)
        return
    opened = await town.press(Open, request, who, step=act)
    fields = {"text": "first\nsecond", "note": "please"}
    if isinstance(opened, Dialog):
        assert isinstance(opened.view, FormCard)
        fields = {field.id: field.value or "first\nsecond" for field in opened.view.fields}
    await town.send(act, request, who, choice="close" if act == "close" else "", **fields)


async def settle(town: Watched) -> None:
    """Check what must be true once every clock has run out."""
    await town.wait(5 * 24 * 60)
    for (matter, clock, person), count in Counter(town.rung).items():
        assert count <= MOST, f"{person} was called {count} times by the clock {clock} of {matter}"
    for request in await town.requests():
        await town.press(Solve, request.id, request.requester)
    state = await (await town.desk()).state()
    assert not state.requests
    assert not state.notices
    for request in await town.requests():
        assert any(word in town.card(request.id) for word in ENDS), town.card(request.id)


def local(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None).isoformat()


@settings(max_examples=200, deadline=None)
@given(start=STARTS, absences=AWAY, acts=st.lists(ACTS, min_size=3, max_size=25))
def test_nobody_is_called_away_at_night_twice_or_in_vain(
    start: str, absences: list[tuple[str, int, int]], acts: list[tuple[str, int, int]]
) -> None:
    begin = at(start)
    away = tuple(
        Absence(person, begin + timedelta(minutes=first), begin + timedelta(minutes=first + length))
        for person, first, length in absences
    )
    asyncio.run(play(Watched(start, away), acts))
