"""As whom the bot speaks to Teams, and to Microsoft Graph: an Entra token for each, kept fresh.

Decides when a token is fetched and how long it is used; knows nothing of what it is used for. The fetching itself is
msal's, which blocks for as long as Entra likes, so it runs in a thread that nobody waits for longer than that is worth.
Errors carry Entra's error code and nothing else.
"""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msal
import requests

from bot.retries import Temporary
from bot.teams.hosts import is_loopback

RESOURCE = "https://api.botframework.com"  # Teams' connector

_TIMEOUT = 10.0  # for the connection, and between two pieces of an answer
_LONGEST = 20.0  # for all of it
_FAILURE_PAUSE = 1.0
_MOST_BYTES, _PIECE = 2**20, 2**14
_RETRY_PAUSE = 30.0
_FRESH = 0.75
_MARGIN = 60.0

log = logging.getLogger(__name__)


class TokenRefused(Exception):  # noqa: N818 - says what Entra did
    """Entra gave no token; the text is its error code (or the kind of network error), never a secret."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and the seconds that it lives from now."""

    value: str = field(repr=False)
    lives: float


Fetch = Callable[[], Token]


def secret(*, authority: str, tenant: str, app_id: str, password: str, resource: str = RESOURCE) -> Fetch:
    """Fetch by the app's client secret (SingleTenant), for the `resource` that the token is shown to."""
    return _confidential(authority, tenant, app_id, resource, lambda: password)


def certificate(
    *, authority: str, tenant: str, app_id: str, pem: Path, thumbprint: str, resource: str = RESOURCE
) -> Fetch:
    """Fetch by a certificate: a PEM file with the private key and the certificate, read anew each time.

    `thumbprint` is the SHA-1 that Entra shows, in bare hexadecimal digits.
    """

    def credential() -> dict[str, Any]:
        text = pem.read_text(encoding="ascii")
        named = {"private_key": text, "passphrase": None, "thumbprint": thumbprint}
        if "BEGIN CERTIFICATE" in text:
            named["public_certificate"] = text
        return named

    return _confidential(authority, tenant, app_id, resource, credential)


def federated(*, authority: str, tenant: str, app_id: str, token_file: Path, resource: str = RESOURCE) -> Fetch:
    """Fetch by workload identity: the platform renews the token in `token_file`, so it is read anew each time."""
    return _confidential(
        authority,
        tenant,
        app_id,
        resource,
        lambda: {"client_assertion": lambda: token_file.read_text(encoding="ascii").strip()},
    )


def managed_identity(*, app_id: str, resource: str = RESOURCE) -> Fetch:
    """Fetch by a user-assigned managed identity, from the address that Azure gives the process (UserAssignedMSI)."""

    def fetch() -> Token:
        with requests.Session() as session:
            client = msal.ManagedIdentityClient(
                msal.UserAssignedManagedIdentity(client_id=app_id), http_client=_Http(session)
            )
            return _token(client.acquire_token_for_client(resource=resource))

    return fetch


def _confidential(authority: str, tenant: str, app_id: str, resource: str, credential: Callable[[], Any]) -> Fetch:
    def fetch() -> Token:
        # A new msal application each time: its own caches would give back a token that Teams has just refused.
        with requests.Session() as session:
            application = msal.ConfidentialClientApplication(
                app_id,
                client_credential=credential(),
                authority=f"https://{urlsplit(authority).netloc}/{tenant}",
                instance_discovery=False,
                http_client=_Http(session, authority=authority, tenant=tenant),
            )
            return _token(application.acquire_token_for_client(scopes=[f"{resource}/.default"]))

    return fetch


