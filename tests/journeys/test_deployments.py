"""Deployments: started, running, done or rolled back, by the team whose week it is, or by somebody with a reason."""

from datetime import date

import pytest

from bot.events import Open, Send
from bot.people import Person
from bot.places import personal
from bot.rota.shift import Absence, Role, Shift
from bot.views import PlanCard
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, FARID, OLGA, TEAM, TEAM_CHANNEL, Town, at, said

WHAT = {"what": "routing 4.2", "where": "production", "link": "https://ci.example.com/42"}


async def deploy(town: Town, by: Person = ANA, **fields: str) -> str:
    return await town.send("deploy", "", by, card="form:x", place=personal(by.id), **{**WHAT, **fields})


def away(person: Person) -> Absence:
    return Absence(person.id, at("2026-11-23 00:00"), at("2026-11-24 00:00"))


async def end(town: Town, by: Person, way: str = "done", *, id_: str = "D-1", place: str = "", card: str = "-") -> str:
    place = place or personal(by.id)
    return said(await town.press(Send, "", by, step="deployed", choice=f"{id_}:{way}", place=place, card=card))


def text(town: Town, key: str = "deploy:D-1") -> str:
    return town.teams.messages[key].text


async def test_a_deployment_runs_and_the_team_channel_sees_it_and_its_end() -> None:
    town = Town()
    assert "D-1 · routing 4.2 → production" in await deploy(town)
    (message,) = town.in_team_channel()
    assert "Ana Lindqvist has been deploying it since 10:00." in message.text
    assert isinstance(message.view, PlanCard)
    assert [one.title for one in message.view.presses] == ["Done", "Rolled back"]
    assert [one.title for one in message.view.links] == ["Open link"]
    await town.wait(5)
    assert "done, 10:05" in await end(town, ANA, place=TEAM_CHANNEL)
    assert "Ana Lindqvist, 10:00; done, 10:05." in message.text


async def test_a_second_press_shows_how_it_ended_and_the_other_of_the_pair_may_say_it() -> None:
    town = Town()
    await deploy(town, link="")
    assert "rolled back by Ben Okafor" in await end(town, BEN, "rolled back")
    assert "rolled back by Ben Okafor" in await end(town, ANA)


async def test_its_end_is_taken_back_within_ten_minutes_by_whoever_said_it() -> None:
    town = Town()
    await deploy(town)
    await end(town, BEN)
    assert await end(town, ANA, "running") == "Only Ben Okafor can take that back."
    assert "has been deploying it since" in await end(town, BEN, "running")
    assert "has been deploying it since" in await end(town, BEN, "running")
    await end(town, BEN)
    await town.wait(11)
    assert await end(town, BEN, "running") == "That was 11 min ago: it can't be taken back any more."


async def test_somebody_off_duty_is_told_whose_week_it_is_and_goes_on_with_a_reason() -> None:
    town = Town()
    form = await town.open("deploy", "", EVA, place=personal("eva"), card="form:x")
    assert "This week Ana Lindqvist and Ben Okafor deploy." in form.note
    assert [field.id for field in form.fields] == ["what", "where", "link", "reason"]
    assert "why not they" in await deploy(town, EVA)
    assert "Reason: my migration" in await deploy(town, EVA, reason="my migration")
    assert "Eva Novak is not on duty this week." in text(town)
    (change,) = (await (await town.desk()).state()).rota.history
    assert (change.by, change.what, change.reason) == (
        "Eva Novak",
        "deployed routing 4.2 to production",
        "my migration",
    )
    assert "done" in await end(town, EVA)


async def test_only_whoever_deploys_or_is_on_duty_says_how_it_ended() -> None:
    town = Town()
    await deploy(town)
    assert await end(town, EVA) == "Ben Okafor or Ana Lindqvist can say that."
    assert "been deploying it" in text(town)


async def test_where_only_whoever_deploys_is_there_the_refusal_names_them_alone() -> None:
    town = Town()
    await deploy(town)
    await town.write("away 45", BEN)
    assert await end(town, EVA) == "Ana Lindqvist can say that."


async def test_where_nobody_of_the_team_is_there_its_names_are_said_all_the_same() -> None:
    town = Town("2026-11-23 10:00", absences=tuple([away(one) for one in TEAM]))
    form = await town.open("deploy", "", EVA, place=personal("eva"), card="form:x")
    assert "This week Ana Lindqvist, Ben Okafor and Chen Wei deploy." in form.note


async def test_where_no_team_is_set_and_nobody_is_there_nobody_is_to_be_asked() -> None:
    town = Town("2026-11-23 10:00", absences=tuple([away(one) for one in TEAM]), team=())
    form = await town.open("deploy", "", EVA, place=personal("eva"), card="form:x")
    assert form.note == "Nobody is there to deploy it: go on with a reason."


