"""Asking everything at once, each for so long at most: what hangs is a finding, and holds nothing up."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from bot import bridges
from bot.app import credentials, graph_api
from bot.caller import how
from bot.check import folder, services, teams
from bot.check.finding import Finding, Level, failed, ok, sentence, warning
from bot.check.known import Known, read_known
from bot.errors import Misconfigured, NotStored, Refused
from bot.ports import Clock
from bot.settings import Settings, overlooked, read_settings
from bot.store.document import Unreadable
from bot.teams.hosts import ServiceHosts
from bot.teams.limits import Limits
from bot.teams.transport import Transport, open_session

log = logging.getLogger(__name__)

SETTINGS = "settings"
PATIENCE = 10.0  # seconds that anybody has to answer

Work = Callable[[], Awaitable[list[Finding]]]


def settings_findings() -> tuple[Settings | None, list[Finding]]:
    """Return the settings, None where they are wrong, and what is wrong with them, all of it."""
    try:
        settings = read_settings()
    except Misconfigured as wrong:
        lines = [line.partition(": ") for line in str(wrong).splitlines()]
        said = [failed(SETTINGS, f"{name} is wrong.", sentence(remedy)) for name, _, remedy in lines if remedy]
        more = [warning(SETTINGS, name, "Correct its name, or remove it.") for name, _, remedy in lines if not remedy]
        return None, [*said, *more]
    names = [warning(SETTINGS, one, "Correct its name, or remove it.") for one in overlooked()]
    return settings, names or [ok(SETTINGS, "All are as they may be.")]


async def check(settings: Settings, clock: Clock, patience: float = PATIENCE) -> list[Finding]:
    """Return what is found of the folder first, and then of everybody whom the settings name; ``clock`` is real."""
    asked = asyncio.create_task(_how_it_is(settings, patience))
    found = await asyncio.to_thread(lambda: list(folder.folder_findings(settings)))
    told = await asked
    found.append(await asyncio.to_thread(folder.holder_finding, settings, answers=told is not None))
    found += services.ready_findings(told) if told is not None else []
    if settings.database_url.get_secret_value():
        readable, more = await folder.shared_findings(settings)
    else:
        readable, more = await asyncio.to_thread(folder.journal_findings, settings)
    known = Known()
    if readable:
        try:
            known = await read_known(settings)
        except (NotStored, Refused, Unreadable) as failure:
            readable = False
            more = [failed(folder.JOURNAL, str(failure), _remedy(failure))]
    found += more
    if readable:
        found += await asyncio.to_thread(lambda: list(folder.desk_findings(settings, known)))
    async with AsyncExitStack() as stack:
        others = await _others(settings, known, clock, stack, running=told is not None)
        for one in await asyncio.gather(*(_within(patience, name, work) for name, work in others.items())):
            found += one
    return found


async def _others(
    settings: Settings, known: Known, clock: Clock, stack: AsyncExitStack, *, running: bool
) -> Mapping[str, Work]:
    now = clock()
    session = await stack.enter_async_context(open_session())
    token = credentials(settings)
    if token is not None:
        stack.push_async_callback(token.close)
    hosts = ServiceHosts.loopback() if settings.local else ServiceHosts(settings.service_hosts)
    transport = Transport(session, hosts, token, Limits(()))
    desks = known.loaded
    asked: dict[str, Work] = {
        teams.IDENTITY: partial(teams.identity_findings, settings, token, now),
        teams.KEYS: partial(teams.key_findings, settings, session),
        teams.CLOCK: partial(teams.clock_findings, settings, session, clock),
    }
    for desk in desks:
        work = partial(teams.desk_findings, desk, known, transport, settings, now)
        asked[f"desk {desk.desk.id}"] = work
    if settings.reads_graph:
        api = graph_api(settings, session, stack)
        for desk in desks:
            asked[f"{teams.GRAPH} of {desk.desk.id}"] = partial(teams.graph_findings, desk, api, now)
        if not desks:
            asked[teams.GRAPH] = teams.no_graph_findings
    asked[services.SLACK] = partial(services.slack_findings, settings, session, desks)
    asked[services.JIRA] = partial(services.jira_findings, settings, session, desks)
    shelf = bridges.handbooks(settings, session, clock)
    asked[services.HANDBOOK] = partial(services.handbook_findings, shelf, desks)
    asked[services.HEARTBEAT] = partial(services.heartbeat_findings, settings)
    if running:
        asked[services.PUBLIC] = partial(services.public_findings, settings, session)
    return asked


async def _within(patience: float, name: str, work: Work) -> list[Finding]:
    try:
        async with asyncio.timeout(patience):
            return await work()
    except TimeoutError:
        said = f"It did not answer within {patience:g} seconds."
        return [failed(name, said, "See that this machine reaches it, and check again.")]
    except Exception as error:
        log.exception("checking %s failed", name)
        return [failed(name, f"It could not be checked ({type(error).__name__}).", "Report that, please.")]


async def _how_it_is(settings: Settings, patience: float) -> Mapping[str, Any] | None:
    """Return how a bot that runs on the folder finds itself, by its socket; None where none does, or it is silent."""
    try:
        async with asyncio.timeout(patience):
            return await how(settings.data / "control.sock")
    except (Refused, OSError, ValueError):
        return None


def failures(findings: list[Finding]) -> int:
    """Count what failed."""
    return sum(one.level is Level.FAILED for one in findings)


def _remedy(failure: Exception) -> str:
    if isinstance(failure, NotStored):  # which says nothing of what is in the journal
        return "See that its disk has space and may be written, and check again."
    return "hotseat restore FILE, of a backup in which it was whole."
