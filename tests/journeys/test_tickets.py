"""Tickets for another team: their form, made once for a matter, refused, unclear, done; and alerts that may fit."""

from dataclasses import replace
from typing import Any

import pytest

from bot.alerts.alert import Alert, Post, Status
from bot.alerts.notification import Kind, Notification
from bot.decide.requests import addresses
from bot.effects import Answer, Card, Change, PutAlert, PutRequest, PutRota
from bot.events import Claim, Open, Reopen, Send, Solve, Undeliverable
from bot.people import Author
from bot.places import personal
from bot.policy import Language, Policy
from bot.ports import Address as Delivery
from bot.ports import Commit
from bot.support import request as requests
from bot.support.request import Outcome
from bot.support.ticket import Progress, Ticket, Urgency
from bot.views import Address, FormCard, PlanCard
from tests.journeys.test_triage import form, links, sent, titles, value, word
from tests.journeys.town import ANA, BEN, FARID, OLGA, TOM, Message, Town, at, plain, said
from tests.support.test_words import JARGON

LINK = "https://jira.example.com/browse/EDGE-1"
GIVEN = {
    "text": "I have passed this on to our developers.",
    "summary": "Label printer prints nothing",
    "happened": "It prints nothing since nine.",
    "impact": "40 parcels wait",
    "workaround": "no",
    "steps": "Print any label.",
    "urgency": "High",
}
ERROR = Notification(
    Kind.NEW,
    error="5f0c8e7ad1b2c30018a4e6f1",
    project="shipping",
    stage="production",
    error_class="Labels::PrinterOffline",
    message="printer gate-4 does not answer",
    where="labels#create",
    frames=("app/labels/printer.rb:41", "app/labels/job.rb:7"),
    occurrences=120,
    users=1,
    version="2026.47.1",
    url="https://app.bugsnag.com/acme/shipping/errors/5f0c8e7ad1b2c30018a4e6f1",
)


def alert(number: int, now: str, **traits: object) -> Alert:
    """Make a live alert that came at a time; traits of its notification go there."""
    came = at(now)
    latest = replace(ERROR, error=f"{number:024x}", **traits)  # type: ignore[arg-type]
    return Alert(f"A-{number}", f"error:{latest.error}", latest, came, came, came, came)


async def put(town: Town, *changes: Change) -> None:
    """Change the desk behind its back, and start the bot again."""
    await town.desk()
    revision = (await town.journal.load("tenant", "backend")).revision
    await town.journal.commit(Commit("tenant", "backend", revision, changes=changes))
    await town.restart()


async def at_the_ticket(now: str = "2026-11-23 10:00", **more: Any) -> tuple[Town, str]:
    """Return a town with a Jira in which Ana has found a bug that can wait, and the thread."""
    more.setdefault("policy", Policy(jira_project="https://jira.example.com"))
    town = Town(now, jira="EDGE", **more)
    place = await town.post("label printer down")
    await town.send("triage", "R-1", ANA, choice="bug:yes")
    await town.send("triage", "R-1", ANA, choice="verify:yes")
    await town.send("stops", "R-1", ANA, text="40 parcels wait", now="no")
    return town, place


async def ticketed(*says: str | None, now: str = "2026-11-23 10:00", **more: Any) -> tuple[Town, str]:
    """Return a town in which Ana sent the ticket's form, and Jira said so, and the thread."""
    town, place = await at_the_ticket(now, **more)
    town.teams.says.extend(says)
    await town.send("leaf", "R-1", ANA, choice="ticket", **GIVEN)
    return town, place


async def tickets(town: Town) -> list[Ticket]:
    return [*(await (await town.desk()).state()).tickets.values()]


async def ticket(town: Town) -> Ticket:
    (one,) = await tickets(town)
    return one


def letters(town: Town, who: Author | object = ANA) -> list[Message]:
    """Return the messages about tickets that somebody got."""
    return [one for one in town.to(who) if one.key.startswith("ticket:")]  # type: ignore[arg-type]


# -- the form -------------------------------------------------------------------------------------------------------


async def test_the_form_asks_what_is_needed_filled_in_as_far_as_it_is_known() -> None:
    town, place = await at_the_ticket()
    view = await town.open("triage", "R-1", ANA)
    names = ["summary", "happened", "impact", "workaround", "steps", "urgency", "ticket", "text"]
    assert [field.id for field in view.fields] == names
    assert value(view, "summary") == "label printer down"
    assert value(view, "happened") == "label printer down"
    assert value(view, "impact") == "40 parcels wait"
    assert value(view, "workaround") == "no"
    assert value(view, "steps") == "As Olga Brandt wrote on 2026-11-23, 10:00."
    assert value(view, "urgency") == "Medium"
    assert "This goes to EDGE as it stands here" in view.note
    assert "With it go: Thread in Teams (R-1)." in view.note
    assert "Cause and solution then belong to the ticket" in view.note
    assert "Close, the key follows" not in titles(view)
    assert view.links == ()
    assert town.in_thread(place) == []


