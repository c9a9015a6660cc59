"""Who may come in through the Teams door, decided before the SDK sees a byte.

First the token, from the headers alone; then the body, as strict JSON of the shape that the bot relies on; then whether
that token may say this: channel, service URL, tenant. It must not know what an activity asks for. Source: Bot Framework
"Authentication", learn.microsoft.com; what the SDK itself leaves unchecked is shown in tests/teams/test_stock.py.
"""

import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from multidict import MultiMapping

from bot.repeats import LineLimit
from bot.teams.envelope import Malformed, parse
from bot.teams.hosts import ServiceHosts, is_loopback
from bot.teams.keys import KeysUnavailable, SigningKeys

ISSUER = "https://api.botframework.com"
CHANNEL = "msteams"
MAX_BODY = 256 * 1024

_LEEWAY = 300
_LONGEST_LIFE = 24 * 3600
_REMEMBERED = 512
# Whom the SDK's emulator and skill branch believes (botframework.connector.auth.emulator_validation): tokens that any
# holder of the bot's secret can get, for whatever address they like.
_EMULATOR_ISSUERS = frozenset(
    form.format(tenant)
    for tenant in (
        "d6d49420-f39b-4df7-a1dc-d59a935871db",
        "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
        "72f988bf-86f1-41af-91ab-2d7cd011db47",
        "cab8a31a-1906-4287-a0d8-4eef66b95f6e",
    )
    for form in (
        "https://sts.windows.net/{}/",
        "https://login.microsoftonline.com/{}/v2.0",
        "https://login.microsoftonline.us/{}/",
        "https://login.microsoftonline.us/{}/v2.0",
    )
)

log = logging.getLogger(__name__)


