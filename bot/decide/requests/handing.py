"""Handing a request on: to whoever has production access, to a colleague, back, or with a question to the team."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from bot.decide import forms
from bot.decide.draft import Draft
from bot.decide.pictures import mentions, names
from bot.decide.requests import claims, clocks, presses, rights
from bot.decide.requests.step import Step, claim_first, done, form, ready, verb
from bot.effects import Answer
from bot.errors import Refused
from bot.events import Press, Send
from bot.people import Person
from bot.places import personal
from bot.rota.duty import Duty, present
from bot.support.request import Act, Request, Status, step
from bot.support.words import moment
from bot.views import Field, Line, Link

MOST_HELPERS = 3
MOST_NOTE = 1000  # characters
PERSON = "person"


def _note_field(label: str, *, required: bool = True) -> Field:
    return forms.text("note", label, required=required, longest=MOST_NOTE)


def _draw_production(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    people = _with_access(draft, request, event)
    label = f"What has to be done. {names(people)} {verb(people, 'gets', 'get')} it; nobody outside support reads it."
    return form(
        draft,
        request,
        event,
        "Needs production access",
        "production",
        "Hand it on",
        error=error,
        fields=(_note_field(label),),
    )


def _take_production(draft: Draft, request: Request, event: Send) -> Answer:
    people = _with_access(draft, request, event)
    note, wrong = ready(draft, request, event, "note", longest=MOST_NOTE)
    if wrong:
        return _draw_production(draft, request, event, wrong)
    claimed = claim_first(draft, request, event)
    only = tuple([person.id for person in people])
    said = f"{event.author.name} needs production access for this"
    handed = claims.hand_on(
        draft, claimed, Act.HAND_ON, event.happened_at, by=event.author, only=only, note=said, handed=note
    )
    draft.did(handed, event, "handed it on")
    _tell_uncalled(draft, request, handed, event, f"{event.author.name} asked for production access for {request.id}")
    return done(draft, request, event, _told(draft, people))


def _tell_uncalled(draft: Draft, request: Request, handed: Request, event: Send, what: str) -> None:
    """Tell whoever had a request what a colleague did to it, unless its new clock has called them just now."""
    called = handed.clock.called if handed.clock else ()
    if request.claimer is None or request.claimer.id not in called:
        presses.tell_claimer(draft, request, event, what)


def _told(draft: Draft, people: tuple[Person, ...]) -> str:
    lost = tuple(one for one in people if personal(one.id) in draft.facts.unreachable)
    told = tuple(one for one in people if one not in lost)
    said = [f"{names(lost)} could not be reached in Teams. Please tell them yourself."] if lost else []
    if told and draft.paused:
        said.insert(0, f"{names(told)} will be told when the pause is over.")
    elif told and not draft.is_open:
        said.insert(0, f"{names(told)} will be told at the opening.")
    elif told:
        said.insert(0, f"{names(told)} {verb(told, 'has', 'have')} been told.")
    return " ".join(said)


def _answering(draft: Draft, request: Request, event: Press) -> Duty:
    """Return who is going to answer what is handed on: whoever is on duty now, or at the opening."""
    return rights.duty_of(draft, request, event) if draft.is_open else draft.duty_for(request, draft.opening)


def _with_access(draft: Draft, request: Request, event: Press) -> tuple[Person, ...]:
    """Return the pair's own anchor, or else whoever else on duty has production access."""
    duty = _answering(draft, request, event)
    for people in (duty.pair, duty.further):
        others = [one for one in people if one.entra_object_id and one.id != event.author.id]
        able = tuple(one for one in others if one.production_access)
        if able:
            return able
    raise Refused("Nobody else on duty with production access can be reached now. Ask the team instead.")


