"""Deliveries out of order: what stands at the end does not depend on who came first."""

from itertools import permutations

import pytest

from bot.events import Claim, Press, Reopen, Send, Solve
from bot.people import Author
from bot.support.request import Outcome, Status
from tests.journeys.town import ANA, BEN, CHANNEL, DILAN, EVA, FARID, OLGA, TOM, Town, at

PLACE = f"{CHANNEL};messageid=9"
POSTED = "2026-11-23 10:00"


async def heard(town: Town, act: str) -> None:
    match act:
        case "post":
            await town.post("label printer down", happened=POSTED, place=PLACE)
        case "small talk":
            await town.post("hello", happened=POSTED, place=PLACE)
        case "edit":
            await town.edit(PLACE, "label printer on fire", happened="2026-11-23 10:02", posted=POSTED)
        case "reply":
            await town.reply(PLACE, "looking", BEN, happened="2026-11-23 10:01")
        case "second reply":
            await town.reply(PLACE, "since when?", BEN, happened="2026-11-23 10:03")
        case "observer":
            await town.reply(PLACE, "try the other tray", DILAN, happened="2026-11-23 10:01")
        case "delete":
            await town.delete(PLACE, happened="2026-11-23 10:04")


@pytest.mark.parametrize("order", list(permutations(["post", "edit", "reply", "second reply"])))
async def test_a_reply_and_an_edit_count_whenever_they_are_heard(order: tuple[str, ...]) -> None:
    town = Town("2026-11-23 10:04")
    for act in order:
        await heard(town, act)
    (request,) = await town.requests()
    assert (request.status, request.text) == (Status.ACKNOWLEDGED, "label printer on fire")
    assert (request.posted_at, request.due_at) == (at("2026-11-23 10:00"), at("2026-11-23 10:05"))
    assert (request.responded_at, request.claimer) == (at("2026-11-23 10:01"), Author("ben", BEN.name))


@pytest.mark.parametrize("order", list(permutations(["post", "edit", "delete"])))
async def test_a_post_deleted_unanswered_is_open_in_no_order(order: tuple[str, ...]) -> None:
    town = Town("2026-11-23 10:04")
    for act in order:
        await heard(town, act)
    await town.wait(60)
    for request in await town.requests():
        assert (request.outcome, request.text) == (Outcome.WITHDRAWN, "")
    assert town.in_team_channel() == []


@pytest.mark.parametrize("order", list(permutations(["small talk", "edit", "second reply"])))
async def test_small_talk_edited_into_a_request_is_one_from_the_edit_on(order: tuple[str, ...]) -> None:
    town = Town("2026-11-23 10:04")
    for act in order:
        await heard(town, act)
    (request,) = await town.requests()
    assert (request.text, request.posted_at) == ("label printer on fire", at("2026-11-23 10:02"))
    assert request.responded_at == at("2026-11-23 10:03")


@pytest.mark.parametrize("order", list(permutations(["post", "edit", "reply"])))
async def test_a_second_post_follows_the_first_in_whatever_order_it_and_its_edit_are_heard(
    order: tuple[str, ...],
) -> None:
    town = Town("2026-11-23 10:04")
    await town.post("scanner down", happened="2026-11-23 09:59")
    for act in order:
        await heard(town, act)
    first, second = await town.requests()
    assert (second.lead, second.posted_at) == ("R-1", at(POSTED))
    assert (first.claimer, first.responded_at) == (Author("ben", BEN.name), at("2026-11-23 10:01"))


async def test_the_clock_of_a_request_that_an_edit_opened_goes_back_to_its_posts_start() -> None:
    town = Town("2026-11-23 10:02")
    await heard(town, "edit")
    assert "will answer by 10:07" in town.card()
    await heard(town, "post")
    assert "will answer by 10:05" in town.card()
    assert len(town.to(BEN)) == 1
    await town.wait(30)
    assert len(town.to(BEN)) == 1
    assert len(town.in_thread(PLACE)) == 1


