"""Teams, as a check finds it: the bot's identity, the signing keys, the clock, each desk's channels and people.

Each finding comes from asking once; what is asked changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from cryptography.x509 import load_pem_x509_certificate

from bot.check.finding import Finding, failed, named, ok, sentence, warning
from bot.check.known import Known
from bot.graph.api import GraphApi, Refusal
from bot.graph.messages import Channel
from bot.graph.reconciler import CONSENT, REFUSED
from bot.places import person_of
from bot.ports import Clock, Loaded
from bot.retries import Temporary
from bot.settings import AppType, Settings
from bot.teams.credentials import Credentials, TokenRefused
from bot.teams.keys import KeysUnavailable, SigningKeys
from bot.teams.references import GLOBAL_SERVICE, Reference, References
from bot.teams.transport import Final, Transport

IDENTITY, CERTIFICATE, KEYS, CLOCK = "identity in Entra", "certificate", "signing keys", "clock"
GRAPH = "Microsoft Graph"
SOON_DAYS = 30
OFF, FAR_OFF = 30.0, 240.0  # seconds; tokens are believed within five minutes
_NEW_SECRET: Mapping[AppType, str] = MappingProxyType(
    {
        AppType.SINGLE_TENANT: "Make a new client secret in Entra; set MicrosoftAppPassword to its value, not its id.",
        AppType.CERTIFICATE: "Upload the certificate to the registration; see MicrosoftAppCertificateThumbprint.",
        AppType.FEDERATED: "See issuer, subject and audience of the registration's federated credential.",
        AppType.MANAGED_IDENTITY: "Assign the identity whose client id MicrosoftAppId is to this machine.",
    }
)
_UNKNOWN_APP = "See that MicrosoftAppId is registered in the tenant MicrosoftAppTenantId."
_IN_CHANNEL = "Add the app to the team; hotseat manifest makes it."
_CONSENT = "ChannelMessage.Read.Group"


async def identity_findings(settings: Settings, credentials: Credentials | None, now: datetime) -> list[Finding]:
    """Return whether Entra gives the bot a token, and until when its certificate is good."""
    if credentials is None:
        return [ok(IDENTITY, "Local mode: without MicrosoftAppId there is none, and nobody elsewhere is answered.")]
    found = list(_certificate(settings, now))
    try:
        await credentials.token()
    except TokenRefused as refused:
        return [*found, failed(IDENTITY, f"Entra gives no token ({refused}).", _remedy(settings, str(refused)))]
    return [*found, ok(IDENTITY, f"Entra gives a token by {settings.app_type}; when a secret expires it does not say.")]


async def key_findings(settings: Settings, session: aiohttp.ClientSession) -> list[Finding]:
    """Return whether the keys can be read by which those who write are told genuine."""
    if settings.local:
        return []
    host = urlsplit(settings.metadata_url).hostname
    keys = SigningKeys(session, settings.metadata_url)
    try:
        await keys.find("")
    except KeysUnavailable:
        said = f"No signing keys can be read from {host}, so that nobody who writes would be believed."
        return [
            failed(
                KEYS,
                said,
                f"See that this machine reaches {host} and what its metadata names; unset BotOpenIdMetadata.",
            )
        ]
    finally:
        await keys.close()
    return [ok(KEYS, f"The signing keys of {host} can be read.")]


async def clock_findings(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> list[Finding]:
    """Return how far this machine's ``clock`` is from that of the service that signs what the bot is sent."""
    if settings.local:
        return []
    try:
        async with session.get(settings.metadata_url, allow_redirects=False) as response:
            here, there = clock(), parsedate_to_datetime(response.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError):
        return [warning(CLOCK, "There was nothing to compare it with.", "See that this machine's clock is right.")]
    off = (here - there.astimezone(UTC)).total_seconds()
    if abs(off) < OFF:
        return [ok(CLOCK, "It is right.")]
    said = f"This machine's clock is {abs(off):.0f} seconds {'ahead' if off > 0 else 'behind'}."
    return [(failed if abs(off) >= FAR_OFF else warning)(CLOCK, said, "Let it be set by NTP; signatures depend on it.")]