def _draw_pass(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    others = _on_duty_besides(draft, request, event)
    fields = (
        forms.one(PERSON, "To whom", [(one.id, one.name) for one in others], others[0].id),
        _note_field("What they should know", required=False),
    )
    return form(draft, request, event, "Pass on", "pass", "Pass on", error=error, fields=fields)


def _take_pass(draft: Draft, request: Request, event: Send) -> Answer:
    others = _on_duty_besides(draft, request, event)
    found = next((one for one in others if one.id == event.fields.get(PERSON)), None)
    if found is None:
        return _draw_pass(draft, request, event, "Choose somebody who is on duty.")
    note, wrong = ready(draft, request, event, "note", longest=MOST_NOTE, required=False)
    if wrong:
        return _draw_pass(draft, request, event, wrong)
    said = f"{event.author.name} passed this on to {found.name}"
    if request.status is Status.OPEN:
        if draft.paused:
            raise Refused("Nobody is called in a pause. Take it, or pass it on when the pause is over.")
        if not claims.is_here(draft, found.id):
            raise Refused(f"{found.name} is not there now: nobody is called outside support hours.")
        rings = clocks.pass_on(draft, request, event.author, found, event.happened_at, note)
        draft.did(
            draft.request(request.id) or request, event, "passed it on", only=("handed",), place=personal(found.id)
        )
        if not rings:
            return done(draft, request, event, f"{found.name} was called before; what you add stands on their copy.")
    else:
        step(request, Act.HAND_ON)
        presses.tell_claimer(draft, request, event, f"{event.author.name} passed {request.id} on to {found.name}")
        handed = claims.hand_on(
            draft, request, Act.HAND_ON, event.happened_at, by=event.author, only=(found.id,), note=said, handed=note
        )
        draft.did(handed, event, "passed it on")
    return done(draft, request, event, _told(draft, (found,)))


def _on_duty_besides(draft: Draft, request: Request, event: Press) -> tuple[Person, ...]:
    duty = _answering(draft, request, event)
    mine = {event.author.id, request.claimer.id if request.claimer else ""}
    reached = [one for one in duty.responders + duty.further if one.entra_object_id]
    people = tuple(one for one in reached if one.id not in mine)
    if not people:
        raise Refused("Nobody else on duty can be reached now. Ask the team instead.")
    return people


def _draw_back(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    step(request, Act.HAND_ON)
    fields = (_note_field("What the others should know", required=False),)
    return form(draft, request, event, "Give back", "back", "Give back", error=error, fields=fields)


def _take_back(draft: Draft, request: Request, event: Send) -> Answer:
    step(request, Act.HAND_ON)
    note, wrong = ready(draft, request, event, "note", longest=MOST_NOTE, required=False)
    if wrong:
        return _draw_back(draft, request, event, wrong)
    said = f"{event.author.name} gave this back"
    handed = claims.hand_on(draft, request, Act.HAND_ON, event.happened_at, by=event.author, note=said, handed=note)
    draft.did(handed, event, "gave it back")
    _tell_uncalled(draft, request, handed, event, f"{event.author.name} gave back {request.id}")
    return done(draft, request, event, "It is open again.")


def _draw_team(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    people = _helpers(draft, request, event)
    fields = [forms.text("text", "What you want to know")]
    if people:
        choices = [(one.id, one.name) for one in people]
        fields.append(forms.many("people", f"Whom to mention, {MOST_HELPERS} at most", choices, required=False))
    return form(draft, request, event, "Ask the team", "team", "Ask", error=error, fields=tuple(fields))


def _take_team(draft: Draft, request: Request, event: Send) -> Answer:
    people = _helpers(draft, request, event)
    text, wrong = ready(draft, request, event, "text")
    asked = forms.chosen(event, "people", [one.id for one in people])
    wrong = wrong or ("" if asked or draft.state.desk.team_channel else "Choose whom to ask.")
    if wrong or len(asked) > MOST_HELPERS:
        return _draw_team(draft, request, event, wrong or f"At most {MOST_HELPERS} people at once, please.")
    mentioned = tuple(one for one in people if one.id in asked)
    claimed = claim_first(draft, request, event)
    link = Link(f"{request.requester.name} · {request.id}", request.place)
    parts = (*mentions(mentioned, " and ", asked), ": " if mentioned else "", f"{event.author.name} asks for ", link)
    line = Line((*parts, f": {text}"))
    key, channel = f"team:{request.id}:{event.key}", draft.state.desk.team_channel
    if channel:
        draft.show(key, channel, line)
    else:
        for one in mentioned:
            draft.show(f"{key}:{one.id}", personal(one.id), line)
    helped = replace(claimed, helpers=(*request.helpers, *asked), helped_at=event.happened_at)
    others = () if channel else tuple(f"{key}:{one.id}" for one in mentioned)
    posted = key if channel else ""
    draft.did(helped, event, "asked the team", posted=posted, place=channel, text=line.plain, others=others)
    return done(draft, request, event, "Asked.")


def _helpers(draft: Draft, request: Request, event: Press) -> list[Person]:
    """Return whom one may ask: those present and not on duty, but for observers; raise Refused within 15 minutes."""
    again = timedelta(minutes=draft.policy.ask_again_after)
    if request.helped_at is not None and event.happened_at - request.helped_at < again:
        at = moment(request.helped_at + again, draft.now, draft.hours)
        raise Refused(f"The team was asked a moment ago. Give them until {at}; then you can ask more people.")
    duty = rights.duty_of(draft, request, event)
    silent = {*duty.observers, *duty.pair, *duty.further}
    ids = {*request.helpers, event.author.id, request.requester.id}
    here = present(draft.rota, draft.now, draft.hours) if draft.is_open else ()
    people = [one for one in here if one not in silent and one.id not in ids and one.entra_object_id]
    if not people and not draft.state.desk.team_channel:
        raise Refused("Nobody else of the team is here now, and there is no team channel to post in.")
    return people


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "production": Step("Production access", _draw_production, _take_production),
        "pass": Step("Pass on", _draw_pass, _take_pass),
        "back": Step("Give back", _draw_back, _take_back),
        "team": Step("Ask the team", _draw_team, _take_team),
    }
)
