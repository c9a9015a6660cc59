"""Why GitHub refused something, in words for an admin: a clause that says what it is, and the remedy."""

from http import HTTPStatus

from bot.github.client import Refusal
from bot.github.place import Place

NO_WRITING = (
    "GITHUB_TOKEN may not write in {repo}; give it Contents and Pull requests, both Read and write, for {repo} only, "
    "and start me anew"
)
CHANGED = "the section was changed meanwhile; read it again, and propose the edit anew"
NO_BRANCH = "{repo} has no branch {ref} that GITHUB_TOKEN may see; an edit can be proposed for a branch only"
UNARMED = "GITHUB_TOKEN is not set, so I can propose nothing; open the editor of the page instead"
NOT_ON_GITHUB = "the handbook is not on GitHub; change it where it is kept"
NOTHING_CHANGES = "that changes nothing"
_MOVED = range(HTTPStatus.MULTIPLE_CHOICES, HTTPStatus.BAD_REQUEST)
NO_FILE = "{place} is no file; set HANDBOOK, or the desk's policy, to a Markdown file"


def reason(refusal: Refusal, place: Place, *, has_token: bool) -> str:
    """Return why a file was not read, or a call refused that needs no right to write."""
    repo = f"{place.owner}/{place.repo}"
    match refusal.status:
        case HTTPStatus.UNAUTHORIZED:
            return "GitHub does not take GITHUB_TOKEN, which may have expired; set it to a new one"
        case HTTPStatus.FORBIDDEN:
            said = f"GitHub refuses to show {repo} (403); see that GITHUB_TOKEN is allowed there, by single sign-on too"
        case HTTPStatus.NOT_FOUND:
            remedy = "GITHUB_TOKEN has no access to it" if has_token else "it is private, and GITHUB_TOKEN is not set"
            return f"GitHub shows no {place} (404): the name is wrong in HANDBOOK or the desk's policy, or {remedy}"
        case status if status in _MOVED:
            return f"{repo} was renamed or moved ({status}); set HANDBOOK, or the desk's policy, to its new name"
        case status:
            said = f"GitHub refuses it (HTTP {status})"
    return ": ".join([said, *(one.rstrip(".") for one in refusal.messages[:1])])
