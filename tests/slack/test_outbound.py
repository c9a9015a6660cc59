"""What leaves for Slack, how often, and what its answers mean for the line and for an admin."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import aiohttp
import pytest

from bot.courier import Courier, Errand
from bot.effects import SlackSay
from bot.events import Delivered, Undeliverable
from bot.policy import Policy
from bot.ports import Outgoing
from bot.slack.outbound import Channels, SlackOutbound
from bot.store.document import dump_effect, parse_effect
from bot.store.memory import MemoryJournal
from tests.desk.house import INFO
from tests.desk.test_courier import NOW, Reports, Teams
from tests.rig.service import Answer
from tests.slack.fake import TOKEN, FakeSlack

LINE = SlackSay("slack:pick", "Pick the next support team, please.")


class House:
    """A courier that says lines in a Slack on loopback, for a desk that keeps what it is told."""

    def __init__(self, slack: FakeSlack, session: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.journal = MemoryJournal()
        self.desk = Reports(self.journal)
        self._session = session
        self.pauses: list[float] = []

    async def say(
        self, effect: SlackSay = LINE, *, token: str = TOKEN, channels: Channels | None = None, desks: int = 1
    ) -> None:
        slack = SlackOutbound(self._session, self.slack.api, token, channels or Channels(), lambda _: desks > 1)
        teams = Teams()
        courier = Courier(self.journal, teams.send, teams.write, lambda: NOW, {SlackSay: Errand(Delivered, slack.say)})
        courier.take(self.desk, [Outgoing("7.0", effect)])
        await courier.idle()

    async def say_all(self, effects: list[SlackSay]) -> None:
        """Say several lines, decided at once."""
        slack = SlackOutbound(self._session, self.slack.api, TOKEN, Channels(), lambda _: False)
        teams = Teams()
        courier = Courier(self.journal, teams.send, teams.write, lambda: NOW, {SlackSay: Errand(Delivered, slack.say)})
        courier.take(self.desk, [Outgoing(f"7.{n}", effect) for n, effect in enumerate(effects)])
        await courier.idle()

    @property
    def outcome(self) -> Delivered | Undeliverable:
        (told,) = self.desk.told
        assert isinstance(told, Delivered | Undeliverable)
        return told


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Open a house whose back-off takes no time, but is noted."""
    async with FakeSlack() as slack, aiohttp.ClientSession() as session:
        house = House(slack, session)

        async def sleep(seconds: float) -> None:
            house.pauses.append(seconds)
            await asyncio.sleep(0)

        from bot import retries

        async def hurried(call: Callable[[], Awaitable[Any]]) -> Any:
            return await retries.retrying(call, sleep=sleep)

        monkeypatch.setattr("bot.slack.outbound.retrying", hurried)
        yield house


async def test_a_line_is_posted_once_with_nothing_made_of_its_words(house: House) -> None:
    await house.say(replace(LINE, text="@channel <!here> <https://evil.example|x> & *Ana* example.com"))
    assert house.slack.said == [
        {
            "channel": "#bugsnag-backend",
            "text": "@channel &lt;!here&gt; &lt;https://evil.example|x&gt; &amp; *Ana* example.com",
            "parse": "none",
            "link_names": False,
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "client_msg_id": "449c4844-6ea1-5009-9d1a-b64a3094d354",
        }
    ]
    assert isinstance(house.outcome, Delivered)
    assert (house.outcome.effect, house.outcome.place, house.outcome.message) == ("7.0", "Slack", "")


@pytest.mark.parametrize(
    ("channels", "policy", "channel"),
    [
        (Channels(), Policy(), "#bugsnag-backend"),
        (Channels(default="C1"), Policy(), "C1"),
        (Channels(default="C1"), Policy(slack_channel="#own"), "#own"),
        (Channels("C2", "C1"), Policy(slack_channel="#own"), "C2"),
    ],
)
async def test_the_channel_for_reminders_goes_before_the_desks_own_and_that_before_the_deployments(
    house: House, channels: Channels, policy: Policy, channel: str
) -> None:
    house.desk.info = replace(INFO, policy=policy)
    await house.say(channels=channels)
    assert [said["channel"] for said in house.slack.said] == [channel]


async def test_where_there_are_several_desks_a_line_begins_with_its_own(house: House) -> None:
    await house.say()
    await house.say(desks=2)
    assert [one["text"] for one in house.slack.said] == [LINE.text, f"{INFO.id} · {LINE.text}"]


async def test_without_a_token_nothing_leaves_and_the_line_is_done(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot.slack.outbound")
    await house.say(token="")
    assert isinstance(house.outcome, Delivered)
    assert house.slack.hits["post"] == 0
    assert [record.message for record in caplog.records] == ["no SLACK_BOT_TOKEN: nothing is said in Slack"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=500),
        Answer(status=503, text="<html>a proxy</html>"),
        Answer(text="<html>a proxy</html>"),
        Answer(body=[]),
        Answer(body={"ok": "yes"}),
        Answer(body={"ok": False, "error": "ratelimited"}),
        Answer(body={"ok": False, "error": "internal_error"}),
        Answer(status=429, body={"ok": False, "error": "ratelimited"}),
    ],
)
async def test_what_may_succeed_later_is_tried_until_it_does(house: House, answer: Answer) -> None:
    house.slack.then(answer)
    house.slack.then(answer)
    await house.say()
    assert isinstance(house.outcome, Delivered)
    assert (house.slack.hits["post"], len(house.slack.said), len(house.pauses)) == (3, 1, 2)


async def test_slack_is_given_the_time_that_it_asks_for(house: House) -> None:
    house.slack.then(Answer(status=429, body={"ok": False, "error": "ratelimited"}, headers={"Retry-After": "30"}))
    await house.say()
    assert 30 <= house.pauses[0] < 40