async def desk_findings(
    desk: Loaded, known: Known, transport: Transport, settings: Settings, now: datetime
) -> list[Finding]:
    """Return what Teams says of a desk's channels, and whom of its people the bot can reach."""
    info, check = desk.desk, f"desk {desk.desk.id}"
    references = References(_Memory(known), settings.app_id)
    await references.load()
    reference = references.of(info.tenant, info.channel)
    if reference.service_url == GLOBAL_SERVICE and settings.local:
        said = "Nothing was heard from Teams yet, and in local mode nobody elsewhere is asked."
        return [warning(check, said, "Write in the channel, with a mention of me.")]
    try:
        members = await transport.members(reference.service_url, info.channel)
    except Temporary as failure:
        remedy = _AS_ENTRA if failure.reason.startswith("token ") else _reach(reference)
        return [failed(check, f"Teams does not answer ({failure.reason}).", remedy)]
    except Final as refused:
        if not refused.status:  # it was not asked
            said = f"{urlsplit(reference.service_url).hostname} is not in HOTSEAT_SERVICE_HOSTS, and is not asked."
            return [failed(check, said, "Add it there if it is Teams' own; unset the setting for Microsoft's.")]
        said = f"Teams does not let me see who is in the channel ({refused.status} {refused.code})."
        return [failed(check, said, _IN_CHANNEL)]
    found = [ok(check, f"I am in the channel's team, and may see its {len(members)} members.")]
    if not desk.facts.hears_all:
        said = "No post that does not mention me was heard yet."
        remedy = (
            f"Post one. If that gets no card, let an owner of the team add the app anew, and consent to {_CONSENT}."
        )
        found.append(warning(check, said, remedy))
    found += await _channels(desk, reference, transport)
    return [*found, *_people(desk, members, now)]


async def graph_findings(desk: Loaded, api: GraphApi, now: datetime) -> list[Finding]:
    """Return whether the desk's channels can be read through Microsoft Graph, by which what Teams missed is found."""
    info = desk.desk
    found = []
    for channel in filter(None, (info.channel, info.team_channel)):
        name = "the desk's channel" if channel == info.channel else "the team channel"
        check = f"{GRAPH} of {info.id}"
        try:
            await api.changed(Channel(info.tenant, info.team, channel), now)
        except Refusal as refusal:
            remedy = CONSENT if refusal.status == HTTPStatus.FORBIDDEN else REFUSED
            found.append(failed(check, f"It does not let me read {name} ({refusal}).", sentence(remedy)))
        except Temporary as failure:
            remedy = "See that this machine reaches it, and GRAPH_URL; check again."
            found.append(failed(check, f"It does not answer for {name} ({failure.reason}).", remedy))
        else:
            found.append(ok(check, f"It lets me read {name}."))
    return found


async def no_graph_findings() -> list[Finding]:
    """Return that nothing is known of Microsoft Graph before there is a desk, whose channels would be asked for."""
    return [warning(GRAPH, "Which channels it lets me read shows once there is a desk.", "Add one, and check again.")]


