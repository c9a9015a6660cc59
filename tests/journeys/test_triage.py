"""Triage: the nine questions, their leaves, and what a matter stops."""

from dataclasses import replace
from datetime import date

import pytest

from bot.decide.requests import addresses
from bot.effects import Answer, Dialog, Word
from bot.events import Claim, Open, PeopleImported, PersonRow, Reopen, Send, Separate, Solve
from bot.people import Author, Person
from bot.policy import Contact, Language, Page, Policy
from bot.rota.shift import Absence
from bot.state import DeskInfo
from bot.support.request import Answered, Outcome, Status
from bot.support.triage import GAP
from bot.views import Address, FormCard, Mention, ReplyCard, RequestCard
from tests.journeys.town import ANA, BEN, DILAN, EVA, FARID, OLGA, TOM, TRIAGE, Town, at
from tests.support.test_words import JARGON

NINE = ("bug", "exception", "quick", "training", "docs", "business", "data", "admin", "override")
DOCS = Page("API docs: labels", "https://docs.example.com/labels")
TOURS = Page("Tours of today", "https://admin.example.com/tours")
ESTIMATE = {"difficulty": "3", "difficulty_why": "two tables", "risk": "4", "risk_why": "invoices hang on it"}
GERMAN = Policy(language=Language.GERMAN)
GIVEN = Policy(documentation=(DOCS,), admin_pages=(TOURS,))


async def town_with(text: str = "label printer down", **more: object) -> tuple[Town, str]:
    """Return a town with one request, and its thread."""
    town = Town(**more)  # type: ignore[arg-type]
    return town, await town.post(text)


async def no_until(town: Town, question: str, by: Person = ANA) -> None:
    """Answer no to every question before one."""
    for one in NINE[: NINE.index(question)]:
        await town.send("triage", "R-1", by, choice=f"{one}:no")


def form(answer: Answer | None) -> FormCard:
    assert isinstance(answer, Dialog), answer
    assert isinstance(answer.view, FormCard)
    return answer.view


def value(view: FormCard, field: str) -> str:
    return next(one.value for one in view.fields if one.id == field)


def titles(view: FormCard) -> list[str]:
    return [button.title for row in view.rows for button in row.buttons]


def links(town: Town, request: str = "R-1") -> list[Address]:
    card = town.teams.messages[f"card:{request}"].view
    assert isinstance(card, RequestCard)
    assert len(card.presses) + len(card.opens) + len(card.links) + bool(card.thread) <= 3
    return list(card.links)


async def sent(town: Town, step: str, by: Author | Person, choice: str = "", **more: object) -> FormCard:
    more.setdefault("fields", {})
    return form(await town.press(Send, "R-1", by, step=step, choice=choice, **more))  # type: ignore[arg-type]


def word(answer: Answer | None) -> str:
    assert isinstance(answer, Word), answer
    return answer.text


# -- the questions --------------------------------------------------------------------------------------------------


async def test_the_menu_leads_to_both_and_each_of_the_nine_is_two_presses_away() -> None:
    town, _ = await town_with()
    menu = await town.open("support", "R-1", ANA)
    assert {"What is it?", "What does it stop?"} <= set(titles(menu))
    first = await town.open("triage", "R-1", ANA)
    assert first.note == TRIAGE.questions["bug"].asks
    jumps = next(row for row in first.rows if row.heading == "Or go to")
    assert jumps.buttons[0].choice == "bug"
    for one in NINE:
        assert (await town.open("triage", "R-1", ANA, one)).note == TRIAGE.questions[one].asks
    assert (await town.request()).status is Status.OPEN


async def test_the_nine_come_in_the_wikis_order_and_none_of_them_asks_what_it_stops() -> None:
    town, _ = await town_with()
    for number, one in enumerate(NINE, 1):
        answer = await town.press(Open, "R-1", ANA, step="triage")
        assert isinstance(answer, Dialog)
        assert answer.title == f"What is it? {number} of 9"
        assert form(answer).note.startswith(TRIAGE.questions[one].asks)
        await town.send("triage", "R-1", ANA, choice=f"{one}:no")
    assert [field.id for field in (await town.open("triage", "R-1", ANA)).fields] == ["text", "now"]


@pytest.mark.parametrize(
    ("question", "fields", "outcome", "reply"),
    [
        (
            "verify:no",
            {"text": "It does what it is meant to do."},
            Outcome.EXPLAINED,
            "It does what it is meant to do.",
        ),
        ("quick:yes", {"text": "Press F5."}, Outcome.ANSWERED, "Press F5."),
        ("training:yes", {"text": "They will call you.", "who": "0,1"}, Outcome.TRAINING, "They will call you."),
        (
            "docs:yes",
            {"text": "See here.", "page": DOCS.url},
            Outcome.DOCS,
            f"See here.\n{DOCS.title}: {DOCS.url}",
        ),
        ("business:yes", {"text": "Please ask sales."}, Outcome.REDIRECTED, "Please ask sales."),
        ("data:yes", {"text": "Reports, then Export."}, Outcome.SELF_SERVICE, "Reports, then Export."),
        (
            "admin:yes",
            {"text": "Here.", "page": TOURS.url, "link": "https://admin.example.com/x"},
            Outcome.ADMIN_PAGE,
            f"Here.\n{TOURS.title}: {TOURS.url}\nhttps://admin.example.com/x",
        ),
        (
            "override:yes",
            {"text": "We would rather not.", **ESTIMATE, "alternatives": "0,2"},
            Outcome.OVERRIDE_REFUSED,
            (
                "We would rather not.\nPlease start it again; it then runs anew from the beginning.\n"
                "Please leave it as it is and create another one with the right data."
            ),
        ),
    ],
)
async def test_yes_leads_to_a_reply_that_closes_with_its_outcome(
    question: str, fields: dict[str, str], outcome: Outcome, reply: str
) -> None:
    town, place = await town_with(policy=GIVEN)
    if question == "verify:no":
        await town.send("triage", "R-1", ANA, choice="bug:yes")
    else:
        await no_until(town, question.partition(":")[0])
    leaf = await sent(town, "triage", ANA, question)
    choice = next(button.choice for row in leaf.rows for button in row.buttons if button.verb == "send")
    answer = await town.send("leaf", "R-1", ANA, choice=choice, **fields)
    assert answer.startswith("Sent and closed.")
    assert f"{ANA.name}:\n{reply}" in town.in_thread(place)[0]
    request = await town.request()
    assert (request.status, request.outcome, request.claimer) == (Status.CLOSED, outcome, Author("ana", ANA.name))
    assert request.responded_at == town.now


@pytest.mark.parametrize("leaf", list(TRIAGE.leaves))
async def test_each_leaf_has_a_reply_ready_in_the_desks_language(leaf: str) -> None:
    for language in Language:
        town, _ = await town_with(policy=Policy(language=language))
        view = await town.open("triage", "R-1", ANA, leaf)
        assert value(view, "text") == TRIAGE.leaves[leaf].replies[language]
        assert view.note.startswith(TRIAGE.leaves[leaf].title)
        assert "Ask a question" in titles(view)
        assert any(b.choice == "stops" and b.verb == "open" for row in view.rows for b in row.buttons)


