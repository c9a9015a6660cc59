"""The composition root: the one place that joins things, starts them and stops them."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.alarm import Alarm
from bot.calendars.almanac import Almanac
from bot.clock import RemoteClock, real
from bot.control import Control
from bot.courier import Courier
from bot.desk import Clock, Desk, Outgoing
from bot.desks import Desks
from bot.effects import WriteRota
from bot.errors import NotStored
from bot.events import Delivered, RotaEdited
from bot.settings import AppType, Settings
from bot.state import DeskInfo
from bot.store.journal import SqlJournal
from bot.store.lock import FolderLock
from bot.store.rota import Edited, RotaFiles, reconcile
from bot.teams import credentials as entra
from bot.teams.adapter import TeamsAdapter
from bot.teams.bot import HotseatBot
from bot.teams.cards import Cards
from bot.teams.credentials import Credentials
from bot.teams.guard import Guard
from bot.teams.hosts import ServiceHosts
from bot.teams.keys import SigningKeys
from bot.teams.limits import TEAMS, Limits
from bot.teams.outbound import Outbound
from bot.teams.references import References
from bot.teams.transport import Transport, open_session

log = logging.getLogger(__name__)

DRAIN_SECONDS = 8.0
CARDS = Path(__file__).parent.parent / "cards"


@asynccontextmanager
async def stores(settings: Settings, holder: str) -> AsyncIterator[tuple[SqlJournal, RotaFiles]]:
    """Hold the data folder and open what is in it."""
    with FolderLock(settings.data, holder):
        async with SqlJournal(f"sqlite:///{settings.data / 'journal.sqlite'}") as journal:
            yield journal, RotaFiles(settings.data / "rota")


async def write_rota(journal: SqlJournal, files: RotaFiles, desk: DeskInfo) -> None:
    """Write a desk's rota file as the journal has it."""
    stored = await journal.rota(desk.tenant, desk.id)
    checksum = await asyncio.to_thread(files.write, desk, stored.rota)
    await journal.rota_written(desk.tenant, desk.id, checksum, stored.rota)


async def take_over_edits(journal: SqlJournal, files: RotaFiles, desks: Desks, clock: Clock) -> None:
    """Bring each desk's rota file and the journal together: what was edited by hand is taken over, or refused."""
    for desk in desks:
        outcome = await reconcile(journal, files, desk.info)
        if isinstance(outcome, Edited):
            await desk.handle(
                RotaEdited(key=f"edited:{outcome.document.checksum}", happened_at=clock(), rota=outcome.document.rota)
            )
            log.info("the rota file was edited by hand and taken over", extra={"desk": desk.info.id})


class RotaCourier:
    """Delivers nothing but the rota's file: messages wait in the outbox until the bot itself runs."""

    def __init__(self, journal: SqlJournal, files: RotaFiles) -> None:
        """Bind to the stores."""
        self._journal = journal
        self._files = files
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, desk: Desk, outgoing: Iterable[Outgoing]) -> None:
        """Write the file for each effect that asks for it."""
        for one in outgoing:
            if isinstance(one.effect, WriteRota):
                task = asyncio.create_task(self._write(desk, one))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Wait until every file is written."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _write(self, desk: Desk, one: Outgoing) -> None:
        await write_rota(self._journal, self._files, desk.info)
        desk.report(Delivered(key=f"delivered:{one.id}", happened_at=real(), effect=one.id, place=one.effect.key))


@asynccontextmanager
async def desks_alone(settings: Settings) -> AsyncIterator[Desks]:
    """Open the desks without Teams, for a command line while no bot runs."""
    async with stores(settings, "hotseat (a command)") as (journal, files):
        courier = RotaCourier(journal, files)
        almanac = Almanac(frozenset(settings.admins))
        desks = Desks(journal, lambda info: Desk(info, journal, courier, real, almanac, lambda: None))
        await desks.open()
        await take_over_edits(journal, files, desks, real)
        yield desks
        for desk in desks:
            await desk.settle()
        await courier.idle()
        for desk in desks:
            await desk.settle()


