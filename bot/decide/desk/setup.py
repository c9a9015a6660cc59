"""``setup``: the walk from an empty channel to a working desk, one short step each; one goes on where one stopped.

Every step may be skipped. The team's roster is asked for by an effect, and kept no longer than the walk needs it.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from bot.commands import Right
from bot.decide import forms
from bot.decide.desk import legs, people_legs
from bot.decide.desk.legs import Leg
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.marks import MARKED, Overtaken
from bot.effects import Answer, Dialog, Word
from bot.errors import Refused
from bot.events import Message, PersonRow, Press, RosterFetched, Send
from bot.places import channel_of, person_of, personal
from bot.policy import Language
from bot.state import Setup
from bot.support.texts import Text
from bot.support.words import say
from bot.views import Button, DeskCard, Fact, FormCard, Line

OWN = "setup.me:"  # the key of a card in an admin's own chat begins so
MOST_CARDS = 8  # of setups that are over, which are kept up to date
OLD = timedelta(hours=1)  # a roster is asked for again after this
FORGOTTEN = timedelta(hours=12)  # a setup that nobody goes on with keeps no roster for longer than this
READY = "ready"
MISTYPED = "Nothing was taken yet; mend this first."
WALK: Mapping[str, Leg] = MappingProxyType({**people_legs.LEGS, **legs.LEGS})
"""The steps in their order."""


# -- the cards ------------------------------------------------------------------------------------------------------


def asked(draft: Draft, event: Message) -> None:
    """Begin a setup, or go on with it: a card where it was asked for, and one in the admin's own chat."""
    cards = {f"{OWN}{event.key}": personal(event.author.id)}
    if channel_of(event.place) == draft.desk.channel:
        cards[f"setup:{event.key}"] = event.place
    elif not person_of(event.place):
        line = draft.say(Text.SETUP_ELSEWHERE, desk=draft.desk.id)
        draft.post(f"setup.elsewhere:{event.key}", event.place, Line((line,)))
    _begin(draft, cards)
    for key, place in cards.items():
        draft.show(key, place, _card(draft, key, place))


def fetched(draft: Draft, event: RosterFetched) -> None:
    """Take what Teams said of the team; whoever was known by e-mail only can be recognised from then on.

    Where the member and the e-mail are two people of the rota, both are kept as they are, and the cards say so.
    """
    setup = draft.facts.setup
    if setup is None:
        return
    before, new = setup.roster, event.roster
    kept = replace(before, failure=new.failure) if before and new.failure else new
    unknown = [one for one in draft.rota.people.values() if one.email and not one.entra_object_id]
    found = [(one, member) for one in unknown if (member := people_legs.by_email(new.members, one.email))]
    renamed: dict[str, str] = {}
    for person, member in found:
        row = PersonRow(person.name, replace(person, entra_object_id=member.id), frozenset({"entra_object_id"}))
        with suppress(Refused):  # somebody else has this id or e-mail: what Teams says is taken all the same
            people_legs.import_people(draft, event.key, [row])
            renamed[person.id] = member.id
    legs.put(draft, replace(setup, roster=kept, added=tuple(renamed.get(id_, id_) for id_ in setup.added)))
    _refresh(draft)


def heard_all(draft: Draft) -> None:
    """Take that the desk hears posts that do not mention the bot."""
    draft.put_facts(replace(draft.facts, hears_all=True))


def follow(draft: Draft) -> None:
    """Show those cards anew that say something else because of what no step did: a post, people, policy, a new week.

    Those of a setup that is over are followed until nothing is missing any more.
    """
    now, was = draft.facts, draft.state.facts
    going = now.setup.cards if now.setup and now.setup is was.setup else {}
    cards = {**{key: place for key, place in was.set_up.items() if key in now.set_up}, **going}
    days = (now.swept_on - was.swept_on).days if now.swept_on and was.swept_on else 0
    facts_stand = now.hears_all == was.hears_all and now.unreachable is was.unreachable and not days
    if not cards or (facts_stand and draft.rota is draft.state.rota and draft.desk is draft.state.desk):
        return
    before = draft.unchanged(days)
    for key, place in cards.items():
        card = _card(draft, key, place)
        if card != _card(before, key, place):
            draft.show(key, place, card, first=False)
    if not _is_lacking(draft):
        draft.put_facts(replace(draft.facts, set_up={}))


