"""What a request looks like to the one who reads it: the card in the thread, and the copies that people get.

Pure functions from state to views. The card is for the requester: who, until when. Copies are for support.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from bot.decide.requests.addresses import key_of
from bot.hours import SupportHours
from bot.people import Person
from bot.policy import Language
from bot.rota.duty import Duty
from bot.state import Call, DeskInfo, Notice, NoticeItem
from bot.support.handbook import Handbook
from bot.support.intake import excerpt
from bot.support.recurrence import Common, Standing
from bot.support.request import (
    WITH_TICKET,
    Clock,
    Match,
    NextWord,
    Outcome,
    Request,
    Rung,
    Status,
    goes_with_own,
    is_request,
)
from bot.support.texts import Text
from bot.support.ticket import Progress, Ticket, ticket_of
from bot.support.words import MINUTE, heard, length, listed, moment, say
from bot.views import Address, Also, Button, Line, Mention, NoticeCard, NoticeEntry, RequestCard

WAITING, SETTLED, ADDED = 300, 100, 120  # characters of a request that a copy, and a card, show
CARD = "card:"
MOST_MATCHES, NAME = 3, 60  # named in one line, and characters of each title
NO_TICKETS: Mapping[str, Ticket] = MappingProxyType({})
HELP = "help"  # in the key of a copy, for those called only to help
BY_MENTION = "Press a button, or mention me in your reply."
CLAIM, ASK, SUPPORT, LIKELY = "I'm looking into it", "Ask", "Support…", "Likely answer…"


def request_card(
    desk: DeskInfo,
    request: Request,
    lead: Request | None,
    also: tuple[Request, ...],
    duty: Duty,
    now: datetime,
    hours: SupportHours,
    at: datetime,
    *,
    hears_all: bool = True,
    tickets: Mapping[str, Ticket] = NO_TICKETS,
) -> RequestCard:
    """Return the card in the thread, which asks for mentions where the bot does not hear all.

    ``lead`` is the request that it follows, ``also`` are its requester's follow-ups; ``duty`` is who is on duty when it
    is going to be answered: at ``at``. ``tickets`` are those of the desk of which something is still to be heard.
    """
    language = desk.policy.language
    gone = request.outcome is Outcome.WITHDRAWN
    lead = lead if request.outcome in (None, Outcome.DUPLICATE) else None
    told = lead or request
    headline, detail = _words(desk, told, duty, now, hours, at, hears_all=hears_all)
    elsewhere = lead is not None and lead.place != request.place
    live = request.status is not Status.CLOSED
    answered = told.responder is not None and told.outcome is not Outcome.NO_REPLY
    remark = told.remark or (say(Text.ANSWER_THERE, language) if elsewhere and not live and answered else "")
    ticket = told.ticket if told.outcome in WITH_TICKET else ""
    if ticket:
        text = Text.TICKET_DONE if told.ticket_done else Text.FIND_IT_AS
        remark = say(text, language, key=key_of(ticket) or ticket)
    elif (made := ticket_of(tickets, told.id)) is not None and told.outcome in WITH_TICKET:
        text = Text.KEY_FOLLOWS if made.progress is Progress.OPENING else Text.KEY_SOUGHT
        remark = say(text, language, who=made.by.name)
    if lead and live and lead.wait and lead.claimer and elsewhere and not goes_with_own(request, lead):
        asker = lead.wait.by or lead.claimer
        headline, detail = Line((say(Text.ASKED_THERE, language, who=asker.name),)), ""
    if lead and live:
        remark = headline.plain
        headline = Line((say(Text.FOLLOWS_OWN if goes_with_own(request, lead) else Text.FOLLOWS, language),))
    if request.matter:
        headline = Line((f"{request.matter}: ", *headline.parts))
    own = live and goes_with_own(request, lead)  # for which support presses on the first card
    there = lead.place if lead and elsewhere and (own or not live) else ""  # at most three buttons
    links = (Address(say(Text.OPEN_TICKET, language), ticket),) if "://" in ticket and not there else ()
    return RequestCard(
        headline=headline,
        detail=f"{detail} · {request.id}" if detail else request.id,
        remark=remark,
        also=tuple(Also(say(Text.ALSO, language, what=words(one, ADDED, language))) for one in also),
        settled=not live,
        presses=_presses(desk, request, follows=lead is not None),
        opens=() if gone or own else (_button(desk, request, Text.SUPPORT, "open", "support"),),
        thread=there,
        thread_label=say(Text.OPEN_THREAD, language) if there else "",
        links=links,
    )


def _presses(desk: DeskInfo, request: Request, *, follows: bool) -> tuple[Button, ...]:
    """Return what can be done by one press on the card of a request as it stands."""
    if request.outcome is Outcome.WITHDRAWN:
        return ()
    if request.status is Status.CLOSED:
        return (_button(desk, request, Text.REOPEN, "reopen"),)
    claim = (_button(desk, request, Text.CLAIM, "claim", main=True),) if request.status is Status.OPEN else ()
    separate = (_button(desk, request, Text.SEPARATE, "separate"),) if follows else ()
    return (*claim, *separate, _button(desk, request, Text.SOLVE, "solve"))


def _button(desk: DeskInfo, request: Request, text: Text, verb: str, step: str = "", *, main: bool = False) -> Button:
    title = say(text, desk.policy.language)
    return Button(desk.id, request.id, CARD + request.id, title, verb, step, main=main)


def told_for(request: Request, call: Call) -> str:
    """Name the clock or promise by which a request calls people now, "" for none."""
    if call is Call.WORD:
        since, word = request.claimed_at, request.word
        return f"{since.isoformat()}/{word.by.isoformat()}" if word and since else ""
    return request.clock.round if request.clock else ""


def match_title(match: Match, handbook: Handbook, common: Callable[[str], Common | None]) -> str:
    """Return what a match is called, "" for one that is not there any more; a request by how it ended."""
    if is_request(match.ref):
        return f"{match.ref} ({match.outcome})" if match.outcome else match.ref
    section, entry = handbook.section(match.ref), common(match.ref)
    if entry is not None and entry.standing is Standing.LISTED:
        return excerpt(entry.title, NAME)
    return excerpt(section.title, NAME) if section else ""


def likely(request: Request, handbook: Handbook, common: Callable[[str], Common | None]) -> str:
    """Return in one line what a request resembles, "" for nothing."""
    some = [(one, title) for one in request.matches if (title := match_title(one, handbook, common))]
    if not some:
        return ""
    sure = any(one.sure for one, _ in some)
    return f"{'Likely' if sure else 'Perhaps'}: {' · '.join(title for _, title in some[:MOST_MATCHES])}"


def notice_item(
    request: Request,
    now: datetime,
    hours: SupportHours,
    *,
    second: bool,
    call: Call = Call.ANSWER,
    told_in: str = "",
    likely: str = "",
) -> NoticeItem:
    """Return what a notice shows of a request, to those whom its first or its second clock called, or its claimer.

    What a clock or promise told is settled when another one runs (``told_in`` names it): that tells anew. ``likely``
    names what may answer it.
    """
    over = told_in != "" and told_for(request, call) not in ("", told_in)
    second = second and not over
    asked = call is Call.WORD and request.word is not None and request.word.lapses_at is not None and not over
    if call is Call.WORD:
        settled = not asked
    else:
        answered = over or (not second and request.clock is not None and request.clock.second)
        settled = answered or request.status is not Status.OPEN
    return NoticeItem(
        request=request.id,
        requester=request.requester.name,
        excerpt=words(request, SETTLED if settled else WAITING),
        place=request.place,
        line=_asked(request, now, hours)
        if asked
        else status_line(request, now, hours, second=second, until_when=call is Call.WORD),
        settled=settled,
        second=second,
        call=call,
        advised_by=request.advice.author.name if request.advice else "",
        claimer=request.claimer.id if request.claimer and request.status is Status.ACKNOWLEDGED else "",
        note=handed_note(request),
        closed=request.status is Status.CLOSED,
        told_in=told_in,
        likely="" if request.status is Status.CLOSED or request.lead else likely,
    )


def promised(request: Request, now: datetime, hours: SupportHours) -> str:
    """Say to whoever has a request for when more was promised, now that they are asked for it."""
    by = f" by {moment(request.word.by, now, hours)}" if request.word else ""
    return f"{request.requester.name} was to hear more from you{by}"


def _asked(request: Request, now: datetime, hours: SupportHours) -> str:
    assert request.word is not None
    assert request.word.lapses_at is not None
    by, lapses = moment(request.word.by, now, hours), moment(request.word.lapses_at, now, hours)
    return f"More was promised by {by}. From {lapses} it is open again"


def handed_note(request: Request) -> str:
    """Return what was said to whoever has a request next, a line each."""
    return "\n".join(f"{one.author.name} adds: {one.text}" for one in request.handed if one.text)


def words(request: Request, limit: int = WAITING, language: Language = Language.ENGLISH) -> str:
    """Return the first words of a request, as support's copies show them unless another ``language`` is read."""
    return excerpt(request.words, limit) or say(Text.NO_TEXT, language)


