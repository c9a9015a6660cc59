"""Common requests from a sheet: titles are the key, counts only grow, and the same sheet twice changes nothing."""

from dataclasses import replace

from bot.decide.commons import lists, subject
from bot.decide.commons.writing import link_problem, problem
from bot.decide.draft import Draft
from bot.decide.masking import masked
from bot.decide.requests import recurrence
from bot.errors import Refused
from bot.events import CommonRow, CommonsImported
from bot.support.handbook import is_section
from bot.support.recurrence import Act, Common, Standing, step


def imported(draft: Draft, event: CommonsImported) -> None:
    """Add or change common requests; one that was retired is taken up again. Personal data in them is masked.

    Raise Refused, by line, where one can't be kept as it is. Columns that the sheet does not have stay as they are.
    """
    seen: dict[str, str] = {}
    problems: list[str] = []
    for row in event.rows:
        new = _masked(draft, row.common)
        title = new.title.casefold()
        wrong = problem(new.title, new.answer, list(new.phrases)) or _wrong_link(new.link)
        if title in seen:
            wrong = f"{seen[title]} has the same title; leave one out"
        if new.earlier_at and new.earlier_at > draft.now:
            wrong = "it can't have come last in the future; mend the date under last"
        seen.setdefault(title, row.where)
        if wrong:
            problems.append(f"{row.where}: {wrong}")
            continue
        _keep(draft, new, row)
    if problems:
        raise Refused("\n".join(problems))


def _masked(draft: Draft, common: Common) -> Common:
    phrases = (masked(draft, subject.one_line(one)) for one in common.phrases)
    return replace(
        common,
        title=masked(draft, common.title),
        answer=masked(draft, common.answer),
        phrases=tuple(dict.fromkeys(phrases)),
    )


def _wrong_link(link: str) -> str:
    return "" if not link or (is_section(link) and link[1:].strip()) else link_problem(link)


def _keep(draft: Draft, new: Common, row: CommonRow) -> None:
    known = lists.same_title(draft, new.title, "")
    if known is None:
        id_ = recurrence.next_id(draft)
        draft.put_common(replace(new, id=id_, standing=Standing.LISTED, changed_at=draft.now))
        return
    said = {field: getattr(new, field) for field in ("answer", "link", "phrases") if field in row.given}
    changed = _counted(replace(known, title=new.title, **said), new)
    if changed.standing is Standing.RETIRED:
        changed = replace(changed, standing=step(known, Act.LIST))
    if changed != known:
        draft.put_common(replace(changed, by=None, changed_at=draft.now))


def _counted(known: Common, new: Common) -> Common:
    """Return an entry that came as often, and as late, as the sheet says, or as it is known to have."""
    earlier = max(known.earlier, new.earlier - len(known.uses))
    at = new.earlier_at
    if at is None or (known.uses and (earlier == known.earlier or at >= known.uses[0].at)):
        return replace(known, earlier=earlier)  # the last is known already, as one of the uses
    return replace(known, earlier=earlier, earlier_at=max(at, known.earlier_at or at))
