"""Edits of the handbook: from a request, an entry or a section, looked at, proposed, and what becomes of them."""

from dataclasses import replace
from typing import Any

import pytest

from bot.effects import Dialog, ProposeEdit
from bot.events import Open, Send, Undeliverable
from bot.people import Person
from bot.places import personal
from bot.support.handbook import NO_HANDBOOK, Handbook, Section
from bot.support.request import Match
from bot.views import FormCard, PlanCard
from tests.journeys.test_commons import BOOK, PRINTER, filled, town_with
from tests.journeys.test_recurrence import thrice
from tests.journeys.town import ANA, BEN, FARID, OLGA, TEAM_CHANNEL, Town, at, said

PULLS = replace(BOOK, proposes=True)
TEXT = "### Label printers\nFeed the roll anew.\n\n**Label printer is down**\n\nFeed the roll anew and restart it.\n"


async def edit(town: Town, choice: str = "C-1", by: Person = ANA) -> FormCard:
    return await town.open("handbook.edit", "", by, choice, place=personal(by.id), card="form:x")


async def go(town: Town, form: FormCard, title: str, by: Person = ANA, **fields: str) -> FormCard:
    """Press a button of the form, filled in but for these fields; return what comes."""
    button = next(one for row in form.rows for one in row.buttons if one.title == title)
    kind = Open if button.verb == "open" else Send
    more: dict[str, Any] = {} if kind is Open else {"form": button.form, "fields": filled(form, **fields)}
    answer = await town.press(
        kind, "", by, place=personal(by.id), card="form:x", step=button.step, choice=button.choice, **more
    )
    assert isinstance(answer, Dialog), answer
    assert isinstance(answer.view, FormCard)
    return answer.view


def buttons(form: FormCard) -> list[str]:
    return [one.title for row in form.rows for one in row.buttons]


def links(view: FormCard | PlanCard) -> list[tuple[str, str]]:
    return [(one.title, one.url) for one in view.links]


async def proposed(town: Town, by: Person = ANA, **fields: str) -> FormCard:
    form = await go(town, await edit(town, by=by), "Look at it", by, **fields)
    return await go(town, form, "Propose it", by)


# -- from an entry --------------------------------------------------------------------------------------------------


async def test_from_an_entry_its_section_is_filled_in_with_the_answer_and_looked_at_as_a_difference() -> None:
    town = await town_with(PRINTER, book=PULLS)
    form = await edit(town)
    assert form.title == "Printers > Label printers"
    assert filled(form)["text"] == TEXT
    assert buttons(form) == ["Look at it", "Another section…"]
    form = await go(town, form, "Look at it", text=TEXT.replace("anew.", "again."))
    assert form.code.splitlines() == [
        " ### Label printers",
        "-Feed the roll anew.",
        "+Feed the roll again.",
        "+",
        "+**Label printer is down**",
        "+",
        "+Feed the roll anew and restart it.",
    ]
    assert filled(form)["text"].startswith("### Label printers\nFeed the roll again.\n")
    assert buttons(form) == ["Propose it", "Look at it again"]
    assert links(form) == [("Open GitHub's editor", "https://github.example/edit/handbook.md")]


async def test_what_is_proposed_is_the_whole_section_and_whoever_did_gets_the_link() -> None:
    town = await town_with(PRINTER, book=PULLS)
    form = await proposed(town)
    assert form.title == "It is being proposed"
    (effect,) = town.teams.edits
    assert (effect.section, effect.title) == ("#label-printers", "Handbook: Printers > Label printers")
    assert effect.before == "### Label printers\nFeed the roll anew.\n\n"
    assert effect.after == TEXT + "\n"
    card = town.to(ANA)[-1].view
    assert isinstance(card, PlanCard)
    assert card.title == "Your edit of the handbook is proposed"
    assert links(card) == [("Open pull request", "https://github.example/pull/1")]
    assert (await (await town.desk()).state()).facts.edits == ()