ENDINGS = {
    Outcome.NOT_A_REQUEST: Text.NOT_A_REQUEST,
    Outcome.NO_REPLY: Text.NO_REPLY,
    Outcome.TICKET: Text.WITH_DEVELOPERS,
    Outcome.WORKAROUND: Text.WITH_DEVELOPERS,
    Outcome.TRAINING: Text.PASSED_ON,
    Outcome.REDIRECTED: Text.ANSWERED,
    Outcome.OVERRIDE_REFUSED: Text.ANSWERED,
}
"""What a requester reads of an outcome; all others are solved."""


def notice_card(desk: DeskInfo, notice: Notice, *, hears_all: bool = True) -> NoticeCard:
    """Return a notice as its reader sees it; whatever is settled says who has it, all else how an answer is heard."""
    left = [item for item in notice.items if not item.settled]
    waiting = len(left)
    if len(notice.items) > 1:
        if waiting == len(notice.items):
            heading = notice.heading
        elif waiting:
            heading = (
                f"{waiting} of {len(notice.items)} still {'waits' if waiting == 1 else 'wait'} for {what_for(left)}"
            )
        elif all(item.claimer or item.closed for item in notice.items):
            heading = "All of these are taken care of"
        else:
            heading = "These have moved on"
    else:
        heading = notice.heading if waiting else notice.items[0].line
    return NoticeCard(
        heading=heading,
        entries=tuple(_entry(desk, notice, item, heading, hears_all=hears_all) for item in notice.items),
    )


