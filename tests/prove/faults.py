"""How Teams misbehaves: by shares of all calls, in an order that the seed alone decides."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """What is wrong with one call."""

    NONE = "as usual"
    LIMITED = "429 with Retry-After"
    BROKEN = "502, not accepted"
    LOST = "502 after accepting"
    RESET = "reset after accepting"


@dataclass(frozen=True, slots=True)
class Shares:
    """Which share of the calls has which fault."""

    limited: float = 0.03
    broken: float = 0.02
    lost: float = 0.005
    reset: float = 0.005

    def draw(self, random: Random) -> Fault:
        """Choose what becomes of the next call."""
        at = random.random()
        for fault, share in (
            (Fault.LIMITED, self.limited),
            (Fault.BROKEN, self.broken),
            (Fault.LOST, self.lost),
            (Fault.RESET, self.reset),
        ):
            if at < share:
                return fault
            at -= share
        return Fault.NONE