async def test_the_line_ends_of_the_handbook_stay_as_they_are() -> None:
    crlf = Section("label-printers", "Label printers", "### Label printers\r\n", "Feed it.\r\n\r\n\r\n")
    town = await town_with(PRINTER, book=replace(PULLS, sections=(crlf,)))
    form = await edit(town)
    assert "\r" not in filled(form)["text"]
    await proposed(town)
    (effect,) = town.teams.edits
    assert effect.after == (
        "### Label printers\r\nFeed it.\r\n\r\n**Label printer is down**\r\n\r\n"
        "Feed the roll anew and restart it.\r\n\r\n\r\n"
    )


async def test_the_same_press_twice_and_the_same_text_twice_are_one_proposal() -> None:
    town = await town_with(PRINTER, book=PULLS)
    town.teams.pulls = [None]
    await proposed(town)
    assert (await proposed(town)).title == "It is being proposed"
    form = await go(town, await edit(town, by=BEN), "Look at it", BEN)
    form = await go(town, form, "Propose it", BEN)
    assert form.error == "Ana Lindqvist has just proposed the same."
    assert len(town.teams.edits) == 1


# -- which section --------------------------------------------------------------------------------------------------


async def test_from_a_request_the_section_is_asked_for_the_likeliest_first() -> None:
    town = await town_with()
    town.teams.found["No tour on my phone"] = (Match("#tours", sure=False), Match("R-9", sure=False))
    await town.post("No tour on my phone")
    form = await edit(town, "R-1")
    assert [one.id for one in form.fields[0].choices] == ["#tours", "#printers", "#label-printers", "new"]
    form = await go(town, form, "Go on")
    assert form.title == "Tours"
    assert filled(form)["text"] == (
        "## Tours\nReload the tour.\n\nPeople ask for it like this:\n\n- No tour on my phone\n"
    )


async def test_a_new_section_holds_how_people_ask_under_a_heading_like_the_others() -> None:
    town = await town_with(replace(PRINTER, link=""), book=PULLS)
    form = await go(town, await edit(town), "Go on", section="new")
    assert filled(form)["text"] == (
        "## Label printer is down\n\nFeed the roll anew and restart it.\n\n"
        "People ask for it like this:\n\n- the label printer does not print\n"
    )
    form = await go(town, form, "Look at it")
    await go(town, form, "Propose it")
    (effect,) = town.teams.edits
    assert (effect.section, effect.before) == ("", "")
    assert effect.title == "Handbook: new section Label printer is down"
    assert effect.after.startswith("## Label printer is down\n")
    assert effect.after.endswith("not print\n")


async def test_a_section_itself_can_be_edited_and_another_one_chosen_instead() -> None:
    town = await town_with()
    form = await edit(town, "#tours")
    assert filled(form)["text"] == "## Tours\nReload the tour.\n"
    form = await go(town, await edit(town, "#label-printers"), "Another section…")
    assert form.title == "Which section of the handbook?"
    assert (await go(town, form, "Go on", section="#tours")).title == "Tours"


async def test_another_section_than_the_entrys_can_be_chosen() -> None:
    town = await town_with(PRINTER)
    form = await go(town, await edit(town), "Another section…")
    assert form.title == "Which section of the handbook?"
    form = await go(town, form, "Go on", section="#tours")
    assert form.title == "Tours"


async def test_of_many_sections_any_is_found_by_its_title() -> None:
    many = tuple(Section(f"s-{n}", f"Section {n}", f"# Section {n}\n") for n in range(40))
    town = await town_with(replace(PRINTER, link=""), book=replace(BOOK, sections=many))
    form = await edit(town)
    assert [field.id for field in form.fields] == ["section", "other"]
    form = await go(town, form, "Go on", other="scanners")
    assert form.error == "The handbook has no section “scanners”."
    form = await go(town, form, "Go on", other="Section 39")
    assert filled(form)["text"].startswith("# Section 39\n")


async def test_a_section_that_goes_while_it_is_chosen_is_said() -> None:
    town = await town_with(replace(PRINTER, link=""))
    form = await edit(town)
    town.shelf.handbook = replace(BOOK, sections=BOOK.sections[:1])
    form = await go(town, form, "Go on", section="#tours")
    assert form.error == "That section is not there any more: choose another."
    form = await edit(town, "#tours")
    assert form.error == "That section is not in the handbook any more."


