"""Likely answers: support has them before it when it opens a request; a press sends, teaches or dismisses one."""

from datetime import timedelta

import pytest

from bot.events import Claim, Open, Send, Solve
from bot.policy import Language, Page, Policy
from bot.support.handbook import Handbook, Section
from bot.support.recurrence import Common, Standing, Use
from bot.support.request import Match, Outcome, Status
from tests.journeys.town import ANA, BEN, DILAN, EVA, OLGA, TOM, Town, said

STUCK = Section("tour-is-stuck", "Tour is stuck", "## Tour is stuck\n", "Close it under *Tours*.\n", ("Tours",))
LOGIN = Section("driver-cannot-log-in", "Driver cannot log in", "## Driver cannot log in\n", "Reset the PIN.\n")
BOOK = Handbook("https://github.example/handbook.md", sections=(STUCK, LOGIN))
SURE, UNSURE = Match("#tour-is-stuck", sure=True), Match("#driver-cannot-log-in", sure=False)
TEXT = "tour 48213 still in delivery"
LINK = "https://github.example/handbook.md#tour-is-stuck"


async def asked(*found: Match, handbook: Handbook = BOOK, text: str = TEXT, **more: object) -> tuple[Town, str]:
    """Return a town in which Olga has asked something that resembles what was found, and her thread."""
    town = Town(**more)  # type: ignore[arg-type]
    town.shelf.handbook = handbook
    town.teams.found[text] = found
    return town, await town.post(text)


async def test_the_personal_copy_names_what_may_answer_and_the_card_in_the_thread_does_not() -> None:
    town, _ = await asked(SURE, UNSURE)
    await town.wait(2)
    (copy,) = town.to(ANA)
    assert "[I'm looking into it]\n[Ask]\nLikely: Tour is stuck · Driver cannot log in\n[Likely answer…]" in copy.text
    assert "Tour is stuck" not in town.card()


async def test_what_is_not_sure_says_so() -> None:
    town, _ = await asked(UNSURE)
    await town.wait(2)
    assert "Perhaps: Driver cannot log in" in town.to(ANA)[0].text
    assert "I am not sure." in (await town.open("likely", "R-1", ANA)).note


async def test_two_presses_close_a_request_whose_answer_is_in_the_handbook() -> None:
    town, place = await asked(SURE)
    await town.wait(2)
    form = await town.open("likely", "R-1", ANA, card=town.to(ANA)[0].key)
    assert form.note == "Handbook: Tour is stuck.\nClose it under Tours."
    (field,) = form.fields
    assert field.value == f"This is in our handbook: Tour is stuck\n{LINK}"
    send = form.rows[0].buttons[0]
    assert (send.title, send.main) == ("Send and close", True)
    done = await town.send("likely", "R-1", ANA, choice=send.choice, text=field.value)
    assert done.startswith("Sent and closed.")
    request = await town.request()
    assert (request.status, request.outcome, request.helped) == (Status.CLOSED, Outcome.DOCS, ("#tour-is-stuck",))
    assert request.responder is not None
    assert request.responder.id == "ana"
    assert LINK in "".join(town.in_thread(place))


async def test_the_reply_is_in_the_desks_language() -> None:
    town, _ = await asked(SURE, policy=Policy(language=Language.GERMAN))
    (field,) = (await town.open("likely", "R-1", ANA)).fields
    assert field.value.startswith("Das steht in unserem Handbuch: Tour is stuck")


async def test_a_handbook_without_an_address_is_sent_in_its_own_words() -> None:
    town, _ = await asked(SURE, handbook=Handbook(sections=(STUCK,)))
    (field,) = (await town.open("likely", "R-1", ANA)).fields
    assert field.value == "Close it under *Tours*."


@pytest.mark.parametrize("text", ["something else", " "])
async def test_what_other_words_resembled_is_not_offered_any_more(text: str) -> None:
    town, place = await asked(SURE)
    await town.wait(2)
    await town.edit(place, text)
    assert (await town.request()).matches == ()
    assert "Likely" not in town.to(ANA)[0].text


async def test_the_menu_leads_to_likely_answers_only_where_there_are_any() -> None:
    town, _ = await asked(SURE)
    menu = said(await town.press(Open, "R-1", ANA, step="support"))
    assert "Likely: Tour is stuck" in menu
    assert "[I'm looking into it]\n[Likely answers]\n" in menu  # at the top: two presses from here, too
    await town.post("something new", TOM)
    menu = said(await town.press(Open, "R-2", ANA, step="support"))
    assert "Likely" not in menu


