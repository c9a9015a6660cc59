"""*Support…*: the menu of everything that support does with a request, and the form of each step.

Opening a form does nothing; a step that is done claims what nobody had claimed, but for *Not a request* and *Pass on*.
Nothing goes out that its sender has not seen: texts go out as they were written, or come back with what is wrong.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.decide import forms, tickets, unsent
from bot.decide.commons import from_request
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.pictures import handed_note, words
from bot.decide.requests import answering, claims, ending, handing, incidents, likely, rights, sorting, triage
from bot.decide.requests.step import Step, done, stands, to_requester, undo
from bot.decide.rota import handover
from bot.effects import Answer, Dialog
from bot.errors import Refused
from bot.events import Open, Press, Send
from bot.support.request import WITH_TICKET, Act, Request, Status, step
from bot.support.texts import Text
from bot.views import Address, Field, FormCard, Label


def opened(draft: Draft, event: Open) -> Answer:
    """Draw the menu, or a step's form; it changes nothing."""
    request = rights.pressed(draft, event)
    if event.step == "support":
        return menu(draft, request, event)
    known = STEPS.get(event.step)
    if known is None or known.draw is None:
        raise Refused(draft.say(Text.STALE))
    _allow(draft, known, request, event)
    return known.draw(draft, request, event, "")


def sent(draft: Draft, event: Send) -> Answer:
    """Do a step; what was sent already is not done again."""
    request = rights.pressed(draft, event)
    known = STEPS.get(event.step)
    if known is None:
        raise Refused(draft.say(Text.STALE))
    if event.again or (event.form and request.deed is not None and request.deed.key == event.key):
        return known.again(draft, request, event) if known.again else done(draft, request, event, Text.DONE)
    _allow(draft, known, request, event)
    if request.lead and event.step not in OWN:
        raise Refused(f"{request.id} goes with {request.lead} now. Answer there: both are answered by it.")
    return known.take(draft, request, event)


def _allow(draft: Draft, known: Step, request: Request, event: Open | Send) -> None:
    """Raise Refused, saying why, unless the presser may do a step with the request as it stands."""
    known.allow(draft, request, event)
    if known.draw is not None and event.step not in ("key", *from_request.STEPS):
        step(request, Act.SOLVE)  # what is closed has no other form


def returned(draft: Draft, event: Open | Send, why: str) -> Dialog:
    """Return a form that was refused, with the words in it, and the ways to go on from there."""
    request = draft.request(event.request)
    if request is None:
        return forms.returned(draft, event, why)
    reopening = _reopening(request, event, STEPS["reopen"].title) if rights.is_concerned(draft, request, event) else ()
    return forms.returned(draft, event, why, (*reopening, Way("Back", "support", opens=True)))


def named(draft: Draft, answer: Dialog) -> Dialog:
    """Return a form in which each text that was not sent says of which form, and of which of its fields, it is."""
    if not isinstance(answer.view, FormCard):
        return answer
    fields = tuple(replace(one, label=_label(draft, one)) for one in answer.view.fields)
    return replace(answer, view=replace(answer.view, fields=fields))


def _label(draft: Draft, field: Field) -> Label:
    name, choice, part = unsent.kept_of(field.id)
    if field.label != unsent.NOT_SENT or name not in STEPS:
        return field.label
    leaf = draft.tree.leaves.get(choice) if name == "leaf" else None
    title = leaf.title if leaf else STEPS[name].title
    which = unsent.WORDS.get(part, "")
    return Label(f"{field.label} ({title}: {which})" if which else f"{field.label} ({title})")


