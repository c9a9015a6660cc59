"""Edits of the handbook: written from a request, an entry or a section, looked at as a difference, and proposed.

The bot never changes the handbook: it proposes where it may, and else shows the new text, ready to be copied into the
editor. Personal data is marked in what is new; what stood there before is the handbook's own.
"""

import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

from bot.commands import Right
from bot.decide import forms, marks, sections, unsent
from bot.decide.commons import subject
from bot.decide.commons.subject import BESIDE
from bot.decide.desk_steps import DeskStep
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.masking import masked
from bot.effects import Answer, Dialog, ProposeEdit
from bot.events import EditProposed, Open, Press, Send, Undeliverable
from bot.places import personal
from bot.support.handbook import Edit, Section, is_section
from bot.support.intake import excerpt
from bot.support.recurrence import Act, Standing, step
from bot.support.words import MINUTE
from bot.views import Address, FormCard, PlanCard

TITLE = "Handbook"
NEW = "new"  # in a choice, instead of a section
LONGEST, HEAVIEST = 12_000, 16_000  # characters of a section, and bytes as escaped JSON, that a form holds
LINES, WIDTH = 60, 160  # of the differences
EXAMPLES = 3  # ways to ask in a new section
RECENT = 30 * MINUTE  # after a press, within which its outcome answers it, whatever the hour
FORGOTTEN = timedelta(days=7)
GONE = "That section is not in the handbook any more: this would be a new one. Nothing was proposed."
CHANGED = "Somebody changed this section meanwhile. Nothing was proposed: look at what differs now."
MASKED = "Names, personal data or secrets were masked. Nothing was proposed yet: look at it again."
GIVEN_UP = "I can't tell what became of it: look there before you propose it again."


@dataclass(frozen=True, slots=True)
class Place:
    """What is edited: what it begins from, the section (None: a new one), and how that reads now."""

    origin: str
    section: Section | None
    before: str

    @property
    def choice(self) -> str:
        """Return how a button names it, with what it reads now."""
        return BESIDE.join((self.origin, sections.mark(self.section.ref) if self.section else NEW, _print(self.before)))


# -- which section --------------------------------------------------------------------------------------------------


def draw(draft: Draft, event: Press, error: str) -> Answer:
    """Draw the section's text where it is clear which is meant, else ask for the section."""
    origin, _, other = getattr(event, "choice", "").partition(BESIDE)
    named = sections.chosen(draft, origin)
    if named is not None and not other:
        return _begin(draft, event, _placed(origin, named), error)
    what = subject.of(draft, origin)
    linked = draft.handbook.section(subject.helped(what))
    if linked is not None and not other:
        return _begin(draft, event, _placed(origin, linked), error)
    if not draft.handbook.sections:
        return _begin(draft, event, _placed(origin, None), error)
    gone = "That section is not in the handbook any more. " if is_section(origin) and named is None else ""
    return _ask(draft, event, origin, f"{gone}{error}".strip())


def _ask(draft: Draft, event: Press, origin: str, error: str) -> Answer:
    what = subject.of(draft, origin)
    words = " ".join((subject.title(draft, what), *subject.phrases(draft, what)))
    refs = subject.refs(what)
    some = (*sections.choices(draft, refs, words), (NEW, "A new section at the end"))
    likeliest = some[0][0] if any(map(draft.handbook.section, refs)) else NEW  # what resembles none is in none
    fields = [forms.listed("section", "Section", some, likeliest)]
    if sections.are_too_many(draft):
        fields.append(forms.line("other", "Or another one, by its title"))
    ways = (Way("Go on", "handbook.edit", origin),)
    return _dialog(draft, event, title="Which section of the handbook?", error=error, fields=tuple(fields), ways=ways)


def _go_on(draft: Draft, event: Send) -> Answer:
    """Draw the text of the section that was chosen."""
    origin = event.choice.partition(BESIDE)[0]
    written, choice = forms.filled(event, "other"), event.fields.get("section", "")
    if written:
        try:
            return _begin(draft, event, _placed(origin, sections.titled(draft, written)), "")
        except ValueError as wrong:
            return _ask(draft, event, origin, str(wrong))
    section = sections.chosen(draft, choice)
    if section is None and choice != NEW:
        return _ask(draft, event, origin, "That section is not there any more: choose another.")
    return _begin(draft, event, _placed(origin, section), "")


