"""What crosses: steps, undo, pauses, nights, edits and deletions that come between each other."""

from dataclasses import replace

from bot.effects import PutNotice
from bot.events import Chosen, Claim, PersonErased, Reopen, Send, Solve
from bot.ports import Commit
from bot.rota.shift import Absence
from bot.support.request import Status
from bot.views import FormCard
from tests.journeys.test_raising import chosen_and_sent
from tests.journeys.town import ANA, BEN, EVA, FARID, OLGA, TEAM, TOM, Town, at, said


async def test_same_as_can_be_undone_after_the_leads_post_was_deleted() -> None:
    town = Town()
    first = await town.post("label printer down")
    await town.post("printer broken in Kiel", TOM)
    await town.send("same", "R-2", ANA, lead="R-1")
    await town.delete(first)
    await town.send("undo", "R-2", ANA)
    assert [(one.lead, one.followers) for one in await town.requests()] == [("", ()), ("", ())]


async def test_undo_of_an_undo_brings_no_line_twice() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(1)
    await town.send("pass", "R-1", ANA, person="ben", note="yours")
    await town.send("undo", "R-1", ANA)
    await town.wait(5)
    assert len(town.in_thread(place)) == 1
    await town.send("undo", "R-1", ANA)
    assert len(town.in_thread(place)) == 1


async def test_what_is_passed_on_again_after_an_undo_says_so() -> None:
    town = Town()
    await town.post("label printer down")
    await town.send("pass", "R-1", ANA, person="ben", note="wrong note")
    await town.send("undo", "R-1", ANA)
    await town.send("pass", "R-1", ANA, person="ben", note="right note")
    assert not [m for m in town.to(BEN) if "took back that you were passed this" in m.text]


async def test_taking_back_what_was_passed_on_leaves_what_another_passed_on() -> None:
    town = Town("2026-11-20 10:00")
    await town.post("label printer down")
    await town.send("pass", "R-1", ANA, person="ben", note="for Ben")
    await town.send("pass", "R-1", BEN, person="chen", note="for Chen")
    await town.send("undo", "R-1", BEN)
    assert not [m for m in town.to(BEN) if "took back" in m.text]


async def test_a_second_clock_that_was_paused_rings_when_the_pause_ends() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("back", "R-1", ANA, note="busy")
    count = len(town.to(BEN))
    assert count == 1
    await town.write("pause", FARID)
    await town.wait(60)
    await town.write("resume", FARID)
    await town.wait(120)
    assert len(town.to(BEN)) == count + 1


async def test_two_pauses_ring_twice() -> None:
    town = Town()
    await town.post("label printer down")
    await town.write("pause", FARID)
    await town.wait(3)
    await town.write("resume", FARID)
    assert [len(town.to(one)) for one in (ANA, BEN)] == [1, 1]
    await town.wait(1)
    await town.write("pause", FARID)
    await town.wait(60)
    await town.write("resume", FARID)
    await town.wait(120)
    assert [len(town.to(one)) for one in (ANA, BEN)] == [2, 2]


async def test_in_a_pause_nothing_is_passed_on_in_vain() -> None:
    town = Town()
    await town.post("label printer down")
    await town.write("pause", FARID)
    await town.wait(0.5)
    await town.send("pass", "R-1", ANA, person="ben", note="yours")
    await town.wait(0.5)
    await town.write("resume", FARID)
    await town.wait(1.5)
    assert len(town.to(BEN)) == 1


async def test_thirty_minutes_more_is_there_again_after_undo_of_a_close() -> None:
    town = Town()
    await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.wait(31)
    assert "30 min more" in town.to(ANA)[-1].text
    await town.send("close", "R-1", ANA, choice="close", outcome="answered", text="")
    await town.send("undo", "R-1", ANA)
    word = (await town.request()).word
    assert word is not None
    assert word.lapses_at is not None
    assert "30 min more" in town.to(ANA)[-1].text


async def test_copies_of_closed_matters_forget_a_deleted_post() -> None:
    town = Town()
    place = await town.post("printer SECRET\nscanner SECRET")
    await town.send("split", "R-1", ANA, text="printer SECRET\nscanner SECRET")
    await town.send("back", "R-2", ANA, note="")
    await town.wait(1)
    await town.press(Claim, "R-2", BEN)
    await town.send("close", "R-2", BEN, choice="close", outcome="answered", text="")
    await town.send("close", "R-1", ANA, choice="close", outcome="answered", text="")
    await town.delete(place)
    assert not [m.key for one in TEAM for m in town.to(one) if "SECRET" in m.text]


async def test_a_message_about_several_keeps_its_heading_when_one_is_taken_back() -> None:
    town = Town()
    await town.post("label printer down")
    await town.post("scanner", TOM)
    await town.wait(1.5)
    await town.send("pass", "R-1", ANA, person="ben", note="yours")
    await town.wait(0.5)
    await town.send("undo", "R-1", ANA)
    heads = [m.text.splitlines()[0] for m in town.to(BEN) if "R-2" in m.text]
    assert not [one for one in heads if "took back" in one]


