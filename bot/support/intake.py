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
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "\u2019": "'"})
_STRETCHED = re.compile(r"(\w)\1{2,}")


def _plain(text: str) -> str:
    """Return a text as it is compared: small letters, umlauts written out, no letter stretched."""
    return _STRETCHED.sub(r"\1", text.casefold().translate(_SPELT))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_plain(text)))


_THANKS = _words(
    """
    thanks thank thankyou thx thnx thanx tnx thks ty tysm tyvm cheers kudos
    danke dank dankeschön dankesehr bedanke merci
    """
)
_PRAISE = _words(
    """
    super great perfect nice cool awesome amazing brilliant excellent wonderful fantastic fabulous lovely superb wow yay
    hooray bravo lifesaver lifesavers legend legends hero heroes genius congrats congratulations
    perfekt toll prima spitze spitzenmäßig klasse genial mega hammer wunderbar fantastisch großartig hervorragend
    ausgezeichnet juhu hurra chapeau helden retter glückwunsch gratulation gratuliere
    """
)
_GREETING = (
    _THANKS
    | _PRAISE
    | _words(
        """
    hi hello hey hallo hej moin servus good guten gutes gute guter morning morgen evening abend afternoon mahlzeit ok
    okay welcome willkommen schönes schönen schöne schöner wochenende weekend feierabend bye tschüss ciao happy merry
    frohe frohes frohen fröhliche grüße gruß lg vg mfg regards lol haha huhu hoi salut
    """
    )
)
_SMALL_TALK = _GREETING | _words(
    """
    day tag nachmittag night nacht all alle allen alles team everyone everybody zusammen together there leute guys folks
    kollegen colleagues backend you vielen schoen sehr much many so a lot top bitte have liebe lieben lieber euch dir
    ihnen besten herzlichen herzlichsten allerbesten tausend 1000 vielmals an beide beiden both ein einen the very
    friday freitag montag monday christmas xmas weihnachten neues neue neuen jahr new year birthday geburtstag
    easter ostern pfingsten feiertage holidays holiday fest rutsch woche week urlaub enjoy your tomorrow und and zum ins
    million bunch ton best kind viele
    """
)
_CONTENT = _PRAISE | _words(
    """
    works worked working solved fixed sorted resolved done fine better good helps helped helpful ok okay got understood
    understand noted clear sure appreciated appreciate grateful glad relieved confirmed trick will gotcha best top
    passt basst klappt geklappt läuft geht funktioniert funzt tut erledigt gelöst behoben bestätigt klar verstanden
    verstehe bestens beste besten hilft geholfen hilfreich gut genau hab habs freut froh einverstanden probiere
    werde werd
    """
)
_AROUND = _words(
    """
    i ll m ve s re im that this it its is are was were has have had did been do to for with of on up me us our we you
    your both so all everything now already back again online running smoothly perfectly nicely looks sounds well job
    work quickly finally yes yep yup yeah right really truly indeed exactly such an
    alright try let know later today tomorrow soon first here too see
    das dies es ist sind war hat habe habt haben ich mich wir uns den mein dir euch du ihr seid bist jetzt nun wieder
    schon dann so auch ja jo jup jepp mir bei da hier endlich einwandfrei problemlos tadellos reibungslos klingt
    wirklich richtig echt total einfach ganz super schnell rasch probier probieren ausprobieren ah aha oh ach achso
    alles sehr gern gerne bin morgen später gleich heute für mit
    """
)
_FOR = _words("for für fürs")
_HELP = _words(
    """
    help support answer reply response solution patience effort efforts info infos information update updates
    hilfe antwort rückmeldung lösung unterstützung mühe geduld nachschauen
    """
)
_WITH_THANKS = (
    _SMALL_TALK
    | _FOR
    | _HELP
    | _words(
        """
    your the quick fast works working now again it is
    deine eure die den schnell schnelle schnellen hilfreiche geht klappt läuft jetzt wieder es
    """
    )
)
_HARMLESS = _WITH_THANKS | _CONTENT | _AROUND
_GONE = "gone|fixed|solved|resolved|sorted|weg|behoben|geloest|erledigt"
_PHRASES = re.compile(
    rf"""\b(?:
    (?:no\ (?:problems?|worries|issues?)(?:\ any\ ?more)? | keine?\ (?:probleme?|thema|sorge|ursache|stress)(?:\ mehr)?)
    (?!\ (?:{_GONE}))
    | (?:problem|issue|fehler)\ (?:(?:is|was|ist|war|now|jetzt|damit)\ )*(?:{_GONE})
    | hat\ sich\ (?:schon\ |inzwischen\ )?(?:erledigt|geklaert) | never\ ?mind
    | (?:well|nicely)\ done | (?:good|great|nice|excellent|amazing)\ (?:job|work|one) | hats\ off | hut\ ab
    | you\ (?:guys\ )?rock | (?:star|stars|champions?|rockstars?)(?=!|$) | life\ savers?
    | saved?\ (?:my|our|the)\ (?:day|life|week) | made\ (?:my|our)\ day | tag\ gerettet
    | up\ and\ running | (?:quick|fast|great)\ fix | like\ a\ charm
    | as\ expected | back\ to\ normal | wie\ am\ schnuerchen | wie\ geschmiert
    | i\ see(?=[,.!]|$) | see\ (?:you|ya) | take\ care | makes\ sense | (?:macht|ergibt)\ sinn | fair\ enough
    | in\ ordnung | let\ you\ (?:guys\ )?know | mache?\ ich | ich\ mache? | macht?'?s\ gut
    | guten\ start\ (?:in\ (?:die|den|das)|ins)
    | schaue?\ (?:ich\ )?(?:es\ |das\ )?mir\ (?:es\ |das\ )?(?:gleich\ |morgen\ |heute\ |jetzt\ )?an
    | letting\ (?:me|us)\ know | (?<=fuers\ )bescheid\ (?:geben|sagen)
    | mit\ (?:freundlichen|besten|vielen)\ gruessen | (?:dann\ )?weiss\ ich\ bescheid
    | bitte\ (?:schoen|sehr) | gern(?:e)?\ geschehen | good\ to\ know | gut\ zu\ wissen
    | (?:ein|mein)\ (?:schatz|engel|held)
    | bis\ (?:dann|bald|morgen|gleich|spaeter|montag) | nochmals?(?=\ danke) | (?<=danke\ )nochmals?
    | (?:abend|tag|woche|wochenende)\ noch
    )\b""",
    re.VERBOSE,
)
"""What says no more, though its words alone might; "no, problem" is none, nor is "no problem solved"."""
_SHORT = re.compile(r"\b(geht|klappt|laeuft|tut|hat|passt|funktioniert|ist|war)s\b")  # "gehts" asks like "geht es"
_VERBS = _words("is are was were has have had did do does can could will would")
_GERMAN_VERBS = _words("ist sind war hat habt geht läuft klappt funktioniert funzt passt tut hilft wird seid")
_SUBJECTS = _words(
    "it this that these you we they there the my our your s es das dies ihr wir sie man der die mein unser"
)
_EVERYTHING = _words("all everything alles")
_AHEAD = (_SUBJECTS - {"s"}) | _EVERYTHING | _words("i ich will ll to")
_GERMAN_AHEAD = _AHEAD | _words("jetzt nun dann so damit hier heute morgen wieder auch da endlich mir uns")
"""Words after which a verb does not begin a question."""
_SOON = _words("now today soon later quickly jetzt nun heute gleich später sofort")
_MORE = re.compile(
    r"\b(?:let (?:me|us) know|(?:and|und) (?:now|jetzt|nun)$|geht so$|(?:was|were) (?:working|running|online|up)\b"
    r"|was (?:ist|geht|laeuft|hat|sind|war|tut)\b|was$|bitte\b|back\b(?! up| online)|(?:wieder|ist|sind) (?:da|hier)\b"
    r"|here again\b|schon wieder$|wieder so\b|auch so\b|(?:habe?|ist) (?:es|das) auch\b|have (?:it|this|that) too\b"
    r"|will see\b|work(?:s|ing)? on\b|ok again\b|(?<!will )(?<!ll )(?<!to )(?<!i )(?<!did )(?:try|do)\b)"
)
"""What asks for more, or says that it is there again, in words that say nothing else by themselves."""
_AGAIN = re.compile(r"\b(?:again|wieder)\b")
_WELL_AGAIN = re.compile(
    rf"""\b(?:
    (?:{"|".join(sorted(_THANKS))})(?:\ (?:you|so|much|very|all|both|everyone))*\ again
    | (?:great|good|fine|better|well|works|worked|working|running|online|up|solved|fixed|sorted|resolved|smoothly
    |perfectly|nicely)(?:\ (?:now|here|everything|for|me|us|finally))*\ again
    | (?:geht|laeuft|klappt|geklappt|funktioniert|funzt|tut|passt|basst)
    (?:\ (?:es|s|das|alles|auch|jetzt|nun|hier|bei|mir|uns|endlich|so|einwandfrei|problemlos))*\ wieder
    | wieder(?:\ (?:alles|ganz|sehr|voll))*
    \ (?:gut|besser|great|super|perfekt|prima|toll|bestens|ok|okay|klar|online|schnell|einwandfrei|problemlos)
    )\b""",
    re.VERBOSE,
)
"""What is as it should be again; beside all else "again" says that the problem is."""


