"""How the bot is, joined: what is counted, checked and audited of the parts that the composition root made.

A part of the composition root. Whom an auditor tells, and how, is decided here.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid4

from aiohttp import ClientSession, web

from bot.courier import Courier, Undelivered
from bot.desk import Desk
from bot.desks import Desks
from bot.doorkeeper import CLOSED
from bot.effects import Say, SlackSay
from bot.errors import NotStored
from bot.health.auditor import Auditor, Way
from bot.health.heartbeat import Heartbeat
from bot.health.lag import watch_loop
from bot.health.metrics import Metrics, Readings
from bot.health.readiness import Check, Readiness
from bot.health.site import alive, is_ready, listening, site
from bot.ids import GUID
from bot.jira import webhook as jira
from bot.people import Person
from bot.places import personal
from bot.ports import Clock, Journal, Lookup
from bot.repeats import LineLimit
from bot.rota.iteration import iteration_of
from bot.rota.presence import WEEK
from bot.rota.shift import Role
from bot.settings import Settings
from bot.slack import door as slack
from bot.slack.outbound import SlackOutbound
from bot.state import DeskInfo
from bot.teams.guard import Guard
from bot.teams.outbound import Outbound
from bot.views import Line

log = logging.getLogger(__name__)

TELL_SECONDS = 20.0
STATE_SECONDS = 5.0
SIGNED_WITH = {slack.PATH: "SLACK_SIGNING_SECRET", jira.PATH: "JIRA_WEBHOOK_SECRET"}
"""By what those who call an address must sign; what Teams shows is the guard's to tell of."""
RECONCILER = "look in the log why Microsoft Graph is not read; meanwhile what Teams does not deliver is not found"
NO_KEYS = "the signing keys were never fetched: check that this host reaches BotOpenIdMetadata"


@dataclass(frozen=True, slots=True)
class Parts:
    """What there is to look at. ``may_tell`` says whether admins are told by this process: of several replicas by one.

    ``reconciler_age`` gives the seconds since the reconciler's last whole look, None where none looks, and
    ``reconciler_is_late`` whether that is too long; ``reconciled`` how many messages only it brought.
    """

    journal: Journal
    desks: Desks
    courier: Courier
    lookup: Lookup
    clock: Clock
    guard: Guard
    outbound: Outbound
    slack: SlackOutbound
    session: ClientSession
    may_tell: Callable[[], Awaitable[bool]]
    reconciler_age: Callable[[], float | None]
    reconciler_is_late: Callable[[], bool]
    reconciled: Callable[[], int]


@asynccontextmanager
async def open_vitals(app: web.Application, settings: Settings) -> AsyncIterator["Vitals"]:
    """Let the bot be asked how it is meanwhile, from its start to its end."""
    vitals = Vitals(app, settings)
    app.router.add_get("/livez", alive)
    app.router.add_get("/readyz", is_ready(vitals.readiness))
    app.on_response_prepare.append(vitals.count)
    app.on_shutdown.append(vitals.drain)
    async with AsyncExitStack() as stack:
        if settings.ops_address:
            host, port = settings.ops_address
            own = site(vitals.readiness, vitals.page)
            await stack.enter_async_context(listening(own, host, port, must=not settings.local))
        yield vitals


class Vitals:
    """How the bot is; ``begin`` says of what."""

    def __init__(self, app: web.Application, settings: Settings) -> None:
        """Begin with a bot that starts."""
        self._app = app
        self.metrics = Metrics()
        self.readiness = Readiness()
        self._settings = settings
        self._read: Callable[[], Awaitable[Readings]] | None = None
        self._lines = LineLimit()

    async def count(self, request: web.Request, response: web.StreamResponse) -> None:
        """Count an answer of the public port, and log one to somebody who signs with another secret."""
        route = request.match_info.route.resource
        path = route.canonical if route else "none"
        self.metrics.answered(path, response.status)
        if response.status != HTTPStatus.UNAUTHORIZED or path not in SIGNED_WITH:
            return
        if (held := self._lines.admit(path)) is not None:
            said = "not admitted: not signed, or not with %s, or by a clock that differs"
            log.warning(said, SIGNED_WITH[path], extra={"route": path, "held_back": held})

    async def drain(self, _: web.Application) -> None:
        """Take no more."""
        self.readiness.drain()

    async def page(self) -> bytes:
        """Return the metrics as they stand."""
        if self._read is not None:
            self.metrics.readings = await self._read()
        return self.metrics.page()

    def begin(self, parts: Parts, stack: AsyncExitStack) -> None:
        """Look after these from now on, until the stack is closed."""

        def desk_of(info: DeskInfo) -> Desk | None:
            return parts.desks.named(info.tenant, info.id)

        heartbeat = Heartbeat(parts.session, self._settings.heartbeat_url.get_secret_value())

        async def beat() -> None:
            if await self.readiness.is_ready():
                await heartbeat.beat()

        auditor = Auditor(
            parts.journal,
            lambda: parts.desks,
            parts.courier.held,
            parts.lookup,
            parts.clock,
            {
                "slack": slack_way(parts.slack, desk_of, self._settings),
                "teams": teams_way(parts.outbound, desk_of, self._settings),
            },
            beat,
            may_tell=parts.may_tell,
        )
        self._read = lambda: _readings(parts, auditor, self._app.get(CLOSED, {}))
        self.readiness.begin(_checks(parts))
        for work in (auditor.run(), watch_loop(self.metrics.lagged)):
            stack.callback(asyncio.create_task(work).cancel)