async def test_undo_leaves_alone_what_somebody_did_to_a_follower_since() -> None:
    town = Town()
    await town.post("one")
    await town.post("two", TOM)
    await town.post("three", EVA_OPS)
    await town.post("four", OTHER)
    await town.send("same", "R-2", ANA, lead="R-1")
    await town.send("same", "R-1", ANA, lead="R-3")
    assert (await town.request("R-2")).lead == "R-3"
    await town.send("separate", "R-2", BEN)
    await town.send("same", "R-2", BEN, lead="R-4")
    assert (await town.request("R-2")).lead == "R-4"
    await town.send("undo", "R-1", ANA)
    assert (await town.request("R-2")).lead == "R-4"


EVA_OPS = type(OLGA)("vera", "Vera Vogel")
OTHER = type(OLGA)("uwe", "Uwe Uhl")


async def test_the_people_of_each_matter_are_called_in_its_thread() -> None:
    town = Town()
    place = await town.post("printer\nscanner")
    await town.send("split", "R-1", ANA, text="printer\nscanner")
    await town.send("back", "R-1", ANA, note="")
    await town.send("back", "R-2", BEN, note="")
    await town.send("back", "R-2", ANA, note="")
    await town.wait(16)
    assert any("@Ana" in one for one in town.in_thread(place))  # R-2 waits, and Ana is the one to be called for it


async def test_an_answer_at_night_that_was_deleted_is_not_told_as_something_else() -> None:
    town = Town("2026-11-23 17:00")
    place = await town.post("label printer down")
    await town.send("ask", "R-1", ANA, text="since when?")
    await town.until("2026-11-23 19:00")
    reply = await town.reply(place, "since noon", OLGA)
    await town.delete(place, reply=reply)
    await town.until("2026-11-24 09:10")
    assert "label printer down" not in town.to(ANA)[-1].text


async def test_an_older_edit_of_a_reply_overwrites_nothing_newer() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.send("close", "R-1", BEN, choice="close", outcome="answered", text="")
    await town.wait(15)
    reply = await town.reply(place, "still broken", OLGA)
    await town.wait(5)
    await town.edit(place, "newest", OLGA, reply=reply)
    await town.edit(place, "older", OLGA, reply=reply, happened="2026-11-23 10:17")
    assert [one.text for one in (await town.request()).handed] == ["newest"]


async def test_what_is_raised_for_somebody_away_is_told_when_they_are_back() -> None:
    away = Absence("eva", at("2026-11-23 00:00"), at("2026-11-28 00:00"))
    town = Town(absences=(away,))
    await chosen_and_sent(town, Chosen("19:chat|1", type(OLGA)("eva", "Eva Novak"), "request: words of Eva"), ANA)
    assert not town.to(EVA)


async def test_what_is_raised_at_night_is_not_told_in_a_pause() -> None:
    town = Town("2026-11-23 19:00")
    await chosen_and_sent(town, Chosen("19:chat|1", OLGA, "words of Olga"), ANA)
    await town.write("pause", FARID)
    count = len(town.teams.sent)
    await town.until("2026-11-24 09:30")
    assert len(town.teams.sent) == count


async def test_an_answer_at_night_to_a_colleagues_question_is_not_said_to_answer_the_claimer() -> None:
    town = Town("2026-11-23 17:00")
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.send("ask", "R-1", BEN, text="since when?")
    await town.until("2026-11-23 19:00")
    await town.reply(place, "since noon", OLGA)
    await town.until("2026-11-24 09:10")
    assert "answered you" not in town.to(ANA)[-1].text


async def test_a_policy_number_is_saved_whatever_it_was_before() -> None:
    town = Town()
    first = await town.open("policy.keeping", "", FARID, card="c")
    await send_form(town, first, texts_days="157")
    second = await town.open("policy.keeping", "", FARID, card="c")
    await send_form(town, second, texts_days="251")
    assert (await (await town.desk()).state()).desk.policy.texts_days == 251


async def send_form(town: Town, form: FormCard, **typed: str) -> str:
    """Save a form with what was typed over what it holds."""
    button = next(one for row in form.rows for one in row.buttons if one.title == "Save")
    values = {field.id: field.value for field in form.fields} | typed
    return said(await town.press(Send, "", FARID, card="c", step=button.step, choice=button.choice, fields=values))


