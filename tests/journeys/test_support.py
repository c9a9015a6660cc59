"""*Support…*: what is on the menu for whom, and what each step does and says."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.effects import Dialog
from bot.events import Claim, Open, Send, Solve
from bot.people import Author, Person
from bot.policy import Language, Policy
from bot.rota.shift import Absence, Role, Shift
from bot.support.request import Outcome, Status
from bot.views import FormCard, NoticeCard
from tests.journeys.town import (
    ANA,
    BEN,
    CHEN,
    DILAN,
    EVA,
    FARID,
    ITERATION,
    OLGA,
    TEAM,
    TOM,
    Town,
    at,
    person,
    plain,
    said,
    shifts,
)

PRINTER = "label printer down"


def buttons(form: FormCard) -> list[str]:
    """Return a form's buttons, row by row."""
    return [button.title for row in form.rows for button in row.buttons]


async def opened(now: str = "2026-11-23 10:00", **more: object) -> Town:
    """Return a town with R-1."""
    town = Town(now, **more)  # type: ignore[arg-type]
    await town.post(PRINTER)
    return town


async def test_the_menu_holds_every_step_and_at_most_three_a_row() -> None:
    town = await opened()
    form = await town.open("support", "R-1", ANA)
    assert buttons(form) == [
        *("I'm looking into it", "Ask a question", "Reply", "Answered by phone"),
        *("What is it?", "What does it stop?"),
        *("Production access", "Pass on", "Ask the team"),
        *("Split", "Same as…", "Not a request", "Close"),
    ]
    assert all(len(row.buttons) <= 3 for row in form.rows)
    await town.press(Claim, "R-1", ANA)
    assert buttons(await town.open("support", "R-1", ANA))[:3] == ["More by…", "Give back", "Undo: took it"]
    assert (await town.request()).deed == (await town.request()).deed


async def test_opening_the_menu_or_a_form_changes_nothing() -> None:
    town = await opened()
    before = await town.request()
    for step in ("support", "ask", "reply", "phone", "pass", "team", "split", "close", "promise"):
        await town.open(step, "R-1", ANA)
    assert await town.request() == before


async def test_the_menu_works_in_the_personal_chat_as_well() -> None:
    town = await opened()
    form = await town.open("support", "R-1", ANA, place="person:ana")
    assert "Ask a question" in buttons(form)
    assert said(await town.press(Open, "R-1", ANA, step="support", place="person:ben")) == (
        "This button belongs to another conversation."
    )


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (DILAN, ["Suggest an answer"]),
        (EVA, "This is for support: Ana Lindqvist and Ben Okafor are on duty. If you know the answer"),
        (OLGA, "This is for support: Ana Lindqvist and Ben Okafor are on duty."),
    ],
)
async def test_the_menu_is_for_those_on_duty_and_observers_may_suggest(
    who: Author | Person, words: list[str] | str
) -> None:
    town = await opened()
    answer = await town.press(Open, "R-1", who, step="support")
    if isinstance(words, str):
        assert said(answer).startswith(words)
    else:
        assert buttons(await town.open("support", "R-1", who)) == words


async def test_a_form_that_is_none_is_refused() -> None:
    town = await opened()
    for event in (Open, Send):
        assert said(await town.press(event, "R-1", ANA, step="dance")).startswith("This button is from an older card.")
    assert said(await town.press(Open, "R-1", ANA, step="dismiss")).startswith("This button is from an older card.")


async def test_a_reply_is_posted_under_its_senders_name_claims_and_promises() -> None:
    town = Town()
    place = await town.post(PRINTER)
    answer = await town.send("reply", "R-1", ANA, text="Restart it, please.", until="60")
    assert answer.startswith("Sent.\nR-1: Ana Lindqvist has it; Olga Brandt hears more by 11:00.")
    assert town.in_thread(place) == ["Ana Lindqvist:\nRestart it, please."]
    assert "You'll hear more by 11:00." in town.card()
    assert (await town.request()).responded_at == town.now


@pytest.mark.parametrize("then", ["closed", "today"])
async def test_answered_by_phone_says_so_in_the_thread_and_closes_or_goes_on(then: str) -> None:
    town = Town()
    place = await town.post(PRINTER)
    form = await town.open("phone", "R-1", BEN)
    assert form.fields[0].value == "We spoke on the phone."
    await town.send("phone", "R-1", BEN, text="We spoke on the phone. The cable was out.", then=then)
    assert town.in_thread(place) == ["Ben Okafor:\nWe spoke on the phone. The cable was out."]
    request = await town.request()
    assert request.status is (Status.CLOSED if then == "closed" else Status.ACKNOWLEDGED)
    assert request.responder == Author("ben", BEN.name)


async def test_what_needs_production_access_goes_to_whoever_on_duty_has_it_and_to_nobody_else() -> None:
    team = (*shifts(), Shift(ITERATION, "farid", Role.FALLBACK))
    town = await opened(team=team)
    answer = await town.send("production", "R-1", BEN, note="reindex the routes")
    assert answer.startswith("Ana Lindqvist has been told.")
    told = town.to(ANA)[0].text
    assert told.startswith("Ben Okafor needs production access for this\n")
    assert "Ben Okafor adds: reindex the routes" in told
    assert town.to(BEN) == town.to(FARID) == []
    request = await town.request()
    assert (request.status, request.responder) == (Status.OPEN, Author("ben", BEN.name))
    assert "Ana Lindqvist will follow up by 10:15." in town.card()  # who was called


