"""Slack, Bugsnag, Jira, GitHub and the search, joined as the settings say: what is heard from them, the ways there.

A part of the composition root. What is not set is not listened to, which is said once.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack

from aiohttp import ClientSession, web

from bot.bugsnag.route import PATH as BUGSNAG_PATH
from bot.bugsnag.route import BugsnagRoute
from bot.courier import Errand, Undelivered
from bot.desks import Desks
from bot.github.client import GitHubClient
from bot.github.file import GitHubFile
from bot.github.place import place_of_page, web_of
from bot.github.proposals import Proposals, proposal_errand
from bot.graph.api import GraphApi
from bot.graph.cursors import Cursors
from bot.graph.reconciler import LOOK_SECONDS, Door, Reconciler
from bot.handbook.edits import edited
from bot.handbook.file import LocalFile
from bot.handbook.sections import Unreadable
from bot.handbook.shelf import Shelf, Source
from bot.ids import SLACK_CHANNEL
from bot.jira.client import Api, JiraClient
from bot.jira.forms import Forms
from bot.jira.watch import TicketWatch
from bot.jira.webhook import PATH as JIRA_PATH
from bot.jira.webhook import JiraWebhook
from bot.ports import Clock, Journal, Library
from bot.replica import Resources
from bot.retries import Note, unnoted
from bot.search.encoder import load_encoder
from bot.search.errand import Search
from bot.settings import Settings
from bot.slack.api import SlackApi
from bot.slack.bugsnag import read_message
from bot.slack.history import History
from bot.slack.intake import Intake
from bot.slack.marks import Marks
from bot.slack.names import Names
from bot.slack.outbound import Channels, SlackOutbound
from bot.slack.watch import SlackWatch
from bot.state import DeskInfo
from bot.store.atomic import AtomicStorage

log = logging.getLogger(__name__)

TRIAL_SECONDS = 5.0  # between two looks into a Graph on this machine, which nobody meters


def slack(
    settings: Settings, session: ClientSession, is_shared: Callable[[DeskInfo], bool], note: Note = unnoted
) -> SlackOutbound:
    """Return the way into Slack, which is closed where the settings say so."""
    token = settings.slack_token.get_secret_value()
    if token and not settings.says_in_slack:
        log.warning("local mode: SLACK_API_URL is not on this machine, so I say nothing in Slack")
        token = ""
    channels = Channels(settings.slack_reminder_channel, settings.slack_channel)
    return SlackOutbound(session, settings.slack_url, token, channels, is_shared, note)


async def read_teams(
    settings: Settings,
    api: GraphApi,
    door: Door,
    desks: Desks,
    clock: Clock,
    stack: AsyncExitStack,
    own: Resources,
) -> Reconciler:
    """Look through Microsoft Graph for what Teams does not deliver, or say that the settings say no."""
    reconciler = Reconciler(
        api,
        door,
        await asyncio.to_thread(Cursors, own.storage("graph")),
        lambda: [desk.info for desk in desks],
        clock,
        every=TRIAL_SECONDS if settings.graph_on_loopback else LOOK_SECONDS,
        is_mine=own.duty("graph"),
    )
    if settings.reads_graph:
        stack.push_async_callback(_end, asyncio.create_task(reconciler.run()))
    else:
        log.info("what Teams does not deliver is not looked for: GRAPH_URL is off, or in local mode elsewhere")
    return reconciler


async def hear_slack(
    app: web.Application,
    settings: Settings,
    session: ClientSession,
    desks: Desks,
    clock: Clock,
    stack: AsyncExitStack,
    own: Resources,
) -> None:
    """Listen to Slack, by Socket Mode where there is an app-level token, else to what it posts; or say why not."""
    secret, app_token = settings.slack_secret.get_secret_value(), settings.slack_app_token.get_secret_value()
    if not settings.says_in_slack or not (secret or app_token):
        log.info("nothing is heard from Slack: that takes SLACK_BOT_TOKEN, and SLACK_SIGNING_SECRET or SLACK_APP_TOKEN")
        return
    if not (desks.slack_channels() or SLACK_CHANNEL.fullmatch(settings.slack_channel)):
        log.warning(
            "nothing in Slack is followed: set SLACK_CHANNEL to the channel's id (its name is no id), at the end "
            "of what Slack shows about it; or a desk's, in its policy"
        )
    from bot.slack.door import PATH as SLACK_PATH  # noqa: PLC0415 - start-up time and memory
    from bot.slack.door import SlackDoor, bolt_app  # noqa: PLC0415 - see above
    from bot.slack.sockets import SlackSocket  # noqa: PLC0415 - see above

    api = SlackApi(session, settings.slack_url, settings.slack_token.get_secret_value())
    marks = await asyncio.to_thread(Marks, own.storage("slack"))
    intake = Intake(desks.of_slack, frozenset(settings.slack_bugsnag), read_message, Names(api), marks, clock)
    history = History(api, intake, marks, clock, desks.slack_channels, lambda: _open_threads(desks), own.duty("slack"))
    bolt, listen = bolt_app(intake.take), None
    if app_token:
        plain = settings.slack_url.startswith("http://")
        listen = SlackSocket(SlackApi(session, settings.slack_url, app_token), bolt, plain=plain).listen
    else:
        app.router.add_post(SLACK_PATH, SlackDoor(secret, bolt).answer)
    watching = asyncio.create_task(SlackWatch(api, intake, history, listen).run())
    stack.push_async_callback(_end, watching)


def hear_bugsnag(app: web.Application, settings: Settings, desks: Desks, clock: Clock) -> None:
    """Take what Bugsnag's webhook posts: for the desk of the deployment's channel in Slack, else the first."""
    if secret := settings.bugsnag_secret.get_secret_value():
        route = BugsnagRoute(secret, lambda: desks.of_slack(settings.slack_channel) or next(iter(desks), None), clock)
        app.router.add_post(BUGSNAG_PATH, route.answer)


def search(
    journal: Journal, library: Library, desks: Callable[[], Desks], stack: AsyncExitStack, *, encoder: bool
) -> Search:
    """Return the search, which compares by words alone without ``encoder``; ``follow_search`` lets it follow."""
    found = Search(journal, library, desks, load_encoder if encoder else lambda: None)
    stack.callback(found.close)
    return found


def follow_search(search: Search, stack: AsyncExitStack) -> None:
    """Let the search follow what changes, and make the vectors that are missing."""
    stack.push_async_callback(_end, asyncio.create_task(search.run()))


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _open_threads(desks: Desks) -> list[str]:
    """Return the threads in Slack of the alerts that are open."""
    alerts = [alert for desk in desks for alert in (await desk.state()).alerts.values() if alert.is_live]
    return [thread for alert in alerts for thread in alert.threads]


def jira(settings: Settings, session: ClientSession, note: Note = unnoted) -> JiraClient | None:
    """Return the tracker, None where the bot opens no tickets."""
    if settings.jira_url and not settings.opens_tickets:
        log.warning("local mode: JIRA_URL is not on this machine, so I open no tickets")
    if not settings.opens_tickets:
        return None
    token, api = settings.jira_token.get_secret_value(), Api(settings.jira_api)
    return JiraClient(session, settings.jira_url, token, email=settings.jira_email, api=api, note=note)


def follow_tickets(
    app: web.Application,
    settings: Settings,
    jira: JiraClient,
    forms: Forms,
    desks: Desks,
    clock: Clock,
    stack: AsyncExitStack,
    own: Resources,
) -> None:
    """Hear how tickets stand, by asking and, with a secret, by being told; and say what they will lack."""
    projects = {settings.project_of(own) for own in ("", *(desk.info.policy.jira_project for desk in desks))} - {""}
    for task in (forms.check(projects), TicketWatch(jira, desks, clock, own.duty("tickets")).run()):
        stack.callback(asyncio.create_task(task).cancel)
    secret = settings.jira_webhook_secret.get_secret_value()
    if secret:
        app.router.add_post(JIRA_PATH, JiraWebhook(secret, desks, clock).answer)


def handbooks(settings: Settings, session: ClientSession, clock: Clock) -> Shelf:
    """Return the desks' handbooks: on GitHub where the settings let it be read there, or in a file."""
    if settings.handbook_on_github and not settings.reads_github:
        log.warning("local mode: GITHUB_API_URL is not on this machine, so I read nothing on GitHub")
    token = settings.github_token.get_secret_value()
    client = GitHubClient(session, settings.github_url, token) if settings.reads_github else None
    web = web_of(settings.github_url)

    def at(address: str) -> Source | None:
        place = place_of_page(address, web)
        return GitHubFile(place, web, client) if place else None

    own: Source | None = None
    if place := settings.handbook_on_github:
        own = GitHubFile(place, web, client)
    elif path := settings.handbook_file:
        own = LocalFile(path)
    folder = settings.data / "handbook"
    return Shelf(own, at, lambda name: AtomicStorage(folder / f"{name}.json"), clock)


def proposals(shelf: Shelf) -> Errand:
    """Return how an edit of a desk's handbook is proposed."""

    async def made(content: bytes, section: str, before: str, after: str) -> bytes | None:
        try:
            return await asyncio.to_thread(edited, content, section, before, after)
        except Unreadable as why:
            raise Undelivered(f"the handbook cannot be edited as it is: {why}") from None

    def file_of(desk: DeskInfo) -> GitHubFile | None:
        source = shelf.source(desk)
        return source if isinstance(source, GitHubFile) else None

    return proposal_errand(file_of, Proposals(made))


async def follow_handbooks(shelf: Shelf, desks: Desks, stack: AsyncExitStack) -> None:
    """Give each desk its handbook as it was kept, and keep it fresh."""

    def infos() -> list[DeskInfo]:
        return [desk.info for desk in desks]

    await shelf.open(infos())
    following = asyncio.create_task(shelf.run(infos))
    stack.push_async_callback(_end, following)
