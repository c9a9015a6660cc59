"""What a proof shows: its figures as a table, and what is wrong."""

import os
import platform
from statistics import quantiles

from tests.prove.run import Proved

MOST = 20
"""Violations of one kind that are named."""


def rendered(proved: Proved) -> str:
    """Return the figures in Markdown, then the violations."""
    plan, verdict = proved.plan, proved.verdict
    cuts = quantiles(proved.waits, n=100, method="inclusive") if len(proved.waits) > 1 else [0.0] * 99
    rows = {
        "seed": plan.seed,
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "posts in desks": f"{verdict.posts:,} in {plan.desks}",
        "killed": _listed(proved.kills),
        "calls of Teams": _listed({" ".join(key): count for key, count in proved.calls.items()}),
        "answers to Teams": _listed(proved.statuses),
        "records, doubled": f"{verdict.records:,}, {verdict.doubled:,}",
        "cards: none/one/more": verdict.cards,
        "reminders due: none/one/more": verdict.reminders,
        "reminders that collapsed into a later one": f"{verdict.merged:,}",
        "messages, edits": f"{verdict.messages:,}, {verdict.edits:,}",
        "extra messages": f"{verdict.extra:,}",
        "sends in doubt": f"{verdict.bound:,}, {proved.doubted_by_kills:,} of them by kills",
        "webhook p50, p99": f"{1000 * cuts[49]:.0f} ms, {1000 * cuts[98]:.0f} ms (information)",
        "wall time": f"{proved.seconds:.0f} s",
        "errors in the log": len(proved.errors),
        "violations": _listed(verdict.kinds()) or "none",
    }
    lines = [f"| {plan.name} | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]
    named: dict[str, int] = {}
    for violation in verdict.violations:
        named[violation.kind] = named.get(violation.kind, 0) + 1
        if named[violation.kind] <= MOST:
            lines.append(str(violation))
    lines.extend(f"log: {line[:300]}" for line in proved.errors[:MOST])
    return "\n".join(lines)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))
