"""Two replicas behind a load balancer that sends each request wherever it likes."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

from tests.door.whole import ANA, BEN, FARID, ClockService, card_of
from tests.replicas.pair import Pair, pair
from tests.rig import activities

START = ClockService.now


def cards(two: Pair) -> Counter[str]:
    """Count the cards that were posted, by thread."""
    posted = [call for call in two.connector.sent() if call.body.get("attachments")]
    return Counter(call.conversation for call in posted if "messageid=" in call.conversation)


async def test_what_one_heard_is_pressed_at_the_other_and_both_show_it(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database) as two:
        one, other = two.both
        thread = await two.opened()
        status, answer = await other.post(other.press("claim", ANA, thread))
        assert status == 200
        assert "Ana Lindqvist is looking into it" in str(answer)
        status, answer = await one.post(one.press("claim", BEN, thread))
        assert "Ana Lindqvist" in str(answer)
        await two.quiet()
        assert two.rows("SELECT count(*) FROM requests") == [(1,)]
        assert list(cards(two).values()) == [1]
        shown = [body for conversation, body in two.visible() if conversation.endswith(f"messageid={thread}")]
        assert len(shown) == 1
        assert "Ana Lindqvist is looking into it" in shown[0]


async def test_the_same_post_at_both_at_once_is_one_request(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database) as two:
        posts = [two.both[0].channel_post(f"printer {n} down") for n in range(10)]
        copies = [(bot, post) for post in posts for bot in (*two.both, *two.both)]
        statuses = await asyncio.gather(*(bot.post(post) for bot, post in copies))
        assert {status for status, _ in statuses} == {200}
        await two.quiet()
        assert two.rows("SELECT count(*), count(DISTINCT place) FROM requests") == [(10, 10)]
        assert sorted(cards(two).values()) == [1] * 10


async def test_of_many_presses_at_both_one_wins(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database) as two:
        one, other = two.both
        thread = await two.opened()
        pressed = [(bot, who) for bot in (one, other) for who in (ANA, BEN) for _ in range(5)]
        await asyncio.gather(*(bot.post(bot.press("claim", who, thread)) for bot, who in pressed))
        await two.quiet()
        assert two.rows("SELECT count(*) FROM records WHERE kind = 'Claim'") == [(1,)]


async def test_what_falls_due_happens_once_whoever_looks(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database) as two:
        await two.opened()
        for minutes in (2, 4, 5, 10):
            two.clock.now = START + timedelta(minutes=minutes)
            await asyncio.sleep(2.5)  # both have looked at their clocks, and at each other
            await two.quiet()
        personal = Counter(call.conversation for call in two.connector.sent() if call.body.get("attachments"))
        calls = {conversation: n for conversation, n in personal.items() if "messageid=" not in conversation}
        assert set(calls.values()) == {1}


async def test_a_desk_that_one_was_told_of_is_served_by_the_other(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database) as two:
        one, other = two.both
        channel = "19:second@thread.tacv2"
        setup = activities.channel_post("setup", channel=channel, mention=True, **one.by(FARID))
        assert (await one.post(setup))[0] == 200
        await two.quiet()
        assert two.rows("SELECT count(*) FROM desks") == [(2,)]
        assert (await other.post(other.channel_post("the scanner is broken", channel=channel)))[0] == 200
        await two.quiet()
        assert two.rows("SELECT count(*) FROM requests") == [(1,)]


async def test_a_replica_whose_lease_lapsed_sends_nothing_until_it_has_another(tmp_path: Path, database: str) -> None:
    async with pair(tmp_path, database) as two:
        two.rows("UPDATE replicas SET until_us = 0 RETURNING id")
        assert (await two.both[0].post(two.both[0].channel_post("printer down")))[0] == 200
        await two.quiet()
        assert list(cards(two).values()) == [1]
        assert card_of(two.both[0].cards()[0])