async def test_a_german_desk_replies_and_closes_in_german() -> None:
    town, place = await town_with("Drucker kaputt", policy=GERMAN)
    view = await town.open("triage", "R-1", ANA, "train")
    await town.send("leaf", "R-1", ANA, choice="train", text=value(view, "text"), who="0,1")
    assert "Ich gebe es an die weiter" in town.in_thread(place)[0]
    assert town.in_thread(place)[0].endswith("Dana und Josi")
    assert "Weitergegeben." in town.card()


async def test_an_answer_claims_what_nobody_had_and_is_the_first_response() -> None:
    town, _ = await town_with()
    await town.wait(2)
    view = await sent(town, "triage", ANA, "bug:no")
    assert (view.note, view.trail) == (TRIAGE.questions["exception"].asks, "Bug: no (Ana Lindqvist)")
    request = await town.request()
    assert (request.status, request.claimer, request.responded_at) == (
        Status.ACKNOWLEDGED,
        Author("ana", ANA.name),
        town.now,
    )
    assert "Ana Lindqvist is looking into it." in town.card()
    assert town.in_thread(request.place) == []


async def test_where_one_stopped_one_goes_on_after_a_restart_too() -> None:
    town, _ = await town_with()
    await no_until(town, "docs")
    await town.restart()
    view = await town.open("triage", "R-1", ANA)
    assert view.note.startswith(TRIAGE.questions["docs"].asks)
    assert "Training: no" in titles(view)


async def test_two_people_in_the_same_tree_see_each_others_answers() -> None:
    town, _ = await town_with()
    await town.send("triage", "R-1", ANA, choice="bug:no")
    await town.send("triage", "R-1", BEN, choice="exception:no")
    view = await town.open("triage", "R-1", ANA)
    assert view.trail == "Bug: no (Ana Lindqvist) · Error page: no (Ben Okafor)"
    assert (await town.request()).claimer == Author("ana", ANA.name)


async def test_what_was_found_out_stands_in_one_line_and_says_what_a_yes_to_the_last_question_means() -> None:
    town, _ = await town_with()
    await no_until(town, "quick")
    await town.send("triage", "R-1", BEN, choice="quick:no")
    view = await sent(town, "stops", BEN, fields={"text": "all\ndrivers", "now": "yes"})
    assert view.trail == (
        "Bug, Error page: no (Ana Lindqvist) · Quick answer: no (Ben Okafor) · "
        "Affected: all drivers (Ben Okafor) · Workaround at once: yes (Ben Okafor)"
    )


async def test_an_answer_that_a_colleague_gave_meanwhile_is_not_overwritten() -> None:
    town, _ = await town_with()
    old = (await town.open("triage", "R-1", BEN)).rows[0].buttons[0]
    await town.send("triage", "R-1", ANA, choice="bug:no")
    view = await sent(town, "triage", BEN, "bug:yes", form=old.form, seen=old.seen)
    assert view.error == "Ana Lindqvist answered “Bug” meanwhile: no. Here is where it stands."
    assert view.note.startswith(TRIAGE.questions["exception"].asks)
    assert (await town.request()).triage == (Answered("bug", "no", "ana"),)


async def test_a_colleagues_answer_can_be_changed_by_whoever_has_seen_it() -> None:
    town, _ = await town_with()
    await town.send("triage", "R-1", ANA, choice="bug:no")
    seen = (await town.open("triage", "R-1", BEN, "bug")).rows[0].buttons[0].seen
    view = await sent(town, "triage", BEN, "bug:yes", seen=seen)
    assert view.note.startswith(TRIAGE.questions["verify"].asks)
    assert (await town.request()).triage == (Answered("bug", "yes", "ben"),)


async def test_back_leads_to_the_question_before_and_from_the_first_to_the_menu() -> None:
    town, _ = await town_with()

    async def back(view: FormCard) -> FormCard:
        button = next(b for row in view.rows for b in row.buttons if b.title == "Back")
        return await town.open(button.step, "R-1", ANA, button.choice)

    await town.send("triage", "R-1", ANA, choice="bug:no")
    view = await back(await sent(town, "triage", ANA, "exception:yes"))
    assert view.note.startswith(TRIAGE.questions["exception"].asks)
    view = await back(view)
    assert view.note.startswith(TRIAGE.questions["bug"].asks)
    assert "What is it?" in titles(await back(view))
    assert (await back(await town.open("triage", "R-1", ANA, "docs"))).note.startswith(
        TRIAGE.questions["training"].asks
    )


async def test_who_goes_back_and_answers_otherwise_goes_another_way() -> None:
    town, _ = await town_with()
    await town.send("triage", "R-1", ANA, choice="bug:yes")
    await town.send("triage", "R-1", ANA, choice="bug:no")
    assert (await town.open("triage", "R-1", ANA)).note.startswith(TRIAGE.questions["exception"].asks)


async def test_who_jumps_goes_on_from_there_past_what_is_answered() -> None:
    town, _ = await town_with()
    await town.send("triage", "R-1", ANA, choice="training:no")
    view = await sent(town, "triage", ANA, "quick:no")
    assert view.note.startswith(TRIAGE.questions["docs"].asks)


async def test_an_answer_can_be_taken_back_and_the_first_gives_the_request_back() -> None:
    town, _ = await town_with()
    due = (await town.request()).due_at
    await town.send("triage", "R-1", ANA, choice="bug:no")
    assert "Undo: said no to “Bug”" in titles(await town.open("support", "R-1", ANA))
    await town.send("undo", "R-1", ANA)
    request = await town.request()
    assert (request.status, request.due_at, request.triage, request.claimer) == (Status.OPEN, due, (), None)


async def test_an_answer_sent_twice_counts_once_and_shows_where_the_tree_stands() -> None:
    town, _ = await town_with()
    await sent(town, "triage", ANA, "bug:no", form="F")
    deed = (await town.request()).deed
    assert deed is not None
    event = Send(
        key=deed.key,
        happened_at=town.now,
        place=(await town.request()).place,
        author=Author("ana", ANA.name),
        request="R-1",
        card="card:R-1",
        step="triage",
        choice="bug:no",
        form="F",
    )
    view = form(await town._handle(event))
    assert view.note.startswith(TRIAGE.questions["exception"].asks)
    assert (await town.request()).deed == deed


async def test_a_long_way_through_the_tree_never_makes_a_forms_name_longer() -> None:
    town, _ = await town_with()
    view = await town.open("triage", "R-1", ANA)
    for one in NINE:
        opening = view.rows[0].buttons[0].form
        key = f"form|ana|{opening}|{one}"
        event = Send(
            key=key,
            happened_at=town.now,
            place=(await town.request()).place,
            author=Author("ana", ANA.name),
            request="R-1",
            card="card:R-1",
            step="triage",
            choice=f"{one}:no",
            form=opening,
        )
        view = form(await town._handle(event))
    assert len(view.rows[0].buttons[0].form) == 32


