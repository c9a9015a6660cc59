"""Raising from elsewhere: words written to the bot personally, or a message chosen anywhere, become a request.

The bot posts them in the desk's channel, headed with whose they are, and the request is opened where that post then
stands: until Teams has said where, the words are kept with the desk's facts. What is raised twice is raised once, and
nothing is kept of words that nobody sent.
"""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta

from bot.decide import forms, unsent
from bot.decide.draft import Draft
from bot.decide.forms import Way
from bot.decide.requests import intake
from bot.effects import Answer, Dialog, Word
from bot.events import Choose, Chosen, Delivered, Open, Posted, Press, Raise, Replied, Undeliverable, Wrote
from bot.people import Author
from bot.places import personal
from bot.state import Raised
from bot.support.intake import excerpt, is_marked
from bot.support.request import Request, Status
from bot.support.texts import Text
from bot.views import Field, FormCard, Label, Line, Link, ReplyCard, RequestCard

SEND, DROP = "raise", "raise_no"
KEPT = timedelta(days=7)
MOST_KEPT = 50
MOST_NAMED, MOST_SAID = 3, 40  # requests that one line names, and characters of each
_MARK = re.compile(r"\s*#?\w+[\s:,.!-]*")


def offer(draft: Draft, event: Wrote) -> None:
    """Ask whoever wrote to the bot personally whether to raise their words, or meant what is open already."""
    text = _MARK.sub("", event.text, count=1) if is_marked(event.text) else event.text
    more, picture = _still_open(draft, event.author), event.picture
    _ask(draft, event.key, event.author, Text.SHALL_I_RAISE, text, desks=event.desks, picture=picture, more=more)


def chosen(draft: Draft, event: Choose) -> Answer:
    """Draw the form for a chosen message, or show what was made of it already; it changes nothing."""
    done = _done(draft, event.chosen) or _done_as(draft, _known(draft, _key_of(event.chosen)))
    if done is not None:
        return done
    form = _form(draft, event, Text.SHALL_I_RAISE, _fitting(event.chosen.text), event.chosen, event.desks)
    return Dialog(draft.say(Text.RAISE), form)


def sent(draft: Draft, event: Raise) -> Answer:
    """Raise words: a message of the desk's channel in its own thread, all others in a new post."""
    if event.place != personal(event.author.id):
        return Word(draft.say(Text.ELSEWHERE))
    if event.step == DROP:
        return _declined(draft, event)
    known = _named(draft, event)
    done = _done(draft, event.chosen) or _done_as(draft, known) or _gone(draft, event.chosen)
    done = done or _offered_again(draft, event, known)
    if done is not None:
        return done
    text, wrong = _ready(draft, event)
    if wrong:
        form = _form(draft, event, Text.SHALL_I_RAISE, text, event.chosen, event.desks, wrong, event.choice)
        return Dialog(draft.say(Text.RAISE), form)
    requester = known.requester if known else _requester(draft, event.author, event.chosen)
    if event.chosen is not None and event.chosen.place:
        request = _open_there(draft, event, event.chosen, requester, text)
        return Dialog(draft.say(Text.RAISE), _current(draft, request))
    key = known.key if known else _key(event)
    draft.show(key, draft.state.desk.channel, ReplyCard(_heading(draft, requester, event.author), text))
    _keep(draft, Raised(key, requester, event.author, event.happened_at, text))
    return _settle(draft, event, Text.RAISING)


def stands(draft: Draft, event: Delivered) -> None:
    """Open the request of words that were posted, where they stand now, and say so to whoever raised them."""
    one = _known(draft, event.message)
    if one is None or one.request or not event.stands:
        return
    post = Posted(key=event.key, happened_at=one.at, place=event.stands, author=one.requester, text=one.text)
    request = intake.raised(draft, post)
    untold = one.requester.id != one.by.id
    raised = replace(one, text="", refused=False, request=request.id, place=request.place, untold=untold)
    _keep(draft, raised)
    if one.by.id:
        text = Text.RAISED_IN_PAUSE if draft.paused else Text.RAISED
        said = (draft.say(text, id=request.id), Link(draft.say(Text.OPEN_THREAD), request.place))
        draft.post(f"raised:{one.key}", personal(one.by.id), Line(said))
    tell(draft)


