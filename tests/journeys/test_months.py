"""Whole months of the rota: over the change of the clocks in October, and over New Year with its week 53."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.events import Send
from bot.people import Person
from bot.places import personal
from bot.rota.duty import on_duty
from bot.rota.ledger import history, settled
from bot.rota.shift import Absence, Role, Shift
from bot.views import Button, PlanCard
from tests.journeys.town import ANA, BEN, BERLIN, CHEN, EVA, FARID, TEAM_CHANNEL, Message, Town, at, person

GITA = person("Gita Rao", experienced=False, joined=date(2026, 10, 12))
HUGO = person("Hugo Stein", production_access=True)
WEEK = timedelta(days=7)


class Diary(list[Message]):
    """The messages that were sent, of which it keeps when each was."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self.town = town
        self.days: list[tuple[datetime, Message]] = []

    def append(self, message: Message) -> None:
        """Note a message with its hour."""
        self.days.append((self.town.now, message))
        super().append(message)


class Month:
    """A town that lives through weeks: the bot is started anew before every step, and each day's duty is noted."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.diary = town.teams.sent = Diary(town)
        self.duty: dict[date, set[str]] = {}

    async def until(self, moment: str) -> None:
        """Let days pass, noting at ten o'clock who is on duty."""
        await self.town.desk()
        await self.town.restart()
        while (day := self._next_ten()) <= at(moment):
            await self.town.until(day)
            state = await (await self.town.desk()).state()
            known = self.town.almanac.knowledge(self.town.info, state.rota, day)
            if known.hours.is_open(day):
                pair = on_duty(state.rota, day, known.hours).pair
                self.duty[day.astimezone(BERLIN).date()] = {one.id for one in pair}
        await self.town.until(moment)
        await self.town.restart()

    async def take(self, by: Person, number: int = 0) -> tuple[str, ...]:
        """Take a team of the newest proposal; return its people."""
        view, place = self.proposal(by)
        button = view.parts[number].presses[0]
        await self._press(button, by, place)
        return tuple(button.choice.partition(":")[2].split("+"))

    async def decline(self, who: Person) -> None:
        """Say no to the newest letter."""
        letter = [one for one in self.town.to(who) if "nominee" in one.key][-1]
        assert isinstance(letter.view, PlanCard)
        await self._press(letter.view.presses[0], who, letter.place)

    def proposal(self, by: Person) -> tuple[PlanCard, str]:
        """Return the newest proposal that somebody can press, and its place."""
        places = {TEAM_CHANNEL, personal(by.id)}
        some = [one for one in self.diary if one.key.startswith("pick:") and one.place in places]
        found = [one for one in some if isinstance(one.view, PlanCard) and one.view.parts]
        assert isinstance(found[-1].view, PlanCard)
        return found[-1].view, found[-1].place

    def when(self, key: str) -> list[str]:
        """Return the hours at which messages were sent whose keys begin so."""
        some = [moment for moment, one in self.diary.days if one.key.startswith(key)]
        return [moment.astimezone(BERLIN).strftime("%a %d %b %H:%M") for moment in some]

    async def check(self) -> None:
        """Hold against the rules what was sent: nothing twice, nobody called outside support hours or while away."""
        state = await (await self.town.desk()).state()
        hours = self.town.almanac.knowledge(self.town.info, state.rota, self.town.now).hours
        assert not self.town.teams.twice
        assert max(Counter(one.key for one in self.diary).values()) == 1
        assert sum("reported you away" in one.text for one in self.diary) <= 1
        for moment, one in self.diary.days:
            if not one.place.startswith("person:") or one.key.startswith("say:"):  # an answer comes at any hour
                continue
            assert hours.is_open(moment), (moment, one.text)
            gone = [each for each in state.rota.absences if personal(each.person) == one.place]
            if "reported you away" in one.text:  # which they are told though they are, to say so if they are not
                continue
            assert not any(each.start <= moment < each.end for each in gone), (moment, one.text)

    async def served(self, iteration: date) -> dict[str, int]:
        """Return the days that the ledger counts in an iteration."""
        state = await (await self.town.desk()).state()
        hours = self.town.almanac.knowledge(self.town.info, state.rota, self.town.now).hours
        counted = history(settled(state.rota, iteration + WEEK, hours))[iteration]
        return {id_: served for id_, (served, _) in counted.items() if served}

    async def _press(self, button: Button, by: Person, place: str) -> None:
        place = place if place.startswith("person:") else f"{place};messageid=9"
        await self.town.press(Send, "", by, place=place, card=button.card, step=button.step, choice=button.choice)

    def _next_ten(self) -> datetime:
        here = self.town.now.astimezone(BERLIN)
        ten = here.replace(hour=10, minute=0, second=0, microsecond=0, tzinfo=None)
        day = ten if here.time() < ten.time() else ten + timedelta(days=1)
        return at(day.isoformat(" "))