def what_for(waiting: Iterable[NoticeItem]) -> str:
    """Say what requests wait for, of those whom a notice called."""
    return "an answer" if all(item.call is Call.ANSWER for item in waiting) else "you"


def _entry(desk: DeskInfo, notice: Notice, item: NoticeItem, heading: str, *, hears_all: bool) -> NoticeEntry:
    def button(title: str, verb: str, step: str = "", *, main: bool = False) -> Button:
        return Button(desk.id, item.request, notice.key, title, verb, step, main=main)

    presses, opens = [], []
    if item.call is Call.WORD and not item.settled:
        presses.append(button(f"{length(desk.policy.next_word * MINUTE)} more", "go_on"))
        opens.append(button(SUPPORT, "open", "support"))
    elif notice.claimable and not item.settled:
        presses.append(button(CLAIM, "claim", main=True))
        if item.advised_by:
            presses.append(button(f"Adopt {item.advised_by}'s answer", "adopt"))
        else:
            opens.append(button(ASK, "open", "ask"))
    elif item.claimer and item.claimer == notice.person:
        opens.append(button(SUPPORT, "open", "support"))
    helps = notice.person and f":{HELP}:" not in notice.key
    likely = item.likely if helps and (opens or presses) else ""
    unheard = BY_MENTION if notice.claimable and not (item.settled or hears_all) else ""
    note = item.note if helps else ""  # which support alone reads
    return NoticeEntry(
        title=f"{item.requester} · {item.request}",
        excerpt=item.excerpt,
        line="" if item.line == heading else item.line,
        thread=item.place,
        waiting=not item.settled,
        presses=tuple(presses),
        opens=tuple(opens),
        likely=likely,
        answers=(button(LIKELY, "open", "likely"),) if likely else (),
        note="\n".join(filter(None, (note, unheard))),
    )