async def test_what_has_to_be_done_in_production_is_not_lost_when_the_requester_writes_much() -> None:
    town = await opened()
    place = (await town.request()).place
    await town.send("production", "R-1", BEN, note="reindex the routes")
    for number in range(6):
        await town.reply(place, f"any news? {number}", OLGA)
    told = plain(await town.open("support", "R-1", ANA))
    assert "Ben Okafor adds: reindex the routes" in told
    assert ("any news? 1" in told, "any news? 2" in told, "any news? 5" in told) == (False, True, True)


async def test_of_many_notes_the_latest_are_kept() -> None:
    town = await opened()
    for number in range(6):
        by, to = (BEN, ANA) if number % 2 else (ANA, BEN)
        await town.send("pass", "R-1", by, person=to.id, note=f"note {number}")
    told = plain(await town.open("support", "R-1", ANA))
    assert ("note 0" in told, "note 1" in told, "note 5" in told) == (False, True, True)


@pytest.mark.parametrize(
    ("step", "fields"),
    [("production", {"note": "customer 4711 sues"}), ("pass", {"person": "ana", "note": "customer 4711 sues"})],
)
async def test_what_a_colleague_notes_is_read_by_nobody_outside_support(step: str, fields: dict[str, str]) -> None:
    town = await opened()
    await town.send(step, "R-1", BEN, **fields)
    await town.wait(30)
    others = [*town.in_team_channel(), *town.to(EVA), *town.to(FARID)]
    assert others != []
    assert not [message for message in others if "4711" in message.text]
    assert "4711" in town.to(ANA)[0].text


async def test_without_anybody_else_who_has_access_that_is_said_and_the_words_are_kept() -> None:
    town = await opened()
    answer = await town.send("production", "R-1", ANA, note="reindex the routes")
    assert answer.startswith("Nobody else on duty with production access can be reached now. Ask the team instead.")
    assert "reindex the routes" in answer
    assert await town.press_open("production", "R-1", ANA) == answer.split("\n")[0]


async def test_handing_on_at_night_tells_at_the_opening_and_needs_words() -> None:
    town = await opened("2026-11-23 19:00")
    assert "Write something first." in await town.send("production", "R-1", BEN, note="")
    assert "nobody outside support reads it" in (await town.open("production", "R-1", BEN)).fields[0].label
    answer = await town.send("production", "R-1", BEN, note="reindex the routes")
    assert answer.startswith("Ana Lindqvist will be told at the opening.")
    await town.until("2026-11-24 09:00")
    assert [len(town.to(one)) for one in (ANA, BEN)] == [1, 0]


async def test_an_unclaimed_request_that_is_passed_on_stays_unclaimed_and_its_clock_goes_on() -> None:
    town = await opened()
    assert (await town.send("pass", "R-1", ANA, person="ben", note="your printer")).startswith(
        "Ben Okafor has been told."
    )
    request = await town.request()
    assert (request.status, request.responder, request.due_at) == (Status.OPEN, None, at("2026-11-23 10:05"))
    told = town.to(BEN)[0].text
    assert told.startswith("Ana Lindqvist passed this on to you\n")
    assert "Ana Lindqvist adds: your printer" in told
    await town.wait(3)
    assert len(town.to(BEN)) == 1


async def test_a_claimed_request_that_is_passed_on_is_open_again_and_only_one_person_is_told() -> None:
    town = await opened()
    await town.press(Claim, "R-1", ANA)
    await town.send("pass", "R-1", ANA, person="ben")
    assert (await town.request()).status is Status.OPEN
    assert [len(town.to(one)) for one in (ANA, BEN)] == [0, 1]
    assert town.to(BEN)[0].text.startswith("Ana Lindqvist passed this on to you\n")
    await town.wait(15)
    assert len(town.in_thread((await town.request()).place)) == 1


@pytest.mark.parametrize("whom", ["eva", "ana", "", "nobody"])
async def test_only_somebody_else_on_duty_can_be_passed_something(whom: str) -> None:
    town = await opened()
    assert "Choose somebody who is on duty." in await town.send("pass", "R-1", ANA, person=whom)
    assert (await town.request()).status is Status.OPEN


async def test_alone_on_duty_or_at_night_nothing_can_be_passed_on() -> None:
    town = await opened(absences=(Absence("ben", at("2026-11-23 00:00"), at("2026-11-24 00:00")),))
    assert await town.press_open("pass", "R-1", ANA) == "Nobody else on duty can be reached now. Ask the team instead."
    town = await opened("2026-11-23 19:00")
    assert (await town.send("pass", "R-1", ANA, person="ben", note="x")).startswith("Ben Okafor is not there now")


