"""Triage: *What is it?*, the questions one by one; their leaves, each with a reply; and *What does it stop?*.

How far it has come stands in the request: where one stopped one goes on, and two people see each other's answers.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType

from bot.decide import forms, tickets
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.requests import claims, leaves, likely, presses, rights
from bot.decide.requests.leaves import PARTS, Filled, Form
from bot.decide.requests.step import Step, claim_first, done, meanwhile, ready, say_as
from bot.effects import Answer
from bot.errors import Refused
from bot.events import Open, Press, Send
from bot.people import FORMER
from bot.support.request import WITH_TICKET, Act, Answered, Outcome, Request, Status, close, step
from bot.support.texts import Text
from bot.support.ticket import Wording
from bot.support.triage import (
    ALERT,
    END,
    ENDED,
    ESTIMATE,
    GAP,
    IMPACT,
    NO,
    TOLD,
    YES,
    Leaf,
    Need,
    Question,
    before,
    current,
    noted,
    place,
    said,
    told,
)

WHAT, STOPS, ALL_THE_SAME, KEY = "What is it?", "What does it stop?", "Done all the same…", "The ticket's key"
DONE = "done"
NOTED = MappingProxyType({ALERT: "Bugsnag", IMPACT: "Affected", ESTIMATE: "Estimate"})
AT_ONCE = "Workaround at once"
NEEDS_NOW = ((YES, "Yes: they cannot go on without. I give one now."), (NO, "No: a ticket is enough."))


def may(draft: Draft, request: Request, event: Press) -> None:
    """Raise Refused, saying why, unless the presser may find out about a request that is open and goes by itself."""
    step(request, Act.SOLVE)
    if request.lead:
        raise Refused(f"{request.id} goes with {request.lead}. Go on there, or make it a matter of its own first.")
    rights.may_handle(draft, request, event)


def show(draft: Draft, request: Request, event: Press, node: str, error: str = "", *, news: str = "") -> Answer:
    """Return the form of a question or leaf; ``news`` is what has just been done."""
    tree = draft.tree
    if node == tree.stops and node:
        return _stops_form(draft, request, event, error, news)
    if node in tree.questions:
        return _question_form(draft, request, event, tree.questions[node], error)
    if node in tree.leaves:
        return _leaf_form(Form(draft, request, event, tree.leaves[node], {}), error, news)
    raise Refused(draft.say(Text.STALE))


def _go_on(draft: Draft, request: Request, event: Press, error: str = "", *, news: str = "") -> Answer:
    """Return the form of where the tree stands now."""
    now = draft.request(request.id) or request
    return show(draft, now, event, place(draft.tree, now.triage), error, news=news)


def _again(draft: Draft, request: Request, event: Send) -> Answer:
    """Answer what was sent twice: with where the tree stands, or with how the request ended."""
    ended = request.closed_at is not None
    return done(draft, request, event, "Done.") if ended else _go_on(draft, request, event)


# -- the questions --------------------------------------------------------------------------------------------------


def _draw_what(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    chosen = event.choice if isinstance(event, Open) else ""
    known = chosen in draft.tree.questions or chosen in draft.tree.leaves
    return show(draft, request, event, chosen if known else place(draft.tree, request.triage), error)


def _question_form(draft: Draft, request: Request, event: Press, question: Question, error: str) -> Answer:
    main = draft.tree.main()
    number = next((f" {at} of {len(main)}" for at, one in enumerate(main, 1) if one is question), "")
    ways = (
        Way("Yes", "triage", f"{question.id}:{YES}"),
        Way("No", "triage", f"{question.id}:{NO}"),
        _back(draft, request, question.id),
        (
            "Or go to",
            (*(_jump(request, one) for one in main), Way("None of these", "triage", draft.tree.stops, opens=True)),
        ),
    )
    parts = {"note": question.asks, "error": error, "ways": ways, "trail": _so_far(draft, request)}
    return forms.dialog(draft, request, event, WHAT + number, thread=request.place, **parts)


def _jump(request: Request, question: Question) -> Way:
    answer = said(request.triage, question.id)
    return Way(f"{question.title}: {answer.answer}" if answer else question.title, "triage", question.id, opens=True)


def _back(draft: Draft, request: Request, node: str) -> Way:
    came = before(draft.tree, request.triage, node)
    return Way("Back", "triage", came, opens=True) if came else Way("Back", "support", opens=True)


def _so_far(draft: Draft, request: Request) -> str:
    """Say who answered what so far, in one line: what one person answered alike one after another stands together."""
    titles = {one.id: one.title for one in draft.tree.questions.values()}
    titles |= {**NOTED, draft.tree.stops: AT_ONCE}
    answered = [one for one in current(request.triage) if one.question in titles]
    parts = []
    for (answer, by), alike in groupby(answered, key=lambda one: (one.answer, one.by)):
        what = ", ".join(titles[one.question] for one in alike)
        parts.append(f"{what}: {' '.join(answer.split())[:200]} ({_name(draft, by)})")
    return " · ".join(parts)


def _name(draft: Draft, person: str) -> str:
    found = draft.rota.people.get(person)
    return found.name if found else FORMER


def _take_what(draft: Draft, request: Request, event: Send) -> Answer:
    id_, _, answer = event.choice.partition(":")
    question = draft.tree.questions.get(id_)
    if question is None or id_ == draft.tree.stops or answer not in {YES, NO}:
        raise Refused(draft.say(Text.STALE))
    old = said(request.triage, id_)
    seen = str(request.deed.number if request.deed else 0)
    if old is not None and old.by != event.author.id and event.seen != seen:
        word = f"{_name(draft, old.by)} answered “{question.title}” meanwhile: {old.answer}. Here is where it stands."
        return _go_on(draft, request, event, word)
    claimed = claim_first(draft, request, event)
    more = noted(claimed.triage, Answered(id_, answer, event.author.id))
    draft.did(replace(claimed, triage=more), event, f"said {answer} to “{question.title}”")
    return _go_on(draft, request, event)


# -- what does it stop? ---------------------------------------------------------------------------------------------


def _draw_stops(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    if not draft.tree.stops:
        raise Refused(draft.say(Text.STALE))
    return show(draft, request, event, place(draft.tree, request.triage, draft.tree.stops), error)


def _stops_form(draft: Draft, request: Request, event: Press, error: str = "", news: str = "") -> Answer:
    question = draft.tree.questions[draft.tree.stops]
    impact, answer = said(request.triage, IMPACT), said(request.triage, question.id)
    ended = told(draft.tree, request.triage, question.id)
    choices = (*NEEDS_NOW, *(((ENDED, f"It stops nothing any more: close it as {ended.outcome}."),) if ended else ()))
    fields = (
        forms.text("text", "Who and what is affected", impact.answer if impact else "", required=not ended),
        forms.one("now", question.asks, choices, answer.answer if answer else ""),
    )
    done_after_all = ended is not None and ended.done and _is_able(draft, request, event)
    came = _came(draft, request, event)
    ways = (
        Way("Next", "stops", f":{came}" if came else ""),
        *((Way(ALL_THE_SAME, "triage", ended.done, opens=True),) if ended and done_after_all else ()),
        Way("Ask a question", "ask", opens=True),
        forms.back_to(came, _back(draft, request, question.id)),
    )
    parts = {"note": news, "error": error, "fields": fields, "ways": ways, "trail": _so_far(draft, request)}
    return forms.dialog(draft, request, event, STOPS, thread=request.place, **parts)


def _came(draft: Draft, request: Request, event: Press) -> str:
    """Return the form from which one came to say what a matter stops, "" if that is where one would come by it."""
    came = forms.came_from(event, "triage", "leaf", "close")
    follows = before(draft.tree, request.triage, came.rpartition("/")[2]) == draft.tree.stops
    return "" if follows else came


def _take_stops(draft: Draft, request: Request, event: Send) -> Answer:
    tree, now = draft.tree, event.fields.get("now", "")
    ended = told(tree, request.triage, tree.stops)
    if now == ENDED and ended:
        impact, wrong = "", meanwhile(draft, request, event)
    else:
        impact, wrong = ready(draft, request, event, "text")
        wrong = "Say who and what is affected first." if not impact else wrong
        wrong = wrong or ("" if now in {YES, NO} else "Say whether it needs a workaround at once.")
    if wrong:
        return _stops_form(draft, request, event, wrong)
    claimed = claim_first(draft, request, event)
    if now == ENDED and ended:
        return _close(draft, claimed, event, ended.outcome, Filled(), {})
    by = event.author.id
    more = noted(claimed.triage, Answered(IMPACT, impact, by), Answered(tree.stops, now, by))
    draft.did(replace(claimed, triage=more), event, "said what it stops")
    return _go_on(draft, request, event)


# -- the leaves -----------------------------------------------------------------------------------------------------


def _leaf_form(form: Form, error: str = "", news: str = "", *, given: Mapping[str, str] | None = None) -> Answer:
    draft, request, event, leaf = form.draft, form.request, form.event, form.leaf
    if leaf.needs is Need.REASON:
        leaves.need_access(form)
    part, tree = PARTS[leaf.needs], draft.tree
    label, reply = "Your reply. It goes into the thread under your name.", leaf.replies[draft.policy.language]
    if mends := _mends(form):
        label, reply = "Your reply stands in the thread. If there is something to add, it goes there, too.", ""
    by_hand = leaf.needs is Need.TICKET and not draft.jira
    all_the_same = Way(ALL_THE_SAME, "leaf", f"{leaf.id}:{DONE}")
    ways = (
        Way("Send" if leaf.then else "Send and close", "leaf", leaf.id),
        *((Way(leaves.KEY_FOLLOWS, "leaf", f"{leaf.id}:{leaves.LATER}"),) if by_hand else ()),
        *((all_the_same,) if leaf.done and _is_able(draft, request, event) else ()),
        Way("Ask a question", "ask", opens=True),
        Way(STOPS, "triage", tree.stops, opens=True),
        _back(draft, request, leaf.id),
    )
    note = "\n".join(filter(None, (news, f"{leaf.title}.", part.note(form))))
    fields = (*part.fields(form), forms.text("text", label, reply, required=not mends))
    parts = {"note": note, "error": error, "fields": fields, "ways": ways, "links": part.links(form), "given": given}
    return forms.dialog(draft, request, event, WHAT, thread=request.place, trail=_so_far(draft, request), **parts)


def _mends(form: Form) -> bool:
    """Say whether a form is a ticket's that was refused: what its requester read with it stands in the thread."""
    return form.leaf.needs is Need.TICKET and tickets.refused(form.draft, form.request.id) is not None