class NotAdmitted(Exception):  # noqa: N818 - an answer to a stranger, not an error
    """The request stops here. `status` is the HTTP status, `reason` one word for the counter and the log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Caller:
    """Who shows a genuine token: its claims, and the channels that its key may speak for."""

    claims: Mapping[str, Any]
    endorsements: frozenset[str]
    service_url: str
    expires: float


@dataclass(frozen=True, slots=True)
class Admitted:
    """An activity that may be believed, as sent (`activity`), of a tenant that is let in.

    `happened_at` is its timestamp in UTC, or None when it carries none. `tenant` is empty only in local mode, when the
    activity names none.
    """

    activity: dict[str, Any]
    claims: Mapping[str, Any]
    tenant: str
    happened_at: datetime | None


class Guard:
    """Admit an activity, or raise NotAdmitted.

    `app_id` is the bot's own. `tenants` are let in, `hosts` may be service URLs, `keys` sign. Without `keys` the guard
    is in local mode: no token, any tenant, but only callers on loopback. `now` gives real seconds since 1970.
    `refused` counts by reason; of each the log says ten a minute, and how many more there were. A token that was found
    genuine is remembered until it expires.
    """

    def __init__(
        self,
        *,
        app_id: str,
        tenants: frozenset[str],
        hosts: ServiceHosts,
        keys: SigningKeys | None,
        now: Callable[[], float],
    ) -> None:
        self.refused: Counter[str] = Counter()
        self._app_id = app_id
        self._tenants = frozenset(tenant.lower() for tenant in tenants)
        self._hosts = hosts
        self.keys = keys
        self._now = now
        self._callers: OrderedDict[str, Caller] = OrderedDict()
        self._lines = LineLimit()

    @property
    def local(self) -> bool:
        """Tell whether the guard takes activities without a token."""
        return self.keys is None

    async def authenticate(self, headers: MultiMapping[str], *, peer: str | None = None) -> Caller | None:
        """Check the token, before the body is read; None in local mode.

        401 when it fails. 403 for a genuine kind of token that is not Teams', and for a local caller who is not local;
        503 when no signing key has ever been fetched.
        """
        if self.keys is None:
            if peer is None or not is_loopback(peer):
                raise self._refuse(403, "not_local")
            return None
        shown = headers.getall("Authorization", [])
        if len(shown) != 1:
            raise self._refuse(401, "no_token" if not shown else "two_tokens")
        header = shown[0]
        caller = self._callers.get(header)
        if caller is not None and caller.expires > self._now():
            self._callers.move_to_end(header)
            return caller
        caller = await self._verify(header, self.keys)
        self._callers[header] = caller
        if len(self._callers) > _REMEMBERED:
            self._callers.popitem(last=False)
        return caller

    def admit(self, caller: Caller | None, body: bytes) -> Admitted:
        """Parse the body, and check that this caller may say it: 413, 400, 403."""
        if len(body) > MAX_BODY:
            raise self.too_large()
        try:
            activity, happened_at = parse(body)
        except Malformed as error:
            raise self._refuse(400, error.reason) from None
        if activity.get("channelId") != CHANNEL:
            raise self._refuse(403, "channel")
        service_url = activity.get("serviceUrl")
        if not service_url or not self._hosts.allows(service_url):
            raise self._refuse(403, "service_host")
        if caller is None:
            return Admitted(activity, {}, max(_tenants(activity)), happened_at)
        if CHANNEL not in caller.endorsements:
            raise self._refuse(403, "endorsement")
        if service_url != caller.service_url:
            raise self._refuse(403, "service_url")
        return Admitted(activity, caller.claims, self._tenant(activity), happened_at)

    def too_large(self) -> NotAdmitted:
        """Give the refusal of a body over MAX_BODY."""
        return self._refuse(413, "too_large")

    def unreadable(self, status: int = 400) -> NotAdmitted:
        """Give the refusal of a body that does not arrive: broken encoding (400), too slow (408)."""
        return self._refuse(status, "unreadable")

    def _tenant(self, activity: dict[str, Any]) -> str:
        tenants = _tenants(activity)
        if "" in tenants or len(tenants) != 1:
            raise self._refuse(403, "tenant_unclear")
        (tenant,) = tenants
        if tenant not in self._tenants:
            raise self._refuse(403, "tenant")
        return tenant

    async def _verify(self, header: str, keys: SigningKeys) -> Caller:
        scheme, _, token = header.partition(" ")
        if scheme != "Bearer" or not token or " " in token:
            raise self._refuse(401, "scheme")
        try:
            unverified = jwt.decode_complete(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise self._refuse(401, "not_a_token") from None
        head, claims = unverified["header"], unverified["payload"]
        if head.get("alg") != "RS256":
            raise self._refuse(401, "algorithm")
        if "crit" in head:
            raise self._refuse(401, "crit")
        issuer = claims.get("iss")
        if isinstance(issuer, str) and issuer in _EMULATOR_ISSUERS:
            raise self._refuse(403, "emulator")
        kid = head.get("kid")
        try:
            key = await keys.find(kid) if isinstance(kid, str) else None
        except KeysUnavailable:
            raise self._refuse(503, "no_keys") from None
        if key is None:
            raise self._refuse(401, "unknown_key")
        try:
            claims = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                audience=self._app_id,
                issuer=ISSUER,
                # The life is checked below, by the clock that is given; audience must be one string, not a list.
                options={
                    "require": ["exp", "iss", "aud"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "strict_aud": True,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise self._refuse(401, _REASONS.get(type(error), "token")) from None
        return self._caller(claims, key.endorsements)

    def _caller(self, claims: dict[str, Any], endorsements: frozenset[str]) -> Caller:
        expires = claims["exp"]
        begins = [claims[name] for name in ("nbf", "iat") if name in claims]
        if not all(type(moment) in (int, float) for moment in (expires, *begins)):
            raise self._refuse(401, "times")
        now = self._now()
        if not expires > now - _LEEWAY:
            raise self._refuse(401, "expired")
        if not all(begin <= now + _LEEWAY for begin in begins):
            raise self._refuse(401, "not_yet")
        if not expires - max(begins, default=now) <= _LONGEST_LIFE or not expires - now <= _LONGEST_LIFE + _LEEWAY:
            raise self._refuse(401, "long_lived")
        service_url = claims.get("serviceurl")
        if not isinstance(service_url, str) or not service_url:
            raise self._refuse(401, "service_url_claim")
        if claims.get("appid", self._app_id) != self._app_id:
            raise self._refuse(403, "skill")
        return Caller(claims, endorsements, service_url, float(expires))

    def _refuse(self, status: int, reason: str) -> NotAdmitted:
        self.refused[reason] += 1
        if (held := self._lines.admit(reason)) is not None:
            log.warning("not admitted: %s", reason, extra={"status": status, "reason": reason, "held_back": held})
        return NotAdmitted(status, reason)


_REASONS: dict[type[Exception], str] = {
    jwt.InvalidSignatureError: "signature",
    jwt.InvalidAudienceError: "audience",
    jwt.InvalidIssuerError: "issuer",
    jwt.MissingRequiredClaimError: "missing_claim",
    jwt.InvalidAlgorithmError: "algorithm",
}


def _tenants(activity: dict[str, Any]) -> set[str]:
    """Give what stands in the two places for the tenant; in what Teams sends both are there and agree."""
    named = (
        ((activity.get("channelData") or {}).get("tenant") or {}).get("id"),
        activity["conversation"].get("tenantId"),
    )
    return {(tenant or "").lower() for tenant in named}