async def test_what_is_given_back_is_open_for_the_others() -> None:
    town = await opened()
    await town.press(Claim, "R-1", ANA)
    await town.wait(10)
    await town.send("back", "R-1", ANA, note="it is the network")
    assert [len(town.to(one)) for one in (ANA, BEN)] == [0, 1]
    told = town.to(BEN)[0].text
    assert told.startswith("Ana Lindqvist gave this back\n")
    assert "Ana Lindqvist adds: it is the network" in told
    assert "Open again; to be taken by 10:25" in town.to(BEN)[0].text
    assert "will follow up by 10:25" in town.card()


async def test_giving_back_asks_what_the_others_should_know() -> None:
    town = await opened()
    await town.press(Claim, "R-1", ANA)
    assert [field.label for field in (await town.open("back", "R-1", ANA)).fields] == ["What the others should know"]


async def test_with_nobody_else_there_the_team_channel_is_asked_without_a_mention() -> None:
    town = Town(people=(ANA, BEN))
    await town.post(PRINTER)
    assert [field.id for field in (await town.open("team", "R-1", ANA)).fields] == ["text"]
    await town.send("team", "R-1", ANA, text="Who knows?", people="eva")
    assert town.in_team_channel()[0].text == "Ana Lindqvist asks for Olga Brandt · R-1: Who knows?"


async def test_what_nobody_has_cannot_be_given_back() -> None:
    town = await opened()
    assert await town.press_open("back", "R-1", ANA) == "R-1 is still open."


async def test_the_team_is_asked_in_its_channel_with_at_most_three_mentions_and_more_after_fifteen_minutes() -> None:
    extra = tuple(person(name) for name in ("Gus Lee", "Hana Ito", "Ivo Kral"))
    town = Town(people=(ANA, BEN, CHEN, DILAN, EVA, FARID, *extra))
    await town.post(PRINTER)
    form = await town.open("team", "R-1", ANA)
    names = [choice.title for choice in form.fields[1].choices]
    assert names == ["Chen Wei", "Eva Novak", "Farid Haddad", "Gus Lee", "Hana Ito", "Ivo Kral"]
    too_many = await town.send("team", "R-1", ANA, text="Who knows the spooler?", people="eva,gus,hana,ivo")
    assert "At most 3 people at once, please." in too_many
    await town.send("team", "R-1", ANA, text="Who knows the spooler?", people="eva, gus,dilan,olga")
    (asked,) = town.in_team_channel()
    assert asked.text == "@Eva Novak and @Gus Lee: Ana Lindqvist asks for Olga Brandt · R-1: Who knows the spooler?"
    assert (await town.request()).status is Status.ACKNOWLEDGED
    again = await town.send("team", "R-1", ANA, text="Anybody?", people="hana")
    assert again.startswith("The team was asked a moment ago. Give them until 10:15")
    assert "Anybody?" in again
    await town.wait(15)
    assert "Eva Novak" not in [one.title for one in (await town.open("team", "R-1", ANA)).fields[1].choices]
    await town.send("team", "R-1", ANA, text="Anybody?", people="hana")
    assert len(town.in_team_channel()) == 2


async def test_without_a_team_channel_those_chosen_are_asked_personally() -> None:
    town = Town(team_channel="")
    await town.post(PRINTER)
    await town.send("team", "R-1", ANA, text="Who knows the spooler?", people="eva")
    assert "asks for Olga Brandt" in town.to(EVA)[0].text


async def test_with_nobody_to_ask_that_is_said() -> None:
    town = Town(team_channel="", people=(ANA, BEN))
    await town.post(PRINTER)
    assert (await town.press_open("team", "R-1", ANA)).startswith("Nobody else of the team is here now")


async def test_closing_shows_first_what_the_requester_will_read() -> None:
    town = await opened()
    answer = await town.send("close", "R-1", ANA, choice="preview", outcome="explained", text="Use the other printer.")
    assert "Olga Brandt will read:\nSolved.\nUse the other printer.\nAna Lindqvist, 10:00. · R-1" in answer
    assert (await town.request()).status is Status.OPEN
    await town.send("close", "R-1", ANA, choice="close", outcome="explained", text="Use the other printer.")
    request = await town.request()
    assert (request.outcome, request.remark) == (Outcome.EXPLAINED, "Use the other printer.")
    assert town.card().startswith("Solved.\nAna Lindqvist, 10:00. · R-1\nUse the other printer.")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("redirected", "Answered."),
        ("training", "Passed on."),
        ("docs", "Solved."),
        ("self-service", "Solved."),
    ],
)
async def test_each_outcome_has_words_for_the_requester(outcome: str, words: str) -> None:
    town = await opened()
    await town.send("close", "R-1", ANA, choice="close", outcome=outcome)
    assert town.card().startswith(words)
    assert (await town.request()).outcome == outcome


@pytest.mark.parametrize("outcome", ["workaround", "override refused", "withdrawn", "", "x" * 300])
async def test_what_is_no_end_of_a_matter_that_is_mended_is_asked_for_again(outcome: str) -> None:
    town = await opened()
    answer = await town.send("close", "R-1", ANA, choice="close", outcome=outcome, text="bye")
    assert "Choose how it ended." in answer
    assert "bye" in answer
    assert (await town.request()).status is Status.OPEN