def _is_able(draft: Draft, request: Request, event: Press) -> bool:
    return event.author.id in {one.id for one in leaves.able(draft, request, event)}


def _take_leaf(draft: Draft, request: Request, event: Send) -> Answer:
    id_, _, way = event.choice.partition(":")
    leaf = draft.tree.leaves.get(id_)
    if leaf is None:
        raise Refused(draft.say(Text.STALE))
    form = Form(draft, request, event, leaf, event.fields)
    filled = PARTS[leaf.needs].read(form)
    if way == DONE and leaf.done:
        return _done_all_the_same(form, event, filled)
    if leaf.needs is Need.REASON:
        leaves.need_access(form)
    text, wrong = ready(draft, request, event, "text", required=not _mends(form))
    if GAP in text:
        wrong = wrong or f"Put your own words where {GAP} stands."
    wrong = wrong or filled.wrong
    whole = "\n".join((text, *filled.added))
    if not wrong and len(whole) > forms.LONGEST:
        wrong = f"At most {forms.LONGEST} characters with what is added, please; these are {len(whole)}."
    if wrong:
        return _leaf_form(form, wrong)
    claimed = claim_first(draft, request, event)
    posted = say_as(draft, request, event, whole, filled.called) if text else {}
    if leaf.then and not filled.ends:
        sent = Answered(TOLD + leaf.id, "sent", event.author.id)
        spoken = claims.spoken(draft, claimed, event.happened_at, answered=True)
        draft.did(replace(spoken, triage=noted(spoken.triage, *filled.noted, sent)), event, "replied", **posted)
        return _go_on(draft, request, event, news="Sent.")
    return _close(draft, claimed, event, _outcome(draft, request, leaf), filled, posted)


