"""Forms come back with all that was written in them, however much that is, and nothing is done."""

import json
from datetime import date
from pathlib import Path

import pytest

from bot.decide import forms
from bot.decide.desk import policies
from bot.effects import Dialog
from bot.events import Open, Reopen, Send, Solve
from bot.people import Author, Person
from bot.rota.shift import Role, Shift
from bot.support.triage import GAP
from bot.teams.cards import Cards
from bot.views import FormCard
from tests.journeys.test_triage import worked_around
from tests.journeys.town import ANA, BEN, CHEN, FARID, OLGA, TRIAGE, Town, shifts

CARDS = Cards(Path("cards"))
TOO_LONG = "x" * 20_000
SUPPORT = ("ask", "reply", "phone", "production", "pass", "back", "team", "split", "close", "stops")
LEAVES = tuple(f"leaf:{leaf}" for leaf in TRIAGE.leaves)
WALK = ("setup.people", "setup.days", "setup.tools", "setup.pages", "setup.contacts")
DESK = (*policies.GROUPS, *WALK, "people.add")


class Opened:
    """A step's form, and how it comes back when it is sent with what can't be done."""

    def __init__(self, name: str) -> None:
        self.town = Town()
        self.name, _, self.choice = name.partition(":")
        self.request = "" if name in DESK else "R-1"

    async def drawn(self) -> FormCard:
        """Return the form as it opens."""
        await self.town.post("label printer down\ntour 12 is missing")
        await self.town.send("claim", "R-1", ANA)
        step = "triage" if self.name == "leaf" else self.name
        who, choice, card = self._by()
        return await self.town.open(step, self.request, who, choice, **({"card": card} if card else {}))

    async def sent(self, view: FormCard, **given: str) -> FormCard:
        """Return the form that comes back; nothing else may happen by it."""
        desk = await self.town.desk()
        before, told = await desk.state(), len(self.town.teams.sent)
        button = next(button for row in view.rows for button in row.buttons if button.verb == "send")
        more = {"step": button.step, "choice": button.choice, "form": button.form, "seen": button.seen}
        fields = {field.id: field.value for field in view.fields} | given
        who, _, card = self._by()
        answer = await self.town.press(Send, self.request, who, card=card, fields=fields, **more)
        after = await desk.state()
        assert (after.requests, after.rota, after.desk) == (before.requests, before.rota, before.desk)
        assert len(self.town.teams.sent) == told
        assert isinstance(answer, Dialog)
        assert isinstance(answer.view, FormCard)
        assert answer.view.error
        return answer.view

    def _by(self) -> tuple[Person, str, str]:
        if not self.request:
            return FARID, "", "form"
        return (BEN if self.name == "production" else ANA), self.choice, ""


def weight(view: FormCard) -> int:
    """Return how heavy a form is on the wire; its buttons must be whole."""
    card = CARDS.render(view, link=lambda _: "https://teams.microsoft.com/l/message/19:c/1?tenantId=t&groupId=g")
    on_the_wire = json.dumps(card)
    assert all(json.dumps(button.title) in on_the_wire for row in view.rows for button in row.buttons)
    return len(on_the_wire)


@pytest.mark.parametrize("name", [*SUPPORT, *LEAVES, *DESK])
async def test_a_text_of_20_kb_comes_back_whole_from_every_field_of_every_form(name: str) -> None:
    texts = [field.id for field in (await Opened(name).drawn()).fields if field.is_long or field.is_short]
    for field in texts:
        opened = Opened(name)
        wrong = {"text": GAP} if "text" in texts else {}
        view = await opened.sent(await opened.drawn(), **wrong | {field: TOO_LONG})
        (kept,) = [one for one in view.fields if one.id == field]
        assert (kept.value, kept.longest >= len(TOO_LONG)) == (TOO_LONG, True)
        assert forms.CUT not in view.error
        assert weight(view) < 28_000


@pytest.mark.parametrize("name", [*SUPPORT, *LEAVES, *DESK])
async def test_what_is_too_much_for_one_form_is_cut_no_more_than_it_must_and_said(name: str) -> None:
    opened = Opened(name)
    form = await opened.drawn()
    texts = [field.id for field in form.fields if field.is_long or field.is_short]
    view = await opened.sent(form, **dict.fromkeys(texts, "\N{WAVING HAND SIGN}" * 20_000))
    assert forms.CUT in view.error
    held = [field.value for field in view.fields if field.id in texts]
    assert sum(len(json.dumps(text)) for text in held) > 0.9 * forms.HEAVIEST
    assert weight(view) < 28_000


