"""What is kept of people and their words, for how long, and how it is forgotten.

Whatever is past its time is erased once a day, after midnight or when the bot is next up, a long list in portions.
Messages in Teams are the team's own and stay. What waits to be delivered is kept until it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches

from bot.alerts import erasure as alert_erasure
from bot.alerts.alert import Alert
from bot.alerts.erasure import weather_without_person
from bot.commands import SendPrivacy, parse
from bot.decide import tickets
from bot.decide.commons import edits
from bot.decide.draft import Draft
from bot.decide.requests import claims, recurrence
from bot.decide.requests.claims import REOPENS
from bot.effects import (
    Answer,
    DropNotice,
    Erased,
    ForgetActs,
    ForgetChats,
    ForgetEdits,
    ForgetMessages,
    ForgetPerson,
    PutAlert,
    PutNotice,
    PutRequest,
    PutRota,
    WriteRota,
)
from bot.errors import Refused
from bot.events import Event, Message, PersonErased, Sweep
from bot.hours import SupportHours
from bot.people import FORMER, SOMEBODY, Author, Person
from bot.places import person_of, personal
from bot.policy import Policy
from bot.rota.iteration import iteration_of
from bot.rota.ledger import summed
from bot.rota.planning import Planning
from bot.rota.shift import Rota
from bot.state import Facts, Notice, Pause, Raised, Setup, State
from bot.support.erasure import (
    WITHOUT,
    Part,
    authors,
    held,
    unnamed,
    without_maker,
    without_person,
    without_words,
)
from bot.support.recurrence import Common
from bot.support.request import Request, Status
from bot.support.ticket import Progress, Ticket
from bot.support.words import listed

SWEEPS = time(0, 5)  # in the desk's zone
REST = timedelta(seconds=2)  # between two portions of a long list, which would slow all else down at a stretch
UNDO_ENDS = timedelta(days=1)  # after closing, whatever the policy
MOST_NEAR = 3  # names that may have been meant
# kinds of keys that go on with a request's id
MESSAGES = ("copy", "answer", "suggestion", "reply", "same", "team", "owed", "ended", "ticket", "incident")
OF_ALERTS = ("alert", "call", "ticket")  # with an alert's id
OF_STORMS = ("storm:", "call:S-")
PASSING = (
    "mine:",
    "offer:",
    "form:",
    "which:",
    "menu:",
    "raise:",
    "calendar:",
    "rota:",
    "commons:",
)  # forms and lists, which a press answers where it is
YEAR = 12  # months


def next_sweep(facts: Facts, now: datetime, hours: SupportHours) -> datetime:
    """Return when what is past its time is next erased: once a day, at once where that was never done."""
    if facts.sweeps_on_at is not None:
        return facts.sweeps_on_at
    if facts.swept_on is None:
        return now
    return datetime.combine(facts.swept_on + timedelta(days=1), SWEEPS, hours.zone).astimezone(UTC)


def past_time(policy: Policy, now: datetime) -> dict[Part, datetime]:
    """Return until when a request was closed of which something is to be erased at ``now``, by what that is.

    A request that can still be opened again keeps what it needs for that, whatever the policy.
    """
    return {
        Part.UNDO: now - UNDO_ENDS,
        Part.NAMES: now - max(timedelta(days=policy.names_days), REOPENS),
        Part.TEXTS: now - max(timedelta(days=policy.texts_days), REOPENS),
    }


def swept(draft: Draft, event: Sweep) -> None:
    """Erase what is past its time: of the requests and acts that the event names, and of all that the desk holds."""
    limits = past_time(draft.policy, draft.now)
    for request in filter(None, map(draft.request, event.requests)):
        _sweep(draft, request, limits)
    for alert in filter(None, map(draft.alert, event.alerts)):
        _sweep_alert(draft, alert, limits)
    facts = draft.facts
    if event.revision > facts.nameless_to:
        draft.quietly(ForgetActs(facts.nameless_to, event.revision))
        facts = replace(facts, nameless_to=event.revision)
    facts = replace(facts, sweeps_on_at=None if event.last else draft.now + REST)
    if event.last:
        people = _sweep_rota(draft)
        draft.follow_with(ForgetEdits(draft.policy.names_days))
        _sweep_notices(draft, limits[Part.NAMES])
        recurrence.forget(draft)
        _sweep_commons(draft, limits[Part.NAMES])
        setup = "setup.form:" if facts.setup or facts.set_up else "setup"
        draft.quietly(ForgetMessages((*PASSING, setup, *(() if facts.weather.storms else OF_STORMS))))
        needed = {*draft.rota.people, *(one.requester.id for one in _live(draft))}
        if chats := tuple(one for one in event.chats if one not in needed):
            draft.quietly(ForgetChats(chats))
        facts = replace(_swept_facts(draft, facts, people), swept_on=draft.hours.local(draft.now).date())
    draft.put_facts(facts)


def sought(state: State, event: Event) -> frozenset[str]:
    """Return the ids or names of whoever an event asks about, so that the requests that name them can be found."""
    match event:
        case PersonErased(who=who):
            return _words(_meant(state.rota, who)) or frozenset((who.strip(), who.strip().casefold()))
        case Message(addressed=True, text=text, author=author):
            found = parse(text)
            if found and isinstance(found[1], SendPrivacy):
                known = state.rota.people.get(author.id)
                return _words([known] if known else []) | {author.id}
    return frozenset()


def _words(people: Iterable[Person]) -> frozenset[str]:
    """Return the ids and names by which people are found in what is kept."""
    return frozenset(word for one in people for word in (one.id, one.name, one.slack_user_id)) - {""}


def called(requests: Iterable[Request], name: str) -> frozenset[str]:
    """Return the ids of those who are called, or have the id, ``name`` in some of the requests."""
    return _so_called((one for request in requests for one in authors(request)), name)


def erased(draft: Draft, event: PersonErased) -> Answer:
    """Make somebody a former colleague in all that is held; raise Refused while they are needed.

    What they asked for goes with their name. Whoever is unknown is refused as well: it may be a slip of the pen.
    """
    id_, name = _whom(draft, event)
    _check(draft, id_, name)
    requests = list(draft.requests())
    names = frozenset(one.name for one in _known(draft) if one.id == id_)
    left = [without_person(request, id_, names) for request in requests]
    for request, known in zip(requests, left, strict=True):
        if known == request:
            continue
        if request.status is Status.CLOSED:
            draft.quietly(PutRequest(known))
        else:
            draft.put(known)
    _forget_in_alerts(draft, id_, names | _slack_ids(draft, id_))
    _forget_in_commons(draft, id_, names)
    told = {said.shown for one in requests for said in one.handed if said.author.id == id_}
    for card in sorted(told & {said.shown for one in left for said in one.handed} - {""}):
        claims.answer_reads_otherwise(draft, card, left)
    asked = frozenset(one.id for one in requests if one.requester.id == id_)
    handed = frozenset(one.id for one in requests if any(said.author.id == id_ for said in one.handed))
    for notice in draft.state.notices.values():
        if notice.person == id_:
            draft.quietly(DropNotice(notice.key))
        elif (fresh := unnamed(_notice_without(notice, id_, asked, handed), names)) != notice:
            draft.put_notice(fresh)
    draft.put_facts(unnamed(_without(draft, id_), names))
    rota = _former(draft.rota, id_, names)
    if rota != draft.rota:
        draft.put_rota(rota)
    draft.quietly(ForgetPerson(id_))
    draft.follow_with(ForgetEdits(0))
    return Erased(name)


def _slack_ids(draft: Draft, id_: str) -> frozenset[str]:
    person = draft.rota.people.get(id_)
    return frozenset((person.slack_user_id,) if person and person.slack_user_id else ())


def _forget_in_commons(draft: Draft, id_: str, names: frozenset[str]) -> None:
    for common in draft.commons():
        known = unnamed(_common_without(common, id_), names)
        if known != common:
            draft.put_common(known)


def _forget_in_alerts(draft: Draft, id_: str, names: frozenset[str]) -> None:
    for alert in draft.alerts():
        known = alert_erasure.without_person(alert, id_, names)
        if known != alert and alert.is_live:
            draft.put_alert(known)
        elif known != alert:
            draft.quietly(PutAlert(known))


# -- daily ----------------------------------------------------------------------------------------------------------


def _sweep(draft: Draft, request: Request, limits: dict[Part, datetime]) -> None:
    if request.status is not Status.CLOSED or request.closed_at is None:
        return
    left = request
    for part, without in WITHOUT.items():
        if request.closed_at <= limits[part]:
            left = without(left)
    if Part.NAMES in held(request) and Part.NAMES not in held(left):
        draft.quietly(ForgetMessages(tuple(f"{kind}:{request.id}:" for kind in MESSAGES)))
        asked = request.requester.id
        if asked not in draft.rota.people and all(one.requester.id != asked for one in _live(draft)):
            draft.quietly(ForgetChats((asked,)))
    draft.quietly(PutRequest(left))  # even as it was: what is known of it is then up to date


def _sweep_alert(draft: Draft, alert: Alert, limits: dict[Part, datetime]) -> None:
    if alert.is_live:
        return
    left = alert
    for part, without in alert_erasure.WITHOUT.items():
        if alert.changed_at <= limits[part]:
            left = without(left)
    if Part.NAMES in alert_erasure.held(alert) and Part.NAMES not in alert_erasure.held(left):
        draft.quietly(ForgetMessages(tuple(f"{kind}:{alert.id}:" for kind in OF_ALERTS)))
    draft.quietly(PutAlert(left))  # even as it was, as a request


def _sweep_commons(draft: Draft, until: datetime) -> None:
    """Forget who wrote a common request down, once that is past its time; what they wrote is the team's."""
    for common in draft.commons():
        if common.by is not None and common.changed_at is not None and common.changed_at <= until:
            draft.put_common(replace(common, by=None))


