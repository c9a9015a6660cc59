"""Slack, Jira, the handbook, the heartbeat and the way in, as a check finds them; only what is set is asked."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot import bridges
from bot.check.finding import Finding, failed, named, ok, sentence, warning
from bot.errors import Misconfigured
from bot.handbook.sections import Unreadable, sections
from bot.handbook.shelf import Shelf, Source
from bot.ids import SLACK_CHANNEL
from bot.jira.client import JiraClient
from bot.jira.client import Refusal as JiraRefusal
from bot.jira.forms import Forms
from bot.jira.reasons import reason
from bot.policy import Policy
from bot.ports import Loaded
from bot.retries import Temporary
from bot.settings import Settings
from bot.slack.api import APP, Refusal, SlackApi
from bot.slack.history import SCOPE

SLACK, JIRA, HANDBOOK, PUBLIC = "Slack", "Jira", "handbook", "public address"
READY, HEARTBEAT = "readiness", "heartbeat"
WRITES, REACTS, READS = "chat:write", "reactions:read", frozenset({"channels:history", "groups:history"})
RIGHTS = ("BROWSE_PROJECTS", "CREATE_ISSUES", "ADD_COMMENTS", "LINK_ISSUES")
_LOCAL = "Set MicrosoftAppId, or name one on this machine."
_AGAIN = "See that this machine reaches {host}, and check again."


async def slack_findings(settings: Settings, session: aiohttp.ClientSession, desks: Iterable[Loaded]) -> list[Finding]:
    """Return whose the tokens are, what they may do, which channels they see, and how Slack is heard."""
    token = settings.slack_token.get_secret_value()
    if not settings.says_in_slack:
        return [warning(SLACK, "Local mode: SLACK_API_URL is not on this machine.", _LOCAL)] if token else []
    api = SlackApi(session, settings.slack_url, token)
    try:
        who, scopes = await api.who()
    except Refusal as refusal:
        return [failed(SLACK, "I am nobody there.", sentence(refusal.reason("")))]
    except Temporary as failure:
        return [failed(SLACK, f"It does not answer ({failure.reason}).", _reach(settings.slack_url))]
    found = [ok(SLACK, f"I am {who.get('user') or who.get('user_id')} in {who.get('team') or who.get('team_id')}.")]
    found += _scopes(scopes)
    followed = {settings.slack_channel, *(desk.desk.policy.slack_channel for desk in desks)} - {""}
    ids = sorted(one for one in followed if SLACK_CHANNEL.fullmatch(one))
    if not ids:
        remedy = "Set SLACK_CHANNEL, or a desk's, to the channel's id, at the end of what Slack shows about it."
        found.append(warning(SLACK, "No channel is followed: a name is no id.", remedy))
    for channel in ids:
        found.append(await _channel(api, channel, settings.slack_url))
    return [*found, await _heard(settings, session)]


async def jira_findings(settings: Settings, session: aiohttp.ClientSession, desks: Iterable[Loaded]) -> list[Finding]:
    """Return whose the token is, and for each project whether tickets can be made there."""
    if not settings.opens_tickets:
        return [warning(JIRA, "Local mode: JIRA_URL is not on this machine.", _LOCAL)] if settings.jira_url else []
    client = bridges.jira(settings, session)
    assert client is not None
    try:
        me = await client.get("myself")
    except JiraRefusal as refusal:
        return [failed(JIRA, "I am nobody there.", sentence(reason(refusal, settings.jira_project, client.api)))]
    except Temporary as failure:
        return [failed(JIRA, f"It does not answer ({failure.reason}).", _reach(settings.jira_url))]
    found = [ok(JIRA, f"I am {me.get('displayName') or me.get('name') or 'known'} there.")]
    projects = {settings.project_of(own) for own in ("", *(desk.desk.policy.jira_project for desk in desks))} - {""}
    if not projects:
        found.append(warning(JIRA, "There is no project for tickets.", "Set JIRA_PROJECT, or a desk's, by policy."))
    for project in sorted(projects):
        found += await _project(settings, client, project)
    return found


async def handbook_findings(shelf: Shelf, desks: Iterable[Loaded]) -> list[Finding]:
    """Return of each handbook whether it can be read, since when the bot has it, and whether edits can be proposed."""
    desks = tuple(desks)
    await shelf.open(desk.desk for desk in desks)
    since = {source.name: shelf.of(desk.desk).read_at for desk in desks if (source := shelf.source(desk.desk))}
    of_desks = {desk.desk.id: shelf.source(desk.desk) for desk in desks}
    sources = {source.name: source for source in of_desks.values() if source is not None}
    if not desks and shelf.own is not None:  # which the first desk will have
        sources[shelf.own.name] = shelf.own
    found = [await _handbook(source, since.get(source.name)) for _, source in sorted(sources.items())]
    linked = sorted(id_ for id_, source in of_desks.items() if source is None)
    if linked and Policy().handbook:
        said = f"It is a link only, and not read, for {named(linked)}."
        found.append(warning(HANDBOOK, said, "Set HANDBOOK to a Markdown file, or owner/repo/path@ref on GitHub."))
    return found


async def public_findings(settings: Settings, session: aiohttp.ClientSession) -> list[Finding]:
    """Return whether the bot that runs is seen under the address that others are told."""
    if not settings.public_url:
        return []
    address = f"{settings.public_url.rstrip('/')}/livez"
    try:
        async with session.get(address, allow_redirects=False) as response:
            seen = response.status == HTTPStatus.OK and (await response.text()).strip() == "alive"
            why = f"HTTP {response.status}"
    except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
        seen, why = False, type(error).__name__
    if seen:
        return [ok(PUBLIC, f"The bot is seen at {settings.public_url}.")]
    said = f"The bot is not seen from here at {address} ({why})."
    return [warning(PUBLIC, said, "See HOTSEAT_PUBLIC_URL and the proxy before the bot; try it from outside, too.")]


def ready_findings(told: Mapping[str, Any]) -> list[Finding]:
    """Return what the bot that runs says of itself."""
    checks = told["checks"]
    wrong = [failed(READY, f"{one['name']} is not well.", sentence(one["remedy"])) for one in checks if not one["ok"]]
    return wrong or [ok(READY, f"The bot finds itself well, in {len(checks)} checks of its own.")]


async def heartbeat_findings(settings: Settings) -> list[Finding]:
    """Return whether whoever waits for the heartbeat can be reached; it is not called, which would say all is well."""
    url = urlsplit(settings.heartbeat_url.get_secret_value())
    if not url.hostname:
        return []
    secure = url.scheme == "https"
    try:
        _, writer = await asyncio.open_connection(url.hostname, url.port or (443 if secure else 80), ssl=secure or None)
    except OSError as error:
        said = f"{url.hostname} cannot be reached ({type(error).__name__})."
        return [
            failed(
                HEARTBEAT, said, sentence(f"See HOTSEAT_HEARTBEAT_URL, and that this machine reaches {url.hostname}")
            )
        ]
    writer.close()
    return [ok(HEARTBEAT, f"{url.hostname} can be reached; it is called by the bot alone.")]


def _scopes(scopes: frozenset[str]) -> Iterator[Finding]:
    if not scopes:
        return
    missing = sorted({WRITES, REACTS} - scopes)
    if not scopes & READS:
        missing.append(SCOPE)
    if missing:
        yield failed(SLACK, f"The app lacks the scopes {named(missing)}.", "Add them, and install the app again.")


async def _channel(api: SlackApi, channel: str, url: str) -> Finding:
    try:
        await api.read("conversations.history", channel=channel, limit="1")
    except Refusal as refusal:
        return failed(SLACK, f"The channel {channel} cannot be read.", sentence(refusal.reason(SCOPE, channel)))
    except Temporary as failure:
        return failed(SLACK, f"The channel {channel} cannot be read ({failure.reason}).", _reach(url))
    return ok(SLACK, f"The channel {channel} can be read.")


async def _heard(settings: Settings, session: aiohttp.ClientSession) -> Finding:
    app_token = settings.slack_app_token.get_secret_value()
    if app_token:
        try:
            await SlackApi(session, settings.slack_url, app_token).write("apps.connections.open", {})
        except Refusal as refusal:
            remedy = sentence(refusal.reason("connections:write", kind=APP))
            return failed(SLACK, "No socket can be opened.", remedy)
        except Temporary as failure:
            return failed(SLACK, f"No socket can be opened ({failure.reason}).", _reach(settings.slack_url))
        return ok(SLACK, "It is heard by a socket.")
    if settings.slack_secret.get_secret_value():
        return ok(SLACK, "It is heard at /slack/events, where what it posts must be signed.")
    remedy = "Set SLACK_SIGNING_SECRET, or SLACK_APP_TOKEN for a socket."
    return warning(SLACK, "Nothing is heard from it.", remedy)


async def _project(settings: Settings, client: JiraClient, project: str) -> list[Finding]:
    check = f"{JIRA} project {project}"
    try:
        asked = await client.get("mypermissions", projectKey=project, permissions=",".join(RIGHTS))
        rights = asked.get("permissions")
        given = rights if isinstance(rights, dict) else {}
        lacking = [right for right in RIGHTS if right in given and given[right].get("havePermission") is False]
        forms = Forms(client, settings.jira_issue_type, settings.jira_fields, sleep=_at_once)
        form = await forms.of(project)
    except JiraRefusal as refusal:
        return [failed(check, "It cannot be seen.", sentence(reason(refusal, project, client.api)))]
    except Temporary as failure:
        return [failed(check, f"It does not answer ({failure.reason}).", _reach(settings.jira_url))]
    if lacking:
        remedy = "Give the token's user Browse, Create, Add comments and Link there."
        return [failed(check, f"I may not do there: {named(lacking)}.", remedy)]
    if not form.names:
        said = f"It has no issue type {settings.jira_issue_type} whose form can be read."
        return [failed(check, said, "Set JIRA_ISSUE_TYPE to one that the project has.")]
    lacks = [
        failed(check, "Tickets will be refused, or lack something.", sentence(one))
        for one in forms.lacks(project, form)
    ]
    return lacks or [ok(check, f"Tickets of type {settings.jira_issue_type} can be made there.")]


async def _handbook(source: Source, since: datetime | None) -> Finding:
    kept = f"the bot has it as of {since:%Y-%m-%d %H:%M} UTC" if since else "the bot has not read it yet"
    if not source.is_read:
        return warning(HANDBOOK, f"{source.name} is linked, and not read.", "Set GITHUB_TOKEN, or HANDBOOK.")
    try:
        read = await source.read()
        found = sections(read[0]) if read else ()
    except Misconfigured as wrong:
        return failed(HANDBOOK, f"{source.name} cannot be read; {kept}.", sentence(str(wrong)))
    except Temporary as failure:
        return failed(
            HANDBOOK, f"{source.name} cannot be read now; {kept}.", sentence(f"{failure.reason}; check again")
        )
    except Unreadable as why:
        return failed(HANDBOOK, f"{source.name} cannot be taken; {kept}.", sentence(str(why)))
    if source.proposes:
        proposes = "edits are proposed by GITHUB_TOKEN: whether that may write shows with the first"
    else:
        proposes = "no edit of it can be proposed"
    return ok(HANDBOOK, f"{source.name} has {len(found)} sections; {kept}, and {proposes}.")


async def _at_once(_: float) -> None:
    """Wait for nothing."""


def _reach(url: str) -> str:
    return _AGAIN.format(host=urlsplit(url).hostname)
