"""Which posts are requests. In doubt a post is one: a request overlooked costs more than one too many."""

import re
import unicodedata
from itertools import islice

MARKS = ("request", "anfrage")
MOST_SMALL_TALK = 8  # words; whoever writes more wants something
LONG = 200  # characters; the same

_WORD = re.compile(r"[^\W_]+")
_EMOTICON = re.compile(r"(?:[:;=8][-^']?[)(dp/|*]|<3|\^\^)", re.IGNORECASE)
_FACES = frozenset(":;=8<^")  # what an emoticon begins with
_PICTURES = ("So", "Sk")  # Unicode's categories in which emoji and their skin tones are
_SMALL_TALK = frozenset(
    _WORD.findall(
        """
    hi hello hey hallo hej moin servus good guten gutes morning morgen day tag evening abend afternoon nachmittag
    mahlzeit all alle team everyone everybody zusammen together there leute guys folks backend thanks thank you
    thx ty danke dank vielen schön schoen sehr much many so a lot merci cheers super great perfect perfekt toll
    prima ok okay nice cool top dankeschön welcome bitte schönes wochenende weekend feierabend bye tschüss have
    ciao happy friday liebe lieben lieber grüsse lg vg euch dir ihnen allen besten herzlichen gute guter
    """
    )
)
_THANKS = frozenset({"thanks", "thank", "thx", "ty", "danke", "dank", "merci", "dankeschön"})
_WITH_THANKS = _SMALL_TALK | frozenset(
    _WORD.findall(
        """
    for your the quick fast help support answer reply works working now again it is
    für deine eure die den schnelle schnellen hilfe hilfreiche antwort geht klappt läuft jetzt wieder es
    """
    )
)


def is_marked(text: str) -> bool:
    """Say whether a backend colleague's post is meant as a request: it begins with the word."""
    first = re.match(r"\s*#?(\w+)", text)
    return first is not None and first[1].casefold() in MARKS


def is_request(text: str, *, picture: bool, gif: bool) -> bool:
    """Say whether a post of somebody outside the backend team is a request: not small talk, nor a slip of the hand."""
    if picture or "?" in text:
        return True
    bare = _EMOTICON.sub(" ", text) if len(text) < LONG and not _FACES.isdisjoint(text) else text
    words = [word[0].casefold() for word in islice(_WORD.finditer(bare), MOST_SMALL_TALK + 1)]
    harmless = _SMALL_TALK if _THANKS.isdisjoint(words) else _WITH_THANKS
    if len(words) > MOST_SMALL_TALK or not harmless.issuperset(words):
        return True
    if text.strip() and not text.strip(".… ,-"):
        return False
    drawn = bare != text or any(unicodedata.category(sign) in _PICTURES for sign in text[:LONG])
    return not (words or gif or drawn)


def excerpt(text: str, limit: int = 300) -> str:
    """Return the first ``limit`` characters, cut at a word with an ellipsis."""
    text = text.strip()
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    at_a_word = cut.rsplit(None, 1)[0]
    return (at_a_word if len(at_a_word) > limit // 2 else cut) + "…"
