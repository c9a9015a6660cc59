"""Who starts: the personal card of each new member, readiness, and the heads-up of whoever comes on duty later.

Somebody who is away when duty changes gets their card once they are there. Observers are neither reminded nor
mentioned; another week of observing is granted without comment.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

from bot.commands import Right
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.pictures import names
from bot.decide.requests import clocks
from bot.decide.requests.addresses import is_link
from bot.decide.rota import news, words
from bot.effects import Answer, Card, Show
from bot.errors import Refused
from bot.events import Send
from bot.hours import SupportHours
from bot.ids import SLACK_CHANNEL
from bot.people import WORKING_WEEK, Person
from bot.places import personal
from bot.policy import Policy
from bot.rota.duty import PAIR, on_duty
from bot.rota.handover import Serving, late_starts, pair_before, serving, team_days
from bot.rota.iteration import iteration_of
from bot.rota.planning import Handover
from bot.rota.presence import WEEK, Presence, working_days
from bot.rota.shift import Role, Rota, Shift
from bot.state import State
from bot.support.texts import DAYS, Text
from bot.support.words import listed, moment
from bot.views import Address, Button, Line, PlanCard, PlanPart

MOST_PAGES = 2  # of the documentation, beside the handbook
RING = "Did this ring? This message is only a test: nothing has to be done."
HOW_TO_RING = (
    "A test message follows. If it does not ring, open this chat's ⋯ and see that it is not muted, and that "
    "notifications are on in Teams under Settings, Notifications. In {channel}, open ⋯, Channel notifications, and "
    "choose all activity. In Slack, open {slack} and choose every new message under its notifications."
)


def current(draft: Draft) -> Handover | None:
    """Return the change of duty at the beginning of the running iteration, None where it is still to come."""
    handover = draft.facts.planning.handover
    now = iteration_of(draft.hours.duty_day(draft.now))
    return handover if handover is not None and handover.iteration == now else None


def put(draft: Draft, handover: Handover) -> None:
    """Change what is known of the change of duty."""
    news.put(draft, replace(draft.facts.planning, handover=handover))


def struck(draft: Draft) -> None:
    """Give those who start their cards, and tell whoever came on duty later before the peak."""
    handover = current(draft)
    if handover is None or not draft.is_open:
        return
    for one in _unwelcomed(draft.rota, handover, draft.hours):
        begins = one.person.id in handover.serving or one.days[0] <= draft.hours.duty_day(draft.now) <= one.days[-1]
        if begins and draft.hears_of_the_rota(one.person.id):
            _welcome(draft, one)
    _heads_up(draft)


def next_at(state: State, now: datetime, hours: SupportHours) -> datetime | None:
    """Return when somebody can be given their card, or told of the peak; None where all know."""
    handover = state.facts.planning.handover
    if handover is None or handover.iteration != iteration_of(hours.duty_day(now)):
        return None
    waits = [news.next_chance(state, now, hours)] if _unwelcomed(state.rota, handover, hours) else []
    return min([*waits, *_heads_ups(state, handover, now, hours)], default=None)


def joined(draft: Draft, shift: Shift) -> None:
    """Give somebody who observes from now on their card; where duty is just changing, that does it."""
    handover = current(draft)
    if handover is not None:
        put(draft, replace(handover, serving={**handover.serving, shift.person: shift.days}))
        struck(draft)


def tell_channel(draft: Draft, handover: Handover) -> None:
    """Say to the requesters who is on duty in an iteration, and of a late team in the same post.

    It is the only thing that they see of the rota.
    """
    said = _week_said(draft, handover)
    if said:
        draft.follow_with(Show(_week(handover), draft.desk.channel, Line((said,)), first=handover.late is None))


def follow(draft: Draft) -> None:
    """Let the start cards and the requesters' post say who is on duty, whatever changed the rota since they went out.

    Whole days count, as in all that they say; who answers for the rest of a day, ``who`` knows.
    """
    handover, before = current(draft), draft.state.facts.planning.handover
    same = draft.rota is draft.state.rota
    if same or handover is None or before is None or before.start != handover.start:
        return
    old = draft.unchanged(0)
    for id_ in before.welcomed:
        view = _card_now(draft, handover, id_)
        if view is not None and view != _card_now(old, before, id_):
            draft.show(_key(handover.iteration, id_), personal(id_), view, first=False)
    said = _week_said(draft, handover)
    if said and said != _week_said(old, before):
        draft.show(_week(handover), draft.desk.channel, Line((said,)), first=False)


def team_of(rota: Rota, handover: Handover, hours: SupportHours) -> tuple[Serving, ...]:
    """Return who serves from a change of duty on, and when, until another team starts."""
    days = {*team_days(rota, handover.start, hours)}
    some = [(one, days.intersection(one.days)) for one in serving(rota, handover.start, hours)]
    return tuple([replace(one, days=tuple(sorted(theirs))) for one, theirs in some if theirs])


def remind(draft: Draft, handover: Handover) -> None:
    """Remind those of the pair who have not said that they are ready, once, and tell the pair."""
    pair = draft.duty(draft.now).pair
    late = tuple([one for one in pair if one.id in handover.welcomed and one.id not in handover.ready])
    for person in late:
        others = tuple([one for one in late if one is not person])
        also = f" {names(others)} is not ready yet either." if others else ""
        text = (
            f"You have been on support since the opening. Does this ring? Then press I'm ready on the card above.{also}"
        )
        draft.show(f"unready:{handover.start}:{person.id}", personal(person.id), Line((text,)))
    for person in pair if late else ():
        if person not in late:
            text = f"{names(late)} has not said yet that the messages ring. Until then you may have to answer alone."
            news.tell(draft, f"unready:{handover.start}", person.id, text)
    put(draft, replace(handover, reminded=tuple([one.id for one in late])))


def seen_off(draft: Draft, iteration: date) -> None:
    """Let the cards of those who observed in an iteration that is over say what comes now."""
    for one in serving(draft.rota, iteration, draft.hours):
        if one.role is Role.OBSERVER:
            done = one.person.observed == iteration
            comes = "Your first SUPPORT shift comes within the next three iterations, beside somebody experienced."
            text = comes if done else "You observe once more before your first SUPPORT shift."
            view = PlanCard("You have observed" if done else "Another week of observing", text)
            draft.show(_key(iteration, one.person.id), personal(one.person.id), view, first=False)


def relieved(draft: Draft, handover: Handover) -> None:
    """Let the cards of an iteration say who is on support once a late team starts, and to whom ends that it is over."""
    ids = dict.fromkeys((*handover.welcomed, *handover.outgoing))
    cards = {id_: view for id_ in ids if (view := _card_now(draft, handover, id_))}
    for id_, view in cards.items():
        draft.show(_key(handover.iteration, id_), personal(id_), view, first=False)


def _week(handover: Handover) -> str:
    return f"week:{handover.iteration}"


def _week_said(draft: Draft, handover: Handover) -> str:
    """Return what the requesters read of a week: who answers, and who steps in on which days; "" for nobody."""
    team = team_of(draft.rota, handover, draft.hours)
    shifts = {one.person for one in draft.rota.of(handover.iteration) if one.role is Role.SUPPORT}
    support = [one for one in team if one.role is Role.SUPPORT]
    pair = [one for one in support if one.person.id in shifts or len(support) <= PAIR]
    besides = [one for one in team if one.role is not Role.OBSERVER and one not in pair]
    if len(pair) < PAIR:  # a FALLBACK of the whole week answers as the pair does
        days = [day for day in team_days(draft.rota, handover.start, draft.hours) if day >= handover.start]
        pair += [one for one in besides if len(one.days) == len(days)]
        besides = [one for one in besides if one not in pair]
    if not pair:
        return ""
    names = [one.person.name for one in pair]
    said = draft.say(Text.THIS_WEEK if len(names) > 1 else Text.THIS_WEEK_ONE, who=listed(names, draft.say(Text.AND)))
    for one in besides:
        when = listed([DAYS[draft.policy.language][day.weekday()] for day in one.days], draft.say(Text.AND))
        said += draft.say(Text.THIS_WEEK_ALSO, days=when, who=one.person.name)
    return said


def _key(iteration: date, person: str) -> str:
    return f"start:{iteration}:{person}"


def _unwelcomed(rota: Rota, handover: Handover, hours: SupportHours) -> list[Serving]:
    """Return who has no card yet, of those who can be reached in Teams: of the team, and of one that was taken late."""
    shifts = [one for one in rota.of(handover.iteration) if one.role is Role.SUPPORT]
    late = [one.person for one in shifts if not one.days >= WORKING_WEEK]
    left = [id_ for id_ in (*handover.serving, *late) if id_ not in handover.welcomed]
    team = team_of(rota, handover, hours) if left else ()
    return [one for one in team if one.person.id in left and one.person.entra_object_id]


def _welcome(draft: Draft, one: Serving) -> None:
    handover = current(draft)
    assert handover is not None
    id_, first = one.person.id, handover.late is None  # whoever starts late may have a card as FALLBACK
    knows = {id_: one.weekdays, **handover.serving}
    put(draft, replace(handover, welcomed=(*handover.welcomed, id_), serving=knows))
    draft.follow_with(Show(_key(handover.iteration, id_), personal(id_), _card(draft, one, handover), first=first))
    if one.role is not Role.OBSERVER and id_ not in handover.ready:
        draft.follow_with(Show(f"ring:{handover.iteration}:{id_}", personal(id_), Line((RING,)), first=first))


# -- the card -------------------------------------------------------------------------------------------------------


def _card_now(draft: Draft, handover: Handover, id_: str) -> PlanCard | None:
    """Return what the card of somebody who started says now; None where they are none of the people any more.

    Whoever serves in the next team of the week alone reads their days, and the rest when that starts.
    """
    team = team_of(draft.rota, handover, draft.hours)
    found = next((one for one in team if one.person.id == id_), None)
    if found is not None:
        return _card(draft, found, handover)
    pair = tuple([one.person for one in team if one.role is Role.SUPPORT])
    if handover.late and id_ in handover.outgoing:
        took = f"{names(pair)} took over. " if pair else ""
        return PlanCard("Your support of this week is over", f"{took}Thank you.")
    later = next((one for one in serving(draft.rota, handover.start, draft.hours) if one.person.id == id_), None)
    if later is not None and later.role is not Role.OBSERVER:
        return PlanCard(_title(draft, later, handover))
    if later is not None or id_ not in draft.rota.people:
        return None
    text = f"{names(pair)} {'is' if len(pair) == 1 else 'are'} on support." if pair else ""
    return PlanCard("You are not on this week's support team any more", text)


def _card(draft: Draft, one: Serving, handover: Handover) -> PlanCard:
    if one.role is Role.OBSERVER:
        return _observers(draft, one, handover)
    if one.person.id in pair_before(draft.rota, handover.start, draft.hours):
        presence, days = Presence(draft.rota, draft.hours), team_days(draft.rota, handover.start, draft.hours)
        stays = one.role is Role.SUPPORT and all(presence.server(one.person.id, day) == one.person.id for day in days)
        title = "You stay on support this week" if stays else _title(draft, one, handover)
        return PlanCard(title, f"{_with_whom(draft, one, handover)} Nothing else changes for you.")
    is_ready = one.person.id in handover.ready
    press = replace(_button(draft, one, handover, "I'm ready", "ready"), main=True)
    policy = draft.policy
    pages = [page for page in policy.documentation if is_link(page.url)][:MOST_PAGES]
    handbook = (Address("Handbook", policy.handbook),) if is_link(policy.handbook) else ()
    how = HOW_TO_RING.format(channel=f"#{draft.desk.id}", slack=_in_slack(policy))
    return PlanCard(
        title=_title(draft, one, handover),
        text=_with_whom(draft, one, handover),
        parts=(PlanPart("What you do", _duties(draft)), PlanPart("Did it ring?", how)),
        presses=() if is_ready else (press,),
        links=(*handbook, *(Address(page.title, page.url) for page in pages)),
        note="You are ready." if is_ready else "",
    )


def _title(draft: Draft, one: Serving, handover: Handover) -> str:
    coming = [day for day in one.days if day >= draft.hours.duty_day(draft.now)]  # fewer where they are told later
    days = words.weekdays([day.weekday() for day in coming or one.days])
    if one.role is Role.FALLBACK:
        return f"You are the fallback on {days}"
    week = working_days(handover.iteration, draft.hours)
    if len(coming) == len([day for day in week if day >= handover.start]):
        return "You are on support from today"
    return "You are on support this week" if len(one.days) == len(week) else f"You are on support on {days}"


def _with_whom(draft: Draft, one: Serving, handover: Handover) -> str:
    team = team_of(draft.rota, handover, draft.hours)
    beside = [other for other in team if other.role is Role.SUPPORT and other.person != one.person]
    pair = tuple([other.person for other in beside if not {*other.days}.isdisjoint(one.days)])
    late = [day for day in late_starts(draft.rota, handover.iteration, draft.hours) if day > handover.start]
    end = draft.hours.next_open(draft.hours.opening(min([handover.iteration + WEEK, *late])))
    pick = draft.facts.planning.pick
    stays = pick is not None and pick.iteration == handover.iteration and pick.staying
    until = "until a team is taken" if stays else f"until {moment(end, draft.now, draft.hours)}"
    if one.role is Role.SUPPORT:
        whom = f"With {names(pair)}" if pair else "Alone"
        days = team_days(draft.rota, handover.start, draft.hours)
        return f"{whom}, {until}." if _serves(draft, one, days[-1]) else f"{whom}."
    return f"{names(pair)} {'is' if len(pair) == 1 else 'are'} on support {until}." if pair else ""


def _serves(draft: Draft, one: Serving, day: date) -> bool:
    """Say whether SUPPORT of a day is somebody's, present or not; whoever left has none."""
    presence = Presence(draft.rota, draft.hours)
    shifts = [each for each in draft.rota.of(iteration_of(day)) if each.role is Role.SUPPORT and each.is_for(day)]
    return one.person.belongs(day) and any(presence.server(each.person, day) == one.person.id for each in shifts)