def _swept_tickets(draft: Draft, facts: Facts) -> dict[str, Ticket]:
    """Return the tickets without what is past its time; one that was refused is not mended any more then."""
    limits, left = past_time(draft.policy, draft.now), {}
    for id_, one in facts.tickets.items():
        nameless = one.at <= limits[Part.NAMES]
        if nameless and one.by.id:
            tickets.forget_letters(draft, one)
        if nameless and one.progress is Progress.REFUSED:
            continue
        known = without_maker(one, Author("", SOMEBODY)) if nameless else one
        left[id_] = without_words(known) if one.at <= limits[Part.TEXTS] else known
    return left


def _sweep_rota(draft: Draft) -> Mapping[str, Person]:
    """Forget what is past its time in the rota, and return who is left in it."""
    policy, today, rota = draft.policy, draft.hours.local(draft.now).date(), draft.rota
    ended = draft.now - timedelta(days=policy.absences_days)
    oldest = _months_before(today, policy.shifts_months)
    away = draft.hours.local(ended).date()
    served = datetime.combine(oldest, time(), draft.hours.zone)
    left = replace(
        rota,
        shifts=tuple(replace(one, person=FORMER) if one.iteration < oldest else one for one in rota.shifts),
        absences=tuple(one for one in rota.absences if one.end > ended),
        overrides=tuple(one for one in rota.overrides if one.end > served),
        history=tuple(one for one in rota.history if one.at > served and (one.until is None or one.until >= away)),
    )
    needed = {one.person for one in left.shifts} | {one.person for one in left.absences}
    needed |= {id_ for one in left.overrides for id_ in (one.person, one.stand_in)}
    needed |= {author.id for request in _live(draft) for author in authors(request)}
    gone = today - timedelta(days=policy.names_days)
    people = {id_: one for id_, one in rota.people.items() if one.left is None or one.left > gone or id_ in needed}
    known = [
        one if one.iteration >= oldest and one.person in people else replace(one, person=FORMER) for one in rota.ledger
    ]
    left = replace(left, people=people if len(people) < len(rota.people) else rota.people, ledger=summed(known))
    if left != rota:  # not put_rota: nothing of it changes who is on duty, and no card need be shown anew at night
        draft.quietly(PutRota(left))
        draft.follow_with(WriteRota())
    return left.people


