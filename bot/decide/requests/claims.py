"""What follows a claim: the next word to the requester, waiting for their answer, and opening again.

Nobody is asked outside support hours. Whoever would have to be called and is away loses the request to the pair.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.decide import tickets
from bot.decide.draft import Draft
from bot.decide.pictures import names, promised, words
from bot.decide.requests import clocks
from bot.events import Message, Replied
from bot.people import Author
from bot.places import personal
from bot.rota.duty import present
from bot.rota.handover import finishing_until
from bot.state import Call
from bot.support.escalation import first_clock, second_clock
from bot.support.request import (
    Act,
    Advice,
    NextWord,
    Outcome,
    Request,
    Status,
    Wait,
    ask,
    claim,
    close,
    go_on,
    hand,
    open_again,
    reacted,
)
from bot.support.texts import Text
from bot.support.triage import owed
from bot.support.words import moment
from bot.views import Button, Line, Link, Mention, NoticeCard, NoticeEntry

REOPENS = timedelta(days=7)
ONCE_A_WEEK = timedelta(days=7)
MOST_SAID = 1000  # characters of a requester's words that are kept for whoever has the request next
WHY = "they keep the thread, and know what comes next."


class Until(StrEnum):
    """Until when a requester is promised to hear more; KEPT is as it was before: as promised, or once they answer."""

    HALF_AN_HOUR = "30"
    AN_HOUR = "60"
    TODAY = "today"
    NEXT_DAY = "next day"
    KEPT = "kept"


def word_by(draft: Draft, at: datetime, until: Until | None = None) -> datetime:
    """Return the instant of a promise made at ``at``, by default after policy's time, in support hours."""
    hours = draft.hours
    match until:
        case Until.TODAY:
            return hours.closing(at)
        case Until.NEXT_DAY:
            return hours.closing(hours.closing(at))
        case Until.HALF_AN_HOUR | Until.AN_HOUR:
            return hours.add(at, timedelta(minutes=int(until)))
    return hours.add(at, timedelta(minutes=draft.policy.next_word))


def give(draft: Draft, request: Request, by: Author, at: datetime) -> Request:
    """Give an open request to whoever answered or pressed first, with the default next word."""
    taken = reacted(claim(request, by, at, word_by(draft, at)), by.id)
    draft.put(taken)
    return taken


def wait_for_requester(draft: Draft, request: Request, by: Author, at: datetime) -> Request:
    """Let a claimed request wait for its requester, whom ``by`` asked: reminded once, then given up."""
    remind, end = (
        draft.hours.add(at, timedelta(hours=hours)) for hours in (draft.policy.remind_after, draft.policy.give_up_after)
    )
    other = by if request.claimer and by.id != request.claimer.id else None
    waiting = ask(request, Wait(at, remind, end, other))
    draft.put(waiting)
    return waiting


def spoken(
    draft: Draft, request: Request, at: datetime, until: Until | None = None, *, answered: bool = False
) -> Request:
    """Take that the requester heard from support: the next word is promised anew, never sooner unless it is said.

    Observers' suggestions stand until the requester was ``answered``.
    """
    suggestions = () if answered else request.suggestions
    if until is Until.KEPT and request.wait is not None:
        still = replace(request, suggestions=suggestions)
        draft.put(still)
        return still
    by = word_by(draft, at, until)
    promised = request.word.by if request.word and until in (None, Until.KEPT) else by
    fresh = replace(request, word=NextWord(max(by, promised)), wait=None, suggestions=suggestions)
    draft.put(fresh)
    return fresh


