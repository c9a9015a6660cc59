"""Secrets and personal data in foreign text: found and marked, in linear time.

``plain`` does so on the way in, where foreign text becomes ours, and takes out what deceives too.

Knows shapes, not meanings: what looks like a password, a key or a person's number is one. Every quantifier is bounded
or possessive behind a boundary, so that no text takes longer than its length says, and a text is read up to
``MOST_READ`` code points; what comes after them is dropped, since nobody has looked at it. A mark says what stood
there. Sources: the issuers' own pages on their tokens' forms; ISO 13616 (IBAN), ISO/IEC 7812 (cards), E.164 (phones).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

MOST_READ = 100_000
_AHEAD = 8  # times what is shown is looked at, since marks are shorter than what they stand for
_MOST_ROUNDS = 8  # a mark may bare what it was joined to; each round marks more, and two are the rule
_OPAQUE = 8  # letters of a value that may be a secret where "token: value" may be a sentence


def _always(_: re.Match[str]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a secret of a ``kind`` looks like: its group "it", else all that matches, if it is ``real``."""

    kind: str
    pattern: re.Pattern[str]
    real: Callable[[re.Match[str]], bool] = _always

    def mark(self, match: re.Match[str]) -> str:
        """Return what stands there from now on."""
        if not self.real(match):
            return match[0]
        start, end = match.span("it" if "it" in self.pattern.groupindex else 0)
        at = match.start()
        return f"{match[0][: start - at]}[{self.kind}]{match[0][end - at :]}"


def _is_mixed(text: str) -> bool:
    """Say whether a text is no word: it has digits, or capitals after its first letter."""
    return any(letter.isdigit() or letter.isupper() for letter in text[1:])


def _is_opaque(match: re.Match[str]) -> bool:
    return len(match["it"]) >= _OPAQUE and _is_mixed(match["it"])


def _is_key(match: re.Match[str]) -> bool:
    """Say whether letters and digits are mixed as only chance does it."""
    text = match[0]
    digits = sum(letter.isdigit() for letter in text)
    return digits >= 3 and text.upper() != text != text.lower()  # noqa: PLR2004 - a class's name has fewer


def _is_hex_key(match: re.Match[str]) -> bool:
    text = match[0]
    return not text.isdigit() and not text.isalpha()


def _is_iban(match: re.Match[str]) -> bool:
    """Say whether the check digits are right. Source: ISO 13616, modulo 97."""
    bare = match[0].replace(" ", "")
    return int("".join(str(int(letter, 36)) for letter in bare[4:] + bare[:4])) % 97 == 1


def _is_card(match: re.Match[str]) -> bool:
    """Say whether the last digit is right. Source: ISO/IEC 7812-1, annex B."""
    digits = [int(letter) for letter in match[0] if letter.isdigit()]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]  # noqa: PLR2004 - its digits summed
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_phone(match: re.Match[str]) -> bool:
    return 8 <= sum(letter.isdigit() for letter in match[0]) <= 17  # noqa: PLR2004 - E.164's, with 00 before


def _is_address(match: re.Match[str]) -> bool:
    """Say whether it is an address of somebody else's: nobody is found by that of their own machine."""
    try:
        address: IPv4Address | IPv6Address = ip_address(match["it"])
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)


_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_HALF = re.compile("[\ud800-\udfff]")
_EDGES = re.compile(r"[^\S\n]*+\n\s*+")
_BLANKS = re.compile(r"[^\S\n]++")
_COMPUTED = re.compile(r"\{\{(?=\s*(?:DATE|TIME)\s*\()", re.IGNORECASE)