@pytest.mark.parametrize(
    ("step", "choice"),
    [("triage", "nonsense:yes"), ("triage", "bug"), ("triage", "bug:perhaps"), ("triage", "stops:no"), ("leaf", "x")],
)
async def test_an_absurd_answer_changes_nothing(step: str, choice: str) -> None:
    town, _ = await town_with()
    assert "older card" in await town.send(step, "R-1", ANA, choice=choice)
    assert (await town.request()).status is Status.OPEN


async def test_what_the_tree_does_not_know_any_more_is_passed_over() -> None:
    town, _ = await town_with()
    await town.send("triage", "R-1", ANA, choice="bug:no")
    desk = await town.desk()
    standing = desk._standing
    assert standing is not None
    old = (Answered("gone", "yes", "zoe"), Answered("bug", "no", "zoe"), Answered("_told gone", "sent", "zoe"))
    standing.put(replace(await town.request(), triage=old))
    view = await town.open("triage", "R-1", ANA)
    assert (view.note, view.trail) == (TRIAGE.questions["exception"].asks, "Bug: no (former colleague)")


async def test_a_desk_without_a_tree_says_so_kindly() -> None:
    town, _ = await town_with()
    town.almanac = type(town.almanac)(frozenset())
    await town.restart()
    for step in ("triage", "stops"):
        assert "older card" in word(await town.press(Open, "R-1", ANA, step=step))


@pytest.mark.parametrize("who", [DILAN, EVA, TOM, OLGA])
@pytest.mark.parametrize("step", ["triage", "stops", "leaf"])
async def test_only_support_finds_out(who: Author | Person, step: str) -> None:
    town, _ = await town_with()
    assert "on duty" in word(await town.press(Open, "R-1", who, step=step))
    assert "on duty" in await town.send(step, "R-1", who, choice="bug:no")
    assert (await town.request()).triage == ()


@pytest.mark.parametrize(
    ("step", "choice"), [("triage", "bug:no"), ("stops", ""), ("leaf", "answer"), ("leaf", "ticket")]
)
async def test_what_is_closed_meanwhile_is_refused(step: str, choice: str) -> None:
    town, place = await town_with()
    await town.press(Solve, "R-1", OLGA)
    answer = await town.send(step, "R-1", ANA, choice=choice, text="Press F5.", impact="all", now="no")
    assert answer.startswith("R-1 is already closed, by Olga Brandt.\nWhat you wrote. Nothing was sent.\nPress F5.")
    assert word(await town.press(Open, "R-1", ANA, step=step)) == "R-1 is already closed, by Olga Brandt."
    assert town.in_thread(place) == []


async def test_what_goes_with_another_is_found_out_there() -> None:
    town, _ = await town_with()
    await town.post("and the scanner")
    assert word(await town.press(Open, "R-2", ANA, step="triage")).startswith("R-2 goes with R-1.")
    await town.press(Separate, "R-2", ANA)
    assert (await town.open("triage", "R-2", ANA)).note == TRIAGE.questions["bug"].asks


# -- the leaves -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "Write something first."),
        ({"text": " \u200b "}, "Write something first."),
        ({"text": "x" * 20_000}, "At most 3000 characters"),
        ({"text": "\U0001f5a8" * 3000}, "too long to be sent whole"),
        ({"text": f"Here is the answer: {GAP}"}, f"Put your own words where {GAP} stands."),
    ],
)
async def test_a_reply_that_cannot_go_out_comes_back(fields: dict[str, str], error: str) -> None:
    town, place = await town_with()
    view = await sent(town, "leaf", ANA, "answer", fields=fields)
    assert error in view.error
    assert value(view, "text")
    assert town.in_thread(place) == []
    assert (await town.request()).status is Status.OPEN


async def test_a_reply_overtaken_by_a_colleague_comes_back_as_it_was_written() -> None:
    town, place = await town_with()
    old = (await town.open("triage", "R-1", ANA, "answer")).rows[0].buttons[0]
    await town.send("triage", "R-1", BEN, choice="bug:no")
    fields = {"text": "Press F5."}
    view = await sent(town, "leaf", ANA, "answer", fields=fields, form=old.form, seen=old.seen)
    assert "Ben Okafor said no to “Bug” meanwhile (10:00)." in view.error
    assert value(view, "text") == "Press F5."
    again = view.rows[0].buttons[0]
    assert (await sent(town, "leaf", ANA, "answer", fields=fields, form=again.form, seen=again.seen)).title == (
        "Sent and closed."
    )
    assert len(town.in_thread(place)) == 1
    assert "Ana Lindqvist closed R-1, which you had." in town.to(BEN)[-1].text


async def test_a_closing_reply_can_be_taken_back() -> None:
    town, place = await town_with()
    await town.send("triage", "R-1", ANA, choice="bug:no")
    assert "[Undo]" in await town.send("leaf", "R-1", ANA, choice="answer", text="Press F5.")
    await town.send("undo", "R-1", ANA)
    assert "Ana Lindqvist took this back." in town.in_thread(place)[0]
    request = await town.request()
    assert (request.status, request.triage) == (Status.ACKNOWLEDGED, (Answered("bug", "no", "ana"),))


async def test_what_is_opened_again_is_found_out_anew_but_its_record_stays() -> None:
    town, _ = await town_with()
    await town.send("triage", "R-1", ANA, choice="bug:no")
    await town.send("leaf", "R-1", ANA, choice="answer", text="Press F5.")
    await town.wait(11)
    await town.press(Reopen, "R-1", OLGA)
    assert (await town.open("triage", "R-1", ANA)).note == TRIAGE.questions["bug"].asks
    await town.send("triage", "R-1", ANA, choice="bug:yes")
    answers = [(one.question, one.answer) for one in (await town.request()).triage]
    assert answers == [("bug", "no"), ("_end", "answered"), ("bug", "yes")]


@pytest.mark.parametrize(
    ("link", "error"),
    [
        ("", "Choose the documentation page first, or paste a link to it."),
        ("http://docs.example.com", "it must begin with https://"),
        ("javascript:alert(1)", "it must begin with https://"),
        ("https://docs.example.com/a b", "it must begin with https://"),
        ("https://" + "x" * 20_000, "it must begin with https://"),
    ],
)
async def test_only_an_https_link_can_be_pasted(link: str, error: str) -> None:
    town, place = await town_with()
    view = await sent(town, "leaf", ANA, "document", fields={"text": "See here.", "link": link})
    assert error in view.error
    assert value(view, "link") == link
    assert town.in_thread(place) == []


async def test_an_empty_list_says_what_an_admin_can_do_and_takes_a_link() -> None:
    town, place = await town_with()
    view = await town.open("triage", "R-1", ANA, "admin_page")
    assert "No admin pages are listed yet: an admin can add them with policy." in view.note
    assert [field.id for field in view.fields] == ["link", "text"]
    await town.send("leaf", "R-1", ANA, choice="admin_page", text="Here.", link="https://admin.example.com/tours")
    assert town.in_thread(place)[0].endswith("Here.\nhttps://admin.example.com/tours")


async def test_the_pages_that_share_words_with_the_request_come_first() -> None:
    other = Page("Invoices", "https://docs.example.com/invoices")
    town, _ = await town_with("the labels are wrong", policy=Policy(documentation=(other, DOCS)))
    view = await town.open("triage", "R-1", ANA, "document")
    assert [choice.title for choice in view.fields[0].choices] == [DOCS.title, other.title]