async def test_what_was_written_goes_into_the_ticket_with_a_label_of_its_own() -> None:
    town, place = await ticketed()
    (effect,) = town.teams.jira
    made = effect.ticket
    assert (effect.key, effect.again) == ("ticket:T-1", False)
    assert (made.id, made.matter, made.project, made.label) == ("T-1", "R-1", "EDGE", "hotseat-backend-r-1")
    wording = made.draft
    assert (wording.summary, wording.urgency) == ("Label printer prints nothing", Urgency.HIGH)
    assert [(one.heading, one.text) for one in wording.sections] == [
        ("What happened", "It prints nothing since nine."),
        ("Production impact", "40 parcels wait"),
        ("Workaround", "no"),
        ("Steps", "Print any label."),
        ("Links", ""),
    ]
    thread = addresses.thread(town.info, place)
    assert wording.sections[-1].links == (("Thread in Teams (R-1)", thread),)
    assert (wording.about, wording.about_title) == (thread, "Thread in Teams (R-1)")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"summary": " "}, "Write the ticket's summary first."),
        ({"happened": ""}, "Say what happened first."),
        ({"impact": ""}, "Say who and what is affected first."),
        ({"workaround": "perhaps"}, "Say whether there is a workaround."),
        ({"urgency": "now"}, "Say how urgent it is."),
        ({"summary": "x" * 256}, "At most 255 characters in the summary, please; these are 256."),
        ({"steps": "x" * 3001}, "At most 3000 characters in each text, please; these are 3001."),
        ({"text": ""}, "Write something first."),
    ],
)
async def test_a_form_that_cannot_be_sent_comes_back_with_the_words_in_it(fields: dict[str, str], error: str) -> None:
    town, place = await at_the_ticket()
    view = await sent(town, "leaf", ANA, "ticket", fields={**GIVEN, **fields})
    assert view.error == error
    assert value(view, "happened") == ({**GIVEN, **fields}["happened"] or "label printer down")
    assert (town.in_thread(place), town.teams.jira) == ([], [])


async def test_words_for_a_ticket_that_were_not_sent_wait_in_the_dialog() -> None:
    town, _ = await at_the_ticket()
    view = await town.open("triage", "R-1", ANA)
    back = next(b for row in view.rows for b in row.buttons if b.title == "Ask a question")
    fields = {one.id: one.value for one in view.fields} | {"impact": "all of gate 4"}
    asked = form(await town.press(Open, "R-1", ANA, step=back.step, form=back.form, fields=fields))
    assert any(one.label == "Not sent yet (A ticket has the cause and the solution: impact)" for one in asked.fields)


async def test_a_workaround_that_was_given_stands_in_the_form() -> None:
    town = Town(jira="EDGE")
    await town.post("label printer down")
    await town.send("stops", "R-1", BEN, text="the dock stands still", now="yes")
    await town.send("leaf", "R-1", BEN, choice="workaround", text="Print them from the admin panel.")
    view = await town.open("triage", "R-1", BEN)
    assert value(view, "workaround") == "yes"
    await town.send("leaf", "R-1", BEN, choice="ticket", **GIVEN)
    assert (await town.request()).outcome is Outcome.WORKAROUND
    assert town.card().count("You find it there as EDGE-1.") == 1


async def test_a_ticket_that_there_is_already_is_named_in_place_of_a_new_one() -> None:
    town, place = await at_the_ticket()
    await town.send("leaf", "R-1", ANA, choice="ticket", **{**GIVEN, "ticket": "edge-7"})
    assert town.teams.jira == []
    assert town.in_thread(place)[0].endswith("\nYou find it there as https://jira.example.com/browse/EDGE-7.")


async def test_a_ticket_that_was_named_is_heard_of_as_one_that_was_made() -> None:
    town, place = await at_the_ticket()
    await town.send("leaf", "R-1", ANA, choice="ticket", **{**GIVEN, "ticket": "edge-7"})
    assert [(one.key, one.label, one.by.id) for one in await tickets(town)] == [("EDGE-7", "", "ana")]
    await town.send("key", "R-1", ANA, ticket="EDGE-8")
    assert [one.key for one in await tickets(town)] == ["EDGE-8"]
    await town.send("undo", "R-1", ANA)
    assert [one.key for one in await tickets(town)] == ["EDGE-7"]
    await town.ticket_moves("EDGE-7", "Done", done=True)
    assert town.in_thread(place)[-1] == "Our developers are done with EDGE-7."
    assert await tickets(town) == []


@pytest.mark.parametrize("key", ["OPS-7", "https://example.com/7"])
async def test_of_a_ticket_of_another_project_nothing_is_heard(key: str) -> None:
    town, _ = await at_the_ticket()
    await town.send("leaf", "R-1", ANA, choice="ticket", **{**GIVEN, "ticket": key})
    assert await tickets(town) == []


async def test_a_ticket_that_was_named_and_taken_back_is_not_waited_for() -> None:
    town, _ = await at_the_ticket()
    await town.send("leaf", "R-1", ANA, choice="ticket", **{**GIVEN, "ticket": "EDGE-7"})
    await town.send("undo", "R-1", ANA)
    assert (await tickets(town), letters(town), (await town.request()).ticket) == ([], [], "")