def is_marked(text: str) -> bool:
    """Say whether a backend colleague's post is meant as a request: it begins with the word."""
    first = re.match(r"\s*#?(\w+)", text)
    return first is not None and first[1].casefold() in MARKS


def is_request(text: str, names: Iterable[str] = (), *, picture: bool, gif: bool) -> bool:
    """Say whether a post of somebody outside the backend team is a request: not small talk, nor a slip of the hand.

    ``names`` are of those who may be greeted, or thanked.
    """
    if picture or "?" in text:
        return True
    bare = _EMOTICON.sub(" ", text) if len(text) < LONG and not _FACES.isdisjoint(text) else text
    words = (
        _said(bare)
        if len(text) < LONG
        else [_plain(word[0]) for word in islice(_WORD.finditer(bare), MOST_SMALL_TALK + 1)]
    )
    if words and (len(words) > MOST_SMALL_TALK or not _is_small_talk(words, names)):
        return True
    if text.strip() and not text.strip(".… ,-"):
        return False
    drawn = bare != text or any(unicodedata.category(sign) in _PICTURES for sign in text[:LONG])
    return not (words or gif or drawn)


def is_content(text: str, names: Iterable[str] = ()) -> bool:
    """Say whether a reply only thanks, or says that all is well: by words that say nothing else, and ``names``."""
    if "?" in text or len(text) > LONG:
        return False
    return _is_content(_said(_EMOTICON.sub(" ", text)), _called(names))


