"""The handover: duty changes at the first opening of an iteration, and what the old team still has is settled.

A team that was taken late starts within it, and all that is done once more.

One by one: whoever has a matter finishes it, or hands it over with a line; what is unsettled an hour later is open
again for the new pair. Late by less than a day it is done in full, with its hour; later than that nobody is told but of
a late team, whose start the cards and the requesters' post of the week have to say once.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.alerts.alert import Alert
from bot.alerts.alert import Status as AlertStatus
from bot.decide import forms, tickets
from bot.decide.alerts import handing as alerts
from bot.decide.alerts import storms
from bot.decide.draft import Draft
from bot.decide.pictures import names, status_line, words
from bot.decide.report import asking
from bot.decide.requests import claims
from bot.decide.requests.rights import has
from bot.decide.requests.step import Step, done, form, ready
from bot.decide.rota import deployments, nominees, starting
from bot.decide.rota.words import AND, weekdays
from bot.effects import Answer, Card
from bot.errors import Refused
from bot.events import Press, Send
from bot.hours import SupportHours
from bot.places import personal
from bot.rota.handover import Serving, begun, finish_by, goes_off_duty, late_starts, outgoing, pair_before, serving
from bot.rota.iteration import iteration_of
from bot.rota.planning import Handover
from bot.rota.presence import WEEK
from bot.rota.rituals import Ritual, rituals
from bot.rota.shift import Role
from bot.state import State
from bot.support.request import Act, Request, Status, step
from bot.support.ticket import Ticket
from bot.support.words import listed, moment
from bot.views import Button, PlanCard, PlanPart

MOST_PARTS = 8
MOST_TICKETS = 5
EXCERPT = 120
FARTHEST = 4  # iterations ahead in which the desk works at all
MOST_LINE = 300  # characters


def struck(draft: Draft) -> None:
    """Let duty change once its hour has come; settle what nobody settled, and what was not finished."""
    _begin(draft)
    handover = starting.current(draft)
    if handover is None:  # the last change was in a later iteration: the clock was set back
        return
    if handover.until is not None and handover.until <= draft.now and Ritual.SETTLE not in handover.done:
        _settle(draft, handover)
    elif handover.finishing and finish_by(handover.start, draft.hours) <= draft.now:
        _lapse(draft, handover)


def next_at(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when duty next changes, or something of the last change is to be settled."""
    today, handover = hours.duty_day(now), state.facts.planning.handover
    iteration = iteration_of(today)
    if handover is None or handover.start < begun(state.rota, today, hours):
        return hours.next_open(now) if handover is not None and handover.iteration == iteration else now
    coming = (rituals(iteration + number * WEEK, hours, state.desk.policy) for number in range(1, FARTHEST))
    moments = [at for one in coming if (at := one.get(Ritual.HAND_OVER)) is not None]
    moments += [hours.opening(day) for day in late_starts(state.rota, iteration, hours) if day > today]
    if handover.until is not None and Ritual.SETTLE not in handover.done:
        moments.append(handover.until)
    if handover.finishing:
        moments.append(finish_by(handover.start, hours))
    return min(moments, default=None)


def follow(draft: Draft) -> None:
    """Let the cards of a handover say how its matters stand now, and who serves."""
    handover, before = starting.current(draft), draft.state.facts.planning.handover
    if handover is None or before is None or before.start != handover.start:
        return
    ids = {*handover.matters, *handover.finishing}
    changed = handover is not before or any(one.id in ids or one.claimer for one in draft.changed())
    changed = changed or any(one.id in ids for one in draft.changed_alerts())
    changed = changed or draft.rota is not draft.state.rota
    changed = changed or draft.facts.planning.deployments is not draft.state.facts.planning.deployments
    changed = changed or draft.facts.tickets is not draft.state.facts.tickets
    if Ritual.HAND_OVER not in handover.done or not changed:
        return
    old = draft.unchanged(0)
    for key, place, person in _cards(draft, handover):
        view = _view(draft, handover, person)
        if view != _view(old, before, person):
            draft.show(key, place, view, first=False)


