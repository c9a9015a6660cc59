"""What is due: the steps of the escalation table, who they call, and what became of messages sent.

Steps overdue together collapse into the highest. A step goes to whoever is on duty when it is sent; nobody is
called outside support hours, by a clock that has already called them, or about what they have reacted to.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.decide.draft import TOGETHER, Draft
from bot.decide.pictures import HELP, mentions, names, notice_item, promised, told_for, what_for
from bot.effects import PutNotice
from bot.events import Delivered, Undeliverable
from bot.people import Author, Person
from bot.places import channel_of, personal
from bot.rota.duty import Duty, present
from bot.state import Call, Notice, NoticeItem, State
from bot.support.escalation import having_called, overdue, without
from bot.support.request import Advice, Clock, Deed, Deferred, Request, Rung, Status, hand, reacted
from bot.support.texts import Text
from bot.support.words import MINUTE, length, moment
from bot.views import Line, Mention

OVER = "over"  # a clock or promise that there is no more
MOST_CALLS = 3  # of one person by one clock
LINE = "line"  # how the keys of the lines in threads begin
PASSED, ADOPT = "passed", "adopt"  # in the key of a copy: passed on, answered by a colleague
TEAM = "team"  # in the key of a copy, for the post in the team channel


def follow_duty(draft: Draft) -> None:
    """Let every open request's card and copies follow duty, after a change of the rota."""
    for request in draft.requests():
        follow_duty_of(draft, request.id)


def escalate(draft: Draft, id_: str) -> None:
    """Do the steps of a request that are due; nothing outside support hours."""
    request = draft.request(id_)
    if request is None or request.clock is None or request.status is not Status.OPEN:
        return
    if draft.paused:
        return
    steps = overdue(request.clock, draft.now)
    if not steps or not draft.is_open:
        return
    duty = draft.duty_for(request)
    mentioned = _ids(_unheard(request, duty.pair)) if steps == (Rung.MENTION,) else request.clock.mentioned
    clock = without(request.clock, steps, mentioned)
    request = replace(request, clock=clock)
    draft.put(request)
    if Rung.TEAM in steps:
        _call_team(draft, request, clock, duty)
    elif Rung.THREAD in steps and request.advice and not duty.nobody:
        _call_to_adopt(draft, request, clock, request.advice, duty)
    elif Rung.THREAD in steps:
        _call_in_thread(draft, request, clock, duty)
    elif duty.nobody or steps != (Rung.MENTION,):
        wanted = tuple([one for one in duty.pair + duty.further if one.id in clock.only])
        first = (wanted or duty.responders) if duty.nobody or Rung.PAIR in steps else ()
        further = duty.further + duty.leaving if Rung.FALLBACK in steps else ()
        _call_personally(draft, request, first + further, _waiting(draft, request, clock))


def follow_duty_of(draft: Draft, id_: str) -> None:
    """Let the card name who answers now, or when somebody will be there, and the copies' buttons be theirs.

    Whoever comes after the pair was called is called by that, and nobody else.
    """
    request = draft.request(id_)
    if request is None or request.clock is None or request.status is not Status.OPEN:
        return
    asked = draft.asked(request)
    if asked != request.asked:
        draft.put(replace(request, asked=asked))
    if not draft.is_open:
        return
    clock, duty = request.clock, draft.duty_for(request)
    if not draft.paused:
        people = duty.standing_in if duty.nobody else _come_late(clock, duty)
        _call_personally(draft, request, people, _waiting(draft, request, clock))
    for notice in filter(None, map(draft.notice, request.copies)):
        claimable = duty.may_claim(notice.person) if notice.person else duty.nobody
        if notice.claimable != claimable:
            heading = notice.heading
            if not notice.person and len(notice.items) == 1:
                heading = _to_team(draft, request, clock, duty)
            draft.put_notice(replace(notice, claimable=claimable, heading=heading))


def _come_late(clock: Clock, duty: Duty) -> tuple[Person, ...]:
    """Return the pair where its message went before, to whoever was on duty then; none where it is for others."""
    waits = Rung.PAIR in {*clock.spared, *(due.step for due in clock.pending)}
    told = {*clock.only}.intersection(clock.called)
    return () if waits or any(one.id in told for one in duty.pair + duty.further) else duty.pair


