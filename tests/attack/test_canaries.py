"""No secret is where it does not belong, and no message in a log, however much is logged and whatever fails."""

import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
import pytest
import pytest_asyncio

from bot.caller import ask
from bot.operations import OPERATIONS
from tests.attack.matrix import ROWS
from tests.attack.rows import publish_all
from tests.attack.siege import BUGSNAG_SECRET, PASSWORD, SECRETS, Siege, besieged, posted
from tests.attack.test_matrix import stranger
from tests.bugsnag.payloads import webhook
from tests.door.whole import ANA, BEN, TEAM_CHANNEL
from tests.github.fake import TOKEN as GITHUB_TOKEN
from tests.journeys.test_tickets import GIVEN
from tests.rig import activities
from tests.rig.process import until
from tests.rig.service import Answer
from tests.slack.events import classic, message, reply, ts
from tests.slack.fake import signed

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = "zinnober-7731"  # in each message that anybody writes
OF_ENTRA = "entra-token-"  # how the tokens begin that Entra gives
ECHO = "krapplack-5501"  # what a service says that fails, such as the request's own headers
STATUSES = (401, 403, 429, 500, 503, 200)
FAILURES = [*(Answer(status, text=f"<html>{ECHO}</html>") for status in STATUSES), Answer(reset=True)]


def before(siege: Siege) -> None:
    """Let the start be as bad as it may be: neither a token nor the handbook is to be had."""
    publish_all(siege.entra)
    siege.entra.expires_in = 1
    siege.entra.queued["token"] = deque(FAILURES)
    siege.github.then("GET contents", *FAILURES[:2])
    siege.graph.script(*FAILURES)
    siege.slack.troubles["auth"].extend(FAILURES[3:5])
    siege.jira.then("project", *FAILURES[:2])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Siege]:
    """Run a bot through what goes well and what does not."""
    async with besieged(tmp_path_factory.mktemp("canaries"), prepare=before) as siege:
        await all_is_well(siege)
        await nothing_is(siege)
        yield siege


def forms(secret: str) -> Iterator[str]:
    """Give a secret in each form in which it could be written."""
    yield from {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1]}
    for before in (b"", b"x", b"xx"):  # in base64 it reads otherwise at each of three places
        packed = base64.b64encode(before + secret.encode())[4 if before else 0 : -4].decode()
        yield from {packed, packed.replace("+", "-").replace("/", "_")}
    yield secret.encode().hex()


async def all_is_well(siege: Siege) -> None:
    """Live through what people do."""
    post = siege.post(f"label printer down {WORDS}")
    ids = {"desk": "backend", "request": "R-1", "card": "card:R-1"}
    here = {"thread": post["id"], **siege.by(ANA)}
    await taken(siege, post)
    for text in ("who", f"handbook {WORDS}", f"request {WORDS}", "rota feed", "help", WORDS):
        await taken(siege, activities.personal_message(text, **siege.by(ANA)))
    await taken(siege, activities.press("claim", ids, **here))
    await taken(siege, activities.reply(f"which one? {WORDS}", **here))
    await taken(siege, activities.query(WORDS, **siege.by(ANA)))
    for step, given in (
        ("triage", {"choice": "bug:yes"}),
        ("triage", {"choice": "verify:yes"}),
        ("stops", {"text": f"40 parcels {WORDS}", "now": "no"}),
        ("leaf", {"choice": "ticket", **GIVEN, "happened": WORDS}),
    ):
        await taken(siege, activities.submit({"verb": "send", "step": step, **ids, **given}, **here))
    await of_slack(siege, message(classic(ts(5), text=f"Unhandled error {WORDS}")))
    await until(lambda: _button(siege) is not None)
    button = _button(siege) or {}
    where = {"thread": "1", "channel": TEAM_CHANNEL, **siege.by(BEN)}
    await taken(siege, activities.press(button["verb"], button["data"], **where))
    await of_slack(siege, message(reply(ts(60), under=ts(5), text=WORDS)))
    told = json.dumps(webhook("new")).encode()
    assert (await siege.send(posted(f"/bugsnag/{BUGSNAG_SECRET}", told))).statuses == [200]
    await until(lambda: siege.jira.issues and siege.slack.said)


async def of_slack(siege: Siege, envelope: dict[str, Any]) -> None:
    """Deliver as Slack does, which repeats what is not taken; the bot takes none before it knows who it is there."""
    body = orjson.dumps(envelope)
    async with asyncio.timeout(60):
        while (await siege.send(posted("/slack/events", body, **signed(body)))).statuses == [503]:
            await asyncio.sleep(0.1)


