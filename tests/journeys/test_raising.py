"""Raising from elsewhere: what is written to the bot personally, and messages chosen anywhere, become requests."""

import asyncio
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.decide import forms
from bot.effects import Answer, Dialog, Word
from bot.errors import NotStored
from bot.events import Choose, Chosen, Claim, Raise, Solve, Wrote
from bot.people import Author, Person
from bot.places import personal
from bot.policy import Language, Policy
from bot.ports import Commit
from bot.support.request import Outcome, Status
from bot.views import Button, FormCard, Line, Link, ReplyCard, RequestCard
from tests.journeys.town import (
    ANA,
    BEN,
    CHANNEL,
    DILAN,
    EVA,
    FARID,
    OLGA,
    TEAM_CHANNEL,
    TOM,
    Message,
    Town,
    plain,
    said,
)

WORDS = "label printer down"
CHAT = Chosen("19:chat|1", OLGA, WORDS)
THREAD = f"{CHANNEL};messageid=77"
HERE = Chosen(f"{CHANNEL}|77", OLGA, WORDS, THREAD)
GERMAN = Policy(language=Language.GERMAN)


async def offered(town: Town, text: str = WORDS, by: Author | Person = OLGA) -> Message:
    """Write to the bot personally; return the card that offers to raise it."""
    await town.write(text, by)
    return town.teams.sent[-1]


def form(message: Message) -> FormCard:
    assert isinstance(message.view, FormCard), message.view
    return message.view


def button(view: FormCard, title: str = "Raise it") -> Button:
    return next(one for row in view.rows for one in row.buttons if one.title == title)


async def press(
    town: Town, one: Button, by: Author | Person, text: str = WORDS, chosen: Chosen | None = None, **more: Any
) -> Answer | None:
    """Press a form's button, its text as said."""
    ids: dict[str, Any] = {"step": one.step, "choice": one.choice, "form": one.form, "card": one.card}
    ids |= {"fields": {"text": text}, "place": personal(by.id), "chosen": chosen, **more}
    return await town.press(Raise, "", by, **ids)


async def choose(town: Town, chosen: Chosen, by: Author | Person, **more: Any) -> Answer | None:
    """Press *Raise with support* on a message."""
    return await town.press(Choose, "", by, place=personal(by.id), card="-", chosen=chosen, **more)


async def chosen_and_sent(town: Town, chosen: Chosen, by: Author | Person, text: str = WORDS) -> Answer | None:
    """Choose a message and send its form."""
    answer = await choose(town, chosen, by)
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    return await press(town, button(answer.view), by, text, chosen)


def posts(town: Town) -> list[Message]:
    """Return what the bot posted in the channel for somebody."""
    return [one for one in town.teams.sent if one.key.startswith("raise:")]


async def test_whoever_writes_personally_is_offered_to_raise_it_with_the_words_ready() -> None:
    town = Town()
    card = form(await offered(town))
    assert card.title == "Shall I raise this with support?"
    assert "under the name of Olga Brandt" in card.note
    assert [field.value for field in card.fields] == [WORDS]
    assert [one.title for row in card.rows for one in row.buttons] == ["Raise it", "No"]
    assert posts(town) == []
    assert (await (await town.desk()).state()).facts.raised == ()


@pytest.mark.parametrize("text", ["it's solved", "when?", "R-1"])
async def test_whoever_writes_of_what_is_open_reads_what_that_is_and_how_to_see_it(text: str) -> None:
    town = Town()
    await town.post("label printer\n\ndown since this morning, nobody knows why")
    note = form(await offered(town, text)).note
    shown = "R-1 · label printer down since this…"
    assert note.endswith(f" Write my requests to see how it stands with what is open: {shown}")
    assert "my requests" not in form(await offered(town, text, TOM)).note


async def test_of_many_that_are_open_the_last_three_are_named() -> None:
    town = Town(policy=GERMAN)
    for _ in range(5):
        await town.post("", picture=True)
        await town.wait(20)
    await town.press(Solve, "R-4", OLGA)
    note = form(await offered(town, "und?")).note
    assert note.endswith("Wie es um das steht, was noch offen ist, zeigt meine anfragen: R-5, R-3, R-2, …")


@pytest.mark.parametrize("text", ["desk broken", "people missing", "policy outdated", "rotate logs"])
async def test_two_words_that_resemble_a_command_of_others_are_offered_to_be_raised(text: str) -> None:
    town = Town()
    assert [field.value for field in form(await offered(town, text)).fields] == [text]
    assert await town.write("rota", OLGA) == "This is for the backend team."
    assert (await town.write("hepl", OLGA)).startswith("I don't know that one.")


