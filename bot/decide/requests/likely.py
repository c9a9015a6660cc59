"""Likely answers: what a request resembles, as support reads it, and what a press on that teaches.

A section of the handbook, a closed request or a common request is sent as it is, or marked as helpful or not. Each is
shown to support only; to whoever asked when a person sends it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from bot.decide import forms, sections
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.masking import masked
from bot.decide.pictures import match_title, words
from bot.decide.requests import claims, presses, recurrence, rights
from bot.decide.requests.step import Step, claim_first, done, ready, say_as
from bot.effects import Answer
from bot.errors import Refused
from bot.events import Press, Send
from bot.support.excerpts import first_lines
from bot.support.handbook import Section, is_section
from bot.support.intake import excerpt
from bot.support.recurrence import Common, Standing, unused
from bot.support.request import Act, Match, Outcome, Request, close, is_request, step
from bot.support.texts import Text
from bot.support.words import dated, moment
from bot.views import Address

TITLE, SEND, HELPED, UNLIKE = "Likely answers", "Send and close", "This helped", "Not this"
BODY, MOST_LINES, ASKED = 600, 8, 200  # characters and lines of a section, and characters of a request
WHICH = 40  # characters of a request on a button
MASK = re.compile(r"\[[A-Za-z -]{1,20}\](?!\()")  # as masking leaves it, and no link in Markdown
NOTHING = "Nothing that I know resembles it."


def shown(draft: Draft, request: Request) -> list[Match]:
    """Return what a request resembles that is still there."""
    return [one for one in request.matches if _title(draft, one)]


def _title(draft: Draft, match: Match) -> str:
    return match_title(match, draft.handbook, draft.common)


def _common(draft: Draft, ref: str) -> Common | None:
    found = draft.common(ref)
    return found if found and found.standing is Standing.LISTED else None


def _chosen(draft: Draft, request: Request, event: Press) -> Match | None:
    some = shown(draft, request)
    named = getattr(event, "choice", "")
    return next((one for one in some if sections.mark(one.ref) == named), None if named else next(iter(some), None))


def _draw(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    match = _chosen(draft, request, event)
    back = Way("Back", "support", opens=True)
    if match is None:
        others = tuple(_way(draft, one) for one in shown(draft, request))
        note = "It is not there any more." if getattr(event, "choice", "") else NOTHING
        ways = (*((("Also", others),) if others else ()), back)
        return forms.dialog(draft, request, event, TITLE, note=note, error=error, ways=ways, thread=request.place)
    ref = sections.mark(match.ref)
    others = tuple(_way(draft, one) for one in shown(draft, request) if one.ref != match.ref)
    known = match.ref in request.helped
    ways = (
        Way(SEND, "likely", ref),
        *(() if known else (Way(HELPED, "helped", ref),)),
        Way(UNLIKE, "unlike", ref),
        *((("Also", others),) if others else ()),
        back,
    )
    reply = _reply(draft, match)
    field = forms.text("text", "Your reply. It goes into the thread under your name.", reply)
    parts = {"note": _note(draft, request, match), "links": _links(draft, match), "fields": (field,), "error": error}
    other = draft.request(match.ref) if is_request(match.ref) else None
    thread, label = (other.place, f"Open {other.id}") if other else (request.place, "Open thread")
    return forms.dialog(draft, request, event, TITLE, ways=ways, thread=thread, thread_label=label, **parts)


def _way(draft: Draft, match: Match) -> Way:
    other = draft.request(match.ref) if is_request(match.ref) else None
    said = masked(draft, words(other, ASKED)) if other and other.text else ""
    title = f"{match.ref}: {excerpt(said, WHICH)}" if said else _title(draft, match)
    return Way(title, "likely", sections.mark(match.ref), opens=True)


def _note(draft: Draft, request: Request, match: Match) -> str:
    """Say what a match of a request is, and what it says."""
    unsure = "" if match.sure else " I am not sure."
    if is_request(match.ref):
        other = draft.request(match.ref)
        if other is None or not other.text:
            return f"It resembles {match.ref}, whose words are erased.{unsure}"
        at = moment(other.posted_at, draft.now, draft.hours)
        ended = f"It ended as {other.outcome}." if other.outcome else ""
        section = _helped(draft, other)
        by = f"The handbook answered it: {section.title}." if section else ""
        remark = f"Its last word was: {masked(draft, other.remark)}" if other.remark else ""
        said = f"“{masked(draft, words(other, ASKED))}”"
        head = f"Is it the same as {other.id} ({at})?{unsure}"
        return "\n".join(filter(None, (head, said, " ".join(filter(None, (ended, by, remark))))))
    common, section = _common(draft, match.ref), draft.handbook.section(match.ref)
    if common is not None:
        before = unused(common, request.id)
        last = f", last {_when(draft, before.last_at)}" if before.last_at else ""
        times = f"asked {before.times} times before{last}" if before.times > 1 else "written down"
        return f"Common request: {common.title} ({times}).{unsure}"
    assert section is not None
    return f"Handbook: {section.title}.{unsure}\n{first_lines(section.body, BODY, MOST_LINES)}"


def _when(draft: Draft, at: datetime) -> str:
    day, today = draft.hours.local(at).date(), draft.hours.local(draft.now).date()
    return "today" if day == today else f"on {dated(day, today)}"


def _links(draft: Draft, match: Match) -> tuple[Address, ...]:
    return sections.link(draft, _lead(draft, match))


def _reply(draft: Draft, match: Match) -> str:
    """Return words that are ready to send: where it stands in the handbook, or what answered it before."""
    common, section = _common(draft, match.ref), _section(draft, match)
    link = draft.handbook.link(section) if section else ""
    if is_request(match.ref):
        other = draft.request(match.ref)
        last = masked(draft, other.remark) if other else ""
        return last or (pointer(draft, section, link) if section and link else "")
    if common is not None:
        leads = pointer(draft, section, link) if section and link else common.link if "://" in common.link else ""
        return "\n".join(filter(None, (common.answer, leads)))
    assert section is not None
    return pointer(draft, section, link) if link else section.body.strip()[: forms.LONGEST]


def _section(draft: Draft, match: Match) -> Section | None:
    """Return the section that a match is, leads to, or was answered by."""
    return draft.handbook.section(_lead(draft, match))


def _lead(draft: Draft, match: Match) -> str:
    """Return the section's anchor, or the address, that a match is, leads to, or was answered by; "" for none."""
    if is_request(match.ref):
        other = draft.request(match.ref)
        section = _helped(draft, other) if other else None
        return section.ref if section else ""
    common = _common(draft, match.ref)
    return common.link if common else match.ref


