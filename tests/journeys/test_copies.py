"""What people's copies show once their request has changed, ended, or come back."""

from bot.events import Claim, Reopen, Solve
from bot.people import Author
from bot.views import NoticeCard
from tests.journeys.town import ANA, BEN, CHEN, DILAN, EVA, OLGA, TOM, Message, Town, plain


def claimable(message: Message) -> list[str]:
    assert isinstance(message.view, NoticeCard)
    return [press.request for entry in message.view.entries for press in entry.presses if press.verb == "claim"]


async def test_a_post_that_is_back_is_told_again_where_it_had_been_told_beside_another() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(0.5)
    place = await town.post("the scanner too", TOM)
    await town.wait(3)
    (copy,) = town.to(BEN)
    await town.press(Claim, "R-1", ANA)
    await town.delete(place)
    assert copy.text.startswith("All of these are taken care of")
    await town.wait(1)
    await town.restore(place, "the scanner too", TOM)
    assert copy.text.startswith("1 of 2 still waits for an answer")
    assert "Ana Lindqvist has it" in copy.text
    assert claimable(copy) == ["R-2"]
    assert town.to(BEN) == [copy]


async def test_words_edited_or_deleted_after_the_answer_leave_every_copy() -> None:
    town = Town()
    place = await town.post("my password is hunter2")
    await town.wait(10)
    copies = [*town.to(ANA), *town.to(BEN), *town.to(EVA), *town.in_team_channel()]
    await town.press(Claim, "R-1", ANA)
    await town.edit(place, "my password is gone")
    for copy in copies:
        assert "hunter2" not in copy.text
        assert "Ana Lindqvist has it" in copy.text
    await town.press(Solve, "R-1", OLGA)
    await town.wait(1)
    await town.delete(place)
    assert not any("password" in copy.text for copy in copies)
    assert len(copies) == 4


async def waiting(town: Town, text: str = "label printer down", who: Author = OLGA) -> str:
    """Raise a request that waits for its requester, and return its thread."""
    place = await town.post(text, who)
    id_ = (await town.requests())[-1].id
    await town.send("ask", id_, ANA, text="Which one?")
    return place


async def test_an_answer_that_is_edited_stays_its_writers() -> None:
    town = Town()
    place = await waiting(town)
    reply = await town.reply(place, "the one in hall 3", TOM)
    (told,) = town.to(ANA)
    await town.edit(place, "the one in hall 4", TOM, reply=reply)
    assert told.text.startswith("Tom Reuter answered you\n")
    assert "the one in hall 4" in told.text


async def test_what_is_split_keeps_the_words_while_suggestions_and_cards_stay_the_firsts() -> None:
    town = Town()
    place = await waiting(town)
    await town.send("suggest", "R-1", DILAN, text="restart the spooler")
    reply = await town.reply(place, "the one in hall 3", OLGA)
    told = town.to(ANA)[-1]
    await town.send("split", "R-1", ANA, text="printer\nscanner")
    await town.edit(place, "the one in hall 4", OLGA, reply=reply)
    assert told.text.startswith("Olga Brandt answered you\n")
    first, second = [plain(await town.open("support", id_, ANA)) for id_ in ("R-1", "R-2")]
    assert ("hall 4" in first, "hall 4" in second) == (True, True)
    assert ("spooler" in first, "spooler" in second) == (True, False)


async def test_an_answer_that_was_told_follows_its_edit_and_goes_with_its_deletion() -> None:
    town = Town()
    place = await waiting(town)
    reply = await town.reply(place, "mine: hunter2", OLGA)
    (told,) = town.to(ANA)
    assert "hunter2" in told.text
    await town.wait(1)
    await town.edit(place, "the one at the dock", reply=reply)
    assert "the one at the dock" in told.text
    assert "hunter2" not in told.text
    await town.edit(place, "an older edit", reply=reply, happened="2026-11-23 10:00")
    assert "the one at the dock" in told.text
    await town.send("close", "R-1", ANA, choice="close", outcome="answered")
    await town.wait(1)
    await town.edit(place, "the one at the gate", reply=reply)
    assert "the one at the gate" in told.text
    await town.wait(1)
    await town.delete(place, reply=reply)
    assert told.text.startswith("Olga Brandt answered")
    assert "(no text: see the thread)" in told.text
    assert "the one" not in told.text
    assert town.to(ANA) == [told]


async def test_answers_that_were_told_together_each_follow_their_own() -> None:
    town = Town("2026-11-23 17:50")
    first = await waiting(town)
    second = await waiting(town, "no tours", TOM)
    await town.until("2026-11-23 19:00")
    reply = await town.reply(first, "mine: hunter2", OLGA)
    other = await town.reply(second, "tour 12", TOM)
    await town.until("2026-11-24 09:01")
    (told,) = [one for one in town.to(ANA) if one.text.startswith("2 answers for you")]
    assert "hunter2" in told.text
    assert "tour 12" in told.text
    await town.delete(first, reply=reply)
    await town.edit(second, "tour 13", TOM, reply=other)
    assert told.text.startswith("2 answers for you")
    assert "hunter2" not in told.text
    assert "tour 13" in told.text