def tell(draft: Draft) -> None:
    """Tell those for whom somebody else raised something, in support hours."""
    if not draft.is_open or draft.paused:
        return
    for one in [one for one in draft.facts.raised if one.untold and draft.may_be_written_to(one.requester)]:
        _keep(draft, replace(one, untold=False))
        if not one.requester.id:  # who is erased meanwhile
            continue
        said = draft.say(Text.RAISED_FOR_YOU, by=one.by.name, id=one.request)
        link = Link(draft.say(Text.OPEN_THREAD), one.place)
        draft.post(f"raised for:{one.key}", personal(one.requester.id), Line((said, link)))


def refused(draft: Draft, event: Undeliverable) -> None:
    """Give words back that could not be posted, to be tried again; nobody is left to whom, once they are erased."""
    one = _known(draft, event.message)
    if one is not None and not one.request and not one.by.id:
        _drop(draft, one)
    elif one is not None and not one.request:
        _keep(draft, replace(one, refused=True))
        _ask(draft, event.key, one.by, Text.NOT_RAISED, one.text, choice=one.key)


def forget(draft: Draft) -> None:
    """Forget what was raised long ago; what is still to be posted is kept."""
    if any(_is_old(draft, one) for one in draft.facts.raised):
        left = tuple(one for one in draft.facts.raised if not _is_old(draft, one))
        draft.put_facts(replace(draft.facts, raised=left))


def _ask(
    draft: Draft,
    key: str,
    author: Author,
    title: Text,
    text: str,
    *,
    desks: tuple[str, ...] = (),
    choice: str = "",
    picture: bool = False,
    more: str = "",
) -> None:
    """Show somebody, personally, the form that raises words."""
    place, card = personal(author.id), _card(author) + key
    asked = Open(key=key, happened_at=draft.now, place=place, author=author, request="", card=card, step=SEND)
    form = _form(draft, asked, title, _fitting(text), None, desks, choice=choice, picture=picture)
    draft.show(card, place, replace(form, note=form.note + more))


def _still_open(draft: Draft, author: Author) -> str:
    """Say which requests of somebody are open, as many as fit into a line, and what shows them; "" for none."""
    own = [one for one in draft.asked_by(author.id) if one.status is not Status.CLOSED]
    own.sort(key=lambda one: (one.posted_at, one.id), reverse=True)
    named = [" · ".join(filter(None, (one.id, _short_words(one)))) for one in own[:MOST_NAMED]]
    what = ", ".join([*named, *(["…"] if len(own) > MOST_NAMED else [])])
    return draft.say(Text.STILL_OPEN, what=what) if own else ""


def _short_words(request: Request) -> str:
    return excerpt(" ".join(request.words.split()), MOST_SAID)


def _form(
    draft: Draft,
    event: Press,
    title: Text,
    text: str,
    message: Chosen | None,
    desks: tuple[str, ...],
    error: str = "",
    choice: str = "",
    *,
    picture: bool = False,
) -> FormCard:
    send = Way(draft.say(Text.RAISE_IT), SEND, choice)
    who = _requester(draft, event.author, message).name
    here = message is not None and message.place != ""
    note = draft.say(Text.RAISE_HERE if here else Text.RAISE_FOR, who=who)
    left_behind = not here and (picture or (message is not None and message.picture))
    note += draft.say(Text.RAISE_NO_PICTURE) if left_behind else ""
    where = [(desk, desk) for desk in desks]
    to = getattr(event, "fields", {}).get("to", desks[0] if desks else "")
    theirs = _is_theirs(draft, event.author, message)
    fields = [] if theirs else [forms.text("text", draft.say(Text.RAISE_WORDS), text, required=False)]
    fields += [forms.listed("to", draft.say(Text.RAISE_WHERE), where, to, required=False)] if where else []
    return forms.card(
        draft,
        None,
        event,
        title=draft.say(title),
        excerpt=text if theirs else "",
        note=note,
        error=error,
        fields=tuple([_said(draft, field) for field in fields]),
        ways=(send,) if message else (send, Way(draft.say(Text.RAISE_NOT), DROP, choice)),
    )