async def test_what_is_changed_in_the_preview_is_shown_before_it_goes_out() -> None:
    town = await opened()
    fields = {"outcome": "docs", "text": "See the manual."}
    shown = await town.press(Send, "R-1", ANA, step="close", choice="preview", fields=fields)
    assert isinstance(shown, Dialog)
    assert isinstance(shown.view, FormCard)
    close = shown.view.rows[0].buttons[0]
    changed = {**fields, "outcome": "training"}
    assert "will read:\nPassed on." in said(
        await town.press(Send, "R-1", ANA, step="close", choice=close.choice, fields=changed)
    )
    assert (await town.request()).status is Status.OPEN
    await town.press(Send, "R-1", ANA, step="close", choice=close.choice, fields=fields)
    assert (await town.request()).outcome is Outcome.DOCS


async def test_what_is_delivered_again_after_a_colleagues_act_is_not_said_to_be_unsent() -> None:
    town = Town()
    place = await town.post(PRINTER)
    desk = await town.desk()
    sent = Send(
        key="form|ana|1", happened_at=town.now, place=place, author=Author("ana", ANA.name), request="R-1",
        card="card:R-1", step="reply", fields={"text": "restart it"}, form="1", seen="0",
    )  # fmt: skip
    await desk.handle(sent)
    await town.reply(place, "or replace it", BEN)
    assert said(await desk.handle(sent)).startswith("Done.")


async def test_an_end_that_a_colleague_has_overtaken_comes_back() -> None:
    town = await opened()
    seen = (await town.open("close", "R-1", ANA)).rows[0].buttons[0].seen
    await town.send("reply", "R-1", BEN, text="one moment")
    answer = await town.press(
        Send, "R-1", ANA, step="close", choice="close", fields={"text": "x", "outcome": "docs"}, seen=seen
    )
    assert "Ben Okafor replied meanwhile" in said(answer)
    assert (await town.request()).status is Status.ACKNOWLEDGED


async def test_the_menu_shows_what_goes_with_it() -> None:
    town = await opened()
    await town.post("and the scanner too")
    assert "With it R-2: and the scanner too" in plain(await town.open("support", "R-1", ANA))


async def test_a_last_word_that_is_too_long_comes_back() -> None:
    town = await opened()
    assert "At most 500 characters on the card" in await town.send(
        "close", "R-1", ANA, choice="close", outcome="docs", text="x" * 501
    )
    assert (await town.request()).status is Status.OPEN


async def test_whoever_was_overtaken_by_an_end_sees_by_whom() -> None:
    town = await opened()
    await town.send("leaf", "R-1", ANA, choice="answer", text="Restart it.")
    answer = await town.send("leaf", "R-1", BEN, choice="answer", text="Restart it!")
    assert answer.startswith("R-1 is already closed, by Ana Lindqvist.")


async def test_what_nobody_closed_is_said_to_be_closed_by_nobody() -> None:
    town = await opened()
    await town.send("ask", "R-1", ANA, text="Since when?")
    await town.wait(5 * 24 * 60)
    assert (await town.request()).outcome is Outcome.NO_REPLY
    assert await town.press_open("reply", "R-1", ANA) == "R-1 is already closed."


async def test_what_is_closed_meanwhile_keeps_the_words_of_whoever_was_writing() -> None:
    town = await opened()
    await town.press(Solve, "R-1", OLGA)
    for step in ("reply", "phone", "team", "split", "close"):
        answer = await town.send(step, "R-1", ANA, text="first line\nsecond line", choice="close", outcome="docs")
        assert answer.startswith("R-1 is already closed, by Olga Brandt.")
        assert "first line\nsecond line" in answer
    assert town.in_thread((await town.request()).place) == []


async def test_two_who_write_at_once_hear_of_each_other_and_may_still_send() -> None:
    town = Town()
    place = await town.post(PRINTER)
    forms = [await town.open("reply", "R-1", one) for one in (ANA, BEN)]
    seen = [form.rows[0].buttons[0].seen for form in forms]
    await town.press(Send, "R-1", ANA, step="reply", fields={"text": "restart it"}, seen=seen[0])
    answer = await town.press(Send, "R-1", BEN, step="reply", fields={"text": "replace it"}, seen=seen[1])
    assert "Ana Lindqvist replied meanwhile (10:00). Nothing was sent yet" in said(answer)
    assert "replace it" in said(answer)
    assert len(town.in_thread(place)) == 1
    again = re.search(r"seen='(\d+)'", repr(answer))
    assert again is not None
    await town.press(Send, "R-1", BEN, step="reply", fields={"text": "replace it"}, seen=again[1])
    assert town.in_thread(place) == ["Ana Lindqvist:\nrestart it", "Ben Okafor:\nreplace it"]


async def test_what_is_sent_twice_counts_once() -> None:
    town = Town()
    place = await town.post(PRINTER)
    fields = {"text": "restart it"}
    desk = await town.desk()
    sent = Send(
        key="form|ana|1", happened_at=town.now, place=place, author=Author("ana", ANA.name), request="R-1",
        card="card:R-1", step="reply", fields=fields, form="1", seen="0",
    )  # fmt: skip
    assert [said(await desk.handle(sent)).split("\n")[0] for _ in range(2)] == ["Sent.", "Done."]
    assert len(town.in_thread(place)) == 1


