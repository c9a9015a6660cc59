"""*Support…*: the menu of everything that support does with a request, and the form of each step.

Opening a form does nothing; a step that is done claims what nobody had claimed, but for *Not a request* and *Pass on*.
Nothing goes out that its sender has not seen: texts go out as they were written, or come back with what is wrong.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from types import MappingProxyType

from bot.decide import claims, clocks, forms, matters, rights, support, triage
from bot.decide.claims import Until
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.pictures import handed_note, mentions, names, words
from bot.decide.step import Step, claim_first, done, meanwhile, ready, say_as, stands
from bot.effects import Answer, Dialog
from bot.errors import Refused
from bot.events import Open, Press, Send
from bot.people import Person
from bot.places import personal
from bot.rota.duty import present
from bot.support.request import Act, Advice, Outcome, Request, Status, close, step
from bot.support.texts import Text
from bot.support.words import moment
from bot.views import Button, Field, Line, Link, NoticeCard, NoticeEntry

MOST_HELPERS = 3
PERSON = "person"
UNTIL = MappingProxyType(
    {
        Until.HALF_AN_HOUR: "in 30 minutes",
        Until.AN_HOUR: "in an hour",
        Until.TODAY: "by the end of support",
        Until.NEXT_DAY: "by the end of support on the next working day",
    }
)
WHEN = "Choose until when they hear more."
ENDINGS = (
    Outcome.ANSWERED,
    Outcome.EXPLAINED,
    Outcome.DOCS,
    Outcome.ADMIN_PAGE,
    Outcome.SELF_SERVICE,
    Outcome.TRAINING,
    Outcome.REDIRECTED,
)
"""How a request may be closed here: what leaves the problem standing goes by *What does it stop?*."""


def opened(draft: Draft, event: Open) -> Answer:
    """Draw the menu, or a step's form; it changes nothing."""
    request = rights.pressed(draft, event)
    if event.step == "support":
        return menu(draft, request, event)
    known = STEPS.get(event.step)
    if known is None or known.draw is None:
        raise Refused(draft.say(Text.STALE))
    known.allow(draft, request, event)
    if event.step != "key":
        step(request, Act.SOLVE)  # what is closed has no other form
    return known.draw(draft, request, event, "")


def sent(draft: Draft, event: Send) -> Answer:
    """Do a step; what was sent already is not done again."""
    request = rights.pressed(draft, event)
    known = STEPS.get(event.step)
    if known is None:
        raise Refused(draft.say(Text.STALE))
    if event.again or (event.form and request.deed is not None and request.deed.key == event.key):
        return known.again(draft, request, event) if known.again else done(draft, request, event, "Done.")
    known.allow(draft, request, event)
    if request.lead and event.step not in OWN:
        raise Refused(f"{request.id} goes with {request.lead} now. Answer there: both are answered by it.")
    return known.take(draft, request, event)


def menu(draft: Draft, request: Request, event: Press) -> Answer:
    """Return the menu of what the presser may do with the request as it stands."""
    undo = (Way(f"Undo: {request.deed.what}", "undo"),) if request.deed and support.can_undo(request, event) else ()
    if request.status is Status.CLOSED:
        rights.may_end(draft, request, event)
        mine = rights.has(request, event.author) or rights.duty_of(draft, request, event).may_claim(event.author.id)
        key = (_way("key"),) if request.outcome is Outcome.TICKET and mine else ()
        return _menu(draft, request, event, (*undo, *key, Way("Not solved", "reopen")))
    duty = rights.duty_of(draft, request, event)
    if duty.observes(event.author.id) and not rights.has(request, event.author):
        return _menu(draft, request, event, (Way("Suggest an answer", "suggest", opens=True), *undo))
    rights.may_handle(draft, request, event)
    if request.lead:
        return _menu(draft, request, event, (*undo, Way("Separate matter", "separate")))
    groups = [(heading, tuple(_way(name) for name in steps)) for heading, steps in MENU]
    claimed = request.status is Status.ACKNOWLEDGED
    own = (_way("promise"), _way("back")) if claimed else (_way("claim"),)
    return _menu(draft, request, event, (*own, *undo, *groups))