def redraw(draft: Draft, request: Request) -> None:
    """Show a request on all its copies as it is now, those held no longer too; nobody is called by that."""
    duty = draft.duty_for(request)
    for key in request.copies:
        if draft.notice(key) is None:
            person = key.rpartition(":")[2]
            person = "" if person == TEAM else person
            others = [one for one in draft.requests() if key in one.copies and one.id != request.id]
            items = tuple(
                notice_item(
                    one,
                    draft.now,
                    draft.hours,
                    second=_told_by_second(one, key, person),
                    call=_call_of(key),
                    told_in=_told_in(one, key, person),
                )
                for one in (*others, request)
            )
            asked = _call_of(key) is Call.WORD
            waits = f"{request.requester.name} is waiting for an answer"
            heading = promised(request, draft.now, draft.hours) if asked else waits
            place = personal(person) if person else draft.state.desk.team_channel
            claimable = duty.may_claim(person) if person else duty.nobody
            draft.put_notice(Notice(key, place, person, draft.now - TOGETHER, claimable, heading, items))


def _call_of(key: str) -> Call:
    """Say what a copy called for: an answer, or the next word."""
    return Call.WORD if ":word:" in key else Call.ANSWER


def _told_in(request: Request, key: str, person: str) -> str:
    """Name the clock or promise that a copy was made for: the present one, or one that is over."""
    if _call_of(key) is Call.WORD:
        mine = request.claimer is not None and request.claimer.id == person
        return told_for(request, Call.WORD) if mine and request.word and request.word.by.isoformat() in key else OVER
    first = request.clock is not None and not request.clock.second
    return told_for(request, Call.ANSWER) if first or _told_by_second(request, key, person) else OVER


def _told_by_second(request: Request, key: str, person: str) -> bool:
    """Say whether a person's copy ("": the team channel's) is of the second clock's making, or only of the first's."""
    clock = request.clock
    if clock is None or not clock.second:
        return False
    latest = [copy for copy in request.copies if copy.rpartition(":")[2] == (person or TEAM)][-1]
    told = person in clock.called if person else all(due.step is not Rung.TEAM for due in clock.pending)
    return told and key == latest


def is_over(state: State, key: str) -> bool:
    """Say whether a key is that of a thread's line for an answer that nobody waits for any more."""
    kind, _, of = key.partition(":")
    id_, _, round_ = of.partition(":")
    if kind != LINE:
        return False
    request = state.requests.get(id_)
    clock = request.clock if request is not None and request.status is Status.OPEN else None
    return clock is None or _round(clock) != round_


def arrived(draft: Draft, event: Delivered | Undeliverable) -> None:
    """Count a message from when it was said, or could not be: what else was due while it waited has joined it."""
    notice = draft.state.notices.get(event.message)
    if notice is not None and notice.waits and event.place:
        draft.quietly(PutNotice(replace(notice, waits=False, created_at=event.happened_at)))


def reached(draft: Draft, place: str) -> None:
    """Forget that a place could not be reached."""
    place = channel_of(place)
    if place in draft.facts.unreachable:
        rest = {other: why for other, why in draft.facts.unreachable.items() if other != place}
        draft.put_facts(replace(draft.facts, unreachable=rest))


def unreachable(draft: Draft, place: str, reason: str) -> None:
    """Remember that a person or channel can't be reached, and why, until something reaches it again."""
    place = channel_of(place)
    if draft.facts.unreachable.get(place) != reason:
        draft.put_facts(replace(draft.facts, unreachable={**draft.facts.unreachable, place: reason}))


def _call_in_thread(draft: Draft, request: Request, clock: Clock, duty: Duty) -> None:
    line: list[str | Mention] = [draft.say(Text.NO_FOLLOW_UP if clock.second else Text.NO_ANSWER)]
    late = draft.now - clock.due_at
    if not draft.is_today(clock.due_at):
        line.append(draft.say(Text.WAS_DUE_BY, by=moment(clock.due_at, draft.now, draft.hours, draft.policy.language)))
    elif late >= MINUTE:
        line.append(draft.say(Text.LATE, late=length(late)))
    pair, further = _unheard(request, duty.pair), _unheard(request, duty.further)
    called = pair or further
    if called:
        ping = _ids(person for person in pair + further if _calls(request, clock, person.id) < MOST_CALLS)
        line.append(draft.say(Text.CALLING))
        line.extend(mentions(called, draft.say(Text.AND), ping))
        if all(person.id in clock.called + clock.mentioned for person in called):
            line.append(draft.say(Text.AGAIN))
        if pair and further:
            line.append(draft.say(Text.AND_ALSO))
            line.extend(mentions(further, draft.say(Text.AND), ping))
        line.append(".")
    elif duty.standing_in:
        line.append(draft.say(Text.ALL_TOLD))
    people = set(_ids(pair + further))
    if not people <= draft.lined.get(request.place, set()) or request.place not in draft.lined:
        draft.post(f"{LINE}:{request.id}:{_round(clock)}", request.place, Line(tuple(line)))
        draft.lined[request.place] = people | draft.lined.get(request.place, set())  # once for all matters
    draft.put(replace(request, clock=having_called(clock, _ids(pair + further))))
    _call_personally(draft, request, duty.standing_in, _waiting(draft, request, clock))


