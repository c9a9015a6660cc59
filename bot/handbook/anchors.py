"""The anchors that GitHub gives to a page's headings.

A heading's text in small letters, without what is neither a letter, a digit, a mark, an underscore, a hyphen nor a
blank, and with hyphens for blanks; whoever has one that is taken gets a number. Measured against what GitHub renders:
the fixtures of Flet/github-slugger. It must not know what Markdown is.
"""

import unicodedata

KEPT = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"})
"""Categories of what stays; of other numbers, such as ½, and symbols nothing does."""
_CIRCLED = ((0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189))  # letters, though symbols


def slug(text: str) -> str:
    """Return the anchor of a heading that stands alone on its page; "" where nothing of it stays."""
    return "".join(one for one in text.lower() if _stays(one)).replace(" ", "-")


class Anchors:
    """Gives the headings of one page their anchors, in their order."""

    def __init__(self) -> None:
        """Begin a page."""
        self._taken: dict[str, int] = {}

    def of(self, text: str) -> str:
        """Return the next heading's anchor, which none before it has."""
        own = anchor = slug(text)
        while anchor in self._taken:
            self._taken[own] += 1
            anchor = f"{own}-{self._taken[own]}"
        self._taken[anchor] = 0
        return anchor


def _stays(one: str) -> bool:
    if one in " -":
        return True
    return unicodedata.category(one) in KEPT or any(first <= ord(one) <= last for first, last in _CIRCLED)