def credentials(settings: Settings) -> Credentials | None:
    """Return the bot's way to a token; None in local mode."""
    if settings.local:
        return None
    where = {"authority": settings.authority, "tenant": settings.app_tenant, "app_id": settings.app_id}
    match settings.app_type:
        case AppType.SINGLE_TENANT:
            fetch = entra.secret(**where, password=settings.app_password.get_secret_value())
        case AppType.CERTIFICATE:
            pem = settings.certificate or Path()
            fetch = entra.certificate(**where, pem=pem, thumbprint=settings.certificate_thumbprint)
        case AppType.FEDERATED:
            fetch = entra.federated(**where, token_file=settings.federated_token_file or Path())
        case AppType.MANAGED_IDENTITY:
            fetch = entra.managed_identity(app_id=settings.app_id)
    return Credentials(fetch)


def web_app(settings: Settings) -> web.Application:
    """Return the bot as an aiohttp application that starts and stops with it."""
    app = web.Application(client_max_size=0)

    async def running(app: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _start(app, settings, stack)
            gc.collect()
            gc.freeze()
            yield

    app.cleanup_ctx.append(running)
    return app


async def _start(app: web.Application, settings: Settings, stack: AsyncExitStack) -> None:
    journal, files = await stack.enter_async_context(stores(settings, "hotseat serve"))
    session = await stack.enter_async_context(open_session())
    hosts = ServiceHosts.loopback() if settings.local else ServiceHosts(settings.service_hosts)
    token = credentials(settings)
    if token:
        stack.push_async_callback(token.close)
    transport = Transport(session, hosts, token, Limits(TEAMS if settings.send_limits else ()))
    references = References(journal, settings.app_id)
    await references.load()
    outbound = Outbound(transport, references, Cards(CARDS))
    clock: Clock = real
    if settings.clock:
        remote = RemoteClock(settings.clock, session, lambda: alarm.clock_moved())
        clock = remote
    courier = Courier(journal, outbound.send, lambda desk: write_rota(journal, files, desk), clock)
    almanac = Almanac(frozenset(settings.admins))
    desks = Desks(journal, lambda info: Desk(info, journal, courier, clock, almanac, lambda: alarm.arm()))
    alarm = Alarm(lambda: desks, clock, real)
    if settings.clock:
        await remote.poll()
    await desks.open()
    await take_over_edits(journal, files, desks, clock)
    await stack.enter_async_context(Control(settings.data / "control.sock", desks, clock))

    async def drain() -> None:
        alarm.stop()
        await courier.close(DRAIN_SECONDS)
        for desk in desks:
            await desk.settle()

    stack.push_async_callback(drain)
    alarm.start()
    if settings.clock:
        following = asyncio.create_task(remote.follow())
        stack.callback(following.cancel)
    adapter = TeamsAdapter(_guard(settings, hosts, session), transport, app_id=settings.app_id)
    bot = HotseatBot(desks, references, outbound, clock)

    async def messages(request: web.Request) -> web.StreamResponse:
        return await adapter.process(request, bot)

    async def alive(_: web.Request) -> web.StreamResponse:
        return web.Response(text="alive\n")

    async def ready(_: web.Request) -> web.StreamResponse:
        try:
            await journal.desks()
        except NotStored:
            return web.Response(status=503, text="the journal cannot be read\n")
        return web.Response(text="ready\n")

    app.router.add_post("/api/messages", messages)
    app.router.add_get("/livez", alive)
    app.router.add_get("/readyz", ready)
    log.info("ready", extra={"desks": [desk.info.id for desk in desks]})


def _guard(settings: Settings, hosts: ServiceHosts, session: aiohttp.ClientSession) -> Guard:
    tenants = frozenset(settings.tenants or (settings.app_tenant,)) - {""}
    keys = None if settings.local else SigningKeys(session, settings.metadata_url)
    return Guard(app_id=settings.app_id, tenants=tenants, hosts=hosts, keys=keys, now=lambda: real().timestamp())


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; what is undelivered by then goes out at the next start."""
    if settings.local:
        log.warning(
            "local mode: no MicrosoftAppId, so I listen on %s only, take any tenant, and send to this machine only",
            settings.host,
        )
    web.run_app(
        web_app(settings),
        host=settings.host,
        port=settings.port,
        print=None,
        access_log=None,
        shutdown_timeout=2.0,
        handler_cancellation=False,
    )
