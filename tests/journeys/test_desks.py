"""Which desk somebody's own chat is about."""

from datetime import date

import pytest

from bot.events import Send, Undecided, Wrote
from bot.people import Author
from bot.views import FormCard
from tests.journeys.town import EVA, OLGA, TEAM, TOM, Town, person, plain, said

EVAS = Author("eva", "Eva Novak")


async def test_whoever_belongs_to_one_desk_only_is_told_which() -> None:
    assert await Town().write("desk", EVA) == "This is the desk backend. You belong to no other."


async def test_whoever_belongs_to_several_chooses_one_by_a_button_each() -> None:
    town = Town()
    names = ("backend", "edge", "ops", "web")
    asks = {"happened_at": town.now, "place": "person:eva", "author": EVAS, "desks": names}
    await town._handle(Undecided(key="u", text="requests", **asks))  # type: ignore[arg-type]
    form = town.to(EVA)[0].view
    assert isinstance(form, FormCard)
    assert [[button.desk for button in row.buttons] for row in form.rows] == [["backend", "edge", "ops"], ["web"]]
    assert {button.choice for row in form.rows for button in row.buttons} == {"requests"}
    assert "Choose one, and it answers requests" in plain(form)
    await town._handle(Undecided(key="v", **asks))  # type: ignore[arg-type]
    assert "Choose the one that this chat is about." in town.to(EVA)[1].text
    await town.press(Send, "", EVA, card="which:v", step="desk")
    await town._handle(Undecided(key="w", **asks))  # type: ignore[arg-type]
    assert "This chat is about backend now." in town.to(EVA)[2].text


async def test_the_choice_is_remembered_over_a_restart() -> None:
    town = Town()
    desk = await town.desk()
    assert desk.chosen_at("eva") is None
    answer = await town.press(Send, "", EVA, card="which:u", step="desk")
    assert said(answer).startswith("Your desk here: backend")
    assert desk.chosen_at("eva") == town.now
    await town.restart()
    assert (await town.desk()).chosen_at("eva") == town.now


async def test_a_requester_belongs_to_no_desk() -> None:
    town = Town()
    assert "This is for the backend team." in said(await town.press(Send, "", OLGA, card="which:u", step="desk"))


async def test_whoever_has_left_or_joins_later_is_asked_as_well_and_so_may_choose() -> None:
    gone, coming = person("Gus Old", left=date(2026, 11, 10)), person("Hana Sato", joined=date(2027, 1, 1))
    town = Town(people=(*TEAM, gone, coming))
    desk = await town.desk()
    for one in (gone, coming):
        assert desk.has(one.id)
        assert said(await town.press(Send, "", one, card="which:u", step="desk")).startswith("Your desk here: backend")
        assert desk.chosen_at(one.id) == town.now


async def test_an_admin_who_is_none_of_the_people_may_choose() -> None:
    town = Town(people=TEAM[:-1])
    answer = await town.press(Send, "", Author("farid", "Farid Haddad"), card="which:u", step="desk")
    assert said(answer).startswith("Your desk here: backend")


@pytest.mark.parametrize("words", ["my requests", "privacy me"])
async def test_beside_another_desk_one_answers_only_if_it_holds_anything_of_whoever_asks(words: str) -> None:
    town = Town()
    await town.post("printer down", OLGA)

    async def heard(who: Author) -> int:
        before = len(town.teams.sent)
        asks = {"key": words + who.id, "happened_at": town.now, "place": f"person:{who.id}", "author": who}
        await town._handle(Wrote(text=words, addressed=True, beside=True, **asks))  # type: ignore[arg-type]
        return len(town.teams.sent) - before

    assert await heard(TOM) == 0
    assert await heard(OLGA) == 1
    assert "printer down" in town.teams.sent[-1].text
    assert await town.write(words, TOM)
