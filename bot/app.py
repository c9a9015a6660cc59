"""The composition root: the one place that joins things, starts them and stops them."""

import asyncio
import errno
import gc
import logging
import os
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from aiohttp import ClientSession, web
from aiohttp.http_exceptions import HttpProcessingError

from bot import bridges
from bot.alarm import Alarm
from bot.bodies import HANDLER_ARGS
from bot.calendars.addresses import Feed, FeedAddresses
from bot.calendars.almanac import Almanac
from bot.calendars.errand import calendar_errand
from bot.calendars.holidays import KeptHolidays
from bot.calendars.route import PATH, FeedRoute
from bot.clock import RemoteClock, open_clock, real
from bot.control import Control
from bot.courier import Courier, Errand
from bot.desk import Desk
from bot.desks import Desks
from bot.doorkeeper import keep_open
from bot.effects import (
    FetchCalendar,
    FetchRoster,
    FindMatches,
    Forecast,
    ForgetEdits,
    MakeReport,
    OpenTicket,
    ProposeEdit,
    SearchHandbook,
    SlackSay,
    Suppose,
)
from bot.errors import Misconfigured
from bot.events import Delivered
from bot.folder import RotaWatch, edits_errand, open_desks, open_folder, rota_writer, set_aside
from bot.graph.api import GraphApi
from bot.hours import SupportHours
from bot.jira.client import JiraClient
from bot.jira.errand import Tickets, ticket_errand
from bot.jira.forms import Forms
from bot.ports import Clock
from bot.replica import Resources, following, resources
from bot.rota.shift import Rota
from bot.search.errand import match_errand, search_errand
from bot.settings import AppType, Settings
from bot.solver.errand import forecast_errand, suppose_errand
from bot.store.errand import report_errand
from bot.store.triage import TREE, read_tree
from bot.teams import credentials as entra
from bot.teams.adapter import TeamsAdapter
from bot.teams.bot import HotseatBot
from bot.teams.cards import Cards
from bot.teams.credentials import Credentials, TenantCredentials
from bot.teams.founding import Founding
from bot.teams.guard import Guard
from bot.teams.handbook import HandbookExtension
from bot.teams.hosts import ServiceHosts
from bot.teams.keys import SigningKeys
from bot.teams.limits import KEPT
from bot.teams.outbound import Outbound
from bot.teams.references import References
from bot.teams.rosters import Rosters
from bot.teams.transport import Transport, open_session
from bot.vitals import Parts, open_vitals

log = logging.getLogger(__name__)

# For messages under way; what is left goes out at the next start. With what the doorkeeper gives to requests a stop
# ends within ten seconds.
DRAIN_SECONDS = 6.0
SETTLE_SECONDS = 1.5
LAST_SECONDS = 9.5  # from SIGTERM to the end of the process: platforms kill after ten
# When garbage is looked for: seldom, since next to nothing that a turn leaves behind is any, and in small portions,
# since the event loop is held meanwhile; through all that is held, the open requests, hardly ever.
COLLECT = (5_000, 5, 100)
CARDS = Path(__file__).parent.parent / "cards"


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; what is undelivered by then goes out at the next start."""
    if settings.local:
        log.warning(
            "local mode: no MicrosoftAppId, so I listen on %s only, take any tenant, and send to this machine only",
            settings.host,
        )
    try:
        asyncio.run(keep_open(web_app(settings), settings.host, settings.port, _end_anyway))
    except socket.gaierror as error:
        message = f"HOST: {settings.host} is no address of this machine; set it to one, such as 127.0.0.1"
        raise Misconfigured(message) from error
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES):
            raise
        where = f"{settings.host}:{settings.port}"
        message = f"PORT: {where} cannot be listened on ({os.strerror(error.errno)}); stop what uses it, or set another"
        raise Misconfigured(message) from error


def _end_anyway() -> None:
    """End the process in some seconds, whatever hangs by then: a thread in a database's driver would be waited for."""

    def end() -> None:
        log.critical("ended without waiting for what hangs; what was accepted is stored, and goes on at the next start")
        os._exit(1)

    timer = threading.Timer(LAST_SECONDS, end)
    timer.daemon = True
    timer.start()


def _is_of_http(record: logging.LogRecord) -> bool:
    """Say whether what aiohttp logs may be: of a request that is broken it logs what came, and secrets are in that.

    Such a one gets its 400, and anybody can send it.
    """
    failure = record.exc_info[1] if record.exc_info else None
    return not isinstance(failure, HttpProcessingError | web.RequestPayloadError)