def advised(draft: Draft, id_: str, by: Author, at: datetime, reply: str) -> None:
    """Offer a colleague's answer to those on duty, who did not give it; ask the colleague, now and then, to tell them.

    The copies that they have show it; the next step of the clock tells them.
    """
    request = draft.request(id_)
    duty = draft.duty(at)
    if request is None or request.advice is not None or duty.nobody:
        return
    draft.put(replace(request, advice=Advice(by, at, reply=reply)))
    last = draft.facts.advised_at.get(by.id)
    if draft.paused:
        return
    asked_lately = last is not None and at - last < ONCE_A_WEEK
    if not asked_lately and is_here(draft, by.id) and not duty.observes(by.id):
        draft.put_facts(replace(draft.facts, advised_at={**draft.facts.advised_at, by.id: at}))
        people = names(duty.pair)
        line = f"Thank you for helping {request.requester.name}. Next time, please pass the answer to {people}: {WHY}"
        draft.post(f"advised:{id_}:{by.id}", personal(by.id), Line((line,)))


def answered_by_requester(draft: Draft, request: Request, event: Message) -> None:
    """End the waiting, and tell whoever asked: at once, or when support is there again."""
    at, now = event.happened_at, draft.is_open and not draft.paused
    asker = request.wait.by if request.wait else None
    later = {} if now else {"answered_at": at, "asker": asker}
    going = go_on(request, NextWord(word_by(draft, at), **later))  # type: ignore[arg-type]
    told = said(event)
    draft.put(hand(going, told))
    if now:
        heading = f"{event.author.name} answered {asker.name if asker else 'you'}"
        _answered(draft, draft.request(going.id) or going, heading, told)
        _tell_asker(draft, draft.request(going.id) or going, asker, told)


def _tell_asker(draft: Draft, request: Request, asker: Author | None, told: Advice) -> None:
    """Tell whoever asked, where a colleague has the request, that they were answered; the words stand in the thread."""
    if asker is not None and request.claimer is not None and is_here(draft, asker.id):
        link = Link(f"{request.requester.name} · {request.id}", request.place)
        line = Line((f"{told.author.name} answered you: ", link, f". {request.claimer.name} has it."))
        draft.post(f"answer:{request.id}:{told.at.isoformat()}:{asker.id}", personal(asker.id), line)


def said(event: Message) -> Advice:
    """Return what a requester says to whoever has their request next."""
    by_reply = event.reply if isinstance(event, Replied) else event.place
    return Advice(event.author, event.happened_at, event.text[:MOST_SAID], by_reply)


def answer_reads_otherwise(draft: Draft, card: str, requests: Iterable[Request]) -> None:
    """Show a card that told of answers as these read now in the requests."""
    found = [(one, said) for one in requests for said in one.handed if said.shown == card]
    entries = tuple(_told(draft, request, card, said.text) for request, said in found)
    heading = f"{len(found)} answers for you" if len(found) > 1 else f"{found[0][1].author.name} answered you"
    draft.show(card, personal(card.rpartition(":")[2]), NoticeCard(heading, entries), first=False)


def _answered(draft: Draft, request: Request, heading: str, told: Advice) -> None:
    """Tell whoever has a request of an answer, all in one message; somebody who is away loses it to the pair."""
    claimer = request.claimer
    assert claimer is not None
    if not is_here(draft, claimer.id):
        note = f"{request.requester.name} answered, and {claimer.name} is away"
        hand_on(draft, request, Act.HAND_ON, draft.now, note=note)
        return
    new = f"answer:{request.id}:{told.at.isoformat()}:{claimer.id}"
    card, before = draft.answered.get(claimer.id, (new, ()))
    entry = _told(draft, request, card, told.text)
    handed = tuple(replace(one, shown=card) if one == told else one for one in request.handed)
    draft.put(replace(request, handed=handed))
    draft.answered[claimer.id] = card, (*before, entry)
    heading = f"{len(before) + 1} answers for you" if before else heading
    draft.show(card, personal(claimer.id), NoticeCard(heading, (*before, entry)), first=not before)


def _told(draft: Draft, request: Request, card: str, text: str) -> NoticeEntry:
    opens = (Button(draft.state.desk.id, request.id, card, "Support…", "open", "support"),)
    title, excerpt = f"{request.requester.name} · {request.id}", words(replace(request, text=text, matter=""))
    return NoticeEntry(title, excerpt, "", request.place, waiting=True, presses=(), opens=opens)


