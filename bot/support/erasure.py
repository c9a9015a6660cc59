"""What a closed request still holds of people and their words, and what becomes of it when the time for that is over.

Figures go on: the outcome and every instant stay. What is held is read off the request itself, never remembered
beside it, so that whatever comes in late (an edit, a post brought back) is erased again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType
from typing import Any, TypeVar

from bot.people import FORMER, SOMEBODY, Author
from bot.support.request import Advice, Clock, Request, Status
from bot.support.ticket import Ticket, Wording
from bot.support.triage import ESTIMATE, IMPACT

T = TypeVar("T")
WRITTEN = (IMPACT, ESTIMATE)  # of triage; all other answers are choices


class Part(StrEnum):
    """What is erased at a time of its own: what *Undo* needs, who did what, and what people wrote."""

    UNDO = "u"
    NAMES = "n"
    TEXTS = "t"


def held(request: Request) -> str:
    """Return the parts, in their order, that a closed request still holds; "" for all that is erased, or is open."""
    if request.status is not Status.CLOSED:
        return ""
    return "".join(part for part, without in WITHOUT.items() if without(request) != request)


def kinds() -> tuple[str, ...]:
    """Return all that ``held`` can say of a request from which something is still to be erased."""
    some = ("".join(parts) for number in range(1, len(Part) + 1) for parts in combinations(Part, number))
    return tuple(some)


def without_undo(request: Request) -> Request:
    """Return a request whose latest deed cannot be taken back any more."""
    deed = replace(request.deed, text="") if request.deed else None
    return replace(request, before=None, deed=deed)


def without_names(request: Request) -> Request:
    """Return a request that knows nobody: who asked, answered, closed it, was called or reacted."""
    return replace(
        request,
        requester=_SOMEBODY,
        responder=request.responder and _SOMEBODY,
        claimer=request.claimer and _SOMEBODY,
        closed_by=request.closed_by and _SOMEBODY,
        advice=request.advice and replace(request.advice, author=_SOMEBODY),
        suggestions=tuple(replace(one, author=_SOMEBODY) for one in request.suggestions),
        handed=tuple(replace(one, author=_SOMEBODY, shown="") for one in request.handed),
        word=request.word and replace(request.word, asker=None),
        wait=request.wait and replace(request.wait, by=None),
        clock=request.clock and replace(request.clock, called=(), deferred=(), mentioned=(), only=(), note="", by=""),
        triage=tuple(replace(one, by="") for one in request.triage),
        deed=None,
        before=None,
        helpers=(),
        reacted=(),
        asked=(),
        copies=(),
        incident=None,
    )


def without_texts(request: Request) -> Request:
    """Return a request without a word that anybody wrote."""
    return replace(
        request,
        text="",
        matter="",
        remark="",
        ticket="",
        advice=request.advice and replace(request.advice, text=""),
        suggestions=(),
        handed=(),
        clock=request.clock and replace(request.clock, note=""),
        deed=request.deed and replace(request.deed, text=""),
        triage=(),
        before=None,
        matches=(),
        helped=(),
        unlike=(),
    )


def without_person(request: Request, person: str, names: Iterable[str] = ()) -> Request:
    """Return a request in which the person with this id, called ``names``, is a former colleague.

    What they asked, suggested, noted and sent is gone, too; how the request ended stays.
    """
    called = frozenset(names) | {one.name for one in authors(request) if one.id == person}

    def other(author: Author | None) -> Author | None:
        return Author("", FORMER) if author is not None and author.id == person else author

    def advised(old: Advice | None) -> Advice | None:
        if old is not None and old.shown.rpartition(":")[2] == person:
            old = replace(old, shown="")
        return Advice(Author("", FORMER), old.at, shown=old.shown) if old and old.author.id == person else old

    def others(ids: tuple[str, ...]) -> tuple[str, ...]:
        """Return ids, and keys of messages, which end with whoever got them, without the person's."""
        return tuple(id_ for id_ in ids if id_.rpartition(":")[2] != person)

    def clock(old: Clock) -> Clock:
        return replace(
            old,
            called=others(old.called),
            deferred=tuple(one for one in old.deferred if one.person != person),
            mentioned=others(old.mentioned),
            only=others(old.only),
            by="" if old.by == person else old.by,
        )

    mine = request.requester.id == person
    deed = request.deed and replace(request.deed, others=others(request.deed.others))
    if deed is not None and deed.author.id == person:
        deed = replace(deed, author=Author("", FORMER), text="")
    triage = tuple(
        replace(one, by="") if one.by in (person, *called) else one
        for one in request.triage
        if one.by != person or one.question not in WRITTEN
    )
    left = replace(
        request,
        requester=other(request.requester) or request.requester,
        text="" if mine else request.text,
        matter="" if mine else request.matter,
        responder=other(request.responder),
        claimer=other(request.claimer),
        closed_by=other(request.closed_by),
        advice=advised(request.advice),
        suggestions=tuple(one for one in request.suggestions if one.author.id != person),
        handed=tuple(advised(one) or one for one in request.handed),
        word=request.word and replace(request.word, asker=other(request.word.asker)),
        wait=request.wait and replace(request.wait, by=other(request.wait.by)),
        clock=request.clock and clock(request.clock),
        triage=triage,
        deed=deed,
        before=request.before and without_person(request.before, person, called),
        helpers=others(request.helpers),
        reacted=others(request.reacted),
        asked=others(request.asked),
        copies=others(request.copies),
        incident=request.incident and replace(request.incident, cards=others(request.incident.cards)),
    )
    return unnamed(left, called)


def without_words(ticket: Ticket) -> Ticket:
    """Return a ticket that says no more than what it is about."""
    return replace(ticket, draft=Wording(ticket.matter, ()), reason="")


def without_maker(ticket: Ticket, maker: Author) -> Ticket:
    """Return a ticket that was made by ``maker`` instead, who is nobody that could be told of it."""
    return replace(ticket, by=maker, card="")


def unnamed(kept: T, names: Iterable[str]) -> T:
    """Return what is kept with "former colleague" wherever its words have one of ``names`` as a whole.

    Whoever is known by an id stays as they are: a namesake goes on under that name.
    """
    some = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    pattern = re.compile(rf"(?<!\w)(?:{some})(?!\w)") if some else None

    def other(value: Any) -> Any:
        if type(value) is str:  # an enum's are the bot's own
            return pattern.sub(FORMER, value) if pattern else value
        if isinstance(value, tuple):
            return tuple(map(other, value))
        if isinstance(value, Mapping):
            return {key: other(one) for key, one in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            known = {one.name: getattr(value, one.name) for one in fields(value)}
            return value if {"id", "name"} <= known.keys() else replace(value, **other(known))
        return value

    left: T = other(kept)
    return left


def authors(request: Request) -> Iterator[Author]:
    """Yield whoever a request knows by name, its state before the latest deed included."""
    some = (request.requester, request.responder, request.claimer, request.closed_by)
    yield from filter(None, some)
    yield from filter(None, (request.word and request.word.asker, request.wait and request.wait.by))
    yield from (one.author for one in (request.advice, *request.suggestions, *request.handed, request.deed) if one)
    if request.before is not None:
        yield from authors(request.before)


_SOMEBODY = Author("", SOMEBODY)
WITHOUT: Mapping[Part, Callable[[Request], Request]] = MappingProxyType(
    {Part.UNDO: without_undo, Part.NAMES: without_names, Part.TEXTS: without_texts}
)
