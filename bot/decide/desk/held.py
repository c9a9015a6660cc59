"""What is held about somebody, and for how long: the answers to ``privacy`` and ``privacy me``."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.alerts import erasure as alert_erasure
from bot.alerts.alert import Alert
from bot.decide.desk.privacy import past_time
from bot.decide.draft import Draft
from bot.decide.pictures import words
from bot.events import Message, Wrote
from bot.people import Author, Person
from bot.places import personal
from bot.policy import Language
from bot.rota.shift import Change
from bot.state import Raised, Setup
from bot.support.erasure import Part, unnamed, without_person
from bot.support.recurrence import Common
from bot.support.request import Request
from bot.support.texts import DAYS, Text
from bot.support.ticket import Ticket
from bot.support.words import done, listed, moment
from bot.views import Fact, HelpCard

LONGEST = 1000  # characters of one row of a card, which is then shown whole, whatever they are
HEAVIEST, FRAME = 15_000, 400  # bytes of a card as JSON, and of what stands around the words of each row
Row = tuple[Text, list[str]]
PARTS = (  # what somebody did in requests, or had done to them, in the order in which they read it
    Text.MY_MATTERS,
    Text.MY_REMARKS,
    Text.MY_ANSWERED,
    Text.MY_TAKEN,
    Text.MY_CLOSED,
    Text.MY_QUESTIONS,
    Text.MY_ADVICE,
    Text.MY_TRIAGE,
    Text.MY_LATEST,
    Text.MY_RUNG,
    Text.MY_HELPING,
    Text.MY_REACTED,
)


def explained(draft: Draft) -> HelpCard:
    """Say what is held, why, for how long by the desk's policy, who can read it, and whom to ask."""
    say, limits = draft.say, past_time(draft.policy, draft.now)
    days = {part: (draft.now - until).days for part, until in limits.items()}
    return HelpCard(
        say(Text.PRIVACY_TITLE),
        say(Text.PRIVACY_WHY),
        (
            Fact(
                say(Text.PRIVACY_REQUESTS),
                say(Text.PRIVACY_REQUESTS_KEPT, texts=days[Part.TEXTS], names=days[Part.NAMES]),
            ),
            Fact(say(Text.PRIVACY_COMMONS), say(Text.PRIVACY_COMMONS_KEPT, names=days[Part.NAMES])),
            Fact(say(Text.PRIVACY_TEAM), say(Text.PRIVACY_TEAM_KEPT, months=draft.policy.shifts_months)),
            Fact(say(Text.PRIVACY_AWAY), say(Text.PRIVACY_AWAY_KEPT, days=draft.policy.absences_days)),
            Fact(say(Text.PRIVACY_READERS), say(Text.PRIVACY_READ_BY)),
            Fact(say(Text.PRIVACY_ASK), say(Text.PRIVACY_ASK_WHOM, who=_admins(draft))),
        ),
    )


def about(draft: Draft, event: Message) -> tuple[HelpCard, ...]:
    """Say all that is held about somebody, on as many cards as it takes: who they are first, then their requests.

    There is none where nothing is held and another desk answers.
    """
    author, say = event.author, draft.say
    person = draft.rota.people.get(author.id)
    known = [*(_as_person(draft, person) if person else []), *_in_facts(draft, author), *_in_requests(draft, author)]
    said = {line for _, lines in known for line in lines}
    if isinstance(event, Wrote) and event.beside and said <= {"", say(Text.MY_NONE)}:
        return ()
    rows = [(Text.MY_NAME, [author.name]), (Text.MY_ID, [author.id]), *known]
    rows.append((Text.MY_HISTORY, [say(Text.MY_HISTORY_KEPT)]))
    facts = [Fact(say(label), text) for label, lines in rows for text in _whole("\n".join(filter(None, lines)))]
    pages, title = _pages(facts), say(Text.MY_TITLE)
    return tuple(
        HelpCard(
            say(Text.MY_PAGE, title=title, number=number, count=len(pages)) if len(pages) > 1 else title,
            say(Text.MY_TEXT) if number == 1 else "",
            tuple(page),
        )
        for number, page in enumerate(pages, 1)
    )


def _admins(draft: Draft) -> str:
    people = draft.rota.people.values()
    known = [one.name for one in people if draft.is_admin(Author(one.id, one.name))]
    return listed(sorted(known), draft.say(Text.OR).rstrip() + " ") or draft.say(Text.PRIVACY_ADMINS)


