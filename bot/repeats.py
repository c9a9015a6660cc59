"""How often a log says the same thing: what strangers can cause without end must not fill a disk.

It must not know what is said; the keys are a closed set of its callers'.
"""

import time
from collections import Counter
from collections.abc import Callable


class LineLimit:
    """Lets ``most`` lines of a key through in ``seconds``, and then says how many it held back."""

    def __init__(self, most: int = 10, seconds: float = 60.0, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._timer = timer
        self._since: dict[str, float] = {}
        self._said: Counter[str] = Counter()

    def admit(self, key: str) -> int | None:
        """Return how many of this key were held back before this one, which may be said; None where it may not."""
        now = self._timer()
        held = 0
        if now - self._since.get(key, float("-inf")) >= self._seconds:
            held = max(0, self._said[key] - self._most)
            self._since[key], self._said[key] = now, 0
        self._said[key] += 1
        return held if self._said[key] <= self._most else None
