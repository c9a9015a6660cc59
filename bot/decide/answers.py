"""Answers to what people type: commands, and what is none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar, assert_never

from bot.commands import (
    COMMANDS,
    Call,
    ChooseDesk,
    ComeBack,
    Command,
    Deploy,
    EditPeople,
    EditPolicy,
    GoAway,
    ReportAway,
    ResumePosts,
    SeekCover,
    SendPrivacy,
    SetUp,
    ShowAlerts,
    ShowCalendars,
    ShowCommons,
    ShowDuty,
    ShowFairness,
    ShowHandbook,
    ShowHelp,
    ShowHistory,
    ShowMine,
    ShowPick,
    ShowPrivacy,
    ShowReport,
    ShowRequests,
    ShowRota,
    ShowTriage,
    ShowWhy,
    StopPosts,
    SwapShifts,
    TakeLeave,
    mistyped,
    name_in,
    nearest,
    parse,
    reported,
)
from bot.decide import handbook
from bot.decide.alerts import lists as alerts
from bot.decide.commons import lists as commons
from bot.decide.desk import chats, colleagues, held, pauses, policies, setup
from bot.decide.draft import Draft
from bot.decide.pictures import names
from bot.decide.report import asking
from bot.decide.requests import clocks, lists, summons
from bot.decide.rota import (
    absences,
    away,
    covers,
    deployments,
    fairness,
    feeds,
    overview,
    proposals,
    reports,
    swaps,
)
from bot.errors import Refused
from bot.events import Message, Uninstalled, Welcomed, Wrote
from bot.people import Author
from bot.places import channel_of, person_of, personal
from bot.rota.handover import late_starts
from bot.rota.iteration import iteration_of
from bot.rota.presence import WEEK
from bot.rota.shift import Role
from bot.support.intake import is_marked, is_request
from bot.support.texts import Text
from bot.support.words import listed, moment, why
from bot.views import DutyCard, Fact, HelpCard, Line, Typed, TypedRow, View

T = TypeVar("T")
WHOLE = frozenset(
    {
        "who",
        "handbook",
        "my requests",
        "requests",
        "alerts",
        "common",
        "rota",
        "pick",
        "calendar",
        "deploy",
        "report",
        "absence",
        "swap",
        "cover",
        "privacy",
        "people",
        "policy",
    }
)
"""Commands that need no more words: what can be typed can also be pressed."""


def called(draft: Draft, event: Message) -> Call | None:
    """Return the command that a message to the bot is, if its writer may use it."""
    found = None
    if event.addressed and not event.picture:
        names = {one.id: one.name for one in draft.rota.people.values() if one.belongs(draft.now.date())}
        found = parse(event.text) or reported(event.text, names)
    return found[1] if found and _may(draft, event.author, found[0]) else None


def command(draft: Draft, event: Message) -> bool:  # noqa: C901, PLR0912, PLR0915 - one row per command
    """Answer a message to the bot that is a command its writer may use; say whether it was one."""
    match called(draft, event):
        case None:
            return False
        case ShowHelp():
            help_card(draft, event)
        case ShowDuty():
            _say(draft, event, _duty_card(draft, event))
        case ShowRota() as call:
            overview.asked(draft, event, call, _beside(draft, event))
        case ShowPick():
            proposals.asked(draft, event)
        case ShowWhy(name):
            _aside(draft, event, fairness.why(draft, event, name))
        case ShowFairness():
            _aside(draft, event, fairness.card(draft))
        case ShowHistory():
            _aside(draft, event, fairness.history(draft))
        case ShowCalendars():
            feeds.asked(draft, event)
        case ShowPrivacy():
            _say(draft, event, held.explained(draft))
        case SendPrivacy():
            for number, card in enumerate(held.about(draft, event), 1):
                draft.post(f"say:{event.key}:{number}", personal(event.author.id), card)
        case ShowTriage(request):
            summons.summoned(draft, event, request)
        case ShowRequests():
            _aside(draft, event, lists.open_requests(draft, event))
        case ShowAlerts():
            _aside(draft, event, alerts.open_alerts(draft, event))
        case ShowReport() as call:
            asking.asked(draft, event, call, _beside(draft, event))
        case ShowCommons() as call:
            commons.asked(draft, event, call)
        case ShowMine():
            lists.show_mine(draft, event)
        case ShowHandbook() as call:
            handbook.asked(draft, event, call)
        case Deploy():
            deployments.asked(draft, event)
        case SetUp():
            setup.asked(draft, event)
        case EditPeople():
            colleagues.asked(draft, event)
        case EditPolicy():
            policies.asked(draft, event)
        case StopPosts() as call:
            _told(draft, event, pauses.stopped, call)
        case ResumePosts() as call:
            _told(draft, event, pauses.resumed, call)
        case GoAway() as call:
            _told(draft, event, away.went, call)
            away.fill(draft, event)
        case ComeBack() as call:
            _told(draft, event, away.came_back, call)
        case ReportAway() as call:
            _told(draft, event, reports.reported, call)
        case TakeLeave() as call:
            absences.asked(draft, event, call)
        case SwapShifts():
            swaps.asked(draft, event)
        case SeekCover():
            covers.asked(draft, event)
        case ChooseDesk() as call:
            _told(draft, event, chats.only_one, call)
        case _ as call:
            assert_never(call)
    return True


def wrote(draft: Draft, event: Wrote) -> bool:
    """Answer a message in the personal chat, or one that addresses the bot in the team channel.

    Return whether it is to be raised in the desk's channel, which is no answer yet.
    """
    if command(draft, event):
        return False
    if event.calendar and draft.colleague(event.author):
        _say(draft, event, Line((draft.say(Text.CALENDAR_NOT_READ),)))
        return False
    if is_marked(event.text):
        return True
    if parse(event.text) or mistyped(event.text, draft.right_of(event.author)):
        unknown(draft, event)
    elif not is_request(event.text, draft.names, picture=event.picture, gif=event.gif):
        text = Text.HELP_COLLEAGUE if draft.colleague(event.author) else Text.SMALL_TALK
        _say(draft, event, Line((draft.say(text),)))
    elif draft.colleague(event.author):
        on_duty = draft.duty(event.happened_at).may_claim(event.author.id)
        unknown(draft, event, draft.say(Text.ANSWERS_COUNT) if on_duty else "")
    else:
        return True
    return False


def unknown(draft: Draft, event: Message, more: str = "") -> None:
    """Name the two nearest commands and help, and what ``more`` says; or who may, where it is one.

    Whoever only mentions the bot gets help itself.
    """
    if not event.text.strip():
        help_card(draft, event)
        return
    found = parse(event.text)
    if found is not None:
        _aside(draft, event, Line((draft.is_for(found[0].right),)))
        return
    near = draft.say(Text.OR).join(nearest(event.text, draft.right_of(event.author), draft.policy.language))
    _aside(draft, event, Line((draft.say(Text.UNKNOWN_COMMAND, near=near) + more,)))


def welcomed(draft: Draft, event: Welcomed) -> None:
    """Say hello, in short: whoever wants to know more presses help, or has just written it."""
    hello = _help(draft, event)
    more = Typed(name_in(draft.policy.language, COMMANDS["help"]))
    rows = _rows([more, *(button for row in hello.rows for button in row.buttons)])
    draft.post(f"welcome:{event.key}", event.place, replace(hello, commands=(), rows=rows))


def uninstalled(draft: Draft, event: Uninstalled) -> None:
    """Remember that a colleague can't be written to any more."""
    if draft.colleague(event.author):
        clocks.unreachable(draft, event.place, "I was removed there; install the app for the person again")