# -- it is made -----------------------------------------------------------------------------------------------------


async def test_the_request_closes_at_once_and_the_key_follows_on_the_card_and_in_the_thread() -> None:
    town, place = await ticketed(None)
    assert (await town.request()).outcome is Outcome.TICKET
    assert town.in_thread(place) == [f"Ana Lindqvist:\n{GIVEN['text']}\nIts number follows here."]
    assert "Its number follows here." in town.card()
    assert (await town.open("support", "R-1", ANA)).note.endswith("closed it; the ticket is being made.")
    await town.jira_answers("EDGE-1")
    assert town.in_thread(place)[1:] == [f"It is with our developers as {LINK}."]
    assert "You find it there as EDGE-1." in town.card()
    assert "Its number follows" not in town.card()
    assert links(town) == [Address("Open ticket", LINK)]
    assert letters(town) == []
    made = await ticket(town)
    assert (made.progress, made.key, made.url) == (Progress.OPEN, "EDGE-1", LINK)
    assert made.draft.sections == ()
    for said_there in (*town.in_thread(place), town.card()):
        assert not JARGON.search(said_there.replace("EDGE-1", ""))


async def test_in_german_the_key_follows_in_german() -> None:
    town, place = await ticketed(None, policy=Policy(language=Language.GERMAN))
    assert "Die Nummer dazu folgt hier." in town.card()
    await town.jira_answers("EDGE-1")
    await town.ticket_moves("EDGE-1", "Fertig", done=True)
    assert town.in_thread(place)[-1] == "Unsere Entwickler haben EDGE-1 erledigt."
    assert "Unsere Entwickler haben EDGE-1 erledigt." in town.card()


async def test_there_is_one_ticket_for_a_request_whoever_presses_and_however_often() -> None:
    town, place = await ticketed(None)
    overtaken = await sent(town, "leaf", BEN, "ticket", fields=GIVEN)
    assert "R-1 is already closed, by Ana Lindqvist." in overtaken.error
    assert value(await town.open("key", "R-1", BEN), "ticket") == ""
    assert (await town.open("key", "R-1", BEN)).note == "So far the ticket is being made."
    assert [one.id for one in (await town.open("key", "R-1", BEN)).fields] == ["ticket"]
    await town.jira_answers("EDGE-1")
    await town.press(Reopen, "R-1", OLGA)
    await town.press(Claim, "R-1", BEN)
    again = await town.open("triage", "R-1", BEN, "ticket")
    assert value(again, "ticket") == LINK
    await town.send("leaf", "R-1", BEN, choice="ticket", **{**GIVEN, "ticket": ""})
    assert len(town.teams.jira) == 1
    assert "You find it there as EDGE-1." in town.card()
    assert "Its number follows" not in town.in_thread(place)[-1]


async def test_an_answer_that_comes_twice_changes_nothing() -> None:
    town, place = await ticketed(None)
    making = town.teams.making[0]
    await town.jira_answers("EDGE-1")
    town.teams.making.append(making)
    await town.jira_answers("EDGE-2")
    assert len(town.in_thread(place)) == 2
    assert (await ticket(town)).key == "EDGE-1"


async def test_a_ticket_that_is_still_to_be_made_is_made_from_the_menu_of_what_ended() -> None:
    town = Town(jira="EDGE")
    place = await town.post("label printer down")
    await town.send("stops", "R-1", ANA, text="all drivers", now="yes")
    await town.send("leaf", "R-1", ANA, choice="workaround", text="Print at gate B.")
    await town.press(Solve, "R-1", OLGA)
    (told,) = town.to(ANA)
    view = await town.open("key", "R-1", ANA, card=told.key)
    names = ["summary", "happened", "impact", "workaround", "steps", "urgency", "ticket"]
    assert [field.id for field in view.fields] == names
    assert (value(view, "impact"), value(view, "workaround"), view.links) == ("all drivers", "yes", ())
    assert "This goes to EDGE" in view.note
    assert "Write the ticket's summary first." in (await sent(town, "key", ANA, fields={})).error
    town.teams.says.append(None)
    fields = {name: text for name, text in GIVEN.items() if name != "text"}
    done = await sent(town, "key", ANA, fields=fields)
    assert done.title == "It is being made, and the key follows."
    assert told.text == "The ticket of R-1 is being made."
    assert "Its number follows here." in town.card()
    await town.jira_answers("EDGE-1")
    assert told.text == f"The ticket of R-1 is {LINK}."
    assert town.in_thread(place)[-1] == f"It is with our developers as {LINK}."


async def test_of_two_who_have_it_made_at_once_the_second_hears_of_the_first() -> None:
    town = Town(jira="EDGE")
    await town.post("label printer down")
    await town.send("stops", "R-1", ANA, text="all drivers", now="yes")
    await town.send("leaf", "R-1", ANA, choice="workaround", text="Print at gate B.")
    await town.press(Solve, "R-1", OLGA)
    seen = (await town.open("key", "R-1", BEN)).rows[0].buttons[0].seen
    await sent(town, "key", ANA, fields=GIVEN)
    view = await sent(town, "key", BEN, fields=GIVEN, seen=seen)
    assert view.error.startswith("Ana Lindqvist had the ticket made meanwhile")
    assert len(town.teams.jira) == 1