# -- words that were not sent ---------------------------------------------------------------------------------------


class Client:
    """A dialog as Teams holds it: what is typed stays in its fields, and goes with the button that is pressed."""

    def __init__(self, town: Town, view: FormCard, who: Person = ANA) -> None:
        self.town, self.view, self.who = town, view, who

    async def press(self, title: str, **typed: str) -> "Client":
        """Type into some fields, and press a button."""
        button = next(one for row in self.view.rows for one in row.buttons if one.title == title)
        fields = {field.id: field.value for field in self.view.fields} | typed
        assert typed.keys() <= {field.id for field in self.view.fields}
        assert button.inputs == "auto" or not typed
        blocked = [one for one in self.view.fields if one.required and not fields[one.id].strip()]
        assert not blocked or button.inputs == "none", f"the client blocks {title}: {blocked}"
        more = {"step": button.step, "choice": button.choice, "form": button.form}
        kind, seen = (Open, {}) if button.verb == "open" else (Send, {"seen": button.seen})
        answer = await self.town.press(
            kind, "R-1", self.who, fields=fields if button.inputs == "auto" else {}, **more, **seen
        )
        assert isinstance(answer, Dialog), answer
        assert isinstance(answer.view, FormCard)
        return Client(self.town, answer.view, self.who)

    @property
    def held(self) -> list[tuple[str, str]]:
        """Return the fields for words: what they are called, and what stands in them."""
        return [(field.label, field.value) for field in self.view.fields if not field.choices]

    @property
    def filled(self) -> dict[str, str]:
        """Return what stands in the fields."""
        return {field.id: field.value for field in self.view.fields}


async def dialog(step: str = "support", choice: str = "", *, claimed: bool = True) -> Client:
    town = Town()
    await town.post("label printer down")
    if claimed:
        await town.send("claim", "R-1", ANA)
    return Client(town, await town.open(step, "R-1", ANA, choice))


REPLY = "Your reply. It goes into the thread under your name."


async def test_words_that_were_not_sent_wait_where_they_were_written() -> None:
    menu = await (await (await dialog()).press("Reply")).press("Back", text="Restart the print service.")
    assert menu.held == [("Not sent yet (Reply)", "Restart the print service.")]
    question = await menu.press("What is it?")
    assert question.held == [("Not sent yet (Reply)", "Restart the print service.")]
    menu = await (await question.press("Yes")).press("Back")
    reply = await (await menu.press("Back")).press("Reply")
    assert reply.held == [(REPLY, "Restart the print service.")]
    sent = await reply.press("Send", text="Restart the print service. Then reload.")
    assert (sent.view.title, sent.held) == ("Sent.", [])
    assert sent.town.teams.sent[-1].text == "Ana Lindqvist:\nRestart the print service. Then reload."


async def test_a_text_that_stood_ready_and_was_not_touched_is_not_kept() -> None:
    menu = await (await (await dialog()).press("Ask a question")).press("Back")
    assert menu.held == []
    leaf = await dialog("triage", "explain")
    assert (await leaf.press("Back")).held == []


async def test_a_ready_text_that_was_rewritten_comes_back_rewritten() -> None:
    menu = await (await (await dialog()).press("Ask a question")).press("Back", text="Which printer is it?")
    assert menu.held == [("Not sent yet (Ask a question)", "Which printer is it?")]
    assert [said for _, said in (await menu.press("Ask a question")).held] == ["Which printer is it?"]


async def test_each_leaf_has_its_own_words_and_another_does_not_take_them() -> None:
    leaf = await dialog("triage", "explain")
    stops = await leaf.press("What does it stop?", text="It prints what it was told.")
    kept = f"Not sent yet ({TRIAGE.leaves['explain'].title})"
    assert stops.held == [("Who and what is affected", ""), (kept, "It prints what it was told.")]
    ask = await stops.press("Ask a question", text="two tours")
    assert [said for _, said in ask.held][1:] == ["It prints what it was told.", "two tours"]
    menu = await ask.press("Back")
    assert [said for _, said in menu.held] == ["It prints what it was told.", "two tours"]
    cause = await (await menu.press("What is it?")).press("Error page")
    assert len(cause.view.fields) == 2


async def test_a_step_of_the_menu_leaves_them_where_they_are() -> None:
    menu = await (await (await dialog(claimed=False)).press("Reply")).press("Back", text="Restart the print service.")
    taken = await menu.press("I'm looking into it")
    assert (taken.view.title, taken.held) == ("It is yours.", [("Not sent yet (Reply)", "Restart the print service.")])
    reply = await (await taken.press("Support…")).press("Reply")
    assert reply.held == [(REPLY, "Restart the print service.")]


