"""The form of a common request: written down, changed, or declined.

What is kept names nobody: personal data is marked, and its writer sees the marks before anything is kept. Two who
change the same at once hear of each other.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.commands import Right
from bot.decide import forms, marks, sections, unsent
from bot.decide.commons import lists, subject
from bot.decide.commons.subject import ANSWER, BESIDE, PHRASE, PHRASES, TITLE, Subject
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.marks import Overtaken
from bot.decide.masking import masked
from bot.decide.requests import recurrence
from bot.decide.requests.addresses import is_link
from bot.effects import Answer, Card, Dialog, PutRequest
from bot.errors import Refused
from bot.events import Press, Send
from bot.scrub import scrub
from bot.support.handbook import Section
from bot.support.recurrence import Act, Common, Standing, step, used
from bot.support.request import Request, Status
from bot.support.texts import Text
from bot.views import Field

HEAVIEST = 12_000  # bytes as escaped JSON that an entry's texts may weigh, so that its form holds them and the list
LONGEST_LINK = 1000  # characters
NO_SECTION = "-"
FIELDS = ("title", "answer", "section", "link", "phrases")
LABELS = MappingProxyType(
    {"title": "Title", "answer": "Answer", "section": "Section", "link": "Link", "phrases": "How people ask"}
)
KEEP = "Names, personal data and secrets are masked in what is kept."
MASKED = "Names, personal data or secrets were masked. Nothing was saved yet: look at it, and save it again."


# -- the form -------------------------------------------------------------------------------------------------------


def draw(draft: Draft, event: Press, error: str) -> Answer:
    """Draw the form of what a press is about."""
    ref = getattr(event, "choice", "").partition(BESIDE)[0]
    return _form(draft, event, ref, error)


def _form(
    draft: Draft,
    event: Press,
    ref: str,
    error: str,
    given: Mapping[str, str] | None = None,
    drawn: str | None = None,
    ways: tuple[Way, ...] = (),
) -> Answer:
    """Return the form with what was ``given`` in it; *Save* says what it was ``drawn`` with."""
    what = subject.of(draft, ref)
    stands = _now(draft, what.common)
    ready = _ready(draft, what, stands)
    held = marks.marked(stands.values()) if drawn is None else drawn
    save = Way("Save", "common.write", f"{ref}{BESIDE}{held}")
    parts = {
        "title": what.common.title if what.is_written and what.common else "Common request",
        "note": "\n".join(filter(None, (_stands(draft, what), KEEP))),
        "error": error,
        "fields": _fields(draft, what, ready),
        "given": given,
    }
    return _dialog(draft, event, ways=(save, *ways), **parts)


def _dialog(draft: Draft, event: Press, **parts: object) -> Dialog:
    return Dialog("Common request", forms.card(draft, None, event, **parts))  # type: ignore[arg-type]


def _stands(draft: Draft, what: Subject) -> str:
    """Say what is to be known of an entry before it is changed."""
    common = what.common
    if common is None:
        request = what.request
        begins = f"It begins from {request.id}" if request else ""
        return f"{begins}, and counts it." if request and recurrence.counts(request) else begins and f"{begins}."
    said = [f"{common.id} · {lists.times(draft, common)}."]
    if common.standing is Standing.RETIRED:
        said.append("It was retired: saving takes it up again.")
    if common.standing is Standing.DECLINED:
        said.append("It was settled without an entry: saving makes it one after all.")
    if sections.is_gone(draft, common):
        said.append("The section that it links to is not in the handbook any more: choose another.")
    return " ".join(said)


def _now(draft: Draft, common: Common | None) -> dict[str, str]:
    """Return an entry's fields as a form holds them; of one that is still to be written, empty ones."""
    if common is None:
        return {**dict.fromkeys(FIELDS, ""), "section": NO_SECTION}
    section = draft.handbook.section(common.link)
    return {
        "title": common.title,
        "answer": common.answer,
        "section": sections.mark(section.ref) if section else NO_SECTION,
        "link": "" if section else common.link,
        "phrases": "\n".join(common.phrases),
    }


