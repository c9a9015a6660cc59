"""The deployment's Jira over HTTP: a call is one attempt, and each way in which it fails says what is known then.

REST v3 (Cloud) with an e-mail and an API token, v2 (Data Center) with a personal access token. No library of Jira's is
used, since they repeat a POST whose answer was lost. Source: developer.atlassian.com, "Jira Cloud platform REST API".
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from enum import IntEnum
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from bot.retries import Note, Temporary, noted, seconds, still_mine, unnoted

Document = Mapping[str, Any]

MOST_BYTES = 4_000_000  # the form of a project names all its versions and components
_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
_UNCLEAR = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY})
_LONGEST_WORDS = 200
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]{1,9}")


class Api(IntEnum):
    """Which of Jira's interfaces is spoken: Data Center's, or Cloud's."""

    DATA_CENTER = 2
    CLOUD = 3


class Refusal(Exception):  # noqa: N818 - an outcome
    """Jira said no for good, and nothing came of the call.

    ``fields`` are what it says of single fields, by their ids, and ``messages`` what it says beside that.
    """

    def __init__(
        self, status: int, fields: Mapping[str, str] = MappingProxyType({}), messages: tuple[str, ...] = ()
    ) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.fields = fields
        self.messages = messages


class JiraClient:
    """Calls one Jira, which is never left: no redirect is followed.

    Each call returns the JSON object of its answer. It raises Refusal; or Temporary, which is ``ambiguous`` where the
    call may have done its work.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        token: str,
        *,
        email: str = "",
        api: Api = Api.CLOUD,
        note: Note = unnoted,
    ) -> None:
        """Bind to the session and the address ("https://example.atlassian.net"); Cloud asks for the ``email``, too.

        ``note`` takes what became of each attempt to write.
        """
        self.api = api
        self._session = session
        self._note = note
        self._url = url.rstrip("/")
        basic = b64encode(f"{email}:{token}".encode()).decode()
        shown = f"Basic {basic}" if api is Api.CLOUD else f"Bearer {token}"
        self._headers = {"Authorization": shown, "Accept": "application/json", "Accept-Encoding": "identity"}

    def page(self, key: str) -> str:
        """Return the address at which people read an issue."""
        return f"{self._url}/browse/{key}"

    async def get(self, *path: str, **query: str) -> Document:
        """Read what stands at a path, given by its parts."""
        return await self._call("GET", path, query, None)

    async def post(self, *path: str, body: Document) -> Document:
        """Send ``body`` to a path, given by its parts."""
        return await noted(self._call("POST", path, {}, orjson.dumps(body)), self._note)

    async def search(self, jql: str, *fields: str, most: int) -> tuple[Document, ...]:
        """Return the first ``most`` issues that a query finds, with these fields; Jira may not know the newest yet."""
        if self.api is Api.CLOUD:
            body = orjson.dumps({"jql": jql, "fields": list(fields), "maxResults": most})
            found = await self._call("POST", ("search", "jql"), {}, body)
        else:
            found = await self.get("search", jql=jql, fields=",".join(fields), maxResults=str(most))
        issues = found.get("issues")
        if not isinstance(issues, list):
            raise Temporary("unreadable", ambiguous=True)
        return tuple(issue for issue in issues if isinstance(issue, dict))

    async def _call(self, method: str, path: tuple[str, ...], query: Mapping[str, str], body: bytes | None) -> Document:
        still_mine()
        parts = "/".join(quote(part, safe="") for part in path)
        url = URL(f"{self._url}/rest/api/{self.api}/{parts}", encoded=True).with_query(query)
        headers = {**self._headers, "Content-Type": "application/json"} if body is not None else self._headers
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                return _outcome(response, await _read(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Temporary(type(error).__name__) from None  # nothing was sent
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Temporary(type(error).__name__, ambiguous=True) from None


def key_of(issue: Document) -> str:
    """Return an issue's key, "" where it has none that can be one."""
    key = issue.get("key")
    return key if isinstance(key, str) and _KEY.fullmatch(key) else ""


def quoted(word: str) -> str:
    """Return a word as JQL has it, whatever is in it."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


async def _read(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > MOST_BYTES:
            response.close()
            raise Temporary("too large", ambiguous=True)
    return bytes(content)


def _outcome(response: aiohttp.ClientResponse, content: bytes) -> Document:
    status = response.status
    wish = seconds(response.headers.get("Retry-After"), response.headers.get("Date"))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Temporary(str(status), retry_after=wish)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _UNCLEAR:
        raise Temporary(str(status), retry_after=wish, ambiguous=True)
    document = _parsed(content)
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        raise _refusal(status, document or {})
    # Jira takes a wrong token on some paths for nobody's, who sees nothing, and says so in a header only.
    if "AUTHENTICATED_FAILED" in response.headers.get("X-Seraph-LoginReason", ""):
        raise Refusal(HTTPStatus.UNAUTHORIZED)
    if document is None:
        raise Temporary("unreadable", ambiguous=True)  # a page of a proxy in between, say
    return document


def _parsed(content: bytes) -> Document | None:
    """Return a JSON object, None for anything else."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _refusal(status: int, document: Document) -> Refusal:
    fields, messages = document.get("errors"), document.get("errorMessages")
    return Refusal(
        status,
        {_line(field): _line(why) for field, why in fields.items()} if isinstance(fields, dict) else {},
        tuple(_line(one) for one in messages) if isinstance(messages, list) else (),
    )


def _line(words: object) -> str:
    return " ".join(str(words).split())[:_LONGEST_WORDS]