@pytest.mark.parametrize("fields", [{}, {"text": ""}, {"text": "\u200b"}, {"text": "x" * 20_000}, {"texts": "x"}])
@pytest.mark.parametrize("step", ["ask", "reply", "phone", "team", "split"])
async def test_forms_with_nothing_or_too_much_in_them_come_back_and_nothing_is_done(
    step: str, fields: dict[str, str]
) -> None:
    town = await opened()
    answer = said(await town.press(Send, "R-1", ANA, step=step, fields=fields))
    assert "Write something first." in answer or "At most 3000 characters" in answer
    assert (await town.request()).status is Status.OPEN


async def test_an_observers_suggestion_goes_to_the_pair_alone_and_can_be_used() -> None:
    town = Town()
    place = await town.post(PRINTER)
    assert (await town.send("suggest", "R-1", DILAN, text="restart the spooler")).startswith("Thank you, passed on.")
    assert town.in_thread(place) == []
    assert (await town.request()).status is Status.OPEN
    assert "answered" not in plain(await town.open("support", "R-1", ANA))
    for one in (ANA, BEN):
        (told,) = town.to(one)
        assert told.text.startswith("Dilan Kaya suggests an answer to Olga Brandt")
        assert "restart the spooler" in told.text
    view = town.to(ANA)[0].view
    assert isinstance(view, NoticeCard)
    use = view.entries[0].opens[0]
    form = await town.open(use.step, "R-1", ANA, use.choice)
    assert form.fields[0].value == "restart the spooler"
    assert "Dilan Kaya suggests: restart the spooler" in plain(await town.open("support", "R-1", ANA))


async def test_a_suggestion_is_read_by_no_other_observer() -> None:
    lea = person("Lea Sommer", experienced=False)
    town = await opened(people=(*TEAM, lea), team=(*shifts(), Shift(ITERATION, "lea", Role.OBSERVER)))
    await town.send("suggest", "R-1", DILAN, text="restart the spooler")
    assert "spooler" not in plain(await town.open("support", "R-1", lea))
    assert "spooler" in plain(await town.open("support", "R-1", DILAN))


async def test_a_suggestion_for_what_somebody_has_goes_to_the_pair_too() -> None:
    town = await opened()
    await town.press(Claim, "R-1", BEN)
    await town.send("suggest", "R-1", DILAN, text="restart the spooler")
    assert [len(town.to(one)) for one in (ANA, BEN)] == [1, 1]
    await town.send("reply", "R-1", BEN, text="Please restart the spooler.")
    for one in (ANA, BEN):
        assert town.to(one)[0].text == "Ben Okafor answered Olga Brandt."


async def test_a_suggestion_at_night_or_without_words_comes_back() -> None:
    town = await opened("2026-11-23 19:00")
    answer = await town.send("suggest", "R-1", DILAN, text="restart the spooler")
    assert answer.startswith("Nobody on duty can be told now.")
    assert "restart the spooler" in answer
    town = await opened()
    assert "Write something first." in await town.send("suggest", "R-1", DILAN, text=" ")
    assert "are on duty" in await town.send("suggest", "R-1", EVA, text="restart")


async def test_claiming_from_the_menu_says_who_was_faster() -> None:
    town = await opened()
    stands = "R-1: Ana Lindqvist has it; Olga Brandt hears more by 10:30."
    assert (await town.send("claim", "R-1", ANA)).startswith(f"It is yours.\n{stands}")
    assert (await town.send("claim", "R-1", BEN)).startswith(f"Somebody was faster.\n{stands}")


async def test_the_menu_of_what_is_closed_offers_to_take_it_back_and_to_open_it_again() -> None:
    town = await opened()
    await town.press(Solve, "R-1", ANA)
    write = ["Common request", "Handbook"]
    assert buttons(await town.open("support", "R-1", ANA)) == ["Undo: closed it", "Not solved", *write]
    assert buttons(await town.open("support", "R-1", OLGA)) == ["Not solved"]
    assert (await town.send("reopen", "R-1", OLGA)).startswith("It is open again.")
    assert (await town.send("reopen", "R-1", OLGA)).startswith("It is open already.")


@pytest.mark.parametrize(
    ("step", "fields", "told"),
    [
        ("production", {"note": "restart it"}, "Ana Lindqvist asked for production access for R-1, which you had."),
        ("same", {"lead": "R-2"}, "Ana Lindqvist says that R-2 is the same as R-1, which you had."),
        ("split", {"text": "printer\nscanner"}, "Ana Lindqvist split R-1, which you have."),
    ],
)
async def test_whoever_has_a_request_hears_what_a_colleague_does_with_it(
    step: str, fields: dict[str, str], told: str
) -> None:
    town = Town("2026-11-20 10:00")  # a Friday, on which Chen has production access too
    await town.post(PRINTER)
    await town.post("labels do not come", TOM)
    await town.press(Claim, "R-1", BEN)
    await town.send(step, "R-1", ANA, **fields)
    assert [one.text for one in town.to(BEN)] == [f"{told} (Olga Brandt had asked.)"]


