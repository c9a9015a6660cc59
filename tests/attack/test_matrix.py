"""Whatever comes over the wire to a running bot gets the status that it deserves, and moves nothing.

After each row nothing is stored, nothing sent to anybody, no file made and no failure logged; after all of them the bot
does its work as before.
"""

import asyncio
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from bot.caller import ask
from bot.doorkeeper import MOST
from bot.errors import Refused
from tests.attack.cost import bomb, cpu
from tests.attack.matrix import ROWS, Row, silent
from tests.attack.rows import activity_of, body_of, header_of, publish_all, rows, token_of
from tests.attack.siege import Siege, posted
from tests.door.whole import ANA, BEN, DILAN, EVA
from tests.rig import activities
from tests.rig.activities import altered
from tests.rig.service import Answer
from tests.slack.events import classic, message, ts
from tests.slack.fake import signed

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEYS = 1_000


async def test_after_the_keys_are_changed_the_next_message_is_taken(siege: Siege) -> None:
    fetched = siege.entra.hits["jwks"]
    siege.entra.rotate()
    publish_all(siege.entra)
    siege.token = siege.entra.token(service_url=siege.url)
    assert (await siege.deliver(siege.post("after a rotation"))).statuses == [200]
    assert siege.entra.hits["jwks"] == fetched + 1
    await siege.quiet()


@rows("headers", "tokens", "envelopes", "bodies")
async def test_a_stranger_is_refused_and_moves_nothing(siege: Siege, row: dict[str, Any]) -> None:
    activity = activity_of(row, siege.url, siege.trap.url)
    claimed = str(activity.get("serviceUrl")) if row.get("claimed") else siege.url
    token = token_of(row, siege.entra, claimed)
    shown = header_of(row, token) if "header" in row else f"Bearer {token}"
    body = body_of(row, siege.url) if {"body", "insert"} & set(row) else orjson.dumps(activity)
    reply = await siege.send(posted("/api/messages", body, **({} if shown is None else {"Authorization": shown})))
    assert reply.statuses == [row["status"]]
    siege.untouched()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_what_is_wrong_is_refused_and_moves_nothing(siege: Siege, row: Row) -> None:
    reply = await siege.send(row.sent(siege), more=row.more() if row.more else None)
    assert reply.statuses
    assert set(reply.statuses) <= set(row.right)
    assert b"Traceback" not in reply.raw
    siege.untouched()


async def test_what_is_none_of_the_bots_business_is_taken_and_moves_nothing(siege: Siege) -> None:
    for name, activity in silent(siege):
        assert (await siege.deliver(activity)).statuses == [200], name
        siege.untouched()


@rows("genuine", "harmless")
async def test_what_is_odd_and_genuine_is_taken_once(siege: Siege, row: dict[str, Any]) -> None:
    before = siege.effects()["records"][0][0]
    body = body_of(row, siege.url) if "insert" in row else orjson.dumps(siege.post())
    token = token_of(row, siege.entra, siege.url)
    for _ in range(2):
        assert (await siege.deliver(body, f"Bearer {token}")).statuses == [200]
    await siege.quiet()
    assert siege.effects()["records"] == [(before + 1,)]


async def test_a_replay_is_answered_and_has_no_second_effect_also_after_a_restart(siege: Siege) -> None:
    post = siege.post("is replayed")
    envelope = orjson.dumps(message(classic(ts(99))))

    async def replay() -> set[int]:
        ways = [siege.deliver(altered(post, {"text": f"other words {n}"})) for n in range(20)]
        ways += [siege.deliver(post), siege.send(posted("/slack/events", envelope, **signed(envelope)))]
        replies = [await siege.deliver(post), *await asyncio.gather(*ways)]
        return {status for reply in replies for status in reply.statuses}

    async def there() -> list[tuple[int, ...]]:
        await siege.quiet()
        return [
            (sum(key.endswith(f"|{known}") for (key,) in siege.rows("select key from records")),)
            for known in (f"{post['id']}|message", ts(99))
        ]

    await siege.deliver(post)
    assert await replay() == {200}
    sent = len(siege.connector.calls)
    assert await there() == [(1,), (1,)]
    await siege.restart()
    assert await replay() == {200}
    assert await there() == [(1,), (1,)]
    assert not [
        call for call in siege.connector.calls[sent:] if "is replayed" in str(call.body) and call.method == "POST"
    ]


