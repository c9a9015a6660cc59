"""The calls to Microsoft Graph: what changed in a channel, page by page, each one attempt with a typed outcome.

It decides what an answer means for the reading (a page, try again, read anew, not allowed) and must not know what a
message means. Source: learn.microsoft.com, "chatMessage: delta", "Microsoft Graph error responses".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from bot.bodies import read_answer
from bot.graph.messages import Channel
from bot.retries import Temporary, seconds

TOP = 50  # as many posts as Graph gives at once
LARGEST = 16 * 2**20  # bytes: a page is fifty posts with their replies, of 28 KB each at most
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.LOCKED, HTTPStatus.TOO_MANY_REQUESTS})
_EXPIRED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.GONE})


class Refusal(Exception):  # noqa: N818 - an outcome
    """Graph will not say it. `status` is HTTP's, `code` Graph's word for the reason."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Expired(Exception):  # noqa: N818 - an outcome
    """A link of an earlier answer is no longer good: the channel is to be read anew."""


class Tokens(Protocol):
    """The bot's tokens for Microsoft Graph."""

    async def token(self, tenant: str) -> str:
        """Give one that is good in a tenant, "" where none is needed; raise Temporary where there is none now."""

    def drop(self, tenant: str, token: str) -> None:
        """Forget one that was refused."""


@dataclass(frozen=True, slots=True)
class Page:
    """Messages, and where there is more now (`next`), or will be what changes from now on (`delta`); "" for nowhere."""

    messages: tuple[Mapping[str, Any], ...]
    next: str = ""
    delta: str = ""


class GraphApi:
    """Reads channels at one Microsoft Graph. Links lead nowhere else, since the token goes with them."""

    def __init__(self, session: aiohttp.ClientSession, address: str, tokens: Tokens) -> None:
        """Bind to the address of a Graph, such as https://graph.microsoft.com, without a slash at its end."""
        self._session = session
        self._base = f"{address}/v1.0/"
        self._tokens = tokens

    async def changed(self, channel: Channel, since: datetime) -> Page:
        """Return the first page of the posts that changed, or whose thread did, since a moment, with their replies."""
        moment = since.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        wanted = f"$top={TOP}&$expand=replies&$filter={quote(f'lastModifiedDateTime gt {moment}')}"
        path = f"teams/{quote(channel.team, safe='')}/channels/{quote(channel.id, safe='')}/messages/delta"
        return await self._read(channel.tenant, f"{self._base}{path}?{wanted}")

    async def follow(self, channel: Channel, link: str) -> Page:
        """Return the page that a link of an earlier one leads to; raise Expired where it leads to none any more."""
        if not link.startswith(self._base):
            raise Expired
        try:
            return await self._read(channel.tenant, link)
        except Refusal as refusal:
            if refusal.status in _EXPIRED:
                raise Expired from None
            raise

    async def _read(self, tenant: str, link: str) -> Page:
        token = await self._tokens.token(tenant)
        try:
            return await self._once(link, token)
        except Refusal as refusal:
            if refusal.status != HTTPStatus.UNAUTHORIZED or not token:
                raise
            self._tokens.drop(tenant, token)
        return await self._once(link, await self._tokens.token(tenant))

    async def _once(self, link: str, token: str) -> Page:
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            async with self._session.get(
                URL(link, encoded=True), headers=headers, timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                return _outcome(response, await read_answer(response, LARGEST))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Temporary(type(error).__name__) from None


def _outcome(response: aiohttp.ClientResponse, raw: bytes) -> Page:
    status, body = response.status, _object(raw)
    if status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wish = seconds(response.headers.get("Retry-After"), response.headers.get("Date"))
        raise Temporary(str(status), retry_after=wish)
    if status != HTTPStatus.OK:
        error = body.get("error")
        code = error.get("code") if isinstance(error, dict) else None
        raise Refusal(status, code[:100] if isinstance(code, str) else "unknown")
    messages = body.get("value")
    if not isinstance(messages, list):
        raise Temporary("unreadable")
    links = [body.get(name) for name in ("@odata.nextLink", "@odata.deltaLink")]
    following, delta = [link if isinstance(link, str) else "" for link in links]
    return Page(tuple(one for one in messages if isinstance(one, dict)), following, delta)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
