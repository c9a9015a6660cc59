"""Tests, and the bench. Numbers in bulk are computed in one thread, as the bot does it."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
