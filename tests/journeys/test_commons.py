"""Common requests as the team uses them: the list, the form, retiring and taking up again, sheets."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from bot.effects import Card, Dialog, Word
from bot.events import CommonRow, CommonsImported, Open, Send, Solve
from bot.people import Author, Person
from bot.places import personal
from bot.support.handbook import Handbook, Section
from bot.support.recurrence import Common, Standing, Use
from bot.support.request import Match, Status
from bot.teams.cards import Cards
from bot.views import FormCard, PlanCard
from tests.cards.exemplars import CARDS, link
from tests.journeys.town import ANA, BEN, CHANNEL, EVA, OLGA, TEAM_CHANNEL, TOM, Town, at, said

BOOK = Handbook(
    address="https://github.example/wiki/handbook.md",
    edit_address="https://github.example/edit/handbook.md",
    sections=(
        Section("printers", "Printers", "## Printers\n", "Turn it off and on.\n\n"),
        Section("label-printers", "Label printers", "### Label printers\n", "Feed the roll anew.\n\n", ("Printers",)),
        Section("tours", "Tours", "## Tours\n", "Reload the tour.\n"),
    ),
    version="1",
    read_at=at("2026-11-23 09:00"),
)
PRINTER = Common(
    "C-1",
    Standing.LISTED,
    "Label printer is down",
    "Feed the roll anew and restart it.",
    "#label-printers",
    ("the label printer does not print",),
    tuple(Use(f"R-{number}", at(f"2026-11-{number} 10:00")) for number in (18, 19, 20)),
    4,
    at("2026-09-01 10:00"),
)
TOURS = Common("C-2", Standing.LISTED, "Tour is missing", "Reload it.", "https://wiki.example/tours")
OLD = Common("C-3", Standing.RETIRED, "Fax is jammed", "Nobody faxes.", "", (), (), 1, at("2026-03-02 10:00"))


async def town_with(*commons: Common, book: Handbook = BOOK) -> Town:
    town = Town()
    town.shelf.handbook = book
    for one in commons:
        await town.put_common(one)
    return town


async def listed(town: Town, text: str = "common", by: Person = ANA) -> tuple[str, PlanCard]:
    """Type the command; return the list's key and what it shows."""
    await town.write(text, by)
    message = town.to(by)[-1]
    assert isinstance(message.view, PlanCard)
    return message.key, message.view


async def write(town: Town, choice: str = "", by: Person = ANA, *, card: str = "form:x") -> FormCard:
    return await town.open("common.write", "", by, choice, place=personal(by.id), card=card)


def filled(form: FormCard, **fields: str) -> dict[str, str]:
    return {**{field.id: field.value for field in form.fields}, **fields}


async def save(town: Town, form: FormCard, by: Person = ANA, *, card: str = "form:x", **fields: str) -> str:
    """Send the form as it is drawn, but for these fields; return what is shown then."""
    return said(await sent(town, form, by, card=card, **fields))


async def sent(town: Town, form: FormCard, by: Person = ANA, *, card: str = "form:x", **fields: str) -> object:
    button = form.rows[0].buttons[0]
    return await town.press(
        Send, "", by, place=personal(by.id), card=card, step=button.step, choice=button.choice, form=button.form,
        fields=filled(form, **fields),
    )  # fmt: skip


async def again(answer: object) -> FormCard:
    """Return the form that came back."""
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    return answer.view


async def press(town: Town, card: PlanCard, title: str, by: Person = ANA, *, place: str = "") -> PlanCard:
    every = [*card.presses, *(one for part in card.parts for one in part.presses)]
    button = next(one for one in every if one.title == title)
    answer = await town.press(
        Send, "", by, place=place or personal(by.id), card=button.card, step=button.step, choice=button.choice
    )
    assert isinstance(answer, Card), answer
    assert isinstance(answer.view, PlanCard)
    return answer.view


# -- the list -------------------------------------------------------------------------------------------------------