# After these stands a secret, after those perhaps: "unexpected token: identifier".
_SURE = (
    r"(?:pass(?:word|wd|phrase|code)|passwor[dt]|kennwort|pwd|secret|credentials?|api_?-?key|apikey|private_?-?key"
    r"|access_?-?key|auth_?-?key|encryption_?-?key|authorization|set-cookie|cookie)"
)
_PERHAPS = r"(?:token|session_?-?id|sessid|sid|jwt|auth|signature|sig|nonce|otp|csrf|xsrf)"
_SUFFIX = r"(?:[_-][A-Za-z]{1,20}){0,2}s?"
_TO = r"\\{0,3}[\"']?\]?\s{0,3}(?:=>|[:=])\s{0,3}"
_SCHEME = r"(?:(?:Bearer|Basic|Token|Digest)\s{1,3})?+"
# A value in brackets is left alone where it is a word, since that is a mark, ours or somebody else's ("[FILTERED]").
_MARK = r"\[[A-Za-z -]{1,20}\]"
_NO_MARK = rf"(?!{_MARK})"
_VALUE = (
    rf"(?:\"(?!{_MARK}\")(?:[^\"\\]|\\.){{1,512}}+\"|'(?!{_MARK}')(?:[^'\\]|\\.){{1,512}}+'"
    rf"|{_NO_MARK}\\{{0,3}}[\"']?\[?\"?{_NO_MARK}[^\s\"'\\&,;<>(){{}}\[\]]{{1,512}}+)"
)
_FILES = r"(?:jsx?|tsx?|[cm]js|vue|rb|png|jpe?g|gif|svg|webp|css|html?|map|json|ya?ml)\b"

_CUT = r"(?:\.{3}|…)"  # what Bugsnag writes where a text is too long for it, in the middle of an address too