def _way(name: str) -> Way:
    return Way(STEPS[name].title, name, opens=STEPS[name].draw is not None)


def _menu(draft: Draft, request: Request, event: Press, ways: tuple[Way | tuple[str, tuple[Way, ...]], ...]) -> Dialog:
    advice = request.suggestion
    note = "\n".join(filter(None, (f"{stands(draft, request)}.", handed_note(request))))
    for one in filter(None, map(draft.request, request.followers)):
        note += f"\nWith it {one.id}: {words(one, 100)}"
    if advice is not None:
        note += f"\n{advice.author.name} suggests: {advice.text}"
    return forms.dialog(draft, request, event, request.id, note=note, ways=ways, thread=request.place)


def _again(draft: Draft, request: Request, event: Send, wrong: str) -> Answer:
    """Return the form, with what is wrong with it."""
    draw = STEPS[event.step].draw
    assert draw is not None
    return draw(draft, request, event, wrong)


def _form(draft: Draft, request: Request, event: Press, name: str, send: str, **parts: object) -> Dialog:
    """Return a step's form, with the button that sends it and the way back to the menu."""
    ways = (Way(send, name), Way("Back", "support", opens=True))
    return forms.dialog(draft, request, event, STEPS[name].title, **{"ways": ways, **parts})


# -- answering ------------------------------------------------------------------------------------------------------