async def nothing_is(siege: Siege) -> None:
    """Let every service fail in each of its ways, and attack."""
    siege.connector.script(*FAILURES)
    for answer in FAILURES:
        siege.slack.then(answer)
    siege.jira.then("create", *FAILURES)
    for number in range(len(FAILURES)):
        await taken(siege, siege.post(f"{number} {WORDS}", **stranger(number)))
    for row in ROWS:
        if row.more is None:
            await siege.send(row.sent(siege))
    for secret in SECRETS:  # where somebody puts them who has them, or guesses
        await siege.send(f"GET /{quote(secret, safe='')} HTTP/1.1\r\nHost: bot\r\nX: {secret}\0\r\n\r\n".encode())
        await siege.send(posted(f"/bugsnag/{quote(secret, safe='')}", b"{", Authorization=f"Bearer {secret}"))
    await until(lambda: not siege.connector.scripted)


async def taken(siege: Siege, activity: dict[str, Any]) -> None:
    """Deliver what is taken."""
    assert (await siege.deliver(activity)).statuses == [200]


def _button(siege: Siege) -> dict[str, Any] | None:
    """Give the button by which an alert is handled."""
    every = (action for call in siege.connector.calls for action in actions(call.body))
    return next((action for action in every if action.get("title") == "I'm handling it"), None)


def actions(value: Any) -> Iterator[dict[str, Any]]:
    """Give each button, however deep."""
    if isinstance(value, dict):
        if value.get("type") == "Action.Execute":
            yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from actions(inner)


def others(headers: Mapping[str, str]) -> dict[str, str]:
    """Give the headers but the one that says who it is."""
    return {name: value for name, value in headers.items() if name != "Authorization"}


async def outputs(siege: Siege) -> dict[str, str]:
    """Give all that left the bot but the headers by which it says who it is to a service."""
    broken = b"HTTP/1.0 400"  # what cannot be read as HTTP gets aiohttp's own answer, which shows them their own words
    answers = [raw.decode("latin-1") for raw in siege.answered if not raw.startswith(broken)]
    found = {"log": siege.said(), "answers": "".join(answers)}
    for number, call in enumerate(siege.connector.calls):
        found[f"Teams {number}"] = f"{call.path} {call.query} {others(call.headers)} {json.dumps(call.body)}"
    found |= {f"Slack {number}": json.dumps(said) for number, said in enumerate(siege.slack.said)}
    found |= {f"Jira {number}": json.dumps(asked) for number, asked in enumerate(siege.jira.asked)}
    found |= {f"Graph {number}": f"{path} {query}" for number, (path, query, _) in enumerate(siege.graph.asked)}
    for number, asked in enumerate(siege.github.asked):
        found[f"GitHub {number}"] = f"{asked.raw_path} {others(asked.headers)}"
    found |= {str(file): file.read_bytes().decode("latin-1") for file in siege.data.rglob("*") if file.is_file()}
    for operation in OPERATIONS:
        if operation.endswith(" export") or operation in ("report", "desk list"):
            done = await ask(siege.data / "control.sock", operation, {"csv": "yes"})
            assert done is not None
            found[f"hotseat {operation}"] = f"{done.said} {done.facts}"
    async with aiohttp.ClientSession() as session:
        for port in (siege.port, siege.ops_port):
            for path in ("/metrics", "/readyz", "/livez"):
                with suppress(aiohttp.ClientConnectorError):
                    async with session.get(f"http://127.0.0.1:{port}{path}") as answer:
                        found[f"{port}{path}"] = await answer.text()
    return found


async def test_every_secret_was_used_where_it_belongs(lived: Siege) -> None:
    """What follows would say nothing of secrets that the bot never needed."""
    assert PASSWORD in str(lived.entra.token_requests)
    assert {call.token.startswith(OF_ENTRA) for call in lived.connector.calls} == {True}
    assert lived.slack.said
    assert lived.jira.issues
    assert {asked.headers["Authorization"] for asked in lived.github.asked} == {f"Bearer {GITHUB_TOKEN}"}


async def test_no_secret_is_where_it_does_not_belong(lived: Siege) -> None:
    found = await outputs(lived)
    secrets = {secret: [*forms(secret)] for secret in (*SECRETS, OF_ENTRA, lived.token)}
    leaks = [
        (where, secret)
        for where, text in found.items()
        for secret, ways in secrets.items()
        for way in ways
        if way in text
    ]
    assert leaks == []


async def test_no_message_and_nothing_that_a_service_said_is_in_the_log(lived: Siege) -> None:
    assert WORDS in json.dumps([call.body for call in lived.connector.calls])
    assert [line for line in lived.said().splitlines() if WORDS in line or ECHO in line] == []


async def test_whatever_failed_nothing_was_logged_as_a_failure_of_the_bots(lived: Siege) -> None:
    assert lived.complaints() == []
