"""The keys that sign what Teams sends: the Bot Framework's OpenID metadata and its key set.

Decides when to fetch them and which to believe; knows nothing of tokens' claims or of activities.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import jwt
import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bot.teams.hosts import is_loopback

_REFRESH = 24 * 3600.0
_UNKNOWN_KEY_PAUSE = 60.0
_FAILURE_PAUSE = 1.0
_TIMEOUT = ClientTimeout(total=10)
_MAX_BYTES = 2**20
_MIN_BITS = 2048

log = logging.getLogger(__name__)


class KeysUnavailable(Exception):  # noqa: N818 - says what is missing
    """No key has ever been fetched and the key service does not answer: nobody can be told genuine from false."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public RSA key and the channels that it may sign for."""

    public: RSAPublicKey
    endorsements: frozenset[str]


class SigningKeys:
    """Find a signing key by its id.

    The set is fetched at first use and again every 24 hours behind the caller's back. An unknown id fetches it anew, at
    most once a minute, because strangers choose that id. When the service is down, the last good set stays in use.
    https only, but http on loopback; redirects are not followed.
    """

    def __init__(self, session: ClientSession, metadata: str, *, timer: Callable[[], float] = time.monotonic) -> None:
        self.fetches = 0
        self._session = session
        self._metadata = metadata
        self._timer = timer
        self._keys: dict[str, SigningKey] = {}
        self._fetching: asyncio.Task[None] | None = None
        self._fetched_at = self._tried_at = self._unknown_at = float("-inf")

    async def find(self, kid: str) -> SigningKey | None:
        """Give the key with this id, or None when the key service does not know it.

        Raises KeysUnavailable when there is no set at all.
        """
        now = self._timer()
        if not self._keys:
            if now - self._tried_at >= _FAILURE_PAUSE or self._fetching:
                await self._fetch()
            if not self._keys:
                raise KeysUnavailable
        elif now - self._fetched_at >= _REFRESH and now - self._tried_at >= _UNKNOWN_KEY_PAUSE:
            self._start()
        found = self._keys.get(kid)
        if found is None and (self._fetching or now - self._unknown_at >= _UNKNOWN_KEY_PAUSE):
            if not self._fetching:
                self._unknown_at = now
            await self._fetch()
            found = self._keys.get(kid)
        return found

    @property
    def age(self) -> float | None:
        """Return how many seconds ago the set in use was fetched, None where there is none."""
        return self._timer() - self._fetched_at if self._keys else None

    async def loaded(self) -> bool:
        """Say whether there is a set to tell genuine from false by; where there is none, try to fetch it."""
        if not self._keys and (self._fetching or self._timer() - self._tried_at >= _FAILURE_PAUSE):
            await self._fetch()
        return bool(self._keys)

    async def close(self) -> None:
        """Stop a fetch that is under way."""
        if self._fetching:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def _fetch(self) -> None:
        # Shielded: a caller who goes away must not stop the fetch that others wait for.
        await asyncio.shield(self._start())

    def _start(self) -> asyncio.Task[None]:
        if self._fetching is None:
            self._tried_at = self._timer()
            self._fetching = asyncio.create_task(self._load(), name="signing keys")
            self._fetching.add_done_callback(self._done)
        return self._fetching

    def _done(self, _: asyncio.Task[None]) -> None:
        self._fetching = None

    async def _load(self) -> None:
        self.fetches += 1
        try:
            metadata = await self._get(self._metadata)
            keys = _read(await self._get(metadata["jwks_uri"]))
        except (ClientError, TimeoutError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("signing keys could not be fetched: %s", type(error).__name__)
            return
        if keys:
            self._keys = keys
            self._fetched_at = self._timer()

    async def _get(self, url: str) -> Any:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            msg = "neither https nor loopback"
            raise ValueError(msg)
        async with self._session.get(url, timeout=_TIMEOUT, allow_redirects=False) as response:
            if response.status != HTTPStatus.OK:
                msg = f"status {response.status}"
                raise ValueError(msg)
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > _MAX_BYTES:
                    msg = "too large"
                    raise ValueError(msg)
            return orjson.loads(body)


def _read(jwks: Any) -> dict[str, SigningKey]:
    """Take the usable RSA keys out of a key set; the others are passed over."""
    keys = {}
    for jwk in jwks["keys"]:
        try:
            public = jwt.PyJWK(jwk, algorithm="RS256").key
            kid, endorsements = jwk["kid"], frozenset(jwk.get("endorsements") or ())
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError):
            continue
        if isinstance(kid, str) and isinstance(public, RSAPublicKey) and public.key_size >= _MIN_BITS:
            keys[kid] = SigningKey(public, endorsements)
    return keys
