"""``handbook``: where it is and how fresh, and what in it answers somebody's words, which is searched for meanwhile.

Anyone reads it where it was asked for; why a copy is old is told where only the backend team reads.
"""

from bot.commands import ShowHandbook
from bot.decide.draft import Draft
from bot.effects import SearchHandbook
from bot.events import HandbookSearched, Message
from bot.people import Author
from bot.places import channel_of, person_of
from bot.policy import Language
from bot.support.excerpts import first_lines
from bot.support.handbook import Handbook, Section
from bot.support.texts import Text
from bot.support.words import moment, say
from bot.views import Address, HandbookCard, HandbookSection, Line

MOST_SHOWN = 3
LONGEST_WORDS = 12_000  # characters; what Teams lets somebody type is about twice as long
TITLE_WORDS = 80
LINES, CHARACTERS = 6, 400  # of each section among several
ALONE_LINES, ALONE_CHARACTERS = 14, 1200  # of one that is shown alone
UNDER = " \u203a "


def asked(draft: Draft, event: Message, call: ShowHandbook) -> None:
    """Have the handbook searched for somebody's words; without any, or where nothing can be searched, say why."""
    if len(call.words) > LONGEST_WORDS:
        draft.post(f"say:{event.key}", event.place, Line((draft.say(Text.HANDBOOK_TOO_LONG, most=LONGEST_WORDS),)))
    elif call.words and draft.handbook.sections:
        draft.follow_with(SearchHandbook(f"handbook:{event.key}", event.place, call.words))
    else:
        draft.post(f"say:{event.key}", event.place, _about(draft, event.place))


def searched(draft: Draft, event: HandbookSearched) -> None:
    """Show where it was asked for what was found, as far as it still stands there."""
    draft.post(f"say:{event.key}", event.place, _found(draft, event))


def alone(book: Handbook, section: Section, language: Language) -> HandbookCard:
    """Return a section as a card of its own, for whoever puts it into their words."""
    lines = first_lines(section.body, ALONE_CHARACTERS, ALONE_LINES)
    name = say(Text.HANDBOOK, language)
    told = any(name.casefold() in one.casefold() for one in section.above)  # by the title of the whole, most likely
    way = UNDER.join(section.above if told else (name, *section.above))
    return HandbookCard(section.title, lines, links=_links(book, section, language), note=way)


def _found(draft: Draft, event: HandbookSearched) -> HandbookCard:
    book, language = draft.handbook, draft.policy.language
    words = " ".join(event.words[: 4 * TITLE_WORDS].split())
    title = draft.say(Text.HANDBOOK_FOR, words=words if len(words) <= TITLE_WORDS else f"{words[: TITLE_WORDS - 1]}…")
    sections = [(section, match.sure) for match in event.found if (section := book.section(match.ref))][:MOST_SHOWN]
    if sections:
        shown = tuple(_section(book, section, language, sure=sure) for section, sure in sections)
        return HandbookCard(title, "", shown, note=_stale(draft, event.place))
    if event.failure:
        failure = event.failure[:1].upper() + event.failure[1:]
        text = _why(draft, event.place, failure, Text.HANDBOOK_FAILED, Text.HANDBOOK_FAILED_AS)
    else:
        text = draft.say(Text.HANDBOOK_GONE if event.found else Text.HANDBOOK_NOTHING)
    return HandbookCard(title, text, links=_way_in(draft), note=_stale(draft, event.place))


def _about(draft: Draft, place: str) -> HandbookCard:
    """Return where the handbook is, how much is in it and how old the copy is; or that there is none."""
    book, title = draft.handbook, draft.say(Text.HANDBOOK)
    if not book.sections and not book.address:
        more = draft.say(Text.HANDBOOK_SET) if draft.is_admin(_reader(place)) else ""
        return HandbookCard(title, draft.say(Text.HANDBOOK_ABSENT), note=more)
    if book.read_at is None:
        text = _why(draft, place, book.failure, Text.HANDBOOK_NEVER_READ, Text.HANDBOOK_NEVER_READ_AS)
        return HandbookCard(title, text, links=_way_in(draft))
    if not book.sections:
        text = draft.say(Text.HANDBOOK_EMPTY)
    else:
        several = len(book.sections) > 1
        text = draft.say(Text.HANDBOOK_SECTIONS if several else Text.HANDBOOK_SECTION, count=len(book.sections)) + "."
    text = f"{text.removesuffix('.')}, {_read(draft)}."
    note = _stale(draft, place, aged=True)
    ask = draft.say(Text.HANDBOOK_ASK) if book.sections else ""
    return HandbookCard(title, " ".join(filter(None, (text, note))), links=_way_in(draft), note=ask)


def _stale(draft: Draft, place: str, *, aged: bool = False) -> str:
    """Say how old the copy is and why, where it is not fresh, "" where it is; ``aged``: how old was said before."""
    book = draft.handbook
    if not book.failure or book.read_at is None:
        return ""
    said = _why(draft, place, book.failure, Text.HANDBOOK_NOT_SINCE, Text.HANDBOOK_NOT_SINCE_AS)
    if aged:
        return said
    read = _read(draft)
    return f"{draft.say(Text.HANDBOOK)} {read}. {said}"


def _read(draft: Draft) -> str:
    """Say when the copy was last known to be what the handbook says."""
    at = draft.handbook.read_at or draft.now
    text = Text.HANDBOOK_READ_TODAY if draft.is_today(at) else Text.HANDBOOK_READ
    return draft.say(text, at=moment(at, draft.now, draft.hours, draft.policy.language))


def _why(draft: Draft, place: str, reason: str, calm: Text, told: Text) -> str:
    """Say that something failed, with the reason where only the backend team reads."""
    reader = _reader(place)
    inside = draft.colleague(reader) or draft.is_admin(reader) or channel_of(place) == draft.desk.team_channel
    if not reason or not inside:
        return draft.say(calm)
    reason = reason.strip().removesuffix(".")
    said = draft.say(told, why=reason)
    return said if said.endswith(".") else f"{said}."


def _reader(place: str) -> Author:
    """Return whose own chat a place is, nobody for any other."""
    return Author(person_of(place), "")


def _section(book: Handbook, section: Section, language: Language, *, sure: bool) -> HandbookSection:
    return HandbookSection(
        section.title,
        UNDER.join(section.above),
        first_lines(section.body, CHARACTERS, LINES),
        "" if sure else say(Text.HANDBOOK_UNSURE, language),
        _links(book, section, language),
    )


def _links(book: Handbook, section: Section, language: Language) -> tuple[Address, ...]:
    url = book.link(section)
    return (Address(say(Text.HANDBOOK_OPEN_SECTION, language), url),) if url else ()


def _way_in(draft: Draft) -> tuple[Address, ...]:
    address = draft.handbook.address
    return (Address(draft.say(Text.HANDBOOK_OPEN), address),) if address else ()