async def test_a_link_within_the_words_is_enough() -> None:
    town, _ = await town_with(policy=GIVEN)
    await town.send("leaf", "R-1", ANA, choice="document", text="See https://docs.example.com/x.", page="https://gone")
    assert (await town.request()).outcome is Outcome.DOCS


async def test_a_reply_that_is_too_long_with_what_is_added_comes_back() -> None:
    town, _ = await town_with(policy=GIVEN)
    view = await sent(town, "leaf", ANA, "document", fields={"text": "x" * 2990, "page": DOCS.url})
    assert "with what is added" in view.error


async def test_training_contacts_are_really_mentioned_where_they_are_known() -> None:
    contacts = (Contact("Dana", "dana-id"), Contact("Josi"), Contact("Kim", "kim-id"))
    town, place = await town_with(policy=Policy(training=contacts))
    view = await town.open("triage", "R-1", ANA, "train")
    assert value(view, "who") == "0,1,2"
    assert "mentioned where I know them" in view.fields[0].label
    await town.send("leaf", "R-1", ANA, choice="train", text="They will call you.", who="0,1,2")
    card = town.teams.sent[-1].view
    assert isinstance(card, ReplyCard)
    assert card.headline.parts == (Mention("dana-id", "Dana"), ", ", "Josi", " and ", Mention("kim-id", "Kim"))
    assert card.calls
    assert "Passed on." in town.card()
    await town.send("undo", "R-1", ANA)
    assert "@Dana" not in town.in_thread(place)[0]


async def test_somebody_must_be_chosen_to_pass_a_training_on_to() -> None:
    town, place = await town_with()
    view = await sent(town, "leaf", ANA, "train", fields={"text": "They will call you.", "who": "7"})
    assert view.error == "Choose at least one person to pass it on to."
    assert town.in_thread(place) == []


async def test_without_training_contacts_one_writes_who_it_is() -> None:
    town, place = await town_with(policy=Policy(training=()))
    view = await town.open("triage", "R-1", ANA, "train")
    assert "an admin can add them with policy" in view.note
    for who, error in (("", "Say to whom you pass it on."), ("x" * 400, "At most 300 characters in one line")):
        view = await sent(town, "leaf", ANA, "train", fields={"text": "They will call you.", "who": who})
        assert error in view.error
    await town.send("leaf", "R-1", ANA, choice="train", text="They will call you.", who="Dana")
    assert town.in_thread(place)[0].endswith("They will call you.\nDana")


# -- changing data by hand ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", list(ESTIMATE))
async def test_difficulty_and_risk_are_estimated_with_reasons_first(missing: str) -> None:
    town, place = await town_with()
    fields = {**ESTIMATE, "text": "We would rather not.", missing: "9" if missing in ("difficulty", "risk") else " "}
    view = await sent(town, "leaf", ANA, "refuse", fields=fields)
    assert f"Estimate the {missing.partition('_')[0]} first, from 1 to 5, and say why." in view.error
    assert value(view, "text") == "We would rather not."
    assert town.in_thread(place) == []


async def test_a_reason_of_20_kb_comes_back() -> None:
    town, _ = await town_with()
    fields = {**ESTIMATE, "text": "We would rather not.", "risk_why": "x" * 20_000}
    view = await sent(town, "leaf", ANA, "refuse", fields=fields)
    assert "At most 300 characters in one line, please; these are 20000." in view.error
    assert (value(view, "risk_why"), value(view, "text")) == (fields["risk_why"], "We would rather not.")


async def test_the_estimate_stays_on_the_record() -> None:
    town, _ = await town_with()
    await town.send("leaf", "R-1", ANA, choice="refuse", text="No.", **ESTIMATE, alternatives="0")
    assert (await town.request()).triage[0].answer == "difficulty 3 (two tables), risk 4 (invoices hang on it)"
    assert "Answered." in town.card()


async def test_what_was_refused_can_be_done_all_the_same_with_the_estimate_as_it_was() -> None:
    town, _ = await town_with()
    await town.send("leaf", "R-1", BEN, choice="refuse", text="We would rather not.", **ESTIMATE)
    assert "Done all the same…" not in titles(await town.open("triage", "R-1", BEN))
    view = await town.open("triage", "R-1", ANA)
    button = next(button for row in view.rows for button in row.buttons if button.title == "Done all the same…")
    form = await town.open(button.step, "R-1", ANA, button.choice)
    assert [field.id for field in form.fields] == ["reason", "text"]
    await town.send("leaf", "R-1", ANA, choice="changed", text="It is changed.", reason="the customer waits")
    request = await town.request()
    assert request.outcome is Outcome.OVERRIDE_DONE
    assert "risk 4 (invoices hang on it); done: the customer waits" in repr(request.triage)


async def test_a_refusal_that_offers_nothing_else_asks_what_it_stops() -> None:
    town, place = await town_with()
    view = await sent(town, "leaf", ANA, "refuse", fields={"text": "We would rather not.", **ESTIMATE})
    assert view.note.split("\n")[0] == "Sent."
    assert "risk 4 (invoices hang on it) (Ana Lindqvist)" in view.trail
    assert [choice.id for choice in view.fields[1].choices] == ["yes", "no", "ended"]
    assert "We would rather not." in town.in_thread(place)[0]
    assert (await town.request()).status is Status.ACKNOWLEDGED
    await town.send("stops", "R-1", ANA, now="ended")
    request = await town.request()
    assert (request.outcome, len(town.in_thread(place))) == (Outcome.OVERRIDE_REFUSED, 1)


async def test_done_all_the_same_is_for_whoever_has_production_access_and_needs_a_reason() -> None:
    town, place = await town_with()
    assert "Done all the same…" in titles(await town.open("triage", "R-1", ANA, "refuse"))
    view = await sent(town, "leaf", ANA, "refuse:done", fields={**ESTIMATE, "text": "We would rather not."})
    assert value(view, "difficulty_why") == "two tables"
    assert value(view, "text") == "We have changed it this time. Please have a look whether it is right now."
    for reason, error in (("", "Say why it was done all the same."), ("x" * 301, "At most 300 characters")):
        view = await sent(town, "leaf", ANA, "changed", fields={**ESTIMATE, "text": "Done.", "reason": reason})
        assert error in view.error
    await town.send("leaf", "R-1", ANA, choice="changed", text="Done.", **ESTIMATE, reason="the customer waits")
    request = await town.request()
    assert request.outcome is Outcome.OVERRIDE_DONE
    assert request.triage[0].answer.endswith("; done: the customer waits")
    assert "the customer waits" not in "".join(town.in_thread(place))


async def test_done_without_an_estimate_or_overtaken_comes_back() -> None:
    town, _ = await town_with()
    assert "Estimate the difficulty first" in (await sent(town, "leaf", ANA, "refuse:done")).error
    await town.send("triage", "R-1", BEN, choice="bug:no")
    view = await sent(town, "leaf", ANA, "refuse:done", fields=ESTIMATE, seen="0")
    assert "Ben Okafor said no" in view.error
    assert value(view, "risk") == "4"