async def test_the_list_says_how_often_each_came_and_when_last_and_leads_to_its_section() -> None:
    town = await town_with(TOURS, PRINTER, OLD)
    _, card = await listed(town)
    assert card.title == "Common requests (2)"
    assert [one.title for one in card.parts] == ["Label printer is down", "Tour is missing"]
    assert card.parts[0].text == "7 times, last on Fri 20 Nov\nFeed the roll anew and restart it."
    assert card.parts[1].text == "Not asked yet\nReload it."
    (to_section,), (to_page,) = card.parts[0].links, card.parts[1].links
    assert (to_section.title, to_section.url) == (
        "Open section",
        "https://github.example/wiki/handbook.md#label-printers",
    )
    assert (to_page.title, to_page.url) == ("Open link", "https://wiki.example/tours")
    assert [one.title for one in (*card.presses, *card.opens)] == ["Retired (1)", "Add…"]


async def test_what_came_most_within_thirty_days_stands_first() -> None:
    often = replace(TOURS, earlier=50, earlier_at=at("2026-01-02 10:00"))
    once = replace(TOURS, id="C-4", title="Once", earlier=1, earlier_at=None)
    town = await town_with(often, PRINTER, once)
    _, card = await listed(town)
    assert [one.title for one in card.parts] == ["Label printer is down", "Tour is missing", "Once"]
    assert card.parts[1].text.startswith("50 times, last on Fri 2 Jan\n")
    assert card.parts[2].text.startswith("Once\n")


async def test_an_empty_list_says_how_entries_come_about() -> None:
    town = await town_with()
    _, card = await listed(town)
    assert "The third similar request within 30 days" in card.text
    assert [one.title for one in (*card.presses, *card.opens)] == ["Add…"]


async def test_in_the_channel_it_is_answered_in_ones_own_chat() -> None:
    town = await town_with(PRINTER)
    place = await town.post("common", ANA, addressed=True)
    assert town.in_thread(place) == []
    assert "Label printer is down" in town.to(ANA)[-1].text


async def test_requesters_are_told_for_whom_it_is() -> None:
    town = await town_with(PRINTER)
    await town.write("common", OLGA)
    assert "Label printer" not in town.teams.sent[-1].text
    answer = await town.press(Open, "", OLGA, place=personal("olga"), card="form:x", step="common.write")
    assert isinstance(answer, Word)


async def test_many_entries_are_turned_page_by_page_and_no_card_is_too_heavy() -> None:
    many = [
        replace(PRINTER, id=f"C-{n}", title=f"{n} {'Ярлык не печатается ' * 5}"[:100], answer="Перезапустите " * 140)
        for n in range(1, 15)
    ]
    town = await town_with(*many)
    key, card = await listed(town)
    assert (card.title, len(card.parts)) == ("Common requests (14)", 6)
    assert card.note.startswith("Page 1 of 3.")
    seen = [one.title for one in card.parts]
    for title in ("Next page", "Next page"):
        card = await press(town, card, title)
        seen += [one.title for one in card.parts]
    assert len(set(seen)) == 14
    assert town.teams.messages[key].view == card
    card = await press(town, card, "First page")
    assert [one.title for one in card.parts] == seen[:6]
    assert len(json.dumps(Cards(CARDS).render(card, link=link))) < 25_000


async def test_an_entry_whose_section_is_gone_says_so_and_keeps_its_answer() -> None:
    town = await town_with(PRINTER, book=replace(BOOK, sections=()))
    _, card = await listed(town)
    assert card.parts[0].text.endswith("Its section is not in the handbook any more.")
    assert card.parts[0].links == ()
    form = await write(town, "C-1")
    assert "choose another" in form.note
    assert [(field.id, field.value) for field in form.fields][2] == ("link", "#label-printers")
    assert "Nothing was changed" in await save(town, form)


# -- retired, and taken up again ------------------------------------------------------------------------------------