def menu(draft: Draft, request: Request, event: Press) -> Answer:
    """Return the menu of what the presser may do with the request as it stands."""
    back = undo(draft, request, event)
    closed = request.status is Status.CLOSED
    if rights.asked(request, event) and (back or closed):
        return to_requester(draft, request, event, "", (*back, *_reopening(request, event, draft.say(Text.REOPEN))))
    duty = rights.duty_of(draft, request, event)
    observes = duty.observes(event.author.id) and not rights.has(request, event.author)
    if closed:
        if observes:
            raise Refused(f"{request.id} is closed: there is nothing to suggest any more.")
        rights.may_end(draft, request, event)
        mine = rights.has(request, event.author) or duty.may_claim(event.author.id)
        title = "Another ticket's key" if request.ticket else STEPS["key"].title
        key = (Way(title, "key", opens=True),) if request.outcome in WITH_TICKET and mine else ()
        reopening = _reopening(request, event, STEPS["reopen"].title)
        heading, names = WRITE
        written = ((heading, tuple(map(_way, names))),) if draft.colleague(event.author) else ()
        return _menu(draft, request, event, (*back, *key, *reopening, *written))
    if observes:
        suggest = () if request.lead else (_way("suggest"),)
        theirs = tuple(one for one in request.suggestions if one.author.id == event.author.id)
        return _menu(draft, replace(request, suggestions=theirs), event, (*suggest, *back))
    rights.may_handle(draft, request, event)
    if request.lead:
        return _menu(draft, request, event, (*back, Way("Separate matter", "separate")))
    groups = [(heading, tuple(map(_way, names))) for heading, names in MENU]
    claimed = request.status is Status.ACKNOWLEDGED
    own = (_way("promise"), _way("back")) if claimed else (_way("claim"),)
    found = (_way("likely"),) if likely.shown(draft, request) else ()  # at the top: nothing ends a request sooner
    resembles = "" if rights.asked(request, event) else draft.likely(request)
    return _menu(draft, request, event, (*own, *found, *back, *groups), resembles)


def _reopening(request: Request, event: Press, title: str) -> tuple[Way, ...]:
    """Return the way to open a closed request again, none where it can't be opened any more."""
    return (Way(title, "reopen"),) if claims.reopens(request, event.happened_at) else ()


def _way(name: str) -> Way:
    return Way(STEPS[name].title, name, opens=STEPS[name].draw is not None)


def _menu(
    draft: Draft,
    request: Request,
    event: Press,
    ways: tuple[Way | tuple[str, tuple[Way, ...]], ...],
    resembles: str = "",
) -> Dialog:
    note = "\n".join(filter(None, (f"{stands(draft, request)}.", handed_note(request), resembles)))
    followers = list(filter(None, map(draft.request, request.followers)))
    for one in followers[:MOST_TOLD]:
        note += f"\nWith it {one.id}: {words(one, 100)}"
    if len(followers) > MOST_TOLD:
        note += f"\nAnd {len(followers) - MOST_TOLD} more."
    alert = tickets.chosen_alert(draft, request)
    if alert is not None:
        note += f"\nBugsnag: {alert.id}, {tickets.titled(alert)}"
    links = (Address("Open in Bugsnag", alert.latest.url),) if alert and alert.latest.url else ()
    for suggestion in request.suggestions:
        note += f"\n{suggestion.author.name} suggests: {suggestion.text}"
    return forms.dialog(draft, request, event, request.id, note=note, ways=ways, thread=request.place, links=links)


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        **answering.STEPS,
        **triage.STEPS,
        **handing.STEPS,
        **sorting.STEPS,
        **ending.STEPS,
        **handover.STEPS,
        **likely.STEPS,
        **incidents.STEPS,
        **from_request.STEPS,
    }
)
MOST_TOLD = 20
"""Of what goes with a request, as its menu tells them: of an incident there may be any number."""
OWN = ("separate", "undo", "reopen")
"""The steps that a request has that follows another; all others are its lead's."""
MENU = (
    ("Answer", ("ask", "reply", "phone")),
    ("Find out", ("triage", "stops")),
    ("Hand on", ("production", "pass", "team")),
    ("Sort", ("split", "same", "dismiss")),
    ("End", ("close",)),
)
"""The menu's rows, at most three steps each."""
WRITE = ("Write down", ("common", "handbook"))
"""The row of what is closed: in the midst of it nobody has the time, and its answer is not known yet."""
