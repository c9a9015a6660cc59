"""A handbook on GitHub: how it is read, and whether an edit of it can be proposed."""

from bot.errors import Misconfigured
from bot.github import reasons
from bot.github.client import Fetched, GitHubClient, NoFile, Refusal, TooLarge
from bot.github.place import Place
from bot.support.handbook import TOO_LARGE


class GitHubFile:
    """A file on GitHub. With no client nothing is ever fetched; it is linked only.

    ``proposes`` says whether an edit may be proposed: there is a token, and GitHub did not say that it may not write.
    """

    def __init__(self, place: Place, web: str, client: GitHubClient | None) -> None:
        """Bind to the file, to the address of GitHub's web and to the client that reads it."""
        self.place = place
        self.client = client
        self.name = f"{web}/{place}"
        self.address = place.page(web)
        self.edit_address = place.page(web, "edit")
        self.proposes = client is not None and client.has_token

    @property
    def is_read(self) -> bool:
        """Say whether it is read at all."""
        return self.client is not None

    async def read(self, etag: str = "") -> tuple[bytes, str] | None:
        """Return the file's bytes and their ETag, None where they are still what ``etag`` was.

        Raise Temporary, or Misconfigured for what does not pass by itself: a clause that says why and what to do.
        """
        assert self.client is not None
        try:
            found: Fetched | None = await self.client.read(self.place, etag)
        except Refusal as refusal:
            raise Misconfigured(reasons.reason(refusal, self.place, has_token=self.client.has_token)) from None
        except TooLarge:
            raise Misconfigured(TOO_LARGE) from None
        except NoFile:
            raise Misconfigured(reasons.NO_FILE.format(place=self.place)) from None
        return None if found is None else (found.content, found.etag)
