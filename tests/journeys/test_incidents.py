"""One incident: from the third similar request within ten minutes the pair may put them together by one press."""

import pytest

from bot.events import Claim, Open, Send, Separate, Solve
from bot.people import Author
from bot.support.recurrence import Alike
from bot.support.request import Outcome, Status
from tests.journeys.town import ANA, BEN, EVA, FARID, TOM, Message, Town, said

UDO = Author("udo", "Udo Falk")
EMMA = Author("emma", "Emma Roth")


async def similar(town: Town, text: str, by: Author, *like: str, near: bool = False) -> str:
    """Let somebody post what resembles earlier requests; return the thread."""
    others = [await town.request(one) for one in like]
    town.teams.alike[text] = tuple(Alike(one.id, near, one.posted_at, one.common) for one in others)
    return await town.post(text, by)


async def three(minutes: float = 2, *, team: str = "") -> tuple[Town, list[str]]:
    """Return a town in which three people asked similar things some minutes apart, and their threads."""
    town = Town()
    if team:
        town.now = town.now
    places = [await town.post("checkout is down")]
    await town.wait(minutes)
    places.append(await similar(town, "nobody can pay", TOM, "R-1"))
    await town.wait(minutes)
    places.append(await similar(town, "payment page shows an error", UDO, "R-2"))
    return town, places


def offers(town: Town, who: object = ANA) -> list[Message]:
    """Return the cards that offer one incident to somebody."""
    return [one for one in town.to(who) if one.key.startswith("incident")]  # type: ignore[arg-type]


async def press(town: Town, step: str, by: object = ANA, first: str = "R-1") -> str:
    """Press a button of the offer; return what the card says then."""
    key = f"incident:{first}:{getattr(by, 'id')}"  # noqa: B009
    return said(await town.press(Send, first, by, card=key, step=step))  # type: ignore[arg-type]


async def test_the_third_similar_request_within_ten_minutes_offers_one_incident_to_the_pair() -> None:
    town, _ = await three()
    (card,) = offers(town)
    assert card.text.startswith("3 similar requests within 4 min. One incident?\nR-1 keeps the clock")
    assert "Olga Brandt · R-1\ncheckout is down" in card.text
    assert "[One incident]\n[Not the same]" in card.text
    assert offers(town, BEN)
    assert not offers(town, EVA)


async def test_two_are_no_incident_nor_are_three_in_more_than_ten_minutes() -> None:
    town = Town()
    await town.post("checkout is down")
    await similar(town, "nobody can pay", TOM, "R-1")
    assert not offers(town)
    town, _ = await three(minutes=11)
    assert not offers(town)


async def test_one_press_puts_them_together_and_each_gets_one_line_with_a_link() -> None:
    town, places = await three()
    shown = await press(town, "incident")
    assert shown.startswith("One incident: R-1 and 2 more")
    first, *others = await town.requests()
    assert (first.status, first.claimer and first.claimer.id) == (Status.ACKNOWLEDGED, "ana")
    assert [one.lead for one in others] == ["R-1", "R-1"]
    for place in places[1:]:
        lines = town.in_thread(place)
        assert [line for line in lines if "Olga Brandt · R-1" in line] == [
            "We look at this together with Olga Brandt · R-1."
        ]
    assert town.to(BEN)[-1].text.startswith("One incident: R-1 and 2 more")


async def test_closing_the_first_closes_all() -> None:
    town, _ = await three()
    await press(town, "incident")
    await town.send("close", "R-1", ANA, choice="close", outcome="answered", text="It is up again.")
    assert [(one.status, one.outcome) for one in await town.requests()] == [
        (Status.CLOSED, Outcome.ANSWERED),
        (Status.CLOSED, Outcome.DUPLICATE),
        (Status.CLOSED, Outcome.DUPLICATE),
    ]
    assert "It is up again." in town.card("R-3")
    assert offers(town)[0].text == "R-1 is closed, and what goes with it"


async def test_a_fourth_is_offered_too_on_the_same_card() -> None:
    town, _ = await three()
    await press(town, "incident")
    await town.wait(1)
    await similar(town, "cannot pay by card", EMMA, "R-3")
    (card,) = offers(town)
    assert card.text.startswith("4 similar requests within")
    assert "Emma Roth · R-4" in card.text
    await press(town, "incident", BEN)
    assert (await town.request("R-4")).lead == "R-1"
    assert (await town.request("R-1")).claimer == Author("ana", "Ana Lindqvist")


async def test_a_second_press_changes_nothing() -> None:
    town, _ = await three()
    first = await press(town, "incident")
    posts = len(town.teams.sent)
    assert await press(town, "incident", BEN) == first
    assert await press(town, "no_incident", BEN) == first
    assert len(town.teams.sent) == posts


async def test_what_is_not_the_same_is_not_offered_again() -> None:
    town, _ = await three()
    assert (await press(town, "no_incident")).startswith("R-1 goes by itself")
    assert offers(town, BEN)[0].text.startswith("R-1 goes by itself")
    assert all(one.status is Status.OPEN and not one.lead for one in await town.requests())
    await town.wait(1)
    place = (await town.request("R-2")).place
    town.teams.alike["nobody can pay at all"] = town.teams.alike["payment page shows an error"]
    await town.edit(place, "nobody can pay at all")
    assert offers(town)[0].text.startswith("R-1 goes by itself")


async def test_one_that_is_a_separate_matter_after_all_has_its_own_clock() -> None:
    town, _ = await three()
    await press(town, "incident")
    await town.press(Separate, "R-2", TOM)
    one = await town.request("R-2")
    assert (one.lead, one.status) == ("", Status.OPEN)
    assert "One incident" in offers(town)[0].text