def _duties(draft: Draft) -> str:
    policy: Policy = draft.policy
    return (
        f"Watch #{draft.desk.id} in Teams and {_in_slack(policy)} in Slack, {policy.opens:%H:%M} to "
        f"{policy.closes:%H:%M}; most requests come from {policy.peak_from:%H:%M} to {policy.peak_to:%H:%M}. Give a "
        f"first response within {policy.first_response} minutes. This week's deployments are yours: write deploy when "
        "one starts."
    )


def _in_slack(policy: Policy) -> str:
    """Say which channel in Slack has the alerts; nobody knows one by its id."""
    return "the channel of the alerts" if SLACK_CHANNEL.fullmatch(policy.slack_channel) else policy.slack_channel


def _observers(draft: Draft, one: Serving, handover: Handover) -> PlanCard:
    again = one.person.again
    text = f"{_with_whom(draft, one, handover)} You are not responsible for anything."
    do = f"Read along in #{draft.desk.id}, ask the two, and suggest answers: Support… on a card, Suggest an answer."
    title = "Not after all" if again else "Another week"
    press = _button(draft, one, handover, title, "observe", "no" if again else "yes")
    note = "You observe another week before your first SUPPORT shift." if again else ""
    return PlanCard(
        "You observe support this week", text, parts=(PlanPart("What you do", do),), presses=(press,), note=note
    )