async def test_whoever_has_no_production_access_hears_who_could() -> None:
    town, place = await town_with()
    view = await town.open("triage", "R-1", BEN, "refuse")
    refusal = "Only somebody on duty with production access may say that it was done. Ana Lindqvist has it."
    assert refusal in view.note
    assert "Done all the same…" not in titles(view)
    assert (await town.send("leaf", "R-1", BEN, choice="refuse:done", **ESTIMATE)).startswith(refusal)
    changed = await town.send("leaf", "R-1", BEN, choice="changed", text="Done.", **ESTIMATE, reason="so")
    assert changed.startswith(refusal)
    assert word(await town.press(Open, "R-1", BEN, step="triage", choice="changed")) == refusal
    assert town.in_thread(place) == []
    friday, _ = await town_with(now="2026-11-20 10:00")
    assert "Ana Lindqvist and Chen Wei have it." in (await friday.open("triage", "R-1", BEN, "refuse")).note
    away = Absence("ana", at("2026-11-23 00:00"), at("2026-11-24 00:00"))
    alone, _ = await town_with(absences=(away,))
    assert "and nobody is there now." in (await alone.open("triage", "R-1", BEN, "refuse")).note


# -- what does it stop? ---------------------------------------------------------------------------------------------


async def test_a_verified_bug_that_can_wait_becomes_a_ticket_and_closes_at_once() -> None:
    town, place = await town_with()
    await town.send("triage", "R-1", ANA, choice="bug:yes")
    view = await sent(town, "triage", ANA, "verify:yes")
    assert [field.id for field in view.fields] == ["text", "now"]
    assert [choice.id for choice in view.fields[1].choices] == ["yes", "no"]
    view = await sent(town, "stops", ANA, fields={"text": "40 parcels wait", "now": "no"})
    assert value(view, "summary") == "label printer down"
    description = value(view, "description")
    for part in ("label printer down", "Impact: 40 parcels wait", "Olga Brandt", addresses.thread(town.info, place)):
        assert part in description
    assert view.links == ()
    await town.send("leaf", "R-1", ANA, choice="ticket", text=value(view, "text"), ticket="edge-12")
    said_there = town.in_thread(place)[0]
    assert "Finding the cause and mending it is with them now" in said_there
    assert said_there.endswith("You find it there as EDGE-12.")
    assert (await town.request()).outcome is Outcome.TICKET
    assert "Passed to our developers" in town.card()


async def test_a_workaround_comes_first_and_the_ticket_follows() -> None:
    town, place = await town_with()
    view = await sent(town, "stops", BEN, fields={"text": "the dock stands still", "now": "yes"})
    assert value(view, "text").endswith(GAP)
    view = await sent(town, "leaf", BEN, "workaround", fields={"text": "Print them from the admin panel."})
    assert view.note.startswith("Sent.\nA ticket has the cause")
    request = await town.request()
    assert (request.status, request.claimer) == (Status.ACKNOWLEDGED, Author("ben", BEN.name))
    assert "Print them from the admin panel." in town.in_thread(place)[0]
    back = next(b for row in view.rows for b in row.buttons if b.title == "What does it stop?")
    assert value(await town.open(back.step, "R-1", BEN, back.choice), "text") == "the dock stands still"
    resumed = await town.open("stops", "R-1", ANA)
    assert "the dock stands still" in value(resumed, "description")
    assert "press *Close, the key follows*" in await town.send(
        "leaf", "R-1", BEN, choice="ticket", text="They have it."
    )
    await town.send("leaf", "R-1", BEN, choice="ticket:later", text="Our developers have it.", ticket="")
    assert (await town.request()).outcome is Outcome.WORKAROUND
    assert len(town.in_thread(place)) == 2


async def worked_around(now: str = "2026-11-23 10:00") -> tuple[Town, str]:
    """Return a town in which Ana gave a workaround and left the ticket for later, and the thread."""
    town, place = await town_with(now=now, policy=Policy(jira_project="https://jira.example.com"))
    await town.send("stops", "R-1", ANA, text="all drivers", now="yes")
    await town.send("leaf", "R-1", ANA, choice="workaround", text="Print at gate B.")
    return town, place


@pytest.mark.parametrize(
    ("how", "card"),
    [
        ("requester", "Olga Brandt closed R-1, which you had. The ticket of R-1 is still to be made."),
        ("claimer", "The ticket of R-1 is still to be made."),
        ("colleague", "Ben Okafor closed R-1, which you had. The ticket of R-1 is still to be made."),
        ("close", "The ticket of R-1 is still to be made."),
        ("phone", "The ticket of R-1 is still to be made."),
    ],
)
async def test_what_ends_after_a_workaround_is_no_answer_and_its_ticket_is_not_forgotten(how: str, card: str) -> None:
    town, _ = await worked_around()
    pressers: dict[str, Author | Person] = {"requester": OLGA, "colleague": BEN}
    if how == "close":
        view = await town.open("close", "R-1", ANA)
        assert [choice.id for choice in view.fields[0].choices] == ["workaround"]
        assert "Choose how it ended." in await town.send("close", "R-1", ANA, choice="close", outcome="answered")
        await town.send("close", "R-1", ANA, choice="close", outcome="workaround")
    elif how == "phone":
        await town.send("phone", "R-1", ANA, text="We spoke on the phone.", then="closed")
    else:
        await town.press(Solve, "R-1", pressers.get(how, ANA))
    assert (await town.request()).outcome is Outcome.WORKAROUND
    (told,) = town.to(ANA)
    assert told.text.startswith(card)
    assert "[Support…]" in told.text
    assert "The ticket's key" in titles(await town.open("support", "R-1", ANA, card=told.key))
    await sent(town, "undo", pressers.get(how, ANA))
    assert "took this back" in told.text
    assert (await town.request()).status is Status.ACKNOWLEDGED
    assert value(await town.open("triage", "R-1", ANA), "description")


async def test_the_ticket_that_is_still_to_be_made_is_made_from_the_menu_of_what_ended() -> None:
    town, place = await worked_around()
    await town.reply(place, "Gate B works.", OLGA)
    await town.press(Solve, "R-1", OLGA)
    view = await town.open("key", "R-1", ANA)
    assert value(view, "summary") == "label printer down"
    assert "Impact: all drivers" in value(view, "description")
    assert view.links == (Address("Open Jira", "https://jira.example.com"),)
    await sent(town, "key", ANA, fields={"ticket": "EDGE-12"})
    link = "https://jira.example.com/browse/EDGE-12"
    assert f"The ticket of R-1 is {link}." in [message.text for message in town.to(ANA)]
    view = await town.open("key", "R-1", ANA)
    assert ([field.id for field in view.fields], view.links) == (["ticket"], ())
    await town.wait(11)
    await town.press(Reopen, "R-1", OLGA)
    await town.press(Solve, "R-1", OLGA)
    assert (await town.request()).outcome is Outcome.SOLVED_BY_REQUESTER