# -- what the clock does --------------------------------------------------------------------------------------------


def _begin(draft: Draft) -> None:
    start, planning = begun(draft.rota, draft.hours.duty_day(draft.now), draft.hours), draft.facts.planning
    if planning.handover is not None and planning.handover.start >= start:
        return
    known, handover = starting.current(draft), Handover(iteration_of(start))
    if known is not None and not draft.is_open:
        return
    if start != handover.iteration:
        handover = replace(handover, late=start)
    if known is not None:
        handover = replace(handover, finishing=known.finishing, serving=known.serving, welcomed=known.welcomed)
    opening = _opening(draft, handover)
    team = serving(draft.rota, start, draft.hours)
    knows = {**handover.serving, **{one.person.id: one.weekdays for one in team}}
    if planning.since is None or opening < planning.since:
        starting.put(draft, replace(handover, serving=knows, welcomed=tuple(knows)))
        return
    in_time = draft.is_open and draft.is_today(opening)
    if known is None and not in_time:
        starting.put(draft, handover)
        return
    ends = outgoing(draft.rota, start, draft.hours)
    stays = [one.person.id for one in team if one.person.id in pair_before(draft.rota, start, draft.hours)]
    settles = draft.hours.moment(draft.hours.duty_day(draft.now), draft.policy.settle_by)
    until = max(settles, draft.hours.add(draft.now, max(timedelta(), settles - opening))) if in_time else None
    starts = [one for one in team if one.role is Role.SUPPORT and one.person.id not in stays]
    ids = {one.person.id for one in starts}  # whatever they did in the iteration before a late team
    welcomed = tuple([id_ for id_ in handover.welcomed if id_ not in ids])
    handover = replace(handover, outgoing=ends, until=until, ready=tuple(stays), serving=knows, welcomed=welcomed)
    starting.put(draft, handover)
    if known is None:
        starting.seen_off(draft, handover.iteration - WEEK)
        nominees.renew(draft, handover.iteration)
    else:
        starting.relieved(draft, handover)
    starting.tell_channel(draft, handover)
    if known is None and in_time:
        asking.handed_over(draft, handover.iteration - WEEK)
    live = sorted(_live(draft), key=lambda one: (one.posted_at, one.id))
    alerts = sorted(draft.alerts(), key=lambda one: int(one.id.partition("-")[2]))
    alive = [one.id for one in alerts if one.is_live]
    if in_time and (ends or starts or live or alive or deployments.running(draft) or _waiting(draft)):
        matters = (*(one.id for one in live), *alive)
        handover = replace(handover, matters=matters, done=(Ritual.HAND_OVER,))
        _show(draft, replace(handover, holders=_holders(draft, handover, team)))


def _holders(draft: Draft, handover: Handover, team: tuple[Serving, ...]) -> tuple[str, ...]:
    """Return who gets a card of their own: who has something to settle; without a team channel all concerned."""
    have = [one.claimer.id for one in _unsettled(draft, handover) if one.claimer]
    have += [one.owner.id for one in _unsettled_alerts(draft, handover) if one.owner]
    if not draft.desk.team_channel:
        have += [*handover.outgoing, *(one.person.id for one in team if one.role is not Role.OBSERVER)]
    people = [known for id_ in dict.fromkeys(have) if (known := draft.rota.people.get(id_)) and known.entra_object_id]
    return tuple([one.id for one in people if draft.hears_of_the_rota(one.id)])


def _settle(draft: Draft, handover: Handover) -> None:
    """Open again what nobody settled, for the new pair, and remind who is not ready."""
    for one in _unsettled(draft, handover):
        assert one.claimer is not None
        note = f"{one.claimer.name} had this before the handover"
        claims.hand_on(draft, one, Act.HAND_ON, draft.now, note=note)
    for alert in _unsettled_alerts(draft, handover):
        alerts.settle(draft, alert, "had it before the handover")
    handover = replace(handover, done=(*handover.done, Ritual.SETTLE))
    starting.put(draft, handover)
    if draft.is_open:
        starting.remind(draft, handover)