async def test_after_a_workaround_whose_ticket_is_being_made_nothing_is_owed() -> None:
    town = Town(jira="EDGE")
    await town.post("label printer down")
    await town.send("stops", "R-1", ANA, text="all drivers", now="yes")
    await town.send("leaf", "R-1", ANA, choice="workaround", text="Print at gate B.")
    town.teams.says.append(None)
    await town.send("leaf", "R-1", ANA, choice="ticket", **GIVEN)
    await town.press(Reopen, "R-1", OLGA)
    await town.press(Solve, "R-1", OLGA)
    assert not [one for one in town.to(ANA) if "still to be made" in one.text]


async def test_a_key_named_by_hand_goes_before_the_one_that_was_being_made() -> None:
    town, _ = await ticketed("no such project")
    await town.send("leaf", "R-1", ANA, choice="ticket", **{**GIVEN, "ticket": "EDGE-7"})
    assert [one.key for one in await tickets(town)] == ["EDGE-7"]
    assert "You find it there as EDGE-7." in town.card()


# -- it is taken back -----------------------------------------------------------------------------------------------


async def test_what_is_taken_back_leaves_the_ticket_where_it_is_and_says_so() -> None:
    town, place = await ticketed()
    await town.send("undo", "R-1", ANA)
    reply, line = town.in_thread(place)
    assert "Ana Lindqvist took this back." in reply
    assert line == "Ana Lindqvist took this back."
    request = await town.request()
    assert (request.status, request.ticket) == (requests.Status.ACKNOWLEDGED, LINK)
    (told,) = letters(town)
    assert told.text == (
        f"EDGE-1 was made for R-1, which was taken back. It stays in Jira: close it there if nobody needs it. {LINK}"
    )
    await town.ticket_moves("EDGE-1", "Done", done=True)
    assert len(town.in_thread(place)) == 2
    assert await tickets(town) == []


async def test_a_ticket_that_comes_after_it_was_taken_back_is_told_to_whoever_made_it_alone() -> None:
    town, place = await ticketed(None)
    await town.send("undo", "R-1", ANA)
    assert letters(town) == []
    await town.jira_answers("EDGE-1")
    assert len(town.in_thread(place)) == 1
    assert letters(town)[0].text.startswith("EDGE-1 was made for R-1, which was taken back.")
    assert (await town.request()).ticket == LINK


async def test_what_was_taken_back_and_is_sent_again_has_the_same_ticket() -> None:
    town, place = await ticketed(None)
    await town.send("undo", "R-1", ANA)
    assert "So far the ticket is being made" in (await town.open("triage", "R-1", ANA)).note
    await town.send("leaf", "R-1", ANA, choice="ticket", **GIVEN)
    assert len(town.teams.jira) == 1
    await town.jira_answers("EDGE-1")
    assert town.in_thread(place)[-1] == f"It is with our developers as {LINK}."


async def test_a_refusal_of_what_was_taken_back_is_of_no_use_to_anybody() -> None:
    town, _ = await ticketed(None)
    await town.send("undo", "R-1", ANA)
    await town.jira_answers("no such project")
    assert (await tickets(town), letters(town)) == ([], [])


async def test_a_post_deleted_meanwhile_hears_of_no_ticket() -> None:
    town, place = await ticketed(None)
    await put(town, PutRequest(replace(await town.request(), outcome=Outcome.WITHDRAWN)))
    before = town.in_thread(place)
    await town.jira_answers("EDGE-1")
    await town.ticket_moves("EDGE-1", "Done", done=True)
    assert town.in_thread(place) == before


# -- it is refused --------------------------------------------------------------------------------------------------


async def test_a_refusal_that_takes_nothing_from_anybody_does_not_say_so() -> None:
    town, _ = await ticketed(None)
    await town.press(Reopen, "R-1", OLGA)
    await town.jira_answers("no such project")
    (told,) = letters(town)
    assert "is yours again" not in told.text
    assert "The ticket's form is as it was sent: mend it and send it again." in told.text


async def test_the_list_of_requests_says_who_mends_a_refused_ticket() -> None:
    town, _ = await ticketed("no such project")
    listed = await town.write("requests", BEN)
    assert "Ana Lindqvist has it; Jira refused the ticket (no such project), and Ana Lindqvist mends it" in listed


async def test_in_a_pause_the_thread_hears_nothing_and_the_card_says_it() -> None:
    town, place = await ticketed(None)
    await town.write("pause", FARID)
    await town.jira_answers("EDGE-1")
    assert len(town.in_thread(place)) == 1
    assert "You find it there as EDGE-1." in town.card()


async def test_jira_is_known_to_be_reached_again_once_it_has_made_a_ticket() -> None:
    town, _ = await ticketed(None)
    desk = await town.desk()
    lost = {"key": "lost", "happened_at": town.now, "effect": "1", "place": "Jira", "message": "ticket:T-1"}
    desk.report(Undeliverable(**lost, reason="the token is wrong"))  # type: ignore[arg-type]
    await desk.settle()
    assert "Jira" in (await desk.state()).facts.unreachable
    await town.jira_answers("EDGE-1")
    assert "Jira" not in (await desk.state()).facts.unreachable


