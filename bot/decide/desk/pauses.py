"""``pause``: the desk's posts are stopped, but for what answers or obeys the one who acts; intake is stored.

When it ends, open requests get their card without a mention, and what fell due meanwhile becomes one message to each
person on duty.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.commands import ResumePosts, StopPosts
from bot.decide.alerts import showing, storms
from bot.decide.draft import Draft
from bot.decide.requests import clocks, presses
from bot.effects import Decision, Effect, Say, Show
from bot.errors import Refused
from bot.events import Message
from bot.places import personal
from bot.state import Pause
from bot.support.escalation import overdue
from bot.support.request import Clock, Due, Request, Rung, Status
from bot.support.words import HOUR, MINUTE, moment
from bot.views import Line

OWN = frozenset(
    {
        *("card", "copy", "line", "answer", "reminder", "advised", "ended", "owed", "news", "pick"),
        *("ticket", "alert", "call", "storm", "told", "recurs", "incident"),
    }
)
"""What the bot posts of its own accord, by the first word of its key: none of it begins in a pause."""
LONGEST = timedelta(days=90)
ALLOWED = "Write pause 15:30, pause 2h, pause 45 min, pause and a date such as 2026-11-30, or only pause."


def stopped(draft: Draft, event: Message, call: StopPosts) -> str:
    """Stop the desk's posts; return what the admin is told."""
    until = time_of(draft, call.until, ALLOWED) if call.until else None
    draft.put_facts(replace(draft.facts, pause=Pause(draft.now, until, event.author)))
    end = f"until {moment(until, draft.now, draft.hours)}" if until else "until somebody writes resume"
    return (
        f"{draft.desk.id} is paused {end}. I post nothing and call nobody; requests are stored, and buttons and "
        "commands are answered."
        f"{'' if until is None else ' Write resume to end it earlier.'} {_open_now(draft)}"
    )


def resumed(draft: Draft, event: Message, call: ResumePosts) -> str:
    """End the pause; return what the admin is told."""
    del event, call
    if not draft.paused:
        return "Nothing is paused."
    return _end(draft)


def ends_by_itself(draft: Draft) -> None:
    """End a pause whose time is over, and tell who had asked for it."""
    pause = draft.facts.pause
    if pause is not None and pause.until is not None and pause.until <= draft.now:
        said = _end(draft)
        if pause.by.id and draft.may_be_written_to(pause.by):
            line = Line((f"The pause of {draft.desk.id} is over. {said}",))
            draft.post(f"pause over:{pause.since.isoformat()}", personal(pause.by.id), line)


def hush(draft: Draft, decision: Decision) -> Decision:
    """Leave of a decision only what may be posted now.

    In a pause that is: what somebody says through the bot, what answers them, and edits of what stands there already.
    """
    if not draft.paused:
        return decision
    return replace(decision, effects=tuple(one for effect in decision.effects for one in _kept(effect)))


def _kept(effect: Effect) -> tuple[Effect, ...]:
    if not isinstance(effect, Show | Say) or effect.key.partition(":")[0] not in OWN:
        return (effect,)
    if isinstance(effect, Say) or effect.first:
        return ()
    return (replace(effect, only_if_shown=True),)


def _end(draft: Draft) -> str:
    draft.put_facts(replace(draft.facts, pause=None))
    for request in list(draft.requests()):
        if request.status is Status.CLOSED:
            continue
        draft.show_anew(request)
        if request.clock is not None and overdue(request.clock, draft.now):
            draft.put(replace(request, clock=_together(draft, request.clock)))
    for request in list(draft.requests()):
        clocks.escalate(draft, request.id)
        clocks.follow_duty_of(draft, request.id)
    presses.tell_owed(draft)
    showing.show_all(draft)
    storms.show_all(draft)
    return f"I post again. {_open_now(draft)}"


def _together(draft: Draft, clock: Clock) -> Clock:
    """Put one message to those on duty, called before or not, in the place of all steps that are overdue."""
    late = overdue(clock, draft.now)
    rest = tuple(due for due in clock.pending if due.at > draft.now and due.step is not Rung.PAIR)
    again = (Rung.PAIR, Rung.FALLBACK) if Rung.FALLBACK in late else (Rung.PAIR,)
    digest = tuple(Due(step, draft.opening) for step in again)
    spared = tuple(step for step in late if step not in again)
    return replace(clock, pending=(*digest, *rest), spared=spared, called=(), resumed_at=draft.now)


def _open_now(draft: Draft) -> str:
    count = sum(_waits(request) for request in draft.requests())
    return f"{count or 'No'} {'request waits' if count == 1 else 'requests wait'} for somebody."


def _waits(request: Request) -> bool:
    return request.status is Status.OPEN and not request.lead


def time_of(draft: Draft, text: str, allowed: str) -> datetime:
    """Return the time that a command names, as its StopPosts has it; raise Refused with what is ``allowed``."""
    words = text.replace(" -", " ").split()
    try:
        until = _READERS[len(words)](draft, words)
    except (ValueError, OverflowError):
        raise Refused(f"I can't read that as a time. {allowed}") from None
    if until <= draft.now:
        raise Refused(f"{moment(until, draft.now, draft.hours)} is over already. {allowed}")
    if until - draft.now > LONGEST:
        raise Refused(f"At most {LONGEST.days} days at once, please. {allowed}")
    return until


def _span(draft: Draft, words: list[str]) -> datetime:
    number, unit = words
    return draft.now + int(number) * (HOUR if unit.startswith("h") else MINUTE)


def _one_word(draft: Draft, words: list[str]) -> datetime:
    digits = words[0].rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = words[0][len(digits) :]
    return _span(draft, [digits, unit]) if unit else _today(draft, time(int(digits)))


def _two_words(draft: Draft, words: list[str]) -> datetime:
    return _today(draft, time(int(words[0]), int(words[1]))) if words[1].isdecimal() else _span(draft, words)


def _date(draft: Draft, words: list[str]) -> datetime:
    year, month, number = map(int, words)
    return draft.hours.opening(date(year, month, number))


def _today(draft: Draft, at: time) -> datetime:
    here = draft.hours.local(draft.now)
    return datetime.combine(here.date(), at, draft.hours.zone).astimezone(draft.now.tzinfo)


_READERS: dict[int, Callable[[Draft, list[str]], datetime]] = {1: _one_word, 2: _two_words, 3: _date}