async def test_of_twenty_who_press_at_once_one_has_it(siege: Siege) -> None:
    post = siege.post("who takes it?", **stranger(1))
    await siege.deliver(post)
    await siege.quiet()
    ids = {"desk": "backend", "request": _request(siege, post), "card": ""}
    ids["card"] = f"card:{ids['request']}"
    press = [activities.press("claim", ids, thread=post["id"], **siege.by(who)) for who in [ANA, BEN] * 10]
    replies = await asyncio.gather(*map(siege.deliver, press))
    await siege.quiet()
    names = {
        name
        for name in ("Ana Lindqvist is looking", "Ben Okafor is looking")
        for one in replies
        if name.encode() in one.raw
    }
    assert len(names) == 1
    assert {tuple(reply.statuses) for reply in replies} == {(200,)}


async def test_a_hundred_requests_at_once_mention_nobody_but_the_pair_and_each_once(siege: Siege) -> None:
    before = len(siege.connector.calls)
    posts = [siege.post(f"<at>Everyone</at> <at>Farid Haddad</at> {n}", **stranger(100 + n)) for n in range(100)]
    replies = await asyncio.gather(*map(siege.deliver, posts))
    assert {tuple(reply.statuses) for reply in replies} == {(200,)}
    await siege.quiet()
    for call in siege.connector.calls[before:]:
        named = [entity["mentioned"]["id"] for entity in mentions(call.body)]
        assert set(named) <= {ANA, BEN}
        assert len(named) == len(set(named))


def mentions(value: Any) -> Iterator[dict[str, Any]]:
    """Give each mention, however deep."""
    if isinstance(value, dict):
        if value.get("type") == "mention":
            yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from mentions(inner)


def stranger(number: int) -> dict[str, str]:
    """Give the fields of a requester nobody has heard of yet."""
    return {
        "sender": f"29:stranger-{number}",
        "aad": f"dddddddd-0000-4000-8000-{number:012}",
        "name": f"Stranger {number}",
    }


def _request(siege: Siege, post: dict[str, Any]) -> str:
    """Give the id of the request that a post became."""
    found = [orjson.loads(document) for (document,) in siege.rows("select document from requests")]
    return next(str(one["id"]) for one in found if one["place"].endswith(f"={post['id']}"))


async def test_a_press_that_is_a_megabyte_is_not_read(siege: Siege) -> None:
    press = activities.press("claim", {"request": "R-1", "x": "x" * 2**20}, thread="1", **siege.by(ANA))
    assert (await siege.deliver(press)).statuses == [413]
    siege.untouched()


@pytest.mark.parametrize("who", [EVA, DILAN, "cccccccc-0000-4000-8000-000000000009"])
async def test_who_may_not_press_moves_nothing_whatever_the_card_says_they_are(siege: Siege, who: str) -> None:
    ids = {"desk": "backend", "request": "R-1", "card": "card:R-1", "role": "SUPPORT", "author": ANA, "version": 0}
    ((document,),) = siege.rows("select document from requests where id = 'R-1'")
    thread = orjson.loads(document)["place"].partition("messageid=")[2]
    reply = await siege.deliver(activities.press("claim", ids, thread=thread, **siege.by(who)))
    assert reply.json["type"] == "application/vnd.microsoft.activity.message"
    siege.untouched()


SLOW_FOR_REGEXES = {
    "openers": "<at>" * 25_000,
    "an opener and brackets": "<at>" + ">" * 100_000,
    "letters and a mark": "a" * 100_000 + "!",
    "blanks": " " * 100_000 + "x",
    "stars": "*" * 100_000,
    "brackets": "[" * 50_000 + "](" * 25_000,
    "links": "http://" * 14_000,
    "addresses": "a@" * 50_000,
    "numbers": "1" * 100_000 + "x",
    "ampersands": "&" * 50_000 + "&amp;" * 10_000,
    "line breaks": "\n" * 50_000,
    "joiners": "\u200d" * 30_000 + "👩\u200d" * 5_000,
    "a word of a command": "request " * 12_000,
}


@pytest.mark.parametrize("text", SLOW_FOR_REGEXES.values(), ids=SLOW_FOR_REGEXES.keys())
@pytest.mark.parametrize("kind", ["post", "personal", "mention", "edit"])
async def test_no_text_of_a_hundred_kilobytes_holds_the_bot_up(siege: Siege, text: str, kind: str) -> None:
    post = siege.post(text)
    made = {
        "post": post,
        "personal": activities.personal_message(text, **siege.by(ANA)),
        "mention": siege.post(text, mention=True),
        "edit": activities.edit(text, of=siege.post()),
    }[kind]
    async with asyncio.timeout(20):
        assert (await siege.deliver(made)).statuses == [200]
        assert (await siege.send(b"GET /livez HTTP/1.1\r\nHost: bot\r\nConnection: close\r\n\r\n")).statuses == [200]
    await siege.quiet()


