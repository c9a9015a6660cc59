"""Slack's door: who is believed, what is stored before it is acknowledged, and what nobody's log has in it."""

import asyncio
import io
import json
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotStored
from bot.events import Alerted, SlackReacted, SlackReplied
from bot.slack.door import SlackDoor, bolt_app
from tests.rig.service import Answer
from tests.slack.events import ANA, BEN, CHANNEL, changed, classic, message, modern, reaction, reply, told, ts
from tests.slack.fake import SECRET, TEAM, signed
from tests.slack.house import SlackHouse, slack_house

CANARY = "canary-words"


@pytest.fixture
async def house() -> AsyncIterator[SlackHouse]:
    async with slack_house() as house:
        yield house


async def test_what_is_signed_is_stored_and_then_acknowledged(house: SlackHouse) -> None:
    assert await house.post(message(classic())) == 200
    assert await house.post(message(reply())) == 200
    assert await house.post(reaction()) == 200
    assert [type(event) for event in house.ledger.events.values()] == [Alerted, SlackReplied, SlackReacted]


async def test_a_full_disk_is_not_acknowledged_and_delivered_again_it_is_stored_once(house: SlackHouse) -> None:
    house.ledger.full = True
    assert await house.post(message(classic())) == 503
    house.ledger.full = False
    again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}
    assert [await house.post(message(classic()), **again) for _ in range(3)] == [200, 200, 200]
    assert list(house.ledger.events) == [f"slack|{CHANNEL}|{ts()}"]


async def test_before_slack_has_told_who_the_bot_is_everything_is_to_be_delivered_again(house: SlackHouse) -> None:
    house.start(met=False)
    assert await house.post(message(classic())) == 503
    assert await house.post({"type": "url_verification", "token": "x", "challenge": "c"}) == 200
    assert house.ledger.events == {}


async def test_the_same_replayed_and_all_in_another_order_is_the_same(house: SlackHouse) -> None:
    envelopes = [message(classic()), changed(classic(text="2 events"), at=ts(20)), reaction(), message(reply())]
    for envelope in [*reversed(envelopes), *envelopes]:
        assert await house.post(envelope) == 200
    assert len(house.ledger.events) == 4
    copies = await asyncio.gather(*(house.post(message(classic(ts(7)))) for _ in range(20)))
    assert (set(copies), len(house.ledger.events)) == ({200}, 5)


