"""The handbook while somebody writes: a message extension's query, answered in its own HTTP response.

Whoever is of a desk's tenant may ask, in any conversation; nothing of it is stored, and no words are logged. Source of
the shapes: learn.microsoft.com, "Respond to search command", and "Create Adaptive Cards in message extensions".
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.decide.handbook import LONGEST_WORDS, alone
from bot.desk import Desk
from bot.places import channel_of
from bot.policy import Language
from bot.ports import Finder, Library
from bot.state import DeskInfo
from bot.support.excerpts import first_lines
from bot.support.handbook import Handbook, Section
from bot.support.request import Match
from bot.support.texts import Text
from bot.support.words import say
from bot.teams.outbound import CARD, Outbound
from bot.teams.texts import label

log = logging.getLogger(__name__)

QUERY = "composeExtension/query"
COMMAND, PARAMETER = "handbook", "words"
INITIAL = "initialRun"  # the parameter that stands in the place of ours before anything is typed
MOST_PARAMETERS = 5
PAGE = 25  # sections at once; what Teams asks for
SECONDS = 4.0  # for a search; Teams waits for five
MOST_LATE = 4  # searches that nobody waits for any more; beyond these no new one is begun
PREVIEW = "application/vnd.microsoft.card.thumbnail"
_LED = re.compile(r" \((?:https?://|mailto:)[^()\s]*\)")  # where a link leads
_BEGIN = re.compile(r"\A\s*(?:-|\d+[.)]) ")  # of a list's first item
PREVIEW_TITLE, PREVIEW_TEXT = 100, 160  # characters


class Desks(Protocol):
    """Finds the desk whose handbook somebody means."""

    def of_channel(self, tenant: str, channel: str) -> Desk | None:
        """Return the desk whose channel, or team channel, this is."""

    def of_person(self, tenant: str, person: str) -> Desk | None:
        """Return the desk that a person's own messages go to."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for ("": nothing yet), and which part of what is found is asked for."""

    words: str = ""
    skip: int = 0
    count: int = PAGE


