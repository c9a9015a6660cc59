"""Tells the bot by HTTP what happened in Slack, in Bugsnag and in Jira, signed and tried again as each of them does.

Slack: docs.slack.dev, "The Events API" and "Verifying requests from Slack"; its pauses (none, 1 and 5 minutes) are
shortened. Jira: developer.atlassian.com, "Webhooks", which an admin made with a secret. Of Bugsnag no signature is
known, and no second try. What finally fails becomes a problem that the page shows.
"""

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp

from bot.sandbox import cast
from bot.sandbox.delivery import Wire
from bot.sandbox.faults import Faults
from bot.sandbox.world import Json

SLACK_PAUSES = (0.0, 2.0, 10.0)  # seconds before the second, third and last try
JIRA_PAUSES = (2.0, 5.0, 10.0, 20.0)
AT_ONCE = 10  # so many are underway side by side, as in a storm
JIRA_AGAIN = {408, 409, 425, 429}
REASONS = {0: "connection_failed", -1: "http_timeout"}

Headers = Callable[[bytes, int, int], Mapping[str, str]]
"""Gives the headers of a try, from the body, the number of tries before, and the status of the last of those."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one service sends: where to, how long it waits, after which answers it tries again, and whether all twice.

    A status is 0 where there was no connection, and -1 where the answer did not come in time.
    """

    name: str
    path: str
    patience: float
    pauses: tuple[float, ...]
    again: Callable[[int], bool]
    twice: Callable[[], bool] = lambda: False


class Hooks:
    """Sends to the bot at `base` ("http://127.0.0.1:3978"), each by itself: in no order that could be relied on."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base: str,
        wire: Wire,
        faults: Mapping[str, Faults],
        *,
        slack_pauses: tuple[float, ...] = SLACK_PAUSES,
        jira_pauses: tuple[float, ...] = JIRA_PAUSES,
    ) -> None:
        """Log to `wire`; the pauses are the seconds between tries."""
        self._session, self._base, self._wire, self._faults = session, base, wire, faults
        slack, jira = faults["slack"], faults["jira"]
        self._slack = Kind("Slack", "/slack/events", 3.0, slack_pauses, _slack_again, lambda: slack.twice)
        self._jira = Kind("Jira", "/jira/webhook", 15.0, jira_pauses, _jira_again, lambda: jira.twice)
        self._bugsnag = Kind("Bugsnag", f"/bugsnag/{cast.BUGSNAG_SECRET}", 10.0, (), lambda _: False)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def slack(self, envelope: Json) -> int:
        """Send an envelope of the Events API; answer the bot's first status."""
        if self._faults["slack"].silent:
            return 0
        return await self._send(self._slack, str(envelope["event"]["type"]), envelope, _slack_headers)

    async def jira(self, body: Json) -> int:
        """Send a webhook of Jira; answer the bot's first status."""
        if self._faults["jira"].silent:
            return 0
        identifier = str(uuid.uuid4())

        def headers(raw: bytes, tries: int, last: int) -> Mapping[str, str]:
            del last
            again = {"X-Atlassian-Webhook-Retry": str(tries)} if tries else {}
            return {
                "X-Hub-Signature": f"sha256={_hmac(cast.JIRA_SECRET, raw)}",
                "X-Atlassian-Webhook-Identifier": identifier,
                "X-Atlassian-Webhook-Flow": "Primary",
                **again,
            }

        return await self._send(self._jira, str(body["webhookEvent"]), body, headers)

    async def bugsnag(self, payload: Json) -> int:
        """Send a payload of Bugsnag's webhook; answer the bot's status."""
        return await self._send(self._bugsnag, str(payload["trigger"]["type"]), payload, lambda *_: {})

    async def close(self) -> None:
        """Stop trying."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send(self, kind: Kind, what: str, body: Json, headers: Headers) -> int:
        raw = json.dumps(body).encode()
        status, stop = await self._once(kind, body, raw, headers(raw, 0, 0))
        if kind.twice():
            status, stop = await self._once(kind, body, raw, headers(raw, 0, 0))
        if kind.again(status) and kind.pauses and not stop:
            task = asyncio.create_task(self._again(kind, what, body, raw, headers, status))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._judge(kind, what, status)
        return max(status, 0)

    async def _again(self, kind: Kind, what: str, body: Json, raw: bytes, headers: Headers, status: int) -> None:
        self._wire.retrying += 1
        try:
            for tries, pause in enumerate(kind.pauses, 1):
                self._wire.changed()
                await asyncio.sleep(pause)
                status, stop = await self._once(kind, body, raw, headers(raw, tries, status))
                if stop or not kind.again(status):
                    break
        finally:
            self._wire.retrying -= 1
        self._judge(kind, what, status)

    def _judge(self, kind: Kind, what: str, status: int) -> None:
        if status <= 0:
            self._wire.problem(f"{kind.name} could not tell the bot ({what}): there was no answer at {_shown(kind)}.")
        elif status >= HTTPStatus.MULTIPLE_CHOICES:
            self._wire.problem(f"{kind.name} could not tell the bot ({what}): it answered {status} at {_shown(kind)}.")
        else:
            self._wire.changed()

    async def _once(self, kind: Kind, body: Json, raw: bytes, headers: Mapping[str, str]) -> tuple[int, bool]:
        """Try once; answer the status, and whether the bot wants no other try."""
        async with self._room:
            exchange = self._wire.begin("in", "POST", _shown(kind), body)
            started = time.monotonic()
            status, stop = 0, False
            try:
                timeout = aiohttp.ClientTimeout(total=kind.patience)
                given = {"Content-Type": "application/json", **headers}
                url = f"{self._base}{kind.path}"
                async with self._session.post(
                    url, data=raw, headers=given, timeout=timeout, allow_redirects=False
                ) as answer:
                    status = answer.status
                    stop = answer.headers.get("X-Slack-No-Retry") == "1"
                    exchange.response = (await answer.text())[:2000]
            except TimeoutError:
                status, exchange.response = -1, f"no answer within {kind.patience:.0f} s"
            except aiohttp.ClientError as failure:
                exchange.response = f"{type(failure).__name__}: {failure}"
            exchange.status = max(status, 0)
            exchange.milliseconds = round((time.monotonic() - started) * 1000)
            self._wire.changed()
            return status, stop


def signature(secret: str, timestamp: str, raw: bytes) -> str:
    """Sign a request as Slack does."""
    return f"v0={_hmac(secret, b'v0:' + timestamp.encode() + b':' + raw)}"


def _slack_headers(raw: bytes, tries: int, last: int) -> Mapping[str, str]:
    timestamp = str(int(time.time()))  # signatures keep real time, whatever the sandbox's clock says
    again = {"X-Slack-Retry-Num": str(tries), "X-Slack-Retry-Reason": REASONS.get(last, "http_error")} if tries else {}
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(cast.SLACK_SECRET, timestamp, raw),
        **again,
    }


def _slack_again(status: int) -> bool:
    return not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def _jira_again(status: int) -> bool:
    return status <= 0 or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in JIRA_AGAIN


def _hmac(secret: str, raw: bytes) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def _shown(kind: Kind) -> str:
    return kind.path.replace(cast.BUGSNAG_SECRET, "SECRET")