def web_app(settings: Settings) -> web.Application:
    """Return the bot as an aiohttp application that starts and stops with it."""
    app = web.Application(handler_args=HANDLER_ARGS)
    http = logging.getLogger("aiohttp.server")

    async def running(app: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            http.addFilter(_is_of_http)
            stack.callback(http.removeFilter, _is_of_http)
            await _start(app, settings, stack)
            # What lives as long as the process need not be looked at by each garbage collection; there is next to no
            # garbage in it, and collecting that would cost a tenth of a second.
            gc.freeze()
            gc.set_threshold(*COLLECT)
            gc.enable()
            yield

    app.cleanup_ctx.append(running)
    return app


async def _start(app: web.Application, settings: Settings, stack: AsyncExitStack) -> None:
    tree = read_tree(TREE)
    vitals = await stack.enter_async_context(open_vitals(app, settings))
    journal, files = await stack.enter_async_context(open_folder(settings, "hotseat serve"))
    addresses = FeedAddresses(settings.data / "feeds.key", settings.address)
    session = await stack.enter_async_context(open_session())
    hosts = ServiceHosts.loopback() if settings.local else ServiceHosts(settings.service_hosts)
    token = credentials(settings)
    if token is not None:
        stack.push_async_callback(token.close)
    own = await resources(journal, settings.data, KEPT if settings.send_limits else (), stack)
    transport = Transport(session, hosts, token, own.limits, vitals.metrics.attempted("teams"))
    references = References(journal, settings.app_id, is_shared=journal.is_shared)
    await references.load()
    # The lambdas, since the desks are made below.
    outbound = Outbound(transport, references, Cards(CARDS), lambda desk, place: desks.shares(desk, place))  # noqa: PLW0108
    clock = await stack.enter_async_context(open_clock(settings.clock))
    rosters = Rosters(transport, references, clock, lambda desk: desks.channels_besides(desk))  # noqa: PLW0108
    turn = asyncio.Semaphore(1)  # of what is computed in processes of their own
    slack = bridges.slack(settings, session, lambda desk: bool(desks.besides(desk)), vitals.metrics.attempted("slack"))
    jira = bridges.jira(settings, session, vitals.metrics.attempted("jira"))
    forms = Forms(jira, settings.jira_issue_type, settings.jira_fields) if jira else None
    shelf = bridges.handbooks(settings, session, clock)
    search = bridges.search(journal, shelf, lambda: desks, stack, encoder=settings.encoder)
    errands = {
        FetchRoster: rosters.errand(),
        FetchCalendar: calendar_errand(session, ServiceHosts(settings.calendar_hosts).allows, clock),
        SlackSay: Errand(Delivered, slack.say),
        OpenTicket: ticket_errand(_tickets(jira, forms, own)),
        Forecast: forecast_errand(clock, turn),
        Suppose: suppose_errand(turn),
        ForgetEdits: edits_errand(files),
        ProposeEdit: bridges.proposals(shelf),
        FindMatches: match_errand(search),
        SearchHandbook: search_errand(search),
        MakeReport: report_errand(),
    }
    write = rota_writer(journal, files, lambda desk: desks.named(desk.tenant, desk.id), clock)
    courier = Courier(journal, outbound.send, write, clock, errands, own.lease, vitals.metrics)
    alarm = Alarm(clock, real)
    desks = Desks(
        journal,
        lambda info: Desk(info, journal, courier, clock, almanac, alarm.arm, vitals.metrics),
        lambda desk_id: set_aside(files, desk_id),
        settings.tenants_let_in,
        frozenset(settings.admins),
        settings.slack_channel,
        own.desks,
    )
    almanac = Almanac(
        frozenset(settings.admins),
        KeptHolidays(settings.data / "holidays.json"),
        triage=tree,
        own=desks,
        address=addresses.address,
        jira=settings.project_of,
        handbook=shelf.of,
    )
    await open_desks(journal, files, desks, clock)
    await bridges.follow_handbooks(shelf, desks, stack)
    stack.push_async_callback(_drain, courier, desks)
    await stack.enter_async_context(following(journal, own.lease, desks, courier))
    await stack.enter_async_context(Control(settings.data / "control.sock", desks, clock, vitals.readiness.told))
    stack.callback(alarm.stop)
    alarm.start(desks)
    stack.callback(asyncio.create_task(RotaWatch(journal, files, desks, clock, own.duty("rotas")).run()).cancel)
    bridges.follow_search(search, stack)
    if jira and forms:
        bridges.follow_tickets(app, settings, jira, forms, desks, clock, stack, own)
    if isinstance(clock, RemoteClock):
        stack.callback(asyncio.create_task(clock.follow(alarm.clock_moved)).cancel)
    guard = _guard(settings, hosts, session, stack)
    bot = HotseatBot(
        desks,
        references,
        outbound,
        clock,
        Founding(desks, transport, frozenset(settings.admins)),
        HandbookExtension(desks, outbound, shelf, search),
    )
    adapter = TeamsAdapter(guard, transport, app_id=settings.app_id)
    _routes(app, adapter, bot, FeedRoute(addresses, lambda: _feeds(desks, almanac, clock)))
    await bridges.hear_slack(app, settings, session, desks, clock, stack, own)
    missed = await bridges.read_teams(settings, graph_api(settings, session, stack), bot, desks, clock, stack, own)
    bridges.hear_bugsnag(app, settings, desks, clock)
    vitals.begin(
        Parts(
            *(journal, desks, courier, almanac, clock, guard, outbound, slack, session, own.duty("audit")),
            reconciler_age=missed.age,
            reconciler_is_late=missed.is_late,
            reconciled=lambda: missed.reconciled,
        ),
        stack,
    )
    log.info("ready", extra={"desks": [desk.info.id for desk in desks]})


def credentials(settings: Settings) -> Credentials | None:
    """Return the bot's way to a token for Teams; None in local mode."""
    return None if settings.local else Credentials(_fetch(settings, settings.app_tenant, entra.RESOURCE))


def graph_credentials(settings: Settings, tenant: str) -> Credentials:
    """Return the bot's way to a token for Microsoft Graph in a tenant."""
    return Credentials(_fetch(settings, tenant, settings.graph_url))


def _fetch(settings: Settings, tenant: str, resource: str) -> entra.Fetch:
    where = {"authority": settings.authority, "tenant": tenant, "app_id": settings.app_id, "resource": resource}
    match settings.app_type:
        case AppType.SINGLE_TENANT:
            return entra.secret(**where, password=settings.app_password.get_secret_value())
        case AppType.CERTIFICATE:
            pem = settings.certificate or Path()
            return entra.certificate(**where, pem=pem, thumbprint=settings.certificate_thumbprint)
        case AppType.FEDERATED:
            return entra.federated(**where, token_file=settings.federated_token_file or Path())
        case AppType.MANAGED_IDENTITY:
            return entra.managed_identity(app_id=settings.app_id, resource=resource)


def _tickets(jira: JiraClient | None, forms: Forms | None, own: Resources) -> Tickets | None:
    return Tickets(jira, forms, own.attempts) if jira and forms else None


def graph_api(settings: Settings, session: ClientSession, stack: AsyncExitStack) -> GraphApi:
    """Return the way to Microsoft Graph, with a token for each tenant."""
    tokens = TenantCredentials(None if settings.local else partial(graph_credentials, settings))
    stack.push_async_callback(tokens.close)
    return GraphApi(session, settings.graph_url, tokens)


def _guard(settings: Settings, hosts: ServiceHosts, session: ClientSession, stack: AsyncExitStack) -> Guard:
    keys = None if settings.local else SigningKeys(session, settings.metadata_url)
    if keys is not None:
        stack.push_async_callback(keys.close)
    return Guard(
        app_id=settings.app_id,
        tenants=settings.tenants_let_in,
        hosts=hosts,
        keys=keys,
        now=lambda: real().timestamp(),
    )


async def _drain(courier: Courier, desks: Desks) -> None:
    await courier.close(DRAIN_SECONDS)
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            for desk in desks:
                await desk.settle()
    except TimeoutError:
        log.warning("the journal does not answer; what was just sent may be sent again after the next start")


async def _feeds(desks: Desks, almanac: Almanac, clock: Clock) -> dict[Feed, tuple[Rota, SupportHours]]:
    found = {}
    for desk in desks:
        state = await desk.state()
        hours = almanac.knowledge(state.desk, state.rota, clock()).hours
        planning = state.facts.planning
        for person in ("", *state.rota.people):
            found[Feed(state.desk.tenant, state.desk.id, person, planning.renewed(person))] = state.rota, hours
    return found


def _routes(app: web.Application, adapter: TeamsAdapter, bot: HotseatBot, feed: FeedRoute) -> None:
    async def messages(request: web.Request) -> web.StreamResponse:
        return await adapter.process(request, bot)

    app.router.add_post("/api/messages", messages)
    app.router.add_get(PATH, feed.answer)