async def test_a_final_refusal_reopens_the_request_to_its_closer_with_the_form_as_it_was_sent() -> None:
    town, place = await ticketed("Field 'Team' is required.")
    request = await town.request()
    assert (request.status, request.claimer) == (requests.Status.ACKNOWLEDGED, Author("ana", ANA.name))
    assert "Ana Lindqvist is looking into it" in town.card()
    assert len(town.in_thread(place)) == 1
    (told,) = letters(town)
    assert told.text.startswith("Jira refused the ticket of R-1\nField 'Team' is required.\nR-1 is yours again")
    assert isinstance(told.view, PlanCard)
    (mend,) = told.view.opens
    view = await town.open(mend.step, "R-1", ANA, mend.choice, card=told.key)
    assert {name: value(view, name) for name in GIVEN if name != "text"} == {
        name: text for name, text in GIVEN.items() if name != "text"
    }
    assert "Jira refused the ticket (Field 'Team' is required.)" in (await town.open("support", "R-1", ANA)).note
    assert value(view, "text") == "", "which stands in the thread already"
    await town.send("leaf", "R-1", ANA, choice="ticket", **{**GIVEN, "steps": "Print label 7.", "text": ""})
    assert len(town.in_thread(place)) == 2, "the reply as it was, and the ticket's result"
    assert [one.ticket.id for one in town.teams.jira] == ["T-1", "T-2"]
    assert [one.ticket.label for one in town.teams.jira] == ["hotseat-backend-r-1"] * 2
    assert (await town.request()).outcome is Outcome.TICKET
    assert [one.id for one in await tickets(town)] == ["T-2"]


async def test_something_may_be_added_when_a_ticket_is_mended() -> None:
    town, place = await ticketed("no such project")
    await town.send("leaf", "R-1", ANA, choice="ticket", **{**GIVEN, "text": "Gate 5 prints meanwhile."})
    assert town.in_thread(place)[1] == "Ana Lindqvist:\nGate 5 prints meanwhile.\nIts number follows here."


async def test_what_ended_by_a_workaround_still_does_once_its_ticket_is_mended() -> None:
    town = Town(jira="EDGE")
    await town.post("label printer down")
    await town.send("stops", "R-1", ANA, text="all drivers", now="yes")
    await town.send("leaf", "R-1", ANA, choice="workaround", text="Print at gate B.")
    town.teams.says.append("no such project")
    await town.send("leaf", "R-1", ANA, choice="ticket", **GIVEN)
    await town.send("leaf", "R-1", ANA, choice="ticket", **GIVEN)
    assert (await town.request()).outcome is Outcome.WORKAROUND


async def test_a_refusal_is_told_in_support_hours_and_not_in_a_pause() -> None:
    town, _ = await ticketed(None, now="2026-11-23 17:59")
    await town.until("2026-11-23 18:01")
    await town.jira_answers("no such project")
    assert letters(town) == []
    await town.until("2026-11-24 09:00")
    assert [one.text.partition("\n")[0] for one in letters(town)] == ["Jira refused the ticket of R-1"]
    other, _ = await ticketed(None)
    await other.write("pause", FARID)
    await other.jira_answers("no such project")
    assert letters(other) == []
    await other.write("resume", FARID)
    assert len(letters(other)) == 1


async def test_a_refusal_after_the_end_leaves_the_request_closed_and_the_form_at_hand() -> None:
    town = Town(jira="EDGE")
    await town.post("label printer down")
    await town.send("stops", "R-1", ANA, text="all drivers", now="yes")
    await town.send("leaf", "R-1", ANA, choice="workaround", text="Print at gate B.")
    await town.press(Solve, "R-1", OLGA)
    await town.wait(1)
    town.teams.says.append("no such project")
    await sent(town, "key", ANA, fields={name: text for name, text in GIVEN.items() if name != "text"})
    assert (await town.request()).status is requests.Status.CLOSED
    (told,) = letters(town)
    assert isinstance(told.view, PlanCard)
    assert told.view.opens[0].step == "key"
    assert value(await town.open("key", "R-1", ANA, card=told.key), "happened") == GIVEN["happened"]
    assert "Ana Lindqvist is finding out its number." in town.card()
    assert town.to(ANA)[0].text.startswith("Olga Brandt closed R-1, which you had. The ticket of R-1")


async def test_a_refused_ticket_of_a_request_that_ended_otherwise_is_let_go_of() -> None:
    town, _ = await ticketed("no such project")
    await town.press(Solve, "R-1", OLGA)
    assert await tickets(town) == []


async def test_a_refusal_for_what_is_open_again_anyway_is_told_alone() -> None:
    town, _ = await ticketed(None)
    await town.press(Reopen, "R-1", OLGA)
    await town.jira_answers("no such project")
    assert (await town.request()).status is requests.Status.OPEN
    assert len(letters(town)) == 1