# -- what can go wrong ----------------------------------------------------------------------------------------------


async def test_a_section_that_somebody_changed_meanwhile_is_said_and_nothing_is_proposed() -> None:
    town = await town_with(PRINTER, book=PULLS)
    form = await go(town, await edit(town), "Look at it")
    sections = tuple(replace(one, body=f"New words.\n{one.body}") for one in BOOK.sections)
    town.shelf.handbook = replace(PULLS, sections=sections)
    form = await go(town, form, "Propose it")
    assert form.error.startswith("Somebody changed this section meanwhile.")
    assert "-New words." in form.code
    assert town.teams.edits == []
    await go(town, form, "Propose it")
    assert town.teams.edits[0].before == "### Label printers\nNew words.\nFeed the roll anew.\n\n"


async def test_a_section_that_is_removed_meanwhile_would_be_a_new_one() -> None:
    town = await town_with(PRINTER, book=PULLS)
    form = await go(town, await edit(town), "Look at it")
    town.shelf.handbook = replace(PULLS, sections=BOOK.sections[:1])
    form = await go(town, form, "Propose it")
    assert "this would be a new one" in form.error
    assert filled(form)["text"] == TEXT
    await go(town, form, "Propose it")
    assert town.teams.edits[0].section == ""


async def test_what_is_new_is_masked_and_shown_and_what_stood_there_stays() -> None:
    contact = Section("label-printers", "Label printers", "### Label printers\n", "Mail ops@x.example.\n")
    town = await town_with(PRINTER, book=replace(PULLS, sections=(contact,)))
    text = "### Label printers\nMail ops@x.example.\nOr ask Ben Okafor,\nme@x.example.\n"
    form = await go(town, await edit(town), "Look at it", text=text)
    assert "were masked" in form.error
    assert filled(form)["text"] == "### Label printers\nMail ops@x.example.\nOr ask [name],\n[e-mail].\n"
    form = await go(town, form, "Propose it")
    assert town.teams.edits[0].after == "### Label printers\nMail ops@x.example.\nOr ask [name],\n[e-mail].\n"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (" \n ", "Write what the section says."),
        ("x" * 12_001, "At most 12000 characters here; these are 12001."),
        ("Я" * 3000, "That is too long to be edited here."),
        ("### Label printers\r\nFeed the roll anew.", "Nothing differs yet."),
    ],
)
async def test_a_text_that_can_not_be_proposed_comes_back(text: str, error: str) -> None:
    town = await town_with(PRINTER, book=PULLS)
    form = await go(town, await edit(town), "Look at it", text=text)
    assert form.error.startswith(error)
    assert town.teams.edits == []


async def test_a_section_too_long_for_a_form_is_edited_by_hand() -> None:
    giant = Section("label-printers", "Label printers", "### Label printers\n", "x" * 1_000_000)
    town = await town_with(PRINTER, book=replace(PULLS, sections=(giant,)))
    form = await edit(town)
    assert "is too long to be edited here. Add this to it in the editor." in form.note
    assert filled(form)["text"] == "**Label printer is down**\n\nFeed the roll anew and restart it."
    assert links(form) == [("Open GitHub's editor", "https://github.example/edit/handbook.md")]
    assert buttons(form) == ["Another section…"]


async def test_long_differences_are_cut() -> None:
    town = await town_with(PRINTER)
    text = "\n".join([*(f"line {n}" for n in range(100)), "y" * 500])
    form = await go(town, await edit(town), "Look at it", text=text)
    lines = form.code.splitlines()
    assert len(lines) == 61
    assert lines[-1] == "… and 43 more lines"
    short = await go(town, form, "Look at it again", text="z" * 500)
    assert max(map(len, short.code.splitlines())) == 160


