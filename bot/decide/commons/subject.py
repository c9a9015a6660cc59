"""What is written down: a common request, and the requests that it came of, in words that name nobody."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.decide.draft import Draft
from bot.decide.masking import masked
from bot.decide.requests import likely
from bot.errors import Refused
from bot.events import Event, Open, Send
from bot.state import State
from bot.support.handbook import is_section
from bot.support.intake import excerpt
from bot.support.recurrence import WRITTEN, Common
from bot.support.request import Request, is_request

BESIDE = "|"  # in a choice, between what it is about and what else a button names
TITLE, ANSWER, PHRASE, PHRASES = 100, 2000, 200, 20  # characters of each, and how many phrases
SUGGESTED = 36  # characters of a title that is made from a request, which its writer makes better
STEPS = frozenset({"common.write", "handbook.edit"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What a form begins from: an entry, if there is one, the request that was named, and all that it came of."""

    common: Common | None = None
    request: Request | None = None
    requests: tuple[Request, ...] = ()

    @property
    def is_written(self) -> bool:
        """Say whether somebody has written it down before."""
        return self.common is not None and self.common.standing in WRITTEN


def about(state: State, event: Event) -> set[str]:
    """Return the ids of the requests whose words a form begins from, closed ones included."""
    if not isinstance(event, Open | Send) or event.step not in STEPS:
        return set()
    ref = event.choice.partition(BESIDE)[0]
    common = state.commons.get(ref)
    uses = {use.request for use in common.uses[-PHRASES:]} if common else set()
    return uses | ({ref} if is_request(ref) else set())


def of(draft: Draft, ref: str) -> Subject:
    """Return what "C-7" or "R-42" names, nothing for "" and for a section; raise Refused where it is not there."""
    if is_request(ref):
        request = draft.request(ref)
        if request is None:
            raise Refused(f"I know no request {excerpt(ref, SUGGESTED)}.")
        return Subject(draft.common(request.common), request, (request,))
    if not ref.startswith("C-"):
        return Subject()
    common = draft.common(ref)
    if common is None:
        raise Refused(f"{excerpt(ref, SUGGESTED)} is not there any more: it came no longer, and was let go.")
    requests = tuple(one for use in common.uses[-PHRASES:] if (one := draft.request(use.request)))
    return Subject(common, None, requests)


def title(draft: Draft, subject: Subject) -> str:
    """Return a title: as it was written, else the first words of the latest request."""
    if subject.common is not None and subject.common.title:
        return subject.common.title
    return next((said for one in reversed(subject.requests) if (said := _words(draft, one, SUGGESTED))), "")


def answer(draft: Draft, subject: Subject) -> str:
    """Return the answer: as it was written, else what the latest of the requests was told at its end, or by reply."""
    if subject.common is not None and subject.common.answer:
        return subject.common.answer
    said = (_said(draft, one) for one in reversed(subject.requests))
    return masked(draft, next((one for one in said if one.strip()), "").strip())[:ANSWER]


def phrases(draft: Draft, subject: Subject) -> tuple[str, ...]:
    """Return how people ask for it: as it was written, and what the requests said."""
    known = subject.common.phrases if subject.common else ()
    if subject.is_written and subject.request is None:
        return known
    said = [words for one in subject.requests if (words := _words(draft, one, PHRASE))]
    return tuple(dict.fromkeys((*known, *said)))[:PHRASES]


def refs(subject: Subject) -> tuple[str, ...]:
    """Return the sections that answer it, the likeliest first: as written, as somebody said, as it resembles them."""
    own = (subject.common.link,) if subject.common else ()
    helped = (ref for one in reversed(subject.requests) for ref in one.helped)
    found = (match.ref for one in reversed(subject.requests) for match in one.matches)
    return _sections((*own, *helped, *found))


def helped(subject: Subject) -> str:
    """Return the section that is linked, or of which somebody said that it answers one of the requests, "" for none."""
    own = (subject.common.link,) if subject.common else ()
    some = _sections((*own, *(ref for one in reversed(subject.requests) for ref in one.helped)))
    return some[0] if some else ""


def one_line(text: str) -> str:
    """Return a phrase on one line, without the mark that stands between phrases in a sheet."""
    return " ".join(text.replace(";", ",").split())


def _said(draft: Draft, one: Request) -> str:
    """Return what a request was told, but for words that only lead to a section: the section says it itself."""
    said = one.remark or (one.deed.text if one.deed and one.deed.posted else "")
    for section in filter(None, map(draft.handbook.section, one.helped)):
        said = said.replace(likely.pointer(draft, section, draft.handbook.link(section)), "")
        said = said.replace(section.body.strip(), "")  # sent where it has no address
    return said


def _words(draft: Draft, request: Request, longest: int) -> str:
    return excerpt(one_line(masked(draft, request.words)), longest)


def _sections(some: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref for ref in some if is_section(ref)))