def _as_person(draft: Draft, person: Person) -> list[Row]:
    say, language = draft.say, draft.policy.language
    yes, rota = (say(Text.MY_NO), say(Text.MY_YES)), draft.rota
    shifts = sorted(f"{one.iteration:%Y-%m-%d} {one.role}" for one in rota.shifts if one.person == person.id)
    away = [_span(draft, one.start, one.end) for one in rota.absences if one.person == person.id]
    stands = [_span(draft, one.start, one.end) for one in rota.overrides if person.id in (one.person, one.stand_in)]
    served = [f"{one.iteration}: {one.served} / {one.chances}" for one in rota.ledger if one.person == person.id]
    observing = [
        f"{person.observed or ''}",
        say(Text.MY_WAIVED) if person.waived else "",
        say(Text.MY_AGAIN) if person.again else "",
    ]
    dates = [f"{day:%Y-%m-%d}" if day else "-" for day in (person.joined, person.left)]
    return [
        (Text.MY_EMAIL, [person.email]),
        (Text.MY_SLACK, [person.slack_user_id]),
        (Text.MY_DAYS, [" ".join(DAYS[language][day] for day in sorted(person.working_days))]),
        (Text.MY_PRODUCTION, [yes[person.production_access]]),
        (Text.MY_EXPERIENCED, [yes[person.experienced]]),
        (Text.MY_OBSERVING, observing),
        (Text.MY_HOLIDAYS, [person.holidays]),
        (Text.MY_DATES, [" / ".join(dates) if person.joined or person.left else ""]),
        (Text.MY_SHIFTS, shifts[::-1]),
        (Text.MY_ABSENCES, away[::-1]),
        (Text.MY_STANDING_IN, stands[::-1]),
        (Text.MY_SERVED, served[::-1]),
        (
            Text.MY_CHANGES,
            [_change(draft, one) for one in reversed(rota.history) if unnamed(one, [person.name]) != one],
        ),
    ]


def _change(draft: Draft, one: Change) -> str:
    return _told(f"{_at(draft, one.at)} · {one.by} {one.what}", one.reason)


def _in_facts(draft: Draft, author: Author) -> list[Row]:
    facts, me, yes = draft.facts, author.id, draft.say(Text.MY_YES)

    def when(times: Mapping[str, datetime]) -> list[str]:
        return [_at(draft, at) for id_, at in times.items() if id_ == me]

    asked = {one.id for one in draft.requests() if one.requester.id == me}

    def raised(one: Raised) -> str:
        return _told(" · ".join(filter(None, (one.request, _at(draft, one.at)))), one.text)

    setup = facts.setup or Setup()
    members = [f"{one.name} {one.email}" for one in (setup.roster.members if setup.roster else ()) if one.id == me]
    cards = (*setup.cards.values(), *facts.set_up.values())
    part = [yes] if me in setup.added or personal(me) in cards else []
    messages = [item.request for one in draft.state.notices.values() if one.person == me for item in one.items]
    return [
        (Text.MY_ADMIN, [yes] if draft.is_admin(author) else []),
        (Text.MY_TRAINING, [yes for one in draft.policy.training if one.id == me]),
        (Text.MY_CHAT, when(facts.chats)),
        (Text.MY_CALLED, when(facts.helped_at)),
        (Text.MY_ADVISED, when(facts.advised_at)),
        (Text.MY_UNREACHABLE, [facts.unreachable.get(personal(me), "")]),
        (Text.MY_SETUP, members or part),
        (Text.MY_PAUSE, [_at(draft, facts.pause.since)] if facts.pause and facts.pause.by.id == me else []),
        (Text.MY_PLANNING, list(facts.planning.about(me))),
        (Text.MY_TICKETS, [_ticket(one) for one in facts.tickets.values() if one.by.id == me or one.matter in asked]),
        (Text.MY_COMMONS, [_told(one.id, one.title) for one in draft.commons() if _is_of(one, author)]),
        (Text.MY_EDITS, [_told(one.title, one.after) for one in facts.edits if one.by.id == me]),
        (Text.MY_STORMS, [_at(draft, one.started_at) for one in facts.weather.storms if me in one.called]),
        (Text.MY_EARLY, [_at(draft, one.at) for one in facts.early if one.author and one.author.id == me]),
        (Text.MY_RAISED, [raised(one) for one in facts.raised if one.by.id == me]),
        (Text.MY_RAISED_FOR, [raised(one) for one in facts.raised if one.requester.id == me != one.by.id]),
        (Text.MY_MESSAGES, list(dict.fromkeys(messages))),
    ]


def _is_of(common: Common, author: Author) -> bool:
    """Say whether a common request knows somebody: who wrote it down, was asked about it, or is named in it."""
    wrote = common.by is not None and common.by.id == author.id
    asked = any(key.rpartition(":")[2] == author.id for key in common.cards)
    return wrote or asked or unnamed(common, [author.name]) != common


def _ticket(ticket: Ticket) -> str:
    said = "\n".join(filter(None, (ticket.draft.summary, *(one.text for one in ticket.draft.sections))))
    return _told(" · ".join(filter(None, (ticket.matter, ticket.key))), said if ticket.draft.sections else "")


