"""An edit of one section, made in the whole text: it is made where the section still reads as it was read, or not."""

from bot.handbook.sections import read_text, sections
from bot.support.handbook import Section


def edited(content: bytes, section: str, before: str, after: str) -> bytes | None:
    """Return a handbook's bytes with a section ("#anchor") that read ``before`` reading ``after``.

    With "" for the section ``after`` is a new one at the end. None where none reads so any more, or where two do and
    neither is the one that is named. Raise Unreadable for what is no handbook. Its line ends stay what they are.
    """
    text = read_text(content)
    mark = content[: len(content) - len(text.encode())]
    ends = "\r\n" if "\r\n" in text else "\n"
    after = after.replace("\r\n", "\n").replace("\n", ends)
    if not section:
        begun = text.rstrip()
        gap = ends * 2 if begun else ""
        return mark + f"{begun}{gap}{after.strip()}{ends}".encode()
    found = _place(sections(content), section, before, len(text))
    if found is None:
        return None
    start, end = found
    blanks = before[len(before.rstrip()) :]  # what stands between it and the next one
    return mark + (text[:start] + after.rstrip() + (blanks or ends) + text[end:]).encode()


def _place(found: tuple[Section, ...], ref: str, before: str, length: int) -> tuple[int, int] | None:
    """Return where the section stands; headings above it may have changed its anchor's number."""
    places: dict[str, tuple[int, int]] = {}
    end = length
    for one in reversed(found):
        start = end - len(one.heading) - len(one.body)
        if one.heading + one.body == before:
            places[one.ref] = (start, end)
        end = start
    return places.get(ref) or (next(iter(places.values())) if len(places) == 1 else None)
