"""What Slack told while nobody listened: found in its history, taken once, and nothing forgotten by an end."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.events import Alerted, SlackReacted, SlackReplied
from bot.slack.history import OVERLAP
from bot.slack.inbound import eyes_key
from tests.rig.service import Answer
from tests.slack.events import ANA, BEN, CHANNEL, classic, message, modern, reaction, reply, ts
from tests.slack.house import SlackHouse, Tables, slack_house


@pytest.fixture
async def house() -> AsyncIterator[SlackHouse]:
    async with slack_house() as house:
        yield house


def eyes_of(user: str, at: str) -> str:
    return eyes_key(CHANNEL, ts(1), user, at, taken_back=False).removeprefix(f"slack|{CHANNEL}|")


def keys(house: SlackHouse) -> list[str]:
    return [key.removeprefix(f"slack|{CHANNEL}|") for key in house.ledger.events]


def eyes(*people: str, count: int | None = None) -> dict[str, Any]:
    """Return a message's reactions."""
    return {"reactions": [{"name": "eyes", "users": list(people), "count": len(people) if count is None else count}]}


async def test_what_was_missed_is_taken_oldest_first_over_pages_of_fifteen(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(n)) for n in range(40)]
    house.slack.page = 15
    house.slack.troubles["history"].append(Answer(status=429, headers={"Retry-After": "30"}))
    assert await house.history.look()
    assert keys(house) == [ts(n) for n in range(40)]
    assert [asked.get("cursor") for asked in house.slack.asked] == [None, "15", "30"]
    assert 30 <= house.pauses[0] < 40
    assert house.marks.cursor(CHANNEL) == ts(39)


async def test_what_was_told_live_is_taken_once(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(1)), classic(ts(2))]
    await house.post(message(classic(ts(2))))
    await house.history.look()
    await house.history.look()
    assert keys(house) == [ts(2), ts(1)]


async def test_a_first_start_goes_back_one_day_and_a_later_one_to_where_it_was(house: SlackHouse) -> None:
    old, young = ts(-90_000), ts(-80_000)
    house.slack.messages[CHANNEL] = [classic(old), classic(young)]
    await house.history.look()
    assert keys(house) == [young]
    house.now += timedelta(days=9)
    house.slack.messages[CHANNEL].append(classic(ts(60)))
    house.start()
    await house.history.look()
    assert keys(house) == [young, ts(60)]
    assert float(house.slack.asked[-1]["oldest"]) == float(young) - OVERLAP.total_seconds()


async def test_an_empty_channel_is_read_from_then_on(house: SlackHouse) -> None:
    await house.history.look()
    house.slack.messages[CHANNEL] = [classic(ts(1_801))]
    house.now += timedelta(days=30)
    house.start()
    await house.history.look()
    assert keys(house) == [ts(1_801)]


async def test_while_nobody_is_known_to_be_bugsnag_the_cursor_stays_at_the_last_day(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(n * 400)) for n in range(3)]
    known, house.bugsnag = house.bugsnag, frozenset()
    house.start()
    await house.history.look()
    house.bugsnag = known
    house.start()
    await house.history.look()
    assert keys(house) == [ts(n * 400) for n in range(3)]


async def test_a_full_disk_holds_the_cursor_and_the_next_look_takes_the_rest(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(n)) for n in range(3)]
    house.ledger.full = True
    assert not await house.history.look()
    assert (house.ledger.handled, house.marks.cursor(CHANNEL), house.tables.data) == (1, "", None)
    house.ledger.full = False
    assert await house.history.look()
    assert keys(house) == [ts(n) for n in range(3)]
    house.tables.full = True  # for the cursor alone
    assert not await house.history.look()


async def test_a_message_that_fails_takes_no_other_with_it_and_is_tried_again_for_a_day(
    house: SlackHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(n * 400)) for n in range(3)]
    house.ledger.broken.add(f"slack|{CHANNEL}|{ts(400)}")
    await house.history.look()
    assert keys(house) == [ts(0), ts(800)]
    assert house.marks.cursor(CHANNEL) == ts(400)
    assert "canary-words" not in caplog.text
    house.now += timedelta(days=2)
    await house.history.look()
    assert house.marks.cursor(CHANNEL) == ts(800)


