"""What a message of Bugsnag's in Slack says, as a notification. Pure, and whatever the message, one is returned.

A message has a sentence ("New error in production from Tours in tours#show (details)") and, in attachments or blocks,
what the error is. Which error it is, and what became of it, is told by the links that Bugsnag itself writes: the last
one of the sentence, else a title's or a button's. Never by those in an error's own words, which anybody may have
written. What can't be read is shown as it is. Sources: the messages of Bugsnag's Slack plugin up to 2016, whose form
its later ones keep; docs.slack.dev, "message event", "Legacy: secondary message attachments" and "Blocks".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.alerts.notification import Kind, Notification
from bot.bugsnag.links import Link, read_link
from bot.bugsnag.parts import MOST_SAID, count, mapping, notification, sequence, text
from bot.bugsnag.trigger import ACTS, CODES, is_handled, read_trigger
from bot.slack.text import Line, Segment, read_blocks, read_buttons, read_mrkdwn, written

MOST_ATTACHMENTS = 10
_MOST_READ = 4_000
_LONGEST_SENTENCE = 1_000
_SEVERITIES: Mapping[str, str] = MappingProxyType({"e45f58": "error", "fd9149": "warning", "20a6df": "info"})
_ERRORS = re.compile(r"(?:(?:un)?handled )?(?:error|exception|crash)", re.IGNORECASE)
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("location", "stack trace", "stacktrace"), "frames"),
        **dict.fromkeys(("stage", "release stage", "environment"), "stage"),
        **dict.fromkeys(("app version", "release", "version"), "version"),
        **dict.fromkeys(("events", "occurrences", "total events"), "occurrences"),
        **dict.fromkeys(("by", "released by"), "by"),
        **dict.fromkeys(("affected users", "users", "users affected"), "users"),
        "comment": "comment",
        "context": "where",
        "project": "project",
        "severity": "severity",
    }
)
_COUNTS = frozenset({"occurrences", "users"})
_A_STAGE = r"(?P<stage>(?!\d{1,4}[a-z]{1,3}(?: |\Z))[^ ]{1,100})"  # and not the hour of "10 events in 1h"
_SENTENCE = re.compile(rf"(?P<said>.+?) in {_A_STAGE} from (?P<project>.{{1,200}}?)(?: in (?P<where>.+))?\Z")
_STAGE = re.compile(rf"(?P<said>.+) in {_A_STAGE}\Z")
_FROM = re.compile(r"(?P<said>.*?) from\Z")
_TITLED = re.compile(r"\*(?P<title>[^*\n]{1,40}?):?\*:?\s+(?P<value>\S.*)", re.DOTALL)
_COMMENTED = re.compile(r"(?:new )?comment on (?P<error>.+)", re.IGNORECASE)
_DETAILS = re.compile(r"\W{0,9}details\W{0,9}", re.IGNORECASE)
_DECORATION = re.compile(r"\A(?:(?:[^\w:]|_)++|:[\w+-]{1,60}:)*+")
_TS = re.compile(r"[0-9]{9,11}\.[0-9]{6}", re.ASCII)


@dataclass(slots=True)
class _Heard:
    """What stands in a message: its lines, those that may be its sentence, and the links that are Bugsnag's own."""

    lines: list[Line] = field(default_factory=list)
    sentences: list[Line] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    fields: list[tuple[str, Line]] = field(default_factory=list)
    titles: list[Line] = field(default_factory=list)
    comment: Line = ()
    author: str = ""
    colour: str = ""