def help_card(draft: Draft, event: Message) -> None:
    """Show what the bot does and the commands that the reader may use."""
    show = _aside if draft.colleague(event.author) else _say
    show(draft, event, _help(draft, event))


def _told(draft: Draft, event: Message, act: Callable[[Draft, Message, T], str], call: T) -> None:
    """Do what was asked and say to its writer alone how it stands, or why it can't be."""
    try:
        said = act(draft, event, call)
    except Refused as refusal:
        said = str(refusal)
    _aside(draft, event, Line((said,)))


def _say(draft: Draft, event: Message, view: View) -> None:
    draft.post(f"say:{event.key}", event.place, view)


def _aside(draft: Draft, event: Message, view: View) -> None:
    """Say what only a colleague needs to them alone: the desk's channel belongs to the requesters."""
    draft.post(f"say:{event.key}", _beside(draft, event), view)


def _beside(draft: Draft, event: Message) -> str:
    """Return where a colleague reads what only they need: in their own chat, where they asked in the desk's channel."""
    in_channel = channel_of(event.place) == draft.state.desk.channel
    return personal(event.author.id) if in_channel else event.place


def _may(draft: Draft, author: Author, row: Command) -> bool:
    return draft.right_of(author) >= row.right


def _help(draft: Draft, event: Message | Welcomed) -> HelpCard:
    """Return what the reader may use; in their own chat with buttons, which type for them."""
    author, language = event.author, draft.policy.language
    known = [row for row in COMMANDS.values() if _may(draft, author, row)]
    facts = tuple(Fact(name_in(language, row), row.described[language]) for row in known)
    text = Text.HELP_COLLEAGUE if draft.colleague(author) else Text.HELP_REQUESTER
    aside = draft.colleague(author) is not None and channel_of(event.place) == draft.state.desk.channel
    shown_there = aside or person_of(event.place) == author.id
    typed = [Typed(name_in(language, row)) for row in known if row.name in WHOLE and shown_there]
    return HelpCard("Hotseat", draft.say(text), facts, _rows(typed))