async def test_a_retired_entry_is_offered_no_more_and_can_be_taken_up_again_at_once() -> None:
    town = await town_with(PRINTER, TOURS)
    key, card = await listed(town)
    card = await press(town, card, "Retire")
    assert card.parts[0].title == "Label printer is down is retired: it is offered no more."
    assert [one.title for one in card.parts[1:]] == ["Tour is missing"]
    assert (await town.common("C-1")).standing is Standing.RETIRED
    card = await press(town, card, "Take up again")
    assert (await town.common("C-1")).standing is Standing.LISTED
    assert (await town.common("C-1")).by == Author("ana", ANA.name)
    assert card.title == "Retired common requests"
    assert card.parts[0].title == "Label printer is down is one of the common requests again."
    assert town.teams.messages[key].view == card


async def test_the_retired_have_a_list_of_their_own() -> None:
    town = await town_with(PRINTER, OLD)
    _, card = await listed(town)
    card = await press(town, card, "Retired (1)")
    assert (card.title, [one.title for one in card.parts]) == ("Retired common requests (1)", ["Fax is jammed"])
    assert card.parts[0].text == "Once, on Mon 2 Mar\nNobody faxes."
    card = await press(town, card, "Back to the list")
    assert card.title == "Common requests (1)"
    _, typed = await listed(town, "common retired")
    assert typed.title == "Retired common requests (1)"


async def test_a_page_can_be_turned_elsewhere_than_on_ones_own_list() -> None:
    town = await town_with(PRINTER)
    shown = await town.send("common.list", "", ANA, choice="listed:99999", place=TEAM_CHANNEL)
    assert shown.startswith("Common requests (1)")


async def test_the_same_press_delivered_twice_is_one_entry() -> None:
    town = await town_with()
    form = await write(town)
    button, desk = form.rows[0].buttons[0], await town.desk()
    fields = filled(form, title="Printer", answer="Feed it.")
    event = Send(
        key="once", happened_at=town.now, place=personal("ana"), author=Author("ana", ANA.name), request="", card="x",
        step=button.step, choice=button.choice, form=button.form, fields=fields,
    )  # fmt: skip
    for _ in range(2):
        assert "Saved" in said(await desk.handle(event))
    assert len((await desk.state()).commons) == 1


async def test_retiring_twice_is_retiring_once_and_nobodys_entry_is_refused() -> None:
    town = await town_with(PRINTER)
    await town.send("common.retire", "", ANA, choice="C-1:1", place=TEAM_CHANNEL)
    assert "is retired" in await town.send("common.retire", "", BEN, choice="C-1:?", place=TEAM_CHANNEL)
    assert (await town.common("C-1")).by == Author("ana", ANA.name)
    for step in ("common.retire", "common.again"):
        stale = await town.send(step, "", ANA, choice="C-9:1", place=TEAM_CHANNEL)
        assert "is retired" not in stale


async def test_one_is_not_taken_up_again_beside_another_of_the_same_title() -> None:
    town = await town_with(PRINTER, replace(OLD, title="label printer is DOWN"))
    answer = await town.send("common.again", "", ANA, choice="C-3:1", place=TEAM_CHANNEL)
    assert answer == "C-1 has the same title by now. Edit either of them first."


# -- the form -------------------------------------------------------------------------------------------------------


async def test_a_new_entry_is_written_down_and_the_list_shows_it() -> None:
    town = await town_with()
    key, _ = await listed(town)
    form = await write(town, card=key)
    assert [field.id for field in form.fields] == ["title", "answer", "section", "link", "phrases"]
    shown = await save(
        town, form, card=key, title="Tour is missing", answer="Reload it.", section="#tours", phrases="no tour\nno tour"
    )
    assert "Saved" in shown
    assert "C-1 · Tour is missing\nNot asked yet." in shown
    kept = await town.common("C-1")
    assert (kept.standing, kept.link, kept.phrases) == (Standing.LISTED, "#tours", ("no tour",))
    assert (kept.by, kept.changed_at) == (Author("ana", ANA.name), town.now)
    assert "Tour is missing" in town.teams.messages[key].text


