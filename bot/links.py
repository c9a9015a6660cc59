"""Links and ids as an operator copies them out of Teams: which channel, team and tenant they name.

Source: Teams' "Deep link to a channel", https://teams.microsoft.com/l/channel/ID/NAME?groupId=ID&tenantId=ID.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from bot.errors import Misconfigured
from bot.ids import EXAMPLE, GUID

CHANNEL = re.compile(r"19:[^\s:;/?&@]+@thread\.(tacv2|skype)")
WHERE = "Teams, the channel's menu, Get link to channel"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a desk is: the ids of its tenant, team (the Entra group) and channels, "" for no team channel."""

    tenant: str
    team: str
    channel: str
    team_channel: str


@dataclass(frozen=True, slots=True)
class _Channel:
    """A channel, and the team and tenant that the link to it names; all "" where it could not be read."""

    id: str = ""
    team: str = ""
    tenant: str = ""


def read_place(options: Mapping[str, str]) -> Place:
    """Return the place that the options name; raise Misconfigured with all that is wrong.

    Options: channel and team_channel, each an id or the whole link to it; team and tenant, where the link does not
    say them.
    """
    problems: list[str] = []
    channel = _channel("--channel", options.get("channel", "").strip(), problems)
    team = _guid("--team", options.get("team", ""), channel, "groupId", problems)
    tenant = _guid("--tenant", options.get("tenant", ""), channel, "tenantId", problems)
    internal = options.get("team_channel", "").strip()
    team_channel = _channel("--team-channel", internal, problems) if internal else _Channel()
    if team_channel.tenant and tenant and team_channel.tenant != tenant:
        problems.append(
            f"--team-channel: its link says tenantId {team_channel.tenant}, but the channel is in {tenant}; "
            "take a channel of the same tenant"
        )
    if problems:
        raise Misconfigured("\n".join([*problems, "No desk was added."]))
    return Place(tenant, team, channel.id, team_channel.id)


def _channel(option: str, text: str, problems: list[str]) -> _Channel:
    if "/" not in text:
        if not CHANNEL.fullmatch(text):
            problems.append(f'{option}: "{text}" is no channel, 19:…@thread.tacv2; give the link to it ({WHERE})')
            return _Channel()
        return _Channel(text)
    try:
        link = urlsplit(text)
    except ValueError:
        link = urlsplit("")
    kind, _, rest = link.path.removeprefix("/l/").partition("/")
    id_ = unquote(rest.partition("/")[0])
    if link.scheme != "https" or kind != "channel" or not CHANNEL.fullmatch(id_):
        problems.append(f"{option}: that is no link to a channel; take it from {WHERE}")
        return _Channel()
    query = parse_qs(link.query)
    return _Channel(id_, *(query.get(name, [""])[0].lower() for name in ("groupId", "tenantId")))


def _guid(option: str, given: str, channel: _Channel, parameter: str, problems: list[str]) -> str:
    linked = channel.team if parameter == "groupId" else channel.tenant
    found = given.strip().lower() or linked
    if not found:
        if channel.id:  # else the right link, once it is given, will say it
            problems.append(f"{option}: give the whole link to the channel as --channel ({WHERE}), or its {parameter}")
    elif found.startswith("19:"):
        problems.append(f'{option}: "{found}" is a thread; the {parameter} from the link to the channel is wanted')
    elif not GUID.fullmatch(found):
        problems.append(f'{option}: "{found}" is no id such as {EXAMPLE}; take the {parameter} from the link ({WHERE})')
    elif linked and found != linked:
        problems.append(f"{option}: the link says {linked}; leave {option} out, or take the right channel's link")
    return found