def _button(draft: Draft, one: Serving, handover: Handover, title: str, step: str, way: str = "") -> Button:
    choice = ":".join(filter(None, (str(handover.iteration), way)))
    return Button(draft.desk.id, "", _key(handover.iteration, one.person.id), title, "send", step, choice)


def _pressed(draft: Draft, event: Send) -> tuple[Handover, Serving]:
    """Return whose card was pressed, by the presser and in this iteration; raise Refused for any other."""
    handover = current(draft)
    if handover is None or event.choice.partition(":")[0] != str(handover.iteration):
        raise Refused("That iteration is over.")
    team = serving(draft.rota, handover.start, draft.hours)
    found = next((one for one in team if one.person.id == event.author.id), None)
    if found is None:
        raise Refused("You are not on this week's support team any more.")
    return handover, found


def _ready(draft: Draft, event: Send) -> Answer:
    """Take that somebody is ready: once both of the pair are, those before them are free."""
    handover, one = _pressed(draft, event)
    if one.person.id not in handover.ready:
        handover = replace(handover, ready=(*handover.ready, one.person.id))
        put(draft, handover)
        clocks.follow_duty(draft)
    return _shown(draft, one, handover)


def _observe(draft: Draft, event: Send) -> Answer:
    """Let somebody who observes do so another week, or not after all."""
    handover, one = _pressed(draft, event)
    if one.role is not Role.OBSERVER:
        raise Refused("You do not observe this week.")
    person = replace(one.person, again=event.choice.endswith(":yes"))
    if person != one.person:
        draft.put_rota(replace(draft.rota, people={**draft.rota.people, person.id: person}))
    return _shown(draft, replace(one, person=person), handover)