def _call_to_adopt(draft: Draft, request: Request, clock: Clock, advice: Advice, duty: Duty) -> None:
    """Tell those on duty personally, in place of the thread's line, that a colleague's answer waits to be adopted."""
    heading = f"{advice.author.name} answered {request.requester.name}: adopt it, or answer yourself"
    some = [one for one in duty.pair + duty.further if _calls(request, clock, one.id) < MOST_CALLS]
    whom = [(person.id, personal(person.id)) for person in _unheard(request, some) if person.entra_object_id]
    tell(draft, request.id, whom, heading, claimable=True, key=ADOPT)


def _call_team(draft: Draft, request: Request, clock: Clock, duty: Duty) -> None:
    people = duty.responders + duty.further
    _call_personally(draft, request, people, _waiting(draft, request, clock))
    heading = _to_team(draft, request, clock, duty)
    if draft.state.desk.team_channel:
        place = draft.state.desk.team_channel
        tell(draft, request.id, [("", place)], heading, claimable=duty.nobody)
        if clock.second:
            return
    known = {*people, *duty.observers}
    helpers = [one for one in present(draft.rota, draft.now, draft.hours) if one not in known]
    later = []
    for person in _uncalled(draft, request, helpers):
        free_at = _free_at(draft, person)
        if free_at <= draft.now:
            _call_helper(draft, request.id, person, heading)
        else:
            later.append(Deferred(person.id, draft.hours.next_open(free_at)))
    _hold_back(draft, request.id, later)


def _to_team(draft: Draft, request: Request, clock: Clock, duty: Duty) -> str:
    """Say to the team what waits, and who was called about it."""
    if request.advice:
        what = f"{request.advice.author.name} answered, but nobody on duty has adopted it"
    elif clock.note:
        what = f"{clock.note}; nobody has taken it over {_since(draft, clock.started_at)}"
    elif clock.second and request.responder:
        what = f"{request.responder.name} answered, but nobody has taken it over {_since(draft, clock.started_at)}"
    else:
        what = f"No answer {_since(draft, request.posted_at)}"
    return f"{what}; {_called(request, duty)}"


def _called(request: Request, duty: Duty) -> str:
    people = duty.pair + duty.further
    if not people:
        by = request.clock.by if request.clock else ""
        return f"nobody {'else ' if by else ''}is on duty. Whoever is here can take it."
    called = _unheard(request, people)
    if not called:
        return f"if you can help, tell {names(people)}."
    return f"{names(called)} {'has' if len(called) == 1 else 'have'} been called. If you can help, tell them."


def _call_helper(draft: Draft, id_: str, person: Person, heading: str) -> None:
    last = draft.facts.helped_at.get(person.id)
    if last is None or abs(draft.now - last) >= TOGETHER:
        draft.put_facts(replace(draft.facts, helped_at={**draft.facts.helped_at, person.id: draft.now}))
    tell(draft, id_, [(person.id, personal(person.id))], heading, claimable=False, key=HELP)


def _free_at(draft: Draft, person: Person) -> datetime:
    last = draft.facts.helped_at.get(person.id)
    if last is None or last > draft.now or draft.now - last < TOGETHER:
        return draft.now
    return last + timedelta(minutes=draft.policy.team_call_every)


