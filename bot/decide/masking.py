"""Masking: what is kept beyond a request, or shown beside another, names nobody."""

import re

from bot.decide.draft import Draft
from bot.scrub import scrub

SOMEBODY = "[name]"


def masked(draft: Draft, text: str) -> str:
    """Return a text in which personal data, and whole names of people whom the desk knows, are marked."""
    known = {one.name for one in draft.rota.people.values()}
    known |= {
        author.name for one in draft.requests() for author in (one.requester, one.claimer, one.closed_by) if author
    }
    some = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True) if len(name) > 1)
    return re.sub(rf"(?<!\w)(?:{some})(?!\w)", SOMEBODY, scrub(text)) if some else scrub(text)