async def test_an_edit_in_the_second_clock_is_shown_to_whom_it_called_and_settles_nothing_else() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(12)
    await town.reply(place, "try the other tray", DILAN)
    await town.edit(place, "label printer on fire")
    first, second = town.to(ANA)
    assert all("on fire" in message.text for message in (first, second, *town.to(EVA), *town.in_team_channel()))
    assert [claimable(message) for message in (first, second, *town.to(EVA))] == [[], ["R-1"], []]
    await town.wait(30)
    await town.edit(place, "label printer out")
    assert "on fire" not in town.in_team_channel()[1].text


async def test_whoever_could_not_be_reached_hears_nothing_of_what_is_settled() -> None:
    town = Town()
    town.teams.refuse["person:ben"] = "has not installed the app"
    await town.post("label printer down")
    await town.wait(3)
    town.teams.refuse.clear()
    await town.press(Claim, "R-1", ANA)
    assert [len(town.to(who)) for who in (ANA, BEN, CHEN)] == [1, 0, 0]


async def test_a_call_is_a_message_of_its_own_beside_copies_that_were_only_drawn_anew() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(9.5)
    await town.post("and the scanner", TOM)
    await town.delete(place)
    await town.wait(1.5)
    await town.restore(place, "label printer down")
    before = len(town.to(BEN))
    await town.wait(0.6)
    assert len(town.to(BEN)) == before + 1
    assert "and the scanner" in town.to(BEN)[-1].text


async def test_a_closed_post_is_edited_and_deleted_beside_what_is_open_in_its_thread() -> None:
    town = Town()
    place = "19:backend@thread.tacv2;messageid=9"
    await town.reply(place, "same here", TOM, addressed=True)
    await town.post("my password is hunter2", place=place)
    await town.wait(3)
    await town.press(Solve, "R-2", OLGA)
    await town.edit(place, "my password is hunter3", posted="2026-11-23 10:00")
    assert [one.id for one in await town.requests()] == ["R-1", "R-2"]
    assert (await town.request("R-2")).text == "my password is hunter3"
    await town.wait(1)
    await town.delete(place)
    assert (await town.request("R-2")).text == ""
    assert not any("hunter" in message.text for message in [*town.to(ANA), *town.to(BEN)])
    assert (await town.request("R-1")).text == "same here"


async def test_an_edit_at_night_writes_to_nobody_who_could_not_be_reached_by_day() -> None:
    town = Town("2026-11-23 17:40")
    town.teams.refuse["person:ana"] = "has not installed the app"
    place = await town.post("label printer down")
    await town.wait(15)
    town.teams.refuse.clear()
    await town.until("2026-11-23 19:00")
    await town.edit(place, "label printer on fire")
    assert town.to(ANA) == []
    assert "on fire" in town.to(BEN)[0].text
    await town.until("2026-11-24 10:00")
    await town.edit(place, "label printer in flames")
    assert "in flames" in town.to(ANA)[0].text


async def test_deleted_words_leave_the_copies_of_what_was_split_off_too() -> None:
    town = Town()
    place = await town.post("my secret\nscanner secret")
    await town.send("split", "R-1", ANA, text="my secret\nscanner secret")
    for id_ in ("R-1", "R-2"):
        await town.send("back", id_, ANA)
        await town.press(Claim, id_, BEN)
        await town.wait(2)
    assert sum("secret" in one for one in [one.text for one in town.to(BEN)]) == 2 or [one.text for one in town.to(BEN)]
    await town.delete(place)
    assert not any("secret" in one for one in [one.text for one in town.to(BEN)])


async def test_a_copy_of_the_second_clock_comes_back_with_what_was_closed() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("back", "R-1", ANA)
    assert "[I'm looking into it]" in town.to(BEN)[0].text
    await town.press(Solve, "R-1", OLGA)
    assert town.to(BEN)[0].text.startswith("Olga Brandt closed it")
    await town.press(Reopen, "R-1", OLGA)
    assert "[I'm looking into it]" in town.to(BEN)[0].text
    assert len(town.to(BEN)) == 1


async def test_a_copy_of_what_was_closed_is_true_again_when_it_is_opened_again() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(2)
    await town.press(Claim, "R-1", BEN)
    await town.press(Solve, "R-1", BEN)
    assert town.to(ANA)[0].text.startswith("Ben Okafor closed it")
    await town.wait(30)
    await town.press(Reopen, "R-1", OLGA)
    assert "Open again" in town.to(ANA)[0].text
    assert len(town.to(ANA)) == 1


async def test_a_copy_says_that_a_reply_counts_with_a_mention_only_while_the_bot_hears_no_other() -> None:
    town = Town()
    await town.post("label printer down", addressed=True)
    await town.wait(2)
    assert "Press a button, or mention me in your reply." in town.to(ANA)[0].text
    await town.press(Claim, "R-1", BEN)
    assert "mention" not in town.to(ANA)[0].text
    await town.post("the scanner is down", TOM)
    await town.wait(2)
    assert "mention" not in town.to(ANA)[-1].text