@pytest.mark.parametrize("name", ["../x", "..", "a/b", "CON", "a\0b", "", " ", "x" * 4_096, "é", "backend\n"])
async def test_no_name_of_a_desk_is_a_path(siege: Siege, name: str) -> None:
    asked = {"tenant": "../x", "team": "../x", "channel": "19:x@thread.tacv2", "name": name}
    with pytest.raises(Refused):
        await ask(siege.data / "control.sock", "desk add", asked)
    siege.untouched()


async def test_a_thousand_keys_that_nobody_knows_cause_one_fetch(siege: Siege) -> None:
    fetched = siege.entra.hits["jwks"]
    _, claims, signature = siege.token.split(".")
    for number in range(KEYS):
        head = orjson.dumps({"alg": "RS256", "typ": "JWT", "kid": f"nobody-{number}"})
        shown = f"Bearer {urlsafe_b64encode(head).rstrip(b'=').decode()}.{claims}.{signature}"
        assert (await siege.deliver(b"{}", shown)).statuses == [401]
    assert siege.entra.hits["jwks"] <= fetched + 1


async def test_while_the_keys_cannot_be_fetched_the_last_good_ones_serve(siege: Siege) -> None:
    siege.entra.answers["metadata"] = Answer(500)
    try:
        assert (await siege.deliver(siege.post("while Entra is down"))).statuses == [200]
        await siege.quiet()
    finally:
        siege.entra.answers.clear()


@pytest.mark.parametrize("path", ["/api/messages", "/slack/events", "/jira/webhook", "/bugsnag/guess", "/nowhere"])
async def test_what_a_stranger_packed_is_not_unpacked_for_them(siege: Siege, path: str) -> None:
    began = cpu(siege)
    for _ in range(10):
        reply = await siege.send(posted(path, bomb(), Content_Encoding="gzip"))
        assert set(reply.statuses) <= {401, 404, 413}
    assert cpu(siege) - began < 1.0  # seconds of work, however long it took; to unpack all of it takes more than two
    siege.untouched()


async def test_operators_read_how_many_were_refused_and_strangers_do_not(siege: Siege) -> None:
    async def count(name: str, reason: str) -> float:
        operators = f"http://127.0.0.1:{siege.ops_port}/metrics"
        async with aiohttp.ClientSession() as session, session.get(operators) as answer:
            page = await answer.text()
        return float(page.partition(f'hotseat_{name}_total{{reason="{reason}"}} ')[2].split("\n")[0] or 0)

    before = await count("auth_refused", "not_a_token")
    assert (await siege.deliver(siege.post(), "Bearer garbage")).statuses == [401]
    assert await count("auth_refused", "not_a_token") == before + 1
    before = await count("connections_closed", "crowded")
    async with AsyncExitStack() as crowd:
        for _ in range(MOST + 1):
            crowd.callback((await asyncio.open_connection("127.0.0.1", siege.port))[1].close)
        async with asyncio.timeout(10):
            while await count("connections_closed", "crowded") == before:
                await asyncio.sleep(0.05)
    assert (await siege.send(b"GET /metrics HTTP/1.1\r\nHost: bot\r\nConnection: close\r\n\r\n")).statuses == [404]


async def test_nobody_elsewhere_reaches_a_port_of_the_bot(siege: Siege) -> None:
    """It was told to listen on loopback, for operators as well; what else it opens must be there, too."""
    assert siege.process is not None
    own = Path(f"/proc/{siege.process.pid}")
    sockets = {os.readlink(one).removeprefix("socket:[").removesuffix("]") for one in (own / "fd").iterdir()}
    listening = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in (own / "net" / table).read_text("ascii").splitlines()[1:]:
            fields = line.split()
            if fields[9] in sockets and (fields[3] == "0A" or table.startswith("udp")):
                listening.add(fields[1].partition(":")[0])
    assert listening == {"0100007F"}


async def test_after_all_of_it_the_bot_works_as_before_and_ends_in_good_order(siege: Siege) -> None:
    before = siege.effects()["records"][0][0]
    assert (await siege.deliver(siege.post("is anybody there?"))).statuses == [200]
    await siege.quiet()
    assert siege.effects()["records"] == [(before + 1,)]
    assert await siege.end() == 0
    assert siege.complaints() == []
    assert {path.name for path in siege.folder.iterdir()} == {"data", "log"}
