"""What is shown: medians over the rounds, ratios within each round, and the goals with what was reached.

Decides how figures are compared: a ratio is taken inside a round, and the median of those is shown, since a noisy
machine moves all peers of a round together. Must not know how a figure was measured.
"""

import platform
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.peers import PEERS, PRODUCT, RAW, SDK, Peer

Round = dict[str, dict[str, dict[str, float]]]
"""peer -> cell -> figure -> value."""

NONE = "-"
CELLS = ("first", "c1", "c64", "burst", "slow connector c64", "slow connector burst")
"""Cells of one process, in their order; it has answered once before."""
AGAIN = "c64 again, two laps"
SHORT, LONG = "short history", "long history"


@dataclass(frozen=True, slots=True)
class Goal:
    """A promise: what is compared, how it is read, and the limit; `above` when more is better."""

    words: str
    value: "Callable[[Results], float | None]"
    limit: float
    above: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """All rounds, and how many closed requests the histories held."""

    rounds: list[Round]
    histories: dict[str, int]

    def value(self, peer: Peer, cell: str, figure: str) -> float | None:
        """Give the median over the rounds that have it."""
        return _median(_get(one, peer, cell, figure) for one in self.rounds)

    def worst(self, peer: Peer, cells: tuple[str, ...], figure: str) -> float | None:
        """Give the largest of the medians of some cells."""
        found = [value for cell in cells if (value := self.value(peer, cell, figure)) is not None]
        return max(found) if found else None

    def ratio(self, peer: Peer, to: Peer, cell: str, figure: str) -> float | None:
        """Give the median of the ratios of two peers inside each round."""
        pairs = ((_get(one, peer, cell, figure), _get(one, to, cell, figure)) for one in self.rounds)
        return _median(mine / other if mine is not None and other else None for mine, other in pairs)

    def gain(self) -> float | None:
        """Give the MB that the bot grew by from its second cell to the last, each time with nothing open."""
        pairs = (
            (_get(one, PRODUCT, CELLS[1], "settled_mb"), _get(one, PRODUCT, "end", "rss_mb")) for one in self.rounds
        )
        return _median(end - second if second is not None and end is not None else None for second, end in pairs)

    def growth(self, figure: str) -> float | None:
        """Give what a turn costs with a long history, as a ratio to a short one."""
        pairs = ((_get(one, PRODUCT, LONG, figure), _get(one, PRODUCT, SHORT, figure)) for one in self.rounds)
        return _median(large / small if large is not None and small else None for large, small in pairs)


UP_TO_SIXTEEN = ("c1", "c16", "slow Entra c16")

GOALS = (
    Goal("turns/s at 16 at once, of (c)", lambda r: r.ratio(PRODUCT, RAW, "c16", "rate"), 0.40, above=True),
    Goal("turns/s at 16 at once, times (b)", lambda r: r.ratio(PRODUCT, SDK, "c16", "rate"), 10, above=True),
    Goal("p99 at 16 at once, times (c)", lambda r: r.ratio(PRODUCT, RAW, "c16", "p99_ms"), 2),
    Goal("burst's p99, times (c)", lambda r: r.ratio(PRODUCT, RAW, "burst", "p99_ms"), 1.5),
    Goal(
        "longest stall up to 16 at once, Entra slow or not",
        lambda r: r.worst(PRODUCT, UP_TO_SIXTEEN, "stall_ms"),
        50,
        unit=" ms",
    ),
    Goal("new connections a turn", lambda r: r.worst(PRODUCT, ("c16",), "connections"), 0.02),
    Goal("memory at the end", lambda r: r.value(PRODUCT, "end", "rss_mb"), 400, unit=" MB"),
    Goal("memory kept of a closed request", lambda r: r.value(PRODUCT, AGAIN, "kept_kb"), 0.5, unit=" KB"),
    Goal("first answer after start", lambda r: r.value(PRODUCT, "start", "cold_ms"), 1500, unit=" ms"),
    Goal("CPU a turn with the long history, times that with the short", lambda r: r.growth("cpu_ms"), 1.1),
    Goal("cards that never arrived", lambda r: r.worst(PRODUCT, ("c1", "c16", "c64", "burst"), "cards_missing"), 0),
)