async def test_where_the_bot_may_not_propose_the_text_is_there_to_copy() -> None:
    town = await town_with(PRINTER)
    form = await go(town, await edit(town), "Look at it")
    assert buttons(form) == ["Look at it again"]
    assert form.note == "Copy the text, open the editor, and put it there in the place of the section."
    assert form.fields[0].label == "The new text, to copy"
    button = form.rows[0].buttons[0]
    answer = await town.press(
        Send, "", ANA, place=TEAM_CHANNEL, step="handbook.propose", choice=button.choice, fields=filled(form)
    )
    assert "I can't propose it any more: use the editor." in said(answer)


async def test_a_handbook_that_is_a_file_or_is_not_there_takes_the_text_by_hand() -> None:
    file = Handbook(address="", sections=BOOK.sections, read_at=BOOK.read_at)
    town = await town_with(PRINTER, book=file)
    form = await go(town, await edit(town), "Look at it")
    assert form.note == "Copy the text into the handbook's file, in the place of the section."
    assert form.links == ()
    town.shelf.handbook = replace(file, address="https://docs.example/handbook")
    form = await go(town, form, "Look at it again")
    assert "the handbook's file (https://docs.example/handbook)" in form.note
    town.shelf.handbook = NO_HANDBOOK
    form = await edit(town)
    assert form.title == "A new section"
    assert filled(form)["text"].startswith("## Label printer is down\n")
    assert buttons(form) == ["Look at it"]


async def test_requesters_can_not_edit_the_handbook() -> None:
    town = await town_with(PRINTER)
    assert "Look at it" not in said(
        await town.press(Open, "", OLGA, place=personal("olga"), card="x", step="handbook.edit", choice="C-1")
    )


# -- what becomes of it ---------------------------------------------------------------------------------------------


async def test_without_a_pull_request_the_text_comes_back_with_the_reason_and_can_be_proposed_again() -> None:
    town = await town_with(PRINTER, book=PULLS)
    town.teams.pulls = ["The token may not write there."]
    await proposed(town)
    card = town.to(ANA)[-1].view
    assert isinstance(card, FormCard)
    assert (
        "There is no pull request of “Handbook: Printers > Label printers”. The token may not write there." in card.note
    )
    assert filled(card)["text"] == TEXT
    assert links(card) == [("Open GitHub's editor", "https://github.example/edit/handbook.md")]
    form = await go(town, await go(town, card, "Look at it"), "Propose it")
    assert form.title == "It is being proposed"
    assert town.to(ANA)[-1].text.startswith("Your edit of the handbook is proposed")


async def test_what_github_never_answers_is_told_too() -> None:
    town = await town_with(PRINTER, book=PULLS)
    town.teams.pulls = [None]
    await proposed(town)
    (one,) = town.teams.proposing
    desk = await town.desk()
    town.shelf.handbook = replace(PULLS, edit_address="", sections=())
    for _ in range(2):
        desk.report(
            Undeliverable(
                key=f"refused:{town.now.isoformat()}", happened_at=town.now, effect=one[1].id, place="GitHub",
                reason="", message=one[1].effect.key,
            )
        )  # fmt: skip
        await desk.settle()
    card = town.to(ANA)[-1].view
    assert isinstance(card, FormCard)
    assert "I can't tell what became of it" in card.note
    assert "copy it into the handbook." in card.note
    assert card.links == ()


async def test_an_answer_that_comes_late_waits_until_whoever_asked_is_there() -> None:
    town = await town_with(PRINTER, book=PULLS)
    town.now = at("2026-11-23 17:50")
    town.teams.pulls = [None]
    await proposed(town)
    before = len(town.to(ANA))
    town.now = at("2026-11-23 22:00")
    town.teams.answer_edit(*town.teams.proposing[0], "https://github.example/pull/7")
    await (await town.desk()).settle()
    assert len(town.to(ANA)) == before
    await town.sleep_until("2026-11-24 08:00")
    await town.until("2026-11-24 09:01")
    assert "Your edit of the handbook is proposed" in "\n".join(one.text for one in town.to(ANA)[before:])
    assert (await (await town.desk()).state()).facts.edits == ()


