"""What the rows and columns of the search are made of: numbers in bulk, by their kind."""

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Number = TypeVar("Number", bound=np.generic)

ROOM = 8  # an array that is full gets room for an eighth more


class Growing(Generic[Number]):
    """Rows to which others are added, with room for some more: not all are copied for each that comes."""

    def __init__(self, rows: NDArray[Number]) -> None:
        """Begin with these."""
        self._rows = rows
        self._used = len(rows)

    @property
    def rows(self) -> NDArray[Number]:
        """Return all of them, to be read and written until the next are added."""
        return self._rows[: self._used]

    def add(self, rows: NDArray[Any]) -> None:
        """Add rows, cast to the kind that these are of."""
        used = self._used + len(rows)
        if used > len(self._rows):
            with_room = np.empty((used + used // ROOM, *self._rows.shape[1:]), self._rows.dtype)
            with_room[: self._used] = self.rows
            self._rows = with_room
        self._rows[self._used : used] = rows
        self._used = used