async def test_a_bug_is_not_acknowledged_and_its_words_are_in_no_log(
    house: SlackHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house.ledger.broken.add(f"slack|{CHANNEL}|{ts()}")
    assert await house.post(message(classic())) == 500
    assert [record.getMessage() for record in caplog.records] == ["what Slack told could not be taken: ValueError"]
    assert CANARY not in caplog.text


async def test_slack_finds_its_address_verified(house: SlackHouse) -> None:
    challenge = {"type": "url_verification", "token": "x", "challenge": "3eZbrw1a"}
    raw = orjson.dumps(challenge)
    async with house.session.post(house.url, data=raw, headers=signed(raw)) as response:
        assert (response.status, await response.json()) == (200, {"challenge": "3eZbrw1a"})
    assert await house.post(challenge, secret="another") == 401


@pytest.mark.parametrize("raw", [b"ssl_check=1", b"token=abc&ssl_check=1", b"ssl_check=1&token=abc"])
async def test_slack_may_look_for_our_certificate_without_signing(house: SlackHouse, raw: bytes) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert await house.send(raw, form) == 200
    assert await house.send(raw + b"&x=" + b"x" * 2_000, form) == 401
    assert house.ledger.handled == 0


AT, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


UNSIGNED: list[tuple[dict[str, Any], dict[str, str | None]]] = [
    ({}, {SIGNATURE: None}),
    ({}, {AT: None}),
    ({}, {AT: None, SIGNATURE: None}),
    ({}, {AT: "abc"}),
    ({}, {AT: "-1"}),
    ({}, {AT: "1e9"}),
    ({}, {AT: "\u0663\u0664"}),
    ({}, {AT: "9" * 400}),
    ({"age": 2}, {AT: "now"}),  # another moment than was signed
    ({}, {SIGNATURE: ""}),
    ({}, {SIGNATURE: "v0="}),
    ({}, {SIGNATURE: "v0=ünsigniert"}),
    ({}, {SIGNATURE: "v0=" + "0" * 64}),
    ({"age": 302}, {}),
    ({"age": -302}, {}),
    ({"secret": "another"}, {}),
    ({"raw": b"{}"}, {}),
]


def unsigned(sign: dict[str, Any], changes: dict[str, str | None]) -> tuple[bytes, dict[str, str]]:
    """Give a body and headers that are not as Slack signs: a genuine message's but for what is changed."""
    raw = orjson.dumps(message(classic()))
    headers = signed(**{"raw": raw, **sign}) | {key: value or "" for key, value in changes.items()}
    if headers[AT] == "now":
        headers[AT] = str(int(time.time()))
    gone = {key for key, value in changes.items() if value is None}
    return raw, {key: value for key, value in headers.items() if key not in gone}


@pytest.mark.parametrize(("sign", "changes"), UNSIGNED)
async def test_whoever_does_not_sign_as_slack_does_is_not_believed(
    house: SlackHouse, sign: dict[str, Any], changes: dict[str, str | None]
) -> None:
    assert await house.send(*unsigned(sign, changes)) == 401
    assert house.ledger.handled == 0


NO_ENVELOPES = [
    b"",
    b'"a string"',
    b"[]",
    b"null",
    b"{",
    b'{"a": NaN}',
    b"\xff\xfe",
    b'{"type": "event_callback", "event": "\xff"}',
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b"payload=%7B%7D",
    b'{"type": "event_callback", "authorizations": [7]}',
    b'{"type": "event_callback", "event": null, "response_urls": [1]}',
    b'{"type": "event_callback", "event": "a string"}',
    b'{"type": "event_callback", "event": ["type"]}',
]


@pytest.mark.parametrize("raw", NO_ENVELOPES)
async def test_what_is_no_envelope_is_refused_and_never_an_error(house: SlackHouse, raw: bytes) -> None:
    try:
        headers = signed(raw)
    except UnicodeDecodeError:  # Slack's own SDK cannot sign that, and nobody else may
        headers = signed(b"")
    assert await house.send(raw, headers) in {400, 401}
    assert house.ledger.handled == 0


async def test_a_message_that_is_nested_as_nothing_of_slacks_is_no_error(house: SlackHouse) -> None:
    raw = orjson.dumps(changed(classic(text="CUT"), classic(text="CUT")))
    nested = b"[" * 1000 + b"1" + b"]" * 1000
    assert await house.post(raw.replace(b'"CUT"', nested)) in {200, 400}
    assert house.ledger.handled == 0


async def test_a_body_over_a_mebibyte_is_not_read_to_its_end(house: SlackHouse) -> None:
    async with house.session.post(house.url, data=io.BytesIO(b" " * 1_048_577)) as response:
        assert response.status == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    async with house.session.post(house.url, data=endless()) as response:
        assert response.status == 413


async def test_a_body_that_is_broken_or_does_not_arrive_is_refused(
    house: SlackHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = {**signed(b"{}"), "Content-Encoding": "gzip"}
    assert await house.send(b"no gzip", packed) == 400
    monkeypatch.setattr("bot.slack.door._BODY_TIMEOUT", 0.05)

    where = urlsplit(house.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(f"POST {where.path} HTTP/1.1\r\nHost: bot\r\nContent-Length: 9\r\n\r\n{{".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()


MEANINGLESS: list[dict[str, Any]] = [
    {},
    {"type": "event_callback"},
    {"type": "event_callback", "event": 7},
    {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": ANA}},
    {"type": "app_rate_limited", "team_id": TEAM},
    told({"type": "app_uninstalled"}),
    told({"type": "something_new", "channel": CHANNEL}),
    message(classic()) | {"team_id": "T0EVIL0001"},
    message(classic(), channel="C0ANOTHER1"),
    message(modern(bot_id="B0HOTSEAT1")),
]


@pytest.mark.parametrize("envelope", MEANINGLESS)
async def test_what_means_nothing_is_acknowledged_so_that_slack_does_not_repeat_it(
    house: SlackHouse, envelope: dict[str, Any]
) -> None:
    assert await house.post(envelope) in {200, 400}
    assert house.ledger.handled == 0


async def test_only_a_signed_post_gets_in(house: SlackHouse) -> None:
    async with house.session.get(house.url) as response:
        assert response.status == 405


async def test_nothing_of_a_body_a_signature_or_a_token_is_in_any_log_however_much_is_logged(
    house: SlackHouse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    house.start()  # so that Bolt would log as it is told to
    house.slack.people[ANA] = {"real_name": CANARY}
    for envelope in (
        message(classic(text=CANARY)),
        message(reply(text=CANARY)),
        message(classic(text=CANARY)) | {"x": 1},
    ):
        assert await house.post(envelope) == 200
        assert await house.post(envelope, secret="another") == 401
    await house.post({"type": "event_callback", "authorizations": [CANARY]})
    house.ledger.full = True
    assert await house.post(message(classic(ts(3), text=CANARY))) == 503
    assert caplog.records
    for secret in (CANARY, SECRET, "xoxb-", "v0="):
        assert secret not in caplog.text


async def test_a_replier_is_named_where_slack_names_them(house: SlackHouse) -> None:
    house.slack.people[ANA] = {"profile": {"display_name": " ", "real_name": "Ana\u202e  Lindqvist\n"}}
    await house.post(message(reply()))
    await house.post(message(reply(ts(70))))
    named = [event.name for event in house.ledger.events.values() if isinstance(event, SlackReplied)]
    assert named == ["Ana Lindqvist", "Ana Lindqvist"]
    assert house.slack.hits["users"] == 1


async def test_what_slack_says_is_a_bot_handles_nothing(house: SlackHouse) -> None:
    house.slack.people[ANA] = {"is_bot": True, "real_name": "Workflow"}
    for envelope in (reaction(), message(reply()), reaction(user=BEN, at=ts(31))):
        assert await house.post(envelope) == 200
    assert [event.user for event in house.ledger.events.values() if isinstance(event, SlackReacted)] == [BEN]
    assert len(house.ledger.events) == 1


async def test_without_the_scope_for_names_nobody_is_named_and_slack_is_asked_once(
    house: SlackHouse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.slack.names")
    house.slack.troubles["users"].append(Answer(body={"ok": False, "error": "missing_scope"}))
    for n in range(3):
        assert await house.post(message(reply(ts(60 + n)))) == 200
    assert {event.name for event in house.ledger.events.values() if isinstance(event, SlackReplied)} == {""}
    assert house.slack.hits["users"] == 1
    assert [record.getMessage() for record in caplog.records] == [
        "names of people in Slack are not known: the app lacks the optional scope users:read"
    ]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(delay=2, body={"ok": True}),
        Answer(status=503),
        Answer(body={"ok": False, "error": "user_not_found"}),
        Answer(body={"ok": True, "user": "odd"}),
        Answer(body={"ok": True, "user": {"profile": 7, "real_name": ["x"]}}),
    ],
)
async def test_a_name_holds_nothing_up(house: SlackHouse, answer: Answer) -> None:
    house.slack.troubles["users"].append(answer)
    started = time.monotonic()
    assert await house.post(message(reply())) == 200
    assert time.monotonic() - started < 1
    (event,) = house.ledger.events.values()
    assert isinstance(event, SlackReplied)
    assert event.name == ""


async def test_names_are_not_kept_for_ever(house: SlackHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.names.KNOWN", 1)
    for second, user in enumerate(("U0ANA00001", "U0BEN00001", "U0ANA00001")):
        await house.post(message(reply(ts(60 + second), user=user)))
    assert house.slack.hits["users"] == 3


async def test_a_channel_that_stopped_being_a_desks_in_between_is_let_go(house: SlackHouse) -> None:
    event = house.intake.inbound.said(CHANNEL, classic())
    assert event is not None
    await house.intake.give(replace(event, thread="C0ANOTHER1/1"))
    assert house.ledger.handled == 0


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=6,
)
ENVELOPES = st.dictionaries(
    st.sampled_from(
        [
            *(
                "type",
                "event",
                "team_id",
                "api_app_id",
                "authorizations",
                "enterprise",
                "enterprise_id",
                "team",
                "user",
            ),
            *(
                "channel",
                "response_urls",
                "response_url",
                "is_ext_shared_channel",
                "message",
                "view",
                "challenge",
                "token",
            ),
            *("ssl_check", "function_data", "assistant_thread", "item", "previous_message", "context_team_id"),
        ]
    ),
    SHAPES | st.sampled_from(["event_callback", "url_verification", "ssl_check", "T1", "E1"]),
    max_size=8,
)


@settings(deadline=None)
@given(ENVELOPES)
def test_no_signed_envelope_of_whatever_shape_is_an_error_or_is_taken(envelope: dict[str, Any]) -> None:
    async def take(body: Any) -> None:
        assert body == envelope

    door = SlackDoor(SECRET, bolt_app(take))
    answer = asyncio.run(door._dispatch(json.dumps(envelope).encode()))
    assert answer.status in {200, 400}


async def test_what_bolt_hands_on_is_what_slack_said() -> None:
    seen: list[Any] = []

    async def take(body: Any) -> None:
        seen.append(body)
        raise NotStored

    answer = await SlackDoor(SECRET, bolt_app(take))._dispatch(orjson.dumps(message(classic())))
    assert (answer.status, seen) == (503, [message(classic())])
