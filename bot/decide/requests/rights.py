"""Who may do what to a request: by duty at the moment of the press, by having it, or by having asked.

A press is believed in ids only: that the request exists, and that its button could be pressed where it was.
"""

from bot.decide.draft import Draft
from bot.decide.pictures import names
from bot.errors import Refused
from bot.events import Press
from bot.people import Author
from bot.places import channel_of, personal
from bot.rota.duty import Duty
from bot.support.request import Request
from bot.support.texts import Text


def pressed(draft: Draft, event: Press) -> Request:
    """Return the request that a press names; raise Refused if there is none, or the press came from elsewhere."""
    request = draft.request(event.request)
    if request is None:
        raise Refused(draft.say(Text.UNKNOWN, id=event.request))
    channel = channel_of(event.place)
    concerned = draft.colleague(event.author) is not None or event.author.id == request.requester.id
    at_home = event.place == request.place or (concerned and event.place == personal(event.author.id))
    if not at_home and (not channel or channel != draft.state.desk.team_channel):
        raise Refused(draft.say(Text.ELSEWHERE))
    return request


def asked(request: Request, event: Press) -> bool:
    """Say whether the presser is who asked: nobody is support on their own request."""
    return event.author.id == request.requester.id


def has(request: Request, author: Author) -> bool:
    """Say whether a request is the author's own matter until it is settled."""
    return request.claimer is not None and request.claimer.id == author.id


def duty_of(draft: Draft, request: Request, event: Press) -> Duty:
    """Return who answers a request when it was pressed: whoever asked is not called to answer it."""
    return draft.duty_for(request, event.happened_at)


def may_claim(draft: Draft, request: Request, event: Press) -> None:
    """Raise Refused, saying who may, unless the presser may claim."""
    duty = duty_of(draft, request, event)
    is_by = request.clock is not None and request.clock.by == event.author.id  # who may take it again after all
    if not duty.may_claim(event.author.id) and not (is_by and draft.duty(event.happened_at).may_claim(event.author.id)):
        raise Refused(who_may(draft, duty, event.author))


def may_handle(draft: Draft, request: Request, event: Press) -> None:
    """Raise Refused, saying who may, unless the presser may claim or has the request."""
    if not has(request, event.author):
        may_claim(draft, request, event)


def is_concerned(draft: Draft, request: Request, event: Press) -> bool:
    """Say whether the presser asked, has the request, or may claim."""
    mine = asked(request, event) or has(request, event.author)
    return mine or duty_of(draft, request, event).may_claim(event.author.id)


def may_end(draft: Draft, request: Request, event: Press) -> None:
    """Raise Refused, saying who may, unless the presser asked, has it, or may claim."""
    if not is_concerned(draft, request, event):
        duty = duty_of(draft, request, event)
        if not request.requester.id:  # whose name is erased
            raise Refused(who_may(draft, duty, event.author))
        people = names(duty.pair + duty.further, draft.say(Text.AND)) or draft.say(Text.THE_TEAM)
        raise Refused(draft.say(Text.MAY_CLOSE, requester=request.requester.name, who=people))


def who_may(draft: Draft, duty: Duty, author: Author) -> str:
    """Say who may claim."""
    people = duty.pair + duty.further
    if not people:
        return draft.say(Text.FOR_THE_TEAM)
    text = Text.IS_ON_DUTY if len(people) == 1 else Text.ARE_ON_DUTY
    colleague = Text.SUGGEST_IT if duty.observes(author.id) else Text.HELP_THEM
    help_them = draft.say(colleague) if draft.colleague(author) else ""
    return draft.say(text, who=names(people, draft.say(Text.AND))) + help_them