_SHAPES = (
    _Shape("key", re.compile(r"-----BEGIN [A-Z0-9 ]{1,40}-----(?s:.*?)(?:-----END [A-Z0-9 ]{1,40}-----|\Z)")),
    _Shape(
        "credentials",
        re.compile(r"(?<=://)(?!\[credentials\]@)(?P<it>[^\s/]{1,256}|[^\s/@:]{0,200}:(?!\d{1,5}/)[^\s@]{1,200})@"),
    ),
    _Shape(
        "credentials",
        re.compile(rf"(?<=://)(?P<it>[^\s/@:]{{0,200}}:(?!\d{{1,5}}(?:\D|\Z))[^\s/@]{{1,200}}?{_CUT})(?![^\s'\")>\]])"),
    ),
    _Shape("token", re.compile(r"\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{6,512}+|\bxapp-[A-Za-z0-9-]{6,512}+")),
    _Shape("token", re.compile(r"(?<=hooks\.slack\.com/)(?:services|workflows|triggers)/[\w/-]{6,256}+")),
    _Shape("token", re.compile(r"\bgh[a-z]_[A-Za-z0-9]{16,255}+|\bgithub_pat_\w{16,255}+|\bglpat-[\w-]{16,255}+")),
    _Shape("token", re.compile(r"\bAT[AC]TT[\w=-]{16,512}+")),
    _Shape("token", re.compile(r"\b[rs]k_(?:live|test)_\w{8,255}+|\bnpm_[A-Za-z0-9]{20,255}+|\bpypi-[\w-]{20,512}+")),
    _Shape("key", re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}(?![\w-])")),
    _Shape("token", re.compile(r"(?<![\w-])eyJ[\w-]{6,16384}+\.[\w-]{2,16384}+(?:\.[\w-]{0,16384}+){0,3}")),
    _Shape("secret", re.compile(rf"(?i){_SURE}{_SUFFIX}{_TO}{_SCHEME}(?P<it>{_VALUE})")),
    _Shape("secret", re.compile(rf"(?i)(?<![a-z]){_PERHAPS}{_SUFFIX}=(?P<it>{_VALUE})")),
    _Shape("secret", re.compile(rf"(?i){_PERHAPS}{_SUFFIX}{_TO}{_SCHEME}(?P<it>{_VALUE})"), _is_opaque),
    _Shape("token", re.compile(r"(?i)\b(?:bearer|basic|digest)\s{1,3}(?P<it>[\w.~+/=-]{8,4096}+)"), _is_opaque),
    _Shape(
        "e-mail",
        re.compile(
            rf"\w[\w.%+'-]{{0,63}}(?:@|%40)(?!\dx\.)(?:[\w-]{{1,63}}\.){{1,8}}(?!{_FILES})[^\W\d_]{{2,24}}(?!\w)"
        ),
    ),
    _Shape("e-mail", re.compile(rf"\w[\w.%+'-]{{0,63}}@[\w-]{{0,63}}(?:\.[\w-]{{1,63}}){{0,8}}{_CUT}")),
    _Shape(
        "IBAN",
        re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])", re.ASCII),
        _is_iban,
    ),
    _Shape(
        "card",
        re.compile(r"(?<![\w.-])(?:4|5[1-5]|2[2-7]|3[0-8]|6)(?:[ -]?\d){12,18}(?![\w-]|\.\d)", re.ASCII),
        _is_card,
    ),
    _Shape(
        "phone",
        re.compile(r"(?<![\w.])(?:\+|00(?=[34]\d))[1-9](?:[ ./()-]{0,3}\d){6,15}(?![\w-])", re.ASCII),
        _is_phone,
    ),
    _Shape(
        "phone",
        re.compile(
            r"(?<![\w./:-])(?:\(0[1-9]\d{1,4}\) ?|0[1-9]\d{1,4} ?[ /-] ?)\d{3,8}(?:[ -]\d{1,6}){0,4}(?![\w:-]|\.\d)"
            r"|(?<![\w./:-])01[567]\d{8,9}(?![\w:-]|\.\d)",
            re.ASCII,
        ),
    ),
    _Shape(
        "IP",
        re.compile(r"(?:(?<=//)|(?<![\w./-])(?<!version )(?<!Version ))(?P<it>(?:\d{1,3}\.){3}\d{1,3})(?![\w-]|\.\w)"),
        _is_address,
    ),
    _Shape(
        "IP",
        re.compile(
            r"(?<![\w:.])(?P<it>(?=[0-9A-Fa-f:]{0,30}\d)(?:fe80|(?:[0-9A-Fa-f]{0,4}:){3})"
            r"[0-9A-Fa-f:.]{0,40}+)(?![\w:])"
        ),
        _is_address,
    ),
    _Shape("key", re.compile(rf"(?<!\w)[0-9A-Fa-f]{{32,}}+(?!\w|\.{_FILES})"), _is_hex_key),
    _Shape(
        "key",
        re.compile(
            rf"(?<![\w+/])[A-Za-z0-9+]{{32,}}+(?:[/=_-]{{1,2}}[A-Za-z0-9+]{{1,}}+){{0,}}+={{0,2}}(?!\.{_FILES})"
        ),
        _is_key,
    ),
)


def scrub(text: str) -> str:
    """Return the text with what is secret or personal in it marked, as "[token]", "[e-mail]" or "[phone]"."""
    text, before = text[:MOST_READ], None
    rounds = 0
    while text != before and rounds < _MOST_ROUNDS:
        before = text
        rounds += 1
        for shape in _SHAPES:
            text = shape.pattern.sub(shape.mark, text)
    return text


def plain(text: str, longest: int) -> str:
    """Return foreign text scrubbed and harmless, in at most ``longest`` code points; lines stay lines.

    What deceives goes: controls, characters without width or that turn the direction, white space before a line, and
    the braces of what a card would compute. Lone surrogates, which cannot be sent, become U+FFFD.
    """
    text = _INVISIBLE.sub("", _HALF.sub("\ufffd", _LINE_END.sub("\n", text[: _AHEAD * longest])))
    text = scrub(_BLANKS.sub(" ", _EDGES.sub("\n", f"\n{text}\n")).strip())
    text = _COMPUTED.sub("{ {", text)
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def one_line(text: str, longest: int) -> str:
    """Return foreign text as ``plain`` does, on one line."""
    return plain(" ".join(text[: _AHEAD * longest].split()), longest)