def _placed(origin: str, section: Section | None) -> Place:
    return Place(origin, section, f"{section.heading}{section.body}" if section else "")


# -- its text -------------------------------------------------------------------------------------------------------


def _begin(draft: Draft, event: Press, place: Place, error: str) -> Answer:
    """Draw a section's text with what is to be added, or what is to be added alone where the section is too long."""
    what = subject.of(draft, place.origin if not is_section(place.origin) else "")
    title, answer = subject.title(draft, what), subject.answer(draft, what)
    asked = "\n".join(f"- {one}" for one in subject.phrases(draft, what)[:EXAMPLES])
    asked = f"People ask for it like this:\n\n{asked}" if asked else ""
    if place.section is None:
        text = f"{'#' * _level(draft)} {title}\n\n{answer}\n" + (f"\n{asked}\n" if asked else "")
    else:
        addition = f"**{title}**\n\n{answer}" if answer else asked
        text = "\n\n".join(filter(None, (_plain(place.before).rstrip(), addition))) + "\n"
        if too_long(text):
            return _by_hand(draft, event, place, addition)
    return _form(draft, event, place, text, error=error)


def _by_hand(draft: Draft, event: Press, place: Place, addition: str) -> Answer:
    """Show what is to be added to a section that no form can hold."""
    assert place.section is not None
    note = f"{sections.name(place.section)} is too long to be edited here. Add this to it in the editor."
    field = forms.text("text", "To add", addition, required=False, longest=LONGEST)
    ways = (Way("Another section…", "handbook.edit", f"{place.origin}{BESIDE}other", opens=True),)
    return _dialog(draft, event, title=TITLE, note=note, fields=(field,), ways=ways, links=_editor(draft))


def _form(
    draft: Draft, event: Press, place: Place, text: str, *, note: str = "", error: str = "", code: str = ""
) -> Answer:
    return Dialog(TITLE, _card(draft, event, place, text, note=note, error=error, code=code))


def _card(
    draft: Draft, event: Press, place: Place, text: str, *, note: str = "", error: str = "", code: str = ""
) -> FormCard:
    """Return the form of a section's text; with its differences (``code``) once it was looked at."""
    book = draft.handbook
    name = sections.name(place.section) if place.section else "A new section"
    label = "The new text, to copy" if code and not book.proposes else "The section's Markdown"
    look = Way("Look at it again" if code else "Look at it", "handbook.look", place.choice)
    propose = (Way("Propose it", "handbook.propose", place.choice),) if code and book.proposes else ()
    other = Way("Another section…", "handbook.edit", f"{place.origin}{BESIDE}other", opens=True)
    ways = (*propose, look, *(() if code or not book.sections else (other,)))
    return forms.card(
        draft,
        None,
        event,
        title=name,
        note=note or (_way_on(draft) if code else "Names, personal data and secrets are masked in what is new."),
        error=error,
        fields=(forms.text("text", label, text, longest=LONGEST),),
        ways=ways,
        links=_editor(draft) if code else (),
        code=code,
        given={"text": text},
    )


def _way_on(draft: Draft) -> str:
    """Say how an edit gets into the handbook."""
    book = draft.handbook
    if book.proposes:
        return "Propose it makes a pull request. Or copy the text into the editor."
    if book.edit_address:
        return "Copy the text, open the editor, and put it there in the place of the section."
    where = f" ({book.address})" if book.address else ""
    return f"Copy the text into the handbook's file{where}, in the place of the section."


def _editor(draft: Draft) -> tuple[Address, ...]:
    address = draft.handbook.edit_address
    return (Address("Open GitHub's editor", address),) if address else ()


# -- looked at, and proposed ----------------------------------------------------------------------------------------


def _look(draft: Draft, event: Send) -> Answer:
    """Show what would differ."""
    place, after, error = _read(draft, event)
    return _form(draft, event, place, after, error=error, code=_differences(place.before, after))


