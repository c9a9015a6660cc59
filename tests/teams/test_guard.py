"""Nobody but Teams, speaking for our tenant, gets in; the cases are in hostile.json."""

import asyncio
import gzip
import json
import logging
import random
import re
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from multidict import CIMultiDict, MultiMapping

from bot.teams.guard import MAX_BODY, Admitted, Guard, NotAdmitted
from bot.teams.hosts import ServiceHosts
from tests.rig.activities import altered, channel_post, without
from tests.rig.entra import APP_ID, TENANT, Key
from tests.teams.house import House

pytestmark = pytest.mark.asyncio

CASES: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_name("hostile.json").read_text("utf-8"))


def cases(kind: str) -> pytest.MarkDecorator:
    """Make a parameter of each case of one kind."""
    return pytest.mark.parametrize("case", CASES[kind], ids=[case["name"] for case in CASES[kind]])


def token_of(case: dict[str, Any], house: House) -> str:
    """Mint the token that a case describes."""
    wanted = dict(case.get("token", {}))
    now = int(time.time())
    for name, value in wanted.items():
        if isinstance(value, str) and (moment := re.fullmatch(r"now([+-]\d+)", value)):
            wanted[name] = now + int(moment[1])
        elif value in ("Infinity", "NaN"):
            wanted[name] = float(value)
    if "exp_from_now" in wanted:
        wanted["exp"] += now + wanted.pop("exp_from_now")
    genuine = house.entra.keys[0]
    keys = {
        "attacker": lambda: Key(kid=genuine.kid, number=-1),
        "unendorsed": lambda: house.entra.publish(None),
        "empty": lambda: house.entra.publish(()),
        "webchat": lambda: house.entra.publish(("webchat", "directline")),
    }
    key = keys[case["key"]]() if "key" in case else genuine
    return house.token(key=key, **wanted)


def body_of(case: dict[str, Any], house: House) -> bytes:
    """Write the body that a case describes: `body`, or a genuine one with `insert` as its first member."""
    if "body" in case:
        return str(case["body"]).encode("latin-1")
    units = {"O": '{"y":', "C": "}"}
    inserted = re.sub(
        r"\{(.)\*(\d+)\}", lambda match: units.get(match[1], match[1]) * int(match[2]), str(case["insert"])
    )
    genuine = orjson.dumps(channel_post(service_url=house.connector.service_url))
    return b"{" + inserted.encode("latin-1") + b"," + genuine[1:]


async def check(guard: Guard, headers: MultiMapping[str], body: bytes, *, peer: str | None = None) -> Admitted:
    return guard.admit(await guard.authenticate(headers, peer=peer), body)


def check_refused(house: House, status: int, case: dict[str, Any]) -> None:
    """See that the case got its status, was counted once under its reason, and had no effect at all."""
    assert status == case["status"]
    assert house.guard.refused.total() == 1
    if "reason" in case:
        assert house.guard.refused == {case["reason"]: 1}
    assert house.bot.turns == []
    assert house.connector.calls == []
    assert house.entra.token_requests == []


@cases("headers")
async def test_a_hostile_header_is_refused_and_has_no_effect(house: House, case: dict[str, Any]) -> None:
    genuine = house.token()
    head, claims, signature = genuine.split(".")
    tampered = f"{head}.{claims}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    words = {"genuine": genuine, "tampered": tampered, "unsigned": f"{head}.{claims}.", "dots": "." * 1024}
    shown = case["header"]
    headers = {} if shown is None else {"Authorization": re.sub(r"\{(\w+)\}", lambda m: words[m[1]], shown)}
    status, _ = await house.post(channel_post(service_url=house.connector.service_url), headers=headers)
    check_refused(house, status, case)


@cases("tokens")
async def test_a_hostile_token_is_refused_and_has_no_effect(house: House, case: dict[str, Any]) -> None:
    activity = channel_post(service_url=house.connector.service_url)
    status, _ = await house.post(activity, token=token_of(case, house))
    check_refused(house, status, case)


@cases("genuine")
async def test_a_genuine_token_is_admitted(house: House, case: dict[str, Any]) -> None:
    activity = channel_post(service_url=house.connector.service_url)
    status, _ = await house.post(activity, token=token_of(case, house))
    assert (status, len(house.bot.turns)) == (200, 1)
    assert house.bot.turns[0].activity == activity
    assert house.bot.turns[0].tenant == TENANT


@cases("envelopes")
async def test_a_hostile_envelope_is_refused_and_has_no_effect(house: House, case: dict[str, Any]) -> None:
    activity = channel_post(service_url=house.connector.service_url)
    activity = altered(without(activity, *case.get("without", ())), case.get("alter", {}))
    url = house.connector.service_url
    if "service_url" in case:
        words = {"service_url": url, "service_url_without_slash": url.removesuffix("/")}
        activity["serviceUrl"] = re.sub(r"\{(\w+)\}", lambda m: words[m[1]], case["service_url"])
    status, _ = await house.post(activity)
    check_refused(house, status, case)


@cases("bodies")
async def test_a_hostile_body_is_refused_and_has_no_effect(house: House, case: dict[str, Any]) -> None:
    status, _ = await house.post(data=body_of(case, house))
    check_refused(house, status, case)


@cases("harmless")
async def test_an_odd_but_harmless_body_is_admitted(house: House, case: dict[str, Any]) -> None:
    status, _ = await house.post(data=body_of(case, house))
    assert (status, len(house.bot.turns)) == (200, 1)


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