def call_held_back(draft: Draft, id_: str) -> None:
    """Call those of the team who were spared since they had been called within the hour, and are needed now."""
    request = draft.request(id_)
    if request is None or request.clock is None or not draft.is_open:
        return
    due = [held.person for held in request.clock.deferred if held.at <= draft.now]
    rest = tuple(held for held in request.clock.deferred if held.at > draft.now)
    draft.put(replace(request, clock=replace(request.clock, deferred=rest)))
    duty = draft.duty_for(request)
    people = [one for one in present(draft.rota, draft.now, draft.hours) if one.id in due and one not in duty.observers]
    heading = f"{request.requester.name} is still waiting; {_called(request, duty)}"
    for person in _uncalled(draft, request, people):
        _call_helper(draft, id_, person, heading)


def _hold_back(draft: Draft, id_: str, later: list[Deferred]) -> None:
    request = draft.request(id_)
    if later and request is not None and request.clock is not None:
        draft.put(replace(request, clock=replace(request.clock, deferred=(*request.clock.deferred, *later))))


def _call_personally(draft: Draft, request: Request, people: Iterable[Person], heading: str) -> None:
    """Call people by messages of their own; what a person hands to one of them is a message by itself.

    Whoever was only asked to help, and is to answer now, is called by this.
    """
    now = draft.request(request.id) or request
    called = {id_ for id_ in (now.clock.called if now.clock else ()) if not _only_helped(now, id_)}
    people = [one for one in _unheard(now, people) if one.id not in called and one.entra_object_id]
    whom = [(person.id, personal(person.id)) for person in people]
    tell(draft, request.id, whom, heading, claimable=True, alone=bool(request.clock and request.clock.only))


def tell(
    draft: Draft,
    id_: str,
    whom: list[tuple[str, str]],
    heading: str,
    *,
    claimable: bool,
    call: Call = Call.ANSWER,
    key: str = "",
    alone: bool = False,
) -> None:
    """Show a request to people, or in the team channel ("" as its person), and remember who was called.

    ``key`` tells apart what one clock tells a person twice; ``alone`` lets it ring, whatever was told a moment ago.
    """
    request = draft.request(id_)
    if not whom or request is None:
        return
    second = request.clock is not None and request.clock.second
    known = draft.rota.people
    about = {"second": second, "call": call, "told_in": told_for(request, call)}
    item = notice_item(request, draft.now, draft.hours, **about, likely=draft.likely(request))  # type: ignore[arg-type]
    keys = [
        _copy(draft, request, item, Notice(key, place, person, draft.now, claimable, said, ()), alone=alone)
        for person, place in whom
        for said in [_to_you(heading, known[person].name) if person in known else heading]
    ]
    called = [person for person, _ in whom if person]
    copies = tuple(dict.fromkeys((*request.copies, *keys)))
    clock = having_called(request.clock, called) if request.clock else None
    draft.put(replace(request, copies=copies, clock=clock))


def _to_you(said: str, name: str) -> str:
    """Return what is said of a colleague as that colleague reads it."""
    return said.replace(f" to {name}", " to you").replace(f" from {name}", " from you")


def _copy(draft: Draft, request: Request, item: NoticeItem, new: Notice, *, alone: bool) -> str:
    """Put an item into the notice of the last minute at the same place, or that waits to be said; else into a new one.

    Return its key.
    """
    for notice in () if alone else draft.notices(new.place):
        is_new = notice.waits or abs(draft.now - notice.created_at) < TOGETHER
        if is_new and not all(old.settled for old in notice.items):
            others = notice.items
            if notice.key in request.copies:
                others = tuple(old for old in others if old.request != request.id)
            if others:
                draft.gathered.add(notice.key)
            claimable = notice.claimable or new.claimable
            draft.put_notice(replace(notice, claimable=claimable, heading=new.heading, items=(*others, item)))
            return notice.key
    key = _copy_key(request, new)
    draft.put_notice(replace(new, key=key, items=(item,), waits=True))
    return key


def head_together(draft: Draft) -> None:
    """Let each message that several requests have come into say how many, once all have: there may be thousands."""
    for notice in filter(None, map(draft.notice, draft.gathered)):
        draft.put_notice(replace(notice, heading=_together(draft, notice)))


def _together(draft: Draft, notice: Notice) -> str:
    """Say how many requests of one message wait, how long once one is late, and to helpers what they may do.

    It names nobody: a count beside a name would be read as theirs.
    """
    items = notice.items
    waiting = [request for item in items if not item.settled and (request := draft.request(item.request))]
    heading = f"{len(items)} requests wait for {what_for(items)}"
    if all(one.call is Call.WORD for one in items) or all(draft.now < request.due_at for request in waiting):
        return heading
    heading = f"{heading}, the longest {_since(draft, min(request.posted_at for request in waiting))}"
    if notice.person and f":{HELP}:" not in notice.key:
        return heading
    may = "Whoever is here can take them" if notice.claimable else "If you can help, tell those on duty"
    return f"{heading}. {may}."


