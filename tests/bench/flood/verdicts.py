"""What is promised under load, and what was seen: a table a part, and whether all was kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """A promise: in words, the most (None: it is only told) and what was seen, with its unit."""

    words: str
    seen: float
    most: float | None = None
    unit: str = ""

    @property
    def is_kept(self) -> bool:
        """Say whether what was seen is no more than promised."""
        return self.most is None or self.seen <= self.most


def shown(verdicts: Iterable[Verdict]) -> str:
    """Return the promises as a table."""
    rows = [
        (one.words, "" if one.most is None else f"≤ {one.most:g}{one.unit}", f"{one.seen:,.4g}{one.unit}", _said(one))
        for one in verdicts
    ]
    return table(("what", "limit", "seen", ""), rows)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose first column is words, and the others figures."""
    rule = ["---", *["--:"] * (len(titles) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (titles, rule, *rows))


def _said(one: Verdict) -> str:
    if one.most is None:
        return ""
    return "kept" if one.is_kept else "**missed**"