class _Memory:
    """The references that are known, of which none is learnt."""

    def __init__(self, known: Known) -> None:
        self._known = known

    async def learn(self, tenant: str, place: str, document: str) -> None:
        """Learn nothing."""

    async def references(self) -> tuple[tuple[str, str, str], ...]:
        """Return what is known."""
        return self._known.references

    async def references_of(self, tenant: str, places: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
        """Return what is known of some places."""
        some = set(places)
        return tuple(one for one in self._known.references if one[0] == tenant and one[1] in some)


async def _channels(desk: Loaded, reference: Reference, transport: Transport) -> list[Finding]:
    info, check = desk.desk, f"channels of {desk.desk.id}"
    if not reference.team:
        said = "I have not heard from the channel, so I do not know its team in Teams."
        return [warning(check, said, "Write setup there, with a mention of me; then check again.")]
    try:
        listed = await transport.channels(reference.service_url, reference.team)
    except Temporary as failure:
        return [failed(check, f"Teams does not answer ({failure.reason}).", _reach(reference))]
    except Final as refused:
        return [failed(check, f"Teams does not list them ({refused.status} {refused.code}).", _IN_CHANNEL)]
    names = {str(one.get("id")): str(one.get("name") or "General") for one in listed}
    found = []
    if info.channel not in names:
        remedy = "If it was deleted, make another channel a desk: hotseat desk add"
        found.append(failed(check, "The desk's channel is not in its team any more.", remedy))
    if info.team_channel and info.team_channel not in names:
        said = "The team channel is not one of the team's standard channels, so that I may not be able to post there."
        found.append(warning(check, said, "Add the app to its team, or name another in setup or by policy."))
    others = sorted(name for id_, name in names.items() if id_ not in (info.channel, info.team_channel))
    covered = f"Consent to {_CONSENT} lets me read every standard channel of the team"
    if others:
        remedy = "I take nothing of those; to expose less, give the desk a team of its own."
        return [*found, ok(check, f"{covered}, the desk's and beside them: {named(others)}.", remedy)]
    return [*found, ok(check, f"{covered}, which has none but the desk's.")]


def _people(desk: Loaded, members: list[dict[str, Any]], now: datetime) -> Iterator[Finding]:
    check = f"people of {desk.desk.id}"
    people = [one for one in desk.rota.people.values() if one.left is None or now.date() < one.left]
    here = {str(one.get("aadObjectId") or one.get("objectId") or "").casefold() for one in members}
    unknown = sorted(one.name for one in people if not one.entra_object_id)
    strangers = sorted(one.name for one in people if one.entra_object_id and one.entra_object_id.casefold() not in here)
    if unknown:
        said = f"Without an Entra id I can neither recognise nor reach: {named(unknown)}."
        yield warning(check, said, "Import people with their entra_object_id or email, or see people in Teams.")
    if strangers:
        yield warning(
            check, f"Not in the channel's team: {named(strangers)}.", "Add them to it, or to the app's users."
        )
    reasons = {person_of(place): why for place, why in desk.facts.unreachable.items() if person_of(place)}
    lost = [f"{one.name} ({reasons[one.id]})" for one in people if one.id in reasons]
    if lost:
        said = f"I could not write to: {named(sorted(lost))}."
        yield warning(check, said, "Install the app for them, by a setup policy say; then they may unblock it.")
    if not (unknown or strangers or lost):
        yield ok(check, f"All {len(people)} can be reached, as far as I know.")


def _certificate(settings: Settings, now: datetime) -> Iterator[Finding]:
    if settings.app_type is not AppType.CERTIFICATE or settings.certificate is None:
        return
    try:
        ends = load_pem_x509_certificate(settings.certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        remedy = "Put the certificate into the file beside its key, so that its end is known."
        yield warning(CERTIFICATE, f"{settings.certificate} holds no certificate to read.", remedy)
        return
    days = (ends - now).days
    remedy = "Make a new one, upload it to the registration, and set its path and thumbprint."
    if ends <= now:
        yield failed(CERTIFICATE, f"It expired on {ends:%Y-%m-%d}.", remedy)
    elif days < SOON_DAYS:
        yield warning(CERTIFICATE, f"It expires on {ends:%Y-%m-%d}, in {days} days.", remedy)
    else:
        yield ok(CERTIFICATE, f"It is good until {ends:%Y-%m-%d}.")


def _remedy(settings: Settings, code: str) -> str:
    if code == "unauthorized_client":
        return _UNKNOWN_APP
    if code[:1].islower():  # Entra's words are so, those of networks and libraries are names of classes
        return _NEW_SECRET[settings.app_type]
    return sentence(f"See that this machine reaches {urlsplit(settings.authority).hostname}, and what proves who I am")


_AS_ENTRA = "See what is said of Entra: without its token nobody is asked."


def _reach(reference: Reference) -> str:
    return f"See that this machine reaches {urlsplit(reference.service_url).hostname}, and check again."
