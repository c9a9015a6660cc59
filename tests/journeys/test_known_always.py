"""Whatever happens in whatever order: what recurs stays whole, and nobody learns more than they may. Random stories."""

import itertools
from random import Random
from typing import Any

import pytest

from bot.effects import Card, Dialog, Erased
from bot.events import Claim, EditProposed, HandbookSearched, Open, PersonErased, Press, Reopen, Send, Separate, Solve
from bot.people import Author, Person
from bot.places import personal
from bot.store.document import dump
from bot.support.handbook import Handbook, Section
from bot.support.recurrence import MOST_USES, Alike, Common
from bot.support.request import NO_REQUEST, Match, Request, Status
from bot.views import Button, FormCard, PlanCard, View
from tests.journeys.town import ANA, BEN, CHANNEL, EVA, FARID, OLGA, TEAM_CHANNEL, TOM, Town

STORIES = 40
pytestmark = pytest.mark.uncounted  # walks over ground that examples cover, for a third of the price
UDO, EMMA = Author("udo", "Udo Falk"), Author("emma", "Emma Roth")
ASKERS = (OLGA, TOM, UDO, EMMA)
PLAYERS: tuple[Author | Person, ...] = (ANA, ANA, ANA, BEN, BEN, EVA, FARID, OLGA, TOM)
OF_HANDBOOK = "Zwieback section"  # no other text says so
BOOK = Handbook(
    "https://github.example/handbook.md",
    "https://github.example/edit/handbook.md",
    (
        Section("zwieback", OF_HANDBOOK, f"## {OF_HANDBOOK}\n", "Feed the roll anew.\n"),
        Section("tours", "Tours", "## Tours\n", "Close the tour.\n"),
    ),
    "v1",
    proposes=True,
)
ACTS = (
    *("post",) * 12,
    *("found", "late", "late", "likely", "helped", "helped", "unlike", "incident", "incident", "no_incident"),
    *("common", "common", "walk", "walk", "walk", "handbook", "handbook", "form", "commons", "report", "edits", "book"),
    *("solve", "solve", "claim", "reopen", "separate", "undo", "undo", "same", "dismiss", "delete", "restore", "edit"),
    *("split", "settle", "settle", "settle", "erase", "erase", "restart", "night", "week"),
    *("wait",) * 5,
)
STEPS = ("common.write", "common.decline", "common.retire", "common.again", "handbook.edit", "handbook.look")