def _said(draft: Draft, field: Field) -> Field:
    """Return a field that complains in its reader's language."""
    return replace(field, problem=Label(draft.say(Text.RAISE_EMPTY)))


def _settle(draft: Draft, event: Raise, text: Text) -> Answer:
    """Answer; the card in the personal chat from which it was sent says so too, and has no buttons any more."""
    if event.chosen is not None:
        return Word(draft.say(text))
    view = FormCard(draft.say(text), "", "", "", (), ())
    if event.card.startswith(_card(event.author)):
        draft.show(event.card, event.place, view, first=False)
    return Dialog(draft.say(Text.RAISE), view)


def _declined(draft: Draft, event: Raise) -> Answer:
    """Take a *No*: only that it was said is kept, so that an old *Raise it* posts nothing."""
    known = _named(draft, event)
    done = _done_as(draft, known)
    if done is not None:
        return done
    declined = known or Raised(_key(event), event.author, event.author, event.happened_at)
    _keep(draft, replace(declined, text="", refused=True))
    return _settle(draft, event, Text.NOTHING_RAISED)


def _offered_again(draft: Draft, event: Raise, declined: Raised | None) -> Answer | None:
    """Say that words were declined before, and offer them anew; None where they were not."""
    if declined is None or declined.text:
        return None
    text = _fitting(forms.filled(event, "text"))
    _keep(draft, replace(declined, text=text))
    form = _form(draft, event, Text.RAISE_AFTER_ALL, text, event.chosen, event.desks, choice=declined.key)
    return Dialog(draft.say(Text.RAISE), form)


def _ready(draft: Draft, event: Raise) -> tuple[str, str]:
    """Return the words as they may go out, and what is wrong with them."""
    if event.chosen is not None and _is_theirs(draft, event.author, event.chosen):
        return _fitting(event.chosen.text), ""
    text = forms.filled(event, "text")
    if not text:
        return text, draft.say(Text.RAISE_EMPTY)
    fitting = _fitting(text)
    return fitting, draft.say(Text.RAISE_TOO_LONG, most=len(fitting)) if fitting != text else ""


def _fitting(text: str) -> str:
    """Return as much of a text as can be posted whole."""
    return forms.cut(text.strip()[: forms.LONGEST])


def _is_theirs(draft: Draft, by: Author, message: Chosen | None) -> bool:
    """Say whether somebody else's words go out under their name, or stand in the channel: then nobody edits them."""
    if message is None or message.author is None or message.author.id == by.id or not unsent.visible(message.text):
        return False
    return message.place != "" or _requester(draft, by, message) != by


def _requester(draft: Draft, by: Author, message: Chosen | None) -> Author:
    """Return whose request it is: of a post in the desk's channel, and of all that a colleague raises, its author's.

    Everybody else raises for themselves what stands elsewhere, or is the backend team's own or an app's.
    """
    author = message.author if message else None
    if message is None or author is None or author.id == by.id:
        return by
    posted_here = message.place != "" and not draft.colleague(author)
    return author if posted_here or draft.colleague(by) else by


def _heading(draft: Draft, requester: Author, by: Author) -> str:
    if requester.id == by.id:
        return draft.say(Text.SAYS, who=requester.name)
    return draft.say(Text.SAYS_THROUGH, who=requester.name, by=by.name)