def read_message(message: Mapping[str, Any]) -> Notification:
    """Return what a message says; of an event that says it was edited, what it says now."""
    message = mapping(message.get("message")) or message
    heard = _hear(message)
    line = _spoken(heard.sentences)
    trigger = read_trigger(_words(line))
    link = _link(line, heard)
    parts = _sentence(line) | _titles(heard.titles) | _fields(heard.fields)
    kind = CODES.get(link.code) if link else None
    if kind is None and (link or parts.get("error_class") or parts.get("project")):
        kind = trigger.kind
    if kind is None:
        return notification(Kind.UNREADABLE, said=_everything(heard), **_named(link))
    said = parts.pop("said", "")
    comment, by = parts.pop("comment", ""), parts.pop("by", "")
    words = read_trigger(said) if said else trigger
    return notification(
        kind,
        **_named(link),
        **{
            "severity": _SEVERITIES.get(heard.colour.lower().removeprefix("#"), ""),
            "handled": words.handled,
            "occurrences": words.occurrences,
            **parts,
        },
        rate=words.rate,
        by=heard.author if kind is Kind.COMMENT else words.by if kind in ACTS else by,
        said=(_raw(heard.comment) or comment or said) if kind is Kind.COMMENT else said,
        until=_until(message, words.lasts) if kind is Kind.SNOOZED else None,
    )


def _hear(message: Mapping[str, Any]) -> _Heard:
    heard = _Heard()
    main = read_mrkdwn(message.get("text"))
    blocks = read_blocks(message.get("blocks"))
    heard.lines += [main, *(block for block in blocks if _raw(block) != _raw(main))]
    heard.sentences += [main, *blocks[:3]]
    heard.links += _links(read_buttons(message.get("blocks")))
    for one in sequence(message.get("attachments"))[:MOST_ATTACHMENTS]:
        _hear_attachment(heard, mapping(one))
    heard.links += _links(segment for block in blocks for segment in block)
    heard.fields += _titled(blocks)
    heard.sentences = [line for line in heard.sentences if _raw(line).strip()]
    return heard


def _hear_attachment(heard: _Heard, one: Mapping[str, Any]) -> None:
    pretext, title, words = (read_mrkdwn(one.get(part)) for part in ("pretext", "title", "text"))
    blocks = read_blocks(one.get("blocks"))
    fields = [pair for part in sequence(one.get("fields")) if (pair := mapping(part))]
    pairs = [(_raw(read_mrkdwn(pair.get("title"))), read_mrkdwn(pair.get("value"))) for pair in fields]
    address = text(one.get("title_link"))
    heard.sentences += [pretext, *blocks[:1]]
    heard.lines += [pretext, title, words, *blocks]
    heard.lines += [(Segment(f"{name}: "), *value) for name, value in pairs]
    heard.links += _links([Segment("", address), *read_buttons(one.get("blocks")), *read_buttons(one.get("actions"))])
    heard.fields += [*pairs, *_titled(blocks)]
    heard.titles += [title] if title else []
    heard.comment = heard.comment or words
    heard.author = heard.author or text(one.get("author_name"))
    heard.colour = heard.colour or text(one.get("color"))


def _spoken(sentences: list[Line]) -> Line:
    """Return the sentence among those that may be it: one that says something known, and links to it, if any does."""
    known = [line for line in sentences if read_trigger(_words(line)).kind]
    return next((line for line in known if next(_links(line), None)), (*known, *sentences, ())[0])


def _links(segments: Iterable[Segment]) -> Iterator[Link]:
    return (link for one in segments if (link := read_link(one.url)))


def _link(line: Line, heard: _Heard) -> Link | None:
    """Return the link that tells what a message is about, with the code of what became of that.

    In its sentence the last one is Bugsnag's, since an error's own words come before it. Where the sentence has a link,
    one from elsewhere names an error of the same project only, and never what became of it.
    """
    own = [*_links(reversed(line))]
    named = next((one for one in own if one.error), own[0] if own else None)
    if named is None:
        return next((one for one in heard.links if one.error), heard.links[0] if heard.links else None)
    place = (named.organisation, named.project)
    other = (one for one in heard.links if one.error and (one.organisation, one.project) == place)
    error = None if named.error else next(other, None)
    return replace(error, code=named.code) if error else named