def mentions(people: tuple[Person, ...], joint: str, pinged: tuple[str, ...]) -> tuple[str | Mention, ...]:
    """Return people as parts of a line, those whose ids are ``pinged`` mentioned, the others named; "A, B and C"."""
    parts: list[str | Mention] = []
    for index, person in enumerate(people):
        if index:
            parts.append(joint if index == len(people) - 1 else ", ")
        ping = person.id in pinged and person.entra_object_id
        parts.append(Mention(person.entra_object_id, person.name) if ping else person.name)
    return tuple(parts)


def names(people: tuple[Person, ...], joint: str = " and ") -> str:
    """Return people as one reads them: "A, B and C"."""
    return listed([person.name for person in people], joint)


def _words(
    desk: DeskInfo, request: Request, duty: Duty, now: datetime, hours: SupportHours, at: datetime, *, hears_all: bool
) -> tuple[Line, str]:
    language = desk.policy.language
    if request.status is Status.CLOSED:
        return _closing(request, now, hours, language, hears_all=hears_all)
    if request.claimer and request.wait:
        asker = request.wait.by or request.claimer
        waits = say(heard(Text.WAITS, hears_all=hears_all), language)
        return Line((say(Text.ASKED_YOU, language, who=asker.name),)), waits
    if request.claimer and request.word:
        looking = Line((say(Text.LOOKING, language, who=request.claimer.name),))
        return looking, _promise(request.word, request.claimer.name, now, hours, language)
    clock = request.clock
    if clock is None:  # it follows one that is not at hand
        return Line((say(Text.FOLLOWS, language),)), ""
    by = _lasting(clock.due_at, now, hours, language)
    left = {*clock.spared, *(due.step for due in clock.pending)}
    opening = hours.next_open(now)
    details = []
    called_again = Rung.THREAD not in left and request.advice is None
    if called_again or Rung.TEAM not in left:
        headline = _escalated(request, clock, left, duty, language, is_open=opening == now)
        details.append(say(Text.WAS_DUE, language, by=by))
    elif duty.nobody:
        hope = say(Text.NOBODY_BY if now < clock.due_at else Text.WAS_DUE, language, by=by)
        headline, detail = _nobody(duty, hope, language, is_now=at == now, has_by=clock.by != "")
        details.append(detail)
    else:
        late = clock.due_at <= now
        text = Text.WILL_ANSWER_LATE if late else Text.WILL_FOLLOW_UP if clock.second else Text.WILL_ANSWER
        asked = tuple(one for one in duty.pair + duty.further if one.id in clock.only)
        asked = asked or tuple(one for one in duty.pair if one.id != clock.by)
        who = mentions(asked, say(Text.OR, language), clock.mentioned)
        headline = Line((*who, say(text, language, by=by)))
        details.append(say(Text.WAS_DUE, language, by=by) if late else "")
    if opening > now:
        details.append(_back(now, hours, language))
        details.append(desk.policy.emergency)
    return headline, " ".join(filter(None, details))


def _promise(word: NextWord, who: str, now: datetime, hours: SupportHours, language: Language) -> str:
    by = moment(word.by, now, hours, language)
    if now < word.by:
        return say(Text.MORE_BY, language, by=by)
    if word.lapses_at is None:
        by = _lasting(word.by, now, hours, language)
        return " ".join(filter(None, (say(Text.MORE_WAS_BY, language, by=by), _back(now, hours, language))))
    overnight = hours.local(word.lapses_at).date() != hours.local(word.by).date()
    by = moment(word.by, now, hours, language, dated=overnight)  # nobody draws the card before
    return f"{say(Text.MORE_WAS_BY, language, by=by)} {say(Text.REMINDED, language, who=who)}"


def _back(now: datetime, hours: SupportHours, language: Language) -> str:
    """Say when support is there again, "" while it is."""
    opening = hours.next_open(now)
    return say(Text.BACK, language, at=moment(opening, now, hours, language)) if opening > now else ""