# -- nobody knows ---------------------------------------------------------------------------------------------------


async def unclear(**more: Any) -> tuple[Town, str, Message]:
    """Return a town in which Jira's answer was lost, the thread, and what Ana is asked."""
    town, place = await ticketed("", **more)
    (asked,) = letters(town)
    return town, place, asked


async def test_where_jira_said_nothing_whoever_pressed_is_asked_to_look() -> None:
    town, _, asked = await unclear()
    text = "It did not say whether EDGE has it. Look there for the label hotseat-backend-r-1."
    assert asked.text.startswith(f"Did Jira make the ticket of R-1?\n{text}\nLabel printer prints nothing")
    assert isinstance(asked.view, PlanCard)
    address = "https://jira.example.com/issues/?jql=labels%20%3D%20hotseat-backend-r-1"
    assert asked.view.links == (Address("Look in Jira", address),)
    assert (await town.request()).outcome is Outcome.TICKET
    assert "Ana Lindqvist is finding out its number." in town.card()
    note = (await town.open("support", "R-1", BEN)).note
    assert note.endswith("Ana Lindqvist finds out whether Jira has the ticket.")


async def test_without_its_address_jira_is_looked_into_by_the_label_alone() -> None:
    _, _, asked = await unclear(policy=Policy(jira_project="EDGE"))
    assert isinstance(asked.view, PlanCard)
    assert asked.view.links == ()


async def desk_step(town: Town, kind: type[Open] | type[Send], step: str, **more: Any) -> Answer | None:
    """Press a button about a ticket in Ana's chat."""
    return await town.press(kind, "", ANA, place=personal("ana"), step=step, choice="T-1", **more)


async def test_a_ticket_that_is_there_is_named_by_whoever_looked() -> None:
    town, place, asked = await unclear()
    view = form(await desk_step(town, Open, "ticket.there"))
    assert (view.note, [one.id for one in view.fields]) == ("It has the label hotseat-backend-r-1.", ["ticket"])
    for given in ("soon", "https://jira.example.com/"):
        wrong = form(await desk_step(town, Send, "ticket.there", fields={"ticket": given}))
        assert wrong.error == "Write the ticket's key, such as EDGE-12, or its https link."
    done = form(await desk_step(town, Send, "ticket.there", fields={"ticket": "EDGE-1"}))
    assert done.title == "The ticket of R-1 is EDGE-1"
    assert asked.text == "R-1: EDGE-1."
    assert town.in_thread(place)[-1] == f"It is with our developers as {LINK}."
    assert links(town) == [Address("Open ticket", LINK)]
    assert word(await desk_step(town, Send, "ticket.again")) == "R-1: EDGE-1."


async def test_a_ticket_that_is_not_there_is_made_again_once() -> None:
    town, place, asked = await unclear()
    town.teams.says.append(None)
    answer = await desk_step(town, Send, "ticket.again", fields={})
    assert isinstance(answer, Card)
    assert said(answer) == "The ticket of R-1 is being made"
    assert asked.text == "R-1: the ticket is being made."
    assert "Its number follows here." in town.card()
    assert [(one.ticket.id, one.again) for one in town.teams.jira] == [("T-1", False), ("T-1", True)]
    assert word(await desk_step(town, Send, "ticket.again", fields={})) == "R-1: the ticket is being made."
    await town.wait(1)
    await town.jira_answers("")
    assert len(letters(town)) == 2
    await desk_step(town, Send, "ticket.again", fields={})
    assert town.in_thread(place)[-1] == "It is with our developers as https://jira.example.com/browse/EDGE-3."


async def test_a_button_about_a_ticket_that_is_known_no_longer_says_so() -> None:
    town = Town(jira="EDGE")
    assert "older card" in word(await desk_step(town, Send, "ticket.again"))


async def test_an_answer_that_is_found_after_all_goes_before_whoever_looks() -> None:
    town, place, asked = await unclear()
    effect = town.teams.jira[0]
    town.teams.making.append((await town.desk(), type("Row", (), {"id": "late", "effect": effect})()))
    await town.jira_answers("EDGE-9")
    assert asked.text == "R-1: EDGE-9."
    assert town.in_thread(place)[-1].endswith("EDGE-9.")


async def test_a_ticket_that_could_not_even_be_asked_for_may_be_there() -> None:
    town, _ = await ticketed(None)
    desk = await town.desk()
    for number in range(2):
        lost = {"key": f"lost-{number}", "happened_at": town.now, "effect": "1", "place": "Jira"}
        desk.report(Undeliverable(**lost, reason="an error of mine", message="ticket:T-1"))  # type: ignore[arg-type]
        await desk.settle()
    assert [one.text.partition("\n")[0] for one in letters(town)] == ["Did Jira make the ticket of R-1?"]


async def test_whoever_is_on_duty_is_asked_in_place_of_one_who_has_left() -> None:
    town, _ = await ticketed(None, None)
    people = {id_: one for id_, one in town.rota.people.items() if id_ != "ana"}
    await put(town, PutRota(replace(town.rota, people=people)))
    await town.jira_answers("")
    assert len(letters(town, BEN)) == 1


