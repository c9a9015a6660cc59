"""The first lines of a section as plain words: Markdown is read off, never passed on for somebody's client to read.

What a link says stays with where it leads, lists and code keep their lines. How a card draws words is not known here.
"""

import re

LONGEST_READ = 6000  # characters of a section; what stands behind is of no first line
MOST_LINES = 12
LONGEST_WORD = 40  # which is left out rather than cut
ELLIPSIS = "…"
INDENT = "\u00a0\u00a0"  # other spaces fold where a line begins

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"(?P<indent>\s*)(?:[-*+]|(?P<number>\d{1,9}[.)]))\s+(?P<words>.*)")
_QUOTE = re.compile(r"^\s{0,3}(?:>\s?)+")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<words>.*?)(?:\s#+)?\s*")
_RULE = re.compile(r"\s{0,3}([-*_])(?:\s*\1){2,}\s*|[\s|:-]*-{3,}[\s|:-]*")
_DEFINITION = re.compile(r"\s{0,3}\[[^\[\]]+\]:\s*\S")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)")
_IMAGE = re.compile(r"!\[(?P<words>[^\[\]]*)\]\([^()\s]*[^()]*\)")
_LINK = re.compile(r"(?<!\\)\[(?P<words>[^\[\]]+)\]\((?P<to>[^()\s]*)[^()]*\)")
_REFERENCE = re.compile(r"(?<!\\)\[(?P<words>[^\[\]]+)\]\[[^\[\]]*\]")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]+|mailto:[^<>\s]+)>")
_TAG = re.compile(
    r"</?(?:a|b|br|code|details|div|em|hr|i|img|kbd|p|pre|span|strong|sub|summary|sup|u)(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
_STRONG = re.compile(r"(?<![\w*\\])\*\*(?=\S)([^*]+)(?<=[^\s\\])\*\*|(?<![\w\\])__(?=\S)([^_]+)(?<=[^\s\\])__(?!\w)")
_EMPHASIS = re.compile(r"(?<![\w*\\])\*(?=\S)([^*]+)(?<=[^\s\\])\*(?!\w)|(?<![\w\\])_(?=\S)([^_]+)(?<=[^\s\\])_(?!\w)")
_STRUCK = re.compile(r"~~(?=\S)([^~]+)~~")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def first_lines(markdown: str, longest: int, most: int = MOST_LINES) -> str:
    """Return the first lines of Markdown in plain words: at most ``most`` of them and ``longest`` characters.

    What is left out behind them ends with an ellipsis. Lines of one paragraph are joined, as a browser shows them.
    """
    lines = _lines(markdown[:LONGEST_READ])
    cut = len(lines) > most or len(markdown) > LONGEST_READ
    said = "\n".join(lines[:most])
    if len(said) <= longest and not cut:
        return said
    head, rest = said[: longest - len(ELLIPSIS) - 1], said[longest - len(ELLIPSIS) - 1 :]
    last = max(head.rfind(" "), head.rfind("\n"))
    if rest and not rest[0].isspace() and last > max(0, len(head) - LONGEST_WORD):
        head = head[:last]
    return f"{head.rstrip()} {ELLIPSIS}" if head.strip() else ""


def _lines(markdown: str) -> list[str]:
    """Return the lines that a reader sees; code is set in."""
    lines: list[str] = []
    fence, hidden = "", False  # within code; within a comment
    open_, quoted = False, False  # whether a paragraph or item may go on; whether it is a quotation
    for raw in markdown.splitlines():
        line, goes_on, open_ = raw.rstrip(), open_, False
        if fence:
            closing = _FENCE.fullmatch(line)
            if closing and closing[1].startswith(fence):
                fence = ""
            elif line:
                words = line.lstrip()
                lines.append(INDENT + "\u00a0" * len(line[: -len(words)].expandtabs(4)) + words)
            continue
        if hidden:
            _, shut, line = line.partition("-->")
            hidden = not shut
        if opening := _FENCE.match(line):
            fence = opening[1]
            continue
        hidden = hidden or line.rfind("<!--") > line.rfind("-->")
        line, quotes = _QUOTE.subn("", _COMMENT.sub("", line))
        goes_on, quoted = goes_on and quoted == bool(quotes), bool(quotes)
        if not line.strip() or _RULE.fullmatch(line) or _DEFINITION.match(line):
            continue
        item, heading = _ITEM.fullmatch(line), _HEADING.fullmatch(line)
        table = line.lstrip().startswith("|")
        if item:
            depth = min(len(item["indent"].expandtabs(4)) // 2, 4)
            lines.append(f"{INDENT * depth}{item['number'] or '-'} {_plain(item['words'])}")
        elif goes_on and not heading and not table:
            lines[-1] += f" {_plain(line.strip())}"
        else:
            words = heading["words"] if heading else line.strip().strip("|").strip() if table else line.strip()
            lines.append(_plain(words))
        broken = raw.endswith("  ") or line.endswith("\\")
        lines[-1] = lines[-1].removesuffix("\\") if line.endswith("\\") else lines[-1]
        open_ = not (heading or table or broken)
    return [line.rstrip() for line in lines if line.strip()]


def _plain(words: str) -> str:
    """Return words without the marks of Markdown, but for those within code."""
    parts = re.split("`+", words)
    if len(parts) % 2 == 0:  # a mark that closes nothing
        parts[-2:] = ["`".join(parts[-2:])]
    return "".join(part if at % 2 else _unmarked(part) for at, part in enumerate(parts))


def _unmarked(words: str) -> str:
    words = _IMAGE.sub(r"\g<words>", words)
    words = _LINK.sub(_led, words)
    words = _REFERENCE.sub(r"\g<words>", words)
    words = _TAG.sub("", _AUTOLINK.sub(r"\1", words))
    for marks in (_STRONG, _EMPHASIS):
        words = marks.sub(lambda found: found[1] or found[2], words)
    return _ESCAPED.sub(r"\1", _STRUCK.sub(r"\1", words))


def _led(link: re.Match[str]) -> str:
    """Return a link's words with where it leads, where that is another place than they say."""
    words, to = link["words"], link["to"].strip("<>")
    return f"{words} ({to})" if to.startswith(("https://", "http://", "mailto:")) and to not in words else words