async def test_it_begins_from_a_request_with_its_words_masked_and_counts_it() -> None:
    town = await town_with()
    town.teams.found["Label printer 4 is down; call me at +49 170 1234567, Olga Brandt"] = (Match("#tours", sure=True),)
    await town.post("Label printer 4 is down; call me at +49 170 1234567, Olga Brandt")
    form = await write(town, "R-1")
    values = filled(form)
    assert values["phrases"] == "Label printer 4 is down, call me at [phone], [name]"
    assert values["title"] == "Label printer 4 is down, call me…"
    sections = next(field for field in form.fields if field.id == "section")
    assert [one.id for one in sections.choices] == ["-", "#tours", "#label-printers", "#printers"]
    assert form.note.startswith("It begins from R-1, and counts it.")
    await save(town, form, title="Label printer is down")
    kept = await town.common("C-1")
    assert [use.request for use in kept.uses] == ["R-1"]
    assert (await town.request("R-1")).common == "C-1"


async def test_what_begins_from_a_post_that_was_deleted_does_not_count_it() -> None:
    town = await town_with()
    place = await town.post("Label printer 4 is down")
    await town.delete(place)
    form = await write(town, "R-1")
    assert form.note.startswith("It begins from R-1.\n")
    await save(town, form, title="Label printer is down")
    assert ((await town.common("C-1")).uses, (await town.request("R-1")).common) == ((), "")


async def test_it_begins_from_a_closed_request_with_what_it_was_told() -> None:
    town = await town_with()
    await town.post("Label printer 4 is down")
    await town.send("reply", "R-1", ANA, text="Feed the roll anew, says Ben Okafor.")
    await town.press(Solve, "R-1", OLGA)
    await town.wait(60)
    form = await write(town, "R-1")
    await save(town, form, title="Printer", answer="Feed it.")
    assert (await town.request("R-1")).common == "C-1"
    assert (await town.common("C-1")).times == 1
    form = await write(town, "R-1", EVA)
    assert form.title == "Printer"
    assert "Nothing was changed" in await save(town, form, EVA)


async def test_the_answer_is_what_the_latest_was_told() -> None:
    town = await town_with()
    await town.post("Label printer 4 is down")
    await town.send("reply", "R-1", ANA, text="Feed the roll anew, says Ben Okafor.")
    assert filled(await write(town, "R-1"))["answer"] == "Feed the roll anew, says [name]."
    await town.send("close", "R-1", ANA, choice="close", outcome="answered", text="Restart it.")
    assert filled(await write(town, "R-1"))["answer"] == "Restart it."


async def test_it_begins_from_a_proposal_with_the_words_of_all_that_came() -> None:
    town = await town_with()
    for text in ("Label printer 4 is down", "Label printer 5 is down"):
        await town.post(text, TOM)
    for id_ in ("R-1", "R-2"):
        await town.press(Solve, id_, TOM)
    uses = tuple(Use(f"R-{n}", at("2026-11-23 10:00")) for n in (1, 2, 9))
    await town.put_common(Common("C-1", Standing.PROPOSED, uses=uses, cards=("recurs:C-1:ana",)))
    form = await write(town, "C-1")
    assert filled(form)["phrases"] == "Label printer 4 is down\nLabel printer 5 is down"
    assert "C-1 · 3 times, last on Mon 23 Nov." in form.note
    await save(town, form, title="Label printer is down", answer="Feed it.")
    assert (await town.common("C-1")).standing is Standing.LISTED
    assert (await town.common("C-1")).times == 3