# -- it goes on in the tracker --------------------------------------------------------------------------------------


async def test_the_thread_hears_once_that_a_ticket_is_done() -> None:
    town, place = await ticketed()
    await town.ticket_moves("EDGE-1", "In Progress")
    assert (await ticket(town)).status == "In Progress"
    await town.ticket_moves("EDGE-1", "Done", done=True)
    await town.ticket_moves("EDGE-1", "Done", done=True)
    assert town.in_thread(place)[2:] == ["Our developers are done with EDGE-1."]
    assert "Our developers are done with EDGE-1." in town.card()
    assert links(town) == [Address("Open ticket", LINK)]
    assert await tickets(town) == []


@pytest.mark.parametrize("how", [{"done": True}, {"deleted": True}])
async def test_of_a_ticket_that_is_over_no_message_is_known_by_whom_it_told(how: dict[str, Any]) -> None:
    town, _, _ = await unclear()
    await desk_step(town, Send, "ticket.there", fields={"ticket": "EDGE-1"})
    journal = town.journal._desks["tenant", "backend"]
    journal.shown["ticket:R-1:T-1:noon:ana"] = Delivery("https://example.com", "a:1", "1")
    await town.wait(1)
    await town.ticket_moves("EDGE-1", "", **how)
    assert not [key for key in journal.shown if key.startswith("ticket:") and key.endswith(":ana")]


async def test_what_is_older_than_what_is_known_is_not_believed() -> None:
    town, place = await ticketed()
    await town.wait(5)
    await town.ticket_moves("EDGE-1", "Reopened")
    await town.ticket_moves("EDGE-1", "Reopened")
    await town.ticket_moves("EDGE-1", "Done", done=True, happened="2026-11-23 10:01")
    assert ((await ticket(town)).status, len(town.in_thread(place))) == ("Reopened", 2)


async def test_what_is_opened_in_the_tracker_again_changes_nothing_here() -> None:
    town, place = await ticketed()
    await town.ticket_moves("EDGE-1", "Done", done=True)
    await town.ticket_moves("EDGE-1", "Reopened")
    assert (await tickets(town), len(town.in_thread(place))) == ([], 3)
    assert "Our developers are done with EDGE-1." in town.card()


async def test_a_ticket_deleted_in_the_tracker_is_told_to_whoever_made_it() -> None:
    town, place = await ticketed()
    await town.ticket_moves("EDGE-1", "", deleted=True)
    (told,) = letters(town)
    assert told.text.startswith("EDGE-1 was deleted in Jira. It was the ticket of R-1.")
    assert len(town.in_thread(place)) == 2
    assert "EDGE-1" not in town.card()
    assert await tickets(town) == []
    assert "summary" in [one.id for one in (await town.open("key", "R-1", ANA)).fields]


async def test_a_second_ticket_of_a_request_has_another_label() -> None:
    town, _ = await ticketed()
    await town.ticket_moves("EDGE-1", "Done", done=True)
    await town.press(Reopen, "R-1", OLGA)
    await town.press(Claim, "R-1", ANA)
    await town.send("leaf", "R-1", ANA, choice="ticket", **GIVEN)
    assert [one.ticket.label for one in town.teams.jira] == ["hotseat-backend-r-1", "hotseat-backend-r-1-t-2"]
    assert "You find it there as EDGE-2." in town.card()


# -- the handover ---------------------------------------------------------------------------------------------------


async def test_the_handover_lists_the_tickets_that_are_waited_for() -> None:
    town, _ = await ticketed()
    for number in range(2, 8):
        await town.post(f"printer {number} down", TOM)
        await town.wait(16)
        town.teams.says.append("" if number == 2 else f"EDGE-{number}")
        await town.send("leaf", f"R-{number}", ANA, choice="ticket", **GIVEN)
    await town.until("2026-11-25 09:00")
    card = next(one for one in town.in_team_channel() if one.key.startswith("handover:"))
    assert "Tickets waiting\nEDGE-1 (R-1), since Mon 23 Nov, 10:00" in card.text
    assert "R-2: Ana Lindqvist finds out whether Jira has the ticket" in card.text
    assert "… and 2 more" in card.text
    await town.ticket_moves("EDGE-1", "Done", done=True)
    assert "EDGE-1 (R-1)" not in card.text


async def test_the_handover_says_of_a_ticket_that_it_was_taken_back() -> None:
    town, _ = await ticketed(now="2026-11-25 08:55")
    await town.send("undo", "R-1", ANA)
    await town.until("2026-11-25 09:00")
    card = next(one for one in town.in_team_channel() if one.key.startswith("handover:"))
    assert "EDGE-1 (R-1), since 08:55, taken back" in card.text


# -- what Bugsnag tells of it ---------------------------------------------------------------------------------------


async def with_alerts(*alerts: Alert, jira: str = "EDGE") -> tuple[Town, FormCard]:
    """Return a town with a Jira and alerts, and the form for the cause of an error."""
    town = Town(jira=jira)
    await put(town, *map(PutAlert, alerts))
    await town.post("the label printer of gate 4 shows an error page")
    await town.send("triage", "R-1", ANA, choice="bug:no")
    return town, await sent(town, "triage", ANA, "exception:yes")