async def test_whoever_observes_is_shown_no_likely_answers() -> None:
    town, _ = await asked(SURE)
    menu = said(await town.press(Open, "R-1", DILAN, step="support"))
    assert "[Suggest an answer]" in menu
    assert "Tour is stuck" not in menu


async def test_what_goes_with_another_request_is_answered_there_and_has_no_likely_answers() -> None:
    town, _ = await asked(text="something new")
    town.teams.found[TEXT] = (SURE,)
    await town.post(TEXT, TOM)
    await town.send("same", "R-2", ANA, lead="R-1")
    menu = said(await town.press(Open, "R-2", ANA, step="support"))
    assert "[Separate matter]" in menu
    assert "Tour is stuck" not in menu


async def test_triage_in_ones_own_chat_names_them_too() -> None:
    town, _ = await asked(SURE)
    assert "Likely: Tour is stuck" in await town.write("triage R-1", ANA)


async def test_this_helped_is_remembered_and_claims_the_request() -> None:
    town, _ = await asked(SURE)
    done = await town.send("helped", "R-1", ANA, choice="#tour-is-stuck")
    assert done.startswith("Noted. The next one like it will find it first.")
    request = await town.request()
    assert (request.helped, request.status) == (("#tour-is-stuck",), Status.ACKNOWLEDGED)
    assert "This helped" not in said(await town.press(Open, "R-1", ANA, step="likely"))


async def test_not_this_takes_it_off_and_goes_on_with_the_next() -> None:
    town, _ = await asked(SURE, UNSURE)
    await town.wait(2)
    shown = await town.send("unlike", "R-1", ANA, choice="#tour-is-stuck")
    assert "Handbook: Driver cannot log in." in shown
    assert (await town.request()).unlike == ("#tour-is-stuck",)
    assert "Perhaps: Driver cannot log in" in town.to(ANA)[0].text
    last = await town.send("unlike", "R-1", ANA, choice="#driver-cannot-log-in")
    assert "Noted. Nothing that I know resembles it." in last
    assert "Perhaps" not in town.to(ANA)[0].text


async def test_what_was_dismissed_is_not_found_again_when_the_post_is_edited() -> None:
    town, place = await asked(SURE)
    await town.send("unlike", "R-1", ANA, choice="#tour-is-stuck")
    town.teams.found["tour 48213 hangs"] = (SURE, UNSURE)
    await town.wait(1)
    await town.edit(place, "tour 48213 hangs")
    assert [one.ref for one in (await town.request()).matches] == ["#driver-cannot-log-in"]


async def test_undo_takes_back_what_was_taught() -> None:
    town, _ = await asked(SURE)
    await town.send("helped", "R-1", ANA, choice="#tour-is-stuck")
    await town.send("undo", "R-1", ANA)
    request = await town.request()
    assert (request.helped, request.matches, request.status) == ((), (SURE,), Status.OPEN)
    await town.send("unlike", "R-1", ANA, choice="#tour-is-stuck")
    await town.send("undo", "R-1", ANA)
    assert ((await town.request()).unlike, (await town.request()).matches) == ((), (SURE,))


async def test_a_closed_request_is_offered_with_its_outcome_and_its_last_word_without_names() -> None:
    town = Town()
    await town.post("Tour 4 hangs, tell Tom Reuter at tom@example.com")
    await town.send("close", "R-1", ANA, choice="close", outcome="answered", text="Tom Reuter closes it under Tours.")
    town.teams.found[TEXT] = (Match("R-1", sure=False, outcome=Outcome.ANSWERED),)
    await town.post(TEXT, TOM)
    form = await town.open("likely", "R-2", ANA)
    assert form.note.startswith("Is it the same as R-1 (10:00)? I am not sure.\n“Tour 4 hangs, tell [name] at ")
    assert "example.com" not in form.note
    assert form.fields[0].value == "[name] closes it under Tours."
    done = await town.send("helped", "R-2", ANA, choice="R-1")
    assert "They count as the same now." in done
    assert ((await town.request("R-1")).common, (await town.request("R-2")).common) == ("C-1", "C-1")


