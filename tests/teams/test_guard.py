"""Nobody but Teams, speaking for our tenant, gets in, and whoever does not is told apart by reason.

The rows are those of tests/attack/teams.json, which test_matrix.py there sends to a running bot.
"""

import asyncio
import gzip
import logging
import random
import time
import zlib
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from multidict import CIMultiDict, MultiMapping

from bot.teams.guard import MAX_BODY, Admitted, Guard, NotAdmitted
from bot.teams.hosts import ServiceHosts
from tests.attack.rows import Row, activity_of, body_of, header_of, publish_all, rows, token_of
from tests.rig.activities import channel_post, without
from tests.rig.entra import APP_ID, TENANT
from tests.teams.house import House

pytestmark = pytest.mark.asyncio


async def check(guard: Guard, headers: MultiMapping[str], body: bytes, *, peer: str | None = None) -> Admitted:
    return guard.admit(await guard.authenticate(headers, peer=peer), body)


@rows("headers", "tokens", "envelopes", "bodies")
async def test_each_row_of_the_matrix_is_refused_for_its_own_reason(house: House, row: Row) -> None:
    publish_all(house.entra)
    url = house.connector.service_url
    activity = activity_of(row, url)
    claimed = activity.get("serviceUrl") if row.get("claimed") else url
    token = token_of(row, house.entra, str(claimed))
    shown = header_of(row, token) if "header" in row else f"Bearer {token}"
    body = body_of(row, url) if {"body", "insert"} & set(row) else orjson.dumps(activity)
    with pytest.raises(NotAdmitted) as refused:
        await check(house.guard, CIMultiDict({} if shown is None else {"Authorization": shown}), body)
    assert refused.value.status == row["status"]
    assert house.guard.refused == {row.get("reason", refused.value.reason): 1}


@rows("genuine")
async def test_a_genuine_token_is_admitted(house: House, row: Row) -> None:
    activity = channel_post(service_url=house.connector.service_url)
    token = token_of(row, house.entra, house.connector.service_url)
    admitted = await check(house.guard, CIMultiDict({"Authorization": f"Bearer {token}"}), orjson.dumps(activity))
    assert (admitted.activity, admitted.tenant) == (activity, TENANT)


@pytest.mark.parametrize("body", [b"", b"[[[[", b"x" * 300_000])
async def test_without_a_good_token_the_body_does_not_matter(house: House, body: bytes) -> None:
    status, _ = await house.post(data=body, token="garbage")
    assert (status, house.guard.refused) == (401, {"not_a_token": 1})


async def test_a_body_that_never_says_how_long_it_is_stops_at_the_limit(house: House) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield b"x" * 65536

    try:
        status, _ = await house.post(data=endless())
    except (TimeoutError, OSError):
        status = 413  # the door answered and closed while we were still sending
    assert (status, house.guard.refused) == (413, {"too_large": 1})
    assert sent < 2**27


@pytest.mark.parametrize("bomb", [gzip.compress(b"x" * 2**25), gzip.compress(b" " * (MAX_BODY + 1))])
async def test_a_gzip_bomb_is_too_large(house: House, bomb: bytes) -> None:
    headers = {"Authorization": f"Bearer {house.token()}", "Content-Encoding": "gzip"}
    status, _ = await house.post(data=bomb, headers=headers)
    assert (status, house.bot.turns) == (413, [])


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_is_not_in_its_encoding_is_refused(house: House, encoding: str) -> None:
    headers = {"Authorization": f"Bearer {house.token()}", "Content-Encoding": encoding}
    status, _ = await house.post(data=b"\x1f\x8b" + b"not compressed" * 9, headers=headers)
    assert (status, house.bot.turns) == (400, [])


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_a_compressed_activity_is_admitted(house: House, encoding: str, pack: Any) -> None:
    headers = {"Authorization": f"Bearer {house.token()}", "Content-Encoding": encoding}
    body = pack(orjson.dumps(channel_post(service_url=house.connector.service_url)))
    status, _ = await house.post(data=body, headers=headers)
    assert (status, len(house.bot.turns)) == (200, 1)


async def test_two_authorization_headers_are_refused(house: House) -> None:
    header = f"Bearer {house.token()}"
    headers = CIMultiDict([("Authorization", header), ("Authorization", header)])
    with pytest.raises(NotAdmitted, match="two_tokens"):
        await check(house.guard, headers, b"{}")