def _ready(draft: Draft, what: Subject, stands: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the fields at first: where nobody wrote it yet, what the requests say."""
    phrases = "\n".join(subject.phrases(draft, what))
    if what.is_written:
        return {**stands, "phrases": phrases}
    section = draft.handbook.section(subject.helped(what))
    return {
        **stands,
        "title": subject.title(draft, what),
        "answer": subject.answer(draft, what),
        "section": sections.mark(section.ref) if section else stands["section"],
        "phrases": phrases,
    }


def _fields(draft: Draft, what: Subject, ready: Mapping[str, str]) -> tuple[Field, ...]:
    others = sections.are_too_many(draft)
    words = " ".join((ready["title"], ready["phrases"]))
    some = sections.choices(draft, subject.refs(what), words)
    listed = ((NO_SECTION, "No section"), *some)
    choice = (
        (forms.listed("section", "Section of the handbook", listed, ready["section"], required=False),) if some else ()
    )
    label = "Or an https address, or another section's title" if others else "Or an https address"
    return (
        forms.line("title", "Title", ready["title"], required=True, longest=TITLE),
        forms.text(
            "answer", "Answer, which may be sent to requesters", ready["answer"], required=False, longest=ANSWER
        ),
        *choice,
        forms.line("link", label if some else "Link, an https address", ready["link"], longest=LONGEST_LINK),
        forms.text("phrases", "How people ask for it, one a line", ready["phrases"], required=False, longest=5000),
    )


# -- saved ----------------------------------------------------------------------------------------------------------


def _take(draft: Draft, event: Send) -> Answer:
    ref, _, drawn = event.choice.partition(BESIDE)
    what = subject.of(draft, ref)
    now = _now(draft, what.common)
    sent = {"section": now["section"], **event.fields}
    try:
        changed = marks.changes(now, sent, drawn, lambda field: f"{LABELS[field]}: {_told(draft, field, now[field])}")
    except Overtaken as overtaken:
        return _form(draft, event, ref, str(overtaken), overtaken.given)
    new = {**now, **changed.typed}
    new["phrases"] = "\n".join(filter(None, map(subject.one_line, new["phrases"].splitlines())))
    link, wrong = _link(draft, new, what.common)
    wrong = wrong or problem(new["title"], new["answer"], new["phrases"].splitlines())
    if wrong:
        return _form(draft, event, ref, wrong, event.fields, drawn)
    hidden = {field: masked(draft, new[field]) for field in ("title", "answer", "phrases")}
    if any(new[field] != text for field, text in hidden.items()):
        return _form(draft, event, ref, MASKED, {**event.fields, **hidden}, drawn)
    phrases = tuple(dict.fromkeys(new["phrases"].splitlines()))
    written = replace(what.common or Common(""), title=new["title"], answer=new["answer"], link=link, phrases=phrases)
    other = lists.same_title(draft, written.title, written.id)
    if other is not None and what.common is None and _same(written, other) and other.by == event.author:
        return _saved(draft, event, other, "Saved")  # sent twice
    if other is not None:
        was = ", which was retired" if other.standing is Standing.RETIRED else ""
        error = f"{other.id} has this title already{was}. Take another title, or edit that one."
        way = Way(f"Edit {other.id}…", "common.write", other.id, opens=True)
        return _form(draft, event, ref, error, event.fields, drawn, (way,))
    return _saved(draft, event, *_kept(draft, event, what, written))


def _kept(draft: Draft, event: Send, what: Subject, written: Common) -> tuple[Common, str]:
    """Keep an entry, and count the request that it begins from; return it and what is said of it."""
    if what.common is None:
        written = replace(written, id=recurrence.next_id(draft), standing=Standing.LISTED)
    else:
        written = replace(written, standing=step(what.common, Act.LIST))
    request = what.request if what.request and recurrence.counts(what.request) else None
    if request is not None and request.common != written.id:
        _put(draft, replace(request, common=written.id))
    counted = used(written, request.id, request.posted_at) if request else written
    if counted == what.common:
        return counted, "Nothing was changed"
    kept = replace(counted, by=event.author, changed_at=draft.now)
    draft.put_common(kept)
    return kept, "Saved"


def _put(draft: Draft, request: Request) -> None:
    if request.status is Status.CLOSED:
        draft.quietly(PutRequest(request))  # nothing else of it is decided anew
    else:
        draft.put(request)


def _saved(draft: Draft, event: Send, common: Common, title: str) -> Answer:
    lists.show_again(draft, event)
    ways = (
        Way("Edit…", "common.write", common.id, opens=True),
        Way("Into the handbook…", "handbook.edit", common.id, opens=True),
    )
    note = f"{common.id} · {common.title}\n{lists.times(draft, common)}."
    return _dialog(draft, event, title=title, note=note, ways=ways, links=sections.link(draft, common.link))


def problem(title: str, answer: str, phrases: list[str]) -> str:
    """Say what is wrong with the texts of an entry, "" for nothing."""
    if not unsent.visible(title):
        return "Write a title."
    if len(title) > TITLE or "\n" in title:
        return f"At most {TITLE} characters for the title, on one line; these are {len(title)}."
    if len(answer) > ANSWER:
        return f"At most {ANSWER} characters for the answer; these are {len(answer)}."
    if len(phrases) > PHRASES or any(len(one) > PHRASE for one in phrases):
        return f"At most {PHRASES} ways to ask, each of at most {PHRASE} characters on a line of its own."
    if (over := sum(map(forms.weight, (title, answer, *phrases))) - HEAVIEST) > 0:
        return f"Too long for one form together: shorten it by about {-(-over // 6)} characters."
    return ""


def link_problem(address: str) -> str:
    """Say what is wrong with an address, "" for nothing."""
    if not is_link(address) or len(address) > LONGEST_LINK:
        return f"The address must begin with https://, with at most {LONGEST_LINK} characters."
    shown = scrub(address)
    if any(
        hidden in shown and hidden not in address for hidden in ("[credentials]", "[e-mail]", "[token]", "[secret]")
    ):
        return "The address holds a secret or somebody's e-mail: take that out."
    return ""


def _link(draft: Draft, new: Mapping[str, str], common: Common | None) -> tuple[str, str]:
    """Return the link that was chosen or written, and what is wrong with it."""
    written = new["link"].strip()
    section = sections.chosen(draft, new["section"])
    if not written:
        return (section.ref if section else ""), ""
    if section is not None:
        return "", "Choose a section or write an address: one link is enough. “No section” stands first in the list."
    if common is not None and written == common.link:
        return written, ""
    if "://" in written:
        return written, link_problem(written)
    try:
        found: Section = sections.titled(draft, written)
    except ValueError as wrong:
        return "", f"{wrong} Write an https address, or a section's title."
    return found.ref, ""


def _told(draft: Draft, field: str, value: str) -> str:
    if field == "section":
        section = sections.chosen(draft, value)
        return sections.name(section) if section else "No section"
    return value or "(empty)"


def _same(one: Common, other: Common) -> bool:
    def said(common: Common) -> tuple[object, ...]:
        return common.title, common.answer, common.link, common.phrases

    return said(one) == said(other)


# -- not needed -----------------------------------------------------------------------------------------------------


def _declined(draft: Draft, event: Send) -> Answer:
    """Say that no entry is needed for what came often."""
    common = draft.common(event.choice)
    if common is None:
        raise Refused(draft.say(Text.STALE))
    if common.standing is not Standing.DECLINED:
        common = replace(common, standing=step(common, Act.DECLINE), by=event.author, changed_at=draft.now)
        draft.put_common(common)
    return Card(recurrence.card(draft, common, event.card))


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "common.write": DeskStep(Right.COLLEAGUE, draw, _take),
        "common.decline": DeskStep(Right.COLLEAGUE, None, _declined),
    }
)
"""The steps that write a common request down, or say that none is needed."""
