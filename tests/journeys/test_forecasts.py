"""``rota`` shows what is planned and how far that is proved; the pick says what one more person would change."""

import re
from dataclasses import dataclass, replace
from datetime import date

from bot.effects import Say
from bot.events import Delivered, PlanFound, Send, Undeliverable
from bot.people import Person
from bot.places import personal
from bot.ports import Address, Origin, Outgoing
from bot.rota.plan import Question
from bot.rota.shift import Absence, Role, Shift
from bot.state import DeskInfo, State
from bot.support.report import Report
from bot.views import PlanCard, RotaCard
from tests.journeys.town import (
    ANA,
    BEN,
    CHEN,
    DILAN,
    EVA,
    TEAM,
    TEAM_CHANNEL,
    Message,
    Town,
    at,
    person,
    said,
    shifts,
)

WEEKS = [date(2026, 11, 18), date(2026, 11, 25), date(2026, 12, 2)]
PLAN = "pick:2026-11-25:1"


async def rota(town: Town, words: str = "rota 3") -> Message:
    await town.write(words, ANA)
    return town.teams.sent[-1]


def card(message: Message) -> RotaCard:
    assert isinstance(message.view, RotaCard)
    return message.view


def note(message: Message) -> str:
    return card(message).note


# -- rota


async def test_the_weeks_that_nobody_was_taken_for_are_planned() -> None:
    town = Town()
    shown = await rota(town)
    assert note(shown) == "The weeks that nobody was taken for yet are being computed…"
    await town.computed(5)
    notes = [version.note for version in shown.versions if isinstance(version, RotaCard)]
    assert notes[1] == "The weeks that nobody was taken for yet are being computed: this is a first draft."
    assert notes[2].startswith("Forecast: proved best in every goal.")
    labels = [week.facts[0].label for week in card(shown).weeks]
    assert labels == ["Support", "Forecast", "Forecast"]


async def test_what_is_not_proved_is_said_with_its_gap() -> None:
    town = Town()
    shown = await rota(town, "rota 12")
    await town.computed()
    said = "and days with fewer than two people, not proved yet in shifts within two weeks of another: "
    assert said in note(shown)
    assert note(shown).endswith("pairs that were one before: 4, at least 0. It changes with each pick and absence.")


async def test_a_week_of_the_forecast_says_who_fills_in_and_what_stays_open() -> None:
    ben = replace(BEN, working_days=frozenset({0, 1, 2, 3}))
    alone = Town(people=(ANA, ben, replace(DILAN, waived=False)), team=shifts()[:1])
    shown = await rota(alone, "rota 2")
    await alone.computed()
    facts = [(fact.label, fact.text) for week in card(shown).weeks for fact in week.facts]
    assert ("Forecast", "Ana Lindqvist, Ben Okafor") in facts
    assert ("Gap", "Fri 27 Nov") in facts
    town = Town(people=(ANA, ben, CHEN, replace(DILAN, observed=None)))
    shown = await rota(town, "rota 10")
    await town.computed()
    texts = [week.facts[0].text for week in card(shown).weeks]
    assert any("; fallback Chen Wei (Fri)" in text or "; fallback Ana Lindqvist (Fri)" in text for text in texts)


async def test_a_week_that_is_set_shows_the_gaps_to_come_that_nobody_fills() -> None:
    away = Absence("ben", at("2026-11-20 00:00"), at("2026-11-25 00:00"))
    shown = await rota(Town(people=(ANA, BEN), team=shifts()[:2], absences=(away,)), "rota 1")
    assert ("Gap", "Mon 23 Nov and Tue 24 Nov") in [(fact.label, fact.text) for fact in card(shown).weeks[0].facts]


async def test_somebody_new_is_planned_as_an_observer() -> None:
    town = Town(people=(ANA, BEN, CHEN, DILAN), team=())
    shown = await rota(town, "rota 1")
    await town.computed()
    assert ("Observer", "Dilan Kaya") in [(fact.label, fact.text) for fact in card(shown).weeks[0].facts]


