"""Slack's Web API: one call, and what its answer means: a result, later perhaps, or no.

It must not know what is asked for. Source: docs.slack.dev, "Using the Slack Web API" and "Rate limits".
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import aiohttp
import orjson

from bot.bodies import read_answer
from bot.retries import Note, Temporary, noted, seconds, still_mine, unnoted

_TIMEOUT = aiohttp.ClientTimeout(total=10)
_MOST_BYTES = 4_000_000
_LATER = frozenset({"fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable"})
_CODE = re.compile(r"[a-z_]{1,60}")
_KEY = "Slack does not take {token}; set the {kind} of an app that is installed there"
_NO_CHANNEL = "Slack knows no channel {channel}; set SLACK_CHANNEL to its id, and invite the app if it is private"
_GONE = "what it answers in Slack is not there any more"
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"), _KEY),
        **dict.fromkeys(("cannot_reply_to_message", "message_not_found", "thread_not_found"), _GONE),
        "channel_not_found": _NO_CHANNEL,
        "is_archived": "the Slack channel {channel} is archived; name another in SLACK_CHANNEL",
        "missing_scope": "the Slack app lacks the scope {scope}; add it and install the app again",
        "not_allowed_token_type": _KEY,
        "not_in_channel": "the Slack app is not in {channel}; invite it there: /invite and the app's name",
    }
)
BOT, APP = "bot token (xoxb-…)", "app-level token (xapp-…)"
_SETTINGS: Mapping[str, str] = MappingProxyType({BOT: "SLACK_BOT_TOKEN", APP: "SLACK_APP_TOKEN"})


class Refusal(Exception):  # noqa: N818 - an outcome
    """Slack's final no; ``code`` is its word for it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def reason(self, scope: str, channel: str = "", kind: str = BOT) -> str:
        """Say for an admin what is wrong and how to mend it, where that is known."""
        said = _REASONS.get(self.code, "Slack refused it: {code}")
        return said.format(channel=channel, code=self.code, scope=scope, token=_SETTINGS[kind], kind=kind)


class SlackApi:
    """Calls Slack's methods with a token, each once: raises Temporary where it may succeed later, else Refusal.

    No redirect is followed, and nothing that is sent or answered is logged.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str, note: Note = unnoted) -> None:
        """Bind to the session, to Slack's address ("https://slack.com/api/"), and to the token.

        ``note`` takes what became of each attempt to write.
        """
        self._session = session
        self._url = url.rstrip("/")
        self._token = token
        self._note = note

    async def read(self, method: str, **query: str) -> Mapping[str, Any]:
        """Ask for something that changes nothing; Slack takes no JSON there."""
        return (await self._call("GET", method, params=query))[0]

    async def write(self, method: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have something done."""
        return (await noted(self._call("POST", method, data=orjson.dumps(body)), self._note))[0]

    async def who(self) -> tuple[Mapping[str, Any], frozenset[str]]:
        """Return whose token it is, and the scopes that it has, none where Slack does not say."""
        answer, scopes = await self._call("POST", "auth.test", data=b"{}")
        return answer, frozenset(filter(None, (scope.strip() for scope in scopes.split(","))))

    async def _call(self, verb: str, method: str, **content: Any) -> tuple[Mapping[str, Any], str]:
        still_mine()
        headers = {"Authorization": f"Bearer {self._token}"}
        if "data" in content:
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            async with self._session.request(
                verb, f"{self._url}/{method}", headers=headers, timeout=_TIMEOUT, allow_redirects=False, **content
            ) as response:
                return _result(response, await read_answer(response, _MOST_BYTES)), response.headers.get(
                    "X-OAuth-Scopes", ""
                )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Temporary(type(error).__name__) from None  # nothing was sent
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Temporary(type(error).__name__, ambiguous=True) from None


def _result(response: aiohttp.ClientResponse, raw: bytes) -> Mapping[str, Any]:
    status = response.status
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wish = seconds(response.headers.get("Retry-After"), response.headers.get("Date"))
        raise Temporary(str(status), retry_after=wish, ambiguous=status != HTTPStatus.TOO_MANY_REQUESTS)
    if status != HTTPStatus.OK:
        raise Refusal(f"HTTP {status}")
    try:
        answer = orjson.loads(raw)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        raise Temporary("unreadable", ambiguous=True)  # a page of a proxy in between, say
    if answer["ok"]:
        return answer
    error = answer.get("error")
    code = error if isinstance(error, str) and _CODE.fullmatch(error) else "unknown"
    if code in _LATER:
        raise Temporary(code)
    raise Refusal(code)
