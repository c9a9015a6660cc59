"""What of a request is compared with other texts."""

from bot.support.request import NO_REQUEST, Request


def compared(request: Request) -> str:
    """Return the words by which a request is found, "" for none.

    Of several matters in one post each has its own. What was withdrawn or is no request is compared with nothing, and
    neither is a follow-up, which only adds to the request that it follows.
    """
    return "" if request.follow_up or request.outcome in NO_REQUEST else request.words.strip()