def _open_there(draft: Draft, event: Raise, message: Chosen, requester: Author, text: str) -> Request:
    """Open a request in the thread that the message stands in."""
    at, place = event.happened_at, message.place
    if message.reply:
        reply = Replied(key=event.key, happened_at=at, place=place, author=requester, text=text, reply=message.reply)
        return intake.raised(draft, reply)
    return intake.raised(draft, Posted(key=event.key, happened_at=at, place=place, author=requester, text=text))


def _done(draft: Draft, message: Chosen | None) -> Answer | None:
    """Return the current card of the request that a message of the desk's channel has become, None for none."""
    place = message.place if message else ""
    made = [one for one in draft.in_thread(place) if message and one.reply == message.reply]
    return Dialog(draft.say(Text.RAISE), _current(draft, made[0])) if made else None


def _gone(draft: Draft, message: Chosen | None) -> Answer | None:
    """Say that a post of the desk's channel was deleted since it was chosen, None where it was not."""
    gone = message is not None and not message.reply and intake.is_gone(draft, message.place)
    return Word(draft.say(Text.RAISE_GONE)) if gone else None


def _done_as(draft: Draft, known: Raised | None) -> Answer | None:
    """Say what became of words that were raised before, None for nothing."""
    if known is None or known.refused:
        return None
    if not known.request:
        return Word(draft.say(Text.RAISING))
    request = draft.request(known.request)
    if request is not None:
        return Dialog(draft.say(Text.RAISE), _current(draft, request))
    said = Line((draft.say(Text.RAISED_BEFORE, id=known.request),))
    label = draft.say(Text.OPEN_THREAD)
    view = RequestCard(said, "", "", (), settled=True, presses=(), opens=(), thread=known.place, thread_label=label)
    return Dialog(draft.say(Text.RAISE), view)


def _current(draft: Draft, request: Request) -> RequestCard:
    """Return the card of a request as it is now, to be read, with the way to its thread."""
    card = draft.request_card(draft.request(request.id) or request)
    headline = Line((card.headline.plain,))
    label = draft.say(Text.OPEN_THREAD)
    return replace(
        card, headline=headline, presses=(), opens=(), thread=card.thread or request.place, thread_label=label
    )


def _card(author: Author) -> str:
    """Return how the keys of somebody's own forms begin: no other card is edited by what they send."""
    return f"offer:{author.id}:"


def _key(event: Raise) -> str:
    return _key_of(event.chosen) if event.chosen else _short(f"{event.author.id} {event.form or event.key}")


def _key_of(message: Chosen) -> str:
    return _short(message.key)


def _short(key: str) -> str:
    """Return a key that fits on a button and does not tell from which chat words came."""
    return f"raise:{hashlib.sha256(key.encode(errors='replace')).hexdigest()[:24]}"


def _named(draft: Draft, event: Raise) -> Raised | None:
    """Return what was raised before by what is sent: the same words, or those that came back to their sender."""
    back = _known(draft, event.choice)
    return back if back and back.by.id == event.author.id else _known(draft, _key(event))


def _known(draft: Draft, key: str) -> Raised | None:
    return next((one for one in draft.facts.raised if one.key == key), None)


def _keep(draft: Draft, raised: Raised) -> None:
    """Remember words to be posted, or what became of them; the oldest of what is done goes."""
    others = [one for one in draft.facts.raised if one.key != raised.key and not _is_old(draft, one)]
    done = [one for one in others if one.request or not one.text]
    gone = {one.key for one in done[: max(0, len(done) - MOST_KEPT + 1)]}
    left = tuple(one for one in others if one.key not in gone)
    draft.put_facts(replace(draft.facts, raised=(*left, raised)))


def _drop(draft: Draft, raised: Raised) -> None:
    draft.put_facts(replace(draft.facts, raised=tuple(one for one in draft.facts.raised if one.key != raised.key)))


def _is_old(draft: Draft, one: Raised) -> bool:
    return draft.now - one.at > KEPT and (bool(one.request) or one.refused)