def _propose(draft: Draft, event: Send) -> Answer:
    """Propose an edit where the handbook is kept; its writer hears what became of it."""
    place, after, error = _read(draft, event)
    code = _differences(place.before, after)
    if not error and not draft.handbook.proposes:
        error = "I can't propose it any more: use the editor."
    if error:
        return _form(draft, event, place, after, error=error, code=code)
    ref = place.section.ref if place.section else ""
    waiting = [one for one in draft.facts.edits if not one.is_known]
    same = next((one for one in waiting if (one.section, one.after) == (ref, after)), None)
    if same is not None and same.by != event.author:
        error = f"{same.by.name} has just proposed the same."
        return _form(draft, event, place, after, error=error, code=code)
    if same is None:
        name = sections.name(place.section) if place.section else _heading(after)
        title = f"Handbook: {name}" if place.section else f"Handbook: new section {name}"
        key = f"edit:{marks.mark(event.key, 16)}"
        edit = Edit(key, event.author, ref, title, after, event.happened_at)
        draft.put_facts(replace(draft.facts, edits=(*draft.facts.edits, edit)))
        draft.follow_with(ProposeEdit(key, ref, place.before, _as_before(place.before, after), title))
        _settle(draft, event, origin=place.origin, title=name)
    note = "You get the link to the pull request in your chat."
    return _dialog(draft, event, title="It is being proposed", note=note)


def _settle(draft: Draft, event: Send, *, origin: str, title: str) -> None:
    """Let nobody be asked any more whether to write down what goes into the handbook."""
    common = subject.of(draft, "" if origin.startswith("#") else origin).common
    if common is not None and common.standing is Standing.PROPOSED:
        settled = replace(common, standing=step(common, Act.DECLINE), title=title, by=event.author)
        draft.put_common(replace(settled, changed_at=draft.now))


def _read(draft: Draft, event: Send) -> tuple[Place, str, str]:
    """Return what is edited as it is now, the text as it may be proposed, and what is to be said first."""
    origin, named, drawn = (*event.choice.split(BESIDE), "", "", "")[:3]
    section = sections.chosen(draft, named)
    place, text = _placed(origin, section), _plain(event.fields.get("text", "")).strip("\n").rstrip()
    after = f"{text}\n" if text else ""
    if error := too_long(text) if unsent.visible(text) else "Write what the section says.":
        return place, after, error
    hidden = _masked(draft, place.before, after)
    problems = (
        (section is None and named != NEW, GONE),
        (drawn != _print(place.before), CHANGED),
        (hidden != after, MASKED),
        (_plain(place.before).rstrip() == text, "Nothing differs yet."),
    )
    return place, hidden, next((said for wrong, said in problems if wrong), "")


def too_long(text: str) -> str:
    """Say that a section's text is too long for a form, "" where it is not."""
    if len(text) > LONGEST:
        return f"At most {LONGEST} characters here; these are {len(text)}. Use the editor for more."
    if forms.weight(text) > HEAVIEST:
        return "That is too long to be edited here. Use the editor."
    return ""


def _masked(draft: Draft, before: str, after: str) -> str:
    """Return a text in which what was not there ``before`` is masked; what the handbook says is its own."""
    known = {line.strip() for line in _plain(before).splitlines()}
    parts: list[str] = []
    new: list[str] = []
    for line in (*after.splitlines(keepends=True), None):
        if line is not None and line.strip() not in known:
            new.append(line)
            continue
        parts.append(masked(draft, "".join(new)) if new else "")
        parts.append(line or "")
        new = []
    return "".join(parts)


def _differences(before: str, after: str) -> str:
    """Return what differs between two texts as lines with - and +, cut where that is long."""
    found = difflib.unified_diff(_plain(before).rstrip().splitlines(), after.rstrip().splitlines(), lineterm="", n=2)
    shown = ("…" if line.startswith("@@") else line for line in list(found)[3:])
    lines = [line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in shown]
    more = len(lines) - LINES
    return "\n".join([*lines[:LINES], *([f"… and {more} more lines"] if more > 0 else [])])