async def test_a_closed_request_whose_words_are_erased_says_so() -> None:
    town = Town()
    await town.post("tour 4 hangs")
    await town.press(Solve, "R-1", OLGA)
    await town.until("2027-03-20 10:00")
    town.teams.found[TEXT] = (Match("R-1", sure=True, outcome=Outcome.SOLVED_BY_REQUESTER),)
    await town.post(TEXT, TOM)
    form = await town.open("likely", "R-2", ANA)
    assert form.note == "It resembles R-1, whose words are erased."
    assert form.fields[0].value == ""


async def test_a_common_request_answers_with_its_answer_and_its_section_and_counts_once() -> None:
    town = Town()
    town.shelf.handbook = BOOK
    await town.put_common(Common("C-1", Standing.LISTED, "Tour hangs", "Close it by force.", "#tour-is-stuck"))
    town.teams.found[TEXT] = (Match("C-1", sure=True),)
    await town.post(TEXT)
    form = await town.open("likely", "R-1", ANA)
    assert form.note == "Common request: Tour hangs (written down)."
    assert form.fields[0].value == f"Close it by force.\nThis is in our handbook: Tour is stuck\n{LINK}"
    assert [link.url for link in form.links] == [LINK]
    await town.send("likely", "R-1", ANA, choice="C-1", text=form.fields[0].value)
    request, common = await town.request(), await town.common()
    assert (request.outcome, request.common, common.times) == (Outcome.DOCS, "C-1", 1)


async def test_a_common_request_may_lead_to_any_page_or_none() -> None:
    town = Town()
    await town.put_common(Common("C-1", Standing.LISTED, "Tour hangs", "Close it.", "https://wiki.example/tours"))
    town.teams.found[TEXT] = (Match("C-1", sure=True),)
    await town.post(TEXT)
    form = await town.open("likely", "R-1", ANA)
    assert form.fields[0].value == "Close it.\nhttps://wiki.example/tours"
    assert [(link.title, link.url) for link in form.links] == [("Open link", "https://wiki.example/tours")]
    await town.put_common(Common("C-1", Standing.LISTED, "Tour hangs", "Close it."))
    form = await town.open("likely", "R-1", ANA)
    assert form.fields[0].value == "Close it."
    await town.send("likely", "R-1", ANA, choice="C-1", text="Close it.")
    assert (await town.request()).outcome is Outcome.ANSWERED


async def test_not_this_counts_it_no_longer() -> None:
    town = Town()
    await town.put_common(Common("C-1", Standing.LISTED, "Tour hangs", "Close it."))
    town.teams.found[TEXT] = (Match("C-1", sure=True),)
    await town.post(TEXT)
    await town.send("helped", "R-1", ANA, choice="C-1")
    await town.send("unlike", "R-1", ANA, choice="C-1")
    request, common = await town.request(), await town.common()
    assert (request.common, request.helped, common.times) == ("", (), 0)


async def test_undo_counts_it_no_longer_either() -> None:
    town = Town()
    await town.put_common(Common("C-1", Standing.LISTED, "Tour hangs", "Close it."))
    town.teams.found[TEXT] = (Match("C-1", sure=True),)
    await town.post(TEXT)
    await town.send("likely", "R-1", ANA, choice="C-1", text="Close it.")
    await town.send("undo", "R-1", ANA)
    request, common = await town.request(), await town.common()
    assert (request.common, request.helped, common.times, request.status) == ("", (), 0, Status.OPEN)


@pytest.mark.parametrize("who", [EVA, DILAN])
async def test_whoever_is_not_support_is_told_who_is(who: object) -> None:
    town, _ = await asked(SURE)
    answer = said(await town.press(Open, "R-1", who, step="likely"))  # type: ignore[arg-type]
    assert "Ana Lindqvist" in answer
    assert "Tour is stuck" not in answer


async def test_the_requester_sees_none_of_it() -> None:
    town, _ = await asked(SURE)
    await town.press(Claim, "R-1", ANA)
    assert "Tour is stuck" not in said(await town.press(Open, "R-1", OLGA, step="support"))