async def test_a_connection_that_breaks_before_anything_is_there_loses_nothing(house: House) -> None:
    house.slack.then(Answer(reset=True))
    await house.say()
    assert isinstance(house.outcome, Delivered)
    assert len(house.slack.said) == 1


async def test_of_a_line_whose_answer_was_lost_there_is_at_most_a_second(house: House) -> None:
    house.slack.then(Answer(reset=True), stored=True)
    await house.say()
    assert isinstance(house.outcome, Delivered)
    assert len(house.slack.said) == 2


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("invalid_auth", "Slack does not take SLACK_BOT_TOKEN; set"),
        ("channel_not_found", "Slack knows no channel C1; set SLACK_CHANNEL"),
        ("not_in_channel", "the Slack app is not in C1; invite it there"),
        ("is_archived", "the Slack channel C1 is archived"),
        ("missing_scope", "chat:write"),
        ("msg_too_long", "Slack refused it: msg_too_long"),
        ("<b>{code}</b>", "Slack refused it: unknown"),
        (None, "Slack refused it: unknown"),
    ],
)
async def test_a_final_no_ends_the_line_with_words_for_an_admin(house: House, error: str | None, said: str) -> None:
    house.slack.then(Answer(body={"ok": False, "error": error}))
    await house.say(channels=Channels(default="C1"))
    assert isinstance(house.outcome, Undeliverable)
    assert (house.outcome.place, house.outcome.reason[: len(said)]) == ("Slack", said) or said in house.outcome.reason
    assert house.slack.hits["post"] == 1


async def test_a_token_that_slack_does_not_know_is_said_without_it(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.say(token="xoxb-another-canary")
    assert isinstance(house.outcome, Undeliverable)
    assert house.outcome.reason.startswith("Slack does not take SLACK_BOT_TOKEN")
    assert "another-canary" not in caplog.text


@pytest.mark.parametrize("status", [302, 404])
async def test_an_address_that_is_not_slacks_is_no_place_to_go_on(house: House, status: int) -> None:
    house.slack.then(Answer(status=status, headers={"Location": "https://evil.example/"}))
    await house.say()
    assert isinstance(house.outcome, Undeliverable)
    assert house.outcome.reason == f"Slack refused it: HTTP {status}"


async def test_an_error_of_ours_ends_the_line_too(house: House) -> None:
    async def broken(*_: object) -> dict[str, Any]:
        raise ValueError

    teams = Teams()
    errands = {SlackSay: Errand(Delivered, broken)}
    courier = Courier(house.journal, teams.send, teams.write, lambda: NOW, errands)
    courier.take(house.desk, [Outgoing("7.0", LINE)])
    await courier.idle()
    assert isinstance(house.outcome, Undeliverable)
    assert house.outcome.reason == "an error of mine; it is in the log"


def test_a_line_for_slack_is_read_from_the_outbox_as_it_was_written() -> None:
    assert parse_effect(dump_effect(LINE), "row") == LINE
    assert parse_effect(dump_effect(THREAD), "row") == THREAD


THREAD = SlackSay("alert:1:has", "Ana Lindqvist is handling it", thread="C0BUGSNAG1/1763700001.000001")


async def test_a_line_in_a_thread_goes_there_and_bears_no_desks_name(house: House) -> None:
    await house.say(THREAD, channels=Channels("C2", "C1"), desks=2)
    (said,) = house.slack.said
    assert (said["channel"], said["thread_ts"], said["text"]) == ("C0BUGSNAG1", "1763700001.000001", THREAD.text)
    assert (said["parse"], said["link_names"], said["mrkdwn"], said["unfurl_links"]) == ("none", False, False, False)


async def test_of_one_line_every_try_bears_the_same_id_and_another_line_bears_another(house: House) -> None:
    house.slack.then(Answer(reset=True), stored=True)
    await house.say(THREAD)
    await house.say(replace(THREAD, text="Ben Okafor is handling it"))
    await house.say(replace(THREAD, key="alert:1:again"))
    first, repeated, *others = [said["client_msg_id"] for said in house.slack.said]
    assert first == repeated
    assert len({first, *others}) == 3


async def test_a_line_that_slack_says_was_there_is_done(house: House) -> None:
    house.slack.then(Answer(body={"ok": False, "error": "duplicate_message_not_found"}))
    await house.say(THREAD)
    assert isinstance(house.outcome, Delivered)


@pytest.mark.parametrize("error", ["thread_not_found", "message_not_found", "cannot_reply_to_message"])
async def test_a_thread_that_is_gone_ends_the_line(house: House, error: str) -> None:
    house.slack.then(Answer(body={"ok": False, "error": error}))
    await house.say(THREAD)
    assert isinstance(house.outcome, Undeliverable)
    assert house.outcome.reason == "what it answers in Slack is not there any more"
    assert house.slack.hits["post"] == 1


async def test_a_channel_hears_one_line_a_second_in_order_and_holds_up_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.outbound.GAP_SECONDS", 0.2)
    house.slack.then(Answer(status=503))  # the first line's, which the second does not overtake
    lines = [replace(THREAD, key=f"line:{n}", text=str(n)) for n in range(3)]
    other = replace(THREAD, key="other", text="elsewhere", thread="C2/1763700001.000001")
    await house.say_all([*lines, other])
    texts = [said["text"] for said in house.slack.said]
    assert [text for text in texts if text != "elsewhere"] == ["0", "1", "2"]
    assert texts.index("elsewhere") < 2
    moments = [at for said, at in zip(house.slack.said, house.slack.said_at, strict=True) if said["channel"] != "C2"]
    assert all(later - sooner >= 0.19 for sooner, later in pairwise(moments))
    assert all(isinstance(one, Delivered) for one in house.desk.told)