async def test_a_ticket_whose_key_was_taken_back_is_still_to_be_made() -> None:
    town, _ = await worked_around()
    await town.press(Solve, "R-1", OLGA)
    (told,) = town.to(ANA)
    first = told.text
    await sent(town, "key", ANA, fields={"ticket": "EDGE-12"})
    await sent(town, "undo", ANA)
    assert (told.text, len(town.to(ANA))) == (first, 1)
    await sent(town, "key", ANA, fields={"ticket": "EDGE-12"})
    await sent(town, "key", ANA, fields={"ticket": "EDGE-13"})
    await sent(town, "undo", ANA)
    assert told.text == "The ticket of R-1 is https://jira.example.com/browse/EDGE-12."


async def test_the_text_of_a_ticket_whose_key_follows_is_at_hand_after_the_end() -> None:
    town, _ = await worked_around()
    await town.send("leaf", "R-1", ANA, choice="ticket:later", text="Our developers have it.", ticket="")
    assert "Impact: all drivers" in value(await town.open("key", "R-1", ANA), "description")


OWED = "The ticket of R-1 is still to be made."


async def test_a_ticket_still_to_be_made_is_told_in_the_morning_where_its_request_ended_at_night() -> None:
    town, _ = await worked_around("2026-11-23 17:50")
    await town.until("2026-11-23 18:10")
    await town.press(Solve, "R-1", OLGA)
    assert ((await town.request()).outcome, town.to(ANA)) == (Outcome.WORKAROUND, [])
    await town.restart()
    await town.until("2026-11-24 08:59")
    assert town.to(ANA) == []
    await town.until("2026-11-24 14:00")
    (told,) = town.to(ANA)
    assert told.text.startswith(f"Olga Brandt closed R-1, which you had. {OWED}")
    assert "[Support…]" in told.text
    await sent(town, "key", ANA, fields={"ticket": "EDGE-12"})
    assert told.text == "The ticket of R-1 is https://jira.example.com/browse/EDGE-12."


async def test_a_ticket_whose_key_was_taken_back_at_night_is_told_in_the_morning() -> None:
    town, _ = await worked_around("2026-11-23 17:50")
    await town.until("2026-11-23 18:10")
    await town.press(Solve, "R-1", OLGA)
    await town.wait(1)
    await sent(town, "key", ANA, fields={"ticket": "EDGE-12"})
    await sent(town, "undo", ANA)
    await town.until("2026-11-24 09:00")
    assert [OWED in one.text for one in town.to(ANA)] == [True]


async def test_a_ticket_still_to_be_made_is_told_whoever_was_away_when_they_are_back() -> None:
    town, _ = await worked_around()
    await town.write("away 45", ANA)
    told = len(town.to(ANA))
    await town.press(Solve, "R-1", BEN)
    await town.wait(44)
    assert len(town.to(ANA)) == told
    await town.until("2026-11-24 09:00")
    assert town.to(ANA)[-1].text.startswith(f"Ben Okafor closed R-1, which you had. {OWED}")


@pytest.mark.parametrize("end", ["resume", "2h"])
async def test_a_ticket_still_to_be_made_is_told_when_a_pause_is_over(end: str) -> None:
    town, _ = await worked_around()
    await town.write("pause 2h" if end == "2h" else "pause", FARID)
    await town.wait(115)
    await town.press(Solve, "R-1", OLGA)
    assert town.to(ANA) == []
    if end == "resume":
        await town.write("resume", FARID)
    await town.wait(5)
    (told,) = town.to(ANA)
    assert told.text.startswith(f"Olga Brandt closed R-1, which you had. {OWED}")
    await town.send("undo", "R-1", OLGA)
    assert "took this back" in told.text


@pytest.mark.parametrize("after", ["key", "undo", "again", "left"])
async def test_a_ticket_is_not_told_in_the_morning_that_is_made_or_whose_request_is_open_again(after: str) -> None:
    town, place = await worked_around("2026-11-23 17:50")
    await town.until("2026-11-23 18:10")
    await town.press(Solve, "R-1", OLGA)
    if after == "key":
        await sent(town, "key", ANA, fields={"ticket": "EDGE-12"})
    elif after == "undo":
        await town.send("undo", "R-1", OLGA)
    elif after == "again":
        await town.reply(place, "it is down again", OLGA)
    else:
        row = PersonRow("line 2", replace(ANA, left=date(2026, 11, 23)), frozenset({"left"}))
        await (await town.desk()).handle(PeopleImported(key="gone", happened_at=town.now, rows=(row,)))
    await town.until("2026-11-24 14:00")
    assert not [one for one in town.to(ANA) if OWED in one.text]


async def test_nobody_hears_of_a_ticket_where_nobody_has_the_matter() -> None:
    town, _ = await worked_around()
    await town.send("back", "R-1", ANA)
    told = len(town.to(ANA))
    await town.press(Solve, "R-1", OLGA)
    assert ((await town.request()).outcome, len(town.to(ANA))) == (Outcome.WORKAROUND, told)
    await sent(town, "key", BEN, fields={"ticket": "EDGE-12"})
    assert ("You find it there as EDGE-12." in town.card(), len(town.to(ANA))) == (True, told)


async def test_whoever_tells_what_causes_an_error_says_what_it_stops_next() -> None:
    town, place = await town_with()
    await town.send("triage", "R-1", ANA, choice="bug:no")
    await town.send("triage", "R-1", ANA, choice="exception:yes")
    view = await sent(town, "leaf", ANA, "cause", fields={"text": "An address is missing."})
    assert [field.id for field in view.fields] == ["text", "now"]
    back = next(b for row in view.rows for b in row.buttons if b.title == "Back")
    assert back.choice == "exception"
    assert "An address is missing." in town.in_thread(place)[0]
    await town.send("stops", "R-1", ANA, now="ended")
    assert (await town.request()).outcome is Outcome.EXPLAINED


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "Say who and what is affected first."),
        ({"text": " ", "now": "no"}, "Say who and what is affected first."),
        ({"text": "all of them"}, "Say whether it needs a workaround at once."),
        ({"text": "all of them", "now": "ended"}, "Say whether it needs a workaround at once."),
        ({"text": "x" * 20_000, "now": "no"}, "At most 3000 characters"),
    ],
)
async def test_what_it_stops_is_said_whole_or_comes_back(fields: dict[str, str], error: str) -> None:
    town, _ = await town_with()
    view = await sent(town, "stops", ANA, fields=fields)
    assert error in view.error
    assert value(view, "text") == fields.get("text", "").strip()
    assert (await town.request()).status is Status.OPEN


async def test_what_a_colleague_said_meanwhile_is_not_overwritten() -> None:
    town, _ = await town_with()
    seen = (await town.open("stops", "R-1", BEN)).rows[0].buttons[0].seen
    await sent(town, "stops", ANA, fields={"text": "two tours", "now": "no"})
    view = await sent(town, "stops", BEN, fields={"text": "one tour", "now": "yes"}, seen=seen)
    assert "Ana Lindqvist said what it stops meanwhile" in view.error
    assert (value(view, "text"), value(view, "now")) == ("one tour", "yes")
    assert [one.answer for one in (await town.request()).triage] == ["two tours", "no"]