def _said(text: str) -> list[str]:
    """Return the words of a text, "great" for each phrase that says no more."""
    return _WORD.findall(_SHORT.sub(r"\1 s", _PHRASES.sub("great", " ".join(_plain(text).split()))))


def _is_content(words: list[str], called: frozenset[str]) -> bool:
    if not _HELP.isdisjoint(words) and (_FOR | {"your", "eure"}).isdisjoint(words):
        return False
    if (_CONTENT | _GREETING).isdisjoint(words) or not (_HARMLESS | called).issuperset(words):
        return False
    return not _may_want(words)


def _may_want(words: list[str]) -> bool:
    """Say whether words that say nothing else may yet want something, and be it soon."""
    soon = not _SOON.isdisjoint(words) and (_CONTENT - {"ok", "okay"}).isdisjoint(words)
    said = " ".join(words)
    recurs = _AGAIN.search(_WELL_AGAIN.sub("", said)) is not None
    return soon or recurs or _asks(words) or _MORE.search(said) is not None


def _asks(words: list[str]) -> bool:
    """Say whether words are a question without its mark: a verb stands before its subject."""
    subjects = _SUBJECTS | _EVERYTHING if _THANKS.isdisjoint(words) else _SUBJECTS
    return any(
        subject in subjects
        and ((verb in _VERBS and before not in _AHEAD) or (verb in _GERMAN_VERBS and before not in _GERMAN_AHEAD))
        for before, verb, subject in zip(["", *words], words, words[1:], strict=False)
    )


def _is_small_talk(words: list[str], names: Iterable[str]) -> bool:
    """Say whether words only greet, thank or wish; who thanks may say for what, or that all is well."""
    if _GREETING.isdisjoint(words):
        return False
    called = _called(names)
    if (_SMALL_TALK | called).issuperset(words):
        return True
    if not _HELP.isdisjoint(words) and _FOR.isdisjoint(words):
        return False
    thanks = next((at for at, word in enumerate(words) if word in _THANKS), len(words))
    begins = thanks < len(words) and (_SMALL_TALK | called).issuperset(words[:thanks])
    if begins and (_WITH_THANKS | called).issuperset(words):
        return not _may_want(words)
    return not (_THANKS | _PRAISE).isdisjoint(words) and _is_content(words, called)


def _called(names: Iterable[str]) -> frozenset[str]:
    return frozenset(word for name in names for word in _WORD.findall(_plain(name)))


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