async def test_a_section_that_is_gone_is_no_match_any_more_and_nothing_is_lost() -> None:
    town, _ = await asked(SURE, UNSURE)
    form = await town.open("likely", "R-1", ANA)
    town.shelf.handbook = Handbook("https://github.example/handbook.md", sections=(LOGIN,))
    back = await town.send("likely", "R-1", ANA, choice="#tour-is-stuck", text="My words")
    assert "It is not there any more" in back
    assert "[Driver cannot log in]" in back
    assert "It is not there any more." in (await town.open("likely", "R-1", ANA, "#tour-is-stuck")).note
    assert said(await town.press(Send, "R-1", ANA, step="helped", choice="#tour-is-stuck")) != ""
    assert (await town.request()).helped == ()
    town.shelf.handbook = BOOK
    assert (await town.open("likely", "R-1", ANA)).fields == form.fields


@pytest.mark.parametrize("step", ["helped", "unlike"])
async def test_a_press_that_names_no_match_teaches_nothing(step: str) -> None:
    town, _ = await asked(SURE)
    await town.press(Send, "R-1", ANA, step=step, choice="#gone")
    await town.press(Send, "R-1", ANA, step=step)
    request = await town.request()
    assert (request.helped, request.unlike, request.status) == ((), (), Status.OPEN)


async def test_with_nothing_found_the_form_says_so() -> None:
    town, _ = await asked()
    assert (await town.open("likely", "R-1", ANA)).note == "Nothing that I know resembles it."


async def test_an_empty_reply_comes_back_with_a_word_on_it() -> None:
    town, _ = await asked(SURE)
    back = await town.send("likely", "R-1", ANA, choice="#tour-is-stuck", text=" ")
    assert "Write something first." in back
    assert (await town.request()).status is Status.OPEN


async def test_what_ben_did_meanwhile_is_said_before_anas_reply_goes_out() -> None:
    town, _ = await asked(SURE)
    await town.press(Claim, "R-1", ANA)
    await town.send("reply", "R-1", BEN, text="On it")
    fields = {"text": "In the handbook"}
    back = await town.press(Send, "R-1", ANA, step="likely", choice="#tour-is-stuck", fields=fields, seen="1")
    assert "Ben Okafor" in said(back)


async def test_a_follower_is_answered_at_its_lead() -> None:
    town, _ = await asked(SURE)
    town.teams.found["the same here, tour hangs"] = (SURE,)
    await town.post("the same here, tour hangs", TOM)
    await town.send("same", "R-2", ANA, lead="R-1")
    assert "goes with R-1" in said(await town.press(Open, "R-2", ANA, step="likely"))


async def test_an_anchor_as_long_as_a_heading_may_be_still_has_its_button() -> None:
    long = Section("a" * 900, "A very long heading", "", "Body")
    town, _ = await asked(
        Match(long.ref, sure=True), handbook=Handbook("https://github.example/h.md", sections=(long,))
    )
    form = await town.open("likely", "R-1", ANA)
    choice = form.rows[0].buttons[0].choice
    assert len(choice) < 60
    await town.send("likely", "R-1", ANA, choice=choice, text="There")
    assert (await town.request()).helped == (long.ref,)


async def test_matches_that_arrive_after_the_copy_are_shown_on_it() -> None:
    town = Town()
    town.shelf.handbook = BOOK
    place = await town.post("hello, it hangs")
    await town.wait(2)
    assert "Likely" not in town.to(ANA)[0].text
    town.teams.found["hello, it hangs: tour 5"] = (SURE,)
    await town.edit(place, "hello, it hangs: tour 5")
    assert "Likely: Tour is stuck" in town.to(ANA)[0].text
    assert len(town.to(ANA)) == 1


async def test_what_was_found_for_words_that_were_edited_since_is_dropped() -> None:
    town, place = await asked(SURE)
    old = town.teams.matching[0]
    await town.wait(1)
    await town.edit(place, "never mind, another thing: printer")
    await town.matched(old, found=(SURE,))
    assert (await town.request()).matches == ()


async def test_the_leaf_for_documentation_offers_the_sections_it_resembles_first_then_those_of_its_words() -> None:
    town, place = await asked(UNSURE, policy=Policy(documentation=(Page("API docs", "https://docs.example/api"),)))
    form = await town.open("triage", "R-1", ANA, "document")
    listed = next(field for field in form.fields if field.id == "page")
    titles = ["Handbook: Driver cannot log in", "Handbook: Tour is stuck", "API docs"]
    assert [choice.title for choice in listed.choices] == titles
    fields = {"page": listed.choices[0].id, "text": "Have a look:"}
    await town.send("leaf", "R-1", ANA, choice="document", **fields)
    request = await town.request()
    assert (request.outcome, request.helped) == (Outcome.DOCS, ("#driver-cannot-log-in",))
    assert "Driver cannot log in: https://github.example/handbook.md#driver-cannot-log-in" in "".join(
        town.in_thread(place)
    )