def days(*pairs: tuple[str, str]) -> dict[date, set[str]]:
    """Return who is on duty by day: "2026-10-07 2026-10-08" and "ana ben" for two people on two days."""
    return {date.fromisoformat(day): set(names.split()) for some, names in pairs for day in some.split()}


@pytest.mark.parametrize("channel", [TEAM_CHANNEL, ""])
async def test_a_month_over_the_change_of_the_clocks_with_a_decline_sickness_a_newcomer_and_a_late_pick(
    channel: str,
) -> None:
    vacation = Absence("ben", at("2026-10-12 00:00"), at("2026-10-17 00:00"))
    before = date(2026, 9, 30)
    month = Month(
        Town(
            "2026-10-05 10:00",
            people=(ANA, BEN, CHEN, EVA, FARID, HUGO, GITA),
            team=(Shift(before, "ana", Role.SUPPORT), Shift(before, "ben", Role.SUPPORT)),
            absences=(vacation,),
            team_channel=channel,
        )
    )
    await month.until("2026-10-05 14:20")
    assert await month.take(ANA) == ("chen", "eva")
    await month.until("2026-10-12 14:20")
    view, _ = month.proposal(CHEN)
    assert "Not possible: 1 away, 1 has to observe first" in view.note
    assert "Gita Rao will observe." in view.note
    assert await month.take(CHEN) == ("farid", "hugo")
    await month.until("2026-10-13 11:00")
    await month.decline(FARID)
    assert await month.take(EVA) == ("ana", "hugo")
    await month.until("2026-10-15 08:40")
    await month.town.write("away Ana", HUGO)
    await month.until("2026-10-22 11:00")
    assert await month.take(HUGO) == ("farid", "hugo"), "nobody was picked in time"
    await month.until("2026-10-26 14:20")
    assert await month.take(FARID) == ("chen", "gita"), "beside somebody experienced, who is there every day"
    await month.until("2026-11-04 08:59")
    await month.check()
    assert month.duty == days(
        ("2026-10-06", "ana ben"),
        ("2026-10-07 2026-10-08 2026-10-09 2026-10-12 2026-10-13", "chen eva"),
        ("2026-10-14 2026-10-16 2026-10-19 2026-10-20", "ana hugo"),
        ("2026-10-15", "hugo"),
        ("2026-10-21 2026-10-22", "ana hugo"),
        ("2026-10-23 2026-10-26 2026-10-27", "farid hugo"),
        ("2026-10-28 2026-10-29 2026-10-30 2026-11-02 2026-11-03", "chen gita"),
    )
    assert [await month.served(date(2026, 10, 7) + number * WEEK) for number in range(4)] == [
        {"chen": 5, "eva": 5},
        {"ana": 4, "hugo": 5},
        {"ana": 2, "farid": 3, "hugo": 5},
        {"chen": 5, "gita": 5},
    ]
    proposed = [f"Mon {day} 14:00" for day in ("05 Oct", "12 Oct", "19 Oct", "26 Oct", "02 Nov")]
    assert [one for one in dict.fromkeys(month.when("pick:")) if one in proposed] == proposed
    weeks = [f"Wed {day} 09:00" for day in ("07 Oct", "14 Oct", "21 Oct", "28 Oct")]
    assert month.when("week:") == weeks
    assert list(dict.fromkeys(month.when("news:stay"))) == ["Wed 21 Oct 09:00"]
    assert month.town.teams.slack == [
        "Ana Lindqvist and Hugo Stein: please pick the support team for Wed 21 Oct, in Teams.",
        "Chen Wei and Gita Rao: please pick the support team for Wed 4 Nov, in Teams.",
    ]
    people = (await (await month.town.desk()).state()).rota.people
    assert (people["gita"].observed, people["gita"].experienced) == (date(2026, 10, 14), False)
    assert [one.text.partition("\n")[0] for one in month.town.to(GITA) if one.key.startswith("start")] == [
        "You have observed",
        "You are on support from today",
    ]