async def test_whoever_empties_the_field_is_rid_of_them() -> None:
    menu = await (await (await dialog()).press("Reply")).press("Back", text="Restart the print service.")
    kept = menu.view.fields[0].id
    reply = await menu.press("Reply", **{kept: " "})
    assert reply.held == [(REPLY, "")]


async def test_what_came_back_with_an_error_is_kept_too() -> None:
    ask = await (await dialog()).press("Reply")
    again = await ask.press("Send", text="x" * 3001)
    assert again.view.error
    menu = await again.press("Back")
    assert [said for _, said in menu.held] == ["x" * 3001]
    other = await menu.press("Ask a question")
    again = await other.press("Send", text=" ")
    assert again.view.error
    assert [said for _, said in again.held][1:] == ["x" * 3001]


async def test_the_preview_of_a_close_keeps_the_last_word() -> None:
    close = await (await dialog()).press("Close")
    shown = await close.press("Show it first", text="Restarted.")
    menu = await shown.press("Back", text="Restarted twice.")
    assert menu.held == [("Not sent yet (Close)", "Restarted twice.")]
    assert [said for _, said in (await menu.press("Close")).held] == ["Restarted twice."]


async def test_the_last_word_that_was_shown_first_is_kept_untouched_or_closed_meanwhile() -> None:
    close = await (await dialog()).press("Close")
    shown = await close.press("Show it first", text="It was unplugged.", outcome="explained")
    menu = await shown.press("Back")
    assert menu.held == [("Not sent yet (Close)", "It was unplugged.")]
    assert (await menu.press("Close")).filled == {"text": "It was unplugged.", "outcome": "explained"}
    await shown.town.press(Solve, "R-1", OLGA)
    assert "It was unplugged." in [said for _, said in (await shown.press("Close it")).held]


async def test_a_key_that_was_not_sent_stands_in_the_key_field_of_either_form() -> None:
    town, _ = await worked_around()
    leaf = Client(town, await town.open("triage", "R-1", ANA, "ticket"))
    await town.press(Solve, "R-1", OLGA)
    refused = await leaf.press("Send and close", ticket="EDGE-9", summary="printer", text="Our developers have it.")
    key = await (await refused.press("Back")).press("The ticket's key")
    assert (key.filled["ticket"], key.filled["summary"]) == ("EDGE-9", "printer")
    (still,) = [held for held in key.held if held[0].startswith("Not sent yet")]
    assert still[1] == "Our developers have it."
    await town.wait(12)
    await town.press(Reopen, "R-1", OLGA)
    menu = await (await key.press("Send")).press("Back")
    again = Client(town, await town.open("triage", "R-1", ANA, "ticket", fields=menu.filled))  # type: ignore[arg-type]
    assert (again.filled["ticket"], again.filled["text"]) == ("EDGE-9", "Our developers have it.")


async def test_of_two_keys_that_were_not_sent_none_is_lost() -> None:
    town, _ = await worked_around()
    both = {"kept/leaf/ticket/ticket": "EDGE-9", "kept/key//ticket": "EDGE-10"}
    view = await town.open("triage", "R-1", ANA, "ticket", fields=both)  # type: ignore[arg-type]
    held = Client(town, view).held
    assert [said for _, said in held if "EDGE" in said] == ["EDGE-9", "EDGE-10"]


# -- back -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["What does it stop?", "Ask a question"])
async def test_back_leads_to_the_leaf_from_which_one_came_though_the_form_came_back_meanwhile(title: str) -> None:
    leaf = await dialog("triage", "answer")
    other = await leaf.press(title, text="Press F5.")
    wrong = "x" * 3001
    send = next(one.title for row in other.view.rows for one in row.buttons if one.verb == "send")
    again = await other.press(send, text=wrong, **({"now": "no"} if send == "Next" else {}))
    assert again.view.error
    for left in (other, again):
        back = await left.press("Back", text=wrong)
        assert (back.view.note, back.filled["text"]) == (leaf.view.note, "Press F5.")


async def test_back_leads_to_the_question_from_which_one_came_by_none_of_these_and_to_the_close() -> None:
    question = await dialog("triage", "docs")
    back = await (await question.press("None of these")).press("Back")
    assert back.view.note == question.view.note
    close = await dialog("close")
    back = await (await close.press("It is not mended…", text="Restarted.")).press("Back")
    assert back.filled["text"] == "Restarted."