async def test_an_observers_clock_stays_as_it_is_when_the_post_is_heard_late() -> None:
    town = Town("2026-11-23 10:04")
    await town.edit(PLACE, "label printer on fire", happened="2026-11-23 10:00:30", posted=POSTED)
    await heard(town, "observer")
    await heard(town, "post")
    (request,) = await town.requests()
    assert request.clock is not None
    assert (request.clock.second, request.due_at) == (True, at("2026-11-23 10:05"))
    assert request.clock.due_at == at("2026-11-23 10:16")


@pytest.mark.parametrize(
    ("text", "by", "posted", "happened"),
    [
        ("printer down", OLGA, "", "2026-11-23 10:02"),
        ("printer down", OLGA, "2026-11-23 08:00", "2026-11-23 10:02"),
        ("thanks", OLGA, POSTED, "2026-11-23 10:02"),
        ("printer down", EVA, POSTED, "2026-11-23 10:02"),
    ],
)
async def test_an_edit_opens_nothing_when_its_post_is_old_or_it_is_none(
    text: str, by: Author, posted: str, happened: str
) -> None:
    town = Town("2026-11-23 10:04")
    await town.edit(PLACE, text, by, happened=happened, posted=posted)
    assert await town.requests() == []


async def test_a_deleted_post_that_is_restored_before_it_was_heard_is_a_request() -> None:
    town = Town("2026-11-23 10:06")
    await heard(town, "delete")
    await town.restore(PLACE, "label printer down", happened="2026-11-23 10:05", posted=POSTED)
    await heard(town, "post")
    assert [one.status for one in await town.requests()] == [Status.OPEN]


@pytest.mark.parametrize("order", list(permutations(["post", "delete", "restore"])))
async def test_an_older_deletion_never_withdraws_what_was_restored(order: tuple[str, ...]) -> None:
    town = Town("2026-11-23 10:06")
    for act in order:
        if act == "restore":
            await town.restore(PLACE, "label printer down", happened="2026-11-23 10:05", posted=POSTED)
        else:
            await heard(town, act)
    (request,) = await town.requests()
    assert (request.status, request.text) == (Status.OPEN, "label printer down")
    assert request.due_at == at("2026-11-23 10:05")


async def test_an_edit_that_overtakes_the_restoring_brings_the_request_back_as_it_reads_now() -> None:
    town = Town("2026-11-23 10:07")
    await heard(town, "post")
    await heard(town, "delete")
    await town.edit(PLACE, "label printer down again", happened="2026-11-23 10:06", posted=POSTED)
    await town.restore(PLACE, "label printer down", happened="2026-11-23 10:05", posted=POSTED)
    request = await town.request()
    assert (request.status, request.text) == (Status.OPEN, "label printer down again")


async def test_of_what_was_heard_early_the_last_fifty_of_an_hour_are_kept() -> None:
    town = Town()
    for number in range(60):
        await town.reply(f"{CHANNEL};messageid={number}", "hm", EVA)
    assert len((await (await town.desk()).state()).facts.early) == 50
    await town.wait(61)
    await town.reply(f"{CHANNEL};messageid=99", "hm", FARID)
    assert len((await (await town.desk()).state()).facts.early) == 1


@pytest.mark.parametrize("act", [Solve, Send])
async def test_a_post_heard_after_its_edit_was_settled_opens_nothing_anew(act: type[Press]) -> None:
    town = Town("2026-11-23 10:02")
    await heard(town, "edit")
    await town.press(act, "R-1", BEN, **({"step": "dismiss"} if act is Send else {}))
    await heard(town, "post")
    await town.wait(60)
    assert [one.status for one in await town.requests()] == [Status.CLOSED]


async def test_a_post_is_heard_even_when_a_reply_to_it_has_raised_something_first() -> None:
    town = Town("2026-11-23 10:02")
    await town.reply(PLACE, "same here, any news?", TOM, addressed=True)
    await heard(town, "post")
    assert [(one.requester, one.text) for one in await town.requests()] == [
        (TOM, "same here, any news?"),
        (OLGA, "label printer down"),
    ]