async def test_a_week_that_nobody_can_serve_is_left_open() -> None:
    town = Town(people=(replace(ANA, production_access=False), BEN), team=())
    shown = await rota(town, "rota 1")
    await town.computed()
    assert [fact.text for fact in card(shown).weeks[0].facts] == ["no team satisfies the rules"]


async def test_a_forecast_of_a_rota_that_has_changed_is_computed_anew() -> None:
    town = Town()
    shown = await rota(town)
    await outrun(town, 3)
    await town.computed()
    assert [week.facts[0].label for week in card(shown).weeks] == ["Support", "Support", "Forecast"]
    assert len(shown.versions) == 3  # the old one was not shown


async def outrun(town: Town, weeks: int) -> None:
    """Let the next team be set while something is being computed of the rota as it was."""
    old = await (await town.desk()).question(weeks)
    await town.import_shifts(tuple(Shift(WEEKS[1], one.id, Role.SUPPORT) for one in (EVA, CHEN)))
    computing: list[tuple[Origin, Outgoing]] = [
        (Outrun(desk.info, desk, old), one) for desk, one in town.teams.computing
    ]
    town.teams.computing = computing


@dataclass
class Outrun:
    """A desk as it was when it was asked."""

    info: DeskInfo
    desk: Origin
    asked: Question

    def report(self, event: Delivered | Undeliverable | PlanFound, shown: tuple[str, Address] | None = None) -> None:
        self.desk.report(event, shown)

    async def wants(self, _: Say) -> bool:
        return True

    def has_to_store(self, effect: str) -> bool:
        return self.desk.has_to_store(effect)

    async def state(self) -> State:
        return await self.desk.state()

    async def question(self, weeks: int) -> Question:
        assert weeks
        return self.asked

    async def counted(self, day: date) -> Report:
        return await self.desk.counted(day)


async def test_why_there_is_no_forecast_is_said() -> None:
    town = Town()
    town.teams.not_computed = "It took more than 40 seconds and was ended."
    shown = await rota(town)
    await town.computed()
    assert note(shown) == "There is no forecast: It took more than 40 seconds and was ended."


async def test_where_every_week_is_taken_nothing_is_computed() -> None:
    town = Town(team=tuple(one for week in WEEKS for one in shifts(week)))
    shown = await rota(town)
    assert (note(shown), town.teams.computing) == ("", [])


async def test_whom_a_pick_has_asked_already_is_not_planned_for_it() -> None:
    town = Town("2026-11-23 13:30")
    await town.until("2026-11-23 14:00")
    view = town.teams.messages[PLAN].view
    assert isinstance(view, PlanCard)
    press = view.parts[0].presses[0]
    await town.press(Send, "", ANA, place=TEAM_CHANNEL, card=PLAN, step=press.step, choice=press.choice)
    one = next(person for person in TEAM if person.id in press.choice and person.id != "ana")
    await town.press(Send, "", one, place=personal(one.id), card="x", step="pick.decline", choice="2026-11-25")
    shown = await rota(town, "rota 2")
    await town.computed()
    assert one.name not in card(shown).weeks[1].facts[0].text


# -- what would one more change?


async def proposed(town: Town) -> PlanCard:
    await town.until("2026-11-23 14:00")
    view = town.teams.messages[PLAN].view
    assert isinstance(view, PlanCard)
    return view


async def ask(town: Town, by: Person, key: str = PLAN) -> str:
    view = town.teams.messages[key].view
    assert isinstance(view, PlanCard)
    button = next(one for one in view.presses if one.title == "What would one more change?")
    place = TEAM_CHANNEL if key == PLAN else personal(by.id)
    return said(await town.press(Send, "", by, place=place, card=key, step=button.step, choice=button.choice))