def _as_before(before: str, after: str) -> str:
    """Return a text with the line ends, and the empty lines at its end, that stood there before."""
    tail = before[len(before.rstrip()) :] if before else "\n"
    end = "\r\n" if "\r\n" in before else "\n"
    return f"{after.rstrip().replace(chr(10), end)}{tail}"


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _print(text: str) -> str:
    return marks.mark(text, marks.FULL)


def _heading(after: str) -> str:
    return excerpt(after.lstrip("# \n").partition("\n")[0], sections.TITLE)


def _level(draft: Draft) -> int:
    """Return the level that most headings of the handbook have, the second where it has none."""
    marks = [one.heading.split(" ")[0] for one in draft.handbook.sections]
    levels = Counter(len(one) for one in marks if one and set(one) == {"#"})
    return max(levels, key=lambda level: (levels[level], -level)) if levels else 2


def _dialog(draft: Draft, event: Press, **parts: object) -> Dialog:
    return Dialog(TITLE, forms.card(draft, None, event, **parts))  # type: ignore[arg-type]


# -- what became of it ----------------------------------------------------------------------------------------------


def proposed(draft: Draft, event: EditProposed) -> None:
    """Take what became of an edit."""
    _known(draft, event.proposal, event.url, "" if event.url else event.failure or GIVEN_UP)


def undeliverable(draft: Draft, event: Undeliverable) -> None:
    """Take that an edit could not be proposed at all."""
    _known(draft, event.message, "", event.reason or GIVEN_UP)


def _known(draft: Draft, key: str, url: str, failure: str) -> None:
    if any(one.key == key and not one.is_known for one in draft.facts.edits):
        edits = [replace(one, url=url, failure=failure) if one.key == key else one for one in draft.facts.edits]
        draft.put_facts(replace(draft.facts, edits=tuple(edits)))


def follow(draft: Draft) -> None:
    """Tell whoever proposed an edit what became of it, as soon as they may be written to; nothing is kept then."""
    told = [one for one in draft.facts.edits if one.is_known and _may_be_told(draft, one)]
    for edit in told:
        draft.show(f"form:{edit.key}", personal(edit.by.id), _letter(draft, edit))
    if told:
        draft.put_facts(replace(draft.facts, edits=tuple(one for one in draft.facts.edits if one not in told)))


def kept(draft: Draft, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return the edits of which something is still to be heard, or told."""
    return tuple(one for one in edits if draft.now - one.at < FORGOTTEN)


def _may_be_told(draft: Draft, edit: Edit) -> bool:
    answers = draft.now - edit.at < RECENT
    return answers or (not draft.paused and draft.may_be_written_to(edit.by))


def _letter(draft: Draft, edit: Edit) -> PlanCard | FormCard:
    """Return the link to what was proposed; or why there is none, with the text as it was written."""
    if edit.url:
        title = "Your edit of the handbook is proposed"
        return PlanCard(title, edit.title, links=(Address("Open pull request", edit.url),))
    place = _placed("", draft.handbook.section(edit.section))
    pressed = Open(
        key=edit.key,
        happened_at=draft.now,
        place=personal(edit.by.id),
        author=edit.by,
        request="",
        card=f"form:{edit.key}",
        step="handbook.look",
    )
    note = f"There is no pull request of “{edit.title}”. {edit.failure}\n{_way_on_by_hand(draft)}"
    view = _card(draft, pressed, place, edit.after, note=note)
    return replace(view, links=_editor(draft))


def _way_on_by_hand(draft: Draft) -> str:
    if draft.handbook.edit_address:
        return "The text is below: copy it into the editor, or look at it and propose it again."
    return "The text is below: copy it into the handbook."


STEPS: Mapping[str, DeskStep] = MappingProxyType(
    {
        "handbook.edit": DeskStep(Right.COLLEAGUE, draw, _go_on),
        "handbook.look": DeskStep(Right.COLLEAGUE, None, _look),
        "handbook.propose": DeskStep(Right.COLLEAGUE, None, _propose),
    }
)
"""The steps of an edit."""