def _sentence(line: Line) -> dict[str, str]:
    """Return what a sentence says."""
    project, details = _place(line, error=False), _place(line, error=True)
    if _COMMENTED.match(_words(line)):
        said = _words(line[:details]).strip(" *(")
        found = _COMMENTED.match(said)
        return {"said": said} | (_error(found["error"]) if found else {})
    if project is None or (details is not None and details < project):
        said = _DETAILS.sub("", _words(line[:details]).partition("\n")[0]).strip(" *")[:_LONGEST_SENTENCE]
        found = _SENTENCE.match(said)
        return _matched(found) if found else {"said": said}
    before = _words(line[:project]).replace("*", "").strip()
    after = _raw(line[project + 1 : details]).replace("*", "").strip(" (")
    started = _FROM.match(before)
    before = started["said"] if started else before
    staged = _STAGE.match(before)
    parts = _matched(staged) if staged and read_trigger(staged["said"]).kind else {"said": before}
    where = after.removeprefix("in ") if after.startswith("in ") else ""
    return parts | {"project": line[project].text.strip(" *"), "where": where}


def _place(line: Line, *, error: bool) -> int | None:
    """Return where in a sentence its project is linked first, or the error last."""
    places = [
        n
        for n, one in enumerate(line)
        if (link := read_link(one.url)) and (_DETAILS.fullmatch(one.text) is not None or bool(link.error)) is error
    ]
    return places[-1 if error else 0] if places else None


def _fields(pairs: Iterable[tuple[str, Line]]) -> dict[str, Any]:
    """Return what fields say, the first of each name."""
    parts: dict[str, Any] = {}
    for place, (title, line) in enumerate(pairs):
        value = _raw(line)
        name = _NAMES.get(title.strip(" *:").lower(), "")
        is_error = _ERRORS.fullmatch(title.strip(" *:")) or (not name and not place and ": " in value)
        if is_error and "error_class" not in parts:
            parts |= _error(value)
            handled = is_handled(title)
            parts |= {} if handled is None else {"handled": handled}
        elif name == "frames":
            parts.setdefault(name, [one.strip().removesuffix(" -") for one in value.split("\n")])
        elif name in _COUNTS:
            parts.setdefault(name, count(value))
        elif name:
            parts.setdefault(name, value)
    return parts


def _titles(titles: Iterable[Line]) -> dict[str, str]:
    """Return the error that an attachment's title names."""
    return next((_error(value) for line in titles if ": " in (value := _raw(line))), {})


def _titled(blocks: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    """Yield blocks of the form "*Title* value" as fields."""
    for block in blocks:
        found = _TITLED.fullmatch(_raw(block)[:_MOST_READ])
        if found:
            yield found["title"], (Segment(found["value"]),)


def _error(value: str) -> dict[str, str]:
    """Return class and message of what is written "Class: message"."""
    name, _, message = value.strip(" *").partition(": ")
    return {"error_class": name, "message": message}


def _named(link: Link | None) -> dict[str, str]:
    return {"error": link.error, "event": link.event, "url": link.url} if link else {}


def _until(message: Mapping[str, Any], lasts: timedelta | None) -> datetime | None:
    """Return when a snooze ends that began when the message was written."""
    ts = text(message.get("ts"))
    if lasts is None or not _TS.fullmatch(ts):
        return None
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC) + lasts


def _everything(heard: _Heard) -> str:
    """Return all lines, each once, as many as are shown."""
    lines: dict[str, None] = {}
    for line in heard.lines:
        if sum(map(len, lines)) < MOST_SAID:
            lines[written(line, MOST_SAID)] = None
    return "\n".join(line for line in lines if line)


def _matched(found: re.Match[str]) -> dict[str, str]:
    return {name: value for name, value in found.groupdict().items() if value}


def _words(line: Iterable[Segment]) -> str:
    """Return what a sentence says, without what decorates it."""
    return _DECORATION.sub("", _raw(line), count=1).rstrip(" *_")


def _raw(line: Iterable[Segment]) -> str:
    return "".join(one.text for one in line)[:_MOST_READ]