async def test_alerts_that_may_fit_are_offered_the_likeliest_first() -> None:
    old = alert(1, "2026-11-19 09:00")
    other = alert(2, "2026-11-23 09:50", error_class="Invoices::Missing", message="nothing to bill", where="")
    ended = replace(alert(3, "2026-11-23 09:40"), status=Status.RESOLVED)
    fits = replace(alert(4, "2026-11-23 09:30"), posts=(Post("C0/1", "https://acme.slack.com/archives/C0/p1"),))
    _, view = await with_alerts(old, other, ended, fits)
    offered = next(one for one in view.fields if one.id == "alert")
    assert [choice.id for choice in offered.choices] == ["A-4", "A-2", "none"]
    assert offered.choices[0].title == "A-4: Labels::PrinterOffline: printer gate-4 does not answer"
    assert [one.title for one in view.links] == ["A-4 in Bugsnag", "A-2 in Bugsnag"]
    assert "the likeliest first" in view.note


async def test_without_alerts_none_is_asked_for() -> None:
    _, view = await with_alerts()
    assert ([one.id for one in view.fields], view.links) == (["text"], ())


async def test_the_alert_that_was_chosen_goes_with_the_request_into_its_ticket() -> None:
    fits = replace(alert(4, "2026-11-23 09:30"), posts=(Post("C0/1", "https://acme.slack.com/archives/C0/p1"),))
    town, _ = await with_alerts(fits)
    await sent(town, "leaf", ANA, "cause", fields={"text": "The printer is offline.", "alert": "A-4"})
    menu = await town.open("support", "R-1", ANA)
    assert "Bugsnag: A-4, Labels::PrinterOffline: printer gate-4 does not answer" in menu.note
    assert menu.links == (Address("Open in Bugsnag", fits.latest.url),)
    await town.send("stops", "R-1", ANA, text="40 parcels wait", now="no")
    view = await town.open("triage", "R-1", ANA)
    besides = "when and how often it was seen, where in our code, Thread in Teams (R-1), Slack (A-4)"
    assert f"{besides}, Bugsnag: Labels::PrinterOffline." in view.note
    await put(town, PutAlert(replace(fits, status=Status.RESOLVED)))  # and is held no longer
    await town.send("leaf", "R-1", ANA, choice="ticket", **GIVEN)
    wording = town.teams.jira[0].ticket.draft
    assert (wording.about, wording.about_title) == (fits.latest.url, "Bugsnag: Labels::PrinterOffline")
    sections = {one.heading: one for one in wording.sections}
    assert sections["Seen"].text == (
        "shipping production 2026.47.1\nFirst Mon 23 Nov, 09:30, last Mon 23 Nov, 09:30\n120 occurrences, 1 user"
    )
    assert sections["In our code"].text == "app/labels/printer.rb:41\napp/labels/job.rb:7"
    assert [title for title, _ in sections["Links"].links] == [
        "Thread in Teams (R-1)",
        "Slack (A-4)",
        "Bugsnag: Labels::PrinterOffline",
    ]


async def test_a_choice_can_be_changed_and_taken_back() -> None:
    town, _ = await with_alerts(alert(4, "2026-11-23 09:30", url=""))
    await sent(town, "leaf", ANA, "cause", fields={"text": "The printer is offline.", "alert": "A-4"})
    assert (await town.open("support", "R-1", ANA)).links == ()
    await town.send("undo", "R-1", ANA)
    assert "A-4" not in (await town.open("support", "R-1", ANA)).note
    await sent(town, "leaf", ANA, "cause", fields={"text": "The printer is offline.", "alert": "none"})
    assert "A-4" not in (await town.open("support", "R-1", ANA)).note
    await sent(town, "leaf", ANA, "cause", fields={"text": "The printer is offline.", "alert": "A-4"})
    again = await town.open("triage", "R-1", ANA, "cause")
    assert value(again, "alert") == "A-4"
    await sent(town, "leaf", ANA, "cause", fields={"text": "It is something else.", "alert": "none"})
    assert "Bugsnag: A-4" not in (await town.open("support", "R-1", ANA)).note


async def test_by_hand_the_alert_that_was_chosen_stands_in_the_text_to_copy() -> None:
    town, _ = await with_alerts(alert(4, "2026-11-23 09:30"), jira="")
    await sent(town, "leaf", ANA, "cause", fields={"text": "The printer is offline.", "alert": "A-4"})
    await town.send("stops", "R-1", ANA, text="40 parcels wait", now="no")
    text = value(await town.open("triage", "R-1", ANA), "description")
    assert "Seen: shipping production 2026.47.1" in text
    assert f"Bugsnag: Labels::PrinterOffline: {ERROR.url.rpartition('/')[0]}" in text


async def test_a_letter_about_a_ticket_is_no_request() -> None:
    town, _, asked = await unclear()
    assert plain(asked.view) == asked.text
    assert "for the backend team" in word(
        await town.press(Send, "", OLGA, place=personal("olga"), step="ticket.again", choice="T-1")
    )
