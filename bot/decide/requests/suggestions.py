"""Observers' suggestions as the pair has them, in messages of their own: they follow what becomes of the request."""

from bot.decide.draft import Draft
from bot.decide.pictures import status_line
from bot.effects import Show
from bot.places import personal
from bot.support.request import Request, Status, Suggestion
from bot.views import Button, Line, NoticeCard, NoticeEntry


def show(draft: Draft, request: Request, suggestion: Suggestion, people: tuple[str, ...]) -> tuple[str, ...]:
    """Show a suggestion to people; return the keys of their messages, which may stand there already."""
    keys = tuple(_key(request, suggestion, person) for person in people)
    for key, person in zip(keys, people, strict=True):
        draft.follow_with(Show(key, personal(person), _card(draft, request, suggestion, key)))
    return keys


def used(suggestion: Suggestion) -> str:
    """Return how the button that uses a suggestion names it."""
    return f"suggestion@{suggestion.number}@{suggestion.at.isoformat()}"


def follow(draft: Draft) -> None:
    """Let the messages of suggestions that stand no more say why, and those that stand again be as they were."""
    for request in draft.changed():
        before = draft.state.requests.get(request.id)
        old = before.suggestions if before else ()
        back = request.id in draft.undone  # what that withdrew says so already
        for suggestion in old if not back else ():
            if all(one.number != suggestion.number for one in request.suggestions):
                _show_again(draft, request, suggestion, Line((_why(draft, request),)))
        for suggestion in request.suggestions if back else ():
            if suggestion not in old:
                _show_again(draft, request, suggestion)


def _show_again(draft: Draft, request: Request, suggestion: Suggestion, line: Line | None = None) -> None:
    """Show a suggestion anew to those who had it, or the line that stands in its place."""
    before = draft.state.requests.get(request.id)
    claimers = {one.claimer.id for one in (request, before) if one and one.claimer}
    for person in sorted(claimers.union(one.id for one in draft.duty_for(request).pair)):
        key = _key(request, suggestion, person)
        draft.show(key, personal(person), line or _card(draft, request, suggestion, key), first=False)


def _why(draft: Draft, request: Request) -> str:
    if request.status is Status.CLOSED:
        return f"{status_line(request, draft.now, draft.hours, second=False)}. ({request.requester.name} had asked.)"
    return f"{request.deed.author.name if request.deed else 'Somebody'} answered {request.requester.name}."


def _card(draft: Draft, request: Request, suggestion: Suggestion, key: str) -> NoticeCard:
    use = Button(draft.state.desk.id, request.id, key, "Use it", "open", "reply", used(suggestion))
    title = f"{request.requester.name} · {request.id}"
    entry = NoticeEntry(title, suggestion.text, "", request.place, waiting=True, presses=(), opens=(use,))
    return NoticeCard(f"{suggestion.author.name} suggests an answer to {request.requester.name}", (entry,))


def _key(request: Request, suggestion: Suggestion, person: str) -> str:
    return f"suggestion:{request.id}:{suggestion.number}:{person}"
