"""What an ended alert still holds of people and their words, and what becomes of it when the time for that is over."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.alerts.alert import Alert
from bot.alerts.storm import Storm, Weather
from bot.people import FORMER, SOMEBODY, Author
from bot.support.erasure import Part, unnamed


def held(alert: Alert) -> str:
    """Return the parts, in their order, that an ended alert still holds; "" for all that is erased, or is live."""
    if alert.is_live:
        return ""
    return "".join(part for part, without in WITHOUT.items() if without(alert) != alert)


def without_undo(alert: Alert) -> Alert:
    """Return an alert of which nothing can be taken back any more."""
    return replace(alert, before=None)


def without_names(alert: Alert) -> Alert:
    """Return an alert that knows nobody."""
    return replace(
        alert,
        owner=alert.owner and _SOMEBODY,
        ended_by=alert.ended_by and _SOMEBODY,
        comment=alert.comment and replace(alert.comment, by=""),
        latest=replace(alert.latest, by="", said=alert.latest.act),
        after="",
        eyes="",
        back={},
        called=(),
        cards=(),
        deed=None,
        before=None,
    )


def without_texts(alert: Alert) -> Alert:
    """Return an alert without a word that anybody wrote, or that an error said."""
    said = replace(alert.latest, message="", said="", where="", frames=())
    return replace(alert, latest=said, comment=None, impact="", reason="", unsaid="", after="", before=None)


def without_person(alert: Alert, person: str, names: frozenset[str]) -> Alert:
    """Return an alert in which the person with this id, called ``names``, is a former colleague.

    What they noted is gone, too. By which of the names Slack knows them is theirs as well.
    """

    def other(author: Author | None) -> Author | None:
        if author is None or author.id not in ("", person):
            return author
        return Author("", FORMER if author.id else unnamed(author.name, names))  # Slack and Bugsnag tell names alone

    mine = [author is not None and author.id == person for author in (alert.owner, alert.ended_by)]
    said = alert.latest if alert.latest.by not in names else replace(alert.latest, said="")
    comment = alert.comment if alert.comment is None or alert.comment.by not in names else None
    left = replace(
        alert,
        latest=said,
        comment=comment,
        impact="" if mine[0] else alert.impact,
        reason="" if mine[1] else alert.reason,
        eyes="" if alert.eyes in names else alert.eyes,
        back={user: at for user, at in alert.back.items() if user not in names},
        owner=other(alert.owner),
        ended_by=other(alert.ended_by),
        called=tuple(one for one in alert.called if one != person),
        cards=tuple(one for one in alert.cards if one.rpartition(":")[2] != person),
        deed=None if alert.deed and alert.deed.author.id == person else alert.deed,
        before=alert.before and without_person(alert.before, person, names),
    )
    return unnamed(left, names)


def weather_without_person(weather: Weather, person: str) -> Weather:
    """Return what is kept beside alerts without whom its storms called."""

    def calm(storm: Storm) -> Storm:
        called = tuple(one for one in storm.called if one != person)
        cards = tuple(one for one in storm.cards if one.rpartition(":")[2] != person)
        return replace(storm, called=called, cards=cards)

    return replace(weather, storms=tuple(map(calm, weather.storms)))


def authors(alert: Alert) -> Iterator[Author]:
    """Yield whoever an alert knows by name."""
    yield from filter(None, (alert.owner, alert.ended_by, alert.deed and alert.deed.author))
    if alert.before is not None:
        yield from authors(alert.before)


_SOMEBODY = Author("", SOMEBODY)
WITHOUT: Mapping[Part, Callable[[Alert], Alert]] = MappingProxyType(
    {Part.UNDO: without_undo, Part.NAMES: without_names, Part.TEXTS: without_texts}
)
