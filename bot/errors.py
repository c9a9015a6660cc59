"""The kinds of failure that cross rooms.

A kind "no" for a person, a promise that could not be kept, and what an operator must mend.
"""


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A kind "no" for the person who asked; its text is what they read. Nothing was changed."""


class NotStored(Exception):  # noqa: N818 - says what did not happen
    """The event could not be made durable (full disk, lost database). The sender must be told to repeat it."""


class Misconfigured(Exception):  # noqa: N818 - said to an operator, with the remedy
    """A setting, file or argument that the operator must mend; the text names it and the remedy."""