async def test_a_form_comes_back_with_what_is_wrong() -> None:
    town = Town()
    assert "Say what goes where." in await deploy(town, where=" ")
    assert "must begin with https://" in await deploy(town, link="ci/42")
    assert "At most 200 characters" in await deploy(town, what="x" * 201)
    assert town.in_team_channel() == []


async def test_without_a_team_channel_those_on_duty_see_it_personally_and_its_end_too() -> None:
    town = Town(team_channel="")
    await deploy(town, EVA, reason="my migration")
    keys = [f"deploy:D-1:{id_}" for id_ in ("eva", "ana", "ben")]
    assert [one.key for one in town.teams.sent] == keys
    await end(town, BEN)
    assert all("done by Ben Okafor" in text(town, key) for key in keys)


async def test_the_list_shows_what_runs_and_what_went_last_and_its_buttons_answer_there() -> None:
    town = Town()
    assert "Nothing is being deployed." in await town.write("deploy", ANA)
    await deploy(town)
    await deploy(town, what="billing 7")
    await end(town, ANA)
    await town.write("deploy", ANA)
    shown = town.to(ANA)[-1]
    assert isinstance(shown.view, PlanCard)
    assert [part.title for part in shown.view.parts] == ["D-2 · billing 7 → production", "The last ones"]
    assert [button.title for button in (*shown.view.presses, *shown.view.opens)] == ["Deploy, here", "Deploy…"]
    await end(town, ANA, id_="D-2", card=shown.key)
    assert "billing 7 → production: Ana Lindqvist, 10:00; done" in shown.text


async def test_requesters_may_not_deploy() -> None:
    town = Town()
    assert "backend team" in said(await town.press(Open, "", OLGA, step="deploy", place=personal("olga"), card="-"))


async def test_what_is_over_for_two_weeks_is_forgotten() -> None:
    town = Town()
    await deploy(town)
    await end(town, ANA)
    await town.until("2026-12-07 09:59")
    assert (await (await town.desk()).state()).facts.planning.deployments
    await town.until("2026-12-07 10:01")
    assert not (await (await town.desk()).state()).facts.planning.deployments
    assert await end(town, ANA) == "That deployment is long over."


async def test_it_goes_on_after_a_restart() -> None:
    town = Town()
    await deploy(town)
    await town.restart()
    assert "done" in await end(town, ANA)


async def test_the_handover_names_what_runs_and_what_went_last_week() -> None:
    town = Town("2026-11-24 17:00")
    await deploy(town)
    await town.until("2026-11-25 09:00")
    card = text(town, "handover:2026-11-25")
    assert "Deployments of the last week" in card
    assert "D-1 · routing 4.2 → production: Ana Lindqvist has been deploying it since Tue 24 Nov, 17:00" in card
    await end(town, ANA)
    assert "done, 09:00" in text(town, "handover:2026-11-25")
    await town.until("2026-11-27 09:00")
    await deploy(town, what="billing")
    assert "billing" not in text(town, "handover:2026-11-25")


async def test_ones_own_data_holds_ones_own_deployments_alone() -> None:
    town = Town()
    await deploy(town)
    assert "routing 4.2" in await town.write("privacy me", ANA)
    assert "routing 4.2" not in await town.write("privacy me", BEN)


# -- a week with a team that was taken late -------------------------------------------------------------------------

OLD, LATE = frozenset({2, 3}), frozenset({4, 0, 1})
WEEK = date(2026, 11, 25)
FALLBACKS = (Shift(WEEK, "dilan", Role.FALLBACK, frozenset({2})), Shift(WEEK, "farid", Role.FALLBACK, frozenset({4})))
PAIRS = tuple(
    [
        Shift(WEEK, id_, Role.SUPPORT, days)
        for id_, days in zip(("ana", "ben", "chen", "eva"), (OLD, OLD, LATE, LATE), strict=True)
    ]
)


@pytest.mark.parametrize(
    ("now", "theirs", "others"),
    [
        ("2026-11-26 10:00", (ANA, BEN, DILAN), (CHEN, EVA, FARID)),
        ("2026-11-27 10:00", (CHEN, EVA, FARID), (ANA, BEN, DILAN)),
    ],
)
async def test_of_a_week_with_two_teams_it_is_the_one_whose_days_it_is(
    now: str, theirs: tuple[Person, ...], others: tuple[Person, ...]
) -> None:
    town = Town(now, team=(*PAIRS, *FALLBACKS))
    for one in theirs:
        form = await town.open("deploy", "", one, place=personal(one.id), card="form:x")
        assert [field.id for field in form.fields] == ["what", "where", "link"], one.name
    for one in others:
        form = await town.open("deploy", "", one, place=personal(one.id), card="form:x")
        assert form.fields[-1].id == "reason", one.name
