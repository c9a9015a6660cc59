"""Addresses that support copies: of a thread in Teams, of a new ticket and of one that exists."""

import re

from bot.places import channel_of, quoted, root_of
from bot.state import DeskInfo

LONGEST = 2_000  # characters that every browser takes
KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]{1,9}")
_PAGE = re.compile(r"/(?:secure|browse|projects|issues|jira/software|jira/core)(?:/|$)|[?#]")
LINK = re.compile(r"https://[^\s/?#@\\<>\"]+\.?[^\s<>\"]*")


def thread(desk: DeskInfo, place: str) -> str:
    """Return the address that opens a thread in Teams. Source: learn.microsoft.com, "Deep links"."""
    channel, root = quoted(channel_of(place)), quoted(root_of(place))
    where = f"tenantId={quoted(desk.tenant)}&groupId={quoted(desk.team)}&parentMessageId={root}"
    return f"https://teams.microsoft.com/l/message/{channel}/{root}?{where}"


def new_ticket(project: str, summary: str, description: str) -> str:
    """Return the address where a new ticket is made: filled in with the words, where policy's address can be.

    Jira fills in only what it knows the project (pid) and the issue type of; any other address is returned as it is,
    and "" where policy names none. Source: confluence.atlassian.com, "How to create issues using direct HTML links in
    Jira Server".
    """
    if not is_link(project):
        return ""
    if not fills_in(project):
        return project
    begin = f"{project.partition('#')[0]}&summary={quoted(summary)}&description="
    while len(address := begin + quoted(description)) > LONGEST and description:
        description = description[: len(description) // 2]
    return address


def ticket(project: str, said: str) -> str:
    """Return what names a ticket to its reader, from its key or its link; raise ValueError where it is neither."""
    if is_link(said):
        return said
    if not KEY.fullmatch(said):
        raise ValueError(said)
    return f"{_base(project)}/browse/{said.upper()}" if is_link(project) else said.upper()


def search(project: str, label: str) -> str:
    """Return where a Jira shows the tickets with a label, "" where policy does not name its address."""
    return f"{_base(project)}/issues/?jql=labels%20%3D%20{quoted(label)}" if is_link(project) else ""


def key_of(ticket: str) -> str:
    """Return the key of a ticket that is named by its key or its link, "" where a link has none."""
    found = KEY.findall(ticket)
    return found[-1].upper() if found else ""


def is_link(text: str) -> bool:
    """Say whether a text is an https address, and nothing else; whatever is typed as one is held to this."""
    return text.isprintable() and LINK.fullmatch(text) is not None


def fills_in(project: str) -> bool:
    """Say whether an address is one of a new ticket that Jira fills in: with the project's id and an issue type."""
    return all(re.search(rf"[?&]{name}=\d+", project) for name in ("pid", "issuetype"))


def _base(project: str) -> str:
    """Return where a Jira begins: it may stand in a folder of its host."""
    return _PAGE.split(project)[0].rstrip("/")
