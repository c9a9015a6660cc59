"""GitHub over HTTP: a call is one attempt, and each way in which it fails says in words what is to be done.

REST, version 2022-11-28, with a fine-grained token or none. No redirect is followed, so that the token stays here.
Source: docs.github.com, "REST API endpoints for repository contents", "Rate limits for the REST API".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from bot.github.place import API, Place, web_of
from bot.retries import Temporary, seconds
from bot.support.handbook import MOST_BYTES

Document = Mapping[str, Any]

MOST_ANSWER = 2_000_000  # of what is said of pull requests, say
VERSION = "2022-11-28"
RAW = "application/vnd.github.raw+json"
JSON = "application/vnd.github+json"
_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
_UNCLEAR = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_LONGEST_WORDS = 200
_LONGEST_WISH = 600.0
_SECONDARY = 60.0
_LIMIT = "rate limit"


class Refusal(Exception):  # noqa: N818 - an outcome
    """GitHub said no, and nothing came of the call; ``messages`` are what it says, none of it a secret."""

    def __init__(self, status: int, messages: tuple[str, ...] = ()) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.messages = messages


class TooLarge(Exception):  # noqa: N818 - an outcome
    """A file is larger than a handbook may be."""


class NoFile(Exception):  # noqa: N818 - an outcome
    """What stands at a path is a folder, say."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file's bytes, and the ETag by which to ask whether they are still the same, "" for none."""

    content: bytes
    etag: str = ""


class GitHubClient:
    """Calls one GitHub, which is never left.

    Each call raises Refusal; or Temporary, which is ``ambiguous`` where the call may have done its work.
    """

    def __init__(self, session: aiohttp.ClientSession, api: str = API, token: str = "") -> None:
        """Bind to the session, the interface's address (https://api.github.com), and a token, "" for none."""
        self.web = web_of(api)
        self.has_token = bool(token)
        self._session = session
        self._api = api
        self._headers = {"X-GitHub-Api-Version": VERSION, "Accept-Encoding": "identity", "User-Agent": "Hotseat"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    async def read(self, place: Place, etag: str = "", ref: str = "") -> Fetched | None:
        """Return a file, as another ``ref`` has it where one is given; None where it is still what ``etag`` was.

        Raise TooLarge over 1 MB, and NoFile for a folder.
        """
        headers = {"Accept": RAW, **({"If-None-Match": etag} if etag else {})}
        url = self._url(place, "contents", *place.path.split("/")).with_query(ref=ref or place.ref)
        status, answer, content = await self._call("GET", url, headers, None, MOST_BYTES)
        if status == HTTPStatus.NOT_MODIFIED:
            if not etag:
                raise Temporary("GitHub answers 304 to what did not ask for it")
            return None
        # GitHub lists a folder as JSON; a file comes as it is, even one that is JSON itself.
        if answer.content_type == "application/json":
            raise NoFile
        if answer.content_type == "text/html":
            raise _odd("answers with a web page in place of the file")  # a proxy's, or a sign-in's
        return Fetched(content, answer.headers.get("ETag", ""))

    async def get(self, place: Place, *path: str, **query: str) -> Any:
        """Read what the repository has at a path, given by its parts."""
        return await self._json("GET", place, path, query, None)

    async def send(self, method: str, place: Place, *path: str, body: Document | None = None) -> Any:
        """Send ``body`` to a path of the repository, given by its parts."""
        return await self._json(method, place, path, {}, body)

    async def _json(
        self, method: str, place: Place, path: tuple[str, ...], query: Mapping[str, str], body: Document | None
    ) -> Any:
        headers = {"Accept": JSON, **({"Content-Type": "application/json"} if body is not None else {})}
        raw = None if body is None else orjson.dumps(body)
        url = self._url(place, *path).with_query(query)
        status, _, content = await self._call(method, url, headers, raw, MOST_ANSWER)
        if status == HTTPStatus.NO_CONTENT:
            return None
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            raise _odd("answers what cannot be read") from None  # a page of a proxy in between, say

    def _url(self, place: Place, *path: str) -> URL:
        parts = "/".join(quote(part, safe="") for part in ("repos", place.owner, place.repo, *path))
        return URL(f"{self._api}/{parts}", encoded=True)

    async def _call(
        self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None, most: int
    ) -> tuple[int, aiohttp.ClientResponse, bytes]:
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers={**self._headers, **headers},
                timeout=_TIMEOUT,
                allow_redirects=False,
                auto_decompress=False,
            ) as response:
                content = await _read(response, most)
                _judge(response, content)
                return response.status, response, content
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Temporary(f"GitHub cannot be reached ({type(error).__name__})") from None  # nothing was sent
        except TimeoutError:
            raise _odd(f"took longer than {_TIMEOUT.total:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise _odd(f"broke off its answer ({type(error).__name__})") from None


def _odd(what: str, wish: float | None = None) -> Temporary:
    return Temporary(f"GitHub {what}", retry_after=wish, ambiguous=True)


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > most:
            response.close()
            if response.ok:
                raise TooLarge
            return b""  # what it says beside its status is not needed
    return bytes(content)


def _judge(response: aiohttp.ClientResponse, content: bytes) -> None:
    """Raise what an answer says, unless it is what was asked for."""
    status = response.status
    if status in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        # To unpack it could take any amount of memory, and nobody was asked to pack it.
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise _odd("sends what it was not asked to pack")
        return
    wish = seconds(response.headers.get("Retry-After"), response.headers.get("Date"))
    limited = status == HTTPStatus.FORBIDDEN and _is_limited(response, content)
    if status == HTTPStatus.TOO_MANY_REQUESTS or limited:
        raise Temporary(f"GitHub was asked too often ({status})", retry_after=_until_reset(response, wish))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _UNCLEAR:
        raise _odd(f"answers {status}", wish)
    raise Refusal(status, _said(content))


def _is_limited(response: aiohttp.ClientResponse, content: bytes) -> bool:
    """Say whether a 403 is a limit: by its headers, of which a secondary limit may have none, or by what it says."""
    told = "Retry-After" in response.headers or response.headers.get("X-RateLimit-Remaining") == "0"
    return told or any(_LIMIT in one.lower() for one in _said(content))


def _until_reset(response: aiohttp.ClientResponse, wish: float | None) -> float | None:
    """Return how long to wait: as Retry-After says, else until the moment of X-RateLimit-Reset by GitHub's clock.

    Where neither is told, as of a secondary limit, GitHub asks for a minute.
    """
    if wish is not None:
        return wish
    if response.headers.get("X-RateLimit-Remaining", "") != "0" and response.status == HTTPStatus.FORBIDDEN:
        return _SECONDARY
    try:
        now = parsedate_to_datetime(response.headers["Date"]).timestamp()
        return min(max(float(response.headers["X-RateLimit-Reset"]) - now, 0.0), _LONGEST_WISH)
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _said(content: bytes) -> tuple[str, ...]:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return ()
    if not isinstance(document, dict):
        return ()
    errors = document.get("errors")
    words = [one.get("message") if isinstance(one, dict) else one for one in errors] if isinstance(errors, list) else []
    lines = [
        " ".join(one.split())[:_LONGEST_WORDS] for one in (document.get("message"), *words) if isinstance(one, str)
    ]
    return tuple(filter(None, lines))