async def test_slack_down_for_an_hour_loses_nothing(house: SlackHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(n)) for n in range(3)]
    house.slack.down = True
    quick = house.sleep

    async def an_hour(seconds: float) -> None:
        await quick(seconds)
        house.slack.down = sum(house.pauses) < 3_600

    monkeypatch.setattr(house.history, "_sleep", an_hour)
    assert await house.history.look()
    assert sum(house.pauses) >= 3_600
    assert keys(house) == [ts(n) for n in range(3)]


async def test_pages_that_never_end_are_left_and_the_cursor_stays(
    house: SlackHouse, caplog: pytest.LogCaptureFixture
) -> None:
    same = {"ok": True, "messages": [classic(ts(5)), "odd", {"ts": 7}], "response_metadata": {"next_cursor": "again"}}
    house.slack.troubles["history"].extend([Answer(body=same), Answer(body=same), Answer(body=same)])
    await house.history.look()
    assert (keys(house), house.marks.cursor(CHANNEL), house.slack.hits["history"]) == ([ts(5)], "", 2)
    assert "does not end" in caplog.text


async def test_of_pages_that_end_too_soon_the_cursor_stays(house: SlackHouse) -> None:
    house.slack.troubles["history"].append(Answer(body={"ok": True, "messages": [classic(ts(5))], "has_more": True}))
    await house.history.look()
    assert (keys(house), house.marks.cursor(CHANNEL)) == ([ts(5)], "")


@pytest.mark.parametrize("body", [{"ok": True}, {"ok": True, "messages": "odd", "response_metadata": []}])
async def test_an_answer_of_another_shape_is_an_empty_one(house: SlackHouse, body: dict[str, Any]) -> None:
    house.slack.troubles["history"].append(Answer(body=body))
    assert await house.history.look()
    assert keys(house) == []


async def test_an_edit_that_was_missed_follows_its_message(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(1), "12 events", edited={"user": "U1", "ts": ts(50)})]
    await house.post(message(classic(ts(1), "1 event")))
    await house.history.look()
    first, second = house.ledger.events.values()
    assert isinstance(first, Alerted)
    assert isinstance(second, Alerted)
    assert (first.edited, first.notification.said) == (False, "1 event")
    assert (second.edited, second.notification.said, second.key[-17:]) == (True, "12 events", ts(50))


async def test_missed_answers_are_read_in_the_threads_that_are_open(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [
        classic(ts(1)),
        reply(ts(20), ts(1)),
        reply(ts(30), ts(1), BEN, subtype="thread_broadcast"),
        classic(ts(40)),
        reply(ts(50), ts(40)),
        {"type": "message", "user": ANA, "text": "lunch?", "ts": ts(60)},
    ]
    house.threads = [f"{CHANNEL}/{ts(1)}", "C0ANOTHER1/1.1"]
    await house.history.look()
    assert keys(house) == [ts(1), ts(40), ts(20), ts(30)]
    assert [event.user for event in house.ledger.events.values() if isinstance(event, SlackReplied)] == [ANA, BEN]


async def test_a_thread_that_is_gone_holds_nothing_up(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(1)), reply(ts(20), ts(1))]
    house.threads = [f"{CHANNEL}/{ts(0)}", f"{CHANNEL}/{ts(1)}"]
    house.slack.troubles["replies"].append(Answer(body={"ok": False, "error": "thread_not_found"}))
    await house.history.look()
    assert keys(house) == [ts(1), ts(20)]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("channel_not_found", "set SLACK_CHANNEL to its id"),
        ("not_in_channel", "invite it there"),
        ("missing_scope", "channels:history (of a private channel groups:history)"),
        ("token_revoked", "SLACK_BOT_TOKEN"),
    ],
)
async def test_what_slack_refuses_is_said_once_with_the_remedy_and_again_after_it_was_mended(
    house: SlackHouse, caplog: pytest.LogCaptureFixture, error: str, said: str
) -> None:
    refusal = Answer(body={"ok": False, "error": error})
    house.slack.troubles["history"].extend([refusal] * 3)
    for _ in range(3):
        assert await house.history.look()
    (record,) = caplog.records
    assert said in record.getMessage()
    await house.history.look()
    house.slack.troubles["history"].append(refusal)
    await house.history.look()
    assert len(caplog.records) == 2