def _in_requests(draft: Draft, author: Author) -> list[Row]:
    named = sorted(draft.requests(), key=lambda one: one.posted_at, reverse=True)
    mine = [one for one in named if one.requester.id == author.id]
    others = [one for one in named if one not in mine and without_person(one, author.id, {author.name}) != one]
    language = draft.policy.language
    asked = [
        _told(f"{one.id} · {_at(draft, one.posted_at)}", text)
        for one in mine
        for text in dict.fromkeys(
            (one.text or words(one, language=language), *((one.before.text,) if one.before else ()))
        )
    ]
    parts: dict[Text, list[str]] = {label: [] for label in PARTS}
    for one in (*mine, *others):
        for label, said in dict.fromkeys(_parts(one, author.id, language)):
            parts[label].append(_told(one.id, said))
    person = draft.rota.people.get(author.id)
    slack = person.slack_user_id if person else ""
    names = frozenset({author.name, slack} - {""})
    alerts = [one for one in draft.alerts() if alert_erasure.without_person(one, author.id, names) != one]
    for alert in alerts:
        for label, said in dict.fromkeys(_parts_of_alert(alert, author.id, slack)):
            parts[label].append(_told(alert.id, said))
    none = draft.say(Text.MY_NONE)
    return [
        (Text.MY_REQUESTS, asked or [none]),
        *parts.items(),
        (Text.MY_PART, [", ".join([*(one.id for one in others), *(one.id for one in alerts)]) or none]),
    ]


def _parts(request: Request, me: str, language: Language) -> Iterator[tuple[Text, str]]:
    """Yield what a request, and its state before the latest deed, knows of somebody, and of what they said."""
    if request.requester.id == me:
        theirs = ((Text.MY_MATTERS, request.matter), (Text.MY_REMARKS, request.remark))
        yield from ((label, said) for label, said in theirs if said)
    clock, deed = request.clock, request.deed
    advice = (request.advice, *request.suggestions, *request.handed)
    did: tuple[tuple[Text, Author | None, str], ...] = (
        (Text.MY_ANSWERED, request.responder, ""),
        (Text.MY_TAKEN, request.claimer, ""),
        (Text.MY_CLOSED, request.closed_by, request.remark),
        (Text.MY_QUESTIONS, request.wait.by if request.wait else None, ""),
        (Text.MY_QUESTIONS, request.word.asker if request.word else None, ""),
        *((Text.MY_ADVICE, one.author, one.text) for one in advice if one),
        *(((Text.MY_LATEST, deed.author, _told(done(deed.what, language), deed.text)),) if deed else ()),
    )
    yield from ((label, said) for label, author, said in did if author is not None and author.id == me)
    yield from ((Text.MY_TRIAGE, _told(one.question.strip("_"), one.answer)) for one in request.triage if one.by == me)
    rung = (*clock.called, *clock.mentioned, *clock.only, *(one.person for one in clock.deferred)) if clock else ()
    keys = (*request.copies, *(deed.others if deed else ()))
    for label, ids in (
        (Text.MY_RUNG, (*rung, *request.asked, *(key.rpartition(":")[2] for key in keys))),
        (Text.MY_HELPING, request.helpers),
        (Text.MY_REACTED, request.reacted),
    ):
        if me in ids:
            yield label, ""
    if request.before is not None:
        yield from _parts(request.before, me, language)


def _parts_of_alert(alert: Alert, me: str, slack: str) -> Iterator[tuple[Text, str]]:
    """Yield what an alert, and its state before the latest deed, knows of somebody, whom Slack knows by an id too."""
    deed = alert.deed
    did: tuple[tuple[Text, Author | None, str], ...] = (
        (Text.MY_TAKEN, alert.owner, alert.impact),
        (Text.MY_CLOSED, alert.ended_by, alert.reason),
        (Text.MY_LATEST, deed.author if deed else None, deed.what if deed else ""),
    )
    yield from ((label, said) for label, author, said in did if author is not None and author.id == me)
    if me in (*alert.called, *(key.rpartition(":")[2] for key in alert.cards)):
        yield Text.MY_RUNG, ""
    if slack and slack in (alert.eyes, *alert.back):
        yield Text.MY_REACTED, ""
    if alert.before is not None:
        yield from _parts_of_alert(alert.before, me, slack)


def _told(what: str, said: str) -> str:
    return f"{what}: {said}" if said else what


def _whole(text: str) -> Iterator[str]:
    """Yield a text in pieces that a card shows whole, ended where a line or a word ends."""
    while len(text) > LONGEST:
        end = text.rfind("\n", 0, LONGEST) + 1 or text.rfind(" ", 0, LONGEST) + 1 or LONGEST
        yield text[:end].rstrip()
        text = text[end:]
    yield from filter(None, (text,))


def _pages(facts: list[Fact]) -> list[list[Fact]]:
    """Return facts on as many cards as it takes that nothing of them is cut."""
    pages, left = [list[Fact]()], HEAVIEST
    for fact in facts:
        weight = FRAME + len(json.dumps(fact.label + fact.text))
        if weight > left and pages[-1]:
            pages.append([])
            left = HEAVIEST
        pages[-1].append(fact)
        left -= weight
    return pages


def _at(draft: Draft, at: datetime) -> str:
    return moment(at, draft.now, draft.hours, draft.policy.language)


def _span(draft: Draft, start: datetime, end: datetime) -> str:
    return f"{_at(draft, start)} - {_at(draft, end)}"
