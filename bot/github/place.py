"""Where a file is on GitHub: its owner, repository, path and ref; how operators and browsers write that, and no more.

What is not exactly one of these is no place: a path that leads elsewhere, or a name that GitHub does not give.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit

API = "https://api.github.com"
WEB = "https://github.com"
MOST_PATH = 1_000

_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_REPO = re.compile(r"[A-Za-z0-9._-]{1,100}")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+-]{0,199}")
_ENTERPRISE = "/api/v3"


@dataclass(frozen=True, slots=True)
class Place:
    """A file on GitHub, as ``ref`` (a branch, a tag or a commit) has it."""

    owner: str
    repo: str
    path: str
    ref: str

    def __str__(self) -> str:
        """Return it as operators write it."""
        return f"{self.owner}/{self.repo}/{self.path}@{self.ref}"

    def page(self, web: str, act: str = "blob") -> str:
        """Return its address on GitHub's web: to read it ("blob") or to edit it ("edit")."""
        return f"{web}/{self.owner}/{self.repo}/{act}/{quote(self.ref)}/{quote(self.path)}"


def read_place(text: str) -> Place | None:
    """Return the place that ``owner/repo/path@ref`` names, None for anything else."""
    where, at, ref = text.rpartition("@")
    owner, _, rest = where.partition("/")
    repo, _, path = rest.partition("/")
    return _checked(owner, repo, path, ref) if at else None


def place_of_page(address: str, web: str = WEB) -> Place | None:
    """Return the file whose page on GitHub's web an address is, with an anchor or without; None for anything else.

    A ref with a slash is not told from a folder: the first part is taken for it, as it nearly always is.
    """
    try:
        link, here = urlsplit(address), urlsplit(web)
    except ValueError:
        return None
    if (link.scheme.lower(), link.netloc.lower()) != (here.scheme, here.netloc):
        return None
    owner, repo, blob, ref, path = (*link.path.removeprefix("/").split("/", 4), "", "", "", "", "")[:5]
    try:
        path, ref = (unquote_to_bytes(one).decode() for one in (path, ref))
    except UnicodeDecodeError:
        return None
    return _checked(owner, repo, path, ref) if blob == "blob" else None


def web_of(api: str) -> str:
    """Return the address of the web whose interface is at ``api``, "" where that is none of GitHub's.

    GitHub's own, GitHub Enterprise Cloud's (https://api.NAME.ghe.com), Server's (https://HOST/api/v3).
    """
    link = urlsplit(api)
    if link.path == _ENTERPRISE and link.netloc:
        return api.removesuffix(_ENTERPRISE)
    host = link.netloc.removeprefix("api.")
    return f"{link.scheme}://{host}" if not link.path and host != link.netloc else ""


def _checked(owner: str, repo: str, path: str, ref: str) -> Place | None:
    good = (
        _OWNER.fullmatch(owner)
        and _REPO.fullmatch(repo)
        and repo not in {".", ".."}
        and _is_path(path)
        and _REF.fullmatch(ref)
        and not any(part in ref for part in ("..", "//"))
        and not ref.endswith(("/", ".", ".lock"))
    )
    return Place(owner, repo, path, ref) if good else None


def _is_path(path: str) -> bool:
    parts = path.split("/")
    return len(path) <= MOST_PATH and path.isprintable() and "\\" not in path and not {"", ".", ".."} & set(parts)