async def test_whoever_had_a_request_and_is_off_duty_hears_that_a_colleague_gave_it_back() -> None:
    team = (*shifts(), *(Shift(ITERATION + timedelta(days=7), who, Role.SUPPORT) for who in ("ana", "eva")))
    town = Town("2026-11-24 17:30", team=team)
    await town.post(PRINTER)
    await town.press(Claim, "R-1", BEN)
    await town.send("promise", "R-1", BEN, until="next day")
    await town.until("2026-11-25 09:10")
    await town.send("back", "R-1", ANA)
    (told,) = town.called(BEN)
    assert told.text == "Ana Lindqvist gave back R-1, which you had. (Olga Brandt had asked.)"


@pytest.mark.parametrize("step", ["back", "production"])
async def test_whoever_is_called_about_what_they_had_is_told_once(step: str) -> None:
    town = await opened()
    await town.press(Claim, "R-1", ANA)
    await town.send(step, "R-1", BEN, note="please")
    (told,) = town.to(ANA)
    assert told.text.startswith("Ben Okafor ")


async def test_an_observer_is_offered_to_suggest_an_answer_to_the_lead_alone() -> None:
    town = await opened()
    await town.post("labels do not come", TOM)
    await town.send("same", "R-2", ANA, lead="R-1")
    menu = await town.open("support", "R-2", DILAN)
    assert (menu.note, buttons(menu)) == ("Goes with R-1.", [])
    assert buttons(await town.open("support", "R-1", DILAN)) == ["Suggest an answer"]


async def test_an_observer_is_told_that_what_is_closed_needs_no_suggestion() -> None:
    town = await opened()
    await town.press(Solve, "R-1", ANA)
    assert await town.press_open("support", "R-1", DILAN) == "R-1 is closed: there is nothing to suggest any more."


async def test_a_closed_duplicate_is_opened_again_from_its_menu() -> None:
    town = await opened()
    await town.post("labels do not come", TOM)
    await town.send("same", "R-2", ANA, lead="R-1")
    await town.press(Solve, "R-1", ANA)
    await town.wait(20)
    assert "Not solved" in buttons(await town.open("support", "R-2", ANA))
    assert (await town.send("reopen", "R-2", ANA)).startswith("It is open again.")
    assert (await town.request("R-2")).status is Status.OPEN


async def test_questions_stand_ready_in_the_language_of_the_desk() -> None:
    town = Town(policy=Policy(language=Language.GERMAN))
    await town.post("Drucker kaputt")
    assert "Was willst du erreichen?" in (await town.open("ask", "R-1", ANA)).fields[0].value
    assert (await town.open("phone", "R-1", ANA)).fields[0].value == "Wir haben telefoniert."


async def test_a_requester_reads_the_desks_language_in_support() -> None:
    town = Town(policy=Policy(language=Language.GERMAN))
    await town.post("Drucker kaputt")
    await town.press(Solve, "R-1", ANA)
    await town.wait(20)
    menu = await town.open("support", "R-1", OLGA)
    assert plain(menu) == "Gelöst.\nAna Lindqvist, 10:00. · R-1\n[Nicht gelöst]"
    opened_again = "Ana Lindqvist meldet sich bis 10:35.\nR-1\n[Zurücknehmen: als nicht gelöst gemeldet]"
    assert await town.send("reopen", "R-1", OLGA) == f"Es ist wieder offen.\n{opened_again}"
    assert (await town.send("reopen", "R-1", OLGA)).startswith("Es ist schon offen.")
    await town.wait(11)
    assert (await town.send("undo", "R-1", OLGA)).startswith("Das lässt sich nicht mehr zurücknehmen")
    assert "haben Dienst" in await town.press_open("support", "R-1", OLGA)


async def test_support_on_a_matter_of_their_own_is_not_their_own_support() -> None:
    town = Town()
    await town.post("request: my VPN", ANA)
    assert "is on duty" in await town.press_open("support", "R-1", ANA)
    assert "(no text" not in plain(await town.open("support", "R-1", BEN))
    assert TOM.name not in town.card()


async def test_what_a_colleague_wrote_when_handing_on_stays_readable_for_whoever_takes_it() -> None:
    town = await opened()
    await town.press(Claim, "R-1", BEN)
    note = "Rebuild the index.\n" + "Then start the printer job. " * 20
    await town.send("production", "R-1", BEN, note=note)
    await town.post("the door scanner too", TOM)  # so that both stand in one message, under a heading of its own
    await town.press(Claim, "R-1", ANA)
    assert f"Ben Okafor adds: {note.strip()}" in town.to(ANA)[0].text
    assert f"Ben Okafor adds: {note.strip()}" in plain(await town.open("support", "R-1", ANA))


async def test_a_note_that_is_too_long_is_not_cut_but_comes_back() -> None:
    town = await opened()
    await town.press(Claim, "R-1", ANA)
    answer = await town.press(Send, "R-1", ANA, step="back", fields={"note": "x" * 1001})
    assert "At most 1000 characters, please; these are 1001." in said(answer)
    assert (await town.request()).status is Status.ACKNOWLEDGED