async def test_in_a_pause_a_late_answer_waits_for_its_end() -> None:
    town = await town_with(PRINTER, book=PULLS)
    town.teams.pulls = [None]
    await proposed(town)
    await town.write("pause", FARID)
    await town.wait(45)
    before = len(town.to(ANA))
    town.teams.answer_edit(*town.teams.proposing[0], "https://github.example/pull/7")
    await (await town.desk()).settle()
    assert len(town.to(ANA)) == before
    await town.write("resume", FARID)
    assert "Your edit of the handbook is proposed" in town.to(ANA)[-1].text


async def test_an_answer_that_nobody_waits_for_changes_nothing() -> None:
    town = await town_with(PRINTER, book=PULLS)
    town.teams.pulls = [None]
    await proposed(town)
    town.teams.answer_edit(*town.teams.proposing[0], "https://github.example/pull/7")
    before = len(town.teams.sent)
    desk, one = town.teams.proposing[0]
    town.teams.answer_edit(desk, replace(one, id="9.9", effect=ProposeEdit("edit:other", "", "", "x", "x")), "no")
    await (await town.desk()).settle()
    assert len(town.teams.sent) == before + 1


async def test_somebody_away_reads_it_when_they_are_back() -> None:
    town = await town_with(PRINTER, book=PULLS)
    town.teams.pulls = [None]
    await proposed(town)
    await town.write("away 120", ANA)
    await town.wait(60)
    before = len(town.to(ANA))
    town.teams.answer_edit(*town.teams.proposing[0], "https://github.example/pull/7")
    await (await town.desk()).settle()
    assert len(town.to(ANA)) == before
    await town.until("2026-11-24 09:01")
    assert "Your edit of the handbook is proposed" in "\n".join(one.text for one in town.to(ANA)[before:])


# -- from a question whether to write down --------------------------------------------------------------------------


async def test_what_resembles_no_section_is_a_new_one_unless_somebody_chooses() -> None:
    town = await town_with()
    await town.post("No tour on my phone")
    form = await edit(town, "R-1")
    assert form.fields[0].value == "new"


async def test_the_title_of_the_whole_handbook_is_not_repeated_before_each_section() -> None:
    whole = (Section("book", "Book", "# Book\n"), Section("a", "A", "## A\n", "", ("Book",)))
    town = await town_with(book=replace(BOOK, sections=(*whole, Section("b", "B", "### B\n", "", ("Book", "A")))))
    await town.post("No tour on my phone")
    form = await edit(town, "R-1")
    assert [one.title for one in form.fields[0].choices] == ["Book", "A", "A > B", "A new section at the end"]


async def test_once_an_edit_is_proposed_nobody_is_asked_any_more_to_write_it_down() -> None:
    town = await thrice()
    town.shelf.handbook = PULLS
    form = await go(town, await edit(town), "Go on", section="new")
    await go(town, await go(town, form, "Look at it"), "Propose it")
    for who in (ANA, BEN):
        (card,) = [one for one in town.to(who) if one.key.startswith("recurs")]
        assert card.text.startswith("Ana Lindqvist proposed an edit of the handbook: label printer 6 is down\n")
        assert "[Write it down after all…]" in card.text


async def test_what_a_section_answered_three_times_adds_to_it_how_people_ask_and_no_link_to_itself() -> None:
    town = await town_with(book=PULLS)
    for number, text in enumerate(("No tour on my phone", "the phone shows no tour", "where is my tour?"), 1):
        town.teams.found[text] = (Match("#tours", sure=True), *([Match("R-1", sure=False)] if number > 1 else []))
        await town.post(text)
        reply = (await town.open("likely", f"R-{number}", ANA)).fields[0].value
        await town.send("likely", f"R-{number}", ANA, choice="#tours", text=reply)
        await town.wait(20)
    (card,) = [one for one in town.to(ANA) if one.key.startswith("recurs")]
    assert card.text.endswith("The handbook has it: Tours. How people ask for it may be added there.")
    form = await edit(town)
    assert filled(form)["text"] == (
        "## Tours\nReload the tour.\n\nPeople ask for it like this:\n\n"
        "- No tour on my phone\n- the phone shows no tour\n- where is my tour?\n"
    )
