"""Ports of the loopback for what a test starts and must name the port of beforehand.

A port that the kernel chose may be given to somebody else between the asking and the listening. So these lie below
those that it chooses from, and each process of the tests begins at another place.
"""

import itertools
import os
import socket

FIRST, COUNT = 12_000, 20_000
_numbers = itertools.count(os.getpid() * 997)


def free_port() -> int:
    """Find a port that is free now, and that this process has not given before."""
    while True:
        port = FIRST + next(_numbers) % COUNT
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
