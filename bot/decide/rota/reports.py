"""``away Ana``: anyone of the team reports somebody away today, who is told and can undo it."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.commands import ReportAway, Right
from bot.decide import forms
from bot.decide.desk import colleagues
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.requests import clocks
from bot.decide.rota import gaps, news
from bot.effects import Answer, Card, Dialog
from bot.errors import Refused
from bot.events import Message, Press, Send
from bot.people import Person
from bot.places import personal
from bot.rota import changes
from bot.rota.duty import present
from bot.rota.shift import Absence
from bot.support.words import listed, moment
from bot.views import Button, PlanCard


def reported(draft: Draft, event: Message, call: ReportAway) -> str:
    """Note somebody as away for the rest of today; return what the reporter is told. Raise Refused where it is not."""
    some = [draft.rota.people[id_] for id_ in call.people]
    if len(some) > 1:
        raise Refused(f"Whom do you mean: {listed([one.name for one in some], ' or ')}? Write the whole name.")
    return _note(draft, event, some[0])


def _note(draft: Draft, event: Message | Press, person: Person) -> str:
    if not draft.is_today(draft.opening):
        raise Refused(
            f"Support is over for today. It begins again {moment(draft.opening, draft.now, draft.hours)}; "
            "absence is for other days."
        )
    if person not in present(draft.rota, draft.opening, draft.hours):
        return f"{person.name} is away today already."
    was_here = draft.hears_of_the_rota(person.id)
    end = draft.hours.closing(draft.opening)
    away = Absence(person.id, draft.now, end)
    draft.put_rota(changes.with_absences(draft.rota, [away]))
    news.record_away(draft, event.author, away)
    clocks.follow_duty(draft)
    title = f"{event.author.name} reported you away today until {moment(end, draft.now, draft.hours)}"
    key = f"reported:{event.key}"
    if was_here and person.id != event.author.id:
        undo = Button(draft.desk.id, "", key, "I'm here", "send", "away.here", main=True)
        draft.show(key, personal(person.id), PlanCard(title, "Nobody calls you till then.", presses=(undo,)))
    elif person.id != event.author.id:
        news.tell(draft, key, person.id, f"{title}. Write away off if you are here.", though_away=True)
    gaps.begin(draft, person.id, event.author)
    until = moment(end, draft.now, draft.hours)
    if person.id == event.author.id:
        return f"You are away today until {until}. Nobody calls you till then; away off ends it."
    return f"{person.name} is away today until {until}, and is told."


def _draw(draft: Draft, event: Press, error: str) -> Answer:
    some = [(colleagues.choice(one), one.name) for one in present(draft.rota, draft.opening, draft.hours)]
    fields = (forms.listed("person", "Who is away today", some),) if some else ()
    ways = (Way("Report", "away.report"),) if some else ()
    note = "They are told, and can undo it." if some else "Nobody is here today."
    return Dialog("Away", forms.card(draft, None, event, title="", note=note, error=error, fields=fields, ways=ways))


def _taken(draft: Draft, event: Send) -> Answer:
    chosen = event.fields.get("person", "")
    person = next((one for one in draft.rota.people.values() if colleagues.choice(one) == chosen), None)
    if person is None:
        return _draw(draft, event, "Choose somebody first.")
    said = _note(draft, event, person)
    return Dialog("Away", forms.card(draft, None, event, title=said))


def _here(draft: Draft, event: Send) -> Answer:
    """End the absence of today of whoever presses."""
    away = [one for one in draft.rota.absences if one.person == event.author.id and draft.is_today(one.end)]
    away = [one for one in away if draft.is_today(one.start) and draft.now < one.end]
    if away:
        kept = tuple([one for one in draft.rota.absences if one not in away])
        draft.put_rota(replace(draft.rota, absences=kept))
        news.record_away(draft, event.author, away[0], ended=True)
        clocks.follow_duty(draft)
    if any(one.person == event.author.id and one.start <= draft.now < one.end for one in draft.rota.absences):
        longer = "For longer than today, by the rota: absence shows it, and ends it."
        return Card(PlanCard("You are away", longer))
    return Card(PlanCard("You are here", "You can be called again."))


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "away.report": DeskStep(Right.COLLEAGUE, _draw, _taken),
        "away.here": DeskStep(Right.COLLEAGUE, None, _here),
    }
)
"""The steps of reporting somebody away."""