@pytest.mark.parametrize(
    ("project", "ticket", "named"),
    [
        ("EDGE", "EDGE-7", "EDGE-7"),
        ("https://jira.example.com/browse/EDGE", "edge-7", "https://jira.example.com/browse/EDGE-7"),
        ("", "https://jira.example.com/browse/EDGE-7", "https://jira.example.com/browse/EDGE-7"),
    ],
)
async def test_the_tickets_key_or_link_stands_in_the_reply(project: str, ticket: str, named: str) -> None:
    town, place = await town_with(policy=Policy(jira_project=project))
    await town.send("leaf", "R-1", ANA, choice="ticket", text="Our developers have it.", ticket=ticket)
    assert town.in_thread(place)[0].endswith(f"\nYou find it there as {named}.")


@pytest.mark.parametrize(
    ("ticket", "error"),
    [("soon", "or its https link."), ("x" * 20_000, "At most 300"), ("EDGE-1 2", "or its https link.")],
)
async def test_what_names_no_ticket_comes_back(ticket: str, error: str) -> None:
    town, place = await town_with()
    view = await sent(town, "leaf", ANA, "ticket", fields={"text": "Our developers have it.", "ticket": ticket})
    assert error in view.error
    assert town.in_thread(place) == []


async def test_a_tickets_summary_is_one_line_and_its_description_has_what_the_requester_answered() -> None:
    town, place = await town_with("Hello team,\n\nthe label printer is down since nine.\nThanks\nOlga")
    await town.send("ask", "R-1", ANA, text="Which printer?")
    await town.reply(place, "The blue one at gate 4.", OLGA)
    await town.send("back", "R-1", ANA, note="I have to go.")
    view = await town.open("triage", "R-1", BEN, "ticket")
    assert value(view, "summary").startswith("Hello team, the label printer is down since nine. Thanks")
    assert "Olga Brandt added: The blue one at gate 4." in value(view, "description")
    assert "I have to go." not in value(view, "description")


async def test_the_address_of_a_new_ticket_is_opened_filled_in() -> None:
    project = "https://jira.example.com/jira/secure/CreateIssueDetails!init.jspa?pid=10003&issuetype=4#top"
    town, _ = await town_with("Größe & Preis falsch\n" + "ü" * 900, policy=Policy(jira_project=project))
    (link,) = (await town.open("triage", "R-1", ANA, "ticket")).links
    assert link.title == "New ticket, filled in"
    begin = project.removesuffix("#top")
    assert link.url.startswith(f"{begin}&summary=Gr%C3%B6%C3%9Fe%20%26%20Preis")
    assert "&description=Gr%C3%B6" in link.url
    assert len(link.url) <= 2000


@pytest.mark.parametrize(
    ("project", "ticket"),
    [
        ("https://jira.example.com", "https://jira.example.com/browse/EDGE-7"),
        ("https://jira.example.com/", "https://jira.example.com/browse/EDGE-7"),
        ("https://example.com/jira/projects/EDGE/issues?filter=all", "https://example.com/jira/browse/EDGE-7"),
        ("https://x.atlassian.net/jira/software/projects/EDGE/boards/1", "https://x.atlassian.net/browse/EDGE-7"),
        (
            "https://issues.example.org/jira/secure/CreateIssue.jspa?pid=1",
            "https://issues.example.org/jira/browse/EDGE-7",
        ),
    ],
)
async def test_any_other_address_of_jira_is_opened_as_it_is(project: str, ticket: str) -> None:
    town, place = await town_with(policy=Policy(jira_project=project))
    (link,) = (await town.open("triage", "R-1", ANA, "ticket")).links
    assert (link.title, link.url) == ("Open Jira", project)
    await town.send("leaf", "R-1", ANA, choice="ticket", text="Our developers have it.", ticket="EDGE-7")
    assert town.in_thread(place)[0].endswith(f"\nYou find it there as {ticket}.")


async def test_a_close_that_mends_nothing_leads_to_what_it_stops() -> None:
    town, _ = await town_with()
    view = await town.open("close", "R-1", ANA)
    assert "Workaround" not in [choice.title for choice in view.fields[0].choices]
    button = next(b for row in view.rows for b in row.buttons if b.title == "It is not mended…")
    assert [field.id for field in (await town.open(button.step, "R-1", ANA)).fields] == ["text", "now"]


def test_a_threads_address_is_spelt_as_teams_reads_it() -> None:
    desk = DeskInfo("backend", "tenant-ü", "team/1", "19:backend@thread.tacv2")
    place = "19:backend@thread.tacv2;messageid=1764000000000"
    assert addresses.thread(desk, place) == (
        "https://teams.microsoft.com/l/message/19%3Abackend%40thread.tacv2/1764000000000"
        "?tenantId=tenant-%C3%BC&groupId=team%2F1&parentMessageId=1764000000000"
    )


def test_no_ready_reply_has_words_that_requesters_do_not_know() -> None:
    replies = [text for leaf in TRIAGE.leaves.values() for text in leaf.replies.values()]
    replies += [t for leaf in TRIAGE.leaves.values() for one in leaf.alternatives for t in one.replies.values()]
    for text in replies:
        assert not JARGON.search(text)
        assert "—" not in text


# -- triage R-42 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["triage R-1", "triage 1", "TRIAGE r-1!", "R-1 triage", "triage"])
async def test_the_command_shows_supports_menu_as_a_card_in_ones_own_chat(text: str) -> None:
    town, _ = await town_with()
    await town.write(text, ANA)
    message = town.to(ANA)[-1]
    assert isinstance(message.view, FormCard)
    assert "What is it?" in titles(message.view)
    view = form(await town.press(Open, "R-1", ANA, step="triage", card=message.key))
    button = view.rows[0].buttons[1]
    assert button.card == message.key
    view = form(
        await town.press(Send, "R-1", ANA, step="triage", choice=button.choice, card=message.key, form=button.form)
    )
    assert view.note.startswith(TRIAGE.questions["exception"].asks)
    assert (await town.request()).claimer == Author("ana", ANA.name)


async def test_a_card_in_ones_own_chat_shows_the_title_that_a_dialog_has_in_its_frame() -> None:
    town, _ = await town_with()
    await town.write("triage R-1", ANA)
    message = town.to(ANA)[-1]
    assert message.text.startswith("R-1 · Olga Brandt wrote:\nlabel printer down")
    question = await town.open("triage", "R-1", ANA, "docs", card=message.key)
    assert question.title == "What is it? 5 of 9 · Olga Brandt wrote:"
    assert (await town.open("reply", "R-1", ANA, card=message.key)).title == "Reply · Olga Brandt wrote:"
    assert (await town.open("reply", "R-1", ANA)).title == "Olga Brandt wrote:"


async def test_a_closed_request_can_be_named_too() -> None:
    town, _ = await town_with()
    await town.press(Solve, "R-1", OLGA)
    await town.restart()
    assert "[Not solved]" in await town.write("triage R-1", ANA)


async def test_an_unknown_request_or_one_of_others_gets_a_kind_line() -> None:
    town, _ = await town_with()
    assert await town.write("triage R-9", ANA) == "I don't know R-9. It may have been removed."
    assert "Ana Lindqvist and Ben Okafor are on duty." in await town.write("triage R-1", EVA)
    assert "Suggest an answer" in await town.write("triage R-1", DILAN)
    assert await town.write("triage R-1", OLGA) == "This is for the backend team."
    assert await town.write("policy", ANA) == "This is for the desk's admins: Farid Haddad."