def hand_on(
    draft: Draft,
    request: Request,
    act: Act,
    at: datetime,
    *,
    by: Author | None = None,
    only: tuple[str, ...] = (),
    note: str = "",
    handed: str = "",
) -> Request:
    """Open a request again under the second clock, or, where nobody ever answered it, under the first.

    At once the people ``only`` are called, if they are on duty, else the pair; never ``by``, who handed it on and wrote
    the words ``handed`` to them, or opened it again. The ``note`` says in short why they are called.
    """
    start = second_clock if request.responder else first_clock
    clock = replace(start(draft.policy, draft.hours, at), only=only, note=note, anew=True)
    if by is not None and act is Act.HAND_ON:
        clock = replace(clock, by=by.id)
    opened = open_again(request, act, clock, at, by.id if by else "")
    if request.responder is None:
        opened = replace(opened, due_at=clock.due_at, unanswered_since=at)
    if by is not None and act is Act.HAND_ON:
        opened = hand(opened, Advice(by, at, handed))
    elif act is not Act.REOPEN and not (opened.deed and opened.deed.only):
        opened = replace(opened, before=None)  # a press cannot be taken back once its promise was missed
    draft.put(opened)
    clocks.escalate(draft, request.id)
    return draft.request(request.id) or opened


def reopen(draft: Draft, request: Request, by: Author, at: datetime, by_words: Advice | None = None) -> Request:
    """Open a closed request again, which follows none, by a press or by words: its last claimer is told, if on duty."""
    last = request.claimer.id if request.claimer and request.claimer.id != by.id else ""
    waited = request.outcome is Outcome.NO_REPLY and by_words is not None
    note = f"{by.name} {'answered after all' if waited else 'says it is not solved'}"
    request = hand(request, by_words) if by_words else request
    clocks.redraw(draft, request)
    return hand_on(draft, request, Act.REOPEN, at, by=by, only=(last,) if last else (), note=note)


def reopens(request: Request, at: datetime) -> bool:
    """Say whether a closed request can be opened again at ``at``."""
    recent = request.closed_at is not None and at - request.closed_at <= REOPENS
    return recent and request.outcome is not Outcome.WITHDRAWN and request.requester.id != ""


def due(draft: Draft, request: Request) -> None:
    """Do what is due on a claimed request whose moment has come, in support hours; till then its card says so."""
    claimer = request.claimer
    if request.status is not Status.ACKNOWLEDGED or claimer is None:
        return
    if not draft.is_open:
        if request.word is not None and request.word.by <= draft.now and not request.word.over:
            _go_on(draft, request, word=replace(request.word, over=True))
    elif request.wait is not None:
        _waited(draft, request, request.wait, claimer)
    elif request.word is not None and request.word.answered_at is not None:
        _told_late(draft, request, request.word, request.word.answered_at)
    else:
        assert request.word is not None
        _promised(draft, request, request.word, claimer)


def _told_late(draft: Draft, request: Request, word: NextWord, at: datetime) -> None:
    """Tell a claimer, and whoever asked, now that support is there, of all answers; the claimer's time begins now."""
    going = _go_on(draft, request, word=NextWord(max(word.by, word_by(draft, draft.now))))
    whom = f" {word.asker.name}" if word.asker else ""
    since = [one for one in request.handed if one.reply and one.at >= at] or [Advice(request.requester, at)]
    for told in since:
        if going.status is Status.ACKNOWLEDGED:  # and is not with the pair now, who read what was handed on
            heading = f"{told.author.name} answered{whom} ({moment(told.at, draft.now, draft.hours)})"
            _answered(draft, going, heading, told)
            going = draft.request(request.id) or going
    _tell_asker(draft, going, word.asker, since[0])


