"""What Jira tells of tickets: only what is signed is read, only what is ours is taken, and nothing breaks it."""

import asyncio
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bodies import HANDLER_ARGS
from bot.jira.webhook import PATH, JiraWebhook, read
from tests.desk.test_courier import NOW
from tests.jira.desks import OPENED, Holder
from tests.rig.service import LoopbackService

SECRET = "canary-secret-of-jira"
SENT = NOW - timedelta(seconds=20)


class Door(LoopbackService):
    """Serves the webhook for two desks."""

    def __init__(self) -> None:
        super().__init__()
        self.desk, self.other = Holder(OPENED), Holder()

    def application(self) -> web.Application:
        app = web.Application(handler_args=HANDLER_ARGS)
        app.router.add_post(PATH, JiraWebhook(SECRET, (self.other, self.desk), lambda: NOW).answer)
        return app

    async def deliver(self, payload: object, *, named: str = "hook-1", **headers: str) -> int:
        """Send a delivery as Jira signs it, but for the headers given; return the status."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        sent = {"X-Hub-Signature": f"sha256={signature}", "X-Atlassian-Webhook-Identifier": named, **headers}
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{self.url}{PATH}", data=io.BytesIO(body), headers={k: v for k, v in sent.items() if v}
            ) as response,
        ):
            assert SECRET not in await response.text()
            return response.status


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with Door() as running:
        yield running


def updated(
    *items: dict[str, Any], key: str = "EDGE-1", status: str = "Done", category: str = "done"
) -> dict[str, Any]:
    """Give a delivery about a changed issue; of a changed status, unless a test says otherwise."""
    return {
        "timestamp": int(SENT.timestamp() * 1000),
        "webhookEvent": "jira:issue_updated",
        "issue_event_type_name": "issue_generic",
        "issue": {
            "id": "10000",
            "key": key,
            "fields": {"status": {"name": status, "statusCategory": {"key": category}}, "summary": "x"},
        },
        "changelog": {"id": "1", "items": list(items) or [{"field": "status", "fromString": "To Do"}]},
    }


async def test_a_changed_status_is_told_to_the_desk_that_holds_the_ticket(door: Door) -> None:
    assert await door.deliver(updated()) == 200
    assert door.desk.moves == [("EDGE-1", "Done", True, False)]
    assert door.other.moves == []
    ((key, event),) = door.desk.told.items()
    assert (key, event.happened_at) == ("jira:hook-1", SENT)


async def test_a_delivery_that_comes_again_changes_nothing(door: Door) -> None:
    for _ in range(3):
        assert await door.deliver(updated(), named="hook-2") == 200
        assert await door.deliver(updated(), named="") == 200
    assert len(door.desk.told) == 2


async def test_a_deleted_issue_is_told(door: Door) -> None:
    assert await door.deliver(updated() | {"webhookEvent": "jira:issue_deleted"}) == 200
    assert door.desk.moves == [("EDGE-1", "To Do", False, True)]


async def test_an_issue_that_is_moved_to_another_project_is_known_by_the_key_that_it_had(door: Door) -> None:
    moved = {"field": "Key", "fromString": "EDGE-1", "toString": "SHOP-7"}
    assert await door.deliver(updated(moved, key="SHOP-7", status="To Do", category="new")) == 200
    assert door.desk.moves == [("EDGE-1", "To Do", False, False)]


async def test_a_resolution_is_told_with_the_status(door: Door) -> None:
    assert await door.deliver(updated({"field": "resolution", "toString": "Won't do"})) == 200
    assert door.desk.moves == [("EDGE-1", "Done", True, False)]


@pytest.mark.parametrize(
    "payload",
    [
        {},
        updated() | {"webhookEvent": "comment_created"},
        updated({"field": "summary"}),
        updated(key="EDGE-2"),
        updated(key="../x"),
        updated() | {"issue": 7},
        updated() | {"changelog": None},
        updated() | {"changelog": {"items": "status"}},
        updated() | {"issue": {"key": "EDGE-1", "fields": {"status": {"name": " "}}}},
        updated() | {"issue": {"key": "EDGE-1"}},
    ],
)
async def test_what_is_none_of_ours_is_taken_as_told(door: Door, payload: dict[str, Any]) -> None:
    assert await door.deliver(payload) == 200
    assert door.desk.moves == []


UNSIGNED = ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "sha256=\u00e9"]


@pytest.mark.parametrize("shown", UNSIGNED)
async def test_what_is_signed_with_another_secret_is_not_looked_at(door: Door, shown: str) -> None:
    assert await door.deliver(b"{" * 100_000, **{"X-Hub-Signature": shown}) == 401
    assert door.desk.moves == []


NO_OBJECTS = [b"", b"[]", b'"x"', b"{", b"\xff", b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000]


@pytest.mark.parametrize("body", NO_OBJECTS)
async def test_what_is_no_json_object_is_refused(door: Door, body: bytes) -> None:
    assert await door.deliver(body) == 400


async def test_what_cannot_be_unpacked_is_refused_whoever_sends_it(door: Door) -> None:
    for packing in ("gzip", "deflate"):
        assert await door.deliver(b"no gzip", **{"Content-Encoding": packing, "X-Hub-Signature": "sha256=0"}) == 400


async def test_an_identifier_that_cannot_be_kept_is_none(door: Door) -> None:
    body = json.dumps(updated()).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest().encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    head = b"POST %b HTTP/1.1\r\nHost: b\r\nContent-Length: %d\r\nX-Hub-Signature: sha256=%b\r\n"
    named = b"X-Atlassian-Webhook-Identifier: \xff\xfe\r\n\r\n"
    writer.write(head % (PATH.encode(), len(body), signature) + named + body)
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()
    await writer.wait_closed()
    ((key, _),) = door.desk.told.items()
    assert key == f"jira:{hashlib.sha256(body).hexdigest()}"


async def test_more_than_a_delivery_can_hold_is_refused(door: Door) -> None:
    assert await door.deliver(b"x" * (1024**2 + 1)) == 413


async def test_a_body_that_does_not_come_is_not_waited_for(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.jira.webhook.BODY_SECONDS", 0.05)

    async def never() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(1)

    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{door.url}{PATH}", data=never(), headers={"X-Hub-Signature": "sha256=0"}) as response,
    ):
        assert response.status == 408


async def test_while_the_store_fails_jira_is_told_to_come_again(door: Door) -> None:
    door.desk.full = True
    assert await door.deliver(updated()) == 503
    door.desk.full = False
    assert await door.deliver(updated()) == 200
    assert len(door.desk.told) == 1


@pytest.mark.parametrize(
    "stamp", [None, "x", True, -1, 10**30, 2**62, int((NOW - timedelta(days=2)).timestamp() * 1000), 4_000_000_000_000]
)
async def test_a_moment_that_cannot_be_is_taken_as_now(door: Door, stamp: object) -> None:
    assert await door.deliver(updated() | {"timestamp": stamp}) == 200
    ((_, event),) = door.desk.told.items()
    assert event.happened_at == NOW


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
parts = dict.fromkeys(("timestamp", "webhookEvent", "issue", "changelog"), json_values)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({}, optional=parts), st.sampled_from(["jira:issue_updated", "jira:issue_deleted", None]))
def test_whatever_is_in_a_delivery_it_is_read_or_left_alone(payload: dict[str, Any], kind: str | None) -> None:
    payload = updated() | payload | ({"webhookEvent": kind} if kind else {})
    moved = read(payload)
    assert moved is None or moved.keys
    assert moved is None or moved.at is None or isinstance(moved.at, datetime)