async def test_what_is_masked_is_shown_before_it_is_kept() -> None:
    town = await town_with()
    form = await write(town)
    answer = await sent(town, form, title="Ask Ben Okafor", answer="Mail a@b.example", phrases="who is\nTom Reuter?")
    form = await again(answer)
    assert "Nothing was saved yet" in form.error
    assert filled(form)["title"] == "Ask [name]"
    assert filled(form)["answer"] == "Mail [e-mail]"
    assert (await (await town.desk()).state()).commons == {}
    assert "Saved" in await save(town, form)
    assert (await town.common("C-1")).title == "Ask [name]"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"title": " "}, "Write a title."),
        ({"title": "t" * 101}, "At most 100 characters for the title"),
        ({"answer": "a" * 2001}, "At most 2000 characters for the answer; these are 2001."),
        ({"phrases": "\n".join(map(str, range(21)))}, "At most 20 ways to ask"),
        ({"phrases": "p" * 201}, "each of at most 200 characters"),
        ({"answer": "Я" * 2000, "phrases": "\n".join(f"{n}{'я' * 100}" for n in range(9))}, "Too long for one form"),
        ({"link": "http://wiki.example"}, "must begin with https://"),
        ({"link": f"https://wiki.example/{'x' * 1000}"}, "must begin with https://"),
        ({"link": "https://me:secret@wiki.example"}, "holds a secret or somebody's e-mail"),
        ({"link": "Scanners"}, "The handbook has no section “Scanners”. Write an https address"),
        ({"link": "https://wiki.example", "section": "#tours"}, "one link is enough"),
    ],
)
async def test_bad_input_comes_back_with_the_words_in_it(fields: dict[str, str], error: str) -> None:
    town = await town_with()
    given = {"title": "Printer", "answer": "Feed it.", **fields}
    form = await again(await sent(town, await write(town), ANA, card="form:x", **given))
    assert error in form.error
    kept = {name: text for name, text in given.items() if text.strip()}
    assert {name: filled(form)[name] for name in kept} == kept
    assert (await (await town.desk()).state()).commons == {}


async def test_another_section_is_named_by_its_title_or_anchor_and_a_doubled_title_by_its_anchor() -> None:
    twice = (Section("tours-1", "Tours"), Section("tours-2", "Tours"))
    more = tuple(Section(f"section-{n}", f"Section {n}") for n in range(40))
    town = await town_with(book=replace(BOOK, sections=(*more, *twice)))
    form = await write(town)
    assert len(next(field for field in form.fields if field.id == "section").choices) == 31
    form = await again(await sent(town, form, title="Tours", link="tours"))
    assert "2 sections are called so. Write which by its anchor: #tours-1, #tours-2." in form.error
    await save(town, form, link="#Tours-2")
    assert (await town.common("C-1")).link == "#tours-2"


async def test_without_a_handbook_the_link_is_an_address() -> None:
    town = await town_with(book=Handbook())
    form = await write(town)
    assert [field.id for field in form.fields] == ["title", "answer", "link", "phrases"]
    await save(town, form, title="Tours", link="https://wiki.example/tours")
    assert (await town.common("C-1")).link == "https://wiki.example/tours"


async def test_a_title_that_is_there_already_is_said_with_the_way_to_its_entry() -> None:
    town = await town_with(PRINTER, OLD)
    form = await again(await sent(town, await write(town), title="LABEL printer is down"))
    assert form.error == "C-1 has this title already. Take another title, or edit that one."
    assert [one.title for row in form.rows for one in row.buttons] == ["Save", "Edit C-1…"]
    form = await again(await sent(town, form, title="Fax is jammed"))
    assert "C-3 has this title already, which was retired." in form.error


async def test_two_who_edit_at_once_hear_of_each_other() -> None:
    town = await town_with(PRINTER)
    mine, theirs = await write(town, "C-1"), await write(town, "C-1", BEN)
    assert "Saved" in await save(town, theirs, BEN, answer="Call the vendor.", section="#tours")
    form = await again(await sent(town, mine, answer="Buy a new one.", phrases="it is broken"))
    assert "Somebody else changed meanwhile: Answer: Call the vendor." in form.error
    assert filled(form)["answer"] == "Buy a new one."
    assert filled(form)["section"] == "#tours"
    assert "Saved" in await save(town, form)
    kept = await town.common("C-1")
    assert (kept.answer, kept.link, kept.phrases) == ("Buy a new one.", "#tours", ("it is broken",))


async def test_two_who_change_the_link_at_once_are_told_by_the_sections_name() -> None:
    town = await town_with(PRINTER)
    mine, theirs = await write(town, "C-1"), await write(town, "C-1", BEN)
    await save(town, theirs, BEN, section="-")
    form = await again(await sent(town, mine, section="#tours"))
    assert "Section: No section" in form.error
    assert filled(form)["section"] == "#tours"
    other = await write(town, "C-1", BEN)
    await save(town, form)
    form = await again(await sent(town, other, BEN, section="#printers", title=""))
    assert "Section: Tours" in form.error


