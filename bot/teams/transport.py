"""The way out to Teams: the connector's calls over one HTTP session, each one attempt with a typed outcome.

Decides what an answer means for the message (it is there, try again, never) and nothing about what is said. Source:
learn.microsoft.com, "Bot Connector REST API reference".
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from bot.bodies import read_answer
from bot.retries import Note, Temporary, noted, seconds, still_mine, unnoted
from bot.teams.credentials import Credentials, TokenRefused
from bot.teams.hosts import ServiceHosts
from bot.teams.limits import Limits, Turns

_TIMEOUT = aiohttp.ClientTimeout(total=10)
_AGAIN = frozenset({408, 412, 429})
# The server may have done the work before it answered so, or answered nothing.
_DONE_PERHAPS = frozenset({500, 502, 503, 504})
_PAGE = 200
_MOST_BYTES = 4_000_000


class Final(Exception):  # noqa: N818 - an outcome
    """It will never succeed as it is. `status` is HTTP's (0: it never left), `code` the connector's word."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Sent:
    """It is there. `id` is the connector's id for it, empty where the answer has none; `body` the whole answer."""

    id: str
    body: Any = field(default=None, repr=False)


def open_session() -> aiohttp.ClientSession:
    """Open the session that everything shares. It keeps connections; it keeps no cookies.

    A request may wait for a connection for as long as a lease lasts, so whether it may leave is asked once more then.
    """
    leaving = aiohttp.TraceConfig()
    leaving.on_connection_create_end.append(_may_leave)
    leaving.on_connection_reuseconn.append(_may_leave)
    return aiohttp.ClientSession(
        trace_configs=[leaving],
        connector=aiohttp.TCPConnector(limit=256, limit_per_host=0, keepalive_timeout=60),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=_TIMEOUT,
        headers={"User-Agent": "Hotseat"},
    )


async def _may_leave(*_: object) -> None:
    still_mine()