def _lasting(at: datetime, now: datetime, hours: SupportHours, language: Language) -> str:
    """Return a moment as it reads all night: what is past has its day."""
    return moment(at, now, hours, language, dated=at <= now < hours.next_open(now))


def _escalated(
    request: Request, clock: Clock, left: set[Rung], duty: Duty, language: Language, *, is_open: bool
) -> Line:
    parts = [] if request.advice else [say(Text.NO_FOLLOW_UP if clock.second else Text.NO_ANSWER, language)]
    if Rung.TEAM not in left:
        parts.append(say(Text.TEAM_CALLED, language))
    elif is_open and duty.standing_in:
        parts.append(say(Text.ALL_TOLD, language))
    elif is_open and any(one.id not in request.reacted for one in duty.pair + duty.further):
        parts.append(say(Text.CALLING_AGAIN, language))
    return Line(("".join(parts).strip() or say(Text.NO_FOLLOW_UP, language),))


def _nobody(duty: Duty, hope: str, language: Language, *, is_now: bool, has_by: bool) -> tuple[Line, str]:
    if not is_now:
        return Line((hope,)), ""
    if not duty.standing_in:
        return Line((say(Text.NOBODY_HERE, language),)), ""  # of whom could an answer be promised
    return Line((say(Text.ALL_TOLD, language).strip() if has_by else say(Text.NOBODY, language),)), hope


def _closing(
    request: Request, now: datetime, hours: SupportHours, language: Language, *, hears_all: bool
) -> tuple[Line, str]:
    if request.outcome is Outcome.WITHDRAWN:
        return Line((say(Text.WITHDRAWN, language),)), ""
    text = ENDINGS.get(request.outcome, Text.SOLVED) if request.outcome else Text.SOLVED
    if request.outcome is Outcome.NO_REPLY:
        return Line((say(heard(text, hears_all=hears_all), language),)), ""
    if request.closed_by is None or request.closed_at is None:
        raise AssertionError(request.id)
    at = moment(request.closed_at, now, hours, language)
    return Line((say(text, language),)), say(Text.CLOSED_BY, language, who=request.closed_by.name, at=at)


def _after_claim(request: Request, now: datetime, hours: SupportHours, *, until_when: bool) -> str:
    if request.wait:
        return f", and waits for {request.requester.name} to answer"
    if not request.word or not until_when:
        return ""
    hears = "was to hear" if request.word.by <= now else "hears"
    return f"; {request.requester.name} {hears} more by {moment(request.word.by, now, hours)}"


def status_line(  # noqa: PLR0911 - one line per state
    request: Request, now: datetime, hours: SupportHours, *, second: bool, until_when: bool = False
) -> str:
    """Say to support how a request stands; to those who are to keep a promise, ``until_when``."""
    if request.outcome is Outcome.WITHDRAWN:
        return "The post was deleted"
    if request.outcome is Outcome.NO_REPLY:
        return f"Closed: {request.requester.name} did not answer"
    if request.status is Status.CLOSED and request.closed_by:
        what = "says it is not a request" if request.outcome is Outcome.NOT_A_REQUEST else "closed it"
        return f"{request.closed_by.name} {what}"
    if request.lead:
        return f"Goes with {request.lead}"
    if request.claimer and request.status is Status.ACKNOWLEDGED:
        return f"{request.claimer.name} has it{_after_claim(request, now, hours, until_when=until_when)}"
    if request.advice:
        return f"{request.advice.author.name} answered in the thread, but is not on duty"
    due_at = request.clock.due_at if request.clock else request.due_at
    by = moment(due_at, now, hours)
    if request.clock and request.clock.second and request.responder:
        answered = "Open again" if request.clock.note else f"{request.responder.name} answered"
        if not second:
            return answered
        return f"{answered}; {'to be taken' if now < due_at else 'it should have been taken'} by {by}"
    since = f"Waiting since {moment(request.posted_at, now, hours)}"
    return f"{since}, answer due by {by}" if now < due_at else f"{since}; an answer was due by {by}"