def _helped(draft: Draft, other: Request) -> Section | None:
    """Return the section of the handbook by which a request was answered."""
    return next((one for ref in reversed(other.helped) if (one := draft.handbook.section(ref))), None)


def _unfilled(draft: Draft, match: Match, text: str) -> str:
    """Say what of an answer from before still stands masked in a reply: whoever asked must not read "[name]"."""
    if is_section(match.ref):
        return ""
    left = [one for one in dict.fromkeys(MASK.findall(_reply(draft, match))) if one in text]
    return f"Write what belongs there for {', '.join(left)}, or leave it out. Nothing was sent yet." if left else ""


def pointer(draft: Draft, section: Section, link: str) -> str:
    """Return the words that lead to a section."""
    return f"{draft.say(Text.IN_THE_HANDBOOK, title=section.title)}\n{link}"


def _take(draft: Draft, request: Request, event: Send) -> Answer:
    """Send the reply, close the request by it, and remember that it helped."""
    match = _chosen(draft, request, event)
    if match is None:
        return _draw(draft, request, event, "It is not there any more: choose another.")
    text, wrong = ready(draft, request, event, "text")
    wrong = wrong or _unfilled(draft, match, text)
    if wrong:
        return _draw(draft, request, event, wrong)
    claimed = claim_first(draft, request, event)
    posted = say_as(draft, request, event, text)
    presses.tell_claimer(draft, claimed, event, f"{event.author.name} closed {claimed.id}")
    taught = learn(draft, claimed, match.ref)
    common = _common(draft, match.ref)
    by_docs = is_section(match.ref) or (common is not None and common.link != "")
    outcome = claims.owing(draft, request) or (Outcome.DOCS if by_docs else Outcome.ANSWERED)
    ended = close(taught, Act.SOLVE, outcome, event.author, event.happened_at)
    draft.did(ended, event, f"closed it ({outcome})", **posted)
    return done(draft, request, event, "Sent and closed.")


def learn(draft: Draft, request: Request, ref: str) -> Request:
    """Remember that a match answers a request, and count as one what is alike and was answered alike.

    What answered the same before answers this one, too.
    """
    same = draft.request(ref) if is_request(ref) else None
    section = _helped(draft, same) if same else None
    helped = tuple(dict.fromkeys((*request.helped, *([section.ref] if section else []), ref)))
    draft.put(replace(request, helped=helped, unlike=tuple(one for one in request.unlike if one not in helped)))
    common = _common(draft, ref)
    if common is not None:
        recurrence.count(draft, common, draft.request(request.id) or request)
    elif is_request(ref):
        recurrence.count_as_one(draft, request.id, ref)
    else:
        some = (draft.request(one.ref) for one in request.matches if is_request(one.ref))
        for other in [one for one in some if one and ref in one.helped]:
            recurrence.count_as_one(draft, request.id, other.id)
    return draft.request(request.id) or request


def _take_helped(draft: Draft, request: Request, event: Send) -> Answer:
    match = _chosen(draft, request, event)
    if match is None or not event.choice:
        raise Refused(draft.say(Text.STALE))
    taught = learn(draft, claim_first(draft, request, event), match.ref)
    draft.did(taught, event, f"said that {_title(draft, match)} helped")
    said = "The next one like it will find it first." if is_section(match.ref) else "They count as the same now."
    return done(draft, request, event, f"Noted. {said}")


def _take_unlike(draft: Draft, request: Request, event: Send) -> Answer:
    match = _chosen(draft, request, event)
    if match is None or not event.choice:
        raise Refused(draft.say(Text.STALE))
    title, request = _title(draft, match), claim_first(draft, request, event)
    other = draft.request(match.ref)
    same = other.common if other else match.ref
    if same and same == request.common:
        request = recurrence.count_no_longer(draft, request)
    left = tuple(one for one in request.matches if one.ref != match.ref)
    helped = tuple(one for one in request.helped if one != match.ref)
    unlike = tuple(dict.fromkeys((*request.unlike, match.ref, *((same,) if same else ()))))
    draft.did(replace(request, matches=left, helped=helped, unlike=unlike), event, f"said that {title} is not it")
    now = draft.request(request.id) or request
    if not shown(draft, now):
        return done(draft, request, event, f"Noted. {NOTHING}")
    return _draw(draft, now, replace(event, choice="", fields={}), "")


def may(draft: Draft, request: Request, event: Press) -> None:
    """Raise Refused, saying why, unless the presser may answer a request that is open and goes by itself."""
    step(request, Act.SOLVE)
    if request.lead:
        raise Refused(f"{request.id} goes with {request.lead}. Answer there: both are answered by it.")
    rights.may_handle(draft, request, event)


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "likely": Step(TITLE, _draw, _take, may),
        "helped": Step(HELPED, None, _take_helped, may),
        "unlike": Step(UNLIKE, None, _take_unlike, may),
    }
)