class Transport:
    """Call the connector. Each method is one attempt: a result, or Temporary or Final raised.

    `hosts` is asked again before anything leaves. `credentials` None sends no token (local mode). A 401 drops the token
    and asks once more with a new one. ``note`` takes what became of each attempt to write.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        hosts: ServiceHosts,
        credentials: Credentials | None = None,
        limits: Turns | None = None,
        note: Note = unnoted,
    ) -> None:
        self._session = session
        self._hosts = hosts
        self._credentials = credentials
        self._limits = Limits(()) if limits is None else limits  # new ones are empty, and so false
        self._note = note

    async def post(self, service_url: str, conversation_id: str, activity: Any) -> str:
        """Post into a conversation and give the message's id. `…;messageid=M` posts into the thread M."""
        await self._limits.turn(conversation_id)
        path = f"{_id(conversation_id)}/activities"
        return _with_id(await self._call("POST", service_url, path, activity)).id

    async def reply(self, service_url: str, conversation_id: str, to: str, activity: Any) -> str:
        """Post a reply to the message `to` and give the reply's id."""
        await self._limits.turn(conversation_id)
        path = f"{_id(conversation_id)}/activities/{_id(to)}"
        return _with_id(await self._call("POST", service_url, path, activity)).id

    async def update(self, service_url: str, conversation_id: str, activity_id: str, activity: Any) -> None:
        """Put another activity in the place of a message."""
        await self._limits.turn(conversation_id)
        await self._call("PUT", service_url, f"{_id(conversation_id)}/activities/{_id(activity_id)}", activity)

    async def delete(self, service_url: str, conversation_id: str, activity_id: str) -> None:
        """Delete a message."""
        await self._call("DELETE", service_url, f"{_id(conversation_id)}/activities/{_id(activity_id)}")

    async def create_personal(self, service_url: str, *, tenant: str, bot: str, member_id: str) -> str:
        """Open the personal chat with a person and give its id; one that exists already is given again."""
        await self._limits.turn(member_id)
        asked = {
            "isGroup": False,
            "bot": {"id": bot},
            "members": [{"id": member_id}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        return _with_id(await self._call("POST", service_url, "", asked)).id

    async def create_thread(
        self, service_url: str, *, tenant: str, bot: str, channel_id: str, activity: Any
    ) -> tuple[str, str]:
        """Post a new top-level message in a channel; give the thread's conversation id and the message's id."""
        await self._limits.turn(channel_id)
        asked = {
            "isGroup": True,
            "bot": {"id": bot},
            "activity": activity,
            "tenantId": tenant,
            "channelData": {"channel": {"id": channel_id}, "tenant": {"id": tenant}},
        }
        sent = _with_id(await self._call("POST", service_url, "", asked))
        return sent.id, str(sent.body.get("activityId") or sent.id.partition(";messageid=")[2])

    async def members(self, service_url: str, conversation_id: str) -> list[dict[str, Any]]:
        """Give everybody in a team or a conversation, page by page."""
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            path = f"{_id(conversation_id)}/pagedmembers?pageSize={_PAGE}"
            path += f"&continuationToken={quote(token, safe='')}" if token else ""
            body = (await self._call("GET", service_url, path)).body
            page = body.get("members") if isinstance(body, dict) else None
            if not isinstance(page, list):
                raise Temporary("unreadable")
            found += [member for member in page if isinstance(member, dict)]
            token = body.get("continuationToken") or ""
            if not token or not page:
                return found

    async def member(self, service_url: str, conversation_id: str, member_id: str) -> dict[str, Any]:
        """Give one member of a team or a conversation; Final 404 when there is none."""
        body = (await self._call("GET", service_url, f"{_id(conversation_id)}/members/{_id(member_id)}")).body
        if not isinstance(body, dict):
            raise Temporary("unreadable")
        return body

    async def team(self, service_url: str, team_id: str) -> dict[str, Any]:
        """Give a team by its id in Teams, 19:…: its name, and the Entra group that it is."""
        body = (await self._call("GET", service_url, _id(team_id), root="teams")).body
        if not isinstance(body, dict):
            raise Temporary("unreadable")
        return body

    async def channels(self, service_url: str, team_id: str) -> list[dict[str, Any]]:
        """Give a team's channels; the one that every team has from the start has no name."""
        body = (await self._call("GET", service_url, f"{_id(team_id)}/conversations", root="teams")).body
        found = body.get("conversations") if isinstance(body, dict) else None
        if not isinstance(found, list):
            raise Temporary("unreadable")
        return [channel for channel in found if isinstance(channel, dict)]

    async def _call(
        self, method: str, service_url: str, path: str, content: Any = None, *, root: str = "conversations"
    ) -> Sent:
        if not self._hosts.allows(service_url):
            raise Final(0, "ServiceHostNotAllowed")
        base = f"{service_url.removesuffix('/')}/v3/{root}"
        url = URL(f"{base}/{path}" if path else base, encoded=True)
        data = None if content is None else compact(content)
        note = unnoted if method == "GET" else self._note
        token = await self._token(note)
        try:
            return await noted(self._once(method, url, data, token), note)
        except Final as refused:
            if refused.status != HTTPStatus.UNAUTHORIZED or self._credentials is None:
                raise
            self._credentials.drop(token)
        return await noted(self._once(method, url, data, await self._token(note)), note)

    async def _token(self, note: Note) -> str:
        """Return a token; without one an attempt has failed, and is noted."""
        if self._credentials is None:
            return ""
        try:
            return await self._credentials.token()
        except TokenRefused as error:
            failed = Temporary(f"token {error}")
            note(failed)
            raise failed from None

    async def _once(self, method: str, url: URL, data: bytes | None, token: str) -> Sent:
        still_mine()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if data is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                return _outcome(method, response, await read_answer(response, _MOST_BYTES))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Temporary(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Temporary(type(error).__name__, ambiguous=True) from None


def compact(content: Any) -> bytes:
    """Write JSON in no more memory than it needs: orjson's own bytes keep a buffer ten times as long."""
    return bytes(memoryview(orjson.dumps(content)))


def _outcome(method: str, response: aiohttp.ClientResponse, raw: bytes) -> Sent:
    status = response.status
    body = _json(raw)
    if response.ok and status < HTTPStatus.MULTIPLE_CHOICES:
        # A page of a proxy in between, say: a success that the connector did not write.
        if raw and body is None:
            raise Temporary("unreadable", ambiguous=method == "POST")
        return Sent(str(body.get("id") or "") if isinstance(body, dict) else "", body)
    if status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wish = seconds(response.headers.get("Retry-After"), response.headers.get("Date"))
        raise Temporary(str(status), retry_after=wish, ambiguous=status in _DONE_PERHAPS)
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    raise Final(status, code[:100] if isinstance(code, str) else "Unknown")


def _with_id(sent: Sent) -> Sent:
    if not sent.id:
        raise Temporary("no id", ambiguous=True)
    return sent


def _json(raw: bytes) -> Any:
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        return None


def _id(text: str) -> str:
    """Write an id into a path, where no id can climb out of its place."""
    if not text or not text.strip("."):
        raise Final(0, "BadId")
    return quote(text, safe="")