def let_go(draft: Draft) -> None:
    """Keep no roster of a setup that nobody goes on with."""
    setup = draft.facts.setup
    if setup is not None and setup.roster is not None and draft.now - setup.roster.at > FORGOTTEN:
        legs.put(draft, replace(setup, roster=None, forgotten=True))


def _begin(draft: Draft, cards: Mapping[str, str], done: Iterable[str] | None = None) -> None:
    """Begin a setup, or go on with it; those steps are ``done`` that lack nothing, if it is not said which."""
    if done is None:
        done = [name for name, leg in WALK.items() if not leg.missing(draft)] if draft.rota.people else ()
    setup = draft.facts.setup or Setup(done=tuple(done))
    roster = setup.roster
    stale = roster is None or bool(roster.failure) or draft.now - roster.at > OLD
    over = {key: place for key, place in draft.facts.set_up.items() if key not in cards}
    draft.put_facts(replace(draft.facts, setup=replace(setup, cards={**setup.cards, **cards}), set_up=over))
    if stale:
        people_legs.ask_teams(draft)


def _refresh(draft: Draft, cards: Mapping[str, str] | None = None) -> None:
    setup = draft.facts.setup
    for key, place in (cards if cards is not None else setup.cards if setup else {}).items():
        draft.show(key, place, _card(draft, key, place), first=False)


def _card(draft: Draft, key: str, place: str) -> DeskCard:
    """Return the card of a setup: what anybody may read, and in the admin's own chat how far it is."""
    going = draft.facts.setup is not None and key in draft.facts.setup.cards
    language = Language.ENGLISH if person_of(place) else draft.policy.language
    opens = Button(draft.desk.id, "", key, say(Text.SET_UP, language), "open", "setup")
    if not person_of(place):
        title = f"{draft.say(Text.DESK_HERE)} · {draft.desk.id}"
        answers = draft.rota.people and not draft.duty(draft.opening).nobody
        text = draft.say(Text.DESK_READY if answers or not going else Text.SETTING_UP)
        return DeskCard(title, text, (), (opens,) if going else (), ())
    here = Button(draft.desk.id, "", key, "Go on here", "send", "setup.here")
    facts = _facts(draft)
    text = legs.about_roster(draft) if going else "Set up. Post something in the channel to try it."
    title = f"Setup of {draft.desk.id}"
    if not (going or _is_lacking(draft)):
        return DeskCard(title, text, facts, (), ())
    return DeskCard(title, text, facts, (opens,), (here,))


def _facts(draft: Draft) -> tuple[Fact, ...]:
    return (*(Fact(leg.title, _how(draft, leg)) for leg in WALK.values()), *_besides(draft))


def _how(draft: Draft, leg: Leg) -> str:
    """Say how far a step is: what is missing, or what stands."""
    return leg.missing(draft) or ", ".join(filter(None, (READY, leg.stands(draft))))


def _is_lacking(draft: Draft) -> bool:
    return any(leg.missing(draft) for leg in WALK.values()) or bool(_besides(draft))


def _besides(draft: Draft) -> tuple[Fact, ...]:
    """Return what is missing that no step can mend."""
    people = draft.rota.people
    lost = [people[id_].name for place in draft.facts.unreachable if (id_ := person_of(place)) in people]
    lost += [one.name for one in people.values() if not one.entra_object_id]
    label, on = (say(text, Language.ENGLISH) for text in (Text.MENTION_MODE, Text.MENTION_MODE_ON))
    facts = [] if draft.facts.hears_all else [Fact(label, on)]
    if lost:
        how = "install the app for them; whoever has no Entra id must be in the team"
        facts.append(Fact(say(Text.NOT_REACHED, Language.ENGLISH), f"{', '.join(sorted(set(lost)))}: {how}"))
    if apart := _kept_apart(draft):
        how = "I keep both. If they are one person, open the one without an Entra id with people and let it leave"
        facts.append(Fact("In the list twice, it seems", f"{'; '.join(apart)}. {how}"))
    return tuple(facts)


