"""Who is FALLBACK on which days only since somebody is away: they are free again when nobody is.

Today is not changed by that, nor is a day on which somebody stands in, who said yes to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from bot.decide.draft import Draft
from bot.decide.rota import news
from bot.rota import changes
from bot.rota.iteration import iteration_of
from bot.rota.picking import Stint
from bot.rota.presence import Presence
from bot.rota.shift import Absence, Role


def note(draft: Draft, stints: Iterable[Stint]) -> None:
    """Keep who became FALLBACK since somebody is away."""
    filling = dict(draft.facts.planning.filling)
    for one in stints:
        filling[one.person] = filling.pop(one.person, frozenset()) | one.days
    _put(draft, filling)


def follow(draft: Draft) -> None:
    """Forget days that are over, and those on which somebody else is FALLBACK by now."""
    today = draft.hours.local(draft.now).date()
    filling = draft.facts.planning.filling
    left = {
        id_: kept
        for id_, days in filling.items()
        if (kept := frozenset([day for day in days if day >= today and _is_fallback(draft, id_, day)]))
    }
    if left != filling:
        _put(draft, left)


def free(draft: Draft, away: Absence) -> tuple[Stint, ...]:
    """Let those be FALLBACK no longer who were it only for an absence that is gone; return on which days.

    Whoever came last goes first: they fill in for those who came before.
    """
    freed: dict[str, frozenset[date]] = defaultdict(frozenset)
    for id_, day in list(_coming(draft, away)):
        after = changes.without_fallback(draft.rota, id_, day)
        if day not in changes.gaps(after, iteration_of(day), draft.hours):
            draft.put_rota(after)
            freed[id_] |= {day}
    return tuple([Stint(id_, days) for id_, days in freed.items()])


def _coming(draft: Draft, away: Absence) -> Iterator[tuple[str, date]]:
    """Yield who fills in on which days to come of an absence, where nobody stands in for them."""
    presence, today = Presence(draft.rota, draft.hours), draft.hours.local(draft.now).date()
    for id_, days in reversed([*draft.facts.planning.filling.items()]):
        for day in sorted(days):
            start, end = draft.hours.span(day)
            if day > today and away.start < end and start < away.end and presence.server(id_, day) == id_:
                yield id_, day


def _is_fallback(draft: Draft, id_: str, day: date) -> bool:
    some = [one for one in draft.rota.of(iteration_of(day)) if one.role is Role.FALLBACK and one.person == id_]
    return any(one.is_for(day) for one in some)


def _put(draft: Draft, filling: dict[str, frozenset[date]]) -> None:
    news.put(draft, replace(draft.facts.planning, filling=filling))