async def test_answers_that_may_not_be_read_are_said_too(house: SlackHouse, caplog: pytest.LogCaptureFixture) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(1))]
    house.threads = [f"{CHANNEL}/{ts(1)}"]
    house.slack.troubles["replies"].extend([Answer(body={"ok": False, "error": "missing_scope"})] * 2)
    for _ in range(2):
        assert await house.history.look()
    (record,) = caplog.records
    assert "channels:history" in record.getMessage()
    assert house.marks.cursor(CHANNEL) == ts(1)


async def test_missed_eyes_are_told_once_and_so_is_that_they_were_taken_back(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(1), **eyes(ANA))]
    house.threads = [f"{CHANNEL}/{ts(1)}"]
    await house.history.look()
    await house.history.look()
    house.start()
    await house.history.look()
    house.slack.messages[CHANNEL] = [classic(ts(1), **eyes(BEN))]
    house.now += timedelta(minutes=3)
    await house.history.look()
    found = [(one.user, one.taken_back) for one in house.ledger.events.values() if isinstance(one, SlackReacted)]
    assert found == [(ANA, False), (ANA, True), (BEN, False)]
    assert [one.happened_at for one in house.ledger.events.values()][-1] == house.now


async def test_eyes_that_were_told_live_are_not_told_again_after_a_restart_either(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(1), **eyes(ANA))]
    house.threads = [f"{CHANNEL}/{ts(1)}"]
    await house.post(message(classic(ts(1))))
    await house.post(reaction())
    for _ in range(3):
        house.now += timedelta(minutes=3)
        await house.history.look()
        house.start()
    assert sum(isinstance(one, SlackReacted) for one in house.ledger.events.values()) == 1


async def test_a_history_that_does_not_show_yet_what_was_told_live_takes_nothing_back(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(1))]
    await house.history.look()
    await house.post(reaction())
    await house.history.look()
    assert keys(house) == [ts(1), eyes_of(ANA, ts(30))]
    house.now += timedelta(minutes=3)
    await house.history.look()
    assert keys(house)[2].endswith("|back")


async def test_whose_eyes_are_where_is_forgotten_once_nobody_asks_for_them(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(1), **eyes(ANA))]
    house.tables.data = {"read": {"C0FORMER01": ts(1)}, "eyes": {f"C0FORMER01/{ts(1)}": [BEN]}}
    house.threads = [f"{CHANNEL}/{ts(1)}"]
    house.start()
    await house.post(reaction())
    await house.history.look()
    assert (ANA in repr(house.tables.data), BEN in repr(house.tables.data)) == (True, False)
    house.slack.messages[CHANNEL] += [classic(ts(1_000))]
    house.now += timedelta(minutes=20)
    house.threads = []  # the alert is over
    await house.history.look()
    await house.history.look()
    assert ANA not in repr(house.tables.data)


async def test_of_a_count_that_names_not_everybody_nobodys_eyes_are_taken_back(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(1), **eyes(ANA))]
    await house.history.look()
    house.slack.messages[CHANNEL] = [classic(ts(1), **eyes(BEN, count=2))]
    house.now += timedelta(minutes=3)
    await house.history.look()
    assert [key[-7:] for key in keys(house)] == [ts(1)[-7:]] + [".000000"] * 2