def _token(answer: dict[str, Any]) -> Token:
    try:
        return Token(str(answer["access_token"]), float(answer["expires_in"]))
    except (KeyError, TypeError, ValueError):
        raise TokenRefused(str(answer.get("error", "unreadable answer"))) from None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What msal reads of an answer."""

    text: str
    status_code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        """Raise HTTPError where there is nothing to read."""
        if self.status_code >= HTTPStatus.BAD_REQUEST:
            raise requests.HTTPError(str(self.status_code))


def _read(response: requests.Response) -> _Answer:
    """Read an answer to its end; ValueError where that does not come."""
    content = bytearray()
    with response:
        for piece in response.iter_content(_PIECE):
            content += piece
            if len(content) > _MOST_BYTES:
                message = "too large"
                raise ValueError(message)
    return _Answer(content.decode(errors="replace"), response.status_code, response.headers)


class _Http:
    """The HTTP client that msal is given: a time limit, no redirects, and plain http for an authority on loopback.

    msal accepts https authorities only; one on loopback is named to it as https and called as http.
    """

    def __init__(self, session: requests.Session, *, authority: str = "", tenant: str = "") -> None:
        parts = urlsplit(authority)
        self._session = session
        self._https = f"https://{parts.netloc}/{tenant}/"
        self._plain = f"http://{parts.netloc}/{tenant}/"
        self._is_plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
        if self._is_plain:
            session.trust_env = False

    def get(self, url: str, **options: Any) -> Any:
        """Answer the discovery of the authority, else GET (managed identity)."""
        if url.startswith(self._https) and url.endswith("/.well-known/openid-configuration"):
            base = f"{self._https}oauth2/v2.0"
            # Entra's discovery document is the same for every tenant, so none is fetched.
            return _Answer(f'{{"token_endpoint":"{base}/token","authorization_endpoint":"{base}/authorize"}}')
        return _read(self._session.get(url, timeout=_TIMEOUT, allow_redirects=False, stream=True, **options))

    def post(self, url: str, **options: Any) -> Any:
        """POST the request for a token."""
        if self._is_plain and url.startswith(self._https):
            url = self._plain + url.removeprefix(self._https)
        answer = _read(self._session.post(url, timeout=_TIMEOUT, allow_redirects=False, stream=True, **options))
        if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            # msal logs an answer that is not JSON in full; half an answer may hold a token.
            json.loads(answer.text)
        return answer

    def close(self) -> None:
        """Leave the session to its owner."""


class Credentials:
    """Give the bot's token for the connector.

    One token serves everything. Whoever finds none waits for the one fetch that is under way; from three quarters of
    its life on, a new one is fetched behind the callers' backs, and while that fails the old one is used to its end.
    """

    def __init__(self, fetch: Fetch, *, timer: Callable[[], float] = time.monotonic) -> None:
        self.fetches = 0
        self._fetch = fetch
        self._timer = timer
        self._token = ""
        self._refresh_at = self._ends_at = self._again_at = float("-inf")
        self._refusal = ""
        self._fetching: asyncio.Task[None] | None = None

    async def token(self) -> str:
        """Give a token that is still good. Raises TokenRefused; within a second after that Entra is not asked again."""
        now = self._timer()
        if now < self._refresh_at:
            return self._token
        if now < self._again_at and now >= self._ends_at:
            raise TokenRefused(self._refusal)
        task = self._start()
        if now < self._ends_at:
            self._refresh_at = min(now + _RETRY_PAUSE, self._ends_at)
            return self._token
        # Shielded: a caller who goes away must not stop the fetch that others wait for.
        await asyncio.shield(task)
        return self._token

    def drop(self, token: str) -> None:
        """Forget this token, which Teams refused; another one that came meanwhile stays."""
        if token == self._token:
            self._refresh_at = self._ends_at = float("-inf")

    async def close(self) -> None:
        """Stop waiting for a fetch that is under way."""
        if self._fetching:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _start(self) -> asyncio.Task[None]:
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._renew(), name="entra token")
            self._fetching.add_done_callback(self._done)
        return self._fetching

    def _done(self, task: asyncio.Task[None]) -> None:
        self._fetching = None
        if not task.cancelled() and task.exception() is not None:
            log.warning("no Entra token: %s", task.exception())

    async def _renew(self) -> None:
        self.fetches += 1
        began = self._timer()
        try:
            async with asyncio.timeout(_LONGEST):
                token = await _aside(self._fetch)
        except Exception as error:  # noqa: BLE001 - msal raises many kinds, and their texts may quote what was sent
            self._refusal = str(error) if isinstance(error, TokenRefused) else type(error).__name__
            self._again_at = self._timer() + _FAILURE_PAUSE
            raise TokenRefused(self._refusal) from None
        self._token = token.value
        self._ends_at = began + max(token.lives - _MARGIN, token.lives / 2)
        self._refresh_at = min(began + token.lives * _FRESH, self._ends_at)


class TenantCredentials:
    """Give the bot's token in each of several tenants, for one resource; `make` makes a tenant's Credentials.

    Without `make` there is none, which is local mode.
    """

    def __init__(self, make: Callable[[str], Credentials] | None) -> None:
        self._make = make
        self._tenants: dict[str, Credentials] = {}

    async def token(self, tenant: str) -> str:
        """Give a token that is still good, "" in local mode; raise Temporary where Entra gives none."""
        if self._make is None:
            return ""
        if tenant not in self._tenants:
            self._tenants[tenant] = self._make(tenant)
        try:
            return await self._tenants[tenant].token()
        except TokenRefused as error:
            raise Temporary(f"token {error}") from None

    def drop(self, tenant: str, token: str) -> None:
        """Forget a tenant's token, which was refused."""
        if tenant in self._tenants:
            self._tenants[tenant].drop(token)

    async def close(self) -> None:
        """Stop waiting for fetches that are under way."""
        for credentials in self._tenants.values():
            await credentials.close()


async def _aside(fetch: Fetch) -> Token:
    """Run a fetch in a thread of its own.

    Of asyncio's own threads there are few, and the process does not end before they do: one that hangs would cost both.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Token] = loop.create_future()

    def settle(token: Token | None, error: Exception | None) -> None:
        if found.done():  # nobody waits any more
            return
        if error is not None:
            found.set_exception(error)
        elif token is not None:
            found.set_result(token)

    def run() -> None:
        token, failure = None, None
        try:
            token = fetch()
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            failure = error
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, token, failure)

    threading.Thread(target=run, name="entra token", daemon=True).start()
    return await found