async def test_the_leaf_for_documentation_needs_no_handbook() -> None:
    town, _ = await asked(SURE, handbook=Handbook(sections=(STUCK,)))
    form = await town.open("triage", "R-1", ANA, "document")
    assert [field.id for field in form.fields] == ["link", "text"]


async def test_a_similar_request_leads_to_its_thread_and_to_the_section_that_answered_it() -> None:
    town, place = await asked(SURE)
    await town.send("likely", "R-1", ANA, choice="#tour-is-stuck", text="It is in the handbook.")
    town.teams.found["tour 7 still in delivery"] = (UNSURE, Match("R-1", sure=True, outcome=Outcome.DOCS))
    await town.post("tour 7 still in delivery", TOM)
    first = await town.open("likely", "R-2", ANA)
    assert "R-1: tour 48213 still in delivery" in [one.title for row in first.rows for one in row.buttons]
    form = await town.open("likely", "R-2", ANA, "R-1")
    assert "It ended as docs. The handbook answered it: Tour is stuck." in form.note
    assert form.fields[0].value == f"This is in our handbook: Tour is stuck\n{LINK}"
    assert (form.thread, form.thread_label) == (place, "Open R-1")
    assert [link.url for link in form.links] == [LINK]


async def test_an_answer_from_before_is_not_sent_while_something_in_it_is_masked() -> None:
    town = Town()
    await town.put_common(
        Common("C-1", Standing.LISTED, "Tour hangs", "[name] closes it; see [the page](https://x.y).")
    )
    town.teams.found[TEXT] = (Match("C-1", sure=True),)
    place = await town.post(TEXT)
    ready = (await town.open("likely", "R-1", ANA)).fields[0].value
    back = await town.send("likely", "R-1", ANA, choice="C-1", text=ready)
    assert "Write what belongs there for [name], or leave it out. Nothing was sent yet." in back
    assert ((await town.request()).status, "closes it" in "".join(town.in_thread(place))) == (Status.OPEN, False)
    done = await town.send("likely", "R-1", ANA, choice="C-1", text=ready.replace("[name]", "Ben"))
    assert done.startswith("Sent and closed.")


async def test_requests_that_are_alike_and_were_answered_by_the_same_section_count_as_the_same() -> None:
    town, _ = await asked(SURE)
    await town.send("likely", "R-1", ANA, choice="#tour-is-stuck", text="It is in the handbook.")
    alike, other = "tour 7 still in delivery", "tour 8 does it again"
    town.teams.found[alike] = town.teams.found[other] = (SURE, Match("R-1", sure=False, outcome=Outcome.DOCS))
    await town.post(alike, TOM)
    await town.send("likely", "R-2", ANA, choice="#tour-is-stuck", text="It is in the handbook.")
    assert ((await town.request("R-1")).common, (await town.request("R-2")).common) == ("C-1", "C-1")
    await town.send("undo", "R-2", ANA)
    assert ((await town.request("R-2")).common, (await town.common()).times) == ("", 1)
    await town.wait(20)
    await town.post(other, OLGA)
    await town.send("helped", "R-3", ANA, choice="R-1")
    assert (await town.common()).times == 2
    assert (await town.request("R-3")).helped == ("#tour-is-stuck", "R-1")  # what answered the same, answers it


@pytest.mark.parametrize(("days", "last"), [(0, "today"), (3, "on Fri 20 Nov")])
async def test_how_often_a_common_request_came_before_leaves_out_the_one_that_is_read(days: int, last: str) -> None:
    town = Town()
    uses = tuple(Use(one, town.now - timedelta(days=days)) for one in ("R-8", "R-9"))
    uses = (*uses, Use("R-1", town.now))
    await town.put_common(Common("C-1", Standing.LISTED, "Tour hangs", "Close it.", uses=uses))
    town.teams.found[TEXT] = (Match("C-1", sure=True),)
    await town.post(TEXT)
    form = await town.open("likely", "R-1", ANA)
    assert form.note == f"Common request: Tour hangs (asked 2 times before, last {last})."