def _sweep_notices(draft: Draft, until: datetime) -> None:
    """Blank what a notice that still waits for one request shows of others, which are settled for long."""
    for notice in draft.state.notices.values():
        if notice.created_at > until:
            continue
        items = tuple(
            replace(item, requester=SOMEBODY, excerpt="", line="", advised_by="", claimer="", note="")
            if item.settled
            else item
            for item in notice.items
        )
        if items != notice.items:
            draft.quietly(PutNotice(replace(notice, items=items)))


def _swept_facts(draft: Draft, facts: Facts, people: Mapping[str, Person]) -> Facts:
    def recent(times: Iterable[tuple[str, datetime]], span: timedelta) -> dict[str, datetime]:
        return {id_: at for id_, at in times if draft.now - at < span and id_ in people}

    planning = facts.planning
    gone = {*draft.rota.people, *planning.feeds}.difference(people, ("",))
    return replace(
        facts,
        planning=planning.forgetting_feeds(gone, people) if gone else planning,
        helped_at=recent(facts.helped_at.items(), timedelta(days=1)),
        advised_at=recent(facts.advised_at.items(), timedelta(days=7)),
        unreachable={
            place: why for place, why in facts.unreachable.items() if not person_of(place) or person_of(place) in people
        },
        early=tuple(one for one in facts.early if draft.now - one.at < timedelta(days=1)),
        chats={id_: at for id_, at in facts.chats.items() if id_ in people or draft.is_admin(Author(id_, ""))},
        tickets=_swept_tickets(draft, facts) if facts.tickets else facts.tickets,
        edits=edits.kept(draft, facts.edits),
    )