def _draw_ask(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    label = f"Your question. It goes into the thread under your name; then I wait for {request.requester.name}."
    return _form(
        draft,
        request,
        event,
        "ask",
        "Send",
        error=error,
        fields=(forms.text("text", label, draft.say(Text.QUESTIONS)),),
    )


def _take_ask(draft: Draft, request: Request, event: Send) -> Answer:
    text, wrong = ready(draft, request, event, "text")
    if wrong:
        return _again(draft, request, event, wrong)
    claimed = claim_first(draft, request, event)
    waiting = claims.wait_for_requester(draft, claimed, event.author, event.happened_at)
    draft.did(waiting, event, "asked a question", **say_as(draft, request, event, text))
    support.tell_claimer(draft, request, event, f"{event.author.name} asked a question on {request.id}", ended=False)
    return done(draft, request, event, "Sent.")


def _draw_reply(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    suggested, used = "", event.choice if isinstance(event, Open) else ""
    if used:
        if request.suggestion is None or used != _use(request.suggestion):
            raise Refused("This suggestion was taken back, or another came after it: see Support….")
        suggested = request.suggestion.text
    fields = (
        forms.text("text", "Your reply. It goes into the thread under your name.", suggested),
        forms.listed("until", f"{request.requester.name} hears more", _promises(draft), Until.HALF_AN_HOUR),
    )
    return _form(draft, request, event, "reply", "Send", error=error, fields=fields)


def _take_reply(draft: Draft, request: Request, event: Send) -> Answer:
    text, wrong = ready(draft, request, event, "text")
    until = _until(event)
    if wrong or until is None:
        return _again(draft, request, event, wrong or WHEN)
    claimed = claim_first(draft, request, event)
    spoken = claims.spoken(draft, claimed, event.happened_at, until)
    draft.did(spoken, event, "replied", **say_as(draft, request, event, text))
    support.tell_claimer(draft, request, event, f"{event.author.name} replied on {request.id}", ended=False)
    return done(draft, request, event, "Sent.")


def _draw_phone(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    then = (("closed", "It is answered: close it"), *((id_, f"More {title}") for id_, title in _promises(draft)))
    fields = (
        forms.text("text", "What you told them. It goes into the thread under your name.", draft.say(Text.BY_PHONE)),
        forms.listed("then", "And now", then, "closed"),
    )
    return _form(draft, request, event, "phone", "Send", error=error, fields=fields)


def _take_phone(draft: Draft, request: Request, event: Send) -> Answer:
    text, wrong = ready(draft, request, event, "text")
    ends = event.fields.get("then", "closed") == "closed"
    until = Until.HALF_AN_HOUR if ends else _until(event, "then")
    if wrong or until is None:
        return _again(draft, request, event, wrong or WHEN)
    claimed = claim_first(draft, request, event)
    said = say_as(draft, request, event, text)
    if ends:
        ended = close(claimed, Act.SOLVE, Outcome.ANSWERED, event.author, event.happened_at)
    else:
        ended = claims.spoken(draft, claimed, event.happened_at, until)
    draft.did(ended, event, "answered by phone", **said)
    did = f"{event.author.name} answered {request.id} by phone"
    support.tell_claimer(draft, request, event, did, ended=ends)
    return done(draft, request, event, "Noted.")


def _draw_promise(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    fields = (forms.one("until", f"{request.requester.name} hears more", _promises(draft), Until.AN_HOUR),)
    return _form(draft, request, event, "promise", "Promise it", error=error, fields=fields)


def _take_promise(draft: Draft, request: Request, event: Send) -> Answer:
    until = _until(event)
    if until is None:
        return _again(draft, request, event, WHEN)
    claimed = claim_first(draft, request, event)
    draft.did(claims.spoken(draft, claimed, event.happened_at, until), event, "promised more")
    support.tell_claimer(draft, request, event, f"{event.author.name} promised more on {request.id}", ended=False)
    return done(draft, request, event, "Promised.")


def _take_claim(draft: Draft, request: Request, event: Send) -> Answer:
    if request.status is Status.OPEN:
        support.take(draft, request, event)
        return done(draft, request, event, "It is yours.")
    return done(draft, request, event, "You have it." if rights.has(request, event.author) else "Somebody was faster.")


# -- handing on -----------------------------------------------------------------------------------------------------


def _note_field(label: str, *, required: bool = True) -> Field:
    return forms.text("note", label, required=required, longest=MOST_NOTE)


def _draw_production(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    people = _with_access(draft, request, event)
    label = f"What has to be done. {names(people)} {_verb(people, 'gets', 'get')} it; nobody outside support reads it."
    return _form(draft, request, event, "production", "Hand it on", error=error, fields=(_note_field(label),))


def _take_production(draft: Draft, request: Request, event: Send) -> Answer:
    people = _with_access(draft, request, event)
    note, wrong = ready(draft, request, event, "note", longest=MOST_NOTE)
    if wrong:
        return _again(draft, request, event, wrong)
    claimed = claim_first(draft, request, event)
    only = tuple([person.id for person in people])
    said = f"{event.author.name} needs production access for this"
    handed = claims.hand_on(
        draft, claimed, Act.HAND_ON, event.happened_at, by=event.author, only=only, note=said, handed=note
    )
    draft.did(handed, event, "handed it on")
    return done(draft, request, event, _told(draft, people))


def _told(draft: Draft, people: tuple[Person, ...]) -> str:
    if draft.paused:
        return f"{names(people)} will be told when the pause is over."
    verb = _verb(people, "has", "have")
    return f"{names(people)} {verb} been told." if draft.is_open else f"{names(people)} will be told at the opening."


def _verb(people: tuple[Person, ...], one: str, many: str) -> str:
    return one if len(people) == 1 else many


def _with_access(draft: Draft, request: Request, event: Press) -> tuple[Person, ...]:
    """Return the pair's own anchor, or else whoever else on duty has production access."""
    duty = rights.duty_of(draft, request, event)
    for people in (duty.pair, duty.further):
        able = tuple(one for one in people if one.production_access and one.id != event.author.id)
        if able:
            return able
    raise Refused("Nobody else on duty has production access now. Ask the team instead.")


def _draw_pass(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    others = _on_duty_besides(draft, request, event)
    fields = (
        forms.one(PERSON, "To whom", [(one.id, one.name) for one in others], others[0].id),
        _note_field("What they should know", required=False),
    )
    return _form(draft, request, event, "pass", "Pass on", error=error, fields=fields)


def _take_pass(draft: Draft, request: Request, event: Send) -> Answer:
    others = _on_duty_besides(draft, request, event)
    found = next((one for one in others if one.id == event.fields.get(PERSON)), None)
    if found is None:
        return _again(draft, request, event, "Choose somebody who is on duty.")
    note, wrong = ready(draft, request, event, "note", longest=MOST_NOTE, required=False)
    if wrong:
        return _again(draft, request, event, wrong)
    said = f"{event.author.name} passes this on to you"
    if request.status is Status.OPEN:
        if not claims.is_here(draft, found.id):
            raise Refused(f"{found.name} is not there now: nobody is called outside support hours.")
        rings = clocks.pass_on(draft, request, event.author, found, event.happened_at, note)
        draft.did(draft.request(request.id) or request, event, "passed it on", only=("handed",))
        if not rings:
            return done(draft, request, event, f"{found.name} was called before; what you add stands on their copy.")
    else:
        step(request, Act.HAND_ON)
        support.tell_claimer(draft, request, event, f"{event.author.name} passed {request.id} on to {found.name}")
        handed = claims.hand_on(
            draft, request, Act.HAND_ON, event.happened_at, by=event.author, only=(found.id,), note=said, handed=note
        )
        draft.did(handed, event, "passed it on")
    return done(draft, request, event, _told(draft, (found,)))


def _on_duty_besides(draft: Draft, request: Request, event: Press) -> tuple[Person, ...]:
    duty = rights.duty_of(draft, request, event)
    people = tuple(one for one in duty.responders + duty.further if one.id != event.author.id)
    if not people:
        raise Refused("Nobody else is on duty now. Ask the team instead.")
    return people


def _draw_back(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    step(request, Act.HAND_ON)
    fields = (_note_field("What the others should know", required=False),)
    return _form(draft, request, event, "back", "Give back", error=error, fields=fields)


def _take_back(draft: Draft, request: Request, event: Send) -> Answer:
    step(request, Act.HAND_ON)
    note, wrong = ready(draft, request, event, "note", longest=MOST_NOTE, required=False)
    if wrong:
        return _again(draft, request, event, wrong)
    said = f"{event.author.name} gave this back"
    handed = claims.hand_on(draft, request, Act.HAND_ON, event.happened_at, by=event.author, note=said, handed=note)
    draft.did(handed, event, "gave it back")
    return done(draft, request, event, "It is open again.")


def _draw_team(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    people = _helpers(draft, request, event)
    fields = [forms.text("text", "What you want to know")]
    if people:
        choices = [(one.id, one.name) for one in people]
        fields.append(forms.many("people", f"Whom to mention, {MOST_HELPERS} at most", choices, required=False))
    return _form(draft, request, event, "team", "Ask", error=error, fields=tuple(fields))


def _take_team(draft: Draft, request: Request, event: Send) -> Answer:
    people = _helpers(draft, request, event)
    text, wrong = ready(draft, request, event, "text")
    asked = forms.chosen(event, "people", [one.id for one in people])
    wrong = wrong or ("" if asked or draft.state.desk.team_channel else "Choose whom to ask.")
    if wrong or len(asked) > MOST_HELPERS:
        return _again(draft, request, event, wrong or f"At most {MOST_HELPERS} people at once, please.")
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


# -- sorting --------------------------------------------------------------------------------------------------------


def _draw_split(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    lines = [line.strip()[:MOST_MATTER] for line in request.text.splitlines() if forms.visible(line)]
    label = f"One matter a line, a few words each, {matters.MOST_MATTERS} at most. Each gets a card of its own."
    field = forms.text("text", label, "\n".join(lines[: matters.MOST_MATTERS]))
    return _form(draft, request, event, "split", "Split", error=error, fields=(field,))


def _take_split(draft: Draft, request: Request, event: Send) -> Answer:
    text, wrong = ready(draft, request, event, "text")
    found = [line.strip() for line in text.splitlines() if forms.visible(line)]
    long = next((line for line in found if len(line) > MOST_MATTER), "")
    room = matters.MOST_MATTERS - len(draft.in_thread(request.place)) + 1
    if not wrong and len(found) < 2:  # noqa: PLR2004 - one matter is none to split
        wrong = "Write at least two matters, each on a line of its own."
    elif not wrong and len(found) > room:
        wrong = f"A thread holds {matters.MOST_MATTERS} matters at most; there is room for {room} here."
    elif not wrong and len({line.casefold() for line in found}) < len(found):
        wrong = "Name each matter once."
    elif not wrong and request.deed and event.seen not in ("", str(request.deed.number)):
        wrong = f"{request.id} is not as it was when this form was opened. Send it again if it still fits."
    elif not wrong and long:
        wrong = f"At most {MOST_MATTER} characters a line, please; “{long[:30]}…” has {len(long)}."
    if wrong:
        return _again(draft, request, event, wrong)
    claimed = claim_first(draft, request, event)
    others = matters.split(draft, claimed, found, event.author, claims.word_by(draft, event.happened_at))
    made = tuple(one.id for one in others)
    draft.did(draft.request(request.id) or claimed, event, "split it", others=made)
    return done(draft, request, event, f"Split into {', '.join((request.id, *made))}.")


def _draw_same(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    others = _leads(draft, request)
    if not others:
        raise Refused("There is no other request that is not closed.")
    choices = [(one.id, f"{one.id} · {one.requester.name}: {words(one, 60)}") for one in others[:20]]
    field = forms.one("lead", "It is the same as", choices, choices[0][0])
    return _form(draft, request, event, "same", "Put together", error=error, fields=(field,))


def _take_same(draft: Draft, request: Request, event: Send) -> Answer:
    lead = next((one for one in _leads(draft, request) if one.id == event.fields.get("lead")), None)
    if lead is None:
        return _again(draft, request, event, "That one is closed, or goes with another; choose again.")
    joined = matters.join(draft, claim_first(draft, request, event), lead, follow_up=False)
    posted, text = matters.say_same(draft, request, lead, event.key) if lead.place != request.place else ("", "")
    draft.did(joined, event, f"put it together with {lead.id}", posted=posted, place=request.place, text=text)
    if lead.status is not Status.OPEN or not rights.duty_of(draft, lead, event).may_claim(event.author.id):
        return done(draft, request, event, f"It goes with {lead.id} now.")
    taken = claim_first(draft, draft.request(lead.id) or lead, event)
    draft.did(taken, event, f"put {request.id} together with it")
    return done(draft, request, event, f"It goes with {lead.id} now, which is yours.")


def _leads(draft: Draft, request: Request) -> list[Request]:
    live = [one for one in draft.requests() if one.status is not Status.CLOSED and not one.lead]
    return sorted((one for one in live if one.id != request.id), key=lambda one: one.posted_at, reverse=True)


def _take_dismiss(draft: Draft, request: Request, event: Send) -> Answer:
    support.tell_claimer(draft, request, event, f"{event.author.name} says that {request.id} is not a request")
    ended = close(request, Act.DISMISS, Outcome.NOT_A_REQUEST, event.author, event.happened_at)
    draft.did(ended, event, "said that it is not a request")
    return done(draft, request, event, "Taken out.")


# -- ending ---------------------------------------------------------------------------------------------------------


def _draw_close(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    step(request, Act.SOLVE)
    show = Way(f"Show what {request.requester.name} reads", "close", "preview")
    ways = (show, Way("It is not mended…", "stops", opens=True), Way("Back", "support", opens=True))
    fields = _close_fields(request, Outcome.ANSWERED, "")
    return _form(draft, request, event, "close", "", error=error, fields=fields, ways=ways)


def _close_fields(request: Request, outcome: Outcome, text: str) -> tuple[Field, ...]:
    label = f"A last word to {request.requester.name} on the card, if there is one"
    return (
        forms.listed("outcome", "How it ended", [(one.value, one.value.capitalize()) for one in ENDINGS], outcome),
        forms.text("text", label, text, required=False, longest=500),
    )


def _take_close(draft: Draft, request: Request, event: Send) -> Answer:
    outcome = next((one for one in ENDINGS if one == event.fields.get("outcome")), None)
    text = forms.filled(event, "text")
    if outcome is None:
        return _again(draft, request, event, "Choose how it ended.")
    if len(text) > MOST_REMARK:
        wrong = f"At most {MOST_REMARK} characters on the card, please; these are {len(text)}. Reply with the rest."
        return _again(draft, request, event, wrong)
    wrong = meanwhile(draft, request, event)
    if wrong:
        return _again(draft, request, event, wrong)
    if event.choice != f"close:{shown_as(outcome, text)}":
        ended = close(request, Act.SOLVE, outcome, event.author, event.happened_at)
        return _preview(draft, request, event, replace(ended, remark=text))
    claimed = request
    if request.status is Status.OPEN:
        claimed = claims.give(draft, request, event.author, event.happened_at)
    ended = replace(close(claimed, Act.SOLVE, outcome, event.author, event.happened_at), remark=text)
    support.tell_claimer(draft, request, event, f"{event.author.name} closed {request.id}")
    draft.did(ended, event, "closed it")
    return done(draft, request, event, "Closed.")


def shown_as(outcome: Outcome, text: str) -> str:
    """Return how the button that closes names what a preview showed: what is changed then is shown first."""
    return sha256(f"{outcome}\0{text}".encode(errors="replace")).hexdigest()[:16]


def _preview(draft: Draft, request: Request, event: Send, ended: Request) -> Answer:
    shown = draft.request_card(ended)
    reads = "\n".join(filter(None, (shown.headline.plain, shown.remark, shown.detail)))
    again, back = Way("Show again", "close", "preview"), Way("Back", "support", opens=True)
    seen = shown_as(ended.outcome or Outcome.ANSWERED, ended.remark)
    ways = (Way("Close it", "close", f"close:{seen}"), again, back)
    fields = _close_fields(request, ended.outcome or Outcome.ANSWERED, ended.remark)
    note = f"{request.requester.name} will read:\n{reads}"
    return _form(draft, request, event, "close", "", note=note, fields=fields, ways=ways)


def _take_reopen(draft: Draft, request: Request, event: Send) -> Answer:
    if request.status is not Status.CLOSED:
        return done(draft, request, event, "It is open already.")
    support.open_again(draft, request, event)
    return done(draft, request, event, "It is open again.")


def _take_separate(draft: Draft, request: Request, event: Send) -> Answer:
    if request.lead and request.status is not Status.CLOSED:
        support.separate(draft, request, event)
    return done(draft, request, event, "It is a matter of its own now.")


def _take_undo(draft: Draft, request: Request, event: Send) -> Answer:
    if not support.can_undo(request, event):
        raise Refused("That can't be taken back any more: ten minutes are over, or somebody else has acted since.")
    support.undo(draft, request, event)
    return done(draft, request, event, "Taken back.")


# -- observers ------------------------------------------------------------------------------------------------------


def _draw_suggest(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    people = tuple(_suggested_to(draft, request, event))
    field = forms.text(
        "text", f"What you would answer. {names(people)} {_verb(people, 'gets', 'get')} it; only support reads it."
    )
    return _form(draft, request, event, "suggest", "Suggest", error=error, fields=(field,))


def _take_suggest(draft: Draft, request: Request, event: Send) -> Answer:
    text, wrong = ready(draft, request, event, "text")
    if wrong:
        return _again(draft, request, event, wrong)
    suggestion = Advice(event.author, event.happened_at, text)
    people = _suggested_to(draft, request, event)
    keys = tuple([f"suggestion:{request.id}:{person.id}" for person in people])
    changed = replace(request, suggestion=suggestion)
    draft.did(changed, event, "suggested an answer", others=keys, only=("suggestion",))
    heading = f"{event.author.name} suggests an answer to {request.requester.name}"
    for key, person in zip(keys, people, strict=True):
        use = Button(draft.state.desk.id, request.id, key, "Use it", "open", "reply", _use(suggestion))
        title = f"{request.requester.name} · {request.id}"
        entry = NoticeEntry(title, text, "", request.place, waiting=True, presses=(), opens=(use,))
        draft.show(key, personal(person.id), NoticeCard(heading, (entry,)))
    return done(draft, request, event, "Thank you, passed on.")


def _use(suggestion: Advice) -> str:
    """Return how the button that uses a suggestion names it."""
    return f"suggestion@{suggestion.at.isoformat()}"


def _suggested_to(draft: Draft, request: Request, event: Press) -> list[Person]:
    """Return whoever has the request, or else the pair; only those who may be written to now."""
    duty = rights.duty_of(draft, request, event)
    claimer = draft.rota.people.get(request.claimer.id) if request.claimer else None
    people = (claimer,) if claimer and claims.is_here(draft, claimer.id) else duty.pair
    here = [one for one in people if claims.is_here(draft, one.id)]
    if not here:
        raise Refused("Nobody on duty can be told now. Try again in support hours.")
    return here


def _may_suggest(draft: Draft, request: Request, event: Press) -> None:
    step(request, Act.SOLVE)
    if not rights.duty_of(draft, request, event).observes(event.author.id):
        rights.may_handle(draft, request, event)


def _anyone(draft: Draft, request: Request, event: Press) -> None:
    """Let anybody: what is done is the presser's own."""


def _promises(draft: Draft) -> list[tuple[str, str]]:
    """Return until when more can be promised, each with its moment."""
    promises = []
    for until, title in UNTIL.items():
        by = claims.word_by(draft, draft.now, until)
        today = " today" if until is Until.TODAY and draft.is_today(by) else ""
        promises.append((until.value, f"{title}{today} ({moment(by, draft.now, draft.hours)})"))
    return promises


def _until(event: Send, field: str = "until") -> Until | None:
    """Return until when more was promised, None for what is no choice."""
    given = event.fields.get(field, "") or Until.HALF_AN_HOUR
    return next((one for one in UNTIL if one == given), None)


MOST_NOTE, MOST_REMARK, MOST_MATTER = 1000, 500, 100  # characters
STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "claim": Step("I'm looking into it", None, _take_claim, rights.may_claim),
        "promise": Step("More by…", _draw_promise, _take_promise),
        "ask": Step("Ask a question", _draw_ask, _take_ask),
        "reply": Step("Reply", _draw_reply, _take_reply),
        "phone": Step("Answered by phone", _draw_phone, _take_phone),
        "production": Step("Needs production access", _draw_production, _take_production),
        "pass": Step("Pass on", _draw_pass, _take_pass),
        "back": Step("Give back", _draw_back, _take_back),
        "team": Step("Ask the team", _draw_team, _take_team),
        "split": Step("Split", _draw_split, _take_split),
        "same": Step("Same as…", _draw_same, _take_same),
        "dismiss": Step("Not a request", None, _take_dismiss),
        "close": Step("Close", _draw_close, _take_close),
        "reopen": Step("Not solved", None, _take_reopen, rights.may_end),
        "separate": Step("Separate matter", None, _take_separate, rights.may_end),
        "undo": Step("Undo", None, _take_undo, _anyone),
        "suggest": Step("Suggest an answer", _draw_suggest, _take_suggest, _may_suggest),
        **triage.STEPS,
    }
)
OWN = ("separate", "undo")
"""The steps that a request has that follows another; all others are its lead's."""
MENU = (
    ("Answer", ("ask", "reply", "phone")),
    ("Find out", ("triage", "stops")),
    ("Hand on", ("production", "pass", "team")),
    ("Sort", ("split", "same", "dismiss")),
    ("End", ("close",)),
)
"""The menu's rows, at most three steps each."""