def _rows(typed: list[Typed]) -> tuple[TypedRow, ...]:
    return tuple(TypedRow(tuple(typed[at : at + 3])) for at in range(0, len(typed), 3))


def _duty_card(draft: Draft, event: Message) -> DutyCard:
    opening, language, joint = draft.opening, draft.policy.language, draft.say(Text.AND)
    duty, nobody = draft.duty(opening), draft.say(Text.NOT_ANYBODY)
    facts = [Fact(draft.say(Text.ON_DUTY), names(duty.pair, joint) or nobody)]
    if duty.nobody:
        facts.append(Fact(draft.say(Text.PRESENT), names(duty.standing_in, joint) or nobody))
    if further := duty.further + duty.leaving:
        facts.append(Fact(draft.say(Text.FALLBACK), names(further, joint)))
    if duty.observers:
        facts.append(Fact(draft.say(Text.OBSERVING), names(duty.observers, joint)))
    if opening > draft.now:
        facts.append(Fact(draft.say(Text.FROM), moment(opening, draft.now, draft.hours, language)))
    pause = draft.facts.pause
    if pause is not None:
        at = moment(pause.until, draft.now, draft.hours, language) if pause.until else ""
        until = draft.say(Text.UNTIL, at=at) if at else draft.say(Text.UNTIL_RESUMED)
        facts.append(Fact(draft.say(Text.PAUSED), until))
    handover, following = _handover(draft, opening)
    facts.append(Fact(draft.say(Text.NEXT_HANDOVER), moment(handover, draft.now, draft.hours, language)))
    facts.append(Fact(draft.say(Text.THEN), following))
    inside = person_of(event.place) or channel_of(event.place) == draft.state.desk.team_channel
    for_admin = inside and draft.is_admin(event.author)
    unreachable = _unreachable(draft) if for_admin else ()
    if for_admin and not draft.facts.hears_all:
        facts.append(Fact(draft.say(Text.MENTION_MODE), draft.say(Text.MENTION_MODE_ON)))
    return DutyCard(draft.say(Text.WHO_IS_ON_DUTY), tuple(facts), unreachable, draft.say(Text.NOT_REACHED))


def _handover(draft: Draft, at: datetime) -> tuple[datetime, str]:
    """Return when duty changes next, and who has SUPPORT then: a team that was taken late, or the next iteration's."""
    today, people = draft.hours.duty_day(at), draft.rota.people
    iteration = iteration_of(today)
    late = [day for day in late_starts(draft.rota, iteration, draft.hours) if day > today]
    start = late[0] if late else iteration + WEEK
    opening = draft.hours.next_open(draft.hours.opening(start))
    team = [one for one in draft.rota.of(iteration_of(start)) if one.role is Role.SUPPORT and one.person in people]
    support = [people[one.person].name for one in team if not late or one.is_for(start)]
    return opening, listed(support, draft.say(Text.AND)) or draft.say(Text.NOT_SET)


def _unreachable(draft: Draft) -> tuple[Fact, ...]:
    people = draft.rota.people
    facts = []
    for place, reason in draft.facts.unreachable.items():
        person = people.get(person_of(place))
        facts.append(Fact(person.name if person else place, why(reason, draft.policy.language)))
    facts.extend(
        Fact(person.name, draft.say(Text.NO_ENTRA_ID)) for person in people.values() if not person.entra_object_id
    )
    return tuple(facts)