def _outcome(draft: Draft, request: Request, leaf: Leaf) -> Outcome:
    """Return how a request ends at a leaf: as the leaf says whose reply led straight to it, or as it says itself."""
    return (told(draft.tree, request.triage, leaf.id) or leaf).outcome


def _done_all_the_same(form: Form, event: Send, filled: Filled) -> Answer:
    """Go to the leaf for what was done, with the estimate as it was written."""
    draft, done_leaf = form.draft, form.draft.tree.leaves[form.leaf.done]
    leaves.need_access(form)
    wrong = filled.wrong or meanwhile(draft, form.request, event)
    if wrong:
        return _leaf_form(form, wrong)
    kept = {name: value for name, value in form.given.items() if name != "text"}
    return _leaf_form(replace(form, leaf=done_leaf), given=kept)


def _close(
    draft: Draft,
    claimed: Request,
    event: Send,
    outcome: Outcome,
    filled: Filled,
    posted: Mapping[str, str],
) -> Answer:
    presses.tell_claimer(draft, claimed, event, f"{event.author.name} closed {claimed.id}")
    if filled.helped:
        claimed = likely.learn(draft, claimed, filled.helped)
    ended = close(claimed, Act.SOLVE, outcome, event.author, event.happened_at)
    end = Answered(END, outcome, event.author.id)
    same = filled.ticket == ended.ticket
    ended = replace(ended, ticket=filled.ticket, ticket_done=same and ended.ticket_done)
    ended = replace(ended, triage=noted(ended.triage, *filled.noted, end))
    draft.did(ended, event, f"closed it ({outcome})", **posted, others=_made(draft, claimed, event, filled.wording))
    return done(draft, claimed, event, "Sent and closed." if posted else "Closed.")