def _kept_apart(draft: Draft) -> list[str]:
    """Return who has the e-mail of a member of the team who is somebody else in the list."""
    members = people_legs.team(draft)
    unknown = [one for one in draft.rota.people.values() if not one.entra_object_id]
    both = [(one, people_legs.by_email(members, one.email)) for one in unknown]
    return [f"{one.name} has the e-mail of {member.name}" for one, member in both if member]


# -- the walk -------------------------------------------------------------------------------------------------------


def _draw_next(draft: Draft, event: Press, error: str) -> Answer:
    setup = draft.facts.setup
    if setup is None:
        return _over(draft, event)
    following = next((name for name in WALK if name not in setup.done), "")
    return _form(draft, event, following, error) if following else _draw_all(draft, event, error)


def _draw_all(draft: Draft, event: Press, error: str) -> Answer:
    ways = tuple(Way(leg.title, name, opens=True) for name, leg in WALK.items())
    note = "\n".join(f"{leg.title}: {_how(draft, leg)}" for leg in WALK.values())
    return _dialog(draft, event, title="All steps", note=note, error=error, ways=(*ways, Way("Finish", "setup.end")))


def _drawn(name: str) -> Callable[[Draft, Press, str], Answer]:
    return lambda draft, event, error: _form(draft, event, name, error)


def _form(
    draft: Draft,
    event: Press,
    name: str,
    error: str,
    *,
    said: str = "",
    drawn: str | None = None,
    given: Mapping[str, str] | None = None,
) -> Answer:
    """Return a step's form, after what was ``said`` of the last one.

    Its buttons say what it was ``drawn`` with: None for what is so now. It holds what was ``given`` in it.
    """
    leg, page = WALK[name], legs.page_of(event)
    number = list(WALK).index(name) + 1
    setup = draft.facts.setup
    todo = [one.title for key, one in WALK.items() if (key not in setup.done if setup else one.missing(draft))]
    left = f"Still to do: {'; '.join(todo)}." if todo else "Every step was taken."
    fields = leg.inputs(draft, page)
    marks = legs.marked(fields) if drawn is None else drawn
    more = leg.ways(draft, event, marks) if leg.ways else ()
    ways = (Way("Save and go on", name, f"{page}{MARKED}{marks}"), *more)
    ways = (*ways, Way("Skip", "setup.skip", name), Way("All steps", "setup.all", opens=True))
    note = "\n".join(filter(None, (said, f"Step {number} of {len(WALK)}. {left}", leg.note(draft))))
    shown = forms.lighter(fields, given or {})
    parts = {"title": leg.title, "note": note, "error": error, "fields": shown, "ways": ways}
    return _dialog(draft, event, given=given, **parts)


def _taken(name: str) -> Callable[[Draft, Send], Answer]:
    def take(draft: Draft, event: Send) -> Answer:
        if draft.facts.setup is None:
            _begin(draft, _own_card(event))
        try:
            said = WALK[name].take(draft, event)
        except Overtaken as overtaken:
            return _form(draft, event, name, str(overtaken), given=overtaken.given)
        except (Refused, ValueError) as wrong:
            error, drawn = f"{MISTYPED}\n{wrong}", legs.drawn_with(event) or ""
            return _form(draft, event, name, error, drawn=drawn, given=event.fields)
        if legs.goes_on(event):
            _refresh(draft)
            following = replace(event, fields={}, choice=str(legs.page_of(event) + 1))
            return _form(draft, following, name, "", said=said)
        return _went_on(draft, event, name, said)

    return take


def _own_card(event: Press) -> dict[str, str]:
    """Return the card in the admin's own chat that was pressed, so that it is kept up to date from then on."""
    is_own = event.card.startswith(OWN) and event.place == personal(event.author.id)
    return {event.card: event.place} if is_own else {}


def _skip(draft: Draft, event: Send) -> Answer:
    if event.choice not in WALK:
        raise Refused(draft.say(Text.STALE))
    if draft.facts.setup is None:
        _begin(draft, _own_card(event))
    return _went_on(draft, event, event.choice, "")