def render(results: Results) -> str:
    """Write the whole report as Markdown."""
    how = (
        f"{machine()}. Bot on one core, load and services on the other; medians of {len(results.rounds)} interleaved "
        "rounds, fresh processes in each; 16 at once by turns of all bots; ratios inside a round. Authentication is on "
        "everywhere. "
        "The desk's clock says Thursday, 11:00, within support hours. "
        "The product's limiter of sends is off (HOTSEAT_SEND_LIMITS=off): it sends without limit."
    )
    parts = [
        how,
        _at_sixteen(results),
        _closed_loops(results),
        _bursts(results),
        _entra(results),
        _history(results),
        _memory(results),
        _goals(results),
    ]
    return "\n\n".join(part for part in parts if part)


def machine() -> str:
    """Name the machine in a line."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(models)} cores, {models[0] if models else platform.machine()}, Python {platform.python_version()}"


def _at_sixteen(results: Results) -> str:
    def row(peer: Peer) -> list[str]:
        def value(figure: str, digits: int = 2, cell: str = "c16") -> str:
            return _show(results.value(peer, cell, figure), digits)

        return [
            peer.title,
            value("cpu_ms"),
            _show(results.ratio(RAW, peer, "c16", "cpu_ms")),
            value("rate", 0),
            _show(results.ratio(peer, RAW, "c16", "rate")),
            _show(results.ratio(peer, SDK, "c16", "rate"), 1),
            f"{value('p50_ms', 1)} / {value('p99_ms', 1)}",
            _show(results.ratio(peer, RAW, "c16", "p99_ms")),
            value("card_p99_ms", 1),
            f"{value('stall_ms', 0)} / {value('held_ms', 0)}",
            value("connections"),
            value("calls"),
            value("card_bytes", 0),
            f"{value('rss_mb', 0, 'start')} / {value('rss_mb', 0, 'end')}",
            f"{value('cold_ms', 0, 'start')} / {value('cpu_ms', 0, 'start')}",
        ]

    head = (
        "16 at once | CPU ms/turn | (c)'s CPU / own | turns/s | x (c) | x (b) | answer p50 / p99 ms | p99 x (c)"
        " | card p99 ms | stall ms / of own CPU | new conn./turn | calls/turn | card bytes | memory MB at start / end"
        " | first answer ms / its CPU ms"
    )
    return _table(head, _rows(results, "c16", row))


def _closed_loops(results: Results) -> str:
    def row(peer: Peer) -> list[str]:
        cells = []
        for cell in ("c1", "c16", "c64"):
            p50, p99 = results.value(peer, cell, "p50_ms"), results.value(peer, cell, "p99_ms")
            cells.append(f"{_show(results.value(peer, cell, 'rate'), 0)} ({_show(p50, 1)} / {_show(p99, 1)})")
        return [peer.title, *cells, _show(results.value(peer, "c64", "stall_ms"), 0)]

    return _table("turns/s (p50 / p99 ms) | 1 at once | 16 | 64 | stall ms at 64", _rows(results, "c1", row))


def _bursts(results: Results) -> str:
    def row(peer: Peer) -> list[str]:
        slow, slow_burst = "slow connector c64", "slow connector burst"
        return [
            peer.title,
            _show(results.value(peer, "burst", "p99_ms"), 0),
            _show(results.ratio(peer, RAW, "burst", "p99_ms")),
            _show(results.value(peer, slow, "rate"), 0),
            _show(results.ratio(peer, RAW, slow, "rate")),
            _show(results.value(peer, slow_burst, "most_in_flight"), 0),
            _show(results.value(peer, slow_burst, "p99_ms"), 0),
            _show(results.ratio(peer, RAW, slow_burst, "p99_ms")),
            _show(results.value(peer, slow_burst, "card_p99_ms"), 0),
        ]

    head = (
        "200 at the same moment; a connector that takes 100 ms | burst p99 ms | x (c) | 100 ms: turns/s at 64 | x (c)"
        " | burst: most sends in flight | burst p99 ms | x (c) | last cards ms"
    )
    return _table(head, _rows(results, "burst", row))


def _entra(results: Results) -> str:
    def row(peer: Peer) -> list[str]:
        figures = (("rate", 0), ("p99_ms", 0), ("stall_ms", 0), ("held_ms", 0), ("tokens", 2), ("cold_ms", 0))
        return [peer.title, *(_show(results.value(peer, "slow Entra c16", name), digits) for name, digits in figures)]

    head = "keys and tokens take 80 ms, 16 at once | turns/s | p99 ms | stall ms | of own CPU | tokens/turn | start ms"
    return _table(head, _rows(results, "slow Entra c16", row))


def _history(results: Results) -> str:
    rows = []
    for label, count in results.histories.items():
        if results.value(PRODUCT, label, "cpu_ms") is not None:
            figures = (("cpu_ms", 3), ("rate", 0), ("p99_ms", 1), ("rss_mb", 0), ("cold_ms", 0))
            rows.append(
                [f"{count:,}", *(_show(results.value(PRODUCT, label, name), digits) for name, digits in figures)]
            )
    if not rows:
        return ""
    rows.append(["ratio", *(_show(results.growth(name)) for name in ("cpu_ms", "rate", "p99_ms", "rss_mb", "cold_ms"))])
    return _table("(a) with closed requests | CPU ms/turn | turns/s | p99 ms | memory MB | start ms", rows)


def _memory(results: Results) -> str:
    rows = []
    for cell in (*CELLS, AGAIN):
        figures = [results.value(PRODUCT, cell, name) for name in ("open", "open_mb", "settled_mb")]
        if figures[0] is not None:
            rows.append([cell, _show(figures[0], 0), *(_show(value, 1) for value in figures[1:])])
    if not rows:
        return ""
    rows.append([f"growth from {CELLS[1]} to {CELLS[-1]}", "", "", _show(results.gain(), 1)])
    return _table("(a)'s memory, cell by cell | requests open | MB with them open | MB when they were settled", rows)


def _goals(results: Results) -> str:
    rows = []
    for goal in GOALS:
        reached = goal.value(results)
        if reached is None:
            verdict = "not measured"
        elif reached >= goal.limit if goal.above else reached <= goal.limit:
            verdict = "reached"
        else:
            verdict = f"**missed** by {_show(abs(reached - goal.limit))}{goal.unit}"
        limit = f"{'≥' if goal.above else '≤'} {goal.limit:g}{goal.unit}"
        rows.append([goal.words, limit, _show(reached) + goal.unit, verdict])
    return _table("goal of (a) | limit | seen | ", rows)


def _rows(results: Results, cell: str, row: Callable[[Peer], list[str]]) -> list[list[str]]:
    return [row(peer) for peer in PEERS if results.value(peer, cell, "rate") is not None]


def _table(head: str, rows: list[list[str]]) -> str:
    if not rows:
        return ""
    titles = head.split(" | ")
    rule = ["---", *["--:"] * (len(titles) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (titles, rule, *rows))


def _get(one: Round, peer: Peer, cell: str, figure: str) -> float | None:
    return one.get(peer.name, {}).get(cell, {}).get(figure)


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _show(value: float | None, digits: int = 2) -> str:
    return NONE if value is None else f"{value:,.{digits}f}"


def plain(results: Results) -> dict[str, Any]:
    """Give everything as JSON: the machine, each round, and the goals."""
    goals = {goal.words: {"limit": goal.limit, "seen": goal.value(results)} for goal in GOALS}
    return {
        "machine": machine(),
        "limiter": "off",
        "histories": results.histories,
        "rounds": results.rounds,
        "goals": goals,
    }