async def test_what_is_raised_is_posted_under_its_writers_name_and_is_their_request() -> None:
    town = Town()
    card = await offered(town)
    answer = await press(town, button(form(card)), OLGA, "label printer down, in Utrecht")
    assert "I pass it on to the channel" in said(answer)
    assert "I pass it on to the channel" in card.text
    assert form(card).rows == ()
    (post,) = posts(town)
    assert post.view == ReplyCard("Olga Brandt:", "label printer down, in Utrecht")
    request = await town.request()
    assert (request.requester, request.text, request.place) == (OLGA, "label printer down, in Utrecht", post.place)
    assert request.posted_at == town.now
    assert "Ana Lindqvist or @Ben Okafor will answer by 10:05" in town.card()
    assert town.teams.messages["card:R-1"].place == post.place


async def test_its_writer_gets_the_link_to_the_thread() -> None:
    town = Town()
    await press(town, button(form(await offered(town))), OLGA)
    word = town.teams.sent[-1].view
    assert isinstance(word, Line)
    assert word.parts[-1] == Link("Open thread", (await town.request()).place)
    assert "Raised as R-1." in word.plain


async def test_the_clock_runs_from_the_moment_it_was_raised_however_late_it_can_be_posted() -> None:
    town = Town()
    card = await offered(town)
    take = town.teams.take
    held: list[Any] = []
    town.teams.take = lambda desk, outgoing: held.extend((desk, one) for one in outgoing)  # type: ignore[method-assign]
    await press(town, button(form(card)), OLGA)
    await town.wait(7)
    town.teams.take = take  # type: ignore[method-assign]
    for desk, one in held:
        take(desk, [one])
    await (await town.desk()).settle()
    request = await town.request()
    assert (town.now - request.posted_at).total_seconds() == 7 * 60
    assert "No answer yet" in town.card()


async def test_a_form_sent_twice_or_changed_and_sent_again_raises_once() -> None:
    town = Town()
    one = button(form(await offered(town)))
    for text in (WORDS, WORDS, "something else"):
        last = await press(town, one, OLGA, text)
    assert len(posts(town)) == len(await town.requests()) == 1
    assert "will answer by 10:05" in said(last)
    assert isinstance(last, Dialog)
    assert isinstance(last.view, RequestCard)
    assert last.view.presses == last.view.opens == ()
    assert last.view.thread == (await town.request()).place


async def test_what_was_raised_and_is_closed_says_so_with_the_link() -> None:
    town = Town()
    one = button(form(await offered(town)))
    await press(town, one, OLGA)
    await town.delete((await town.request()).place)
    answer = await press(town, one, OLGA, "again")
    assert "This was raised already, as R-1." in said(answer)


async def test_a_kill_before_the_post_is_known_loses_nothing_and_opens_one_request() -> None:
    town = Town()
    card = await offered(town)
    take = town.teams.take
    town.teams.take = lambda *_: None  # type: ignore[method-assign]
    one = button(form(card))
    await press(town, one, OLGA)
    assert (await (await town.desk()).state()).requests == {}
    assert said(await press(town, one, OLGA, "more words")).startswith("I pass it on")
    town.teams.take = take  # type: ignore[method-assign]
    await town.restart()
    await (await town.desk()).settle()
    assert [one.text for one in await town.requests()] == [WORDS]
    assert len(posts(town)) == 1
    await town.restart()
    assert len(await town.requests()) == 1


