"""Which posts are requests. In doubt a post is one: a request overlooked costs more than one too many."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice

MARKS = ("request", "anfrage")
MOST_SMALL_TALK = 8  # words; whoever writes more wants something
LONG = 200  # characters; the same
MOST_LINES = 8  # of an excerpt

_WORD = re.compile(r"[^\W_]+")
_EMOTICON = re.compile(r"(?:[:;=8][-^']?[)(dp/|*]|<3|\^\^)", re.IGNORECASE)
_FACES = frozenset(":;=8<^")  # what an emoticon begins with
_PICTURES = ("So", "Sk")  # Unicode's categories in which emoji and their skin tones are


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


_THANKS = _words("thanks thank thx ty danke dank merci dankeschön")
_GREETING = _THANKS | _words(
    """
    hi hello hey hallo hej moin servus good guten gutes morning morgen evening abend afternoon mahlzeit cheers super
    great perfect perfekt toll prima ok okay nice cool welcome willkommen schönes schönen schönen wochenende weekend
    feierabend bye tschüss ciao happy merry frohe frohes fröhliche grüsse lg vg lol haha
    """
)
_SMALL_TALK = _GREETING | _words(
    """
    day tag nachmittag all alle allen team everyone everybody zusammen together there leute guys folks backend you
    vielen schön schoen sehr much many so a lot top bitte have liebe lieben lieber euch dir ihnen besten herzlichen
    gute guter friday freitag christmas xmas weihnachten neues jahr new year birthday geburtstag easter ostern und and
    """
)
_CONTENT = _words(
    """
    works worked working solved fixed sorted resolved done fine better good helps helped ok okay got understood noted
    clear sure awesome amazing brilliant excellent wonderful lovely appreciated trick will
    passt klappt läuft geht funktioniert erledigt gelöst klar verstanden prima bestens wunderbar spitze klasse hilft
    geholfen gut top genau hab habs mach
    """
)
_AROUND = _words(
    """
    i ll m ve s im that this it its is are was were has have had did been do to for with of on up my me us our we you
    your both so all everything now already back again online running looks well job work exactly yes yep yeah right
    alright try let know later today tomorrow soon first here too really see
    das dies es ist sind war hat habe haben ich wir uns mein dir euch du ihr jetzt nun wieder schon dann so auch ja jo
    alles sehr echt gern gerne probier probiere werde bin morgen später gleich heute für mit
    """
)
_FOR = _words("for für")
_HELP = _words("help support answer reply hilfe antwort")
_WITH_THANKS = (
    _SMALL_TALK
    | _FOR
    | _HELP
    | _words(
        """
    your the quick fast works working now again it is
    deine eure die den schnelle schnellen hilfreiche geht klappt läuft jetzt wieder es
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
    if words and (len(words) > MOST_SMALL_TALK or not _is_small_talk(words)):
        return True
    if text.strip() and not text.strip(".… ,-"):
        return False
    drawn = bare != text or any(unicodedata.category(sign) in _PICTURES for sign in text[:LONG])
    return not (words or gif or drawn)


def is_content(text: str, names: Iterable[str] = ()) -> bool:
    """Say whether a reply only thanks, or says that all is well: by words that say nothing else, and ``names``."""
    if "?" in text or len(text) > LONG:
        return False
    called = {word for name in names for word in _WORD.findall(name.casefold())}
    words = [word.casefold() for word in _WORD.findall(_EMOTICON.sub(" ", text))]
    harmless = _WITH_THANKS | _CONTENT | _AROUND | called
    return harmless.issuperset(words) and not (_CONTENT | _GREETING).isdisjoint(words)


def _is_small_talk(words: list[str]) -> bool:
    """Say whether words only greet or thank; who begins with thanks may say for what."""
    thanks = next((at for at, word in enumerate(words) if word in _THANKS), len(words))
    for_what = thanks < len(words) and "bitte" not in words and _SMALL_TALK.issuperset(words[:thanks])
    if not _HELP.isdisjoint(words) and _FOR.isdisjoint(words):
        return False
    harmless = _WITH_THANKS if for_what else _SMALL_TALK
    return harmless.issuperset(words) and not _GREETING.isdisjoint(words)


def excerpt(text: str, limit: int) -> str:
    """Return the first ``limit`` characters of the first lines, cut at a word with an ellipsis."""
    text = text.strip()
    first = "\n".join(text.split("\n", MOST_LINES)[:MOST_LINES])
    if len(first) < len(text) and len(first) < limit:
        return first.rstrip() + "…"
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    at_a_word = cut.rsplit(None, 1)[0]
    return (at_a_word if len(at_a_word) > limit // 2 else cut) + "…"