class Story:
    """One random story in a town; everybody's words begin with who wrote them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a story, not a secret
        start = self.random.choice(["2026-11-23 10:00", "2026-11-20 16:20", "2026-11-24 17:40"])
        self.town = Town(start, team_channel=self.random.choice([TEAM_CHANNEL, ""]))
        self.town.shelf.handbook = BOOK
        self.places: list[str] = []
        self.erased: set[str] = set()
        self.count = itertools.count()
        self.sent_by_hand = False

    async def act(self) -> None:  # noqa: C901, PLR0912 - one row per act
        """Let somebody do something."""
        town, random = self.town, self.random
        act, who = random.choice(ACTS), random.choice(PLAYERS)
        match act:
            case "post":
                await self.post()
            case "wait":
                await town.wait(random.choice([0.5, 1, 2, 5, 11, 60]))
            case "night":
                await town.wait(16 * 60)
            case "week":
                await town.wait(random.choice([2, 7, 31, 91]) * 24 * 60)
            case "restart":
                await town.restart()
            case "report":
                await town.write(random.choice(["report", "report last"]), who)
                for _ in range(random.choice([0, 1])):
                    await town.counted()
            case "edits":
                await self.answer_edits()
            case "book":
                town.shelf.handbook = random.choice(
                    [BOOK, Handbook(), Handbook(sections=BOOK.sections[1:], version="v2")]
                )
            case "erase":
                await self.erase()
            case "walk":
                cards = [one for one in town.teams.sent if one.place == personal(who.id)]
                if cards:
                    card = random.choice(cards)
                    await self.walk(who, card.view, card.key)
            case "handbook":
                choice, place = random.choice(["#tours", "#zwieback", "#gone", "C-1"]), personal(who.id)
                more: dict[str, Any] = {"step": "handbook.edit", "choice": choice, "place": place, "card": "form:x"}
                answer = await town.press(Open, "", who, **more)
                if isinstance(answer, Dialog):
                    await self.walk(who, answer.view, "form:x")
            case "settle":
                await self.settle(ASKERS)
            case "form":
                await self.desk_step(who)
            case "commons":
                await town.write("common", who)
            case _ if self.places:
                await self.about_a_request(act, who)

    async def post(self) -> None:
        """Post something that is, or is not, like what was asked before."""
        by = self.random.choice([one for one in ASKERS if one.id not in self.erased] or [OLGA])
        self.erased.discard(by.id)
        text = f"{by.id}wrote this {next(self.count)}"
        self.town.teams.found[text], self.town.teams.alike[text] = await self.likeness()
        if self.random.random() < 0.3:
            self.town.teams.found[text] = self.town.teams.alike[text] = ()
        self.places.append(await self.town.post(text, by))

    async def likeness(self) -> tuple[tuple[Match, ...], tuple[Alike, ...]]:
        """Return what a text may be like: any section, common request and request that there are."""
        random, requests = self.random, await self.town.requests()
        commons = (await (await self.town.desk()).state()).commons
        some = [one for one in requests if one.text]
        closed = [Match(one.id, random.random() < 0.5, one.outcome) for one in some if one.status is Status.CLOSED]
        known = [Match(ref, random.random() < 0.5) for ref in ("#zwieback", "#tours", *commons)]
        found = random.sample([*closed, *known], k=min(3, len(closed) + len(known)))
        near = random.sample(some, k=min(len(some), random.choice([0, 1, 2, 3, 5])))
        alike = [Alike(one.id, random.random() < 0.5, one.posted_at, one.common) for one in near]
        return tuple(found), tuple(alike)

    async def about_a_request(self, act: str, who: Author | Person) -> None:  # noqa: C901, PLR0912 - as above
        """Let somebody do something about a request."""
        town, random = self.town, self.random
        place, requests = random.choice(self.places), await town.requests()
        request = random.choice(requests)
        kinds: dict[str, type[Press]] = {"solve": Solve, "claim": Claim, "reopen": Reopen, "separate": Separate}
        match act:
            case "found" | "late":
                if town.teams.matching:
                    asked = random.choice(town.teams.matching[-3:] if act == "found" else town.teams.matching)
                    found, alike = await self.likeness()
                    for _ in range(random.choice([1, 2])):
                        await town.matched(
                            asked, found=found, alike=tuple(o for o in alike if o.request != asked.request)
                        )
            case "likely" | "helped" | "unlike":
                refs = [one.ref for one in request.matches] or ["#zwieback", "R-1", "C-1", "C-99"]
                self.sent_by_hand |= act == "likely"
                await town.send(act, request.id, who, choice=random.choice(refs), text="read this")
            case "incident" | "no_incident":
                cards = [one.key for one in town.teams.sent if one.key.startswith("incident:")]
                card = random.choice(cards or ["incident:R-1:ana"])
                await town.press(Send, card.split(":")[1], random.choice([who, ANA, BEN]), card=card, step=act)
            case "common":
                await self.desk_step(who, request.id)
            case "undo":
                await town.send("undo", request.id, who)
            case "same":
                await town.send("same", request.id, who, lead=random.choice(requests).id)
            case "dismiss":
                await town.send(act, request.id, who)
            case "split":
                await town.send("split", request.id, who, text="olgawrote one\nolgawrote two")
            case "delete":
                await town.delete(place)
            case "restore":
                await town.restore(place, "olgawrote again")
            case "edit":
                await town.edit(place, f"olgawrote {next(self.count)}")
            case _:
                await town.press(kinds[act], request.id, who)

    async def desk_step(self, who: Author | Person, ref: str = "") -> None:
        """Send a form of the desk's, or a forged one."""
        random = self.random
        last = (await (await self.town.desk()).state()).facts.last_common
        ref = ref or f"C-{random.randint(1, last + 1)}"
        fields = {"title": f"title {random.randint(1, 9)}", "answer": "do this", "phrases": "it is down", "text": "x"}
        step, place = random.choice(STEPS), personal(who.id)
        more: dict[str, Any] = {
            "step": step,
            "choice": random.choice([ref, f"{ref}:1", f"{ref}|new|x"]),
            "fields": fields,
        }
        await self.town.press(Send, "", who, place=place, card=random.choice(["form:x", "commons:x"]), **more)

    async def walk(self, who: Author | Person, view: View, card: str) -> None:
        """Press on through what comes, from what somebody sees on a card."""
        random, town, place = self.random, self.town, personal(who.id)
        for _ in range(random.randint(1, 4)):
            some = _buttons(view)
            if not some:
                return
            button = random.choice(some)
            kinds = {"open": Open, "send": Send, "claim": Claim, "solve": Solve}
            if button.verb not in kinds:
                return
            more: dict[str, Any] = {}
            if button.verb in ("open", "send"):
                more = {"step": button.step, "choice": button.choice}
            if button.verb == "send":
                more |= {"form": button.form, "fields": _filled(view) if isinstance(view, FormCard) else {}}
            answer = await town.press(kinds[button.verb], button.request, who, place=place, card=card, **more)
            if not isinstance(answer, Dialog | Card):
                return
            view = answer.view

    async def answer_edits(self) -> None:
        """Let GitHub say something of an edit, again or late, and the search something of words."""
        desk, town = await self.town.desk(), self.town
        when = {"happened_at": town.now, "effect": "?", "place": "GitHub"}
        for one in self.random.sample(town.teams.edits, k=min(2, len(town.teams.edits))):
            said = self.random.choice([{"url": "https://github.example/pull/7"}, {"failure": "No."}, {}])
            desk.report(
                EditProposed(key=f"e{next(self.count)}", message=one.key, proposal=one.key, **when, **said)  # type: ignore[arg-type]
            )
        found = (Match("#zwieback", sure=True), Match("#gone", sure=True))
        when |= {"place": personal(ANA.id), "message": "handbook:x"}
        desk.report(HandbookSearched(key=f"h{next(self.count)}", words="roll", found=found, **when))  # type: ignore[arg-type]
        await desk.settle()
        town.teams.pulls = [self.random.choice([None, "No right."])]

    async def settle(self, some: tuple[Author, ...]) -> None:
        """Let some of those who asked say that all is solved."""
        for one in await self.town.requests():
            if one.status is not Status.CLOSED and one.requester in some:
                await self.town.press(Solve, one.id, one.requester)

    async def erase(self) -> None:
        """Have somebody erased, if that may be."""
        desk, who = await self.town.desk(), self.random.choice(ASKERS)
        await self.settle((who,))
        theirs = {one.id for one in await self.town.requests() if one.requester.id == who.id}
        event = PersonErased(key=f"erased-{next(self.count)}", happened_at=self.town.now, who=who.id)
        erased = isinstance(await desk.handle(event), Erased)
        await desk.settle()
        if erased:
            self.erased.add(who.id)
            kept = self.town.journal._desks["tenant", "backend"]
            left = [one for one in await self.town.requests() if one.id in theirs and one.text + one.matter]
            assert not left, left
            assert not any(kept.asked[id_].text for id_ in theirs if id_ in kept.asked)

    async def check(self) -> None:
        """Check all that is always true."""
        town = self.town
        requests = await town.requests()
        state = await (await town.desk()).state()
        whole(requests, state.commons)
        for message in town.teams.sent:
            if message.key.startswith("card:") or message.place.startswith(CHANNEL):
                assert not any(word in message.text for word in ("Likely", "Perhaps")), message.text
                assert self.sent_by_hand or OF_HANDBOOK not in message.text, message.text
            elif message.place in {personal(one.id) for one in ASKERS} and not message.key.startswith("say:"):
                assert OF_HANDBOOK not in message.text, message.text
                assert "Common request" not in message.text, message.text
        if self.erased:
            kept = town.journal._desks["tenant", "backend"]
            some = (state.rota, state.facts, *(list(one.values()) for one in (state.notices, state.commons)))
            known = dump((some, requests)) + repr((kept.asked, kept.records, kept.outbox))
            assert not any(one.name in known for one in ASKERS if one.id in self.erased)


