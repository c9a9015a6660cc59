"""What follows from a change of the rota for teams that are set: rules, gaps, who would be FALLBACK, in words.

It is shown before a change is confirmed, and done with it. Days to come get the best FALLBACK at once; somebody is
asked for today. Why anybody is away is never said.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.commands import Right
from bot.decide.draft import Draft
from bot.decide.rota import words
from bot.people import FORMER, Author
from bot.rota import changes
from bot.rota.handover import team_days
from bot.rota.iteration import iteration_of
from bot.rota.picking import Rule, Stint
from bot.rota.planning import Ask
from bot.rota.presence import WEEK, Presence, working_days
from bot.rota.shift import Role, Rota, Shift
from bot.support.words import dated, listed, moment

CHANGED = "What follows has changed meanwhile: please look again."
RULES = {
    Rule.BELONGS: "somebody of the pair is no longer in the team",
    Rule.DECLINED: "somebody of the pair declined",
    Rule.PRESENT: "somebody of the pair is there on less than half of the days",
    Rule.OBSERVED: "somebody of the pair has not observed yet",
    Rule.ANCHOR: "there is no anchor: nobody of the pair has production access and is there every day",
    Rule.FIRST: "the newcomer of the pair has no experienced anchor beside them",
}
"""What it means for a team that a rule is broken."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What follows: the rota then, in words by line, who becomes FALLBACK, and the iterations that break a rule.

    ``today`` says that today becomes a gap for which somebody is to be asked.
    """

    rota: Rota
    lines: tuple[str, ...] = ()
    stints: tuple[Stint, ...] = ()
    broken: tuple[date, ...] = ()
    today: bool = False

    @property
    def people(self) -> tuple[str, ...]:
        """Return whom it concerns: all who serve in the iterations of new FALLBACKs, and of broken rules.

        Those who become FALLBACK are told so themselves.
        """
        weeks = {*self.broken, *(iteration_of(day) for stint in self.stints for day in stint.days)}
        told = {one.person for one in self.stints}
        serve = [one.person for one in self.rota.shifts if one.iteration in weeks]
        return tuple(dict.fromkeys([id_ for id_ in serve if id_ not in told]))


def look(
    draft: Draft,
    after: Rota,
    before: Rota | None = None,
    *,
    remedy: str = ". A cover is needed",
    there: Container[date] = (),
) -> Outlook:
    """Return what follows where the rota becomes ``after``; ``before`` is how it stands now by default.

    ``remedy`` is what is said of each rule that is broken then. ``there`` are days on which somebody is there who was
    not, and may fill a gap of before.
    """
    before = draft.rota if before is None else before
    today = draft.hours.local(draft.now).date()
    lines: list[str] = []
    every: list[Stint] = []
    wrong: list[date] = []
    at_once = False
    for week in changes.iterations_set(after, current(draft)):
        rules = [
            one
            for one in changes.broken(after, week, draft.hours)
            if one not in changes.broken(before, week, draft.hours)
        ]
        new = changes.gaps_made(before, after, week, draft.hours)
        coming = [day for day in changes.gaps(after, week, draft.hours) if day > today and (day in new or day in there)]
        begun = [day for day in new if day == today and draft.now < draft.hours.span(day)[1]]
        stints = changes.fallback(after, week, draft.hours, coming)
        after = changes.with_fallback(after, week, stints)
        left = [day for day in coming if day in new and day in changes.gaps(after, week, draft.hours)]
        lines += [_sentence(draft, week, f"{'; '.join(RULES[rule] for rule in rules)}{remedy}")] if rules else []
        lines += [f"{name_of(draft, one.person)} is FALLBACK on {days_said(draft, one.days)}." for one in stints]
        lines += [f"Nobody can fill the gap on {days_said(draft, left)}."] if left else []
        lines += ["Today is a gap: somebody is asked to be FALLBACK at once."] if begun else []
        every.extend(stints)
        wrong += [week] if rules else []
        at_once = at_once or bool(begun)
    return Outlook(after, tuple(lines), tuple(every), tuple(wrong), at_once)


def current(draft: Draft) -> date:
    """Return the iteration that is served now, or at the next opening."""
    return iteration_of(draft.hours.duty_day(draft.opening))


def coming_shifts(draft: Draft) -> list[Shift]:
    """Return the shifts of this iteration and those that are changed by people, without those of observers."""
    first = current(draft)
    some = [one for one in draft.rota.shifts if one.role is not Role.OBSERVER and one.person != FORMER]
    return [one for one in some if first <= one.iteration <= first + changes.FARTHEST * WEEK]


def shift_id(shift: Shift) -> str:
    """Return by what a form's choice, where commas part the choices, and a button know a shift."""
    return f"{shift.iteration}:{shift.role}:{shift.person}".replace(",", ";")


