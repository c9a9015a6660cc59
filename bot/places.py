"""Places: where something stands or is said, as opaque text everywhere but here.

A place is a thread ("19:…;messageid=…"), a channel ("19:…", a new post in it) or a person's chat with the bot
("person:ID").
"""

_PERSON = "person:"
_ROOT = ";messageid="
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")


def quoted(text: str) -> str:
    """Return ``text`` as it may stand in a web address."""
    signs = text.encode(errors="replace")
    return "".join(chr(sign) if chr(sign) in _PLAIN else f"%{sign:02X}" for sign in signs)


def personal(person: str) -> str:
    """Return the place that is a person's chat with the bot."""
    return _PERSON + person


def thread(channel: str, root: str) -> str:
    """Return the place that is the thread of a channel's message."""
    return channel + _ROOT + root


def person_of(place: str) -> str:
    """Return whose chat with the bot a place is, "" for a thread or a channel."""
    return place.removeprefix(_PERSON) if place.startswith(_PERSON) else ""


def channel_of(place: str) -> str:
    """Return the channel that a thread is in; a channel or a person's chat is its own."""
    return place.partition(_ROOT)[0]


def root_of(place: str) -> str:
    """Return the id of a thread's first message, "" for any other place."""
    return place.partition(_ROOT)[2]