async def test_eyes_of_long_ago_say_nothing_of_what_is_open_again(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(1), **eyes(ANA)), classic(ts(1_000))]
    house.tables.data = {"read": {CHANNEL: ts(1_000)}, "eyes": {}}
    house.threads = [f"{CHANNEL}/{ts(1)}"]
    house.start()
    await house.history.look()
    assert keys(house) == [ts(1_000), ts(1)]
    house.slack.messages[CHANNEL] = [classic(ts(1), **eyes(ANA, BEN)), classic(ts(1_000))]
    await house.history.look()
    assert keys(house)[-1] == eyes_of(BEN, f"{house.now.timestamp():.6f}")


async def test_eyes_that_fail_are_tried_again(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [classic(ts(1), **eyes(ANA))]
    house.ledger.broken.add(eyes_key(CHANNEL, ts(1), ANA, f"{house.now.timestamp():.6f}", taken_back=False))
    await house.history.look()
    assert keys(house) == [ts(1)]
    house.now += timedelta(minutes=3)
    await house.history.look()
    assert keys(house)[1:] == [eyes_of(ANA, f"{house.now.timestamp():.6f}")]


async def test_bugsnags_messages_in_a_thread_belong_to_it(house: SlackHouse) -> None:
    house.slack.messages[CHANNEL] = [modern(ts(1)), modern(ts(9), thread_ts=ts(1))]
    house.threads = [f"{CHANNEL}/{ts(1)}"]
    await house.history.look()
    assert [one.thread for one in house.ledger.events.values() if isinstance(one, Alerted)] == [
        f"{CHANNEL}/{ts(1)}"
    ] * 2


@pytest.mark.parametrize("data", [[], {"read": 7}, {"read": {CHANNEL: "yesterday"}, "eyes": {}}, {"eyes": {"C/1": 7}}])
async def test_marks_that_cannot_be_read_are_begun_anew(house: SlackHouse, data: Any) -> None:
    house.tables.data = data
    house.slack.messages[CHANNEL] = [classic(ts(1))]
    house.start()
    await house.history.look()
    assert keys(house) == [ts(1)]
    assert house.tables.data == {"read": {CHANNEL: ts(1)}, "eyes": {f"{CHANNEL}/{ts(1)}": []}}


async def test_marks_of_another_channel_stay(house: SlackHouse) -> None:
    house.tables.data = {"read": {"C0ANOTHER1": ts(1)}, "eyes": {"C0ANOTHER1/1.1": [ANA]}}
    house.channels = ["C0ANOTHER1", CHANNEL]
    house.slack.troubles["history"].append(Answer(body={"ok": False, "error": "not_in_channel"}))
    house.start()
    await house.history.look()
    assert house.tables.data["eyes"] == {"C0ANOTHER1/1.1": [ANA]}
    assert house.tables.data["read"]["C0ANOTHER1"] == ts(1)


async def test_it_looks_every_three_minutes_and_sooner_while_the_store_fails(
    house: SlackHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    house.slack.messages[CHANNEL] = [classic(ts(1))]
    house.ledger.full = True
    quick = house.sleep

    async def mend(seconds: float) -> None:
        await quick(seconds)
        house.ledger.full = False
        if len(house.pauses) == 2:
            house.threads = [7]  # type: ignore[list-item] # a bug of ours
        if len(house.pauses) == 3:
            raise TimeoutError

    monkeypatch.setattr(house.history, "_sleep", mend)
    with pytest.raises(TimeoutError):
        await house.history.run()
    assert house.pauses == [10.0, 180.0, 180.0]
    assert "looking for what was missed in Slack failed" in caplog.text


def test_a_file_that_cannot_be_read_is_no_reason_not_to_start(caplog: pytest.LogCaptureFixture) -> None:
    from bot.slack.marks import Marks

    class Unreadable(Tables):
        def read(self) -> Any:
            raise PermissionError

    assert Marks(Unreadable()).cursor(CHANNEL) == ""
    assert "slack.json cannot be read (PermissionError)" in caplog.text