async def test_a_follow_up_that_is_not_solved_after_its_lead_was_closed_is_not_stuck() -> None:
    town = Town()
    await town.post("label printer down")
    await town.wait(1)
    await town.post("and the scanner")
    await town.press(Claim, "R-1", BEN)
    await town.press(Solve, "R-2", OLGA)
    await town.wait(1)
    await town.send("close", "R-1", BEN, choice="close", outcome="answered", text="")
    await town.wait(1)
    assert (await town.request("R-2")).status is Status.CLOSED
    await town.press(Reopen, "R-2", OLGA)
    two = await town.request("R-2")
    assert (two.status, two.lead) == (Status.OPEN, "")
    await town.wait(16)
    assert "Still open." in town.in_thread(two.place)[-1]


async def test_a_restored_follow_up_follows_the_lead_of_its_lead() -> None:
    town = Town()
    await town.post("label printer down")
    second = await town.post("and the scanner")
    await town.post("all printers down", TOM)
    await town.delete(second)
    await town.send("same", "R-1", ANA, lead="R-3")
    await town.wait(1)
    await town.restore(second, "and the scanner")
    await town.send("close", "R-3", ANA, choice="close", outcome="answered", text="")
    await town.wait(5 * 24 * 60)
    assert all(o.status is Status.CLOSED or o.next_at for o in await town.requests())


async def test_deleted_words_do_not_come_back_by_undo() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", BEN)
    await town.send("close", "R-1", BEN, choice="close", outcome="answered", text="")
    await town.wait(15)
    reply = await town.reply(place, "still broken, my password is SECRET", OLGA)
    await town.press(Claim, "R-1", ANA)
    await town.delete(place, reply=reply)
    assert not [m.key for one in TEAM for m in town.to(one) if "SECRET" in m.text]
    await town.send("undo", "R-1", ANA)
    assert not [m.key for one in TEAM for m in town.to(one) if "SECRET" in m.text]


async def test_a_short_pause_makes_no_fourth_call() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.wait(2.5)
    await town.write("pause", FARID)
    await town.wait(2)
    await town.write("resume", FARID)
    await town.wait(10)
    calls = 1 + len(town.to(BEN)) + sum("@Ben" in one for one in town.in_thread(place))
    assert calls <= 3


async def test_whoever_was_erased_meanwhile_is_not_told() -> None:
    town = Town("2026-11-23 19:00")
    await chosen_and_sent(town, Chosen("19:chat|1", OLGA, "words of Olga"), ANA)
    await town.press(Solve, "R-1", OLGA)
    await town._handle(PersonErased(key="e1", happened_at=town.now, who="olga"))
    await town.until("2026-11-24 09:30")
    assert not [m for m in town.teams.sent if m.place in ("", "person:")]


async def test_a_follow_up_that_answered_at_night_and_was_deleted_is_not_told() -> None:
    town = Town("2026-11-23 17:55")
    await town.post("label printer down")
    await town.send("ask", "R-1", ANA, text="since when?")
    await town.until("2026-11-23 18:05")
    second = await town.post("since noon, my password is SECRET")
    assert (await town.request("R-2")).lead == "R-1"
    await town.delete(second)
    await town.until("2026-11-24 09:10")
    assert not [m for m in town.to(ANA) if "SECRET" in m.text]


async def test_a_deleted_reply_in_a_follow_ups_thread_is_not_told() -> None:
    town = Town("2026-11-23 17:00")
    await town.post("label printer down")
    await town.wait(1)
    second = await town.post("and the scanner")
    await town.send("ask", "R-1", ANA, text="since when?")
    await town.until("2026-11-23 19:00")
    reply = await town.reply(second, "since noon, my password is SECRET", OLGA)
    await town.delete(second, reply=reply)
    await town.until("2026-11-24 09:10")
    assert not [m for m in town.to(ANA) if "SECRET" in m.text]


async def test_undo_of_separate_matter_follows_the_lead_of_the_lead() -> None:
    town = Town()
    await town.post("label printer down")
    await town.post("and the scanner")
    await town.post("all printers down", TOM)
    await town.send("separate", "R-2", OLGA)
    await town.send("same", "R-1", ANA, lead="R-3")
    await town.send("undo", "R-2", OLGA)
    await town.send("close", "R-3", ANA, choice="close", outcome="answered", text="")
    await town.wait(5 * 24 * 60)
    assert all(o.status is Status.CLOSED or o.next_at for o in await town.requests())


async def test_a_notice_of_the_older_version_goes_with_its_last_request() -> None:
    town = Town()
    await town.post("one")
    await town.post("two", TOM)
    await town.wait(2)
    await town.press(Solve, "R-1", OLGA)
    await town.desk()
    loaded = await town.journal.load("tenant", "backend")
    old = tuple(
        PutNotice(replace(one, items=tuple(replace(i, closed=False) for i in one.items))) for one in loaded.notices
    )
    await town.journal.commit(Commit("tenant", "backend", loaded.revision, changes=old))
    await town.restart()
    await town.press(Solve, "R-2", TOM)
    await town.wait(60 * 24 * 40)
    assert not (await (await town.desk()).state()).notices
