"""A fake of what Microsoft runs for identity: OpenID metadata, signing keys, and the token endpoint of Entra.

Mints the tokens that the Bot Framework sends to bots, genuine or hostile in any way that a test names.
"""

import asyncio
import base64
import functools
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from tests.rig.service import Answer, LoopbackService

ISSUER = "https://api.botframework.com"
APP_ID = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-222222222222"


@functools.cache
def private_key(number: int) -> RSAPrivateKey:
    """Give the n-th RSA key of this test run; making one takes a tenth of a second, so they are shared."""
    del number
    return generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key as the key service publishes it. `endorsements` None leaves the field out."""

    kid: str
    number: int
    endorsements: tuple[str, ...] | None = ("msteams",)

    @property
    def private(self) -> RSAPrivateKey:
        """The key that signs."""
        return private_key(self.number)

    def jwk(self) -> dict[str, Any]:
        """Give the public part in JWK form."""
        public = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        published: dict[str, Any] = {"kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid}
        published |= {"n": public["n"], "e": public["e"]}
        if self.endorsements is not None:
            published["endorsements"] = list(self.endorsements)
        return published

    def public_pem(self) -> bytes:
        """Give the public part in PEM, as an attacker would use it for an HMAC."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Write a token without any signature."""
    return f"{_base64(json.dumps(header).encode())}.{_base64(json.dumps(claims).encode())}."


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class FakeEntra(LoopbackService):
    """Serve `/metadata`, `/jwks`, `/{tenant}/oauth2/v2.0/token`, the same in AD FS form, and `/msi/token`.

    `hits` counts `metadata`, `jwks`, `token` and `msi`; `asked` is set with the first of them. `answers` maps one of
    these names to an Answer given instead of the ordinary one for as long as it stays there, `queued` to Answers given
    once each; `hold` to a blocking callable that is run in a thread while the request waits. `token_requests` keeps
    what was asked for, as (tenant, form).
    """

    def __init__(self, *, app_id: str = APP_ID, **listen: Any) -> None:
        super().__init__(**listen)
        self.app_id = app_id
        self.expires_in = 3600
        self.asked = asyncio.Event()
        self.answers: dict[str, Answer] = {}
        self.queued: dict[str, deque[Answer]] = {}
        self.hold: dict[str, Callable[[], object]] = {}
        self.token_requests: list[tuple[str, dict[str, str]]] = []
        self._numbers = iter(range(1_000_000))
        self.keys: list[Key] = [self.new_key()]

    @property
    def metadata_url(self) -> str:
        """What BotOpenIdMetadata is set to."""
        return f"{self.url}/metadata"

    def new_key(self, endorsements: tuple[str, ...] | None = ("msteams",)) -> Key:
        """Make a key that is not published yet."""
        number = next(self._numbers)
        return Key(kid=f"key-{number}", number=number, endorsements=endorsements)

    def publish(self, endorsements: tuple[str, ...] | None = ("msteams",)) -> Key:
        """Publish one more key and give it back."""
        key = self.new_key(endorsements)
        self.keys.append(key)
        return key

    def rotate(self) -> Key:
        """Take back every key and publish a new one."""
        self.keys = [self.new_key()]
        return self.keys[0]

    def claims(self, *, service_url: str, without: Iterable[str] = (), **changed: Any) -> dict[str, Any]:
        """Give the claims of a genuine Teams token, with the named ones changed or left out."""
        now = int(time.time())
        genuine = {
            "serviceurl": service_url,
            "nbf": now - 60,
            "iat": now - 60,
            "exp": now + 3600,
            "iss": ISSUER,
            "aud": self.app_id,
        }
        return {name: value for name, value in (genuine | changed).items() if name not in set(without)}

    def token(
        self,
        *,
        service_url: str,
        key: Key | None = None,
        kid: str | None = None,
        algorithm: str = "RS256",
        headers: dict[str, Any] | None = None,
        without: Iterable[str] = (),
        **claims: Any,
    ) -> str:
        """Mint a token; by default a genuine one from Teams for this bot.

        `algorithm` none gives an unsigned token, HS256 one signed with the public key as the secret. `headers` are
        added to the token's header, `kid` replaces its key id, `claims` change claims and `without` drops them.
        """
        key = key or self.keys[0]
        content = self.claims(service_url=service_url, without=without, **claims)
        head = {"kid": kid or key.kid, "x5t": kid or key.kid} | (headers or {})
        if algorithm == "none":
            return unsigned({"alg": "none", "typ": "JWT"} | head, content)
        if algorithm.startswith("HS"):
            return _hmac_with_public_key(key, algorithm, head, content)
        # Not by PyJWT's own encode, which refuses to write the headers and claims that hostile tokens have.
        message = unsigned({"alg": algorithm, "typ": "JWT"} | head, content)[:-1]
        signature = jwt.get_algorithm_by_name(algorithm).sign(message.encode(), key.private)
        return f"{message}.{_base64(signature)}"

    def application(self) -> web.Application:
        """Say what is served."""
        app = web.Application()
        app.router.add_get("/metadata", self._metadata)
        app.router.add_get("/jwks", self._jwks)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_get("/adfs/.well-known/openid-configuration", self._adfs)
        app.router.add_post("/{tenant}/oauth2/token", self._token)
        app.router.add_get("/msi/token", self._managed_identity)
        return app

    async def _instead(self, name: str, request: web.Request) -> web.StreamResponse | None:
        self.hits[name] += 1
        self.asked.set()
        if name in self.hold:
            await asyncio.to_thread(self.hold[name])
        if self.queued.get(name):
            return await self.queued[name].popleft().respond(request)
        return await self.answers[name].respond(request) if name in self.answers else None

    async def _metadata(self, request: web.Request) -> web.StreamResponse:
        return await self._instead("metadata", request) or web.json_response(
            {
                "issuer": ISSUER,
                "jwks_uri": f"{self.url}/jwks",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )

    async def _jwks(self, request: web.Request) -> web.StreamResponse:
        return await self._instead("jwks", request) or web.json_response({"keys": [key.jwk() for key in self.keys]})

    async def _adfs(self, request: web.Request) -> web.StreamResponse:
        base = f"{self.url}/adfs"
        return await self._instead("discovery", request) or web.json_response(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/oauth2/authorize",
                "token_endpoint": f"{base}/oauth2/token",
            }
        )

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.token_requests.append((request.match_info["tenant"], form))
        return await self._instead("token", request) or web.json_response(
            {
                "token_type": "Bearer",
                "expires_in": self.expires_in,
                "ext_expires_in": self.expires_in,
                "access_token": f"entra-token-{self.hits['token']}",
            }
        )

    async def _managed_identity(self, request: web.Request) -> web.StreamResponse:
        self.token_requests.append(("managed identity", dict(request.query)))
        return await self._instead("msi", request) or web.json_response(
            {
                "token_type": "Bearer",
                "expires_on": str(int(time.time()) + self.expires_in),
                "resource": request.query.get("resource", ""),
                "access_token": f"msi-token-{self.hits['msi']}",
            }
        )


def _hmac_with_public_key(key: Key, algorithm: str, head: dict[str, Any], content: dict[str, Any]) -> str:
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    message = unsigned({"alg": algorithm, "typ": "JWT"} | head, content)[:-1]
    signature = hmac.new(key.public_pem(), message.encode(), digest).digest()
    return f"{message}.{_base64(signature)}"