async def test_back_from_where_the_answer_led_never_goes_in_a_circle() -> None:
    stops = await dialog("stops")
    ticket = await stops.press("Next", text="two tours", now="no")
    menu = await (await ticket.press("Back")).press("Back")
    assert menu.view.note.startswith("Ana Lindqvist has it")


WORDS = "Restart the print service."


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("Same as…", "There is no other request that is not closed."),
        ("Ask the team", "The team was asked a moment ago."),
        ("Reply", "R-1 is already closed, by Olga Brandt."),
        ("Give back", "R-1 is already closed, by Olga Brandt."),
    ],
)
async def test_words_come_back_with_the_reason_where_the_next_step_cannot_be_opened_or_done(
    title: str, why: str
) -> None:
    first = await dialog()
    if title == "Ask the team":
        await first.town.send("team", "R-1", ANA, text="Who knows?", people="eva")
    menu = await (await first.press("Reply")).press("Back", text=WORDS)
    if why == "R-1 is already closed, by Olga Brandt.":
        await menu.town.press(Solve, "R-1", OLGA)
    refused = await menu.press(title)
    assert refused.view.error.startswith(why)
    assert [said for _, said in refused.held] == [WORDS]
    assert [said for _, said in (await refused.press("Back")).held] == [WORDS]


async def test_words_come_back_where_ones_duty_has_ended_meanwhile() -> None:
    next_week = [Shift(date(2026, 11, 25), person, Role.SUPPORT) for person in ("chen", "eva")]
    town = Town("2026-11-24 17:50", team=(*shifts(), *next_week))
    await town.post("label printer down")
    reply = Client(town, await town.open("reply", "R-1", ANA))
    await town.until("2026-11-25 10:00")  # till when those before are a further fallback
    for _ in range(2):
        reply = await reply.press("Back", **({"text": WORDS} if not reply.view.error else {}))
        assert "Chen Wei and Eva Novak are on duty" in reply.view.error
        assert [said for _, said in reply.held] == [WORDS]


async def test_a_refused_step_without_words_is_only_a_word() -> None:
    town = (await dialog()).town
    assert await town.press_open("same", "R-1", ANA) == "There is no other request that is not closed."


async def test_a_press_that_is_refused_gives_back_the_words_of_other_forms_too() -> None:
    menu = await (await (await dialog()).press("Reply")).press("Back", text=WORDS)
    await menu.town.press(Solve, "R-1", OLGA)
    refused = await menu.press("Not a request")
    assert refused.view.error == "R-1 is already closed, by Olga Brandt."
    assert [said for _, said in refused.held] == [WORDS]


async def test_a_ready_text_that_was_not_touched_does_not_come_back_as_what_one_wrote() -> None:
    leaf = await dialog("triage", "refuse")
    await leaf.town.press(Solve, "R-1", OLGA)
    typed = {"difficulty_why": "two tables", "risk_why": "invoices hang on it"}
    refused = await leaf.press("Send", difficulty="3", risk="2", **typed)
    assert refused.view.error == "R-1 is already closed, by Olga Brandt."
    assert refused.held == [
        ("What you wrote (why this difficulty). Nothing was sent.", "two tables"),
        ("What you wrote (why this risk). Nothing was sent.", "invoices hang on it"),
    ]


async def test_what_was_only_chosen_does_not_come_back_as_words() -> None:
    leaf = await dialog("triage", "train")
    await leaf.town.press(Solve, "R-1", OLGA)
    refused = await leaf.press("Send and close", who="1", text="They call you.")
    assert refused.held == [("What you wrote. Nothing was sent.", "They call you.")]


async def test_words_that_were_not_sent_say_which_form_they_are_of_and_which_part_of_it() -> None:
    leaf = await dialog("triage", "refuse")
    typed = {"difficulty_why": "two tables", "risk_why": "invoices hang on it", "text": "Rather not."}
    menu = await leaf.press("Back", **typed)
    title = TRIAGE.leaves["refuse"].title
    labels = [f"Not sent yet ({title}: why this difficulty)", f"Not sent yet ({title}: why this risk)"]
    assert [label for label, _ in menu.held] == [*labels, f"Not sent yet ({title})"]
    view = await menu.town.open("support", "R-1", ANA, form="|", fields={"kept/": "a", "kept/x//text": "b"})  # type: ignore[arg-type]
    assert [field.label for field in view.fields] == ["Not sent yet", "Not sent yet"]


