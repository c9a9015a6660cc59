"""What no button leads to, but a press by hand may ask for."""

import pytest

from bot.decide.pictures import request_card
from bot.events import Open, Send
from bot.hours import SupportHours
from bot.rota.duty import Duty
from bot.support.request import claim, follow
from tests.journeys.town import ANA, FARID, OLGA, TOM, Town, plain, said


@pytest.mark.parametrize(
    ("kind", "name"), [(Open, "setup.skip"), (Send, "setup.all"), (Open, "dance"), (Send, "dance")]
)
async def test_a_step_of_the_desk_that_has_no_form_or_does_nothing_is_an_old_button(kind: type, name: str) -> None:
    town = Town()
    answer = await town.press(kind, "", FARID, step=name, place="person:farid", card="-")
    assert said(answer).startswith("This button is from an older card.")


async def test_a_step_of_the_desk_belongs_to_ones_own_chat_or_the_desks_channels() -> None:
    town = Town()
    answer = await town.press(Open, "", FARID, step="policy", place="person:ana", card="-")
    assert said(answer) == "This button belongs to another conversation."


async def test_a_follower_whose_lead_is_not_at_hand_says_that_it_goes_with_another() -> None:
    town = Town()
    await town.post("label printer down")
    alone = follow(claim(await town.request(), OLGA, town.now, town.now), "R-9")
    card = request_card(town.info, alone, None, (), Duty(), town.now, SupportHours(), town.now)
    assert card.headline.plain == "We look at this together with another request."
    assert "Support" in plain(card)


async def test_undo_of_same_as_leaves_a_follower_alone_that_goes_its_own_way_by_now() -> None:
    town = Town()
    await town.post("label printer down")
    await town.post("and the scanner")
    await town.post("all printers are gone", TOM)
    await town.send("same", "R-1", ANA, lead="R-3")
    await town.send("separate", "R-2", ANA)
    await town.send("undo", "R-1", ANA)
    assert ((await town.request("R-2")).lead, (await town.request("R-1")).followers) == ("", ())