def is_here(draft: Draft, person: str) -> bool:
    """Say whether somebody may be written to now: in support hours, and not away."""
    return draft.is_open and any(one.id == person for one in present(draft.rota, draft.now, draft.hours))


def cannot_keep(draft: Draft, request: Request) -> bool:
    """Say whether a promise is due today while its claimer, who was not there at the opening, is away now and then."""
    word, claimer = request.word, request.claimer
    if word is None or claimer is None or not draft.is_open or not draft.is_today(word.by):
        return False
    moments = (draft.hours.opening(draft.hours.duty_day(draft.now)), draft.now, word.by)
    return not any(one.id == claimer.id for at in moments for one in present(draft.rota, at, draft.hours))


def lapse(draft: Draft, request: Request) -> None:
    """Open a request again whose claimer did not keep, or cannot keep, what was promised."""
    assert request.claimer is not None
    away = "" if is_here(draft, request.claimer.id) else ", who is away"
    note = f"{request.requester.name} was to hear more from {request.claimer.name}{away}"
    hand_on(draft, request, Act.LAPSE, draft.now, note=note)


def _go_on(draft: Draft, request: Request, **clock: Any) -> Request:
    """Change what the clock changes of a request; *Undo* of a press that changed nothing of it brings back no other."""
    before = request.before
    if before is not None and (before.word, before.wait) == (request.word, request.wait):
        before = replace(before, **clock)
    going = replace(request, before=before, **clock)
    draft.put(going)
    return going


def _promised(draft: Draft, request: Request, word: NextWord, claimer: Author) -> None:
    if word.lapses_at is not None or not is_here(draft, claimer.id):
        lapse(draft, request)
    else:
        lapses = draft.hours.add(draft.now, timedelta(minutes=draft.policy.word_lapses))
        _go_on(draft, request, word=replace(word, lapses_at=lapses))
        put_off(draft, draft.request(request.id) or request)
        heading = promised(request, draft.now, draft.hours)
        clocks.tell(draft, request.id, [(claimer.id, personal(claimer.id))], heading, claimable=False, call=Call.WORD)


def put_off(draft: Draft, request: Request) -> None:
    """Let a missed promise open a request no sooner than its claimer, who finishes it after the handover, has till."""
    word, claimer, handover = request.word, request.claimer, draft.facts.planning.handover
    if word is None or word.lapses_at is None or claimer is None:
        return
    until = finishing_until(draft.rota, handover, request.id, claimer.id, draft.now, draft.hours)
    if until is not None and until > word.lapses_at:
        _go_on(draft, request, word=replace(word, lapses_at=until))


def owing(draft: Draft, request: Request) -> Outcome | None:
    """Return how a request ends whose workaround went out while its ticket is still to be made, None for all others."""
    leaf = None if request.ticket or tickets.live(draft, request.id) else owed(draft.tree, request.triage)
    return leaf.outcome if leaf else None


def _waited(draft: Draft, request: Request, wait: Wait, claimer: Author) -> None:
    asked = request.requester
    if wait.ends_at <= draft.now and wait.remind_at is None:
        outcome = owing(draft, request)
        ended = close(request, Act.GIVE_UP, outcome or Outcome.NO_REPLY, claimer, draft.now)
        draft.put(replace(ended, before=None))
        if outcome:
            draft.put_facts(replace(draft.facts, owed=(*draft.facts.owed, request.id)))
    else:
        ends = max(wait.ends_at, draft.hours.add(draft.now, timedelta(hours=draft.policy.remind_after)))
        _go_on(draft, request, wait=replace(wait, remind_at=None, ends_at=ends))
        line = draft.say(Text.REMINDER, who=(wait.by or claimer).name)
        whom = Mention(asked.id, asked.name) if draft.may_be_written_to(asked) else asked.name
        reminder = Line((whom, line))
        draft.post(f"reminder:{request.id}:{wait.since.isoformat()}", request.place, reminder)