async def test_two_who_begin_from_the_same_request_hear_of_each_other() -> None:
    town = await town_with()
    await town.post("Label printer 4 is down")
    mine, theirs = await write(town, "R-1"), await write(town, "R-1", BEN)
    await save(town, theirs, BEN, title="Printer", answer="")
    form = await again(await sent(town, mine, title="Label printer", answer="Feed it."))
    assert "Somebody else changed meanwhile: Title: Printer\n" in form.error
    assert "Answer: (empty)" not in form.error
    assert "Saved" in await save(town, form)
    assert len((await (await town.desk()).state()).commons) == 1


async def test_the_same_form_sent_twice_is_one_entry() -> None:
    town = await town_with()
    form = await write(town)
    for _ in range(2):
        assert "Saved" in await save(town, form, title="Printer", answer="Feed it.")
    assert len((await (await town.desk()).state()).commons) == 1


async def test_an_emptied_answer_is_empty_and_a_retired_entry_is_taken_up_by_saving_it() -> None:
    town = await town_with(OLD)
    form = await write(town, "C-3")
    assert "It was retired: saving takes it up again." in form.note
    button = form.rows[0].buttons[0]
    fields = {"title": "Fax is jammed", "section": "-"}  # clients send no empty input
    await town.press(
        Send, "", ANA, place=personal("ana"), card="x", step=button.step, choice=button.choice, form=button.form,
        fields=fields,
    )  # fmt: skip
    kept = await town.common("C-3")
    assert (kept.standing, kept.answer) == (Standing.LISTED, "")


@pytest.mark.parametrize(("choice", "why"), [("R-9", "I know no request R-9."), ("C-9", "C-9 is not there any more")])
async def test_what_is_not_there_is_said(choice: str, why: str) -> None:
    town = await town_with()
    answer = await town.press(Open, "", ANA, place=personal("ana"), card="x", step="common.write", choice=choice)
    assert isinstance(answer, Word)
    assert answer.text.startswith(why)


async def test_a_request_that_is_closed_leads_to_what_is_written_down_of_it() -> None:
    town = await town_with()
    await town.post("Label printer 4 is down")
    menu = await town.open("support", "R-1", ANA)
    assert "Write down" not in [row.heading for row in menu.rows], "its answer is not known yet"
    await town.press(Solve, "R-1", OLGA)
    menu = await town.open("support", "R-1", ANA)
    (row,) = [row for row in menu.rows if row.heading == "Write down"]
    for button in row.buttons:
        form = await town.open(button.step, "R-1", ANA)
        assert "R-1" in form.note or form.title == "Which section of the handbook?"
        answer = await town.press(Send, "R-1", ANA, step=button.step)
        assert isinstance(answer, Dialog)
    form = await town.open("common", "R-1", ANA)
    button = form.rows[0].buttons[0]
    place = (await town.request()).place
    await town.press(
        Send, "", ANA, place=place, step=button.step, choice=button.choice, form=button.form, fields=filled(form)
    )
    assert (await town.request()).common == "C-1"
    assert (await town.request()).status is Status.CLOSED


async def test_whoever_asked_is_told_for_whom_writing_it_down_is() -> None:
    town = await town_with()
    await town.post("Label printer 4 is down")
    assert "Title" not in await town.press_open("common", "R-1", OLGA)


# -- not needed -----------------------------------------------------------------------------------------------------


async def test_what_needs_no_entry_is_declined_and_can_be_written_after_all() -> None:
    town = await town_with(Common("C-1", Standing.PROPOSED, uses=PRINTER.uses))
    for _ in range(2):
        answer = await town.press(Send, "", ANA, place=personal("ana"), card="x", step="common.decline", choice="C-1")
        assert isinstance(answer, Card)
        assert isinstance(answer.view, PlanCard)
        assert answer.view.title == "Ana Lindqvist said that no entry is needed"
        (button,) = answer.view.opens
    assert (await town.common("C-1")).standing is Standing.DECLINED
    form = await write(town, button.choice)
    assert "saving makes it one after all" in form.note
    await save(town, form, title="Printer")
    refused = await town.press(Send, "", ANA, place=personal("ana"), card="x", step="common.decline", choice="C-1")
    assert said(refused) == "C-1 is a common request already."
    refused = await town.press(Send, "", ANA, place=personal("ana"), card="x", step="common.decline", choice="C-9")
    assert isinstance(refused, Word)