def _shown(draft: Draft, one: Serving, handover: Handover) -> Answer:
    view = _card(draft, one, handover)
    draft.show(_key(handover.iteration, one.person.id), personal(one.person.id), view, first=False)
    return Card(view)


# -- before the peak ------------------------------------------------------------------------------------------------


def _unprepared(rota: Rota, handover: Handover, at: datetime, hours: SupportHours) -> tuple[Person, ...]:
    """Return who is on duty at ``at`` and did not know when duty changed, nor was told since."""
    duty, day = on_duty(rota, at, hours), hours.local(at).weekday()
    people = [one for one in duty.pair + duty.further if one.entra_object_id]
    return tuple([one for one in people if day not in handover.serving.get(one.id, ())])


def _is_time(draft_policy: Policy, at: datetime, hours: SupportHours) -> bool:
    return hours.is_open(at) and draft_policy.heads_up_at <= hours.local(at).time() < draft_policy.peak_from


def _heads_ups(state: State, handover: Handover, now: datetime, hours: SupportHours) -> list[datetime]:
    """Return when somebody is to be told before the peak, on this and the coming days of the iteration."""
    policy = state.desk.policy
    days = working_days(handover.iteration, hours)
    moments = [
        at for day in days if (at := hours.moment(day, policy.heads_up_at)) > now and _is_time(policy, at, hours)
    ]
    due = [now] if _is_time(policy, now, hours) else []
    return [at for at in (*due, *moments) if _unprepared(state.rota, handover, at, hours)]


def _heads_up(draft: Draft) -> None:
    handover = current(draft)
    assert handover is not None
    if not _is_time(draft.policy, draft.now, draft.hours):
        return
    duty, policy = draft.duty(draft.now), draft.policy
    for person in _unprepared(draft.rota, handover, draft.now, draft.hours):
        others = tuple([one for one in duty.pair if one.id != person.id])
        beside = f" with {names(others)}" if others else ""
        text = (
            f"You are on duty today{beside}. Most requests come from {policy.peak_from:%H:%M} to "
            f"{policy.peak_to:%H:%M}: let this chat and #{draft.desk.id} ring till then."
        )
        draft.show(f"peak:{handover.iteration}:{person.id}", personal(person.id), Line((text,)))
        knows = {**handover.serving, person.id: frozenset(range(7))}
        handover = replace(handover, serving=knows, welcomed=(*handover.welcomed, person.id))
    put(draft, handover)


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "ready": DeskStep(Right.COLLEAGUE, None, _ready),
        "observe": DeskStep(Right.COLLEAGUE, None, _observe),
    }
)
"""What can be pressed on the cards of those who start."""