def _checks(parts: Parts) -> list[Check]:
    async def journal() -> str:
        await parts.journal.probe()
        return ""

    async def keys() -> str:
        return "" if parts.guard.keys is None or await parts.guard.keys.loaded() else NO_KEYS

    async def reconciler() -> str:
        return RECONCILER if parts.reconciler_is_late() else ""

    return [Check("journal", journal), Check("keys", keys), Check("reconciler", reconciler)]


async def _readings(parts: Parts, auditor: Auditor, closed: Mapping[str, int]) -> Readings:
    unfilled = {}
    with suppress(TimeoutError):  # the journal is silent, and has to be read for those that are not held
        async with asyncio.timeout(STATE_SECONDS):
            for desk in parts.desks:
                with suppress(NotStored):  # it was never loaded, and can't be just now
                    unfilled[desk.info.id] = await _is_unfilled(desk, parts)
    return Readings(
        refused=dict(parts.guard.refused),
        closed=dict(closed),
        keys_age=parts.guard.keys.age if parts.guard.keys else None,
        pending=max(parts.courier.pending, auditor.pending),
        oldest=max(parts.courier.oldest, auditor.oldest),
        overdue=dict(auditor.overdue),
        unfilled=unfilled,
        reconciled={"teams": parts.reconciled()},
        reconciler_age=parts.reconciler_age(),
    )


async def _is_unfilled(desk: Desk, parts: Parts) -> bool:
    """Say whether nobody serves yet in the iteration after the one that runs."""
    state, now = await desk.state(), parts.clock()
    hours = parts.lookup.knowledge(state.desk, state.rota, now).hours
    coming = iteration_of(hours.duty_day(now)) + WEEK
    return not any(shift.role is Role.SUPPORT for shift in state.rota.of(coming))


def slack_way(slack: SlackOutbound, desk_of: Callable[[DeskInfo], Desk | None], settings: Settings) -> Way:
    """Return how admins are told in Slack: where the desk's reminders go."""

    async def tell(info: DeskInfo, text: str) -> bool:
        desk = desk_of(info)
        if not settings.says_in_slack or desk is None:
            return False
        async with asyncio.timeout(TELL_SECONDS):
            await slack.say(desk, SlackSay(f"audit:{uuid4()}", text))
        return True

    return tell


def teams_way(outbound: Outbound, desk_of: Callable[[DeskInfo], Desk | None], settings: Settings) -> Way:
    """Return how admins are told in Teams: each in their own chat, not by the outbox."""

    async def tell(info: DeskInfo, text: str) -> bool:
        named = {*settings.admins, *info.policy.admins}
        desk = desk_of(info)
        people: Iterable[Person] = ()
        with suppress(NotStored, TimeoutError):  # then those whose ids the settings and the desk's policy have
            async with asyncio.timeout(STATE_SECONDS):
                people = (await desk.state()).rota.people.values() if desk else ()
        ids = {one for one in named if GUID.fullmatch(one)}
        ids |= {one.id for one in people if one.email and one.email.casefold() in named}
        told = [await _told(outbound, info, one, text) for one in sorted(ids)]
        return any(told)

    return tell


async def _told(outbound: Outbound, desk: DeskInfo, person: str, text: str) -> bool:
    try:
        async with asyncio.timeout(TELL_SECONDS):
            await outbound.send(desk, Say(f"audit:{uuid4()}", personal(person), Line((text,))), None)
    except (Undelivered, TimeoutError):
        return False
    return True