# -- sheets ---------------------------------------------------------------------------------------------------------

EVERY = frozenset({"title", "answer", "link", "phrases", "times", "last"})


async def imported(town: Town, *commons: Common, given: frozenset[str] = EVERY) -> str:
    """Import rows; return what was refused."""
    rows = tuple(CommonRow(f"line {number}", one, given) for number, one in enumerate(commons, 2))
    desk = await town.desk()
    event = CommonsImported(key=f"import:{uuid4()}", happened_at=town.now, rows=rows)
    answer = await desk.handle(event)
    return answer.text if isinstance(answer, Word) else ""


SHEET = Common("", title="Label printer is down", answer="New.", link="https://x.example", phrases=("p; q",))


async def test_a_sheet_adds_entries_and_twice_the_same_changes_nothing() -> None:
    town = await town_with()
    row = replace(SHEET, earlier=7, earlier_at=at("2026-11-20 12:00"))
    assert await imported(town, row) == ""
    kept = await town.common("C-1")
    assert (kept.standing, kept.times, kept.last_at) == (Standing.LISTED, 7, at("2026-11-20 12:00"))
    assert kept.phrases == ("p, q",)
    await town.wait(5)
    assert await imported(town, row) == ""
    assert await town.common("C-1") == kept


async def test_a_row_means_the_entry_of_its_title_and_counts_only_grow() -> None:
    town = await town_with(PRINTER, OLD)
    assert await imported(town, replace(SHEET, earlier=2, earlier_at=at("2026-11-01 12:00"))) == ""
    kept = await town.common("C-1")
    assert (kept.answer, kept.times, kept.last_at) == ("New.", 7, PRINTER.last_at)
    assert await imported(town, replace(SHEET, earlier=10, earlier_at=PRINTER.last_at)) == ""
    assert (await town.common("C-1")).times == 10
    assert await imported(town, replace(SHEET, earlier=12, earlier_at=at("2026-10-01 12:00"))) == ""
    assert (await town.common("C-1")).earlier_at == at("2026-10-01 12:00")
    assert await imported(town, replace(SHEET, title="Fax is jammed", answer=""), given=frozenset({"title"})) == ""
    assert (await town.common("C-3")).standing is Standing.LISTED
    assert (await town.common("C-3")).answer == "Nobody faxes."


async def test_personal_data_in_a_sheet_is_masked() -> None:
    town = await town_with()
    await imported(town, replace(SHEET, answer="Ask Ben Okafor.", phrases=("I am a@b.example",)))
    kept = await town.common("C-1")
    assert (kept.answer, kept.phrases) == ("Ask [name].", ("I am [e-mail]",))


async def test_all_that_is_wrong_with_a_sheet_is_said_by_line_and_nothing_is_taken() -> None:
    town = await town_with()
    wrong = (
        replace(SHEET, title="t" * 101),
        SHEET,
        replace(SHEET, title="label printer IS down"),
        replace(SHEET, title="a", link="ftp://x"),
        replace(SHEET, title="b", link="# "),
        replace(SHEET, title="c", link="#any", earlier=1, earlier_at=town.now + timedelta(days=1)),
    )
    lines = (await imported(town, *wrong)).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["line 2", "line 4", "line 5", "line 6", "line 7"]
    assert lines[1] == "line 4: line 3 has the same title; leave one out"
    assert "can't have come last in the future" in lines[4]
    assert (await (await town.desk()).state()).commons == {}


async def test_the_command_is_no_request_of_the_channel() -> None:
    town = await town_with()
    assert CHANNEL in await town.post("common", ANA, addressed=True)
    assert await town.requests() == []