def _went_on(draft: Draft, event: Send, name: str, said: str) -> Answer:
    """Go on to the next step that was not taken yet, and say what came of the one before."""
    setup = draft.facts.setup
    assert setup is not None
    done = tuple(dict.fromkeys((*setup.done, name)))
    legs.put(draft, replace(setup, done=done))
    order = list(WALK)
    after = order[order.index(name) + 1 :] + order
    following = next((other for other in after if other not in done), "")
    if not following:
        return _end(draft, event, said)
    _refresh(draft)
    return _form(draft, replace(event, fields={}, choice=""), following, "", said=said)


def _end(draft: Draft, event: Send, said: str = "") -> Answer:
    setup = draft.facts.setup
    cards = setup.cards if setup else {}
    over = dict([*draft.facts.set_up.items(), *cards.items()][-MOST_CARDS:]) if _is_lacking(draft) else {}
    draft.put_facts(replace(draft.facts, setup=None, set_up=over))
    _refresh(draft, cards)
    return _over(draft, event, said)


def _over(draft: Draft, event: Press, said: str = "") -> Answer:
    """Say what works now, and what is missing, after what came of the last step."""
    there = [leg for leg in WALK.values() if not leg.missing(draft)]
    works = [f"{leg.title} ({stands})" if (stands := leg.stands(draft)) else leg.title for leg in there]
    missing = [f"{leg.title}: {said}" for leg in WALK.values() if (said := leg.missing(draft))]
    missing += [f"{fact.label}: {fact.text}" for fact in _besides(draft)]
    parts = [*filter(None, [said]), f"Set up: {'; '.join(works) or 'nothing yet'}."]
    parts += ["Missing:", *missing] if missing else ["Nothing is missing."]
    parts.append("Post something in the channel to try it. people and policy change everything later.")
    lacking = tuple(Way(leg.title, name, opens=True) for name, leg in WALK.items() if leg.missing(draft))
    ways = (*lacking, Way("Set up again", "setup.again"))
    return _dialog(draft, event, title=f"Desk {draft.desk.id}", note="\n".join(parts), ways=ways)


def _start_over(draft: Draft, event: Send) -> Answer:
    setup = draft.facts.setup
    legs.put(draft, None)
    _begin(draft, {**(setup.cards if setup else {}), **_own_card(event)}, ())
    _refresh(draft)
    return _draw_next(draft, replace(event, fields={}, choice=""), "")


def _look(draft: Draft, event: Send) -> Answer:
    """Show the team's list, and ask Teams for it where it is not known; without a setup that is all there is to do."""
    _ask(draft, event, "setup.people")
    return _form(draft, event, "setup.people", "", given=people_legs.anew(draft, event))


def _look_for_channels(draft: Draft, event: Send) -> Answer:
    """Show the team's channels, and ask Teams for them where they are not known."""
    _ask(draft, event, "setup.channel")
    return _form(draft, event, "setup.channel", "", drawn=legs.drawn_with(event), given=event.fields)


def _ask(draft: Draft, event: Send, only: str) -> None:
    _begin(draft, _own_card(event), tuple(name for name in WALK if name != only))
    _refresh(draft)


def _here(draft: Draft, event: Send) -> Answer:
    """Put the next form into the admin's own chat as a message that nothing else edits."""
    answer = _draw_next(draft, event, "")
    assert isinstance(answer, Dialog)
    assert isinstance(answer.view, FormCard)
    draft.show(f"setup.form:{event.key}", personal(event.author.id), answer.view)
    return Word("The next step is below, in our chat.")


def _dialog(draft: Draft, event: Press, **parts: Any) -> Dialog:
    return Dialog("Setup", forms.card(draft, None, event, **parts))


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "setup": DeskStep(Right.ADMIN, _draw_next, None),
        "setup.all": DeskStep(Right.ADMIN, _draw_all, None),
        **{name: DeskStep(Right.ADMIN, _drawn(name), _taken(name)) for name in WALK},
        "setup.skip": DeskStep(Right.ADMIN, None, _skip),
        people_legs.LOOK: DeskStep(Right.ADMIN, None, _look),
        legs.CHANNELS: DeskStep(Right.ADMIN, None, _look_for_channels),
        "setup.here": DeskStep(Right.ADMIN, None, _here),
        "setup.again": DeskStep(Right.ADMIN, None, _start_over),
        "setup.end": DeskStep(Right.ADMIN, None, _end),
    }
)
"""The steps of ``setup``."""
