"""Addresses that support copies: of a thread in Teams, of a new ticket and of one that exists."""

import re

from bot.places import channel_of, root_of
from bot.state import DeskInfo

PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")
LONGEST = 2_000  # characters that every browser takes
KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]{1,9}")
LINK = re.compile(r"https://[^\s/?#@\\<>\"]+\.?[^\s<>\"]*")


def quoted(text: str) -> str:
    """Return ``text`` as it may stand in an address."""
    signs = text.encode(errors="replace")
    return "".join(chr(sign) if chr(sign) in PLAIN else f"%{sign:02X}" for sign in signs)


def thread(desk: DeskInfo, place: str) -> str:
    """Return the address that opens a thread in Teams. Source: learn.microsoft.com, "Deep links"."""
    channel, root = quoted(channel_of(place)), quoted(root_of(place))
    where = f"tenantId={quoted(desk.tenant)}&groupId={quoted(desk.team)}&parentMessageId={root}"
    return f"https://teams.microsoft.com/l/message/{channel}/{root}?{where}"


def new_ticket(project: str, summary: str, description: str) -> str:
    """Return the address of a form for a new ticket that holds the words, "" where policy names no address.

    Source: confluence.atlassian.com, "How to create issues using direct HTML links in Jira Server".
    """
    if not is_link(project):
        return ""
    begin = f"{_base(project)}/secure/CreateIssueDetails!init.jspa?summary={quoted(summary)}&description="
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


def is_link(text: str) -> bool:
    """Say whether a text is an https address, and nothing else."""
    return LINK.fullmatch(text) is not None


def _base(project: str) -> str:
    return "/".join(project.split("/")[:3])