def whole(requests: list[Request], commons: dict[str, Common] | Any) -> None:
    """Check that each count is of requests that say so, and incidents of requests that are there."""
    by_id = {one.id: one for one in requests}
    for common in commons.values():
        ids = [use.request for use in common.uses]
        assert len(set(ids)) == len(ids) <= MOST_USES
        assert common.earlier >= 0
        for id_ in ids:
            one = by_id[id_]
            assert one.common == common.id, (id_, one.common, common.id)
            assert one.outcome not in NO_REQUEST, (id_, common.id)
            assert not one.follow_up, (id_, common.id)
    for one in requests:
        if one.common in commons and one.outcome not in NO_REQUEST and not one.follow_up:
            assert one.id in [use.request for use in commons[one.common].uses], (one.id, one.common)
        if one.incident is not None:
            others = one.incident.others
            assert len(set(others)) == len(others)
            assert one.id not in others
            assert set(others) <= by_id.keys()
        assert not {one.ref for one in one.matches} & set(one.unlike), one.id


def _buttons(view: View) -> list[Button]:
    if isinstance(view, FormCard):
        return [one for row in view.rows for one in row.buttons]
    if isinstance(view, PlanCard):
        return [*view.presses, *view.opens, *(one for part in view.parts for one in (*part.presses, *part.opens))]
    return []


def _filled(view: FormCard) -> dict[str, str]:
    first = {one.id: one.choices[0].id if one.choices else "words" for one in view.fields}
    return {one.id: f"{one.value}\nmore" if one.id == "text" else one.value or first[one.id] for one in view.fields}


@pytest.mark.parametrize("seed", range(STORIES))
async def test_what_recurs_stays_whole(seed: int) -> None:
    story = Story(seed)
    await story.town.desk()
    for _ in range(story.random.randint(10, 50)):
        await story.act()
        await story.check()
    await story.town.wait(5 * 24 * 60)
    await story.check()