async def test_the_pick_says_what_one_more_person_would_change() -> None:
    town = Town("2026-11-23 13:30")
    await proposed(town)
    assert await ask(town, ANA) == "It is being computed; the answer comes into your own chat with me."
    shown = town.to(ANA)[-1]
    assert shown.text == "What would one more change?\nIt is being computed…"
    await town.computed()
    view = shown.view
    assert isinstance(view, PlanCard)
    titles = [part.title for part in view.parts]
    assert len(titles) == 3
    assert any(title.startswith("Production access for ") for title in titles)
    lines = view.parts[0].text.splitlines()
    assert re.fullmatch(r"Most loaded: [\d.]+ → [\d.]+ shifts in 26 weeks", lines[0])
    named = [line.partition(":")[0] for line in lines[1:]]
    assert {*named} - {one.name for one in TEAM} <= {"The others as now"}
    assert view.note.startswith("5 changes were tried, each alone, ")


async def test_a_taken_pick_says_it_too_and_so_does_one_in_ones_own_chat() -> None:
    town = Town("2026-11-23 13:30")
    press = (await proposed(town)).parts[0].presses[0]
    await town.press(Send, "", ANA, place=TEAM_CHANNEL, card=PLAN, step=press.step, choice=press.choice)
    assert "being computed" in await ask(town, BEN)
    await town.write("pick", ANA)
    key = next(message.key for message in reversed(town.to(ANA)) if message.key.startswith("pick:"))
    assert "being computed" in await ask(town, ANA, key)
    await town.computed()
    assert town.to(BEN)[-1].text.startswith(
        "What would one more change?\nOne more with production access, or experienced: shifts in 26 weeks, now → then."
    )


async def test_only_those_who_pick_are_told() -> None:
    town = Town("2026-11-23 13:30")
    await proposed(town)
    assert await ask(town, EVA) == "Ana Lindqvist and Ben Okafor and admins pick the next team."
    assert town.teams.computing == []


async def test_where_everybody_can_do_everything_there_is_nothing_to_change() -> None:
    team = tuple(replace(one, production_access=True, experienced=True) for one in TEAM)
    town = Town("2026-11-23 13:30", people=team)
    await proposed(town)
    await ask(town, ANA)
    await town.computed()
    assert "Everybody has production access and is experienced." in town.to(ANA)[-1].text


async def test_a_person_with_access_can_make_weeks_possible() -> None:
    away = Absence("ana", at("2026-12-02 00:00"), at("2026-12-09 00:00"))
    town = Town("2026-11-23 13:30", people=(ANA, BEN, EVA), team=shifts()[:2], absences=(away,))
    await proposed(town)
    await ask(town, BEN)
    await town.computed()
    text = town.to(BEN)[-1].text
    assert "Weeks without a possible team: 1 → 0" in text
    assert "2 changes were tried" in text


async def test_one_change_alone_is_said_of_one_and_may_leave_all_as_it_is() -> None:
    town = Town("2026-11-23 13:30", people=(ANA, BEN), team=shifts()[:2])
    await proposed(town)
    await ask(town, BEN)
    await town.computed()
    text = town.to(BEN)[-1].text
    assert "Most loaded: 24.6 → 24.6 shifts in 26 weeks\nAll as now" in text
    assert "1 change was tried" in text


async def test_of_many_people_the_most_loaded_are_named() -> None:
    many = tuple(person(f"P{number:02} Somebody", production_access=number < 9) for number in range(40))
    town = Town("2026-11-23 13:30", people=(ANA, BEN, *many))
    await proposed(town)
    await ask(town, ANA)
    await town.computed()
    view = town.to(ANA)[-1].view
    assert isinstance(view, PlanCard)
    assert all(len(part.text.splitlines()) <= 15 for part in view.parts)
    assert re.search(r"^\d+ more change a little$", view.parts[0].text, re.MULTILINE)


async def test_what_was_computed_of_an_old_rota_is_computed_anew() -> None:
    town = Town("2026-11-23 13:30")
    await proposed(town)
    await ask(town, ANA)
    shown = town.to(ANA)[-1]
    await outrun(town, 26)
    await town.computed()
    assert len(shown.versions) == 2
    assert "→" in shown.text


async def test_why_it_is_not_known_is_said() -> None:
    town = Town("2026-11-23 13:30")
    await proposed(town)
    await ask(town, ANA)
    town.teams.not_computed = "The process that computed it ended."
    await town.computed()
    assert (
        town.to(ANA)[-1].text == "What would one more change?\nThere is no answer: The process that computed it ended."
    )
