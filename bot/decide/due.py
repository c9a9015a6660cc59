"""What the clock does: steps that are due, before the claim and after it, and duty followed where it has changed."""

from bot.decide.alerts import showing, storms
from bot.decide.desk import setup
from bot.decide.draft import Draft
from bot.decide.requests import claims, clocks
from bot.decide.rota import week


def struck(draft: Draft) -> None:
    """Do what is due, and follow duty where it has changed; nothing in a pause."""
    setup.let_go(draft)
    if draft.paused:
        return
    week.struck(draft)
    showing.struck(draft)
    storms.struck(draft)
    for request in draft.requests():
        if request.next_at is not None and request.next_at <= draft.now:
            clocks.escalate(draft, request.id)
            clocks.call_held_back(draft, request.id)
            claims.due(draft, request)
        elif claims.cannot_keep(draft, request):
            claims.lapse(draft, request)
        clocks.follow_duty_of(draft, request.id)