class HandbookExtension:
    """Answers what is typed into the extension's box."""

    def __init__(
        self, desks: Desks, outbound: Outbound, library: Library, finder: Finder, seconds: float = SECONDS
    ) -> None:
        """Bind to the desks, how a card is drawn, the handbooks, who finds in them, and how long that may take."""
        self._desks = desks
        self._outbound = outbound
        self._library = library
        self._finder = finder
        self._seconds = seconds
        self._late: set[asyncio.Task[tuple[Match, ...]]] = set()

    async def answer(self, tenant: str, activity: Mapping[str, Any]) -> dict[str, Any]:
        """Return the body that answers an admitted query: sections as cards, or what there is to say instead."""
        desk = self._desk(tenant, activity)
        query = read_query(activity.get("value"))
        if desk is None or query is None:
            language = desk.info.policy.language if desk else Language.ENGLISH
            return _said(say(Text.NOT_UNDERSTOOD if query is None else Text.NOWHERE_TO_SEARCH, language))
        return await self._result(desk.info, query)

    async def _result(self, desk: DeskInfo, query: Query) -> dict[str, Any]:
        language, book = desk.policy.language, self._library.of(desk)
        if len(query.words) > LONGEST_WORDS:
            return _said(say(Text.HANDBOOK_TOO_LONG, language, most=LONGEST_WORDS))
        if not book.sections:
            return _said(say(_why_none(book), language))
        found = await self._found(desk, book, query.words)
        if not found:
            return _said(say(Text.HANDBOOK_FAILED if found is None else Text.HANDBOOK_NOTHING, language))
        page = found[query.skip : query.skip + query.count]
        shown = [self._attachment(desk, book, section, sure=sure) for section, sure in page]
        return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": shown}}

    def _desk(self, tenant: str, activity: Mapping[str, Any]) -> Desk | None:
        """Return the desk in whose channel somebody writes, else their own; apps and the like have none."""
        who = activity["from"].get("aadObjectId")
        if not isinstance(who, str) or not who:
            return None
        conversation = activity["conversation"]
        is_channel = conversation.get("conversationType") == "channel"
        here = self._desks.of_channel(tenant, channel_of(conversation["id"])) if is_channel else None
        return here or self._desks.of_person(tenant, who.casefold())

    async def _found(self, desk: DeskInfo, book: Handbook, words: str) -> list[tuple[Section, bool]] | None:
        """Return the sections that words ask for, and whether each is surely it; None where the search fails.

        Without words they are all, as they stand in the handbook. What takes too long goes on: the first search may
        have to make ready what the next one needs.
        """
        if not words:
            return [(section, True) for section in book.sections]
        if len(self._late) >= MOST_LATE:
            return None
        task = asyncio.ensure_future(self._finder.sections(desk, words))
        task.add_done_callback(lambda task: _log_failure(task, desk))
        await asyncio.wait({task}, timeout=self._seconds)
        if not task.done():
            log.warning("a search of the handbook takes long", extra={"desk": desk.id})
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        if not task.done() or task.cancelled() or task.exception():
            return None
        matches = task.result()
        return [(section, match.sure) for match in matches if (section := book.section(match.ref))]

    def _attachment(self, desk: DeskInfo, book: Handbook, section: Section, *, sure: bool) -> dict[str, Any]:
        """Return what stands in the list, and the card that it puts into the message."""
        language = desk.policy.language
        doubt = "" if sure else say(Text.HANDBOOK_UNSURE, language)
        lines = _LED.sub("", _BEGIN.sub("", first_lines(section.body, 2 * PREVIEW_TEXT))) or " ".join(section.above)
        text = ": ".join(filter(None, (doubt, lines)))
        preview = {
            "title": label(section.title, PREVIEW_TITLE),
            **({"text": label(text, PREVIEW_TEXT)} if text else {}),
        }
        card = self._outbound.inserted(desk, alone(book, section, language))
        return {"contentType": CARD, "content": card, "preview": {"contentType": PREVIEW, "content": preview}}


def read_query(value: object) -> Query | None:
    """Return what a query's ``value`` asks, None for what is none of today's."""
    if not isinstance(value, dict) or value.get("commandId") != COMMAND:
        return None
    words = _words(value.get("parameters"))
    options = value.get("queryOptions")
    if words is None or not isinstance(options, dict | None):
        return None
    skip, count = ((options or {}).get(name) for name in ("skip", "count"))
    if not all(one is None or type(one) is int for one in (skip, count)):
        return None
    return Query(words, max(skip or 0, 0), min(max(count or PAGE, 1), PAGE))


def _words(parameters: object) -> str | None:
    """Return the words that were typed, "" for none yet, None where the parameters are none of ours."""
    if not isinstance(parameters, list) or not 0 < len(parameters) <= MOST_PARAMETERS:
        return None
    given = {one.get("name"): one.get("value") for one in parameters if isinstance(one, dict) and _is_name(one)}
    words = given.get(PARAMETER, "" if INITIAL in given else None)
    return words.strip() if isinstance(words, str) else None


def _is_name(parameter: dict[str, Any]) -> bool:
    return isinstance(parameter.get("name"), str)


def _why_none(book: Handbook) -> Text:
    """Return what is said where there is nothing to search."""
    if book.read_at is not None:
        return Text.HANDBOOK_EMPTY
    return Text.HANDBOOK_NEVER_READ if book.address else Text.HANDBOOK_ABSENT


def _log_failure(task: asyncio.Task[tuple[Match, ...]], desk: DeskInfo) -> None:
    """Log that a search failed, without the failure's text, which may quote what somebody wrote."""
    failure = None if task.cancelled() else task.exception()
    if failure is not None:
        log.error("the handbook was not searched: %s", type(failure).__name__, extra={"desk": desk.id})


def _said(text: str) -> dict[str, Any]:
    return {"composeExtension": {"type": "message", "text": text}}