def _lapse(draft: Draft, handover: Handover) -> None:
    """Open again what its claimer wanted to finish by now."""
    for alert in filter(None, map(draft.alert, handover.finishing)):
        if alert.status is AlertStatus.ACKNOWLEDGED:
            alerts.settle(draft, alert, "wanted to finish it by now")
    for one in filter(None, map(draft.request, handover.finishing)):
        if one.status is Status.ACKNOWLEDGED and one.claimer and _goes(draft, handover, one):
            note = f"{one.claimer.name} wanted to finish this by now"
            claims.hand_on(draft, one, Act.LAPSE, draft.now, note=note)
    starting.put(draft, replace(handover, finishing=()))


def _live(draft: Draft) -> list[Request]:
    """Return what is open; what follows another is settled with it."""
    return [one for one in draft.requests() if one.status is not Status.CLOSED and not one.lead]


def _goes(draft: Draft, handover: Handover, request: Request) -> bool:
    """Say whether whoever has a request is none of the new team."""
    return request.claimer is not None and goes_off_duty(
        draft.rota, handover.start, request.claimer.id, draft.now, draft.hours
    )


def _unsettled(draft: Draft, handover: Handover) -> list[Request]:
    some = [one for one in _live(draft) if one.status is Status.ACKNOWLEDGED and one.id not in handover.finishing]
    return [one for one in some if _goes(draft, handover, one)]


def _unsettled_alerts(draft: Draft, handover: Handover) -> list[Alert]:
    gone = {id_ for id_ in handover.outgoing if goes_off_duty(draft.rota, handover.start, id_, draft.now, draft.hours)}
    return alerts.unsettled(draft, handover, gone)


# -- the card -------------------------------------------------------------------------------------------------------


def _cards(draft: Draft, handover: Handover) -> list[tuple[str, str, str]]:
    """Return the key, the place and the reader ("" for the team channel) of each card."""
    key, channel = f"handover:{handover.start}", draft.desk.team_channel
    shared = [(key, channel, "")] if channel else []
    return [*shared, *((f"{key}:{id_}", personal(id_), id_) for id_ in handover.holders)]


def _show(draft: Draft, handover: Handover) -> None:
    starting.put(draft, handover)
    for key, place, person in _cards(draft, handover):
        draft.show(key, place, _view(draft, handover, person))


def _view(draft: Draft, handover: Handover, person: str) -> PlanCard:
    """Return the card as one reads it: all of it, or, where the team channel has that, what a person has."""
    known = [one for id_ in handover.matters if (one := draft.request(id_)) and one.status is not Status.CLOSED]
    matters = list({one.id: one for one in (*known, *_unsettled(draft, handover))}.values())
    live = {*(one.id for one in matters), *(one.id for one in draft.alerts() if one.is_live)}
    over = [id_ for id_ in handover.matters if id_ not in live]
    if person and draft.desk.team_channel:
        return _own(draft, handover, [one for one in matters if one.claimer and one.claimer.id == person], person)
    parts = [_part(draft, handover, one, person) for one in matters[:MOST_PARTS]]
    more = len(matters) - MOST_PARTS
    note = [
        f"… and {more} more: requests shows them." if more > 0 else "",
        f"Closed since: {', '.join(over)}." if over else "",
    ]
    deployed = deployments.of_the_week(draft, _opening(draft, handover))
    also = (("Tickets waiting", "\n".join(_waiting(draft))), ("Deployments of the last week", deployed))
    return PlanCard(
        title=f"Handover, {_date(draft, handover)}",
        text="\n".join(_team(draft, handover)),
        parts=(
            *parts,
            *_alerts(draft, handover, person),
            *(PlanPart(title, text) for title, text in also if text),
        ),
        note=" ".join(filter(None, (*note, _owed(draft)))),
    )