@pytest.mark.parametrize("channel", [TEAM_CHANNEL, ""])
async def test_a_month_over_new_year_and_week_53_with_holidays_vacation_a_decline_and_a_leaver(channel: str) -> None:
    joins, leaves = replace(GITA, joined=date(2026, 12, 14)), replace(FARID, left=date(2026, 12, 31))
    gone = (
        Absence("chen", at("2026-12-23 00:00"), at("2027-01-04 00:00")),
        Absence("eva", at("2026-12-24 00:00"), at("2026-12-29 00:00")),
    )
    before = date(2026, 12, 9)
    month = Month(
        Town(
            "2026-12-14 10:00",
            people=(ANA, BEN, CHEN, EVA, leaves, HUGO, joins),
            team=(Shift(before, "ana", Role.SUPPORT), Shift(before, "ben", Role.SUPPORT)),
            absences=gone,
            team_channel=channel,
        )
    )
    await month.until("2026-12-14 14:20")
    assert await month.take(ANA) == ("chen", "eva")
    await month.until("2026-12-21 14:20")
    assert await month.take(CHEN) == ("farid", "hugo")
    await month.until("2026-12-28 14:20")
    assert await month.take(HUGO) == ("ana", "gita")
    await month.until("2026-12-30 08:29")
    await month.decline(ANA)
    if not channel:
        assert await month.take(FARID) == ("gita", "hugo")
    await month.until("2027-01-12 18:00")
    await month.check()
    late = [("2026-12-30", "farid hugo"), ("2026-12-31 2027-01-04 2027-01-05", "ben hugo")]  # nobody took another team
    whole = [("2026-12-30 2026-12-31 2027-01-04 2027-01-05", "gita hugo")]
    stays = "ben hugo" if channel else "gita hugo"
    assert month.duty == days(
        ("2026-12-15", "ana ben"),
        ("2026-12-16 2026-12-17 2026-12-18 2026-12-21 2026-12-22", "chen eva"),
        ("2026-12-23 2026-12-24 2026-12-28 2026-12-29", "farid hugo"),
        *(late if channel else whole),
        ("2027-01-06 2027-01-07 2027-01-08 2027-01-11 2027-01-12", stays),
    )
    assert [await month.served(date(2026, 12, 16) + number * WEEK) for number in range(4)] == [
        {"chen": 5, "eva": 5},
        {"farid": 4, "hugo": 4},
        {"ben": 3, "farid": 1, "hugo": 4} if channel else {"gita": 4, "hugo": 4},
        dict.fromkeys(stays.split(), 5),
    ]
    assert list(dict.fromkeys(month.when("pick:2027-01-06"))) == [
        "Mon 04 Jan 14:00",
        "Mon 04 Jan 17:00",
        "Tue 05 Jan 09:30",
        "Tue 05 Jan 14:00",
        "Wed 06 Jan 09:00",
    ]
    picks = "Hugo Stein" if channel else "Gita Rao and Hugo Stein"
    assert f"{picks}: please pick the support team for Wed 6 Jan, in Teams." in month.town.teams.slack