async def test_a_matter_too_long_for_its_card_is_not_cut_but_comes_back() -> None:
    town = await opened()
    long = "the scanner at dock 4 " * 6
    answer = await town.press(Send, "R-1", ANA, step="split", fields={"text": f"the printer\n{long}"})
    assert f"At most 100 characters a line, please; “{long[:30]}…” has {len(long.strip())}." in said(answer)
    assert len(await town.requests()) == 1


async def test_who_asks_about_a_matter_of_a_colleague_is_named_and_the_colleague_is_told() -> None:
    town = await opened()
    await town.press(Claim, "R-1", BEN)
    await town.send("ask", "R-1", ANA, text="Which one?")
    assert town.card().startswith("Ana Lindqvist has a question for you.")
    assert town.to(BEN)[-1].text.startswith("Ana Lindqvist asked a question on R-1, which you have.")
    await town.wait(4 * 60)
    assert "Ana Lindqvist" in town.in_thread((await town.request()).place)[-1]
    await town.reply((await town.request()).place, "the third", OLGA)
    assert town.to(BEN)[-1].text.startswith("Olga Brandt answered Ana Lindqvist")


async def test_what_is_promised_in_anothers_place_is_told_them() -> None:
    town = await opened()
    await town.press(Claim, "R-1", BEN)
    await town.send("reply", "R-1", ANA, text="We are on it.", until="60")
    await town.send("promise", "R-1", ANA, until="today")
    assert [told.text.partition(",")[0] for told in town.to(BEN)] == ["Ana Lindqvist promised more on R-1"]


async def test_until_when_more_is_promised_is_said_with_its_moment() -> None:
    town = await opened("2026-11-23 17:50")
    form = await town.open("reply", "R-1", ANA)
    assert [choice.title for choice in form.fields[1].choices] == [
        "in 30 minutes (Tue 24 Nov, 09:20)",
        "in an hour (Tue 24 Nov, 09:50)",
        "by the end of support today (18:00)",
        "by the end of support on the next working day (Tue 24 Nov, 18:00)",
    ]
    await town.until("2026-11-23 22:00")
    form = await town.open("reply", "R-1", ANA)
    assert form.fields[1].choices[2].title == "by the end of support (Tue 24 Nov, 18:00)"
    answer = await town.press(Send, "R-1", ANA, step="reply", fields={"text": "Soon.", "until": "9999999"})
    assert "Choose until when they hear more." in said(answer)
    assert (await town.request()).status is Status.OPEN


async def test_ask_the_team_asks_somebody() -> None:
    town = Town(team_channel="")
    await town.post("label printer down")
    before = len(town.teams.sent)
    answer = await town.send("team", "R-1", ANA, text="who knows printers?")
    sent = [one.text for one in town.teams.sent[before:]]
    assert sent or not answer.startswith("Asked.")


async def test_who_had_a_request_hears_that_it_was_ended_by_phone() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("phone", "R-1", BEN, text="told her", then="closed")
    assert town.to(ANA)


async def test_who_had_a_request_hears_that_it_was_passed_on() -> None:
    town = Town("2026-11-20 10:00")
    await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.send("pass", "R-1", ANA, person="chen")
    assert town.to(BEN)


async def test_an_answer_at_night_is_not_shown_as_the_question() -> None:
    town = Town("2026-11-23 17:50")
    place = await town.post("label printer down")
    await town.send("ask", "R-1", ANA, text="Which one?")
    await town.until("2026-11-23 18:30")
    await town.reply(place, "the third in Utrecht", OLGA)
    await town.until("2026-11-24 09:01")
    assert "label printer down" not in town.to(ANA)[-1].text


async def test_whoever_has_it_is_not_told_that_somebody_was_faster() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    answer = await town.send("claim", "R-1", ANA)
    assert "faster" not in answer


async def test_an_edit_loses_no_other_request_of_the_same_message() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.post("scanner down", TOM)
    await town.wait(3)
    await town.press(Solve, "R-2", BEN)
    await town.press(Claim, "R-1", BEN)
    await town.edit(place, "label printer down!", OLGA)
    assert "scanner" in town.to(ANA)[0].text


async def test_a_preview_writes_nothing() -> None:
    town = Town()
    await town.post("label printer down")
    before = (await town.journal.load("tenant", "backend")).revision
    await town.send("close", "R-1", ANA, choice="preview", outcome="answered", text="x")
    assert (await town.journal.load("tenant", "backend")).revision == before


async def test_whoever_has_a_request_is_not_offered_to_pass_it_on_to() -> None:
    town = await opened("2026-11-20 10:00")
    await town.press(Claim, "R-1", CHEN)
    form = await town.open("pass", "R-1", ANA)
    assert [choice.id for choice in form.fields[0].choices] == ["ben"]


async def test_a_later_promise_stays_unless_another_is_chosen() -> None:
    town = await opened()
    await town.send("promise", "R-1", ANA, until="today")
    form = await town.open("reply", "R-1", ANA)
    assert (form.fields[1].value, form.fields[1].choices[0].title) == ("kept", "as promised (18:00)")
    await town.send("reply", "R-1", ANA, text="The part is ordered.", until="kept")
    assert "You'll hear more by 18:00." in town.card()
    await town.send("reply", "R-1", ANA, text="It is here.", until="30")
    assert "You'll hear more by 10:30." in town.card()