async def test_what_came_back_because_it_could_not_be_sent_waits_in_its_form() -> None:
    first = await dialog()
    reply = await first.press("Reply")
    await first.town.press(Solve, "R-1", OLGA)
    refused = await reply.press("Send", text=WORDS)
    assert refused.view.error == "R-1 is already closed, by Olga Brandt."
    assert refused.held == [("What you wrote. Nothing was sent.", WORDS)]
    menu = await refused.press("Back", **{refused.view.fields[0].id: f"{WORDS} Now."})
    assert menu.held == [("Not sent yet (Reply)", f"{WORDS} Now.")]
    await first.town.press(Reopen, "R-1", OLGA)
    opened = await first.town.open("reply", "R-1", ANA, fields={menu.view.fields[0].id: WORDS})  # type: ignore[arg-type]
    assert [said for _, said in Client(first.town, opened).held] == [WORDS]


@pytest.mark.parametrize("title", ["Ask a question", "Reply", "Answered by phone", "Pass on", "Ask the team", "Split"])
async def test_what_was_closed_meanwhile_is_said_at_once_and_can_be_opened_again_with_the_words_kept(
    title: str,
) -> None:
    form = await (await dialog()).press(title)
    await form.town.press(Solve, "R-1", OLGA)
    field = "note" if title == "Pass on" else "text"
    refused = await form.press(form.view.rows[0].buttons[0].title, **{field: WORDS})
    assert refused.view.error == "R-1 is already closed, by Olga Brandt."
    assert [(one.title, one.main) for one in refused.view.rows[0].buttons] == [("Not solved", False), ("Back", False)]
    opened = await refused.press("Not solved")
    assert (opened.view.title, opened.held) == ("It is open again.", [(f"Not sent yet ({title})", WORDS)])
    again = await (await opened.press("Support…")).press(title)
    assert again.filled[field] == WORDS


async def test_whoever_may_not_open_it_again_is_not_offered_to() -> None:
    town = Town("2026-11-20 17:50")  # a Friday: Chen is on duty too
    await town.post("label printer down")
    reply = Client(town, await town.open("reply", "R-1", CHEN), CHEN)
    await town.press(Solve, "R-1", OLGA)
    await town.until("2026-11-23 09:00")
    refused = await reply.press("Send", text=WORDS)
    assert [one.title for one in refused.view.rows[0].buttons] == ["Back"]
    assert refused.held == [("What you wrote. Nothing was sent.", WORDS)]


async def test_whom_one_had_chosen_comes_back_with_the_words_for_them() -> None:
    town = Town("2026-11-20 10:00")  # a Friday: Chen is on duty too
    await town.post("label printer down")
    first = Client(town, await town.open("pass", "R-1", ANA))
    menu = await first.press("Back", person="chen", note="You know this one, Chen.")
    again = await menu.press("Pass on")
    assert again.filled == {"person": "chen", "note": "You know this one, Chen."}
    other = await (await again.press("Back")).press("Reply")
    assert (await (await other.press("Back")).press("Pass on")).filled == again.filled


async def test_a_training_contact_who_was_not_to_be_called_stays_so() -> None:
    leaf = await dialog("triage", "train")
    again = await (await leaf.press("Ask a question", who="1", text="Josi calls you.")).press("Back")
    assert again.filled == {"text": "Josi calls you.", "who": "1"}


async def test_what_was_chosen_comes_back_with_words_that_could_not_be_sent() -> None:
    leaf = await dialog("triage", "train")
    await leaf.town.press(Solve, "R-1", OLGA)
    refused = await leaf.press("Send and close", who="", text="They call you.")
    await leaf.town.press(Reopen, "R-1", OLGA)
    await leaf.town.send("claim", "R-1", ANA)
    again = await leaf.town.open("triage", "R-1", ANA, "train", fields=refused.filled)  # type: ignore[arg-type]
    assert Client(leaf.town, again).filled == {"text": "They call you.", "who": ""}


async def test_what_may_not_be_chosen_any_more_is_not_chosen() -> None:
    town = (await dialog()).town
    gone = {"kept/pass//note/person=ffff,else=ffff": "You know this one."}
    again = await town.open("pass", "R-1", ANA, fields=gone)  # type: ignore[arg-type]
    assert Client(town, again).filled == {"person": "ben", "note": "You know this one."}


async def test_no_button_of_a_form_grows_with_the_name_of_whoever_asked() -> None:
    town = Town()
    await town.post("label printer down", Author("max", "Maximiliane Schmidt-Rottenberger"))
    for step in (one for one in SUPPORT if one != "back"):
        form = await town.open(step, "R-1", BEN if step == "production" else ANA)
        assert not [button.title for row in form.rows for button in row.buttons if "Maximiliane" in button.title]