@pytest.mark.parametrize("kept", [False, True], ids=["not written", "written"])
async def test_a_report_that_could_not_be_stored_opens_one_request_when_it_is(
    monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    monkeypatch.setattr("bot.desk.RETRY_SECONDS", 0)
    town = Town()
    card = await offered(town)
    commit = town.journal.commit
    failed: list[Commit] = []

    async def failing(what: Commit) -> frozenset[str]:
        opens = any(type(change).__name__ == "PutRequest" for change in what.changes)
        fails = opens and not failed
        left: frozenset[str] = frozenset() if fails and not kept else await commit(what)
        if fails:
            failed.append(what)
            raise NotStored("the disk is full")
        return left

    monkeypatch.setattr(town.journal, "commit", failing)
    await press(town, button(form(card)), OLGA)
    for _ in range(20):
        await asyncio.sleep(0)
        await (await town.desk()).settle()
    assert failed
    assert len(await town.requests()) == 1
    assert len(posts(town)) == 1
    assert "will answer by 10:05" in town.card()


async def test_no_means_that_nothing_is_posted_nor_kept() -> None:
    town = Town()
    card = await offered(town)
    answer = await press(town, button(form(card), "No"), OLGA)
    assert said(answer) == card.text == "All right, nothing was posted."
    assert posts(town) == []
    assert WORDS not in str((await (await town.desk()).state()).facts)


@pytest.mark.parametrize("text", ["", " \u200b\n"])
async def test_an_empty_form_comes_back_and_says_what_to_do(text: str) -> None:
    town = Town()
    one = button(form(await offered(town)))
    answer = await press(town, one, OLGA, text)
    assert "Write in a few words what you need." in said(answer)
    assert posts(town) == []
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    assert button(answer.view).form == one.form


@pytest.mark.parametrize(("text", "fits"), [("x" * 3001, 3000), ("printer " + "😀" * 3000, 1706)])
async def test_too_long_a_text_comes_back_whole_with_how_much_can_be_posted(text: str, fits: int) -> None:
    town = Town()
    one = button(form(await offered(town, text)))
    answer = await press(town, one, OLGA, text)
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    assert answer.view.fields[0].value == forms.cut(text)
    assert (forms.CUT in answer.view.error) is (forms.cut(text) != text)
    said = re.search(r"shorten it to (\d+) characters", answer.view.error)
    assert said is not None
    assert abs(int(said[1]) - fits) <= 5
    await press(town, button(answer.view), OLGA, text[: int(said[1])])
    assert len(posts(town)) == 1


async def test_a_channel_that_cannot_be_reached_says_so_and_keeps_the_words() -> None:
    town = Town()
    one = button(form(await offered(town)))
    town.teams.refuse[CHANNEL] = "it is gone"
    await press(town, one, OLGA)
    back = town.teams.sent[-1]
    assert back.place == personal(OLGA.id)
    assert "the channel can't be reached" in back.text
    assert form(back).fields[0].value == WORDS
    assert await town.requests() == []
    town.teams.refuse.clear()
    await press(town, button(form(back)), OLGA, "label printer still down")
    assert [one.text for one in await town.requests()] == ["label printer still down"]
    await press(town, one, OLGA, "again")
    assert len(posts(town)) == 1


async def test_no_to_words_that_came_back_keeps_nothing_of_them() -> None:
    town = Town()
    town.teams.refuse[CHANNEL] = "it is gone"
    await press(town, button(form(await offered(town))), OLGA)
    back = form(town.teams.sent[-1])
    assert WORDS in str((await (await town.desk()).state()).facts)
    assert said(await press(town, button(back, "No"), OLGA)) == "All right, nothing was posted."
    assert WORDS not in str((await (await town.desk()).state()).facts)


async def test_raise_it_after_no_posts_nothing_and_offers_the_words_again() -> None:
    town = Town()
    card = form(await offered(town))
    await press(town, button(card, "No"), OLGA)
    answer = await press(town, button(card), OLGA)
    assert posts(town) == []
    assert "You had said no to this, so nothing was posted." in said(answer)
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    assert answer.view.fields[0].value == WORDS
    await press(town, button(answer.view), OLGA)
    assert [one.text for one in await town.requests()] == [WORDS]


async def test_no_after_raise_it_says_that_it_was_raised() -> None:
    town = Town()
    card = form(await offered(town))
    await press(town, button(card), OLGA)
    assert "R-1" in said(await press(town, button(card, "No"), OLGA))
    assert len(posts(town)) == 1


async def test_words_that_came_back_can_be_dropped_by_their_sender_alone() -> None:
    town = Town()
    town.teams.refuse[CHANNEL] = "it is gone"
    answer = await chosen_and_sent(town, CHAT, ANA)
    assert answer == Word("I pass it on to the channel. The link comes in a message of its own.")
    back = form(town.to(ANA)[-1])
    town.teams.refuse.clear()
    await press(town, button(back), TOM, "mine")
    assert (await town.request()).requester == TOM
    await press(town, button(back), ANA)
    assert (await town.request("R-2")).requester == OLGA


async def test_a_second_post_within_a_quarter_of_an_hour_is_a_follow_up_when_raised_too() -> None:
    town = Town()
    await town.post("scanner down")
    await town.wait(3)
    await press(town, button(form(await offered(town))), OLGA)
    assert (await town.request("R-2")).follow_up
    assert "This goes with your other post." in town.card("R-2")


@pytest.mark.parametrize("text", ["request label printer down", "Anfrage: label printer down"])
async def test_a_colleague_raises_with_the_word_only(text: str) -> None:
    town = Town()
    assert (await town.write("the printer is down again", EVA)).startswith("I don't know that one.")
    card = form(await offered(town, text, EVA))
    assert card.fields[0].value == WORDS
    await press(town, button(card), EVA)
    assert posts(town)[0].text == f"Eva Novak:\n{WORDS}"
    assert (await town.request()).requester.id == EVA.id


async def test_in_german_nothing_is_said_in_english() -> None:
    town = Town(policy=GERMAN)
    card = await offered(town)
    assert "Soll ich das an den Support weitergeben?" in card.text
    assert all("Write" not in field.problem for field in form(card).fields)
    await press(town, button(form(card), "Weitergeben"), OLGA)
    assert "Weitergegeben als R-1." in town.teams.sent[-1].text


async def test_only_in_ones_own_chat_can_words_be_raised_and_no_foreign_card_is_edited() -> None:
    town = Town()
    await town.post("scanner down")
    one = button(form(await offered(town, WORDS, TOM)))
    answer = await press(town, one, TOM, place=f"{CHANNEL};messageid=1")
    assert said(answer) == "This button belongs to another conversation."
    await press(town, replace(one, card="card:R-1", step="raise_no"), TOM)
    assert "will answer" in town.card()


# -- a message chosen anywhere --------------------------------------------------------------------------------------


async def test_opening_the_form_of_a_message_stores_nothing() -> None:
    town = Town()
    answer = await choose(town, CHAT, TOM)
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    assert answer.view.fields[0].value == WORDS
    assert WORDS not in str(await (await town.desk()).state())
    assert {one.kind for one in await town.journal.history("tenant", "backend")} <= {"ClockStruck", "Sweep"}


async def test_a_colleague_raises_somebodys_message_for_them_and_both_hear_of_it() -> None:
    town = Town()
    answer = await choose(town, CHAT, ANA)
    assert "under the name of Olga Brandt" in said(answer)
    assert WORDS in said(answer)
    await chosen_and_sent(town, CHAT, ANA, "words that Olga never wrote")
    assert posts(town)[0].text == f"Olga Brandt, passed on by Ana Lindqvist:\n{WORDS}"
    assert (await town.request()).requester == OLGA
    assert "Raised as R-1." in town.to(ANA)[-1].text
    theirs = [one.text for one in town.teams.sent if one.place == personal(OLGA.id)]
    assert theirs == ["Ana Lindqvist raised your message with support as R-1: Open thread"]


@pytest.mark.parametrize("author", [TOM, OLGA, None], ids=["their own", "somebody else's", "nobody's"])
async def test_everybody_else_raises_for_themselves(author: Author | None) -> None:
    town = Town()
    await chosen_and_sent(town, replace(CHAT, author=author), TOM)
    assert posts(town)[0].text == f"Tom Reuter:\n{WORDS}"
    assert (await town.request()).requester == TOM


async def test_a_colleague_raises_what_an_app_wrote_for_themselves() -> None:
    town = Town()
    await chosen_and_sent(town, replace(CHAT, author=None), EVA)
    assert (await town.request()).requester.id == EVA.id


async def test_a_message_raised_twice_by_two_people_is_one_request() -> None:
    town = Town()
    await chosen_and_sent(town, CHAT, ANA)
    answer = await choose(town, CHAT, TOM)
    assert "will answer by 10:05" in said(answer)
    late = Button("backend", "", "card:", "Raise it", "send", "raise", form="another opening")
    assert "will answer by 10:05" in said(await press(town, late, TOM, WORDS, CHAT))
    assert len(posts(town)) == 1


async def test_a_message_of_the_channel_becomes_a_request_in_its_own_thread() -> None:
    town = Town()
    opened = await choose(town, HERE, OLGA)
    assert "in its own thread" in said(opened)
    answer = await chosen_and_sent(town, HERE, OLGA)
    assert "Ana Lindqvist or Ben Okafor will answer by 10:05" in said(answer).replace("\\", "")
    request = await town.request()
    assert (request.place, request.reply, request.requester) == (THREAD, "", OLGA)
    assert posts(town) == []
    assert town.teams.messages["card:R-1"].place == THREAD
    assert "will answer by 10:05" in said(await choose(town, HERE, TOM))
    assert "will answer by 10:05" in said(await press(town, _late(), TOM, WORDS, HERE))
    assert len(await town.requests()) == 1


async def test_a_post_deleted_while_its_form_was_open_is_raised_only_once_it_is_restored() -> None:
    town = Town()
    opened = await choose(town, HERE, ANA)
    assert isinstance(opened, Dialog)
    assert isinstance(opened.view, FormCard)
    await town.wait(1)
    await town.delete(THREAD)
    await town.wait(1)
    answer = await press(town, button(opened.view), ANA, WORDS, HERE)
    assert answer == Word("This post was deleted in the meantime, so I left it at that.")
    assert await town.requests() == []
    await town.restore(THREAD, WORDS)  # when it was posted is not known
    await chosen_and_sent(town, HERE, ANA)
    assert [one.status for one in await town.requests()] == [Status.OPEN]


async def raised_by_tom() -> Town:
    """Return a town in which Tom, who has asked something himself, has raised Olga's post in the channel."""
    town = Town()
    await town.post("scanner down", TOM)
    await town.press(Claim, "R-1", ANA)
    opened = await choose(town, HERE, TOM)
    assert "a request of Olga Brandt, in its own thread" in said(opened)
    answer = await press(town, button(_form_of(opened)), TOM, "what Olga never wrote", HERE)
    assert "Ana Lindqvist or Ben Okafor will answer by 10:05" in said(answer)
    return town


def _form_of(answer: Answer | None) -> FormCard:
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    return answer.view


async def test_a_post_of_the_channel_is_its_authors_whoever_raises_it() -> None:
    town = await raised_by_tom()
    request = await town.request("R-2")
    assert (request.requester, request.text, request.lead) == (OLGA, WORDS, "")
    assert "label printer down" in await town.write("my requests", OLGA)
    assert "label printer down" not in await town.write("my requests", TOM)
    await town.wait(2)
    assert any(WORDS in one.text for one in town.to(BEN))
    await town.edit(THREAD, "label printer and scanner down", OLGA)
    assert (await town.request("R-2")).text == "label printer and scanner down"
    await town.press(Solve, "R-2", OLGA)
    assert (await town.request("R-2")).outcome is Outcome.SOLVED_BY_REQUESTER


async def test_its_author_withdraws_a_post_that_another_raised_by_deleting_it() -> None:
    town = await raised_by_tom()
    await town.wait(1)
    await town.delete(THREAD)
    assert (await town.request("R-2")).outcome is Outcome.WITHDRAWN


@pytest.mark.parametrize("author", [Author("eva", EVA.name), None], ids=["a colleague's", "an app's"])
async def test_a_post_of_the_channel_that_asks_nothing_by_itself_is_its_raisers(author: Author | None) -> None:
    town = Town()
    await chosen_and_sent(town, replace(HERE, author=author), TOM)
    assert (await town.request()).requester == TOM


@pytest.mark.parametrize("author", [OLGA, Author("eva", EVA.name)], ids=["a requester's", "a colleague's"])
@pytest.mark.parametrize("by", [TOM, ANA], ids=["by a requester", "by a colleague"])
async def test_what_stands_in_the_channel_is_edited_by_nobody_but_its_author(
    by: Author | Person, author: Author
) -> None:
    town = Town()
    view = _form_of(await choose(town, replace(HERE, author=author), by))
    assert (view.excerpt, view.fields) == (WORDS, ())
    await press(town, button(view), by, "what they never wrote", replace(HERE, author=author))
    assert (await town.request()).text == WORDS


async def test_its_author_edits_what_stands_in_the_channel_before_raising_it() -> None:
    town = Town()
    assert [field.value for field in _form_of(await choose(town, HERE, OLGA)).fields] == [WORDS]


async def test_its_current_card_is_shown_when_it_is_closed_too() -> None:
    town = Town()
    await chosen_and_sent(town, HERE, OLGA)
    await town.delete(THREAD)
    assert "Withdrawn." in said(await choose(town, HERE, OLGA))
    assert len(await town.requests()) == 1


async def test_a_reply_in_the_channel_becomes_a_matter_of_its_own() -> None:
    town = Town()
    place = await town.post("scanner down")
    reply = Chosen("r", TOM, WORDS, place, "reply-9")
    await chosen_and_sent(town, reply, BEN)
    request = await town.request("R-2")
    assert (request.place, request.reply, request.requester) == (place, "reply-9", TOM)
    assert not request.lead


async def test_a_post_heard_after_it_was_raised_opens_no_second_request() -> None:
    town = Town()
    await chosen_and_sent(town, HERE, OLGA)
    await town.post(WORDS, place=THREAD)
    assert len(await town.requests()) == 1


async def test_a_post_heard_after_it_was_raised_and_closed_opens_no_second_request() -> None:
    town = Town()
    await chosen_and_sent(town, HERE, ANA)
    await town.press(Solve, "R-1", OLGA)
    await town.post(WORDS, place=THREAD, happened="2026-11-23 09:59")
    assert [one.status for one in await town.requests()] == [Status.CLOSED]


async def test_who_has_several_desks_says_which_and_is_asked_again_with_what_was_wrong() -> None:
    town = Town()
    answer = await choose(town, CHAT, TOM, desks=("backend", "edge"))
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    _, where = answer.view.fields
    assert [choice.id for choice in where.choices] == ["backend", "edge"]
    fields = {"text": " ", "to": "edge"}
    again = await press(town, button(answer.view), TOM, chosen=CHAT, desks=("backend", "edge"), fields=fields)
    assert isinstance(again, Dialog)
    assert isinstance(again.view, FormCard)
    assert again.view.fields[1].value == "edge"


async def test_what_was_raised_is_forgotten_after_a_week_and_never_holds_more_than_fifty() -> None:
    town = Town()
    for number in range(52):
        await chosen_and_sent(town, replace(CHAT, key=str(number)), Author(f"p{number}", "P"))
    kept = (await (await town.desk()).state()).facts.raised
    assert len(kept) == 50
    assert WORDS not in str(kept)
    await town.wait(8 * 24 * 60)
    await (await town.desk()).strike()
    assert (await (await town.desk()).state()).facts.raised == ()


async def test_what_the_channel_refused_is_forgotten_after_a_week_too() -> None:
    town = Town()
    town.teams.refuse[CHANNEL] = "it is gone"
    await chosen_and_sent(town, CHAT, TOM)
    await town.wait(8 * 24 * 60)
    town.teams.refuse.clear()
    await chosen_and_sent(town, replace(CHAT, key="other"), OLGA)
    assert [one.requester for one in (await (await town.desk()).state()).facts.raised] == [OLGA]


async def test_a_raised_request_lives_like_any_other() -> None:
    town = Town()
    await press(town, button(form(await offered(town))), OLGA)
    place = (await town.request()).place
    await town.reply(place, "I restarted it", BEN)
    assert (await town.request()).status is Status.ACKNOWLEDGED
    await town.wait(2)
    assert town.to(DILAN) == []


async def test_marked_words_in_the_team_channel_are_offered_personally() -> None:
    town = Town()
    author = Author(EVA.id, EVA.name)
    event = Wrote(
        key="w",
        happened_at=town.now,
        place=f"{TEAM_CHANNEL};messageid=1",
        text="request x y z",
        author=author,
        addressed=True,
    )
    await town._handle(event)
    assert town.teams.sent[-1].place == personal(EVA.id)
    assert plain(town.teams.sent[-1].view)


def _late() -> Button:
    return Button("backend", "", "card:", "Raise it", "send", "raise", form="another opening")


async def test_whoever_sent_a_picture_is_told_that_it_does_not_come_along() -> None:
    town = Town()
    event = Wrote(
        key="w", happened_at=town.now, place=personal("olga"), text="see", author=OLGA, addressed=True, picture=True
    )
    await town._handle(event)
    assert "A picture does not come along" in form(town.teams.sent[-1]).note
    assert "A picture does not come along" in said(await choose(town, replace(CHAT, picture=True), TOM))
    assert "A picture does not come along" not in said(await choose(town, replace(HERE, picture=True), TOM))


async def test_who_left_the_team_hears_that_something_was_raised_for_them() -> None:
    town = Town(people=(ANA, BEN, replace(EVA, left=date(2026, 11, 1))))
    await chosen_and_sent(town, Chosen("19:chat|1", Author("eva", "Eva Novak"), WORDS), ANA)
    await town.wait(60)
    assert "raised your message with support as R-1" in town.to(EVA)[0].text


async def test_whoever_raises_in_a_pause_is_not_told_that_the_thread_says_who_answers() -> None:
    town = Town()
    await town.write("pause", FARID)
    words = {"text": "the scanner too"}
    await town.press(Raise, "", OLGA, place="person:olga", card="-", step="raise", form="f", fields=words)
    assert "card:R-1" not in town.teams.messages
    told = [one.text for one in town.teams.sent if one.place == "person:olga" and "Raised as R-1" in one.text]
    assert len(told) == 1
    assert "You see there who answers" not in told[0]
