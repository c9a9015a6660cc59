"""What a closed request still holds of people and their words, and what becomes of it when the time for that is over.

Figures go on: the outcome and every instant stay. What is held is read off the request itself, never remembered
beside it, so that whatever comes in late (an edit, a post brought back) is erased again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType

from bot.people import FORMER, SOMEBODY, Author
from bot.support.request import Advice, Clock, Request, Status


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
        suggestion=request.suggestion and replace(request.suggestion, author=_SOMEBODY),
        handed=request.handed and replace(request.handed, author=_SOMEBODY),
        wait=request.wait and replace(request.wait, by=None),
        clock=request.clock and replace(request.clock, called=(), deferred=(), mentioned=(), only=(), note=""),
        triage=tuple(replace(one, by="") for one in request.triage),
        deed=None,
        before=None,
        helpers=(),
        reacted=(),
        asked=(),
        copies=(),
    )


def without_texts(request: Request) -> Request:
    """Return a request without a word that anybody wrote."""
    return replace(
        request,
        text="",
        matter="",
        remark="",
        advice=request.advice and replace(request.advice, text=""),
        suggestion=request.suggestion and replace(request.suggestion, text=""),
        handed=request.handed and replace(request.handed, text=""),
        clock=request.clock and replace(request.clock, note=""),
        deed=request.deed and replace(request.deed, text=""),
        triage=(),
        before=None,
    )


def without_person(request: Request, person: str) -> Request:
    """Return a request in which the person with this id is a former colleague; what they asked for is gone, too."""
    names = {one.name for one in authors(request) if one.id == person}

    def other(author: Author | None) -> Author | None:
        return Author("", FORMER) if author is not None and author.id == person else author

    def advised(old: Advice | None) -> Advice | None:
        return old and replace(old, author=other(old.author) or old.author)

    def others(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(id_ for id_ in ids if id_ != person)

    def clock(old: Clock) -> Clock:
        return replace(
            old,
            called=others(old.called),
            deferred=tuple(one for one in old.deferred if one.person != person),
            mentioned=others(old.mentioned),
            only=others(old.only),
            note="" if any(name in old.note for name in names) else old.note,
        )

    mine = request.requester.id == person
    deed = request.deed
    if deed is not None and deed.author.id == person:
        deed = replace(deed, author=Author("", FORMER), text="")
    return replace(
        request,
        requester=other(request.requester) or request.requester,
        text="" if mine else request.text,
        matter="" if mine else request.matter,
        responder=other(request.responder),
        claimer=other(request.claimer),
        closed_by=other(request.closed_by),
        advice=advised(request.advice),
        suggestion=advised(request.suggestion),
        handed=advised(request.handed),
        wait=request.wait and replace(request.wait, by=other(request.wait.by)),
        clock=request.clock and clock(request.clock),
        triage=tuple(replace(one, by="" if one.by in (person, *names) else one.by) for one in request.triage),
        deed=deed,
        before=request.before and without_person(request.before, person),
        helpers=others(request.helpers),
        reacted=others(request.reacted),
        asked=others(request.asked),
        copies=tuple(key for key in request.copies if key.rpartition(":")[2] != person),
    )


def authors(request: Request) -> Iterator[Author]:
    """Yield whoever a request knows by name, its state before the latest deed included."""
    some = (request.requester, request.responder, request.claimer, request.closed_by)
    yield from filter(None, some)
    yield from filter(None, (request.wait and request.wait.by,))
    yield from (one.author for one in (request.advice, request.suggestion, request.handed, request.deed) if one)
    if request.before is not None:
        yield from authors(request.before)


_SOMEBODY = Author("", SOMEBODY)
WITHOUT: Mapping[Part, Callable[[Request], Request]] = MappingProxyType(
    {Part.UNDO: without_undo, Part.NAMES: without_names, Part.TEXTS: without_texts}
)