def _live(draft: Draft) -> list[Request]:
    return [one for one in draft.requests() if one.status is not Status.CLOSED]


def _months_before(day: date, months: int) -> date:
    month = day.year * YEAR + day.month - 1 - months
    first = date(month // YEAR, month % YEAR + 1, 1)
    return first + timedelta(days=min(day.day, _days_in(first)) - 1)


def _days_in(first: date) -> int:
    return ((first + timedelta(days=31)).replace(day=1) - first).days


# -- by command -----------------------------------------------------------------------------------------------------


def _whom(draft: Draft, event: PersonErased) -> tuple[str, str]:
    """Return the id and the name of whoever is to be erased, their id where no name of theirs is known."""
    id_ = event.who.strip().casefold()
    people = {one.id: one.name for one in _meant(draft.rota, event.who)}
    ids = people or dict.fromkeys(_so_called(_known(draft), event.who), event.who)
    if not ids and (event.acted or id_ in _ids(draft)):
        ids = {id_: event.who}
    if len(ids) > 1:
        raise Refused(f"{len(ids)} people are called {event.who}. Say which by the Entra id, or by the e-mail.")
    if not ids:
        raise Refused(_unknown(draft, event.who))
    ((id_, name),) = ids.items()
    return id_, name


def _meant(rota: Rota, who: str) -> list[Person]:
    """Return those of the rota's people whom an id, an e-mail or a name means."""
    same = who.strip().casefold()
    return [
        one for one in rota.people.values() if same in {one.id.casefold(), one.email.casefold(), one.name.casefold()}
    ]


def _so_called(some: Iterable[Author], name: str) -> frozenset[str]:
    exactly, id_ = name.strip(), name.strip().casefold()
    return frozenset({one.id for one in some if id_ == one.id or exactly == one.name} - {""})


def _unknown(draft: Draft, who: str) -> str:
    """Say that nothing is held of somebody, and whom it may have meant: by name, a part of it, or e-mail."""
    names = {one.name for one in _known(draft) if one.id}
    emails = {one.email for one in draft.rota.people.values() if one.email}
    spelt = [(part.casefold(), one) for one in sorted(names | emails) for part in (one, *one.split(), *one.split("@"))]
    near = get_close_matches(who.strip().casefold(), [part for part, _ in spelt], n=len(spelt) or 1)
    found = list(dict.fromkeys(one for part in near for known, one in spelt if known == part))
    meant = f" Did you mean {listed(found[:MOST_NEAR], ' or ')}?" if found else ""
    hint = " Whoever only typed commands is known by the Entra id alone."
    if found:
        hint = ""
    elif "@" in who:
        hint = " Whoever only asked is known by name and Entra id, not by e-mail."
    return f"Nothing is held of {who.strip()} in {draft.desk.id}, and nothing was erased.{meant}{hint}"


def _known(draft: Draft) -> Iterator[Author]:
    """Yield whoever the desk knows by id and name: its people, those in its requests, and those in its facts."""
    facts = draft.facts
    yield from (Author(one.id, one.name) for one in draft.rota.people.values())
    yield from (author for request in draft.requests() for author in authors(request))
    yield from (author for one in facts.raised for author in (one.requester, one.by))
    yield from (one.author for one in facts.early if one.author)
    yield from (author for alert in draft.alerts() for author in alert_erasure.authors(alert))
    yield from (one.by for one in facts.tickets.values())
    yield from (one.by for one in facts.edits)
    yield from (one.by for one in draft.commons() if one.by)
    yield from facts.planning.known()
    if facts.pause:
        yield facts.pause.by


def _ids(draft: Draft) -> frozenset[str]:
    """Return whom the desk knows by id alone."""
    facts = draft.facts
    setup = facts.setup or Setup()
    places = (*facts.unreachable, *setup.cards.values(), *facts.set_up.values())
    told = (one.person for one in draft.state.notices.values())
    met = (one.id for one in (setup.roster.members if setup.roster else ()))
    some = (*facts.helped_at, *facts.advised_at, *facts.chats, *setup.added, *map(person_of, places), *told, *met)
    called = (*(one.called for one in draft.alerts()), *(one.called for one in facts.weather.storms))
    some = (*some, *(id_ for ids in called for id_ in ids), *facts.planning.ids())
    return frozenset(some) - {""}


def _check(draft: Draft, id_: str, name: str) -> None:
    asked = [one.id for one in _live(draft) if one.requester.id == id_]
    claimed = [one for one in _live(draft) if one.claimer and one.claimer.id == id_]
    has = [one.id for one in claimed if not one.lead]
    handles = [one.id for one in draft.alerts() if one.is_live and one.owner and one.owner.id == id_]
    raised = any(one.requester.id == id_ and not one.request and not one.refused for one in draft.facts.raised)
    policy, now = draft.policy, draft.now
    today = iteration_of(draft.hours.duty_day(now))
    weeks = sorted({one.iteration for one in draft.rota.shifts if one.person == id_ and one.iteration >= today})
    stands_in = any(one.stand_in == id_ and one.end > now for one in draft.rota.overrides)
    problems = []
    if asked:
        problems.append(f"{name} still waits for an answer to {listed(asked, ' and ')}; close that first.")
    if raised:
        problems.append(f"What {name} asked is being posted just now; try again in a minute.")
    if has:
        problems.append(f"{name} still has {listed(has, ' and ')}; close that, or give it back, first.")
    problems += [
        f"{name} still has {one.id}, which goes with {one.lead}; close {one.lead}, or make it a separate matter, first."
        for one in claimed
        if one.lead
    ]
    if handles:
        those = listed(handles, " and ")
        problems.append(f"{name} still handles {those}; resolve that, or let somebody else handle it, first.")
    if weeks:
        those = listed([f"{week:%Y-%m-%d}" for week in weeks], " and ")
        problems.append(f"{name} serves in the iteration of {those}; name others in it first (shifts import).")
    if stands_in:
        problems.append(f"{name} stands in for somebody now or later; set somebody else first.")
    if id_ in policy.admins or id_ in {contact.id for contact in policy.training}:
        problems.append(f"{name} stands in this desk's policy, as an admin or a training contact; take that out first.")
    if problems:
        raise Refused("\n".join(problems))


def _former(rota: Rota, id_: str, names: Iterable[str]) -> Rota:
    def other(known: str) -> str:
        return FORMER if known == id_ else known

    return replace(
        rota,
        people={known: one for known, one in rota.people.items() if known != id_},
        shifts=tuple(replace(one, person=other(one.person)) for one in rota.shifts),
        absences=tuple(one for one in rota.absences if one.person != id_),
        overrides=tuple(replace(one, person=other(one.person), stand_in=other(one.stand_in)) for one in rota.overrides),
        ledger=summed(replace(one, person=other(one.person)) for one in rota.ledger),
        history=unnamed(rota.history, names),
    )


def _without(draft: Draft, id_: str) -> Facts:
    facts = draft.facts
    asked = frozenset(one.id for one in draft.requests() if one.requester.id == id_)
    return replace(
        facts,
        weather=weather_without_person(facts.weather, id_),
        tickets={key: _ticket_without(one, id_, asked) for key, one in facts.tickets.items()},
        helped_at={one: at for one, at in facts.helped_at.items() if one != id_},
        advised_at={one: at for one, at in facts.advised_at.items() if one != id_},
        unreachable={place: why for place, why in facts.unreachable.items() if place != personal(id_)},
        early=tuple(one for one in facts.early if one.author is None or one.author.id != id_),
        raised=tuple(_raised_without(one, id_) for one in facts.raised if not _is_only_theirs(one, id_)),
        chats={one: at for one, at in facts.chats.items() if one != id_},
        setup=facts.setup and _setup_without(facts.setup, id_),
        set_up=_cards_without(facts.set_up, id_),
        pause=facts.pause and _pause_without(draft, facts.pause, id_),
        planning=_planning_without(facts.planning, id_, draft.rota.people),
        edits=tuple(one for one in facts.edits if one.by.id != id_),
    )


def _common_without(common: Common, id_: str) -> Common:
    """Return a common request that a person did not write, and was not asked about."""
    by = Author("", FORMER) if common.by and common.by.id == id_ else common.by
    return replace(common, by=by, cards=tuple(key for key in common.cards if key.rpartition(":")[2] != id_))


def _planning_without(planning: Planning, id_: str, people: Iterable[str]) -> Planning:
    former = Author("", FORMER)

    def others(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple([one for one in ids if one != id_])

    def other(author: Author) -> Author:
        return former if author.id == id_ else author

    pick, handover = planning.pick, planning.handover
    if pick is not None:
        pick = replace(
            pick,
            proposed=tuple([pair for pair in pick.proposed if id_ not in pair]),
            declined=others(pick.declined),
            taken=others(pick.taken),
            told=others(pick.told),
            by=pick.by and other(pick.by),
            cards=tuple([one for one in pick.cards if one[1] != personal(id_)]),
            letters=tuple([one for one in pick.letters if one[0] != id_]),
        )
    if handover is not None:
        handover = replace(
            handover,
            outgoing=others(handover.outgoing),
            ready=others(handover.ready),
            reminded=others(handover.reminded),
            serving={one: days for one, days in handover.serving.items() if one != id_},
            welcomed=others(handover.welcomed),
            holders=others(handover.holders),
        )
    asks = [
        replace(
            one,
            by=other(one.by),
            asked=others(one.asked),
            refused=others(one.refused),
            waiting=others(one.waiting),
            away=others(one.away),
        )
        for one in planning.asks
        if one.person != id_ and not (one.done and id_ in (one.by.id, *one.ids))
    ]
    return replace(
        planning.forgetting_feeds((id_,), people),
        pick=pick,
        handover=handover,
        asks=tuple(asks),
        news=tuple([one for one in planning.news if one.person != id_]),
        deployments=tuple(
            [
                replace(
                    one,
                    by=other(one.by),
                    ended_by=one.ended_by and other(one.ended_by),
                    shown_to=others(one.shown_to),
                )
                for one in planning.deployments
            ]
        ),
        filling={one: days for one, days in planning.filling.items() if one != id_},
    )


def _ticket_without(ticket: Ticket, id_: str, asked: frozenset[str]) -> Ticket:
    """Return a ticket without the words of whoever made it, or asked for what it is about, and without their name."""
    left = without_words(ticket) if id_ == ticket.by.id or ticket.matter in asked else ticket
    left = without_maker(left, Author("", FORMER)) if id_ == ticket.by.id else left
    return replace(left, card="") if left.card.rpartition(":")[2] == id_ else left


def _is_only_theirs(raised: Raised, id_: str) -> bool:
    """Say whether words that are not posted are somebody's own, or came back to them and nobody else."""
    return not raised.request and (raised.requester.id == id_ or (raised.refused and raised.by.id == id_))


def _raised_without(raised: Raised, id_: str) -> Raised:
    """Return what was raised, which goes on though whoever raised it for somebody is erased."""
    other = Author("", FORMER)
    requester, by = (other if one.id == id_ else one for one in (raised.requester, raised.by))
    return replace(raised, requester=requester, by=by, text="" if raised.requester.id == id_ else raised.text)


def _setup_without(setup: Setup, id_: str) -> Setup:
    roster = setup.roster
    if roster is not None:
        roster = replace(roster, members=tuple(one for one in roster.members if one.id != id_))
    added = tuple(one for one in setup.added if one != id_)
    return replace(setup, roster=roster, cards=_cards_without(setup.cards, id_), added=added)


def _cards_without(cards: Mapping[str, str], id_: str) -> dict[str, str]:
    return {key: place for key, place in cards.items() if place != personal(id_)}


def _pause_without(draft: Draft, pause: Pause, id_: str) -> Pause:
    """Return a pause whose end another admin is told, where whoever began it is erased."""
    if pause.by.id != id_:
        return pause
    others = [Author(one.id, one.name) for one in draft.rota.people.values() if one.id != id_]
    return replace(pause, by=next((one for one in others if draft.is_admin(one)), Author("", FORMER)))


def _notice_without(notice: Notice, id_: str, asked: frozenset[str], handed: frozenset[str]) -> Notice:
    """Return a notice without what somebody had asked, or had written when handing on; their name is still in it."""
    items = tuple(
        replace(
            item,
            excerpt="" if item.request in asked else item.excerpt,
            note="" if item.request in handed else item.note,
            claimer="" if item.claimer == id_ else item.claimer,
        )
        for item in notice.items
    )
    return replace(notice, items=items)