async def test_what_a_reply_raised_follows_the_reply_and_not_the_post() -> None:
    town = Town()
    place = await town.post("FYI we deploy at noon", EVA)
    reply = await town.reply(place, "label printer down", OLGA, addressed=True)
    await town.wait(1)
    await town.edit(place, "FYI we deploy at one", EVA)
    await town.delete(place)
    assert ((await town.request()).status, (await town.request()).text) == (Status.OPEN, "label printer down")
    await town.edit(place, "label printer on fire", reply=reply)
    assert (await town.request()).text == "label printer on fire"
    await town.wait(1)
    await town.delete(place, reply=reply)
    assert (await town.request()).outcome is Outcome.WITHDRAWN


async def test_a_command_that_is_edited_is_still_none_of_the_pairs_business() -> None:
    town = Town()
    place = await town.post("who", addressed=True)
    await town.edit(place, "who?", posted=POSTED, addressed=True)
    await town.edit(place, "rota", EVA, posted=POSTED, addressed=True)
    assert await town.requests() == []


@pytest.mark.parametrize("act", ["reply", "observer"])
async def test_a_post_deleted_after_an_answer_that_is_heard_later_stays_a_request(act: str) -> None:
    town = Town("2026-11-23 10:04")
    await heard(town, "post")
    await heard(town, "delete")
    await heard(town, act)
    request = await town.request()
    assert request.status is (Status.ACKNOWLEDGED if act == "reply" else Status.OPEN)
    assert (request.text, request.responded_at) == ("", at("2026-11-23 10:01"))


async def test_an_answer_to_a_post_that_was_gone_by_then_brings_nothing_back() -> None:
    town = Town("2026-11-23 10:06")
    await heard(town, "post")
    await heard(town, "delete")
    await town.reply(PLACE, "what was it?", BEN, happened="2026-11-23 10:05")
    assert (await town.request()).outcome is Outcome.WITHDRAWN


async def test_an_answer_of_the_pair_heard_after_the_observers_is_the_first_if_it_was() -> None:
    town = Town("2026-11-23 10:04")
    await heard(town, "post")
    await town.reply(PLACE, "try the other tray", DILAN, happened="2026-11-23 10:03")
    await heard(town, "reply")
    request = await town.request()
    assert (request.responder, request.responded_at) == (Author("ben", BEN.name), at("2026-11-23 10:01"))


async def test_a_post_that_is_back_before_it_was_heard_counts_from_when_it_was_written() -> None:
    town = Town("2026-11-23 10:06")
    await heard(town, "delete")
    await town.restore(PLACE, "label printer down", happened="2026-11-23 10:05", posted=POSTED)
    assert (await town.request()).due_at == at("2026-11-23 10:05")


async def test_a_greeting_is_remembered_for_an_hour() -> None:
    town = Town()
    place = await town.post("Hi team")
    await town.wait(61)
    await town.reply(place, "the import is down", OLGA)
    assert await town.requests() == []


async def test_anothers_post_in_the_same_thread_moves_no_clock() -> None:
    town = Town("2026-11-23 10:02")
    await heard(town, "edit")
    await town.post("printer", TOM, happened=POSTED, place=PLACE)
    assert (await town.request()).posted_at == at("2026-11-23 10:02")


async def test_a_reply_heard_late_does_not_undo_a_give_back() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.wait(10)
    await town.send("back", "R-1", ANA, note="I must go")
    await town.wait(1)
    await town.reply(place, "I look into it", ANA, happened="2026-11-23 10:05")
    assert (await town.request()).status is Status.OPEN


async def test_a_reply_heard_late_does_not_answer_what_was_reopened_after_it() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.wait(5)
    await town.press(Solve, "R-1", ANA)
    await town.wait(20)
    await town.press(Reopen, "R-1", OLGA)
    await town.reply(place, "restart it, please", ANA, happened="2026-11-23 10:04")
    assert (await town.request()).status is Status.OPEN


async def test_a_reply_heard_late_does_not_replace_a_later_promise() -> None:
    town = Town()
    place = await town.post("label printer down")
    await town.press(Claim, "R-1", ANA)
    await town.wait(20)
    await town.send("promise", "R-1", ANA, until="next day")
    promised = town.card()
    await town.reply(place, "looking", ANA, happened="2026-11-23 10:05")
    assert town.card() == promised