async def test_undo_takes_one_out_again() -> None:
    town, places = await three()
    await press(town, "incident")
    await town.send("undo", "R-2", ANA)
    assert (await town.request("R-2")).lead == ""
    assert any("took that back" in line.casefold() or "back" in line for line in town.in_thread(places[1]))


@pytest.mark.parametrize("who", [EVA, FARID])
async def test_only_support_may(who: object) -> None:
    town, _ = await three()
    answer = await press(town, "incident", who)
    assert "Ana Lindqvist" in answer
    assert all(not one.lead for one in await town.requests())


async def test_the_button_works_on_its_own_card_only() -> None:
    town, _ = await three()
    await town.press(Send, "R-1", ANA, step="incident")
    assert all(not one.lead for one in await town.requests())


async def test_what_was_answered_meanwhile_is_left_out() -> None:
    town, _ = await three()
    await town.press(Solve, "R-2", TOM)
    assert offers(town)[0].text.startswith("2 similar requests")
    await press(town, "incident")
    assert [(one.id, one.lead) for one in await town.requests()] == [("R-1", ""), ("R-2", ""), ("R-3", "R-1")]


async def test_a_request_that_a_colleague_has_keeps_its_owner_as_the_first() -> None:
    town, _ = await three()
    await town.press(Claim, "R-1", BEN)
    await press(town, "incident", ANA)
    first = await town.request("R-1")
    assert first.claimer is not None
    assert first.claimer.id == "ben"


async def test_outside_support_hours_and_in_a_pause_nobody_is_asked() -> None:
    town = Town("2026-11-23 21:00")
    await town.post("checkout is down")
    await similar(town, "nobody can pay", TOM, "R-1")
    await similar(town, "payment page shows an error", UDO, "R-1")
    assert not offers(town)
    await town.until("2026-11-24 09:01")
    assert len(offers(town)) == 1
    town = Town()
    await town.write("pause 2h", FARID)
    await town.post("checkout is down")
    await similar(town, "nobody can pay", TOM, "R-1")
    await similar(town, "payment page shows an error", UDO, "R-1")
    assert not offers(town)
    await town.write("resume", FARID)
    assert len(offers(town)) == 1


async def test_two_chains_that_meet_are_one() -> None:
    town = Town()
    await town.post("checkout is down")
    await town.post("scanner is slow", TOM)
    await similar(town, "nobody can pay", UDO, "R-1")
    await similar(town, "paying is slow", EMMA, "R-2", "R-3")
    first = await town.request("R-1")
    assert first.incident is not None
    assert set(first.incident.others) == {"R-2", "R-3", "R-4"}
    assert len(offers(town)) == 1


async def test_two_incidents_that_meet_are_one() -> None:
    town = Town()
    await town.post("checkout is down")
    await town.post("scanner is slow", TOM)
    await similar(town, "nobody can pay", UDO, "R-1")
    await similar(town, "scanning takes minutes", EMMA, "R-2")
    await similar(town, "all is slow, paying and scanning", Author("max", "Max Orth"), "R-3", "R-4")
    first, second = await town.request("R-1"), await town.request("R-2")
    assert second.incident is None
    assert first.incident is not None
    assert set(first.incident.others) == {"R-2", "R-3", "R-4", "R-5"}
    assert len(offers(town)) == 1


async def test_more_than_a_card_shows_are_counted_below() -> None:
    town = Town()
    await town.post("checkout is down")
    for number in range(2, 14):
        await similar(town, f"cannot pay {number}", Author(f"p{number}", f"Person {number}"), "R-1")
    assert offers(town)[0].text.count("Person") == 9
    assert "And 3 more." in offers(town)[0].text


async def test_a_restart_loses_no_offer_and_doubles_none() -> None:
    town, _ = await three()
    await town.restart()
    await town.wait(5)
    assert len(offers(town)) == 1
    assert (await press(town, "incident")).startswith("One incident")


async def test_a_matter_that_is_split_off_the_first_of_an_incident_is_no_first_of_it() -> None:
    town, _ = await three()
    await town.press(Claim, "R-1", ANA)
    await town.send("split", "R-1", ANA, text="checkout is down\nand the printer")
    first, other = await town.request(), await town.request("R-4")
    assert first.incident is not None
    assert first.incident.others == ("R-2", "R-3")
    assert other.incident is None


async def test_an_incident_holds_all_that_are_like_it_however_many_and_its_menu_tells_the_first() -> None:
    town = Town()
    await town.post("checkout is down")
    for number in range(2, 28):
        await similar(town, f"nobody can pay {number}", Author(f"p{number}", f"Person {number}"), "R-1")
    assert (await press(town, "incident")).startswith("One incident: R-1 and 26 more")
    assert [one.id for one in await town.requests() if not one.lead] == ["R-1"]
    await town.post("and the basket is empty")
    assert (await town.request("R-28")).lead == "R-1"
    menu = said(await town.press(Open, "R-1", ANA, step="support"))
    assert "With it R-21: nobody can pay 21\nAnd 7 more." in menu
    await town.press(Solve, "R-1", ANA)
    assert {one.status for one in await town.requests()} == {Status.CLOSED}


async def test_an_incident_came_once_however_many_told_of_it() -> None:
    town = Town()
    await town.post("checkout is down")
    await similar(town, "nobody can pay", TOM, "R-1", near=True)
    await similar(town, "payment page shows an error", UDO, "R-2", near=True)
    shown = await press(town, "incident")
    assert "Olga Brandt · R-1\ncheckout is down" in shown  # the way to where it goes on
    await town.send("close", "R-1", ANA, choice="close", outcome="answered", text="It is up again.")
    (common,) = (await (await town.desk()).state()).commons.values()
    assert [use.request for use in common.uses] == ["R-1"]
    assert not [one for one in town.to(ANA) if one.key.startswith("recurs")]