def _made(draft: Draft, request: Request, event: Send, wording: Wording | None) -> tuple[str, ...]:
    """Have a request's ticket made, if it is to have a new one; return the ids of what is made."""
    if wording is None:
        return ()
    another = request.ticket != ""
    return (tickets.open_ticket(draft, request.id, wording, event.author, event.happened_at, another=another).id,)


# -- after the end ---------------------------------------------------------------------------------------------------


def _draw_key(draft: Draft, request: Request, event: Press, error: str) -> Answer:
    reader = request.requester.name
    to_make = _is_to_make(draft, request)
    made_here = _is_made_here(draft, request)
    what = leaves.IF_ANY if made_here else leaves.KEY
    label = f"{what}. {reader} reads it on the card, and in the thread under your name."
    field = forms.line("ticket", label, request.ticket, required=not made_here)
    ways = (Way("Send", "key"), Way("Back", "support", opens=True))
    fields = (*(leaves.of_ticket(draft, request) if to_make else ()), field)
    links = leaves.new_ticket(draft, request) if to_make else ()
    so_far = f"it is {request.ticket}" if request.ticket else tickets.stands(draft, request.id)
    note = f"So far {so_far}." if so_far else ""
    if made_here:
        note = f"{tickets.note(tickets.of_request(draft, request), draft.jira)} {note}".strip()
    return forms.dialog(draft, request, event, KEY, note=note, error=error, fields=fields, ways=ways, links=links)


def _is_to_make(draft: Draft, request: Request) -> bool:
    return not request.ticket and tickets.live(draft, request.id) is None


def _is_made_here(draft: Draft, request: Request) -> bool:
    """Say whether the bot is to make a request's ticket, unless a key is named."""
    return _is_to_make(draft, request) and draft.jira != ""


def _take_key(draft: Draft, request: Request, event: Send) -> Answer:
    given = forms.filled(event, "ticket")
    overtaken = meanwhile(draft, request, event)
    if not (given or overtaken) and _is_made_here(draft, request):
        return _take_new(draft, request, event)
    ticket, wrong = leaves.named(draft, given)
    wrong = (given and wrong) or overtaken or wrong
    if wrong:
        return _draw_key(draft, request, event, wrong)
    posted = say_as(draft, request, event, draft.say(Text.TICKET_IS, key=ticket))
    named = replace(request, ticket=ticket, ticket_done=False)
    presses.show_ticket(draft, named)
    draft.did(named, event, "named the ticket", **posted)
    return done(draft, request, event, "Sent.")


def _take_new(draft: Draft, request: Request, event: Send) -> Answer:
    """Have the ticket made of a request that ended without one."""
    wording, wrong = leaves.new_wording(draft, request, event.fields)
    if wrong:
        return _draw_key(draft, request, event, wrong)
    made = _made(draft, request, event, wording)
    presses.show_ticket(draft, request)
    draft.did(request, event, "had the ticket made", others=made)
    draft.show_anew(draft.request(request.id) or request)
    return done(draft, request, event, "It is being made, and the key follows.")


def may_name(draft: Draft, request: Request, event: Press) -> None:
    """Raise Refused, saying why, unless a request ended with a ticket and the presser may handle it."""
    if request.status is not Status.CLOSED and request.open_since:
        latest = f": {request.deed.author.name} {request.deed.what}" if request.deed else ""
        raise Refused(f"{request.id} is open again{latest}. The key goes with the ticket's reply.")
    if request.outcome not in WITH_TICKET:
        raise Refused(f"{request.id} did not end with a ticket.")
    rights.may_handle(draft, request, event)


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "key": Step(KEY, _draw_key, _take_key, may_name),
        "triage": Step(WHAT, _draw_what, _take_what, may, _again),
        "stops": Step(STOPS, _draw_stops, _take_stops, may, _again),
        "leaf": Step(WHAT, _draw_what, _take_leaf, may, _again),
    }
)