def _own(draft: Draft, handover: Handover, matters: list[Request], person: str) -> PlanCard:
    team = starting.team_of(draft.rota, handover, draft.hours)
    new = tuple([one.person for one in team if one.role is Role.SUPPORT])
    settling = _unsettled_alerts(draft, handover)
    mine = tuple([one.id for one in settling if one.owner and one.owner.id == person])
    own = alerts.parts(draft, replace(handover, matters=mine), f"handover:{handover.start}:{person}", mine, draft.now)
    parts = (*(_part(draft, handover, one, person) for one in matters[:MOST_PARTS]), *own)
    if not parts:
        return PlanCard("Your handover is done", "Nothing of yours is left. Thank you for the week.")
    until = moment(handover.until, draft.now, draft.hours) if handover.until else ""
    left = [one for one in matters if one.id not in handover.finishing]
    text = (
        f"Say of each by {until} whether you finish it or hand it over. The rest is open again then, "
        f"for {names(new) or 'all'}."
    )
    return PlanCard("What you still have", text if left or own else "You finish these.", parts=parts)


def _alerts(draft: Draft, handover: Handover, person: str) -> tuple[PlanPart, ...]:
    some = _unsettled_alerts(draft, handover) if Ritual.SETTLE not in handover.done else []
    asks = {one.id for one in some if not person or (one.owner and one.owner.id == person)}
    card = ":".join(filter(None, (f"handover:{handover.start}", person)))
    return alerts.parts(draft, handover, card, asks, finish_by(handover.start, draft.hours))


def _part(draft: Draft, handover: Handover, request: Request, person: str) -> PlanPart:
    card = ":".join(filter(None, (f"handover:{handover.start}", person)))
    finishes = request.id in handover.finishing and request.claimer is not None
    theirs = person in ("", request.claimer.id if request.claimer else "")
    asks = theirs and not finishes and _goes(draft, handover, request) and Ritual.SETTLE not in handover.done
    second = request.clock is not None and request.clock.second
    state = status_line(request, draft.now, draft.hours, second=second)
    if finishes and request.claimer:
        end = moment(finish_by(handover.start, draft.hours), draft.now, draft.hours)
        state = f"{request.claimer.name} finishes it by {end}"
    desk = draft.desk.id
    return PlanPart(
        title=f"{request.requester.name} · {request.id}",
        text=f"{words(request, EXCERPT)}\n{state}.",
        presses=(Button(desk, request.id, card, "I finish it", "send", "finish"),) if asks else (),
        opens=(Button(desk, request.id, card, "Hand over…", "open", "handover"),) if asks else (),
        thread=request.place,
        thread_label="Open thread",
    )


def _team(draft: Draft, handover: Handover) -> list[str]:
    team = starting.team_of(draft.rota, handover, draft.hours)
    people = draft.rota.people
    ends = [people[id_].name for id_ in handover.outgoing if id_ in people]
    stays = pair_before(draft.rota, handover.start, draft.hours)  # who need not say so
    pair = [one.person.name for one in team if one.role is Role.SUPPORT]
    is_ready = [one.person.name for one in team if one.person.id in {*handover.ready}.difference(stays)]
    rows = [
        ("Ends", ends),
        ("Support", pair or ["nobody is set: whoever is there is called"]),
        ("Fallback", [f"{one.person.name} ({weekdays(one.weekdays)})" for one in team if one.role is Role.FALLBACK]),
        ("Observer", [one.person.name for one in team if one.role is Role.OBSERVER]),
        ("Ready", is_ready),
    ]
    return [f"{label}: {listed(some, AND)}" for label, some in rows if some]


def _opening(draft: Draft, handover: Handover) -> datetime:
    """Return when duty changes: as its first day opens, which is a later one after a holiday."""
    return draft.hours.next_open(draft.hours.opening(handover.start))


def _date(draft: Draft, handover: Handover) -> str:
    return moment(_opening(draft, handover), draft.now, draft.hours, dated=True).partition(",")[0]


def _waiting(draft: Draft) -> list[str]:
    """Return the tickets of which something is still to be heard, a line each: the oldest, and how many more."""
    live = sorted((one for one in draft.facts.tickets.values() if one.is_live), key=lambda one: one.at)
    lines = [_ticket(draft, one) for one in live[:MOST_TICKETS]]
    more = len(live) - MOST_TICKETS
    return [*lines, *([f"… and {more} more"] if more > 0 else [])]