def _copy_key(request: Request, new: Notice) -> str:
    """Return the key of a new copy: its clock, by when that started, what it tells besides, and whom."""
    if request.clock is None:
        round_ = f"word:{request.word.by.isoformat() if request.word else ''}"
    else:
        round_ = _round(request.clock)
    return ":".join(filter(None, ("copy", request.id, round_, new.key, new.person or TEAM)))


def _calls(request: Request, clock: Clock, person: str) -> int:
    """Return how often a clock has called somebody on the card and by messages of their own."""
    return (person in clock.mentioned) + len(_own_copies(request, clock, person))


def _only_helped(request: Request, person: str) -> bool:
    """Say whether a clock has called somebody to help those on duty, and not to answer."""
    own = _own_copies(request, request.clock, person) if request.clock else []
    return bool(own) and all(f":{HELP}:" in key for key in own)


def _own_copies(request: Request, clock: Clock, person: str) -> list[str]:
    """Return the keys of the messages by which a clock has called somebody."""
    ours = f"copy:{request.id}:{clock.round}"
    return [key for key in request.copies if key.startswith(ours) and key.rpartition(":")[2] == person]


def pass_on(draft: Draft, request: Request, by: Author, to: Person, at: datetime, note: str) -> bool:
    """Bring an open request to one person, with what a colleague adds; return whether it rings.

    Whoever was called three times, or was brought it before, reads what is added on the copies that they have.
    """
    draft.put(reacted(hand(request, Advice(by, at, note)), by.id))
    clock = request.clock
    assert clock is not None
    brought = f"copy:{request.id}:{_round(clock)}:{PASSED}:{to.id}"
    lined = to.id in clock.called and all(due.step is not Rung.THREAD for due in clock.pending)
    heading = f"{by.name} passed this on to you"
    if brought in request.copies or _calls(request, clock, to.id) + lined >= MOST_CALLS:
        known = draft.notice(brought)
        if known is not None and len(known.items) == 1:
            draft.put_notice(replace(known, heading=heading))
        return False
    tell(draft, request.id, [(to.id, personal(to.id))], heading, claimable=True, key=PASSED, alone=True)
    return True


def take_back(draft: Draft, request: Request, deed: Deed) -> None:
    """Let the copy by which somebody was passed a request say that this was taken back."""
    for notice in filter(None, map(draft.notice, request.copies)):
        if f":{PASSED}:" in notice.key and notice.place == deed.place and len(notice.items) == 1:
            draft.put_notice(replace(notice, heading=f"{deed.author.name} took back that you were passed this"))


def _round(clock: Clock) -> str:
    """Name a clock of a request, and the pause after which it calls anew."""
    return clock.round + (f"+{clock.resumed_at.isoformat()}" if clock.resumed_at else "")


def _waiting(draft: Draft, request: Request, clock: Clock) -> str:
    who = request.requester.name
    if clock.note:
        return clock.note
    if clock.second and request.responder:
        return f"{request.responder.name} answered {who}; please take it from here"
    on_time = clock.mentioned and draft.now < clock.due_at
    if on_time or draft.hours.elapsed(clock.started_at, draft.now) < MINUTE:
        return f"{who} is waiting for an answer"
    return f"{who} has been waiting {_since(draft, request.posted_at)}"


def _since(draft: Draft, at: datetime) -> str:
    """Say how long ago ``at`` was: "for 12 min" where that was today, else "since Tue 24 Nov, 17:58"."""
    if draft.is_today(at):
        return f"for {length(draft.now - at)}"
    return f"since {moment(at, draft.now, draft.hours)}"


def _uncalled(draft: Draft, request: Request, people: Iterable[Person]) -> list[Person]:
    now = draft.request(request.id) or request
    called = now.clock.called if now.clock else ()
    return [person for person in _unheard(request, people) if person.id not in called and person.entra_object_id]


def _unheard(request: Request, people: Iterable[Person]) -> tuple[Person, ...]:
    silent = (*request.reacted, request.requester.id)
    return tuple([person for person in people if person.id not in silent])


def _ids(people: Iterable[Person]) -> tuple[str, ...]:
    return tuple([person.id for person in people])