async def test_a_body_that_was_read_elsewhere_is_measured_too(house: House) -> None:
    headers = CIMultiDict({"Authorization": f"Bearer {house.token()}"})
    with pytest.raises(NotAdmitted, match="too_large"):
        await check(house.guard, headers, b" " * (MAX_BODY + 1))


async def test_no_content_type_is_no_reason_to_refuse(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.token()}", "Content-Type": "text/plain"}
    status, _ = await house.post(channel_post(service_url=house.connector.service_url), headers=headers)
    assert status == 200


async def test_a_token_found_genuine_is_not_checked_again_until_it_expires(house: House) -> None:
    moment = time.time()
    hosts = ServiceHosts([f"127.0.0.1:{house.connector.port}"])
    guard = Guard(app_id=APP_ID, tenants=frozenset({TENANT}), hosts=hosts, keys=house.keys, now=lambda: moment)
    headers = CIMultiDict({"Authorization": f"Bearer {house.token()}"})
    first = await guard.authenticate(headers)
    assert await guard.authenticate(headers) is first
    moment += 3601
    again = await guard.authenticate(headers)
    assert again is not first
    moment += 300
    with pytest.raises(NotAdmitted, match="expired"):
        await guard.authenticate(headers)


async def test_many_tokens_are_remembered_only_up_to_a_bound(house: House) -> None:
    for number in range(600):
        await house.guard.authenticate(CIMultiDict({"Authorization": f"Bearer {house.token(jti=str(number))}"}))
    assert len(house.guard._callers) == 512


async def test_neither_token_nor_body_of_the_refused_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = house.token(aud="another")
    await house.post(channel_post("canary words", service_url=house.connector.service_url), token=token)
    await house.post(data=b'{"text": "canary words"')
    logged = caplog.text + str([record.__dict__ for record in caplog.records if record.name.startswith("bot")])
    assert "not admitted: audience" in logged
    assert "canary" not in logged
    assert token not in logged


async def test_when_no_key_was_ever_seen_the_sender_is_asked_to_come_again(house: House) -> None:
    await house.entra.stop()
    activity = channel_post(service_url=house.connector.service_url)
    assert (await house.post(activity))[0] == 503
    assert (await house.post(activity, token="garbage"))[0] == 401


async def test_local_mode_takes_any_tenant_without_a_token_but_only_loopback(house: House) -> None:
    guard = Guard(app_id="", tenants=frozenset(), hosts=ServiceHosts.loopback(), keys=None, now=time.time)
    activity = channel_post(service_url="http://127.0.0.1:9/", tenant="Anyone")
    body = orjson.dumps(activity)
    headers: CIMultiDict[str] = CIMultiDict()
    admitted = await check(guard, headers, body, peer="127.0.0.1")
    assert (guard.local, admitted.tenant, admitted.activity) == (True, "anyone", activity)
    nobody = orjson.dumps(without(activity, "channelData", "conversation.tenantId"))
    assert (await check(guard, headers, nobody, peer="::1")).tenant == ""
    for peer in ("192.0.2.1", "10.0.0.1", None, "127.0.0.1.evil.example"):
        with pytest.raises(NotAdmitted, match="not_local"):
            await check(guard, headers, body, peer=peer)
    for url in ("https://smba.trafficmanager.net/", "http://169.254.169.254/", "http://127.0.0.1.evil.example/"):
        with pytest.raises(NotAdmitted, match="service_host"):
            await check(guard, headers, orjson.dumps(activity | {"serviceUrl": url}), peer="127.0.0.1")


async def test_a_slow_body_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.teams.adapter._BODY_TIMEOUT", 0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(0.5)
        yield b"}"

    try:
        status, _ = await house.post(data=slow())
    except OSError:
        status = 408
    assert (status, house.guard.refused) == (408, {"unreadable": 1})


async def test_the_door_answers_nobody_with_500_whatever_the_bytes(house: House) -> None:
    generator = random.Random(7)  # noqa: S311 - the same bytes each time
    genuine = orjson.dumps(channel_post(service_url=house.connector.service_url))
    for _ in range(300):
        body = bytearray(genuine)
        for _ in range(generator.randint(1, 6)):
            place = generator.randrange(len(body))
            body[place : place + generator.randint(0, 3)] = generator.randbytes(generator.randint(0, 3))
        status, _ = await house.post(data=bytes(body))
        assert status in {200, 400, 403}