def _ticket(draft: Draft, one: Ticket) -> str:
    if not one.key:
        return f"{one.matter}: {tickets.how(one)}"
    since = f"{one.key} ({one.matter}), since {moment(one.at, draft.now, draft.hours)}"
    return f"{since}, taken back" if one.withdrawn else since


def _owed(draft: Draft) -> str:
    return f"Tickets still to be made: {', '.join(draft.facts.owed)}." if draft.facts.owed else ""


# -- settling -------------------------------------------------------------------------------------------------------


def _may_settle(draft: Draft, request: Request, event: Press) -> None:
    """Raise Refused, saying who may, unless the presser has the request."""
    if has(request, event.author):
        return
    if request.claimer is None or request.status is not Status.ACKNOWLEDGED:
        second = request.clock is not None and request.clock.second
        raise Refused(f"{request.id}: {status_line(request, draft.now, draft.hours, second=second)}.")
    raise Refused(f"{request.claimer.name} has {request.id}, and says what becomes of it.")


def _finish(draft: Draft, request: Request, event: Send) -> Answer:
    """Let whoever has a request finish it, until Thursday's close, whatever was promised to its requester before."""
    handover = starting.current(draft)
    step(request, Act.HAND_ON)
    if handover is None or Ritual.HAND_OVER not in handover.done or not _goes(draft, handover, request):
        raise Refused(f"{request.id} stays yours: there is nothing to hand over.")
    if request.id not in handover.finishing:
        if finish_by(handover.start, draft.hours) <= draft.now:
            raise Refused("That handover is over. Give it back, or close it.")
        starting.put(draft, replace(handover, finishing=(*handover.finishing, request.id)))
        claims.put_off(draft, request)
    return _again(draft, request, event)


def _again(draft: Draft, request: Request, event: Send) -> Answer:
    """Show the card that was pressed as it is now."""
    del request
    return card_again(draft, event)


def _draw(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    step(request, Act.HAND_ON)
    line = forms.line("note", "What they should know, in a line", required=True, longest=MOST_LINE)
    return form(draft, request, event, "Hand over", "handover", "Hand over", error=error, fields=(line,))


def _hand_over(draft: Draft, request: Request, event: Send) -> Answer:
    step(request, Act.HAND_ON)
    note, wrong = ready(draft, request, event, "note", longest=MOST_LINE)
    if wrong:
        return _draw(draft, request, event, wrong)
    said = f"{event.author.name} handed this over"
    handed = claims.hand_on(draft, request, Act.HAND_ON, event.happened_at, by=event.author, note=said, handed=note)
    draft.did(handed, event, "handed it over")
    pair = names(draft.duty_for(handed, draft.opening).pair)
    return done(draft, request, event, f"It is open again, for {pair}." if pair else "It is open again.")


def finish_alert(draft: Draft, alert: Alert, event: Send) -> Answer:
    """Let whoever has an alert finish it, until Thursday's close."""
    handover = starting.current(draft)
    if alert.owner is None or alert.owner.id != event.author.id:
        raise Refused(f"{alert.owner.name if alert.owner else 'Nobody'} has {alert.id}.")
    if handover is None or alert.id not in {one.id for one in _unsettled_alerts(draft, handover)}:
        raise Refused(f"{alert.id} stays yours: there is nothing to hand over.")
    if finish_by(handover.start, draft.hours) <= draft.now:
        raise Refused("That handover is over. Give it back, or resolve it.")
    ids = [one.id for one in storms.held(draft, alert)]
    starting.put(draft, replace(handover, finishing=(*handover.finishing, *ids)))
    return card_again(draft, event)


def card_again(draft: Draft, event: Send) -> Answer:
    """Show the handover's card that was pressed as it is now."""
    handover = draft.facts.planning.handover
    assert handover is not None
    return Card(_view(draft, handover, event.author.id if event.place == personal(event.author.id) else ""))


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "finish": Step("I finish it", None, _finish, _may_settle, _again),
        "handover": Step("Hand over", _draw, _hand_over, _may_settle),
    }
)
"""How what the old team has is settled, one by one."""