def plans_for_others(draft: Draft, author: Author) -> bool:
    """Say whether somebody plans for others too: SUPPORT of the current iteration, as long as theirs is, and admins."""
    day = draft.hours.duty_day(draft.now)
    days = team_days(draft.rota, day, draft.hours)
    mine = [one for one in draft.rota.of(iteration_of(day)) if one.person == author.id and one.role is Role.SUPPORT]
    serves = any(one.is_for(day) for one in mine for day in days)
    return draft.is_admin(author) or (serves and draft.colleague(author) is not None)


def for_others(draft: Draft) -> str:
    """Say who plans for others."""
    return f"For somebody else that is for the support of this iteration. {draft.is_for(Right.ADMIN)}"


def cover_said(draft: Draft, ask: Ask) -> str:
    """Return what is to be covered: which role, on which days or until when today."""
    shift = shift_of(draft, ask)
    if shift is None:
        return f"the shift from {day_said(draft, ask.iteration)}"
    if draft.is_today(ask.start) and draft.is_today(ask.end):
        return f"{shift.role} today until {moment(ask.end, draft.now, draft.hours)}"
    days = changes.days_between(shift, ask.start, ask.end, draft.hours)
    between = [day for day in working_days(ask.iteration, draft.hours) if days[0] <= day <= days[-1]]
    in_a_row = len(days) > 2 and len(days) == len(between)  # noqa: PLR2004 - two are named as soon
    when = f"from {span_said(draft, days[0], days[-1])}" if in_a_row else f"on {days_said(draft, days)}"
    return f"{shift.role} {when}"


def shift_of(draft: Draft, ask: Ask) -> Shift | None:
    """Return the shift that an ask for a cover is about, None where none of it is theirs still, or still to come."""
    start = max(ask.start, draft.now) if draft.now < ask.end else ask.start
    mine = [one for one in draft.rota.of(ask.iteration) if one.person == ask.person and one.role is not Role.OBSERVER]
    return next((one for one in mine if changes.days_between(one, start, ask.end, draft.hours)), None)


def fallback_said(draft: Draft, stint: Stint) -> str:
    """Return what somebody reads who became FALLBACK without being asked."""
    return f"You are FALLBACK on {days_said(draft, stint.days)}. If you can't, write cover."


def away(draft: Draft, ask: Ask) -> tuple[str, ...]:
    """Return who is away for whom somebody is asked to be FALLBACK: of that day's team; with none, who was last."""
    at, day = min(max(draft.now, ask.start), ask.end - timedelta.resolution), draft.hours.duty_day(ask.start)
    presence, rota = Presence(draft.rota, draft.hours), draft.rota
    gone = {one.person for one in rota.absences if one.start <= at < one.end}
    team = [one for one in rota.of(ask.iteration) if one.role is not Role.OBSERVER and one.is_for(day)]
    found = [id_ for id_ in dict.fromkeys([presence.server(one.person, day) for one in team]) if id_ in gone]
    return tuple(found or ask.away or [ask.person])


def away_said(draft: Draft, ask: Ask) -> str:
    """Say who is away for whom somebody is asked to be FALLBACK."""
    names = [name_of(draft, id_) for id_ in away(draft, ask)]
    return f"{listed(names, ' and ')} {'is' if len(names) == 1 else 'are'} away"


def name_of(draft: Draft, id_: str) -> str:
    """Return somebody's name."""
    person = draft.rota.people.get(id_)
    return person.name if person else FORMER


def day_said(draft: Draft, day: date) -> str:
    """Return a date as support reads it."""
    return dated(day, draft.hours.local(draft.now).date())


def days_said(draft: Draft, days: Iterable[date]) -> str:
    """Return dates in their order as one reads them."""
    return words.days(days, draft.hours.local(draft.now).date())


def span_said(draft: Draft, first: date, last: date) -> str:
    """Return some days from the first to the last."""
    return day_said(draft, first) if first == last else f"{day_said(draft, first)} to {day_said(draft, last)}"


def _sentence(draft: Draft, week: date, what: str) -> str:
    return f"In the iteration of {day_said(draft, week)} {what}."
