"""Which posts are requests. In doubt a post is one: a request overlooked costs more than one too many."""

import re

MARKS = ("request", "anfrage")
MOST_SMALL_TALK = 8  # words; whoever writes more wants something

_SMALL_TALK = frozenset(
    """
    hi hello hey hallo hej moin servus good guten gutes morning morgen day tag evening abend afternoon nachmittag
    mahlzeit all alle team everyone everybody zusammen together there leute guys folks backend
    thanks thank you thx ty danke dank vielen schön schoen sehr much many so a lot merci cheers super great perfect
    perfekt toll prima ok okay nice cool top dankeschön welcome bitte schönes wochenende weekend feierabend bye tschüss
    have nice ciao
    """.split()
)


def is_marked(text: str) -> bool:
    """Say whether a backend colleague's post is meant as a request: it begins with the word."""
    first = re.match(r"\s*#?(\w+)", text[:80])
    return first is not None and first[1].casefold() in MARKS


def is_request(text: str, *, picture: bool, gif: bool) -> bool:
    """Say whether a post of somebody outside the backend team is a request."""
    if picture or "?" in text:
        return True
    words = re.findall(r"[^\W_]+", text[:2000].casefold())
    if words:
        return len(words) > MOST_SMALL_TALK or not all(word in _SMALL_TALK for word in words)
    return not (gif or text.strip())


def excerpt(text: str, limit: int = 300) -> str:
    """Return the first ``limit`` characters, cut at a word with an ellipsis."""
    text = text.strip()
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return (cut.rsplit(None, 1)[0] if cut[limit // 2 :].strip().count(" ") else cut) + "…"