async def test_a_reply_beside_a_question_leaves_it_waiting_unless_more_is_promised() -> None:
    town = await opened()
    await town.send("ask", "R-1", ANA, text="Which printer?")
    form = await town.open("reply", "R-1", ANA)
    assert (form.fields[1].value, form.fields[1].choices[0].title) == ("kept", "I still wait for Olga Brandt's answer")
    await town.send("reply", "R-1", ANA, text="The number is on its back.", until="kept")
    assert town.card().startswith("Ana Lindqvist has a question for you.")
    await town.send("reply", "R-1", ANA, text="I found it.", until="30")
    assert "You'll hear more by 10:30." in town.card()


async def test_a_promise_beside_a_question_ends_the_waiting_and_its_form_says_so() -> None:
    town = await opened()
    assert "wait" not in (await town.open("promise", "R-1", ANA)).note
    await town.send("ask", "R-1", ANA, text="Which printer?")
    form = await town.open("promise", "R-1", ANA)
    assert "R-1 waits for Olga Brandt to answer. A promise ends that: then it is your turn again." in form.note
    await town.send("promise", "R-1", ANA, until="60")
    assert "You'll hear more by 11:00." in town.card()


async def test_what_somebody_on_their_day_off_cannot_keep_is_open_for_the_others_at_the_opening() -> None:
    absences = (Absence("ben", at("2026-11-24 00:00"), at("2026-11-25 00:00")),)
    town = await opened("2026-11-23 17:50", absences=absences)
    await town.press(Claim, "R-1", BEN)
    await town.until("2026-11-24 09:00")
    assert (await town.request()).status is Status.OPEN
    assert town.to(ANA)[0].text.startswith("Olga Brandt was to hear more from Ben Okafor, who is away")


async def test_who_is_away_for_a_while_and_back_in_time_keeps_it() -> None:
    absences = (Absence("ben", at("2026-11-24 00:00"), at("2026-11-24 12:00")),)
    town = await opened("2026-11-23 17:50", absences=absences)
    await town.send("promise", "R-1", BEN, until="next day")
    await town.until("2026-11-24 12:30")
    assert (await town.request()).status is Status.ACKNOWLEDGED


async def test_whoever_cannot_be_reached_is_not_offered_to_pass_something_on_to() -> None:
    people = (ANA, replace(BEN, entra_object_id=""), *TEAM[2:])
    town = await opened(people=people)
    answer = said(await town.press(Open, "R-1", ANA, step="pass"))
    assert answer == "Nobody else on duty can be reached now. Ask the team instead."


async def test_nothing_is_handed_on_to_whoever_has_access_but_cannot_be_reached() -> None:
    people = (replace(ANA, entra_object_id=""), *TEAM[1:])
    town = await opened(people=people)
    for answer in (
        await town.press_open("production", "R-1", BEN),
        await town.send("production", "R-1", BEN, note="reindex the routes"),
    ):
        assert answer.startswith("Nobody else on duty with production access can be reached now.")


@pytest.mark.parametrize("step", ["pass", "production"])
async def test_whoever_could_not_be_reached_is_not_said_to_have_been_told(step: str) -> None:
    town = Town()
    town.teams.refuse["person:ana"] = "has not installed the app"
    await town.post("label printer down")
    await town.wait(3)
    answer = await town.send(step, "R-1", BEN, person="ana", note="reindex the routes")
    assert "Ana Lindqvist could not be reached in Teams. Please tell them yourself." in answer
    assert "has been told" not in answer


async def test_a_suggestion_stands_again_in_the_pairs_chats_when_the_answer_is_taken_back() -> None:
    town = Town()
    await town.post("label printer down")
    await town.send("suggest", "R-1", DILAN, text="restart it")
    await town.send("reply", "R-1", ANA, text="Look at the cable.")
    await town.send("undo", "R-1", ANA)
    assert "Dilan Kaya suggests: restart it" in plain(await town.open("support", "R-1", BEN))
    for who in (ANA, BEN):
        assert "answered" not in town.to(who)[0].text
        assert "[Use it]" in town.to(who)[0].text


async def test_a_suggestion_for_what_is_closed_cannot_be_used_any_more() -> None:
    town = Town()
    await town.post("label printer down")
    await town.send("suggest", "R-1", DILAN, text="restart it")
    await town.press(Solve, "R-1", OLGA)
    assert "[Use it]" not in town.to(ANA)[0].text


@pytest.mark.parametrize(
    ("how", "stands"),
    [
        ("answered", "Ana Lindqvist answered Olga Brandt."),
        ("deleted", "The post was deleted. (Olga Brandt had asked.)"),
        ("solved", "Olga Brandt closed it. (Olga Brandt had asked.)"),
    ],
)
async def test_what_stands_in_a_suggestions_place_names_whoever_it_was(how: str, stands: str) -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.send("suggest", "R-1", DILAN, text="restart it")
    if how == "answered":
        await town.send("reply", "R-1", ANA, text="Restart the print service.")
    elif how == "deleted":
        await town.delete(place)
    else:
        await town.press(Solve, "R-1", OLGA)
    assert next(one.text for one in town.to(BEN) if one.key.startswith("suggestion:")) == stands
