"""Slack's text, both ways: its mrkdwn and blocks as plain segments, and our text as Slack is to read it.

The law: what stands in angle brackets is told apart first and entities are read after that, so that nothing becomes a
mention or a link that Slack did not mean as one. A mention is a name and no more. A link to a host that is known shows
its label; of any other the address stands beside it, so that a label can't say that it leads elsewhere. Source:
docs.slack.dev, "Formatting message text" and "Rich text block".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from bot.bugsnag import links
from bot.scrub import plain

HOSTS = links.HOSTS | {"github.com"}
SITES = (".slack.com", ".atlassian.net")  # domains of which any host is known
MOST_READ = 20_000
_DEEPEST = 8
_LAYERS = 5  # of entities in entities; what is deeper stays as it is
_CONTROL = re.compile(r"<([^<>]*)>")
_ADDRESS = re.compile(r"https://[!-~]{1,2000}")
_UNSAFE = re.compile(r"[()\[\]<>`\\\"'{}|^*@]")
_WORDS = ("text", "fallback", "alt_text", "title")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text as it was written; ``url`` is where it leads, "" for nowhere."""

    text: str
    url: str = ""


Line = tuple[Segment, ...]


def read_mrkdwn(text: Any) -> Line:
    """Return a text of a message as segments; none where it is no text."""
    if not isinstance(text, str):
        return ()
    text = text[:MOST_READ]
    segments = []
    end = 0
    for control in _CONTROL.finditer(text):
        segments += [Segment(_unescaped(text[end : control.start()])), _control(control[1])]
        end = control.end()
    segments.append(Segment(_unescaped(text[end:])))
    return tuple(one for one in segments if one.text)


def read_blocks(blocks: Any) -> tuple[Line, ...]:
    """Return what is written in blocks, a line for each part; buttons are left out."""
    return tuple(line for line in _lines(blocks, 0) if line)


def read_buttons(blocks: Any) -> Line:
    """Return the buttons in blocks, or in an attachment's actions, that lead somewhere."""
    return tuple(_buttons(blocks, 0))


def written(line: Iterable[Segment], longest: int) -> str:
    """Return segments as plain text, scrubbed, in at most ``longest`` code points."""
    return plain("".join(map(_shown, line)), longest)


def to_slack(text: str) -> str:
    """Return text in which Slack finds no link and no mention. Source: docs.slack.dev, "Formatting message text"."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shown(segment: Segment) -> str:
    if not segment.url or _is_known(segment.url) or segment.url.removeprefix("mailto:") == segment.text:
        return segment.text
    return f"{segment.text} ({segment.url})"


def _is_known(url: str) -> bool:
    """Say whether an address is one of a known host, written so that nobody can read it otherwise."""
    if not _ADDRESS.fullmatch(url) or _UNSAFE.search(url):
        return False
    host = urlsplit(url).netloc
    return host in HOSTS or (host.endswith(SITES) and not host.startswith("."))


def _control(inner: str) -> Segment:
    """Return what a control sequence stands for, "<" and ">" taken off."""
    target, _, label = (_unescaped(part).strip() for part in inner.partition("|"))
    match target[:1]:
        case "@" | "#":
            return Segment(target[0] + (label.lstrip("@#") or target[1:]))
        case "!":
            return Segment(label or "@" + target[1:].partition("^")[0])
    return Segment(label or target, target)


def _unescaped(text: str) -> str:
    for _ in range(_LAYERS):
        text = unescape(text)
    return text


def _lines(node: Any, depth: int) -> Iterator[Line]:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for one in node:
            yield from _lines(one, depth + 1)
    if not isinstance(node, Mapping):
        return
    match node.get("type"):
        case "mrkdwn":
            yield read_mrkdwn(node.get("text"))
        case "rich_text_section" | "rich_text_preformatted" | "rich_text_quote":
            yield tuple(_rich(node.get("elements")))
        case "button" | "actions":
            return
        case kind:
            words = (node.get(part) for part in _WORDS) if kind != "context" else ()
            yield from ((Segment(_unescaped(one[:MOST_READ])),) for one in words if isinstance(one, str) and one)
            for part in ("text", "title", "fields", "elements", "accessory"):
                if not isinstance(node.get(part), str):
                    yield from _lines(node.get(part), depth + 1)


def _rich(elements: Any) -> Iterator[Segment]:
    for one in elements if isinstance(elements, list) else ():
        if not isinstance(one, Mapping):
            continue
        said = {name: value[:MOST_READ] for name, value in one.items() if isinstance(value, str)}
        match one.get("type"):
            case "link":
                url = said.get("url", "")
                yield Segment(said.get("text") or url, url)
            case "user" | "usergroup":
                yield Segment("@" + (said.get("user_id") or said.get("usergroup_id") or ""))
            case "channel":
                yield Segment("#" + said.get("channel_id", ""))
            case "broadcast":
                yield Segment("@" + said.get("range", ""))
            case "emoji":
                yield Segment(f":{said.get('name', '')}:")
            case _:
                yield Segment(said.get("text") or said.get("fallback") or said.get("value") or "")


def _buttons(node: Any, depth: int) -> Iterator[Segment]:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for one in node:
            yield from _buttons(one, depth + 1)
    elif isinstance(node, Mapping):
        url, words = node.get("url"), node.get("text")
        words = words.get("text") if isinstance(words, Mapping) else words
        if node.get("type") == "button" and isinstance(url, str):
            yield Segment(words if isinstance(words, str) and words else url, _unescaped(url[:MOST_READ]))
        for part in ("elements", "accessory"):
            yield from _buttons(node.get(part), depth + 1)