async def test_who_names_no_request_is_asked_which() -> None:
    town = Town()
    assert await town.write("triage", ANA) == "Nothing waits for you. Name a request to see it: triage R-42."
    await town.post("label printer down")
    await town.post("scanner dead", TOM)
    which = "Which one? Write triage and its name: R-1 (Olga Brandt), R-2 (Tom Reuter)."
    assert await town.write("triage", ANA) == which
    await town.press(Claim, "R-2", ANA)
    await town.write("triage", ANA)
    assert town.to(ANA)[-1].key.startswith("menu:R-2:")


async def test_in_the_channel_it_is_answered_aside() -> None:
    town, _ = await town_with()
    place = await town.post("triage R-1", ANA, addressed=True)
    assert town.in_thread(place) == []
    assert "What is it?" in town.to(ANA)[-1].text


@pytest.mark.parametrize("text", ["triage R-x", "triage 1 2", "triage -1", "triage R-0000000001"])
async def test_what_names_no_request_is_no_command(text: str) -> None:
    assert "I don't know that one." in await Town().write(text, ANA)


@pytest.mark.parametrize("first", ["no", "yes"])
async def test_the_key_of_a_ticket_that_follows_later_is_sent_by_whoever_had_it(first: str) -> None:
    town, place = await town_with(policy=Policy(jira_project="https://jira.example.com"))
    await town.send("triage", "R-1", ANA, choice="bug:yes")
    await town.send("triage", "R-1", ANA, choice="verify:yes")
    await town.send("stops", "R-1", ANA, text="two tours", now=first)
    if first == "yes":
        await town.send("leaf", "R-1", ANA, choice="workaround", text="Print them from the admin panel.")
    view = await sent(town, "leaf", ANA, "ticket:later", fields={"text": "Our developers have it."})
    assert titles(view) == ["Undo", "Support…"]
    assert "The ticket's key" not in titles(await town.open("support", "R-1", OLGA))
    await town.wait(60)
    assert "The ticket's key" in titles(await town.open("support", "R-1", ANA))
    to_name = await town.open("key", "R-1", ANA)  # the ticket is made from its text before it has a key
    assert [field.id for field in to_name.fields] == ["summary", "description", "ticket"]
    assert "Write the ticket's key, such as EDGE-12" in (await sent(town, "key", ANA, fields={"ticket": "soon"})).error
    await sent(town, "key", ANA, fields={"ticket": "EDGE-12"})
    link = "https://jira.example.com/browse/EDGE-12"
    assert town.in_thread(place)[-1] == f"Ana Lindqvist:\nIt is with our developers as {link}."
    assert "for support: Ana Lindqvist and Ben Okafor" in word(await town.press(Open, "R-1", EVA, step="key"))
    assert "You find it there as EDGE-12." in town.card()
    assert links(town) == [Address("Open ticket", link)]


async def test_a_key_overtaken_by_a_colleagues_key_comes_back_and_says_which_that_is() -> None:
    town, place = await worked_around()
    await town.press(Solve, "R-1", OLGA)
    view = await town.open("key", "R-1", BEN)
    await sent(town, "key", ANA, fields={"ticket": "EDGE-9"})
    overtaken = await sent(town, "key", BEN, fields={"ticket": "EDGE-10"}, seen=view.rows[0].buttons[0].seen)
    assert overtaken.error.startswith("Ana Lindqvist named the ticket meanwhile (10:00). Nothing was sent yet")
    assert overtaken.note == "So far it is https://jira.example.com/browse/EDGE-9."
    assert value(overtaken, "ticket") == "EDGE-10"
    assert "EDGE-9" in town.in_thread(place)[-1]
    await sent(town, "key", BEN, fields={"ticket": "EDGE-10"}, seen=overtaken.rows[0].buttons[0].seen)
    assert "EDGE-10" in town.in_thread(place)[-1]


async def test_a_wrong_key_can_be_put_right_and_taken_back() -> None:
    town, _ = await town_with()
    await town.send("leaf", "R-1", ANA, choice="ticket", text="Our developers have it.", ticket="edge-12")
    assert "You find it there as EDGE-12." in town.card()
    assert links(town) == []
    assert "Another ticket's key" in titles(await town.open("support", "R-1", ANA))
    assert value(await town.open("key", "R-1", ANA), "ticket") == "EDGE-12"
    await sent(town, "key", ANA, fields={"ticket": "EDGE-21"})
    assert "You find it there as EDGE-21." in town.card()
    await town.send("undo", "R-1", ANA)
    assert "You find it there as EDGE-12." in town.card()
    assert (await town.request()).outcome is Outcome.TICKET


async def test_a_request_opened_again_still_knows_its_ticket_and_says_so_once_it_ends_there() -> None:
    town, _ = await town_with()
    await town.send("leaf", "R-1", ANA, choice="ticket", text="Our developers have it.", ticket="EDGE-12")
    await town.press(Reopen, "R-1", OLGA)
    assert "EDGE-12" not in town.card()
    assert value(await town.open("triage", "R-1", ANA, "ticket"), "ticket") == "EDGE-12"


async def test_a_duplicates_card_names_the_ticket_of_its_lead() -> None:
    town, _ = await town_with(policy=Policy(jira_project="https://jira.example.com"))
    await town.post("label printer down here too", TOM)
    await town.send("same", "R-2", ANA, lead="R-1")
    await town.send("leaf", "R-1", ANA, choice="ticket", text="Our developers have it.", ticket="EDGE-12")
    assert "You find it there as EDGE-12." in town.card("R-2")
    assert links(town, "R-2") == []  # beside the way to the lead's thread there would be four buttons


async def test_only_what_ended_with_a_ticket_has_a_key() -> None:
    town, _ = await town_with()
    assert word(await town.press(Open, "R-1", ANA, step="key")) == "R-1 did not end with a ticket."


async def test_a_ticket_that_is_owed_is_not_forgotten_when_nobody_answers_a_question() -> None:
    town, _ = await town_with()
    await town.send("stops", "R-1", ANA, text="all drivers", now="yes")
    await town.send("leaf", "R-1", ANA, choice="workaround", text="Print at gate B.")
    await town.send("ask", "R-1", ANA, text="Does gate B work?")
    await town.until("2026-11-26 10:30")
    assert (await town.request()).outcome is Outcome.WORKAROUND
    assert any("The ticket of R-1 is still to be made." in message.text for message in town.to(ANA))
    assert "The ticket's key" in titles(await town.open("support", "R-1", ANA))


async def test_a_key_for_what_was_opened_again_meanwhile_waits_for_the_tickets_reply() -> None:
    town, place = await worked_around()
    await town.press(Solve, "R-1", OLGA)
    await town.wait(12)
    await town.press(Reopen, "R-1", OLGA)
    refused = await sent(town, "key", ANA, fields={"ticket": "EDGE-9"})
    why = "R-1 is open again: Olga Brandt said that it is not solved. The key goes with the ticket's reply."
    assert refused.error == why
    assert [field.value for field in refused.fields] == ["EDGE-9"]
    assert "EDGE-9" not in "".join(town.in_thread(place))
